/* SPDX-License-Identifier: MIT */
/* packed_test.c: the CompressedCertificate message, read and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/packed.h"

#include <cmocka.h>

#define MESSAGE                                                                                    \
	"1900000c"                                                                                 \
	"0002"                                                                                     \
	"000123"                                                                                   \
	"000004"                                                                                   \
	"aabbccdd"

static enum sneck_rc read_it(struct sneck_span body)
{
	struct compressed_certificate c;

	return sneck__compressed_certificate_read(&c, body);
}

static void write_it(struct wr *w, const void *arg)
{
	const struct compressed_certificate *const c = arg;

	sneck__compressed_certificate_write_head(w, c);
	wr_put(w, c->packed);
}

static void round_trip(void **state)
{
	const struct vec v = hex(MESSAGE);
	struct compressed_certificate c;

	(void)state;
	assert_int_equal(sneck__compressed_certificate_read(&c, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(c.algorithm, 2);
	assert_int_equal(c.length, 0x123);
	assert_int_equal(c.packed.len, 4);
	prop_space(write_it, &c, vec_span(&v, 0));
}

/* SNECK_E_DECODE for every prefix, every byte more, every wrong length, and no bytes at all. */
static void n1_n2_n3_body(void **state)
{
	const struct vec v = hex(MESSAGE), none = hex("0002000123000000");

	(void)state;
	prop_prefix(read_it, vec_span(&v, 4), PROP_NO_PREFIX);
	prop_length(read_it, vec_span(&v, 4), 5, 3);
	prop_flip(read_it, vec_span(&v, 4));
	assert_int_equal(read_it(vec_span(&none, 0)), SNECK_E_DECODE);
}

/* Packed bytes that no 24 bits can count are our own mistake: SNECK_E_INTERNAL. */
static void too_long(void **state)
{
	const struct compressed_certificate c = { 1, 1, { (const uint8_t *)"", 0xfffff8 } };
	uint8_t buf[16];
	struct wr w;

	(void)state;
	wr_init(&w, buf, sizeof buf);
	sneck__compressed_certificate_write_head(&w, &c);
	assert_int_equal(wr_end(&w), SNECK_E_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(n1_n2_n3_body),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
