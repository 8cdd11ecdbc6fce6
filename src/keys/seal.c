/* SPDX-License-Identifier: MIT */
/* seal.c: see seal.h. The AEAD is the strongest that the provider has; RFC 5077, 4 leaves the form
 * of a ticket to the server. A key seals one block, so the nonce is zero. */
#include "seal.h"

#include "../crypto/algs.h"
#include "../crypto/hkdf.h"
#include "../wire/ct.h"

static const uint8_t nonce[BOUND_NONCE];

static const struct sneck_aead *aead_of(const struct sneck_provider *p)
{
	static const uint16_t best_first[] = { 2, 29, 1 }; /* AES-256-GCM, ChaCha20-Poly1305, ... */
	const struct sneck_aead *aead = NULL;

	for (size_t i = 0; aead == NULL && i < sizeof best_first / sizeof best_first[0]; i++)
		aead = sneck__aead_of(p, best_first[i]);
	return aead != NULL && aead->tag_len == BOUND_TAG && aead->ctx_size <= SNECK_AEAD_CTX_MAX
		       ? aead
		       : NULL;
}

bool sneck__seal_able(const struct sneck_provider *p)
{
	return aead_of(p) != NULL;
}

static enum sneck_rc set_key(void *ctx, const struct sneck_aead *aead,
			     const struct sneck_provider *p, const uint8_t *secret,
			     const char *label, const uint8_t *salt, int dir)
{
	uint8_t key[BOUND_KEY];
	enum sneck_rc rc;

	rc = sneck__hkdf_expand_label(key, aead->key_len, sneck__hash_of(p, 4), secret, label,
				      sneck_span_of(salt, SEAL_SALT));
	if (rc == SNECK_OK)
		rc = aead->init(ctx, key, dir);
	sneck__ct_wipe(key, sizeof key);
	return rc;
}

enum sneck_rc sneck__seal(const struct sneck_provider *p, const uint8_t secret[SEAL_SECRET],
			  const char *label, struct sneck_span aad, uint8_t *block, size_t len)
{
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_AEAD_CTX_MAX] = { 0 };
	const struct sneck_aead *const aead = aead_of(p);
	uint8_t *const text = block + SEAL_SALT;
	const struct sneck_span in = sneck_span_of(text, len);
	enum sneck_rc rc;

	SNECK_TRY(p->random(p->ctx, block, SEAL_SALT));
	rc = set_key(ctx, aead, p, secret, label, block, SNECK_SEAL);
	if (rc == SNECK_OK)
		rc = aead->seal(ctx, text, text + len, nonce, aad, &in, 1);
	aead->wipe(ctx);
	sneck__ct_wipe(ctx, sizeof ctx);
	return rc;
}

enum sneck_rc sneck__unseal(const struct sneck_provider *p, const uint8_t secret[SEAL_SECRET],
			    const char *label, struct sneck_span aad, struct sneck_span block,
			    uint8_t *out)
{
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_AEAD_CTX_MAX] = { 0 };
	const struct sneck_aead *const aead = aead_of(p);
	struct sneck_span text;
	enum sneck_rc rc;

	if (block.len < SEAL_OVER)
		return SNECK_E_BAD_MAC;
	text = sneck_span_of(block.p + SEAL_SALT, block.len - SEAL_OVER);
	rc = set_key(ctx, aead, p, secret, label, block.p, SNECK_OPEN);
	if (rc == SNECK_OK)
		rc = aead->open(ctx, out, text.p + text.len, nonce, aad, text);
	if (rc == SNECK_OK)
		ct_public(out, text.len); /* ours, and parsed; the reader marks the secret in it */
	aead->wipe(ctx);
	sneck__ct_wipe(ctx, sizeof ctx);
	return rc;
}
