/* SPDX-License-Identifier: MIT */
/* rec.h: TLS records: one direction, one key. RFC 9846, 5; RFC 5246, 6. Knows keys and bytes, not
 * handshakes. What TLS 1.2 does otherwise is two fields of struct rec_half, zero for TLS 1.3.
 *
 * The AEAD's context lies elsewhere and comes as an argument, so that the struct has no pointer
 * into the memory that it is in. */
#ifndef SNECK_REC_REC_H
#define SNECK_REC_REC_H

#include <sneck/crypto.h>

#include "../bounds.h"

enum content_type { CT_CCS = 20, CT_ALERT = 21, CT_HANDSHAKE = 22, CT_APP_DATA = 23 };

struct rec_half {
	const struct sneck_aead *aead; /* NULL: records are not protected yet */
	uint64_t seq;		       /* number of the next record under this key */
	uint8_t iv[BOUND_NONCE];
	uint16_t pad_to; /* RFC 9846, 5.4: plaintext is padded to a multiple of it; 0: not at all */
	uint16_t pad_max;  /* but not beyond this */
	uint8_t old;	   /* 1: TLS 1.2: the content type is in the header, not in the plaintext */
	uint8_t nonce_len; /* bytes of the nonce in front of the ciphertext: RFC 5288, 3; or 0 */
};

/* How a record of the other side has to be protected. */
enum rec_guard { REC_PLAIN, REC_INNER, REC_OUTER };

static inline enum rec_guard sneck__rec_guard(const struct rec_half *h)
{
	return h->aead == NULL ? REC_PLAIN : h->old ? REC_OUTER : REC_INNER;
}

struct rec_head {
	uint8_t type;
	uint16_t len; /* of the body */
};

/* Bytes in front of the plaintext of a protected record, and behind it, without padding. */
static inline size_t sneck__rec_front(const struct rec_half *h)
{
	return BOUND_RECORD_HEAD + (size_t)h->nonce_len;
}

static inline size_t sneck__rec_back(const struct rec_half *h)
{
	return 1u - (size_t)h->old + h->aead->tag_len;
}

/* ---- head.c ---- */

/* Looks at the first n bytes of a record, n >= 1, and judges what is there: type, version, length.
 * first: no record came before.
 *
 * SNECK_OK with *head; SNECK_WANT_INPUT when fewer than five bytes are there and nothing is wrong
 * with them. SNECK_E_NOT_TLS for a first record that cannot be one; SNECK_E_UNEXPECTED for another
 * content type; SNECK_E_BAD_MAC for one without protection under a key; SNECK_E_ILLEGAL for another
 * major version; SNECK_E_RECORD_SIZE. */
SNECK_MUST_CHECK enum sneck_rc sneck__rec_head(struct rec_head *head, const uint8_t *p, size_t n,
					       int first, enum rec_guard guard);

/* ---- open.c ---- */

/* Gives a direction its key; ctx holds aead->ctx_size bytes, zero or used before. */
SNECK_MUST_CHECK enum sneck_rc sneck__rec_key(struct rec_half *h, void *ctx,
					      const struct sneck_aead *aead, const uint8_t *key,
					      const uint8_t *iv, int dir);

/* Opens a protected record in place: rec is its header, len the length of its body.
 * SNECK_OK: the plaintext is *plain_len bytes at rec + sneck__rec_front(), of content type *type.
 * SNECK_E_BAD_MAC, also for a body too short for a tag; nothing of the plaintext is left then.
 * SNECK_E_UNEXPECTED for a record of zeros only; SNECK_E_RECORD_SIZE for too much plaintext;
 * SNECK_E_KEY_LIMIT when the key has opened all it may. */
SNECK_MUST_CHECK enum sneck_rc sneck__rec_open(struct rec_half *h, void *ctx, uint8_t *rec,
					       size_t len, uint8_t *type, size_t *plain_len);

/* ---- seal.c ---- */

/* Zeros behind plain bytes and their content type. */
size_t sneck__rec_padding(const struct rec_half *h, size_t plain);

/* Bytes of one record of plain bytes, padding included. Here, because every record asks for it
 * three times. */
static inline size_t sneck__rec_size(const struct rec_half *h, size_t plain)
{
	if (h->aead == NULL)
		return BOUND_RECORD_HEAD + plain;
	return sneck__rec_front(h) + plain + sneck__rec_back(h) +
	       (h->pad_to != 0 ? sneck__rec_padding(h, plain) : 0);
}

/* Writes one record of the gathered pieces, len bytes in all, at most BOUND_PLAIN. dst has
 * sneck__rec_size() bytes; the only piece may lie at dst + sneck__rec_front() (in place). version
 * is 0x0301 for the first ClientHello, else 0x0303. SNECK_E_KEY_LIMIT when the key is used up. */
SNECK_MUST_CHECK enum sneck_rc sneck__rec_seal(struct rec_half *h, void *ctx, uint8_t *dst,
					       uint8_t type, uint16_t version,
					       const struct sneck_span *pieces, size_t n,
					       size_t len);

/* Records that this key may still seal. */
uint64_t sneck__rec_left(const struct rec_half *h);

#endif
