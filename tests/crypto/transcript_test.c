/* SPDX-License-Identifier: MIT */
/* transcript_test.c: the running hash over the messages of RFC 8448, section 3. */
#include <stdarg.h>
#include <setjmp.h>

#include "bounds.h"
#include "crypto/algs.h"
#include "crypto/transcript.h"
#include "lib/faulty.h"
#include "lib/hex.h"

#include <cmocka.h>

static void add(struct transcript *t, const char *name)
{
	const struct vec v = vec_of("rfc8448_3.txt", name);

	assert_int_equal(sneck__transcript_add(t, vec_span(&v, 0)), SNECK_OK);
}

static void check(const struct transcript *t, const char *name)
{
	const struct vec want = vec_of("rfc8448_3.txt", name);
	uint8_t digest[BOUND_HASH];

	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(sneck__transcript_peek(t, digest), SNECK_OK);
		assert_memory_equal(digest, want.b, 32);
	}
}

static void rfc8448(void **state)
{
	struct transcript t = { .hash = NULL };

	(void)state;
	assert_int_equal(sneck__transcript_init(&t, sneck__hash_of(sneck_provider_libcrypto(), 4)),
			 SNECK_OK);
	add(&t, "client_hello");
	add(&t, "server_hello");
	check(&t, "hash_to_server_hello");
	add(&t, "encrypted_extensions");
	add(&t, "certificate");
	add(&t, "certificate_verify");
	add(&t, "server_finished");
	check(&t, "hash_to_server_finished");
	add(&t, "client_finished");
	check(&t, "hash_to_client_finished");
	sneck__transcript_wipe(&t);
}

static const struct sneck_hash *counted;
static unsigned wipes;

static void count_wipe(void *ctx)
{
	wipes++;
	counted->wipe(ctx);
}

/* The context of one hash is not another's: it is wiped in between. */
static void begun_again_with_another_hash(void **state)
{
	const struct sneck_provider *const p = sneck_provider_libcrypto();
	struct transcript t = { .hash = NULL };
	struct sneck_hash first;

	(void)state;
	counted = sneck__hash_of(p, 5);
	first = *counted;
	first.wipe = count_wipe;
	assert_int_equal(sneck__transcript_init(&t, &first), SNECK_OK);
	add(&t, "certificate");
	assert_int_equal(wipes, 0);
	assert_int_equal(sneck__transcript_init(&t, sneck__hash_of(p, 4)), SNECK_OK);
	assert_int_equal(wipes, 1);
	add(&t, "client_hello");
	add(&t, "server_hello");
	check(&t, "hash_to_server_hello");
	sneck__transcript_wipe(&t);
}

/* SNECK_E_INTERNAL before it is begun, also after wipe, which leaves nothing */
static void not_begun(void **state)
{
	static const struct transcript zero;
	struct transcript t = { .hash = NULL };
	uint8_t digest[BOUND_HASH];

	(void)state;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(sneck__transcript_add(&t, sneck_span_of("a", 1)),
				 SNECK_E_INTERNAL);
		assert_int_equal(sneck__transcript_peek(&t, digest), SNECK_E_INTERNAL);
		assert_int_equal(
			sneck__transcript_init(&t, sneck__hash_of(sneck_provider_libcrypto(), 4)),
			SNECK_OK);
		add(&t, "client_hello");
		sneck__transcript_wipe(&t);
		assert_memory_equal(&t, &zero, sizeof t);
	}
	sneck__transcript_wipe(&t);
}

/* SNECK_E_CRYPTO from each of the three calls; one that could not begin has not begun */
static void n78_failing_hash(void **state)
{
	const struct sneck_hash *const real = sneck__hash_of(sneck_provider_libcrypto(), 4);
	uint8_t digest[BOUND_HASH];
	struct transcript t;

	(void)state;
	for (unsigned n = 0; n < 3; n++) {
		memset(&t, 0, sizeof t);
		assert_int_equal(sneck__transcript_init(&t, faulty_hash(real, n)),
				 n > 0 ? SNECK_OK : SNECK_E_CRYPTO);
		assert_int_equal(t.hash != NULL, n > 0);
		if (n > 0)
			assert_int_equal(sneck__transcript_add(&t, sneck_span_of("a", 1)),
					 n > 1 ? SNECK_OK : SNECK_E_CRYPTO);
		if (n > 1)
			assert_int_equal(sneck__transcript_peek(&t, digest), SNECK_E_CRYPTO);
		sneck__transcript_wipe(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448),
		cmocka_unit_test(begun_again_with_another_hash),
		cmocka_unit_test(not_begun),
		cmocka_unit_test(n78_failing_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
