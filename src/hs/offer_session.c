/* SPDX-License-Identifier: MIT */
/* offer_session.c: what a client's session does to its ClientHello: one of TLS 1.3 goes with the
 * pre-shared keys (offer.c), one of TLS 1.2 as SessionTicket or as the session id. RFC
 * 9846, 4.3.11, 4.2.2; RFC 5077, 3.2, 3.4.
 *
 * The ticket is not copied: it goes out from where the caller keeps it, as a certificate does. A
 * session that does not fit is not offered, and a full handshake follows. */
#include "hs.h"

#include <sneck/session.h>

#include "../build.h"

/* RFC 9846, 4.3.9: early data is for the protocol of the session. A server that chose none may do
 * so again, whatever is offered: if it does not, it refuses. */
static bool protocol_offered(const struct sneck_config *cfg, struct sneck_span alpn)
{
	for (size_t i = 0; i < cfg->n_alpn; i++)
		if (cfg->alpn[i].len == alpn.len && memcmp(cfg->alpn[i].p, alpn.p, alpn.len) == 0)
			return true;
	return alpn.len == 0;
}

static void offer13(struct hs *hs, const struct session *s)
{
	struct nego *const ng = &hs->work->nego;

	ng->ticket = s->ticket;
	ng->ticket_hash = sneck__suite_find(s->suite)->hash;
	ng->ticket_age = (uint32_t)(hs->now_ms - s->issued_ms) + s->age_add;
	ng->early = BUILD_EARLY_DATA && (hs->session_flags & SNECK_SESSION_EARLY_DATA) != 0 &&
		    s->max_early != 0 && hs->quic == NULL && protocol_offered(hs->cfg, s->alpn);
}

/* A ticket goes with a session id that means nothing: the server says by it whether it resumes.
 * RFC 5077, 3.4. */
static enum sneck_rc offer12(struct hs *hs, const struct session *s)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;

	if ((s->flags & SESSION_BY_ID) != 0) {
		memcpy(wk->session_id, s->ticket.p, s->ticket.len);
		wk->session_id_len = (uint8_t)s->ticket.len;
		return SNECK_OK;
	}
	wk->nego.ticket = s->ticket;
	if (wk->session_id_len != 0)
		return SNECK_OK;
	wk->session_id_len = sizeof wk->session_id;
	return p->random(p->ctx, wk->session_id, sizeof wk->session_id);
}

enum sneck_rc sneck__offer_session(struct hs *hs)
{
	struct session s;
	enum sneck_rc rc;

	hs->work->nego.wants_tickets = (hs->cfg->ask & SNECK_ASK_TICKETS) != 0;
	rc = hs->session.len != 0 ? sneck__session_usable(hs, &s) : SNECK_E_SESSION;
	if (rc == SNECK_OK && s.ticket.len + hs->work->flight.cap > UINT16_MAX)
		rc = SNECK_E_SESSION; /* the extensions have no more together */
	if (rc == SNECK_OK && s.version == SNECK_TLS13 && !BUILD_KEX_PSK_DHE && !hs->cfg->psk_ke)
		rc = SNECK_E_SESSION; /* there is no mode for it */
	if (rc == SNECK_E_SESSION || rc == SNECK_E_ARG) {
		hs->session = sneck_span_of(NULL, 0);
		return sneck__policy(hs);
	}
	SNECK_TRY(rc);
	if (BUILD_TICKETS12 && s.version == SNECK_TLS12)
		return offer12(hs, &s);
	offer13(hs, &s);
	return SNECK_OK;
}
