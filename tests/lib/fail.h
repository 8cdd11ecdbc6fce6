/* SPDX-License-Identifier: MIT */
/* fail.h: a pair whose provider fails at its n-th call (N78), and secrets that must be gone then,
 * or later (Z3). The provider is the transparent one. */
#ifndef TESTS_LIB_FAIL_H
#define TESTS_LIB_FAIL_H

#include "lib/pair.h"

/* Runs p, in which nothing has run yet, with call n failing. False: there is no such call. */
bool fail_call(struct pair *p, uint64_t n);
/* Whether the first 15 bytes of a secret are there. */
bool fail_has(const void *mem, size_t len, const void *secret);
/* They are not, in the connection and the scratch of e. */
void fail_gone(const struct end *e, const void *secret, const char *what);

#endif
