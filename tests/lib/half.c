/* SPDX-License-Identifier: MIT */
/* half.c: a direction with a key. */
#include "half.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>

#include "crypto/algs.h"
#include "hex.h"

#include <cmocka.h>

void half_key(struct half *x, uint16_t id, const uint8_t *key, const uint8_t *iv, int dir)
{
	const struct sneck_aead *const aead = sneck__aead_of(sneck_provider_libcrypto(), id);

	memset(x, 0, sizeof *x);
	assert_non_null(aead);
	assert_true(aead->ctx_size <= sizeof x->ctx);
	assert_int_equal(sneck__rec_key(&x->h, x->ctx, aead, key, iv, dir), SNECK_OK);
}

void half_rfc8448(struct half *x, const char *secret, int dir)
{
	char key[32], iv[32];

	(void)snprintf(key, sizeof key, "%s_key", secret);
	(void)snprintf(iv, sizeof iv, "%s_iv", secret);
	half_key(x, 1, vec_of("rfc8448_3.txt", key).b, vec_of("rfc8448_3.txt", iv).b, dir);
}

size_t half_seal_inner(struct half *x, uint8_t *rec, const uint8_t *inner, size_t len)
{
	const struct sneck_aead *const aead = x->h.aead;
	const size_t body = len + aead->tag_len;
	const struct sneck_span in = { inner, len };
	uint8_t nonce[BOUND_NONCE];

	memcpy(nonce, x->h.iv, sizeof nonce);
	for (size_t i = 0; i < 8; i++)
		nonce[4 + i] ^= (uint8_t)(x->h.seq >> (56 - 8 * i));
	rec[0] = CT_APP_DATA;
	rec[1] = rec[2] = 3;
	rec[3] = (uint8_t)(body >> 8);
	rec[4] = (uint8_t)body;
	assert_int_equal(
		aead->seal(x->ctx, rec + 5, rec + 5 + len, nonce, sneck_span_of(rec, 5), &in, 1),
		SNECK_OK);
	x->h.seq++;
	return body;
}

void half_wipe(struct half *x)
{
	x->h.aead->wipe(x->ctx);
}
