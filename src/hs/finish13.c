/* SPDX-License-Identifier: MIT */
/* finish13.c: Finished. RFC 9846, 4.5.3. */
#include "hs.h"

#include "../msg/finish.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

static enum sneck_rc finished_mac(struct hs *hs, uint8_t *mac, bool own)
{
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&hs->work->transcript, th));
	return sneck__finished_mac(mac, hs->hash, sneck__hs_secret(hs, own, LV_HANDSHAKE), th);
}

enum sneck_rc sneck__auth_finished(struct hs *hs, struct sneck_span body)
{
	uint8_t mac[BOUND_HASH];
	struct sneck_span data;
	bool same;

	if (sneck__finished_read(&data, hs->hash->len, body) != SNECK_OK)
		return SNECK_E_BAD_FINISHED; /* RFC 9846, 4.5.3: incorrect, whatever its length */
	SNECK_TRY(finished_mac(hs, mac, false));
	same = sneck__ct_eq(mac, data.p, hs->hash->len);
	sneck__ct_wipe(mac, sizeof mac);
	return same ? SNECK_OK : SNECK_E_BAD_FINISHED;
}

enum sneck_rc sneck__auth_send_finished(struct hs *hs)
{
	uint8_t mac[BOUND_HASH];
	struct wr w;

	SNECK_TRY(finished_mac(hs, mac, true));
	sneck__flight_begin(hs, &w);
	sneck__finished_write(&w, sneck_span_of(mac, hs->hash->len));
	return sneck__flight_end(hs, &w, LV_HANDSHAKE);
}
