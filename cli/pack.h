/* SPDX-License-Identifier: MIT */
/* pack.h: compressed certificates (RFC 8879), where zlib, brotli and zstd were there at build time.
 * Without them, or in a build without certificate compression, pack_none.c knows nothing. */
#ifndef CLI_PACK_H
#define CLI_PACK_H

#include <sneck/config.h>
#include <sneck/conn.h>

enum { PACKINGS = 3 };

/* What can be unpacked, best first; lives as long as the process. */
struct sneck_u16s pack_known(void);

/* A credential's chain in every packing, until pack_free(). Returns: how many there are. */
size_t pack_chain(const struct sneck_credential *credential,
		  struct sneck_packed_chain packed[PACKINGS]);

void pack_free(struct sneck_packed_chain packed[PACKINGS]);

/* Answers SNECK_NEEDS_UNPACKED_CERTIFICATE. Returns: 1; 0: that could not be. */
int pack_answer(struct sneck_conn *conn, const struct sneck_status *st);

#endif
