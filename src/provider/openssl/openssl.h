/* SPDX-License-Identifier: MIT */
/* openssl.h: what the files of the libcrypto provider share. Nothing outside this folder includes
 * it. */
#ifndef SNECK_PROVIDER_OPENSSL_H
#define SNECK_PROVIDER_OPENSSL_H

#include <stdbool.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <sneck/crypto.h>

#define OSSL_CURVES  3u /* P-256, P-384, P-521, everywhere in this order */
#define OSSL_SCHEMES 17u

/* Fetched once, read by every thread afterwards. What libcrypto lacks is NULL. */
struct ossl {
	EVP_MD *sha256, *sha384, *sha512;
	EVP_CIPHER *aes128, *aes256, *chacha, *ccm;
	bool nonce_param; /* both AES-GCM ciphers take their nonce as a parameter */
	EC_GROUP *group[OSSL_CURVES];
	EVP_PKEY *ec[OSSL_CURVES]; /* parameters alone; copied for every public key */
	/* templates: copied, since looking a name up costs a microsecond */
	EVP_PKEY_CTX *x25519, *x448, *mlkem, *rsa, *ed25519, *ed448;
};

extern struct ossl sneck__ossl;

extern const struct sneck_hash sneck__ossl_sha256, sneck__ossl_sha384;
extern const struct sneck_aead sneck__ossl_aes128, sneck__ossl_aes256, sneck__ossl_chacha,
	sneck__ossl_ccm, sneck__ossl_ccm8;
extern const struct sneck_kex sneck__ossl_x25519mlkem768, sneck__ossl_x25519, sneck__ossl_x448,
	sneck__ossl_p256, sneck__ossl_p384, sneck__ossl_p521;
extern const struct sneck_pubkey sneck__ossl_pubkey;

/* Fills sneck__ossl. Not for two threads at once. */
void sneck__ossl_fetch(void);

/* Whether this cipher can be given a nonce the short way; see aead.c. */
bool sneck__ossl_nonce_param(const EVP_CIPHER *type);

/* Lists the schemes of the keys that libcrypto has; behind sneck__ossl_fetch(). */
void sneck__ossl_list_schemes(void);

enum sneck_rc sneck__ossl_random(void *ctx, uint8_t *out, size_t len);

/* Says rc, and takes what libcrypto said of it out of the thread's error queue. */
enum sneck_rc sneck__ossl_fail(enum sneck_rc rc);

/* Makes a key out of params; selection is EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. NULL on failure.
 */
EVP_PKEY *sneck__ossl_key(const EVP_PKEY_CTX *tmpl, int selection, OSSL_PARAM *params);

#endif
