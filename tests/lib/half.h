/* SPDX-License-Identifier: MIT */
/* half.h: one direction of a record layer with a real cipher, for tests. */
#ifndef TESTS_LIB_HALF_H
#define TESTS_LIB_HALF_H

#include "rec/rec.h"

struct half {
	_Alignas(SNECK_ALIGN) uint8_t ctx[1024];
	struct rec_half h;
};

/* AEAD id under this key and mask, from the provider on libcrypto. */
void half_key(struct half *x, uint16_t id, const uint8_t *key, const uint8_t *iv, int dir);

/* Key and mask of RFC 8448, section 3, named as in tests/vec/: "client_ap". */
void half_rfc8448(struct half *x, const char *secret, int dir);

/* A record around any inner plaintext, type and padding included; the number goes on. Not
 * sneck__rec_seal(), which makes none of the bad ones. Returns: the length of the body. */
size_t half_seal_inner(struct half *x, uint8_t *rec, const uint8_t *inner, size_t len);

void half_wipe(struct half *x);

#endif
