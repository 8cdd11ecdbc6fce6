/* SPDX-License-Identifier: MIT */
/* staple.c: a stapled OCSP response, judged beside the path. RFC 6960, 3.2, 4.2; 6066, 8; 7633.
 *
 * The issuer of the leaf alone may speak of it, or whom that issuer has certified for it: a store
 * of that one certificate says so to libcrypto, whose rules these are. Nothing is fetched. A leaf
 * that is trusted by itself has no issuer to ask. */
#include <string.h>

#include <openssl/ocsp.h>

#include "pki.h"

#define SKEW		   300	  /* seconds that clocks may differ by */
#define WITHOUT_END	   604800 /* of a response that does not say until when it holds */
#define TLS_FEATURE_STATUS 5	  /* RFC 7633, 4: must-staple */

enum sneck_rc sneck_pki_chain_staple(struct sneck_pki_chain *chain, struct sneck_span response,
				     struct sneck_note *note)
{
	const uint8_t *p = response.p;
	OCSP_RESPONSE *r;
	bool good;
	uint8_t *copy;

	ERR_clear_error();
	r = response.len != 0 && response.len <= BOUND_STAPLES
		    ? d2i_OCSP_RESPONSE(NULL, &p, (long)response.len)
		    : NULL;
	good = r != NULL && p == response.p + response.len &&
	       OCSP_response_status(r) == OCSP_RESPONSE_STATUS_SUCCESSFUL;
	OCSP_RESPONSE_free(r);
	if (!good) {
		sneck__pki_note(note, "no OCSP response in there: give one in DER that answers");
		return sneck__pki_fail(SNECK_E_SYNTAX);
	}
	copy = OPENSSL_memdup(response.p, response.len);
	if (copy == NULL)
		return sneck__pki_fail(SNECK_E_NO_MEMORY);
	OPENSSL_free((void *)(uintptr_t)chain->ocsp.p);
	chain->ocsp = sneck_span_of(copy, response.len);
	return SNECK_OK;
}

enum sneck_rc sneck_pki_chain_staple_load(struct sneck_pki_chain *chain, const char *path,
					  struct sneck_note *note)
{
	uint8_t *data;
	size_t len;
	enum sneck_rc rc = sneck__pki_file_read(path, PKI_OPEN, &data, &len, note);

	if (rc == SNECK_OK)
		rc = sneck_pki_chain_staple(chain, sneck_span_of(data, len), note);
	OPENSSL_clear_free(data, len);
	return rc;
}

/* ---- judging ---- */

/* A certificate that says that it never comes without a response. */
static bool must_staple(const X509 *leaf)
{
	TLS_FEATURE *features = X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL);
	bool must = false;

	for (int i = 0; features != NULL && i < sk_ASN1_INTEGER_num(features); i++)
		must |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == TLS_FEATURE_STATUS;
	TLS_FEATURE_free(features);
	return must;
}

/* Whether the issuer signed it, or somebody for the issuer. */
static bool authentic(OCSP_BASICRESP *basic, X509 *issuer, time_t now)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509_STORE *store = X509_STORE_new();
	bool good = false;

	if (certs != NULL && store != NULL && sk_X509_push(certs, issuer) > 0 &&
	    X509_STORE_add_cert(store, issuer) == 1) {
		X509_VERIFY_PARAM *const param = X509_STORE_get0_param(store);

		X509_VERIFY_PARAM_set_time(param, now);
		X509_VERIFY_PARAM_set_auth_level(param, 2);
		X509_VERIFY_PARAM_set_depth(param, 1);
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
		good = OCSP_basic_verify(basic, certs, store, 0) == 1;
	}
	X509_STORE_free(store);
	sk_X509_free(certs);
	return good;
}

/* Whether it is about this leaf of this issuer; a responder chooses the hash that says so. */
static bool about(const OCSP_SINGLERESP *single, const X509 *leaf, const X509 *issuer)
{
	OCSP_CERTID *const id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *hash = NULL;
	OCSP_CERTID *own;
	bool same;

	OCSP_id_get0_info(NULL, &hash, NULL, NULL, id);
	if (EVP_get_digestbyobj(hash) == NULL)
		return false;
	own = OCSP_cert_to_id(EVP_get_digestbyobj(hash), leaf, issuer);
	same = own != NULL && OCSP_id_cmp(own, id) == 0;
	OCSP_CERTID_free(own);
	return same;
}

/* Whether t is later than `then`. */
static bool later(const ASN1_GENERALIZEDTIME *t, time_t then)
{
	return X509_cmp_time(t, &then) > 0;
}

static bool current(const ASN1_GENERALIZEDTIME *from, const ASN1_GENERALIZEDTIME *until, time_t now)
{
	if (from == NULL || later(from, now + SKEW))
		return false;
	return until != NULL ? later(until, now - SKEW) : later(from, now - WITHOUT_END);
}

static enum sneck_rc refuse(struct sneck_note *why, const char *what)
{
	sneck__pki_note(why, "the stapled OCSP response %s: the server must fetch a new one", what);
	return SNECK_E_CERT_STAPLE;
}

static enum sneck_rc status(OCSP_BASICRESP *basic, const X509 *leaf, const X509 *issuer, time_t now,
			    struct sneck_note *why)
{
	ASN1_GENERALIZEDTIME *revoked, *from, *until;
	OCSP_SINGLERESP *single = NULL;
	char when[32];
	int state, reason;

	for (int i = 0; i < OCSP_resp_count(basic) && single == NULL; i++)
		if (about(OCSP_resp_get0(basic, i), leaf, issuer))
			single = OCSP_resp_get0(basic, i);
	if (single == NULL)
		return refuse(why, "is about another certificate");
	state = OCSP_single_get0_status(single, &reason, &revoked, &from, &until);
	if (!current(from, until, now))
		return refuse(why, "is not of this time");
	if (state == V_OCSP_CERTSTATUS_GOOD)
		return SNECK_OK;
	if (state != V_OCSP_CERTSTATUS_REVOKED)
		return refuse(why, "does not know the certificate");
	sneck__pki_show_time(when, sizeof when, revoked);
	sneck__pki_note(why, "the certificate was revoked on %s: the server needs a new one", when);
	return SNECK_E_CERT_REVOKED;
}

static enum sneck_rc judge(struct sneck_span der, X509 *leaf, X509 *issuer, time_t now,
			   struct sneck_note *why)
{
	const uint8_t *p = der.p;
	OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &p, (long)der.len);
	OCSP_BASICRESP *basic =
		r != NULL && p == der.p + der.len &&
				OCSP_response_status(r) == OCSP_RESPONSE_STATUS_SUCCESSFUL
			? OCSP_response_get1_basic(r)
			: NULL;
	/* budgets first: the signature is checked before it is known whose it is */
	const bool cheap =
		basic != NULL &&
		sneck__pki_budget((STACK_OF(X509) *)(uintptr_t)OCSP_resp_get0_certs(basic), NULL) ==
			SNECK_OK;
	enum sneck_rc rc = SNECK_OK;

	if (basic == NULL)
		rc = refuse(why, "cannot be read");
	else if (!cheap || !authentic(basic, issuer, now))
		rc = refuse(why, "is not signed by who issued the certificate");
	else
		rc = status(basic, leaf, issuer, now, why);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(r);
	return sneck__pki_fail(rc);
}

enum sneck_rc sneck__pki_staple(const struct sneck_pki_trust *trust, STACK_OF(X509) * path,
				const struct sneck_chain *chain, struct sneck_note *why)
{
	const struct sneck_span der = chain->certs[0].ocsp;
	X509 *const leaf = sk_X509_value(path, 0);

	if (trust->ocsp == SNECK_PKI_OCSP_OFF)
		return SNECK_OK;
	if (der.len == 0) {
		if (trust->ocsp != SNECK_PKI_OCSP_REQUIRED && !must_staple(leaf))
			return SNECK_OK;
		sneck__pki_note(why, "the server stapled no OCSP response, and one is required");
		return SNECK_E_CERT_STAPLE;
	}
	if (sk_X509_num(path) < 2)
		return SNECK_OK;
	return judge(der, leaf, sk_X509_value(path, 1), (time_t)(chain->now_ms / 1000), why);
}
