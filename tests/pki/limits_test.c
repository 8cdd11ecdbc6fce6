/* SPDX-License-Identifier: MIT */
/* The verifier's limits, each at the limit and one beyond (L18, L19, L20), and what is too weak or
 * unknown. N62. */
#include <openssl/bn.h>
#include <openssl/param_build.h>

#include "judge.h"

static void n62_keys(void **state)
{
	EVP_PKEY *bad[] = { EVP_RSA_gen(1024), EVP_RSA_gen(2047), EVP_EC_gen("secp256k1"),
			    EVP_EC_gen("brainpoolP256r1") };
	struct sneck_note why;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(
			judge_odd(odd_leaf(bad[i], "digitalSignature", "serverAuth", "CA:FALSE"),
				  &why),
			SNECK_E_CERT_TYPE);
		assert_non_null(strstr(why.text, "certificate 1 has a kind of key"));
		EVP_PKEY_free(bad[i]);
	}
}

/* A key that was never made: only its size and its exponent count. */
static EVP_PKEY *rsa_of(int bits, const char *e_hex)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_new(), *e = NULL;
	OSSL_PARAM *params;
	EVP_PKEY *pkey = NULL;

	assert_int_equal(BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD), 1);
	assert_true(BN_hex2bn(&e, e_hex) > 0);
	OSSL_PARAM_BLD_push_BN(bld, "n", n);
	OSSL_PARAM_BLD_push_BN(bld, "e", e);
	params = OSSL_PARAM_BLD_to_param(bld);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static void n62_rsa_sizes(void **state)
{
	static const struct {
		int bits;
		const char *e;
		int want;
	} cases[] = { { 2048, "010001", SNECK_OK },
		      { 8192, "FFFFFFFF", SNECK_OK },
		      { 8193, "010001", SNECK_E_CERT_TYPE },
		      { 2048, "100000001", SNECK_E_CERT_TYPE },
		      { 2048, "010000", SNECK_E_CERT_TYPE } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		EVP_PKEY *pkey = rsa_of(cases[i].bits, cases[i].e);

		assert_int_equal(
			judge_odd(odd_leaf(pkey, "digitalSignature", "serverAuth", "CA:FALSE"),
				  NULL),
			cases[i].want);
		EVP_PKEY_free(pkey);
	}
}

static void refuses_sha1(void **state)
{
	X509 *x = odd_below_ca(&(struct odd){ .cn = "a.example",
					      .pkey = key->pkey,
					      .md = EVP_sha1(),
					      .exts = { { "subjectAltName", "DNS:a.example" } } });

	(void)state;
	assert_int_equal(judge_odd(x, NULL), SNECK_E_CERT_TYPE);
}

/* Trusted, and yet too weak to vouch for anybody: security level 2. */
static void refuses_a_weak_anchor(void **state)
{
	EVP_PKEY *weak = EVP_RSA_gen(1024);
	X509 *root =
		make_odd(&(struct odd){ .cn = "Old CA",
					.pkey = weak,
					.exts = { { "basicConstraints", "critical,CA:TRUE" } } });
	X509 *leaf = leaf_below(root, weak);
	struct sneck_pki_chain *c = chain_of(leaf, root, NULL);
	struct sneck_pki_trust *t = trust_of(&c->certs[1], 1, NULL, 0);

	(void)state;
	assert_int_equal(
		judge(&(struct ask){ t, c->certs, 1, span_of("a.example"), 0, SNECK_SERVER, NULL }),
		SNECK_E_CERT_TYPE);
	sneck_pki_trust_close(t);
	sneck_pki_chain_close(c);
	EVP_PKEY_free(weak);
}

static void refuses_unknown_critical_extensions(void **state)
{
	X509 *x = odd_below_ca(&(struct odd){ .cn = "a.example",
					      .pkey = key->pkey,
					      .exts = { { "subjectAltName", "DNS:a.example" },
							{ "1.2.3.4", "critical,DER:0500" } } });
	struct sneck_note why;

	(void)state;
	assert_int_equal(judge_odd(x, &why), SNECK_E_CERT_TYPE);
	assert_string_equal(why.text, "certificate 1 (CN=a.example): unhandled critical extension");
}

static void n62_certificates(void **state)
{
	struct sneck_span all[11];
	struct sneck_note why;

	(void)state;
	for (size_t i = 0; i < 11; i++)
		all[i] = chain->certs[i < 2 ? i : 1];
	assert_int_equal(
		judge(&(struct ask){ trust, all, 10, span_of("a.example"), 0, SNECK_SERVER, NULL }),
		SNECK_OK);
	assert_int_equal(
		judge(&(struct ask){ trust, all, 11, span_of("a.example"), 0, SNECK_SERVER, &why }),
		SNECK_E_CERT_BUDGET);
	assert_non_null(strstr(why.text, "sent 11 certificates, more than 10"));
}

/* n authorities in a row below ca, then a leaf: depth 8 at most, or what the options say. */
static int judge_deep(const struct sneck_pki_trust *t, size_t n)
{
	struct sneck_span all[10];
	struct sneck_pki_chain *chains[10] = { ca }, *leaf;
	int reason;
	char cn[16];

	for (size_t i = 1; i <= n; i++) {
		const struct sneck_pki_cert c = {
			SNECK_PKI_CERT_INIT,	 .is_ca = 1,
			.common_name = cn,	 .now_ms = NOW_MS,
			.issuer = chains[i - 1], .issuer_key = i == 1 ? ca_key : mid_key,
		};

		snprintf(cn, sizeof cn, "CA %zu", i);
		assert_int_equal(sneck_pki_cert_make(&chains[i], mid_key, &c, NULL), SNECK_OK);
		all[n + 1 - i] = chains[i]->certs[0];
	}
	leaf = make_chain(key, "a.example", chains[n], mid_key);
	all[0] = leaf->certs[0];
	reason = judge(&(struct ask){ t, all, n + 1, span_of("a.example"), 0, SNECK_SERVER, NULL });
	sneck_pki_chain_close(leaf);
	for (size_t i = 1; i <= n; i++)
		sneck_pki_chain_close(chains[i]);
	return reason;
}

static void n62_depth(void **state)
{
	const struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						   .max_depth = 2, .anchors = ca->certs,
						   .n_anchors = 1 };
	struct sneck_pki_trust *two;

	(void)state;
	assert_int_equal(judge_deep(trust, 8), SNECK_OK);
	assert_int_equal(judge_deep(trust, 9), SNECK_E_CERT_BUDGET);
	assert_int_equal(sneck_pki_trust_open(&two, &o, NULL), SNECK_OK);
	assert_int_equal(judge_deep(two, 2), SNECK_OK);
	assert_int_equal(judge_deep(two, 3), SNECK_E_CERT_BUDGET);
	sneck_pki_trust_close(two);
}

static int judge_many(size_t names, size_t constraints)
{
	static char sans[16384], rules[16384];
	X509 *above, *x;
	struct sneck_pki_chain *c;
	int reason;
	size_t at = 0;

	for (size_t i = 0; i < names; i++)
		at += (size_t)snprintf(sans + at, sizeof sans - at, "%sDNS:%zu.a.example",
				       i == 0 ? "" : ",", i);
	at = 0;
	for (size_t i = 0; i < constraints; i++)
		at += (size_t)snprintf(rules + at, sizeof rules - at,
				       "%sexcluded;DNS:%zu.b.example", i == 0 ? "" : ",", i);
	above = odd_below_ca(&(struct odd){ .cn = "CA",
					    .pkey = mid_key->pkey,
					    .exts = { { "basicConstraints", "critical,CA:TRUE" },
						      { "nameConstraints", rules } } });
	x = make_odd(&(struct odd){ .cn = "x",
				    .pkey = key->pkey,
				    .issuer = above,
				    .issuer_pkey = mid_key->pkey,
				    .exts = { { "subjectAltName", sans } } });
	c = chain_of(x, above, NULL);
	reason = judge_server(c, "0.a.example", NULL);
	sneck_pki_chain_close(c);
	return reason;
}

/* Two common names count as well. */
static void n62_names_times_constraints(void **state)
{
	(void)state;
	assert_int_equal(judge_many(62, 64), SNECK_OK);
	assert_int_equal(judge_many(63, 64), SNECK_E_CERT_BUDGET);
	assert_int_equal(judge_many(300, 300), SNECK_E_CERT_BUDGET);
}

/* Two authorities that certify each other, and no way out. */
static void n62_cycle(void **state)
{
	X509 *names[2], *cross[2], *leaf;
	struct sneck_pki_key *keys[] = { ca_key, mid_key };
	struct sneck_pki_chain *c;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		names[i] = make_odd(
			&(struct odd){ .cn = i == 0 ? "Left" : "Right", .pkey = keys[i]->pkey });
	for (size_t i = 0; i < 2; i++)
		cross[i] = make_odd(
			&(struct odd){ .cn = i == 0 ? "Left" : "Right",
				       .pkey = keys[i]->pkey,
				       .issuer = names[1 - i],
				       .issuer_pkey = keys[1 - i]->pkey,
				       .exts = { { "basicConstraints", "critical,CA:TRUE" } } });
	leaf = leaf_below(cross[0], keys[0]->pkey);
	c = chain_of(leaf, cross[0], cross[1]);
	assert_int_equal(judge_server(c, "a.example", NULL), SNECK_E_CERT_ISSUER);
	sneck_pki_chain_close(c);
	X509_free(names[0]);
	X509_free(names[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n62_keys),
		cmocka_unit_test(n62_rsa_sizes),
		cmocka_unit_test(refuses_sha1),
		cmocka_unit_test(refuses_a_weak_anchor),
		cmocka_unit_test(refuses_unknown_critical_extensions),
		cmocka_unit_test(n62_certificates),
		cmocka_unit_test(n62_depth),
		cmocka_unit_test(n62_names_times_constraints),
		cmocka_unit_test(n62_cycle),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
