/* SPDX-License-Identifier: MIT */
/* server13_cert.c: the rows of a server that are about certificates, ours and the client's.
 * RFC 9846, 4.4.2, 4.5. */
#include "graph.h"

#include "../ext/ext.h"
#include "../wire/wr.h"

/* RFC 9846, 4.4.2: without a context, which is for requests behind the handshake. */
enum sneck_rc sneck__server13_send_certificate_request(struct hs *hs, const struct hs_msg *m,
						       uint8_t *to)
{
	struct nego *const ng = &hs->work->nego;
	struct wr_mark body;
	struct wr w;

	(void)m;
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_SCHEMES, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES));

	if (!sneck__ask_settled(hs, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES))
		sneck__auth_schemes(ng);
	sneck__flight_begin(hs, &w);
	wr_u8(&w, HT_CERTIFICATE_REQUEST);
	body = wr_open(&w, 3);
	wr_u8(&w, 0);
	sneck__ext_write(ng, IN_CR, &w);
	wr_close(&w, body);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_HANDSHAKE));
	hs->work->cert_asked = true;
	*to = S13_SEND_CERT;
	return SNECK_OK;
}

enum sneck_rc sneck__server13_send_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__flight_certificate(hs));
	*to = S13_SEND_CV;
	return SNECK_OK;
}

enum sneck_rc sneck__server13_send_certificate_verify(struct hs *hs, const struct hs_msg *m,
						      uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth_sign(hs));
	*to = S13_SEND_FINISHED;
	return SNECK_OK;
}

enum sneck_rc sneck__server13_on_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__peer_certificate(hs, m));
	*to = hs->work->evidence.none_sent ? S13_WAIT_FINISHED : S13_WAIT_CV;
	return SNECK_OK;
}

enum sneck_rc sneck__server13_on_certificate_verify(struct hs *hs, const struct hs_msg *m,
						    uint8_t *to)
{
	*to = S13_WAIT_FINISHED;
	return sneck__peer_certificate_verify(hs, m);
}
