/* SPDX-License-Identifier: MIT */
/* grease.h: values that mean nothing, for what we offer. RFC 8701. Nothing is written and nothing
 * moves unless config.grease says so. */
#ifndef SNECK_EXT_GREASE_H
#define SNECK_EXT_GREASE_H

#include "../wire/wr.h"
#include "nego.h"

/* Draws the values; before a ClientHello is written, and once one was read. */
SNECK_MUST_CHECK enum sneck_rc sneck__grease_begin(struct nego *ng);

uint16_t sneck__grease_value(const struct nego *ng, enum grease what);
void sneck__grease_write(const struct nego *ng, enum grease what, struct wr *w);
void sneck__grease_extension(const struct nego *ng, enum grease what, struct wr *w);

/* Puts n rows, at most GREASE_ROWS, into this handshake's order. */
void sneck__grease_shuffle(const struct nego *ng, uint8_t *rows, unsigned n);

#endif
