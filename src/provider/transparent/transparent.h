/* SPDX-License-Identifier: MIT */
/* transparent.h: a provider for tests, never installed. Nothing is secret, everything is
 * deterministic, and every rule about nonces is checked.
 *
 *  - Ciphertext is the plaintext and a tag depends on AAD and plaintext only: a test may edit a
 *    record and tag it anew with transparent_tag().
 *  - Private keys and shared secrets begin with TRANSPARENT_PRIV and TRANSPARENT_SECRET, so that
 *    a scan of memory finds them.
 *  - Each sealing context must use the nonces iv ^ 0, iv ^ 1, iv ^ 2 ..., and no two contexts the
 *    same key and iv. An opening context may repeat a nonce only after a record that it refused.
 *    A violation aborts.
 *  - The n-th call can be made to fail.
 *
 * The counters and the memory of the audit are global, because tables have no context: this is for
 * tests of one thread. */
#ifndef SNECK_TRANSPARENT_H
#define SNECK_TRANSPARENT_H

#include <stdbool.h>

#include <sneck/crypto.h>

#define TRANSPARENT_PATTERN 16u
#define TRANSPARENT_PRIV    "[private key kex"
#define TRANSPARENT_SECRET  "[secret from kex"
#define TRANSPARENT_SIG	    24u /* bytes of a signature */
#define TRANSPARENT_AEADS   5u

/* A provider. It may not be moved after init. The AEAD descriptors are its own: a test may set
 * other limits in them before the provider is used. */
struct transparent {
	struct sneck_provider provider;
	struct sneck_aead aeads[TRANSPARENT_AEADS]; /* ids 1, 2, 29, 3, 18 */
	const struct sneck_aead *aead_list[TRANSPARENT_AEADS + 1];
	uint64_t random; /* state of the random bytes: the same seed gives the same bytes */
};

/* It has the groups X25519 and P-256 only: a ClientHello of a test stays small. */
void transparent_init(struct transparent *t, uint64_t seed);

/* Gives it all six groups of the library, X25519MLKEM768 first. */
void transparent_all_groups(struct transparent *t);

/* Limits of all AEADs. */
void transparent_limit(struct transparent *t, uint64_t seal_limit, uint64_t open_limit);

/* Calls of any function of any table here, wipe excepted, since the program began. The call that
 * makes the count transparent_fail_at fails; 0: none does. A test sets both as it likes. */
extern uint64_t transparent_calls, transparent_fail_at;

/* Counts a call; true when it must fail. For the files of this folder. */
bool transparent_fails(void);

/* ---- audit -------------------------------------------------------------------------------- */

/* Forgets which (key, iv) were used: for a test that plays the same connection again. */
void transparent_audit_reset(void);

/* Nonces may jump forward from now on, for tests that preset a sequence number, and when opening
 * also stay, as a peer of TLS 1.2 may send them; false again: every nonce must follow the one
 * before. Reset by transparent_audit_reset(). */
extern bool transparent_nonces_jump;

/* ---- mixing ------------------------------------------------------------------------------- */

/* A checksum that every input bit changes. No hash: who wants to can find collisions. */
struct transparent_mix {
	uint64_t lane[6];
	uint64_t len;
};

void transparent_mix_init(struct transparent_mix *m, uint64_t label);
void transparent_mix_add(struct transparent_mix *m, const void *p, size_t len);
void transparent_mix_out(const struct transparent_mix *m, uint8_t *out, size_t len);

extern const struct sneck_hash transparent_sha256, transparent_sha384;
extern const struct sneck_aead
	transparent_aeads[TRANSPARENT_AEADS]; /* what transparent_init() copies */
extern const struct sneck_kex transparent_x25519mlkem768, transparent_x25519, transparent_p256,
	transparent_p384, transparent_x448, transparent_p521;
extern const struct sneck_pubkey transparent_pubkey;

/* The tag of in: 16 bytes. */
void transparent_tag(uint8_t *tag, struct sneck_span aad, struct sneck_span in);

/* ---- certificates, signer, verifier ------------------------------------------------------- */

/* A certificate is "TCERT", a kind, a key id, and what follows. */
enum transparent_kind {
	TRANSPARENT_ECDSA = 'E', /* P-256 */
	TRANSPARENT_ECDSA384 = 'F',
	TRANSPARENT_ECDSA521 = 'G',
	TRANSPARENT_ED25519 = '2',
	TRANSPARENT_ED448 = '4',
	TRANSPARENT_RSA = 'R',
	TRANSPARENT_PSS = 'P' /* RSA with the OID of RSASSA-PSS */
};
#define TRANSPARENT_CERT_MIN 7u

/* Writes a certificate, or a raw public key, of len bytes, at least TRANSPARENT_CERT_MIN. */
void transparent_cert(uint8_t *der, size_t len, enum transparent_kind kind, uint8_t id);
void transparent_spki(uint8_t *der, size_t len, enum transparent_kind kind, uint8_t id);

/* Signs for the certificates of that kind and id. May not be moved after init. */
struct transparent_signer {
	struct sneck_signer signer;
	uint8_t kind, id;
	bool garbage;	  /* sign with bytes that do not verify */
	enum sneck_rc rc; /* what sign answers */
};

void transparent_signer(struct transparent_signer *s, enum transparent_kind kind, uint8_t id);

/* Says what it was told to. May not be moved after init. */
struct transparent_verifier {
	struct sneck_verifier verifier;
	struct sneck_verdict says; /* all but leaf_id, which stays as it was filled in */
	bool other_leaf;	   /* change leaf_id */
	enum sneck_rc rc;	   /* what verify answers */
	unsigned calls;
};

/* One that accepts. */
void transparent_verifier(struct transparent_verifier *v);

#endif
