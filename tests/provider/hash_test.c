/* SPDX-License-Identifier: MIT */
/* hash_test.c: hashes of every provider: known digests, pieces, peek, re-init, moving, wiping. */
#include "provider/providers.h"

static const char *known(uint16_t id, const char *of)
{
	if (strcmp(of, "abc") == 0)
		return id == 4 ? "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
			       : "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
				 "8086072ba1e7cc2358baeca134c825a7";
	return id == 4 ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		       : "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
			 "274edebfe76f65fbd51ad2f14898b95b";
}

static void digest(const struct sneck_hash *h, void *ctx, struct sneck_span in, uint8_t *out)
{
	assert_int_equal(h->init(ctx), SNECK_OK);
	assert_int_equal(h->update(ctx, in), SNECK_OK);
	assert_int_equal(h->finish(ctx, out), SNECK_OK);
}

static void check_hash(const struct sneck_provider *p, const struct sneck_hash *h)
{
	static uint8_t big[16384];
	uint8_t a[48], b[48];
	void *ctx = zeroed(h->ctx_size);

	assert_in_range(h->ctx_size, 1, SNECK_HASH_CTX_MAX);
	h->wipe(ctx); /* all zero */

	/* empty, and the pointer of an empty span is not looked at */
	digest(h, ctx, sneck_span_of((const void *)(uintptr_t)8, 0), a);
	if (is_real(p))
		assert_hex(a, h->len, known(h->id, ""));
	digest(h, ctx, sneck_span_of("abc", 3), a);
	if (is_real(p))
		assert_hex(a, h->len, known(h->id, "abc"));

	/* in two pieces, moved between calls, peeked at */
	assert_int_equal(h->init(ctx), SNECK_OK);
	assert_int_equal(h->update(ctx, sneck_span_of("ab", 2)), SNECK_OK);
	assert_int_equal(h->peek(ctx, b), SNECK_OK);
	assert_memory_not_equal(a, b, h->len);
	ctx = moved(ctx, h->ctx_size);
	assert_int_equal(h->update(ctx, sneck_span_of("c", 1)), SNECK_OK);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(h->peek(ctx, b), SNECK_OK);
		assert_memory_equal(a, b, h->len);
	}
	ctx = moved(ctx, h->ctx_size);

	/* init without finish starts afresh */
	digest(h, ctx, sneck_span_of("abc", 3), b);
	assert_memory_equal(a, b, h->len);

	/* every bit counts */
	digest(h, ctx, sneck_span_of(big, sizeof big), a);
	for (size_t i = 0; i < sizeof big * 8; i += 4093) {
		big[i / 8] ^= (uint8_t)(1u << (i % 8));
		digest(h, ctx, sneck_span_of(big, sizeof big), b);
		big[i / 8] ^= (uint8_t)(1u << (i % 8));
		assert_memory_not_equal(a, b, h->len);
	}
	digest(h, ctx, sneck_span_of(big, sizeof big - 1), b);
	assert_memory_not_equal(a, b, h->len);

	h->wipe(ctx);
	assert_true(all_zero(ctx, h->ctx_size));
	h->wipe(ctx);
	free(ctx);
	assert_no_stale_error();
}

static void every_hash(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_PROVIDERS; i++) {
		const struct sneck_provider *const p = provider_at(i);

		assert_int_equal(p->revision, SNECK_CRYPTO_REVISION);
		assert_int_equal(p->hashes[0]->id, 4);
		assert_int_equal(p->hashes[0]->len, 32);
		assert_int_equal(p->hashes[0]->block_len, 64);
		assert_int_equal(p->hashes[1]->id, 5);
		assert_int_equal(p->hashes[1]->len, 48);
		assert_int_equal(p->hashes[1]->block_len, 128);
		assert_null(p->hashes[2]);
		for (size_t h = 0; p->hashes[h] != NULL; h++)
			check_hash(p, p->hashes[h]);
	}
}

static void random_bytes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_PROVIDERS; i++) {
		const struct sneck_provider *const p = provider_at(i);
		uint8_t a[64] = { 0 }, b[64] = { 0 };

		assert_int_equal(p->random(p->ctx, a, 63), SNECK_OK);
		assert_int_equal(p->random(p->ctx, b, 63), SNECK_OK);
		assert_memory_not_equal(a, b, 32);
		assert_int_equal(a[63], 0);
		assert_int_equal(p->random(p->ctx, a, 0), SNECK_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hash),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
