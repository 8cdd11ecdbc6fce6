/* SPDX-License-Identifier: MIT */
/* sigalgs.c: signature_algorithms and signature_algorithms_cert. RFC 9846, 4.3.3.
 *
 *   struct {
 *       SignatureScheme supported_signature_algorithms<2..2^16-2>;
 *   } SignatureSchemeList;
 *
 * The first speaks of the handshake. It has the schemes of certificates too, for servers that do
 * not know the second; select.c knows which of them may sign a handshake. The core does not look
 * into certificates, so what a peer wants inside them is read and left to whoever made the chain.
 */
#include "ext.h"
#include "grease.h"

static bool sigalgs_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->n_schemes != 0;
}

static void sigalgs_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 2);

	(void)in;
	sneck__grease_write(ng, GREASE_SCHEME, w);
	for (uint32_t i = 0; i < ng->n_schemes; i++)
		wr_u16(w, ng->schemes[i]);
	wr_close(w, list);
}

static enum sneck_rc list_read(struct sneck_span *list, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*list = rd_vec(&r, 2, 2, 65534);
	SNECK_TRY(rd_end(&r));
	return list->len % 2 == 0 ? SNECK_OK : SNECK_E_DECODE;
}

static enum sneck_rc sigalgs_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r;

	(void)in;
	SNECK_TRY(list_read(&ng->peer_schemes, body));

	ng->peer_sign = 0;
	rd_init(&r, ng->peer_schemes);
	while (rd_more(&r))
		ng->peer_sign |= sneck__scheme_bit(rd_u16(&r));
	return SNECK_OK;
}

/* RFC 9846, 9.2: whoever wants us to sign must say how; of a ClientHello select.c knows if it does.
 */
static enum sneck_rc sigalgs_absent(struct nego *ng, enum ext_in in)
{
	(void)ng;
	return in == IN_CR ? SNECK_E_EXT_MISSING : SNECK_OK;
}

const struct ext sneck__ext_sigalgs = {
	.type = EXT_SIGNATURE_ALGORITHMS,
	.allowed = SET(IN_CH) | SET(IN_CR),
	.offer = sigalgs_offer,
	.write = sigalgs_write,
	.read = sigalgs_read,
	.absent = sigalgs_absent,
};

static const uint16_t *cert_schemes(const struct nego *ng)
{
	return ng->cfg->verifier != NULL ? ng->cfg->verifier->cert_schemes : NULL;
}

static bool cert_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return cert_schemes(ng) != NULL;
}

static void cert_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 2);

	(void)in;
	for (const uint16_t *s = cert_schemes(ng); *s != 0; s++)
		wr_u16(w, *s);
	wr_close(w, list);
}

static enum sneck_rc cert_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span list;

	(void)ng;
	(void)in;
	return list_read(&list, body);
}

const struct ext sneck__ext_sigalgs_cert = {
	.type = EXT_SIGNATURE_ALGORITHMS_CERT,
	.allowed = SET(IN_CH) | SET(IN_CR),
	.offer = cert_offer,
	.write = cert_write,
	.read = cert_read,
};
