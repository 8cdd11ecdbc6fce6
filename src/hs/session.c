/* SPDX-License-Identifier: MIT */
/* session.c: whether a session may be resumed: on a client by its config and clock, on a server by
 * those and the policy. RFC 9846, 4.3.11, 4.7.1. */
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

enum sneck_rc sneck__session_usable(struct hs *hs, struct session *s)
{
	const struct suite *suite;

	SNECK_TRY(sneck__session_read(s, hs->session));
	if (s->role != SNECK_CLIENT || s->ticket.len == 0)
		return SNECK_E_ARG;
	SNECK_TRY(sneck__policy(hs));
	suite = own_suite(hs->cfg, s->suite);
	if (s->version != SNECK_TLS13 || suite == NULL ||
	    s->secret.len != sneck__hash_of(hs->cfg->provider, suite->hash)->len ||
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
	const struct sneck_hash *hash = NULL;
	const struct suite *suite;

	if (sneck__session_read(s, block) != SNECK_OK)
		return false;
	suite = sneck__suite_find(s->suite);
	if (suite != NULL)
		hash = sneck__hash_of(hs->cfg->provider, suite->hash);
	return s->role == SNECK_SERVER && s->version == SNECK_TLS13 && hash != NULL &&
	       s->secret.len == hash->len &&
	       sneck__ct_eq(s->domain, hs->domain, sizeof s->domain) &&
	       hs->now_ms >= s->issued_ms && hs->now_ms < sneck__session_end(s) &&
	       sneck__policy_peer(hs, s) && same_protocol(hs, s) &&
	       (hs->cfg->client_auth != SNECK_AUTH_REQUIRED ||
		memcmp(s->leaf_id, nobody, sizeof nobody) != 0);
}
