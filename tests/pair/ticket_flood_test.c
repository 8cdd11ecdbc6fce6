/* SPDX-License-Identifier: MIT */
/* ticket_flood_test.c: a client and the tickets that it is sent: lifetimes (N53), and how many
 * (N53, N58). RFC 9846, 4.7.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resume.h"

static struct pair p;

static void n53_lifetime_over_seven_days(void **state)
{
	static const uint8_t longer[] = "\x04\0\0\x0e\0\x09\x3a\x81\1\2\3\4\0\0\1T\0\0";
	static const uint8_t ever[] = "\x04\0\0\x0e\xff\xff\xff\xff\1\2\3\4\0\0\1T\0\0";
	static const uint8_t never[] = "\x04\0\0\x0e\0\0\0\0\1\2\3\4\0\0\1T\0\0";
	struct sneck_session_info info;

	(void)state;
	resume_init(&p, 57);
	p.server.cfg.tickets = NULL;
	resume_start(&p);
	resume_expect(&p, 0);
	link_record(&p.server, true, 22, longer, sizeof longer - 1u);
	link_record(&p.server, true, 22, ever, sizeof ever - 1u);
	link_record(&p.server, true, 22, never, sizeof never - 1u);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(p.client.n_sessions, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			sneck_session_read(p.client.session[i], p.client.session_len[i], &info),
			SNECK_OK);
		assert_int_equal(info.expires_ms, RESUME_NOW + UINT64_C(604800000));
	}
	pair_wipe(&p);
}

/* 8 are shown, nonces repeated or not; the flood has the bound of all post-handshake messages. */
static void n53_n58_many_tickets(void **state)
{
	static const uint8_t nst[] = "\x04\0\0\x0f\0\0\0\x64\1\2\3\4\1\x07\0\1T\0\0";
	static const int counts[] = { 8, 9, 17, 32, 33 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		resume_init(&p, 58);
		p.server.cfg.tickets = NULL;
		resume_start(&p);
		resume_expect(&p, 0);
		for (int n = 0; n < counts[i]; n++)
			link_record(&p.server, true, 22, nst, sizeof nst - 1u);
		pair_run(&p);
		assert_int_equal(p.client.n_sessions, 8);
		if (counts[i] <= 32) {
			assert_true(pair_connected(&p));
			end_write(&p.client, "hello", 5);
			pair_run(&p);
			assert_int_equal(p.server.n_got, 5);
		} else {
			assert_int_equal(p.client.st.err, SNECK_E_FLOOD);
			assert_int_equal(p.server.st.alert, SNECK_ALERT_UNEXPECTED_MESSAGE);
		}
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n53_lifetime_over_seven_days),
		cmocka_unit_test(n53_n58_many_tickets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
