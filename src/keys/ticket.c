/* SPDX-License-Identifier: MIT */
/* ticket.c: see ticket.h, and <sneck/session.h> for the ring. A key that is all zero, because
 * nobody made it, neither seals nor opens. What cannot be opened is not an error: whoever shows it
 * gets a full handshake. */
#include "ticket.h"

#include "../wire/ct.h"
#include "../wire/wr.h"

#define PERIOD_MS (UINT64_C(12) * 3600u * 1000u)
#define NEXT	  0u
#define CURRENT	  1u
#define KEYS	  4u

static const char label[] = "sneck ticket";

/* A key opens for two more periods than it seals: the ring holds two former ones. */
static enum sneck_rc make_key(struct sneck_ticket_key *key, const struct sneck_provider *p,
			      uint64_t from_ms, uint64_t period_ms)
{
	SNECK_TRY(p->random(p->ctx, key->name, sizeof key->name));
	SNECK_TRY(p->random(p->ctx, key->secret, sizeof key->secret));
	key->seal_from_ms = from_ms;
	key->seal_until_ms = from_ms + period_ms;
	key->open_until_ms = from_ms + 3u * period_ms;
	return SNECK_OK;
}

static enum sneck_rc fill(struct sneck_ticket_ring *ring, const struct sneck_provider *p,
			  uint64_t now_ms, uint64_t period_ms)
{
	memset(ring, 0, sizeof *ring);
	SNECK_TRY(make_key(&ring->keys[CURRENT], p, now_ms, period_ms));
	return make_key(&ring->keys[NEXT], p, now_ms + period_ms, period_ms);
}

enum sneck_rc sneck_ticket_ring_init(struct sneck_ticket_ring *ring,
				     const struct sneck_provider *provider, uint64_t now_ms,
				     uint64_t period_ms)
{
	const enum sneck_rc rc =
		fill(ring, provider, now_ms, period_ms != 0 ? period_ms : PERIOD_MS);

	if (rc != SNECK_OK)
		sneck__ct_wipe(ring, sizeof *ring);
	return rc;
}

enum sneck_rc sneck_ticket_ring_rotate(struct sneck_ticket_ring *ring,
				       const struct sneck_provider *provider, uint64_t now_ms)
{
	const struct sneck_ticket_key *const next = &ring->keys[NEXT];
	const uint64_t period_ms = next->seal_until_ms - next->seal_from_ms;
	const bool late = now_ms >= next->seal_until_ms;
	struct sneck_ticket_ring turned;
	enum sneck_rc rc;

	if (now_ms < next->seal_from_ms)
		return SNECK_NOT_NOW;
	if (late) { /* the two newest may still open what they have sealed */
		rc = fill(&turned, provider, now_ms, period_ms);
		memcpy(turned.keys + 2, ring->keys, 2u * sizeof ring->keys[0]);
	} else {
		memcpy(turned.keys + 1, ring->keys, (KEYS - 1u) * sizeof ring->keys[0]);
		rc = make_key(&turned.keys[NEXT], provider, next->seal_until_ms, period_ms);
	}
	if (rc == SNECK_OK)
		*ring = turned;
	sneck__ct_wipe(&turned, sizeof turned);
	return rc;
}

static bool made(const struct sneck_ticket_key *key)
{
	static const uint8_t zero[sizeof key->secret];

	return !sneck__ct_eq(key->secret, zero, sizeof zero);
}

static const struct sneck_ticket_key *sealing_key(const struct sneck_ticket_ring *ring,
						  uint64_t now_ms)
{
	for (size_t i = 0; i < KEYS; i++) {
		const struct sneck_ticket_key *const key = &ring->keys[i];

		if (made(key) && now_ms >= key->seal_from_ms && now_ms < key->seal_until_ms)
			return key;
	}
	return NULL;
}

bool sneck__ticket_sealable(const struct sneck_ticket_ring *ring, uint64_t now_ms)
{
	return sealing_key(ring, now_ms) != NULL;
}

enum sneck_rc sneck__ticket_seal(uint8_t *out, size_t cap, size_t *len,
				 const struct sneck_ticket_ring *ring,
				 const struct sneck_provider *p, uint64_t now_ms,
				 const struct session *s)
{
	const struct sneck_ticket_key *const key = sealing_key(ring, now_ms);
	struct wr w;

	if (key == NULL)
		return SNECK_NOT_NOW;
	if (cap < TICKET_OVER)
		return SNECK_WANT_SPACE;
	wr_init(&w, out + TICKET_NAME + SEAL_SALT, cap - TICKET_OVER);
	sneck__session_write(&w, s);
	SNECK_TRY(wr_end(&w));
	memcpy(out, key->name, TICKET_NAME);
	*len = w.len + TICKET_OVER;
	return sneck__seal(p, key->secret, label, sneck_span_of(out, TICKET_NAME),
			   out + TICKET_NAME, w.len);
}

enum sneck_rc sneck_ticket_open(const struct sneck_ticket_ring *ring,
				const struct sneck_provider *provider, struct sneck_span identity,
				uint64_t now_ms, void *mem, size_t cap, size_t *len)
{
	*len = 0;
	if (identity.len <= TICKET_OVER || identity.len > TICKET_MAX || !sneck__seal_able(provider))
		return SNECK_E_SESSION;
	for (size_t i = 0; i < KEYS; i++) {
		const struct sneck_ticket_key *const key = &ring->keys[i];
		enum sneck_rc rc;

		if (memcmp(key->name, identity.p, TICKET_NAME) != 0 || !made(key) ||
		    now_ms >= key->open_until_ms)
			continue;
		*len = identity.len - TICKET_OVER;
		if (cap < *len)
			return SNECK_WANT_SPACE;
		rc = sneck__unseal(
			provider, key->secret, label, sneck_span_of(key->name, TICKET_NAME),
			sneck_span_of(identity.p + TICKET_NAME, identity.len - TICKET_NAME), mem);
		return rc == SNECK_E_BAD_MAC ? SNECK_E_SESSION : rc; /* *len: it was tried */
	}
	return SNECK_E_SESSION;
}
