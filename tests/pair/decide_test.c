/* SPDX-License-Identifier: MIT */
/* decide_test.c: every decision as data, in both roles: answers that come late, twice, for another
 * question or connection (T5); connections that go while one is open (T6); questions shown again
 * (T9); refusals; and the choice of a credential, by the config and by the application. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/hold.h"

static struct pair p, q;

static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 } };

#define ASK_ALL                                                                                    \
	(SNECK_ASK_CLIENT_HELLO | SNECK_ASK_SCHEMES | SNECK_ASK_CREDENTIAL | SNECK_ASK_SIGN |      \
	 SNECK_ASK_VERIFY)

/* Questions in their order, of a handshake in which everything is asked. */
static const struct {
	int role, state;
} questions[] = {
	{ SNECK_CLIENT, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES },
	{ SNECK_SERVER, SNECK_RECEIVED_CLIENT_HELLO },
	{ SNECK_SERVER, SNECK_NEEDS_CREDENTIAL },
	{ SNECK_SERVER, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES },
	{ SNECK_SERVER, SNECK_NEEDS_LOCAL_SIGNATURE },
	{ SNECK_CLIENT, SNECK_NEEDS_CREDENTIAL },
	{ SNECK_CLIENT, SNECK_NEEDS_SIGNATURE },
	{ SNECK_CLIENT, SNECK_NEEDS_LOCAL_SIGNATURE },
	{ SNECK_SERVER, SNECK_NEEDS_SIGNATURE },
};
#define N_QUESTIONS (sizeof questions / sizeof questions[0])

static void prepare(struct pair *pair, uint64_t seed)
{
	struct end *const ends[2] = { &pair->client, &pair->server };

	pair_init(pair, seed);
	pair_client_auth(pair, SNECK_AUTH_REQUIRED);
	for (int i = 0; i < 2; i++) {
		ends[i]->cfg.ask |= ASK_ALL;
		ends[i]->cfg.alpn = alpn;
		ends[i]->cfg.n_alpn = 1;
		ends[i]->answer = 2;
	}
}

static struct end *asked(struct pair *pair, size_t i)
{
	return questions[i].role == SNECK_CLIENT ? &pair->client : &pair->server;
}

static void hold(struct pair *pair, size_t i)
{
	struct end *const e = asked(pair, i);

	if (!hold_at(e, e == &pair->client ? &pair->server : &pair->client, questions[i].state))
		fail_msg("question %zu is never asked: %s", i, sneck_state_name(e->st.state));
	assert_int_not_equal(e->st.op, 0);
}

static void finish(struct pair *pair)
{
	pair_run(pair);
	pair_chat(pair);
}

static enum sneck_rc answer_by(struct end *e, unsigned how, uint64_t op)
{
	static const uint16_t schemes[] = { 0x0403 };
	static const uint8_t sig[TRANSPARENT_SIG] = { 1 };
	struct sneck_verdict v = end_verdict(e);

	switch (how) {
	case 0:
		return sneck_answer_client_hello(e->conn, op, &e->cfg);
	case 1:
		return sneck_answer_schemes(e->conn, op, schemes, 1);
	case 2:
		return sneck_answer_credential(e->conn, op, &e->cred);
	case 3:
		return sneck_answer_signature(e->conn, op, sig, sizeof sig);
	case 4:
		return sneck_answer_verdict(e->conn, op, &v);
	default:
		return sneck_answer_refuse(e->conn, op, 40);
	}
}

static bool is_for(unsigned how, int state)
{
	static const int of[] = { SNECK_RECEIVED_CLIENT_HELLO, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES,
				  SNECK_NEEDS_CREDENTIAL, SNECK_NEEDS_LOCAL_SIGNATURE,
				  SNECK_NEEDS_SIGNATURE };

	return how > 4 || of[how] == state;
}

static void stale(struct end *e, unsigned how, uint64_t op)
{
	hold_freeze(e);
	assert_int_equal(answer_by(e, how, op), SNECK_E_STALE);
	hold_same(e, "a stale answer");
	assert_true(sneck_misuse_text(e->conn)[0] != '\0');
}

static void t5_stale(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_QUESTIONS; i++)
		for (uint64_t seed = 0; seed < 4; seed++) {
			struct end *const e = asked(&p, i);
			uint64_t op;

			prepare(&p, seed);
			prepare(&q, seed + 5000);
			pair_start(&p);
			pair_start(&q);
			hold(&q, i);
			hold(&p, i);
			op = e->st.op;
			for (unsigned how = 0; how < 6; how++) {
				stale(e, how, 0);
				stale(e, how, op + 1);
				stale(e, how, op - 1);
				stale(e, how, asked(&q, i)->st.op);
				if (!is_for(how, questions[i].state))
					stale(e, how, op);
			}
			end_answer(e);
			for (unsigned how = 0; how < 6; how++)
				stale(e, how, op);
			finish(&p);
			for (unsigned how = 0; how < 6; how++)
				stale(e, how, op);
			end_answer(asked(&q, i));
			finish(&q);
			pair_wipe(&p);
			pair_wipe(&q);
		}
}

static void t6_wiped_at_each_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_QUESTIONS; i++) {
		struct end *const e = asked(&p, i);
		uint64_t op;

		prepare(&p, i);
		pair_start(&p);
		hold(&p, i);
		op = e->st.op;
		pair_wipe(&p);
		for (size_t k = 0; k < sneck_conn_size(&e->cfg, e->role); k++)
			assert_int_equal(((uint8_t *)e->conn)[k], 0);
		for (size_t k = 0; k < sizeof e->scratch; k++)
			assert_int_equal(e->scratch[k], 0);
		prepare(&p, i + 77);
		pair_start(&p);
		hold(&p, i);
		for (unsigned how = 0; how < 6; how++) /* the job ends now */
			stale(e, how, op);
		end_answer(e);
		finish(&p);
		pair_wipe(&p);
	}
}

static void t9_asked_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_QUESTIONS; i++)
		for (int rfc = 0; rfc < 2; rfc++) {
			struct end *const e = asked(&p, i);
			struct sneck_status was;

			prepare(&p, i);
			p.client.rfc_mode = p.server.rfc_mode = rfc;
			pair_start(&p);
			hold(&p, i);
			was = e->st;
			/* a verdict's op was shown with the certificate */
			assert_int_equal((was.flags & SNECK_ST_NEW) != 0,
					 questions[i].state != SNECK_NEEDS_SIGNATURE);
			for (int k = 0; k < 3; k++) {
				assert_int_equal(end_step(e), questions[i].state);
				assert_false(e->st.flags & SNECK_ST_NEW);
				assert_true(e->st.op == was.op);
				assert_true(k == 0 || e->st.discard == 0);
			}
			end_answer(e);
			finish(&p);
			pair_wipe(&p);
		}
}

static void each_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * N_QUESTIONS; i++) {
		struct end *const e = asked(&p, i / 2);
		struct end *const peer = e == &p.client ? &p.server : &p.client;
		struct sneck_failure f;

		prepare(&p, i);
		pair_start(&p);
		hold(&p, i / 2);
		if (i % 2 == 0)
			assert_int_equal(sneck_answer_refuse(e->conn, e->st.op, 49), SNECK_OK);
		else
			assert_int_equal(sneck_fail(e->conn, 49), SNECK_OK);
		assert_int_equal(sneck_answer_refuse(e->conn, e->st.op, 49), e->conn->err);
		pair_run(&p);
		assert_int_equal(e->st.state, SNECK_FAILED);
		assert_int_equal(e->st.err, i % 2 == 0 ? SNECK_E_REFUSED : SNECK_E_ABORTED);
		assert_int_equal(e->st.alert, 49);
		assert_int_equal(sneck_conn_failure(e->conn, &f), SNECK_OK);
		assert_int_equal(e->n_done, 0);
		assert_int_equal(e->n_got + peer->n_got, 0);
		/* a server has not heard of this client, or is told */
		assert_int_equal(peer->st.err, SNECK_E_PEER_ALERT);
		assert_int_equal(peer->st.alert, 49);
		pair_wipe(&p);
	}
}

/* What is written goes out before anybody is waited for. */
static void output_precedes_questions(void **state)
{
	(void)state;
	for (size_t i = 1; i < N_QUESTIONS; i++)
		for (int rfc = 0; rfc < 2; rfc++) {
			prepare(&p, i);
			p.client.rfc_mode = p.server.rfc_mode = rfc;
			pair_start(&p);
			hold(&p, i);
			assert_false(sneck__emit_waits(asked(&p, i)->conn));
			end_answer(asked(&p, i));
			finish(&p);
			pair_wipe(&p);
		}
}

/* ---- credentials by the config ---- */

static void by_name_and_scheme(void **state)
{
	static const char *const org[] = { "example.org", "www.example.org" };
	static const char *const net[] = { "*.example.net" };
	static const struct {
		const char *name;
		uint16_t scheme; /* the one that the client takes; 0: any */
		int chosen;	 /* the key's id; 0: NO_NAME, -1: NO_SCHEME */
		uint16_t signs;
	} cases[] = {
		{ "example.org", 0, 21, 0x0403 },
		{ "www.example.org", 0, 21, 0x0403 },
		{ "EXAMPLE.org", 0x0804, 22, 0x0804 },
		{ "example.org", 0x0806, 22, 0x0806 },
		{ "example.org", 0x0807, -1, 0 },
		{ "a.example.net", 0, 23, 0x0807 },
		{ "a.example.net", 0x0403, -1, 0 },
		{ "a.example.net", 0x0807, 23, 0x0807 },
		{ "example.net", 0, 0, 0 },
		{ "a.b.example.net", 0, 0, 0 },
		{ "other.test", 0, 0, 0 },
		{ NULL, 0, 21, 0x0403 },
		{ NULL, 0x0805, 22, 0x0805 },
		{ NULL, 0x0807, 23, 0x0807 },
		{ "192.0.2.1", 0x0804, 22, 0x0804 }, /* an address is no server_name */
	};
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_RSA,
						       TRANSPARENT_ED25519 };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
		const char *const name = cases[i / 2].name;
		const uint16_t only[] = { cases[i / 2].scheme, 0 };
		struct sneck_credential *creds;

		pair_init(&p, i);
		creds = end_credentials(&p.server, kinds, 3, org, 2);
		creds[2].names = net;
		creds[2].n_names = 1;
		if (i % 2 != 0) /* behind a retry the choice is the same */
			pair_retry(&p);
		p.client.cfg.insecure_no_name = 1;
		if (only[0] != 0)
			p.client.v.verifier.schemes = only;
		pair_start(&p);
		if (name != NULL)
			assert_int_equal(sneck_conn_set_name(p.client.conn, name, strlen(name)),
					 SNECK_OK);
		pair_run(&p);
		if (cases[i / 2].chosen > 0) {
			assert_true(pair_connected(&p));
			assert_int_equal(end_facts(&p.server).own_scheme, cases[i / 2].signs);
		} else {
			const bool named = cases[i / 2].chosen < 0;

			assert_int_equal(p.server.st.err,
					 named ? SNECK_E_NO_SCHEME : SNECK_E_NO_NAME);
			assert_int_equal(p.client.st.alert, named ? 40 : 112);
		}
		pair_wipe(&p);
	}
}

/* ---- credentials by the application ---- */

static const struct sneck_span cas[] = { { (const uint8_t *)"0\1x", 3 } };

static void refused(struct end *e, const struct sneck_credential *c)
{
	hold_freeze(e);
	assert_int_equal(sneck_answer_credential(e->conn, e->st.op, c), SNECK_E_ARG);
	hold_same(e, "a credential that will not do");
}

static void credential_question(void **state)
{
	static const uint16_t cert_only[] = { 0x0401, 0 };

	(void)state;
	for (int i = 0; i < 8; i++) {
		const bool server = i & 1;
		struct end *const e = server ? &p.server : &p.client;
		struct sneck_credential c;
		struct transparent_signer other;

		prepare(&p, (uint64_t)i);
		p.client.v.verifier.ca_names = p.server.v.verifier.ca_names = cas;
		p.client.v.verifier.n_ca_names = p.server.v.verifier.n_ca_names = 1;
		p.client.cfg.announce_cas = 1;
		if (i & 2)
			pair_retry(&p);
		p.client.cfg.n_credentials = p.server.cfg.n_credentials = 0;
		pair_start(&p);
		hold(&p, server ? 2 : 5);
		assert_int_equal(e->conn->hs.retried, (i & 2) != 0);
		assert_int_equal(e->st.u.cred.name.len, server ? 11 : 0);
		assert_memory_equal(e->st.u.cred.name.p, "example.org", e->st.u.cred.name.len);
		assert_int_equal(e->st.u.cred.alpn.len, 2);
		assert_int_equal(e->st.u.cred.schemes.len, 6);
		assert_memory_equal(e->st.u.cred.schemes.p, "\4\3\x8\4\4\1", 6);
		assert_int_equal(e->st.u.cred.ca_names.len, 5);
		assert_memory_equal(e->st.u.cred.ca_names.p, "\0\0030\1x", 5);
		c = e->cred;
		c.size--;
		refused(e, &c);
		c = e->cred;
		c.n_chain = 0;
		refused(e, &c);
		c = e->cred;
		c.signer = NULL;
		refused(e, &c);
		transparent_signer(&other, TRANSPARENT_ED25519, 1);
		c.signer = &other.signer; /* the peer does not take it */
		refused(e, &c);
		other.signer.schemes = cert_only;
		refused(e, &c);
		if (server)
			refused(e, NULL);
		if (i < 4) {
			end_answer(e);
			finish(&p);
			assert_memory_not_equal(p.server.conn->hs.leaf_id, (uint8_t[32]){ 0 }, 32);
		} else if (!server) {
			assert_int_equal(sneck_answer_credential(e->conn, e->st.op, NULL),
					 SNECK_OK);
			pair_run(&p);
			assert_int_equal(p.server.st.err, SNECK_E_NO_CLIENT_CERT);
			assert_int_equal(p.client.st.alert, 116);
		}
		pair_wipe(&p);
	}
}

/* No span into what was received is left when the call is over. */
static void nothing_of_in_is_kept(void **state)
{
	(void)state;
	for (int server = 0; server < 2; server++) {
		const struct end *const e = server ? &p.server : &p.client;

		prepare(&p, 1);
		pair_start(&p);
		hold(&p, server ? 2 : 5);
		assert_null(e->conn->hs.work->nego.peer_schemes.p);
		assert_null(e->conn->hs.work->nego.peer_cas.p);
		assert_null(e->conn->hs.work->nego.peer_share.p);
		end_answer(asked(&p, server ? 2 : 5));
		finish(&p);
		pair_wipe(&p);
	}
}

/* Everything asked, everything chopped, everything moved. */
static void all_at_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 128; i++) {
		prepare(&p, i);
		p.client.rfc_mode = i & 1;
		p.server.rfc_mode = (i & 2) != 0;
		p.client.chunk = p.server.chunk = i & 4 ? 3 : 0;
		p.client.poison = p.server.poison = (i & 8) != 0;
		p.client.move = p.server.move = (i & 8) != 0;
		p.client.late_scratch = p.server.late_scratch = (i & 16) != 0;
		p.client.cfg.send_fragment = p.server.cfg.send_fragment = i & 32 ? 64 : 0;
		if (i & 64)
			pair_retry(&p);
		pair_start(&p);
		finish(&p);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t5_stale),
		cmocka_unit_test(t6_wiped_at_each_question),
		cmocka_unit_test(t9_asked_again),
		cmocka_unit_test(each_refused),
		cmocka_unit_test(output_precedes_questions),
		cmocka_unit_test(by_name_and_scheme),
		cmocka_unit_test(credential_question),
		cmocka_unit_test(nothing_of_in_is_kept),
		cmocka_unit_test(all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
