/* SPDX-License-Identifier: MIT */
/* ct.c: comparing and wiping secrets. The empty asm statements are value barriers: the compiler has
 * to assume that they change, or read, what is named, so it can neither leave the loop early nor
 * drop a store. */
#include "ct.h"

bool sneck__ct_eq(const void *a, const void *b, size_t n)
{
	const uint8_t *const x = a;
	const uint8_t *const y = b;
	uint32_t diff = 0;

	for (size_t i = 0; i < n; i++) {
		diff |= (uint32_t)(x[i] ^ y[i]);
		__asm__ volatile("" : "+r"(diff));
	}
	ct_public(&diff, sizeof diff); /* the answer: of a Finished, a binder, a cookie */
	return diff == 0;
}

void sneck__ct_wipe(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}
