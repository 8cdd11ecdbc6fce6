/* SPDX-License-Identifier: MIT */
/* nonce.h: the nonce of a record. RFC 9846, 5.3. */
#ifndef SNECK_REC_NONCE_H
#define SNECK_REC_NONCE_H

#include "rec.h"

/* The mask xor the record's number, which is eight bytes, big-endian, at the end. Compilers make
 * one load, one xor and one store of the eight; memcpy would be a call in a freestanding build. */
static inline void rec_nonce(uint8_t nonce[BOUND_NONCE], const struct rec_half *h)
{
	const uint64_t n = h->seq;

	nonce[0] = h->iv[0];
	nonce[1] = h->iv[1];
	nonce[2] = h->iv[2];
	nonce[3] = h->iv[3];
	nonce[4] = (uint8_t)(h->iv[4] ^ n >> 56);
	nonce[5] = (uint8_t)(h->iv[5] ^ n >> 48);
	nonce[6] = (uint8_t)(h->iv[6] ^ n >> 40);
	nonce[7] = (uint8_t)(h->iv[7] ^ n >> 32);
	nonce[8] = (uint8_t)(h->iv[8] ^ n >> 24);
	nonce[9] = (uint8_t)(h->iv[9] ^ n >> 16);
	nonce[10] = (uint8_t)(h->iv[10] ^ n >> 8);
	nonce[11] = (uint8_t)(h->iv[11] ^ n);
}

#endif
