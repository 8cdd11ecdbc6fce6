/* SPDX-License-Identifier: MIT */
/* ticket.h: stateless tickets: a session sealed under a key of the ring. RFC 9846, 4.7.1, C.4.
 *
 *   ticket:  key name[16]  sealed session */
#ifndef SNECK_KEYS_TICKET_H
#define SNECK_KEYS_TICKET_H

#include <sneck/session.h>

#include "seal.h"
#include "session.h"

#define TICKET_NAME 16u
#define TICKET_OVER (TICKET_NAME + SEAL_OVER)
#define TICKET_MAX  (TICKET_OVER + BOUND_SESSION)

/* Whether a key of the ring seals now. */
bool sneck__ticket_sealable(const struct sneck_ticket_ring *ring, uint64_t now_ms);

/* SNECK_WANT_SPACE when cap is too small; SNECK_NOT_NOW when no key seals now. */
SNECK_MUST_CHECK enum sneck_rc sneck__ticket_seal(uint8_t *out, size_t cap, size_t *len,
						  const struct sneck_ticket_ring *ring,
						  const struct sneck_provider *p, uint64_t now_ms,
						  const struct session *s);

#endif
