/* SPDX-License-Identifier: MIT */
/* padding.c: padding. RFC 7685, 3. Zeros up to the size that the config wants; the last row of the
 * table, so that all but what it adds is there. The peer's is skipped unread: its bytes mean
 * nothing, and refusing non-zero ones would tell nobody anything. */
#include "ext.h"

static bool padding_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->cfg->pad_hello_to != 0;
}

static void padding_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)in;
	while (w->len < ng->cfg->pad_hello_to)
		wr_u8(w, 0);
}

static enum sneck_rc padding_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	(void)ng;
	(void)in;
	(void)body;
	return SNECK_OK;
}

const struct ext sneck__ext_padding = {
	.type = EXT_PADDING,
	.allowed = SET(IN_CH),
	.offer = padding_offer,
	.write = padding_write,
	.read = padding_read,
};
