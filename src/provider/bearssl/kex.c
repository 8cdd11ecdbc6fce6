/* SPDX-License-Identifier: MIT */
/* kex.c: X25519 (RFC 7748), P-256 and P-384 in the shape of a KEM; RFC 9846, 4.3.8 and 7.4.2. One
 * function for each step serves all groups. A private key is a scalar as BearSSL takes it. For
 * X25519 its order changed: 0.6 takes the little end first, as RFC 7748 does, later code the big
 * end. Random bytes are as good either way, and share and secret come of the same reading. BearSSL
 * clamps, and ignores the top bit of a share. */
#include "bearssl.h"

#define TRIES 8u /* a random scalar is out of range once in 2^32 */

struct group {
	int curve;
	uint32_t share_len, secret_len; /* a scalar is as long as the secret */
};

struct priv {
	uint8_t k[EC_SCALAR_MAX];
};

static const struct group x25519 = { BR_EC_curve25519, 32, 32 };
static const struct group p256 = { BR_EC_secp256r1, 65, 32 };
static const struct group p384 = { BR_EC_secp384r1, 97, 48 };

/* ---- scalars and secrets ------------------------------------------------------------------ */

bool sneck__bear_scalar(int curve, const uint8_t *k, size_t len)
{
	size_t n = 0;
	const uint8_t *order;
	uint32_t any = 0, borrow = 0;

	if (curve != BR_EC_secp256r1 && curve != BR_EC_secp384r1)
		return false;
	order = br_ec_get_default()->order(curve, &n);
	if (n != len)
		return false;
	for (size_t i = len; i-- > 0;) {
		any |= k[i];
		borrow = ((uint32_t)k[i] - order[i] - borrow) >> 31;
	}
	return any != 0 && borrow == 1;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	uint32_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= p[i];
	return any == 0;
}

/* ---- the three steps ---------------------------------------------------------------------- */

/* Zeroes the outputs of a call that failed. */
static enum sneck_rc end(const struct group *g, enum sneck_rc rc, uint8_t *share, uint8_t *secret)
{
	if (rc == SNECK_OK)
		return SNECK_OK;
	if (share != NULL)
		memset(share, 0, g->share_len);
	if (secret != NULL)
		bear_wipe(secret, g->secret_len);
	return rc;
}

/* For X25519 every 32 bytes are a scalar; else one of 1 to order - 1, uniform. */
static enum sneck_rc draw(const struct group *g, const struct sneck_provider *p, uint8_t *k)
{
	for (unsigned i = 0; i < TRIES; i++) {
		SNECK_TRY(p->random(p->ctx, k, g->secret_len));
		if (g->curve == BR_EC_curve25519 || sneck__bear_scalar(g->curve, k, g->secret_len))
			return SNECK_OK;
	}
	return SNECK_E_RANDOM;
}

static enum sneck_rc make(const struct group *g, const struct sneck_provider *p, struct priv *priv,
			  uint8_t *share)
{
	SNECK_TRY(draw(g, p, priv->k));
	if (br_ec_get_default()->mulgen(share, priv->k, g->secret_len, g->curve) != g->share_len)
		return SNECK_E_CRYPTO;
	return SNECK_OK;
}

/* RFC 9846, 4.3.8.2 and 7.4.2: the secret is the x coordinate. BearSSL refuses a point that is not
 * uncompressed, not on the curve, or has a coordinate that is not below the prime. The groups of
 * the NIST curves have prime order, so a point on the curve is in the group; for X25519 the result
 * is checked instead. */
static enum sneck_rc agree(const struct group *g, const struct priv *priv, const uint8_t *share,
			   uint8_t *secret)
{
	const bool montgomery = g->curve == BR_EC_curve25519;
	uint8_t point[EC_POINT_MAX];
	enum sneck_rc rc = SNECK_E_BAD_SHARE;

	memcpy(point, share, g->share_len);
	if (br_ec_get_default()->mul(point, g->share_len, priv->k, g->secret_len, g->curve) == 1) {
		memcpy(secret, point + (montgomery ? 0 : 1), g->secret_len);
		if (!montgomery || !all_zero(secret, g->secret_len))
			rc = SNECK_OK;
	}
	bear_wipe(point, sizeof point);
	return rc;
}

static void wipe(void *priv)
{
	bear_wipe(priv, sizeof(struct priv));
}

static enum sneck_rc offer_of(const struct group *g, const struct sneck_provider *p, void *priv,
			      uint8_t *offer)
{
	const enum sneck_rc rc = make(g, p, priv, offer);

	if (rc != SNECK_OK)
		wipe(priv);
	return end(g, rc, offer, NULL);
}

static enum sneck_rc answer_of(const struct group *g, const struct sneck_provider *p,
			       const uint8_t *offer, uint8_t *answer, uint8_t *secret)
{
	struct priv priv;
	enum sneck_rc rc = make(g, p, &priv, answer);

	if (rc == SNECK_OK)
		rc = agree(g, &priv, offer, secret);
	wipe(&priv);
	return end(g, rc, answer, secret);
}

static enum sneck_rc finish_of(const struct group *g, void *priv, const uint8_t *answer,
			       uint8_t *secret)
{
	const enum sneck_rc rc = agree(g, priv, answer, secret);

	wipe(priv);
	return end(g, rc, NULL, secret);
}

#define KEX(NAME, GROUP, SHARE_LEN, SECRET_LEN, TEXT)                                              \
	static enum sneck_rc NAME##_offer(const struct sneck_provider *p, void *priv,              \
					  uint8_t *offer, void *work)                              \
	{                                                                                          \
		(void)work;                                                                        \
		return offer_of(&(NAME), p, priv, offer);                                          \
	}                                                                                          \
	static enum sneck_rc NAME##_answer(const struct sneck_provider *p, const uint8_t *offer,   \
					   uint8_t *answer, uint8_t *secret, void *work)           \
	{                                                                                          \
		(void)work;                                                                        \
		return answer_of(&(NAME), p, offer, answer, secret);                               \
	}                                                                                          \
	static enum sneck_rc NAME##_finish(const struct sneck_provider *p, void *priv,             \
					   const uint8_t *answer, uint8_t *secret, void *work)     \
	{                                                                                          \
		(void)p;                                                                           \
		(void)work;                                                                        \
		return finish_of(&(NAME), priv, answer, secret);                                   \
	}                                                                                          \
	const struct sneck_kex sneck__bear_##NAME = {                                              \
		.group = (GROUP),                                                                  \
		.offer_len = (SHARE_LEN),                                                          \
		.answer_len = (SHARE_LEN),                                                         \
		.secret_len = (SECRET_LEN),                                                        \
		.priv_size = sizeof(struct priv),                                                  \
		.name = (TEXT),                                                                    \
		.offer = NAME##_offer,                                                             \
		.answer = NAME##_answer,                                                           \
		.finish = NAME##_finish,                                                           \
		.wipe = wipe,                                                                      \
	}

KEX(x25519, 0x001d, 32, 32, "x25519");
KEX(p256, 0x0017, 65, 32, "secp256r1");
KEX(p384, 0x0018, 97, 48, "secp384r1");
