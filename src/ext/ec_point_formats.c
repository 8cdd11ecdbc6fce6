/* SPDX-License-Identifier: MIT */
/* ec_point_formats.c: ec_point_formats. RFC 8422, 5.1.2.
 *
 *   struct {
 *       ECPointFormat ec_point_format_list<1..2^8-1>;
 *   } ECPointFormatList;
 *
 * Uncompressed is the only format that is left, and a list must have it. Without the extension it
 * goes without saying. */
#include "ext.h"

#define UNCOMPRESSED 0u

static bool points_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH || ng->peer_has_formats;
}

static void points_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)ng;
	(void)in;
	wr_u8(w, 1);
	wr_u8(w, UNCOMPRESSED);
}

static enum sneck_rc points_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span list;
	struct rd r;

	(void)in;
	rd_init(&r, body);
	list = rd_vec(&r, 1, 1, 255);
	SNECK_TRY(rd_end(&r));
	ng->peer_has_formats = true;
	for (size_t i = 0; i < list.len; i++)
		if (list.p[i] == UNCOMPRESSED)
			return SNECK_OK;
	return SNECK_E_ILLEGAL;
}

const struct ext sneck__ext_ec_point_formats = {
	.type = EXT_EC_POINT_FORMATS,
	.only = SNECK_TLS12,
	.allowed = SET(IN_CH) | SET(IN_SH12),
	.offer = points_offer,
	.write = points_write,
	.read = points_read,
};
