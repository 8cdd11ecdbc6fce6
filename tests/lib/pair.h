/* SPDX-License-Identifier: MIT */
/* pair.h: two connections in one process, and a wire between them that a test can cut, watch and
 * edit. Everything is deterministic with the transparent provider. */
#ifndef TESTS_LIB_PAIR_H
#define TESTS_LIB_PAIR_H

#include <sneck/sneck.h>

#include "provider/transparent/transparent.h"

#define PAIR_WIRE (1u << 20)

/* One end. Its buffers are as large as a test may want; how much is used is up to the knobs. */
struct end {
	int role;
	struct sneck_config cfg;
	struct transparent t;
	struct transparent_verifier v;
	struct transparent_signer signer;
	struct sneck_credential cred;
	const struct sneck_credential *creds[1];
	struct sneck_span chain[2];
	uint8_t certs[2][600];

	_Alignas(SNECK_ALIGN) uint8_t conn_mem[SNECK_CONN_MAX];
	_Alignas(SNECK_ALIGN) uint8_t scratch[SNECK_SCRATCH_MAX];
	uint8_t in_mem[4 * PAIR_WIRE / 16], out_mem[4 * PAIR_WIRE / 16];
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	struct sneck_status st;

	/* what the application has got, and a hash of nothing: the bytes themselves */
	uint8_t got[PAIR_WIRE];
	size_t n_got;
	bool peer_closed;
	int n_done; /* HANDSHAKE_DONE was shown so often */
	uint32_t steps;

	/* knobs */
	bool rfc_mode;      /* out == NULL and sneck_encode() */
	bool late_scratch;  /* lend it when asked */
	size_t chunk;       /* bytes received at once; 0: all */
	bool exact;         /* receive exactly num_bytes */
	bool poison;        /* move and overwrite the buffers between calls */
	/* called with every status; non-zero: the state is dealt with */
	int (*hook)(struct end *e, int state);
	void *user;
};

struct pair {
	struct end client, server;
	struct sneck_u16s none;
};

/* Fills in both ends: configs that work, connections not made yet. */
void pair_init(struct pair *p, uint64_t seed);
/* Makes the connections from the configs. */
void pair_start(struct pair *p);
void pair_wipe(struct pair *p);

/* One sneck_process() and what follows from it. Returns: the state. */
int end_step(struct end *e);
/* Lets an end run until only its peer can help. Returns: the state it stopped at. */
int end_run(struct end *e);
/* Moves bytes from what one end has to send to what the other has received. */
void wire_move(struct end *from, struct end *to);
/* Runs both until nothing moves any more. */
void pair_run(struct pair *p);
bool pair_connected(const struct pair *p);

void end_write(struct end *e, const void *p, size_t len);
void end_close(struct end *e);

#endif
