/* SPDX-License-Identifier: MIT */
/* session.h: what `sneck` keeps from one connection to the next: a client's session in a file, a
 * server's ticket keys, and early data until the handshake behind it is over. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "options.h"

#include <sneck/session.h>
#include <sneck/uv.h>

enum { SESSION_MAX = 65536 + 4096 };

/* Reads a file of at most max bytes into memory that lives on. *data is NULL when there is no such
 * file and it may be absent. Returns 0 or the exit code. */
int session_read_file(const struct options *o, const char *path, size_t max, bool absent,
		      uint8_t **data, size_t *len);

/* connect: the newest ticket goes to the file, which nobody else may read. Returns whether. */
bool session_save(const char *path, const struct sneck_ticket_st *st);

/* serve: fills a config for --tickets, --early-data, --psk. Returns 0 or the exit code. */
int session_serve(const struct options *o, struct sneck_config *cfg);

/* serve: puts early data in front of a handler: it is read when the handshake is over, so a replay,
 * which cannot finish one, is never read at all. */
void session_early(struct sneck_uv_handler *handler);

#endif
