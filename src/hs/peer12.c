/* SPDX-License-Identifier: MIT */
/* peer12.c: the peer's Certificate in TLS 1.2, in both roles, and a client's CertificateVerify.
 * RFC 5246, 7.4.2, 7.4.6, 7.4.8; RFC 7250, 3. What is believed then is auth.c's.
 *
 * What is stapled comes elsewhere: timestamps in the ServerHello, kept in the scratch (RFC 6962,
 * 3.3.1), and a status in the message behind the Certificate (RFC 6066, 8). Where that was promised
 * both are waited for, so that it lies right behind the list when the chain is judged. */
#include "hs.h"

#include "../ext/select.h"
#include "../msg/cert12.h"
#include "../msg/finish.h"
#include "../wire/rd.h"
#include "graph.h"

/* What stands behind the Certificate, when that is a status. */
static enum sneck_rc read_status(struct hs *hs, struct sneck_span next)
{
	struct sneck_span ocsp;

	hs->work->ocsp_len = 0;
	if (next.len == 0 || next.p[0] != HT_CERTIFICATE_STATUS)
		return SNECK_OK;
	SNECK_TRY(sneck__certificate_status_read(
		&ocsp, sneck_span_of(next.p + FRAME_HEAD, next.len - FRAME_HEAD)));
	hs->work->ocsp_len = (uint32_t)ocsp.len;
	return SNECK_OK;
}

enum sneck_rc sneck__peer12_certificate(struct hs *hs, const struct hs_msg *m)
{
	struct certificate c;

	SNECK_TRY(sneck__auth_list(hs, &c, m->body));
	SNECK_TRY(read_status(hs, m->next));

	if (c.n == 0)
		return sneck__auth_empty(hs);
	if (c.n > hs_max_certs(hs->cfg))
		return SNECK_E_CERT_BAD;

	SNECK_TRY(sneck__auth_leaf(hs, sneck__certificate12_at(c.list, 0).der));
	SNECK_TRY(sneck__ask_certificate(hs, c.n));

	return sneck__auth_chain(hs, c.list, c.n);
}

enum sneck_rc sneck__peer12_certificate_verify(struct hs *hs, const struct hs_msg *m)
{
	struct certificate_verify cv;

	SNECK_TRY(sneck__certificate_verify_read(&cv, m->body));

	SNECK_TRY(sneck__select12_client(&hs->work->nego, cv.scheme));

	SNECK_TRY(sneck__auth12_digest(hs, cv.scheme));
	SNECK_TRY(sneck__ask_signature(hs));

	SNECK_TRY(sneck__auth_signature(hs, sneck__scheme12(hs->cfg->provider, cv.scheme),
					cv.signature));
	hs->peer_scheme = cv.scheme;
	return SNECK_OK;
}
