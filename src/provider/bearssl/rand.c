/* SPDX-License-Identifier: MIT */
/* rand.c: random bytes of the kernel, for hosted builds; every call goes there, so that neither
 * threads nor fork matter. Freestanding builds have rand_none.c in place of this file. */
#include <errno.h>
#include <sys/random.h>

#include "bearssl.h"

enum sneck_rc sneck__bear_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	for (size_t at = 0; at < len;) {
		const ssize_t n = getrandom(out + at, len - at, 0);

		if (n < 0 && errno != EINTR) {
			bear_wipe(out, len);
			return SNECK_E_RANDOM;
		}
		at += n > 0 ? (size_t)n : 0;
	}
	return SNECK_OK;
}
