/* SPDX-License-Identifier: MIT */
/* combine_more_test.c: combine_test.c went on: tickets and time, kinds of credentials and versions,
 * questions with retries, alerts and the wrong function, early data and what follows it, TLS 1.2
 * and the functions that are not for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/resume.h"

static struct pair p;
static const char words[] = "GET / HTTP/1.0\r\n\r\n";

/* ---- tickets ---- */

/* Nobody has turned the ring, and its last key runs out between the ClientHello and the client's
 * Finished: no ticket, and no harm. */
static void n48_ring_runs_out(void **state)
{
	(void)state;
	resume_init(&p, 61);
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	assert_int_equal(p.server.conn->hs.work->nego.n_tickets, 2);
	wire_move(&p.server, &p.client);
	sneck_conn_set_now(p.server.conn, RESUME_NOW + UINT64_C(30) * 3600u * 1000u);
	resume_expect(&p, 0);
	assert_int_equal(p.client.n_sessions, 0);
	pair_wipe(&p);
}

/* A ticket for which there is no room leaves nothing of its secret behind. */
static void t1_ticket_without_room(void **state)
{
	const struct sneck_ticket_params params = { .lifetime_s = 100 };
	uint8_t mem[400], before[sizeof mem];
	struct sneck_out none = { 0 };
	size_t len;

	(void)state;
	resume_init(&p, 63);
	pair_start(&p);
	resume_expect(&p, 0);
	memset(mem, 0xa5, sizeof mem);
	memcpy(before, mem, sizeof mem);
	none.pos = p.server.conn->out.written;
	assert_int_equal(sneck_ticket_send(p.server.conn, &params, &none, mem, sizeof mem, &len),
			 SNECK_WANT_SPACE);
	assert_true(len != 0 && len <= sizeof mem && none.required != 0);
	assert_memory_equal(mem, before, sizeof mem);
	assert_int_equal(
		sneck_ticket_send(p.server.conn, &params, &p.server.out, mem, len - 1u, &len),
		SNECK_WANT_SPACE);
	assert_memory_equal(mem, before, sizeof mem);
	assert_int_equal(sneck_ticket_send(p.server.conn, &params, &p.server.out, mem, len, &len),
			 SNECK_OK);
	assert_memory_not_equal(mem, before, len);
	pair_run(&p);
	assert_int_equal(p.client.n_sessions, 3);
	pair_wipe(&p);
}

/* ---- N40: kinds of credentials ---- */

/* TLS 1.2 has certificates only: a raw key is not one, and the next credential is looked at. */
static void n40_raw_keys_and_old_versions(void **state)
{
	static uint8_t spki[90];
	static struct sneck_span chain[1];
	static struct sneck_credential raw;
	static const struct sneck_credential *creds[2];

	(void)state;
	for (size_t n = 1; n < 3; n++) {
		pair_init(&p, 65);
		pair_old(&p);
		transparent_spki(spki, sizeof spki, TRANSPARENT_ECDSA, 7);
		chain[0] = sneck_span_of(spki, sizeof spki);
		raw = p.server.cred;
		raw.type = SNECK_RAW_PUBLIC_KEY;
		raw.chain = chain;
		raw.n_chain = 1;
		creds[0] = &raw;
		creds[1] = &p.server.cred;
		p.server.cfg.credentials = creds;
		p.server.cfg.n_credentials = n;
		p.server.cfg.max_version = 0;
		p.client.cfg.max_version = SNECK_TLS12;
		p.server.cfg.min_version = 0;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(pair_connected(&p), n == 2);
		if (n == 1)
			assert_int_equal(p.server.st.err, SNECK_E_NO_CERT_TYPE);
		pair_wipe(&p);
	}
}

/* ---- questions ---- */

#define EVERY                                                                                      \
	(SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES | SNECK_ASK_CLIENT_HELLO |    \
	 SNECK_ASK_SIGN | SNECK_ASK_CREDENTIAL | SNECK_ASK_PSK | SNECK_ASK_MAY_ENCRYPT |           \
	 SNECK_ASK_EARLY_DATA | SNECK_ASK_NOTICES | SNECK_ASK_UNPACK)

static uint64_t last_op;
static size_t n_hello, n_psk;
static uint8_t packed_message[2][3000];
static struct sneck_packed_chain packed[2];

/* No answer but its own will do, from nobody else, and not twice. */
static void wrong_answers(struct end *e)
{
	static const uint16_t scheme[] = { SNECK_ECDSA_SECP256R1_SHA256 };
	const struct sneck_verdict v = end_verdict(e);
	struct sneck_conn *const c = e->conn;
	struct sneck_conn *const peer = e == &p.client ? p.server.conn : p.client.conn;
	const int s = e->st.state;
	const uint64_t op = e->st.op;

	if (peer->err == 0)
		assert_int_equal(sneck_answer_refuse(peer, op, 40), SNECK_E_STALE);
	if (s != SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES)
		assert_int_equal(sneck_answer_schemes(c, op, scheme, 1), SNECK_E_STALE);
	if (s != SNECK_NEEDS_CREDENTIAL)
		assert_int_equal(sneck_answer_credential(c, op, &e->cred), SNECK_E_STALE);
	if (s != SNECK_RECEIVED_CLIENT_HELLO)
		assert_int_equal(sneck_answer_client_hello(c, op, c->cfg), SNECK_E_STALE);
	if (s != SNECK_NEEDS_LOCAL_SIGNATURE)
		assert_int_equal(sneck_answer_signature(c, op, "x", 1), SNECK_E_STALE);
	if (s != SNECK_NEEDS_PSK)
		assert_int_equal(sneck_answer_psk(c, op, -1, NULL, 0, NULL), SNECK_E_STALE);
	if (s != SNECK_NEEDS_EARLY_DATA_DECISION)
		assert_int_equal(sneck_answer_early_data(c, op, 1), SNECK_E_STALE);
	if (s != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		assert_int_equal(sneck_answer_unpacked(c, op, "x", 1), SNECK_E_STALE);
	if (s != SNECK_RECEIVED_CERTIFICATE && s != SNECK_NEEDS_SIGNATURE)
		assert_int_equal(sneck_answer_verdict(c, op, &v), SNECK_E_STALE);
	if (last_op != 0 && last_op != op)
		assert_int_equal(sneck_answer_refuse(c, last_op, 40), SNECK_E_STALE);
	last_op = op;
}

static int judge(struct end *e)
{
	static _Alignas(SNECK_ALIGN) uint8_t job[4000];
	struct sneck_verdict v;
	size_t size;

	if (e->st.u.cert.n_entries == 0)
		return 1;
	size = sneck_verify_job_size(&e->st.u.cert);
	assert_int_equal(sneck_verify_job_pack(&e->st.u.cert, job, size - 1u), SNECK_WANT_SPACE);
	assert_int_equal(sneck_verify_job_pack(&e->st.u.cert, job, size), SNECK_OK);
	assert_int_equal(sneck_verify_job_run(&e->v.verifier, job, size, &v), SNECK_OK);
	assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &v), SNECK_OK);
	return 1;
}

static int ask(struct end *e, int state)
{
	if (e->st.op != 0 && (e->st.flags & SNECK_ST_NEW) != 0)
		wrong_answers(e);
	switch (state) {
	case SNECK_RECEIVED_CLIENT_HELLO:
		n_hello++;
		return 0;
	case SNECK_NEEDS_PSK:
		n_psk++;
		assert_true(resume_answer(e));
		return 1;
	case SNECK_NEEDS_UNPACKED_CERTIFICATE:
		assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op,
						       packed_message[e->role == SNECK_CLIENT],
						       e->st.u.unpack.length),
				 SNECK_OK);
		return 1;
	case SNECK_RECEIVED_CERTIFICATE:
		return judge(e);
	default:
		return 0;
	}
}

static void ask_all(struct end *e)
{
	static const uint16_t zlib[] = { SNECK_ZLIB };
	static const struct sneck_span cas[] = { { (const uint8_t *)"ca", 2 } };
	struct sneck_packed_chain *const c = &packed[e->role];

	e->cfg.ask |=
		e->role == SNECK_CLIENT
			? EVERY & ~(SNECK_ASK_CLIENT_HELLO | SNECK_ASK_PSK | SNECK_ASK_EARLY_DATA)
			: EVERY;
	e->cfg.unpack = (struct sneck_u16s){ zlib, 1 };
	*c = (struct sneck_packed_chain){ .algorithm = SNECK_ZLIB };
	assert_int_equal(sneck_certificate_write(&e->cred, packed_message[e->role],
						 sizeof packed_message[0], &c->bytes.len),
			 SNECK_OK);
	c->bytes.p = packed_message[e->role];
	c->length = (uint32_t)c->bytes.len;
	e->cred.packed = c;
	e->cred.n_packed = 1;
	e->v.verifier.ca_names = cas;
	e->v.verifier.n_ca_names = 1;
	e->hook = ask;
}

/* All that can be asked is asked, in both roles, with and without a retry, of packed chains and of
 * tickets; and whatever else is said of a question is stale. */
static void t5_every_question_with_a_retry(void **state)
{
	(void)state;
	for (int retry = 0; retry < 2; retry++) {
		resume_init(&p, 67);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		for (int i = 0; i < 2; i++) {
			if (i == 1) {
				pair_wipe(&p);
				resume_next(&p, 67);
				pair_client_auth(&p, SNECK_AUTH_REQUIRED);
			}
			if (retry)
				pair_retry(&p);
			ask_all(&p.client);
			ask_all(&p.server);
			n_hello = n_psk = 0;
			last_op = 0;
			resume_start(&p);
			resume_expect(&p, i);
			assert_int_equal(n_hello, 1 + retry);
			assert_int_equal(n_psk, i * (1 + retry));
		}
		pair_wipe(&p);
	}
}

/* An alert is owed and cannot be written yet: a question that was open is not any more. */
static uint64_t held_op;

static int hold(struct end *e, int state)
{
	if (state != (int)(intptr_t)e->user)
		return 0;
	held_op = e->st.op;
	return 1;
}

static void t5_stale_while_an_alert_waits(void **state)
{
	static const int held[] = { SNECK_RECEIVED_CLIENT_HELLO, SNECK_NEEDS_PSK,
				    SNECK_NEEDS_EARLY_DATA_DECISION };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct end *const s = &p.server;
		enum sneck_rc rc;

		resume_ticket(&p, 69);
		p.client.resume_flags = SNECK_SESSION_EARLY_DATA;
		s->cfg.max_early_data = 1000;
		s->cfg.ask |= SNECK_ASK_EARLY_DATA | (i == 0 ? SNECK_ASK_CLIENT_HELLO : 0) |
			      (i == 1 ? SNECK_ASK_PSK : 0);
		resume_start(&p);
		(void)end_run(&p.client);
		wire_move(&p.client, s);
		s->hook = hold;
		s->user = (void *)(intptr_t)held[i];
		for (int k = 0; k < 9 && s->st.state != held[i]; k++)
			(void)end_step(s);
		assert_int_equal(s->st.state, held[i]);
		assert_int_equal(sneck_fail(s->conn, 80), SNECK_OK);
		assert_true(s->conn->alert_owed);
		rc = i == 0   ? sneck_answer_client_hello(s->conn, held_op, &s->cfg)
		     : i == 1 ? sneck_answer_psk(s->conn, held_op, -1, NULL, 0, NULL)
			      : sneck_answer_early_data(s->conn, held_op, 1);
		assert_int_equal(rc, SNECK_E_ABORTED);
		assert_int_equal(sneck_answer_refuse(s->conn, held_op, 0), SNECK_E_ABORTED);
		pair_run(&p);
		assert_int_equal(p.client.st.alert, 80);
		pair_wipe(&p);
	}
}

/* TLS 1.2 signs with schemes that TLS 1.3 has for certificates only: also who answers may. */
static void old_schemes_of_an_answer(void **state)
{
	static const uint16_t pkcs1[] = { SNECK_RSA_PKCS1_SHA256, 0 };

	(void)state;
	for (int asks = 0; asks < 2; asks++) {
		pair_init(&p, 70);
		pair_old(&p);
		transparent_signer(&p.server.signer, TRANSPARENT_RSA, 7);
		transparent_cert(p.server.certs[0], sizeof p.server.certs[0], TRANSPARENT_RSA, 7);
		p.client.v.verifier.schemes = pkcs1;
		p.server.cfg.ask |= asks ? SNECK_ASK_CREDENTIAL : 0;
		pair_start(&p);
		resume_expect(&p, 0);
		assert_int_equal(p.server.conn->hs.own_scheme, SNECK_RSA_PKCS1_SHA256);
		pair_wipe(&p);
	}
}

/* ---- early data, and what follows it ---- */

static void early_connected(void)
{
	resume_ticket(&p, 71);
	resume_say(&p, words);
	p.server.accept_early = 1;
	resume_allow(&p, 1000);
	p.client.cfg.allow_save = p.server.cfg.allow_save = 1;
	p.client.cfg.allow_extraction = p.server.cfg.allow_extraction = 1;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(p.server.n_early, sizeof words - 1u);
}

static void say_both(void)
{
	pair_chat(&p);
}

static void early_then_saved(void **state)
{
	static const uint8_t key[SNECK_SEAL_KEY_LEN] = { 1 };
	static uint8_t block[2000];
	struct end *const ends[] = { &p.client, &p.server };
	size_t len;

	(void)state;
	early_connected();
	transparent_nonces_jump = true;
	transparent_audit_reset();
	for (int i = 0; i < 2; i++) {
		struct end *const e = ends[i];

		assert_int_equal(sneck_save(e->conn, key, block, sizeof block, &len), SNECK_OK);
		sneck_conn_wipe(e->conn);
		assert_int_equal(sneck_restore(e->conn_mem, sizeof e->conn_mem, &e->cfg, key, block,
					       len, &e->conn),
				 SNECK_OK);
		sneck_in_init(&e->in, e->in_mem, PAIR_HALF);
		sneck_out_init(&e->out, e->out_mem, PAIR_HALF);
		transparent_nonces_jump = true;
	}
	say_both();
	pair_wipe(&p);
}

static void early_then_split(void **state)
{
	static _Alignas(SNECK_SPLIT_ALIGN) uint8_t mem[SNECK_CONN_MAX];
	const struct sneck_ticket_params params = { .lifetime_s = 0 };
	struct sneck_status st;
	struct sneck_conn *tx;
	size_t len;

	(void)state;
	early_connected();
	assert_int_equal(sneck_split(p.server.conn, mem, sizeof mem, &tx), SNECK_OK);
	p.server.rfc_mode = true;
	p.client.n_sessions = 0;
	assert_int_equal(sneck_ticket_send(p.server.conn, &params, &p.server.out, NULL, 0, &len),
			 SNECK_NOT_NOW);
	assert_int_equal(sneck_ticket_send(tx, &params, &p.server.out, NULL, 0, &len), SNECK_OK);
	assert_int_equal(sneck_process(tx, NULL, &p.server.out, &st), SNECK_TRAFFIC_TRANSIT);
	wire_move(&p.server, &p.client);
	end_write(&p.client, "hello", 5);
	(void)end_run(&p.client);
	assert_int_equal(p.client.n_sessions, 1);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	assert_int_equal(p.server.n_got, 5);
	sneck_conn_wipe(tx);
	pair_wipe(&p);
}

static void early_then_external(void **state)
{
	struct sneck_keys_st tx, rx;

	(void)state;
	early_connected();
	assert_int_equal(sneck_into_external(p.server.conn, &tx, &rx), SNECK_OK);
	assert_int_equal(rx.seq, 0); /* not what the early records were counted with */
	assert_memory_equal(rx.secret.p, p.client.conn->hs.tx_secret, rx.secret.len);
	pair_wipe(&p);
}

/* ---- TLS 1.2, and what is not for it ---- */

static void old_and_functions_of_the_new(void **state)
{
	const struct sneck_ticket_params params = { .lifetime_s = 0 };
	const struct sneck_span none = { NULL, 0 };
	struct end *const ends[] = { &p.client, &p.server };
	uint8_t mem[400];
	size_t len;

	(void)state;
	resume_init(&p, 73);
	pair_old(&p);
	p.server.cfg.max_early_data = 1000;
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	pair_start(&p);
	resume_expect(&p, 0);
	assert_int_equal(p.client.n_sessions, 1);
	for (int i = 0; i < 2; i++) {
		struct sneck_conn *const c = ends[i]->conn;

		assert_int_equal(sneck_key_update(c, 0), SNECK_E_UNSUPPORTED);
		assert_int_equal(sneck_export_early(c, "x", none, mem, 8), SNECK_NOT_NOW);
		assert_int_equal(sneck_conn_set_session(c, mem, sizeof mem, 0), SNECK_NOT_NOW);
		assert_int_equal(sneck_conn_set_send_fragment(c, 64), SNECK_OK);
		assert_int_equal(sneck_conn_set_send_fragment(c, 63), SNECK_E_ARG);
	}
	assert_int_equal(
		sneck_ticket_send(p.client.conn, &params, &p.client.out, mem, sizeof mem, &len),
		SNECK_E_ARG);
	assert_int_equal(
		sneck_ticket_send(p.server.conn, &params, &p.server.out, mem, sizeof mem, &len),
		SNECK_E_UNSUPPORTED);
	say_both();
	pair_wipe(&p);
}

/* A session, or a key, that is offered to a server of TLS 1.2: a full handshake, of which nothing
 * is left that was the session's; with early data it is over. RFC 9846, D.3. */
static void n22_a_session_and_an_old_server(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		resume_ticket(&p, 75);
		pair_old(&p);
		p.client.cfg.min_version = 0;
		p.client.resume_flags = early ? SNECK_SESSION_EARLY_DATA : 0;
		p.client.say_early = words;
		resume_start(&p);
		if (!early) {
			resume_expect(&p, 0);
			assert_int_equal(p.client.v.calls, 1);
			assert_int_equal(p.client.conn->hs.version, SNECK_TLS12);
		} else {
			pair_run(&p);
			assert_int_equal(p.client.st.err, SNECK_E_NO_VERSION);
			assert_int_equal(p.client.st.alert, SNECK_ALERT_PROTOCOL_VERSION);
		}
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n48_ring_runs_out),
		cmocka_unit_test(t1_ticket_without_room),
		cmocka_unit_test(n40_raw_keys_and_old_versions),
		cmocka_unit_test(t5_every_question_with_a_retry),
		cmocka_unit_test(t5_stale_while_an_alert_waits),
		cmocka_unit_test(old_schemes_of_an_answer),
		cmocka_unit_test(early_then_saved),
		cmocka_unit_test(early_then_split),
		cmocka_unit_test(early_then_external),
		cmocka_unit_test(old_and_functions_of_the_new),
		cmocka_unit_test(n22_a_session_and_an_old_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
