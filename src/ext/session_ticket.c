/* SPDX-License-Identifier: MIT */
/* session_ticket.c: SessionTicket. RFC 5077, 3.2. A client shows a ticket, or asks for one with an
 * empty body; a server that is going to send one says so with an empty body. Which ticket is taken
 * is hs/choose12.c's, what becomes of a new one hs/offer12.c's. */
#include "ext.h"

/* The ticket of a session of TLS 1.2, which lies elsewhere; a session that is known by its id has
 * none. */
static struct sneck_span own_ticket(const struct nego *ng)
{
	return ng->ticket_hash == 0 ? ng->ticket : sneck_span_of(NULL, 0);
}

static bool ticket_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH ? ng->wants_tickets || own_ticket(ng).len != 0 : ng->n_tickets != 0;
}

static void ticket_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	if (in == IN_CH && own_ticket(ng).len != 0)
		wr_aside(w, own_ticket(ng).len);
}

static enum sneck_rc ticket_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	ng->session_ticket = true;
	if (in == IN_CH)
		ng->psk_identities = body;
	return in == IN_CH || body.len == 0 ? SNECK_OK : SNECK_E_DECODE;
}

const struct ext sneck__ext_session_ticket = {
	.type = EXT_SESSION_TICKET,
	.only = SNECK_TLS12,
	.allowed = SET(IN_CH) | SET(IN_SH12),
	.offer = ticket_offer,
	.write = ticket_write,
	.read = ticket_read,
};
