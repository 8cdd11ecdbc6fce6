/* SPDX-License-Identifier: MIT */
/* session.c: whether a session may be resumed: on a client by its config and clock, on a server by
 * those and the policy; in each version only one of its own. RFC 9846, 4.3.11, 4.7.1; RFC 5246,
 * F.1.4; RFC 5077. Those of TLS 1.2 have extended master secret, all of them: RFC 7627, 5.3. */
#include "hs.h"

#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../wire/ct.h"

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
	       secret_fits(hs, s, suite) &&
	       sneck__ct_eq(s->domain, hs->domain, sizeof s->domain) &&
	       hs->now_ms >= s->issued_ms && hs->now_ms < sneck__session_end(s) &&
	       sneck__policy_peer(hs, s) &&
	       (hs->cfg->client_auth != SNECK_AUTH_REQUIRED ||
		memcmp(s->leaf_id, nobody, sizeof nobody) != 0);
}
