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

/* Entry i of a list that was read before; empty spans when i is out of range. What is stapled to it
 * is what ext/ has found well formed; of what is not, nothing is given. */
struct sneck_cert_entry sneck__certificate_at(struct sneck_span list, uint32_t i);
struct sneck_span sneck__certificate_extensions_at(struct sneck_span list, uint32_t i);

/* A chain of ours, and what is stapled to its leaf. The message is sent from where they lie. */
struct own_chain {
	const struct sneck_span *certs;
	size_t n;
	struct sneck_span ocsp, scts; /* empty: not sent */
};

/* The length of the message, and what stands between the bytes that lie elsewhere: head, then for
 * each certificate entry, its DER, entry_end; behind the first one's entry_end, when they are not
 * empty, ocsp_head, the response, scts_head, the list. Message header included. */
size_t sneck__certificate_size(const struct own_chain *c);
void sneck__certificate_write_head(struct wr *w, const struct own_chain *c);
void sneck__certificate_write_entry(struct wr *w, size_t der_len);
void sneck__certificate_write_entry_end(struct wr *w, const struct own_chain *c, size_t i);
void sneck__certificate_write_ocsp_head(struct wr *w, size_t len);
void sneck__certificate_write_scts_head(struct wr *w, size_t len);

#endif
