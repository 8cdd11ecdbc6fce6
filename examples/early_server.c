/* SPDX-License-Identifier: MIT */
/* early_server.c: an echo server, one client after another, that takes early data (0-RTT): only
 * what comes for the first time, which a strike register remembers, and only within a window of
 * time. Usage: early_server CHAIN-FILE KEY-FILE [WINDOW-MILLISECONDS [CLIENTS]] */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { IDS = 10000 };

static struct stream s;
static struct sneck_strike *strike;
static uint32_t window_ms = 10000;

/* May this early data be used? Everything that is not sure is a no; the client sends it again. */
static int decide(const struct sneck_early_offer_st *offer)
{
	enum sneck_rc rc;

	if (abs(offer->age_skew_ms) > (int)window_ms / 2) {
		printf("early data rejected: the ticket is %d ms older than it says\n",
		       offer->age_skew_ms);
		return 0;
	}
	rc = sneck_strike_add(strike, offer->replay_id, now_ms());
	if (rc != SNECK_OK)
		printf("early data rejected: %s\n",
		       rc == SNECK_E_REPLAY ? "a replay" : "the register is full or young");
	return rc == SNECK_OK;
}

/* The answer, too, goes out before the handshake is over when the question came early. */
static void echo(const struct sneck_rec *rec)
{
	const struct sneck_iov piece = { rec->data, rec->len };

	must("echo", sneck_encrypt(s.conn, &piece, 1, 0, &s.out, NULL));
	(void)flush(s.fd, &s.out); /* if the client is gone, receiving notices */
}

/* Returns: why it ended. */
static enum sneck_rc serve(void)
{
	struct sneck_status st;
	struct sneck_rec rec;
	size_t early = 0, later = 0;

	for (;;) {
		switch (sneck_process(s.conn, &s.in, &s.out, &st)) {
		case SNECK_NEEDS_EARLY_DATA_DECISION:
			must("answer",
			     sneck_answer_early_data(s.conn, st.op, decide(&st.u.early_offer)));
			break;
		case SNECK_EARLY_DATA_AVAILABLE: /* several records may lie in one read */
			for (; sneck_early_next(&st.u.early, &rec) == SNECK_OK; early += rec.len)
				echo(&rec);
			break;
		case SNECK_APP_DATA_AVAILABLE: /* from here on nothing is a replay */
			for (; sneck_app_next(&st.u.app, &rec) == SNECK_OK; later += rec.len)
				echo(&rec);
			break;
		case SNECK_PEER_CLOSED:
			must("end", sneck_close_notify(s.conn, &s.out));
			break;
		case SNECK_CLOSED:
			printf("%zu bytes early, %zu later\n", early, later);
			return SNECK_OK;
		case SNECK_FAILED:
			return (enum sneck_rc)st.err;
		case SNECK_NEEDS_MORE_TLS_DATA:
		case SNECK_TRAFFIC_TRANSIT:
			if (flush(s.fd, &s.out) != 0 || fill(s.fd, &s.in) != 0)
				return SNECK_E_SYSTEM;
			/* a replay that waits in an open connection gets older, too */
			sneck_conn_set_now(s.conn, now_ms());
			break;
		default: /* MUST_TRANSMIT_TLS_DATA */
			if (flush(s.fd, &s.out) != 0)
				return SNECK_E_SYSTEM;
		}
	}
}

int main(int argc, char **argv)
{
	const struct sneck_provider *const provider = sneck_provider_libcrypto();
	const struct sneck_credential *const who = argc > 2 ? own(argv[1], argv[2]) : NULL;
	struct sneck_ticket_ring ring;
	const struct sneck_config cfg = {
		SNECK_CONFIG_INIT,
		.provider = provider,
		.credentials = &who,
		.n_credentials = who != NULL,
		.tickets = &ring,
		.max_early_data = 32 * 1024, /* what a ticket allows */
		.ask = SNECK_ASK_EARLY_DATA, /* without it every early data is rejected */
	};
	const size_t size = sneck_strike_size(IDS);
	void *const mem =
		aligned_alloc(SNECK_ALIGN, (size + SNECK_ALIGN - 1) / SNECK_ALIGN * SNECK_ALIGN);
	int listener;

	if (argc > 3)
		window_ms = (uint32_t)atoi(argv[3]);
	if (mem == NULL)
		die("strike register", "no memory");
	must("strike register", sneck_strike_init(mem, size, IDS, window_ms, now_ms(), &strike));
	must("ticket keys", sneck_ticket_ring_init(&ring, provider, now_ms(), 0));
	listener = listen_here();
	for (int left = argc > 4 ? atoi(argv[4]) : -1; left != 0; left--) {
		enum sneck_rc rc;

		stream_begin(&s, accept(listener, NULL, NULL), &cfg, NULL);
		rc = serve();
		if (rc != SNECK_OK)
			printf("%s\n", sneck_rc_text(rc));
		fflush(stdout);
		stream_end(&s);
	}
	free(mem);
	return 0;
}
