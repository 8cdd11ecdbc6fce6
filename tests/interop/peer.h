/* SPDX-License-Identifier: MIT */
/* peer.h: what a peer in C is made of: peer_main.c with the command line of peer.py and the pipes,
 * and one of peer_mbedtls.c, peer_wolfssl.c, peer_bearssl.c with a TLS library behind these calls.
 * peers.py compiles them when the library is installed. */
#ifndef INTEROP_PEER_H
#define INTEROP_PEER_H

#include <stdbool.h>
#include <stddef.h>

enum { BUFFER = 16384 };

struct settings {
	bool server, ask, must, only12, only13;
	bool no_tickets;	     /* of a server of TLS 1.2: session ids alone */
	const char *cert, *key, *ca; /* PEM files; NULL: a client shows none, a server has none */
	const char *alpn;	     /* names with commas; empty: none */
	int max_fragment;	     /* of a client; 0: does not ask */
};

/* The library once, from settings that stay. */
void stack_init(const struct settings *s);

/* A handshake over a connected socket that blocks. NULL: it failed, and stderr says how. */
void *stack_open(int fd);

/* What was agreed: NULL for no protocol. */
const char *stack_alpn(void *tls);

/* Bytes moved; 0: the peer has closed; -1: not now, for the socket does not block any more. */
int stack_read(void *tls, unsigned char *to, int max);
int stack_write(void *tls, const unsigned char *from, int n);

/* Keeps the session for the next stack_open(). */
void stack_keep(void *tls);

void stack_close(void *tls);

/* Ends the program with a message, unless ok. */
void must(bool ok, const char *what, long code);

/* The whole file with a zero behind it, which *len does not count. */
unsigned char *slurp(const char *path, size_t *len);

/* The names of s->alpn, at most 4; the pointer behind the last is NULL. */
const char **alpn_names(const struct settings *s);

#endif
