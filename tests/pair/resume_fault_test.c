/* SPDX-License-Identifier: MIT */
/* resume_fault_test.c: resumed handshakes and early data on a provider whose n-th call fails, for
 * all n (T20, N78); tickets that cannot be made; and secrets that must be gone (T21, Z3). Full
 * handshakes are fault_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/session.h"
#include "lib/fail.h"
#include "lib/resume.h"

static struct pair p;

static struct session session(void)
{
	struct session s;

	assert_int_equal(sneck__session_read(&s, sneck_span_of(resume_session, resume_session_len)),
			 SNECK_OK);
	return s;
}

/* Of all that was in the key log and of the session nothing is left. */
static void check_dead(const struct end *e)
{
	const size_t len = session().secret.len;

	for (size_t at = 0; at + len <= e->n_secrets; at += len)
		fail_gone(e, e->secrets + at, "a secret");
	fail_gone(e, session().secret.p, "the session's key");
	fail_gone(e, TRANSPARENT_PRIV, "a private key");
	fail_gone(e, TRANSPARENT_SECRET, "a shared secret");
}

static void start(bool early, bool retried)
{
	static const uint16_t p256 = SNECK_SECP256R1;

	resume_same(&p, early);
	if (retried) {
		p.client.cfg.n_key_shares = 1;
		p.server.cfg.groups = (struct sneck_u16s){ &p256, 1 };
	}
}

/* What pair.c expects to succeed may fail here. */
static int try_it(struct end *e, int state)
{
	const struct sneck_iov piece = { "said early", 10 };
	uint8_t mem[2048];
	size_t len;

	if (state == SNECK_RECEIVED_TICKET) {
		(void)!sneck_ticket_export(&e->st.u.ticket, mem, sizeof mem, &len);
		return 1;
	}
	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	if (sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &len) == SNECK_OK)
		assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
	return 1;
}

/* True when the failing call was reached. */
static bool fail_at(uint64_t n, bool early, bool retried, bool rfc)
{
	struct end *const ends[2] = { &p.client, &p.server };
	bool reached;

	start(early, retried);
	p.client.rfc_mode = p.server.rfc_mode = rfc;
	p.client.hook = try_it;
	resume_start(&p);
	reached = fail_call(&p, n);
	for (int i = 0; reached && i < 2; i++) {
		const int err = ends[i]->st.err;

		if (ends[i]->st.state != SNECK_FAILED)
			continue;
		if (err != SNECK_E_CRYPTO && err != SNECK_E_RANDOM && err != SNECK_E_PEER_ALERT)
			fail_msg("call %u: %s", (unsigned)n, sneck_rc_name(err));
		assert_false(ends[i]->st.flags & SNECK_ST_CAN_ENCRYPT);
		check_dead(ends[i]);
	}
	if (!reached)
		assert_true(pair_connected(&p));
	pair_wipe(&p);
	return reached;
}

static void n78_every_call_of_the_provider_fails(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		uint64_t n = 1;

		if ((i & 3) == 3)
			continue;
		while (fail_at(n, i & 1, i & 2, i & 4))
			n++;
		print_message("%u calls in a flow\n", (unsigned)n - 1u);
		assert_true(n > 100);
	}
}

/* A ticket that cannot be made is no ticket: nothing is sent, and the connection goes on. */
static void n78_tickets(void **state)
{
	static const struct sneck_ticket_params sealed = { .lifetime_s = 60 };
	static const struct sneck_ticket_params stored = { .identity = { (const uint8_t *)"x",
									 1 } };
	uint8_t mem[2048];
	size_t len;

	(void)state;
	for (int how = 0; how < 2; how++)
		for (uint64_t n = 1, more = 1; more != 0; n++) {
			enum sneck_rc rc;

			start(false, false);
			resume_start(&p);
			resume_expect(&p, 1);
			transparent_calls = 0;
			transparent_fail_at = n;
			rc = sneck_ticket_send(p.server.conn, how ? &stored : &sealed,
					       &p.server.out, mem, sizeof mem, &len);
			more = transparent_calls >= n;
			transparent_fail_at = 0;
			if (more)
				assert_true(rc == SNECK_E_CRYPTO || rc == SNECK_E_RANDOM);
			else
				assert_int_equal(rc, SNECK_OK);
			if (rc != SNECK_OK && p.server.conn->err != 0) /* the record itself */
				assert_int_equal(p.server.conn->err, SNECK_E_CRYPTO);
			else
				resume_expect(&p, 1);
			assert_int_equal(p.client.n_sessions, rc == SNECK_OK ? 3 : 2);
			if (!more)
				print_message("%u calls for a ticket\n", (unsigned)n - 1u);
			pair_wipe(&p);
		}
}

/* ---- secrets ---- */

/* The key of a session, the early secrets and those of the handshake die with the handshake; what
 * tickets come from with the connection. */
static int scan(struct end *e, int state)
{
	const bool logged = e->role == SNECK_CLIENT ? e->conn->hs.early != EARLY_NONE
						    : e->conn->hs.early == EARLY_ACCEPTED;
	const size_t len = session().secret.len, early = logged ? 2 : 0;

	if (state == SNECK_HANDSHAKE_DONE) {
		fail_gone(e, session().secret.p, "the session's key");
		fail_gone(e, TRANSPARENT_PRIV, "a private key");
		fail_gone(e, TRANSPARENT_SECRET, "a shared secret");
		for (size_t n = 0; n < early + 5u; n++)
			if (n != early + 2u && n != early + 3u) /* of application data */
				fail_gone(e, e->secrets + n * len, "a secret");
		assert_true(fail_has(e->conn, SNECK_CONN_MAX, e->secrets + (early + 2u) * len));
	}
	if (state == SNECK_CLOSED || state == SNECK_FAILED)
		check_dead(e);
	return 0;
}

static void z3_secrets_are_gone(void **state)
{
	static const uint8_t zero[BOUND_HASH];

	(void)state;
	for (int i = 0; i < 4; i++) {
		start(i & 1, i & 2);
		p.client.hook = p.server.hook = scan;
		resume_start(&p);
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		assert_true(fail_has(p.client.scratch, sizeof p.client.scratch, TRANSPARENT_PRIV));
		resume_expect(&p, 1);
		assert_int_equal(p.server.n_early != 0, i == 1);
		assert_memory_not_equal(p.client.conn->hs.resumption, zero, 32);
		assert_memory_equal(p.client.conn->hs.resumption, p.server.conn->hs.resumption, 48);
		end_close(&p.client);
		end_close(&p.server);
		pair_run(&p);
		assert_int_equal(p.client.st.state, SNECK_CLOSED);
		assert_memory_equal(p.client.conn->hs.resumption, zero, 48);
		assert_memory_equal(p.server.conn->hs.resumption, zero, 48);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n78_every_call_of_the_provider_fails),
		cmocka_unit_test(n78_tickets),
		cmocka_unit_test(z3_secrets_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
