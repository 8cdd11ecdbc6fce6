/* SPDX-License-Identifier: MIT */
/* client13_cert.c: the rows of a client that are about certificates, the server's and ours.
 * RFC 9846, 4.4.2, 4.5. */
#include "graph.h"

#include "../ext/ext.h"
#include "../msg/finish.h"

enum sneck_rc sneck__client13_on_certificate_request(struct hs *hs, const struct hs_msg *m,
						     uint8_t *to)
{
	struct sneck_span context, block;

	SNECK_TRY(sneck__certificate_request_read(&context, &block, m->body));

	if (context.len != 0) /* RFC 9846, 4.4.2: only after the handshake */
		return SNECK_E_ILLEGAL;
	SNECK_TRY(sneck__ext_read(&hs->work->nego, IN_CR, block));
	SNECK_TRY(sneck__ask_client(hs));

	hs->work->cert_asked = true;
	*to = C13_WAIT_CERT;
	return SNECK_OK;
}

enum sneck_rc sneck__client13_on_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	*to = C13_WAIT_CV;
	return sneck__peer_certificate(hs, m);
}

enum sneck_rc sneck__client13_on_certificate_verify(struct hs *hs, const struct hs_msg *m,
						    uint8_t *to)
{
	*to = C13_WAIT_FINISHED;
	return sneck__peer_certificate_verify(hs, m);
}

enum sneck_rc sneck__client13_on_certificate_or_request(struct hs *hs, const struct hs_msg *m,
							uint8_t *to)
{
	return m->type == HT_CERTIFICATE_REQUEST ? sneck__client13_on_certificate_request(hs, m, to)
						 : sneck__client13_on_certificate(hs, m, to);
}

enum sneck_rc sneck__client13_send_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__flight_ccs(hs));
	SNECK_TRY(sneck__flight_certificate(hs));
	*to = hs->work->nego.cred != NULL ? C13_SEND_CV : C13_SEND_FINISHED;
	return SNECK_OK;
}

enum sneck_rc sneck__client13_send_certificate_verify(struct hs *hs, const struct hs_msg *m,
						      uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth_sign(hs));
	*to = C13_SEND_FINISHED;
	return SNECK_OK;
}
