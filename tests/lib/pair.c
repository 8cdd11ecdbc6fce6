/* SPDX-License-Identifier: MIT */
/* pair.c: see pair.h. The driver is the loop of an ordinary program, with knobs; a bound on steps
 * makes a call without progress a failure of the test. */
#include "lib/pair.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lib/needs.h"

#define STEPS 4000000u

const struct sneck_provider *pair_provider;

static void keep_secret(void *user, const char *label, const uint8_t client_random[32],
			const uint8_t *secret, size_t len)
{
	struct end *const e = user;

	(void)label;
	(void)client_random;
	assert_true(len <= sizeof e->secrets - e->n_secrets);
	memcpy(e->secrets + e->n_secrets, secret, len);
	e->n_secrets += len;
}

static void end_init(struct end *e, int role, uint64_t seed)
{
	memset(e, 0, offsetof(struct end, in_mem));
	e->link.len = e->link.sent = 0;
	e->nonce12 = 8; /* AES-GCM's */
	e->role = role;
	transparent_init(&e->t, seed);
	transparent_verifier(&e->v);
	e->v.verifier.trust_id = sneck_span_of("pair", 4);
	transparent_signer(&e->signer, TRANSPARENT_ECDSA, role == SNECK_SERVER ? 7 : 8);
	e->cfg.size = sizeof e->cfg;
	e->cfg.provider = pair_provider != NULL ? pair_provider : &e->t.provider;
	e->cfg.ask = SNECK_ASK_NOTICES;
	e->cfg.min_version = SNECK_TLS13; /* tests of TLS 1.2 say so */
	e->cfg.insecure_keylog = keep_secret;
	e->cfg.keylog_user = e;
	transparent_cert(e->certs[0], sizeof e->certs[0], TRANSPARENT_ECDSA, e->signer.id);
	transparent_cert(e->certs[1], sizeof e->certs[1], TRANSPARENT_RSA, 9);
	for (int i = 0; i < 2; i++)
		e->chain[i] = sneck_span_of(e->certs[i], sizeof e->certs[i]);
	e->cred.size = sizeof e->cred;
	e->cred.chain = e->chain;
	e->cred.n_chain = 2;
	e->cred.signer = &e->signer.signer;
	e->creds[0] = &e->cred;
	if (!BUILD_CERTS) {
		e->cfg.psk_only = 1;
		e->cfg.psk_ke = !BUILD_KEX_PSK_DHE;
		e->cfg.psks = pair_psks;
		e->cfg.n_psks = 1;
		e->cfg.n_key_shares = 2;
		return;
	}
	if (role == SNECK_CLIENT) {
		e->cfg.verifier = &e->v.verifier;
		e->cfg.n_key_shares = 2; /* no retry but where a test wants one */
		return;
	}
	e->cfg.credentials = e->creds;
	e->cfg.n_credentials = 1;
}

void pair_client_auth(struct pair *p, uint8_t mode)
{
	p->server.cfg.client_auth = mode;
	p->server.cfg.verifier = &p->server.v.verifier;
	p->client.cfg.credentials = p->client.creds;
	p->client.cfg.n_credentials = 1;
}

void pair_init(struct pair *p, uint64_t seed)
{
	transparent_audit_reset();
	transparent_fail_at = 0;
	end_init(&p->client, SNECK_CLIENT, seed);
	end_init(&p->server, SNECK_SERVER, seed + 1000003u);
}

void pair_old(struct pair *p)
{
	p->client.cfg.min_version = p->server.cfg.min_version = 0;
	p->server.cfg.max_version = SNECK_TLS12;
}

static void end_start(struct end *e)
{
	const enum sneck_rc rc = sneck_conn_init(e->conn_mem, sizeof e->conn_mem, &e->cfg, e->role,
						 UINT64_C(1700000000000), &e->conn);

	if (!BUILD_WHOLE && rc == SNECK_E_UNSUPPORTED)
		skip();
	assert_int_equal(rc, SNECK_OK);
	if (!e->late_scratch)
		assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, sizeof e->scratch),
				 SNECK_OK);
	if (e->role == SNECK_CLIENT && !e->cfg.insecure_no_name)
		assert_int_equal(sneck_conn_set_name(e->conn, "example.org", 11), SNECK_OK);
	if (BUILD_CLIENT && BUILD_TICKETS && e->resume != NULL)
		assert_int_equal(
			sneck_conn_set_session(e->conn, e->resume, e->resume_len, e->resume_flags),
			SNECK_OK);
	sneck_in_init(&e->in, e->in_mem, PAIR_HALF);
	sneck_out_init(&e->out, e->out_mem, PAIR_HALF);
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

struct sneck_verdict end_verdict(const struct end *e)
{
	struct sneck_verdict v = { .chain = SNECK_CHAIN_VALID };

	memcpy(v.leaf_id, end_facts(e).leaf_id, sizeof v.leaf_id);
	return v;
}

static void keep_session(struct end *e)
{
	size_t len;

	if (!BUILD_CLIENT || !BUILD_TICKETS)
		return;
	assert_true(e->n_sessions < 8 && e->st.u.ticket.size <= sizeof e->session[0]);
	assert_int_equal(sneck_ticket_export(&e->st.u.ticket, e->session[e->n_sessions],
					     e->st.u.ticket.size, &len),
			 SNECK_OK);
	assert_int_equal(len, e->st.u.ticket.size);
	e->session_len[e->n_sessions++] = len;
}

static void say_early(struct end *e)
{
	const struct sneck_iov piece = { e->say_early, strlen(e->say_early) };
	size_t n;

	if (!BUILD_CLIENT || !BUILD_EARLY_DATA)
		return;
	assert_int_equal(sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &n), SNECK_OK);
	assert_int_equal(n, piece.len);
	assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
}

static void hear_early(struct end *e)
{
	enum sneck_rc rc = SNECK_WANT_INPUT;
	struct sneck_rec rec;

	while (BUILD_EARLY_DATA && (rc = sneck_early_next(&e->st.u.early, &rec)) == SNECK_OK) {
		assert_true(rec.len <= sizeof e->early - e->n_early);
		memcpy(e->early + e->n_early, rec.data, rec.len);
		e->n_early += rec.len;
	}
	assert_int_equal(rc, SNECK_WANT_INPUT);
}

/* As an application would that has the key elsewhere. */
static void sign(struct end *e)
{
	const struct sneck_sign_st *const st = &e->st.u.sign;
	const struct sneck_signer *const s = st->credential->signer;
	uint8_t sig[SNECK_SIG_MAX];
	enum sneck_rc rc;
	size_t len;

	if (!BUILD_CERTS)
		return;
	if ((st->digest ? s->sign_digest : s->sign)(s->ctx, st->scheme, st->tbs, sig, sizeof sig,
						    &len) != SNECK_OK) {
		assert_int_equal(sneck_answer_refuse(e->conn, e->st.op, 80), SNECK_OK);
		return;
	}
	rc = sneck_answer_signature(e->conn, e->st.op, sig, len);
	assert_int_equal(rc, e->conn->err);
}

static void on_state(struct end *e, int state)
{
	struct sneck_rec rec;
	enum sneck_rc rc;
	bool alert;

	switch (state) {
	case SNECK_NEEDS_SCRATCH:
		assert_true(e->st.u.scratch.size <= sizeof e->scratch);
		assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, e->st.u.scratch.size),
				 SNECK_OK);
		break;
	case SNECK_MUST_ENCRYPT_TLS_DATA:
		assert_true(e->st.u.encode.required >= e->st.u.encode.min_progress);
		alert = e->conn->alert_owed;
		rc = sneck_encode(&e->st.u.encode, 0, &e->out);
		assert_int_equal(rc, alert ? SNECK_OK : e->conn->err);
		break;
	case SNECK_APP_DATA_AVAILABLE:
		while ((rc = sneck_app_next(&e->st.u.app, &rec)) == SNECK_OK)
			take(e, rec.data, rec.len);
		assert_int_equal(rc, SNECK_WANT_INPUT);
		break;
	case SNECK_RECEIVED_TICKET:
		keep_session(e);
		break;
	case SNECK_MAY_ENCRYPT_EARLY_DATA:
		if (e->say_early != NULL)
			say_early(e);
		else
			assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
		break;
	case SNECK_EARLY_DATA_RESULT:
		e->n_results++;
		e->result = e->st.u.early_result;
		break;
	case SNECK_NEEDS_EARLY_DATA_DECISION:
		assert_true(BUILD_EARLY_DATA &&
			    sneck_answer_early_data(e->conn, e->st.op, e->accept_early) ==
				    SNECK_OK);
		break;
	case SNECK_EARLY_DATA_AVAILABLE:
		hear_early(e);
		break;
	case SNECK_PEER_CLOSED:
		e->peer_closed = true;
		break;
	case SNECK_RECEIVED_CERTIFICATE:
	case SNECK_NEEDS_SIGNATURE: {
		const struct sneck_verdict v = end_verdict(e);

		if (BUILD_CERTS && e->answer == (state == SNECK_NEEDS_SIGNATURE ? 2 : 1))
			assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &v), SNECK_OK);
		break;
	}
	case SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES: {
		static const uint16_t schemes[] = { 0x0403, 0x0804, 0x0401 };

		assert_true(BUILD_CERTS &&
			    sneck_answer_schemes(e->conn, e->st.op, schemes, 3) == SNECK_OK);
		break;
	}
	case SNECK_RECEIVED_CLIENT_HELLO:
		assert_int_equal(sneck_answer_client_hello(e->conn, e->st.op, e->conn->cfg),
				 SNECK_OK);
		break;
	case SNECK_NEEDS_CREDENTIAL:
		assert_true(BUILD_CERTS &&
			    sneck_answer_credential(e->conn, e->st.op, &e->cred) == SNECK_OK);
		break;
	case SNECK_NEEDS_LOCAL_SIGNATURE:
		sign(e);
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

void end_answer(struct end *e)
{
	on_state(e, e->st.state);
}

static size_t most(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* A cursor of 0xa5 bytes with the valid range somewhere in it: always in the other half. */
static void poison(struct end *e)
{
	uint8_t *const in = e->in.base == e->in_mem ? e->in_mem + PAIR_HALF : e->in_mem;
	uint8_t *const out = e->out.base == e->out_mem ? e->out_mem + PAIR_HALF : e->out_mem;
	uint8_t *const old_in = e->in.base, *const old_out = e->out.base;
	const size_t shift = e->steps % 7u;

	e->in_hi = most(e->in_hi, e->in.head + e->in.len);
	memcpy(in + shift, e->in.base + e->in.head, e->in.len);
	memcpy(out + shift, e->out.base + e->out.head, e->out.len);
	memset(old_in, 0xa5, e->in_hi < PAIR_HALF ? e->in_hi : PAIR_HALF);
	memset(old_out, 0xa5, e->out_hi < PAIR_HALF ? e->out_hi : PAIR_HALF);
	e->in.base = in;
	e->out.base = out;
	e->in.head = shift;
	e->out.head = shift;
	e->in_hi = e->out_hi = 0;
}

/* No pointer into the connection may be kept: its region moves, AEAD contexts and all. */
static void move(struct end *e)
{
	uint8_t *const to = (uint8_t *)e->conn == e->conn_mem ? e->conn_other : e->conn_mem;

	memcpy(to, e->conn, SNECK_CONN_MAX);
	memset(e->conn, 0xa5, SNECK_CONN_MAX);
	e->conn = (struct sneck_conn *)(void *)to;
}

int end_step(struct end *e)
{
	int state;

	assert_true(e->steps++ < STEPS);
	if (e->poison)
		poison(e);
	if (e->move)
		move(e);
	e->in_hi = most(e->in_hi, e->in.head + e->in.len + 64u);
	state = sneck_process(e->conn, &e->in, e->rfc_mode ? NULL : &e->out, &e->st);
	assert_int_equal(state, e->st.state);
	if (e->n_seen < PAIR_LOG && (e->n_seen == 0 || e->seen[e->n_seen - 1u] != state))
		e->seen[e->n_seen++] = (uint8_t)state;
	if (e->hook == NULL || e->hook(e, state) == 0)
		on_state(e, state);
	e->out_hi = most(e->out_hi, e->out.head + e->out.len + 64u);
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

void link_put(struct end *e, const void *p, size_t len)
{
	assert_true(len <= sizeof e->link.bytes - e->link.len);
	if (len != 0)
		memcpy(e->link.bytes + e->link.len, p, len);
	e->link.len += len;
}

size_t link_nonce12(struct end *e)
{
	if (e->conn->tx.aead != NULL)
		e->nonce12 = e->conn->tx.nonce_len;
	return e->nonce12;
}

/* RFC 5246, 6.2.3.3. */
static void link_record12(struct end *e, uint8_t type, const void *p, size_t len)
{
	uint8_t head[5] = { type, 3, 3, (uint8_t)(len >> 8), (uint8_t)len }, aad[13], tag[16];
	const size_t nonce = link_nonce12(e), body = nonce + len + sizeof tag;
	uint64_t seq = e->edited;

	if (e->edit == NULL) {
		transparent_nonces_jump = true;
		seq = e->conn->tx.seq++;
	}
	e->edited++;
	for (unsigned i = 0; i < 8; i++)
		aad[i] = (uint8_t)(seq >> (56 - 8 * i));
	memcpy(aad + 8, head, 5);
	transparent_tag(tag, sneck_span_of(aad, 13), sneck_span_of(p, len));
	head[3] = (uint8_t)(body >> 8);
	head[4] = (uint8_t)body;
	link_put(e, head, 5);
	link_put(e, aad, nonce);
	link_put(e, p, len);
	link_put(e, tag, 16);
}

void link_record(struct end *e, bool prot, uint8_t type, const void *p, size_t len)
{
	const size_t body = len + (prot ? 17u : 0u);
	const uint8_t head[5] = { prot ? 23 : type, 3, 3, (uint8_t)(body >> 8), (uint8_t)body };
	static uint8_t inner[17000];
	uint8_t tag[16];

	if (prot && e->conn->hs.version == SNECK_TLS12) {
		link_record12(e, type, p, len);
		return;
	}
	link_put(e, head, sizeof head);
	link_put(e, p, len);
	if (!prot)
		return;
	assert_true(len < sizeof inner);
	if (len != 0)
		memcpy(inner, p, len);
	inner[len] = type;
	transparent_tag(tag, sneck_span_of(head, sizeof head), sneck_span_of(inner, len + 1u));
	link_put(e, &type, 1);
	link_put(e, tag, sizeof tag);
}

/* How many of the n bytes that wait are received now. */
static size_t received(struct end *to, size_t sent, size_t n)
{
	if (to->chunk != 0 && n > to->chunk)
		n = to->chunk;
	for (int i = 0; i < 2; i++)
		if (sent < to->split[i] && n > to->split[i] - sent)
			n = to->split[i] - sent;
	if (to->random != 0 && n != 0) {
		to->random = to->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		n = 1u + (size_t)(to->random >> 33) % n;
		if ((to->random >> 60 & 3) != 0)
			n = 1u + n % 7u < n ? 1u + n % 7u : n;
	}
	if (to->exact && n != 0) {
		size_t want = 0;

		if (to->st.state == SNECK_NEEDS_MORE_TLS_DATA ||
		    to->st.state == SNECK_TRAFFIC_TRANSIT)
			want = to->st.u.more.num_bytes;
		if (want == 0)
			want = 5;
		n = n < want ? n : want;
	}
	return n;
}

void wire_move(struct end *from, struct end *to)
{
	struct link *const l = &from->link;
	const struct sneck_span new = sneck_out_unsent(&from->out);
	size_t room, n;
	uint8_t *p;

	if (new.len != 0 && from->edit != NULL)
		from->edit(from, new.p, new.len);
	else if (new.len != 0)
		link_put(from, new.p, new.len);
	sneck_out_sent(&from->out, new.len);
	n = received(to, l->sent, from->send_nothing ? 0 : l->len - l->sent);
	if (n == 0)
		return;
	p = sneck_in_space(&to->in, n, &room);
	assert_true(room >= n);
	memcpy(p, l->bytes + l->sent, n);
	sneck_in_added(&to->in, n);
	l->sent += n;
}

static void pump_end(struct end *e)
{
	const int state = end_run(e);

	if (state == SNECK_MUST_TRANSMIT_TLS_DATA && (e->rfc_mode || e->out.len == 0))
		assert_int_equal(sneck_transmit_done(&e->st.u.transmit), SNECK_OK);
}

void pair_pump(struct pair *p)
{
	pump_end(&p->client);
	wire_move(&p->client, &p->server);
	pump_end(&p->server);
	wire_move(&p->server, &p->client);
}

void pair_run(struct pair *p)
{
	const struct link *const c = &p->client.link, *const s = &p->server.link;
	unsigned idle = 0;

	while (idle < 4) {
		const size_t before = c->len + s->len + c->sent + s->sent;

		pair_pump(p);
		idle = c->len + s->len + c->sent + s->sent == before ? idle + 1u : 0;
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
