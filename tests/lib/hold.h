/* SPDX-License-Identifier: MIT */
/* hold.h: stops a pair at a question, which is then not answered, and sees that a call changes
 * nothing. */
#ifndef TESTS_LIB_HOLD_H
#define TESTS_LIB_HOLD_H

#include "lib/pair.h"

/* Runs until e is shown this state; false: it never is. The state stays unanswered. */
bool hold_at(struct end *e, struct end *peer, int state);

/* Between the two, connection and scratch of e may not change but for the sentence. */
void hold_freeze(const struct end *e);
void hold_same(const struct end *e, const char *what);

#endif
