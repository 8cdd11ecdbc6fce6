/* SPDX-License-Identifier: MIT */
/* exporter.h: keying material for protocols on top. RFC 9846, 7.5. */
#ifndef SNECK_KEYS_EXPORTER_H
#define SNECK_KEYS_EXPORTER_H

#include <sneck/crypto.h>

/* label: up to 249 bytes of text; out_len up to 255 * hash->len. */
SNECK_MUST_CHECK enum sneck_rc sneck__exporter(uint8_t *out, size_t out_len,
					       const struct sneck_hash *hash,
					       const uint8_t *exporter_secret, const char *label,
					       struct sneck_span context);

#endif
