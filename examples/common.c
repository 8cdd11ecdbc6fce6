/* SPDX-License-Identifier: MIT */
/* common.c: see common.h. */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

void must(const char *what, enum sneck_rc rc)
{
	if (rc != SNECK_OK)
		die(what, sneck_rc_text(rc));
}

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- sockets ------------------------------------------------------------------------------- */

int dial(const char *host, const char *port)
{
	const struct addrinfo hint = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *a;
	int fd = -1;

	if (getaddrinfo(host, port, &hint, &list) != 0)
		die(host, "no such host");
	for (a = list; a != NULL && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype, 0);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	if (fd < 0)
		die(host, "cannot connect");
	return fd;
}

int listen_here(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(fd, 64) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		die("127.0.0.1", "cannot listen");
	printf("listening on 127.0.0.1:%u\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

int flush(int fd, struct sneck_out *out)
{
	while (out->len != 0) {
		const struct sneck_span bytes = sneck_out_unsent(out);
		const ssize_t n = send(fd, bytes.p, bytes.len, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		sneck_out_sent(out, (size_t)n);
	}
	return 0;
}

int fill(int fd, struct sneck_in *in)
{
	size_t room;
	uint8_t *const at = sneck_in_space(in, 1, &room);
	const ssize_t n = room != 0 ? recv(fd, at, room, 0) : -1;

	if (n < 0)
		return -1;
	if (n == 0)
		sneck_in_eof(in); /* whether that is a truncation, the library says */
	sneck_in_added(in, (size_t)n);
	return 0;
}

/* ---- connections --------------------------------------------------------------------------- */

void stream_begin(struct stream *s, int fd, const struct sneck_config *cfg, const char *server)
{
	const int role = server != NULL ? SNECK_CLIENT : SNECK_SERVER;

	s->fd = fd;
	sneck_in_init(&s->in, s->in_mem, sizeof s->in_mem);
	sneck_out_init(&s->out, s->out_mem, sizeof s->out_mem);
	must("connection",
	     sneck_conn_init(s->conn_mem, sizeof s->conn_mem, cfg, role, now_ms(), &s->conn));
	must("scratch", sneck_conn_set_scratch(s->conn, s->scratch, sizeof s->scratch));
	if (server != NULL)
		must(server, sneck_conn_set_name(s->conn, server, strlen(server)));
}

void stream_end(struct stream *s)
{
	sneck_conn_wipe(s->conn);
	close(s->fd);
}

/* ---- certificates -------------------------------------------------------------------------- */

const struct sneck_verifier *trust(const char *ca_file)
{
	static struct sneck_pki_trust *anchors;
	const struct sneck_pki_trust_options options = { SNECK_PKI_TRUST_INIT, .files = &ca_file,
							 .n_files = ca_file != NULL,
							 .no_system = ca_file != NULL };
	struct sneck_note why = { "" };

	if (sneck_pki_trust_open(&anchors, &options, &why) != SNECK_OK)
		die("no trust", why.text);
	return sneck_pki_trust_verifier(anchors);
}

const struct sneck_credential *own(const char *chain_file, const char *key_file)
{
	static struct sneck_pki_chain *chain;
	static struct sneck_pki_key *key;
	static struct sneck_credential credential;
	struct sneck_note why = { "" };

	if (sneck_pki_chain_load(&chain, chain_file, &why) != SNECK_OK ||
	    sneck_pki_key_load(&key, key_file, &why) != SNECK_OK ||
	    sneck_pki_credential(&credential, chain, key, &why) != SNECK_OK)
		die("no certificate", why.text);
	return &credential;
}
