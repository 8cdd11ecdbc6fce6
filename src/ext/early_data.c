/* SPDX-License-Identifier: MIT */
/* early_data.c: early_data. RFC 9846, 4.3.9.
 *
 *   struct {
 *       select (Handshake.msg_type) {
 *           case new_session_ticket:   uint32 max_early_data_size;
 *           case client_hello:         Empty;
 *           case encrypted_extensions: Empty;
 *       };
 *   } EarlyDataIndication;
 *
 * That of a ticket is written by hs/ticket.c. */
#include "ext.h"

static bool early_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->early;
}

static void early_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)ng;
	(void)in;
	(void)w;
}

/* On a client `early` stays what we offered until here. */
static enum sneck_rc early_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	if (in == IN_NST)
		ng->nst_early = rd_uint(&r, 4);
	SNECK_TRY(rd_end(&r));
	if (in == IN_CH)
		ng->early_asked = true;
	if (in == IN_EE)
		ng->early_taken = true;
	return SNECK_OK;
}

const struct ext sneck__ext_early_data = {
	.type = EXT_EARLY_DATA,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_NST),
	.offer = early_offer,
	.write = early_write,
	.read = early_read,
};
