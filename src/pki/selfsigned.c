/* SPDX-License-Identifier: MIT */
/* selfsigned.c: makes certificates, self-signed or under an issuer. RFC 5280, 4; 9525.
 *
 * Version 3, the hash of the issuer's first scheme (SHA-256 for RSA), a random serial number, names
 * as subjectAltName. The subject is empty unless asked for; what is self-signed or an authority
 * gets one all the same, since an issuer must not be empty (RFC 5280, 4.1.2.4). */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/rsa.h>

#include "pki.h"

#define HOUR_MS		3600000u
#define DAY_MS		(24u * (uint64_t)HOUR_MS)
#define COMMON_NAME_MAX 64u /* RFC 5280, A.1: ub-common-name */

static enum sneck_rc check(const struct sneck_pki_cert *cert, struct sneck_note *note);
static enum sneck_rc issuer_of(X509 **issuer, const struct sneck_pki_cert *cert,
			       struct sneck_note *note);
static enum sneck_rc fill(X509 *x, X509 *issuer, const struct sneck_pki_key *key,
			  const struct sneck_pki_cert *cert);
static enum sneck_rc finish(struct sneck_pki_chain **chain, X509 *x,
			    const struct sneck_pki_cert *cert);
static bool add_sans(X509 *x, const struct sneck_pki_cert *cert);

/* RFC 9846, 4.3.3: rsa_pss_pss_* want a salt as long as the hash inside certificates too. */
static bool sign(X509 *x, const struct sneck_pki_key *key)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc = NULL;
	bool ok = c != NULL && EVP_DigestSignInit(c, &pc, key->ways[0].md, NULL, key->pkey) == 1;

	if (key->kind == PKI_PSS)
		ok = ok && EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1;
	ok = ok && X509_sign_ctx(x, c) > 0;
	EVP_MD_CTX_free(c);
	return ok;
}

enum sneck_rc sneck_pki_cert_make(struct sneck_pki_chain **chain, const struct sneck_pki_key *key,
				  const struct sneck_pki_cert *cert, struct sneck_note *note)
{
	const struct sneck_pki_key *signer = cert->issuer_key != NULL ? cert->issuer_key : key;
	X509 *x, *issuer = NULL;
	enum sneck_rc rc;

	ERR_clear_error();
	*chain = NULL;
	SNECK_TRY(check(cert, note));
	SNECK_TRY(issuer_of(&issuer, cert, note));
	x = X509_new();
	rc = x != NULL ? fill(x, issuer != NULL ? issuer : x, key, cert) : SNECK_E_NO_MEMORY;
	if (rc == SNECK_OK && !sign(x, signer))
		rc = SNECK_E_CRYPTO;
	if (rc == SNECK_OK)
		rc = finish(chain, x, cert);
	X509_free(issuer);
	X509_free(x);
	return sneck__pki_fail(rc);
}

static enum sneck_rc check(const struct sneck_pki_cert *cert, struct sneck_note *note)
{
	struct pki_name name;
	char shown[160];

	if (cert->size != sizeof *cert)
		return SNECK_E_SIZE;
	for (size_t i = 0; i < cert->n_names; i++) {
		const size_t len = strlen(cert->names[i]);

		if (sneck__pki_name_read(&name, sneck_span_of(cert->names[i], len), true) ==
		    SNECK_OK)
			continue;
		sneck__pki_escape(shown, sizeof shown, cert->names[i], len);
		sneck__pki_note(note, "%s is no host name, wildcard or IP address", shown);
		return SNECK_E_ARG;
	}
	if (cert->n_names == 0 && cert->common_name == NULL) {
		sneck__pki_note(note, "a certificate needs a name: give names or a common name");
		return SNECK_E_ARG;
	}
	if (cert->n_names == 0 && !cert->is_ca && !cert->for_client) {
		sneck__pki_note(note, "a server's certificate needs names: the common name is "
				      "not looked at");
		return SNECK_E_ARG;
	}
	if ((cert->issuer == NULL) != (cert->issuer_key == NULL)) {
		sneck__pki_note(note, "an issuer is a chain and its key: give both or none");
		return SNECK_E_ARG;
	}
	return SNECK_OK;
}

static enum sneck_rc issuer_of(X509 **issuer, const struct sneck_pki_cert *cert,
			       struct sneck_note *note)
{
	enum sneck_rc rc = SNECK_OK;
	X509 *x;

	if (cert->issuer == NULL)
		return SNECK_OK;
	x = sneck__pki_x509(cert->issuer->certs[0]);
	if (x == NULL)
		return sneck__pki_fail(SNECK_E_CERT_BAD);
	if (X509_check_private_key(x, cert->issuer_key->pkey) != 1) {
		rc = SNECK_E_CERT_KEY;
		sneck__pki_note(note, "the issuer's key is not that of its certificate");
	} else if (X509_check_ca(x) != 1) {
		rc = SNECK_E_CERT_USAGE;
		sneck__pki_note(note, "the issuer's certificate is not one of an authority");
	}
	if (rc == SNECK_OK)
		*issuer = x;
	else
		X509_free(x);
	return sneck__pki_fail(rc);
}

static bool set_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	const bool ok = n != NULL && BN_rand(n, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
			BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;

	BN_free(n);
	return ok;
}

static bool set_times(X509 *x, const struct sneck_pki_cert *cert)
{
	const uint64_t from = cert->not_before_ms != 0 ? cert->not_before_ms
			      : cert->now_ms > HOUR_MS ? cert->now_ms - HOUR_MS
						       : 0;
	const uint64_t to =
		cert->not_after_ms != 0 ? cert->not_after_ms : cert->now_ms + 90 * DAY_MS;

	return cert->now_ms != 0 && from < to &&
	       ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(from / 1000)) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(to / 1000)) != NULL;
}

static bool set_subject(X509 *x, bool issues, const struct sneck_pki_cert *cert)
{
	const char *cn = cert->common_name;

	if (cn == NULL && issues)
		cn = strlen(cert->names[0]) <= COMMON_NAME_MAX ? cert->names[0] : "self-signed";
	return cn == NULL ||
	       X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
					  (const uint8_t *)cn, -1, -1, 0) == 1;
}

static bool add(X509 *x, X509V3_CTX *v3, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, v3, nid, value);
	const bool ok = ext != NULL && X509_add_ext(x, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	return ok;
}

static enum sneck_rc fill(X509 *x, X509 *issuer, const struct sneck_pki_key *key,
			  const struct sneck_pki_cert *cert)
{
	const bool ca = cert->is_ca != 0;
	X509V3_CTX v3;

	if (!set_times(x, cert) || !set_subject(x, issuer == x || ca, cert))
		return SNECK_E_ARG;
	X509V3_set_ctx(&v3, issuer, x, NULL, NULL, 0);
	if (X509_set_version(x, X509_VERSION_3) != 1 || !set_serial(x) ||
	    X509_set_issuer_name(x, X509_get_subject_name(issuer)) != 1 ||
	    X509_set_pubkey(x, key->pkey) != 1 ||
	    !add(x, &v3, NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE") ||
	    !add(x, &v3, NID_key_usage,
		 ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") ||
	    (!ca &&
	     !add(x, &v3, NID_ext_key_usage, cert->for_client ? "clientAuth" : "serverAuth")) ||
	    !add(x, &v3, NID_subject_key_identifier, "hash") ||
	    !add(x, &v3, NID_authority_key_identifier, "keyid") || !add_sans(x, cert))
		return SNECK_E_CRYPTO;
	return SNECK_OK;
}

static bool add_san(GENERAL_NAMES *sans, const char *text)
{
	GENERAL_NAME *san = GENERAL_NAME_new();
	ASN1_STRING *s = NULL;
	struct pki_name name;
	bool ok = sneck__pki_name_read(&name, sneck_span_of(text, strlen(text)), true) == SNECK_OK;

	if (ok && san != NULL)
		s = name.ip_len != 0 ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
	ok = s != NULL &&
	     (name.ip_len != 0 ? ASN1_STRING_set(s, name.ip, (int)name.ip_len)
			       : ASN1_STRING_set(s, name.text, (int)strlen(name.text))) == 1;
	if (s != NULL)
		GENERAL_NAME_set0_value(san, name.ip_len != 0 ? GEN_IPADD : GEN_DNS, s);
	if (ok && sk_GENERAL_NAME_push(sans, san) > 0)
		return true;
	GENERAL_NAME_free(san);
	return false;
}

/* Critical when the subject is empty: RFC 5280, 4.2.1.6. */
static bool add_sans(X509 *x, const struct sneck_pki_cert *cert)
{
	const int critical = X509_NAME_entry_count(X509_get_subject_name(x)) == 0;
	GENERAL_NAMES *sans = sk_GENERAL_NAME_new_null();
	bool ok = sans != NULL;

	for (size_t i = 0; ok && i < cert->n_names; i++)
		ok = add_san(sans, cert->names[i]);
	ok = ok && (cert->n_names == 0 ||
		    X509_add1_ext_i2d(x, NID_subject_alt_name, sans, critical, 0) == 1);
	GENERAL_NAMES_free(sans);
	return ok;
}

static enum sneck_rc finish(struct sneck_pki_chain **chain, X509 *x,
			    const struct sneck_pki_cert *cert)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	const size_t n = cert->issuer != NULL ? cert->issuer->n_certs : 0;
	bool ok = certs != NULL && X509_up_ref(x) == 1;
	enum sneck_rc rc = SNECK_E_NO_MEMORY;

	if (ok && sk_X509_push(certs, x) <= 0) {
		X509_free(x);
		ok = false;
	}
	for (size_t i = 0; ok && i < n; i++) {
		X509 *above = sneck__pki_x509(cert->issuer->certs[i]);

		ok = above != NULL && sk_X509_push(certs, above) > 0;
		if (!ok)
			X509_free(above);
	}
	if (ok)
		rc = sneck__pki_chain_of(chain, certs);
	sk_X509_pop_free(certs, X509_free);
	return rc;
}
