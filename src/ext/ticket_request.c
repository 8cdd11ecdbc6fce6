/* SPDX-License-Identifier: MIT */
/* ticket_request.c: ticket_request. RFC 9149, 3.
 *
 *   struct {
 *       uint8 new_session_count;
 *       uint8 resumption_count;
 *   } ClientTicketRequest;
 *   struct {
 *       uint8 expected_count;
 *   } ServerTicketRequestHint; */
#include "ext.h"

static bool request_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH ? ng->wants_tickets && ng->cfg->n_tickets != 0 : ng->tickets_named;
}

static void request_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	if (in == IN_EE) {
		wr_u8(w, ng->n_tickets);
		return;
	}
	wr_u8(w,
	      (uint8_t)ng->cfg->n_tickets); /* as many for a resumed session: each is used once */
	wr_u8(w, (uint8_t)ng->cfg->n_tickets);
}

static enum sneck_rc request_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	if (in == IN_CH) {
		ng->tickets_wanted[0] = rd_u8(&r);
		ng->tickets_wanted[1] = rd_u8(&r);
		ng->tickets_named = true;
	} else {
		(void)rd_u8(&r); /* a hint: what comes, comes */
	}
	return rd_end(&r);
}

const struct ext sneck__ext_ticket_request = {
	.type = EXT_TICKET_REQUEST,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH) | SET(IN_EE),
	.offer = request_offer,
	.write = request_write,
	.read = request_read,
};
