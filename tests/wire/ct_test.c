/* SPDX-License-Identifier: MIT */
/* ct_test.c: compare and wipe: every length up to 64, every bit. */
#include <stdarg.h>
#include <setjmp.h>

#include "wire/ct.h"

#include <cmocka.h>

static void equal(void **state)
{
	uint8_t a[64], b[64];

	(void)state;
	for (size_t i = 0; i < sizeof a; i++)
		a[i] = b[i] = (uint8_t)(i * 7);
	for (size_t n = 0; n <= sizeof a; n++) {
		assert_true(sneck__ct_eq(a, b, n));
		for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
			b[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(sneck__ct_eq(a, b, n), bit / 8 >= n);
			b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void differences_that_cancel(void **state)
{
	const uint8_t a[2] = { 0x55, 0x55 }, b[2] = { 0x54, 0x54 };

	(void)state;
	assert_false(sneck__ct_eq(a, b, 2));
}

static void wipe(void **state)
{
	uint8_t a[66];

	(void)state;
	for (size_t n = 0; n <= 64; n++) {
		memset(a, 0xa5, sizeof a);
		sneck__ct_wipe(a + 1, n);
		for (size_t i = 0; i < sizeof a; i++)
			assert_int_equal(a[i], i >= 1 && i <= n ? 0 : 0xa5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal),
		cmocka_unit_test(differences_that_cancel),
		cmocka_unit_test(wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
