/* SPDX-License-Identifier: MIT */
/* aead.c: AES-GCM, ChaCha20-Poly1305 and AES-CCM on EVP; RFC 9846, 5.2, 5.3, 5.5. A context points
 * to an EVP_CIPHER_CTX, kept from the first init until wipe.
 *
 * A record costs these calls: nonce, AAD, data, final, tag. Tags go in and out by OSSL_PARAM, which
 * saves the 20 ns that EVP_CIPHER_CTX_ctrl() takes to make one; on the way in together with the
 * nonce. The final call is made for an empty record too: it is what checks the tag.
 * CCM is its own way: told the length first, given the data at once, and checked by that call. */
#include <limits.h>
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "openssl.h"

#define TAG_LEN 16u

/* RFC 9846, 5.5: AES-GCM may seal 2^24.5 full records under one key. What we open is bounded by the
 * peer's sealing; one forged record ends the connection. ChaCha20-Poly1305 has no limit before the
 * sequence number ends. */
#define SEAL_LIMIT_GCM 23726566u
#define NO_LIMIT       (UINT64_C(1) << 62)

/* AES-CCM runs AES twice for each block, so it may seal less than AES-GCM: 2^23 records, as DTLS
 * has it (RFC 9147, B). The 8-byte tag of CCM-8 makes forging easier, not reading: RFC 9147, 4.5.3
 * counts forgeries under one key, and here the first one that fails ends the key, so that records
 * which do authenticate need no bound. */
#define SEAL_LIMIT_CCM 8388608u

struct cipher {
	EVP_CIPHER_CTX *evp;
	bool nonce_param; /* takes its nonce as a parameter */
	size_t tag_len; /* CCM only, which has two */
};

static enum sneck_rc init(struct cipher *c, const EVP_CIPHER *type, const uint8_t *key, int dir)
{
	const EVP_CIPHER *set = type;

	if (c->evp == NULL)
		c->evp = EVP_CIPHER_CTX_new();
	else if (EVP_CIPHER_CTX_get0_cipher(c->evp) == type)
		set = NULL; /* libcrypto keeps its own context then */
	if (c->evp == NULL ||
	    EVP_CipherInit_ex2(c->evp, set, key, NULL, dir == SNECK_SEAL, NULL) != 1)
		return sneck__ossl_fail(SNECK_E_CRYPTO);
	c->nonce_param = sneck__ossl.nonce_param && type != sneck__ossl.chacha;
	return SNECK_OK;
}

static enum sneck_rc init_aes128(void *ctx, const uint8_t *key, int dir)
{
	return init(ctx, sneck__ossl.aes128, key, dir);
}

static enum sneck_rc init_aes256(void *ctx, const uint8_t *key, int dir)
{
	return init(ctx, sneck__ossl.aes256, key, dir);
}

static enum sneck_rc init_chacha(void *ctx, const uint8_t *key, int dir)
{
	return init(ctx, sneck__ossl.chacha, key, dir);
}

/* Sets the nonce, which stands first, and when opening the tag. For a nonce EVP_CipherInit_ex2()
 * first asks the cipher how long its nonces are, which is 30 to 50 ns, a tenth of a record of 1
 * KiB. As a parameter that EVP_CTRL_AEAD_SET_IV_FIXED makes too, where a length of -1 means all of
 * it, it costs nothing. */
static bool set_nonce(const struct cipher *c, const OSSL_PARAM *params)
{
	if (c->nonce_param)
		return EVP_CIPHER_CTX_set_params(c->evp, params) == 1;
	return EVP_CipherInit_ex2(c->evp, NULL, NULL, params[0].data, -1,
				  params[1].key != NULL ? params + 1 : NULL) == 1;
}

#define NONCE(p)                                                                                   \
	OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TLS1_IV_FIXED, (void *)(uintptr_t)(p),      \
				(size_t)-1)
#define TAG(p) OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, (void *)(uintptr_t)(p), TAG_LEN)

/* The lengths of tag and nonce stand in CCM's first block, so they come before the key. */
static enum sneck_rc init_tag(struct cipher *c, const uint8_t *key, int dir, size_t tag_len)
{
	size_t nonce_len = 12;
	const OSSL_PARAM lengths[] = {
		OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_AEAD_IVLEN, &nonce_len),
		OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, tag_len),
		OSSL_PARAM_END,
	};

	c->tag_len = tag_len;
	if (c->evp == NULL)
		c->evp = EVP_CIPHER_CTX_new();
	if (c->evp == NULL ||
	    EVP_CipherInit_ex2(c->evp, sneck__ossl.ccm, NULL, NULL, dir == SNECK_SEAL, lengths) !=
		    1 ||
	    EVP_CipherInit_ex2(c->evp, NULL, key, NULL, dir == SNECK_SEAL, NULL) != 1)
		return sneck__ossl_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

static enum sneck_rc init_ccm(void *ctx, const uint8_t *key, int dir)
{
	return init_tag(ctx, key, dir, 16);
}

static enum sneck_rc init_ccm8(void *ctx, const uint8_t *key, int dir)
{
	return init_tag(ctx, key, dir, 8);
}

/* out NULL: in is AAD. EVP_CipherUpdate() gives no meaning to an empty input. */
static bool put(EVP_CIPHER_CTX *evp, uint8_t *out, struct sneck_span in)
{
	int n = 0;

	if (in.len == 0)
		return true;
	return in.len <= INT_MAX && EVP_CipherUpdate(evp, out, &n, in.p, (int)in.len) == 1;
}

/* In place, what stands behind the first piece is copied to its place first and all is one update:
 * a second one for the type byte of a record costs 18 ns, 5 % of a record of 1 KiB. */
static bool put_pieces(EVP_CIPHER_CTX *evp, uint8_t *out, const struct sneck_span *in, size_t n)
{
	const bool in_place = n > 1 && in[0].len != 0 && in[0].p == out;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (!in_place && !put(evp, out + at, in[i]))
			return false;
		if (in_place && i != 0 && in[i].len != 0)
			memcpy(out + at, in[i].p, in[i].len);
		at += in[i].len;
	}
	return !in_place || put(evp, out, sneck_span_of(out, at));
}

static enum sneck_rc seal_failed(uint8_t *out, uint8_t *tag, size_t tag_len,
				 const struct sneck_span *in, size_t n_in)
{
	for (size_t i = 0, at = 0; i < n_in; at += in[i++].len)
		if (in[i].len != 0)
			memset(out + at, 0, in[i].len);
	memset(tag, 0, tag_len);
	return sneck__ossl_fail(SNECK_E_CRYPTO);
}

static enum sneck_rc seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			  struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	const struct cipher *const c = ctx;
	EVP_CIPHER_CTX *const evp = c->evp;
	const OSSL_PARAM set[] = { NONCE(nonce), OSSL_PARAM_END };
	OSSL_PARAM get[] = { TAG(tag), OSSL_PARAM_END };
	uint8_t none[TAG_LEN];
	int n = 0;

	if (set_nonce(c, set) && put(evp, NULL, aad) && put_pieces(evp, out, in, n_in) &&
	    EVP_EncryptFinal_ex(evp, none, &n) == 1 && EVP_CIPHER_CTX_get_params(evp, get) == 1)
		return SNECK_OK;
	return seal_failed(out, tag, TAG_LEN, in, n_in);
}

static enum sneck_rc open(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			  struct sneck_span aad, struct sneck_span in)
{
	const struct cipher *const c = ctx;
	EVP_CIPHER_CTX *const evp = c->evp;
	const OSSL_PARAM set[] = { NONCE(nonce), TAG(tag), OSSL_PARAM_END };
	enum sneck_rc rc = SNECK_E_CRYPTO;
	uint8_t none[TAG_LEN];
	int n = 0;

	if (set_nonce(c, set) && put(evp, NULL, aad) && put(evp, out, in)) {
		if (EVP_DecryptFinal_ex(evp, none, &n) == 1)
			return SNECK_OK;
		rc = SNECK_E_BAD_MAC;
	}
	if (in.len != 0)
		memset(out, 0, in.len);
	return sneck__ossl_fail(rc);
}

/* Length, AAD, then the data, also when it is empty. in may be out. */
static bool put_ccm(EVP_CIPHER_CTX *evp, uint8_t *out, struct sneck_span aad, struct sneck_span in)
{
	static const uint8_t nothing = 0;
	uint8_t none;
	int n = 0;

	return in.len <= INT_MAX && EVP_CipherUpdate(evp, NULL, &n, NULL, (int)in.len) == 1 &&
	       put(evp, NULL, aad) &&
	       EVP_CipherUpdate(evp, in.len != 0 ? out : &none, &n, in.len != 0 ? in.p : &nothing,
				(int)in.len) == 1;
}

static enum sneck_rc seal_ccm(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	const struct cipher *const c = ctx;
	OSSL_PARAM get_tag[] = {
		OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, c->tag_len),
		OSSL_PARAM_END,
	};
	size_t len = 0;

	for (size_t i = 0; i < n_in; len += in[i++].len)
		if (in[i].len != 0)
			memmove(out + len, in[i].p, in[i].len);
	if (EVP_EncryptInit_ex2(c->evp, NULL, NULL, nonce, NULL) == 1 &&
	    put_ccm(c->evp, out, aad, sneck_span_of(out, len)) &&
	    EVP_CIPHER_CTX_get_params(c->evp, get_tag) == 1)
		return SNECK_OK;
	return seal_failed(out, tag, c->tag_len, in, n_in);
}

static enum sneck_rc open_ccm(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, struct sneck_span in)
{
	const struct cipher *const c = ctx;
	const OSSL_PARAM set_tag[] = {
		OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, (void *)(uintptr_t)tag,
					c->tag_len),
		OSSL_PARAM_END,
	};
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (EVP_DecryptInit_ex2(c->evp, NULL, NULL, nonce, set_tag) == 1) {
		if (put_ccm(c->evp, out, aad, in))
			return SNECK_OK;
		rc = SNECK_E_BAD_MAC;
	}
	if (in.len != 0)
		memset(out, 0, in.len);
	return sneck__ossl_fail(rc);
}

static void wipe(void *ctx)
{
	struct cipher *const c = ctx;

	EVP_CIPHER_CTX_free(c->evp); /* libcrypto wipes the key */
	memset(c, 0, sizeof *c);
}

/* A cipher of another maker may not know the parameter, refuse it, or pass over it in silence and
 * use a nonce twice. So it is tried: both ways must give the same tags for two nonces. */
bool sneck__ossl_nonce_param(const EVP_CIPHER *type)
{
	static const uint8_t key[32] = { 1 }, nonces[2][12] = { { 2 }, { 3 } };
	uint8_t tags[2][2][TAG_LEN];
	enum sneck_rc rc = SNECK_OK;

	for (unsigned way = 0; way < 2; way++) {
		struct cipher c = { .evp = NULL };

		for (unsigned i = 0; i < 2 && rc == SNECK_OK; i++) {
			if (i == 0)
				rc = init(&c, type, key, SNECK_SEAL);
			c.nonce_param = way == 1;
			if (rc == SNECK_OK)
				rc = seal(&c, NULL, tags[way][i], nonces[i], sneck_span_of(key, 5),
					  NULL, 0);
		}
		wipe(&c);
	}
	return rc == SNECK_OK && memcmp(tags[0], tags[1], sizeof tags[0]) == 0;
}

#define AEAD(NAME, ID, KEY_LEN, TAG, LIMIT, MODE, TEXT)                                            \
	const struct sneck_aead sneck__ossl_##NAME = {                                             \
		.id = (ID),                                                                        \
		.key_len = (KEY_LEN),                                                              \
		.nonce_len = 12,                                                                   \
		.tag_len = (TAG),                                                                  \
		.ctx_size = sizeof(struct cipher),                                                 \
		.seal_limit = (LIMIT),                                                             \
		.open_limit = NO_LIMIT,                                                            \
		.name = (TEXT),                                                                    \
		.init = init_##NAME,                                                               \
		.seal = seal##MODE,                                                                \
		.open = open##MODE,                                                                \
		.wipe = wipe,                                                                      \
	}

AEAD(aes128, 1, 16, TAG_LEN, SEAL_LIMIT_GCM, , "AES-128-GCM");
AEAD(aes256, 2, 32, TAG_LEN, SEAL_LIMIT_GCM, , "AES-256-GCM");
AEAD(chacha, 29, 32, TAG_LEN, NO_LIMIT, , "ChaCha20-Poly1305");
AEAD(ccm, 3, 16, TAG_LEN, SEAL_LIMIT_CCM, _ccm, "AES-128-CCM");
AEAD(ccm8, 18, 16, 8, SEAL_LIMIT_CCM, _ccm, "AES-128-CCM-8");
