/* SPDX-License-Identifier: MIT */
/* pair.h: two connections in one process, and a wire between them that a test can cut, watch and
 * edit. Everything is deterministic with the transparent provider. */
#ifndef TESTS_LIB_PAIR_H
#define TESTS_LIB_PAIR_H

#include <sneck/sneck.h>

#include "provider/transparent/transparent.h"

#include "conn/conn.h"

#define PAIR_WIRE (1u << 18)
#define PAIR_HALF (PAIR_WIRE / 2)
#define PAIR_LOG  4096u

/* Bytes on their way from one end to the other, and all that went. */
struct link {
	uint8_t bytes[PAIR_WIRE];
	size_t len, sent; /* appended so far, and delivered of them */
};

/* A string as a span, or the start of one. */
#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1u                                         \
	}

struct edit;

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
	_Alignas(SNECK_ALIGN) uint8_t conn_other[SNECK_CONN_MAX]; /* see `move` */
	size_t in_hi, out_hi;
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	struct sneck_status st;

	/* what the application has got, and a hash of nothing: the bytes themselves */
	size_t n_got; /* at got */
	bool peer_closed;
	int n_done; /* HANDSHAKE_DONE was shown so often */
	uint32_t steps;
	uint8_t seen[PAIR_LOG];	    /* the states, repeated ones once */
	size_t n_seen;
	uint8_t secrets[512];	    /* the key log */
	size_t n_secrets;

	/* the sessions of the tickets that came, the newest last; what was said early */
	uint8_t session[8][2048];
	size_t session_len[8], n_sessions;
	uint8_t early[4096];  /* server: that came early */
	size_t n_early;
	int n_results;        /* EARLY_DATA_RESULT was shown so often */
	struct sneck_early_result_st result;

	/* knobs */
	const void *resume;   /* client: a session to offer, */
	size_t resume_len;
	uint32_t resume_flags;
	const char *say_early; /* and what to say before it is answered */
	int accept_early;     /* server: the answer to NEEDS_EARLY_DATA_DECISION */
	bool rfc_mode;      /* out == NULL and sneck_encode() */
	bool late_scratch;  /* lend it when asked */
	size_t chunk;       /* bytes received at once; 0: all */
	bool exact;         /* receive exactly num_bytes */
	bool poison;        /* move both buffers between calls, overwrite all that is not ours */
	bool move;          /* move the connection between calls, overwrite the old place */
	size_t split[2];    /* cuts of the stream that this end receives; 0: none */
	uint64_t random;    /* not 0: chunks of random sizes */
	int answer;         /* verdicts: 1 at the certificate, 2 at NEEDS_SIGNATURE */
	bool send_nothing;  /* what this end sends stays in its link */
	/* Edits what is sent: gets new bytes, and link_put()s what it likes. */
	void (*edit)(struct end *e, const uint8_t *p, size_t len);
	struct edit *editor;
	uint64_t edited; /* TLS 1.2: protected records that the editor has put */
	size_t nonce12;	 /* and bytes of the nonce in front of each, of the keys it had last */
	/* called with every status; non-zero: the state is dealt with */
	int (*hook)(struct end *e, int state);
	void *user;

	/* large, and not zeroed for a new pair: what they were is of no matter */
	uint8_t in_mem[PAIR_WIRE], out_mem[PAIR_WIRE]; /* two halves: see `poison` */
	uint8_t got[PAIR_WIRE];
	struct link link; /* what this end has sent */
};

struct pair {
	struct end client, server;
	struct sneck_u16s none;
};

/* Not NULL: what pairs stand on from now on, in place of the provider that hides nothing. */
extern const struct sneck_provider *pair_provider;

/* Both ends speak TLS 1.2 at most, and the client would rather speak 1.3; for pair_start(). */
void pair_old(struct pair *p);

/* Fills in both ends: configs that work, connections not made yet. */
void pair_init(struct pair *p, uint64_t seed);
/* The server asks for a certificate, and the client has one. Before pair_start(). */
void pair_client_auth(struct pair *p, uint8_t mode);
/* The client has no share of the one group that the server takes. Before pair_start(). */
void pair_retry(struct pair *p);
/* Both have an external key. Before pair_start(). */
void pair_psk(struct pair *p);
extern const struct sneck_psk pair_key, *const pair_psks[1];
/* The bits of i: no_compat, and both ends in pieces of a byte, in the RFC's mode, with scratch lent
 * late, with memory that is overwritten, with a connection that moves. Before pair_start(). */
void pair_knobs(struct pair *p, unsigned i);
/* The bits of i from the third on: who judges the client's certificate, when, and how it comes. */
void pair_auth_knobs(struct pair *p, unsigned i);
/* What e shows and signs with is of this kind. Before pair_start(). */
void end_identity(struct end *e, enum transparent_kind kind);
/* As many credentials as kinds, at most 4, each with these names and a key of its own. One end at
 * a time has them. Returns: where they are. */
struct sneck_credential *end_credentials(struct end *e, const enum transparent_kind *kinds,
					 size_t n, const char *const *names, size_t n_names);
/* Makes the connections from the configs. */
void pair_start(struct pair *p);
/* And runs them: both are connected, as pair_expect() has it. */
void pair_connect(struct pair *p);
void pair_wipe(struct pair *p);

/* One sneck_process() and what follows from it. Returns: the state. */
int end_step(struct end *e);
/* What the driver would do with the state that is shown: for those that a hook has held. */
void end_answer(struct end *e);
void link_put(struct end *e, const void *p, size_t len);
/* A record as if this end had sent it: what is "protected" hides nothing; its tag has no key. In
 * TLS 1.2 it has a number, too: the next of those that an editor puts, or of the end's own. */
void link_record(struct end *e, bool prot, uint8_t type, const void *p, size_t len);
/* Bytes of the nonce in front of what an end protects in TLS 1.2. */
size_t link_nonce12(struct end *e);
/* A verdict that accepts the leaf of an end. */
struct sneck_verdict end_verdict(const struct end *e);
/* Lets an end run until only its peer can help. Returns: the state it stopped at. */
int end_run(struct end *e);
/* Moves bytes from what one end has to send to what the other has received. */
void wire_move(struct end *from, struct end *to);
/* Runs both until nothing moves any more. */
void pair_run(struct pair *p);
/* Both FAILED, CLOSED or TRAFFIC_TRANSIT, or a step that says what it waits for. */
void pair_pump(struct pair *p);
bool pair_connected(const struct pair *p);
/* Fails with what both say unless they are connected. */
void pair_expect(const struct pair *p);
/* The same; and the first words get through, in each direction. */
void pair_chat(struct pair *p);
struct sneck_facts end_facts(const struct end *e);

void end_write(struct end *e, const void *p, size_t len);
void end_close(struct end *e);
/* Leaves exactly n bytes free in `out`, and a canary behind them; sees that it is whole from there
 * on, in the buffer. */
void end_room(struct end *e, size_t n);
void end_canary(const struct end *e, size_t from);

#endif
