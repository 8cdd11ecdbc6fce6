/* SPDX-License-Identifier: MIT */
/* http.h: one HTTP/1.1 connection of `sneck serve`. http_in.c reads requests, http_out.c answers
 * them one after the other. */
#ifndef CLI_HTTP_H
#define CLI_HTTP_H

#include "files.h"

#include <sneck/uv.h>

#include <llhttp.h>
#include <stdbool.h>

struct http;

struct site {
	const char *root;   /* canonical */
	struct http *first; /* all connections */
	bool stopping;	    /* no request after the present one */
};

struct http {
	struct sneck_uv *s;
	struct http *prev, *next;
	llhttp_t parser;
	char agreed[96]; /* for the log */
	/* the request */
	char target[TARGET_MAX];
	size_t target_len, head_len, body_len;
	uint8_t method; /* llhttp's, kept because the parser forgets it */
	char field[5];	/* the name of a header field, as far as it matters */
	size_t field_len;
	bool has_host, keep, began;
	int refused; /* a status that the parser's callbacks found, or 0 */
	/* the answer */
	struct file file;
	uint64_t left, sent, at; /* bytes of the body: to read, written, where in the listing */
	uint8_t *chunk;
	size_t chunk_len;
	bool busy, deaf, ended;
	/* received behind the request that is being answered */
	uint8_t *rest;
	size_t rest_len;
};

/* The handler of a file server, and the site that it serves. */
extern const struct sneck_uv_handler http_handler;
extern struct site http_site;

/* Ends connections that are idle now, and the others behind their present answer. */
void http_stop(void);

/* Answers the request that was read; c->busy until all of the answer is written. */
void http_answer(struct http *c, int refused);
/* Goes on with it. */
void http_pump(struct http *c);
/* Forgets the answer. */
void http_forget(struct http *c);

#endif
