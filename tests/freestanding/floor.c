/* SPDX-License-Identifier: MIT */
/* The floor of the core: with no C library at all, it links with these four functions and nothing
 * else. All objects of the core are in the link, so one call of any other function by any of them
 * makes it fail. The program is never run; `floor` only gives the linker an entry. */
#include <sneck/sneck.h>

void *memcpy(void *dst, const void *src, size_t len)
{
	return memmove(dst, src, len);
}

void *memmove(void *dst, const void *src, size_t len)
{
	const uint8_t *const s = src;
	uint8_t *const d = dst;

	if ((uintptr_t)d < (uintptr_t)s)
		for (size_t i = 0; i < len; i++)
			d[i] = s[i];
	else
		for (size_t i = len; i > 0; i--)
			d[i - 1] = s[i - 1];
	return dst;
}

void *memset(void *dst, int byte, size_t len)
{
	uint8_t *const d = dst;

	for (size_t i = 0; i < len; i++)
		d[i] = (uint8_t)byte;
	return dst;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *const x = a, *const y = b;

	for (size_t i = 0; i < len; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

void floor(void);

void floor(void)
{
	volatile uint32_t version = sneck_version();

	(void)version;
}
