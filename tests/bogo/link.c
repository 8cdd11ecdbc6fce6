/* SPDX-License-Identifier: MIT */
/* link.c: the socket of a connection and the memory of its cursors. With -async a test wants input
 * byte by byte; output memory is then no larger than the library has asked for. */
#include "shim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_FIRST  32768u
#define OUT_FIRST 65536u

static int dial(const struct flags *f)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in four = { .sin_family = AF_INET };
	const int fd = socket(f->ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0), on = 1;

	six.sin6_port = four.sin_port = htons((uint16_t)f->port);
	four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
	    connect(fd, f->ipv6 ? (void *)&six : (void *)&four,
		    f->ipv6 ? sizeof six : sizeof four) != 0)
		die("connect: %s", strerror(errno));
	return fd;
}

/* false: the peer does not listen any more. */
static bool send_all(int fd, const uint8_t *p, size_t len)
{
	while (len != 0) {
		const ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void *memory(size_t len)
{
	void *const p = malloc(len);

	if (p == NULL)
		die("no memory");
	return p;
}

void link_open(struct run *r)
{
	const size_t first = r->flags->async ? 1u : OUT_FIRST;
	uint8_t id[8];

	for (int i = 0; i < 8; i++)
		id[i] = (uint8_t)(r->flags->shim_id >> 8 * i);
	r->fd = dial(r->flags);
	if (!send_all(r->fd, id, sizeof id))
		die("send: %s", strerror(errno));
	sneck_in_init(&r->in, memory(IN_FIRST), IN_FIRST);
	sneck_out_init(&r->out, memory(first), first);
}

void link_flush(struct run *r)
{
	const struct sneck_span waits = sneck_out_unsent(&r->out);

	(void)!send_all(r->fd, waits.p, waits.len); /* a peer that is gone shows when we read */
	sneck_out_sent(&r->out, waits.len);
}

void link_room(struct run *r, size_t want)
{
	uint8_t *const old = r->out.base;

	link_flush(r);
	if (want <= sneck_out_room(&r->out))
		return;
	if (sneck_out_rebase(&r->out, memory(want), want) != SNECK_OK)
		die("rebase");
	free(old);
}

bool link_receive(struct run *r, size_t want)
{
	uint8_t *at, *const old = r->in.base;
	size_t room;
	ssize_t n;

	link_flush(r);
	at = sneck_in_space(&r->in, want, &room);
	if (room < want) {
		const size_t cap = r->in.len + want;

		if (sneck_in_rebase(&r->in, memory(cap), cap) != SNECK_OK)
			die("rebase");
		free(old);
		at = sneck_in_space(&r->in, want, &room);
	}
	do
		n = recv(r->fd, at, r->flags->async ? 1u : room, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	sneck_in_added(&r->in, (size_t)n);
	return true;
}

/* In this order: a socket that is closed with input unread resets the connection, and the peer
 * would lose our last alert. */
void link_close(struct run *r)
{
	uint8_t drop[4096];

	link_flush(r);
	(void)shutdown(r->fd, SHUT_WR);
	while (recv(r->fd, drop, sizeof drop, 0) > 0)
		;
	close(r->fd);
	free(r->in.base);
	free(r->out.base);
}
