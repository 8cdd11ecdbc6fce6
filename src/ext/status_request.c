/* SPDX-License-Identifier: MIT */
/* status_request.c: status_request. RFC 6066, 8; RFC 9846, 4.5.1.1.
 *
 *   struct {
 *       CertificateStatusType status_type;
 *       select (status_type) {
 *           case ocsp: OCSPStatusRequest;
 *       } request;
 *   } CertificateStatusRequest;
 *   struct {
 *       ResponderID responder_id_list<0..2^16-1>;
 *       Extensions  request_extensions;
 *   } OCSPStatusRequest;
 *   struct {
 *       CertificateStatusType status_type;
 *       select (status_type) {
 *           case ocsp: opaque OCSPResponse<1..2^24-1>;
 *       } response;
 *   } CertificateStatus;
 *
 * A ClientHello asks with the first, a CertificateRequest with nothing at all, a CertificateEntry
 * answers with the last: that is hs/flight.c's to write and msg/cert.c's to hand out. Whether a
 * response is good is for the verifier to say. In TLS 1.2 an empty answer in the ServerHello
 * promises a message of its own, msg/cert12.c's. */
#include "ext.h"

#define OCSP 1u

static bool status_offer(const struct nego *ng, enum ext_in in)
{
	if (in == IN_SH12)
		return nego_ocsp12(ng).len != 0;
	return nego_wants(ng, SNECK_VERIFIER_WANTS_OCSP);
}

static void status_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	(void)ng;
	if (in != IN_CH)
		return;
	wr_u8(w, OCSP);
	wr_u16(w, 0); /* any responder */
	wr_u16(w, 0);
}

/* Of a kind of status that we do not know nothing is known, its syntax included. */
static enum sneck_rc request_read(struct nego *ng, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	if (rd_u8(&r) != OCSP && !r.bad)
		return SNECK_OK;
	(void)rd_vec(&r, 2, 0, 65535);
	(void)rd_vec(&r, 2, 0, 65535);
	SNECK_TRY(rd_end(&r));
	ng->peer_wants |= SNECK_VERIFIER_WANTS_OCSP;
	return SNECK_OK;
}

static enum sneck_rc status_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r;
	uint8_t type;

	if (in == IN_CH)
		return request_read(ng, body);
	if (in == IN_CR) { /* empty, and its presence says all */
		ng->peer_wants |= SNECK_VERIFIER_WANTS_OCSP;
		return SNECK_OK;
	}
	if (in == IN_SH12) {
		ng->status_due = true;
		return body.len == 0 ? SNECK_OK : SNECK_E_DECODE;
	}
	rd_init(&r, body);
	type = rd_u8(&r);
	(void)rd_vec(&r, 3, 1, 0xffffff);
	SNECK_TRY(rd_end(&r));
	return type == OCSP ? SNECK_OK : SNECK_E_ILLEGAL;
}

const struct ext sneck__ext_status_request = {
	.type = EXT_STATUS_REQUEST,
	.allowed = SET(IN_CH) | SET(IN_CR) | SET(IN_CERT) | SET(IN_SH12),
	.offer = status_offer,
	.write = status_write,
	.read = status_read,
};
