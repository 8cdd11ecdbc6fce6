/* SPDX-License-Identifier: MIT */
/* bench.h: what the measuring programs share: a clock, medians, identities, and two TLS libraries
 * behind one table of functions, so that both do the same work in the same loop.
 *
 * Both parties live in one thread, with a wire in memory each way. libssl has the wire behind a
 * BIO, which copies bytes to and from it; sneck is lent the wire itself, because a program with a
 * socket would lend it the memory that the system call fills or sends. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sneck/sneck.h>
#include <sneck/pki.h>
#include <sneck/session.h>

#include <openssl/ssl.h>

#include "provider/transparent/transparent.h"

#define BENCH_WIRE  (1u << 19)
#define BENCH_PLAIN 16384u

/* ---- arguments, clock, samples ---- */

/* How long one row may take: --quick is 0.1, --seconds S or BENCH_SECONDS in the environment say
 * it outright. Anything else among the arguments ends the program with a usage line. */
double bench_seconds(int argc, char **argv, double usual);

uint64_t bench_ns(void);

/* Ends the program when something that must work did not. */
void bench_must(bool ok, const char *what);

#define SAMPLES 20000u
struct samples {
	size_t n;
	double v[SAMPLES];
};

void sample(struct samples *s, double v); /* when full, the oldest are overwritten */
double median(struct samples *s);	  /* sorts */

/* ---- what is agreed ---- */

#define BENCH_EARLY 100u

enum key_kind { KEY_ECDSA, KEY_RSA };

/* An authority, a leaf for "localhost" under it, and what both libraries make of them. One suite,
 * X25519 (P-256 is named besides in TLS 1.2, where a certificate's curve has to be), the suite's
 * version only, no tickets; the client verifies the chain and the name. */
struct setup {
	struct sneck_pki_key *ca_key, *key;
	struct sneck_pki_chain *ca, *chain;
	struct sneck_pki_trust *trust;
	struct sneck_credential credential;
	const struct sneck_credential *credentials[1];
	uint16_t suite, groups[2];
	bool old; /* TLS 1.2 */
	struct sneck_config config[2];
	SSL_CTX *ctx[2];
	/* what is resumed, once setup_resume() was called */
	struct sneck_ticket_ring ring;
	uint8_t session[2048];
	size_t session_len;
	SSL_SESSION *ssl_session;
	bool early; /* the client says BENCH_EARLY bytes before the handshake */
	/* for the core without libcrypto */
	struct transparent transparent;
	struct transparent_verifier verifier;
	struct transparent_signer signer;
	uint8_t cert[600];
	struct sneck_span certs[1];
};

void setup_open(struct setup *s, enum key_kind kind, uint16_t suite);
void setup_close(struct setup *s);
/* One ticket behind each handshake from now on, and a session of each library, with which every
 * client comes back; early: with early data. */
void setup_resume(struct setup *s, bool early);
void setup_forget(struct setup *s); /* new trust, which has seen no certificate */

/* ---- two libraries ---- */

struct wire {
	uint8_t *base; /* BENCH_WIRE bytes */
	size_t head, len;
};

struct party; /* one end of a connection */

struct stack {
	const char *name;
	struct party *(*open)(struct setup *s, int role, struct wire *in, struct wire *out);
	/* The handshake, until it is done or needs the peer. Returns: it is done. */
	bool (*shake)(struct party *p);
	/* count records of len bytes each. */
	void (*send)(struct party *p, const uint8_t *data, size_t len, size_t count);
	/* All that is on the wire. Returns: bytes of plaintext. */
	size_t (*recv)(struct party *p);
	void (*close)(struct party *p);
};

extern const struct stack stack_sneck, stack_libssl;
/* Of stack_sneck: what lies behind it. */
struct sneck_conn *party_open(struct party *p, struct sneck_in **in, struct sneck_out **out);
extern const struct stack stack_core; /* sneck on the transparent provider */

/* ---- a pair ---- */

struct pair {
	const struct stack *stack;
	struct wire wire[2]; /* [role]: what that role receives */
	struct party *end[2];
};

void pair_open(struct pair *p, const struct stack *stack, struct setup *s);
/* Handshake to its end. ns, may be NULL: nanoseconds that each role took are added. */
void pair_shake(struct pair *p, uint64_t ns[2]);
void pair_close(struct pair *p);

#endif
