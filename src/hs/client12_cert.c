/* SPDX-License-Identifier: MIT */
/* client12_cert.c: the rows of a client of TLS 1.2 that are about certificates, the server's and
 * ours. RFC 5246, 7.4.2, 7.4.4, 7.4.6, 7.4.8; RFC 6066, 8. */
#include "graph.h"

#include "../ext/select.h"
#include "../msg/cert12.h"

#define RSA_SIGN   1u /* ClientCertificateType; RFC 8422, 5.5: EdDSA is ecdsa_sign, too */
#define ECDSA_SIGN 64u

enum sneck_rc sneck__client12_on_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	*to = hs->work->nego.status_due ? C12_WAIT_STATUS_SKE : C12_WAIT_SKE;
	return sneck__peer12_certificate(hs, m);
}

/* The chain was judged with what is in it. */
enum sneck_rc sneck__client12_on_certificate_status(struct hs *hs, const struct hs_msg *m,
						    uint8_t *to)
{
	(void)hs;
	(void)m;
	*to = C12_WAIT_SKE;
	return SNECK_OK;
}

static uint32_t auths_of(struct sneck_span types)
{
	uint32_t auths = 0;

	for (size_t i = 0; i < types.len; i++)
		auths |= types.p[i] == RSA_SIGN	    ? SET(AUTH_RSA)
			 : types.p[i] == ECDSA_SIGN ? SET(AUTH_ECDSA)
						    : 0;
	return auths;
}

enum sneck_rc sneck__client12_on_certificate_request(struct hs *hs, const struct hs_msg *m,
						     uint8_t *to)
{
	struct nego *const ng = &hs->work->nego;
	struct certificate_request12 cr;

	SNECK_TRY(sneck__certificate_request12_read(&cr, m->body));

	ng->peer_schemes = cr.schemes;
	ng->peer_cas = cr.cas;
	sneck__select12_asked(ng, cr.schemes, auths_of(cr.types));
	SNECK_TRY(sneck__ask_client(hs));

	hs->work->cert_asked = true;
	*to = C12_WAIT_DONE;
	return SNECK_OK;
}

enum sneck_rc sneck__client12_send_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth12_certificate(hs));
	*to = C12_SEND_CKE;
	return SNECK_OK;
}

enum sneck_rc sneck__client12_send_certificate_verify(struct hs *hs, const struct hs_msg *m,
						      uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth12_digest(hs, hs->work->nego.own_scheme));
	SNECK_TRY(sneck__auth_verify(hs, LV_INITIAL));
	*to = C12_SEND_FINISHED;
	return SNECK_OK;
}
