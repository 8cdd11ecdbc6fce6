/* SPDX-License-Identifier: MIT */
/* aead.c: an AEAD that hides nothing, and the audit of its nonces; RFC 9846, 5.3 says what they
 * must be. The AEADs differ in their numbers only. */
#include <stdio.h>
#include <stdlib.h>

#include "transparent.h"

/* ---- audit -------------------------------------------------------------------------------- */

#define REMEMBERED 4096u /* the oldest are forgotten */

static struct used {
	uint64_t key;
	uint8_t iv[12];
} used[REMEMBERED];
static size_t n_used;

bool transparent_nonces_jump;

/* A context: what the audit knows of it. */
struct nonces {
	uint64_t key; /* a checksum */
	uint64_t n;   /* nonces used */
	uint8_t first[12], last[12];
	uint8_t seal;
	uint8_t tag_len;
	uint8_t rsv[6];
};

void transparent_audit_reset(void)
{
	n_used = 0;
	transparent_nonces_jump = false;
}

static void violation(const char *what)
{
	fprintf(stderr, "transparent provider: %s\n", what);
	abort();
}

/* The number that a nonce stands for, when first stands for 0. */
static uint64_t number(const uint8_t *first, const uint8_t *nonce)
{
	uint64_t n = 0;

	if (memcmp(first, nonce, 4) != 0)
		violation("a nonce is of another iv");
	for (unsigned i = 4; i < 12; i++)
		n = n << 8 | (uint8_t)(first[i] ^ nonce[i]);
	return n;
}

static void nonce_check(const struct nonces *a, const uint8_t *nonce)
{
	if (a->n == 0 && a->seal != 0)
		for (size_t i = 0; i < n_used && i < REMEMBERED; i++)
			if (used[i].key == a->key && memcmp(used[i].iv, nonce, 12) == 0)
				violation("two contexts seal with one key and iv");
	if (a->seal == 0 && transparent_nonces_jump) /* a peer of TLS 1.2 sends what it likes */
		return;
	if (a->n != 0 && memcmp(a->last, nonce, 12) == 0)
		violation("a nonce is used twice");
	if (a->n != 0 && !transparent_nonces_jump && number(a->first, nonce) != a->n)
		violation("a nonce does not follow the one before");
}

static void nonce_used(struct nonces *a, const uint8_t *nonce)
{
	if (a->n++ == 0) {
		memcpy(a->first, nonce, 12);
		if (a->seal != 0) {
			used[n_used % REMEMBERED].key = a->key;
			memcpy(used[n_used++ % REMEMBERED].iv, nonce, 12);
		}
	}
	memcpy(a->last, nonce, 12);
}

/* ---- AEAD --------------------------------------------------------------------------------- */

static enum sneck_rc init(struct nonces *a, const uint8_t *key, size_t key_len, size_t tag_len,
			  int dir)
{
	struct transparent_mix m;

	if (transparent_fails())
		return SNECK_E_CRYPTO;
	*a = (struct nonces){ .seal = dir == SNECK_SEAL, .tag_len = (uint8_t)tag_len };
	transparent_mix_init(&m, 2);
	transparent_mix_add(&m, key, key_len);
	a->key = m.lane[0];
	return SNECK_OK;
}

static enum sneck_rc init16(void *ctx, const uint8_t *key, int dir)
{
	return init(ctx, key, 16, 16, dir);
}

static enum sneck_rc init16_8(void *ctx, const uint8_t *key, int dir)
{
	return init(ctx, key, 16, 8, dir);
}

static enum sneck_rc init32(void *ctx, const uint8_t *key, int dir)
{
	return init(ctx, key, 32, 16, dir);
}

static void tag_begin(struct transparent_mix *m, struct sneck_span aad)
{
	const uint8_t len[2] = { (uint8_t)(aad.len >> 8), (uint8_t)aad.len };

	transparent_mix_init(m, 3);
	transparent_mix_add(m, len, sizeof len);
	transparent_mix_add(m, aad.p, aad.len);
}

void transparent_tag(uint8_t *tag, struct sneck_span aad, struct sneck_span in)
{
	struct transparent_mix m;

	tag_begin(&m, aad);
	transparent_mix_add(&m, in.p, in.len);
	transparent_mix_out(&m, tag, 16);
}

static enum sneck_rc seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			  struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	struct nonces *const a = ctx;
	const bool fails = transparent_fails();
	struct transparent_mix m;

	if (a->seal == 0)
		violation("a context for opening seals");
	nonce_check(a, nonce);
	tag_begin(&m, aad);
	for (size_t i = 0; i < n_in; i++) {
		if (in[i].len == 0)
			continue;
		transparent_mix_add(&m, in[i].p, in[i].len);
		if (fails)
			memset(out, 0, in[i].len);
		else
			memmove(out, in[i].p, in[i].len);
		out += in[i].len;
	}
	transparent_mix_out(&m, tag, a->tag_len);
	nonce_used(a, nonce);
	if (!fails)
		return SNECK_OK;
	memset(tag, 0, a->tag_len);
	return SNECK_E_CRYPTO;
}

static enum sneck_rc open(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			  struct sneck_span aad, struct sneck_span in)
{
	struct nonces *const a = ctx;
	enum sneck_rc rc = transparent_fails() ? SNECK_E_CRYPTO : SNECK_OK;
	uint8_t expected[16];

	if (a->seal != 0)
		violation("a context for sealing opens");
	nonce_check(a, nonce);
	transparent_tag(expected, aad, in);
	if (rc == SNECK_OK && memcmp(tag, expected, a->tag_len) != 0)
		rc = SNECK_E_BAD_MAC;
	if (rc == SNECK_OK)
		nonce_used(a, nonce);
	if (in.len != 0 && rc == SNECK_OK)
		memmove(out, in.p, in.len);
	else if (in.len != 0)
		memset(out, 0, in.len);
	return rc;
}

static void wipe(void *ctx)
{
	memset(ctx, 0, sizeof(struct nonces));
}

/* RFC 9846, 5.5 gives the limit of AES-GCM, RFC 9147, B that of AES-CCM. */
#define AEAD(ID, KEY_LEN, TAG_LEN, LIMIT, INIT)                                                    \
	{                                                                                          \
		.id = (ID), .key_len = (KEY_LEN), .nonce_len = 12, .tag_len = (TAG_LEN),           \
		.ctx_size = sizeof(struct nonces), .seal_limit = (LIMIT),                          \
		.open_limit = UINT64_C(1) << 62, .name = "transparent-" #ID, .init = (INIT),       \
		.seal = seal, .open = open, .wipe = wipe,                                          \
	}

const struct sneck_aead transparent_aeads[TRANSPARENT_AEADS] = {
	AEAD(1, 16, 16, 23726566, init16),	     AEAD(2, 32, 16, 23726566, init32),
	AEAD(29, 32, 16, UINT64_C(1) << 62, init32), AEAD(3, 16, 16, 8388608, init16),
	AEAD(18, 16, 8, 8388608, init16_8),
};
