/* SPDX-License-Identifier: MIT */
/* ways.h: a flow received in every way: in pieces, exactly as long as asked for, into memory that
 * moves. Nothing may depend on that: the same plaintext, the same bytes on the wire, the same
 * secrets. */
#ifndef TESTS_LIB_WAYS_H
#define TESTS_LIB_WAYS_H

#include "lib/pair.h"

#define WAYS_ASK_ALL                                                                               \
	(SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES | SNECK_ASK_MAY_ENCRYPT)

/* The flows of a test, by number. */
struct ways {
	struct pair *p;
	void (*setup)(size_t flow);	       /* what comes before pair_start() */
	void (*talk)(size_t flow, bool whole); /* and all the rest */
};

/* Each way, and twenty random ones. Returns: how many. */
size_t ways_receive(const struct ways *w, size_t flow);
/* Both directions in two at every step-th byte. Returns: how many. */
size_t ways_split(const struct ways *w, size_t flow, size_t step);

/* Two of the ways. */
void ways_exact(struct end *e);
void ways_rfc(struct end *e);

/* Steps of a talk: both connected, once; a word, and in a whole one 40,000 bytes in return; one
 * half closed and then the other, and the pair wiped. */
void ways_connected(const struct pair *p, const char *name);
void ways_say(struct pair *p, bool whole);
void ways_close(struct pair *p);

#endif
