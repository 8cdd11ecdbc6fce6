/* SPDX-License-Identifier: MIT */
/* psk.c: RFC 9258, 5.1, 5.2. The identity on the wire is ext/psk.c.
 *
 *   struct {
 *       opaque external_identity<1...2^16-1>;
 *       opaque context<0..2^16-1>;
 *       uint16 target_protocol;
 *       uint16 target_kdf;
 *   } ImportedIdentity;
 *
 *   epskx = HKDF-Extract(0, epsk)
 *   ipskx = HKDF-Expand-Label(epskx, "derived psk", Hash(ImportedIdentity), L) */
#include "psk.h"

#include "../crypto/algs.h"
#include "../crypto/hkdf.h"
#include "../wire/ct.h"

/* RFC 9258, 8: HKDF_SHA256 is 1, HKDF_SHA384 is 2. */
static uint16_t kdf_of(uint16_t hash)
{
	return hash == 5 ? 2 : 1;
}

/* Hash(ImportedIdentity), piece by piece: it may be long. */
static enum sneck_rc digest_of(uint8_t *digest, const struct sneck_hash *own,
			       const struct sneck_psk *psk, uint16_t hash)
{
	const uint8_t first[] = { (uint8_t)(psk->identity.len >> 8), (uint8_t)psk->identity.len };
	const uint8_t second[] = { (uint8_t)(psk->context.len >> 8), (uint8_t)psk->context.len };
	const uint8_t last[] = { SNECK_TLS13 >> 8, SNECK_TLS13 & 0xff, 0, (uint8_t)kdf_of(hash) };
	const struct sneck_span pieces[] = {
		{ first, 2 }, psk->identity, { second, 2 }, psk->context, { last, 4 }
	};
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };
	enum sneck_rc rc = own->init(ctx);

	for (size_t i = 0; rc == SNECK_OK && i < sizeof pieces / sizeof pieces[0]; i++)
		rc = own->update(ctx, pieces[i]);
	if (rc == SNECK_OK)
		rc = own->finish(ctx, digest);
	own->wipe(ctx);
	return rc;
}

static enum sneck_rc import(uint8_t *ipsk, uint8_t *epskx, const struct sneck_psk *psk,
			    const struct sneck_hash *own, const struct sneck_hash *target)
{
	const struct sneck_span none = { NULL, 0 };
	uint8_t digest[BOUND_HASH];

	SNECK_TRY(digest_of(digest, own, psk, target->id));
	SNECK_TRY(sneck__hkdf_extract(epskx, own, none, psk->secret));
	return sneck__hkdf_expand_label(ipsk, target->len, own, epskx, "derived psk",
					sneck_span_of(digest, own->len));
}

enum sneck_rc sneck__psk_import(uint8_t *ipsk, const struct sneck_provider *p,
				const struct sneck_psk *psk, uint16_t hash)
{
	const struct sneck_hash *const own = sneck__hash_of(p, psk->hash != 0 ? psk->hash : 4);
	const struct sneck_hash *const target = sneck__hash_of(p, hash);
	uint8_t epskx[BOUND_HASH];
	enum sneck_rc rc;

	if (own == NULL || target == NULL)
		return SNECK_E_NO_ALGORITHM;
	rc = import(ipsk, epskx, psk, own, target);
	sneck__ct_wipe(epskx, sizeof epskx);
	return rc;
}
