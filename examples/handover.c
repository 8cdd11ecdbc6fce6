/* SPDX-License-Identifier: MIT */
/* handover.c: a server hands a live connection to another process in mid-download. The first
 * process shakes hands, reads the request and sends half of the answer; then the connection, as a
 * sealed block, goes to the second, which has the socket already and sends the rest. (One that is
 * no child would get the socket by SCM_RIGHTS.) The client sees one stream, and may send meanwhile:
 * the second process waits for the BYTES it was promised before it says that it ends, because many
 * a client ends at that. Usage: handover CHAIN-FILE KEY-FILE [LINES [BYTES]] */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct stream s;

/* What travels. Whoever has this and the key has the connection. */
static struct parcel {
	size_t conn_len, in_len;
	size_t received;	      /* bytes of the client so far */
	uint8_t conn[SNECK_CONN_MAX]; /* from sneck_save() */
	uint8_t in[sizeof s.in_mem];  /* received, and not opened yet */
} parcel;

static const struct sneck_credential *who;
static struct sneck_config cfg = { SNECK_CONFIG_INIT, .credentials = &who, .n_credentials = 1,
				   .allow_save = 1 };
static uint8_t seal_key[SNECK_SEAL_KEY_LEN]; /* known to both */

/* ---- what both do -------------------------------------------------------------------------- */

/* Bytes of the next record from the client; 0 when there will be no more. */
static size_t next_record(void)
{
	struct sneck_status st;
	struct sneck_rec rec;

	for (;;) {
		const int state = sneck_process(s.conn, &s.in, &s.out, &st);

		if (state == SNECK_APP_DATA_AVAILABLE &&
		    sneck_app_next(&st.u.app, &rec) == SNECK_OK)
			return rec.len;
		if (state == SNECK_PEER_CLOSED || state == SNECK_CLOSED ||
		    st.err == SNECK_E_TRUNCATED) /* not every client says goodbye */
			return 0;
		if (state == SNECK_FAILED)
			die("connection", sneck_rc_text(st.err));
		if (flush(s.fd, &s.out) != 0 ||
		    ((state == SNECK_NEEDS_MORE_TLS_DATA || state == SNECK_TRAFFIC_TRANSIT) &&
		     fill(s.fd, &s.in) != 0))
			die("connection", "the client is gone");
	}
}

static void send_lines(int from, int to)
{
	for (int i = from; i < to; i++) {
		char line[32];
		const int len = snprintf(line, sizeof line, "line %d\n", i);
		const struct sneck_iov piece = { line, (size_t)len };

		must("sending", sneck_encrypt(s.conn, &piece, 1, 0, &s.out, NULL));
		if (flush(s.fd, &s.out) != 0)
			die("sending", "the client is gone");
	}
}

static void begin(int fd, int lines, int channel)
{
	stream_begin(&s, fd, &cfg, NULL);
	parcel.received = next_record();
	printf("process %d received %zu bytes\n", (int)getpid(), parcel.received);
	fflush(stdout);
	send_lines(0, lines / 2);

	(void)sneck_release(s.conn, &s.in); /* the record that was read; others may lie behind it */
	must("save",
	     sneck_save(s.conn, seal_key, parcel.conn, sizeof parcel.conn, &parcel.conn_len));
	memcpy(parcel.in, s.in.base + s.in.head, s.in.len);
	parcel.in_len = s.in.len;
	if (write(channel, &parcel, sizeof parcel) != sizeof parcel)
		die("handover", "the other process is gone");
	stream_end(&s);
}

static int finish(int fd, int lines, size_t promised, int channel)
{
	size_t n = 1, total = 0;

	if (read(channel, &parcel, sizeof parcel) != sizeof parcel)
		die("handover", "the other process is gone");
	must("restore", sneck_restore(s.conn_mem, sizeof s.conn_mem, &cfg, seal_key, parcel.conn,
				      parcel.conn_len, &s.conn));
	s.fd = fd;
	sneck_out_init(&s.out, s.out_mem, sizeof s.out_mem);
	sneck_in_init(&s.in, s.in_mem, sizeof s.in_mem);
	memcpy(s.in_mem, parcel.in, parcel.in_len);
	sneck_in_added(&s.in, parcel.in_len);
	send_lines(lines / 2, lines);
	while (n != 0 && parcel.received + total < promised) {
		n = next_record();
		total += n;
	}
	must("end", sneck_close_notify(s.conn, &s.out));
	while ((n = next_record()) != 0)
		total += n;
	printf("process %d received %zu bytes\n", (int)getpid(), total);
	stream_end(&s);
	return 0;
}

int main(int argc, char **argv)
{
	const int lines = argc > 3 ? atoi(argv[3]) : 100000;
	const int promised = argc > 4 ? atoi(argv[4]) : 0;
	int channel[2], fd, status = 0;

	if (argc < 3)
		die("usage", "handover CHAIN-FILE KEY-FILE [LINES [BYTES]]");
	who = own(argv[1], argv[2]);
	cfg.provider = sneck_provider_libcrypto();
	must("key", cfg.provider->random(cfg.provider->ctx, seal_key, sizeof seal_key));
	fd = accept(listen_here(), NULL, NULL);
	if (fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel) != 0)
		die("handover", "no sockets");
	if (fork() == 0) {
		close(channel[0]);
		return finish(fd, lines, (size_t)promised, channel[1]);
	}
	close(channel[1]);
	begin(fd, lines, channel[0]);
	close(channel[0]);
	wait(&status);
	return status != 0;
}
