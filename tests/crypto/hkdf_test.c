/* SPDX-License-Identifier: MIT */
/* hkdf_test.c: HMAC of RFC 4231, HKDF of RFC 5869, HKDF-Expand-Label, and a hash that fails. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>

#include "bounds.h"
#include "crypto/algs.h"
#include "crypto/hkdf.h"
#include "lib/faulty.h"
#include "lib/hex.h"

#include <cmocka.h>

static const struct sneck_hash *hash_of(uint16_t id)
{
	return sneck__hash_of(sneck_provider_libcrypto(), id);
}

static struct vec figure(const char *prefix, unsigned n)
{
	char name[32];

	(void)snprintf(name, sizeof name, "%s%u", prefix, n);
	return vec_of("hkdf.txt", name);
}

static void zeros_only(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], 0);
}

/* Also in two pieces, cut at every byte. */
static void rfc4231_hmac(void **state)
{
	const unsigned cases[] = { 1, 2, 3, 4, 6, 7 };

	(void)state;
	for (size_t c = 0; c < 6; c++) {
		const struct vec key = figure("key", cases[c]), msg = figure("msg", cases[c]);
		const struct vec want[2] = { figure("sha256_", cases[c]),
					     figure("sha384_", cases[c]) };

		for (uint16_t h = 0; h < 2; h++) {
			const struct sneck_hash *const hash = hash_of(4 + h);

			for (size_t cut = 0; cut <= msg.len; cut++) {
				const struct sneck_span in[2] = { { msg.b, cut },
								  { msg.b + cut, msg.len - cut } };
				uint8_t mac[BOUND_HASH];

				assert_int_equal(sneck__hmac(mac, hash, vec_span(&key, 0), in, 2),
						 SNECK_OK);
				assert_int_equal(want[h].len, hash->len);
				assert_memory_equal(mac, want[h].b, hash->len);
			}
		}
	}
}

/* A key of exactly one block is not hashed: it equals itself with no zeros to fill up. */
static void keys_around_a_block(void **state)
{
	const struct sneck_hash *const hash = hash_of(4);
	const struct sneck_span none = { NULL, 0 };
	uint8_t key[65] = { 1 }, a[32], b[32];

	(void)state;
	assert_int_equal(sneck__hmac(a, hash, sneck_span_of(key, 64), &none, 1), SNECK_OK);
	assert_int_equal(sneck__hmac(b, hash, sneck_span_of(key, 1), NULL, 0), SNECK_OK);
	assert_memory_equal(a, b, 32);
	assert_int_equal(sneck__hmac(b, hash, sneck_span_of(key, 65), NULL, 0), SNECK_OK);
	assert_memory_not_equal(a, b, 32);
}

static void rfc5869_extract(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		const struct vec ikm = figure("ikm", i), salt = figure("salt", i);
		uint8_t prk[32];

		assert_int_equal(
			sneck__hkdf_extract(prk, hash_of(4), vec_span(&salt, 0), vec_span(&ikm, 0)),
			SNECK_OK);
		assert_memory_equal(prk, figure("prk", i).b, 32);
	}
}

/* RFC 9846, 7.1: an absent value is a string of zeros of the hash's length */
static void extract_of_nothing(void **state)
{
	static const uint8_t zeros[BOUND_HASH];
	const struct sneck_span none = { NULL, 0 };

	(void)state;
	for (uint16_t id = 4; id <= 5; id++) {
		const struct sneck_span z = { zeros, hash_of(id)->len };
		uint8_t a[BOUND_HASH], b[BOUND_HASH];

		assert_int_equal(sneck__hkdf_extract(a, hash_of(id), none, none), SNECK_OK);
		assert_int_equal(sneck__hkdf_extract(b, hash_of(id), z, z), SNECK_OK);
		assert_memory_equal(a, b, z.len);
	}
}

/* The length is part of what is hashed, so each length is a value of its own. */
static void expand_label(void **state)
{
	(void)state;
	for (uint16_t id = 4; id <= 5; id++) {
		const struct sneck_hash *const hash = hash_of(id);
		const struct vec want =
			vec_of("hkdf.txt", id == 4 ? "label_sha256" : "label_sha384");
		const struct vec context = hex("fffefd");
		uint8_t secret[BOUND_HASH], out[101];

		for (uint8_t i = 0; i < sizeof secret; i++)
			secret[i] = i;
		memset(out, 0xa5, sizeof out);
		assert_int_equal(sneck__hkdf_expand_label(out, 100, hash, secret, "some label",
							  vec_span(&context, 0)),
				 SNECK_OK);
		assert_memory_equal(out, want.b, 100);
		assert_int_equal(out[100], 0xa5);
	}
}

static void in_place(void **state)
{
	const struct sneck_span none = { NULL, 0 };
	uint8_t secret[32] = { 1, 2, 3 }, out[32];

	(void)state;
	assert_int_equal(sneck__hkdf_expand_label(out, 32, hash_of(4), secret, "x", none),
			 SNECK_OK);
	assert_int_equal(sneck__hkdf_expand_label(secret, 32, hash_of(4), secret, "x", none),
			 SNECK_OK);
	assert_memory_equal(secret, out, 32);
}

/* SNECK_E_INTERNAL, and zeros: more than 255 digests, a label or context over 255 bytes */
static void too_much(void **state)
{
	static uint8_t out[255 * 32 + 1], big[256];
	const struct sneck_hash *const hash = hash_of(4);
	const struct sneck_span none = { NULL, 0 };
	char label[251];

	(void)state;
	assert_int_equal(sneck__hkdf_expand_label(out, sizeof out - 1, hash, big, "x", none),
			 SNECK_OK);
	assert_int_equal(sneck__hkdf_expand_label(out, sizeof out, hash, big, "x", none),
			 SNECK_E_INTERNAL);
	zeros_only(out, sizeof out);

	memset(label, 'x', 250);
	label[250] = '\0';
	memset(out, 1, 32);
	assert_int_equal(sneck__hkdf_expand_label(out, 32, hash, big, label, none),
			 SNECK_E_INTERNAL);
	zeros_only(out, 32);
	label[249] = '\0';
	assert_int_equal(
		sneck__hkdf_expand_label(out, 32, hash, big, label, sneck_span_of(big, 255)),
		SNECK_OK);
	assert_int_equal(
		sneck__hkdf_expand_label(out, 32, hash, big, label, sneck_span_of(big, 256)),
		SNECK_E_INTERNAL);
	zeros_only(out, 32);
}

/* SNECK_E_CRYPTO from call n, for all n, in a label of two digests with a long key before it */
static void n78_failing_hash(void **state)
{
	static const uint8_t zeros[200];
	const struct sneck_span none = { NULL, 0 };
	unsigned n;

	(void)state;
	for (n = 0;; n++) {
		const struct sneck_hash *const hash = faulty_hash(hash_of(4), n);
		uint8_t out[64];
		enum sneck_rc rc;

		memset(out, 0xa5, sizeof out);
		rc = sneck__hkdf_expand_label(out, 64, hash, zeros, "x", none);
		if (rc == SNECK_OK)
			break;
		assert_int_equal(rc, SNECK_E_CRYPTO);
		zeros_only(out, sizeof out);
	}
	/* two HMACs of two hashes: 2 * (init, pad, text, finish), one piece more in the second */
	assert_int_equal(n, 2 * 8 + 1);
	for (n = 0;; n++) {
		const struct sneck_hash *const hash = faulty_hash(hash_of(4), n);
		uint8_t mac[32];
		enum sneck_rc rc;

		memset(mac, 0xa5, sizeof mac);
		rc = sneck__hmac(mac, hash, sneck_span_of(zeros, 200), NULL, 0);
		if (rc == SNECK_OK)
			break;
		assert_int_equal(rc, SNECK_E_CRYPTO);
		zeros_only(mac, sizeof mac);
	}
	assert_int_equal(n, 3 + 3 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc4231_hmac),	   cmocka_unit_test(keys_around_a_block),
		cmocka_unit_test(rfc5869_extract), cmocka_unit_test(extract_of_nothing),
		cmocka_unit_test(expand_label),	   cmocka_unit_test(in_place),
		cmocka_unit_test(too_much),	   cmocka_unit_test(n78_failing_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
