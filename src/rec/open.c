/* SPDX-License-Identifier: MIT */
/* open.c: keys of a direction, and opening a protected record in place. RFC 9846, 5.2 to 5.5. */
#include "rec.h"

#include "nonce.h"

enum sneck_rc sneck__rec_key(struct rec_half *h, void *ctx, const struct sneck_aead *aead,
			     const uint8_t *key, const uint8_t *iv, int dir)
{
	SNECK_TRY(aead->init(ctx, key, dir));
	h->aead = aead;
	h->seq = 0;
	memcpy(h->iv, iv, BOUND_NONCE);
	return SNECK_OK;
}

/* struct {
 *     opaque content[TLSPlaintext.length];
 *     ContentType type;
 *     uint8 zeros[length_of_padding];
 * } TLSInnerPlaintext;
 *
 * The scan for the type is a plain loop: the bytes are authentic, so whoever could use its time as
 * an oracle would have to hold the key. What it shows an observer with a clock is the length of the
 * padding, about a nanosecond a byte (SECURITY.md, C3). */
enum sneck_rc sneck__rec_open(struct rec_half *h, void *ctx, uint8_t *rec, size_t len,
			      uint8_t *type, size_t *plain_len)
{
	const struct sneck_aead *const aead = h->aead;
	uint8_t *const body = rec + BOUND_RECORD_HEAD;
	uint8_t nonce[BOUND_NONCE];
	size_t n;

	if (h->seq >= aead->open_limit)
		return SNECK_E_KEY_LIMIT;
	if (len < aead->tag_len)
		return SNECK_E_BAD_MAC;
	n = len - aead->tag_len;
	rec_nonce(nonce, h);
	SNECK_TRY(aead->open(ctx, body, body + n, nonce, sneck_span_of(rec, BOUND_RECORD_HEAD),
			     sneck_span_of(body, n)));
	h->seq++;
	/* RFC 9846, 5.4: with its padding it MUST NOT exceed 2^14 + 1 */
	if (n > BOUND_PLAIN + 1u)
		return SNECK_E_RECORD_SIZE;
	while (n != 0 && body[n - 1] == 0)
		n--;
	if (n == 0)
		return SNECK_E_UNEXPECTED;
	*type = body[n - 1];
	*plain_len = n - 1;
	return SNECK_OK;
}
