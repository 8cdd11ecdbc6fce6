/* SPDX-License-Identifier: MIT */
/* cert12.h: Certificate, CertificateRequest, CertificateStatus and NewSessionTicket as TLS 1.2 has
 * them. RFC 5246, 7.4.2, 7.4.4; RFC 6066, 8; RFC 5077, 3.3. Writers write the message header too.
 */
#ifndef SNECK_MSG_CERT12_H
#define SNECK_MSG_CERT12_H

#include "cert.h"

#define STATUS12_HEAD 8u /* bytes of a CertificateStatus in front of its response */

struct certificate_request12 {
	struct sneck_span types;   /* ClientCertificateType, one byte each */
	struct sneck_span schemes; /* two bytes each */
	struct sneck_span cas;	   /* DistinguishedName list, without its length */
};

/* One of ours. */
struct own_request12 {
	struct sneck_span types;
	const uint16_t *schemes;
	size_t n_schemes, n_cas;
	const struct sneck_span *cas;
};

struct new_session_ticket12 {
	uint32_t lifetime_s; /* a hint; 0: not said */
	struct sneck_span ticket;
};

/* As sneck__certificate_read() and sneck__certificate_at(): there is neither a context nor an
 * extension. */
SNECK_MUST_CHECK enum sneck_rc sneck__certificate12_read(struct certificate *c,
							 struct sneck_span body);
/* RFC 7250, 3: the message is a raw key alone, or says that there is none. */
SNECK_MUST_CHECK enum sneck_rc sneck__raw_key12_read(struct certificate *c, struct sneck_span body);
struct sneck_cert_entry sneck__certificate12_at(struct sneck_span list, uint32_t i);

SNECK_MUST_CHECK enum sneck_rc sneck__certificate_request12_read(struct certificate_request12 *cr,
								 struct sneck_span body);
/* SNECK_E_ILLEGAL for a status that is not one of OCSP. */
SNECK_MUST_CHECK enum sneck_rc sneck__certificate_status_read(struct sneck_span *ocsp,
							      struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__new_session_ticket12_read(struct new_session_ticket12 *t,
								struct sneck_span body);

/* What stands in front of the list, and in front of each certificate of it. */
void sneck__certificate12_write_head(struct wr *w, const struct sneck_span *chain, size_t n);
/* and in front of the only entry that a raw key is */
void sneck__raw_key12_write_head(struct wr *w, size_t len);
void sneck__certificate12_write_entry(struct wr *w, size_t der_len);

void sneck__certificate_request12_write(struct wr *w, const struct own_request12 *cr);
/* In front of the response itself, which is sent from where it lies. */
void sneck__certificate_status_write_head(struct wr *w, size_t ocsp_len);
void sneck__new_session_ticket12_write(struct wr *w, const struct new_session_ticket12 *t);

#endif
