/* SPDX-License-Identifier: MIT */
/* kex.c: X25519 (RFC 7748) and P-256 in the shape of a KEM; RFC 9846, 4.3.8 and 7.4.2.
 *
 * Private keys are made of the provider's random bytes. X25519 keys are EVP_PKEY objects. P-256
 * goes through EC_POINT, where ECDH is one multiplication and a private key 32 bytes: what EVP adds
 * is 6 us for each exchange. Both are the constant-time code that EVP calls. */
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "openssl.h"

#define X_LEN	32u /* X25519: private key, share and secret */
#define P_LEN	32u /* P-256: a scalar, a coordinate */
#define P_POINT 65u /* an uncompressed point */
#define P_TRIES 8u  /* a random scalar is out of range once in 2^32 */

/* Zeroes the outputs of a call that failed. */
static enum sneck_rc end(enum sneck_rc rc, uint8_t *share, size_t share_len, uint8_t *secret)
{
	if (rc == SNECK_OK)
		return SNECK_OK;
	if (share != NULL)
		memset(share, 0, share_len);
	if (secret != NULL)
		OPENSSL_cleanse(secret, 32);
	return sneck__ossl_fail(rc);
}

/* ---- X25519 ------------------------------------------------------------------------------- */

struct x25519 {
	EVP_PKEY *key;
};

static void x25519_wipe(void *priv)
{
	struct x25519 *const x = priv;

	EVP_PKEY_free(x->key);
	x->key = NULL;
}

static enum sneck_rc x25519_make(const struct sneck_provider *p, struct x25519 *x, uint8_t *share)
{
	uint8_t k[X_LEN];
	size_t len = X_LEN;
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, k, X_LEN),
		OSSL_PARAM_END,
	};

	x25519_wipe(x);
	SNECK_TRY(p->random(p->ctx, k, X_LEN));
	x->key = sneck__ossl_key(sneck__ossl.x25519, EVP_PKEY_KEYPAIR, params);
	OPENSSL_cleanse(k, sizeof k);
	if (x->key == NULL || EVP_PKEY_get_raw_public_key(x->key, share, &len) != 1)
		return SNECK_E_CRYPTO;
	return SNECK_OK;
}

static enum sneck_rc x25519_derive(EVP_PKEY_CTX *c, EVP_PKEY *peer, uint8_t *secret)
{
	static const uint8_t zero[X_LEN];
	size_t len = X_LEN;

	/* every 32 bytes are a share; RFC 9846, 7.4.2 asks for the check of the result instead */
	if (c == NULL || peer == NULL || EVP_PKEY_derive_init(c) != 1 ||
	    EVP_PKEY_derive_set_peer_ex(c, peer, 0) != 1)
		return SNECK_E_CRYPTO;
	if (EVP_PKEY_derive(c, secret, &len) != 1 || CRYPTO_memcmp(secret, zero, X_LEN) == 0)
		return SNECK_E_BAD_SHARE;
	return SNECK_OK;
}

static enum sneck_rc x25519_agree(const struct x25519 *x, const uint8_t *share, uint8_t *secret)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)share, X_LEN),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_pkey(NULL, x->key, NULL);
	EVP_PKEY *const peer = sneck__ossl_key(sneck__ossl.x25519, EVP_PKEY_PUBLIC_KEY, params);
	const enum sneck_rc rc = x25519_derive(c, peer, secret);

	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(c);
	return rc;
}

static enum sneck_rc x25519_offer(const struct sneck_provider *p, void *priv, uint8_t *offer,
				  void *work)
{
	const enum sneck_rc rc = x25519_make(p, priv, offer);

	(void)work;
	if (rc != SNECK_OK)
		x25519_wipe(priv);
	return end(rc, offer, X_LEN, NULL);
}

static enum sneck_rc x25519_answer(const struct sneck_provider *p, const uint8_t *offer,
				   uint8_t *answer, uint8_t *secret, void *work)
{
	struct x25519 x = { NULL };
	enum sneck_rc rc = x25519_make(p, &x, answer);

	(void)work;
	if (rc == SNECK_OK)
		rc = x25519_agree(&x, offer, secret);
	x25519_wipe(&x);
	return end(rc, answer, X_LEN, secret);
}

static enum sneck_rc x25519_finish(const struct sneck_provider *p, void *priv,
				   const uint8_t *answer, uint8_t *secret, void *work)
{
	const enum sneck_rc rc = x25519_agree(priv, answer, secret);

	(void)p;
	(void)work;
	x25519_wipe(priv);
	return end(rc, NULL, 0, secret);
}

const struct sneck_kex sneck__ossl_x25519 = {
	.group = 0x001d,
	.offer_len = X_LEN,
	.answer_len = X_LEN,
	.secret_len = X_LEN,
	.priv_size = sizeof(struct x25519),
	.name = "x25519",
	.offer = x25519_offer,
	.answer = x25519_answer,
	.finish = x25519_finish,
	.wipe = x25519_wipe,
};

/* ---- P-256 -------------------------------------------------------------------------------- */

/* What one exchange needs of libcrypto's heap. */
struct p256 {
	BN_CTX *bn;
	BIGNUM *k;
	EC_POINT *at; /* the peer's share, then the shared point */
};

static bool p256_open(struct p256 *e)
{
	e->bn = BN_CTX_new();
	e->k = BN_secure_new();
	e->at = EC_POINT_new(sneck__ossl.group);
	if (e->bn == NULL || e->k == NULL || e->at == NULL)
		return false;
	BN_set_flags(e->k, BN_FLG_CONSTTIME);
	return true;
}

static void p256_close(struct p256 *e)
{
	EC_POINT_clear_free(e->at);
	BN_clear_free(e->k);
	BN_CTX_free(e->bn);
}

static void p256_wipe(void *priv)
{
	OPENSSL_cleanse(priv, P_LEN);
}

/* k: a scalar of 1 to order - 1, uniform; share: k times the generator. */
static enum sneck_rc p256_make(const struct sneck_provider *p, struct p256 *e, uint8_t *k,
			       uint8_t *share)
{
	const EC_GROUP *const g = sneck__ossl.group;
	EC_POINT *const at = EC_POINT_new(g);
	enum sneck_rc rc = SNECK_E_RANDOM;

	for (unsigned i = 0; i < P_TRIES && rc == SNECK_E_RANDOM; i++) {
		rc = p->random(p->ctx, k, P_LEN);
		if (rc != SNECK_OK)
			break;
		if (BN_bin2bn(k, P_LEN, e->k) == NULL)
			rc = SNECK_E_CRYPTO;
		else if (BN_is_zero(e->k) || BN_ucmp(e->k, EC_GROUP_get0_order(g)) >= 0)
			rc = SNECK_E_RANDOM;
	}
	if (rc == SNECK_OK && (at == NULL || EC_POINT_mul(g, at, e->k, NULL, NULL, e->bn) != 1 ||
			       EC_POINT_point2oct(g, at, POINT_CONVERSION_UNCOMPRESSED, share,
						  P_POINT, e->bn) != P_POINT))
		rc = SNECK_E_CRYPTO;
	EC_POINT_free(at);
	return rc;
}

/* Reads the peer's share. The group has prime order, so a point on the curve is in the group. */
static enum sneck_rc p256_peer(struct p256 *e, const uint8_t *share)
{
	/* RFC 9846, 4.3.8.2: uncompressed only */
	if (share[0] != POINT_CONVERSION_UNCOMPRESSED ||
	    EC_POINT_oct2point(sneck__ossl.group, e->at, share, P_POINT, e->bn) != 1)
		return SNECK_E_BAD_SHARE;
	return SNECK_OK;
}

/* RFC 9846, 7.4.2: the secret is the x coordinate. */
static enum sneck_rc p256_agree(struct p256 *e, uint8_t *secret)
{
	const EC_GROUP *const g = sneck__ossl.group;
	uint8_t point[P_POINT] = { 0 };
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (EC_POINT_mul(g, e->at, NULL, e->at, e->k, e->bn) == 1 &&
	    EC_POINT_point2oct(g, e->at, POINT_CONVERSION_UNCOMPRESSED, point, P_POINT, e->bn) ==
		    P_POINT) {
		memcpy(secret, point + 1, P_LEN);
		rc = SNECK_OK;
	}
	OPENSSL_cleanse(point, sizeof point);
	return rc;
}

static enum sneck_rc p256_offer(const struct sneck_provider *p, void *priv, uint8_t *offer,
				void *work)
{
	struct p256 e;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	(void)work;
	if (p256_open(&e))
		rc = p256_make(p, &e, priv, offer);
	p256_close(&e);
	if (rc != SNECK_OK)
		p256_wipe(priv);
	return end(rc, offer, P_POINT, NULL);
}

static enum sneck_rc p256_answer_with(const struct sneck_provider *p, struct p256 *e,
				      const uint8_t *offer, uint8_t *answer, uint8_t *secret)
{
	uint8_t k[P_LEN];
	enum sneck_rc rc;

	SNECK_TRY(p256_peer(e, offer));
	rc = p256_make(p, e, k, answer);
	p256_wipe(k);
	SNECK_TRY(rc);
	return p256_agree(e, secret);
}

static enum sneck_rc p256_answer(const struct sneck_provider *p, const uint8_t *offer,
				 uint8_t *answer, uint8_t *secret, void *work)
{
	struct p256 e;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	(void)work;
	if (p256_open(&e))
		rc = p256_answer_with(p, &e, offer, answer, secret);
	p256_close(&e);
	return end(rc, answer, P_POINT, secret);
}

static enum sneck_rc p256_finish(const struct sneck_provider *p, void *priv, const uint8_t *answer,
				 uint8_t *secret, void *work)
{
	struct p256 e;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	(void)p;
	(void)work;
	if (p256_open(&e) && BN_bin2bn(priv, P_LEN, e.k) != NULL) {
		rc = p256_peer(&e, answer);
		if (rc == SNECK_OK)
			rc = p256_agree(&e, secret);
	}
	p256_close(&e);
	p256_wipe(priv);
	return end(rc, NULL, 0, secret);
}

const struct sneck_kex sneck__ossl_p256 = {
	.group = 0x0017,
	.offer_len = P_POINT,
	.answer_len = P_POINT,
	.secret_len = P_LEN,
	.priv_size = P_LEN,
	.name = "secp256r1",
	.offer = p256_offer,
	.answer = p256_answer,
	.finish = p256_finish,
	.wipe = p256_wipe,
};
