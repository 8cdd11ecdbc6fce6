/* SPDX-License-Identifier: MIT */
/* aead.c: AES-GCM, ChaCha20-Poly1305 and AES-CCM; RFC 9846, 5.2, 5.3, 5.5.
 *
 * A context keeps the key schedule and the implementation chosen when its first key was set: to ask
 * the processor takes 10 us in a virtual machine. BearSSL's mode contexts point to the schedule;
 * they are made on the stack for each record, so ours may move. BearSSL works in place: what lies
 * elsewhere is copied to its destination first. */
#include "bearssl.h"

#define TAG_LEN 16u

/* RFC 9846, 5.5: AES-GCM may seal 2^24.5 full records under one key, ChaCha20-Poly1305 any number.
 * It says nothing of CCM; RFC 9147, 4.5.3 allows 2^23. What we open is bounded by the peer's
 * sealing; one forged record ends the connection. */
#define SEAL_LIMIT_GCM 23726566u
#define SEAL_LIMIT_CCM (UINT64_C(1) << 23)
#define NO_LIMIT       (UINT64_C(1) << 62)

#define WIDE (sizeof(size_t) >= 8) /* a processor of 64 bits */

/* Puts the pieces where they are encrypted. Returns: their length. */
static size_t gather(uint8_t *out, const struct sneck_span *in, size_t n_in)
{
	size_t at = 0;

	for (size_t i = 0; i < n_in; at += in[i++].len)
		if (in[i].len != 0 && in[i].p != out + at)
			memcpy(out + at, in[i].p, in[i].len);
	return at;
}

/* The end of open: a wrong tag leaves no plaintext. */
static enum sneck_rc judge(uint32_t good, uint8_t *out, size_t len)
{
	if (good == 1)
		return SNECK_OK;
	if (len != 0)
		memset(out, 0, len);
	return SNECK_E_BAD_MAC;
}

/* ---- AES-GCM ------------------------------------------------------------------------------ */

struct gcm {
	br_aes_gen_ctr_keys keys;
	br_ghash ghash;
};

static enum sneck_rc gcm_init(struct gcm *c, const uint8_t *key, size_t len)
{
	const br_block_ctr_class *aes = c->keys.vtable;

	if (aes == NULL) {
		aes = br_aes_x86ni_ctr_get_vtable();
		c->ghash = br_ghash_pclmul_get();
	}
	if (aes == NULL)
		aes = WIDE ? &br_aes_ct64_ctr_vtable : &br_aes_ct_ctr_vtable;
	if (c->ghash == 0)
		c->ghash = WIDE ? br_ghash_ctmul64 : br_ghash_ctmul;
	aes->init(&c->keys.vtable, key, len);
	return SNECK_OK;
}

static enum sneck_rc init_aes128(void *ctx, const uint8_t *key, int dir)
{
	(void)dir;
	return gcm_init(ctx, key, 16);
}

static enum sneck_rc init_aes256(void *ctx, const uint8_t *key, int dir)
{
	(void)dir;
	return gcm_init(ctx, key, 32);
}

static void gcm_run(br_gcm_context *g, struct gcm *c, const uint8_t *nonce, struct sneck_span aad,
		    uint8_t *data, size_t len, int encrypt)
{
	br_gcm_init(g, &c->keys.vtable, c->ghash);
	br_gcm_reset(g, nonce, 12);
	br_gcm_aad_inject(g, aad.p, aad.len);
	br_gcm_flip(g);
	br_gcm_run(g, encrypt, data, len);
}

static enum sneck_rc gcm_seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	const size_t len = gather(out, in, n_in);
	br_gcm_context g;

	gcm_run(&g, ctx, nonce, aad, out, len, 1);
	br_gcm_get_tag(&g, tag);
	bear_wipe(&g, sizeof g);
	return SNECK_OK;
}

static enum sneck_rc gcm_open(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, struct sneck_span in)
{
	const size_t len = gather(out, &in, 1);
	br_gcm_context g;
	uint32_t good;

	gcm_run(&g, ctx, nonce, aad, out, len, 0);
	good = br_gcm_check_tag(&g, tag);
	bear_wipe(&g, sizeof g);
	return judge(good, out, len);
}

static void gcm_wipe(void *ctx)
{
	bear_wipe(ctx, sizeof(struct gcm));
}

/* ---- ChaCha20-Poly1305 -------------------------------------------------------------------- */

struct chacha {
	br_chacha20_run cipher;
	br_poly1305_run run;
	uint8_t key[32];
};

static enum sneck_rc init_chacha(void *ctx, const uint8_t *key, int dir)
{
	struct chacha *const c = ctx;

	(void)dir;
	c->cipher = br_chacha20_sse2_get();
	c->run = br_poly1305_ctmulq_get();
	if (c->cipher == 0)
		c->cipher = br_chacha20_ct_run;
	if (c->run == 0)
		c->run = br_poly1305_ctmul_run;
	memcpy(c->key, key, sizeof c->key);
	return SNECK_OK;
}

static enum sneck_rc chacha_seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
				 struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	const struct chacha *const c = ctx;
	const size_t len = gather(out, in, n_in);

	c->run(c->key, nonce, out, len, aad.p, aad.len, tag, c->cipher, 1);
	return SNECK_OK;
}

static enum sneck_rc chacha_open(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
				 struct sneck_span aad, struct sneck_span in)
{
	const struct chacha *const c = ctx;
	const size_t len = gather(out, &in, 1);
	uint8_t made[TAG_LEN];
	uint32_t diff = 0;

	c->run(c->key, nonce, out, len, aad.p, aad.len, made, c->cipher, 0);
	for (size_t i = 0; i < TAG_LEN; i++) {
		diff |= (uint32_t)(made[i] ^ tag[i]);
		__asm__ volatile("" : "+r"(diff)); /* the compiler may not leave early */
	}
	return judge(diff == 0, out, len);
}

static void chacha_wipe(void *ctx)
{
	bear_wipe(ctx, sizeof(struct chacha));
}

/* ---- AES-CCM ------------------------------------------------------------------------------ */

struct ccm {
	br_aes_gen_ctrcbc_keys keys;
};

static enum sneck_rc init_ccm(void *ctx, const uint8_t *key, int dir)
{
	struct ccm *const c = ctx;
	const br_block_ctrcbc_class *aes = c->keys.vtable;

	(void)dir;
	if (aes == NULL)
		aes = br_aes_x86ni_ctrcbc_get_vtable();
	if (aes == NULL)
		aes = WIDE ? &br_aes_ct64_ctrcbc_vtable : &br_aes_ct_ctrcbc_vtable;
	aes->init(&c->keys.vtable, key, 16);
	return SNECK_OK;
}

/* False: the length does not fit into the three bytes that a nonce of twelve leaves for it. */
static bool ccm_run(br_ccm_context *g, struct ccm *c, const uint8_t *nonce, struct sneck_span aad,
		    uint8_t *data, size_t len, size_t tag_len, int encrypt)
{
	br_ccm_init(g, &c->keys.vtable);
	if (len > 0xffffff || br_ccm_reset(g, nonce, 12, aad.len, len, tag_len) != 1)
		return false;
	br_ccm_aad_inject(g, aad.p, aad.len);
	br_ccm_flip(g);
	br_ccm_run(g, encrypt, data, len);
	return true;
}

static enum sneck_rc ccm_seal_to(struct ccm *c, uint8_t *out, uint8_t *tag, size_t tag_len,
				 const uint8_t *nonce, struct sneck_span aad, size_t len)
{
	br_ccm_context g;
	enum sneck_rc rc = SNECK_OK;

	if (ccm_run(&g, c, nonce, aad, out, len, tag_len, 1)) {
		br_ccm_get_tag(&g, tag);
	} else {
		memset(out, 0, len);
		memset(tag, 0, tag_len);
		rc = SNECK_E_CRYPTO;
	}
	bear_wipe(&g, sizeof g);
	return rc;
}

static enum sneck_rc ccm_seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	return ccm_seal_to(ctx, out, tag, 16, nonce, aad, gather(out, in, n_in));
}

static enum sneck_rc ccm8_seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			       struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	return ccm_seal_to(ctx, out, tag, 8, nonce, aad, gather(out, in, n_in));
}

static enum sneck_rc ccm_open_of(struct ccm *c, uint8_t *out, const uint8_t *tag, size_t tag_len,
				 const uint8_t *nonce, struct sneck_span aad, size_t len)
{
	br_ccm_context g;
	uint32_t good = 0;

	if (ccm_run(&g, c, nonce, aad, out, len, tag_len, 0))
		good = br_ccm_check_tag(&g, tag);
	bear_wipe(&g, sizeof g);
	return judge(good, out, len);
}

static enum sneck_rc ccm_open(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, struct sneck_span in)
{
	return ccm_open_of(ctx, out, tag, 16, nonce, aad, gather(out, &in, 1));
}

static enum sneck_rc ccm8_open(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			       struct sneck_span aad, struct sneck_span in)
{
	return ccm_open_of(ctx, out, tag, 8, nonce, aad, gather(out, &in, 1));
}

static void ccm_wipe(void *ctx)
{
	bear_wipe(ctx, sizeof(struct ccm));
}

/* ---- the descriptors ---------------------------------------------------------------------- */

#define AEAD(NAME, INIT, MODE, CTX, ID, KEY_LEN, TAG, LIMIT, TEXT)                                 \
	const struct sneck_aead sneck__bear_##NAME = {                                             \
		.id = (ID),                                                                        \
		.key_len = (KEY_LEN),                                                              \
		.nonce_len = 12,                                                                   \
		.tag_len = (TAG),                                                                  \
		.ctx_size = sizeof(struct CTX),                                                    \
		.seal_limit = (LIMIT),                                                             \
		.open_limit = NO_LIMIT,                                                            \
		.name = (TEXT),                                                                    \
		.init = (INIT),                                                                    \
		.seal = MODE##_seal,                                                               \
		.open = MODE##_open,                                                               \
		.wipe = CTX##_wipe,                                                                \
	}

AEAD(aes128, init_aes128, gcm, gcm, 1, 16, 16, SEAL_LIMIT_GCM, "AES-128-GCM");
AEAD(aes256, init_aes256, gcm, gcm, 2, 32, 16, SEAL_LIMIT_GCM, "AES-256-GCM");
AEAD(chacha, init_chacha, chacha, chacha, 29, 32, 16, NO_LIMIT, "ChaCha20-Poly1305");
AEAD(ccm, init_ccm, ccm, ccm, 3, 16, 16, SEAL_LIMIT_CCM, "AES-128-CCM");
AEAD(ccm8, init_ccm, ccm8, ccm, 18, 16, 8, SEAL_LIMIT_CCM, "AES-128-CCM-8");
