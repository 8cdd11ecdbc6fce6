/* SPDX-License-Identifier: MIT */
/* ask12_test.c: questions to a server of TLS 1.2: the ServerKeyExchange signed elsewhere, the
 * credential chosen elsewhere, the config by the ClientHello, which decides the version, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/hold.h"

#include "ext/select.h"

static struct pair p, q;

static void prepare(struct pair *pair, uint64_t seed, uint32_t ask)
{
	pair_init(pair, seed);
	pair_old(pair);
	pair->server.cfg.ask |= ask;
}

static void hold(struct pair *pair, int state)
{
	if (!hold_at(&pair->server, &pair->client, state))
		fail_msg("never asked: %s", sneck_state_name(pair->server.st.state));
}

static void finish(struct pair *pair, uint16_t version)
{
	struct sneck_facts facts;

	pair_run(pair);
	pair_expect(pair);
	assert_int_equal(sneck_conn_facts(pair->client.conn, &facts, sizeof facts), SNECK_OK);
	assert_int_equal(facts.version, version);
	pair_chat(pair);
}

static void sign(const struct transparent_signer *s, struct sneck_span tbs, uint8_t *sig)
{
	size_t len;

	assert_int_equal(s->signer.sign(s->signer.ctx, 0x0403, tbs, sig, SNECK_SIG_MAX, &len),
			 SNECK_OK);
	assert_int_equal(len, TRANSPARENT_SIG);
}

static void refused(struct end *e, const void *sig, size_t len, enum sneck_rc rc)
{
	hold_freeze(e);
	assert_int_equal(sneck_answer_signature(e->conn, e->st.op, sig, len), rc);
	hold_same(e, "a signature that will not do");
	assert_int_equal(end_step(e), SNECK_NEEDS_LOCAL_SIGNATURE);
}

/* Both randoms and the parameters, and what will not do as a signature of them. */
static void signature(void **state)
{
	static uint8_t sig[SNECK_SIG_MAX], bad[SNECK_SIG_MAX + 1];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct end *const e = &p.server;
		struct transparent_signer foreign;
		struct sneck_span tbs;

		prepare(&p, 1, SNECK_ASK_SIGN);
		prepare(&q, 2, SNECK_ASK_SIGN);
		e->poison = e->move = i & 1;
		e->rfc_mode = (i & 2) != 0;
		pair_start(&p);
		pair_start(&q);
		hold(&q, SNECK_NEEDS_LOCAL_SIGNATURE);
		hold(&p, SNECK_NEEDS_LOCAL_SIGNATURE);
		assert_int_equal(e->st.u.sign.scheme, 0x0403);
		assert_ptr_equal(e->st.u.sign.credential, &e->cred);
		tbs = e->st.u.sign.tbs;
		assert_int_equal(tbs.len, 64 + 4 + e->conn->hs.work->nego.kex->offer_len);
		assert_memory_equal(tbs.p, &e->conn->hs.work->sched12.r, 64);
		assert_int_equal(tbs.p[64], 3); /* named_curve */
		sign(&e->signer, tbs, sig);
		refused(e, sig, 0, SNECK_E_ARG);
		refused(e, sig, sizeof bad, SNECK_E_ARG);
		refused(e, sig, TRANSPARENT_SIG - 1u, SNECK_E_OWN_SIGNATURE);
		for (unsigned bit = 0; bit < 8 * TRANSPARENT_SIG; bit++) {
			memcpy(bad, sig, TRANSPARENT_SIG);
			bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
			refused(e, bad, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		}
		sign(&e->signer, q.server.st.u.sign.tbs, bad); /* another connection's */
		refused(e, bad, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		transparent_signer(&foreign, TRANSPARENT_ECDSA, 99);
		sign(&foreign, tbs, bad);
		refused(e, bad, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		assert_int_equal(sneck_answer_signature(e->conn, e->st.op, sig, TRANSPARENT_SIG),
				 SNECK_OK);
		finish(&p, SNECK_TLS12);
		pair_wipe(&p);
		pair_wipe(&q);
	}
}

/* A signer that lies is found out before anything is sent, if the config says so. */
static void own_check(void **state)
{
	(void)state;
	for (uint8_t check = 0; check < 3; check++) {
		prepare(&p, 1, 0);
		p.server.cfg.check_own_signature = check;
		p.server.signer.garbage = true;
		pair_start(&p);
		pair_run(&p);
		if (check == 1)
			assert_int_equal(p.server.st.err, SNECK_E_OWN_SIGNATURE);
		else
			assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
		pair_wipe(&p);
		prepare(&p, 1, 0);
		p.server.cfg.check_own_signature = check;
		pair_start(&p);
		finish(&p, SNECK_TLS12);
		pair_wipe(&p);
	}
}

/* The credential decides what signs, and with it the suite. */
static void credential(void **state)
{
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_RSA };
	static const char *const names[] = { "somebody.example" };

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct end *const e = &p.server;

		prepare(&p, 3, SNECK_ASK_CREDENTIAL);
		transparent_cert(e->certs[0], sizeof e->certs[0], kinds[i & 1], e->signer.id);
		transparent_signer(&e->signer, kinds[i & 1], e->signer.id);
		e->cred.names = names; /* whoever answers knows better */
		e->cred.n_names = 1;
		e->cfg.n_credentials = 0;
		e->cfg.prefer_peer_order = i & 2;
		e->poison = e->move = i & 4;
		pair_start(&p);
		hold(&p, SNECK_NEEDS_CREDENTIAL);
		assert_true(e->st.u.cred.schemes.len != 0);
		hold_freeze(e);
		assert_int_equal(sneck_answer_credential(e->conn, e->st.op, NULL), SNECK_E_ARG);
		hold_same(e, "no credential");
		assert_int_equal(end_step(e), SNECK_NEEDS_CREDENTIAL);
		assert_int_equal(sneck_answer_credential(e->conn, e->st.op, &e->cred), SNECK_OK);
		finish(&p, SNECK_TLS12);
		assert_int_equal(e->conn->hs.suite->auth, i & 1 ? AUTH_RSA : AUTH_ECDSA);
		pair_wipe(&p);
	}
}

/* Of a client that can do both, the config that is answered makes one of them. */
static void version(void **state)
{
	static const uint16_t ids[] = { SNECK_TLS12, SNECK_TLS13 };

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct sneck_config other;
		struct end *const e = &p.server;

		pair_init(&p, 4);
		p.client.cfg.min_version = e->cfg.min_version = 0;
		e->cfg.ask |= SNECK_ASK_CLIENT_HELLO;
		e->late_scratch = (i & 2) != 0;
		e->poison = (i & 4) != 0;
		other = e->cfg;
		other.min_version = other.max_version = ids[i & 1];
		pair_start(&p);
		hold(&p, SNECK_RECEIVED_CLIENT_HELLO);
		assert_int_equal(sneck_answer_client_hello(e->conn, e->st.op, &other), SNECK_OK);
		finish(&p, ids[i & 1]);
		pair_wipe(&p);
	}
}

/* PKCS #1 signs in TLS 1.2 alone: a credential that has nothing else may be answered with there. */
static void pkcs1_will_do(void **state)
{
	static const uint16_t pkcs1[] = { SNECK_RSA_PKCS1_SHA256, 0 };
	const struct sneck_signer signer = { .schemes = pkcs1 };
	const struct sneck_credential cred = { SNECK_CREDENTIAL_INIT, .signer = &signer };
	struct nego ng = { .version = SNECK_TLS12,
			   .role = SNECK_SERVER,
			   .peer_sign = sneck__scheme_bit(SNECK_RSA_PKCS1_SHA256) };

	(void)state;
	assert_true(sneck__select_own_scheme(&ng, &cred));
	ng.version = SNECK_TLS13;
	assert_false(sneck__select_own_scheme(&ng, &cred));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature),	 cmocka_unit_test(own_check),
		cmocka_unit_test(credential),	 cmocka_unit_test(version),
		cmocka_unit_test(pkcs1_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
