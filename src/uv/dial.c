/* SPDX-License-Identifier: MIT */
/* Connecting by name: DNS through libuv's pool, then one address after the other (a light form
 * of RFC 8305: sequential, with a limit for each address while there are more), then TLS. The
 * name goes to the connection, which asks for it and verifies it. */
#define _GNU_SOURCE /* what <uv.h> needs of the system, with -std=c11 */
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lives until the resolver answers, even when the stream is gone before. */
struct dial {
	uv_getaddrinfo_t resolve;
	uv_connect_t connect;
	struct sneck_uv *s; /* NULL: nobody waits any more */
	struct addrinfo *list, *next;
	uint64_t tried_at;
	int error; /* of the last address */
	bool resolving;
};

void sneck_uv__dial_close(struct dial *d)
{
	if (d == NULL)
		return;
	uv_freeaddrinfo(d->list);
	free(d);
}

void sneck_uv__dial_forget(struct sneck_uv *s)
{
	struct dial *d = s->dial;

	if (d == NULL || !d->resolving)
		return;
	s->dial = NULL;
	d->s = NULL;
	uv_cancel((uv_req_t *)&d->resolve);
}

static void try_next(struct sneck_uv *s);

static void on_attempt_closed(uv_handle_t *handle)
{
	struct sneck_uv *s = handle->data;

	if (s->phase == PHASE_GONE) {
		sneck_uv__on_closed(handle);
		return;
	}
	uv_tcp_init(s->timer.loop, &s->tcp);
	s->tcp.data = s;
	try_next(s);
}

static void on_connect(uv_connect_t *req, int status)
{
	struct sneck_uv *s = req->data;
	struct dial *d = s->dial;

	if (status == 0 && s->phase == PHASE_DIAL) {
		s->dial = NULL;
		sneck_uv__dial_close(d);
		if (s->opt.handler->connect != NULL)
			s->opt.handler->connect(s);
		sneck_uv__start(s);
		return;
	}
	if (status != UV_ECANCELED) /* that one is sneck_uv__dial_late(), or the end */
		d->error = status;
	if (!uv_is_closing((uv_handle_t *)&s->tcp))
		uv_close((uv_handle_t *)&s->tcp, on_attempt_closed);
}

/* Gives up an address that does not answer, when there is another. */
void sneck_uv__dial_late(struct sneck_uv *s)
{
	struct dial *d = s->dial;

	if (d == NULL || d->resolving || d->next == NULL ||
	    uv_now(s->timer.loop) - d->tried_at < DIAL_ATTEMPT_MS ||
	    uv_is_closing((uv_handle_t *)&s->tcp))
		return;
	d->error = UV_ETIMEDOUT;
	uv_close((uv_handle_t *)&s->tcp, on_attempt_closed);
}

static void try_next(struct sneck_uv *s)
{
	struct dial *d = s->dial;
	const struct addrinfo *a = d->next;

	while (a != NULL) {
		d->next = a->ai_next;
		d->tried_at = uv_now(s->timer.loop);
		d->connect.data = s;
		d->error = uv_tcp_connect(&d->connect, &s->tcp, a->ai_addr, on_connect);
		if (d->error == 0)
			return;
		a = d->next; /* a family that this machine does not have */
	}
	s->dial = NULL;
	sneck_uv__finish_system(s, d->error);
	sneck_uv__dial_close(d);
}

static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct dial *d = req->data;
	struct sneck_uv *s = d->s;

	d->list = d->next = list;
	d->resolving = false;
	if (s == NULL) {
		sneck_uv__dial_close(d);
	} else if (status != 0) {
		s->dial = NULL;
		sneck_uv__dial_close(d);
		sneck_uv__finish_system(s, status);
	} else {
		try_next(s);
	}
}

static enum sneck_rc resolve(struct sneck_uv *s, struct uv_loop_s *loop, uint16_t port)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct dial *d = calloc(1, sizeof *d);
	char service[8];
	int error;

	if (d == NULL)
		return SNECK_E_NO_MEMORY;
	d->s = s;
	d->resolve.data = d;
	d->resolving = true;
	snprintf(service, sizeof service, "%u", (unsigned)port);
	error = uv_getaddrinfo(loop, &d->resolve, on_resolved, s->host, service, &hints);
	if (error != 0) {
		free(d);
		return error == UV_ENOMEM ? SNECK_E_NO_MEMORY : SNECK_E_ARG;
	}
	s->dial = d;
	return SNECK_OK;
}

enum sneck_rc sneck_uv_connect(struct sneck_uv **made, struct uv_loop_s *loop, const char *host,
			       uint16_t port, const struct sneck_uv_options *options)
{
	const size_t len = strlen(host);
	struct sneck_uv_options opt;
	struct sneck_uv *s;
	enum sneck_rc rc;

	SNECK_TRY(sneck_uv__options(&opt, options, SNECK_CLIENT, NULL));
	SNECK_TRY(sneck_uv__make(&s, &opt, SNECK_CLIENT));
	rc = len < sizeof s->host ? SNECK_OK : SNECK_E_ARG;
	if (rc == SNECK_OK) {
		memcpy(s->host, host, len);
		rc = sneck_conn_set_name(s->conn, s->host, len);
	}
	if (rc == SNECK_OK)
		rc = resolve(s, loop, port);
	if (rc != SNECK_OK) {
		sneck_uv__drop(s);
		return rc;
	}
	sneck_uv__begin(s, loop);
	*made = s;
	return SNECK_OK;
}
