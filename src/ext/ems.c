/* SPDX-License-Identifier: MIT */
/* ems.c: extended_master_secret. RFC 7627, 5.1. The body is empty: the master secret is bound to
 * the handshake that made it, so that no two connections can be made to share one. Whether one
 * without it will do is the config's to say. */
#include "ext.h"

static bool ems_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH || ng->ems;
}

static void ems_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)ng;
	(void)in;
	(void)w;
}

static enum sneck_rc ems_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	(void)in;
	ng->ems = true;
	return body.len == 0 ? SNECK_OK : SNECK_E_DECODE;
}

static enum sneck_rc ems_absent(struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->cfg->insecure_no_ems ? SNECK_OK : SNECK_E_NO_EMS;
}

const struct ext sneck__ext_ems = {
	.type = EXT_EXTENDED_MASTER_SECRET,
	.only = SNECK_TLS12,
	.allowed = SET(IN_CH) | SET(IN_SH12),
	.offer = ems_offer,
	.write = ems_write,
	.read = ems_read,
	.absent = ems_absent,
};
