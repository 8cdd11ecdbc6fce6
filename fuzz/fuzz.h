/* SPDX-License-Identifier: MIT */
/* fuzz.h: a target takes bytes; whoever gives them is libFuzzer or main.c. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes of an input, one after the other. */
struct bytes {
	const uint8_t *p;
	size_t len;
};

/* The next one; 0 behind the last. */
static inline uint8_t bytes_next(struct bytes *b)
{
	if (b->len == 0)
		return 0;
	b->len--;
	return *b->p++;
}

/* The next n, or what is left. */
static inline struct bytes bytes_take(struct bytes *b, size_t n)
{
	const struct bytes taken = { b->p, n < b->len ? n : b->len };

	b->p += taken.len;
	b->len -= taken.len;
	return taken;
}

#endif
