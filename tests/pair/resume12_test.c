/* SPDX-License-Identifier: MIT */
/* resume12_test.c: sessions of TLS 1.2: tickets in every way to be received, one behind another, in
 * each suite; what a client may keep and until when; what goes on elsewhere. RFC 5077; RFC 5246,
 * 7.3; RFC 7627, 5.3. Session ids are resumestore12_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/split.h>

#include "hs/graph.h"
#include "keys/session.h"
#include "lib/edit.h"
#include "lib/resume12.h"

static struct pair p;

#define SECRET_AT (SESSION_FIXED - 5u) /* alpn, app_data and ticket have five bytes of lengths */

static void only_old(void)
{
	p.client.cfg.max_version = SNECK_TLS12;
}

static void a_ticket_comes(void **state)
{
	struct sneck_session_info info;

	(void)state;
	resume12_init(&p, 5);
	pair_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(p.client.n_sessions, 1);
	assert_int_equal(p.server.conn->hs.resumed, 0);
	assert_int_equal(sneck_session_read(p.client.session[0], p.client.session_len[0], &info),
			 SNECK_OK);
	assert_int_equal(info.version, SNECK_TLS12);
	assert_int_equal(info.suite, p.client.conn->hs.suite->id);
	assert_int_equal(info.max_early, 0);
	assert_int_equal(info.expires_ms, RESUME_NOW + 86400u * 1000u);
	assert_memory_equal(info.leaf_id, p.client.conn->hs.leaf_id, 32);
	resume12_chat(&p);
	pair_wipe(&p);
}

static void resumes(void **state)
{
	(void)state;
	for (int i = 0; i < 128; i++) {
		resume12_ticket(&p, 9);
		pair_knobs(&p, (unsigned)i);
		if (i & 64)
			only_old();
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.client.n_sessions, 1);
		assert_int_equal(p.client.n_done, 1);
		assert_int_equal(p.server.n_done, 1);
		resume12_chat(&p);
		pair_wipe(&p);
	}
}

static void in_each_suite(void **state)
{
	static const uint16_t suites[] = { 0xc02b, 0xc02c, 0xcca9, 0xc0ac, 0xc0ae };

	(void)state;
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
		for (int frag = 0; frag < 2; frag++) {
			resume12_init(&p, 10);
			p.client.cfg.suites = p.server.cfg.suites =
				(struct sneck_u16s){ suites + i, 1 };
			only_old();
			pair_start(&p);
			resume_expect(&p, 0);
			pair_wipe(&p);
			resume12_next(&p, 10);
			p.client.cfg.suites = p.server.cfg.suites =
				(struct sneck_u16s){ suites + i, 1 };
			p.client.cfg.send_fragment = p.server.cfg.send_fragment = frag ? 64 : 0;
			only_old();
			resume_start(&p);
			resume_expect(&p, 1);
			assert_int_equal(p.client.conn->hs.suite->id, suites[i]);
			resume12_chat(&p);
			pair_wipe(&p);
		}
}

/* Every cut of what the client, or the server, receives; and messages of one byte in a record. */
static void in_every_cut(void **state)
{
	static struct edit eds[2];
	size_t len[2] = { 2, 2 };

	(void)state;
	for (int who = 0; who < 2; who++)
		for (size_t cut = 1; cut < len[who]; cut++) {
			resume12_ticket(&p, 11);
			(who ? &p.server : &p.client)->split[0] = cut;
			resume_start(&p);
			resume_expect(&p, 1);
			len[who] = (who ? &p.client : &p.server)->link.len;
			pair_wipe(&p);
		}
	print_message("%zu bytes of the server, %zu of the client\n", len[0], len[1]);
	assert_true(len[0] > 300 && len[1] > 400);
	for (size_t frag = 1; frag < 5; frag++) {
		resume12_ticket(&p, 12);
		resume_start(&p);
		for (int i = 0; i < 2; i++) {
			edit_init(&eds[i], i ? &p.server : &p.client);
			eds[i].frag = frag;
			eds[i].coalesce = frag == 4;
		}
		resume_expect(&p, 1);
		pair_wipe(&p);
	}
}

/* A hello may end with its ticket, and the ticket with a record: nothing follows. */
static void n5_every_fragment(void **state)
{
	(void)state;
	for (uint16_t most = 64; most < 700; most++) {
		resume12_ticket(&p, 13);
		p.client.cfg.send_fragment = p.server.cfg.send_fragment = most;
		resume_start(&p);
		resume_expect(&p, 1);
		pair_wipe(&p);
	}
}

/* Each from the ticket of the one before; all end with the first. */
static void resumes_a_resumed_session(void **state)
{
	struct sneck_session_info info;

	(void)state;
	resume12_ticket(&p, 13);
	for (unsigned i = 0; i < 50; i++) {
		p.client.resume = NULL;
		resume_start(&p);
		sneck_conn_set_now(p.client.conn, RESUME_NOW + i * 1000u);
		sneck_conn_set_now(p.server.conn, RESUME_NOW + i * 1000u);
		assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session,
							resume_session_len, 0),
				 SNECK_OK);
		resume_expect(&p, 1);
		assert_int_equal(
			sneck_session_read(p.client.session[0], p.client.session_len[0], &info),
			SNECK_OK);
		assert_int_equal(info.expires_ms, RESUME_NOW + 86400u * 1000u);
		assert_memory_not_equal(p.client.session[0], resume_session, resume_session_len);
		pair_wipe(&p);
		resume12_next(&p, 14u + i);
	}
}

/* The same ticket twice: a client may, and a server has nothing to tell them apart by. By somebody
 * who saw it go by and has no secret, it is of no use: libcrypto tells keys apart. */
static void n51_replayed(void **state)
{
	static uint8_t other[sizeof resume_session];

	(void)state;
	for (int i = 0; i < 3; i++) {
		if (i == 0) {
			resume_keyed_ticket(&p, 14);
		} else {
			pair_init(&p, 15);
			pair_old(&p);
			p.server.cfg.tickets = &resume_ring;
			p.client.resume = resume_session;
			p.client.resume_len = resume_session_len;
			resume_keyed(&p);
		}
		if (i == 2) {
			memcpy(other, resume_session, resume_session_len);
			other[SECRET_AT] ^= 1;
			p.client.resume = other;
		}
		resume_start(&p);
		if (i == 2) {
			pair_run(&p);
			assert_int_equal(p.client.st.err, SNECK_E_BAD_MAC);
			assert_int_equal(p.server.n_done, 0);
		} else {
			resume_expect(&p, 1);
		}
		pair_wipe(&p);
	}
}

/* ---- what a client keeps ---- */

static uint32_t hint;
static struct sneck_span new_ticket;

static void change_ticket(struct edit *ed, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 4 && !u->prot) {
		const size_t n = new_ticket.len;
		const uint8_t head[] = { 4,
					 (uint8_t)((n + 6u) >> 16),
					 (uint8_t)((n + 6u) >> 8),
					 (uint8_t)(n + 6u),
					 (uint8_t)(hint >> 24),
					 (uint8_t)(hint >> 16),
					 (uint8_t)(hint >> 8),
					 (uint8_t)hint,
					 (uint8_t)(n >> 8),
					 (uint8_t)n };

		memcpy(u->data, head, sizeof head);
		if (n != 0)
			memcpy(u->data + sizeof head, new_ticket.p, n);
		u->len = sizeof head + n;
	}
	edit_put(ed, u);
}

/* The other Finished would not verify: what is not proved is not shown. */
static void n13_not_before_the_finished(void **state)
{
	static struct edit ed;

	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		if (resumed)
			resume12_ticket(&p, 16);
		else
			resume12_init(&p, 16);
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = change_ticket;
		hint = 5;
		new_ticket = sneck_span_of("another", 7);
		pair_run(&p);
		assert_int_equal(p.client.st.err, SNECK_E_BAD_FINISHED);
		assert_int_equal(p.client.n_sessions, 0);
		pair_wipe(&p);
	}
}

/* In place of the ticket that just came: as if the server had sent this one. */
static bool given;

static int give(struct end *e, int state)
{
	(void)state;
	if (e->conn->hs.graph == sneck__client12_graph && e->conn->hs.state == C12_WAIT_CCS &&
	    !given) {
		given = true;
		sneck__offer12_ticket(&e->conn->hs, new_ticket, hint);
	}
	return 0;
}

static struct sneck_session_info after(uint32_t seconds, size_t ticket_len, bool resumed)
{
	static uint8_t any[70000];
	struct sneck_session_info info;

	if (resumed)
		resume12_ticket(&p, 17);
	else
		resume12_init(&p, 17);
	given = false;
	hint = seconds;
	new_ticket = sneck_span_of(any, ticket_len);
	p.client.chunk = 1;
	p.client.hook = give;
	p.client.resume = NULL;
	pair_start(&p);
	if (resumed) {
		sneck_conn_set_now(p.client.conn, RESUME_NOW + 1000u * 1000u);
		assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session,
							resume_session_len, 0),
				 SNECK_OK);
	}
	resume_expect(&p, resumed);
	assert_true(given);
	assert_int_equal(p.client.n_sessions, 1);
	assert_int_equal(sneck_session_read(p.client.session[0], p.client.session_len[0], &info),
			 SNECK_OK);
	memcpy(resume_session, p.client.session[0], p.client.session_len[0]);
	resume_session_len = p.client.session_len[0];
	pair_wipe(&p);
	return info;
}

/* RFC 5077, 3.3: a hint, and nothing said is a day; never more than seven days since the master
 * secret was made, whatever comes of it later. */
static void n53_lifetimes(void **state)
{
	static const struct {
		uint32_t hint, life, later;
	} cases[] = {
		{ 0, 86400, 87400 },	    { 1, 1, 1001 },
		{ 604800, 604800, 604800 }, { 604801, 604800, 604800 },
		{ 604000, 604000, 604800 }, { UINT32_MAX, 604800, 604800 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(after(cases[i].hint, 100, false).expires_ms,
				 RESUME_NOW + cases[i].life * UINT64_C(1000));
		assert_int_equal(after(cases[i].hint, 100, true).expires_ms,
				 RESUME_NOW + cases[i].later * UINT64_C(1000));
	}
}

/* A session that is resumed in its last second gets no ticket that a client would keep for a day.
 */
static void n53_last_second(void **state)
{
	static const uint32_t left_ms[] = { 1000, 999, 1 };
	const uint64_t end = RESUME_NOW + 100u * 1000u;

	(void)state;
	for (size_t i = 0; i < sizeof left_ms / sizeof left_ms[0]; i++) {
		struct sneck_session_info info;

		resume12_init(&p, 19);
		p.server.cfg.ticket_lifetime_s = 100;
		pair_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
		resume12_next(&p, 19);
		resume_start(&p);
		sneck_conn_set_now(p.client.conn, end - left_ms[i]);
		sneck_conn_set_now(p.server.conn, end - left_ms[i]);
		resume_expect(&p, 1);
		assert_int_equal(p.client.n_sessions, 1);
		assert_int_equal(
			sneck_session_read(p.client.session[0], p.client.session_len[0], &info),
			SNECK_OK);
		assert_int_equal(info.expires_ms, end);
		pair_wipe(&p);
	}
}

/* What is empty or finds no room has not come, and the one before is kept. */
static void l11_long_tickets(void **state)
{
	static const size_t len[] = { 0, 1, 1700, 65535 };

	(void)state;
	for (int resumed = 0; resumed < 2; resumed++)
		for (size_t i = 0; i < sizeof len / sizeof len[0]; i++) {
			size_t want;

			(void)after(7, len[i], resumed);
			want = resume12_session().ticket.len;
			if (len[i] == 0 || len[i] == 65535)
				assert_true(want > 180 && want < 400);
			else
				assert_int_equal(want, len[i]);
		}
}

/* The ring runs out between the ServerHello that promised a ticket and the message. */
static void n48_ring_runs_out(void **state)
{
	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		if (resumed)
			resume12_ticket(&p, 18);
		else
			resume12_init(&p, 18);
		pair_start(&p);
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		if (resumed) { /* all that the server sends goes at once */
			static struct sneck_ticket_ring zero;

			p.server.cfg.tickets = &zero;
		} else {
			(void)end_run(&p.server);
			assert_int_equal(p.server.conn->hs.work->nego.n_tickets, 1);
			wire_move(&p.server, &p.client);
			sneck_conn_set_now(p.server.conn,
					   RESUME_NOW + UINT64_C(30) * 3600u * 1000u);
		}
		resume_expect(&p, 0);
		assert_int_equal(p.client.n_sessions, 0);
		resume12_chat(&p);
		pair_wipe(&p);
	}
}

/* A server that gives out no new one means the old one. */
static void the_old_ticket_again(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		resume12_ticket(&p, 19);
		if (i == 0) /* it may open, and seals no more */
			for (int k = 0; k < 2; k++)
				resume_ring.keys[k].seal_until_ms = RESUME_NOW;
		if (i == 2) /* nobody wants to know */
			p.client.cfg.ask &= ~SNECK_ASK_TICKETS;
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.client.n_sessions, i != 2);
		if (i == 0) {
			assert_int_equal(p.client.session_len[0], resume_session_len);
			assert_memory_equal(p.client.session[0], resume_session,
					    resume_session_len);
		}
		pair_wipe(&p);
	}
}

/* ---- what is made of a resumed connection ---- */

static void keys_for_others(void **state)
{
	const struct sneck_span none = { NULL, 0 };
	uint8_t a[32], b[32], first[32];

	(void)state;
	resume12_init(&p, 20);
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	pair_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, first, 32), SNECK_OK);
	assert_int_equal(p.client.n_secrets, MASTER12_LEN);
	pair_wipe(&p);
	resume12_next(&p, 20);
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, a, 32), SNECK_OK);
	assert_int_equal(sneck_export(p.server.conn, "EXPORTER-x", none, b, 32), SNECK_OK);
	assert_memory_equal(a, b, 32);
	assert_memory_not_equal(a, first, 32); /* the randoms are others */
	assert_int_equal(p.client.n_secrets, MASTER12_LEN);
	assert_memory_equal(p.client.secrets, resume12_session().secret.p, MASTER12_LEN);
	assert_memory_equal(p.server.secrets, resume12_session().secret.p, MASTER12_LEN);
	pair_wipe(&p);
}

static void saved_and_restored(void **state)
{
	static const uint8_t key[SNECK_SEAL_KEY_LEN] = { 1, 2, 3 };
	static uint8_t block[2000];
	struct end *const ends[] = { &p.client, &p.server };
	struct sneck_facts f;
	size_t len;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct end *const e = ends[i];

		resume12_ticket(&p, 21);
		e->cfg.allow_save = 1;
		resume_start(&p);
		resume_expect(&p, 1);
		resume12_chat(&p);
		assert_int_equal(sneck_save(e->conn, key, block, sizeof block, &len), SNECK_OK);
		sneck_conn_wipe(e->conn);
		transparent_nonces_jump = true;
		assert_int_equal(sneck_restore(e->conn_mem, sizeof e->conn_mem, &e->cfg, key, block,
					       len, &e->conn),
				 SNECK_OK);
		e->in.pos = e->out.pos = 0;
		assert_int_equal(sneck_conn_facts(e->conn, &f, sizeof f), SNECK_OK);
		assert_int_equal(f.resumed, 1);
		assert_true(f.ems);
		end_write(&p.client, "more", 4);
		end_write(&p.server, "again", 5);
		pair_run(&p);
		assert_memory_equal(p.server.got, "hellomore", 9);
		assert_memory_equal(p.client.got, "worldagain", 10);
		pair_wipe(&p);
	}
}

static void split(void **state)
{
	static _Alignas(SNECK_SPLIT_ALIGN) uint8_t mem[SNECK_CONN_MAX];
	const struct sneck_iov piece = { "tx", 2 };
	struct sneck_conn *tx;

	(void)state;
	resume12_ticket(&p, 22);
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(sneck_split(p.client.conn, mem, sizeof mem, &tx), SNECK_OK);
	p.client.rfc_mode = true; /* it has no output */
	end_write(&p.server, "rx", 2);
	wire_move(&p.server, &p.client);
	(void)end_run(&p.client);
	assert_memory_equal(p.client.got, "rx", 2);
	assert_int_equal(sneck_encrypt(tx, &piece, 1, 0, &p.client.out, NULL), SNECK_OK);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	assert_memory_equal(p.server.got, "tx", 2);
	sneck_conn_wipe(tx);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ticket_comes),
		cmocka_unit_test(resumes),
		cmocka_unit_test(in_each_suite),
		cmocka_unit_test(in_every_cut),
		cmocka_unit_test(n5_every_fragment),
		cmocka_unit_test(resumes_a_resumed_session),
		cmocka_unit_test(n51_replayed),
		cmocka_unit_test(n13_not_before_the_finished),
		cmocka_unit_test(n53_lifetimes),
		cmocka_unit_test(n53_last_second),
		cmocka_unit_test(l11_long_tickets),
		cmocka_unit_test(n48_ring_runs_out),
		cmocka_unit_test(the_old_ticket_again),
		cmocka_unit_test(keys_for_others),
		cmocka_unit_test(saved_and_restored),
		cmocka_unit_test(split),
	};

	resume_old = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
