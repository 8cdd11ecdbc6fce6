/* SPDX-License-Identifier: MIT */
/* seeds.c: `fuzz_seeds DIR` plays every flow of tests/lib/flow.h and writes what was seen as inputs
 * of the targets, DIR/NAME.pack. A pack is read by main.c and tools/corpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/pki.h>

#include "ext/ext.h"
#include "lib/edit.h"
#include "lib/flow.h"
#include "msg/hello.h"
#include "read.h"

enum pack { PACK_READ, PACK_CONN, PACK_PAIR, PACK_API, PACK_LOAD, PACKS };

static FILE *packs[PACKS];
static struct pair p;
static struct edit edits[2];

/* What is sent in one direction: an input of conn_fuzz.c. */
static struct said {
	uint8_t bytes[30000];
	size_t len;
} said[2];

static void put(enum pack pack, const void *head, size_t n_head, struct sneck_span body)
{
	const size_t len = n_head + body.len;
	const uint8_t prefix[2] = { (uint8_t)(len >> 8), (uint8_t)len };

	if (len > 0xffff || fwrite(prefix, 1, 2, packs[pack]) != 2 ||
	    fwrite(head, 1, n_head, packs[pack]) != n_head ||
	    (body.len != 0 && fwrite(body.p, 1, body.len, packs[pack]) != body.len))
		abort();
}

static void put_reader(enum reader reader, struct sneck_span body)
{
	const uint8_t head = (uint8_t)reader;

	put(PACK_READ, &head, 1, body);
}

static void put_extensions(enum ext_in in, struct sneck_span block)
{
	const uint8_t head[2] = { READ_EXTENSIONS, (uint8_t)in };

	put(PACK_READ, head, 2, block);
}

/* Which reader takes a message; READERS: none. */
static enum reader reader_of(uint8_t type, bool old)
{
	static const uint8_t of13[32] = {
		[HT_CLIENT_HELLO] = READ_CLIENT_HELLO + 1,
		[HT_SERVER_HELLO] = READ_SERVER_HELLO + 1,
		[HT_NEW_SESSION_TICKET] = READ_NEW_SESSION_TICKET + 1,
		[HT_ENCRYPTED_EXTENSIONS] = READ_ENCRYPTED_EXTENSIONS + 1,
		[HT_CERTIFICATE] = READ_CERTIFICATE + 1,
		[HT_CERTIFICATE_REQUEST] = READ_CERTIFICATE_REQUEST + 1,
		[HT_CERTIFICATE_VERIFY] = READ_CERTIFICATE_VERIFY + 1,
		[HT_FINISHED] = READ_FINISHED + 1,
		[HT_KEY_UPDATE] = READ_KEY_UPDATE + 1,
		[HT_COMPRESSED_CERTIFICATE] = READ_COMPRESSED_CERTIFICATE + 1,
	};
	static const uint8_t of12[32] = {
		[HT_NEW_SESSION_TICKET] = READ_NEW_SESSION_TICKET12 + 1,
		[HT_CERTIFICATE] = READ_CERTIFICATE12 + 1,
		[HT_SERVER_KEY_EXCHANGE] = READ_SERVER_KX + 1,
		[HT_CERTIFICATE_REQUEST] = READ_CERTIFICATE_REQUEST12 + 1,
		[HT_CLIENT_KEY_EXCHANGE] = READ_CLIENT_KX + 1,
		[HT_CERTIFICATE_STATUS] = READ_CERTIFICATE_STATUS + 1,
	};

	type %= 32;
	if (old && of12[type] != 0)
		return (enum reader)(of12[type] - 1);
	return of13[type] != 0 ? (enum reader)(of13[type] - 1) : READERS;
}

static void message(const struct unit *u, bool old)
{
	const struct sneck_span body = { u->data + 4, u->len - 4u };
	const enum reader reader = reader_of(u->data[0], old);
	struct client_hello ch;
	struct server_hello sh;

	put_reader(READ_MESSAGES, sneck_span_of(u->data, u->len));
	if (reader != READERS)
		put_reader(reader, body);
	if (reader == READ_CLIENT_HELLO && sneck__client_hello_read(&ch, body) == SNECK_OK)
		put_extensions(IN_CH, ch.extensions);
	if (reader == READ_SERVER_HELLO && sneck__server_hello_read(&sh, body) == SNECK_OK)
		put_extensions(old ? IN_SH12 : IN_SH, sh.extensions);
	if (reader == READ_ENCRYPTED_EXTENSIONS)
		put_extensions(IN_EE, sneck_span_of(body.p + 2, body.len - 2u));
}

static void on_unit(struct edit *e, struct unit *u)
{
	struct said *const s = &said[e->e == &p.server];
	const uint8_t head[3] = { (uint8_t)((u->type - 20) | (u->prot ? 4 : 0)),
				  (uint8_t)(u->len >> 8), (uint8_t)u->len };

	if (u->type == 22 && u->len > 4)
		message(u, e->e->conn->hs.version == SNECK_TLS12);
	if (s->len + 3u + u->len > sizeof s->bytes)
		abort();
	memcpy(s->bytes + s->len, head, 3);
	if (u->len != 0)
		memcpy(s->bytes + s->len + 3u, u->data, u->len);
	s->len += 3u + u->len;
	edit_put(e, u);
}

static int job(struct end *e, int state)
{
	static _Alignas(SNECK_ALIGN) uint8_t mem[2000];

	if (state == SNECK_RECEIVED_CERTIFICATE &&
	    sneck_verify_job_pack(&e->st.u.cert, mem, sizeof mem) == SNECK_OK)
		put_reader(READ_VERIFY_JOB,
			   sneck_span_of(mem, sneck_verify_job_size(&e->st.u.cert)));
	return 0;
}

static void flow(uint8_t i)
{
	const struct flow *const f = &flows[i];
	struct end *const ends[2] = { &p.client, &p.server };

	if (f->shut)
		return;
	flow_init(&p, f, 1);
	pair_start(&p);
	for (int k = 0; k < 2; k++) {
		said[k].len = 0;
		edit_init(&edits[k], ends[k]);
		edits[k].on_unit = on_unit;
	}
	pair_run(&p);
	if (!pair_connected(&p))
		abort();
	for (uint8_t k = 0; k < 2; k++) {
		/* what one end says is the other's input */
		const uint8_t head[2] = { i, !k };

		put(PACK_CONN, head, 2, sneck_span_of(said[k].bytes, said[k].len));
	}
	pair_wipe(&p);
}

/* A change of each kind at some unit of each flow; calls in no order. */
static void scripts(void)
{
	uint64_t dice = 1;
	uint8_t bytes[120];

	for (unsigned i = 0; i < 400; i++) {
		for (size_t k = 0; k < sizeof bytes; k++) {
			dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
			bytes[k] = (uint8_t)(dice >> 40);
		}
		if (i % 10 == 0)
			put(PACK_API, bytes, 1, sneck_span_of(bytes + 1, sizeof bytes - 1u));
		bytes[0] = (uint8_t)(i % n_flows);
		bytes[2] %= 6; /* there is such a unit */
		bytes[3] = 0;
		bytes[5] %= 8;
		put(PACK_PAIR, bytes, 6, sneck_span_of(bytes + 6, bytes[5]));
	}
}

/* Chain and key, as PEM and as DER. */
static void files(void)
{
	static const char *const names[] = { "example.org" };
	static const int kinds[] = { SNECK_KEY_P256, SNECK_KEY_RSA2048, SNECK_KEY_ED25519 };
	const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 1,
					     .now_ms = UINT64_C(1700000000000) };
	static uint8_t pem[8000];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct sneck_pki_key *key;
		struct sneck_pki_chain *chain;
		const struct sneck_span *der;
		size_t n;

		if (sneck_pki_key_make(&key, kinds[i]) != SNECK_OK ||
		    sneck_pki_cert_make(&chain, key, &cert, NULL) != SNECK_OK)
			abort();
		if (sneck_pki_chain_write(chain, pem, sizeof pem, &n) == SNECK_OK)
			put(PACK_LOAD, "\0", 1, sneck_span_of(pem, n));
		if (sneck_pki_key_write(key, pem, sizeof pem, &n) == SNECK_OK)
			put(PACK_LOAD, "\1", 1, sneck_span_of(pem, n));
		der = sneck_pki_chain_certs(chain, &n);
		put(PACK_LOAD, "\2", 1, der[0]);
		put(PACK_LOAD, "\3", 1, der[0]);
		put(PACK_LOAD, "\4", 1, der[0]);
		sneck_pki_chain_close(chain);
		sneck_pki_key_close(key);
	}
}

int main(int argc, char **argv)
{
	static const char *const names[PACKS] = { "read", "conn", "pair", "api", "load" };
	char path[1000];

	if (argc != 2)
		return 2;
	for (int i = 0; i < PACKS; i++) {
		(void)snprintf(path, sizeof path, "%s/%s.pack", argv[1], names[i]);
		packs[i] = fopen(path, "wb");
		if (packs[i] == NULL) {
			perror(path);
			return 1;
		}
	}
	for (uint8_t i = 0; i < n_flows; i++)
		flow(i);
	flow_init(&p, &flows[0], 1);
	p.client.cfg.ask |= SNECK_ASK_VERIFY;
	p.client.answer = 1;
	p.client.hook = job;
	pair_start(&p);
	pair_run(&p);
	put_reader(READ_SESSION, sneck_span_of(resume_session, resume_session_len));
	put_reader(READ_RECORD_HEAD, sneck_span_of("\x16\3\1\2\0", 5));
	scripts();
	files();
	for (int i = 0; i < PACKS; i++)
		if (fclose(packs[i]) != 0)
			return 1;
	return 0;
}
