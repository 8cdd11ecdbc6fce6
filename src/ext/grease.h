/* SPDX-License-Identifier: MIT */
/* grease.h: values that mean nothing, for what we offer. RFC 8701. Nothing is written and nothing
 * moves unless config.grease says so. */
#ifndef SNECK_EXT_GREASE_H
#define SNECK_EXT_GREASE_H

#include "../wire/wr.h"
#include "nego.h"

/* Draws the values; before a ClientHello is written, and once one was read. */
SNECK_MUST_CHECK enum sneck_rc sneck__grease_begin(struct nego *ng);

/* RFC 8701, 2: of extensions, and the like, out of a random byte. */
static inline uint16_t grease_of(uint8_t random)
{
	return (uint16_t)(0x0a0au + 0x1010u * (random & 15u));
}

uint16_t sneck__grease_value(const struct nego *ng, enum grease what);
void sneck__grease_write(const struct nego *ng, enum grease what, struct wr *w);
void sneck__grease_extension(const struct nego *ng, enum grease what, struct wr *w);

/* Puts n rows, at most GREASE_ROWS, into this handshake's order. */
void sneck__grease_shuffle(const struct nego *ng, uint8_t *rows, unsigned n);

#endif
