/* SPDX-License-Identifier: MIT */
/* sneck/pki.h: keys, certificates and trust, on the system's libcrypto. An optional layer
 * of libsneck: it allocates, reads files, and is not part of the freestanding core.
 *
 * Objects are opened and closed. What they lend (signers, verifiers, spans) lives until they are
 * closed, is const, and may be used by all threads. Every function that can refuse takes a
 * struct sneck_note for one sentence that says what to do; it may be NULL.
 */
#ifndef SNECK_PKI_H
#define SNECK_PKI_H

#include "config.h"
#include "crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_pki_key;
struct sneck_pki_chain;
struct sneck_pki_trust;

/* ---- private keys --------------------------------------------------------------------------- */

enum sneck_pki_key_kind {
	SNECK_KEY_P256 = 0,
	SNECK_KEY_P384 = 1,
	SNECK_KEY_ED25519 = 2,
	SNECK_KEY_RSA2048 = 3,
	SNECK_KEY_RSA3072 = 4,
	SNECK_KEY_RSA4096 = 5,
	SNECK_KEY_P521 = 6,
	SNECK_KEY_ED448 = 7,
	SNECK_KEY_RSA_PSS2048 = 8 /* the certificate says RSASSA-PSS: it signs with nothing else */
};

/** Makes a new private key.
 *
 *  Bytes: *key is the caller's until sneck_pki_key_close(). Units: kind is an enum
 *  sneck_pki_key_kind. RFC: 4.3.3.
 *  Returns: SNECK_OK; SNECK_E_ARG, SNECK_E_CRYPTO, SNECK_E_NO_MEMORY.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_key_make(struct sneck_pki_key **key, int kind);

/** Reads a private key from PEM or DER bytes.
 *
 *  Bytes: data and pass are read during the call; pass empty: not encrypted. Units: bytes.
 *  RFC: 7468; 5958; 5915.
 *  Returns: SNECK_OK; SNECK_E_SYNTAX: no key in there; SNECK_E_ARG: wrong pass phrase;
 *  SNECK_E_CERT_TYPE: a kind of key that TLS does not use here.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_key_read(struct sneck_pki_key **key,
							    struct sneck_span data,
							    struct sneck_span pass,
							    struct sneck_note *note);

/** Reads a private key from a file; refuses one that others may read.
 *
 *  Bytes: path is read during the call. Units: none. RFC: 7468.
 *  Returns: as sneck_pki_key_read(); SNECK_E_SYSTEM when the file cannot be read or its mode is
 *  too open.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_key_load(struct sneck_pki_key **key,
							    const char *path,
							    struct sneck_note *note);

/** Writes a private key as PEM (PKCS #8, not encrypted).
 *
 *  Bytes: dst is the caller's and secret; text ends with a newline, no NUL. Units: cap and *len in
 *  bytes. RFC: 7468; 5958.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with *len as needed.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_key_write(const struct sneck_pki_key *key,
							     void *dst, size_t cap, size_t *len);

/** The signer of a key: answers at once, never defers.
 *
 *  Bytes: lives until the key is closed. Units: none. RFC: 4.5.2.
 *  Returns: the signer, never NULL.
 */
SNECK_API const struct sneck_signer *sneck_pki_key_signer(const struct sneck_pki_key *key);

/** Closes a key and wipes it. No connection may use its signer any more.
 *
 *  Bytes: freed. key may be NULL. Units: none. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_pki_key_close(struct sneck_pki_key *key);

/* ---- chains --------------------------------------------------------------------------------- */

/** Reads a chain, leaf first, from PEM bytes (or one DER certificate), or from a file of them.
 *
 *  Bytes: data or path is read during the call; *chain is the caller's until
 *  sneck_pki_chain_close(). Units: none. RFC: 7468; 5280, 4.
 *  Returns: SNECK_OK; SNECK_E_SYNTAX: no certificate in there; SNECK_E_CERT_BAD: one that cannot be
 *  read; SNECK_E_SYSTEM: the file cannot be read.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_chain_read(struct sneck_pki_chain **chain,
							      struct sneck_span data,
							      struct sneck_note *note);
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_chain_load(struct sneck_pki_chain **chain,
							      const char *path,
							      struct sneck_note *note);

/** The certificates of a chain as DER, for struct sneck_credential or to look at.
 *
 *  Bytes: the array and what it points to live until the chain is closed. Units: *n counts
 *  certificates. RFC: 5280, 4.
 *  Returns: the array, leaf first.
 */
SNECK_API const struct sneck_span *sneck_pki_chain_certs(const struct sneck_pki_chain *chain,
							 size_t *n);

/** Writes a chain as PEM.
 *
 *  Bytes: dst is the caller's; text ends with a newline, no NUL. Units: cap and *len in bytes.
 *  RFC: 7468.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with *len as needed.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_chain_write(const struct sneck_pki_chain *chain,
							       void *dst, size_t cap, size_t *len);

/** Staples an OCSP response to a chain, in place of an earlier one: DER bytes, or a file of them.
 *  sneck_pki_credential() takes it over. It is not judged; whether it is still of its time is for
 *  who fetches it to see.
 *
 *  Bytes: response or path is read during the call. Units: none. RFC: 6960, 4.2; 4.5.1.1.
 *  Returns: SNECK_OK; SNECK_E_SYNTAX for no response, or one that says that there was an error;
 *  SNECK_E_SYSTEM: the file cannot be read.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_chain_staple(struct sneck_pki_chain *chain,
								struct sneck_span response,
								struct sneck_note *note);
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_chain_staple_load(struct sneck_pki_chain *chain,
								     const char *path,
								     struct sneck_note *note);

/** Makes a chain that is the public key alone, for a credential that shows no certificate.
 *
 *  Bytes: *chain is the caller's until sneck_pki_chain_close(). Units: none. RFC: 7250, 3.
 *  Returns: SNECK_OK; SNECK_E_NO_MEMORY.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_raw_chain(struct sneck_pki_chain **chain,
							     const struct sneck_pki_key *key);

/** Closes a chain. No connection may use it any more.
 *
 *  Bytes: freed. chain may be NULL. Units: none. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_pki_chain_close(struct sneck_pki_chain *chain);

/** Fills a credential from a chain and its key, with the chain's names as the names it serves.
 *
 *  Bytes: *credential points into chain and key, which must outlive it. Units: none.
 *  RFC: 4.5.1.2; 9525.
 *  Returns: SNECK_OK; SNECK_E_CERT_KEY when the key is not the leaf's; SNECK_E_CERT_TYPE for a leaf
 *  that no signature scheme of this library fits.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_credential(struct sneck_credential *credential,
							      const struct sneck_pki_chain *chain,
							      const struct sneck_pki_key *key,
							      struct sneck_note *note);

/* What a person wants to know of a certificate. Text ends with NUL, is escaped, may be cut. */
struct sneck_pki_about {
	char subject[256], issuer[256], names[1024], serial[64], key[64];
	uint64_t not_before_ms, not_after_ms;
	uint8_t sha256[32];
	uint8_t pin[32];               /* SHA-256 of its SubjectPublicKeyInfo */
	uint8_t is_ca, rsv[7];
};

/** Describes one certificate.
 *
 *  Bytes: der is read during the call. Units: ms since 1970. RFC: 5280, 4.
 *  Returns: SNECK_OK; SNECK_E_CERT_BAD.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_about(struct sneck_span der,
							 struct sneck_pki_about *about);

/* ---- making certificates and requests -------------------------------------------------------- */

#ifdef __cplusplus
#define SNECK_PKI_CERT_INIT (uint32_t)sizeof(struct sneck_pki_cert)
#define SNECK_PKI_TRUST_INIT (uint32_t)sizeof(struct sneck_pki_trust_options)
#else
#define SNECK_PKI_CERT_INIT .size = (uint32_t)sizeof(struct sneck_pki_cert)
#define SNECK_PKI_TRUST_INIT .size = (uint32_t)sizeof(struct sneck_pki_trust_options)
#endif

/* What to certify. names are host names, wildcards or IP addresses; each becomes a subjectAltName
 * of its kind. */
struct sneck_pki_cert {
	uint32_t size;
	uint8_t is_ca;                 /* 1: may sign others, names may be empty */
	uint8_t for_client;            /* 1: clientAuth instead of serverAuth */
	uint8_t rsv[2];
	const char *const *names;
	size_t n_names;
	const char *common_name;       /* NULL: none; for what issues, the first name */
	uint64_t not_before_ms;        /* 0: now_ms less one hour */
	uint64_t not_after_ms;         /* 0: 90 days after now_ms */
	uint64_t now_ms;               /* must be set */
	const struct sneck_pki_chain *issuer;     /* NULL: self-signed */
	const struct sneck_pki_key *issuer_key;
};

/** Makes a certificate for key: self-signed, or signed by an issuer that is appended to the chain.
 *
 *  Bytes: everything is read during the call; *chain is the caller's until
 *  sneck_pki_chain_close(). Units: ms since 1970. RFC: 5280, 4.
 *  Returns: SNECK_OK; SNECK_E_ARG for a name that is none, no name, or days that cannot be;
 *  SNECK_E_CERT_KEY when issuer and issuer_key are no pair; SNECK_E_CERT_USAGE when the issuer is
 *  no authority; SNECK_E_CRYPTO.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_cert_make(struct sneck_pki_chain **chain,
							     const struct sneck_pki_key *key,
							     const struct sneck_pki_cert *cert,
							     struct sneck_note *note);

/* ---- trust ---------------------------------------------------------------------------------- */

enum sneck_pki_ocsp {
	SNECK_PKI_OCSP_OFF = 0,     /* responses are not asked for */
	SNECK_PKI_OCSP_ASKED = 1,   /* one that comes must be good; "must staple" is kept to */
	SNECK_PKI_OCSP_REQUIRED = 2 /* one must come */
};

struct sneck_pki_trust_options {
	uint32_t size;
	uint8_t no_system;               /* 1: without the system's store, SSL_CERT_FILE, _DIR */
	uint8_t insecure_skip_verify;    /* 1: every chain is valid, whatever the name */
	uint8_t max_depth;               /* intermediates; 0: 8 */
	uint8_t ocsp;                    /* enum sneck_pki_ocsp */
	uint8_t raw_keys;                /* 1: raw public keys too; 2: nothing else; by pins */
	uint8_t announce;                /* 1: the verifier's ca_names: the subjects of all below */
	uint8_t rsv[6];
	const char *const *files;        /* PEM files of anchors */
	size_t n_files;
	const struct sneck_span *anchors; /* DER certificates */
	size_t n_anchors;
	const uint8_t (*pins)[32];       /* SHA-256 of SubjectPublicKeyInfo: one must be in the */
	size_t n_pins;                   /* verified chain; with no anchors at all: be the leaf */
};

/* Anchors are trusted as they are: an authority, an intermediate or a leaf, self-signed or not.
 * With pins and no anchors the leaf's key is all that is asked: the pin replaces path, name, dates
 * and usage, since whoever pins a key has met its owner. With anchors a pin narrows: everything is
 * checked, and one key of the path must be pinned. A raw public key is trusted if it is pinned, and
 * nothing else is asked of it. A stapled OCSP response counts when the leaf's issuer signed it, or
 * whom that issuer has certified for that, and only beside a path. An empty name in struct
 * sneck_chain checks no name; a connection lets that through only with config.insecure_no_name. */

/** Reads trust anchors and makes a verifier of them.
 *
 *  Bytes: options are read during the call; *trust is the caller's until sneck_pki_trust_close().
 *  Units: none. RFC: 5280, 6; 9525.
 *  Returns: SNECK_OK; SNECK_E_SYSTEM or SNECK_E_SYNTAX for a file; SNECK_E_CERT_BAD for an anchor
 *  that cannot be read; SNECK_E_CONFIG when nothing at all would be trusted.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_pki_trust_open(struct sneck_pki_trust **trust, const struct sneck_pki_trust_options *options,
		     struct sneck_note *note);

/** The verifier: answers at once, never defers, does no network I/O. It may run on a pool by
 *  sneck_verify_job_run().
 *
 *  Bytes: lives until the trust is closed. Units: none. RFC: 5280, 6; 9525, 6.
 *  Returns: the verifier, never NULL.
 */
SNECK_API const struct sneck_verifier *
sneck_pki_trust_verifier(const struct sneck_pki_trust *trust);

/** Explains a verdict to a person: which certificate, why, what would help.
 *
 *  Bytes: job as for sneck_verify_job_run(); why is written. Units: len in bytes. RFC: 5280, 6.
 *  Returns: SNECK_OK; SNECK_E_ARG for a damaged job.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_pki_explain(const struct sneck_pki_trust *trust,
							   const void *job, size_t len,
							   struct sneck_note *why);

/* What the machine brings along. Text ends with NUL, may be cut. */
struct sneck_pki_system {
	char libcrypto[64];      /* its version: "3.0.15" */
	char file[256], dir[256]; /* where the system's anchors are looked for; may be absent */
	uint32_t n_file, n_dir;  /* anchors found there */
};

/** Looks at the libcrypto that runs and at the system's trust store, SSL_CERT_FILE and SSL_CERT_DIR
 *  included.
 *
 *  Bytes: *about is written. Units: n_file counts certificates, n_dir hashed names. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_pki_system(struct sneck_pki_system *about);

/** Closes a trust. No connection and no job may use its verifier any more.
 *
 *  Bytes: freed. trust may be NULL. Units: none. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_pki_trust_close(struct sneck_pki_trust *trust);

#ifdef __cplusplus
}
#endif
#endif
