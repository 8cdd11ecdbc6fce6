/* SPDX-License-Identifier: MIT */
/* emit13.c: a KeyUpdate of ours, and the change of keys behind it. RFC 9846, 4.7.3, 7.2. It is due
 * when emit.c says so. */
#include "conn.h"

#include "../msg/finish.h"
#include "../wire/wr.h"

enum sneck_rc sneck__emit_key_update(struct sneck_conn *c, struct sneck_out *out)
{
	uint8_t bytes[KEY_UPDATE_LEN];
	const struct sneck_span piece = { bytes, sizeof bytes };
	struct wr w;

	wr_init(&w, bytes, sizeof bytes);
	sneck__key_update_write(&w, c->hs.ku_request ? KU_REQUESTED : KU_NOT_REQUESTED);
	SNECK_TRY(wr_end(&w));
	SNECK_TRY(sneck__emit_record(c, out, CT_HANDSHAKE, &piece, 1, sizeof bytes));
	sneck__trace(c, 1, CT_HANDSHAKE, HT_KEY_UPDATE, sizeof bytes);
	SNECK_TRY(sneck__traffic_update(c->hs.hash, c->hs.tx_secret));
	SNECK_TRY(sneck__conn_install_tx(c, LV_APP));
	c->hs.ku_unanswered |= c->hs.ku_request;
	c->hs.ku_request = false;
	c->hs.ku_owed = false;
	c->tx_updates++;
	sneck__emit_written(c);
	return SNECK_OK;
}
