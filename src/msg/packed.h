/* SPDX-License-Identifier: MIT */
/* packed.h: the CompressedCertificate message. RFC 8879, 4. */
#ifndef SNECK_MSG_PACKED_H
#define SNECK_MSG_PACKED_H

#include <sneck/base.h>

#include "../wire/wr.h"

struct compressed_certificate {
	uint16_t algorithm;
	uint32_t length; /* of the Certificate message that it unpacks to, without its header */
	struct sneck_span packed;
};

SNECK_MUST_CHECK enum sneck_rc sneck__compressed_certificate_read(struct compressed_certificate *c,
								  struct sneck_span body);
/* What stands in front of the packed bytes, message header included; of c->packed only the length
 * counts. */
void sneck__compressed_certificate_write_head(struct wr *w, const struct compressed_certificate *c);

#endif
