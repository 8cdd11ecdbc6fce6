/* SPDX-License-Identifier: MIT */
/* resumemix12_test.c: sessions where both versions are spoken, and what a handshake of TLS 1.2 that
 * resumes agrees on anew. RFC 9846, 4.2.2, 4.7.1; RFC 5077, 3.4; RFC 7301, 3.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/session.h"
#include "lib/needs.h"
#include "lib/resume12.h"

static struct pair p;

static const struct sneck_psk psk = {
	.size = sizeof psk,
	.identity = { (const uint8_t *)"client 7", 8 },
	.secret = { (const uint8_t *)"0123456789abcdef", 16 },
};

/* A session of TLS 1.2 offered to who speaks 1.3 by now, retried or not, with early data wished for
 * and other keys offered: none of it is resumed. And one of 1.3 to who does not any more. */
static void n45_versions_do_not_mix(void **state)
{
	static const struct sneck_psk *const psks[] = { &psk };

	(void)state;
	for (int i = 0; i < 32; i++) {
		const bool external = (i & 4) != 0, id = (i & 8) != 0;

		if (id)
			resume12_stored(&p, 23);
		else
			resume12_ticket(&p, 23);
		p.server.cfg.max_version = 0;
		p.server.cfg.max_early_data = 1000;
		p.client.resume_flags = SNECK_SESSION_EARLY_DATA;
		p.client.cfg.no_compat = (i & 16) != 0;
		if (i & 1)
			pair_retry(&p);
		p.client.chunk = p.server.chunk = i & 2 ? 1 : 0;
		if (external) {
			p.client.cfg.psks = p.server.cfg.psks = psks;
			p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
			p.server.cfg.ask &= ~SNECK_ASK_PSK;
		}
		resume_start(&p);
		resume_expect(&p, external ? 2 : 0);
		assert_int_equal(p.client.conn->hs.version, SNECK_TLS13);
		assert_int_equal(p.client.conn->hs.retried, i & 1);
		assert_int_equal(p.client.n_results, 0);
		pair_wipe(&p);
	}
	resume_old = false;
	resume_ticket(&p, 24);
	resume_old = true;
	pair_old(&p);
	resume_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(p.client.conn->hs.version, SNECK_TLS12);
	assert_int_equal(resume12_session().version, SNECK_TLS13);
	resume12_chat(&p);
	pair_wipe(&p);
}

/* Who no longer speaks TLS 1.2 has no use for its sessions. */
static void n45_version_out_of_range(void **state)
{
	(void)state;
	NEEDS(BUILD_TLS13);
	resume12_ticket(&p, 25);
	p.client.resume = NULL;
	p.client.cfg.min_version = SNECK_TLS13;
	p.server.cfg.max_version = 0;
	resume_start(&p);
	assert_int_equal(
		sneck_conn_set_session(p.client.conn, resume_session, resume_session_len, 0),
		SNECK_E_SESSION);
	resume_expect(&p, 0);
	pair_wipe(&p);
}

/* RFC 7301, 3.1: the protocol is agreed on anew; RFC 6066, 3: the name is not acknowledged; RFC
 * 8449: nor does a limit outlive its connection. */
static size_t sh_len;

static void watch(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	(void)user;
	if (sent && content == 22 && type == 2)
		sh_len = len;
}

static void what_is_agreed_anew(void **state)
{
	static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
						  { (const uint8_t *)"dot", 3 } };
	size_t full = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct sneck_facts f;

		if (i == 0)
			resume12_init(&p, 26);
		else
			resume12_next(&p, 26);
		p.client.cfg.alpn = p.server.cfg.alpn = alpn;
		p.client.cfg.n_alpn = p.server.cfg.n_alpn = 2;
		p.client.cfg.recv_record_limit = i ? 100 : 200;
		p.server.cfg.trace = watch;
		resume_start(&p);
		resume_expect(&p, i);
		assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
		assert_int_equal(f.alpn.len, 2);
		assert_int_equal(f.send_fragment,
				 (i ? 100 : 200) + BUILD_TLS13); /* as it may be 1.3 */
		if (i == 0)
			full = sh_len;
		else /* an id of 32 bytes; no server_name */
			assert_int_equal(sh_len, full + 32u - 4u);
		resume12_chat(&p);
		pair_wipe(&p);
	}
}

/* T2, N81: the longest messages, in the memory that the configs say: a protocol of 255 bytes in
 * hello and ticket, a name of 253, GREASE, and nothing else that would leave room. */
static void t2_the_longest(void **state)
{
	static const uint8_t long_name[255] = { 1 };
	static const struct sneck_span alpn = { long_name, sizeof long_name };
	static const uint16_t suite = SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
	char name[254] = { 0 };

	(void)state;
	for (size_t i = 0; i < 253; i++)
		name[i] = i % 50 == 49 ? '.' : 'a';
	for (int i = 0; i < 4; i++) {
		if ((i & 1) == 0)
			resume12_init(&p, 27);
		else
			resume12_next(&p, 27);
		if (i >= 2)
			p.client.cfg.max_version = SNECK_TLS12;
		p.client.cfg.grease = 1;
		p.server.cfg.n_tickets = 1;
		p.client.cfg.alpn = p.server.cfg.alpn = &alpn;
		p.client.cfg.n_alpn = p.server.cfg.n_alpn = 1;
		p.client.cfg.suites = p.server.cfg.suites = (struct sneck_u16s){ &suite, 1 };
		p.client.resume = NULL;
		resume_start(&p);
		assert_int_equal(sneck_conn_set_name(p.client.conn, name, 253), SNECK_OK);
		if (i & 1)
			assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session,
								resume_session_len, 0),
					 SNECK_OK);
		resume_expect(&p, i & 1);
		assert_int_equal(p.client.n_sessions, 1);
		assert_true(p.client.session_len[0] > 800);
		pair_wipe(&p);
	}
}

/* A session keeps the ticket that it was given, and one may be too long for a ClientHello: then a
 * full handshake follows. */
static void l11_ticket_beyond_a_hello(void **state)
{
	static const uint8_t ticket[65535];

	(void)state;
	for (int old = 0; old < 2; old++)
		for (size_t len = 60000; len <= sizeof ticket; len += 205) {
			resume_old = old != 0;
			if (old)
				resume12_ticket(&p, 28);
			else
				resume_ticket(&p, 28);
			p.server.cfg.max_client_hello = 65535;
			resume12_with(&p, ticket, len);
			resume_start(&p);
			resume_expect(&p, 0);
			pair_wipe(&p);
		}
	resume_old = true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n45_versions_do_not_mix),
		cmocka_unit_test(n45_version_out_of_range),
		cmocka_unit_test(what_is_agreed_anew),
		cmocka_unit_test(t2_the_longest),
		cmocka_unit_test(l11_ticket_beyond_a_hello),
	};

	resume_old = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
