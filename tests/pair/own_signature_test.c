/* SPDX-License-Identifier: MIT */
/* own_signature_test.c: our signature made elsewhere, in both roles: what is to be signed, what of
 * the answers is refused and leaves the question open, config.check_own_signature; signatures of
 * another key, another request, another role. RFC 9846, 4.5.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/hold.h"

static struct pair p, q;

static struct end *of(struct pair *pair, int role)
{
	return role == SNECK_CLIENT ? &pair->client : &pair->server;
}

static struct end *other(struct pair *pair, int role)
{
	return role == SNECK_CLIENT ? &pair->server : &pair->client;
}

static void prepare(struct pair *pair, uint64_t seed, int role)
{
	pair_init(pair, seed);
	pair_client_auth(pair, SNECK_AUTH_REQUIRED);
	of(pair, role)->cfg.ask |= SNECK_ASK_SIGN;
}

static struct end *hold(struct pair *pair, int role)
{
	assert_true(hold_at(of(pair, role), other(pair, role), SNECK_NEEDS_LOCAL_SIGNATURE));
	return of(pair, role);
}

static void sign(const struct transparent_signer *s, uint16_t scheme, struct sneck_span tbs,
		 uint8_t *sig)
{
	size_t len;

	assert_int_equal(s->signer.sign(s->signer.ctx, scheme, tbs, sig, SNECK_SIG_MAX, &len),
			 SNECK_OK);
	assert_int_equal(len, TRANSPARENT_SIG);
}

static void refused(struct end *e, const void *sig, size_t len, enum sneck_rc rc)
{
	const uint64_t op = e->st.op;

	hold_freeze(e);
	assert_int_equal(sneck_answer_signature(e->conn, op, sig, len), rc);
	hold_same(e, "a signature that will not do");
	assert_int_equal(end_step(e), SNECK_NEEDS_LOCAL_SIGNATURE);
	assert_true(e->st.op == op);
}

static void finish(struct pair *pair)
{
	pair_run(pair);
	pair_expect(pair);
}

static void what_is_signed(void **state)
{
	static const char *const context[] = { "TLS 1.3, client CertificateVerify",
					       "TLS 1.3, server CertificateVerify" };

	(void)state;
	for (int role = 0; role < 2; role++) {
		const struct sneck_sign_st *st;
		struct end *e;

		prepare(&p, 1, role);
		of(&p, role)->signer.signer.sign = NULL; /* it is never called */
		pair_start(&p);
		e = hold(&p, role);
		st = &e->st.u.sign;
		assert_int_equal(st->scheme, 0x0403);
		assert_ptr_equal(st->credential, &e->cred);
		assert_int_equal(st->tbs.len, 98 + e->conn->hs.hash->len);
		assert_true(st->tbs.len <= 200);
		for (int i = 0; i < 64; i++)
			assert_int_equal(st->tbs.p[i], ' ');
		assert_memory_equal(st->tbs.p + 64, context[role == SNECK_SERVER], 34);
		transparent_signer(&e->signer, TRANSPARENT_ECDSA, e->signer.id);
		end_answer(e);
		finish(&p);
		assert_int_equal(other(&p, role)->conn->hs.peer_scheme, 0x0403);
		pair_wipe(&p);
	}
}

static void wrong_ones_leave_it_open(void **state)
{
	static uint8_t sig[SNECK_SIG_MAX], bad[SNECK_SIG_MAX + 1];

	(void)state;
	for (int i = 0; i < 4; i++) {
		const int role = i % 2;
		struct transparent_signer foreign;
		struct sneck_span tbs;
		struct end *e;

		prepare(&p, 1, role);
		prepare(&q, 2, role);
		p.server.poison = p.client.poison = i > 1;
		pair_start(&p);
		pair_start(&q);
		(void)hold(&q, role);
		e = hold(&p, role);
		tbs = e->st.u.sign.tbs;
		sign(&e->signer, 0x0403, tbs, sig);
		refused(e, sig, 0, SNECK_E_ARG);
		refused(e, sig, sizeof bad, SNECK_E_ARG);
		refused(e, sig, TRANSPARENT_SIG - 1u, SNECK_E_OWN_SIGNATURE);
		refused(e, sig, SNECK_SIG_MAX, SNECK_E_OWN_SIGNATURE);
		for (unsigned bit = 0; bit < 8 * TRANSPARENT_SIG; bit++) {
			memcpy(bad, sig, TRANSPARENT_SIG);
			bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
			refused(e, bad, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		}
		/* one request's signature used for another: picotls #408 */
		sign(&e->signer, 0x0403, of(&q, role)->st.u.sign.tbs, bad);
		refused(e, bad, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		/* by another key */
		transparent_signer(&foreign, TRANSPARENT_ECDSA, 99);
		sign(&foreign, 0x0403, tbs, bad);
		refused(e, bad, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		/* and the right one at last */
		assert_int_equal(sneck_answer_signature(e->conn, e->st.op, sig, TRANSPARENT_SIG),
				 SNECK_OK);
		finish(&p);
		pair_wipe(&p);
		pair_wipe(&q);
	}
}

/* A certificate of ours that the provider cannot read fits no signature. */
static void certificate_of_ours_is_broken(void **state)
{
	static uint8_t sig[SNECK_SIG_MAX];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct end *e;

		prepare(&p, 1, i % 2);
		e = of(&p, i % 2);
		e->certs[0][i < 2 ? 0 : 5] ^= 0x20;
		pair_start(&p);
		(void)hold(&p, i % 2);
		sign(&e->signer, 0x0403, e->st.u.sign.tbs, sig);
		refused(e, sig, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
		pair_wipe(&p);
	}
}

/* 0: what comes from outside is checked; 1: all; 2: none. */
static void which_are_checked(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		const int role = i % 2;
		const bool outside = i / 2 % 2 != 0;
		const uint8_t check = (uint8_t)(i / 4);
		struct end *const e = of(&p, role);

		pair_init(&p, 1);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		e->cfg.ask |= outside ? SNECK_ASK_SIGN : 0u;
		e->cfg.check_own_signature = check;
		e->signer.garbage = true;
		pair_start(&p);
		if (outside) {
			uint8_t sig[SNECK_SIG_MAX];

			(void)hold(&p, role);
			sign(&e->signer, 0x0403, e->st.u.sign.tbs, sig);
			if (check != 2) {
				refused(e, sig, TRANSPARENT_SIG, SNECK_E_OWN_SIGNATURE);
				pair_wipe(&p);
				continue;
			}
			assert_int_equal(
				sneck_answer_signature(e->conn, e->st.op, sig, TRANSPARENT_SIG),
				SNECK_OK);
		}
		pair_run(&p);
		if (!outside && check == 1) {
			assert_int_equal(e->st.err, SNECK_E_OWN_SIGNATURE);
			assert_int_equal(e->st.alert, 80);
		} else {
			assert_int_equal(other(&p, role)->st.err, SNECK_E_BAD_SIGNATURE);
			assert_int_equal(e->st.alert, 51);
		}
		pair_wipe(&p);

		pair_init(&p, 2); /* and a good one passes in every mode */
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		e->cfg.ask |= outside ? SNECK_ASK_SIGN : 0u;
		e->cfg.check_own_signature = check;
		pair_start(&p);
		finish(&p);
		pair_wipe(&p);
	}
}

/* A provider that fails while it checks ends the connection, and says so. */
static void n78_provider_fails(void **state)
{
	static uint8_t sig[SNECK_SIG_MAX];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct end *e;

		prepare(&p, 1, i % 2);
		pair_start(&p);
		e = hold(&p, i % 2);
		sign(&e->signer, 0x0403, e->st.u.sign.tbs, sig);
		transparent_fail_at = transparent_calls + 1u + (unsigned)i / 2u;
		assert_int_equal(sneck_answer_signature(e->conn, e->st.op, sig, TRANSPARENT_SIG),
				 SNECK_E_CRYPTO);
		transparent_fail_at = 0;
		pair_run(&p);
		assert_int_equal(e->st.err, SNECK_E_CRYPTO);
		assert_int_equal(e->st.alert, 80);
		assert_int_equal(other(&p, i % 2)->st.err, SNECK_E_PEER_ALERT);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed),
		cmocka_unit_test(wrong_ones_leave_it_open),
		cmocka_unit_test(certificate_of_ours_is_broken),
		cmocka_unit_test(which_are_checked),
		cmocka_unit_test(n78_provider_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
