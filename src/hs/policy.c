/* SPDX-License-Identifier: MIT */
/* policy.c: what a session is bound to, as one digest: it is made again for every connection that
 * would resume, and another one is a full handshake. A ticket of one virtual host must not open
 * another that asks for client certificates. RFC 9846, 4.7.1, 8.
 *
 * In it: the role, the peer's name or the name asked for, how peers are authenticated and against
 * which issuers, and config.session_domain, or without one the names of the credentials, a client's
 * own certificates, and the protocols. Version, suite and times are fields of a session; the
 * protocol agreed on matters to early data only. */
#include "hs.h"

#include "../crypto/algs.h"

/* A session is worth what its first handshake was: where an external key is asked for, one that
 * began with certificates will not do, and the other way round on a client. psk_only without such
 * keys is for sessions, whatever they began with. */
bool sneck__policy_peer(const struct hs *hs, const struct session *s)
{
	const struct sneck_config *const cfg = hs->cfg;
	const bool by_key = (s->flags & SESSION_BY_KEY) != 0;
	const bool asked = hs->role == SNECK_SERVER && (cfg->ask & SNECK_ASK_PSK) != 0;

	if (cfg->psk_only)
		return by_key || (cfg->n_psks == 0 && !asked);
	return hs->role == SNECK_SERVER || !by_key || cfg->n_psks != 0;
}

/* What ends one list and begins the next. */
static enum sneck_rc add_count(struct transcript *t, size_t n)
{
	const uint8_t count[] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				  (uint8_t)n };

	return sneck__transcript_add(t, sneck_span_of(count, sizeof count));
}

static enum sneck_rc add(struct transcript *t, struct sneck_span s)
{
	SNECK_TRY(add_count(t, s.len));
	return sneck__transcript_add(t, s);
}

static enum sneck_rc add_names(struct transcript *t, const struct sneck_credential *c)
{
	SNECK_TRY(add_count(t, c->names != NULL ? c->n_names : 0));
	for (size_t i = 0; c->names != NULL && i < c->n_names; i++) {
		size_t n = 0;

		while (c->names[i][n] != '\0')
			n++;
		SNECK_TRY(add(t, sneck_span_of(c->names[i], n)));
	}
	return SNECK_OK;
}

/* A server takes whoever resumes for who it was: a client that has become somebody else does not.
 */
static enum sneck_rc add_domain(struct transcript *t, const struct sneck_config *cfg, bool server)
{
	if (cfg->session_domain.len != 0)
		return add(t, cfg->session_domain);
	SNECK_TRY(add_count(t, cfg->n_credentials));
	for (size_t i = 0; i < cfg->n_credentials; i++) {
		SNECK_TRY(add_names(t, cfg->credentials[i]));
		if (!server)
			SNECK_TRY(add(t, cfg->credentials[i]->chain[0]));
	}
	SNECK_TRY(add_count(t, cfg->n_alpn));
	for (size_t i = 0; i < cfg->n_alpn; i++)
		SNECK_TRY(add(t, cfg->alpn[i]));
	return SNECK_OK;
}

/* Who was judged by one verifier was not judged by another. */
static enum sneck_rc add_trust(struct transcript *t, const struct sneck_verifier *v)
{
	const uint8_t fixed[] = { v != NULL, v != NULL ? (uint8_t)v->flags : 0 };

	SNECK_TRY(add(t, sneck_span_of(fixed, sizeof fixed)));
	if (v == NULL)
		return SNECK_OK;
	SNECK_TRY(add_count(t, v->n_ca_names));
	for (size_t i = 0; i < v->n_ca_names; i++)
		SNECK_TRY(add(t, v->ca_names[i]));
	return add(t, v->trust_id);
}

static enum sneck_rc add_policy(struct transcript *t, const struct hs *hs)
{
	const struct sneck_config *const cfg = hs->cfg;
	const bool server = hs->role == SNECK_SERVER;
	const uint8_t fixed[] = { hs->role, cfg->client_auth, cfg->session_domain.len != 0 };

	SNECK_TRY(add(t, sneck_span_of(fixed, sizeof fixed)));
	SNECK_TRY(add(t, server ? sneck_span_of(hs->sni, hs->sni_len) : hs->name));
	SNECK_TRY(add_trust(t, cfg->verifier));
	return add_domain(t, cfg, server);
}

enum sneck_rc sneck__policy(struct hs *hs)
{
	struct transcript t;
	enum sneck_rc rc;

	memset(&t, 0, sizeof t);
	rc = sneck__transcript_init(&t, sneck__hash_of(hs->cfg->provider, 4));
	if (rc == SNECK_OK)
		rc = add_policy(&t, hs);
	if (rc == SNECK_OK)
		rc = sneck__transcript_peek(&t, hs->domain);
	sneck__transcript_wipe(&t);
	return rc;
}
