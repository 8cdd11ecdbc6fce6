/* SPDX-License-Identifier: MIT */
/* judge.h: an authority, an intermediate and a leaf, and one call that judges a chain twice: as a
 * connection does and as a person asks. */
#ifndef TESTS_PKI_JUDGE_H
#define TESTS_PKI_JUDGE_H

#include "made.h"

static struct sneck_pki_key *ca_key, *mid_key, *key;
static struct sneck_pki_chain *ca, *mid, *chain; /* chain: a.example, mid, ca */
static struct sneck_pki_trust *trust;		 /* of ca */

static inline struct sneck_pki_trust *trust_of(const struct sneck_span *anchors, size_t n,
					       const uint8_t (*pins)[32], size_t n_pins)
{
	const struct sneck_pki_trust_options o = {
		SNECK_PKI_TRUST_INIT, .no_system = 1, .anchors = anchors,
		.n_anchors = n,	      .pins = pins,   .n_pins = n_pins,
	};
	struct sneck_pki_trust *t;

	assert_int_equal(sneck_pki_trust_open(&t, &o, NULL), SNECK_OK);
	return t;
}

static inline int setup(void **state)
{
	struct sneck_pki_cert authority = { SNECK_PKI_CERT_INIT, .is_ca = 1,
					    .common_name = "Test Mid", .now_ms = NOW_MS };

	(void)state;
	ca_key = make_key(SNECK_KEY_RSA2048);
	ca = make_chain(ca_key, NULL, NULL, NULL);
	authority.issuer = ca;
	authority.issuer_key = ca_key;
	mid_key = make_key(SNECK_KEY_P256);
	key = make_key(SNECK_KEY_P256);
	assert_int_equal(sneck_pki_cert_make(&mid, mid_key, &authority, NULL), SNECK_OK);
	chain = make_chain(key, "a.example", mid, mid_key);
	trust = trust_of(ca->certs, 1, NULL, 0);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	sneck_pki_trust_close(trust);
	sneck_pki_trust_close(NULL);
	sneck_pki_chain_close(chain);
	sneck_pki_chain_close(mid);
	sneck_pki_chain_close(ca);
	sneck_pki_key_close(key);
	sneck_pki_key_close(mid_key);
	sneck_pki_key_close(ca_key);
	return 0;
}

/* One case. The verifier's verdict and the judge with a sentence must agree. */
struct ask {
	const struct sneck_pki_trust *trust;
	const struct sneck_span *certs;
	size_t n;
	struct sneck_span name;
	uint64_t now_ms; /* 0: NOW_MS */
	int peer;	 /* role; 0 is SNECK_CLIENT */
	struct sneck_note *why;
};

static inline int judge(const struct ask *a)
{
	struct sneck_cert_entry entries[12] = { { .der = { NULL, 0 } } };
	const struct sneck_chain c = {
		.certs = entries,
		.n_certs = a->n,
		.name = a->name,
		.now_ms = a->now_ms != 0 ? a->now_ms : NOW_MS,
		.peer_role = (uint8_t)a->peer,
	};
	const struct sneck_verifier *v = sneck_pki_trust_verifier(a->trust);
	struct sneck_verdict got = { .leaf_id = { 7 }, .sig = 9, .chain = SNECK_CHAIN_VALID };
	struct sneck_note note = { "" };

	for (size_t i = 0; i < a->n; i++)
		entries[i].der = a->certs[i];
	assert_int_equal(v->verify(v->ctx, &c, &got), SNECK_OK);
	assert_int_equal(got.leaf_id[0], 7);
	assert_int_equal(got.sig, 9);
	assert_int_equal(got.chain, got.reason == 0 ? SNECK_CHAIN_VALID : 0);
	assert_int_equal(sneck__pki_judge(a->trust, &c, NULL, a->why != NULL ? a->why : &note),
			 got.reason);
	assert_int_not_equal((a->why != NULL ? a->why : &note)->text[0], '\0');
	return got.reason;
}

static inline int judge_server(const struct sneck_pki_chain *c, const char *name,
			       struct sneck_note *why)
{
	return judge(
		&(struct ask){ trust, c->certs, c->n_certs, span_of(name), 0, SNECK_SERVER, why });
}

/* An odd certificate under ca. */
static inline X509 *odd_below_ca(const struct odd *of)
{
	X509 *const issuer = sneck__pki_x509(ca->certs[0]);
	struct odd o = *of;
	X509 *x;

	o.issuer = issuer;
	o.issuer_pkey = ca_key->pkey;
	x = make_odd(&o);
	X509_free(issuer);
	return x;
}

/* A leaf for a.example under ca with extensions of its own. */
static inline X509 *odd_leaf(EVP_PKEY *pkey, const char *usage, const char *eku, const char *bc)
{
	return odd_below_ca(&(struct odd){
		.cn = "a.example",
		.pkey = pkey,
		.exts = { { "subjectAltName", "DNS:a.example" },
			  { "extendedKeyUsage", eku },
			  { "basicConstraints", bc },
			  { "keyUsage", usage } },
	});
}

/* A leaf for a.example under an odd authority. */
static inline X509 *leaf_below(const X509 *issuer, EVP_PKEY *issuer_pkey)
{
	return make_odd(&(struct odd){ .cn = "x",
				       .pkey = key->pkey,
				       .issuer = issuer,
				       .issuer_pkey = issuer_pkey,
				       .exts = { { "subjectAltName", "DNS:a.example" } } });
}

static inline int judge_odd(X509 *leaf, struct sneck_note *why)
{
	struct sneck_pki_chain *c = chain_of(leaf, NULL, NULL);
	const int reason = judge_server(c, "a.example", why);

	sneck_pki_chain_close(c);
	return reason;
}

#endif
