/* SPDX-License-Identifier: MIT */
/* staple_test.c: stapled OCSP responses: read, handed to a credential, judged: whose signature, of
 * which certificate, of what time, with which answer; what must be there. */
#include "judge.h"

#include <openssl/ocsp.h>

static struct sneck_pki_trust *asking, *requiring;

/* A response as a responder would make it. */
struct made {
	int status;	  /* V_OCSP_CERTSTATUS_* */
	long from, until; /* seconds from NOW_MS; until 0: not said */
	bool sha256, other_leaf, second, no_certs;
	EVP_PKEY *pkey; /* NULL: of the issuer */
	X509 *signer;
};

static struct sneck_span made(const struct made *m)
{
	static uint8_t der[20000];
	X509 *const issuer = sneck__pki_x509(mid->certs[0]);
	X509 *const leaf = sneck__pki_x509(m->other_leaf ? mid->certs[0] : chain->certs[0]);
	struct sneck_pki_chain *const sister = make_chain(mid_key, "b.example", mid, mid_key);
	X509 *const other = sneck__pki_x509(sister->certs[0]);
	OCSP_BASICRESP *const basic = OCSP_BASICRESP_new();
	const time_t now = (time_t)(NOW_MS / 1000);
	ASN1_TIME *const from = ASN1_TIME_set(NULL, now + m->from);
	ASN1_TIME *const until = m->until != 0 ? ASN1_TIME_set(NULL, now + m->until) : NULL;
	ASN1_TIME *const revoked =
		m->status == V_OCSP_CERTSTATUS_REVOKED ? ASN1_TIME_set(NULL, now - DAY) : NULL;
	const EVP_MD *const md = m->sha256 ? EVP_sha256() : EVP_sha1();
	OCSP_CERTID *const id = OCSP_cert_to_id(md, leaf, issuer);
	OCSP_CERTID *const id2 = OCSP_cert_to_id(md, other, issuer);
	OCSP_RESPONSE *r;
	uint8_t *p = der;
	int len;

	if (m->second)
		assert_non_null(OCSP_basic_add1_status(basic, id2, V_OCSP_CERTSTATUS_REVOKED, 0,
						       from, from, until));
	assert_non_null(OCSP_basic_add1_status(
		basic, id, m->status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked, from, until));
	assert_int_equal(OCSP_basic_sign(basic, m->signer != NULL ? m->signer : issuer,
					 m->pkey != NULL ? m->pkey : mid_key->pkey, EVP_sha256(),
					 NULL, m->no_certs ? OCSP_NOCERTS : 0),
			 1);
	r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	len = i2d_OCSP_RESPONSE(r, &p);
	assert_in_range(len, 1, sizeof der);
	OCSP_RESPONSE_free(r);
	OCSP_CERTID_free(id2);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(revoked);
	ASN1_TIME_free(until);
	ASN1_TIME_free(from);
	OCSP_BASICRESP_free(basic);
	X509_free(other);
	sneck_pki_chain_close(sister);
	X509_free(leaf);
	X509_free(issuer);
	return sneck_span_of(der, (size_t)len);
}

static int judge_chain(const struct sneck_pki_trust *t, const struct sneck_pki_chain *c,
		       struct sneck_span ocsp)
{
	struct sneck_cert_entry entries[3] = { { .der = c->certs[0], .ocsp = ocsp } };
	const struct sneck_chain chain_ = { .certs = entries,
					    .n_certs = c->n_certs,
					    .name = span_of("a.example"),
					    .now_ms = NOW_MS,
					    .peer_role = SNECK_SERVER };
	struct sneck_verdict got = { .chain = 0 };
	struct sneck_note why = { "" };

	for (size_t i = 1; i < c->n_certs && i < 3; i++)
		entries[i].der = c->certs[i];
	assert_int_equal(t->verifier.verify(t->verifier.ctx, &chain_, &got), SNECK_OK);
	assert_int_equal(got.chain == SNECK_CHAIN_VALID, got.reason == 0);
	assert_int_equal(sneck__pki_judge(t, &chain_, NULL, &why), got.reason);
	assert_true(why.text[0] != '\0');
	return got.reason;
}

static int judged(const struct made *m)
{
	return judge_chain(asking, chain, made(m));
}

#define GOOD .status = V_OCSP_CERTSTATUS_GOOD, .from = -DAY, .until = DAY

static void what_it_says(void **state)
{
	static const struct {
		struct made m;
		int rc;
	} cases[] = {
		{ { GOOD }, SNECK_OK },
		{ { GOOD, .sha256 = true }, SNECK_OK },
		{ { GOOD, .no_certs = true }, SNECK_OK },
		{ { GOOD, .second = true }, SNECK_OK },
		{ { GOOD, .other_leaf = true }, SNECK_E_CERT_STAPLE },
		{ { .status = V_OCSP_CERTSTATUS_REVOKED, .from = -DAY, .until = DAY },
		  SNECK_E_CERT_REVOKED },
		{ { .status = V_OCSP_CERTSTATUS_UNKNOWN, .from = -DAY, .until = DAY },
		  SNECK_E_CERT_STAPLE },
		{ { .status = V_OCSP_CERTSTATUS_REVOKED, .from = -2 * DAY, .until = -DAY },
		  SNECK_E_CERT_STAPLE },
		{ { .from = -DAY, .until = -299 }, SNECK_OK },
		{ { .from = -DAY, .until = -301 }, SNECK_E_CERT_STAPLE },
		{ { .from = 299, .until = DAY }, SNECK_OK },
		{ { .from = 301, .until = DAY }, SNECK_E_CERT_STAPLE },
		{ { .from = -6 * DAY }, SNECK_OK },
		{ { .from = -8 * DAY }, SNECK_E_CERT_STAPLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (judged(&cases[i].m) != cases[i].rc)
			fail_msg("case %zu: %s", i, sneck_rc_name(judged(&cases[i].m)));
}

/* The issuer, or whom it has certified for this; nobody else, however high up. */
static void who_says_it(void **state)
{
	static const struct {
		const char *eku; /* of a certificate that the leaf's issuer, or another, made */
		bool by_mid, old;
		int rc;
	} cases[] = {
		{ "OCSPSigning", true, false, SNECK_OK },
		{ "OCSPSigning", true, true, SNECK_E_CERT_STAPLE },
		{ "OCSPSigning", false, false, SNECK_E_CERT_STAPLE },
		{ "serverAuth", true, false, SNECK_E_CERT_STAPLE },
	};
	struct made root = { GOOD, .pkey = ca_key->pkey }, self = { GOOD, .pkey = key->pkey };
	struct sneck_pki_key *other = make_key(SNECK_KEY_P256);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		X509 *const by = sneck__pki_x509((cases[i].by_mid ? mid : ca)->certs[0]);
		const struct odd o = { .cn = "Responder",
				       .exts = { { "extendedKeyUsage", cases[i].eku } },
				       .from = -3 * DAY,
				       .to = cases[i].old ? -DAY : DAY,
				       .issuer = by,
				       .issuer_pkey =
					       cases[i].by_mid ? mid_key->pkey : ca_key->pkey,
				       .pkey = other->pkey };
		struct made m = { GOOD, .pkey = other->pkey, .signer = make_odd(&o) };

		assert_int_equal(judged(&m), cases[i].rc);
		X509_free(m.signer);
		X509_free(by);
	}
	root.signer = sneck__pki_x509(ca->certs[0]);
	self.signer = sneck__pki_x509(chain->certs[0]);
	assert_int_equal(judged(&root), SNECK_E_CERT_STAPLE);
	assert_int_equal(judged(&self), SNECK_E_CERT_STAPLE);
	X509_free(root.signer);
	X509_free(self.signer);
	sneck_pki_key_close(other);
}

/* A responder with a key that is too large, or too small, is not even asked. */
static void l18_signer(void **state)
{
	EVP_PKEY *const small = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	X509 *const by = sneck__pki_x509(mid->certs[0]);
	const struct odd o = { .cn = "Responder",
			       .exts = { { "extendedKeyUsage", "OCSPSigning" } },
			       .issuer = by,
			       .issuer_pkey = mid_key->pkey,
			       .pkey = small };
	struct made m = { GOOD, .pkey = small, .signer = make_odd(&o) };

	(void)state;
	assert_int_equal(judged(&m), SNECK_E_CERT_STAPLE);
	X509_free(m.signer);
	X509_free(by);
	EVP_PKEY_free(small);
}

static void damaged(void **state)
{
	static uint8_t copy[20000];
	const struct made good = { GOOD, .no_certs = true };
	const struct sneck_span der = made(&good);

	(void)state;
	assert_int_equal(judge_chain(asking, chain, der), SNECK_OK);
	memcpy(copy, der.p, der.len);
	copy[der.len] = 0;
	assert_int_equal(judge_chain(asking, chain, sneck_span_of(copy, der.len + 1)),
			 SNECK_E_CERT_STAPLE);
	for (size_t n = 1; n < der.len; n += 7)
		assert_int_equal(judge_chain(asking, chain, sneck_span_of(copy, n)),
				 SNECK_E_CERT_STAPLE);
	for (size_t i = 0; i < der.len; i += 3) {
		copy[i] ^= 1;
		assert_int_not_equal(judge_chain(asking, chain, sneck_span_of(copy, der.len)),
				     SNECK_OK);
		copy[i] ^= 1;
	}
	/* tryLater */
	assert_int_equal(judge_chain(asking, chain, sneck_span_of("\x30\3\x0a\1\3", 5)),
			 SNECK_E_CERT_STAPLE);
}

static void what_must_be_there(void **state)
{
	const struct made good = { GOOD }, revoked = { .status = V_OCSP_CERTSTATUS_REVOKED,
						       .from = -DAY,
						       .until = DAY };
	X509 *const by = sneck__pki_x509(ca->certs[0]);
	const struct odd o = { .cn = "must",
			       .exts = { { "subjectAltName", "DNS:a.example" },
					 { "tlsfeature", "status_request" } },
			       .issuer = by,
			       .issuer_pkey = ca_key->pkey,
			       .pkey = key->pkey };
	struct sneck_pki_chain *must = chain_of(make_odd(&o), NULL, NULL);
	struct sneck_pki_chain only = *chain; /* whose issuer nobody knows */
	struct sneck_pki_trust *leaf_itself = trust_of(chain->certs, 1, NULL, 0);

	(void)state;
	assert_int_equal(judge_chain(asking, chain, nothing), SNECK_OK);
	assert_int_equal(judge_chain(requiring, chain, nothing), SNECK_E_CERT_STAPLE);
	assert_int_equal(judge_chain(requiring, chain, made(&good)), SNECK_OK);
	assert_int_equal(judge_chain(requiring, chain, made(&revoked)), SNECK_E_CERT_REVOKED);
	assert_int_equal(judge_chain(trust, chain, made(&revoked)), SNECK_OK); /* not asked */
	assert_int_equal(judge_chain(trust, must, nothing), SNECK_OK);
	assert_int_equal(judge_chain(asking, must, nothing), SNECK_E_CERT_STAPLE);
	leaf_itself->ocsp = SNECK_PKI_OCSP_ASKED;
	only.n_certs = 1;
	assert_int_equal(judge_chain(leaf_itself, &only, made(&revoked)), SNECK_OK);
	assert_int_equal(trust->verifier.flags, 0);
	assert_int_equal(asking->verifier.flags, SNECK_VERIFIER_WANTS_OCSP);
	sneck_pki_trust_close(leaf_itself);
	sneck_pki_chain_close(must);
	X509_free(by);
}

static void stapling(void **state)
{
	const struct made good = { GOOD };
	struct sneck_credential c;
	struct sneck_note why;
	struct sneck_span der = made(&good);
	uint8_t longer[20000];

	(void)state;
	memcpy(longer, der.p, der.len);
	assert_int_equal(sneck_pki_chain_staple(chain, sneck_span_of(longer, der.len + 1), &why),
			 SNECK_E_SYNTAX);
	assert_int_equal(sneck_pki_chain_staple(chain, nothing, NULL), SNECK_E_SYNTAX);
	assert_int_equal(sneck_pki_chain_staple(chain, span_of("0\3\n\1\3"), &why), SNECK_E_SYNTAX);
	assert_int_equal(sneck_pki_credential(&c, chain, key, NULL), SNECK_OK);
	assert_int_equal(c.ocsp.len, 0);
	assert_int_equal(sneck_pki_chain_staple(chain, der, NULL), SNECK_OK);
	write_file("pki_staple_test.der", der.p, der.len);
	assert_int_equal(sneck_pki_chain_staple_load(chain, "pki_staple_test.der", &why), SNECK_OK);
	assert_int_equal(remove("pki_staple_test.der"), 0);
	assert_int_equal(sneck_pki_chain_staple_load(chain, "pki_staple_test.der", &why),
			 SNECK_E_SYSTEM);
	assert_int_equal(sneck_pki_credential(&c, chain, key, NULL), SNECK_OK);
	assert_int_equal(c.ocsp.len, der.len);
	assert_memory_equal(c.ocsp.p, der.p, der.len);
}

/* ---- raw public keys ---- */

static int judge_raw(const struct sneck_pki_trust *t, const struct sneck_pki_chain *raw, size_t n)
{
	const struct sneck_cert_entry entries[2] = { { .der = raw->certs[0] } };
	const struct sneck_chain c = { .certs = entries,
				       .n_certs = n,
				       .now_ms = NOW_MS,
				       .name = span_of("a.example"),
				       .type = SNECK_RAW_PUBLIC_KEY };
	struct sneck_verdict got = { .chain = 0 };

	assert_int_equal(t->verifier.verify(t->verifier.ctx, &c, &got), SNECK_OK);
	return got.reason;
}

static void raw_keys(void **state)
{
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1, .raw_keys = 1 };
	static uint8_t pin[1][32];
	struct sneck_pki_about about;
	struct sneck_pki_chain *raw, *other;
	struct sneck_pki_trust *t;
	struct sneck_credential c;
	struct sneck_note why;

	(void)state;
	assert_int_equal(sneck_pki_raw_chain(&raw, key), SNECK_OK);
	assert_int_equal(sneck_pki_raw_chain(&other, mid_key), SNECK_OK);
	assert_int_equal(sneck_pki_credential(&c, raw, key, &why), SNECK_OK);
	assert_int_equal(c.type, SNECK_RAW_PUBLIC_KEY);
	assert_int_equal(c.n_chain, 1);
	assert_ptr_equal(c.names, NULL);
	assert_int_equal(sneck_pki_credential(&c, raw, mid_key, &why), SNECK_E_CERT_KEY);
	assert_int_equal(sneck_pki_trust_open(&t, &o, &why), SNECK_E_CONFIG);
	assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
	memcpy(pin[0], about.pin, sizeof pin[0]);
	o.pins = (const uint8_t(*)[32])pin;
	o.n_pins = 1;
	for (o.raw_keys = 0; o.raw_keys < 3; o.raw_keys++) {
		assert_int_equal(sneck_pki_trust_open(&t, &o, &why), SNECK_OK);
		assert_int_equal(t->verifier.flags,
				 o.raw_keys == 0 ? 0
				 : o.raw_keys == 1
					 ? SNECK_VERIFIER_RAW_KEYS
					 : SNECK_VERIFIER_RAW_KEYS | SNECK_VERIFIER_NO_X509);
		assert_int_equal(judge_raw(t, raw, 1),
				 o.raw_keys != 0 ? SNECK_OK : SNECK_E_CERT_TYPE);
		assert_int_equal(judge_raw(t, other, 1),
				 o.raw_keys != 0 ? SNECK_E_CERT_REFUSED : SNECK_E_CERT_TYPE);
		assert_int_equal(judge_raw(t, raw, 0), SNECK_E_CERT_TYPE);
		assert_int_equal(judge_raw(t, raw, 2), SNECK_E_CERT_TYPE);
		sneck_pki_trust_close(t);
	}
	o.n_pins = 0;
	o.insecure_skip_verify = 1;
	o.raw_keys = 1;
	assert_int_equal(sneck_pki_trust_open(&t, &o, &why), SNECK_OK);
	assert_int_equal(judge_raw(t, other, 1), SNECK_OK);
	sneck_pki_trust_close(t);
	sneck_pki_chain_close(other);
	sneck_pki_chain_close(raw);
}

static int begin(void **state)
{
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
					     .ocsp = SNECK_PKI_OCSP_ASKED };

	setup(state);
	o.anchors = ca->certs;
	o.n_anchors = 1;
	if (sneck_pki_trust_open(&asking, &o, NULL) != SNECK_OK)
		return -1;
	o.ocsp = SNECK_PKI_OCSP_REQUIRED;
	return sneck_pki_trust_open(&requiring, &o, NULL) == SNECK_OK ? 0 : -1;
}

static int end(void **state)
{
	sneck_pki_trust_close(asking);
	sneck_pki_trust_close(requiring);
	return teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says),	      cmocka_unit_test(who_says_it),
		cmocka_unit_test(l18_signer),	      cmocka_unit_test(damaged),
		cmocka_unit_test(what_must_be_there), cmocka_unit_test(stapling),
		cmocka_unit_test(raw_keys),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
