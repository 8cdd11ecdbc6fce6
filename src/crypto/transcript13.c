/* SPDX-License-Identifier: MIT */
/* transcript13.c: what a HelloRetryRequest makes of the transcript: a digest in place of the first
 * ClientHello, so that a server need not keep that. RFC 9846, 4.5.1. */
#include "transcript.h"

enum sneck_rc sneck__transcript_retry(struct transcript *t, const struct sneck_hash *hash,
				      const uint8_t *digest)
{
	const uint8_t head[] = { 254, 0, 0, hash->len };

	SNECK_TRY(sneck__transcript_init(t, hash));
	SNECK_TRY(sneck__transcript_add(t, sneck_span_of(head, sizeof head)));
	return sneck__transcript_add(t, sneck_span_of(digest, hash->len));
}
