/* SPDX-License-Identifier: MIT */
/* Answers (RFC 9110, 9112): a head, then a file or a listing in chunks of 64 KiB. A chunk is
 * written when the stream takes it, so a slow reader costs one chunk and what the stream queues,
 * however large the file is. One line of log for each answer. */
#define _GNU_SOURCE
#include "http.h"
#include "out.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 301, "Moved Permanently" },
		{ 400, "Bad Request" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 431, "Request Header Fields Too Large" },
	};
	size_t i = 0;

	while (reasons[i].status != status)
		i++;
	return reasons[i].text;
}

/* The log has the target up to its query, escaped. */
static void log_line(const struct http *c)
{
	const char *const target = c->target[0] == '\0' ? "-" : c->target;
	char peer[64] = "";

	sneck_uv_address(c->s, peer, sizeof peer);
	printf("%s ", llhttp_method_name((llhttp_method_t)c->method));
	out_plain(stdout, target, strcspn(target, "?"));
	printf(" %d %llu %s %s\n", c->file.status, (unsigned long long)c->sent, peer, c->agreed);
}

void http_forget(struct http *c)
{
	if (c->file.fd >= 0)
		close(c->file.fd);
	free(c->file.listing);
	free(c->chunk);
	c->file = (struct file){ .fd = -1 };
	c->chunk = NULL;
	c->chunk_len = 0;
	c->busy = false;
}

/* Writes the head into the first chunk; what is free behind it takes the start of the body. */
static void put_head(struct http *c)
{
	const struct file *f = &c->file;
	const time_t now = time(NULL);
	char date[40] = "";
	struct tm tm;
	int n;

	if (gmtime_r(&now, &tm) != NULL)
		strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	n = snprintf((char *)c->chunk, CHUNK,
		     "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Length: %llu\r\n"
		     "Content-Type: %s\r\nX-Content-Type-Options: nosniff\r\n",
		     f->status, reason(f->status), date, (unsigned long long)f->size, f->type);
	c->chunk_len = (size_t)n;
	if (f->status == 301)
		n = snprintf((char *)c->chunk + c->chunk_len, CHUNK - c->chunk_len,
			     "Location: %.*s/\r\n", (int)strcspn(c->target, "?#"), c->target);
	else
		n = snprintf((char *)c->chunk + c->chunk_len, CHUNK - c->chunk_len, "%s",
			     f->status == 405 ? "Allow: GET, HEAD\r\n" : "");
	c->chunk_len += (size_t)n;
	n = snprintf((char *)c->chunk + c->chunk_len, CHUNK - c->chunk_len, "%s\r\n",
		     c->keep ? "" : "Connection: close\r\n");
	c->chunk_len += (size_t)n;
}

/* A short text that says the status, where there is no file to send. */
static void put_text(struct http *c)
{
	struct file *f = &c->file;
	const int n = asprintf(&f->listing, "%d %s\n", f->status, reason(f->status));

	if (n < 0)
		f->listing = NULL;
	f->size = n < 0 ? 0 : (uint64_t)n;
	f->type = "text/plain; charset=utf-8";
}

/* Fills the chunk. false: the file is shorter than it was, or cannot be read. */
static bool fill(struct http *c)
{
	const size_t room = CHUNK - c->chunk_len;
	const size_t want = c->left < room ? (size_t)c->left : room;
	ssize_t n = (ssize_t)want;

	if (want == 0)
		return true;
	if (c->file.fd >= 0)
		n = read(c->file.fd, c->chunk + c->chunk_len, want);
	else
		memcpy(c->chunk + c->chunk_len, c->file.listing + c->at, want);
	if (n <= 0)
		return false;
	c->chunk_len += (size_t)n;
	c->left -= (uint64_t)n;
	c->at += (uint64_t)n;
	return true;
}

void http_pump(struct http *c)
{
	for (;;) {
		const struct sneck_iov piece = { c->chunk, c->chunk_len };
		const enum sneck_rc rc = sneck_uv_write(c->s, &piece, 1);

		if (rc == SNECK_WANT_SPACE)
			return; /* drain comes */
		if (rc != SNECK_OK)
			break; /* the stream ends by itself */
		c->sent = c->at;
		c->chunk_len = 0;
		if (c->left == 0)
			break;
		if (!fill(c)) {
			sneck_uv_abort(c->s, SNECK_ALERT_INTERNAL_ERROR);
			break;
		}
	}
	if (!c->keep || http_site.stopping)
		c->deaf = true;
	log_line(c);
	http_forget(c);
}

void http_answer(struct http *c, int refused)
{
	if (refused != 0)
		c->file = (struct file){ .status = refused, .fd = -1 };
	else
		files_find(&c->file, http_site.root, c->target);
	if (c->file.fd < 0 && c->file.listing == NULL)
		put_text(c);
	c->keep = c->keep && !http_site.stopping;
	c->chunk = malloc(CHUNK);
	if (c->chunk == NULL) {
		http_forget(c);
		c->deaf = true;
		sneck_uv_abort(c->s, SNECK_ALERT_INTERNAL_ERROR);
		return;
	}
	c->busy = true;
	c->at = c->sent = 0;
	c->left = c->method == HTTP_HEAD ? 0 : c->file.size;
	put_head(c);
	if (!fill(c)) {
		sneck_uv_abort(c->s, SNECK_ALERT_INTERNAL_ERROR);
		c->left = 0;
	}
	http_pump(c);
}
