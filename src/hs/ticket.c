/* SPDX-License-Identifier: MIT */
/* ticket.c: NewSessionTicket on a server: which session it stands for, and the message.
 * RFC 9846, 4.7.1; RFC 9149. A ticket's nonce is its number on this connection. That of TLS 1.2 is
 * choose12.c's. */
#include "hs.h"

#include "../crypto/algs.h"
#include "../ext/grease.h"
#include "../keys/ticket.h"
#include "../msg/finish.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* How many go out behind the handshake. RFC 9149, 3: no more than were asked for. */
uint8_t sneck__tickets_due(const struct hs *hs)
{
	const struct nego *const ng = &hs->work->nego;
	const uint32_t own = hs->cfg->n_tickets != 0 ? hs->cfg->n_tickets : 2u;
	const bool ke = hs->cfg->psk_ke && (ng->psk_modes & PSK_MODE_KE) != 0;
	const uint8_t wanted = ng->tickets_wanted[hs->resumed != 0];

	if (hs->cfg->tickets == NULL || (!ke && (ng->psk_modes & PSK_MODE_DHE) == 0) ||
	    !sneck__ticket_sealable(hs->cfg->tickets, hs->now_ms))
		return 0;
	return ng->tickets_named && wanted < own ? wanted : (uint8_t)own;
}

enum sneck_rc sneck__ticket_make(struct hs *hs, const struct ticket_params *params,
				 struct session *s, uint8_t secret[BOUND_HASH])
{
	const struct sneck_provider *const p = hs->cfg->provider;
	const uint8_t nonce = hs->tickets;
	uint8_t add[4];

	sneck__session_describe(hs, params, s);
	s->secret = sneck_span_of(secret, hs->hash->len);
	SNECK_TRY(p->random(p->ctx, add, sizeof add));
	s->age_add =
		(uint32_t)add[0] << 24 | (uint32_t)add[1] << 16 | (uint32_t)add[2] << 8 | add[3];
	return sneck__resumption_psk(secret, hs->hash, hs->resumption, sneck_span_of(&nonce, 1));
}

/* Seals into w itself; what cannot be sealed there could not be sent either. */
static enum sneck_rc write_sealed(struct hs *hs, const struct session *s, struct wr *w)
{
	const struct wr_mark m = wr_open(w, 2);
	size_t len = 0;

	if (w->len > w->cap)
		return SNECK_E_INTERNAL;
	SNECK_TRY(sneck__ticket_seal(w->buf + w->len, w->cap - w->len, &len, hs->cfg->tickets,
				     hs->cfg->provider, hs->now_ms, s));
	(void)wr_room(w, len);
	wr_close(w, m);
	return SNECK_OK;
}

enum sneck_rc sneck__ticket_write(struct hs *hs, const struct session *s,
				  struct sneck_span identity, struct wr *w)
{
	const uint8_t nonce = hs->tickets;
	struct wr_mark body, block;

	sneck__new_session_ticket_write(w, s->lifetime_s, s->age_add, sneck_span_of(&nonce, 1),
					&body);
	if (identity.len != 0)
		wr_vec(w, 2, identity);
	else
		SNECK_TRY(write_sealed(hs, s, w));
	block = wr_open(w, 2);
	if (s->max_early != 0) { /* by hand: a struct nego is too large to stand here */
		wr_u16(w, EXT_EARLY_DATA);
		wr_u16(w, 4);
		wr_uint(w, 4, s->max_early);
	}
	if (hs->cfg->grease) {
		wr_u16(w, grease_of((uint8_t)s->age_add));
		wr_u16(w, 0);
	}
	wr_close(w, block);
	wr_close(w, body);
	return wr_end(w);
}
