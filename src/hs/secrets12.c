/* SPDX-License-Identifier: MIT */
/* secrets12.c: the one point of a handshake of TLS 1.2 at which secrets are made, and what is made
 * of them later. RFC 5246, 8.1, 6.3; RFC 7627, 4; RFC 5705; RFC 9850.
 *
 * Each direction has one key for good, so key and nonce are kept where TLS 1.3 has the traffic
 * secrets. */
#include "hs.h"

#include "../build.h"
#include "../crypto/algs.h"
#include "../wire/ct.h"

_Static_assert(BOUND_HASH >= MASTER12_LEN && BOUND_HASH >= BOUND_KEY + BOUND_NONCE, "kept there");

static size_t iv_len(const struct hs *hs)
{
	return BOUND_NONCE - (size_t)hs->suite->nonce_len;
}

static enum sneck_rc make_keys(struct hs *hs)
{
	const struct sched12 *const s = &hs->work->sched12;
	const struct sneck_aead *const aead = sneck__aead_of(hs->cfg->provider, hs->suite->aead);
	const bool server = hs->role == SNECK_SERVER;

	if (hs->cfg->insecure_keylog != NULL)
		hs->cfg->insecure_keylog(hs->cfg->keylog_user, "CLIENT_RANDOM", s->r.client,
					 s->master, sizeof s->master);
	/* RFC 7627, 5.4: without it no two ends can know that the secret is theirs alone */
	if (hs->stored)
		memcpy(hs->resumption, s->master, sizeof s->master);
	if (hs->cfg->keep_exporter && hs->ems) {
		memcpy(hs->exporter, s->master, sizeof s->master);
		hs->randoms = s->r;
	}
	return sneck__key_block12(server ? hs->rx_secret : hs->tx_secret,
				  server ? hs->tx_secret : hs->rx_secret, aead->key_len, iv_len(hs),
				  hs->hash, s->master, &s->r);
}

enum sneck_rc sneck__secrets12(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct sched12 *const s = &wk->sched12;
	uint8_t th[BOUND_HASH];
	enum sneck_rc rc;

	rc = sneck__transcript_peek(&wk->transcript, th);
	if (rc == SNECK_OK)
		rc = sneck__master12(s->master, hs->hash,
				     sneck_span_of(wk->shared, wk->nego.kex->secret_len),
				     hs->ems ? th : NULL, &s->r);
	sneck__ct_wipe(wk->shared, wk->nego.kex->secret_len);
	SNECK_TRY(rc);
	return make_keys(hs);
}

enum sneck_rc sneck__secrets12_resume(struct hs *hs)
{
	struct session s;

	if (!BUILD_TICKETS || sneck__session_read(&s, hs->session) != SNECK_OK ||
	    s.secret.len != MASTER12_LEN)
		return SNECK_E_INTERNAL;
	memcpy(hs->work->sched12.master, s.secret.p, MASTER12_LEN);
	return make_keys(hs);
}

/* The key, and what is secret of the nonce behind it. */
struct sneck_span sneck__secret12(const struct hs *hs, bool write, uint8_t level)
{
	const struct sneck_aead *const aead = sneck__aead_of(hs->cfg->provider, hs->suite->aead);

	(void)level;
	return sneck_span_of(write ? hs->tx_secret : hs->rx_secret, aead->key_len + iv_len(hs));
}

/* A nonce that comes with the records has zeros in its place here. */
enum sneck_rc sneck__keys12(const struct hs *hs, bool write, uint8_t level, uint8_t *key,
			    size_t key_len, uint8_t *iv)
{
	const uint8_t *const kept = write ? hs->tx_secret : hs->rx_secret;

	(void)level;
	memcpy(key, kept, key_len);
	memset(iv, 0, BOUND_NONCE);
	memcpy(iv, kept + key_len, iv_len(hs));
	return SNECK_OK;
}

enum sneck_rc sneck__export12(const struct hs *hs, const uint8_t *secret, uint8_t *out, size_t len,
			      const char *label, struct sneck_span context)
{
	if (!hs->ems)
		return SNECK_E_CONFIG;
	return sneck__exporter12(out, len, hs->hash, secret, &hs->randoms, label, context);
}
