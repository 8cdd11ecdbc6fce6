/* SPDX-License-Identifier: MIT */
/* algs_test.c: the tables of algorithms and the look-ups. */
#include <stdarg.h>
#include <setjmp.h>

#include <sneck/config.h>

#include "bounds.h"
#include "build.h"
#include "crypto/algs.h"

#include <cmocka.h>

static void suites(void **state)
{
	const struct {
		uint16_t id, aead, hash;
	} want[] = { { 0x1301, 1, 4 }, { 0x1302, 2, 5 }, { 0x1303, 29, 4 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct suite *const s = sneck__suite_find(want[i].id);

		assert_ptr_equal(s, &sneck__suites[i]);
		assert_int_equal(s->aead, want[i].aead);
		assert_int_equal(s->hash, want[i].hash);
	}
	assert_int_equal(sneck__suites[5].version, BUILD_TLS12 ? SNECK_TLS12 : 0);
	assert_int_equal(sneck__suites[BUILD_TLS12 ? 13 : 5].id, 0);
	assert_true(sneck__suites[2].on);
	assert_false(sneck__suite_find(0x1304)->on);
	assert_false(sneck__suite_find(0x1305)->on);
	assert_string_equal(sneck__suites[0].name, "TLS_AES_128_GCM_SHA256");
	assert_null(sneck__suite_find(0));
}

/* RFC 5289, 7251, 7905: what signs, and whether a record carries a nonce. */
static void suites_of_tls12(void **state)
{
	static const struct {
		uint16_t id, aead, hash;
		uint8_t auth, nonce_len;
		bool on;
	} want[] = {
		{ 0xc02b, 1, 4, AUTH_ECDSA, 8, true },	{ 0xc02f, 1, 4, AUTH_RSA, 8, true },
		{ 0xc02c, 2, 5, AUTH_ECDSA, 8, true },	{ 0xc030, 2, 5, AUTH_RSA, 8, true },
		{ 0xcca9, 29, 4, AUTH_ECDSA, 0, true }, { 0xcca8, 29, 4, AUTH_RSA, 0, true },
		{ 0xc0ac, 3, 4, AUTH_ECDSA, 8, false }, { 0xc0ae, 18, 4, AUTH_ECDSA, 8, false },
	};

	(void)state;
	for (size_t i = 0; BUILD_TLS12 && i < 8; i++) {
		const struct suite *const s = sneck__suite_find(want[i].id);

		assert_ptr_equal(s, &sneck__suites[5 + i]);
		assert_int_equal(s->version, SNECK_TLS12);
		assert_int_equal(s->aead, want[i].aead);
		assert_int_equal(s->hash, want[i].hash);
		assert_int_equal(s->auth, want[i].auth);
		assert_int_equal(s->nonce_len, want[i].nonce_len);
		assert_int_equal(s->on, want[i].on);
	}
	/* R12: no CBC, no key transport, no finite field, no PSK */
	for (unsigned id = 1; id < 0x100; id++)
		assert_null(sneck__suite_find((uint16_t)id));
	assert_null(sneck__suite_find(0xc013));
	assert_null(sneck__suite_find(0xc027));
}

static void groups(void **state)
{
	(void)state;
	assert_int_equal(sneck__groups[0].id, SNECK_X25519MLKEM768);
	assert_true(sneck__group_is_hybrid(0x11ec));
	assert_false(sneck__group_is_hybrid(0x11eb));
	assert_string_equal(sneck__group_find(0x0017)->name, "secp256r1");
	assert_false(sneck__group_is_hybrid(0x001d));
	assert_null(sneck__group_find(0));
}

static void what_a_provider_has(void **state)
{
	const struct sneck_provider *const p = sneck_provider_libcrypto();

	(void)state;
	for (const struct suite *s = sneck__suites; s->id != 0; s++) {
		assert_int_equal(sneck__hash_of(p, s->hash)->id, s->hash);
		if (s->on)
			assert_int_equal(sneck__aead_of(p, s->aead)->id, s->aead);
	}
	assert_int_equal(sneck__kex_of(p, SNECK_X25519)->group, SNECK_X25519);
	assert_null(sneck__hash_of(p, 2));
	assert_null(sneck__aead_of(p, 4));
	assert_null(sneck__kex_of(p, 0x0016));
}

/* A primitive that no buffer of ours is large enough for does not exist. */
static void bounds(void **state)
{
	struct sneck_hash h = { .id = 4,
				.len = BOUND_HASH,
				.block_len = BOUND_HASH_BLOCK,
				.ctx_size = SNECK_HASH_CTX_MAX };
	struct sneck_aead a = {
		.id = 1, .key_len = BOUND_KEY, .nonce_len = BOUND_NONCE, .tag_len = BOUND_TAG
	};
	const struct sneck_hash *const hashes[] = { &h, NULL };
	const struct sneck_aead *const aeads[] = { &a, NULL };
	const struct sneck_provider p = { .hashes = hashes, .aeads = aeads };

	(void)state;
	assert_non_null(sneck__hash_of(&p, 4));
	h.len++;
	assert_null(sneck__hash_of(&p, 4));
	h.len--;
	h.block_len++;
	assert_null(sneck__hash_of(&p, 4));
	h.block_len--;
	h.ctx_size++;
	assert_null(sneck__hash_of(&p, 4));

	assert_non_null(sneck__aead_of(&p, 1));
	a.key_len++;
	assert_null(sneck__aead_of(&p, 1));
	a.key_len--;
	a.nonce_len--;
	assert_null(sneck__aead_of(&p, 1));
	a.nonce_len++;
	a.tag_len++;
	assert_null(sneck__aead_of(&p, 1));
}

static void lists(void **state)
{
	const uint16_t list[] = { 7, 9, 0, 11 };

	(void)state;
	assert_true(sneck__list_has(list, 7));
	assert_true(sneck__list_has(list, 9));
	assert_false(sneck__list_has(list, 11));
	assert_false(sneck__list_has(list, 0));
	assert_false(sneck__list_has(list + 2, 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suites), cmocka_unit_test(suites_of_tls12),
		cmocka_unit_test(groups), cmocka_unit_test(what_a_provider_has),
		cmocka_unit_test(bounds), cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
