/* SPDX-License-Identifier: MIT */
/* server12_cert.c: the rows of a server of TLS 1.2 that are about the client's certificate.
 * RFC 5246, 7.4.4, 7.4.6, 7.4.8. */
#include "graph.h"

#include "../ext/select.h"
#include "../msg/cert12.h"
#include "../msg/finish.h"

#define RSA_SIGN   1u /* ClientCertificateType; RFC 8422, 5.5: EdDSA is ecdsa_sign, too */
#define ECDSA_SIGN 64u

/* The list speaks of certificates as well, whose signatures the verifier checks; but whoever signs
 * the handshake may use any of it. */
static enum sneck_rc request(const struct nego *ng, struct wr *w)
{
	const struct sneck_verifier *const v = ng->cfg->verifier;
	uint16_t schemes[BOUND_SCHEMES];
	struct own_request12 cr = { .schemes = schemes };
	uint8_t types[2];
	uint32_t auths = 0;

	for (uint32_t i = 0; i < ng->n_schemes; i++)
		if (sneck__select12_asks(ng, ng->schemes[i])) {
			schemes[cr.n_schemes++] = ng->schemes[i];
			auths |= SET(sneck__scheme_auth(ng->schemes[i]));
		}
	if (cr.n_schemes == 0)
		return SNECK_E_NO_SCHEME;
	cr.types = sneck_span_of(types, 0);
	if (set_has(auths, AUTH_ECDSA))
		types[cr.types.len++] = ECDSA_SIGN;
	if (set_has(auths, AUTH_RSA))
		types[cr.types.len++] = RSA_SIGN;
	if (v != NULL) {
		cr.cas = v->ca_names;
		cr.n_cas = v->n_ca_names;
	}
	sneck__certificate_request12_write(w, &cr);
	return SNECK_OK;
}

enum sneck_rc sneck__server12_send_certificate_request(struct hs *hs, const struct hs_msg *m,
						       uint8_t *to)
{
	struct nego *const ng = &hs->work->nego;
	struct wr w;

	(void)m;
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_SCHEMES, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES));

	if (!sneck__ask_settled(hs, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES))
		sneck__auth_schemes(ng);
	sneck__flight_begin(hs, &w);
	SNECK_TRY(request(ng, &w));
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));
	hs->work->cert_asked = true;
	*to = S12_SEND_DONE;
	return SNECK_OK;
}

enum sneck_rc sneck__server12_on_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	*to = S12_WAIT_CKE;
	return sneck__peer12_certificate(hs, m);
}

enum sneck_rc sneck__server12_on_certificate_verify(struct hs *hs, const struct hs_msg *m,
						    uint8_t *to)
{
	*to = S12_WAIT_CCS;
	return sneck__peer12_certificate_verify(hs, m);
}
