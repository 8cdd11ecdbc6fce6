/* SPDX-License-Identifier: MIT */
/* offer.c: the pre-shared keys that a client offers: a session's first, then external ones; their
 * binders; early data under the first. RFC 9846, 4.3.11, 4.3.9, 2.3; RFC 9258.
 *
 * The session's ticket is not copied: it goes out from where the caller keeps it, as a certificate
 * does. A session that does not fit is not offered, and a full handshake follows. */
#include "graph.h"

#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/ext.h"
#include "../ext/select.h"
#include "../keys/psk.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

static const struct suite *own_suite(const struct sneck_config *cfg, uint16_t id)
{
	const struct suite *s;

	for (size_t i = 0; (s = sneck__suite_at(cfg, i)) != NULL; i++)
		if (s->id == id)
			return s;
	return NULL;
}

struct session sneck__session_of(const struct hs *hs)
{
	static const struct session none;
	struct session s;

	return sneck__session_read(&s, hs->session) == SNECK_OK ? s : none;
}

enum sneck_rc sneck__session_usable(struct hs *hs, struct session *s)
{
	const struct suite *suite;

	SNECK_TRY(sneck__session_read(s, hs->session));
	if (s->role != SNECK_CLIENT || s->ticket.len == 0)
		return SNECK_E_ARG;
	SNECK_TRY(sneck__policy(hs));
	suite = own_suite(hs->cfg, s->suite);
	if (s->version != SNECK_TLS13 || suite == NULL ||
	    s->secret.len != sneck__hash_of(hs->cfg->provider, suite->hash)->len ||
	    !sneck__ct_eq(s->domain, hs->domain, sizeof s->domain) ||
	    !sneck__policy_peer(hs, s) || hs->now_ms < s->issued_ms ||
	    hs->now_ms >= sneck__session_end(s))
		return SNECK_E_SESSION;
	return SNECK_OK;
}

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
	rc = hs->session.len != 0 ? sneck__session_usable(hs, &s) : SNECK_E_SESSION;
	if (rc == SNECK_E_SESSION || rc == SNECK_E_ARG)
		return sneck__policy(hs);
	SNECK_TRY(rc);
	ng->ticket = s.ticket;
	ng->ticket_hash = own_suite(hs->cfg, s.suite)->hash;
	ng->ticket_age = (uint32_t)(hs->now_ms - s.issued_ms) + s.age_add;
	ng->early = (hs->session_flags & SNECK_SESSION_EARLY_DATA) != 0 && s.max_early != 0 &&
		    hs->quic == NULL && /* QUIC ends early data in its own way: not yet */
		    protocol_offered(hs->cfg, s.alpn);
	return SNECK_OK;
}

/* ---- the ClientHello ---- */

enum sneck_rc sneck__psk_key(struct hs *hs, struct hs_psk *key, const struct sneck_psk *psk,
			     uint16_t hash)
{
	const struct sneck_hash *const h = sneck__hash_of(hs->cfg->provider, hash);

	key->hash = hash;
	if (psk == NULL) {
		key->kind = BINDER_RESUMPTION;
		key->key = sneck__session_of(hs).secret;
		return SNECK_OK;
	}
	key->kind = psk->raw ? BINDER_EXTERNAL : BINDER_IMPORTED;
	key->key = psk->raw ? psk->secret : sneck_span_of(key->secret, h->len);
	return psk->raw ? SNECK_OK : sneck__psk_import(key->secret, hs->cfg->provider, psk, hash);
}

/* The first n bytes of the ClientHello at the area, with what lies elsewhere. */
static enum sneck_rc add_hello(const struct hs *hs, struct transcript *t, size_t n)
{
	const struct hs_work *const wk = hs->work;
	const uint8_t *const p = wk->flight.area;
	const size_t at = wk->hello_aside_at;

	if (at == 0)
		return sneck__transcript_add(t, sneck_span_of(p, n));
	SNECK_TRY(sneck__transcript_add(t, sneck_span_of(p, at)));
	SNECK_TRY(sneck__transcript_add(t, wk->nego.ticket));
	return sneck__transcript_add(t, sneck_span_of(p + at, n - at));
}

enum sneck_rc sneck__offer_add_hello(struct hs *hs)
{
	return add_hello(hs, &hs->work->transcript, hs->work->hello_len);
}

static enum sneck_rc hello_digest(const struct hs *hs, uint8_t *th, const struct sneck_hash *hash,
				  size_t n)
{
	struct transcript t;
	enum sneck_rc rc;

	memset(&t, 0, sizeof t);
	rc = sneck__transcript_init(&t, hash);
	if (rc == SNECK_OK)
		rc = add_hello(hs, &t, n);
	if (rc == SNECK_OK)
		rc = sneck__transcript_peek(&t, th);
	sneck__transcript_wipe(&t);
	return rc;
}

/* th: the digest up to the binders behind a retry, when there is one hash; else NULL. */
static enum sneck_rc write_binders(struct hs *hs, size_t cut, const uint8_t *th)
{
	struct hs_work *const wk = hs->work;
	uint8_t *at = wk->flight.area + cut + 2u, digest[BOUND_HASH];
	struct psk_offer o;

	for (uint32_t i = 0; sneck__psk_offer_at(&wk->nego, i, &o); i++) {
		const struct sneck_hash *const hash = sneck__hash_of(hs->cfg->provider, o.hash);
		enum sneck_rc rc = SNECK_OK;
		struct hs_psk key;

		if (th == NULL)
			rc = hello_digest(hs, digest, hash, cut);
		if (rc == SNECK_OK)
			rc = sneck__psk_key(hs, &key, o.psk, o.hash);
		if (rc == SNECK_OK)
			rc = sneck__psk_binder(at + 1, hash, key.key, (enum binder)key.kind,
					       th != NULL ? th : digest);
		sneck__ct_wipe(&key, sizeof key);
		SNECK_TRY(rc);
		at += 1u + hash->len;
	}
	return SNECK_OK;
}

/* A ClientHello that stands at the front of the area, its binders zero. */
enum sneck_rc sneck__offer_hello(struct hs *hs, struct wr *w)
{
	struct hs_work *const wk = hs->work;
	const bool offers = wk->nego.sent_psk, second = wk->transcript.hash != NULL;
	const size_t binders = offers ? sneck__psk_binders_len(&wk->nego) : 0;
	const size_t cut = w->len - binders;
	uint8_t th[BOUND_HASH];

	if (wr_end(w) != SNECK_OK)
		return SNECK_E_INTERNAL;
	wk->hello_len = (uint32_t)w->len;
	wk->hello_aside_at = (uint32_t)w->aside_at;
	if (second)
		SNECK_TRY(add_hello(hs, &wk->transcript, cut));
	if (second && offers)
		SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
	if (offers)
		SNECK_TRY(write_binders(hs, cut, second ? th : NULL));
	if (second)
		SNECK_TRY(sneck__transcript_add(&wk->transcript,
						sneck_span_of(w->buf + cut, binders)));
	return sneck__flight_hello(hs, w,
				   w->aside_at != 0 ? wk->nego.ticket : sneck_span_of(NULL, 0));
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

/* RFC 9846, 7.1: the early secrets, over the ClientHello alone. */
enum sneck_rc sneck__offer_early(struct hs *hs)
{
	const struct session s = sneck__session_of(hs);
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	if (!wk->nego.early)
		return SNECK_OK;
	hs->suite = own_suite(hs->cfg, s.suite);
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	SNECK_TRY(hello_digest(hs, th, hs->hash, wk->hello_len));
	SNECK_TRY(sneck__secrets_early(hs, th));
	SNECK_TRY(sneck__flight_ccs(hs)); /* RFC 9846, E.4: right behind the ClientHello */
	hs->early = EARLY_OFFERED;
	hs->early_max = s.max_early;
	hs->tx_level = LV_EARLY;
	return SNECK_OK;
}

/* RFC 9846, 4.3.9: accepted only with the first key, the session's suite and its protocol. */
enum sneck_rc sneck__offer_early_result(struct hs *hs)
{
	const struct hs_work *const wk = hs->work;
	const struct session s = sneck__session_of(hs);
	const struct sneck_span was = s.alpn;
	const struct sneck_span is =
		hs->alpn != 0 ? hs->cfg->alpn[hs->alpn - 1u] : sneck_span_of(NULL, 0);

	if (hs->early == EARLY_NONE)
		return SNECK_OK;
	hs->alpn_changed = was.len != is.len || (is.len != 0 && memcmp(was.p, is.p, is.len) != 0);
	if (wk->nego.early_taken && (wk->nego.psk_index != 1 || hs->resumed != 1 ||
				     hs->suite->id != s.suite || hs->alpn_changed))
		return SNECK_E_ILLEGAL;
	hs->early = wk->nego.early_taken ? EARLY_ACCEPTED : EARLY_REJECTED;
	hs->early_due = true;
	if (hs->early == EARLY_REJECTED)
		hs->tx_level = LV_HANDSHAKE;
	return SNECK_OK;
}
