/* SPDX-License-Identifier: MIT */
/* seal.c: writing a record from gathered pieces, protected or not. RFC 9846, 5.1, 5.2, 5.4; RFC
 * 5246, 6.2.3.3.
 * How data is cut into records is conn/'s to decide. */
#include "rec.h"

#include "nonce.h"

#define PAD_BLOCK 1024u

static void head_write(uint8_t *dst, uint8_t type, uint16_t version, size_t len);
static enum sneck_rc seal_plain(uint8_t *dst, const struct sneck_span *pieces, size_t n);
static enum sneck_rc seal_key(struct rec_half *h, void *ctx, uint8_t *dst, size_t len,
			      const struct sneck_span *in, size_t n);

size_t sneck__rec_padding(const struct rec_half *h, size_t plain)
{
	const size_t over = plain % h->pad_to;
	const size_t pad = over != 0 || plain == 0 ? h->pad_to - over : 0;

	if (plain >= h->pad_max)
		return 0;
	return pad < h->pad_max - plain ? pad : h->pad_max - plain;
}

/* struct {
 *     ContentType opaque_type = application_data;
 *     ProtocolVersion legacy_record_version = 0x0303;
 *     uint16 length;
 *     opaque encrypted_record[TLSCiphertext.length];
 * } TLSCiphertext;
 *
 * The content type is a piece behind the caller's, and zeros may follow it. In TLS 1.2 the header
 * has the type, and the nonce may stand behind it (RFC 5246, 6.2.3.3):
 *
 *   struct {
 *       opaque nonce_explicit[SecurityParameters.record_iv_length];
 *       aead-ciphered struct {
 *           opaque content[TLSCompressed.length];
 *       };
 *   } GenericAEADCipher;
 */
enum sneck_rc sneck__rec_seal(struct rec_half *h, void *ctx, uint8_t *dst, uint8_t type,
			      uint16_t version, const struct sneck_span *pieces, size_t n,
			      size_t len)
{
	static const uint8_t zeros[PAD_BLOCK];
	struct sneck_span in[BOUND_PIECES + 1 + BOUND_PLAIN / PAD_BLOCK];
	size_t pad;

	if (len > BOUND_PLAIN || n > BOUND_PIECES)
		return SNECK_E_INTERNAL;
	if (h->aead == NULL) {
		head_write(dst, type, version, len);
		return seal_plain(dst, pieces, n);
	}
	if (h->seq >= h->aead->seal_limit)
		return SNECK_E_KEY_LIMIT;
	if (h->old) {
		head_write(dst, type, 0x0303, len + h->nonce_len + h->aead->tag_len);
		return seal_key(h, ctx, dst, len, pieces, n);
	}
	pad = h->pad_to != 0 ? sneck__rec_padding(h, len) : 0;
	head_write(dst, CT_APP_DATA, 0x0303, len + 1u + pad + h->aead->tag_len);
	for (size_t i = 0; i < n; i++)
		in[i] = pieces[i];
	in[n++] = sneck_span_of(&type, 1);
	for (size_t left = pad; left != 0; left -= in[n - 1].len)
		in[n++] = sneck_span_of(zeros, left < PAD_BLOCK ? left : PAD_BLOCK);
	return seal_key(h, ctx, dst, len + 1u + pad, in, n);
}

static void head_write(uint8_t *dst, uint8_t type, uint16_t version, size_t len)
{
	dst[0] = type;
	dst[1] = (uint8_t)(version >> 8);
	dst[2] = (uint8_t)version;
	dst[3] = (uint8_t)(len >> 8);
	dst[4] = (uint8_t)len;
}

static enum sneck_rc seal_plain(uint8_t *dst, const struct sneck_span *pieces, size_t n)
{
	uint8_t *to = dst + BOUND_RECORD_HEAD;

	for (size_t i = 0; i < n; to += pieces[i].len, i++)
		if (pieces[i].len != 0)
			memmove(to, pieces[i].p, pieces[i].len);
	return SNECK_OK;
}

/* A nonce that goes with the record is its number: iv has zeros there. */
static enum sneck_rc seal_key(struct rec_half *h, void *ctx, uint8_t *dst, size_t len,
			      const struct sneck_span *in, size_t n)
{
	uint8_t *const text = dst + sneck__rec_front(h);
	struct sneck_span aad = { dst, BOUND_RECORD_HEAD };
	uint8_t nonce[BOUND_NONCE], aad12[AAD12_LEN];

	rec_nonce(nonce, h);
	if (h->nonce_len != 0)
		memcpy(dst + BOUND_RECORD_HEAD, nonce + BOUND_NONCE - h->nonce_len, h->nonce_len);
	if (h->old)
		aad = rec_aad12(aad12, h->seq, dst, len);
	SNECK_TRY(h->aead->seal(ctx, text, text + len, nonce, aad, in, n));
	h->seq++;
	return SNECK_OK;
}

uint64_t sneck__rec_left(const struct rec_half *h)
{
	if (h->aead == NULL)
		return UINT64_MAX;
	return h->seq < h->aead->seal_limit ? h->aead->seal_limit - h->seq : 0;
}
