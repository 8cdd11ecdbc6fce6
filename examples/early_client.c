/* SPDX-License-Identifier: MIT */
/* early_client.c: sends standard input to a server, as much of it as may be before the handshake is
 * over (0-RTT), and the rest behind it. All of it may be replayed by who watches, so send what is
 * harmless twice. A session is kept in a file from one run to the next; the first run has none.
 * Usage: early_client HOST PORT CA-FILE SESSION-FILE */
#include "common.h"

#include <stdio.h>

static struct stream s;
static uint8_t data[64 * 1024], session[8 * 1024];
static size_t len, done; /* data[0 .. done) went out, early or not */

/* As early data as far as possible. The state comes again until it was said that this is all. */
static void send_early(struct sneck_may_st *may)
{
	const struct sneck_iov rest = { data + done, len - done };
	size_t n = 0;
	const enum sneck_rc rc = sneck_early_encrypt(may, &rest, 1, SNECK_F_PARTIAL, &s.out, &n);

	done += n;
	if (rc == SNECK_WANT_SPACE) /* `out` is full: it is sent, and the state comes again */
		return;
	if (rc == SNECK_NOT_NOW || done == len) /* the allowance is used up, or all is said */
		must("early data", sneck_may_encrypt_done(may));
	else
		must("early data", rc);
}

/* The library never sends rejected data again: the application may have changed its mind. */
static void on_result(const struct sneck_early_result_st *result)
{
	fprintf(stderr, "early data %s: %zu of %zu bytes\n",
		result->accepted ? "accepted" : "rejected", done, len);
	done -= (size_t)result->bytes_to_resend; /* 0, unless it was rejected */
}

/* What was not early, or has to be sent again, is sent as soon as it may. */
static void send_rest(void)
{
	while (done < len) {
		const struct sneck_iov rest = { data + done, len - done };
		size_t n;

		must("data", sneck_encrypt(s.conn, &rest, 1, SNECK_F_PARTIAL, &s.out, &n));
		done += n;
		if (flush(s.fd, &s.out) != 0)
			die("data", "the server is gone");
	}
}

/* One ticket is good for one connection: two that show the same one can be linked. */
static void keep_ticket(const struct sneck_ticket_st *ticket, const char *path)
{
	FILE *const f = fopen(path, "wb"); /* a secret: the umask should say so */
	size_t n;

	must("ticket", sneck_ticket_export(ticket, session, sizeof session, &n));
	if (f == NULL || fwrite(session, 1, n, f) != n || fclose(f) != 0)
		die(path, "cannot write it");
}

static void offer_session(const char *path)
{
	FILE *const f = fopen(path, "rb");
	const size_t n = f != NULL ? fread(session, 1, sizeof session, f) : 0;

	if (f != NULL)
		fclose(f);
	remove(path);
	if (n != 0 &&
	    sneck_conn_set_session(s.conn, session, n, SNECK_SESSION_EARLY_DATA) != SNECK_OK)
		fprintf(stderr, "the session is too old: a full handshake\n");
}

static void run(const char *session_file)
{
	struct sneck_status st;
	struct sneck_rec rec;
	int state, ended = 0;

	while ((state = sneck_process(s.conn, &s.in, &s.out, &st)) != SNECK_CLOSED) {
		const int open = (st.flags & SNECK_ST_CAN_ENCRYPT) != 0; /* not before the result */

		if (state == SNECK_FAILED)
			die("connection", sneck_rc_text(st.err));
		if (state == SNECK_MAY_ENCRYPT_EARLY_DATA)
			send_early(&st.u.may);
		if (state == SNECK_EARLY_DATA_RESULT)
			on_result(&st.u.early_result);
		if (state == SNECK_RECEIVED_TICKET)
			keep_ticket(&st.u.ticket, session_file);
		if (state == SNECK_APP_DATA_AVAILABLE)
			while (sneck_app_next(&st.u.app, &rec) == SNECK_OK)
				fwrite(rec.data, 1, rec.len, stdout);
		if (open && !ended) {
			send_rest();
			must("end", sneck_close_notify(s.conn, &s.out));
			ended = 1;
		}
		if (flush(s.fd, &s.out) != 0 ||
		    ((state == SNECK_NEEDS_MORE_TLS_DATA || state == SNECK_TRAFFIC_TRANSIT) &&
		     fill(s.fd, &s.in) != 0))
			die("connection", "the server is gone");
		sneck_conn_set_now(s.conn, now_ms()); /* the age of a ticket counts from here */
	}
}

int main(int argc, char **argv)
{
	struct sneck_config cfg = { SNECK_CONFIG_INIT, .provider = sneck_provider_libcrypto(),
				    .ask = SNECK_ASK_TICKETS };

	if (argc != 5)
		die("usage", "early_client HOST PORT CA-FILE SESSION-FILE");
	cfg.verifier = trust(argv[3]);
	len = fread(data, 1, sizeof data, stdin);
	stream_begin(&s, dial(argv[1], argv[2]), &cfg, argv[1]);
	offer_session(argv[4]);
	run(argv[4]);
	stream_end(&s);
	return 0;
}
