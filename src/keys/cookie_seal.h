/* SPDX-License-Identifier: MIT */
/* cookie_seal.h: what a HelloRetryRequest has to remember, as a cookie that the client keeps for
 * us. RFC 9846, 4.3.2. Pure functions of their arguments: nothing is kept here. */
#ifndef SNECK_KEYS_COOKIE_SEAL_H
#define SNECK_KEYS_COOKIE_SEAL_H

#include <sneck/crypto.h>

#include "../bounds.h"

struct cookie {
	uint16_t suite, group;	   /* group 0: the cookie was all that the retry was for */
	uint8_t keyed;		   /* 1: a pre-shared key was chosen */
	uint8_t summary[32];	   /* of what a second ClientHello may not change */
	uint8_t hello[BOUND_HASH]; /* digest of the first, hello_len bytes */
	uint8_t hello_len;
};

#define COOKIE_MAX (2u + 2u + 1u + 32u + 1u + BOUND_HASH + 32u)

/* secret: 32 bytes of ours. sha256 makes the MAC. *len: bytes of out that were used. */
SNECK_MUST_CHECK enum sneck_rc sneck__cookie_seal(uint8_t out[COOKIE_MAX], size_t *len,
						  const struct sneck_hash *sha256,
						  struct sneck_span secret,
						  const struct cookie *cookie);

/* SNECK_E_ILLEGAL for a cookie that is not ours. */
SNECK_MUST_CHECK enum sneck_rc sneck__cookie_open(struct cookie *cookie,
						  const struct sneck_hash *sha256,
						  struct sneck_span secret,
						  struct sneck_span sealed);

#endif
