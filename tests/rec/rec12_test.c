/* SPDX-License-Identifier: MIT */
/* rec12_test.c: records of TLS 1.2: an explicit nonce with AES, none with ChaCha20, the number of
 * the record in what is authenticated, the type in the header. Vectors: tests/vec/record12.txt. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>

#include "lib/half.h"
#include "lib/hex.h"

#include <cmocka.h>

static const char text[] = "a record of TLS 1.2";
#define TEXT (sizeof text - 1u)

static const struct {
	const char *name[2];
	uint16_t aead;
	uint8_t nonce_len, tag_len;
} cases[] = {
	{ { "aes128_gcm_0", "aes128_gcm_1" }, 1, 8, 16 },
	{ { "aes256_gcm_0", "aes256_gcm_1" }, 2, 8, 16 },
	{ { "aes128_ccm_0", "aes128_ccm_1" }, 3, 8, 16 },
	{ { "aes128_ccm_8_0", "aes128_ccm_8_1" }, 18, 8, 8 },
	{ { "chacha_0", "chacha_1" }, 29, 0, 16 },
};

#define CASES (sizeof cases / sizeof cases[0])

static uint8_t rec[BOUND_RECORD + 64], copy[BOUND_RECORD + 64];

static void key(struct half *x, size_t i, int dir)
{
	uint8_t k[BOUND_KEY], iv[BOUND_NONCE] = { 0xa0, 0xa1, 0xa2, 0xa3 };

	for (uint8_t j = 0; j < sizeof k; j++)
		k[j] = j;
	for (uint8_t j = 0; j < sizeof iv && cases[i].nonce_len == 0; j++)
		iv[j] = (uint8_t)(0x60 + j);
	half_key(x, cases[i].aead, k, iv, dir);
	x->h.old = 1;
	x->h.nonce_len = cases[i].nonce_len;
}

static void sealing(void **state)
{
	const struct sneck_span whole = { (const uint8_t *)text, TEXT },
				parts[] = { { whole.p, 3 }, { whole.p + 3, TEXT - 3 } };

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct half x;

		key(&x, i, SNECK_SEAL);
		for (int seq = 0; seq < 2; seq++) {
			const struct vec want = vec_of("record12.txt", cases[i].name[seq]);

			assert_int_equal(sneck__rec_size(&x.h, TEXT), want.len);
			assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, seq ? 23 : 22, 0x0303,
							 seq ? parts : &whole, seq ? 2 : 1, TEXT),
					 SNECK_OK);
			assert_memory_equal(rec, want.b, want.len);
		}
		half_wipe(&x);
	}
}

static void opening(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct half x;

		key(&x, i, SNECK_OPEN);
		for (int seq = 0; seq < 2; seq++) {
			struct vec v = vec_of("record12.txt", cases[i].name[seq]);
			uint8_t type = 0;
			size_t n = 0;

			assert_int_equal(sneck__rec_open(&x.h, x.ctx, v.b, v.len - 5, &type, &n),
					 SNECK_OK);
			assert_int_equal(type, seq ? 23 : 22);
			assert_int_equal(n, TEXT);
			/* where it lies, it stays */
			assert_memory_equal(v.b + 5 + cases[i].nonce_len, text, TEXT);
		}
		half_wipe(&x);
	}
}

/* RFC 5288, 3: the sender chooses what comes with the record. */
static void a_nonce_of_the_senders_choice(void **state)
{
	struct vec v = vec_of("record12.txt", "aes128_gcm_other_nonce");
	struct half x;
	uint8_t type;
	size_t n;

	(void)state;
	key(&x, 0, SNECK_OPEN);
	assert_int_equal(sneck__rec_open(&x.h, x.ctx, v.b, v.len - 5, &type, &n), SNECK_OK);
	assert_int_equal(n, TEXT);
	half_wipe(&x);
}

/* The plaintext lies where its record wants it, and is not moved. */
static void in_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		for (size_t len = 0; len <= BOUND_PLAIN; len = len * 3 + 1) {
			struct half tx, rx;
			struct sneck_span in;
			uint8_t type;
			size_t n, size;

			key(&tx, i, SNECK_SEAL);
			key(&rx, i, SNECK_OPEN);
			in = sneck_span_of(rec + sneck__rec_front(&tx.h), len);
			memset(rec, 0x5a, sizeof rec);
			size = sneck__rec_size(&tx.h, len);
			assert_int_equal(
				sneck__rec_seal(&tx.h, tx.ctx, rec, 23, 0x0303, &in, 1, len),
				SNECK_OK);
			assert_int_equal(rec[size], 0x5a);
			assert_int_equal(size, 5u + (unsigned)(rec[3] << 8 | rec[4]));
			assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, size - 5, &type, &n),
					 SNECK_OK);
			assert_int_equal(n, len);
			for (size_t k = 0; k < len; k++)
				assert_int_equal(in.p[k], 0x5a);
			half_wipe(&tx);
			half_wipe(&rx);
		}
}

/* N4, N67, N68: any bit of header, nonce, ciphertext or tag, any length, another place: one answer,
 * and no plaintext. */
static void n68_anything_else_is_bad_mac(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const struct vec v = vec_of("record12.txt", cases[i].name[0]);
		struct half x;
		uint8_t type;
		size_t n;

		key(&x, i, SNECK_OPEN);
		for (size_t at = 0; at < v.len; at++) {
			if (at == 3 || at == 4) /* the length is an argument here */
				continue;
			for (unsigned bit = 0; bit < 8; bit++) {
				memcpy(copy, v.b, v.len);
				copy[at] ^= (uint8_t)(1u << bit);
				assert_int_equal(
					sneck__rec_open(&x.h, x.ctx, copy, v.len - 5, &type, &n),
					SNECK_E_BAD_MAC);
				assert_memory_not_equal(copy + 5 + cases[i].nonce_len, text, TEXT);
			}
		}
		for (size_t len = 0; len < v.len - 5; len++) {
			memcpy(copy, v.b, v.len);
			assert_int_equal(sneck__rec_open(&x.h, x.ctx, copy, len, &type, &n),
					 SNECK_E_BAD_MAC);
		}
		/* the second record first */
		memcpy(copy, vec_of("record12.txt", cases[i].name[1]).b, v.len);
		assert_int_equal(sneck__rec_open(&x.h, x.ctx, copy, v.len - 5, &type, &n),
				 SNECK_E_BAD_MAC);
		assert_int_equal(x.h.seq, 0);
		half_wipe(&x);
	}
}

/* L4: 2^14 bytes of plaintext and not one more. N7. */
static void n7_too_much_plaintext(void **state)
{
	static uint8_t much[BOUND_PLAIN + 1];
	const struct sneck_span in = { much, sizeof much };
	const uint8_t head[5] = { 23, 3, 3, 0x40, 0x19 };
	uint8_t aad[13] = { [8] = 23, 3, 3, 0x40, 1 };
	struct half tx, rx;
	uint8_t nonce[12] = { 0xa0, 0xa1, 0xa2, 0xa3 }, type;
	size_t n;

	(void)state;
	key(&tx, 0, SNECK_SEAL);
	key(&rx, 0, SNECK_OPEN);
	memset(rec, 0, 13);
	memcpy(rec, head, 5);
	assert_int_equal(tx.h.aead->seal(tx.ctx, rec + 13, rec + 13 + sizeof much, nonce,
					 sneck_span_of(aad, 13), &in, 1),
			 SNECK_OK);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, 8 + sizeof much + 16, &type, &n),
			 SNECK_E_RECORD_SIZE);
	half_wipe(&tx);
	half_wipe(&rx);
}

static void n64_key_limit(void **state)
{
	const struct sneck_span in = { (const uint8_t *)text, TEXT };
	struct half tx, rx;
	uint8_t type;
	size_t n;

	(void)state;
	key(&tx, 0, SNECK_SEAL);
	key(&rx, 0, SNECK_OPEN);
	tx.h.seq = rx.h.seq = tx.h.aead->seal_limit - 1u;
	assert_int_equal(sneck__rec_left(&tx.h), 1);
	assert_int_equal(sneck__rec_seal(&tx.h, tx.ctx, rec, 23, 0x0303, &in, 1, TEXT), SNECK_OK);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, 8 + TEXT + 16, &type, &n), SNECK_OK);
	assert_int_equal(sneck__rec_seal(&tx.h, tx.ctx, rec, 23, 0x0303, &in, 1, TEXT),
			 SNECK_E_KEY_LIMIT);
	half_wipe(&tx);
	half_wipe(&rx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealing),
		cmocka_unit_test(opening),
		cmocka_unit_test(a_nonce_of_the_senders_choice),
		cmocka_unit_test(in_place),
		cmocka_unit_test(n68_anything_else_is_bad_mac),
		cmocka_unit_test(n7_too_much_plaintext),
		cmocka_unit_test(n64_key_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
