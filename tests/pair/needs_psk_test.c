/* SPDX-License-Identifier: MIT */
/* needs_psk_test.c: NEEDS_PSK (T5, T6): sessions from a store of the application's; answers at
 * once, late, twice, to another question; and connections that end while it is open. RFC
 * 9846, 4.3.11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resume.h"

static struct pair p;

static uint8_t store[2048];
static size_t store_len;
static int ask_step;
static uint64_t asked;

static void stateful(uint64_t seed)
{
	const struct sneck_ticket_params params = { .identity = BYTES("row 7"),
						    .app_data = BYTES("user 3") };
	struct sneck_session_info info;

	resume_init(&p, seed);
	p.server.cfg.tickets = NULL;
	p.server.cfg.ask |= SNECK_ASK_PSK;
	resume_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(sneck_ticket_send(p.server.conn, &params, &p.server.out, store,
					   sizeof store, &store_len),
			 SNECK_OK);
	pair_run(&p);
	assert_int_equal(p.client.n_sessions, 1);
	assert_int_equal(sneck_session_read(store, store_len, &info), SNECK_OK);
	assert_int_equal(info.app_data.len, 6);
	pair_wipe(&p);
	resume_next(&p, seed);
	p.server.cfg.tickets = NULL;
	p.server.cfg.ask |= SNECK_ASK_PSK;
	ask_step = 0;
	asked = 0;
}

static void stale_everywhere(struct end *e, uint64_t op)
{
	assert_int_equal(sneck_answer_psk(e->conn, op, -1, NULL, 0, NULL), SNECK_E_STALE);
	assert_int_equal(sneck_answer_psk(e->conn, op, 0, store, store_len, NULL), SNECK_E_STALE);
	assert_int_equal(sneck_answer_early_data(e->conn, op, 1), SNECK_E_STALE);
}

/* Refused answers first, then the third time that it is shown the right one. */
static int answer(struct end *e, int state)
{
	struct sneck_span identity;
	uint32_t age;

	if (state != SNECK_NEEDS_PSK)
		return 0;
	asked = e->st.op;
	assert_int_equal(e->st.u.psk.n_identities, 1);
	assert_int_equal(sneck_psk_at(&e->st.u.psk, 0, &identity, &age), SNECK_OK);
	assert_int_equal(identity.len, 5);
	assert_memory_equal(identity.p, "row 7", 5);
	assert_int_equal(sneck_psk_at(&e->st.u.psk, 1, &identity, &age), SNECK_E_ARG);
	stale_everywhere(e, e->st.op + 1u);
	stale_everywhere(e, 0);
	assert_int_equal(sneck_answer_early_data(e->conn, e->st.op, 1), SNECK_E_STALE);
	for (size_t n = 0; n < store_len; n++)
		assert_int_equal(sneck_answer_psk(e->conn, asked, 0, store, n, NULL), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, 0, store, store_len, &pair_key),
			 SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, -1, store, store_len, NULL), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, -1, NULL, 0, &pair_key), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, 0, NULL, 0, NULL), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, -2, NULL, 0, NULL), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, 1, store, store_len, NULL), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, asked, INT32_MAX, store, store_len, NULL),
			 SNECK_E_ARG);
	if (ask_step++ < 2)
		return 1;
	assert_int_equal(sneck_answer_psk(e->conn, asked, 0, store, store_len, NULL), SNECK_OK);
	stale_everywhere(e, asked);
	return 1;
}

static void t5_t6_needs_psk(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		stateful(44);
		p.server.hook = answer;
		p.server.chunk = p.client.chunk = i & 1 ? 1 : 0;
		p.server.move = (i & 2) != 0;
		p.server.poison = (i & 4) != 0;
		resume_start(&p);
		resume_expect(&p, 1);
		stale_everywhere(&p.server, asked);
		stale_everywhere(&p.client, asked);
		pair_wipe(&p);
	}
}

/* Freed while the question is open, refused, and forgotten by the store. */
static int end_it(struct end *e, int state)
{
	if (state != SNECK_NEEDS_PSK)
		return 0;
	asked = e->st.op;
	switch (ask_step) {
	case 0:
		assert_int_equal(sneck_answer_psk(e->conn, asked, -1, NULL, 0, NULL), SNECK_OK);
		break;
	case 1:
		assert_int_equal(sneck_answer_refuse(e->conn, asked, 112), SNECK_OK);
		break;
	default:
		assert_int_equal(sneck_fail(e->conn, 80), SNECK_OK);
	}
	return 1;
}

static void t6_needs_psk_ends(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		stateful(45);
		ask_step = i;
		p.server.hook = end_it;
		resume_start(&p);
		if (i == 3) {
			(void)end_run(&p.client);
			wire_move(&p.client, &p.server);
			p.server.hook = NULL;
			while (end_step(&p.server) != SNECK_NEEDS_PSK)
				;
			pair_wipe(&p);
			continue;
		}
		pair_run(&p);
		if (i == 0) {
			assert_true(pair_connected(&p));
			assert_int_equal(end_facts(&p.server).resumed, 0);
		} else {
			assert_int_equal(p.server.st.err,
					 i == 1 ? SNECK_E_REFUSED : SNECK_E_ABORTED);
			assert_int_equal(p.client.st.alert, i == 1 ? 112 : 80);
			assert_int_equal(sneck_answer_psk(p.server.conn, asked, -1, NULL, 0, NULL),
					 p.server.st.err);
		}
		pair_wipe(&p);
	}
}

/* A key for a hash that the provider does not have is refused where it is given. */
static int give_sha384(struct end *e, int state)
{
	static const struct sneck_psk psk = { .size = sizeof psk,
					      .hash = 5,
					      .identity = BYTES("row 7"),
					      .secret = BYTES("0123456789abcdef") };

	if (state != SNECK_NEEDS_PSK)
		return 0;
	assert_int_equal(sneck_answer_psk(e->conn, e->st.op, 0, NULL, 0, &psk), SNECK_E_ARG);
	assert_int_equal(sneck_answer_psk(e->conn, e->st.op, -1, NULL, 0, NULL), SNECK_OK);
	asked = 1;
	return 1;
}

static void a_key_of_no_hash(void **state)
{
	static const uint16_t sha256[] = { SNECK_TLS_AES_128_GCM_SHA256 };
	const struct sneck_hash *hashes[] = { &transparent_sha256, NULL };

	(void)state;
	stateful(46);
	p.server.t.provider.hashes = hashes;
	p.server.cfg.suites = (struct sneck_u16s){ sha256, 1 };
	p.server.hook = give_sha384;
	resume_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(asked, 1);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t5_t6_needs_psk),
		cmocka_unit_test(t6_needs_psk_ends),
		cmocka_unit_test(a_key_of_no_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
