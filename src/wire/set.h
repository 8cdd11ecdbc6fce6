/* SPDX-License-Identifier: MIT */
/* set.h: small sets of small numbers as bits. */
#ifndef SNECK_WIRE_SET_H
#define SNECK_WIRE_SET_H

#include <stdbool.h>
#include <stdint.h>

#define SET(x) (UINT32_C(1) << (x)) /* x below 32 */

static inline bool set_has(uint32_t set, unsigned x)
{
	return x < 32 && (set >> x & 1u) != 0;
}

#endif
