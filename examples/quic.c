/* SPDX-License-Identifier: MIT */
/* quic.c: a handshake as QUIC has it (RFC 9001), between a client and a server in one process.
 * There are no records: handshake bytes travel by level, as in CRYPTO frames, and the secrets of
 * each level are handed out for packet protection, each before the first byte that needs it. Usage:
 * quic CHAIN-FILE KEY-FILE, which is trusted as it is */
#include "common.h"

#include <stdio.h>

enum { LEVELS = 4, FRAME = 300 };

static const char *const names[LEVELS] = { "initial", "early", "handshake", "application" };

struct endpoint {
	const char *name;
	struct endpoint *peer;
	struct sneck_conn *conn;
	struct sneck_quic quic; /* our transport parameters, and where the peer's go */
	struct sneck_in in[LEVELS];
	struct sneck_out out;
	int level; /* that is received now */
	uint8_t secrets[LEVELS][2][48];
	uint8_t params[100], in_mem[LEVELS][4096], out_mem[4096];
	_Alignas(SNECK_ALIGN) uint8_t conn_mem[SNECK_CONN_MAX];
	_Alignas(SNECK_ALIGN) uint8_t scratch[SNECK_SCRATCH_MAX + 128]; /* with our parameters */
};

/* A real stack derives key, IV and header protection from the secret here. */
static void install(struct endpoint *e, const struct sneck_keys_st *k)
{
	printf("%s: %s key for %s, %s\n", e->name, names[k->level],
	       k->write ? "writing" : "reading", sneck_suite_name(k->suite));
	memcpy(e->secrets[k->level][k->write], k->secret.p, k->secret.len);
	if (!k->write)
		e->level = k->level;
}

/* What was written, as frames of this level. A real stack puts them into packets, repeats those
 * that are lost, and sorts what it receives by offset; here they arrive at once. */
static void send_frames(struct endpoint *e, int level)
{
	while (e->out.len != 0) {
		const struct sneck_span all = sneck_out_unsent(&e->out);
		const size_t n = all.len < FRAME ? all.len : FRAME;
		size_t room;
		uint8_t *const at = sneck_in_space(&e->peer->in[level], n, &room);

		if (room < n)
			die(e->peer->name, "no room for a frame");
		printf("%s: %s frame, %zu bytes\n", e->name, names[level], n);
		memcpy(at, all.p, n);
		sneck_in_added(&e->peer->in[level], n);
		sneck_out_sent(&e->out, n);
	}
}

/* Returns: whether the handshake is over; else the peer has to say something. */
static int run(struct endpoint *e)
{
	struct sneck_status st;

	for (;;) {
		switch (sneck_ext_process(e->conn, e->level, 22, &e->in[e->level], &st)) {
		case SNECK_KEYS_READY:
			install(e, &st.u.keys);
			must("keys", sneck_keys_taken(&st.u.keys));
			break;
		case SNECK_MUST_ENCRYPT_TLS_DATA:
			must("flight", sneck_encode(&st.u.encode, 0, &e->out));
			send_frames(e, st.u.encode.level);
			break;
		case SNECK_NEEDS_MORE_TLS_DATA:
			return 0;
		case SNECK_TRAFFIC_TRANSIT:
			return 1;
		default: /* SNECK_FAILED: st.alert goes into a CONNECTION_CLOSE frame */
			die(e->name, sneck_rc_text(st.err));
		}
	}
}

static void begin(struct endpoint *e, struct endpoint *peer, int role,
		  const struct sneck_config *cfg)
{
	e->name = role == SNECK_CLIENT ? "client" : "server";
	e->peer = peer;
	e->quic.params = sneck_span_of(role == SNECK_CLIENT ? "window 7" : "window 9", 8);
	e->quic.peer = e->params;
	e->quic.peer_cap = sizeof e->params;
	for (int i = 0; i < LEVELS; i++)
		sneck_in_init(&e->in[i], e->in_mem[i], sizeof e->in_mem[i]);
	sneck_out_init(&e->out, e->out_mem, sizeof e->out_mem);
	must(e->name,
	     sneck_conn_init(e->conn_mem, sizeof e->conn_mem, cfg, role, now_ms(), &e->conn));
	must("quic", sneck_conn_set_quic(e->conn, &e->quic));
	must("scratch", sneck_conn_set_scratch(e->conn, e->scratch, sizeof e->scratch));
}

int main(int argc, char **argv)
{
	static const struct sneck_span h3[] = { { (const uint8_t *)"h3", 2 } }; /* QUIC wants one */
	static struct endpoint client, server;
	const struct sneck_credential *const who = argc == 3 ? own(argv[1], argv[2]) : NULL;
	struct sneck_config cfg = { SNECK_CONFIG_INIT,
				    .provider = sneck_provider_libcrypto(),
				    .min_version = SNECK_TLS13,
				    .credentials = &who,
				    .n_credentials = 1,
				    .alpn = h3,
				    .n_alpn = 1 };
	int over = 0;

	if (who == NULL)
		die("usage", "quic CHAIN-FILE KEY-FILE");
	cfg.verifier = trust(argv[1]);
	begin(&client, &server, SNECK_CLIENT, &cfg);
	begin(&server, &client, SNECK_SERVER, &cfg);
	must("localhost", sneck_conn_set_name(client.conn, "localhost", 9));
	while (!over)
		over = run(&client) & run(&server);
	for (int level = SNECK_LEVEL_HANDSHAKE; level < LEVELS; level++)
		for (int w = 0; w < 2; w++)
			if (memcmp(client.secrets[level][w], server.secrets[level][1 - w], 48) != 0)
				die(names[level], "the secrets differ");
	printf("client: the server's parameters: %.*s\n", (int)client.quic.peer_len, client.params);
	printf("server: the client's parameters: %.*s\n", (int)server.quic.peer_len, server.params);
	sneck_conn_wipe(client.conn);
	sneck_conn_wipe(server.conn);
	return 0;
}
