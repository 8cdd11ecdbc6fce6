/* SPDX-License-Identifier: MIT */
/* interplay_test.c: what the peer sends between two calls of ours must not change what the second
 * one means; and what is given up halfway says so under the right keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;

static void up(void)
{
	pair_init(&p, 1);
	pair_connect(&p);
}

/* A KeyUpdate that asks for ours arrives between the layout and the record made in it: the record
 * still holds the plaintext, and nothing of what lay behind it. */
static void t2_layout_outlives_a_key_update(void **state)
{
	struct end *const c = &p.client, *const s = &p.server;
	struct sneck_layout l;
	uint8_t *at;

	(void)state;
	up();
	assert_int_equal(sneck_record_layout(c->conn, &l), SNECK_OK);
	at = c->out.base + c->out.head + c->out.len;
	memset(at, '#', 400);
	memcpy(at + l.head, "plaintext", 9);
	assert_int_equal(sneck_key_update(s->conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	(void)end_run(s);
	wire_move(s, c);
	assert_int_equal(sneck_process(c->conn, &c->in, NULL, &c->st), SNECK_TRAFFIC_TRANSIT);
	assert_true((c->st.flags & SNECK_ST_TX_PENDING) != 0);

	c->out.cap = c->out.head + c->out.len + sneck_encrypt_size(c->conn, 9) - 1u;
	assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, 9), SNECK_WANT_SPACE);
	assert_memory_equal(at + l.head, "plaintext", 9);
	c->out.cap = PAIR_HALF;
	assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, 9), SNECK_OK);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(s->n_got, 9);
	assert_memory_equal(s->got, "plaintext", 9);
	pair_wipe(&p);
}

/* Half a ticket behind a record: the tail of the record can be given back all the same, and the
 * ticket goes on where it was. */
static int keep_tail(struct end *e, int state)
{
	int *const rounds = e->user;
	struct sneck_rec rec;

	if (state != SNECK_APP_DATA_AVAILABLE)
		return 0;
	assert_int_equal(sneck_app_next(&e->st.u.app, &rec), SNECK_OK);
	if (++*rounds == 1) {
		assert_int_equal(rec.len, 6);
		assert_int_equal(sneck_app_next(&e->st.u.app, &rec), SNECK_WANT_INPUT);
		assert_int_equal(sneck_app_unread(&e->st.u.app, 4), SNECK_OK);
		assert_int_equal(sneck_app_unread(&e->st.u.app, 3), SNECK_E_ARG);
		assert_int_equal(sneck_app_peek(&e->st.u.app), 4);
		return 1;
	}
	memcpy(e->got + e->n_got, rec.data, rec.len);
	e->n_got += rec.len;
	return 1;
}

static void unread_before_half_a_message(void **state)
{
	static const uint8_t ticket[] = {
		4, 0, 0, 16, 0, 0, 0, 9, 1, 2, 3, 4, 1, 7, 0, 2, 8, 8, 0
	};
	static const uint8_t last[] = { 0 };
	struct end *const c = &p.client, *const s = &p.server;

	(void)state;
	for (int poison = 0; poison < 2; poison++)
		for (size_t cut = 1; cut < sizeof ticket; cut++) {
			int rounds = 0;

			up();
			c->hook = keep_tail;
			c->user = &rounds;
			c->poison = poison != 0;
			link_record(s, true, 23, "abcdef", 6);
			link_record(s, true, 22, ticket, cut);
			wire_move(s, c);
			(void)end_run(c);
			assert_int_equal(rounds, 2);
			assert_int_equal(c->n_got, 4);
			assert_memory_equal(c->got, "cdef", 4);
			link_record(s, true, 22, ticket + cut, sizeof ticket - cut);
			link_record(s, true, 22, last, sizeof last);
			link_record(s, true, 23, "ghi", 3);
			pair_run(&p);
			assert_int_equal(c->st.err, SNECK_OK);
			assert_int_equal(c->n_got, 7);
			assert_memory_equal(c->got, "cdefghi", 7);
			pair_wipe(&p);
		}
}

/* A HelloRetryRequest is out, the record behind it is not, and the server gives up: there are no
 * keys yet, so the client can read the alert only if it is not protected. */
static int take_no_more(struct end *e, int state)
{
	(void)e;
	return state == SNECK_MUST_ENCRYPT_TLS_DATA;
}

static void t12_alert_behind_a_retry(void **state)
{
	static const uint16_t p256[] = { SNECK_SECP256R1 };
	static const uint16_t both[] = { SNECK_X25519, SNECK_SECP256R1 };
	struct end *const s = &p.server;

	(void)state;
	pair_init(&p, 3);
	p.client.cfg.groups = (struct sneck_u16s){ both, 2 };
	p.client.cfg.n_key_shares = 1;
	s->cfg.groups = (struct sneck_u16s){ p256, 1 };
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, s);
	s->hook = take_no_more;
	s->out.cap = 0;
	assert_int_equal(end_step(s), SNECK_MUST_ENCRYPT_TLS_DATA);
	s->out.cap = s->st.u.encode.min_progress;
	assert_int_equal(sneck_encode(&s->st.u.encode, SNECK_F_PARTIAL, &s->out), SNECK_OK);
	s->out.cap = PAIR_HALF;
	assert_int_equal(sneck_fail(s->conn, SNECK_ALERT_INTERNAL_ERROR), SNECK_OK);
	s->hook = NULL;
	pair_run(&p);
	assert_int_equal(s->st.err, SNECK_E_ABORTED);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.client.st.alert, SNECK_ALERT_INTERNAL_ERROR);
	pair_wipe(&p);
}

/* A second ClientHello that is refused early: what the first one said of names is not shown as so
 * many zero bytes. */
static void sni_of_a_refused_second_hello(void **state)
{
	static const uint16_t p256[] = { SNECK_SECP256R1 };
	static const uint16_t both[] = { SNECK_X25519, SNECK_SECP256R1 };
	struct end *const c = &p.client, *const s = &p.server;
	struct sneck_facts f;
	uint8_t *suites;

	(void)state;
	pair_init(&p, 3);
	c->cfg.groups = (struct sneck_u16s){ both, 2 };
	c->cfg.n_key_shares = 1;
	c->cfg.no_compat = true;
	s->cfg.groups = (struct sneck_u16s){ p256, 1 };
	pair_start(&p);
	(void)end_run(c);
	wire_move(c, s);
	(void)end_run(s);
	assert_int_equal(sneck_conn_facts(s->conn, &f, sizeof f), SNECK_OK);
	assert_true(f.sni.len != 0 && f.sni.p[0] != 0);
	wire_move(s, c);
	(void)end_run(c);
	suites = c->out.base + c->out.head + 5 + 4 + 2 + 32 + 1;
	suites[2u + ((size_t)suites[0] << 8 | suites[1]) + 1u] = 1; /* a compression method */
	pair_run(&p);
	assert_int_equal(s->st.err, SNECK_E_ILLEGAL);
	assert_int_equal(sneck_conn_facts(s->conn, &f, sizeof f), SNECK_OK);
	for (size_t i = 0; i < f.sni.len; i++)
		assert_int_not_equal(f.sni.p[i], 0);
	pair_wipe(&p);
}

/* Scratch that was not taken back holds the name that the client asked for until the wipe. */
static void wipe_takes_the_name_along(void **state)
{
	struct end *const s = &p.server;
	struct sneck_facts f;

	(void)state;
	up();
	assert_int_equal(sneck_conn_facts(s->conn, &f, sizeof f), SNECK_OK);
	assert_true(f.sni.len != 0);
	assert_ptr_equal(f.sni.p, s->scratch);
	sneck_conn_wipe(s->conn);
	for (size_t i = 0; i < sizeof s->scratch; i++)
		assert_int_equal(s->scratch[i], 0);
	sneck_conn_wipe(p.client.conn);
}

/* Who only sends, and asks for new keys in both directions again and again, gets an answer each
 * time and no data: no flood, for it has asked. What comes unasked still counts. */
static void n57_answers_are_no_flood(void **state)
{
	struct end *const c = &p.client, *const s = &p.server;

	(void)state;
	up();
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(sneck_key_update(c->conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
		end_write(c, "x", 1);
		pair_run(&p);
		assert_true(pair_connected(&p));
	}
	for (unsigned i = 0; i < 33; i++) {
		assert_true(pair_connected(&p));
		assert_int_equal(sneck_key_update(s->conn, 0), SNECK_OK);
		pair_run(&p);
	}
	assert_int_equal(c->st.err, SNECK_E_FLOOD);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t2_layout_outlives_a_key_update),
		cmocka_unit_test(unread_before_half_a_message),
		cmocka_unit_test(t12_alert_behind_a_retry),
		cmocka_unit_test(n57_answers_are_no_flood),
		cmocka_unit_test(sni_of_a_refused_second_hello),
		cmocka_unit_test(wipe_takes_the_name_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
