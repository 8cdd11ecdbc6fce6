/* SPDX-License-Identifier: MIT */
/* quic.h: two connections in external mode, and what a QUIC stack around each of them does: bytes
 * by level, keys as they come, in order. */
#ifndef TESTS_LIB_QUIC_H
#define TESTS_LIB_QUIC_H

#include "lib/pair.h"

#define QUIC_LEVELS 4
#define QUIC_ROOM   20000u

/* What a QUIC stack keeps of one end. */
struct quic_stack {
	struct end *e;
	struct sneck_quic quic;
	uint8_t peer[64];
	uint8_t in_mem[QUIC_LEVELS][QUIC_ROOM];
	struct sneck_in in[QUIC_LEVELS];
	uint8_t sent[QUIC_LEVELS][QUIC_ROOM]; /* CRYPTO bytes of a level */
	size_t n_sent[QUIC_LEVELS], n_got[QUIC_LEVELS];
	uint8_t secret[QUIC_LEVELS][2][48];
	size_t secret_len[QUIC_LEVELS][2];
	int level; /* that is received */
	size_t done;
	uint32_t flags; /* for sneck_encode() */
};

extern struct pair quic_pair;
extern struct quic_stack quic_client, quic_server;

/* Configs that work; then connections in QUIC's mode. */
void quic_ready(void);
void quic_start(void);
/* One sneck_ext_process() and what follows from it; until only the peer can help. */
int quic_step(struct quic_stack *s);
int quic_run(struct quic_stack *s);
void quic_take_keys(struct quic_stack *s);
/* Up to n bytes of the level that is received. Returns: whether there were any. */
bool quic_deliver(struct quic_stack *from, struct quic_stack *to, size_t n);
/* A handshake in chunks, and that it is over with secrets and parameters alike. */
void quic_shake(size_t chunk);
void quic_done(void);

#endif
