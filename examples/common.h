/* SPDX-License-Identifier: MIT */
/* common.h: what the examples share and nobody needs to read first: the clock, blocking sockets,
 * and certificates from files. What fails here ends the program with a sentence. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <sneck/pki.h>
#include <sneck/sneck.h>

/* Says what went wrong and ends the program. */
_Noreturn void die(const char *what, const char *why);

/* die() unless rc is SNECK_OK. */
void must(const char *what, enum sneck_rc rc);

uint64_t now_ms(void); /* since 1970 */

/* A connected TCP socket. */
int dial(const char *host, const char *port);

/* A socket that listens on a free port of 127.0.0.1, which is printed. */
int listen_here(void);

/* One connection with all its memory, as client.c spells it out. */
struct stream {
	int fd;
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	_Alignas(SNECK_ALIGN) uint8_t conn_mem[SNECK_CONN_MAX];
	_Alignas(SNECK_ALIGN) uint8_t scratch[SNECK_SCRATCH_MAX];
	uint8_t in_mem[40 * 1024], out_mem[40 * 1024]; /* two records and more */
};

/* A client of the server that is named, or, with NULL, a server. The config must outlive it. */
void stream_begin(struct stream *s, int fd, const struct sneck_config *cfg, const char *server);
void stream_end(struct stream *s);

/* Sends all that waits in `out`; receives once into `in`. Blocking. 0, or -1 when the socket failed
 * or `in` is full. */
int flush(int fd, struct sneck_out *out);
int fill(int fd, struct sneck_in *in);

/* Whom we trust: the certificates of a PEM file, or, with NULL, those the system trusts.
 * Who we are: a PEM file with our chain and one with its key. Both live as long as the program. */
const struct sneck_verifier *trust(const char *ca_file);
const struct sneck_credential *own(const char *chain_file, const char *key_file);

#endif
