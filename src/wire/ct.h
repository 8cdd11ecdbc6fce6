/* SPDX-License-Identifier: MIT */
/* ct.h: what may touch secrets: compare and wipe; and marks, which tell valgrind what is a secret,
 * in a build for that alone (cmake/ct.cmake), and are nothing in all others. */
#ifndef SNECK_WIRE_CT_H
#define SNECK_WIRE_CT_H

#include <stdbool.h>

#include <sneck/base.h>

/* Whether n bytes are equal, in time that depends on n only. */
bool sneck__ct_eq(const void *a, const void *b, size_t n);

/* Zeroes n bytes in a way that no optimiser removes. */
void sneck__ct_wipe(void *p, size_t n);

/* From now on no branch and no address may depend on these n bytes, nor on what is made of them; or
 * it may again, and the line that says so says why. */
#ifdef SNECK_CT_MARKS
#include <valgrind/memcheck.h>

static inline void ct_secret(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static inline void ct_public(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_DEFINED(p, n);
}
#else
static inline void ct_secret(const void *p, size_t n)
{
	(void)p;
	(void)n;
}

static inline void ct_public(const void *p, size_t n)
{
	(void)p;
	(void)n;
}
#endif

#endif
