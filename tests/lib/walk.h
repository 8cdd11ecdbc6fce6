/* SPDX-License-Identifier: MIT */
/* walk.h: random calls on two connections, over random configs: retries, limits, padding,
 * KeyUpdates, small keys, sessions, early data. Whatever is called, sizes are exact, and what
 * arrives is what was sent. Where the randomness comes from is the caller's. */
#ifndef TESTS_LIB_WALK_H
#define TESTS_LIB_WALK_H

#include "lib/resume.h"

extern struct pair walk_pair;
extern size_t walk_sent[2]; /* plaintext, of client and server */
extern bool walk_ended;	    /* somebody has closed, or given up */

/* dice(n): less than n. */
void walk_start(size_t (*dice)(size_t n), uint64_t seed);
void walk_call(void);
void walk_arrived(void);

#endif
