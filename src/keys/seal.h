/* SPDX-License-Identifier: MIT */
/* seal.h: blocks that we give away and want back unread and unchanged: tickets.
 *
 * block:  salt[32]  ciphertext  tag[16]
 *
 * Every block has a key of its own, HKDF-Expand-Label(secret, label, salt), so no nonce has to be
 * counted by those who share the secret. */
#ifndef SNECK_KEYS_SEAL_H
#define SNECK_KEYS_SEAL_H

#include <stdbool.h>

#include <sneck/crypto.h>

#include "../bounds.h"

#define SEAL_SECRET 32u
#define SEAL_SALT   32u
#define SEAL_OVER   (SEAL_SALT + BOUND_TAG)

/* Whether the provider has what sealing needs. */
bool sneck__seal_able(const struct sneck_provider *p);

/* Seals in place: len bytes of plaintext lie at block + SEAL_SALT, with room for the tag behind. */
SNECK_MUST_CHECK enum sneck_rc sneck__seal(const struct sneck_provider *p,
					   const uint8_t secret[SEAL_SECRET], const char *label,
					   struct sneck_span aad, uint8_t *block, size_t len);

/* Opens block to out, block.len - SEAL_OVER bytes. SNECK_E_BAD_MAC for anything that we did not
 * seal with this secret, label and aad; out is zero then. */
SNECK_MUST_CHECK enum sneck_rc sneck__unseal(const struct sneck_provider *p,
					     const uint8_t secret[SEAL_SECRET], const char *label,
					     struct sneck_span aad, struct sneck_span block,
					     uint8_t *out);

#endif
