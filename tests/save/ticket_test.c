/* SPDX-License-Identifier: MIT */
/* ticket_test.c: tickets of a connection that was moved or split: they are worth what they were,
 * and where no secret was kept for them there are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resume.h"

static struct pair p;

static void ready(void)
{
	resume_init(&p, 1);
	transparent_nonces_jump = true; /* a moved connection's numbers do not begin at 0 */
	p.client.cfg.allow_save = p.server.cfg.allow_save = 1;
}

static void move(struct end *e)
{
	static const uint8_t key[SNECK_SEAL_KEY_LEN] = { 7 };
	uint8_t block[1024];
	size_t len;

	assert_int_equal(sneck_save(e->conn, key, block, sizeof block, &len), SNECK_OK);
	sneck_conn_wipe(e->conn);
	assert_int_equal(
		sneck_restore(e->conn_mem, sizeof e->conn_mem, &e->cfg, key, block, len, &e->conn),
		SNECK_OK);
	e->in.pos = e->out.pos = 0;
}

static enum sneck_rc send_ticket(struct sneck_conn *conn)
{
	const struct sneck_ticket_params params = { .lifetime_s = 0 };
	size_t len;

	return sneck_ticket_send(conn, &params, &p.server.out, NULL, 0, &len);
}

static void resumes(size_t n_sessions)
{
	pair_run(&p);
	assert_int_equal(p.client.n_sessions, n_sessions);
	pair_wipe(&p);
	resume_next(&p, 2);
	resume_start(&p);
	resume_expect(&p, 1);
	pair_wipe(&p);
}

static void after_a_move(void **state)
{
	(void)state;
	ready();
	pair_start(&p);
	resume_expect(&p, 0);
	move(&p.client);
	move(&p.server);
	assert_int_equal(send_ticket(p.server.conn), SNECK_OK);
	resumes(3);
}

static void without_a_secret(void **state)
{
	(void)state;
	ready();
	p.server.cfg.tickets = NULL;
	pair_start(&p);
	resume_expect(&p, 0);
	p.server.cfg.tickets = &resume_ring;
	move(&p.server);
	assert_int_equal(send_ticket(p.server.conn), SNECK_NOT_NOW);
	pair_wipe(&p);

	ready();
	p.client.cfg.ask &= ~SNECK_ASK_TICKETS;
	pair_start(&p);
	resume_expect(&p, 0);
	p.client.cfg.ask |= SNECK_ASK_TICKETS;
	move(&p.client);
	assert_int_equal(send_ticket(p.server.conn), SNECK_OK);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(p.client.n_sessions, 0);
	pair_wipe(&p);
}

/* The server's sending half sends them; the client's receiving half is shown them. */
static void of_halves(void **state)
{
	static _Alignas(SNECK_SPLIT_ALIGN) uint8_t mem[2][SNECK_CONN_MAX];
	struct sneck_conn *tx[2];

	(void)state;
	ready();
	pair_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(sneck_split(p.client.conn, mem[0], sizeof mem[0], &tx[0]), SNECK_OK);
	assert_int_equal(sneck_split(p.server.conn, mem[1], sizeof mem[1], &tx[1]), SNECK_OK);
	for (size_t i = 0; i < BOUND_HASH; i++)
		assert_int_equal(tx[0]->hs.resumption[i] | p.server.conn->hs.resumption[i], 0);
	assert_int_equal(send_ticket(p.server.conn), SNECK_NOT_NOW);
	assert_int_equal(send_ticket(tx[1]), SNECK_OK);
	wire_move(&p.server, &p.client);
	p.client.rfc_mode = true; /* a receiving half has no output */
	assert_int_equal(end_run(&p.client), SNECK_TRAFFIC_TRANSIT);
	assert_int_equal(p.client.n_sessions, 3);
	sneck_conn_wipe(tx[0]);
	sneck_conn_wipe(tx[1]);
	pair_wipe(&p);
	resume_next(&p, 2);
	resume_start(&p);
	resume_expect(&p, 1);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_move),
		cmocka_unit_test(without_a_secret),
		cmocka_unit_test(of_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
