/* SPDX-License-Identifier: MIT */
/* A peer in C; arguments as in peer.py, and behind those of a client MAXFRAG; `visits PORT CA TIMES
 * [CERT KEY]` connects as often, sends a byte and comes back with its session. GROUP and SUITE are
 * not looked at: these libraries have all they know switched on. */
#include "peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void must(bool ok, const char *what, long code)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %ld\n", what, code);
	exit(1);
}

unsigned char *slurp(const char *path, size_t *len)
{
	unsigned char *const text = calloc(1, 1 << 16);
	FILE *const f = fopen(path, "rb");

	must(f != NULL && text != NULL, path, 0);
	*len = fread(text, 1, (1 << 16) - 1, f);
	fclose(f);
	return text;
}

const char **alpn_names(const struct settings *s)
{
	static const char *names[5];
	char *const copy = strdup(s->alpn), *at = copy;

	for (int n = 0; n < 4 && at != NULL && *at != '\0'; n++) {
		char *const comma = strchr(at, ',');

		names[n] = at;
		if (comma != NULL)
			*comma = '\0';
		at = comma != NULL ? comma + 1 : NULL;
	}
	return names;
}

static int dial(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)) };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect", fd);
	return fd;
}

static void all_out(const unsigned char *from, int n)
{
	while (n > 0) {
		const int done = (int)write(1, from, (size_t)n);

		must(done > 0, "write", done);
		from += done;
		n -= done;
	}
}

static void client(const char *port)
{
	static unsigned char up[BUFFER], down[BUFFER];
	const int fd = dial(port);
	void *const tls = stack_open(fd);
	bool open = true;
	int held = 0, done = 0, n;

	must(tls != NULL, "handshake", 0);
	fprintf(stderr, "alpn %s\n", stack_alpn(tls) != NULL ? stack_alpn(tls) : "none");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (;;) {
		struct pollfd at[2] = { { .fd = fd, .events = POLLIN },
					{ .fd = held == 0 && open ? 0 : -1, .events = POLLIN } };

		n = stack_read(tls, down, sizeof down);
		if (n == 0)
			return;
		if (n > 0) {
			all_out(down, n);
			continue;
		}
		if (held > 0) {
			n = stack_write(tls, up + done, held);
			must(n != 0, "write", n);
			if (n > 0) {
				done += n;
				held -= n;
				continue;
			}
			at[0].events = POLLIN | POLLOUT;
		}
		poll(at, 2, -1);
		if (at[1].revents != 0) {
			done = 0;
			held = (int)read(0, up, sizeof up);
			open = held > 0;
		}
	}
}

static void echo(void *tls)
{
	static unsigned char buf[BUFFER];
	int n;

	while ((n = stack_read(tls, buf, sizeof buf)) > 0)
		for (int at = 0, done; at < n; at += done)
			if ((done = stack_write(tls, buf + at, n - at)) <= 0)
				return;
}

static void server(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;
	const int listener = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(listener, (struct sockaddr *)&at, len) == 0 && listen(listener, 9) == 0, "listen",
	     0);
	getsockname(listener, (struct sockaddr *)&at, &len);
	printf("port %d\n", ntohs(at.sin_port));
	fflush(stdout);
	for (;;) {
		const int fd = accept(listener, NULL, NULL);
		void *const tls = stack_open(fd);

		if (tls != NULL) {
			echo(tls);
			stack_close(tls);
		}
		close(fd);
	}
}

static void visits(const char *port, int times)
{
	for (; times > 0; times--) {
		const int fd = dial(port);
		void *const tls = stack_open(fd);
		unsigned char x = 'x';

		must(tls != NULL, "handshake", 0);
		must(stack_write(tls, &x, 1) == 1 && stack_read(tls, &x, 1) == 1, "echo", 0);
		stack_keep(tls);
		stack_close(tls);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	const char *const version = getenv("TLS12") != NULL ? getenv("TLS12") : "";
	const bool is_server = argc > 8 && strcmp(argv[1], "server") == 0;
	const bool is_visits = argc > 4 && strcmp(argv[1], "visits") == 0;
	struct settings s = { .server = is_server,
			      .no_tickets = getenv("NO_TICKETS") != NULL,
			      .only12 = version[0] != '\0' && strcmp(version, "both") != 0,
			      .only13 = version[0] == '\0',
			      .alpn = "" };

	must(argc > 4, "usage", argc);
	signal(SIGPIPE, SIG_IGN);
	if (is_server) {
		s.cert = argv[2];
		s.key = argv[3];
		s.ask = argv[7][0] != '\0';
		s.must = strcmp(argv[7], "must") == 0;
		s.ca = argv[8];
	} else {
		const int at = is_visits ? 5 : 7;

		s.ca = argv[3];
		s.cert = argc > at + 1 && argv[at][0] != '\0' ? argv[at] : NULL;
		s.key = argc > at + 1 ? argv[at + 1] : NULL;
		s.max_fragment = argc > 9 ? atoi(argv[9]) : 0;
	}
	if (argc > 5 && !is_visits)
		s.alpn = argv[5];
	stack_init(&s);
	if (is_server)
		server();
	else if (is_visits)
		visits(argv[2], atoi(argv[4]));
	else
		client(argv[2]);
	return 0;
}
