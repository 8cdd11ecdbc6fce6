/* SPDX-License-Identifier: MIT */
/* sct.c: signed_certificate_timestamp. RFC 6962, 3.3; RFC 9846, 4.5.1.
 *
 *   opaque SerializedSCT<1..2^16-1>;
 *   struct {
 *       SerializedSCT sct_list<1..2^16-1>;
 *   } SignedCertificateTimestampList;
 *
 * Who wants the list sends the extension empty; a CertificateEntry carries it. What the timestamps
 * are worth is for the verifier to say. In TLS 1.2 a ServerHello carries it, before there is a
 * chain to judge. */
#include "ext.h"

static bool sct_offer(const struct nego *ng, enum ext_in in)
{
	if (in == IN_SH12)
		return nego_scts12(ng).len != 0;
	return nego_wants(ng, SNECK_VERIFIER_WANTS_SCTS);
}

static void sct_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	if (in == IN_SH12)
		wr_aside(w, nego_scts12(ng).len);
}

static enum sneck_rc sct_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r, list;

	rd_init(&r, body);
	if (in == IN_CERT || in == IN_SH12) {
		rd_open(&r, &list, 2, 1, 65535);
		while (rd_more(&list))
			(void)rd_vec(&list, 2, 1, 65535);
		rd_close(&list);
	}
	SNECK_TRY(rd_end(&r));
	if (in == IN_SH12)
		ng->peer_scts = body;
	if (in == IN_CH || in == IN_CR)
		ng->peer_wants |= SNECK_VERIFIER_WANTS_SCTS;
	return SNECK_OK;
}

const struct ext sneck__ext_sct = {
	.type = EXT_SCT,
	.allowed = SET(IN_CH) | SET(IN_CR) | SET(IN_CERT) | SET(IN_SH12),
	.offer = sct_offer,
	.write = sct_write,
	.read = sct_read,
};
