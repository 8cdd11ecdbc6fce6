/* SPDX-License-Identifier: MIT */
/* nonce.h: the nonce of a record. RFC 9846, 5.3. */
#ifndef SNECK_REC_NONCE_H
#define SNECK_REC_NONCE_H

#include "rec.h"

/* Through one number of 64 bits, so that compilers merge the bytes into wide loads and stores: a
 * cipher that loads the nonce at once would have to wait for byte stores. */
static inline uint64_t be64_load(const uint8_t *p)
{
	return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
	       (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
	       (uint64_t)p[6] << 8 | p[7];
}

static inline void be64_store(uint8_t *p, uint64_t v)
{
	p[0] = (uint8_t)(v >> 56);
	p[1] = (uint8_t)(v >> 48);
	p[2] = (uint8_t)(v >> 40);
	p[3] = (uint8_t)(v >> 32);
	p[4] = (uint8_t)(v >> 24);
	p[5] = (uint8_t)(v >> 16);
	p[6] = (uint8_t)(v >> 8);
	p[7] = (uint8_t)v;
}

/* The mask xor the record's number, which is eight bytes, big-endian, at the end. */
static inline void rec_nonce(uint8_t nonce[BOUND_NONCE], const struct rec_half *h)
{
	nonce[0] = h->iv[0];
	nonce[1] = h->iv[1];
	nonce[2] = h->iv[2];
	nonce[3] = h->iv[3];
	be64_store(nonce + 4, be64_load(h->iv + 4) ^ h->seq);
}

#endif
