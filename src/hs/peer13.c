/* SPDX-License-Identifier: MIT */
/* peer13.c: the peer's Certificate and CertificateVerify, in both roles. RFC 9846, 4.5.1, 4.5.2.
 *
 * What differs is who may send an empty list: a client that was asked and has none. Whether that
 * will do is for config.client_auth to say. What is believed then is auth.c's. */
#include "hs.h"

#include "../build.h"
#include "../crypto/algs.h"
#include "../ext/ext.h"
#include "../ext/select.h"
#include "../msg/cert.h"
#include "../msg/finish.h"

enum sneck_rc sneck__peer_certificate(struct hs *hs, const struct hs_msg *m)
{
	struct sneck_span body = m->body;
	struct certificate c;

	if (BUILD_COMPRESSION && m->type == HT_COMPRESSED_CERTIFICATE)
		SNECK_TRY(sneck__packed_read(hs, &body));
	SNECK_TRY(sneck__certificate_read(&c, body));

	if (c.context.len != 0) /* ours is empty, and so is a server's */
		return SNECK_E_ILLEGAL;
	if (c.n == 0)
		return sneck__auth_empty(hs);
	if (c.n > hs_max_certs(hs->cfg))
		return SNECK_E_CERT_BAD;
	SNECK_TRY(sneck__auth_type(hs, c.n));
	for (uint32_t i = 0; i < c.n; i++)
		SNECK_TRY(sneck__ext_read(&hs->work->nego, IN_CERT,
					  sneck__certificate_extensions_at(c.list, i)));

	SNECK_TRY(sneck__auth_leaf(hs, sneck__certificate_at(c.list, 0).der));
	SNECK_TRY(sneck__ask_certificate(hs, c.n));

	return sneck__auth_chain(hs, c.list, c.n);
}

/* Idempotent: the transcript stands still while we wait. */
enum sneck_rc sneck__auth_tbs(struct hs *hs, bool own)
{
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
	wk->tbs_len = (uint8_t)sneck__signature_input(wk->tbs, own == (hs->role == SNECK_SERVER),
						      th, hs->hash->len);
	return SNECK_OK;
}

/* RFC 9846, 4.5.2: of the schemes in our signature_algorithms, and legal in a handshake. */
static enum sneck_rc take_scheme(struct nego *ng, uint16_t scheme)
{
	if (sneck__scheme_in_handshake(scheme))
		for (uint32_t i = 0; i < ng->n_schemes; i++)
			if (ng->schemes[i] == scheme) {
				ng->peer_scheme = scheme;
				return SNECK_OK;
			}
	return SNECK_E_NOT_OFFERED;
}

enum sneck_rc sneck__peer_certificate_verify(struct hs *hs, const struct hs_msg *m)
{
	struct certificate_verify cv;

	SNECK_TRY(sneck__certificate_verify_read(&cv, m->body));

	SNECK_TRY(take_scheme(&hs->work->nego, cv.scheme));

	SNECK_TRY(sneck__auth_tbs(hs, false));
	SNECK_TRY(sneck__ask_signature(hs));

	return sneck__auth_signature(hs, cv.scheme, cv.signature);
}

enum sneck_rc sneck__signature_read13(struct certificate_verify *cv, const struct hs_msg *m)
{
	return sneck__certificate_verify_read(cv, m->body);
}
