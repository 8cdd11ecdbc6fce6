/* SPDX-License-Identifier: MIT */
/* offer.c: the pre-shared keys that a client offers: a session's first, then external ones; their
 * binders. RFC 9846, 4.3.11; RFC 9258.
 *
 * The session's ticket is not copied: it goes out from where the caller keeps it, as a certificate
 * does. A session that does not fit is not offered, and a full handshake follows. */
#include "graph.h"

#include "../build.h"
#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/ext.h"
#include "../ext/select.h"
#include "../keys/psk.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* RFC 9846, 4.3.9: early data is for the protocol of the session. */
static bool protocol_offered(const struct sneck_config *cfg, struct sneck_span alpn)
{
	for (size_t i = 0; i < cfg->n_alpn; i++)
		if (cfg->alpn[i].len == alpn.len && memcmp(cfg->alpn[i].p, alpn.p, alpn.len) == 0)
			return true;
	return cfg->n_alpn == 0 && alpn.len == 0;
}

enum sneck_rc sneck__offer_prepare(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;
	struct session s;
	enum sneck_rc rc;

	ng->wants_tickets = (hs->cfg->ask & SNECK_ASK_TICKETS) != 0;
	rc = BUILD_TICKETS && (BUILD_KEX_PSK_DHE || hs->cfg->psk_ke) && hs->session.len != 0
		     ? sneck__session_usable(hs, &s)
		     : SNECK_E_SESSION;
	if (rc == SNECK_E_SESSION || rc == SNECK_E_ARG)
		return BUILD_TICKETS ? sneck__policy(hs) : SNECK_OK;
	SNECK_TRY(rc);
	ng->ticket = s.ticket;
	ng->ticket_hash = sneck__suite_find(s.suite)->hash;
	ng->ticket_age = (uint32_t)(hs->now_ms - s.issued_ms) + s.age_add;
	ng->early = BUILD_EARLY_DATA && (hs->session_flags & SNECK_SESSION_EARLY_DATA) != 0 &&
		    s.max_early != 0 && hs->quic == NULL && protocol_offered(hs->cfg, s.alpn);
	return SNECK_OK;
}

/* ---- the ClientHello ---- */

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

/* ---- what the server makes of it ---- */

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
