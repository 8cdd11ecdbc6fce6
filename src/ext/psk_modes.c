/* SPDX-License-Identifier: MIT */
/* psk_modes.c: psk_key_exchange_modes. RFC 9846, 4.3.10.
 *
 *   enum { psk_ke(0), psk_dhe_ke(1), (255) } PskKeyExchangeMode;
 *   struct {
 *       PskKeyExchangeMode ke_modes<1..255>;
 *   } PskKeyExchangeModes;
 *
 * It also says for which tickets there is a use. */
#include "ext.h"

#include "../build.h"
#include "grease.h"

static bool modes_offer(const struct nego *ng, enum ext_in in)
{
	struct psk_offer o;

	(void)in;
	return ng->wants_tickets || sneck__psk_offer_at(ng, 0, &o);
}

static void modes_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 1);

	(void)in;
	if (BUILD_KEX_PSK_DHE)
		wr_u8(w, 1);
	if (BUILD_KEX_PSK && ng->cfg->psk_ke)
		wr_u8(w, 0);
	if (ng->cfg->grease) /* RFC 8701, 2 */
		wr_u8(w, (uint8_t)(0x0bu + 0x1fu * (ng->grease[GREASE_MODE] & 7u)));
	wr_close(w, list);
}

static enum sneck_rc modes_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r, list;

	(void)in;
	rd_init(&r, body);
	rd_open(&r, &list, 1, 1, 255);
	while (rd_more(&list)) {
		const uint8_t mode = rd_u8(&list);

		if (mode <= 1)
			ng->psk_modes |= (uint8_t)(1u << mode);
	}
	rd_close(&list);
	ng->psk_modes_seen = true;
	return rd_end(&r);
}

const struct ext sneck__ext_psk_modes = {
	.type = EXT_PSK_KEY_EXCHANGE_MODES,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH),
	.offer = modes_offer,
	.write = modes_write,
	.read = modes_read,
};
