/* SPDX-License-Identifier: MIT */
/* psk_test.c: the importer of RFC 9258, 5, and binders of each kind, against figures that were made
 * with another implementation of HMAC and HKDF (the one of Python's library); keys of every length
 * that is allowed; a provider that lacks a hash, and one that fails (N78). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/algs.h"
#include "keys/psk.h"
#include "keys/sched13.h"
#include "lib/hex.h"
#include "provider/transparent/transparent.h"

#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1u                                         \
	}

static struct sneck_psk psk_of(uint16_t hash)
{
	return (struct sneck_psk){ .size = sizeof(struct sneck_psk),
				   .hash = hash,
				   .identity = BYTES("client 7"),
				   .secret = BYTES("0123456789abcdef"),
				   .context = BYTES("test") };
}

static void imports(void **state)
{
	static const struct {
		uint16_t hash, target;
		const char *want;
	} cases[] = {
		{ 4, 4, "2153969b5c5301c5f7ca24ecadefcff564aec7ba1a1fb0bd44a9ecc65826854e" },
		{ 0, 4, "2153969b5c5301c5f7ca24ecadefcff564aec7ba1a1fb0bd44a9ecc65826854e" },
		{ 4, 5,
		  "62fdf32636ccefc647cd2ca8172d5920206dba8f5321ca1653c4546d88e88fa7"
		  "9bf16f943913079db96e5ae19df8a4c6" },
		{ 5, 4, "16287fdfb6ccc65f58ed012e21ad4c3d2f974e23cf9481bb7ed9f1cb9cd8ac5e" },
		{ 5, 5,
		  "0c542a9a5c4d92b21c8390c0eaf04076315e7cd30d190cb52f376dd156397d75"
		  "21e3a5dd16a679eab120fa82905bfa5a" },
	};
	struct sneck_psk bare = psk_of(4);
	uint8_t ipsk[BOUND_HASH];
	struct vec want;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct sneck_psk psk = psk_of(cases[i].hash);

		want = hex(cases[i].want);
		assert_int_equal(
			sneck__psk_import(ipsk, sneck_provider_libcrypto(), &psk, cases[i].target),
			SNECK_OK);
		assert_memory_equal(ipsk, want.b, want.len);
	}
	bare.context.len = 0;
	want = hex("b40482a890af82e5a51e7957253a61c8ebfad03c8de3d2c075bf04b9b28fe02b");
	assert_int_equal(sneck__psk_import(ipsk, sneck_provider_libcrypto(), &bare, 4), SNECK_OK);
	assert_memory_equal(ipsk, want.b, want.len);
}

/* What one byte more or less of any part makes another key. */
static void parts_do_not_run_together(void **state)
{
	static const uint8_t bytes[] = "abcdefghijklmnopqrstuvwxyz";
	uint8_t seen[30][32];
	size_t n = 0;

	(void)state;
	for (size_t id = 1; id <= 5; id++)
		for (size_t context = 0; context <= 5; context++, n++) {
			struct sneck_psk psk = psk_of(4);

			psk.identity = sneck_span_of(bytes, id);
			psk.context = sneck_span_of(bytes + id, context);
			assert_int_equal(
				sneck__psk_import(seen[n], sneck_provider_libcrypto(), &psk, 4),
				SNECK_OK);
			for (size_t k = 0; k < n; k++)
				assert_memory_not_equal(seen[k], seen[n], 32);
		}
}

static void binders(void **state)
{
	static const char *const want[] = {
		[BINDER_EXTERNAL] =
			"2d11676b63113731661b71a60601846da58d717014755a73ca9e2f2d6370f5aa",
		[BINDER_IMPORTED] =
			"54cfc9e17201a0ab1caae96d537bbb95e1d84f3ce7f28a1dd62d6a1159dd6d8e",
		[BINDER_RESUMPTION] =
			"59431a38e1bb6a5bf730ffc1b0a01596b27fb74bec8afe8cacd0d705db191dee",
	};
	const struct sneck_hash *const hash = sneck__hash_of(sneck_provider_libcrypto(), 4);
	const struct vec th = /* SHA-256("hello") */
		hex("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	const struct sneck_psk psk = psk_of(4);
	uint8_t ipsk[BOUND_HASH], binder[BOUND_HASH];

	(void)state;
	assert_int_equal(sneck__psk_import(ipsk, sneck_provider_libcrypto(), &psk, 4), SNECK_OK);
	for (int kind = 0; kind < 3; kind++) {
		const struct vec v = hex(want[kind]);

		assert_int_equal(sneck__psk_binder(binder, hash, sneck_span_of(ipsk, 32),
						   (enum binder)kind, th.b),
				 SNECK_OK);
		assert_memory_equal(binder, v.b, 32);
	}
}

static void long_parts(void **state)
{
	static uint8_t bytes[BOUND_PSK];
	struct sneck_psk psk = psk_of(4);
	uint8_t a[BOUND_HASH], b[BOUND_HASH];

	(void)state;
	psk.identity = psk.context = psk.secret = sneck_span_of(bytes, sizeof bytes);
	assert_int_equal(sneck__psk_import(a, sneck_provider_libcrypto(), &psk, 4), SNECK_OK);
	psk.secret.len--;
	assert_int_equal(sneck__psk_import(b, sneck_provider_libcrypto(), &psk, 4), SNECK_OK);
	assert_memory_not_equal(a, b, 32);
}

static void n78_providers(void **state)
{
	struct sneck_psk psk = psk_of(5);
	static const struct sneck_hash *sha256_only[2];
	struct sneck_provider lacks = *sneck_provider_libcrypto();
	struct transparent t;
	uint8_t ipsk[BOUND_HASH];
	uint64_t n = 1;

	(void)state;
	sha256_only[0] = sneck__hash_of(&lacks, 4);
	lacks.hashes = sha256_only;
	assert_int_equal(sneck__psk_import(ipsk, &lacks, &psk, 4), SNECK_E_NO_ALGORITHM);
	psk.hash = 4;
	assert_int_equal(sneck__psk_import(ipsk, &lacks, &psk, 5), SNECK_E_NO_ALGORITHM);
	assert_int_equal(sneck__psk_import(ipsk, &lacks, &psk, 4), SNECK_OK);
	transparent_init(&t, 1);
	for (enum sneck_rc rc = SNECK_E_CRYPTO; rc != SNECK_OK; n++) {
		transparent_calls = 0;
		transparent_fail_at = n;
		rc = sneck__psk_import(ipsk, &t.provider, &psk, 4);
		transparent_fail_at = 0;
		assert_true(rc == SNECK_OK || rc == SNECK_E_CRYPTO);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imports),	 cmocka_unit_test(parts_do_not_run_together),
		cmocka_unit_test(binders),	 cmocka_unit_test(long_parts),
		cmocka_unit_test(n78_providers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
