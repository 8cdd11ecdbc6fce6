/* SPDX-License-Identifier: MIT */
/* two_threads.c: one connection, received by one thread and sent by another, without a lock:
 * standard input goes to the server, what it says to standard output. A pipe brings to the sender
 * what received data demands of it. Usage: two_threads HOST PORT CA-FILE, for a server that echoes
 */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static struct stream s; /* after the split `in` is the receiver's, `out` the sender's */
static _Alignas(SNECK_SPLIT_ALIGN) uint8_t tx_mem[SNECK_CONN_MAX];
static struct sneck_conn *tx;
static int actions[2]; /* a struct sneck_action goes through a pipe whole or not at all */

/* ---- the receiving thread ------------------------------------------------------------------ */

static enum sneck_rc receive(void)
{
	struct sneck_status st;
	struct sneck_action act;
	struct sneck_rec rec;

	for (;;) {
		const int state = sneck_process(s.conn, &s.in, NULL, &st);

		if (state == SNECK_APP_DATA_AVAILABLE)
			while (sneck_app_next(&st.u.app, &rec) == SNECK_OK)
				fwrite(rec.data, 1, rec.len, stdout);
		while (sneck_action_take(s.conn, &act) == SNECK_OK)
			if (write(actions[1], &act, sizeof act) != sizeof act)
				die("action", "the pipe is gone");
		if (state == SNECK_CLOSED)
			return SNECK_OK;
		if (state == SNECK_FAILED)
			return (enum sneck_rc)st.err;
		if ((state == SNECK_NEEDS_MORE_TLS_DATA || state == SNECK_TRAFFIC_TRANSIT) &&
		    fill(s.fd, &s.in) != 0)
			die("receiving", "the server is gone");
	}
}

/* ---- the sending thread -------------------------------------------------------------------- */

static void *send_all(void *unused)
{
	struct pollfd ready[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				  { .fd = actions[0], .events = POLLIN } };
	uint8_t data[16 * 1024];
	struct sneck_action act;
	struct sneck_status st;
	ssize_t n = 1;

	while (n > 0 && poll(ready, 2, -1) > 0) {
		if (ready[1].revents != 0 && read(actions[0], &act, sizeof act) == sizeof act) {
			must("action", sneck_action_enact(tx, &act));
			if (sneck_process(tx, NULL, &s.out, &st) == SNECK_FAILED)
				n = -1; /* what is in `out` is an alert */
		} else if (ready[0].revents != 0) {
			n = read(STDIN_FILENO, data, sizeof data);
			if (n > 0)
				must("sending",
				     sneck_encrypt(tx, &(struct sneck_iov){ data, (size_t)n }, 1, 0,
						   &s.out, NULL));
			else
				must("ending", sneck_close_notify(tx, &s.out));
		}
		if (flush(s.fd, &s.out) != 0)
			break; /* the receiver notices too */
	}
	return unused;
}

/* ---- before there are two ------------------------------------------------------------------ */

static void handshake(void)
{
	struct sneck_status st;
	int state;

	while ((state = sneck_process(s.conn, &s.in, &s.out, &st)) != SNECK_TRAFFIC_TRANSIT) {
		if (state == SNECK_FAILED)
			die("handshake", sneck_rc_text(st.err));
		if (flush(s.fd, &s.out) != 0 ||
		    (state == SNECK_NEEDS_MORE_TLS_DATA && fill(s.fd, &s.in) != 0))
			die("handshake", "the server is gone");
	}
}

int main(int argc, char **argv)
{
	struct sneck_config cfg = { SNECK_CONFIG_INIT, .provider = sneck_provider_libcrypto() };
	pthread_t sender;
	enum sneck_rc rc;

	if (argc != 4)
		die("usage", "two_threads HOST PORT CA-FILE");
	cfg.verifier = trust(argv[3]);
	setvbuf(stdout, NULL, _IONBF, 0);
	stream_begin(&s, dial(argv[1], argv[2]), &cfg, argv[1]);
	handshake();
	must("split", sneck_split(s.conn, tx_mem, sizeof tx_mem, &tx));
	if (pipe(actions) != 0 || pthread_create(&sender, NULL, send_all, NULL) != 0)
		die("threads", "the system has none");
	rc = receive();
	pthread_join(sender, NULL);
	sneck_conn_wipe(tx);
	stream_end(&s);
	must(argv[1], rc);
	return 0;
}
