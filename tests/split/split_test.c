/* SPDX-License-Identifier: MIT */
/* split_test.c: a connection as two halves: what each may do, where its memory lies, and what one
 * tells the other. T8, T18. Threads are threads_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/fail.h"
#include "lib/pair.h"

static struct pair p;
static struct sneck_conn *tx; /* of the client */
static _Alignas(SNECK_SPLIT_ALIGN) uint8_t mem[SNECK_CONN_MAX], other[SNECK_CONN_MAX];

static void up(void)
{
	pair_init(&p, 1);
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	pair_start(&p);
	pair_run(&p);
	assert_true(pair_connected(&p));
}

static void split_up(void)
{
	up();
	assert_int_equal(sneck_split(p.client.conn, mem, sizeof mem, &tx), SNECK_OK);
	assert_ptr_equal(tx, mem);
}

static void down(void)
{
	sneck_conn_wipe(tx);
	pair_wipe(&p);
}

static int rx_step(void)
{
	struct end *const c = &p.client;
	const int state = sneck_process(c->conn, &c->in, NULL, &c->st);
	struct sneck_rec rec;

	if (state == SNECK_APP_DATA_AVAILABLE)
		while (sneck_app_next(&c->st.u.app, &rec) == SNECK_OK) {
			memcpy(c->got + c->n_got, rec.data, rec.len);
			c->n_got += rec.len;
		}
	return state;
}

static int tx_step(void)
{
	struct sneck_status st;
	const int state = sneck_process(tx, NULL, &p.client.out, &st);

	p.client.st = st;
	return state;
}

static void write_tx(const char *text)
{
	const struct sneck_iov piece = { text, strlen(text) };

	assert_int_equal(sneck_encrypt(tx, &piece, 1, 0, &p.client.out, NULL), SNECK_OK);
}

static void to_server(void)
{
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
}

static void to_client(void)
{
	(void)end_run(&p.server);
	wire_move(&p.server, &p.client);
}

static struct sneck_action take(void)
{
	struct sneck_action act;

	assert_int_equal(sneck_action_take(p.client.conn, &act), SNECK_OK);
	return act;
}

static void no_action(void)
{
	struct sneck_action act;

	assert_int_equal(sneck_action_take(p.client.conn, &act), SNECK_WANT_INPUT);
}

static void both_ways(void **state)
{
	(void)state;
	split_up();
	write_tx("up");
	to_server();
	assert_memory_equal(p.server.got, "up", 2);
	end_write(&p.server, "down", 4);
	to_client();
	assert_int_equal(rx_step(), SNECK_APP_DATA_AVAILABLE);
	assert_memory_equal(p.client.got, "down", 4);
	assert_int_equal(rx_step(), SNECK_TRAFFIC_TRANSIT);
	assert_int_equal(tx_step(), SNECK_TRAFFIC_TRANSIT);
	assert_true(p.client.st.flags & SNECK_ST_CAN_ENCRYPT);
	assert_true(p.client.st.flags & SNECK_ST_RX_CLOSED);
	down();
}

static void refusals(void **state)
{
	struct sneck_action act = { .kind = SNECK_ACTION_KEY_UPDATE };
	struct sneck_conn *c, *t = NULL;
	size_t size;

	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	c = p.client.conn;
	size = sneck_split_size(c);
	assert_int_equal(sneck_split(c, mem, sizeof mem, &t), SNECK_NOT_NOW);
	pair_run(&p);
	assert_int_equal(size, sneck_split_size(c));
	assert_int_equal(sneck_split(c, mem, size - 1u, &t), SNECK_WANT_SPACE);
	for (size_t i = 1; i < SNECK_SPLIT_ALIGN; i++)
		assert_int_equal(sneck_split(c, mem + i, sizeof mem - i, &t), SNECK_E_ARG);
	assert_int_equal(sneck_action_take(c, &act), SNECK_E_MISUSE);
	assert_int_equal(sneck_action_enact(c, &act), SNECK_E_MISUSE);
	assert_null(t);
	assert_int_equal(sneck_split(c, mem, size, &t), SNECK_OK);
	assert_int_equal(sneck_split(c, other, sizeof other, &t), SNECK_E_MISUSE);
	assert_int_equal(sneck_split(t, other, sizeof other, &t), SNECK_E_MISUSE);
	assert_int_equal(sneck_action_take(t, &act), SNECK_E_MISUSE);
	assert_int_equal(sneck_action_enact(c, &act), SNECK_E_MISUSE);
	assert_true(strlen(sneck_misuse_text(c)) > 10);
	/* no actions of a receiving half */
	for (uint32_t kind = 0; kind < 5; kind++)
		for (int32_t err = -0x400; err < 3; err++) {
			act = (struct sneck_action){ .kind = kind, .err = err, .answer = 2 };
			if (kind != SNECK_ACTION_END || err >= 0 || sneck_rc_is_refusal(err))
				assert_int_equal(sneck_action_enact(t, &act), SNECK_E_ARG);
		}
	/* neither half takes the other's cursor */
	assert_int_equal(sneck_process(c, &p.client.in, &p.client.out, &p.client.st), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_MISUSE);
	p.client.in.len = 1;
	p.client.in.pos = 0;
	assert_int_equal(sneck_process(t, &p.client.in, NULL, &p.client.st), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_MISUSE);
	assert_int_equal(sneck_encrypt(c, NULL, 0, 0, &p.client.out, NULL), SNECK_E_CLOSED);
	assert_int_equal(sneck_encrypt(t, NULL, 0, 0, &p.client.out, NULL), SNECK_OK);
	sneck_conn_wipe(t);
	end_close(&p.server);
	assert_int_equal(sneck_split(p.server.conn, mem, sizeof mem, &t), SNECK_E_CLOSED);
	pair_wipe(&p);
}

/* T8, T21: no cache line in common, and no secret of the other half; either may be moved. */
static void t8_apart(void **state)
{
	struct end *const c = &p.client;
	const uintptr_t line = SNECK_SPLIT_ALIGN;
	uint8_t rx_secret[32], tx_secret[32], out[32];
	size_t size;

	(void)state;
	up();
	memcpy(rx_secret, c->conn->hs.rx_secret, 32);
	memcpy(tx_secret, c->conn->hs.tx_secret, 32);
	size = sneck_split_size(c->conn);
	memset(mem, 0xa5, sizeof mem);
	assert_int_equal(sneck_split(c->conn, mem, size, &tx), SNECK_OK);
	assert_int_equal(size % line, 0);
	assert_true(size <= SNECK_CONN_MAX);
	for (size_t i = size; i < sizeof mem; i++)
		assert_int_equal(mem[i], 0xa5);
	assert_true(((uintptr_t)c->conn + c->conn->size - 1u) / line < (uintptr_t)mem / line ||
		    (uintptr_t)c->conn / line > ((uintptr_t)mem + size - 1u) / line);
	assert_true(fail_has(c->conn, c->conn->size, rx_secret));
	assert_false(fail_has(c->conn, c->conn->size, tx_secret));
	assert_true(fail_has(mem, size, tx_secret));
	assert_false(fail_has(mem, size, rx_secret));
	assert_int_equal(sneck_export(c->conn, "l", sneck_span_of(NULL, 0), out, 32), SNECK_OK);
	assert_int_equal(sneck_export(tx, "l", sneck_span_of(NULL, 0), out, 32), SNECK_E_CONFIG);

	memcpy(other, mem, size);
	memset(mem, 0xa5, size);
	tx = (struct sneck_conn *)(void *)other;
	memcpy(c->conn_other, c->conn_mem, sizeof c->conn_mem);
	memset(c->conn_mem, 0xa5, sizeof c->conn_mem);
	c->conn = (struct sneck_conn *)(void *)c->conn_other;
	write_tx("moved");
	to_server();
	assert_memory_equal(p.server.got, "moved", 5);
	end_write(&p.server, "too", 3);
	to_client();
	(void)rx_step();
	assert_memory_equal(c->got, "too", 3);
	down();
}

/* Requests that nobody took are one action; what is taken late is answered late. */
static void t18_key_updates(void **state)
{
	struct end *const s = &p.server;
	struct sneck_facts f;
	struct sneck_action act;
	size_t need;

	(void)state;
	split_up();
	for (int i = 0; i < 3; i++) {
		s->conn->hs.ku_unanswered = false; /* so that it may ask again and again */
		assert_int_equal(sneck_key_update(s->conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
		end_write(s, "x", 1);
		to_client();
		(void)rx_step();
	}
	assert_int_equal(rx_step(), SNECK_TRAFFIC_TRANSIT);
	assert_true(p.client.st.flags & SNECK_ST_TX_PENDING);
	need = sneck_encrypt_size(tx, 5);
	write_tx("first"); /* the sender does not know yet */
	act = take();
	assert_int_equal(act.kind, SNECK_ACTION_KEY_UPDATE);
	assert_int_equal(act.answer, 1);
	no_action();
	assert_int_equal(rx_step(), SNECK_TRAFFIC_TRANSIT);
	assert_false(p.client.st.flags & SNECK_ST_TX_PENDING);
	assert_int_equal(sneck_encrypt_size(tx, 5), need);
	assert_int_equal(sneck_action_enact(tx, &act), SNECK_OK);
	assert_true(sneck_encrypt_size(tx, 5) > need);
	write_tx("later");
	to_server();
	assert_memory_equal(s->got, "firstlater", 10);
	assert_int_equal(sneck_conn_facts(tx, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.tx_updates, 1);
	assert_int_equal(f.rx_updates, 0);
	assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.rx_updates, 3);
	assert_int_equal(f.tx_updates, 0);
	down();
}

/* The sender asks once; the answer, which is an action, lets it ask again. */
static void own_request(void **state)
{
	struct sneck_facts f;
	struct sneck_action act;

	(void)state;
	split_up();
	for (unsigned round = 1; round < 4; round++) {
		for (int i = 0; i < 3; i++) {
			assert_int_equal(sneck_key_update(tx, SNECK_KU_REQUEST_PEER), SNECK_OK);
			write_tx("x");
		}
		assert_int_equal(sneck_conn_facts(tx, &f, sizeof f), SNECK_OK);
		assert_int_equal(f.tx_updates, round);
		to_server();
		to_client();
		(void)rx_step();
		act = take();
		assert_int_equal(act.answer, 0);
		assert_int_equal(sneck_action_enact(tx, &act), SNECK_OK);
	}
	down();
}

/* A KeyUpdate goes out alone as well. */
static void control_alone(void **state)
{
	struct sneck_facts f;

	(void)state;
	split_up();
	assert_int_equal(sneck_key_update(tx, 0), SNECK_OK);
	assert_int_equal(tx_step(), SNECK_MUST_TRANSMIT_TLS_DATA);
	to_server();
	assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.rx_updates, 1);
	down();
}

static void ends_with(enum sneck_rc rc, uint8_t alert)
{
	struct sneck_action act;

	assert_int_equal(rx_step(), SNECK_FAILED);
	assert_int_equal(p.client.st.err, rc);
	assert_true(p.client.st.flags & SNECK_ST_TX_PENDING);
	act = take();
	assert_int_equal(act.kind, SNECK_ACTION_END);
	assert_int_equal(act.err, rc);
	assert_int_equal(act.alert, alert);
	no_action();
	assert_int_equal(rx_step(), SNECK_FAILED);
	assert_int_equal(sneck_action_enact(tx, &act), SNECK_OK);
	assert_int_equal(sneck_action_enact(tx, &act), rc);
}

/* What the receiver cannot accept, the sender says. */
static void alert_by_the_other(void **state)
{
	struct sneck_failure why;

	(void)state;
	split_up();
	end_write(&p.server, "damaged", 7);
	p.server.out.base[p.server.out.head + 6] ^= 1;
	to_client();
	ends_with(SNECK_E_BAD_MAC, SNECK_ALERT_BAD_RECORD_MAC);
	assert_int_equal(tx_step(), SNECK_MUST_TRANSMIT_TLS_DATA);
	to_server();
	assert_int_equal(p.server.st.state, SNECK_FAILED);
	assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.server.st.alert, SNECK_ALERT_BAD_RECORD_MAC);
	assert_int_equal(tx_step(), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_BAD_MAC);
	assert_int_equal(sneck_conn_failure(tx, &why), SNECK_OK);
	assert_int_equal(why.from_peer, 0);
	down();
}

static void peers_alert(void **state)
{
	struct sneck_failure why;

	(void)state;
	split_up();
	assert_int_equal(sneck_fail(p.server.conn, SNECK_ALERT_ACCESS_DENIED), SNECK_OK);
	to_client();
	ends_with(SNECK_E_PEER_ALERT, SNECK_ALERT_ACCESS_DENIED);
	assert_int_equal(tx_step(), SNECK_FAILED);
	assert_int_equal(p.client.out.len, 0);
	assert_int_equal(p.client.st.alert, SNECK_ALERT_ACCESS_DENIED);
	assert_int_equal(sneck_conn_failure(tx, &why), SNECK_OK);
	assert_int_equal(why.from_peer, 1);
	down();
}

static void truncated(void **state)
{
	(void)state;
	split_up();
	sneck_in_eof(&p.client.in);
	ends_with(SNECK_E_TRUNCATED, 0);
	assert_int_equal(tx_step(), SNECK_FAILED);
	assert_int_equal(p.client.out.len, 0);
	down();
}

static void given_up(void **state)
{
	(void)state;
	for (int quiet = 0; quiet < 2; quiet++) {
		const uint8_t alert = quiet ? 0 : SNECK_ALERT_INTERNAL_ERROR;

		split_up();
		assert_int_equal(sneck_fail(p.client.conn, alert), SNECK_OK);
		ends_with(SNECK_E_ABORTED, alert);
		assert_int_equal(tx_step(), quiet ? SNECK_FAILED : SNECK_MUST_TRANSMIT_TLS_DATA);
		to_server();
		assert_int_equal(p.server.st.state, quiet ? SNECK_TRAFFIC_TRANSIT : SNECK_FAILED);
		down();
	}
}

static void closing(void **state)
{
	(void)state;
	split_up();
	assert_int_equal(sneck_close_notify(tx, &p.client.out), SNECK_OK);
	assert_int_equal(tx_step(), SNECK_MUST_TRANSMIT_TLS_DATA);
	to_server();
	assert_true(p.server.peer_closed);
	assert_int_equal(tx_step(), SNECK_CLOSED);
	end_write(&p.server, "rest", 4); /* the other direction is open still */
	end_close(&p.server);
	to_client();
	assert_int_equal(rx_step(), SNECK_APP_DATA_AVAILABLE);
	assert_memory_equal(p.client.got, "rest", 4);
	assert_int_equal(rx_step(), SNECK_CLOSED);
	assert_true(p.client.st.flags & SNECK_ST_RX_CLOSED);
	no_action();
	down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(refusals),
		cmocka_unit_test(t8_apart),
		cmocka_unit_test(t18_key_updates),
		cmocka_unit_test(own_request),
		cmocka_unit_test(control_alone),
		cmocka_unit_test(alert_by_the_other),
		cmocka_unit_test(peers_alert),
		cmocka_unit_test(truncated),
		cmocka_unit_test(given_up),
		cmocka_unit_test(closing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
