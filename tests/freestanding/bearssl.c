/* SPDX-License-Identifier: MIT */
/* The floor of the core with the BearSSL provider: floor.c, and what the compiler puts in where a
 * distribution builds BearSSL with -D_FORTIFY_SOURCE and -fstack-protector. A BearSSL built for a
 * machine without a C library wants none of these. */
#include <sneck/crypto.h>

void *__memcpy_chk(void *dst, const void *src, size_t len, size_t room);
void *__memmove_chk(void *dst, const void *src, size_t len, size_t room);
void *__memset_chk(void *dst, int byte, size_t len, size_t room);
void __stack_chk_fail(void);

void *__memcpy_chk(void *dst, const void *src, size_t len, size_t room)
{
	return len <= room ? memcpy(dst, src, len) : NULL;
}

void *__memmove_chk(void *dst, const void *src, size_t len, size_t room)
{
	return len <= room ? memmove(dst, src, len) : NULL;
}

void *__memset_chk(void *dst, int byte, size_t len, size_t room)
{
	return len <= room ? memset(dst, byte, len) : NULL;
}

void __stack_chk_fail(void)
{
	for (;;)
		;
}
