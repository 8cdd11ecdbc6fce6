/* SPDX-License-Identifier: MIT */
/* The client's half of HTTP/1.1 for --get (RFC 9112): a request that asks for the connection to be
 * closed, and an answer with a length, in chunks, or up to the end of the connection. Answers of
 * 1xx are passed over. */
#include "fetch.h"

#include <stdio.h>
#include <string.h>

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct fetch *f = parser->data;

	return f->body(at, len) ? 0 : HPE_USER;
}

static int on_complete(llhttp_t *parser)
{
	struct fetch *f = parser->data;

	f->status = parser->status_code;
	if (f->status < 200)
		return 0;
	f->done = true;
	return HPE_PAUSED;
}

static int on_head(llhttp_t *parser)
{
	struct fetch *f = parser->data;

	f->status = parser->status_code;
	return 0;
}

static const llhttp_settings_t settings = {
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

void fetch_init(struct fetch *f, bool (*body)(const void *data, size_t len))
{
	memset(f, 0, sizeof *f);
	llhttp_init(&f->parser, HTTP_RESPONSE, &settings);
	f->parser.data = f;
	f->body = body;
}

size_t fetch_request(const struct options *o, char *dst, size_t cap)
{
	const char *const name = o->name != NULL ? o->name : o->host;
	const bool v6 = strchr(name, ':') != NULL;
	char port[8] = "";
	int n;

	if (o->port != 443)
		snprintf(port, sizeof port, ":%u", (unsigned)o->port);
	n = snprintf(dst, cap,
		     "GET %s HTTP/1.1\r\nHost: %s%s%s%s\r\nUser-Agent: sneck/%u.%u\r\n"
		     "Accept: */*\r\nConnection: close\r\n\r\n",
		     o->get, v6 ? "[" : "", name, v6 ? "]" : "", port, SNECK_VERSION_MAJOR,
		     SNECK_VERSION_MINOR);
	return n < 0 || (size_t)n >= cap ? 0 : (size_t)n;
}

void fetch_read(struct fetch *f, const void *data, size_t len)
{
	llhttp_errno_t rc;

	if (f->done || f->broken)
		return;
	rc = llhttp_execute(&f->parser, data, len);
	f->broken = rc != HPE_OK && !f->done;
}

void fetch_end(struct fetch *f)
{
	if (!f->done && !f->broken)
		(void)llhttp_finish(&f->parser); /* on_complete(), if the end is the end */
}
