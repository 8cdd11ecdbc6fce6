/* SPDX-License-Identifier: MIT */
/* pair.c: see pair.h. The driver is the loop of an ordinary program, with knobs; a bound on steps
 * makes a call without progress a failure of the test. */
#include "lib/pair.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define STEPS 2000000u

static void end_init(struct end *e, int role, uint64_t seed)
{
	memset(e, 0, sizeof *e);
	e->role = role;
	transparent_init(&e->t, seed);
	transparent_verifier(&e->v);
	transparent_signer(&e->signer, TRANSPARENT_ECDSA, 7);
	e->cfg.size = sizeof e->cfg;
	e->cfg.provider = &e->t.provider;
	e->cfg.ask = SNECK_ASK_NOTICES;
	if (role == SNECK_CLIENT) {
		e->cfg.verifier = &e->v.verifier;
		return;
	}
	transparent_cert(e->certs[0], sizeof e->certs[0], TRANSPARENT_ECDSA, 7);
	transparent_cert(e->certs[1], sizeof e->certs[1], TRANSPARENT_RSA, 9);
	for (int i = 0; i < 2; i++)
		e->chain[i] = sneck_span_of(e->certs[i], sizeof e->certs[i]);
	e->cred.size = sizeof e->cred;
	e->cred.chain = e->chain;
	e->cred.n_chain = 2;
	e->cred.signer = &e->signer.signer;
	e->creds[0] = &e->cred;
	e->cfg.credentials = e->creds;
	e->cfg.n_credentials = 1;
}

void pair_init(struct pair *p, uint64_t seed)
{
	transparent_audit_reset();
	transparent_fail_at = 0;
	end_init(&p->client, SNECK_CLIENT, seed);
	end_init(&p->server, SNECK_SERVER, seed + 1000003u);
}

static void end_start(struct end *e)
{
	assert_int_equal(sneck_conn_init(e->conn_mem, sizeof e->conn_mem, &e->cfg, e->role,
					 UINT64_C(1700000000000), &e->conn),
			 SNECK_OK);
	if (!e->late_scratch)
		assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, sizeof e->scratch),
				 SNECK_OK);
	if (e->role == SNECK_CLIENT && !e->cfg.insecure_no_name)
		assert_int_equal(sneck_conn_set_name(e->conn, "example.org", 11), SNECK_OK);
	sneck_in_init(&e->in, e->in_mem, sizeof e->in_mem);
	sneck_out_init(&e->out, e->out_mem, sizeof e->out_mem);
}

void pair_start(struct pair *p)
{
	end_start(&p->client);
	end_start(&p->server);
}

void pair_wipe(struct pair *p)
{
	sneck_conn_wipe(p->client.conn);
	sneck_conn_wipe(p->server.conn);
}

static void take(struct end *e, const uint8_t *p, size_t len)
{
	assert_true(len != 0 && len <= sizeof e->got - e->n_got);
	memcpy(e->got + e->n_got, p, len);
	e->n_got += len;
}

static void on_state(struct end *e, int state)
{
	struct sneck_rec rec;
	enum sneck_rc rc;

	switch (state) {
	case SNECK_NEEDS_SCRATCH:
		assert_true(e->st.u.scratch.size <= sizeof e->scratch);
		assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, e->st.u.scratch.size),
				 SNECK_OK);
		break;
	case SNECK_MUST_ENCRYPT_TLS_DATA:
		assert_true(e->st.u.encode.required >= e->st.u.encode.min_progress);
		assert_int_equal(sneck_encode(&e->st.u.encode, 0, &e->out), SNECK_OK);
		break;
	case SNECK_APP_DATA_AVAILABLE:
		while ((rc = sneck_app_next(&e->st.u.app, &rec)) == SNECK_OK)
			take(e, rec.data, rec.len);
		assert_int_equal(rc, SNECK_WANT_INPUT);
		break;
	case SNECK_PEER_CLOSED:
		e->peer_closed = true;
		break;
	case SNECK_HANDSHAKE_DONE:
		e->n_done++;
		break;
	case SNECK_MAY_ENCRYPT_APP_DATA:
		assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
		break;
	default:
		break;
	}
}

/* The caller may move its memory between two calls; what lies beside it is not the library's. */
static void poison(struct end *e)
{
	const size_t shift = e->in.head == 64 ? 0 : 64;

	memmove(e->in_mem + shift, e->in.base + e->in.head, e->in.len);
	e->in.base = e->in_mem;
	e->in.cap = sizeof e->in_mem;
	e->in.head = shift;
	memset(e->in_mem, 0xa5, shift);
	memset(e->in_mem + shift + e->in.len, 0xa5, 4096);
}

int end_step(struct end *e)
{
	int state;

	assert_true(e->steps++ < STEPS);
	if (e->poison)
		poison(e);
	state = sneck_process(e->conn, &e->in, e->rfc_mode ? NULL : &e->out, &e->st);
	assert_int_equal(state, e->st.state);
	if (e->hook == NULL || e->hook(e, state) == 0)
		on_state(e, state);
	return state;
}

static bool waits_for_peer(int state)
{
	return state == SNECK_NEEDS_MORE_TLS_DATA || state == SNECK_TRAFFIC_TRANSIT ||
	       state == SNECK_MUST_TRANSMIT_TLS_DATA || state == SNECK_CLOSED ||
	       state == SNECK_FAILED;
}

int end_run(struct end *e)
{
	int state;

	do
		state = end_step(e);
	while (!waits_for_peer(state));
	return state;
}

void wire_move(struct end *from, struct end *to)
{
	size_t room, n = from->out.len;
	uint8_t *p;

	if (to->chunk != 0 && n > to->chunk)
		n = to->chunk;
	if (to->exact) {
		size_t want = to->st.u.more.num_bytes;

		if (to->st.state != SNECK_NEEDS_MORE_TLS_DATA &&
		    to->st.state != SNECK_TRAFFIC_TRANSIT)
			want = 1;
		if (want == 0)
			want = 5;
		n = n < want ? n : want;
	}
	if (n == 0)
		return;
	p = sneck_in_space(&to->in, n, &room);
	assert_true(room >= n);
	memcpy(p, from->out.base + from->out.head, n);
	sneck_in_added(&to->in, n);
	sneck_out_sent(&from->out, n);
}

static void pump_end(struct end *e)
{
	const int state = end_run(e);

	if (state == SNECK_MUST_TRANSMIT_TLS_DATA && (e->rfc_mode || e->out.len == 0))
		assert_int_equal(sneck_transmit_done(&e->st.u.transmit), SNECK_OK);
}

void pair_run(struct pair *p)
{
	struct end *const c = &p->client, *const s = &p->server;
	unsigned idle = 0;

	while (idle < 4) {
		const size_t before = c->out.len + s->out.len;

		pump_end(c);
		wire_move(c, s);
		pump_end(s);
		wire_move(s, c);
		idle = before == 0 && c->out.len + s->out.len == 0 ? idle + 1u : 0;
	}
}

bool pair_connected(const struct pair *p)
{
	return p->client.st.state == SNECK_TRAFFIC_TRANSIT &&
	       p->server.st.state == SNECK_TRAFFIC_TRANSIT;
}

void end_write(struct end *e, const void *p, size_t len)
{
	const struct sneck_iov piece = { p, len };

	assert_int_equal(sneck_encrypt(e->conn, &piece, 1, 0, &e->out, NULL), SNECK_OK);
}

void end_close(struct end *e)
{
	assert_int_equal(sneck_close_notify(e->conn, &e->out), SNECK_OK);
}
