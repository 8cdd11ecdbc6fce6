/* SPDX-License-Identifier: MIT */
/* resumefault12_test.c: sessions of TLS 1.2 on a provider whose n-th call fails, for all n (T20,
 * N78), and master secrets that must be gone (T21, Z3). Those of TLS 1.3 are resume_fault_test.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/session.h"
#include "lib/fail.h"
#include "lib/resume12.h"

static struct pair p;

enum flow { FULL, RESUMED, FULL_ID, RESUMED_ID, FLOWS };

/* What pair.c and resume12.c expect to succeed may fail here. */
static int try_it(struct end *e, int state)
{
	uint8_t mem[2048];
	size_t len;

	if (state != SNECK_RECEIVED_TICKET)
		return 0;
	assert_int_equal(sneck_ticket_export(&e->st.u.ticket, mem, sizeof mem, &len), SNECK_OK);
	return 1;
}

static void prepare(enum flow flow)
{
	switch (flow) {
	case FULL:
		resume12_init(&p, 41);
		break;
	case RESUMED:
		resume12_ticket(&p, 41);
		break;
	default:
		resume12_stored(&p, 41);
		if (flow == FULL_ID)
			p.client.resume = NULL;
	}
}

/* True when the failing call was reached. */
static bool fail_at(uint64_t n, enum flow flow, bool rfc)
{
	struct end *const ends[2] = { &p.client, &p.server };
	bool reached;

	prepare(flow);
	p.client.rfc_mode = p.server.rfc_mode = rfc;
	p.client.hook = try_it;
	pair_start(&p);
	reached = fail_call(&p, n);
	for (int i = 0; reached && i < 2; i++) {
		const int err = ends[i]->st.err;

		if (ends[i]->st.state != SNECK_FAILED)
			continue;
		if (err != SNECK_E_CRYPTO && err != SNECK_E_RANDOM && err != SNECK_E_SIGNER &&
		    err != SNECK_E_PEER_ALERT)
			fail_msg("flow %d, call %u: %s", (int)flow, (unsigned)n,
				 sneck_rc_name(err));
		assert_false(ends[i]->st.flags & SNECK_ST_CAN_ENCRYPT);
		if (flow == RESUMED || flow == RESUMED_ID)
			fail_gone(ends[i], resume12_session().secret.p, "the session's secret");
		for (size_t at = 0; at < ends[i]->n_secrets; at += MASTER12_LEN)
			fail_gone(ends[i], ends[i]->secrets + at, "a master secret");
		fail_gone(ends[i], TRANSPARENT_PRIV, "a private key");
		fail_gone(ends[i], TRANSPARENT_SECRET, "a shared secret");
	}
	if (!reached)
		assert_true(pair_connected(&p));
	pair_wipe(&p);
	return reached;
}

static void n78_every_call_of_the_provider_fails(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * FLOWS; i++) {
		const enum flow flow = (enum flow)(i / 2);
		uint64_t n = 1;

		while (fail_at(n, flow, i & 1))
			n++;
		print_message("%u calls in flow %d\n", (unsigned)n - 1u, (int)flow);
		assert_true(n > 60);
	}
}

/* The master secret dies with the handshake; where the application may still store it, with the
 * connection. Exporters are not kept here. */
static enum flow now;

static int scan(struct end *e, int state)
{
	const uint8_t *const master = e->secrets;

	if (state == SNECK_HANDSHAKE_DONE) {
		if (now == FULL_ID && e->role == SNECK_SERVER)
			assert_true(fail_has(e->conn, SNECK_CONN_MAX, master));
		else
			fail_gone(e, master, "the master secret");
		fail_gone(e, TRANSPARENT_PRIV, "a private key");
		fail_gone(e, TRANSPARENT_SECRET, "a shared secret");
	}
	if (state == SNECK_CLOSED || state == SNECK_FAILED)
		fail_gone(e, master, "the master secret");
	return 0;
}

static void z3_secrets_are_gone(void **state)
{
	(void)state;
	for (int i = 0; i < FLOWS; i++) {
		int (*ask)(struct end * e, int s);

		now = (enum flow)i;
		prepare(now);
		ask = p.server.hook;
		p.client.hook = scan;
		if (ask == NULL)
			p.server.hook = scan;
		pair_start(&p);
		resume_expect(&p, now == RESUMED || now == RESUMED_ID);
		assert_int_equal(p.server.n_secrets, MASTER12_LEN);
		if (ask != NULL) {
			p.server.hook = scan;
			(void)scan(&p.server, SNECK_HANDSHAKE_DONE);
		}
		end_close(&p.client);
		end_close(&p.server);
		pair_run(&p);
		assert_int_equal(p.client.st.state, SNECK_CLOSED);
		assert_int_equal(p.server.st.state, SNECK_CLOSED);
		pair_wipe(&p);
	}
}

/* Freed at every step of a handshake that resumes: nothing is left of the session. */
static void z3_wiped_at_any_step(void **state)
{
	(void)state;
	for (unsigned steps = 1; steps < 12; steps++) {
		resume12_ticket(&p, 43);
		pair_start(&p);
		for (unsigned i = 0; i < steps; i++) {
			(void)end_step(&p.client);
			wire_move(&p.client, &p.server);
			(void)end_step(&p.server);
			wire_move(&p.server, &p.client);
		}
		pair_wipe(&p);
		fail_gone(&p.client, resume12_session().secret.p, "the session's secret");
		fail_gone(&p.server, resume12_session().secret.p, "the session's secret");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n78_every_call_of_the_provider_fails),
		cmocka_unit_test(z3_secrets_are_gone),
		cmocka_unit_test(z3_wiped_at_any_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
