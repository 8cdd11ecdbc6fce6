/* SPDX-License-Identifier: MIT */
/* authorities.c: certificate_authorities. RFC 9846, 4.3.4.
 *
 *   opaque DistinguishedName<1..2^16-1>;
 *   struct {
 *       DistinguishedName authorities<3..2^16-1>;
 *   } CertificateAuthoritiesExtension;
 *
 * Names that our verifier has roots for: in a CertificateRequest, and in a ClientHello when the
 * config says so. A peer's are handed on to whoever chooses a credential: the core does not read
 * certificates. */
#include "ext.h"

static bool cas_offer(const struct nego *ng, enum ext_in in)
{
	const struct sneck_verifier *const v = ng->cfg->verifier;

	return v != NULL && v->n_ca_names != 0 && (in == IN_CR || ng->cfg->announce_cas);
}

static void cas_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct sneck_verifier *const v = ng->cfg->verifier;
	const struct wr_mark list = wr_open(w, 2);

	(void)in;
	for (size_t i = 0; i < v->n_ca_names; i++)
		wr_vec(w, 2, v->ca_names[i]);
	wr_close(w, list);
}

static enum sneck_rc cas_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r, list;

	(void)in;
	rd_init(&r, body);
	rd_open(&r, &list, 2, 3, 65535);
	ng->peer_cas = sneck_span_of(list.base, list.len);
	while (rd_more(&list))
		(void)rd_vec(&list, 2, 1, 65535);
	rd_close(&list);
	return rd_end(&r);
}

const struct ext sneck__ext_authorities = {
	.type = EXT_CERTIFICATE_AUTHORITIES,
	.allowed = SET(IN_CH) | SET(IN_CR),
	.offer = cas_offer,
	.write = cas_write,
	.read = cas_read,
};
