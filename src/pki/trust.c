/* SPDX-License-Identifier: MIT */
/* trust.c: what is trusted: a store built once, shared by all threads, never changed after.
 * RFC 5280, 6; 9525. Judging is in verify.c.
 *
 * Every entry of the store is an anchor, whether self-signed or not (PARTIAL_CHAIN): whoever puts
 * a leaf into a file of anchors means that leaf. Security level 2 refuses keys below 112 bits and
 * SHA-1. X509_STRICT stays off: it refuses private authorities for want of key identifiers, which
 * protects nobody. Intermediates must say that they are authorities with it or without. */
#include <string.h>

#include <openssl/crypto.h>

#include "pki.h"

#define DEPTH 8 /* L19 */

static enum sneck_rc fill(struct sneck_pki_trust *trust, const struct sneck_pki_trust_options *o,
			  struct sneck_note *note);
static enum sneck_rc add_file(struct sneck_pki_trust *trust, const char *path, bool announce,
			      struct sneck_note *note);
static enum sneck_rc add(struct sneck_pki_trust *trust, struct sneck_span der, bool announce);
static enum sneck_rc identify(struct sneck_pki_trust *trust, const void *bytes, size_t len);
static enum sneck_rc verify(void *ctx, const struct sneck_chain *chain,
			    struct sneck_verdict *verdict);

#define HANDSHAKE_SCHEMES                                                                          \
	SNECK_ECDSA_SECP256R1_SHA256, SNECK_ECDSA_SECP384R1_SHA384, SNECK_ECDSA_SECP521R1_SHA512,  \
		SNECK_ED25519, SNECK_ED448, SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PSS_RSAE_SHA384,  \
		SNECK_RSA_PSS_RSAE_SHA512, SNECK_RSA_PSS_PSS_SHA256, SNECK_RSA_PSS_PSS_SHA384,     \
		SNECK_RSA_PSS_PSS_SHA512

static const uint16_t schemes[] = { HANDSHAKE_SCHEMES, 0 };
static const uint16_t cert_schemes[] = { HANDSHAKE_SCHEMES, SNECK_RSA_PKCS1_SHA256,
					 SNECK_RSA_PKCS1_SHA384, SNECK_RSA_PKCS1_SHA512, 0 };

enum sneck_rc sneck_pki_trust_open(struct sneck_pki_trust **trust,
				   const struct sneck_pki_trust_options *options,
				   struct sneck_note *note)
{
	struct sneck_pki_trust *t;
	enum sneck_rc rc;

	ERR_clear_error();
	*trust = NULL;
	if (options->size != sizeof *options)
		return SNECK_E_SIZE;
	if (options->no_system && options->n_files == 0 && options->n_anchors == 0 &&
	    options->n_pins == 0 && !options->insecure_skip_verify) {
		sneck__pki_note(note, "nothing would be trusted: "
				      "give anchors or pins, or allow the system's store");
		return SNECK_E_CONFIG;
	}
	if (options->raw_keys != 0 && options->n_pins == 0 && !options->insecure_skip_verify) {
		sneck__pki_note(note, "raw public keys are trusted by their pins: give one");
		return SNECK_E_CONFIG;
	}
	t = OPENSSL_zalloc(sizeof *t);
	if (t == NULL)
		return SNECK_E_NO_MEMORY;
	rc = fill(t, options, note);
	if (rc == SNECK_OK)
		*trust = t;
	else
		sneck_pki_trust_close(t);
	return sneck__pki_fail(rc);
}

const struct sneck_verifier *sneck_pki_trust_verifier(const struct sneck_pki_trust *trust)
{
	return &trust->verifier;
}

void sneck_pki_trust_close(struct sneck_pki_trust *trust)
{
	if (trust == NULL)
		return;
	sneck__pki_cache_close(trust->cache);
	X509_STORE_free(trust->store);
	for (size_t i = 0; i < trust->n_names; i++)
		OPENSSL_free((void *)(uintptr_t)trust->names[i].p);
	OPENSSL_free(trust->names);
	OPENSSL_free(trust->pins);
	OPENSSL_free(trust);
}

static enum sneck_rc fill(struct sneck_pki_trust *trust, const struct sneck_pki_trust_options *o,
			  struct sneck_note *note)
{
	const int32_t settings[] = { o->insecure_skip_verify, o->no_system, o->max_depth,
				     (int32_t)o->n_pins };
	X509_VERIFY_PARAM *param;

	trust->cache = sneck__pki_cache_open();
	if (trust->cache == NULL)
		return SNECK_E_NO_MEMORY;
	trust->skip = o->insecure_skip_verify != 0;
	trust->verifier = (struct sneck_verifier){ .schemes = schemes,
						   .cert_schemes = cert_schemes,
						   .verify = verify,
						   .ctx = trust,
						   .trust_id = { trust->id, sizeof trust->id } };
	SNECK_TRY(identify(trust, settings, sizeof settings));
	trust->ocsp = o->ocsp;
	trust->raw_keys = o->raw_keys != 0;
	trust->verifier.flags = (trust->ocsp != 0 ? SNECK_VERIFIER_WANTS_OCSP : 0) |
				(trust->raw_keys ? SNECK_VERIFIER_RAW_KEYS : 0) |
				(o->raw_keys == 2 ? SNECK_VERIFIER_NO_X509 : 0);
	if (o->n_pins != 0) {
		trust->pins = OPENSSL_memdup(o->pins, o->n_pins * sizeof *o->pins);
		if (trust->pins == NULL)
			return SNECK_E_NO_MEMORY;
		trust->n_pins = o->n_pins;
		SNECK_TRY(identify(trust, o->pins, o->n_pins * sizeof *o->pins));
	}
	if (trust->skip || (o->no_system && o->n_files == 0 && o->n_anchors == 0))
		return SNECK_OK;
	trust->store = X509_STORE_new();
	if (trust->store == NULL)
		return SNECK_E_NO_MEMORY;
	param = X509_STORE_get0_param(trust->store);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set_depth(param, o->max_depth != 0 ? o->max_depth : DEPTH);
	X509_STORE_set_flags(trust->store, X509_V_FLAG_PARTIAL_CHAIN);
	if (!o->no_system && X509_STORE_set_default_paths_ex(trust->store, NULL, NULL) != 1)
		return sneck__pki_fail(SNECK_E_SYSTEM);
	for (size_t i = 0; i < o->n_files; i++)
		SNECK_TRY(add_file(trust, o->files[i], o->announce != 0, note));
	for (size_t i = 0; i < o->n_anchors; i++)
		SNECK_TRY(add(trust, o->anchors[i], o->announce != 0));
	trust->verifier.ca_names = trust->names;
	trust->verifier.n_ca_names = trust->n_names;
	return SNECK_OK;
}

static enum sneck_rc add_file(struct sneck_pki_trust *trust, const char *path, bool announce,
			      struct sneck_note *note)
{
	struct sneck_pki_chain *chain;
	enum sneck_rc rc = sneck_pki_chain_load(&chain, path, note);

	if (rc == SNECK_E_CERT_BAD)
		return SNECK_E_SYNTAX;
	for (size_t i = 0; rc == SNECK_OK && i < chain->n_certs; i++)
		rc = add(trust, chain->certs[i], announce);
	sneck_pki_chain_close(chain);
	return rc;
}

/* The subject of an anchor, once, for certificate_authorities. RFC 9846, 4.3.4. */
static bool add_name(struct sneck_pki_trust *trust, const X509 *cert)
{
	struct sneck_span *const names =
		OPENSSL_realloc(trust->names, (trust->n_names + 1) * sizeof *names);
	uint8_t *der = NULL;
	int len;

	if (names == NULL)
		return false;
	trust->names = names;
	len = i2d_X509_NAME(X509_get_subject_name(cert), &der);
	if (len <= 0)
		return false;
	for (size_t i = 0; i < trust->n_names; i++)
		if (names[i].len == (size_t)len && memcmp(names[i].p, der, (size_t)len) == 0) {
			OPENSSL_free(der);
			return true;
		}
	names[trust->n_names++] = sneck_span_of(der, (size_t)len);
	return true;
}

static enum sneck_rc add(struct sneck_pki_trust *trust, struct sneck_span der, bool announce)
{
	X509 *cert = sneck__pki_x509(der);
	const bool ok = cert != NULL && X509_STORE_add_cert(trust->store, cert) == 1 &&
			(!announce || add_name(trust, cert));
	const enum sneck_rc bad = cert == NULL ? SNECK_E_CERT_BAD : SNECK_E_NO_MEMORY;

	X509_free(cert);
	SNECK_TRY(sneck__pki_fail(ok ? SNECK_OK : bad));
	return identify(trust, der.p, der.len);
}

/* id = SHA-256(id, SHA-256(bytes)): sessions are bound to it. */
static enum sneck_rc identify(struct sneck_pki_trust *trust, const void *bytes, size_t len)
{
	uint8_t both[64];

	memcpy(both, trust->id, 32);
	if (EVP_Digest(bytes, len, both + 32, NULL, EVP_sha256(), NULL) != 1 ||
	    EVP_Digest(both, sizeof both, trust->id, NULL, EVP_sha256(), NULL) != 1)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

static enum sneck_rc verify(void *ctx, const struct sneck_chain *chain,
			    struct sneck_verdict *verdict)
{
	uint64_t until_ms;
	const enum sneck_rc rc = sneck__pki_judge(ctx, chain, &until_ms, NULL);

	verdict->valid_until_ms = until_ms;
	verdict->chain = 0;
	verdict->reason = 0;
	if (rc == SNECK_OK)
		verdict->chain = SNECK_CHAIN_VALID;
	else if (pki_refuses(rc))
		verdict->reason = rc;
	else
		return rc;
	return SNECK_OK;
}
