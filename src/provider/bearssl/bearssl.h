/* SPDX-License-Identifier: MIT */
/* bearssl.h: what the files of the BearSSL provider share. Nothing here allocates, keeps state
 * outside the caller's contexts, or asks more of a C library than BearSSL itself: memcpy, memmove,
 * memset, memcmp. Which implementation runs is asked of BearSSL's getters, never by an #if. */
#ifndef SNECK_PROVIDER_BEARSSL_H
#define SNECK_PROVIDER_BEARSSL_H

#include <stdbool.h>

#include <bearssl.h>

#include <sneck/crypto.h>

#define EC_SCALAR_MAX 48u /* P-384 */
#define EC_POINT_MAX  97u
#define RSA_MIN	      256u /* L18: 2,048 bits */
#define RSA_MAX	      512u /* 4,096 bits: BearSSL's own bound */
#define HASH_MAX      64u

extern const struct sneck_hash sneck__bear_sha256, sneck__bear_sha384;
extern const struct sneck_aead sneck__bear_aes128, sneck__bear_aes256, sneck__bear_chacha;
extern const struct sneck_aead sneck__bear_ccm, sneck__bear_ccm8;
extern const struct sneck_kex sneck__bear_x25519, sneck__bear_p256, sneck__bear_p384;
extern const struct sneck_pubkey sneck__bear_pubkey;

/* rand.c asks the system; rand_none.c, in its place in freestanding builds, always fails. */
enum sneck_rc sneck__bear_random(void *ctx, uint8_t *out, size_t len);

/* Zeroes n bytes in a way that no optimiser removes. */
SNECK_INLINE void bear_wipe(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}

/* Whether k is a scalar of P-256 or P-384, 0 < k < order, in time that does not depend on k. */
bool sneck__bear_scalar(int curve, const uint8_t *k, size_t len);

/* ---- EMSA-PSS (pss.c) --------------------------------------------------------------------- */

/* DER of the hash's name, as PKCS #1 v1.5 wants it. */
const unsigned char *sneck__bear_oid(const br_hash_class *h);
/* The digest of one message. */
void sneck__bear_digest(const br_hash_class *h, struct sneck_span msg, uint8_t *digest);
size_t sneck__bear_hash_len(const br_hash_class *h);

/* bits: of the modulus; em is as long as it. salt: as long as the digest. */
void sneck__bear_pss_encode(const br_hash_class *h, const uint8_t *digest, const uint8_t *salt,
			    uint8_t *em, uint32_t bits);
/* Overwrites em. */
bool sneck__bear_pss_verify(const br_hash_class *h, const uint8_t *digest, uint8_t *em,
			    uint32_t bits);

#endif
