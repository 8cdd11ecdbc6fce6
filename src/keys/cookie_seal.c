/* SPDX-License-Identifier: MIT */
/* cookie_seal.c: see cookie_seal.h. The content is no secret (the client knows all of it), so it is
 * authenticated and not encrypted: HMAC-SHA-256 over the fields, which stand in front of it. */
#include "cookie_seal.h"

#include "../crypto/hkdf.h"
#include "../wire/ct.h"
#include "../wire/rd.h"
#include "../wire/wr.h"

static enum sneck_rc mac_of(uint8_t mac[32], const struct sneck_hash *sha256,
			    struct sneck_span secret, struct sneck_span fields)
{
	static const uint8_t label[] = "sneck cookie";
	const struct sneck_span in[] = { { label, sizeof label }, fields };

	return sneck__hmac(mac, sha256, secret, in, 2);
}

enum sneck_rc sneck__cookie_seal(uint8_t out[COOKIE_MAX], size_t *len,
				 const struct sneck_hash *sha256, struct sneck_span secret,
				 const struct cookie *cookie)
{
	struct wr w;

	wr_init(&w, out, COOKIE_MAX - 32u);
	wr_u16(&w, cookie->suite);
	wr_u16(&w, cookie->group);
	wr_u8(&w, cookie->keyed);
	wr_put(&w, sneck_span_of(cookie->summary, sizeof cookie->summary));
	wr_vec(&w, 1, sneck_span_of(cookie->hello, cookie->hello_len));
	SNECK_TRY(wr_end(&w));
	*len = w.len + 32u;
	return mac_of(out + w.len, sha256, secret, sneck_span_of(out, w.len));
}

enum sneck_rc sneck__cookie_open(struct cookie *cookie, const struct sneck_hash *sha256,
				 struct sneck_span secret, struct sneck_span sealed)
{
	struct sneck_span summary, hello, mac;
	uint8_t own[32];
	struct rd r;

	rd_init(&r, sealed);
	cookie->suite = rd_u16(&r);
	cookie->group = rd_u16(&r);
	cookie->keyed = rd_u8(&r);
	summary = rd_take(&r, sizeof cookie->summary);
	hello = rd_vec(&r, 1, 1, BOUND_HASH);
	mac = rd_take(&r, sizeof own);
	if (rd_end(&r) != SNECK_OK)
		return SNECK_E_ILLEGAL;
	SNECK_TRY(mac_of(own, sha256, secret, sneck_span_of(sealed.p, sealed.len - sizeof own)));
	if (!sneck__ct_eq(own, mac.p, sizeof own))
		return SNECK_E_ILLEGAL;
	memcpy(cookie->summary, summary.p, summary.len);
	memcpy(cookie->hello, hello.p, hello.len);
	cookie->hello_len = (uint8_t)hello.len;
	return SNECK_OK;
}
