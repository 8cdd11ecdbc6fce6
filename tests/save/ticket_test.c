/* SPDX-License-Identifier: MIT */
/* ticket_test.c: tickets behind a move through a block of bytes: they are under the secret of the
 * handshake, and there are none where that secret was not kept. N48, N85. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/sched13.h"
#include "keys/session.h"
#include "lib/resume.h"

static struct pair p;
static const uint8_t seal_key[SNECK_SEAL_KEY_LEN] = { 1, 2, 3 };

static void move(struct end *e)
{
	struct sneck_conn *const old = e->conn;
	uint8_t *const to = (uint8_t *)old == e->conn_mem ? e->conn_other : e->conn_mem;
	uint8_t block[2048];
	size_t len;

	assert_int_equal(sneck_save(old, seal_key, block, sizeof block, &len), SNECK_OK);
	assert_int_equal(sneck_restore(to, SNECK_CONN_MAX, &e->cfg, seal_key, block, len, &e->conn),
			 SNECK_OK);
	e->in.pos = e->out.pos = 0;
	sneck_conn_wipe(old);
}

static enum sneck_rc send_ticket(void)
{
	const struct sneck_ticket_params params = { .lifetime_s = 100 };
	size_t len;

	return sneck_ticket_send(p.server.conn, &params, &p.server.out, NULL, 0, &len);
}

static void moves_allowed(void)
{
	transparent_nonces_jump = true;
	p.client.cfg.allow_save = p.server.cfg.allow_save = 1;
}

/* Of the session at i: its key. */
static struct sneck_span key_of(size_t i)
{
	struct session s;

	assert_int_equal(sneck__session_read(
				 &s, sneck_span_of(p.client.session[i], p.client.session_len[i])),
			 SNECK_OK);
	return s.secret;
}

static void n48_key_of_a_moved_connection(void **state)
{
	static const uint8_t zero[BOUND_HASH];
	uint8_t known[BOUND_HASH];

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct sneck_facts f;

		if (i & 1)
			resume_ticket(&p, 41);
		else
			resume_init(&p, 41);
		moves_allowed();
		resume_start(&p);
		resume_expect(&p, i & 1);
		if (i & 2)
			move(&p.client);
		if (i & 4)
			move(&p.server);
		assert_int_equal(send_ticket(), SNECK_OK);
		pair_run(&p);
		assert_int_equal(p.client.n_sessions, 3);
		for (size_t n = 0; n < 3; n++) {
			const uint8_t nonce = (uint8_t)n;
			const struct sneck_span key = key_of(n);

			assert_int_equal(sneck__resumption_psk(known, p.client.conn->hs.hash, zero,
							       sneck_span_of(&nonce, 1)),
					 SNECK_OK);
			assert_memory_not_equal(key.p, known, key.len);
			assert_memory_not_equal(key.p, key_of((n + 1) % 3).p, key.len);
		}
		assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
		assert_int_equal(f.resumed, i & 1);
		pair_wipe(&p);
		resume_next(&p, 41);
		resume_start(&p);
		resume_expect(&p, 1);
		pair_wipe(&p);
	}
}

/* Configs that did not want tickets when the secret was there: nothing to make them of. */
static void n48_no_key_no_ticket(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		resume_init(&p, 43);
		moves_allowed();
		if (i == 0)
			p.server.cfg.tickets = NULL;
		else
			p.client.cfg.ask &= ~SNECK_ASK_TICKETS;
		resume_start(&p);
		resume_expect(&p, 0);
		p.server.cfg.tickets = &resume_ring;
		p.client.cfg.ask |= SNECK_ASK_TICKETS;
		move(&p.client);
		move(&p.server);
		assert_int_equal(send_ticket(), i == 0 ? SNECK_NOT_NOW : SNECK_OK);
		pair_run(&p);
		assert_true(pair_connected(&p));
		assert_int_equal(p.client.n_sessions, 0);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n48_key_of_a_moved_connection),
		cmocka_unit_test(n48_no_key_no_ticket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
