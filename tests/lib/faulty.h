/* SPDX-License-Identifier: MIT */
/* faulty.h: a hash whose n-th call fails (N78). One at a time. */
#ifndef TESTS_LIB_FAULTY_H
#define TESTS_LIB_FAULTY_H

#include <sneck/crypto.h>

/* good calls succeed, all later ones are SNECK_E_CRYPTO and zero their output. */
const struct sneck_hash *faulty_hash(const struct sneck_hash *real, unsigned good);

#endif
