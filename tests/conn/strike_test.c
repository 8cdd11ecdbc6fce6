/* SPDX-License-Identifier: MIT */
/* strike_test.c: the register of replay ids: once within the window, never in the first one, and
 * "reject" whenever it cannot know. N51. RFC 9846, 8.2. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/session.h>

#define NOW    UINT64_C(1700000000000)
#define WINDOW 10000u

static _Alignas(SNECK_ALIGN) uint8_t mem[1u << 16];

static struct sneck_strike *made(uint32_t n_ids)
{
	struct sneck_strike *s;

	memset(mem, 0xa5, sizeof mem);
	assert_true(sneck_strike_size(n_ids) <= sizeof mem);
	assert_int_equal(sneck_strike_init(mem, sneck_strike_size(n_ids), n_ids, WINDOW, NOW, &s),
			 SNECK_OK);
	assert_int_equal(mem[sneck_strike_size(n_ids)], 0xa5);
	return s;
}

/* A binder: 32 bytes, as good as random. */
static struct sneck_span id(uint64_t n)
{
	static uint8_t bytes[32];

	for (size_t i = 0; i < sizeof bytes; i++) {
		n = n * UINT64_C(6364136223846793005) + 1442695040888963407u;
		bytes[i] = (uint8_t)(n >> 56);
	}
	return sneck_span_of(bytes, sizeof bytes);
}

static void n51_once(void **state)
{
	struct sneck_strike *const s = made(100);

	(void)state;
	assert_int_equal(sneck_strike_add(s, id(1), NOW + WINDOW), SNECK_OK);
	assert_int_equal(sneck_strike_add(s, id(1), NOW + WINDOW), SNECK_E_REPLAY);
	assert_int_equal(sneck_strike_add(s, id(1), NOW), SNECK_E_REPLAY); /* the clock goes back */
	assert_int_equal(sneck_strike_add(s, id(2), NOW + WINDOW), SNECK_OK);
	assert_int_equal(sneck_strike_add(s, id(1), NOW + 2u * WINDOW), SNECK_E_REPLAY);
	/* as old as a ticket may be skewed: it would be refused by its age now */
	assert_int_equal(sneck_strike_add(s, id(1), NOW + 2u * WINDOW + 1u), SNECK_OK);
	assert_int_equal(sneck_strike_add(s, id(1), NOW + 2u * WINDOW + 1u), SNECK_E_REPLAY);
}

static void n51_first_window(void **state)
{
	struct sneck_strike *const s = made(100);

	(void)state;
	assert_int_equal(sneck_strike_add(s, id(1), NOW), SNECK_NOT_NOW);
	assert_int_equal(sneck_strike_add(s, id(2), NOW + WINDOW - 1u), SNECK_NOT_NOW);
	/* and what was seen then is remembered */
	assert_int_equal(sneck_strike_add(s, id(1), NOW + WINDOW), SNECK_E_REPLAY);
	assert_int_equal(sneck_strike_add(s, id(2), NOW + WINDOW), SNECK_E_REPLAY);
	assert_int_equal(sneck_strike_add(s, id(3), NOW + WINDOW), SNECK_OK);
}

/* At least n_ids are known at once, more or less, and beyond nothing passes twice. */
static void n51_full(void **state)
{
	static bool passed[3000];
	struct sneck_strike *const s = made(1000);
	unsigned ok = 0;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		const enum sneck_rc rc = sneck_strike_add(s, id(i), NOW + WINDOW);

		assert_true(rc == SNECK_OK || rc == SNECK_NOT_NOW);
		passed[i] = rc == SNECK_OK;
		ok += passed[i];
		if (i == 999)
			assert_int_equal(ok, 1000);
	}
	assert_in_range(ok, 1000, 1397);
	for (unsigned i = 0; i < 3000; i++)
		if (passed[i])
			assert_int_equal(sneck_strike_add(s, id(i), NOW + 2u * WINDOW),
					 SNECK_E_REPLAY);
	for (unsigned i = 0; i < 1000; i++) /* all is old */
		assert_int_equal(sneck_strike_add(s, id(5000u + i), NOW + 3u * WINDOW + 2u),
				 SNECK_OK);
}

/* Ids that hash to the last slot go on at the first. */
static void n51_the_table_is_round(void **state)
{
	struct sneck_strike *const s = made(0);
	uint8_t bytes[16] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 80; i++) {
		bytes[3] = 63;
		bytes[15] = (uint8_t)i;
		assert_int_equal(sneck_strike_add(s, sneck_span_of(bytes, 16), NOW + WINDOW),
				 i < 64 ? SNECK_OK : SNECK_NOT_NOW);
	}
	for (unsigned i = 0; i < 64; i++) {
		bytes[15] = (uint8_t)i;
		assert_int_equal(sneck_strike_add(s, sneck_span_of(bytes, 16), NOW + WINDOW),
				 SNECK_E_REPLAY);
	}
}

static void arguments(void **state)
{
	struct sneck_strike *s;

	(void)state;
	for (size_t n = 0; n < sneck_strike_size(10); n++)
		assert_int_equal(sneck_strike_init(mem, n, 10, WINDOW, NOW, &s), SNECK_WANT_SPACE);
	s = made(10);
	for (size_t n = 0; n < 16; n++)
		assert_int_equal(sneck_strike_add(s, sneck_span_of(mem, n), NOW), SNECK_E_ARG);
	/* more than there are numbers for the slots, or bytes of memory, is no small register */
	assert_true(sneck_strike_size(3221225460u) > UINT32_MAX);
	assert_true(sneck_strike_size(UINT32_MAX) > UINT32_MAX);
	assert_int_equal(sneck_strike_init(mem, sizeof mem, UINT32_MAX, WINDOW, NOW, &s),
			 SNECK_WANT_SPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n51_once),  cmocka_unit_test(n51_first_window),
		cmocka_unit_test(n51_full),  cmocka_unit_test(n51_the_table_is_round),
		cmocka_unit_test(arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
