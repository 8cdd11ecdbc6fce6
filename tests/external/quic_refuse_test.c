/* SPDX-License-Identifier: MIT */
/* quic_refuse_test.c: what RFC 9001, 4.1, 6 and 8 forbid, and what an application may not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/quic.h"

static void fails(struct quic_stack *s, enum sneck_rc rc, uint8_t alert)
{
	assert_int_equal(quic_run(s), SNECK_FAILED);
	assert_int_equal(s->e->st.err, rc);
	assert_int_equal(s->e->st.alert, alert); /* for CONNECTION_CLOSE */
	assert_int_equal(s->e->out.len, 0);
	assert_int_equal(quic_run(s), SNECK_FAILED);
}

static void post_handshake(struct quic_stack *s, const uint8_t *bytes, size_t len)
{
	size_t room;

	memcpy(sneck_in_space(&s->in[3], len, &room), bytes, len);
	sneck_in_added(&s->in[3], len);
}

static void no_key_update(void **state)
{
	static const uint8_t update[] = { 24, 0, 0, 1, 0 };

	(void)state;
	quic_ready();
	quic_start();
	quic_shake(SIZE_MAX);
	quic_done();
	assert_int_equal(sneck_key_update(quic_pair.client.conn, 0), SNECK_E_MISUSE);
	post_handshake(&quic_client, update, sizeof update);
	fails(&quic_client, SNECK_E_UNEXPECTED, SNECK_ALERT_UNEXPECTED_MESSAGE);
	pair_wipe(&quic_pair);
}

/* A ticket is taken at the application's level; more of them than L8 in one delivery are not. */
static void tickets(void **state)
{
	static const uint8_t ticket[] = { 4, 0, 0, 14, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 9, 0, 0 };

	(void)state;
	quic_ready();
	quic_start();
	quic_shake(SIZE_MAX);
	quic_done();
	for (int i = 0; i < 100; i++) {
		post_handshake(&quic_client, ticket, sizeof ticket);
		assert_int_equal(quic_run(&quic_client), SNECK_TRAFFIC_TRANSIT);
	}
	assert_int_equal(quic_client.in[3].len, 0);
	for (unsigned i = 0; i < BOUND_POST_MSGS + 1u; i++)
		post_handshake(&quic_client, ticket, sizeof ticket);
	fails(&quic_client, SNECK_E_FLOOD, SNECK_ALERT_UNEXPECTED_MESSAGE);
	pair_wipe(&quic_pair);
}

/* RFC 9001, 4.1.3: bytes of a level that is over, and of one whose key is not there yet. */
static void levels_in_order(void **state)
{
	static const uint8_t byte = 1;
	struct sneck_in other;
	uint8_t mem[8];

	(void)state;
	quic_ready();
	quic_start();
	(void)quic_run(&quic_client);
	assert_true(quic_deliver(&quic_client, &quic_server, SIZE_MAX));
	(void)quic_run(&quic_server);
	assert_int_equal(quic_server.level, 2);
	sneck_in_init(&other, mem, sizeof mem);
	memcpy(mem, &byte, 1);
	sneck_in_added(&other, 1);
	for (int level = 3; level < 6; level++) {
		assert_int_equal(sneck_ext_process(quic_pair.server.conn, level, 22, &other,
						   &quic_pair.server.st),
				 SNECK_FAILED);
		assert_int_equal(quic_pair.server.st.err, SNECK_E_ARG);
	}
	assert_int_equal(
		sneck_ext_process(quic_pair.server.conn, 2, 21, &other, &quic_pair.server.st),
		SNECK_FAILED);
	assert_int_equal(quic_pair.server.st.err, SNECK_E_ARG);
	assert_int_equal(quic_run(&quic_server), SNECK_NEEDS_MORE_TLS_DATA);
	assert_int_equal(
		sneck_ext_process(quic_pair.server.conn, 0, 22, &other, &quic_pair.server.st),
		SNECK_FAILED);
	fails(&quic_server, SNECK_E_UNEXPECTED, SNECK_ALERT_UNEXPECTED_MESSAGE);
	pair_wipe(&quic_pair);
}

/* RFC 9846, 5.1: nothing may stand behind the message that changes keys. */
static void bytes_behind_a_key_change(void **state)
{
	(void)state;
	quic_ready();
	quic_start();
	(void)quic_run(&quic_client);
	quic_client.sent[0][quic_client.n_sent[0]++] = 1;
	assert_true(quic_deliver(&quic_client, &quic_server, SIZE_MAX));
	fails(&quic_server, SNECK_E_EPOCH, SNECK_ALERT_UNEXPECTED_MESSAGE);
	pair_wipe(&quic_pair);
}

/* The extension of that number in a message of the client's or the server's, or NULL. */
static uint8_t *find(uint8_t *msg, size_t len, uint16_t type, size_t own)
{
	for (size_t i = 0; i + 4 + own <= len; i++)
		if (msg[i] == type >> 8 && msg[i + 1] == (uint8_t)type && msg[i + 2] == own >> 8 &&
		    msg[i + 3] == (uint8_t)own)
			return msg + i;
	return NULL;
}

static void required_extensions(void **state)
{
	(void)state;
	for (int which = 0; which < 2; which++) {
		const uint16_t type = which ? 57 : 16;
		const size_t own = which ? quic_client.quic.params.len : 5;
		uint8_t *at;

		quic_ready();
		quic_start();
		(void)quic_run(&quic_client);
		at = find(quic_client.sent[0], quic_client.n_sent[0], type, which ? 19 : own);
		assert_non_null(at);
		at[0] = 0x7a; /* of a type that nobody knows */
		assert_true(quic_deliver(&quic_client, &quic_server, SIZE_MAX));
		fails(&quic_server, which ? SNECK_E_EXT_MISSING : SNECK_E_NO_ALPN,
		      which ? SNECK_ALERT_MISSING_EXTENSION : SNECK_ALERT_NO_APPLICATION_PROTOCOL);
		pair_wipe(&quic_pair);
	}
}

/* Of a server that does not answer, or of one that is no QUIC: we would not talk to it. */
static void unanswered(void **state)
{
	(void)state;
	for (int which = 0; which < 2; which++) {
		const uint16_t type = which ? 57 : 16;
		uint8_t *at, *msg = quic_server.sent[2];
		size_t len;

		quic_ready();
		quic_start();
		(void)quic_run(&quic_client);
		assert_true(quic_deliver(&quic_client, &quic_server, SIZE_MAX));
		(void)quic_run(&quic_server);
		len = 4u + msg[3];
		at = find(msg, len, type, which ? 16 : 5);
		assert_non_null(at);
		{ /* cut it out of EncryptedExtensions */
			const size_t cut = 4u + (which ? 16u : 5u);

			memmove(at, at + cut, (size_t)(msg + quic_server.n_sent[2] - at) - cut);
			quic_server.n_sent[2] -= cut;
			msg[3] = (uint8_t)(msg[3] - cut);
			msg[5] = (uint8_t)(msg[5] - cut);
		}
		while (quic_deliver(&quic_server, &quic_client, SIZE_MAX))
			(void)quic_run(&quic_client);
		fails(&quic_client, which ? SNECK_E_EXT_MISSING : SNECK_E_NO_ALPN,
		      which ? SNECK_ALERT_MISSING_EXTENSION : SNECK_ALERT_NO_APPLICATION_PROTOCOL);
		pair_wipe(&quic_pair);
	}
}

/* RFC 9001, 8.4: no legacy_session_id. */
static void no_session_id(void **state)
{
	uint8_t *const msg = quic_client.sent[0];
	const size_t at = 4 + 2 + 32;

	(void)state;
	quic_ready();
	quic_start();
	(void)quic_run(&quic_client);
	memmove(msg + at + 33, msg + at + 1, quic_client.n_sent[0] - at - 1u);
	msg[at] = 32;
	quic_client.n_sent[0] += 32;
	msg[2] = (uint8_t)((quic_client.n_sent[0] - 4u) >> 8);
	msg[3] = (uint8_t)(quic_client.n_sent[0] - 4u);
	assert_true(quic_deliver(&quic_client, &quic_server, SIZE_MAX));
	fails(&quic_server, SNECK_E_ILLEGAL, SNECK_ALERT_ILLEGAL_PARAMETER);
	pair_wipe(&quic_pair);
}

/* RFC 9001, 8.2: the parameters of QUIC over anything else are unsupported_extension. */
static void parameters_over_tls(void **state)
{
	uint8_t head[5] = { 22, 3, 1, 0, 0 };

	(void)state;
	quic_ready();
	pair_start(&quic_pair);
	assert_int_equal(sneck_conn_set_quic(quic_pair.client.conn, &quic_client.quic), SNECK_OK);
	(void)quic_run(&quic_client);
	head[3] = (uint8_t)(quic_client.n_sent[0] >> 8);
	head[4] = (uint8_t)quic_client.n_sent[0];
	link_put(&quic_pair.client, head, 5);
	link_put(&quic_pair.client, quic_client.sent[0], quic_client.n_sent[0]);
	wire_move(&quic_pair.client, &quic_pair.server);
	assert_int_equal(end_run(&quic_pair.server), SNECK_MUST_TRANSMIT_TLS_DATA);
	sneck_out_sent(&quic_pair.server.out, quic_pair.server.out.len);
	assert_int_equal(end_run(&quic_pair.server), SNECK_FAILED);
	assert_int_equal(quic_pair.server.st.err, SNECK_E_EXT_UNASKED);
	assert_int_equal(quic_pair.server.st.alert, SNECK_ALERT_UNSUPPORTED_EXTENSION);
	pair_wipe(&quic_pair);
}

static void misuse(void **state)
{
	struct end *const c = &quic_pair.client;
	struct sneck_quic quic = { .peer = NULL };
	struct sneck_keys_st k;

	(void)state;
	quic_ready();
	c->cfg.n_alpn = 0;
	pair_start(&quic_pair);
	assert_int_equal(sneck_conn_set_quic(c->conn, &quic_client.quic), SNECK_E_CONFIG);
	assert_int_equal(sneck_ext_process(c->conn, 0, 22, NULL, &c->st), SNECK_FAILED);
	assert_int_equal(c->st.err, SNECK_E_MISUSE); /* it is not in that mode */
	c->cfg.n_alpn = 1;
	quic.params.len = 65536;
	assert_int_equal(sneck_conn_set_quic(c->conn, &quic), SNECK_E_ARG);
	assert_int_equal(sneck_conn_set_quic(c->conn, &quic_client.quic), SNECK_OK);
	assert_int_equal(sneck_process(c->conn, &c->in, &c->out, &c->st), SNECK_FAILED);
	assert_int_equal(c->st.err, SNECK_E_MISUSE);
	assert_int_equal(sneck_close_notify(c->conn, &c->out), SNECK_NOT_NOW);
	assert_int_equal(sneck_conn_set_quic(quic_pair.server.conn, &quic_server.quic), SNECK_OK);
	assert_int_equal(quic_run(&quic_client), SNECK_NEEDS_MORE_TLS_DATA);
	assert_int_equal(sneck_conn_set_quic(c->conn, &quic_client.quic), SNECK_NOT_NOW);
	(void)quic_run(&quic_server);
	assert_true(quic_deliver(&quic_client, &quic_server, SIZE_MAX));
	while (quic_step(&quic_server) != SNECK_NEEDS_SCRATCH)
		;
	assert_int_equal(sneck_ext_process(quic_pair.server.conn, 0, 22, &quic_server.in[0],
					   &quic_pair.server.st),
			 SNECK_KEYS_READY);
	k = quic_pair.server.st.u.keys;
	assert_int_equal(
		sneck_ext_process(quic_pair.server.conn, 0, 22, NULL, &quic_pair.server.st),
		SNECK_KEYS_READY);
	assert_int_equal(sneck_keys_taken(&k), SNECK_E_MISUSE); /* of an earlier call */
	quic_server.level = 0;
	quic_take_keys(&quic_server);
	quic_shake(SIZE_MAX);
	quic_done();
	c->cfg.allow_save = c->cfg.allow_extraction = 1;
	assert_int_equal(sneck_save_size(c->conn), 0);
	assert_int_equal(sneck_into_external(c->conn, &k, &k), SNECK_NOT_NOW);
	assert_int_equal(sneck_close_notify(c->conn, &c->out), SNECK_NOT_NOW);
	assert_int_equal(sneck_encrypt(c->conn, NULL, 0, 0, &c->out, NULL), SNECK_NOT_NOW);
	assert_int_equal(sneck_fail(c->conn, SNECK_ALERT_ACCESS_DENIED), SNECK_OK);
	fails(&quic_client, SNECK_E_ABORTED, SNECK_ALERT_ACCESS_DENIED);
	pair_wipe(&quic_pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_update),
		cmocka_unit_test(tickets),
		cmocka_unit_test(levels_in_order),
		cmocka_unit_test(bytes_behind_a_key_change),
		cmocka_unit_test(required_extensions),
		cmocka_unit_test(unanswered),
		cmocka_unit_test(no_session_id),
		cmocka_unit_test(parameters_over_tls),
		cmocka_unit_test(misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
