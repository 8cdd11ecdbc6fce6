/* SPDX-License-Identifier: MIT */
/* cookie.c: cookie. RFC 9846, 4.3.2.
 *
 *   struct {
 *       opaque cookie<1..2^16-1>;
 *   } Cookie;
 *
 * A HelloRetryRequest may bring one that nobody asked for; the second ClientHello gives it back.
 * What is in ours is keys/cookie_seal.c's. */
#include "ext.h"

static bool cookie_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->cookie.len != 0;
}

static void cookie_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)in;
	wr_vec(w, 2, ng->cookie);
}

static enum sneck_rc cookie_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span cookie;
	struct rd r;

	rd_init(&r, body);
	cookie = rd_vec(&r, 2, 1, 65535);
	SNECK_TRY(rd_end(&r));
	if (in == IN_HRR && cookie.len > BOUND_COOKIE)
		return SNECK_E_TOO_LARGE;
	ng->cookie = cookie;
	return SNECK_OK;
}

const struct ext sneck__ext_cookie = {
	.type = EXT_COOKIE,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH) | SET(IN_HRR),
	.unasked = SET(IN_HRR),
	.offer = cookie_offer,
	.write = cookie_write,
	.read = cookie_read,
};
