/* SPDX-License-Identifier: MIT */
/* prop.h: the properties that every reader and every writer has (N1, N2, N3). */
#ifndef TESTS_LIB_PROP_H
#define TESTS_LIB_PROP_H

#include "wire/wr.h"

typedef enum sneck_rc (*prop_read)(struct sneck_span body);
typedef void (*prop_write)(struct wr *w, const void *arg);

#define PROP_NO_PREFIX ((size_t)-1)

/* body parses; every strict prefix is SNECK_E_DECODE, but the one of length also; so is body with
 * any byte behind it. Each attempt lies in memory of its exact size. */
void prop_prefix(prop_read read, struct sneck_span body, size_t also);

/* The number of width bytes at at, a length field of body: every other value of 0, one less, one
 * more and all ones is SNECK_E_DECODE. */
void prop_length(prop_read read, struct sneck_span body, size_t at, size_t width);

/* Every byte in every value: the answer is SNECK_OK, SNECK_E_DECODE or SNECK_E_ILLEGAL. */
void prop_flip(prop_read read, struct sneck_span body);

/* write gives want; with less room wr_end() is SNECK_WANT_SPACE, the length is the same, and
 * nothing behind the room is touched. */
void prop_space(prop_write write, const void *arg, struct sneck_span want);

#endif
