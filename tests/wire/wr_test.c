/* SPDX-License-Identifier: MIT */
/* wr_test.c: the write cursor. */
#include <stdarg.h>
#include <setjmp.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "wire/rd.h"

#include <cmocka.h>

static void write_all(struct wr *w, const void *arg)
{
	struct wr_mark outer, inner;

	(void)arg;
	wr_u8(w, 0x01);
	wr_u16(w, 0x0203);
	wr_uint(w, 3, 0x040506);
	wr_uint(w, 4, 0x0708090a);
	outer = wr_open(w, 2);
	wr_put(w, sneck_span_of("ab", 2));
	inner = wr_open(w, 1);
	wr_put(w, sneck_span_of(NULL, 0));
	wr_close(w, inner);
	wr_vec(w, 3, sneck_span_of("c", 1));
	wr_close(w, outer);
}

static void everything_in_every_space(void **state)
{
	const struct vec want = hex("0102030405060708090a"
				    "0007"
				    "6162"
				    "00"
				    "00000163");

	(void)state;
	prop_space(write_all, NULL, vec_span(&want, 0));
}

static void round_trip_with_rd(void **state)
{
	uint8_t buf[32];
	struct rd r, in;
	struct wr w;

	(void)state;
	wr_init(&w, buf, sizeof buf);
	write_all(&w, NULL);
	rd_init(&r, sneck_span_of(buf, w.len));
	(void)rd_take(&r, 10);
	rd_open(&r, &in, 2, 7, 7);
	(void)rd_u16(&in);
	assert_int_equal(rd_vec(&in, 1, 0, 0).len, 0);
	assert_int_equal(rd_vec(&in, 3, 1, 1).len, 1);
	rd_close(&in);
	assert_int_equal(rd_end(&r), SNECK_OK);
}

/* SNECK_E_INTERNAL: 256 bytes behind a length of one byte, also without a buffer */
static void a_vector_of_ours_too_long(void **state)
{
	static const uint8_t zeros[256];
	uint8_t buf[300];
	struct wr w;

	(void)state;
	for (size_t n = 255; n <= 256; n++) {
		wr_init(&w, buf, sizeof buf);
		wr_vec(&w, 1, sneck_span_of(zeros, n));
		assert_int_equal(wr_end(&w), n == 255 ? SNECK_OK : SNECK_E_INTERNAL);
		wr_init(&w, NULL, 0);
		wr_vec(&w, 1, sneck_span_of(zeros, n));
		assert_int_equal(wr_end(&w), n == 255 ? SNECK_WANT_SPACE : SNECK_E_INTERNAL);
	}
}

/* SNECK_E_INTERNAL: a vector without its end */
static void opened_and_not_closed(void **state)
{
	uint8_t buf[8];
	struct wr w;

	(void)state;
	wr_init(&w, buf, sizeof buf);
	(void)wr_open(&w, 2);
	assert_int_equal(wr_end(&w), SNECK_E_INTERNAL);
}

static void room(void **state)
{
	uint8_t buf[8];
	struct wr w;

	(void)state;
	wr_init(&w, buf, sizeof buf);
	wr_u8(&w, 0);
	assert_ptr_equal(wr_room(&w, 7), buf + 1);
	assert_int_equal(wr_end(&w), SNECK_OK);
	assert_null(wr_room(&w, 1));
	assert_int_equal(w.len, 9);
	assert_int_equal(wr_end(&w), SNECK_WANT_SPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_in_every_space),
		cmocka_unit_test(round_trip_with_rd),
		cmocka_unit_test(a_vector_of_ours_too_long),
		cmocka_unit_test(opened_and_not_closed),
		cmocka_unit_test(room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
