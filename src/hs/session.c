/* SPDX-License-Identifier: MIT */
/* session.c: what a session of a server's connection is, and whether one may be resumed: on a
 * client by its config and clock, on a server by those and the policy; in each version only one of
 * its own. RFC 9846, 4.3.11, 4.7.1; RFC 5246, F.1.4; RFC 5077. Those of TLS 1.2 have extended
 * master secret, all of them: RFC 7627, 5.3. */
#include "hs.h"

#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../wire/ct.h"

#define LIFETIME 86400u

static const struct suite *own_suite(const struct sneck_config *cfg, uint16_t id)
{
	const struct suite *s;

	for (size_t i = 0; (s = sneck__suite_at(cfg, i)) != NULL; i++)
		if (s->id == id)
			return s;
	return NULL;
}

/* Of TLS 1.3 a pre-shared key, of TLS 1.2 the master secret. */
static bool secret_fits(const struct hs *hs, const struct session *s, const struct suite *suite)
{
	return suite->version == s->version &&
	       s->secret.len == (s->version == SNECK_TLS12
					 ? MASTER12_LEN
					 : sneck__hash_of(hs->cfg->provider, suite->hash)->len);
}

/* What the server knows it by. */
static bool has_name(const struct session *s)
{
	const bool by_id = s->version == SNECK_TLS12 && (s->flags & SESSION_BY_ID) != 0;

	return s->ticket.len != 0 && (!by_id || s->ticket.len <= SESSION_ID_MAX);
}

enum sneck_rc sneck__session_usable(struct hs *hs, struct session *s)
{
	const struct suite *suite;

	SNECK_TRY(sneck__session_read(s, hs->session));
	if (s->role != SNECK_CLIENT || !has_name(s))
		return SNECK_E_ARG;
	SNECK_TRY(sneck__policy(hs));
	suite = own_suite(hs->cfg, s->suite);
	if (suite == NULL || !secret_fits(hs, s, suite) ||
	    !sneck__ct_eq(s->domain, hs->domain, sizeof s->domain) || !sneck__policy_peer(hs, s) ||
	    hs->now_ms < s->issued_ms || hs->now_ms >= sneck__session_end(s))
		return SNECK_E_SESSION;
	return SNECK_OK;
}

/* The protocol is the one of then. */
static bool same_protocol(const struct hs *hs, const struct session *s)
{
	const uint32_t chosen = hs->work->nego.alpn;
	const struct sneck_span is =
		chosen != 0 ? hs->cfg->alpn[chosen - 1u] : sneck_span_of(NULL, 0);

	return is.len == s->alpn.len && (is.len == 0 || memcmp(is.p, s->alpn.p, is.len) == 0);
}

bool sneck__session_fits(const struct hs *hs, struct session *s, struct sneck_span block)
{
	static const uint8_t nobody[sizeof s->leaf_id];
	const struct suite *suite;

	if (sneck__session_read(s, block) != SNECK_OK)
		return false;
	suite = hs->version == SNECK_TLS12 ? own_suite(hs->cfg, s->suite)
					   : sneck__suite_find(s->suite);
	return s->role == SNECK_SERVER && s->version == hs->version && suite != NULL &&
	       sneck__hash_of(hs->cfg->provider, suite->hash) != NULL &&
	       secret_fits(hs, s, suite) && sneck__ct_eq(s->domain, hs->domain, sizeof s->domain) &&
	       hs->now_ms >= s->issued_ms && hs->now_ms < sneck__session_end(s) &&
	       sneck__policy_peer(hs, s) && same_protocol(hs, s) &&
	       (hs->cfg->client_auth != SNECK_AUTH_REQUIRED ||
		memcmp(s->leaf_id, nobody, sizeof nobody) != 0);
}

void sneck__session_describe(const struct hs *hs, const struct ticket_params *params,
			     struct session *s)
{
	const uint32_t lifetime =
		params->lifetime_s != 0 ? params->lifetime_s : hs->cfg->ticket_lifetime_s;
	/* QUIC's early data is not ours to open: RFC 9001, 4.6 */
	const bool early = (hs->cfg->ask & SNECK_ASK_EARLY_DATA) != 0 && hs->quic == NULL;

	*s = (struct session){
		.version = hs->version,
		.suite = hs->suite->id,
		.role = SNECK_SERVER,
		.flags = hs->by_key ? SESSION_BY_KEY : 0,
		.lifetime_s = lifetime != 0 ? lifetime : LIFETIME,
		.max_early = early ? hs->cfg->max_early_data : 0,
		.issued_ms = hs->now_ms,
		.valid_until_ms = hs->valid_until_ms,
		.app_data = params->app_data,
	};
	memcpy(s->domain, hs->domain, sizeof s->domain);
	memcpy(s->leaf_id, hs->leaf_id, sizeof s->leaf_id);
	if (hs->alpn != 0)
		s->alpn = hs->cfg->alpn[hs->alpn - 1u];
}

/* A connection that came out of a block may have a config that wants tickets more than the one that
 * it was made with: without a secret everybody would know their keys. */
bool sneck__session_resumable(const struct hs *hs)
{
	static const uint8_t none[BOUND_HASH];

	return !sneck__ct_eq(hs->resumption, none, sizeof none);
}
