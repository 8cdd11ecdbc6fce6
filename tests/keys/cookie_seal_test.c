/* SPDX-License-Identifier: MIT */
/* cookie_seal_test.c: the sealed cookie: what goes in comes out, and nothing else is let in. */
#include <stdarg.h>
#include <setjmp.h>

#include "crypto/algs.h"
#include "keys/cookie_seal.h"
#include "lib/faulty.h"
#include "lib/hex.h"

#include <cmocka.h>

static const uint8_t key[32] = { 1, 2, 3 };

static const struct sneck_hash *sha256(void)
{
	return sneck__hash_of(sneck_provider_libcrypto(), 4);
}

static struct sneck_span secret(void)
{
	return sneck_span_of(key, sizeof key);
}

static struct cookie content(uint8_t hello_len)
{
	struct cookie c = { .suite = 0x1302, .group = 0x0017, .keyed = 1, .hello_len = hello_len };

	for (unsigned i = 0; i < 32; i++)
		c.summary[i] = (uint8_t)(i + 1u);
	for (unsigned i = 0; i < hello_len; i++)
		c.hello[i] = (uint8_t)(0x80u + i);
	return c;
}

static size_t sealed(uint8_t out[COOKIE_MAX], uint8_t hello_len)
{
	const struct cookie c = content(hello_len);
	size_t len;

	assert_int_equal(sneck__cookie_seal(out, &len, sha256(), secret(), &c), SNECK_OK);
	assert_int_equal(len, 2u + 2u + 1u + 32u + 1u + hello_len + 32u);
	assert_true(len <= COOKIE_MAX);
	return len;
}

static void round_trip(void **state)
{
	(void)state;
	for (uint8_t n = 1; n <= BOUND_HASH; n++) {
		const struct cookie want = content(n);
		uint8_t out[COOKIE_MAX];
		const size_t len = sealed(out, n);
		struct cookie got = { 0 };

		assert_int_equal(
			sneck__cookie_open(&got, sha256(), secret(), sneck_span_of(out, len)),
			SNECK_OK);
		assert_int_equal(got.suite, want.suite);
		assert_int_equal(got.group, want.group);
		assert_int_equal(got.keyed, 1);
		assert_int_equal(got.hello_len, n);
		assert_memory_equal(got.summary, want.summary, 32);
		assert_memory_equal(got.hello, want.hello, n);
	}
}

/* The bytes, against an independent computation: see tests/vec/cookie.txt */
static void known_answer(void **state)
{
	const struct vec want = vec_of("cookie.txt", "cookie");
	uint8_t out[COOKIE_MAX];

	(void)state;
	assert_int_equal(sealed(out, 32), want.len);
	assert_memory_equal(out, want.b, want.len);
}

static void refused(const uint8_t *p, size_t len, struct sneck_span by)
{
	struct cookie got;

	assert_int_equal(sneck__cookie_open(&got, sha256(), by, sneck_span_of(p, len)),
			 SNECK_E_ILLEGAL);
}

static void n73_changed(void **state)
{
	static const uint8_t lens[] = { 32, 48 };

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		uint8_t out[COOKIE_MAX + 1] = { 0 }, other[32];
		const size_t len = sealed(out, lens[n]);

		for (size_t i = 0; i < len; i++)
			for (unsigned bit = 0; bit < 8; bit++) {
				out[i] ^= (uint8_t)(1u << bit);
				refused(out, len, secret());
				out[i] ^= (uint8_t)(1u << bit);
			}
		for (size_t i = 0; i < len; i++)
			refused(out, i, secret());
		refused(out, len + 1u, secret());
		for (size_t i = 0; i < 32; i++) {
			memcpy(other, key, sizeof other);
			other[i] ^= 0x40;
			refused(out, len, sneck_span_of(other, sizeof other));
		}
		memset(out, 0, sizeof out);
		refused(out, len, secret());
	}
}

/* SNECK_E_CRYPTO from call n, for all n; never a cookie that counts */
static void n78_failing_hash(void **state)
{
	const struct cookie c = content(32);
	uint8_t good[COOKIE_MAX], out[COOKIE_MAX];
	const size_t good_len = sealed(good, 32);
	struct cookie got;
	unsigned n;
	size_t len;

	(void)state;
	for (n = 0;
	     sneck__cookie_seal(out, &len, faulty_hash(sha256(), n), secret(), &c) != SNECK_OK; n++)
		assert_int_equal(
			sneck__cookie_seal(out, &len, faulty_hash(sha256(), n), secret(), &c),
			SNECK_E_CRYPTO);
	assert_true(n > 4);
	for (unsigned k = 0; k < n; k++)
		assert_int_equal(sneck__cookie_open(&got, faulty_hash(sha256(), k), secret(),
						    sneck_span_of(good, good_len)),
				 SNECK_E_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(known_answer),
		cmocka_unit_test(n73_changed),
		cmocka_unit_test(n78_failing_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
