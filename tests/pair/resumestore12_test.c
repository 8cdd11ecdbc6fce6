/* SPDX-License-Identifier: MIT */
/* resumestore12_test.c: sessions of TLS 1.2 that the application keeps: the id that a ServerHello
 * gives out, SNECK_NEEDS_PSK when it comes back, answers of every kind, and clients that know a
 * session by its id. RFC 5246, 7.4.1.2, 7.4.1.3; RFC 5077, 3.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/session.h"
#include "lib/edit.h"
#include "lib/resume12.h"

static struct pair p;

static void resumes(void **state)
{
	(void)state;
	for (int i = 0; i < 64; i++) {
		resume12_stored(&p, 31);
		assert_int_equal(resume12_session().flags, SESSION_BY_ID);
		assert_memory_equal(resume12_session().ticket.p, resume12_id, sizeof resume12_id);
		p.client.cfg.no_compat = (i & 1) != 0;
		p.client.chunk = p.server.chunk = i & 2 ? 1 : 0;
		p.client.rfc_mode = p.server.rfc_mode = (i & 4) != 0;
		p.client.poison = p.server.poison = (i & 8) != 0;
		p.client.move = p.server.move = (i & 16) != 0;
		if (i & 32)
			p.client.cfg.max_version = SNECK_TLS12;
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.client.n_sessions, 1); /* the same once more */
		assert_memory_equal(p.client.session[0], resume_session, resume_session_len);
		resume12_chat(&p);
		pair_wipe(&p);
	}
}

/* With a ring the ticket is the application's to open, and a client that takes none gets an id. */
static int open_ticket(struct end *e, int state)
{
	struct sneck_span identity;
	uint32_t age;

	if (state != SNECK_NEEDS_PSK)
		return 0;
	assert_int_equal(sneck_psk_at(&e->st.u.psk, 1, &identity, &age), SNECK_E_ARG);
	(void)resume_answer(e);
	return 1;
}

static void tickets_of_who_asks(void **state)
{
	static const struct sneck_ticket_params params = { .lifetime_s = 7 };
	size_t len;

	(void)state;
	for (int i = 0; i < 3; i++) {
		if (i == 0) {
			resume12_init(&p, 32);
		} else {
			resume12_next(&p, 32);
		}
		p.server.cfg.ask |= SNECK_ASK_PSK;
		p.server.hook = open_ticket;
		if (i == 2)
			p.client.cfg.ask &= ~SNECK_ASK_TICKETS;
		resume_start(&p);
		resume_expect(&p, i != 0);
		assert_int_equal(p.client.n_sessions, i < 2);
		assert_int_equal(sneck_session_store(p.server.conn, &params, resume12_id,
						     resume12_store, sizeof resume12_store, &len),
				 SNECK_NOT_NOW); /* it went as a ticket, or was resumed */
		assert_int_equal(len, 0);
		pair_wipe(&p);
	}
	resume12_init(&p, 33);
	p.server.cfg.ask |= SNECK_ASK_PSK;
	p.server.hook = open_ticket;
	p.client.cfg.ask &= ~SNECK_ASK_TICKETS;
	pair_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(sneck_session_store(p.server.conn, &params, resume12_id, resume12_store,
					     sizeof resume12_store, &len),
			 SNECK_OK);
	pair_wipe(&p);
}

static void what_is_stored(void **state)
{
	static const uint8_t zero[BOUND_HASH];
	struct sneck_ticket_params params = { .app_data = { (const uint8_t *)"user 3", 6 },
					      .lifetime_s = 100 };
	struct sneck_session_info info;
	uint8_t id[SNECK_SESSION_ID_LEN], mem[400], big[BOUND_APP_DATA + 1u] = { 0 };
	size_t len;

	(void)state;
	resume12_init(&p, 34);
	resume12_ids(&p);
	resume12_store_len = 0;
	pair_start(&p);
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, sizeof mem, &len),
			 SNECK_NOT_NOW);
	resume_expect(&p, 0);
	assert_int_equal(sneck_session_store(p.client.conn, &params, id, mem, sizeof mem, &len),
			 SNECK_NOT_NOW);
	memset(mem, 0xa5, sizeof mem);
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, 10, &len),
			 SNECK_WANT_SPACE);
	assert_true(mem[0] == 0xa5 && len > 160);
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, len, &len), SNECK_OK);
	assert_int_equal(sneck_session_read(mem, len, &info), SNECK_OK);
	assert_int_equal(info.version, SNECK_TLS12);
	assert_int_equal(info.expires_ms, RESUME_NOW + 100000u);
	assert_int_equal(info.app_data.len, 6);

	params.identity = sneck_span_of("row", 3);
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, sizeof mem, &len),
			 SNECK_E_ARG);
	params.identity.len = 0;
	params.app_data = sneck_span_of(big, sizeof big);
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, sizeof mem, &len),
			 SNECK_E_ARG);
	params.app_data.len = 0;
	params.lifetime_s = BOUND_LIFETIME + 1u;
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, sizeof mem, &len),
			 SNECK_E_ARG);
	params.lifetime_s = 0;
	end_close(&p.client);
	end_close(&p.server);
	pair_run(&p);
	assert_memory_equal(p.server.conn->hs.resumption, zero, sizeof zero);
	assert_int_equal(sneck_session_store(p.server.conn, &params, id, mem, sizeof mem, &len),
			 SNECK_NOT_NOW);
	pair_wipe(&p);
}

/* ---- answers ---- */

static const struct sneck_psk key = {
	.size = sizeof key,
	.identity = { (const uint8_t *)"client 7", 8 },
	.secret = { (const uint8_t *)"0123456789abcdef", 16 },
};
static int how;

static int answer(struct end *e, int state)
{
	const uint64_t op = e->st.op;

	if (state != SNECK_NEEDS_PSK)
		return 0;
	switch (how) {
	case 0:
		assert_int_equal(sneck_answer_psk(e->conn, op, -1, NULL, 0, NULL), SNECK_OK);
		break;
	case 1: /* of another version: not for this question */
		assert_int_equal(sneck_answer_psk(e->conn, op, 0, NULL, 0, &key), SNECK_OK);
		break;
	case 2:
		assert_int_equal(
			sneck_answer_psk(e->conn, op, 1, resume12_store, resume12_store_len, NULL),
			SNECK_E_ARG);
		assert_int_equal(sneck_answer_psk(e->conn, op, 0, resume12_store,
						  resume12_store_len - 1u, NULL),
				 SNECK_E_ARG);
		assert_int_equal(sneck_answer_psk(e->conn, op + 1u, -1, NULL, 0, NULL),
				 SNECK_E_STALE);
		assert_int_equal(
			sneck_answer_psk(e->conn, op, 0, resume12_store, resume12_store_len, NULL),
			SNECK_OK);
		assert_int_equal(sneck_answer_psk(e->conn, op, -1, NULL, 0, NULL), SNECK_E_STALE);
		break;
	case 3: /* the client's own */
		assert_int_equal(
			sneck_answer_psk(e->conn, op, 0, resume_session, resume_session_len, NULL),
			SNECK_OK);
		break;
	case 4:
		assert_int_equal(sneck_answer_refuse(e->conn, op, 40), SNECK_OK);
		break;
	default:
		assert_int_equal(sneck_fail(e->conn, 80), SNECK_OK);
	}
	return 1;
}

static void t5_t6_answers(void **state)
{
	(void)state;
	for (how = 0; how < 6; how++)
		for (int chunk = 0; chunk < 2; chunk++) {
			resume12_stored(&p, 35);
			p.server.hook = answer;
			p.server.chunk = (size_t)chunk;
			resume_start(&p);
			if (how < 4) {
				resume_expect(&p, how == 2);
				resume12_chat(&p);
			} else {
				pair_run(&p);
				assert_int_equal(p.server.st.err,
						 how == 4 ? SNECK_E_REFUSED : SNECK_E_ABORTED);
				assert_int_equal(p.client.st.alert, how == 4 ? 40 : 80);
			}
			pair_wipe(&p);
		}
}

/* A session id that is random, as of a client that also speaks TLS 1.3, is an id like any. */
static unsigned asked;

static int count(struct end *e, int state)
{
	struct sneck_span id;
	uint32_t age;

	if (state != SNECK_NEEDS_PSK)
		return 0;
	asked++;
	assert_int_equal(sneck_psk_at(&e->st.u.psk, 0, &id, &age), SNECK_OK);
	assert_int_equal(id.len, 32);
	assert_int_equal(sneck_answer_psk(e->conn, e->st.op, -1, NULL, 0, NULL), SNECK_OK);
	return 1;
}

static void who_is_asked_about(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		resume12_init(&p, 36);
		resume12_ids(&p);
		p.server.hook = count;
		p.client.cfg.max_version = i ? SNECK_TLS12 : 0;
		asked = 0;
		pair_start(&p);
		resume_expect(&p, 0);
		assert_int_equal(asked, i == 0);
		assert_int_equal(p.client.n_sessions, 1);
		pair_wipe(&p);
	}
}

/* ---- ids on the wire ---- */

/* A block that says that the session has such an id. */
static void n1_ids_of_every_length(void **state)
{
	uint8_t id[40] = { 1, 2, 3 };

	(void)state;
	for (size_t n = 1; n <= sizeof id; n++) {
		resume12_stored(&p, 37);
		resume12_with(&p, id, n);
		if (n > SESSION_ID_MAX)
			p.client.resume = NULL;
		resume_start(&p);
		if (n > SESSION_ID_MAX)
			assert_int_equal(
				sneck_conn_set_session(p.client.conn, resume_session, 0, 0),
				SNECK_E_ARG);
		resume_expect(&p, 0);
		pair_wipe(&p);
	}
}

/* A ServerHello with an id of its own, of every length: kept, or DECODE. */
static size_t id_len;

static void set_id(struct edit *ed, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 2) {
		const size_t was = u->data[38];

		memmove(u->data + 39 + id_len, u->data + 39 + was, u->len - 39u - was);
		memset(u->data + 39, 0x77, id_len);
		u->data[38] = (uint8_t)id_len;
		u->len += id_len - was;
		u->data[2] = (uint8_t)((u->len - 4u) >> 8);
		u->data[3] = (uint8_t)(u->len - 4u);
	}
	edit_put(ed, u);
}

static void n1_ids_of_a_server(void **state)
{
	static struct edit ed;

	(void)state;
	for (id_len = 0; id_len < 34; id_len++) {
		resume12_stored(&p, 38);
		p.client.resume = NULL;
		resume_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = set_id;
		pair_run(&p);
		assert_int_equal(p.client.n_sessions, 0);
		if (id_len < 33)
			assert_int_equal(p.server.st.err, SNECK_E_BAD_FINISHED);
		else
			assert_int_equal(p.client.st.err, SNECK_E_DECODE);
		pair_wipe(&p);
	}
}

/* However late it is stored, and however often: its secret is as old as the connection. */
static void n53_stored_late(void **state)
{
	static const struct sneck_ticket_params params = { .lifetime_s = 100 };
	struct sneck_session_info info;
	uint8_t id[SNECK_SESSION_ID_LEN], mem[400];
	size_t len;

	(void)state;
	resume12_init(&p, 38);
	resume12_ids(&p);
	resume12_store_len = 0;
	pair_start(&p);
	resume_expect(&p, 0);
	for (uint64_t later = 0; later < 300000; later += 60000) {
		sneck_conn_set_now(p.server.conn, RESUME_NOW + later);
		assert_int_equal(
			sneck_session_store(p.server.conn, &params, id, mem, sizeof mem, &len),
			SNECK_OK);
		assert_int_equal(sneck_session_read(mem, len, &info), SNECK_OK);
		assert_int_equal(info.expires_ms, RESUME_NOW + 100000u);
	}
	pair_wipe(&p);
}

/* Z3: a session that is not stored before the connection is saved, never is, so nothing of it goes
 * along. */
static void z3_not_saved(void **state)
{
	static const uint8_t sealer[SNECK_SEAL_KEY_LEN] = { 1 }, zero[BOUND_HASH];
	static const struct sneck_ticket_params params = { .lifetime_s = 1 };
	uint8_t id[SNECK_SESSION_ID_LEN], mem[400];
	static uint8_t block[2000];
	struct end *const s = &p.server;
	size_t len;

	(void)state;
	resume12_init(&p, 37);
	resume12_ids(&p);
	resume12_store_len = 0;
	s->cfg.allow_save = 1;
	pair_start(&p);
	resume_expect(&p, 0);
	assert_memory_not_equal(s->conn->hs.resumption, zero, sizeof zero);
	assert_int_equal(sneck_save(s->conn, sealer, block, sizeof block, &len), SNECK_OK);
	sneck_conn_wipe(s->conn);
	assert_int_equal(sneck_restore(s->conn_mem, sizeof s->conn_mem, &s->cfg, sealer, block, len,
				       &s->conn),
			 SNECK_OK);
	assert_memory_equal(s->conn->hs.resumption, zero, sizeof zero);
	assert_int_equal(sneck_session_store(s->conn, &params, id, mem, sizeof mem, &len),
			 SNECK_NOT_NOW);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resumes),
		cmocka_unit_test(tickets_of_who_asks),
		cmocka_unit_test(what_is_stored),
		cmocka_unit_test(t5_t6_answers),
		cmocka_unit_test(who_is_asked_about),
		cmocka_unit_test(n1_ids_of_every_length),
		cmocka_unit_test(n1_ids_of_a_server),
		cmocka_unit_test(n53_stored_late),
		cmocka_unit_test(z3_not_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
