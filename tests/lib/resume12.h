/* SPDX-License-Identifier: MIT */
/* resume12.h: resume.h for TLS 1.2; the client would rather speak 1.3. */
#ifndef TESTS_LIB_RESUME12_H
#define TESTS_LIB_RESUME12_H

#include "lib/resume.h"

/* As resume_init(), resume_next() and resume_ticket(). */
void resume12_init(struct pair *p, uint64_t seed);
void resume12_next(struct pair *p, uint64_t seed);
void resume12_ticket(struct pair *p, uint64_t seed);

/* The session that is going to be offered, as its client sees it. */
struct session;
struct session resume12_session(void);
/* Offers it with another ticket, or session id. */
void resume12_with(struct pair *p, const uint8_t *ticket, size_t len);

/* The server's sessions are the application's, by the id that the ServerHello gives out; config of
 * p, in which nothing is connected yet. */
void resume12_ids(struct pair *p);
/* As resume12_ticket(), by such an id: the store has one row. */
void resume12_stored(struct pair *p, uint64_t seed);
extern uint8_t resume12_store[2048], resume12_id[SNECK_SESSION_ID_LEN];
extern size_t resume12_store_len;

/* What both have agreed on is the same, and a word gets through in each direction. */
void resume12_chat(struct pair *p);

#endif
