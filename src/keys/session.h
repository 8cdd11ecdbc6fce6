/* SPDX-License-Identifier: MIT */
/* session.h: what resumes a connection, as a flat block: what a client stores, what a server seals
 * into a ticket or gives to its store. RFC 9846, 4.7.1, 4.3.11. */
#ifndef SNECK_KEYS_SESSION_H
#define SNECK_KEYS_SESSION_H

#include <sneck/base.h>

#include "../bounds.h"

/* Spans borrow the block. */
struct session {
	uint16_t version, suite;
	uint8_t role;           /* whose block it is: enum sneck_role */
	uint8_t flags;          /* SESSION_BY_KEY: what resumption must not change; SESSION_BY_ID */
	uint32_t lifetime_s, age_add;
	uint32_t max_early;     /* bytes of early data; 0: none */
	uint64_t issued_ms;     /* by the clock of whoever's block it is */
	uint64_t valid_until_ms; /* of the peer's chain; 0: not known */
	uint8_t domain[32];     /* policy that it was made under */
	uint8_t leaf_id[32];    /* of the peer; zero: it showed no certificate */
	struct sneck_span secret; /* the pre-shared key; TLS 1.2: the master secret */
	struct sneck_span alpn;   /* may be empty */
	struct sneck_span app_data;
	struct sneck_span ticket; /* client: what to show to the server */
};

/* It began with an external pre-shared key, in place of certificates. */
#define SESSION_BY_KEY 1u
/* TLS 1.2, client: the server knows it by its session id, which stands in place of the ticket. */
#define SESSION_BY_ID 2u

/* Bytes of a block without its four spans. */
#define SESSION_FIXED (4u + 2u + 2u + 1u + 1u + 3u * 4u + 2u * 8u + 64u + 1u + 1u + 2u + 2u)

struct wr;
void sneck__session_write(struct wr *w, const struct session *s);

/* SNECK_E_ARG for bytes that are no session of this revision. */
SNECK_MUST_CHECK enum sneck_rc sneck__session_read(struct session *s, struct sneck_span block);

/* When it ends: by its lifetime, or with the peer's chain. */
uint64_t sneck__session_end(const struct session *s);

#endif
