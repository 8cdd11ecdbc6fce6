/* SPDX-License-Identifier: MIT */
/* open.c: keys of a direction, and opening a protected record in place. RFC 9846, 5.2 to 5.5; RFC
 * 5246, 6.2.3.3. */
#include "rec.h"

#include "../wire/ct.h"
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
static enum sneck_rc strip(const uint8_t *inner, size_t n, uint8_t *type, size_t *plain_len)
{
	/* RFC 9846, 5.4: with its padding it MUST NOT exceed 2^14 + 1 */
	if (n > BOUND_PLAIN + 1u)
		return SNECK_E_RECORD_SIZE;
	for (; n != 0; n--) {
		ct_public(inner + n - 1, 1); /* padding and content type, as said above */
		if (inner[n - 1] != 0)
			break;
	}
	if (n == 0)
		return SNECK_E_UNEXPECTED;
	*type = inner[n - 1];
	*plain_len = n - 1;
	return SNECK_OK;
}

/* A nonce that comes with the record is the sender's to choose: only its first bytes are ours. */
enum sneck_rc sneck__rec_open(struct rec_half *h, void *ctx, uint8_t *rec, size_t len,
			      uint8_t *type, size_t *plain_len)
{
	const struct sneck_aead *const aead = h->aead;
	uint8_t *const text = rec + sneck__rec_front(h);
	struct sneck_span aad = { rec, BOUND_RECORD_HEAD };
	uint8_t nonce[BOUND_NONCE], aad12[AAD12_LEN];
	size_t n;

	if (h->seq >= aead->open_limit)
		return SNECK_E_KEY_LIMIT;
	if (len < (size_t)h->nonce_len + aead->tag_len)
		return SNECK_E_BAD_MAC;
	n = len - h->nonce_len - aead->tag_len;
	rec_nonce(nonce, h);
	if (h->nonce_len != 0)
		memcpy(nonce + BOUND_NONCE - h->nonce_len, rec + BOUND_RECORD_HEAD, h->nonce_len);
	if (h->old)
		aad = rec_aad12(aad12, h->seq, rec, n);
	SNECK_TRY(aead->open(ctx, text, text + n, nonce, aad, sneck_span_of(text, n)));
	h->seq++;
	*type = rec[0];
	*plain_len = n;
	if (!h->old)
		SNECK_TRY(strip(text, n, type, plain_len));
	else if (n > BOUND_PLAIN)
		return SNECK_E_RECORD_SIZE;
	if (*type != CT_APP_DATA)
		ct_public(text, *plain_len); /* messages and alerts are authentic, and are parsed */
	return SNECK_OK;
}
