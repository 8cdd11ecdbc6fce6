/* SPDX-License-Identifier: MIT */
/* offer12.c: a client's sessions of TLS 1.2: whether the server goes on with the one that was
 * offered, and what the connection can be resumed with: a new ticket, the server's session id, or
 * what it was resumed with. RFC 5077, 3.3, 3.4; RFC 5246, 7.4.1.3; RFC 7627, 5.3.
 *
 * A ticket comes before the server has proved anything, so it waits in the scratch and is shown
 * with the server's Finished. The master secret stays the same from session to session, so they all
 * end when the first one may: RFC 9846, 4.7.1 has the bound. */
#include "hs.h"

#include "../crypto/algs.h"

#define DAY_S 86400u /* RFC 5246, F.1.4: who says nothing */

static bool echoed(const struct hs_work *wk, struct sneck_span id)
{
	return wk->session_id_len != 0 && id.len == wk->session_id_len &&
	       memcmp(id.p, wk->session_id, id.len) == 0;
}

/* From now on, hint seconds; counted from when the master secret was made. */
static void keep(struct hs *hs, struct sneck_span ticket, uint32_t hint, bool by_id)
{
	struct hs_kept *const k = &hs->work->kept;
	const uint64_t age_s = (hs->now_ms - k->issued_ms) / 1000u;
	const uint64_t life_s = age_s + (hint != 0 ? hint : DAY_S);

	k->ticket = ticket;
	k->lifetime_s = (uint32_t)(life_s < BOUND_LIFETIME ? life_s : BOUND_LIFETIME);
	k->by_id = by_id;
}

static enum sneck_rc go_on(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct session s;

	/* our own session id in return, and we had no session of this version */
	if (sneck__session_read(&s, hs->session) != SNECK_OK || s.version != hs->version)
		return SNECK_E_ILLEGAL;
	if (s.suite != wk->nego.suite->id)
		return SNECK_E_ILLEGAL;
	if (!wk->nego.ems)
		return SNECK_E_NO_EMS;
	hs->resumed = 1;
	hs->valid_until_ms = s.valid_until_ms;
	memcpy(hs->leaf_id, s.leaf_id, sizeof hs->leaf_id);
	wk->kept = (struct hs_kept){ .ticket = s.ticket,
				     .issued_ms = s.issued_ms,
				     .lifetime_s = s.lifetime_s,
				     .by_id = (s.flags & SESSION_BY_ID) != 0 };
	return SNECK_OK;
}

enum sneck_rc sneck__offer12_answer(struct hs *hs, struct sneck_span id)
{
	struct hs_work *const wk = hs->work;

	if (echoed(wk, id))
		return go_on(hs);
	wk->kept.issued_ms = hs->now_ms;
	if (id.len == 0)
		return SNECK_OK;
	memcpy(wk->session_id, id.p, id.len);
	wk->session_id_len = (uint8_t)id.len;
	keep(hs, sneck_span_of(wk->session_id, id.len), 0, true);
	return SNECK_OK;
}

/* Nothing of ours is in the flight's area: what waited there has been sent. One that finds no room
 * is as if it had not come. */
void sneck__offer12_ticket(struct hs *hs, struct sneck_span ticket, uint32_t hint)
{
	struct flight *const f = &hs->work->flight;

	if (ticket.len == 0 || ticket.len > f->cap || f->n != 0)
		return;
	memcpy(f->area, ticket.p, ticket.len);
	keep(hs, sneck_span_of(f->area, ticket.len), hint, false);
}

enum sneck_rc sneck__offer12_show(struct hs *hs)
{
	if (hs->work->kept.ticket.len == 0 || !hs->ems || (hs->cfg->ask & SNECK_ASK_TICKETS) == 0)
		return SNECK_OK;
	SNECK_TRY(sneck__ask_show(hs, SNECK_RECEIVED_TICKET));
	hs->shown = 0;
	return SNECK_OK;
}
