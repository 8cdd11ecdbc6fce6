/* SPDX-License-Identifier: MIT */
/* hex.h: bytes from hex, and test vectors from files under tests/vec/.
 *
 * A vector file has lines "name = hex"; what is indented goes on the line before; # begins a
 * comment. What is missing, malformed or too long fails the test. */
#ifndef TESTS_LIB_HEX_H
#define TESTS_LIB_HEX_H

#include <sneck/base.h>

/* Bytes of a vector, or of hex: enough for every figure in tests/vec/. */
struct vec {
	uint8_t b[1024];
	size_t len;
};

struct vec hex(const char *text);
struct vec vec_of(const char *file, const char *name);

/* The bytes behind the first skip; v has to live as long as the span. */
struct sneck_span vec_span(const struct vec *v, size_t skip);

#endif
