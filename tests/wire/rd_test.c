/* SPDX-License-Identifier: MIT */
/* rd_test.c: the read cursor. */
#include <stdarg.h>
#include <setjmp.h>

#include "wire/rd.h"

#include <cmocka.h>

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a };

static void numbers(void **state)
{
	struct rd r;

	(void)state;
	rd_init(&r, sneck_span_of(bytes, sizeof bytes));
	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_uint(&r, 3), 0x040506);
	assert_int_equal(rd_uint(&r, 4), 0x0708090a);
	assert_false(rd_more(&r));
	assert_int_equal(rd_end(&r), SNECK_OK);
}

static void nothing_at_all(void **state)
{
	struct rd r;

	(void)state;
	rd_init(&r, sneck_span_of(NULL, 0));
	assert_int_equal(rd_end(&r), SNECK_OK);
	assert_int_equal(rd_take(&r, 0).len, 0);
	assert_int_equal(rd_end(&r), SNECK_OK);
	assert_int_equal(rd_u8(&r), 0);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

/* SNECK_E_DECODE: one failure, and every later read gives zeros and empty spans */
static void the_first_failure_sticks(void **state)
{
	struct sneck_span s;
	struct rd r;

	(void)state;
	rd_init(&r, sneck_span_of(bytes, sizeof bytes));
	(void)rd_u8(&r);
	s = rd_take(&r, sizeof bytes);
	assert_int_equal(s.len, 0);
	assert_non_null(s.p);
	assert_int_equal(rd_u8(&r), 0);
	assert_int_equal(rd_uint(&r, 4), 0);
	assert_int_equal(rd_take(&r, 0).len, 0);
	assert_int_equal(rd_vec(&r, 1, 0, 255).len, 0);
	assert_false(rd_more(&r));
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

static void huge_lengths(void **state)
{
	struct rd r;

	(void)state;
	rd_init(&r, sneck_span_of(bytes, sizeof bytes));
	(void)rd_u8(&r);
	assert_int_equal(rd_take(&r, SIZE_MAX).len, 0);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

static void n3_a_trailing_byte(void **state)
{
	struct rd r;

	(void)state;
	rd_init(&r, sneck_span_of(bytes, 3));
	(void)rd_u16(&r);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

/* opaque v<2..4> */
static void n2_vector_bounds(void **state)
{
	(void)state;
	for (uint8_t len = 0; len < 7; len++) {
		const uint8_t in[7] = { len };
		struct sneck_span v;
		struct rd r;

		rd_init(&r, sneck_span_of(in, 1u + len));
		v = rd_vec(&r, 1, 2, 4);
		assert_int_equal(v.len, len);
		assert_int_equal(rd_end(&r), len >= 2 && len <= 4 ? SNECK_OK : SNECK_E_DECODE);
	}
}

static void nested(void **state)
{
	const uint8_t in[] = { 0, 4, 2, 7, 8, 9, 1 };
	struct rd r, list;

	(void)state;
	rd_init(&r, sneck_span_of(in, sizeof in));
	rd_open(&r, &list, 2, 0, 100);
	assert_int_equal(rd_vec(&list, 1, 0, 2).len, 2);
	assert_int_equal(rd_u8(&list), 9);
	assert_false(rd_more(&list));
	rd_close(&list);
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_end(&r), SNECK_OK);
}

static void inner_failures_are_outer_ones(void **state)
{
	const uint8_t in[] = { 3, 2, 7, 8, 9, 1 };
	struct rd r, list, inner;

	(void)state;
	rd_init(&r, sneck_span_of(in, sizeof in));
	rd_open(&r, &list, 1, 0, 100);
	rd_open(&list, &inner, 1, 0, 100);
	(void)rd_uint(&inner, 3);
	rd_close(&inner);
	rd_close(&list);
	assert_true(inner.bad && list.bad && r.bad);
	assert_int_equal(rd_u8(&r), 0);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

static void n3_bytes_left_inside(void **state)
{
	const uint8_t in[] = { 2, 7, 8 };
	struct rd r, list;

	(void)state;
	rd_init(&r, sneck_span_of(in, sizeof in));
	rd_open(&r, &list, 1, 0, 100);
	(void)rd_u8(&list);
	rd_close(&list);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

static void opened_and_not_closed(void **state)
{
	const uint8_t in[] = { 1, 1, 0 };
	struct rd r, list, inner;

	(void)state;
	rd_init(&r, sneck_span_of(in, 2));
	rd_open(&r, &list, 1, 0, 100);
	(void)rd_u8(&list);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);

	rd_init(&r, sneck_span_of(in + 1, 2));
	rd_open(&r, &list, 1, 0, 100);
	rd_open(&list, &inner, 1, 0, 100);
	rd_close(&list);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

static void open_after_a_failure(void **state)
{
	struct rd r, list;

	(void)state;
	rd_init(&r, sneck_span_of(bytes, 1));
	(void)rd_u16(&r);
	rd_open(&r, &list, 1, 0, 100);
	assert_false(rd_more(&list));
	assert_int_equal(rd_u8(&list), 0);
	rd_close(&list);
	assert_int_equal(rd_end(&r), SNECK_E_DECODE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(the_first_failure_sticks),
		cmocka_unit_test(huge_lengths),
		cmocka_unit_test(n3_a_trailing_byte),
		cmocka_unit_test(n2_vector_bounds),
		cmocka_unit_test(nested),
		cmocka_unit_test(inner_failures_are_outer_ones),
		cmocka_unit_test(n3_bytes_left_inside),
		cmocka_unit_test(opened_and_not_closed),
		cmocka_unit_test(open_after_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
