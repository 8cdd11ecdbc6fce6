/* SPDX-License-Identifier: MIT */
/* hkdf.c: HMAC (RFC 2104) and HKDF (RFC 5869, RFC 9846, 7.1) over the provider's hash. One context
 * serves the inner and the outer hash; everything that saw a secret is wiped before returning.
 * Which secret comes from which is keys/sched13.c. */
#include "hkdf.h"

#include "../bounds.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

struct hmac {
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX];
	uint8_t pad[BOUND_HASH_BLOCK];
	uint8_t digest[BOUND_HASH];
};

static enum sneck_rc hash_all(struct hmac *h, const struct sneck_hash *hash,
			      struct sneck_span first, const struct sneck_span *in, size_t n)
{
	SNECK_TRY(hash->init(h->ctx));
	SNECK_TRY(hash->update(h->ctx, first));
	for (size_t i = 0; i < n; i++)
		SNECK_TRY(hash->update(h->ctx, in[i]));
	return hash->finish(h->ctx, h->digest);
}

/* H(K ^ opad, H(K ^ ipad, text)) to h->digest; h is zero. RFC 2104, 2. */
static enum sneck_rc hmac(struct hmac *h, const struct sneck_hash *hash, struct sneck_span key,
			  const struct sneck_span *in, size_t n)
{
	const struct sneck_span pad = sneck_span_of(h->pad, hash->block_len);
	const struct sneck_span inner = sneck_span_of(h->digest, hash->len);

	if (key.len > hash->block_len) {
		SNECK_TRY(hash_all(h, hash, key, NULL, 0));
		memcpy(h->pad, h->digest, hash->len);
	} else if (key.len != 0) {
		memcpy(h->pad, key.p, key.len);
	}
	for (size_t i = 0; i < pad.len; i++)
		h->pad[i] ^= 0x36;
	SNECK_TRY(hash_all(h, hash, pad, in, n));
	for (size_t i = 0; i < pad.len; i++)
		h->pad[i] ^= 0x36 ^ 0x5c;
	return hash_all(h, hash, pad, &inner, 1);
}

enum sneck_rc sneck__hmac(uint8_t *mac, const struct sneck_hash *hash, struct sneck_span key,
			  const struct sneck_span *in, size_t n)
{
	struct hmac h;
	enum sneck_rc rc;

	memset(&h, 0, sizeof h);
	rc = hmac(&h, hash, key, in, n);
	if (rc == SNECK_OK)
		memcpy(mac, h.digest, hash->len);
	else
		memset(mac, 0, hash->len);
	hash->wipe(h.ctx);
	sneck__ct_wipe(&h, sizeof h);
	return rc;
}

/* PRK = HMAC-Hash(salt, IKM). RFC 5869, 2.2. HMAC fills a key up with zeros, so that an empty salt
 * needs no case of its own. */
enum sneck_rc sneck__hkdf_extract(uint8_t *prk, const struct sneck_hash *hash,
				  struct sneck_span salt, struct sneck_span ikm)
{
	static const uint8_t zeros[BOUND_HASH];
	const struct sneck_span in = ikm.len != 0 ? ikm : sneck_span_of(zeros, hash->len);

	return sneck__hmac(prk, hash, salt, &in, 1);
}

/* RFC 9846, 7.1
 *   struct {
 *       uint16 length = Length;
 *       opaque label<7..255> = "tls13 " + Label;
 *       opaque context<0..255> = Context;
 *   } HkdfLabel;
 *
 * with one more byte for the counter of RFC 5869, 2.3 behind it. */
#define INFO_MAX (2u + 1u + 255u + 1u + 255u + 1u)

static enum sneck_rc info_write(uint8_t *info, size_t *info_len, size_t out_len, const char *label,
				struct sneck_span context)
{
	size_t label_len = 0;
	struct wr_mark m;
	struct wr w;

	while (label[label_len] != '\0')
		label_len++;
	wr_init(&w, info, INFO_MAX);
	wr_u16(&w, (uint16_t)out_len);
	m = wr_open(&w, 1);
	wr_put(&w, sneck_span_of("tls13 ", 6));
	wr_put(&w, sneck_span_of(label, label_len));
	wr_close(&w, m);
	wr_vec(&w, 1, context);
	wr_u8(&w, 1);
	*info_len = w.len;
	return wr_end(&w) == SNECK_OK ? SNECK_OK : SNECK_E_INTERNAL;
}

/* T(i) = HMAC-Hash(PRK, T(i-1) | info | i). RFC 5869, 2.3. Up to one digest, which is all that TLS
 * asks for, it is one HMAC over one piece. */
static enum sneck_rc expand(uint8_t *out, size_t out_len, uint8_t *t, const struct sneck_hash *hash,
			    const uint8_t *secret, const char *label, struct sneck_span context)
{
	const struct sneck_span key = sneck_span_of(secret, hash->len);
	uint8_t info[INFO_MAX];
	struct sneck_span in[2] = { sneck_span_of(t, hash->len), sneck_span_of(info, 0) };

	if (out_len > 255u * (size_t)hash->len)
		return SNECK_E_INTERNAL;
	SNECK_TRY(info_write(info, &in[1].len, out_len, label, context));
	for (size_t at = 0, n; at < out_len; at += n) {
		const size_t first = at == 0; /* T(0) is empty */

		n = out_len - at < hash->len ? out_len - at : hash->len;
		SNECK_TRY(sneck__hmac(t, hash, key, in + first, 2 - first));
		memcpy(out + at, t, n);
		info[in[1].len - 1]++;
	}
	return SNECK_OK;
}

enum sneck_rc sneck__hkdf_expand_label(uint8_t *out, size_t out_len, const struct sneck_hash *hash,
				       const uint8_t *secret, const char *label,
				       struct sneck_span context)
{
	uint8_t t[BOUND_HASH];
	const enum sneck_rc rc = expand(out, out_len, t, hash, secret, label, context);

	if (rc != SNECK_OK)
		memset(out, 0, out_len);
	ct_secret(out, out_len);
	sneck__ct_wipe(t, sizeof t);
	return rc;
}
