/* SPDX-License-Identifier: MIT */
/* cert.h: the Certificate message. RFC 9846, 4.5.1. */
#ifndef SNECK_MSG_CERT_H
#define SNECK_MSG_CERT_H

#include <sneck/crypto.h>

#include "../wire/rd.h"
#include "../wire/wr.h"

struct certificate {
	struct sneck_span context; /* certificate_request_context */
	struct sneck_span list;    /* certificate_list, without its length */
	uint32_t n;                /* entries in it */
};

/* Reads a whole message, every entry included: its list can then be walked without failure.
 * SNECK_OK; SNECK_E_DECODE. */
SNECK_MUST_CHECK enum sneck_rc sneck__certificate_read(struct certificate *c,
						       struct sneck_span body);

/* Entry i of a list that was read before; empty spans when i is out of range. */
struct sneck_cert_entry sneck__certificate_at(struct sneck_span list, uint32_t i);

/* What stands in front of, and behind, the DER bytes of a certificate of ours: the message is sent
 * from where the certificates lie. Message header included. body is the length that the message
 * will have: sneck__certificate_size(). */
size_t sneck__certificate_size(const struct sneck_span *chain, size_t n);
void sneck__certificate_write_head(struct wr *w, const struct sneck_span *chain, size_t n);
void sneck__certificate_write_entry(struct wr *w, size_t der_len);
void sneck__certificate_write_tail(struct wr *w); /* no extensions */

#endif
