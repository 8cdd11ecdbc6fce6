/* SPDX-License-Identifier: MIT */
/* early_test.c: early data, accepted and refused, in every way that API.md, 8 names. RFC 9846, 2.3,
 * 4.3.9, 4.6. N51. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"
#include "lib/resume.h"

static struct pair p;
static const char words[] = "GET / HTTP/1.0\r\n\r\n";

/* real: what is refused has to look like it. */
static void prepare(int accept)
{
	const bool real = !accept;

	resume_init(&p, 21);
	if (real)
		resume_real(&p);
	resume_allow(&p, 1000);
	pair_start(&p);
	resume_expect(&p, real ? 2 : 0);
	pair_wipe(&p);
	resume_next(&p, 21);
	if (real)
		resume_real(&p);
	resume_say(&p, words);
	resume_allow(&p, 1000);
	p.server.accept_early = accept;
}

static void expect_accepted(void)
{
	resume_expect(&p, 1);
	assert_int_equal(p.server.n_early, sizeof words - 1u);
	assert_memory_equal(p.server.early, words, sizeof words - 1u);
	assert_int_equal(p.client.n_results, 1);
	assert_int_equal(p.client.result.accepted, 1);
	assert_int_equal(p.client.result.bytes_to_resend, 0);
	assert_int_equal(end_facts(&p.client).early, 1);
	assert_int_equal(end_facts(&p.server).early, 1);
	pair_chat(&p);
	pair_wipe(&p);
}

static void expect_rejected(int resumed)
{
	resume_expect(&p, resumed);
	assert_int_equal(p.server.n_early, 0);
	assert_int_equal(p.client.n_results, 1);
	assert_int_equal(p.client.result.accepted, 0);
	assert_int_equal(p.client.result.bytes_to_resend, sizeof words - 1u);
	assert_int_equal(end_facts(&p.client).early, 2);
	assert_int_equal(end_facts(&p.server).early, 2);
	pair_chat(&p);
	pair_wipe(&p);
}

static void accepted(void **state)
{
	(void)state;
	for (int i = 0; i < 64; i++) {
		prepare(1);
		pair_knobs(&p, (unsigned)i);
		resume_start(&p);
		expect_accepted();
	}
}

static void rejected_by_the_application(void **state)
{
	(void)state;
	for (int i = 0; i < 64; i++) {
		prepare(0);
		pair_knobs(&p, (unsigned)i);
		resume_start(&p);
		expect_rejected(1);
	}
}

/* Without the ask bit, without an allowance, and without the ticket's key. */
static void rejected_by_the_library(void **state)
{
	static struct sneck_ticket_ring others;

	(void)state;
	for (int i = 0; i < 6; i++) {
		prepare(0);
		p.server.accept_early = 1;
		pair_knobs(&p, (unsigned)i & 2);
		if (i / 2 == 0)
			p.server.cfg.ask &= ~SNECK_ASK_EARLY_DATA;
		if (i / 2 == 1)
			p.server.cfg.max_early_data = 0;
		if (i / 2 == 2) {
			assert_int_equal(sneck_ticket_ring_init(&others, &p.server.t.provider,
								RESUME_NOW, 0),
					 SNECK_OK);
			p.server.cfg.tickets = &others;
		}
		resume_start(&p);
		expect_rejected(i / 2 != 2 ? 1 : 2);
	}
}

static void rejected_by_a_retry(void **state)
{
	static uint8_t cookie[32] = { 1 };

	(void)state;
	for (int i = 0; i < 64; i++) {
		prepare(1);
		pair_knobs(&p, (unsigned)i);
		pair_retry(&p);
		if (i & 1)
			p.server.cfg.cookie_secret = sneck_span_of(cookie, sizeof cookie);
		resume_start(&p);
		expect_rejected(1);
	}
}

static void n51_another_protocol(void **state)
{
	static const struct sneck_span h1[] = { { (const uint8_t *)"h1", 2 } };
	static const struct sneck_span two[] = { { (const uint8_t *)"h2", 2 },
						 { (const uint8_t *)"h1", 2 } };
	static const uint8_t domain[] = "one domain for both";

	(void)state;
	resume_init(&p, 23);
	resume_real(&p);
	p.client.cfg.session_domain = p.server.cfg.session_domain = sneck_span_of(domain, 8);
	p.client.cfg.alpn = two;
	p.client.cfg.n_alpn = 2;
	p.server.cfg.alpn = h1;
	p.server.cfg.n_alpn = 1;
	resume_allow(&p, 1000);
	pair_start(&p);
	resume_expect(&p, 2);
	pair_wipe(&p);
	resume_next(&p, 23);
	resume_real(&p);
	p.client.cfg.session_domain = p.server.cfg.session_domain = sneck_span_of(domain, 8);
	p.client.cfg.alpn = p.server.cfg.alpn = two;
	p.client.cfg.n_alpn = p.server.cfg.n_alpn = 2;
	resume_say(&p, words);
	resume_allow(&p, 1000);
	p.server.accept_early = 1;
	resume_start(&p);
	resume_expect(&p, 2);
	assert_int_equal(p.client.result.accepted, 0);
	assert_int_equal(p.client.result.alpn_changed, 1);
	assert_int_equal(p.client.result.bytes_to_resend, sizeof words - 1u);
	pair_wipe(&p);
}

/* A session without a protocol: early data goes to a server that may have one now, and is taken
 * only if it still has none. */
static void n51_no_protocol_before(void **state)
{
	static const struct sneck_span two[] = { { (const uint8_t *)"h2", 2 },
						 { (const uint8_t *)"h1", 2 } };
	static const uint8_t domain[] = "one domain for both";

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		resume_init(&p, 24);
		resume_real(&p);
		p.client.cfg.session_domain = sneck_span_of(domain, 8);
		p.server.cfg.session_domain = p.client.cfg.session_domain;
		resume_allow(&p, 1000);
		pair_start(&p);
		resume_expect(&p, 2);
		pair_wipe(&p);
		resume_next(&p, 24);
		resume_real(&p);
		p.client.cfg.session_domain = sneck_span_of(domain, 8);
		p.server.cfg.session_domain = p.client.cfg.session_domain;
		p.client.cfg.alpn = p.server.cfg.alpn = two;
		p.client.cfg.n_alpn = 2;
		p.server.cfg.n_alpn = i == 0 ? 0 : 2;
		resume_say(&p, words);
		resume_allow(&p, 1000);
		p.server.accept_early = 1;
		resume_start(&p);
		resume_expect(&p, i == 0 ? 1 : 2);
		assert_int_equal(p.client.result.accepted, i == 0);
		assert_int_equal(p.client.result.alpn_changed, i != 0);
		pair_wipe(&p);
	}
}

/* ---- the allowance ---- */

static size_t say, said;
static enum sneck_rc say_rc;

static int say_more(struct end *e, int state)
{
	static const uint8_t zeros[1001];
	const struct sneck_iov piece = { zeros, say };

	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	assert_int_equal(e->st.u.may.max_plain, 1000);
	say_rc = sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &said);
	if (say_rc == SNECK_OK)
		assert_int_equal(sneck_early_size(&e->st.u.may, 1), say == 1000 ? 0 : 5 + 1 + 17);
	assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
	return 1;
}

static void n51_at_the_allowance(void **state)
{
	(void)state;
	for (say = 999; say <= 1001; say++) {
		prepare(1);
		p.client.hook = say_more;
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(say_rc, say <= 1000 ? SNECK_OK : SNECK_NOT_NOW);
		assert_int_equal(p.server.n_early, say <= 1000 ? say : 0);
		pair_wipe(&p);
	}
}

/* A client that does not keep to it: the last record is one byte too long. */
static void n51_over_the_allowance(void **state)
{
	static const uint8_t byte[1];

	(void)state;
	for (int over = 0; over < 2; over++) {
		say = 1000;
		prepare(1);
		p.client.hook = say_more;
		resume_start(&p);
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		if (over)
			link_record(&p.client, true, 23, byte, 1);
		pair_run(&p);
		if (over) {
			assert_int_equal(p.server.st.err, SNECK_E_EARLY_LIMIT);
			assert_int_equal(p.client.st.alert, SNECK_ALERT_UNEXPECTED_MESSAGE);
		} else {
			assert_true(pair_connected(&p));
		}
		pair_wipe(&p);
	}
}

/* Refused early data is skipped up to a bound: 16,384 bytes, or what the config says. */
static void skips(uint32_t most, int records, bool connects)
{
	static const uint8_t zeros[2048];

	prepare(0);
	p.server.cfg.max_early_skip = most;
	p.client.say_early = NULL;
	resume_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	for (int i = 0; i < records; i++) { /* under no key of the server's */
		link_record(&p.client, true, 23, zeros, sizeof zeros);
		p.client.link.bytes[p.client.link.len - 1u] ^= 1u;
	}
	pair_run(&p);
	if (connects)
		assert_true(pair_connected(&p));
	else
		assert_int_equal(p.server.st.err, SNECK_E_EARLY_LIMIT);
	pair_wipe(&p);
}

static void n51_too_much_to_skip(void **state)
{
	(void)state;
	skips(0, 8, true);
	skips(0, 9, false);
	skips(3 * 2048, 3, true);
	skips(3 * 2048, 4, false);
	skips(20 * 2048, 20, true);
}

/* Behind a second ClientHello nothing is early data any more, and nothing is skipped. */
static void n51_behind_the_second_hello(void **state)
{
	static const uint8_t zeros[100];

	(void)state;
	prepare(0);
	pair_retry(&p);
	resume_start(&p);
	for (int i = 0; i < 2; i++) {
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		wire_move(&p.server, &p.client);
	}
	link_record(&p.client, true, 23, zeros, sizeof zeros);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_BAD_MAC);
	pair_wipe(&p);
}

/* Finished where EndOfEarlyData has to come. */
static void n51_no_end(void **state)
{
	static const uint8_t finished[36] = { 20, 0, 0, 32 };

	(void)state;
	prepare(1);
	resume_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	wire_move(&p.server, &p.client);
	link_record(&p.client, true, 22, finished, sizeof finished);
	wire_move(&p.client, &p.server);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_UNEXPECTED);
	pair_wipe(&p);
}

/* ---- the clock ---- */

static void n46_skewed_clocks(void **state)
{
	static const struct {
		int64_t client_ms, server_ms;
		int resumed, accepted;
		uint8_t skew_s;
	} cases[] = {
		{ 0, 0, 1, 1, 0 },
		{ 60000, 0, 1, 1, 60 },
		{ 60001, 0, 1, 0, 60 },
		{ 0, 60000, 1, 1, 60 },
		{ 0, 60001, 1, 0, 60 },
		{ 1001, 0, 1, 0, 1 },
		{ 10000, 0, 1, 1, 0 },
		{ 10001, 0, 1, 0, 0 },
		{ 0, 10000, 1, 1, 0 },
		{ 0, 10001, 1, 0, 0 },
		{ 86399999, 86399999, 1, 1, 0 },
		{ 86399999, 86400000, 0, 0, 0 }, /* the server's clock says that it is over */
		{ 0, -1, 0, 0, 0 },		 /* a ticket of the future */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		prepare(0);
		p.server.accept_early = 1;
		p.server.cfg.ticket_skew_s = cases[i].skew_s;
		resume_start(&p);
		p.client.conn->hs.now_ms += (uint64_t)cases[i].client_ms;
		p.server.conn->hs.now_ms += (uint64_t)cases[i].server_ms;
		resume_expect(&p, cases[i].resumed ? 1 : 2);
		assert_int_equal(p.client.result.accepted, cases[i].accepted);
		pair_wipe(&p);
	}
	for (int late = 0; late < 2; late++) { /* the client's own clock */
		prepare(1);
		resume_start(&p);
		p.client.conn->hs.now_ms += late ? 86400000u : UINT64_C(0) - 1u;
		resume_expect(&p, 0);
		assert_int_equal(p.client.n_results, 0);
		pair_wipe(&p);
	}
}

/* ---- exporter ---- */

static uint8_t exported[2][32];

static int export_early(struct end *e, int state)
{
	const struct sneck_span none = { NULL, 0 };
	uint8_t *const to = exported[e->role == SNECK_SERVER];

	if (state == SNECK_MAY_ENCRYPT_EARLY_DATA || state == SNECK_EARLY_DATA_AVAILABLE)
		assert_int_equal(sneck_export_early(e->conn, "test", none, to, 32), SNECK_OK);
	return 0;
}

static void early_exporter(void **state)
{
	static const uint8_t zeros[32];
	const struct sneck_span none = { NULL, 0 };
	uint8_t later[32];

	(void)state;
	prepare(1);
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	p.client.hook = p.server.hook = export_early;
	resume_start(&p);
	assert_int_equal(sneck_export_early(p.client.conn, "test", none, later, 32), SNECK_NOT_NOW);
	resume_expect(&p, 1);
	assert_memory_equal(exported[0], exported[1], 32);
	assert_memory_not_equal(exported[0], zeros, 32);
	assert_int_equal(sneck_export_early(p.client.conn, "test", none, later, 32), SNECK_NOT_NOW);
	assert_int_equal(sneck_export(p.client.conn, "test", none, later, 32), SNECK_OK);
	assert_memory_not_equal(exported[0], later, 32);
	pair_wipe(&p);
}

static int say_uncounted(struct end *e, int state)
{
	static const struct sneck_iov hello = { "hello", 5 };

	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	assert_int_equal(sneck_early_encrypt(&e->st.u.may, &hello, 1, 0, &e->out, NULL), SNECK_OK);
	assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
	return 1;
}

/* As with sneck_encrypt() one need not ask how much was taken. */
static void early_data_without_a_count(void **state)
{
	(void)state;
	resume_ticket(&p, 11);
	p.client.resume_flags = SNECK_SESSION_EARLY_DATA;
	p.client.hook = say_uncounted;
	resume_allow(&p, 1000);
	p.server.accept_early = 1;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(p.server.n_early, 5);
	assert_memory_equal(p.server.early, "hello", 5);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(rejected_by_the_application),
		cmocka_unit_test(rejected_by_the_library),
		cmocka_unit_test(rejected_by_a_retry),
		cmocka_unit_test(n51_another_protocol),
		cmocka_unit_test(n51_no_protocol_before),
		cmocka_unit_test(n51_at_the_allowance),
		cmocka_unit_test(n51_over_the_allowance),
		cmocka_unit_test(n51_too_much_to_skip),
		cmocka_unit_test(n51_behind_the_second_hello),
		cmocka_unit_test(n51_no_end),
		cmocka_unit_test(n46_skewed_clocks),
		cmocka_unit_test(early_exporter),
		cmocka_unit_test(early_data_without_a_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
