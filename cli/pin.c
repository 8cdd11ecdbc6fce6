/* SPDX-License-Identifier: MIT */
/* The pin of a certificate: SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1), which is found by
 * counting elements of DER, and hashed by the provider. Nothing here judges a certificate. */
#include "cmd.h"
#include "out.h"

#include <sneck/crypto.h>

#include <string.h>

/* Takes one element off the front of rest: all of it, and what is inside. */
static bool element(struct sneck_span *rest, struct sneck_span *whole, struct sneck_span *inside)
{
	size_t head = 2, len, n;

	if (rest->len < 2)
		return false;
	len = rest->p[1];
	if (len >= 0x80) {
		n = len & 0x7f;
		if (n < 1 || n > 3 || rest->len < 2 + n)
			return false;
		for (len = 0; n != 0; n--)
			len = len << 8 | rest->p[head++];
	}
	if (len > rest->len - head)
		return false;
	*whole = sneck_span_of(rest->p, head + len);
	*inside = sneck_span_of(rest->p + head, len);
	*rest = sneck_span_of(rest->p + head + len, rest->len - head - len);
	return true;
}

static bool sha256(struct sneck_span in, uint8_t digest[32])
{
	const struct sneck_hash *const *h = sneck_provider_libcrypto()->hashes;
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };
	bool ok;

	while (*h != NULL && (*h)->id != 4)
		h++;
	ok = *h != NULL && (*h)->init(ctx) == SNECK_OK && (*h)->update(ctx, in) == SNECK_OK &&
	     (*h)->finish(ctx, digest) == SNECK_OK;
	if (*h != NULL)
		(*h)->wipe(ctx);
	return ok;
}

bool pin_text(char dst[PIN_TEXT], struct sneck_span der)
{
	struct sneck_span whole, cert, tbs, inside;
	uint8_t digest[32];
	int skip = 5; /* serialNumber, signature, issuer, validity, subject */

	if (!element(&der, &whole, &cert) || !element(&cert, &whole, &tbs))
		return false;
	if (tbs.len != 0 && tbs.p[0] == 0xa0) /* version [0] EXPLICIT, absent in version 1 */
		skip++;
	for (; skip >= 0; skip--)
		if (!element(&tbs, &whole, &inside))
			return false;
	if (!sha256(whole, digest))
		return false;
	memcpy(dst, "sha256:", 7);
	out_hex(dst + 7, digest, sizeof digest);
	return true;
}
