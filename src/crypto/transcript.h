/* SPDX-License-Identifier: MIT */
/* transcript.h: the running hash over all handshake messages; RFC 9846, 4.5.1 names it the
 * transcript hash. Lives in the scratch. */
#ifndef SNECK_CRYPTO_TRANSCRIPT_H
#define SNECK_CRYPTO_TRANSCRIPT_H

#include <sneck/crypto.h>

struct transcript {
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX];
	const struct sneck_hash *hash; /* NULL: not begun */
	struct transcript *also; /* the same messages under another hash; NULL: there is none */
};

SNECK_MUST_CHECK enum sneck_rc sneck__transcript_init(struct transcript *t,
						      const struct sneck_hash *hash);
SNECK_MUST_CHECK enum sneck_rc sneck__transcript_add(struct transcript *t, struct sneck_span msg);

/* From here on under another hash, too, to which t has nothing to say yet. `also` is wiped with t.
 */
SNECK_MUST_CHECK enum sneck_rc sneck__transcript_also(struct transcript *t, struct transcript *also,
						      const struct sneck_hash *hash);

/* digest: t->hash->len bytes, of all so far. */
SNECK_MUST_CHECK enum sneck_rc sneck__transcript_peek(const struct transcript *t, uint8_t *digest);
/* The same under the hash of this id. SNECK_E_INTERNAL: it does not run. */
SNECK_MUST_CHECK enum sneck_rc sneck__transcript_peek_as(const struct transcript *t, uint16_t hash,
							 uint8_t *digest, uint8_t *len);

/* Begins again with message_hash in place of a first ClientHello: RFC 9846, 4.5.1. digest is that
 * of the ClientHello, hash->len bytes. */
SNECK_MUST_CHECK enum sneck_rc sneck__transcript_retry(struct transcript *t,
						       const struct sneck_hash *hash,
						       const uint8_t *digest);

/* Accepts one that is all zero. */
void sneck__transcript_wipe(struct transcript *t);

#endif
