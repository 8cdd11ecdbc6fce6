/* SPDX-License-Identifier: MIT */
/* quic_params.c: quic_transport_parameters. RFC 9001, 8.2.
 *
 * The body is QUIC's: it goes from and to the caller's memory as it is. The extension must be there
 * over QUIC and must not be anywhere else. */
#include "ext.h"

static bool params_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->quic != NULL;
}

static void params_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)in;
	wr_put(w, ng->quic->params);
}

static enum sneck_rc params_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	(void)in;
	if (ng->quic == NULL) /* RFC 9001, 8.2: unsupported_extension */
		return SNECK_E_EXT_UNASKED;
	if (body.len > ng->quic->peer_cap)
		return SNECK_E_TOO_LARGE;
	if (body.len != 0)
		memcpy(ng->quic->peer, body.p, body.len);
	ng->quic->peer_len = body.len;
	return SNECK_OK;
}

/* RFC 9001, 8.2: missing_extension */
static enum sneck_rc params_absent(struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->quic != NULL ? SNECK_E_EXT_MISSING : SNECK_OK;
}

const struct ext sneck__ext_quic_params = {
	.type = EXT_QUIC_PARAMS,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH) | SET(IN_EE),
	.offer = params_offer,
	.write = params_write,
	.read = params_read,
	.absent = params_absent,
};
