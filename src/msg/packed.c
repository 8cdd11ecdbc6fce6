/* SPDX-License-Identifier: MIT */
/* packed.c: the CompressedCertificate message, read and written. RFC 8879, 4. Who unpacks is hs/'s
 * business. */
#include "packed.h"

#include "../wire/rd.h"
#include "types.h"

/* struct {
 *     CertificateCompressionAlgorithm algorithm;
 *     uint24 uncompressed_length;
 *     opaque compressed_certificate_message<1..2^24-1>;
 * } CompressedCertificate;
 */
enum sneck_rc sneck__compressed_certificate_read(struct compressed_certificate *c,
						 struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	c->algorithm = rd_u16(&r);
	c->length = rd_uint(&r, 3);
	c->packed = rd_vec(&r, 3, 1, 0xffffff);
	return rd_end(&r);
}

void sneck__compressed_certificate_write_head(struct wr *w, const struct compressed_certificate *c)
{
	const size_t len = c->packed.len + 8u;

	if (len > 0xffffff)
		w->bad = true;
	wr_u8(w, HT_COMPRESSED_CERTIFICATE);
	wr_uint(w, 3, (uint32_t)len);
	wr_u16(w, c->algorithm);
	wr_uint(w, 3, c->length);
	wr_uint(w, 3, (uint32_t)c->packed.len);
}
