/* SPDX-License-Identifier: MIT */
/* until_test.c: what sessions need of a verdict: until when the chain is good (N52), and whom it is
 * that was trusted (N45). */
#include "judge.h"

/* A leaf that is trusted itself ends on a leap day, behind one, in January, far away. */
static void n52_valid_until(void **state)
{
	static const uint64_t ends[] = { UINT64_C(1709164800000), UINT64_C(1709251199000),
					 UINT64_C(1709251200000), UINT64_C(1704067200000),
					 UINT64_C(1703980799000), UINT64_C(4107542400000) };
	static const char *const names[] = { "a.example" };

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names,
						     .n_names = 1, .now_ms = ends[i] - 5000u,
						     .not_after_ms = ends[i] };
		struct sneck_verdict got = { .chain = 0 };
		struct sneck_cert_entry entry = { .der = { NULL, 0 } };
		struct sneck_chain c = { .certs = &entry,
					 .n_certs = 1,
					 .now_ms = ends[i] - 1000u,
					 .name = span_of("a.example"),
					 .peer_role = SNECK_SERVER };
		const struct sneck_verifier *v;
		struct sneck_pki_chain *leaf;
		struct sneck_pki_trust *t;

		assert_int_equal(sneck_pki_cert_make(&leaf, key, &cert, NULL), SNECK_OK);
		t = trust_of(leaf->certs, 1, NULL, 0);
		v = sneck_pki_trust_verifier(t);
		entry.der = leaf->certs[0];
		assert_int_equal(v->verify(v->ctx, &c, &got), SNECK_OK);
		assert_int_equal(got.chain, SNECK_CHAIN_VALID);
		assert_int_equal(got.valid_until_ms, ends[i]);
		c.now_ms = ends[i] + 1000u;
		assert_int_equal(v->verify(v->ctx, &c, &got), SNECK_OK);
		assert_int_equal(got.reason, SNECK_E_CERT_EXPIRED);
		assert_int_equal(got.valid_until_ms, 0);
		sneck_pki_trust_close(t);
		sneck_pki_chain_close(leaf);
	}
}

/* An issuer ends before its leaf does. */
static void n52_valid_until_of_an_issuer(void **state)
{
	const uint64_t soon = NOW_MS + 86400000u;
	const struct sneck_pki_cert authority = { SNECK_PKI_CERT_INIT,	  .is_ca = 1,
						  .common_name = "Short", .now_ms = NOW_MS,
						  .not_after_ms = soon,	  .issuer = ca,
						  .issuer_key = ca_key };
	const struct sneck_verifier *v = sneck_pki_trust_verifier(trust);
	struct sneck_cert_entry entries[2] = { { .der = { NULL, 0 } } };
	const struct sneck_chain c = { .certs = entries,
				       .n_certs = 2,
				       .now_ms = NOW_MS,
				       .name = span_of("a.example"),
				       .peer_role = SNECK_SERVER };
	struct sneck_verdict got = { .chain = 0 };
	struct sneck_pki_chain *shorter, *leaf;

	(void)state;
	assert_int_equal(sneck_pki_cert_make(&shorter, mid_key, &authority, NULL), SNECK_OK);
	leaf = make_chain(key, "a.example", shorter, mid_key);
	for (size_t k = 0; k < 2; k++)
		entries[k].der = leaf->certs[k];
	assert_int_equal(v->verify(v->ctx, &c, &got), SNECK_OK);
	assert_int_equal(got.chain, SNECK_CHAIN_VALID);
	assert_int_equal(got.valid_until_ms, soon);
	sneck_pki_chain_close(leaf);
	sneck_pki_chain_close(shorter);
}

static void n45_trust_has_a_name(void **state)
{
	const uint8_t pins[2][32] = { { 1 }, { 2 } };
	struct sneck_pki_trust *t[6];

	(void)state;
	t[0] = trust_of(ca->certs, 1, NULL, 0);
	t[1] = trust_of(mid->certs, 1, NULL, 0);
	t[2] = trust_of(chain->certs, 3, NULL, 0);
	t[3] = trust_of(ca->certs, 1, pins, 1);
	t[4] = trust_of(ca->certs, 1, pins, 2);
	t[5] = trust_of(ca->certs, 1, NULL, 0);
	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < i; k++) {
			const struct sneck_span a = t[i]->verifier.trust_id;
			const struct sneck_span b = t[k]->verifier.trust_id;

			assert_int_equal(a.len, 32);
			assert_int_equal(memcmp(a.p, b.p, 32) == 0, i == 5 && k == 0);
		}
	for (size_t i = 0; i < 6; i++)
		sneck_pki_trust_close(t[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n52_valid_until),
		cmocka_unit_test(n52_valid_until_of_an_issuer),
		cmocka_unit_test(n45_trust_has_a_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
