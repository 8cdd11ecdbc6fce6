/* SPDX-License-Identifier: MIT */
/* finish_test.c: CertificateVerify, Finished, KeyUpdate, NewSessionTicket. */
#include <stdarg.h>
#include <setjmp.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/finish.h"

#include <cmocka.h>

static void write_verify(struct wr *w, const void *arg)
{
	sneck__certificate_verify_write(w, arg);
}

static void certificate_verify_round_trip(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "certificate_verify");
	struct certificate_verify cv;

	(void)state;
	assert_int_equal(sneck__certificate_verify_read(&cv, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(cv.scheme, 0x0804);
	assert_int_equal(cv.signature.len, 128);
	prop_space(write_verify, &cv, vec_span(&v, 0));
}

static void write_finished(struct wr *w, const void *arg)
{
	sneck__finished_write(w, *(const struct sneck_span *)arg);
}

/* SNECK_E_DECODE for any length but the hash's */
static void finished_round_trip(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "client_finished");
	struct sneck_span data;

	(void)state;
	assert_int_equal(sneck__finished_read(&data, 32, vec_span(&v, 4)), SNECK_OK);
	prop_space(write_finished, &data, vec_span(&v, 0));
	for (size_t len = 0; len <= 48; len++)
		if (len != 32)
			assert_int_equal(sneck__finished_read(&data, len, vec_span(&v, 4)),
					 SNECK_E_DECODE);
}

static void write_update(struct wr *w, const void *arg)
{
	sneck__key_update_write(w, *(const uint8_t *)arg);
}

static enum sneck_rc read_update(struct sneck_span body)
{
	uint8_t request;

	return sneck__key_update_read(&request, body);
}

/* SNECK_E_ILLEGAL for all but 0 and 1. RFC 9846, 4.7.3 */
static void key_update(void **state)
{
	(void)state;
	for (unsigned x = 0; x < 256; x++) {
		const uint8_t byte = (uint8_t)x;
		const struct sneck_span body = { &byte, 1 };
		const uint8_t want[5] = { 24, 0, 0, 1, byte };
		uint8_t request;

		assert_int_equal(sneck__key_update_read(&request, body),
				 x <= 1 ? SNECK_OK : SNECK_E_ILLEGAL);
		assert_int_equal(request, x);
		prop_space(write_update, &byte, sneck_span_of(want, 5));
		if (x <= 1)
			prop_prefix(read_update, body, PROP_NO_PREFIX);
	}
}

/* SNECK_E_DECODE for a ticket<1..2^16-1> without a byte. RFC 9846, 4.7.1 */
static void new_session_ticket(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "new_session_ticket");
	const struct vec none = hex("00000e10"
				    "01020304"
				    "0100"
				    "0000"
				    "0000");
	struct new_session_ticket t;

	(void)state;
	assert_int_equal(sneck__new_session_ticket_read(&t, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(t.lifetime_s, 30);
	assert_int_equal(t.age_add, 0xfad6aac5);
	assert_int_equal(t.nonce.len, 2);
	assert_int_equal(t.ticket.len, 178);
	assert_int_equal(t.extensions.len, 8);
	assert_int_equal(sneck__new_session_ticket_read(&t, vec_span(&none, 0)), SNECK_E_DECODE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_verify_round_trip),
		cmocka_unit_test(finished_round_trip),
		cmocka_unit_test(key_update),
		cmocka_unit_test(new_session_ticket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
