/* SPDX-License-Identifier: MIT */
/* fetch.h: one GET over a TLS stream: the request as text, the answer through llhttp. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "options.h"

#include <llhttp.h>

struct fetch {
	llhttp_t parser;
	int status;  /* 0 before the head of the answer */
	bool done;   /* the answer is whole */
	bool broken; /* it is no HTTP */
	/* Takes a piece of the body; false: stop. */
	bool (*body)(const void *data, size_t len);
};

void fetch_init(struct fetch *f, bool (*body)(const void *data, size_t len));

/* The request, with Connection: close. Returns its length; 0: it does not fit. */
size_t fetch_request(const struct options *o, char *dst, size_t cap);

void fetch_read(struct fetch *f, const void *data, size_t len);

/* The peer has ended, with close_notify. */
void fetch_end(struct fetch *f);

#endif
