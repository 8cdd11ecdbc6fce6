/* SPDX-License-Identifier: MIT */
/* rand_none.c: what a freestanding build has for random bytes: nothing. Such a program copies the
 * provider and sets random to its own source; one that forgets gets SNECK_E_RANDOM. */
#include "bearssl.h"

enum sneck_rc sneck__bear_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	if (len != 0)
		memset(out, 0, len);
	return SNECK_E_RANDOM;
}
