/* SPDX-License-Identifier: MIT */
/* record_limit.c: record_size_limit (RFC 8449, 4) and max_fragment_length (RFC 6066, 4): how much
 * plaintext a record may carry, for peers with little memory.
 *
 *   uint16 RecordSizeLimit;
 *   enum { 2^9(1), 2^10(2), 2^11(3), 2^12(4), (255) } MaxFragmentLength;
 *
 * In TLS 1.3 a record_size_limit counts the content type, so it is one more than the plaintext, and
 * so does a ClientHello that offers TLS 1.3; each side states its own. max_fragment_length binds
 * both sides and gives way where both are there. */
#include "ext.h"
#include "select.h"

static bool limit_offer(const struct nego *ng, enum ext_in in)
{
	return ng->quic == NULL && (in == IN_CH || ng->peer_has_limit); /* QUIC has no records */
}

/* 1 where the number counts the content type too. */
static uint32_t type_len(const struct nego *ng, enum ext_in in)
{
	return in == IN_EE || (in == IN_CH && sneck__version_on(ng->cfg, SNECK_TLS13));
}

static void limit_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	wr_u16(w, (uint16_t)(ng->recv_limit + type_len(ng, in)));
}

static enum sneck_rc limit_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	uint16_t limit;
	struct rd r;

	rd_init(&r, body);
	limit = rd_u16(&r);
	SNECK_TRY(rd_end(&r));
	/* a server may not ask for more than there is; a client may know of a later version */
	if (limit < BOUND_LIMIT_MIN || (in != IN_CH && limit > BOUND_PLAIN + type_len(ng, in)))
		return SNECK_E_ILLEGAL;
	ng->peer_has_limit = true;
	ng->send_limit = limit - (ng->version == SNECK_TLS12 ? 0u : 1u);
	if (ng->send_limit > BOUND_PLAIN)
		ng->send_limit = BOUND_PLAIN;
	/* what our hello said of TLS 1.3 is one byte more of plaintext here */
	if (in == IN_SH12 && ng->recv_limit < BOUND_PLAIN)
		ng->recv_limit += type_len(ng, IN_CH);
	return SNECK_OK;
}

const struct ext sneck__ext_record_limit = {
	.type = EXT_RECORD_SIZE_LIMIT,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_SH12),
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
	if (code < 1 || code > 4 || (in != IN_CH && code != ng->cfg->ask_max_fragment))
		return SNECK_E_ILLEGAL;
	/* RFC 8449, 5: a server must ignore it, a client must refuse both */
	if (ng->peer_has_limit)
		return in != IN_CH ? SNECK_E_ILLEGAL : SNECK_OK;
	ng->max_fragment = code;
	ng->send_limit = 256u << code;
	/* one size for both: of a smaller one the peer knows nothing */
	ng->recv_limit = ng->send_limit;
	return SNECK_OK;
}

const struct ext sneck__ext_max_fragment = {
	.type = EXT_MAX_FRAGMENT_LENGTH,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_SH12),
	.offer = fragment_offer,
	.write = fragment_write,
	.read = fragment_read,
};
