/* SPDX-License-Identifier: MIT */
/* resume.h: a pair whose server issues tickets, and the steps from one connection to the next. */
#ifndef TESTS_LIB_RESUME_H
#define TESTS_LIB_RESUME_H

#include "lib/pair.h"

#define RESUME_NOW UINT64_C(1700000000000) /* the clock that pair_start() gives */

/* Whether this build resumes as the configs of a pair have it, by psk_dhe_ke. What follows skips
 * the test where it does not. */
bool resume_can(bool early);
/* Pairs are of TLS 1.2, though the client would rather speak 1.3. */
extern bool resume_old;

/* A pair whose server has a ring, and whose client wants tickets. */
void resume_init(struct pair *p, uint64_t seed);
/* With libcrypto instead of the provider that hides nothing, and a pre-shared key instead of
 * certificates: a record under another key is one that does not authenticate. */
void resume_real(struct pair *p);
/* The same behind a full handshake: its first ticket waits to be resumed, and the configs may still
 * be changed before resume_start(). */
void resume_ticket(struct pair *p, uint64_t seed);
/* As resume_ticket(), with tags that depend on keys; certificates stay transparent. */
void resume_keyed(struct pair *p);
void resume_keyed_ticket(struct pair *p, uint64_t seed);
/* As resume_ticket(), with the last ticket of the connection that p was. */
void resume_next(struct pair *p, uint64_t seed);
/* As resume_ticket(), with the same session each time. early: early data is said, and accepted. */
void resume_same(struct pair *p, bool early);
/* The server allows so much early data, and is asked whether it takes it; the client says some. */
void resume_allow(struct pair *p, uint32_t max);
void resume_say(struct pair *p, const char *words);
/* Makes the connections; the session of resume_ticket() is offered unless p->client.resume says
 * otherwise. */
void resume_start(struct pair *p);
/* Runs, and expects that both are connected, resumed as the facts say. */
void resume_expect(struct pair *p, int resumed);

/* Answers NEEDS_PSK with the session that the ring's key finds in the first identity, or with none.
 * Returns: whether there was one. */
bool resume_answer(struct end *e);

/* Opens the ticket that is going to be offered, lets its session be changed, and seals it again:
 * what nobody but the server can do. */
struct session;
void resume_forge(struct pair *p, void (*change)(struct session *server));

extern struct sneck_ticket_ring resume_ring;
extern uint8_t resume_session[2048]; /* the session that resume_ticket() and resume_next() keep */
extern size_t resume_session_len;

#endif
