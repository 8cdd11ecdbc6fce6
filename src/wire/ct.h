/* SPDX-License-Identifier: MIT */
/* ct.h: what may touch secrets: compare and wipe. */
#ifndef SNECK_WIRE_CT_H
#define SNECK_WIRE_CT_H

#include <stdbool.h>

#include <sneck/base.h>

/* Whether n bytes are equal, in time that depends on n only. */
bool sneck__ct_eq(const void *a, const void *b, size_t n);

/* Zeroes n bytes in a way that no optimiser removes. */
void sneck__ct_wipe(void *p, size_t n);

#endif
