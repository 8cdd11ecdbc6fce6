/* SPDX-License-Identifier: MIT */
/* client_hello_test.c: the ClientHello of RFC 8448 and its bounds. */
#include <stdarg.h>
#include <setjmp.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/hello.h"

#include <cmocka.h>

static void write_hello(struct wr *w, const void *arg)
{
	sneck__client_hello_write(w, arg);
}

static void rfc8448_round_trip(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "client_hello");
	struct client_hello ch;

	(void)state;
	assert_int_equal(sneck__client_hello_read(&ch, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(ch.legacy_version, 0x0303);
	assert_int_equal(ch.random.len, 32);
	assert_int_equal(ch.session_id.len, 0);
	assert_int_equal(ch.suites.len, 6);
	assert_memory_equal(ch.suites.p, hex("130113031302").b, 6);
	assert_int_equal(ch.compression.len, 1);
	assert_int_equal(ch.extensions.len, 145);
	prop_space(write_hello, &ch, sneck_span_of(v.b + 4, 45));
}

/* A hello with a session id of sid bytes, suites of suites bytes, compression of comp bytes. */
static enum sneck_rc read_sized(size_t sid, size_t suites, size_t comp)
{
	static const uint8_t zeros[256];
	uint8_t buf[1024];
	struct client_hello ch;
	struct wr w;

	wr_init(&w, buf, sizeof buf);
	wr_u16(&w, 0x0303);
	wr_put(&w, sneck_span_of(zeros, 32));
	wr_vec(&w, 1, sneck_span_of(zeros, sid));
	wr_vec(&w, 2, sneck_span_of(zeros, suites));
	wr_vec(&w, 1, sneck_span_of(zeros, comp));
	wr_u16(&w, 0);
	assert_int_equal(wr_end(&w), SNECK_OK);
	return sneck__client_hello_read(&ch, sneck_span_of(buf, w.len));
}

/* SNECK_E_DECODE one outside each bound of RFC 9846, 4.2.2 */
static void n2_bounds(void **state)
{
	(void)state;
	assert_int_equal(read_sized(0, 2, 1), SNECK_OK);
	assert_int_equal(read_sized(32, 200, 255), SNECK_OK);
	assert_int_equal(read_sized(33, 2, 1), SNECK_E_DECODE);
	assert_int_equal(read_sized(0, 0, 1), SNECK_E_DECODE);
	assert_int_equal(read_sized(0, 1, 1), SNECK_E_DECODE);
	assert_int_equal(read_sized(0, 3, 1), SNECK_E_DECODE);
	assert_int_equal(read_sized(0, 2, 0), SNECK_E_DECODE);
}

static void without_extensions(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "client_hello");
	struct client_hello ch;

	(void)state;
	assert_int_equal(sneck__client_hello_read(&ch, sneck_span_of(v.b + 4, 45)), SNECK_OK);
	assert_int_equal(ch.extensions.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448_round_trip),
		cmocka_unit_test(n2_bounds),
		cmocka_unit_test(without_extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
