/* SPDX-License-Identifier: MIT */
/* flow.c: see flow.h. */
#include "lib/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

const struct flow flows[] = {
	{ .name = "full" },
	{ .name = "p256", .group = SNECK_SECP256R1 },
	{ .name = "x25519mlkem768", .group = SNECK_X25519MLKEM768 },
	{ .name = "aes256", .suite = SNECK_TLS_AES_256_GCM_SHA384 },
	{ .name = "chacha20", .suite = SNECK_TLS_CHACHA20_POLY1305_SHA256, .rsa = true },
	{ .name = "alpn", .alpn = true, .limit = 100 },
	{ .name = "retry", .retry = true },
	{ .name = "retry with a cookie", .retry = true, .cookie = true },
	{ .name = "mutual", .auth = SNECK_AUTH_REQUIRED },
	{ .name = "mutual, none sent", .auth = SNECK_AUTH_OPTIONAL, .empty = true },
	{ .name = "resumed", .resumed = true },
	{ .name = "resumed behind a retry", .resumed = true, .retry = true },
	{ .name = "external psk", .psk = true },
	{ .name = "psk_ke", .psk = true, .psk_ke = true },
	{ .name = "early data", .resumed = true, .early = true },
	{ .name = "early data refused", .resumed = true, .early = true, .refused = true },
	{ .name = "early data before a retry", .resumed = true, .early = true, .retry = true },
	{ .name = "key updates", .update = true },
	{ .name = "raw key", .raw = true },
	{ .name = "compressed", .packed = true },
	{ .name = "1.2 ecdsa", .old = true },
	{ .name = "1.2 rsa", .old = true, .rsa = true, .alpn = true },
	{ .name = "1.2 p256", .old = true, .group = SNECK_SECP256R1, .fragment = 1 },
	{ .name = "1.2 chacha20",
	  .suite = SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	  .old = true,
	  .shut = true },
	{ .name = "1.2 mutual", .old = true, .auth = SNECK_AUTH_REQUIRED },
	{ .name = "1.2 mutual, none sent",
	  .old = true,
	  .auth = SNECK_AUTH_OPTIONAL,
	  .empty = true },
	{ .name = "1.2 raw key", .old = true, .raw = true },
	{ .name = "1.2 resumed", .old = true, .resumed = true },
};
const size_t n_flows = sizeof flows / sizeof flows[0];

static uint8_t message[2000], backwards[2000], unpacked[2000];
static size_t n_message;

static void turn(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[n - 1u - i];
}

static int unpack(struct end *e, int state)
{
	const struct sneck_span packed = e->st.u.unpack.packed;

	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	if (e->st.u.unpack.length != packed.len || packed.len > sizeof unpacked) {
		assert_int_equal(sneck_answer_refuse(e->conn, e->st.op, 42), SNECK_OK);
		return 1;
	}
	turn(unpacked, packed.p, packed.len);
	assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op, unpacked, packed.len), SNECK_OK);
	return 1;
}

/* A packing that is none: the bytes backwards. */
static void with_packing(struct pair *p)
{
	static const uint16_t algorithm[] = { SNECK_ZLIB };
	static struct sneck_packed_chain chain;

	assert_int_equal(
		sneck_certificate_write(&p->server.cred, message, sizeof message, &n_message),
		SNECK_OK);
	turn(backwards, message, n_message);
	chain = (struct sneck_packed_chain){
		.bytes = sneck_span_of(backwards, n_message),
		.length = (uint32_t)n_message,
		.algorithm = SNECK_ZLIB,
	};
	p->server.cred.packed = &chain;
	p->server.cred.n_packed = 1;
	p->client.cfg.unpack = (struct sneck_u16s){ algorithm, 1 };
	p->client.cfg.ask |= SNECK_ASK_UNPACK;
	p->client.hook = unpack;
}

static void with_raw_key(struct pair *p)
{
	struct end *const s = &p->server;

	p->client.v.verifier.flags |= SNECK_VERIFIER_RAW_KEYS | SNECK_VERIFIER_NO_X509;
	transparent_spki(s->certs[0], 20, TRANSPARENT_ECDSA, s->signer.id);
	s->cred.type = SNECK_RAW_PUBLIC_KEY;
	s->cred.n_chain = 1;
}

static void with_psk(struct pair *p, bool ke)
{
	static const struct sneck_psk psk = {
		.size = sizeof psk,
		.identity = { (const uint8_t *)"client 7", 8 },
		.secret = { (const uint8_t *)"[external secret", 16 },
	};
	static const struct sneck_psk *const psks[] = { &psk };
	struct end *const ends[] = { &p->client, &p->server };

	for (int i = 0; i < 2; i++) {
		ends[i]->cfg.psks = psks;
		ends[i]->cfg.n_psks = 1;
		ends[i]->cfg.psk_ke = ke;
	}
}

static void negotiate(struct end *e, const struct flow *f)
{
	static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
						  { (const uint8_t *)"dot", 3 } };

	if (f->suite != 0)
		e->cfg.suites = (struct sneck_u16s){ &f->suite, 1 };
	if (f->group != 0)
		e->cfg.groups = (struct sneck_u16s){ &f->group, 1 };
	if (f->alpn) {
		e->cfg.alpn = alpn;
		e->cfg.n_alpn = 2;
	}
	e->cfg.recv_record_limit = f->limit;
}

void flow_init(struct pair *p, const struct flow *f, uint64_t seed)
{
	static const uint8_t cookie_secret[32] = { 1, 2, 3 };

	resume_old = f->old;
	if (f->resumed)
		resume_same(p, f->early);
	else
		pair_init(p, seed);
	resume_old = false;
	p->client.t.random += seed;
	p->server.t.random += seed;
	if (f->group == SNECK_X25519MLKEM768) {
		transparent_all_groups(&p->client.t);
		transparent_all_groups(&p->server.t);
	}
	negotiate(&p->client, f);
	negotiate(&p->server, f);
	for (int i = 0; i < 2; i++)
		p->client.chain[i].len = p->server.chain[i].len = 20;
	if (f->rsa) {
		transparent_cert(p->server.certs[0], 20, TRANSPARENT_RSA, 7);
		transparent_signer(&p->server.signer, TRANSPARENT_RSA, 7);
	}
	if (f->retry)
		pair_retry(p);
	if (f->cookie)
		p->server.cfg.cookie_secret = sneck_span_of(cookie_secret, sizeof cookie_secret);
	if (f->auth != SNECK_AUTH_NONE)
		pair_client_auth(p, f->auth);
	if (f->empty)
		p->client.cfg.n_credentials = 0;
	if (f->psk)
		with_psk(p, f->psk_ke);
	if (f->refused)
		p->server.accept_early = 0;
	if (f->refused || f->retry) /* without keys one cannot see what is to be skipped */
		p->client.say_early = NULL;
	if (f->raw)
		with_raw_key(p);
	if (f->packed)
		with_packing(p);
	p->client.cfg.ask_max_fragment = f->fragment;
	if (f->old)
		pair_old(p);
}

void flow_talk(struct pair *p, const struct flow *f)
{
	end_write(&p->client, "ping", 4);
	end_write(&p->server, "pong", 4);
	for (int i = 0; i < 3 && f->update; i++) {
		assert_int_equal(sneck_key_update(p->client.conn, SNECK_KU_REQUEST_PEER * (i & 1)),
				 SNECK_OK);
		end_write(&p->client, "ping", 4);
		pair_run(p);
		assert_int_equal(sneck_key_update(p->server.conn, 0), SNECK_OK);
		end_write(&p->server, "pong", 4);
	}
	pair_run(p);
}

void flow_heard(const struct pair *p)
{
	assert_true(p->server.n_got >= 4 && p->client.n_got >= 4);
	for (size_t i = 0; i < p->server.n_got; i += 4)
		assert_memory_equal(p->server.got + i, "ping", 4);
	for (size_t i = 0; i < p->client.n_got; i += 4)
		assert_memory_equal(p->client.got + i, "pong", 4);
}
