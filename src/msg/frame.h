/* SPDX-License-Identifier: MIT */
/* frame.h: handshake messages in a run of bytes. RFC 9846, 4.
 *
 * A message that may be followed by a change of keys must end its record (RFC 9846, 5.1). Whoever
 * installs a read key has to show a struct hs_aligned, which only frame.c can make, and makes only
 * when nothing of another message waits. */
#ifndef SNECK_MSG_FRAME_H
#define SNECK_MSG_FRAME_H

#include <sneck/base.h>

struct hs_aligned; /* incomplete everywhere but in frame.c */

struct hs_msg {
	uint8_t type, level;
	struct sneck_span body;           /* borrowed for this call */
	struct sneck_span raw;            /* header and body: what the transcript takes */
	struct sneck_span next;           /* the message behind it, when conn/ waited for that */
	const struct hs_aligned *aligned; /* NULL: bytes of another message wait behind it */
};

#define FRAME_HEAD 4u

/* Takes the first message of a run. level is the caller's to set. max bounds the body.
 *
 * SNECK_OK; SNECK_WANT_INPUT: *missing more bytes are wanted, 1 at least, exact once the header is
 * there. SNECK_E_TOO_LARGE as soon as the header says so; SNECK_E_UNEXPECTED for a type above
 * HT_WIRE_MAX. */
SNECK_MUST_CHECK enum sneck_rc sneck__frame_next(struct hs_msg *m, struct sneck_span run,
						 uint32_t max, size_t *missing);

/* The ChangeCipherSpec of TLS 1.2 as a message, of which no byte goes into the transcript. */
void sneck__frame_ccs(struct hs_msg *m, struct sneck_span run);

/* The type that the header of a run names; 0 for an empty run. For choosing max. */
uint8_t sneck__frame_type(struct sneck_span run);

#endif
