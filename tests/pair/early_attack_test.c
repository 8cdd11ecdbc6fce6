/* SPDX-License-Identifier: MIT */
/* early_attack_test.c: early data and those who would misuse it (N51): twice, across a restart,
 * under another name, behind what no early data may stand behind; servers that accept what they
 * may not. early_test.c has acceptance and refusal as they should be. RFC 9846, 4.3.9, 4.6, 8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include <sneck/session.h>

#include "lib/resume.h"

static struct pair p;
static struct edit ed;
static const char words[] = "GET / HTTP/1.0\r\n\r\n";
static const uint16_t one_suite[] = { SNECK_TLS_AES_128_GCM_SHA256 };

static void allow(struct end *server)
{
	server->cfg.max_early_data = 1000;
	server->cfg.ask |= SNECK_ASK_EARLY_DATA;
	server->accept_early = 1;
}

/* real: what is refused has to look like it. */
static void prepare_with(bool real)
{
	resume_init(&p, 61);
	if (real)
		resume_real(&p);
	allow(&p.server);
	p.client.cfg.suites = (struct sneck_u16s){ one_suite, 1 };
	resume_start(&p);
	resume_expect(&p, real ? 2 : 0);
	pair_wipe(&p);
	resume_next(&p, 61);
	if (real)
		resume_real(&p);
	allow(&p.server);
	resume_say(&p, words);
}

static void prepare(void)
{
	prepare_with(false);
}

/* ---- twice ---- */

static _Alignas(SNECK_ALIGN) uint8_t mem[4096];
static struct sneck_strike *strike;
static enum sneck_rc said;
static uint64_t clock_ms;

static void new_register(uint64_t now_ms)
{
	assert_true(sneck_strike_size(8) <= sizeof mem);
	assert_int_equal(sneck_strike_init(mem, sizeof mem, 8, 20000, now_ms, &strike), SNECK_OK);
}

static int decide(struct end *e, int state)
{
	if (state != SNECK_NEEDS_EARLY_DATA_DECISION)
		return 0;
	said = sneck_strike_add(strike, e->st.u.early_offer.replay_id, clock_ms);
	assert_int_equal(sneck_answer_early_data(e->conn, e->st.op, said == SNECK_OK), SNECK_OK);
	return 1;
}

static uint8_t flight[4096];
static size_t flight_len;

/* A first connection whose early data is taken, by a client that is ahead of the server. */
static void record(uint64_t ahead_ms)
{
	prepare();
	p.server.hook = decide;
	resume_start(&p);
	p.client.conn->hs.now_ms += ahead_ms;
	(void)end_run(&p.client);
	flight_len = sneck_out_unsent(&p.client.out).len;
	assert_true(flight_len < sizeof flight);
	memcpy(flight, sneck_out_unsent(&p.client.out).p, flight_len);
	resume_expect(&p, 1);
	assert_int_equal(said, SNECK_OK);
	assert_int_equal(p.server.n_early, sizeof words - 1u);
	pair_wipe(&p);
}

/* The same bytes to one more server of the same keys, which was told the time so late after. */
static void replay(uint64_t later_ms, int (*hook)(struct end *e, int state))
{
	size_t room;

	prepare();
	p.server.hook = hook;
	resume_start(&p);
	sneck_conn_set_now(p.server.conn, RESUME_NOW + later_ms);
	memcpy(sneck_in_space(&p.server.in, flight_len, &room), flight, flight_len);
	sneck_in_added(&p.server.in, flight_len);
	(void)end_run(&p.server);
	assert_int_equal(p.server.n_early, 0);
}

static void n51_twice_and_across_a_restart(void **state)
{
	(void)state;
	new_register(RESUME_NOW - 20000u);
	clock_ms = RESUME_NOW;
	record(0);
	for (int i = 0; i < 3; i++) {
		if (i == 1) /* restarted, and remembers nothing */
			new_register(RESUME_NOW);
		if (i == 2) /* within the window, and remembers */
			clock_ms = RESUME_NOW + 9999u;
		replay(0, decide);
		assert_int_equal(said, i == 1 ? SNECK_NOT_NOW : SNECK_E_REPLAY);
		assert_int_equal(p.server.conn->hs.early, EARLY_REJECTED);
		pair_wipe(&p);
	}
}

/* From as early as a ticket may be to as late, something remembers: twice the skew. */
static void n51_from_early_to_late(void **state)
{
	(void)state;
	for (uint64_t late = 0; late < 2; late++) {
		new_register(RESUME_NOW - 20000u);
		clock_ms = RESUME_NOW;
		record(10000);
		said = SNECK_OK;
		clock_ms = RESUME_NOW + 20000u + late;
		replay(20000u + late, decide);
		assert_int_equal(said, late ? SNECK_OK : SNECK_E_REPLAY); /* it was not asked */
		assert_int_equal(p.server.conn->hs.early, EARLY_REJECTED);
		pair_wipe(&p);
	}
}

static int decide_now(struct end *e, int state)
{
	if (state == SNECK_NEEDS_EARLY_DATA_DECISION)
		sneck_conn_set_now(e->conn, clock_ms);
	return decide(e, state);
}

/* A replay that has waited in a connection, which has to be told the time: before or in the
 * question. */
static void n51_a_connection_that_waits(void **state)
{
	(void)state;
	for (int told = 0; told < 3; told++) {
		new_register(RESUME_NOW - 20000u);
		clock_ms = RESUME_NOW;
		record(0);
		clock_ms = RESUME_NOW + 25000u;
		replay(told == 1 ? 25000u : 0, told == 2 ? decide_now : decide);
		assert_int_equal(p.server.conn->hs.early,
				 told != 0 ? EARLY_REJECTED : EARLY_ACCEPTED);
		pair_wipe(&p);
	}
}

/* Without a register the bytes of the first server are good for the second: the documentation says
 * so, and the application is asked. Never is anything more than them. */
static void n51_a_replay_brings_early_data_alone(void **state)
{
	static uint8_t wire[PAIR_WIRE];
	size_t len, room;

	(void)state;
	prepare();
	resume_start(&p);
	resume_expect(&p, 1);
	end_write(&p.client, "hello", 5);
	pair_run(&p);
	len = p.client.link.len;
	memcpy(wire, p.client.link.bytes, len);
	pair_wipe(&p);
	prepare();
	p.server.t.random ^= 12345; /* another share than before */
	resume_start(&p);
	memcpy(sneck_in_space(&p.server.in, len, &room), wire, len);
	sneck_in_added(&p.server.in, len);
	while (end_run(&p.server) == SNECK_MUST_TRANSMIT_TLS_DATA)
		sneck_out_sent(&p.server.out, p.server.out.len);
	assert_int_equal(p.server.n_early, sizeof words - 1u);
	assert_int_equal(p.server.st.err, SNECK_E_BAD_FINISHED);
	assert_int_equal(p.server.n_done, 0);
	assert_int_equal(p.server.n_got, 0);
	pair_wipe(&p);
}

/* ---- another name ---- */

static void n51_another_name(void **state)
{
	(void)state;
	prepare();
	p.client.resume = NULL;
	resume_start(&p);
	assert_int_equal(sneck_conn_set_name(p.client.conn, "other.example", 13), SNECK_OK);
	assert_int_equal(sneck__policy(&p.client.conn->hs), SNECK_OK);
	memcpy(resume_session + 38, p.client.conn->hs.domain, 32);
	assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session, resume_session_len,
						SNECK_SESSION_EARLY_DATA),
			 SNECK_OK);
	pair_run(&p);
	assert_int_equal(p.server.conn->hs.early, EARLY_REJECTED);
	assert_int_equal(p.server.n_early, 0);
	pair_wipe(&p);
}

/* ---- what a client may send under the early key ---- */

#define B2(text) (text), sizeof(text) - 1u

static const struct {
	const char *what;
	uint8_t type;
	const char *bytes;
	size_t n;
	unsigned count;
	enum sneck_rc rc;
	uint8_t alert;
} records[] = {
	{ "KeyUpdate", 22, B2("\x18\0\0\1\0"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "Finished", 22, B2("\x14\0\0\0"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "ClientHello", 22, B2("\1\0\0\0"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "a long EndOfEarlyData", 22, B2("\5\0\0\1\0"), 1, SNECK_E_DECODE, 50 },
	{ "EndOfEarlyData and more", 22, B2("\5\0\0\0\x14\0\0\0"), 1, SNECK_E_EPOCH, 10 },
	{ "half of an EndOfEarlyData, then data", 22, B2("\5\0"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "EndOfEarlyData twice", 22, B2("\5\0\0\0"), 2, SNECK_E_UNEXPECTED, 10 },
	{ "data behind EndOfEarlyData", 22, B2("\5\0\0\0"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "empty records", 23, B2(""), 33, SNECK_E_FLOOD, 10 },
	{ "protected ChangeCipherSpec", 20, B2("\1"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "no content type", 0, B2(""), 1, SNECK_E_UNEXPECTED, 10 },
	{ "heartbeat", 24, B2("\1"), 1, SNECK_E_UNEXPECTED, 10 },
	{ "alert", 21, B2("\2\x28"), 1, SNECK_E_PEER_ALERT, 40 },
	{ "close_notify", 21, B2("\1\0"), 1, SNECK_E_PEER_ALERT, 0 },
};

static void n51_under_the_early_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		prepare();
		resume_start(&p);
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		for (unsigned k = 0; k < records[i].count; k++)
			link_record(&p.client, true, records[i].type, records[i].bytes,
				    records[i].n);
		link_record(&p.client, true, 23, "more", 4);
		p.client.send_nothing = false;
		wire_move(&p.client, &p.server);
		while (end_run(&p.server) == SNECK_MUST_TRANSMIT_TLS_DATA)
			sneck_out_sent(&p.server.out, p.server.out.len);
		if (p.server.st.err != (int)records[i].rc || p.server.st.alert != records[i].alert)
			fail_msg("%s: %s, alert %d", records[i].what,
				 sneck_rc_name(p.server.st.err), p.server.st.alert);
		assert_int_equal(p.server.n_done, 0);
		assert_int_equal(p.server.n_got, 0);
		assert_true(p.server.n_early <= sizeof words - 1u + 4u);
		pair_wipe(&p);
	}
}

/* ---- servers that accept what they may not ---- */

static uint8_t target;
static struct attack change;

static void on_unit(struct edit *e, struct unit *u)
{
	if (u->type == 22 && u->data[0] == target)
		attack_ext(u, &change);
	edit_put(e, u);
}

static void expect_refusal(enum sneck_rc rc, uint8_t alert)
{
	resume_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = on_unit;
	pair_run(&p);
	if (p.client.st.err != (int)rc || p.client.st.alert != alert)
		fail_msg("%s, %d", sneck_rc_name(p.client.st.err), p.client.st.alert);
	assert_int_equal(p.client.n_done, 0);
	assert_int_equal(p.server.n_done, 0);
	pair_wipe(&p);
}

static void n51_accepted_unasked(void **state)
{
	(void)state;
	target = 8;
	change = (struct attack){ .act = ACT_EXT_ADD, .ext = 42, B("") };
	prepare();
	p.client.resume_flags = 0;
	expect_refusal(SNECK_E_EXT_UNASKED, SNECK_ALERT_UNSUPPORTED_EXTENSION);
	change = (struct attack){ .act = ACT_EXT_SET, .ext = 42, B("\0\0\0\1") };
	prepare();
	expect_refusal(SNECK_E_DECODE, SNECK_ALERT_DECODE_ERROR);
}

/* Without the key, and with another one. */
static void n51_accepted_with_another_key(void **state)
{
	static const struct sneck_psk psk = { .size = sizeof psk,
					      .identity = { (const uint8_t *)"pair", 4 },
					      .secret = { (const uint8_t *)"0123456789abcdef",
							  16 } };
	static const struct sneck_psk *const psks[] = { &psk };

	(void)state;
	target = 8;
	change = (struct attack){ .act = ACT_EXT_ADD, .ext = 42, B("") };
	for (int i = 0; i < 2; i++) {
		prepare();
		p.server.cfg.tickets = NULL;
		if (i) {
			p.client.cfg.psks = p.server.cfg.psks = psks;
			p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
		}
		p.client.say_early = NULL;
		expect_refusal(SNECK_E_ILLEGAL, SNECK_ALERT_ILLEGAL_PARAMETER);
	}
}

static void n51_accepted_with_another_suite(void **state)
{
	static const uint16_t both[] = { SNECK_TLS_AES_128_GCM_SHA256,
					 SNECK_TLS_CHACHA20_POLY1305_SHA256 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		prepare();
		p.client.cfg.suites = (struct sneck_u16s){ both, 2 };
		p.server.cfg.suites = (struct sneck_u16s){ both + 1, 1 };
		p.client.say_early = NULL;
		target = 8;
		change = (struct attack){ .act = ACT_EXT_ADD, .ext = 42, B("") };
		if (i) {
			expect_refusal(SNECK_E_ILLEGAL, SNECK_ALERT_ILLEGAL_PARAMETER);
			continue;
		}
		resume_start(&p); /* the server knows that it may not */
		resume_expect(&p, 1);
		assert_int_equal(p.client.result.accepted, 0);
		pair_wipe(&p);
	}
}

/* ---- a small record limit, and the retry's exporter ---- */

/* What the client sends early goes by no limit that it could know. RFC 8449, 4. */
static void early_data_before_the_record_limit(void **state)
{
	(void)state;
	for (int accept = 0; accept < 2; accept++) {
		static char many[801];

		memset(many, 'x', 800);
		prepare_with(!accept);
		p.server.cfg.recv_record_limit = 100;
		p.client.say_early = many;
		p.server.accept_early = accept;
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.server.n_early, accept ? 800 : 0);
		end_write(&p.client, many, 800);
		pair_run(&p);
		assert_int_equal(p.server.n_got, 800);
		pair_wipe(&p);
	}
}

static int no_exporter(struct end *e, int state)
{
	const struct sneck_span none = { NULL, 0 };
	uint8_t out[32];

	if (e->conn->hs.retried && e->conn->hs.early == EARLY_OFFERED)
		assert_int_equal(sneck_export_early(e->conn, "test", none, out, 32), SNECK_NOT_NOW);
	(void)state;
	return 0;
}

static void no_early_exporter_behind_a_retry(void **state)
{
	(void)state;
	prepare();
	pair_retry(&p);
	p.client.cfg.keep_exporter = 1;
	p.client.say_early = NULL;
	p.client.hook = no_exporter;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(p.client.result.accepted, 0);
	pair_wipe(&p);
}

/* ---- the decision: T5, T6 ---- */

static unsigned shown;

static int late(struct end *e, int state)
{
	const uint64_t op = e->st.op;

	if (state != SNECK_NEEDS_EARLY_DATA_DECISION)
		return 0;
	assert_int_equal(e->st.u.early_offer.age_skew_ms, 0);
	assert_true(e->st.u.early_offer.replay_id.len >= 32);
	assert_int_equal(sneck_answer_early_data(e->conn, op + 1u, 1), SNECK_E_STALE);
	assert_int_equal(sneck_answer_psk(e->conn, op, -1, NULL, 0, NULL), SNECK_E_STALE);
	if (shown++ < 2)
		return 1;
	assert_int_equal(sneck_answer_early_data(e->conn, op, 1), SNECK_OK);
	assert_int_equal(sneck_answer_early_data(e->conn, op, 0), SNECK_E_STALE);
	return 1;
}

static void t5_t6_decision(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		prepare();
		shown = 0;
		p.server.hook = late;
		p.server.chunk = i & 1 ? 1 : 0;
		p.server.move = (i & 2) != 0;
		p.server.poison = (i & 4) != 0;
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.server.n_early, sizeof words - 1u);
		pair_wipe(&p);
	}
	prepare(); /* freed while it is open */
	resume_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	while (end_step(&p.server) != SNECK_NEEDS_EARLY_DATA_DECISION)
		;
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n51_twice_and_across_a_restart),
		cmocka_unit_test(n51_from_early_to_late),
		cmocka_unit_test(n51_a_connection_that_waits),
		cmocka_unit_test(n51_a_replay_brings_early_data_alone),
		cmocka_unit_test(n51_another_name),
		cmocka_unit_test(n51_under_the_early_key),
		cmocka_unit_test(n51_accepted_unasked),
		cmocka_unit_test(n51_accepted_with_another_key),
		cmocka_unit_test(n51_accepted_with_another_suite),
		cmocka_unit_test(early_data_before_the_record_limit),
		cmocka_unit_test(no_early_exporter_behind_a_retry),
		cmocka_unit_test(t5_t6_decision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
