/* SPDX-License-Identifier: MIT */
/* verify.c: judges one chain: budgets first, then libcrypto's path validation, then what it does
 * not ask. RFC 5280, 6; 9525, 6; 9846, 4.5.1.3. The store and its settings are in trust.c.
 *
 * Each certificate is parsed once at most; the store is shared. Names come from subjectAltName
 * alone. Of revocation only a stapled response tells: staple.c. With `why` the same steps write a
 * sentence. */
#include <string.h>

#include "pki.h"

static enum sneck_rc read_certs(const struct sneck_pki_trust *trust, STACK_OF(X509) * certs,
				const struct sneck_chain *chain, struct sneck_note *why);
static enum sneck_rc pinned(const struct sneck_pki_trust *trust, STACK_OF(X509) * path,
			    struct sneck_note *why);
static enum sneck_rc validate(const struct sneck_pki_trust *trust, X509_STORE_CTX *ctx,
			      const struct sneck_chain *chain, STACK_OF(X509) * certs,
			      struct sneck_note *why);
static uint64_t earliest_end(STACK_OF(X509) * path);
static enum sneck_rc reason_of(int error);
static void explain(struct sneck_note *why, X509_STORE_CTX *ctx, const struct sneck_chain *chain,
		    enum sneck_rc rc);

static enum sneck_rc judge(const struct sneck_pki_trust *trust, const struct sneck_chain *chain,
			   STACK_OF(X509) * certs, uint64_t *until_ms, struct sneck_note *why)
{
	X509_STORE_CTX *ctx;
	enum sneck_rc rc;

	SNECK_TRY(read_certs(trust, certs, chain, why));
	if (trust->skip) {
		sneck__pki_note(why, "nothing was checked: verification is switched off");
		return SNECK_OK;
	}
	SNECK_TRY(sneck__pki_budget(certs, why));
	if (trust->store == NULL)
		return pinned(trust, certs, why);
	ctx = X509_STORE_CTX_new();
	if (ctx == NULL)
		return SNECK_E_NO_MEMORY;
	rc = validate(trust, ctx, chain, certs, why);
	if (rc == SNECK_OK && until_ms != NULL)
		*until_ms = earliest_end(X509_STORE_CTX_get0_chain(ctx));
	X509_STORE_CTX_free(ctx);
	return rc;
}

enum sneck_rc sneck__pki_judge(const struct sneck_pki_trust *trust, const struct sneck_chain *chain,
			       uint64_t *until_ms, struct sneck_note *why)
{
	STACK_OF(X509) * certs;
	enum sneck_rc rc = SNECK_E_NO_MEMORY;

	ERR_clear_error();
	if (until_ms != NULL)
		*until_ms = 0;
	if (chain->type == SNECK_RAW_PUBLIC_KEY)
		return sneck__pki_judge_raw(trust, chain, why);
	certs = sk_X509_new_null();
	if (certs != NULL)
		rc = judge(trust, chain, certs, until_ms, why);
	sk_X509_pop_free(certs, X509_free);
	return sneck__pki_fail(rc);
}

static enum sneck_rc read_certs(const struct sneck_pki_trust *trust, STACK_OF(X509) * certs,
				const struct sneck_chain *chain, struct sneck_note *why)
{
	const size_t n = trust->store != NULL ? chain->n_certs : 1;

	if (chain->n_certs > BOUND_CERTS) { /* L19 */
		sneck__pki_note(why,
				"the peer sent %zu certificates, more than %u: "
				"it should send its own and the intermediates only",
				chain->n_certs, BOUND_CERTS);
		return SNECK_E_CERT_BUDGET;
	}
	if (chain->n_certs == 0) {
		sneck__pki_note(why, "the peer sent no certificate");
		return SNECK_E_CERT_BAD;
	}
	for (size_t i = 0; i < n; i++) {
		X509 *cert = sneck__pki_cache_x509(trust->cache, chain->certs[i].der);

		if (cert != NULL && sk_X509_push(certs, cert) > 0)
			continue;
		sneck__pki_note(why, "certificate %zu cannot be read", i + 1);
		X509_free(cert);
		return sneck__pki_fail(cert == NULL ? SNECK_E_CERT_BAD : SNECK_E_NO_MEMORY);
	}
	return SNECK_OK;
}

/* One key of the path must be pinned. */
static enum sneck_rc pinned(const struct sneck_pki_trust *trust, STACK_OF(X509) * path,
			    struct sneck_note *why)
{
	for (int i = 0; i < sk_X509_num(path); i++) {
		uint8_t hash[32];

		SNECK_TRY(sneck__pki_pin(hash, sk_X509_value(path, i)));
		for (size_t k = 0; k < trust->n_pins; k++) {
			if (memcmp(trust->pins[k], hash, sizeof hash) != 0)
				continue;
			sneck__pki_note(why, "the key of certificate %d is pinned", i + 1);
			return SNECK_OK;
		}
	}
	sneck__pki_note(why, "none of the keys is pinned: "
			     "this is another server, or it has a new key");
	return SNECK_E_CERT_REFUSED;
}

static enum sneck_rc set_name(X509_VERIFY_PARAM *param, struct sneck_span text,
			      struct sneck_note *why)
{
	struct pki_name name;
	char shown[80];

	if (sneck__pki_name_read(&name, text, false) != SNECK_OK) {
		sneck__pki_escape(shown, sizeof shown, text.p, text.len);
		sneck__pki_note(why, "%s is no host name and no IP address", shown);
		return SNECK_E_CERT_NAME;
	}
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
						       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if ((name.ip_len != 0 ? X509_VERIFY_PARAM_set1_ip(param, name.ip, name.ip_len)
			      : X509_VERIFY_PARAM_set1_host(param, name.text, 0)) != 1)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

/* What path validation leaves open: a leaf for TLS 1.3 must be allowed to sign, and must not be an
 * authority unless that very certificate is trusted. */
static enum sneck_rc check_roles(STACK_OF(X509) * path, struct sneck_note *why)
{
	X509 *leaf = sk_X509_value(path, 0);

	if ((X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0) {
		sneck__pki_note(why, "the certificate's key usage does not allow signatures, "
				     "which TLS 1.3 needs");
		return SNECK_E_CERT_USAGE;
	}
	if (sk_X509_num(path) > 1 && X509_check_ca(leaf) == 1) {
		sneck__pki_note(why, "the peer uses an authority's certificate as its own");
		return SNECK_E_CERT_USAGE;
	}
	return SNECK_OK;
}

static enum sneck_rc validate(const struct sneck_pki_trust *trust, X509_STORE_CTX *ctx,
			      const struct sneck_chain *chain, STACK_OF(X509) * certs,
			      struct sneck_note *why)
{
	const int purpose = chain->peer_role == SNECK_SERVER ? X509_PURPOSE_SSL_SERVER
							     : X509_PURPOSE_SSL_CLIENT;
	X509 *leaf = sk_X509_value(certs, 0);
	enum sneck_rc rc = SNECK_OK;
	int ok;

	if (X509_STORE_CTX_init(ctx, trust->store, leaf, certs) != 1 ||
	    X509_STORE_CTX_set_purpose(ctx, purpose) != 1)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	X509_STORE_CTX_set_time(ctx, 0, (time_t)(chain->now_ms / 1000));
	if (chain->name.len != 0)
		SNECK_TRY(set_name(X509_STORE_CTX_get0_param(ctx), chain->name, why));
	ok = X509_verify_cert(ctx);
	if (ok < 0 || X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM)
		return sneck__pki_fail(SNECK_E_NO_MEMORY);
	if (ok == 0)
		rc = reason_of(X509_STORE_CTX_get_error(ctx));
	if (why != NULL)
		explain(why, ctx, chain, rc);
	SNECK_TRY(rc);
	SNECK_TRY(check_roles(X509_STORE_CTX_get0_chain(ctx), why));
	SNECK_TRY(sneck__pki_staple(trust, X509_STORE_CTX_get0_chain(ctx), chain, why));
	return trust->n_pins == 0 ? SNECK_OK : pinned(trust, X509_STORE_CTX_get0_chain(ctx), why);
}

/* Since 1970; tm's fields are in UTC. Days are counted from a March, so that a leap day is the last
 * of its year. */
static uint64_t ms_of(const struct tm *tm)
{
	const int64_t month = (tm->tm_mon + 10) % 12, year = tm->tm_year + 1900 - (month >= 10);
	const int64_t days = 365 * year + year / 4 - year / 100 + year / 400 +
			     (153 * month + 2) / 5 + tm->tm_mday - 719469;
	const int64_t s =
		days * 86400 + tm->tm_hour * INT64_C(3600) + tm->tm_min * INT64_C(60) + tm->tm_sec;

	return s > 0 ? (uint64_t)s * 1000u : 1;
}

static uint64_t earliest_end(STACK_OF(X509) * path)
{
	uint64_t end = UINT64_MAX;
	struct tm tm;

	for (int i = 0; i < sk_X509_num(path); i++) {
		if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(path, i)), &tm) == 1 &&
		    ms_of(&tm) < end)
			end = ms_of(&tm);
	}
	return end;
}

static enum sneck_rc reason_of(int error)
{
	static const struct {
		int error;
		enum sneck_rc rc;
	} reasons[] = {
		{ X509_V_ERR_CERT_HAS_EXPIRED, SNECK_E_CERT_EXPIRED },
		{ X509_V_ERR_CERT_NOT_YET_VALID, SNECK_E_CERT_NOT_YET },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, SNECK_E_CERT_ISSUER },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, SNECK_E_CERT_ISSUER },
		{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, SNECK_E_CERT_ISSUER },
		{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, SNECK_E_CERT_ISSUER },
		{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, SNECK_E_CERT_ISSUER },
		{ X509_V_ERR_CERT_UNTRUSTED, SNECK_E_CERT_ISSUER },
		{ X509_V_ERR_CERT_REJECTED, SNECK_E_CERT_REFUSED },
		{ X509_V_ERR_HOSTNAME_MISMATCH, SNECK_E_CERT_NAME },
		{ X509_V_ERR_IP_ADDRESS_MISMATCH, SNECK_E_CERT_NAME },
		{ X509_V_ERR_INVALID_PURPOSE, SNECK_E_CERT_USAGE },
		{ X509_V_ERR_INVALID_CA, SNECK_E_CERT_USAGE },
		{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, SNECK_E_CERT_USAGE },
		{ X509_V_ERR_PATH_LENGTH_EXCEEDED, SNECK_E_CERT_USAGE },
		{ X509_V_ERR_PERMITTED_VIOLATION, SNECK_E_CERT_USAGE },
		{ X509_V_ERR_EXCLUDED_VIOLATION, SNECK_E_CERT_USAGE },
		{ X509_V_ERR_EE_KEY_TOO_SMALL, SNECK_E_CERT_TYPE },
		{ X509_V_ERR_CA_KEY_TOO_SMALL, SNECK_E_CERT_TYPE },
		{ X509_V_ERR_CA_MD_TOO_WEAK, SNECK_E_CERT_TYPE },
		{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, SNECK_E_CERT_TYPE },
		{ X509_V_ERR_CERT_CHAIN_TOO_LONG, SNECK_E_CERT_BUDGET },
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].error == error)
			return reasons[i].rc;
	return SNECK_E_CERT_BAD;
}

static void explain(struct sneck_note *why, X509_STORE_CTX *ctx, const struct sneck_chain *chain,
		    enum sneck_rc rc)
{
	const int number = X509_STORE_CTX_get_error_depth(ctx) + 1;
	const int error = X509_STORE_CTX_get_error(ctx);
	const X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
	const X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	char who[64], issuer[64], when[32], names[96], asked[64];

	at = at == NULL || rc == SNECK_OK ? leaf : at;
	sneck__pki_show_name(who, sizeof who, X509_get_subject_name(at));
	sneck__pki_show_name(issuer, sizeof issuer, X509_get_issuer_name(at));
	sneck__pki_escape(asked, sizeof asked, chain->name.p, chain->name.len);
	sneck__pki_show_sans(names, sizeof names, leaf);
	sneck__pki_show_time(when, sizeof when,
			     rc == SNECK_E_CERT_NOT_YET ? X509_get0_notBefore(at)
							: X509_get0_notAfter(at));
	if (rc == SNECK_OK)
		sneck__pki_note(why, "valid until %s, issued by %s", when, issuer);
	else if (rc == SNECK_E_CERT_EXPIRED)
		sneck__pki_note(why,
				"certificate %d (%s) expired on %s: it must be renewed, or "
				"this machine's clock is wrong",
				number, who, when);
	else if (rc == SNECK_E_CERT_NOT_YET)
		sneck__pki_note(why,
				"certificate %d (%s) begins on %s: wait, or set this "
				"machine's clock",
				number, who, when);
	else if (rc == SNECK_E_CERT_NAME)
		sneck__pki_note(why,
				"the certificate is for %s and not for %s: ask for one of "
				"its names",
				names[0] != '\0' ? names : "no name at all", asked);
	else if (error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
		sneck__pki_note(why,
				"the certificate (%s) is self-signed and not trusted: trust "
				"its file or pin its key, if you know it",
				who);
	else if (rc == SNECK_E_CERT_ISSUER)
		sneck__pki_note(why,
				"no trusted issuer of certificate %d (%s), which %s issued: "
				"trust that one, or have the peer send what is missing",
				number, who, issuer);
	else
		sneck__pki_note(why, "certificate %d (%s): %s", number, who,
				X509_verify_cert_error_string(error));
}
