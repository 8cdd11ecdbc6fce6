/* SPDX-License-Identifier: MIT */
/* renegotiation_info.c: renegotiation_info. RFC 5746, 3.2.
 *
 *   struct {
 *       opaque renegotiated_connection<0..255>;
 *   } RenegotiationInfo;
 *
 * There is no renegotiation here, so it is always empty: it only tells the other side that nobody
 * can splice an older connection in front of this one. A server must say so; what a client does not
 * say hurts nobody, because we never renegotiate. */
#include "ext.h"

static bool info_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH || ng->secure_renegotiation;
}

static void info_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)ng;
	(void)in;
	wr_u8(w, 0);
}

static enum sneck_rc info_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span connection;
	struct rd r;

	(void)in;
	rd_init(&r, body);
	connection = rd_vec(&r, 1, 0, 255);
	SNECK_TRY(rd_end(&r));
	ng->secure_renegotiation = true;
	return connection.len == 0 ? SNECK_OK : SNECK_E_RENEG_INFO;
}

static enum sneck_rc info_absent(struct nego *ng, enum ext_in in)
{
	return in == IN_CH || ng->cfg->insecure_no_ems ? SNECK_OK : SNECK_E_RENEG_INFO;
}

const struct ext sneck__ext_renegotiation_info = {
	.type = EXT_RENEGOTIATION_INFO,
	.only = SNECK_TLS12,
	.allowed = SET(IN_CH) | SET(IN_SH12),
	.offer = info_offer,
	.write = info_write,
	.read = info_read,
	.absent = info_absent,
};
