/* SPDX-License-Identifier: MIT */
/* kex.c: X25519 and X448 (RFC 7748), and X25519MLKEM768 (RFC 10024: ML-KEM-768 of FIPS 203 beside
 * X25519) in the shape of a KEM; RFC 9846, 4.3.8 and 7.4.2. The NIST curves are in kex_ec.c.
 *
 * Private keys are EVP_PKEY objects made of the provider's random bytes, as is what an
 * encapsulation is made of. ML-KEM is in libcrypto 3.5 and newer; the calls and the names of the
 * parameters are such that headers of 3.0 do. */
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "openssl.h"

#define X_MAX	    56u	  /* X448: private key, share and secret; X25519: 32 */
#define KEM_SEED    64u	  /* d and z of FIPS 203, 7.1 */
#define KEM_COINS   32u	  /* m of FIPS 203, 7.2 */
#define KEM_PUBLIC  1184u /* an encapsulation key */
#define KEM_WRAPPED 1088u /* a ciphertext */
#define KEM_SECRET  32u

struct xdh {
	size_t len;
	EVP_PKEY_CTX *const *tmpl;
};

static const struct xdh x25519 = { 32, &sneck__ossl.x25519 }, x448 = { 56, &sneck__ossl.x448 };

/* Zeroes the outputs of a call that failed. */
static enum sneck_rc end(enum sneck_rc rc, const struct sneck_kex *k, uint8_t *share, size_t len,
			 uint8_t *secret)
{
	if (rc == SNECK_OK)
		return SNECK_OK;
	if (share != NULL)
		memset(share, 0, len);
	if (secret != NULL)
		OPENSSL_cleanse(secret, k->secret_len);
	return sneck__ossl_fail(rc);
}

static EVP_PKEY *key_of(const EVP_PKEY_CTX *tmpl, int selection, const char *name, const uint8_t *p,
			size_t len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(name, (void *)(uintptr_t)p, len),
		OSSL_PARAM_END,
	};

	return sneck__ossl_key(tmpl, selection, params);
}

static void drop(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
	*key = NULL;
}

/* ---- X25519, X448 ------------------------------------------------------------------------- */

static enum sneck_rc x_make(const struct xdh *x, const struct sneck_provider *p, EVP_PKEY **key,
			    uint8_t *share)
{
	uint8_t k[X_MAX];
	size_t len = x->len;

	drop(key);
	SNECK_TRY(p->random(p->ctx, k, x->len));
	*key = key_of(*x->tmpl, EVP_PKEY_KEYPAIR, OSSL_PKEY_PARAM_PRIV_KEY, k, x->len);
	OPENSSL_cleanse(k, sizeof k);
	if (*key == NULL || EVP_PKEY_get_raw_public_key(*key, share, &len) != 1)
		return SNECK_E_CRYPTO;
	return SNECK_OK;
}

static enum sneck_rc x_derive(const struct xdh *x, EVP_PKEY_CTX *c, EVP_PKEY *peer, uint8_t *secret)
{
	static const uint8_t zero[X_MAX];
	size_t len = x->len;

	/* all bytes are a share; RFC 9846, 7.4.2 asks for the check of the result instead */
	if (c == NULL || peer == NULL || EVP_PKEY_derive_init(c) != 1 ||
	    EVP_PKEY_derive_set_peer_ex(c, peer, 0) != 1)
		return SNECK_E_CRYPTO;
	if (EVP_PKEY_derive(c, secret, &len) != 1 || CRYPTO_memcmp(secret, zero, x->len) == 0)
		return SNECK_E_BAD_SHARE;
	return SNECK_OK;
}

static enum sneck_rc x_agree(const struct xdh *x, EVP_PKEY *key, const uint8_t *share,
			     uint8_t *secret)
{
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	EVP_PKEY *const peer =
		key_of(*x->tmpl, EVP_PKEY_PUBLIC_KEY, OSSL_PKEY_PARAM_PUB_KEY, share, x->len);
	const enum sneck_rc rc = x_derive(x, c, peer, secret);

	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(c);
	return rc;
}

static enum sneck_rc x_answer(const struct xdh *x, const struct sneck_provider *p,
			      const uint8_t *offer, uint8_t *answer, uint8_t *secret)
{
	EVP_PKEY *key = NULL;
	enum sneck_rc rc = x_make(x, p, &key, answer);

	if (rc == SNECK_OK)
		rc = x_agree(x, key, offer, secret);
	drop(&key);
	return rc;
}

static void x_wipe(void *priv)
{
	drop(priv);
}

/* The functions of a descriptor do not see it. */
#define XDH(NAME, GROUP, LEN)                                                                      \
	static enum sneck_rc NAME##_offer(const struct sneck_provider *p, void *priv,              \
					  uint8_t *offer, void *work)                              \
	{                                                                                          \
		const enum sneck_rc rc = x_make(&NAME, p, priv, offer);                            \
                                                                                                   \
		(void)work;                                                                        \
		if (rc != SNECK_OK)                                                                \
			x_wipe(priv);                                                              \
		return end(rc, &sneck__ossl_##NAME, offer, (LEN), NULL);                           \
	}                                                                                          \
	static enum sneck_rc NAME##_answer(const struct sneck_provider *p, const uint8_t *offer,   \
					   uint8_t *answer, uint8_t *secret, void *work)           \
	{                                                                                          \
		(void)work;                                                                        \
		return end(x_answer(&NAME, p, offer, answer, secret), &sneck__ossl_##NAME, answer, \
			   (LEN), secret);                                                         \
	}                                                                                          \
	static enum sneck_rc NAME##_finish(const struct sneck_provider *p, void *priv,             \
					   const uint8_t *answer, uint8_t *secret, void *work)     \
	{                                                                                          \
		const enum sneck_rc rc = x_agree(&NAME, *(EVP_PKEY **)priv, answer, secret);       \
                                                                                                   \
		(void)p;                                                                           \
		(void)work;                                                                        \
		x_wipe(priv);                                                                      \
		return end(rc, &sneck__ossl_##NAME, NULL, 0, secret);                              \
	}                                                                                          \
	const struct sneck_kex sneck__ossl_##NAME = {                                              \
		.group = (GROUP),                                                                  \
		.offer_len = (LEN),                                                                \
		.answer_len = (LEN),                                                               \
		.secret_len = (LEN),                                                               \
		.priv_size = sizeof(EVP_PKEY *),                                                   \
		.name = #NAME,                                                                     \
		.offer = NAME##_offer,                                                             \
		.answer = NAME##_answer,                                                           \
		.finish = NAME##_finish,                                                           \
		.wipe = x_wipe,                                                                    \
	}

XDH(x25519, 0x001d, 32);
XDH(x448, 0x001e, 56);

/* ---- X25519MLKEM768 ----------------------------------------------------------------------- */

struct hybrid {
	EVP_PKEY *kem, *x;
};

static void hybrid_wipe(void *priv)
{
	struct hybrid *const h = priv;

	drop(&h->kem);
	drop(&h->x);
}

static enum sneck_rc kem_make(const struct sneck_provider *p, EVP_PKEY **key, uint8_t *share)
{
	uint8_t seed[KEM_SEED];
	size_t len = KEM_PUBLIC;

	drop(key);
	SNECK_TRY(p->random(p->ctx, seed, sizeof seed));
	*key = key_of(sneck__ossl.mlkem, EVP_PKEY_KEYPAIR, "seed", seed, sizeof seed);
	OPENSSL_cleanse(seed, sizeof seed);
	if (*key == NULL || EVP_PKEY_get_raw_public_key(*key, share, &len) != 1)
		return SNECK_E_CRYPTO;
	return SNECK_OK;
}

static enum sneck_rc kem_wrap(const struct sneck_provider *p, const uint8_t *share,
			      uint8_t *wrapped, uint8_t *secret)
{
	uint8_t coins[KEM_COINS];
	const OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string("ikme", coins, sizeof coins),
		OSSL_PARAM_END,
	};
	size_t len = KEM_WRAPPED, secret_len = KEM_SECRET;
	enum sneck_rc rc = SNECK_E_CRYPTO;
	EVP_PKEY *peer;
	EVP_PKEY_CTX *c;

	SNECK_TRY(p->random(p->ctx, coins, sizeof coins));
	peer = key_of(sneck__ossl.mlkem, EVP_PKEY_PUBLIC_KEY, OSSL_PKEY_PARAM_PUB_KEY, share,
		      KEM_PUBLIC);
	c = peer == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	if (peer == NULL) /* FIPS 203, 7.2: a coefficient that is not reduced */
		rc = SNECK_E_BAD_SHARE;
	else if (c != NULL && EVP_PKEY_encapsulate_init(c, params) == 1 &&
		 EVP_PKEY_encapsulate(c, wrapped, &len, secret, &secret_len) == 1)
		rc = SNECK_OK;
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
	OPENSSL_cleanse(coins, sizeof coins);
	return rc;
}

/* Every ciphertext has a secret: a forged one is found by the peer's Finished. */
static enum sneck_rc kem_unwrap(EVP_PKEY *key, const uint8_t *wrapped, uint8_t *secret)
{
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t len = KEM_SECRET;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (c != NULL && EVP_PKEY_decapsulate_init(c, NULL) == 1 &&
	    EVP_PKEY_decapsulate(c, secret, &len, wrapped, KEM_WRAPPED) == 1)
		rc = SNECK_OK;
	EVP_PKEY_CTX_free(c);
	return rc;
}

static enum sneck_rc hybrid_offer(const struct sneck_provider *p, void *priv, uint8_t *offer,
				  void *work)
{
	struct hybrid *const h = priv;
	enum sneck_rc rc = kem_make(p, &h->kem, offer);

	(void)work;
	if (rc == SNECK_OK)
		rc = x_make(&x25519, p, &h->x, offer + KEM_PUBLIC);
	if (rc != SNECK_OK)
		hybrid_wipe(h);
	return end(rc, &sneck__ossl_x25519mlkem768, offer, KEM_PUBLIC + 32, NULL);
}

static enum sneck_rc hybrid_answer(const struct sneck_provider *p, const uint8_t *offer,
				   uint8_t *answer, uint8_t *secret, void *work)
{
	enum sneck_rc rc = kem_wrap(p, offer, answer, secret);

	(void)work;
	if (rc == SNECK_OK)
		rc = x_answer(&x25519, p, offer + KEM_PUBLIC, answer + KEM_WRAPPED,
			      secret + KEM_SECRET);
	return end(rc, &sneck__ossl_x25519mlkem768, answer, KEM_WRAPPED + 32, secret);
}

static enum sneck_rc hybrid_finish(const struct sneck_provider *p, void *priv,
				   const uint8_t *answer, uint8_t *secret, void *work)
{
	struct hybrid *const h = priv;
	enum sneck_rc rc = kem_unwrap(h->kem, answer, secret);

	(void)p;
	(void)work;
	if (rc == SNECK_OK)
		rc = x_agree(&x25519, h->x, answer + KEM_WRAPPED, secret + KEM_SECRET);
	hybrid_wipe(h);
	return end(rc, &sneck__ossl_x25519mlkem768, NULL, 0, secret);
}

const struct sneck_kex sneck__ossl_x25519mlkem768 = {
	.group = 0x11ec,
	.offer_len = KEM_PUBLIC + 32,
	.answer_len = KEM_WRAPPED + 32,
	.secret_len = KEM_SECRET + 32,
	.priv_size = sizeof(struct hybrid),
	.name = "X25519MLKEM768",
	.offer = hybrid_offer,
	.answer = hybrid_answer,
	.finish = hybrid_finish,
	.wipe = hybrid_wipe,
};
