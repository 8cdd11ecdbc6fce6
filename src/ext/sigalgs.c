/* SPDX-License-Identifier: MIT */
/* sigalgs.c: signature_algorithms. RFC 9846, 4.3.3.
 *
 *   struct {
 *       SignatureScheme supported_signature_algorithms<2..2^16-2>;
 *   } SignatureSchemeList;
 *
 * Without signature_algorithms_cert the one list speaks of handshake and certificates, so it has
 * schemes that only certificates may use; select.c knows which. */
#include "ext.h"

static bool sigalgs_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->n_schemes != 0;
}

static void sigalgs_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 2);

	(void)in;
	for (uint32_t i = 0; i < ng->n_schemes; i++)
		wr_u16(w, ng->schemes[i]);
	wr_close(w, list);
}

static enum sneck_rc sigalgs_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span list;
	struct rd r;

	(void)in;
	rd_init(&r, body);
	list = rd_vec(&r, 2, 2, 65534);
	SNECK_TRY(rd_end(&r));
	if (list.len % 2 != 0)
		return SNECK_E_DECODE;
	ng->peer_schemes = list;
	return SNECK_OK;
}

/* RFC 9846, 9.2: whoever wants us to sign must say how. */
static enum sneck_rc sigalgs_absent(struct nego *ng, enum ext_in in)
{
	(void)ng;
	(void)in;
	return SNECK_E_EXT_MISSING;
}

const struct ext sneck__ext_sigalgs = {
	.type = EXT_SIGNATURE_ALGORITHMS,
	.allowed = SET(IN_CH),
	.offer = sigalgs_offer,
	.write = sigalgs_write,
	.read = sigalgs_read,
	.absent = sigalgs_absent,
};
