/* SPDX-License-Identifier: MIT */
/* offer.c: the pre-shared keys that a client offers: a session's first, then external ones; their
 * binders, and which of them the server took. RFC 9846, 4.3.11; RFC 9258. */
#include "graph.h"

#include "../build.h"
#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/ext.h"
#include "../ext/select.h"
#include "../keys/psk.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* Into their places behind the first cut bytes. second: behind a retry, when there is one hash, and
 * these bytes are in the transcript. */
enum sneck_rc sneck__offer_binders(struct hs *hs, size_t cut, bool second)
{
	struct hs_work *const wk = hs->work;
	uint8_t *at = wk->flight.area + cut + 2u, digest[BOUND_HASH];
	struct psk_offer o;

	for (uint32_t i = 0; sneck__psk_offer_at(&wk->nego, i, &o); i++) {
		const struct sneck_hash *const hash = sneck__hash_of(hs->cfg->provider, o.hash);
		struct hs_psk key;
		enum sneck_rc rc;

		rc = second ? sneck__transcript_peek(&wk->transcript, digest)
			    : sneck__hello_digest(hs, digest, hash, cut);
		if (rc == SNECK_OK)
			rc = sneck__psk_key(hs, &key, o.psk, o.hash);
		if (rc == SNECK_OK)
			rc = sneck__psk_binder(at + 1, hash, key.key, (enum binder)key.kind,
					       digest);
		sneck__ct_wipe(&key, sizeof key);
		SNECK_TRY(rc);
		at += 1u + hash->len;
	}
	return SNECK_OK;
}

enum sneck_rc sneck__offer_taken(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	const struct session s = sneck__session_of(hs);
	struct psk_offer o;

	if (wk->nego.psk_index == 0)
		return SNECK_OK;
	if (!sneck__psk_offer_at(&wk->nego, wk->nego.psk_index - 1u, &o))
		return SNECK_E_INTERNAL;
	hs->resumed = o.psk == NULL ? 1 : 2;
	hs->by_key = o.psk != NULL || (s.flags & SESSION_BY_KEY) != 0;
	if (o.psk == NULL)
		memcpy(hs->leaf_id, s.leaf_id, sizeof hs->leaf_id);
	hs->valid_until_ms = o.psk == NULL ? s.valid_until_ms : 0;
	return sneck__psk_key(hs, &wk->psk, o.psk, o.hash);
}
