/* SPDX-License-Identifier: MIT */
/* psk.h: external pre-shared keys through the importer of RFC 9258, 5. */
#ifndef SNECK_KEYS_PSK_H
#define SNECK_KEYS_PSK_H

#include <sneck/crypto.h>
#include <sneck/session.h>

#include "../bounds.h"

/* ipsk: as many bytes as the digest of hash. SNECK_E_NO_ALGORITHM when the provider lacks one. */
SNECK_MUST_CHECK enum sneck_rc sneck__psk_import(uint8_t *ipsk, const struct sneck_provider *p,
						 const struct sneck_psk *psk, uint16_t hash);

#endif
