/* SPDX-License-Identifier: MIT */
/* finish.h: CertificateVerify, Finished, KeyUpdate, NewSessionTicket, CertificateRequest,
 * EndOfEarlyData. RFC 9846, 4.5.2, 4.5.3, 4.7.3, 4.7.1, 4.4.2, 4.6. Writers write the
 * message header too. */
#ifndef SNECK_MSG_FINISH_H
#define SNECK_MSG_FINISH_H

#include <sneck/base.h>

#include "../wire/wr.h"

struct certificate_verify {
	uint16_t scheme;
	struct sneck_span signature;
};

struct new_session_ticket {
	uint32_t lifetime_s, age_add;
	struct sneck_span nonce, ticket, extensions;
};

enum key_update_request { KU_NOT_REQUESTED = 0, KU_REQUESTED = 1 };

SNECK_MUST_CHECK enum sneck_rc sneck__certificate_verify_read(struct certificate_verify *cv,
							      struct sneck_span body);
/* len is what the suite's hash says; another length is SNECK_E_DECODE. */
SNECK_MUST_CHECK enum sneck_rc sneck__finished_read(struct sneck_span *verify_data, size_t len,
						    struct sneck_span body);
/* SNECK_E_ILLEGAL for a request that is neither 0 nor 1. */
SNECK_MUST_CHECK enum sneck_rc sneck__key_update_read(uint8_t *request, struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__new_session_ticket_read(struct new_session_ticket *t,
							      struct sneck_span body);

SNECK_MUST_CHECK enum sneck_rc sneck__end_of_early_data_read(struct sneck_span body);

/* context: certificate_request_context; extensions without their length. */
SNECK_MUST_CHECK enum sneck_rc sneck__certificate_request_read(struct sneck_span *context,
							       struct sneck_span *extensions,
							       struct sneck_span body);

void sneck__end_of_early_data_write(struct wr *w);
/* Header and fields up to the ticket, which is the caller's, and so are the extensions; *body is
 * the message's length, to be closed. */
void sneck__new_session_ticket_write(struct wr *w, uint32_t lifetime_s, uint32_t age_add,
				     struct sneck_span nonce, struct wr_mark *body);
void sneck__certificate_verify_write(struct wr *w, const struct certificate_verify *cv);
void sneck__finished_write(struct wr *w, struct sneck_span verify_data);
void sneck__key_update_write(struct wr *w, uint8_t request);

#endif
