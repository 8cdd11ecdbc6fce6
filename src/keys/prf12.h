/* SPDX-License-Identifier: MIT */
/* prf12.h: the key schedule of TLS 1.2. RFC 5246, 5, 6.3, 7.4.9, 8.1; RFC 7627, 4; RFC 5705, 4.
 * Secrets in, secrets out. A function that fails zeroes its output. */
#ifndef SNECK_KEYS_PRF12_H
#define SNECK_KEYS_PRF12_H

#include <stdbool.h>

#include <sneck/crypto.h>

#include "../bounds.h"

#define MASTER12_LEN   48u
#define FINISHED12_LEN 12u

/* Both randoms, the client's first. */
struct randoms {
	uint8_t client[32], server[32];
};

struct sched12 {
	struct randoms r;
	uint8_t master[MASTER12_LEN];
};

/* PRF(secret, label, seed): out_len bytes, of a seed in n pieces, 4 at most. */
SNECK_MUST_CHECK enum sneck_rc sneck__prf12(uint8_t *out, size_t out_len,
					    const struct sneck_hash *hash, struct sneck_span secret,
					    const char *label, const struct sneck_span *seed,
					    size_t n);

/* session_hash: the digest of all up to the ClientKeyExchange; NULL: no extended master secret. */
SNECK_MUST_CHECK enum sneck_rc
sneck__master12(uint8_t master[MASTER12_LEN], const struct sneck_hash *hash,
		struct sneck_span premaster, const uint8_t *session_hash, const struct randoms *r);

/* Key and nonce of each side, key_len and iv_len bytes, one behind the other. */
SNECK_MUST_CHECK enum sneck_rc sneck__key_block12(uint8_t *client, uint8_t *server, size_t key_len,
						  size_t iv_len, const struct sneck_hash *hash,
						  const uint8_t *master, const struct randoms *r);

/* verify_data of one side, over the digest of all before it. */
SNECK_MUST_CHECK enum sneck_rc sneck__finished12(uint8_t verify_data[FINISHED12_LEN],
						 const struct sneck_hash *hash,
						 const uint8_t *master, bool server,
						 const uint8_t *th);

/* Keying material for others; a context of NULL is none, which is not the empty one.
 * SNECK_E_ARG for a label of TLS's own, or a context of more than 65,535 bytes. */
SNECK_MUST_CHECK enum sneck_rc sneck__exporter12(uint8_t *out, size_t out_len,
						 const struct sneck_hash *hash,
						 const uint8_t *master, const struct randoms *r,
						 const char *label, struct sneck_span context);

#endif
