/* SPDX-License-Identifier: MIT */
/* edit.h: a man in the middle. It reads the records that an end sends, hands each handshake message
 * and each other record to a hook, and sends on what the hook puts. With the transparent provider
 * "protected" records can be read, changed and tagged anew. */
#ifndef TESTS_LIB_EDIT_H
#define TESTS_LIB_EDIT_H

#include "lib/pair.h"

/* A whole handshake message (type 22), or the content of another record. */
struct unit {
	uint8_t type;
	bool prot; /* comes protected */
	uint8_t data[20000];
	size_t len;
};

struct edit {
	struct end *e;
	void (*on_unit)(struct edit *ed, struct unit *u); /* NULL: edit_put() */
	const void *arg;
	size_t frag;   /* handshake bytes per record; 0: one record per message */
	bool coalesce; /* as many handshake messages in one record as are there */
	unsigned n;    /* units so far */
	bool changed;  /* TLS 1.2: the ChangeCipherSpec went by, so the rest is protected */
	bool done;     /* for the hook */
	unsigned skipped;

	uint8_t raw[20000];
	size_t raw_len;
	struct unit unit, held, kept;
	uint8_t run[20000];
	size_t run_len;
};

/* An on_unit: XORs one byte of the handshake messages of a type. */
struct edit_flip {
	uint8_t type, by;
	size_t at;
	bool hit; /* the message was that long */
};
void edit_flip(struct edit *ed, struct unit *u);

/* An on_unit: keeps the last handshake message of each type below 32. */
void edit_keep(struct edit *ed, struct unit *u);
extern struct unit edit_kept[32];
/* Another: puts what is kept in place of the types whose bits are set in *(const unsigned *)arg. */
void edit_put_kept(struct edit *ed, struct unit *u);

/* Stands between e and its peer from now on. */
void edit_init(struct edit *ed, struct end *e);
void edit_put(struct edit *ed, const struct unit *u);

#endif
