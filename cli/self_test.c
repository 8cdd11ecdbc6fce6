/* SPDX-License-Identifier: MIT */
/* A handshake of this process with itself, in memory: a new key, a self-signed certificate that the
 * client trusts, records both ways. It tries all that a connection needs but a network. */
#define _GNU_SOURCE
#include "self_test.h"

#include <sneck/pki.h>
#include <sneck/sneck.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct end {
	struct sneck_conn *conn;
	void *mem, *scratch;
	struct sneck_in in;
	struct sneck_out out;
	uint8_t received[20000], sent[20000];
	bool open;
	int err;
};

struct both {
	struct sneck_pki_key *key;
	struct sneck_pki_chain *chain;
	struct sneck_pki_trust *trust;
	struct sneck_credential credential;
	const struct sneck_credential *credentials[1];
	struct sneck_config config[2]; /* by role */
	struct end end[2];
};

static enum sneck_rc make_identity(struct both *b, uint64_t now_ms)
{
	static const char *const names[] = { "localhost" };
	const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 1,
					     .now_ms = now_ms };
	struct sneck_pki_trust_options trust = { SNECK_PKI_TRUST_INIT, .no_system = 1 };
	enum sneck_rc rc = sneck_pki_key_make(&b->key, SNECK_KEY_P256);

	if (rc == SNECK_OK)
		rc = sneck_pki_cert_make(&b->chain, b->key, &cert, NULL);
	if (rc == SNECK_OK)
		rc = sneck_pki_credential(&b->credential, b->chain, b->key, NULL);
	if (rc != SNECK_OK)
		return rc;
	trust.anchors = sneck_pki_chain_certs(b->chain, &trust.n_anchors);
	b->credentials[0] = &b->credential;
	return sneck_pki_trust_open(&b->trust, &trust, NULL);
}

static enum sneck_rc make_end(struct end *e, const struct sneck_config *cfg, int role,
			      uint64_t now_ms)
{
	const size_t size = sneck_conn_size(cfg, role), scratch = sneck_scratch_size(cfg, role);
	enum sneck_rc rc = SNECK_E_NO_MEMORY;

	sneck_in_init(&e->in, e->received, sizeof e->received);
	sneck_out_init(&e->out, e->sent, sizeof e->sent);
	e->mem = malloc(size);
	e->scratch = malloc(scratch);
	if (e->mem != NULL && e->scratch != NULL)
		rc = sneck_conn_init(e->mem, size, cfg, role, now_ms, &e->conn);
	if (rc == SNECK_OK)
		rc = sneck_conn_set_scratch(e->conn, e->scratch, scratch);
	if (rc == SNECK_OK && role == SNECK_CLIENT)
		rc = sneck_conn_set_name(e->conn, "localhost", 9);
	return rc;
}

/* Runs one end as far as it goes, and moves what it wrote to the other. */
static void turn(struct end *e, struct end *peer)
{
	struct sneck_rec rec;
	struct sneck_status st;
	size_t n, room;
	uint8_t *to;
	const int got = sneck_pump(e->conn, &e->in, &e->out, &rec, 1, &n, &st);

	e->open |= got == SNECK_PUMP_WANT_INPUT && st.state == SNECK_TRAFFIC_TRANSIT;
	if (got < 0 || got == SNECK_PUMP_SPACE || got == SNECK_PUMP_DECIDE)
		e->err = got < 0 ? got : SNECK_E_INTERNAL;
	to = sneck_in_space(&peer->in, e->out.len, &room);
	if (room < e->out.len) {
		e->err = SNECK_E_INTERNAL;
		return;
	}
	memcpy(to, e->out.base + e->out.head, e->out.len);
	sneck_in_added(&peer->in, e->out.len);
	sneck_out_sent(&e->out, e->out.len);
}

static enum sneck_rc shake_hands(struct both *b, uint64_t now_ms)
{
	struct end *const client = &b->end[SNECK_CLIENT], *const server = &b->end[SNECK_SERVER];
	enum sneck_rc rc;

	rc = make_end(client, &b->config[SNECK_CLIENT], SNECK_CLIENT, now_ms);
	if (rc == SNECK_OK)
		rc = make_end(server, &b->config[SNECK_SERVER], SNECK_SERVER, now_ms);
	if (rc != SNECK_OK)
		return rc;
	for (int i = 0; i < 8 && !(client->open && server->open); i++) {
		turn(client, server);
		turn(server, client);
		if (client->err != 0 || server->err != 0)
			return (enum sneck_rc)(client->err != 0 ? client->err : server->err);
	}
	return client->open && server->open ? SNECK_OK : SNECK_E_INTERNAL;
}

static double ms_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum sneck_rc self_test(const struct sneck_provider *provider, struct sneck_facts *facts,
			double *ms)
{
	const uint64_t now_ms = (uint64_t)time(NULL) * 1000;
	struct both *const b = calloc(1, sizeof *b);
	enum sneck_rc rc = b == NULL ? SNECK_E_NO_MEMORY : make_identity(b, now_ms);
	const double t0 = ms_now();

	if (rc == SNECK_OK) {
		b->config[SNECK_CLIENT] =
			(struct sneck_config){ SNECK_CONFIG_INIT, .provider = provider,
					       .verifier = sneck_pki_trust_verifier(b->trust) };
		b->config[SNECK_SERVER] =
			(struct sneck_config){ SNECK_CONFIG_INIT, .provider = provider,
					       .credentials = b->credentials, .n_credentials = 1 };
		rc = shake_hands(b, now_ms);
	}
	*ms = ms_now() - t0;
	if (rc == SNECK_OK)
		rc = sneck_conn_facts(b->end[SNECK_CLIENT].conn, facts, sizeof *facts);
	for (int i = 0; b != NULL && i < 2; i++) {
		if (b->end[i].conn != NULL)
			sneck_conn_wipe(b->end[i].conn);
		free(b->end[i].scratch);
		free(b->end[i].mem);
	}
	if (b != NULL) {
		sneck_pki_trust_close(b->trust);
		sneck_pki_chain_close(b->chain);
		sneck_pki_key_close(b->key);
	}
	free(b);
	return rc;
}
