/* SPDX-License-Identifier: MIT */
/* resume_test.c: tickets, sessions and pre-shared keys from elsewhere, each in every mode, retried
 * and not, in pieces and whole. RFC 9846, 2.2, 4.3.11, 4.7.1; RFC 9149; RFC 9258. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"
#include "lib/needs.h"
#include "lib/resume.h"

static struct pair p;

static void expect_facts(int resumed)
{
	struct sneck_facts c, s;

	assert_int_equal(sneck_conn_facts(p.client.conn, &c, sizeof c), SNECK_OK);
	assert_int_equal(sneck_conn_facts(p.server.conn, &s, sizeof s), SNECK_OK);
	assert_int_equal(c.resumed, resumed);
	assert_int_equal(s.resumed, resumed);
	assert_int_equal(c.suite, s.suite);
	assert_int_equal(c.group, s.group);
}

/* A full handshake, and a ticket of it at &p.client.session[0]. */
static void tickets_come(void **state)
{
	(void)state;
	resume_init(&p, 5);
	pair_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(p.client.n_sessions, 2);
	pair_chat(&p);
	pair_wipe(&p);
}

static void resumes(void **state)
{
	(void)state;
	for (int i = 0; i < 64; i++) {
		resume_ticket(&p, 9);
		pair_knobs(&p, (unsigned)i);
		resume_start(&p);
		resume_expect(&p, 1);
		expect_facts(1);
		assert_int_equal(p.client.n_sessions, 2);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

static void resumes_after_a_retry(void **state)
{
	static uint8_t cookie[32] = { 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		resume_ticket(&p, 11);
		pair_retry(&p);
		if (i & 1)
			p.server.cfg.cookie_secret = sneck_span_of(cookie, sizeof cookie);
		p.client.chunk = p.server.chunk = i & 2 ? 1 : 0;
		resume_start(&p);
		resume_expect(&p, 1);
		expect_facts(1);
		assert_int_equal(p.client.conn->hs.retried, 1);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* A session many times in a row, each from the ticket of the one before. */
static void resumes_a_resumed_session(void **state)
{
	(void)state;
	resume_ticket(&p, 13);
	for (int i = 0; i < 50; i++) {
		resume_start(&p);
		resume_expect(&p, 1);
		pair_wipe(&p);
		resume_next(&p, 13u + (unsigned)i);
	}
}

static const struct sneck_psk imported = {
	.size = sizeof imported,
	.identity = BYTES("client 7"),
	.secret = BYTES("0123456789abcdef"),
	.context = BYTES("test"),
};
static const struct sneck_psk raw384 = {
	.size = sizeof raw384,
	.hash = 5,
	.raw = 1,
	.identity = BYTES("raw"),
	.secret = BYTES("0123456789abcdef0123456789abcdef0123456789abcdef"),
};
static const struct sneck_psk other = {
	.size = sizeof other,
	.identity = BYTES("somebody else"),
	.secret = BYTES("fedcba9876543210"),
};

static void external_keys(void **state)
{
	static const struct sneck_psk *const mine[] = { &other, &imported };
	static const struct sneck_psk *const raws[] = { &other, &raw384 };
	static const struct sneck_psk *const theirs[] = { &raw384, &imported };

	(void)state;
	for (int i = 0; i < 32; i++) {
		pair_init(&p, 17);
		p.client.cfg.psks = i & 1 ? raws : mine;
		p.server.cfg.psks = theirs;
		p.client.cfg.n_psks = p.server.cfg.n_psks = 2;
		p.client.cfg.psk_only = p.server.cfg.psk_only = (i & 2) != 0;
		p.client.cfg.psk_ke = p.server.cfg.psk_ke = (i & 4) != 0;
		p.client.chunk = p.server.chunk = i & 8 ? 1 : 0;
		p.client.rfc_mode = p.server.rfc_mode = (i & 16) != 0;
		pair_start(&p);
		resume_expect(&p, 2);
		expect_facts(2);
		if (i & 1)
			assert_int_equal(p.client.conn->hs.suite->hash, 5);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* Without certificates there is nothing to verify, and no schemes to be asked for. */
static void psk_only_asks_for_no_schemes(void **state)
{
	static const struct sneck_psk *const keys[] = { &imported };

	(void)state;
	pair_init(&p, 18);
	p.client.cfg.psks = p.server.cfg.psks = keys;
	p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
	p.client.cfg.psk_only = p.server.cfg.psk_only = 1;
	p.client.cfg.ask |= SNECK_ASK_SCHEMES;
	pair_start(&p);
	resume_expect(&p, 2);
	for (size_t i = 0; i < p.client.n_seen; i++)
		assert_int_not_equal(p.client.seen[i], SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES);
	pair_wipe(&p);
}

/* psk_ke is for a server without a group in common, if both allow it. */
static void psk_ke(void **state)
{
	static const struct sneck_psk *const keys[] = { &imported };
	static const uint16_t p256[] = { SNECK_SECP256R1 }, x25519[] = { SNECK_X25519 };

	(void)state;
	NEEDS(BUILD_CERTS);
	for (int i = 0; i < 4; i++) {
		pair_init(&p, 19);
		p.client.cfg.psks = p.server.cfg.psks = keys;
		p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
		p.client.cfg.groups = (struct sneck_u16s){ p256, 1 };
		p.server.cfg.groups = (struct sneck_u16s){ x25519, 1 };
		p.client.cfg.n_key_shares = 1;
		p.client.cfg.psk_ke = i & 1;
		p.server.cfg.psk_ke = (i & 2) != 0;
		pair_start(&p);
		if (i == 3) {
			resume_expect(&p, 2);
			assert_int_equal(p.client.conn->hs.group, 0);
			pair_chat(&p);
		} else {
			pair_run(&p);
			assert_int_equal(p.server.st.err, SNECK_E_NO_GROUP);
			assert_int_equal(p.client.st.alert, SNECK_ALERT_HANDSHAKE_FAILURE);
		}
		pair_wipe(&p);
	}
}

static size_t ee_len;

static void watch(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	(void)user;
	if (sent && content == 22 && type == 8)
		ee_len = len;
}

/* RFC 6066, 3: not on resumption, which is that of the session. */
static void a_resumed_server_name_is_not_acknowledged(void **state)
{
	size_t full;

	(void)state;
	NEEDS(BUILD_CERTS);
	resume_init(&p, 9);
	p.server.cfg.trace = watch;
	pair_start(&p);
	resume_expect(&p, 0);
	full = ee_len;
	pair_wipe(&p);
	resume_next(&p, 9);
	p.server.cfg.trace = watch;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(ee_len, full - 4u);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tickets_come),
		cmocka_unit_test(resumes),
		cmocka_unit_test(resumes_after_a_retry),
		cmocka_unit_test(resumes_a_resumed_session),
		cmocka_unit_test(external_keys),
		cmocka_unit_test(psk_only_asks_for_no_schemes),
		cmocka_unit_test(psk_ke),
		cmocka_unit_test(a_resumed_server_name_is_not_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
