/* SPDX-License-Identifier: MIT */
/* hkdf.h: HMAC (RFC 2104) over the provider's hash, HKDF (RFC 5869), HKDF-Expand-Label (RFC 9846,
 * 7.1). A function that fails zeroes its output. */
#ifndef SNECK_CRYPTO_HKDF_H
#define SNECK_CRYPTO_HKDF_H

#include <sneck/crypto.h>

/* mac: hash->len bytes, of the n gathered pieces. */
SNECK_MUST_CHECK enum sneck_rc sneck__hmac(uint8_t *mac, const struct sneck_hash *hash,
					   struct sneck_span key, const struct sneck_span *in,
					   size_t n);

/* prk: hash->len bytes. An empty salt or ikm stands for hash->len zeros (RFC 9846, 7.1). */
SNECK_MUST_CHECK enum sneck_rc sneck__hkdf_extract(uint8_t *prk, const struct sneck_hash *hash,
						   struct sneck_span salt, struct sneck_span ikm);

/* label without "tls13 "; secret is hash->len bytes; out_len up to 255 * hash->len. */
SNECK_MUST_CHECK enum sneck_rc sneck__hkdf_expand_label(uint8_t *out, size_t out_len,
							const struct sneck_hash *hash,
							const uint8_t *secret, const char *label,
							struct sneck_span context);

#endif
