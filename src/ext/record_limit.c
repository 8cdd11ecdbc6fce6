/* SPDX-License-Identifier: MIT */
/* record_limit.c: record_size_limit (RFC 8449, 4) and max_fragment_length (RFC 6066, 4): how much
 * plaintext a record may carry, for peers with little memory.
 *
 *   uint16 RecordSizeLimit;
 *   enum { 2^9(1), 2^10(2), 2^11(3), 2^12(4), (255) } MaxFragmentLength;
 *
 * In TLS 1.3 a record_size_limit counts the content type, so it is one more than the plaintext;
 * each side states its own. max_fragment_length binds both sides and gives way where both are
 * there. */
#include "ext.h"

static bool limit_offer(const struct nego *ng, enum ext_in in)
{
	return ng->quic == NULL && (in == IN_CH || ng->peer_has_limit); /* QUIC has no records */
}

static void limit_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)in;
	wr_u16(w, (uint16_t)(ng->recv_limit + 1u));
}

static enum sneck_rc limit_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	uint16_t limit;
	struct rd r;

	rd_init(&r, body);
	limit = rd_u16(&r);
	SNECK_TRY(rd_end(&r));
	/* a server may not ask for more than there is; a client may know of a later version */
	if (limit < BOUND_LIMIT_MIN || (in == IN_EE && limit > BOUND_PLAIN + 1u))
		return SNECK_E_ILLEGAL;
	ng->peer_has_limit = true;
	ng->send_limit = limit - 1u < BOUND_PLAIN ? limit - 1u : BOUND_PLAIN;
	return SNECK_OK;
}

const struct ext sneck__ext_record_limit = {
	.type = EXT_RECORD_SIZE_LIMIT,
	.allowed = SET(IN_CH) | SET(IN_EE),
	.offer = limit_offer,
	.write = limit_write,
	.read = limit_read,
};

static bool fragment_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH ? ng->cfg->ask_max_fragment != 0
			   : ng->max_fragment != 0 && !ng->peer_has_limit;
}

static void fragment_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	wr_u8(w, in == IN_CH ? ng->cfg->ask_max_fragment : ng->max_fragment);
}

static enum sneck_rc fragment_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	uint8_t code;
	struct rd r;

	rd_init(&r, body);
	code = rd_u8(&r);
	SNECK_TRY(rd_end(&r));
	if (code < 1 || code > 4 || (in == IN_EE && code != ng->cfg->ask_max_fragment))
		return SNECK_E_ILLEGAL;
	/* RFC 8449, 5: a server must ignore it, a client must refuse both */
	if (ng->peer_has_limit)
		return in == IN_EE ? SNECK_E_ILLEGAL : SNECK_OK;
	ng->max_fragment = code;
	ng->send_limit = 256u << code;
	/* one size for both: of a smaller one the peer knows nothing */
	ng->recv_limit = ng->send_limit;
	return SNECK_OK;
}

const struct ext sneck__ext_max_fragment = {
	.type = EXT_MAX_FRAGMENT_LENGTH,
	.allowed = SET(IN_CH) | SET(IN_EE),
	.offer = fragment_offer,
	.write = fragment_write,
	.read = fragment_read,
};
