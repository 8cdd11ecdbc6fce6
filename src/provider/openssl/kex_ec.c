/* SPDX-License-Identifier: MIT */
/* kex_ec.c: ECDH on P-256, P-384 and P-521 in the shape of a KEM; RFC 9846, 4.3.8.2 and 7.4.2.
 *
 * It goes through EC_POINT, where ECDH is one multiplication and a private key is a scalar: what
 * EVP adds is 6 us for each exchange. It is the constant-time code that EVP calls. */
#include <stdbool.h>

#include <openssl/crypto.h>

#include "openssl.h"

#define LEN_MAX	  66u /* P-521: a scalar, a coordinate */
#define POINT_MAX (1u + 2u * LEN_MAX)
#define TRIES	  8u /* a random scalar is out of range once in 2^32 at most */

struct curve {
	size_t len;   /* of a scalar and a coordinate */
	uint8_t mask; /* bits of a scalar's first byte */
	EC_GROUP *const *group;
};

static const struct curve p256 = { 32, 0xff, &sneck__ossl.group[0] },
			  p384 = { 48, 0xff, &sneck__ossl.group[1] },
			  p521 = { 66, 0x01, &sneck__ossl.group[2] };

/* What one exchange needs of libcrypto's heap. */
struct ecdh {
	const struct curve *c;
	const EC_GROUP *g;
	BN_CTX *bn;
	BIGNUM *k;
	EC_POINT *at; /* the peer's share, then the shared point */
};

static size_t point_len(const struct curve *c)
{
	return 1 + 2 * c->len;
}

static bool ec_open(struct ecdh *e, const struct curve *c)
{
	e->c = c;
	e->g = *c->group;
	e->bn = BN_CTX_new();
	e->k = BN_secure_new();
	e->at = EC_POINT_new(e->g);
	if (e->bn == NULL || e->k == NULL || e->at == NULL)
		return false;
	BN_set_flags(e->k, BN_FLG_CONSTTIME);
	return true;
}

static void ec_close(struct ecdh *e)
{
	EC_POINT_clear_free(e->at);
	BN_clear_free(e->k);
	BN_CTX_free(e->bn);
}

/* Zeroes the outputs of a call that failed. */
static enum sneck_rc end(enum sneck_rc rc, const struct curve *c, uint8_t *share, uint8_t *secret)
{
	if (rc == SNECK_OK)
		return SNECK_OK;
	if (share != NULL)
		memset(share, 0, point_len(c));
	if (secret != NULL)
		OPENSSL_cleanse(secret, c->len);
	return sneck__ossl_fail(rc);
}

/* k: a scalar of 1 to order - 1, uniform; share: k times the generator. */
static enum sneck_rc ec_make(const struct sneck_provider *p, struct ecdh *e, uint8_t *k,
			     uint8_t *share)
{
	EC_POINT *const at = EC_POINT_new(e->g);
	const size_t len = point_len(e->c);
	enum sneck_rc rc = SNECK_E_RANDOM;

	for (unsigned i = 0; i < TRIES && rc == SNECK_E_RANDOM; i++) {
		rc = p->random(p->ctx, k, e->c->len);
		if (rc != SNECK_OK)
			break;
		k[0] &= e->c->mask;
		if (BN_bin2bn(k, (int)e->c->len, e->k) == NULL)
			rc = SNECK_E_CRYPTO;
		else if (BN_is_zero(e->k) || BN_ucmp(e->k, EC_GROUP_get0_order(e->g)) >= 0)
			rc = SNECK_E_RANDOM;
	}
	if (rc == SNECK_OK &&
	    (at == NULL || EC_POINT_mul(e->g, at, e->k, NULL, NULL, e->bn) != 1 ||
	     EC_POINT_point2oct(e->g, at, POINT_CONVERSION_UNCOMPRESSED, share, len, e->bn) != len))
		rc = SNECK_E_CRYPTO;
	EC_POINT_free(at);
	return rc;
}

/* Reads the peer's share. The groups have prime order, so a point on the curve is in the group. */
static enum sneck_rc ec_peer(struct ecdh *e, const uint8_t *share)
{
	/* RFC 9846, 4.3.8.2: uncompressed only */
	if (share[0] != POINT_CONVERSION_UNCOMPRESSED ||
	    EC_POINT_oct2point(e->g, e->at, share, point_len(e->c), e->bn) != 1)
		return SNECK_E_BAD_SHARE;
	return SNECK_OK;
}

/* RFC 9846, 7.4.2: the secret is the x coordinate. */
static enum sneck_rc ec_agree(struct ecdh *e, uint8_t *secret)
{
	const size_t len = point_len(e->c);
	uint8_t point[POINT_MAX] = { 0 };
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (EC_POINT_mul(e->g, e->at, NULL, e->at, e->k, e->bn) == 1 &&
	    EC_POINT_point2oct(e->g, e->at, POINT_CONVERSION_UNCOMPRESSED, point, len, e->bn) ==
		    len) {
		memcpy(secret, point + 1, e->c->len);
		rc = SNECK_OK;
	}
	OPENSSL_cleanse(point, sizeof point);
	return rc;
}

static enum sneck_rc offer_of(const struct curve *c, const struct sneck_provider *p, uint8_t *priv,
			      uint8_t *offer)
{
	struct ecdh e;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (ec_open(&e, c))
		rc = ec_make(p, &e, priv, offer);
	ec_close(&e);
	if (rc != SNECK_OK)
		OPENSSL_cleanse(priv, c->len);
	return end(rc, c, offer, NULL);
}

static enum sneck_rc answer_with(const struct sneck_provider *p, struct ecdh *e,
				 const uint8_t *offer, uint8_t *answer, uint8_t *secret)
{
	uint8_t k[LEN_MAX];
	enum sneck_rc rc;

	SNECK_TRY(ec_peer(e, offer));
	rc = ec_make(p, e, k, answer);
	OPENSSL_cleanse(k, sizeof k);
	SNECK_TRY(rc);
	return ec_agree(e, secret);
}

static enum sneck_rc answer_of(const struct curve *c, const struct sneck_provider *p,
			       const uint8_t *offer, uint8_t *answer, uint8_t *secret)
{
	struct ecdh e;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (ec_open(&e, c))
		rc = answer_with(p, &e, offer, answer, secret);
	ec_close(&e);
	return end(rc, c, answer, secret);
}

static enum sneck_rc finish_of(const struct curve *c, uint8_t *priv, const uint8_t *answer,
			       uint8_t *secret)
{
	struct ecdh e;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (ec_open(&e, c) && BN_bin2bn(priv, (int)c->len, e.k) != NULL) {
		rc = ec_peer(&e, answer);
		if (rc == SNECK_OK)
			rc = ec_agree(&e, secret);
	}
	ec_close(&e);
	OPENSSL_cleanse(priv, c->len);
	return end(rc, c, NULL, secret);
}

/* The functions of a descriptor do not see it. */
#define ECDH(NAME, GROUP, LEN, TEXT)                                                               \
	static enum sneck_rc NAME##_offer(const struct sneck_provider *p, void *priv,              \
					  uint8_t *offer, void *work)                              \
	{                                                                                          \
		(void)work;                                                                        \
		return offer_of(&NAME, p, priv, offer);                                            \
	}                                                                                          \
	static enum sneck_rc NAME##_answer(const struct sneck_provider *p, const uint8_t *offer,   \
					   uint8_t *answer, uint8_t *secret, void *work)           \
	{                                                                                          \
		(void)work;                                                                        \
		return answer_of(&NAME, p, offer, answer, secret);                                 \
	}                                                                                          \
	static enum sneck_rc NAME##_finish(const struct sneck_provider *p, void *priv,             \
					   const uint8_t *answer, uint8_t *secret, void *work)     \
	{                                                                                          \
		(void)p;                                                                           \
		(void)work;                                                                        \
		return finish_of(&NAME, priv, answer, secret);                                     \
	}                                                                                          \
	static void NAME##_wipe(void *priv)                                                        \
	{                                                                                          \
		OPENSSL_cleanse(priv, (LEN));                                                      \
	}                                                                                          \
	const struct sneck_kex sneck__ossl_##NAME = {                                              \
		.group = (GROUP),                                                                  \
		.offer_len = 1u + 2u * (LEN),                                                      \
		.answer_len = 1u + 2u * (LEN),                                                     \
		.secret_len = (LEN),                                                               \
		.priv_size = (LEN),                                                                \
		.name = (TEXT),                                                                    \
		.offer = NAME##_offer,                                                             \
		.answer = NAME##_answer,                                                           \
		.finish = NAME##_finish,                                                           \
		.wipe = NAME##_wipe,                                                               \
	}

ECDH(p256, 0x0017, 32, "secp256r1");
ECDH(p384, 0x0018, 48, "secp384r1");
ECDH(p521, 0x0019, 66, "secp521r1");
