/* SPDX-License-Identifier: MIT */
/* nonce.h: the nonce of a record, and what TLS 1.2 authenticates besides the plaintext. RFC 9846,
 * 5.3; RFC 5246, 6.2.3.3. */
#ifndef SNECK_REC_NONCE_H
#define SNECK_REC_NONCE_H

#include "rec.h"

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

/* The mask xor the record's number, which is eight bytes, big-endian, at the end. Eight at once: a
 * cipher that loads the nonce would have to wait for byte stores. */
static inline void rec_nonce(uint8_t nonce[BOUND_NONCE], const struct rec_half *h)
{
	uint8_t seq[8];
	uint64_t mask, number;

	be64_store(seq, h->seq);
	memcpy(&number, seq, 8);
	memcpy(&mask, h->iv + 4, 8);
	mask ^= number;
	memcpy(nonce, h->iv, 4);
	memcpy(nonce + 4, &mask, 8);
}

/* RFC 5246, 6.2.3.3:
 *   additional_data = seq_num + TLSCompressed.type + TLSCompressed.version + TLSCompressed.length
 * The length is that of the plaintext; type and version are those of the header. */
#define AAD12_LEN 13u

static inline struct sneck_span rec_aad12(uint8_t aad[AAD12_LEN], uint64_t seq, const uint8_t *head,
					  size_t plain)
{
	be64_store(aad, seq);
	memcpy(aad + 8, head, 3);
	aad[11] = (uint8_t)(plain >> 8);
	aad[12] = (uint8_t)plain;
	return sneck_span_of(aad, AAD12_LEN);
}

#endif
