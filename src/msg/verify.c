/* SPDX-License-Identifier: MIT */
/* verify.c: CertificateVerify and CertificateRequest. RFC 9846, 4.5.2, 4.4.2. */
#include "finish.h"

#include "../wire/rd.h"
#include "types.h"

/* struct {
 *     SignatureScheme algorithm;
 *     opaque signature<0..2^16-1>;
 * } CertificateVerify;
 */
enum sneck_rc sneck__certificate_verify_read(struct certificate_verify *cv, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	cv->scheme = rd_u16(&r);
	cv->signature = rd_vec(&r, 2, 0, 65535);
	return rd_end(&r);
}

void sneck__certificate_verify_write(struct wr *w, const struct certificate_verify *cv)
{
	struct wr_mark m;

	wr_u8(w, HT_CERTIFICATE_VERIFY);
	m = wr_open(w, 3);
	wr_u16(w, cv->scheme);
	wr_vec(w, 2, cv->signature);
	wr_close(w, m);
}

/* struct {
 *     opaque certificate_request_context<0..2^8-1>;
 *     Extension extensions<0..2^16-1>;
 * } CertificateRequest;
 */
enum sneck_rc sneck__certificate_request_read(struct sneck_span *context,
					      struct sneck_span *extensions, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*context = rd_vec(&r, 1, 0, 255);
	*extensions = rd_vec(&r, 2, 0, 65535);
	return rd_end(&r);
}
