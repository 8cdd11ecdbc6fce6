/* SPDX-License-Identifier: MIT */
/* verdict_test.c: answers that come late, twice, for another question, leaf or connection (T5);
 * connections that go while a job runs (T6); verdicts of every kind (T16); jobs as flat blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

#define MANY 100u

static struct pair p, q;

static void start(struct pair *pair, uint64_t seed, uint32_t ask)
{
	pair_init(pair, seed);
	pair->client.cfg.ask |= SNECK_ASK_VERIFY | ask;
	pair_start(pair);
}

/* Runs until this state is shown; false: it never is. */
static bool until(struct pair *pair, int state)
{
	struct end *const c = &pair->client;

	for (int i = 0; i < 60; i++) {
		wire_move(&pair->server, c);
		if (end_step(c) == state)
			return true;
		wire_move(c, &pair->server);
		(void)end_run(&pair->server);
	}
	return false;
}

static uint8_t snapshot[SNECK_CONN_MAX];

static void unchanged(struct end *e, enum sneck_rc rc, enum sneck_rc want)
{
	((struct sneck_conn *)(void *)snapshot)->misuse = e->conn->misuse;
	assert_int_equal(rc, want);
	assert_memory_equal(snapshot, e->conn, sizeof snapshot);
}

static void t5_stale(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < MANY; i++) {
		struct end *const c = &p.client;
		struct sneck_verdict v;
		uint64_t op, other;

		start(&p, i, 0);
		start(&q, i + 5000, 0);
		assert_true(until(&p, SNECK_RECEIVED_CERTIFICATE));
		assert_true(c->st.flags & SNECK_ST_NEW);
		op = c->st.op;
		assert_int_not_equal(op, 0);
		assert_true(until(&q, SNECK_RECEIVED_CERTIFICATE));
		other = q.client.st.op;
		assert_int_not_equal(op, other);
		if (i % 2 != 0)
			assert_true(until(&p, SNECK_NEEDS_SIGNATURE));
		assert_int_equal(c->st.op, op);

		v = end_verdict(c);
		memcpy(snapshot, c->conn, sizeof snapshot);
		unchanged(c, sneck_answer_verdict(c->conn, other, &v), SNECK_E_STALE);
		unchanged(c, sneck_answer_verdict(c->conn, 0, &v), SNECK_E_STALE);
		unchanged(c, sneck_answer_verdict(c->conn, op + 1u, &v), SNECK_E_STALE);
		unchanged(c, sneck_answer_refuse(c->conn, other, 42), SNECK_E_STALE);
		unchanged(c, sneck_answer_schemes(c->conn, op, (const uint16_t[]){ 0x0403 }, 1),
			  SNECK_E_STALE);
		v.leaf_id[i % 32] ^= 4; /* right question, another leaf */
		unchanged(c, sneck_answer_verdict(c->conn, op, &v), SNECK_E_STALE);
		v.leaf_id[i % 32] ^= 4;
		v.sig = SNECK_SIG_VALID_DANGEROUS;
		unchanged(c, sneck_answer_verdict(c->conn, op, &v), SNECK_E_ARG);
		v.sig = 0;

		assert_int_equal(sneck_answer_verdict(c->conn, op, &v), SNECK_OK);
		memcpy(snapshot, c->conn, sizeof snapshot);
		unchanged(c, sneck_answer_verdict(c->conn, op, &v), SNECK_E_STALE);
		unchanged(c, sneck_answer_refuse(c->conn, op, 42), SNECK_E_STALE);
		pair_run(&p);
		assert_true(pair_connected(&p));
		memcpy(snapshot, c->conn, sizeof snapshot);
		unchanged(c, sneck_answer_verdict(c->conn, op, &v), SNECK_E_STALE);

		v = end_verdict(&q.client);
		v.chain = 0; /* refused: the connection has ended, and says with what */
		assert_int_equal(sneck_answer_verdict(q.client.conn, other, &v), SNECK_OK);
		assert_int_equal(sneck_answer_verdict(q.client.conn, other, &v),
				 SNECK_E_CERT_REFUSED);
		pair_run(&q);
		assert_int_equal(q.client.st.err, SNECK_E_CERT_REFUSED);
		assert_int_equal(q.server.st.alert, 46);
		assert_int_equal(q.server.st.err, SNECK_E_PEER_ALERT);
		pair_wipe(&p);
		pair_wipe(&q);
	}
}

/* T6: the connection goes at each open question; its memory holds another one when the answer
 * comes. */
static void t6_wiped_while_a_job_runs(void **state)
{
	static const int where[] = { SNECK_RECEIVED_CERTIFICATE, SNECK_NEEDS_SIGNATURE,
				     SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES };
	static _Alignas(SNECK_ALIGN) uint8_t job[4000];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sneck_verdict v;
		size_t size = 0;
		uint64_t op;

		start(&p, i, i == 2 ? SNECK_ASK_SCHEMES : 0);
		assert_true(until(&p, where[i]));
		op = p.client.st.op;
		if (i == 0) {
			size = sneck_verify_job_size(&p.client.st.u.cert);
			assert_int_equal(
				sneck_verify_job_pack(&p.client.st.u.cert, job, sizeof job),
				SNECK_OK);
		}
		v = end_verdict(&p.client);
		pair_wipe(&p);
		assert_int_equal(sneck_answer_verdict(p.client.conn, op, &v), SNECK_E_STALE);
		assert_int_equal(sneck_answer_refuse(p.client.conn, op, 42), SNECK_E_STALE);
		if (i == 0) /* and the job has not noticed */
			assert_int_equal(sneck_verify_job_run(&p.client.v.verifier, job, size, &v),
					 SNECK_OK);
		assert_int_equal(v.chain, SNECK_CHAIN_VALID);
	}
}

static bool accepted(const struct sneck_verdict *v)
{
	struct end *const c = &p.client;
	enum sneck_rc rc;

	start(&p, 3, SNECK_ASK_VERIFY_SIG);
	assert_true(until(&p, SNECK_RECEIVED_CERTIFICATE));
	rc = sneck_answer_verdict(c->conn, c->st.op, v);
	if (rc == SNECK_OK)
		pair_run(&p);
	else
		assert_int_equal(rc, SNECK_E_STALE);
	rc = pair_connected(&p) ? SNECK_OK : SNECK_E_REFUSED;
	assert_int_equal(p.client.n_done + p.server.n_done, rc == SNECK_OK ? 2 : 0);
	pair_wipe(&p);
	return rc == SNECK_OK;
}

static void t16_every_mutation_refuses(void **state)
{
	struct sneck_verdict good, v;
	uint64_t dice = 99;

	(void)state;
	start(&p, 3, 0);
	assert_true(until(&p, SNECK_RECEIVED_CERTIFICATE));
	good = end_verdict(&p.client);
	pair_wipe(&p);
	assert_true(accepted(&good));
	memset(&v, 0, sizeof v);
	assert_false(accepted(&v));
	memcpy(v.leaf_id, good.leaf_id, sizeof v.leaf_id);
	assert_false(accepted(&v));
	for (unsigned bit = 0; bit < 32; bit++) {
		v = good;
		v.chain ^= UINT32_C(1) << bit;
		assert_false(accepted(&v));
	}
	for (unsigned bit = 0; bit < 256; bit++) {
		v = good;
		v.leaf_id[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(accepted(&v));
	}
	for (unsigned i = 0; i < 300; i++) {
		uint8_t *const b = (uint8_t *)&v;

		for (size_t k = 0; k < sizeof v; k++) {
			dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
			b[k] = (uint8_t)(dice >> 56);
		}
		if (i % 2 != 0)
			memcpy(v.leaf_id, good.leaf_id, sizeof v.leaf_id);
		assert_false(accepted(&v));
	}
	v = good; /* why, and with what alert, does not matter to one that accepts */
	v.reason = -0x501;
	v.alert = 42;
	assert_true(accepted(&v));
}

/* A verdict may waive the signature only when it was asked for, and by the exact number. */
static void n33_signature_waived(void **state)
{
	static const uint32_t says[] = { SNECK_SIG_VALID_DANGEROUS, 0, 1, 0xd3a90f46u,
					 0xffffffffu };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct end *const c = &p.client;
		struct sneck_verdict v;

		pair_init(&p, 4);
		c->cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG;
		p.server.signer.garbage = true;
		pair_start(&p);
		assert_true(until(&p, SNECK_RECEIVED_SIGNATURE));
		assert_int_equal(c->st.u.sig.scheme, 0x0403);
		assert_int_equal(c->st.u.sig.sig.len, TRANSPARENT_SIG);
		assert_true(until(&p, SNECK_NEEDS_SIGNATURE));
		assert_int_equal(c->st.u.verdict.scheme, 0x0403);
		assert_int_equal(c->st.u.verdict.message.len, 98 + c->conn->hs.hash->len);
		assert_int_equal(c->st.u.verdict.name.len, 11);
		v = end_verdict(c);
		v.sig = says[i];
		assert_int_equal(sneck_answer_verdict(c->conn, c->st.op, &v), SNECK_OK);
		pair_run(&p);
		assert_int_equal(c->st.state, i == 0 ? SNECK_TRAFFIC_TRANSIT : SNECK_FAILED);
		assert_int_equal(c->st.err, i == 0 ? SNECK_OK : SNECK_E_BAD_SIGNATURE);
		pair_wipe(&p);
	}
}

static void reasons_and_refusals(void **state)
{
	static const struct {
		int32_t reason;
		uint8_t alert;
		enum sneck_rc rc;
		uint8_t sent;
	} cases[] = {
		{ 0, 0, SNECK_E_CERT_REFUSED, 46 },
		{ SNECK_E_CERT_EXPIRED, 0, SNECK_E_CERT_EXPIRED, 45 },
		{ SNECK_E_CERT_NAME, 0, SNECK_E_CERT_NAME, 42 },
		{ SNECK_E_CERT_ISSUER, 49, SNECK_E_CERT_ISSUER, 49 },
		{ -0x5fe, 0, SNECK_E_CERT_REFUSED, 46 },
		{ SNECK_E_BAD_MAC, 0, SNECK_E_CERT_REFUSED, 46 },
		{ SNECK_E_ARG, 44, SNECK_E_CERT_REFUSED, 44 },
		{ 7, 0, SNECK_E_CERT_REFUSED, 46 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0] + 2; i++) {
		const bool refuse = i >= sizeof cases / sizeof cases[0];
		struct end *const c = &p.client;
		struct sneck_verdict v;

		start(&p, 5, 0);
		assert_true(until(&p, i % 2 ? SNECK_NEEDS_SIGNATURE : SNECK_RECEIVED_CERTIFICATE));
		v = end_verdict(c);
		v.chain = 0;
		v.reason = refuse ? 0 : cases[i].reason;
		v.alert = refuse ? 0 : cases[i].alert;
		if (refuse)
			assert_int_equal(sneck_answer_refuse(c->conn, c->st.op, 49), SNECK_OK);
		else
			assert_int_equal(sneck_answer_verdict(c->conn, c->st.op, &v), SNECK_OK);
		pair_run(&p);
		assert_int_equal(c->st.err, refuse ? SNECK_E_REFUSED : cases[i].rc);
		assert_int_equal(c->st.alert, refuse ? 49 : cases[i].sent);
		assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
		assert_int_equal(p.server.st.alert, c->st.alert);
		pair_wipe(&p);
	}
}

/* The schemes that the application gives are what is offered, and nothing else is accepted. */
static void schemes_answered(void **state)
{
	static const uint16_t rsa[] = { 0x0804 }, none[] = { 0x0401, 0x0403 };
	struct end *const c = &p.client;
	uint64_t op;

	(void)state;
	start(&p, 6, SNECK_ASK_SCHEMES);
	assert_int_equal(end_run(c), SNECK_MUST_TRANSMIT_TLS_DATA); /* the driver answers */
	assert_int_equal(c->conn->hs.work->nego.n_schemes, 3);
	pair_wipe(&p);
	for (int i = 0; i < 2; i++) {
		pair_init(&p, 6);
		c->cfg.ask |= SNECK_ASK_SCHEMES;
		pair_start(&p);
		assert_int_equal(sneck_process(c->conn, &c->in, &c->out, &c->st),
				 SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES);
		op = c->st.op;
		assert_int_equal(sneck_answer_schemes(c->conn, op, none, 1), SNECK_E_ARG);
		if (i == 0) {
			assert_int_equal(sneck_answer_schemes(c->conn, op, rsa, 1), SNECK_OK);
			assert_int_equal(sneck_answer_schemes(c->conn, op, rsa, 1), SNECK_E_STALE);
		} else {
			assert_int_equal(sneck_answer_refuse(c->conn, op, 80), SNECK_OK);
		}
		pair_run(&p);
		assert_int_equal(p.server.st.state, SNECK_FAILED);
		assert_int_equal(p.server.st.err, i == 0 ? SNECK_E_NO_SCHEME : SNECK_E_PEER_ALERT);
		assert_int_equal(c->st.err, i == 0 ? SNECK_E_PEER_ALERT : SNECK_E_REFUSED);
		pair_wipe(&p);
	}
}

/* st.op is the open question, and nothing once it is answered. */
static void op_is_what_is_open(void **state)
{
	struct end *const c = &p.client;
	struct sneck_verdict v;

	(void)state;
	start(&p, 7, SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES);
	assert_true(until(&p, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES));
	assert_true(until(&p, SNECK_RECEIVED_CERTIFICATE));
	assert_int_not_equal(c->st.op, 0);
	v = end_verdict(c);
	assert_int_equal(sneck_answer_verdict(c->conn, c->st.op, &v), SNECK_OK);
	assert_true(until(&p, SNECK_RECEIVED_SIGNATURE));
	assert_int_equal(c->st.op, 0);
	pair_run(&p);
	assert_true(pair_connected(&p));
	pair_wipe(&p);

	pair_init(&p, 7);
	c->cfg.ask |= SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES;
	pair_start(&p);
	assert_true(until(&p, SNECK_RECEIVED_SIGNATURE));
	assert_int_equal(c->st.op, 0);
	pair_run(&p);
	assert_true(pair_connected(&p));
	pair_wipe(&p);
}

static void jobs(void **state)
{
	static _Alignas(SNECK_ALIGN) uint8_t job[4000], bad[4000];
	struct end *const c = &p.client;
	struct sneck_cert_entry e;
	struct sneck_verdict v;
	size_t size, refused = 0;

	(void)state;
	start(&p, 8, 0);
	assert_true(until(&p, SNECK_RECEIVED_CERTIFICATE));
	assert_int_equal(c->st.u.cert.n_entries, 2);
	assert_int_equal(sneck_cert_at(&c->st.u.cert, 1, &e), SNECK_OK);
	assert_int_equal(e.der.len, 600);
	assert_memory_equal(e.der.p, p.server.certs[1], 600);
	assert_int_equal(sneck_cert_at(&c->st.u.cert, 2, &e), SNECK_E_ARG);
	size = sneck_verify_job_size(&c->st.u.cert);
	assert_true(size > 1200 && size < sizeof job);
	assert_int_equal(sneck_verify_job_pack(&c->st.u.cert, job, size - 1u), SNECK_WANT_SPACE);
	job[size] = 0xa5;
	assert_int_equal(sneck_verify_job_pack(&c->st.u.cert, job, size), SNECK_OK);
	assert_int_equal(job[size], 0xa5);
	assert_int_equal(sneck_verify_job_run(&c->v.verifier, job, size, &v), SNECK_OK);
	assert_int_equal(c->v.calls, 1);
	for (size_t n = 0; n < size; n++) {
		memset(&v, 0xff, sizeof v);
		assert_int_equal(sneck_verify_job_run(&c->v.verifier, job, n, &v), SNECK_E_ARG);
		assert_int_equal(v.chain, 0);
	}
	for (size_t i = 0; i < size * 8; i++) {
		struct sneck_verdict w;
		enum sneck_rc rc;

		memcpy(bad, job, size);
		bad[i / 8] ^= (uint8_t)(1u << i % 8);
		rc = sneck_verify_job_run(&c->v.verifier, bad, size, &w);
		refused += rc == SNECK_E_ARG;
		assert_true(rc == SNECK_OK || rc == SNECK_E_ARG);
	}
	assert_true(refused > 100);
	c->v.rc = SNECK_E_NO_MEMORY;
	assert_int_equal(sneck_verify_job_run(&c->v.verifier, job, size, &v), SNECK_E_NO_MEMORY);
	assert_int_equal(v.chain, 0);
	c->v.rc = SNECK_OK;
	assert_int_equal(sneck_verify_job_run(&c->v.verifier, job, size, &v), SNECK_OK);
	assert_int_equal(sneck_answer_verdict(c->conn, c->st.op, &v), SNECK_OK);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(sneck_verify_job_size(&(struct sneck_cert_st){ .conn = c->conn }), 0);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t5_stale),
		cmocka_unit_test(t6_wiped_while_a_job_runs),
		cmocka_unit_test(t16_every_mutation_refuses),
		cmocka_unit_test(n33_signature_waived),
		cmocka_unit_test(reasons_and_refusals),
		cmocka_unit_test(schemes_answered),
		cmocka_unit_test(op_is_what_is_open),
		cmocka_unit_test(jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
