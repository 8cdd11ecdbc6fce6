/* SPDX-License-Identifier: MIT */
/* api_test.c: N79 and N82 to N84: random bytes that fail or repeat, structs used again after each
 * outcome, memory at any address, and connections side by side whose cursors and answers are kept
 * apart. N81 is in size_test.c and limit_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p, q;

static void prepare(struct pair *x, uint64_t seed, bool retry)
{
	pair_init(x, seed);
	if (retry)
		pair_retry(x);
}

/* ---- N79 ---- */

static unsigned calls, fail_at;
static bool repeat;

static enum sneck_rc bad_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	memset(out, repeat ? 0x5a : 0, len);
	return ++calls == fail_at ? SNECK_E_RANDOM : SNECK_OK;
}

/* SNECK_E_RANDOM at each call; with a retry there is one more, for the other share. */
static void n79_random_fails(void **state)
{
	(void)state;
	for (int retry = 0; retry < 2; retry++)
		for (int server = 0; server < 2; server++) {
			struct end *const e = server ? &p.server : &p.client;
			unsigned n = 1;

			for (;; n++) {
				prepare(&p, 1, retry != 0);
				calls = 0;
				fail_at = n;
				repeat = true;
				e->t.provider.random = bad_random;
				pair_start(&p);
				pair_run(&p);
				if (calls < n)
					break;
				assert_int_equal(e->st.state, SNECK_FAILED);
				assert_int_equal(e->st.err, SNECK_E_RANDOM);
				assert_int_equal(e->st.alert, 80);
				assert_int_equal(p.client.n_done + p.server.n_done, 0);
				pair_wipe(&p);
			}
			assert_true(pair_connected(&p));
			assert_in_range(n, 3, 6);
			pair_wipe(&p);
		}
}

/* A source that says the same for ever: nothing breaks, no retry is seen where none is, and the
 * connection is no worse than its randomness. */
static void n79_random_repeats(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct sneck_facts f;

		prepare(&p, 1, (i & 4) != 0);
		fail_at = 0;
		repeat = (i & 1) != 0;
		p.client.t.provider.random = bad_random;
		if (i & 2)
			p.server.t.provider.random = bad_random;
		pair_connect(&p);
		assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
		assert_int_equal(f.retried, (i & 4) != 0);
		pair_wipe(&p);
	}
}

/* ---- N82 ---- */

/* Memory of a connection that failed, closed, or was never used, serves the next one unwiped. */
static void n82_memory_again(void **state)
{
	(void)state;
	pair_init(&p, 1);
	for (int round = 0; round < 8; round++) {
		transparent_audit_reset();
		p.client.link.len = p.client.link.sent = 0;
		p.server.link.len = p.server.link.sent = 0;
		p.client.n_got = p.server.n_got = 0;
		p.client.n_secrets = p.server.n_secrets = 0;
		p.client.n_done = p.server.n_done = 0;
		p.server.peer_closed = false;
		memset(&p.client.st, 0xa5, sizeof p.client.st);
		pair_start(&p);
		if (round % 4 == 3) { /* never used */
			pair_wipe(&p);
			continue;
		}
		if (round % 4 == 1)
			link_record(&p.client, false, 22, "\x14\0\0\0", 4);
		pair_run(&p);
		if (round % 4 == 1) {
			assert_int_equal(p.server.st.err, SNECK_E_UNEXPECTED);
		} else {
			assert_true(pair_connected(&p));
			end_write(&p.client, "hello", 5);
			end_close(&p.client);
			end_close(&p.server);
			pair_run(&p);
			assert_int_equal(p.server.n_got, 5);
			assert_int_equal(p.client.st.state, SNECK_CLOSED);
			assert_int_equal(p.server.st.state, SNECK_CLOSED);
		}
		if (round < 4)
			pair_wipe(&p);
	}
	pair_wipe(&p);
}

/* A handle of one state in another one; the status after a refusal. */
static void n82_stale_handles(void **state)
{
	struct sneck_encode_st encode;
	struct sneck_transmit_st transmit;
	struct sneck_app_st app;
	struct sneck_rec rec;
	size_t n;

	(void)state;
	prepare(&p, 1, false);
	p.client.rfc_mode = true;
	pair_start(&p);
	assert_int_equal(end_step(&p.client), SNECK_MUST_ENCRYPT_TLS_DATA);
	encode = p.client.st.u.encode; /* end_step() has used it */
	assert_int_equal(sneck_encode(&encode, 0, &p.client.out), SNECK_E_STALE);
	assert_int_equal(end_step(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	transmit = p.client.st.u.transmit;
	assert_int_equal(sneck_encode(&encode, 0, &p.client.out), SNECK_E_MISUSE);
	pair_run(&p);
	assert_int_equal(sneck_transmit_done(&transmit), SNECK_E_MISUSE);
	assert_true(pair_connected(&p));
	end_write(&p.server, "abc", 3);
	wire_move(&p.server, &p.client);
	assert_int_equal(sneck_process(p.client.conn, &p.client.in, NULL, &p.client.st),
			 SNECK_APP_DATA_AVAILABLE);
	app = p.client.st.u.app;
	assert_int_equal(sneck_app_next(&app, &rec), SNECK_OK);
	assert_int_equal(sneck_app_next(&app, &rec), SNECK_WANT_INPUT);
	pair_run(&p);
	assert_int_equal(sneck_app_next(&app, &rec), SNECK_E_MISUSE);
	assert_int_equal(sneck_app_read(&app, &n, sizeof n, &n), SNECK_E_MISUSE);
	assert_int_equal(sneck_app_unread(&app, 0), SNECK_E_MISUSE);
	assert_int_equal(sneck_app_peek(&app), 0);
	end_write(&p.server, "def", 3);
	pair_run(&p);
	assert_int_equal(p.client.n_got, 3); /* the first three were taken by hand */
	pair_wipe(&p);
}

/* ---- N83 ---- */

static void n83_addresses(void **state)
{
	_Alignas(SNECK_ALIGN) static uint8_t mem[SNECK_CONN_MAX + SNECK_ALIGN];
	_Alignas(SNECK_ALIGN) static uint8_t work[SNECK_SCRATCH_MAX + SNECK_ALIGN];
	struct sneck_conn *c = NULL;

	(void)state;
	prepare(&p, 1, false);
	memset(mem, 0xa5, sizeof mem);
	for (size_t off = 1; off < SNECK_ALIGN; off++) {
		assert_int_equal(sneck_conn_init(mem + off, SNECK_CONN_MAX, &p.client.cfg,
						 SNECK_CLIENT, 0, &c),
				 SNECK_E_ARG);
		assert_null(c);
	}
	for (size_t i = 0; i < sizeof mem; i++)
		assert_int_equal(mem[i], 0xa5);
	assert_int_equal(sneck_conn_init(mem, sneck_conn_size(&p.client.cfg, SNECK_CLIENT) - 1u,
					 &p.client.cfg, SNECK_CLIENT, 0, &c),
			 SNECK_WANT_SPACE);
	assert_int_equal(sneck_conn_init(mem, sneck_conn_size(&p.client.cfg, SNECK_CLIENT),
					 &p.client.cfg, SNECK_CLIENT, 0, &c),
			 SNECK_OK);
	for (size_t off = 1; off < SNECK_ALIGN; off++)
		assert_int_equal(sneck_conn_set_scratch(c, work + off, SNECK_SCRATCH_MAX),
				 SNECK_E_ARG);
	assert_int_equal(sneck_conn_set_scratch(
				 c, work, sneck_scratch_size(&p.client.cfg, SNECK_CLIENT) - 1u),
			 SNECK_WANT_SPACE);
	assert_int_equal(
		sneck_conn_set_scratch(c, work, sneck_scratch_size(&p.client.cfg, SNECK_CLIENT)),
		SNECK_OK);
	assert_int_equal(sneck_conn_set_scratch(c, work, sizeof work), SNECK_NOT_NOW);
	sneck_conn_wipe(c);
	/* the bytes of both cursors may lie anywhere */
	for (size_t off = 0; off < 17; off++) {
		prepare(&p, 1, off % 2 != 0);
		pair_start(&p);
		sneck_in_init(&p.client.in, p.client.in_mem + off, PAIR_HALF);
		sneck_in_init(&p.server.in, p.server.in_mem + off * 3u, PAIR_HALF);
		sneck_out_init(&p.client.out, p.client.out_mem + off * 5u, PAIR_HALF);
		sneck_out_init(&p.server.out, p.server.out_mem + off * 7u, PAIR_HALF);
		pair_run(&p);
		assert_true(pair_connected(&p));
		end_write(&p.client, p.server.certs[0] + off, 300);
		pair_run(&p);
		assert_memory_equal(p.server.got, p.server.certs[0] + off, 300);
		pair_wipe(&p);
	}
}

/* ---- N84 ---- */

static void refuse_foreign(struct end *e, struct end *other)
{
	struct sneck_status st;
	const struct sneck_in in = other->in;
	const struct sneck_out out = other->out;

	if (other->in.pos != e->in.pos) {
		assert_int_equal(sneck_process(e->conn, &other->in, &e->out, &st), SNECK_FAILED);
		assert_int_equal(st.err, SNECK_E_CURSOR);
		assert_int_equal(sneck_release(e->conn, &other->in), 0);
	}
	if (other->out.pos + other->out.len != e->out.pos + e->out.len) {
		assert_int_equal(sneck_process(e->conn, &e->in, &other->out, &st), SNECK_FAILED);
		assert_int_equal(st.err, SNECK_E_CURSOR);
	}
	assert_memory_equal(&in, &other->in, sizeof in);
	assert_memory_equal(&out, &other->out, sizeof out);
}

static void n84_side_by_side(void **state)
{
	const struct pair *const both[2] = { &p, &q };
	size_t refused = 0;

	(void)state;
	prepare(&p, 1, false);
	prepare(&q, 77, true); /* other bytes, other lengths */
	pair_start(&p);
	pair_start(&q);
	p.client.chunk = p.server.chunk = q.client.chunk = q.server.chunk = 1;
	for (unsigned i = 0; i < 4000; i++) {
		pair_pump(&p);
		pair_pump(&q);
		if (i % 3 != 0)
			continue;
		refused += p.client.in.pos != q.client.in.pos;
		refuse_foreign(&p.client, &q.client);
		refuse_foreign(&q.client, &p.client);
		refuse_foreign(&p.server, &q.server);
		refuse_foreign(&q.server, &p.server);
		refuse_foreign(&p.client, &q.server);
		refuse_foreign(&q.server, &p.client);
	}
	assert_true(refused > 300);
	for (int i = 0; i < 2; i++)
		assert_true(pair_connected(both[i]));
	end_write(&p.client, "one", 3);
	end_write(&q.client, "other", 5);
	for (unsigned i = 0; i < 60; i++) {
		pair_pump(&p);
		pair_pump(&q);
	}
	assert_int_equal(p.server.n_got, 3);
	assert_memory_equal(p.server.got, "one", 3);
	assert_int_equal(q.server.n_got, 5);
	assert_memory_equal(q.server.got, "other", 5);
	pair_wipe(&p);
	pair_wipe(&q);
}

/* Until the client waits for a verdict. */
static void to_question(struct pair *x)
{
	assert_int_equal(end_run(&x->client), SNECK_MUST_TRANSMIT_TLS_DATA);
	wire_move(&x->client, &x->server);
	assert_int_equal(end_run(&x->server), SNECK_MUST_TRANSMIT_TLS_DATA);
	wire_move(&x->server, &x->client);
	for (int i = 0; i < 4 && x->client.st.state != SNECK_NEEDS_SIGNATURE; i++)
		(void)end_step(&x->client);
	assert_int_equal(x->client.st.state, SNECK_NEEDS_SIGNATURE);
}

/* An answer of the one for the other: by its number, or by the leaf that it speaks of. */
static void n84_answers(void **state)
{
	struct sneck_verdict v;
	uint64_t op;

	(void)state;
	prepare(&p, 1, false);
	prepare(&q, 2, false);
	p.client.cfg.ask |= SNECK_ASK_VERIFY;
	q.client.cfg.ask |= SNECK_ASK_VERIFY;
	q.server.certs[0][50] ^= 1; /* another leaf of the same key */
	pair_start(&p);
	pair_start(&q);
	to_question(&p);
	to_question(&q);
	op = p.client.st.op;
	assert_true(op != q.client.st.op);
	v = end_verdict(&p.client);
	assert_int_equal(sneck_answer_verdict(q.client.conn, op, &v), SNECK_E_STALE);
	assert_int_equal(sneck_answer_verdict(q.client.conn, q.client.st.op, &v), SNECK_E_STALE);
	assert_int_equal(sneck_answer_refuse(q.client.conn, op, 42), SNECK_E_STALE);
	assert_int_equal(sneck_answer_verdict(p.client.conn, op, &v), SNECK_OK);
	v = end_verdict(&q.client);
	assert_int_equal(sneck_answer_verdict(q.client.conn, q.client.st.op, &v), SNECK_OK);
	pair_run(&p);
	pair_run(&q);
	assert_true(pair_connected(&p) && pair_connected(&q));
	pair_wipe(&p);
	pair_wipe(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n79_random_fails), cmocka_unit_test(n79_random_repeats),
		cmocka_unit_test(n82_memory_again), cmocka_unit_test(n82_stale_handles),
		cmocka_unit_test(n83_addresses),    cmocka_unit_test(n84_side_by_side),
		cmocka_unit_test(n84_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
