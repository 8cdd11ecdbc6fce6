/* SPDX-License-Identifier: MIT */
/* post12.c: what TLS 1.2 can still say behind the handshake, which is that it wants another one.
 * RFC 5246, 7.2.2, 7.4.1.1. It is refused with a warning, once; who asks again is refused for good
 * (L9). Runs without scratch. */
#include "graph.h"

#define NO_RENEGOTIATION 100u

enum sneck_rc sneck__refuse_renegotiation(struct hs *hs, uint8_t *to)
{
	if (hs->refused)
		return SNECK_E_RENEGOTIATION;
	hs->refused = true;
	hs->warning = NO_RENEGOTIATION;
	*to = hs->state;
	return SNECK_OK;
}
