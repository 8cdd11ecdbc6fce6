/* SPDX-License-Identifier: MIT */
/* A listening socket: accepts as long as there is room, and makes a stream of each connection.
 *
 * The socket is watched with uv_poll_t instead of uv_listen(), because libuv has no way to stop
 * accepting: with max_streams reached the kernel's backlog is the queue, and after an accept()
 * that fails for want of descriptors or memory nothing is tried for RETRY_MS, instead of failing
 * in a tight loop. Addresses as text are here too. */
#define _GNU_SOURCE /* accept4 */
#include "stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RETRY_MS 100u
#define BATCH	 64 /* accepted in one turn of the loop */

/* How long a config serves: until it is replaced, and its last stream is closed. */
struct tenure {
	const struct sneck_config *config;
	uint32_t n_streams;
	bool over; /* it was replaced, or the server is closing */
	void (*left)(void *user);
	void *user;
};

struct sneck_uv_server {
	uv_poll_t poll;
	uv_timer_t timer; /* accept again; after sneck_uv_server_close(): the grace */
	int fd;
	struct sneck_uv_options opt;
	struct sneck_uv *streams;
	struct tenure *tenure;	   /* of new streams */
	const struct sneck_uv *at; /* the core worked for this one last */
	uint32_t n_streams;
	uint8_t handles; /* left to close */
	bool closing;
	void (*closed)(void *user);
	void *user;
};

static void on_acceptable(uv_poll_t *poll, int status, int events);

static size_t address_text(const struct sockaddr *addr, char *dst, size_t cap)
{
	char host[INET6_ADDRSTRLEN + 1] = "";
	int n = 0;

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const struct sockaddr_in *)(const void *)addr;

		uv_ip4_name(a, host, sizeof host);
		n = snprintf(dst, cap, "%s:%u", host, (unsigned)ntohs(a->sin_port));
	} else if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)(const void *)addr;

		uv_ip6_name(a, host, sizeof host);
		n = snprintf(dst, cap, "[%s]:%u", host, (unsigned)ntohs(a->sin6_port));
	} else if (cap != 0) {
		dst[0] = '\0';
	}
	return n < 0 ? 0 : (size_t)n;
}

size_t sneck_uv_address(const struct sneck_uv *s, char *dst, size_t cap)
{
	return address_text((const struct sockaddr *)&s->peer, dst, cap);
}

/* ---- configs ------------------------------------------------------------------------------- */

static void tenure_end(struct tenure *t)
{
	if (!t->over || t->n_streams != 0)
		return;
	if (t->left != NULL)
		t->left(t->user);
	free(t);
}

void sneck_uv__tenure_left(struct tenure *t)
{
	t->n_streams--;
	tenure_end(t);
}

enum sneck_rc sneck_uv_server_config(struct sneck_uv_server *server,
				     const struct sneck_config *config, void (*left)(void *user),
				     void *user, struct sneck_note *why)
{
	struct tenure *const old = server->tenure;
	struct tenure *t;

	SNECK_TRY(sneck_config_check(config, SNECK_SERVER, why));
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return SNECK_E_NO_MEMORY;
	t->config = server->opt.config = config;
	server->tenure = t;
	old->over = true;
	old->left = left;
	old->user = user;
	tenure_end(old);
	return SNECK_OK;
}

/* ---- accepting ----------------------------------------------------------------------------- */

static void accept_again(struct sneck_uv_server *server)
{
	if (!server->closing && !uv_is_active((uv_handle_t *)&server->poll))
		uv_poll_start(&server->poll, UV_READABLE, on_acceptable);
}

static void on_retry(uv_timer_t *timer)
{
	accept_again(timer->data);
}

static enum sneck_rc take(struct sneck_uv_server *server, int fd)
{
	struct sneck_uv *s;
	int error;

	SNECK_TRY(sneck_uv__make(&s, &server->opt, SNECK_SERVER));
	s->server = server;
	s->tenure = server->tenure;
	s->tenure->n_streams++;
	s->next = server->streams;
	if (s->next != NULL)
		s->next->prev = s;
	server->streams = s;
	server->n_streams++;
	sneck_uv__begin(s, server->poll.loop);
	error = uv_tcp_open(&s->tcp, fd);
	if (error == 0) {
		sneck_uv__start(s);
		return SNECK_OK;
	}
	sneck_uv__finish_system(s, error);
	return SNECK_E_SYSTEM;
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
	struct sneck_uv_server *server = poll->data;
	int fd;

	(void)status;
	(void)events;
	for (int i = 0; i < BATCH && !server->closing; i++) {
		if (server->n_streams >= server->opt.max_streams) {
			uv_poll_stop(poll);
			return;
		}
		fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			if (take(server, fd) != SNECK_OK)
				close(fd);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			   errno == ENOMEM) {
			uv_poll_stop(poll);
			uv_timer_start(&server->timer, on_retry, RETRY_MS, 0);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return; /* EAGAIN, and errors of a connection that is gone already */
		}
	}
}

/* ---- opening ------------------------------------------------------------------------------- */

static int listen_on(const struct sockaddr *addr, uint32_t backlog)
{
	const socklen_t len = addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							  : sizeof(struct sockaddr_in);
	const int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1, off = 0;
	int error;

	if (fd < 0)
		return -errno;
	/* `::` is to mean every address, whatever the system's default for IPv6 sockets is */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    (addr->sa_family != AF_INET6 ||
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0) &&
	    bind(fd, addr, len) == 0 && listen(fd, (int)backlog) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static void explain(struct sneck_note *why, const struct sockaddr *addr, int error)
{
	char text[80];

	if (why == NULL)
		return;
	address_text(addr, text, sizeof text);
	if (error == -EADDRINUSE)
		snprintf(why->text, sizeof why->text,
			 "%s is taken by another program; stop it or choose another port", text);
	else if (error == -EACCES)
		snprintf(why->text, sizeof why->text,
			 "not allowed to listen on %s; ports below 1024 need a privilege", text);
	else if (error == -EADDRNOTAVAIL)
		snprintf(why->text, sizeof why->text, "%s is not an address of this machine", text);
	else
		snprintf(why->text, sizeof why->text, "cannot listen on %s: %s", text,
			 uv_strerror(error));
}

enum sneck_rc sneck_uv_listen(struct sneck_uv_server **made, struct uv_loop_s *loop,
			      const struct sockaddr *addr, const struct sneck_uv_options *options,
			      struct sneck_note *why)
{
	struct sneck_uv_options opt;
	struct sneck_uv_server *server;
	int fd;

	SNECK_TRY(sneck_uv__options(&opt, options, SNECK_SERVER, why));
	server = calloc(1, sizeof *server);
	if (server == NULL)
		return SNECK_E_NO_MEMORY;
	server->tenure = calloc(1, sizeof *server->tenure);
	if (server->tenure == NULL) {
		free(server);
		return SNECK_E_NO_MEMORY;
	}
	server->tenure->config = opt.config;
	fd = listen_on(addr, opt.backlog);
	if (fd < 0 || uv_poll_init(loop, &server->poll, fd) != 0) {
		explain(why, addr, fd);
		if (fd >= 0)
			close(fd);
		free(server->tenure);
		free(server);
		return SNECK_E_SYSTEM;
	}
	uv_timer_init(loop, &server->timer);
	server->poll.data = server->timer.data = server;
	server->fd = fd;
	server->opt = opt;
	accept_again(server);
	*made = server;
	return SNECK_OK;
}

uint16_t sneck_uv_server_port(const struct sneck_uv_server *server)
{
	struct sockaddr_storage a = { 0 };
	socklen_t len = sizeof a;

	if (getsockname(server->fd, (struct sockaddr *)&a, &len) != 0)
		return 0;
	if (a.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a)->sin6_port);
	return a.ss_family == AF_INET ? ntohs(((const struct sockaddr_in *)&a)->sin_port) : 0;
}

void sneck_uv__server_at(struct sneck_uv *s)
{
	if (s->server != NULL)
		s->server->at = s;
}

const struct sneck_uv *sneck_uv_server_at(const struct sneck_uv_server *server)
{
	return server->at;
}

/* ---- closing ------------------------------------------------------------------------------- */

static void on_server_closed(uv_handle_t *handle)
{
	struct sneck_uv_server *server = handle->data;

	if (--server->handles != 0)
		return;
	server->tenure->over = true;
	tenure_end(server->tenure);
	if (server->closed != NULL)
		server->closed(server->user);
	free(server);
}

static void on_grace(uv_timer_t *timer)
{
	struct sneck_uv_server *server = timer->data;

	for (struct sneck_uv *s = server->streams; s != NULL; s = s->next) {
		sneck_uv__part(s);
		sneck_uv__finish(s, SNECK_E_ABORTED);
	}
}

void sneck_uv__server_left(struct sneck_uv_server *server, struct sneck_uv *s)
{
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		server->streams = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	if (server->at == s)
		server->at = NULL;
	server->n_streams--;
	if (!server->closing && !uv_is_active((uv_handle_t *)&server->timer))
		accept_again(server);
	if (server->closing && server->n_streams == 0)
		uv_close((uv_handle_t *)&server->timer, on_server_closed);
}

void sneck_uv_server_close(struct sneck_uv_server *server, uint32_t grace_ms,
			   void (*closed)(void *user), void *user)
{
	if (server->closing)
		return;
	server->closing = true;
	server->closed = closed;
	server->user = user;
	server->handles = 2;
	uv_close((uv_handle_t *)&server->poll, on_server_closed);
	close(server->fd);
	uv_timer_stop(&server->timer);
	if (server->n_streams == 0)
		uv_close((uv_handle_t *)&server->timer, on_server_closed);
	else if (grace_ms != 0)
		uv_timer_start(&server->timer, on_grace, grace_ms, 0);
}
