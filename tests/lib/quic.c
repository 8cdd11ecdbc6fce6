/* SPDX-License-Identifier: MIT */
/* quic.c: see quic.h. */
#include "lib/quic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct pair quic_pair;
struct quic_stack quic_client, quic_server;
static const struct sneck_span names[] = { { (const uint8_t *)"h3", 2 } };

static void stack_init(struct quic_stack *s, struct end *e, const char *params)
{
	memset(s, 0, sizeof *s);
	s->e = e;
	s->quic.params = sneck_span_of(params, strlen(params));
	s->quic.peer = s->peer;
	s->quic.peer_cap = sizeof s->peer;
	for (int i = 0; i < QUIC_LEVELS; i++)
		sneck_in_init(&s->in[i], s->in_mem[i], QUIC_ROOM);
	e->late_scratch = true;
	e->cfg.alpn = names;
	e->cfg.n_alpn = 1;
}

void quic_ready(void)
{
	pair_init(&quic_pair, 1);
	stack_init(&quic_client, &quic_pair.client, "client's parameters");
	stack_init(&quic_server, &quic_pair.server, "the server's own");
}

void quic_start(void)
{
	pair_start(&quic_pair);
	assert_int_equal(sneck_conn_set_quic(quic_pair.client.conn, &quic_client.quic), SNECK_OK);
	assert_int_equal(sneck_conn_set_quic(quic_pair.server.conn, &quic_server.quic), SNECK_OK);
}

void quic_take_keys(struct quic_stack *s)
{
	struct sneck_keys_st *const k = &s->e->st.u.keys;
	const size_t dir = k->write;

	assert_int_equal(s->secret_len[k->level][dir], 0);
	assert_true(k->secret.len == 32 || k->secret.len == 48);
	assert_int_equal(k->seq, 0);
	memcpy(s->secret[k->level][dir], k->secret.p, k->secret.len);
	s->secret_len[k->level][dir] = k->secret.len;
	if (!k->write)
		s->level = k->level;
	assert_int_equal(sneck_keys_taken(k), SNECK_OK);
	assert_int_equal(sneck_keys_taken(k), SNECK_E_STALE);
}

/* Each byte of output belongs to a level whose key is there. */
static void encode(struct quic_stack *s)
{
	struct end *const e = s->e;
	const int level = e->st.u.encode.level;
	const size_t need = e->st.u.encode.required;
	struct sneck_span bytes;

	assert_int_equal(e->st.u.encode.content, 22);
	assert_true(level == 0 || s->secret_len[level][1] != 0);
	e->out.cap = e->out.head + e->out.len + e->st.u.encode.min_progress - 1u;
	assert_int_equal(sneck_encode(&e->st.u.encode, s->flags, &e->out), SNECK_WANT_SPACE);
	e->out.cap = PAIR_HALF;
	assert_int_equal(sneck_encode(&e->st.u.encode, s->flags, &e->out), SNECK_OK);
	bytes = sneck_out_unsent(&e->out);
	assert_int_equal(bytes.len, need);
	memcpy(s->sent[level] + s->n_sent[level], bytes.p, bytes.len);
	s->n_sent[level] += bytes.len;
	sneck_out_sent(&e->out, bytes.len);
}

int quic_step(struct quic_stack *s)
{
	struct end *const e = s->e;
	const int state = sneck_ext_process(e->conn, s->level, 22, &s->in[s->level], &e->st);
	struct sneck_verdict v;

	assert_int_equal(e->st.flags & SNECK_ST_CAN_ENCRYPT, 0);
	switch (state) {
	case SNECK_KEYS_READY:
		assert_int_equal(sneck_ext_process(e->conn, s->level, 22, NULL, &e->st), state);
		quic_take_keys(s);
		break;
	case SNECK_MUST_ENCRYPT_TLS_DATA:
		encode(s);
		break;
	case SNECK_NEEDS_SCRATCH:
		assert_int_equal(
			sneck_conn_set_scratch(e->conn, e->scratch, e->st.u.scratch.size - 1u),
			SNECK_WANT_SPACE);
		assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, e->st.u.scratch.size),
				 SNECK_OK);
		break;
	case SNECK_RECEIVED_CERTIFICATE:
		assert_true(e->st.u.cert.n_entries == 2);
		break;
	case SNECK_NEEDS_SIGNATURE:
		v = end_verdict(e);
		assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &v), SNECK_OK);
		break;
	case SNECK_HANDSHAKE_DONE:
		s->done++;
		break;
	default:
		break;
	}
	return state;
}

int quic_run(struct quic_stack *s)
{
	int state, steps = 0;

	do {
		state = quic_step(s);
		assert_true(steps++ < 100);
	} while (state != SNECK_NEEDS_MORE_TLS_DATA && state != SNECK_TRAFFIC_TRANSIT &&
		 state != SNECK_FAILED);
	return state;
}

/* Up to n bytes of the level that is received. */
bool quic_deliver(struct quic_stack *from, struct quic_stack *to, size_t n)
{
	const int level = to->level;
	const size_t left = from->n_sent[level] - to->n_got[level];
	size_t room;
	uint8_t *at;

	n = n < left ? n : left;
	if (n == 0)
		return false;
	at = sneck_in_space(&to->in[level], n, &room);
	assert_true(room >= n);
	memcpy(at, from->sent[level] + to->n_got[level], n);
	sneck_in_added(&to->in[level], n);
	to->n_got[level] += n;
	return true;
}

void quic_shake(size_t chunk)
{
	do {
		(void)quic_run(&quic_client);
		while (quic_deliver(&quic_client, &quic_server, chunk))
			(void)quic_run(&quic_server);
		(void)quic_run(&quic_server);
	} while (quic_deliver(&quic_server, &quic_client, chunk));
}

void quic_done(void)
{
	assert_int_equal(quic_run(&quic_client), SNECK_TRAFFIC_TRANSIT);
	assert_int_equal(quic_run(&quic_server), SNECK_TRAFFIC_TRANSIT);
	assert_int_equal(quic_client.done, 1);
	assert_int_equal(quic_server.done, 1);
	for (int level = 2; level < QUIC_LEVELS; level++)
		for (int dir = 0; dir < 2; dir++) {
			const size_t len = quic_client.secret_len[level][dir];

			assert_true(len != 0);
			assert_int_equal(len, quic_server.secret_len[level][1 - dir]);
			assert_memory_equal(quic_client.secret[level][dir],
					    quic_server.secret[level][1 - dir], len);
		}
	assert_memory_not_equal(quic_client.secret[3][0], quic_client.secret[3][1], 32);
	assert_memory_not_equal(quic_client.secret[2][0], quic_client.secret[3][0], 32);
	assert_int_equal(quic_client.quic.peer_len, quic_server.quic.params.len);
	assert_memory_equal(quic_client.quic.peer, quic_server.quic.params.p,
			    quic_client.quic.peer_len);
	assert_int_equal(quic_server.quic.peer_len, quic_client.quic.params.len);
	assert_memory_equal(quic_server.quic.peer, quic_client.quic.params.p,
			    quic_server.quic.peer_len);
}
