/* SPDX-License-Identifier: MIT */
/* Requests of HTTP/1.1 (RFC 9112) with llhttp, from the plaintext of a TLS stream. One request is
 * answered at a time: while that goes on the stream is paused, and what was received behind the
 * request waits in `rest`. Bounds: a target below 4 KiB (414), a head of 16 KiB (431), a body of
 * 64 KiB, which is read and dropped (413). After a refusal the connection ends. */
#define _GNU_SOURCE
#include "http.h"
#include "out.h"

#include <sneck/info.h>

#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 16384, BODY_MAX = 65536 };

/* ---- what the parser sees ------------------------------------------------------------------ */

struct site http_site;

static int refuse(struct http *c, int status)
{
	c->refused = status;
	return HPE_USER;
}

static int on_begin(llhttp_t *parser)
{
	struct http *c = parser->data;

	c->target_len = c->head_len = c->body_len = c->field_len = 0;
	c->target[0] = '\0';
	c->method = HTTP_GET;
	c->refused = 0;
	c->has_host = false;
	c->began = true;
	return 0;
}

static int count(struct http *c, size_t len)
{
	c->head_len += len;
	return c->head_len > HEAD_MAX ? refuse(c, 431) : 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
	struct http *c = parser->data;

	if (len >= sizeof c->target - c->target_len)
		return refuse(c, 414);
	memcpy(c->target + c->target_len, at, len);
	c->target_len += len;
	c->target[c->target_len] = '\0';
	return 0;
}

static int on_field(llhttp_t *parser, const char *at, size_t len)
{
	struct http *c = parser->data;

	for (size_t i = 0; i < len && c->field_len < sizeof c->field; i++)
		c->field[c->field_len++] = at[i]; /* a name may come in pieces */
	return count(c, len);
}

static int on_field_complete(llhttp_t *parser)
{
	struct http *c = parser->data;

	const bool host = c->field_len == 4 && strncasecmp(c->field, "host", 4) == 0;

	c->field_len = 0;
	if (host && c->has_host) /* RFC 9112, 3.2 */
		return refuse(c, 400);
	c->has_host |= host;
	return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t len)
{
	(void)at;
	return count(parser->data, len);
}

static int on_head(llhttp_t *parser)
{
	struct http *c = parser->data;

	c->method = parser->method;
	if (parser->method != HTTP_GET && parser->method != HTTP_HEAD)
		return refuse(c, 405);
	if (!c->has_host && parser->http_major == 1 && parser->http_minor == 1)
		return refuse(c, 400);
	if (parser->content_length > BODY_MAX)
		return refuse(c, 413);
	return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct http *c = parser->data;

	(void)at;
	c->body_len += len;
	return c->body_len > BODY_MAX ? refuse(c, 413) : 0;
}

static int on_complete(llhttp_t *parser)
{
	struct http *c = parser->data;

	c->keep = llhttp_should_keep_alive(parser) != 0;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_message_begin = on_begin,
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_field_complete = on_field_complete,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

/* ---- the stream ---------------------------------------------------------------------------- */

static void feed(struct http *c, const uint8_t *data, size_t len)
{
	const char *const end = (const char *)data + len;
	const char *at = (const char *)data;

	while (at < end && !c->busy && !c->deaf) {
		const llhttp_errno_t rc = llhttp_execute(&c->parser, at, (size_t)(end - at));

		if (rc == HPE_OK)
			return;
		if (rc != HPE_PAUSED && rc != HPE_PAUSED_UPGRADE) {
			c->deaf = true;
			c->keep = false;
			http_answer(c, c->refused != 0 ? c->refused : 400);
			return;
		}
		at = llhttp_get_error_pos(&c->parser);
		if (rc == HPE_PAUSED)
			llhttp_resume(&c->parser);
		else
			llhttp_resume_after_upgrade(&c->parser); /* we stay with HTTP/1.1 */
		c->began = false;
		http_answer(c, 0);
	}
	if (at == end || c->deaf)
		return;
	c->rest = malloc((size_t)(end - at));
	if (c->rest == NULL) {
		sneck_uv_abort(c->s, SNECK_ALERT_INTERNAL_ERROR);
		return;
	}
	c->rest_len = (size_t)(end - at);
	memcpy(c->rest, at, c->rest_len);
}

/* Reads on when the answer is written, else waits for that. */
static void settle(struct http *c)
{
	while (!c->busy && c->rest != NULL) {
		uint8_t *const rest = c->rest;

		c->rest = NULL;
		feed(c, rest, c->rest_len);
		free(rest);
	}
	if (c->busy)
		sneck_uv_pause(c->s);
	else
		sneck_uv_resume(c->s);
	if (!c->busy && (c->deaf || c->ended || (http_site.stopping && !c->began)))
		sneck_uv_end(c->s);
}

static void on_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	struct http *c = sneck_uv_user(s);

	if (c == NULL || c->deaf)
		return;
	feed(c, data, len);
	settle(c);
}

static void on_drain(struct sneck_uv *s)
{
	struct http *c = sneck_uv_user(s);

	if (c == NULL || !c->busy)
		return;
	http_pump(c);
	settle(c);
}

static void on_end(struct sneck_uv *s)
{
	struct http *c = sneck_uv_user(s);

	if (c == NULL) {
		sneck_uv_end(s);
		return;
	}
	c->ended = true;
	settle(c);
}

static void on_open(struct sneck_uv *s)
{
	struct http *c = calloc(1, sizeof *c);
	struct sneck_facts f = { 0 };

	sneck_uv_set_user(s, c);
	if (c == NULL) {
		sneck_uv_abort(s, SNECK_ALERT_INTERNAL_ERROR);
		return;
	}
	c->s = s;
	c->file.fd = -1;
	c->next = http_site.first;
	if (c->next != NULL)
		c->next->prev = c;
	http_site.first = c;
	llhttp_init(&c->parser, HTTP_REQUEST, &settings);
	c->parser.data = c;
	if (sneck_conn_facts(sneck_uv_conn(s), &f, sizeof f) == SNECK_OK)
		snprintf(c->agreed, sizeof c->agreed, "%s %s %s %.*s",
			 sneck_version_name(f.version), sneck_suite_name(f.suite),
			 sneck_group_name(f.group), f.alpn.len == 0 ? 1 : (int)f.alpn.len,
			 f.alpn.len == 0 ? "-" : (const char *)f.alpn.p);
	if (http_site.stopping)
		sneck_uv_end(s);
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	struct http *c = sneck_uv_user(s);
	char peer[64] = "";

	if (c != NULL) {
		http_forget(c);
		free(c->rest);
		if (c->prev != NULL)
			c->prev->next = c->next;
		else
			http_site.first = c->next;
		if (c->next != NULL)
			c->next->prev = c->prev;
		free(c);
	} else if (rc != SNECK_OK) { /* before open */
		sneck_uv_address(s, peer, sizeof peer);
		printf("failed %s %s\n", peer, sneck_rc_text(rc));
	}
}

const struct sneck_uv_handler http_handler = {
	SNECK_UV_HANDLER_INIT, .open = on_open, .read = on_read,
	.drain = on_drain,     .end = on_end,	.close = on_close,
};

void http_stop(void)
{
	http_site.stopping = true;
	for (struct http *c = http_site.first; c != NULL; c = c->next)
		if (!c->busy && !c->began)
			sneck_uv_end(c->s);
}
