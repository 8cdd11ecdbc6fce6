/* SPDX-License-Identifier: MIT */
/* pki.h: what the files of this folder share. The layer stands on libcrypto >= 3.0 alone, on its
 * interface that is not deprecated, and takes memory from OPENSSL_zalloc() throughout, so that one
 * hook makes every allocation fail in a test. Nothing here reads a DER byte by itself. */
#ifndef SNECK_PKI_PKI_H
#define SNECK_PKI_PKI_H

#include <stdatomic.h>
#include <stdbool.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <sneck/pki.h>

#include "../bounds.h"

#define SIGN_WAYS 6u

/* How to sign for one scheme; EdDSA has neither hash nor context. `idle` is a context that no
 * thread uses just now, or NULL. */
struct sign_way {
	EVP_MD *md;
	EVP_PKEY_CTX *ready; /* initialised, only ever duplicated */
	_Atomic(EVP_PKEY_CTX *) idle;
};

/* Kinds of keys that can sign a handshake. */
enum pki_kind {
	PKI_NONE,
	PKI_P256,
	PKI_P384,
	PKI_P521,
	PKI_ED25519,
	PKI_ED448,
	PKI_RSA,
	PKI_PSS /* RSA, for RSASSA-PSS alone */
};

struct sneck_pki_key {
	EVP_PKEY *pkey;
	enum pki_kind kind;
	struct sneck_signer signer;
	uint16_t schemes[SIGN_WAYS + 1];
	struct sign_way ways[SIGN_WAYS];
};

struct sneck_pki_chain {
	struct sneck_span *certs;
	size_t n_certs;
	const char **names; /* of the leaf; NULL: it has none */
	size_t n_names;
	struct sneck_span ocsp; /* stapled; empty: nothing */
	uint16_t type;		/* enum sneck_cert_type */
};

struct pki_cache;

struct sneck_pki_trust {
	X509_STORE *store; /* NULL: only the pins count, or nothing does */
	uint8_t (*pins)[32];
	size_t n_pins;
	bool skip, raw_keys;
	uint8_t ocsp; /* enum sneck_pki_ocsp */
	struct sneck_span *names; /* to announce, each in memory of its own */
	size_t n_names;
	struct pki_cache *cache;
	uint8_t id[32]; /* a digest of all that is trusted */
	struct sneck_verifier verifier;
};

/* signer.c */
enum sneck_rc sneck__pki_signer_open(struct sneck_pki_key *key);
void sneck__pki_signer_close(struct sneck_pki_key *key);

/* name.c: a host name without its trailing dot, or an IP address */
struct pki_name {
	char text[BOUND_NAME + 1];
	uint8_t ip[16];
	size_t ip_len; /* 0: a host name */
};

/* SNECK_E_ARG for what is neither. wildcard: "*.example.org" is one too. */
SNECK_MUST_CHECK enum sneck_rc sneck__pki_name_read(struct pki_name *name, struct sneck_span text,
						    bool wildcard);
/* The text of a subjectAltName that is a DNS name or an address, false for all others. */
bool sneck__pki_name_text(struct pki_name *name, const GENERAL_NAME *san);

/* cred.c */
X509 *sneck__pki_x509(struct sneck_span der); /* NULL for anything but exactly one certificate */
enum sneck_rc sneck__pki_chain_of(struct sneck_pki_chain **chain, STACK_OF(X509) * certs);

/* SHA-256 of the SubjectPublicKeyInfo. RFC 7469, 2.4. */
SNECK_MUST_CHECK enum sneck_rc sneck__pki_pin(uint8_t pin[32], const X509 *cert);

/* cache.c: as sneck__pki_x509(), faster for what it saw before; for all threads */
struct pki_cache *sneck__pki_cache_open(void);
void sneck__pki_cache_close(struct pki_cache *cache);
X509 *sneck__pki_cache_x509(struct pki_cache *cache, struct sneck_span der);

/* file.c */
enum pki_file { PKI_OPEN, PKI_SECRET };
enum sneck_rc sneck__pki_file_read(const char *path, enum pki_file kind, uint8_t **data,
				   size_t *len, struct sneck_note *note);
enum sneck_rc sneck__pki_copy_out(BIO *from, void *dst, size_t cap, size_t *len);
/* Empties libcrypto's error queue. Returns rc, or SNECK_E_NO_MEMORY when that was the trouble, also
 * where libcrypto went on regardless. Public functions therefore begin with ERR_clear_error(). */
enum sneck_rc sneck__pki_fail(enum sneck_rc rc);

/* budget.c */
enum pki_kind sneck__pki_kind(const EVP_PKEY *pkey);
SNECK_MUST_CHECK enum sneck_rc sneck__pki_budget(STACK_OF(X509) * certs, struct sneck_note *why);

/* verify.c: SNECK_OK; SNECK_E_CERT_* refuses; all else could not judge. *until_ms: the earliest
 * notAfter of a path that was validated; 0: there was none. why and until_ms may be NULL. */
SNECK_MUST_CHECK enum sneck_rc sneck__pki_judge(const struct sneck_pki_trust *trust,
						const struct sneck_chain *chain, uint64_t *until_ms,
						struct sneck_note *why);
/* staple.c, raw.c: the same, for a path that is good, and for a key without one */
SNECK_MUST_CHECK enum sneck_rc sneck__pki_staple(const struct sneck_pki_trust *trust,
						 STACK_OF(X509) * path,
						 const struct sneck_chain *chain,
						 struct sneck_note *why);
SNECK_MUST_CHECK enum sneck_rc sneck__pki_judge_raw(const struct sneck_pki_trust *trust,
						    const struct sneck_chain *chain,
						    struct sneck_note *why);
static inline bool pki_refuses(enum sneck_rc rc)
{
	return rc <= -0x500 && rc >= -0x5ff;
}

/* show.c: text for people, printable ASCII whatever the certificate says, cut at cap */
void sneck__pki_note(struct sneck_note *note, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sneck__pki_escape(char *dst, size_t cap, const void *bytes, size_t len);
void sneck__pki_show_name(char *dst, size_t cap, const X509_NAME *name);
void sneck__pki_show_sans(char *dst, size_t cap, const X509 *cert);
void sneck__pki_show_time(char *dst, size_t cap, const ASN1_TIME *t);

#endif
