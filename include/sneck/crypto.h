/* SPDX-License-Identifier: MIT */
/* sneck/crypto.h: what the library asks of others: a provider (hash, AEAD, key exchange, signature
 * check, random bytes), and beside it a signer (our private key) and a verifier (trust).
 *
 * All of them are constant tables of functions. Contexts live in memory that the library sets
 * aside from the caller's: a provider that can keep its state in place (BearSSL) needs no heap,
 * one that cannot (libcrypto) stores a pointer there and frees it in wipe.
 *
 *  - Every function is safe to call from any number of threads with different contexts.
 *  - SNECK_E_CRYPTO and SNECK_E_RANDOM mean failure; outputs are then zeroed. Nothing else is
 *    "failure": a bad tag is SNECK_E_BAD_MAC, a bad signature SNECK_E_BAD_SIGNATURE.
 *  - wipe accepts a context that is all zero.
 *  - A context may be moved in memory between two calls.
 *  - Time and memory access do not depend on secret bytes.
 */
#ifndef SNECK_CRYPTO_H
#define SNECK_CRYPTO_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_provider;

#define SNECK_CRYPTO_REVISION 1u /* of every descriptor below; a provider states the one it fills */
#define SNECK_HASH_CTX_MAX 256u
#define SNECK_AEAD_CTX_MAX 384u  /* of an AEAD that seals tickets */
#define SNECK_SIG_MAX 1024u      /* bytes of the longest signature that we make */

/* A hash function. RFC: 4.1, 7.1. */
struct sneck_hash {
	uint16_t id;        /* TLS HashAlgorithm: 4 SHA-256, 5 SHA-384, 6 SHA-512 */
	uint8_t len;        /* bytes of a digest */
	uint8_t block_len;
	uint32_t ctx_size;  /* bytes, at most SNECK_HASH_CTX_MAX */
	const char *name;
	/* Starts a message in a context that is all zero, or afresh in one that was used. */
	enum sneck_rc (*init)(void *ctx);
	enum sneck_rc (*update)(void *ctx, struct sneck_span in);
	/* The digest of all so far; the context goes on. The transcript lives on this. */
	enum sneck_rc (*peek)(const void *ctx, uint8_t *digest);
	/* The digest; the context waits for init or wipe. HMAC is built on it in the core. */
	enum sneck_rc (*finish)(void *ctx, uint8_t *digest);
	void (*wipe)(void *ctx);
};

enum sneck_aead_dir { SNECK_SEAL = 0, SNECK_OPEN = 1 };

/* An AEAD. One context serves one direction. RFC: 5.2, 5.3, 5.5. */
struct sneck_aead {
	uint16_t id;        /* IANA: 1 and 2 AES-128-, AES-256-GCM; 29 ChaCha20-Poly1305 */
	uint8_t key_len, nonce_len, tag_len;
	uint8_t rsv[3];
	uint32_t ctx_size;  /* bytes set aside for each key */
	uint64_t seal_limit, open_limit; /* records under one key */
	const char *name;
	/* Sets the key in a context that is all zero, or another one in a used context. */
	enum sneck_rc (*init)(void *ctx, const uint8_t *key, int dir);
	/* Encrypts the gathered pieces to out and writes the tag where it is wanted, usually right
	 * behind. out may be in[0].p (in place); the other pieces lie elsewhere. */
	enum sneck_rc (*seal)(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, const struct sneck_span *in, size_t n_in);
	/* Decrypts in.len bytes to out, which is in.p (in place) or disjoint from it. A wrong tag
	 * is SNECK_E_BAD_MAC and leaves no plaintext: out is zeroed. */
	enum sneck_rc (*open)(void *ctx, uint8_t *out, const uint8_t *tag, const uint8_t *nonce,
			      struct sneck_span aad, struct sneck_span in);
	void (*wipe)(void *ctx);
};

/* A key exchange in the shape of a KEM: ECDH, ML-KEM and hybrids alike. The initiator offers and
 * finishes, the responder answers. p gives random bytes. work is scratch of work_size bytes,
 * wiped by the library. RFC: 4.3.8, 7.4. */
struct sneck_kex {
	uint16_t group;
	uint16_t offer_len, answer_len, secret_len;
	uint32_t priv_size, work_size;
	const char *name;
	enum sneck_rc (*offer)(const struct sneck_provider *p, void *priv, uint8_t *offer,
			       void *work);
	enum sneck_rc (*answer)(const struct sneck_provider *p, const uint8_t *offer,
				uint8_t *answer, uint8_t *secret, void *work);
	enum sneck_rc (*finish)(const struct sneck_provider *p, void *priv, const uint8_t *answer,
				uint8_t *secret, void *work); /* wipes priv */
	void (*wipe)(void *priv);
};

/* Public keys of peers. The library never parses X.509: it hands over the leaf as it came and
 * gets a key to check one signature with. RFC: 4.3.3, 4.5.2; 7250. */
struct sneck_pubkey {
	const uint16_t *schemes;  /* that verify understands, best first, ends with 0; those of
	                             SNECK_ECDSA_ANY_* let TLS 1.2 use any curve */
	uint32_t key_size;        /* bytes for one key */
	uint32_t work_size;       /* scratch for one call */
	/* SNECK_E_CERT_BAD for DER that is none, SNECK_E_CERT_TYPE for a key that is not served */
	enum sneck_rc (*from_cert)(void *key, struct sneck_span der, void *work);
	enum sneck_rc (*from_spki)(void *key, struct sneck_span der, void *work);
	/* A scheme that does not fit the key is SNECK_E_BAD_SIGNATURE. */
	enum sneck_rc (*verify)(const void *key, uint16_t scheme, struct sneck_span msg,
				struct sneck_span sig, void *work);
	void (*wipe)(void *key);
	/* verify() of what has this digest by the scheme's hash: a client of TLS 1.2 signs all
	 * messages so far, which nobody keeps. Not for EdDSA. NULL: without it a server takes no
	 * client certificates in TLS 1.2 */
	enum sneck_rc (*verify_digest)(const void *key, uint16_t scheme, struct sneck_span digest,
				       struct sneck_span sig, void *work);
	/* 1: a key that this scheme of TLS 1.3 is for. So TLS 1.2 learns of what kind and on which
	 * curve a server's key is (RFC 8422, 5.3). NULL: a signature will tell */
	int (*fits)(const void *key, uint16_t scheme);
};

struct sneck_provider {
	uint32_t revision;                      /* SNECK_CRYPTO_REVISION */
	uint32_t rsv;
	const char *name;
	const struct sneck_hash *const *hashes; /* each list ends with NULL, best first */
	const struct sneck_aead *const *aeads;
	const struct sneck_kex *const *kexes;
	const struct sneck_pubkey *pubkey;
	enum sneck_rc (*random)(void *ctx, uint8_t *out, size_t len);
	void *ctx;                              /* for random: one object, safe from all threads */
};

/** The provider on the system's libcrypto (OpenSSL 3.0 or newer). Fetches every algorithm once, at
 *  the first call; this table is the only state per process that the library ever has.
 *
 *  Bytes: static, for the life of the process. Units: none. RFC: none.
 *  Returns: the provider; NULL when it is not in this build or libcrypto cannot do the minimum.
 */
SNECK_API const struct sneck_provider *sneck_provider_libcrypto(void);

/** The provider on BearSSL: no heap, no operating system. It is a library of its own,
 *  libsneck-bearssl. Freestanding builds copy the struct and set random to their own source.
 *
 *  Bytes: static. Units: none. RFC: none.
 *  Returns: the provider, never NULL.
 */
SNECK_API const struct sneck_provider *sneck_provider_bearssl(void);

/* ---- our private key ---------------------------------------------------------------------- */

/* Makes handshake signatures, with our private key. RFC: 4.5.2.
 *
 * sign answers SNECK_OK with *len bytes in sig (cap is SNECK_SIG_MAX) or a negative code.
 * sign_digest is the same for a digest by the scheme's hash, which is what a client of TLS 1.2 has
 * of what it signs; NULL: this credential is not shown there.
 * Without SNECK_ASK_SIGN sneck_process() calls them and waits. With it the connection never
 * calls them (they may be NULL): SNECK_NEEDS_LOCAL_SIGNATURE is shown, and the application has the
 * signature made where it likes. */
struct sneck_signer {
	const uint16_t *schemes; /* best first, ends with 0; SNECK_ECDSA_ANY_* are for TLS 1.2,
	                            which lets a key of any curve sign with that hash */
	enum sneck_rc (*sign)(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			      size_t cap, size_t *len);
	void *ctx;               /* shared by all connections and threads that use the signer */
	enum sneck_rc (*sign_digest)(void *ctx, uint16_t scheme, struct sneck_span digest,
				     uint8_t *sig, size_t cap, size_t *len);
};

/* ---- trust -------------------------------------------------------------------------------- */

struct sneck_cert_entry {
	struct sneck_span der;  /* a certificate, or a SubjectPublicKeyInfo */
	struct sneck_span ocsp; /* stapled OCSPResponse, or empty */
	struct sneck_span scts; /* SignedCertificateTimestampList, or empty; in TLS 1.2 empty when
	                           it has more than 1,024 bytes and finds no place */
};

/* What a verifier judges. All spans are valid during the call only. */
struct sneck_chain {
	const struct sneck_cert_entry *certs; /* leaf first, as the peer sent them */
	size_t n_certs;
	struct sneck_span name;               /* host name or IP address; empty for a client */
	uint64_t now_ms;
	uint64_t op;
	uint16_t type;                        /* enum sneck_cert_type */
	uint16_t version;
	uint8_t peer_role;                    /* enum sneck_role of the peer */
	uint8_t rsv[3];
};

#define SNECK_CHAIN_VALID 0x6e1fc25bu          /* sneck_verdict.chain; all else refuses */
#define SNECK_SIG_LIBRARY_CHECKS 0u            /* sneck_verdict.sig: the default */
#define SNECK_SIG_VALID_DANGEROUS 0xd3a90f47u  /* needs SNECK_ASK_VERIFY_SIG */

/* The zero value refuses. A verdict counts only for the leaf that it names: another leaf_id is
 * SNECK_E_STALE, so a verdict cannot reach another connection by accident. */
struct sneck_verdict {
	uint32_t chain;
	uint32_t sig;
	int32_t reason;       /* when refused: SNECK_E_CERT_*; 0 is SNECK_E_CERT_REFUSED */
	uint8_t alert;        /* when refused: 0 takes the alert of reason */
	uint8_t rsv[3];
	uint8_t leaf_id[32];  /* SHA-256 of certs[0].der; filled in beforehand for verify */
	uint64_t valid_until_ms; /* sessions of this connection are not resumed later; 0: no limit
	                            beyond the ticket's own. The earliest notAfter of the chain */
};
SNECK_STATIC_ASSERT(sizeof(struct sneck_verdict) == 56, "struct sneck_verdict is frozen");

/* sneck_verifier.flags */
#define SNECK_VERIFIER_WANTS_OCSP 2u /* ask the peer to staple an OCSPResponse (RFC 6066, 8) */
#define SNECK_VERIFIER_WANTS_SCTS 4u /* ask for SignedCertificateTimestamps (RFC 6962, 3.3.1) */
#define SNECK_VERIFIER_RAW_KEYS 8u   /* accept raw public keys too (RFC 7250) */
#define SNECK_VERIFIER_NO_X509 16u   /* accept nothing else */
#define SNECK_VERIFIER_X509_FIRST 32u /* accept both, and certificates rather than raw keys */

/* Judges chains. RFC: 4.5.1.3; 5280, 6; 9525.
 *
 * verify fills the verdict and answers SNECK_OK, also when it refuses; a 0x4xx code when it could
 * not judge, which fails the handshake. Without SNECK_ASK_VERIFY sneck_process() calls it, when the
 * Certificate message is complete. With it the states are shown instead, verify is never called by
 * the connection, which takes the lists and the flags from here all the same, and the application
 * runs it where it likes with sneck_verify_job_run(). */
struct sneck_verifier {
	const uint16_t *schemes;      /* accepted in handshake signatures, best first, ends with 0;
	                                 NULL: all of the provider's */
	const uint16_t *cert_schemes; /* accepted inside certificates; NULL: the same */
	const struct sneck_span *ca_names; /* DER names to announce: in a CertificateRequest, and
	                                      with config.announce_cas in a ClientHello */
	size_t n_ca_names;
	uint32_t flags;               /* set of SNECK_VERIFIER_* */
	uint32_t rsv;
	enum sneck_rc (*verify)(void *ctx, const struct sneck_chain *chain,
				struct sneck_verdict *verdict);
	void *ctx;                    /* shared by all connections and threads */
	struct sneck_span trust_id;   /* of any bytes that differ where what is trusted differs:
	                                 sessions are bound to them; may be empty */
};

/** Judges a chain that sneck_verify_job_pack() packed, on any thread or in any process. Knows
 *  nothing of connections.
 *
 *  Bytes: job is read during the call. Units: len in bytes. RFC: 4.5.1.3.
 *  Returns: SNECK_OK with *verdict filled, leaf_id included; answer with it, whatever it says.
 *  SNECK_E_ARG for a job that is damaged; what verify returned otherwise. On anything but
 *  SNECK_OK the verdict is zero, which refuses.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_verify_job_run(const struct sneck_verifier *verifier,
							      const void *job, size_t len,
							      struct sneck_verdict *verdict);

#ifdef __cplusplus
}
#endif
#endif
