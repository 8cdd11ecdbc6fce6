/* SPDX-License-Identifier: MIT */
/* flow.h: the flows that whatever must hold for all of them is tried on: one name for each kind of
 * handshake, with the configs behind it. */
#ifndef TESTS_LIB_FLOW_H
#define TESTS_LIB_FLOW_H

#include "lib/resume.h"

struct flow {
	const char *name;
	uint16_t suite, group; /* 0: as it comes */
	uint8_t auth;	       /* of the client: enum sneck_client_auth */
	bool empty;	       /* and it has no certificate */
	bool retry, cookie;
	bool resumed, early, refused; /* refused: the early data is */
	bool psk, psk_ke;
	bool raw, packed, rsa, alpn, update;
	uint16_t limit;	  /* RFC 8449, both */
	uint8_t fragment; /* RFC 6066 */
	bool old;	  /* TLS 1.2 */
	bool shut;	  /* not for edit.h: its records carry no nonce */
};

extern const struct flow flows[];
extern const size_t n_flows;

/* Both ends with the configs of a flow, and short certificates; then pair_start(). The same seed
 * makes the same bytes. */
void flow_init(struct pair *p, const struct flow *f, uint64_t seed);

/* What is said once both are connected: data both ways, around KeyUpdates where there are any. */
void flow_talk(struct pair *p, const struct flow *f);
/* And that it has arrived. */
void flow_heard(const struct pair *p);

#endif
