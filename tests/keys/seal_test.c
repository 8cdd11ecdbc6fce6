/* SPDX-License-Identifier: MIT */
/* seal_test.c: sealed blocks, on libcrypto: opened by who sealed them, byte for byte, and by nobody
 * else: every byte flipped, every length, another secret, label and aad (N47, N48). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/seal.h"
#include "provider/transparent/transparent.h"

static const uint8_t secret[SEAL_SECRET] = { 1, 2, 3 };
static const uint8_t text[] = "what is to come back unread";
#define LEN sizeof text

static struct sneck_span aad_of(const char *s)
{
	return sneck_span_of(s, strlen(s));
}

static void sealed(uint8_t *block)
{
	memset(block, 0xa5, SEAL_OVER + LEN + 1u);
	memcpy(block + SEAL_SALT, text, LEN);
	assert_int_equal(
		sneck__seal(sneck_provider_libcrypto(), secret, "test", aad_of("aad"), block, LEN),
		SNECK_OK);
	assert_int_equal(block[SEAL_OVER + LEN], 0xa5);
}

static enum sneck_rc opened(const uint8_t *key, const char *label, const char *aad,
			    const uint8_t *block, size_t len)
{
	static const uint8_t zero[LEN];
	uint8_t out[LEN + 64];
	enum sneck_rc rc;

	memset(out, 0x5a, sizeof out);
	rc = sneck__unseal(sneck_provider_libcrypto(), key, label, aad_of(aad),
			   sneck_span_of(block, len), out);
	if (rc == SNECK_OK)
		assert_memory_equal(out, text, LEN);
	else if (len >= SEAL_OVER && len <= SEAL_OVER + LEN)
		assert_memory_equal(out, zero, len - SEAL_OVER);
	assert_int_equal(out[LEN + 32], 0x5a);
	return rc;
}

static void seals_and_opens(void **state)
{
	uint8_t a[SEAL_OVER + LEN + 1], b[SEAL_OVER + LEN + 1], other[SEAL_SECRET] = { 1, 2, 4 };

	(void)state;
	sealed(a);
	sealed(b);
	assert_memory_not_equal(a, b, SEAL_SALT); /* a key of its own */
	assert_memory_not_equal(a + SEAL_SALT, b + SEAL_SALT, LEN);
	assert_memory_not_equal(a + SEAL_SALT, text, LEN);
	assert_int_equal(opened(secret, "test", "aad", a, SEAL_OVER + LEN), SNECK_OK);
	assert_int_equal(opened(secret, "test", "aad", b, SEAL_OVER + LEN), SNECK_OK);
	assert_int_equal(opened(other, "test", "aad", a, SEAL_OVER + LEN), SNECK_E_BAD_MAC);
	assert_int_equal(opened(secret, "tesu", "aad", a, SEAL_OVER + LEN), SNECK_E_BAD_MAC);
	assert_int_equal(opened(secret, "test", "aae", a, SEAL_OVER + LEN), SNECK_E_BAD_MAC);
	assert_int_equal(opened(secret, "test", "", a, SEAL_OVER + LEN), SNECK_E_BAD_MAC);
}

static void n47_every_bit_and_length(void **state)
{
	uint8_t block[SEAL_OVER + LEN + 1];

	(void)state;
	sealed(block);
	for (size_t i = 0; i < 8u * (SEAL_OVER + LEN); i++) {
		block[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(opened(secret, "test", "aad", block, SEAL_OVER + LEN),
				 SNECK_E_BAD_MAC);
		block[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t len = 0; len <= SEAL_OVER + LEN + 1u; len++)
		assert_int_equal(opened(secret, "test", "aad", block, len),
				 len == SEAL_OVER + LEN ? SNECK_OK : SNECK_E_BAD_MAC);
}

/* N78: each call of the provider fails, and nothing is left open. */
static void n78_failing_provider(void **state)
{
	struct transparent t;
	uint8_t block[SEAL_OVER + LEN], out[LEN];
	uint64_t n = 1;

	(void)state;
	for (enum sneck_rc rc = SNECK_E_CRYPTO; rc != SNECK_OK; n++) {
		transparent_init(&t, 1);
		transparent_audit_reset();
		memcpy(block + SEAL_SALT, text, LEN);
		transparent_calls = 0;
		transparent_fail_at = n;
		rc = sneck__seal(&t.provider, secret, "test", aad_of("aad"), block, LEN);
		transparent_fail_at = 0;
		assert_true(rc == SNECK_OK || rc == SNECK_E_CRYPTO || rc == SNECK_E_RANDOM);
	}
	assert_true(n > 4);
	n = 1;
	for (enum sneck_rc rc = SNECK_E_CRYPTO; rc != SNECK_OK; n++) {
		transparent_calls = 0;
		transparent_fail_at = n;
		rc = sneck__unseal(&t.provider, secret, "test", aad_of("aad"),
				   sneck_span_of(block, sizeof block), out);
		transparent_fail_at = 0;
		assert_true(rc == SNECK_OK || rc == SNECK_E_CRYPTO);
	}
	assert_true(n > 3);
}

static void able(void **state)
{
	struct transparent t;

	(void)state;
	transparent_init(&t, 1);
	assert_true(sneck__seal_able(&t.provider));
	assert_true(sneck__seal_able(sneck_provider_libcrypto()));
	t.aead_list[0] = NULL;
	assert_false(sneck__seal_able(&t.provider));
	t.aead_list[0] = &t.aeads[4]; /* CCM with tags of 8 bytes */
	t.aead_list[1] = NULL;
	assert_false(sneck__seal_able(&t.provider));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals_and_opens),
		cmocka_unit_test(n47_every_bit_and_length),
		cmocka_unit_test(n78_failing_provider),
		cmocka_unit_test(able),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
