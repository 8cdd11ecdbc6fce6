/* SPDX-License-Identifier: MIT */
/* pair_kit.c: what many tests do with a pair of pair.h: configs that they share, and the first
 * steps of a connection. */
#include "lib/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

void pair_retry(struct pair *p)
{
	static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1 };

	p->client.cfg.groups = (struct sneck_u16s){ groups, 2 };
	p->client.cfg.n_key_shares = 1;
	p->server.cfg.groups = (struct sneck_u16s){ groups + 1, 1 };
}

const struct sneck_psk pair_key = {
	.size = sizeof pair_key,
	.identity = BYTES("client 7"),
	.secret = BYTES("0123456789abcdef"),
};
const struct sneck_psk *const pair_psks[1] = { &pair_key };

void pair_psk(struct pair *p)
{
	p->client.cfg.psks = p->server.cfg.psks = pair_psks;
	p->client.cfg.n_psks = p->server.cfg.n_psks = 1;
}

void pair_knobs(struct pair *p, unsigned i)
{
	p->client.cfg.no_compat = (i & 1) != 0;
	p->client.chunk = p->server.chunk = i & 2 ? 1 : 0;
	p->client.rfc_mode = p->server.rfc_mode = (i & 4) != 0;
	p->client.late_scratch = p->server.late_scratch = (i & 8) != 0;
	p->client.poison = p->server.poison = (i & 16) != 0;
	p->client.move = p->server.move = (i & 32) != 0;
}

void pair_auth_knobs(struct pair *p, unsigned i)
{
	if (i & 4)
		p->server.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG;
	p->server.answer = i & 8 ? 1 : 2;
	p->server.late_scratch = (i & 8) != 0;
	p->server.rfc_mode = (i & 16) != 0;
	p->client.rfc_mode = (i & 32) != 0;
	p->client.cfg.send_fragment = i & 64 ? 64 : 0;
	p->server.exact = (i & 128) != 0;
	p->server.chunk = i & 256 ? 7 : 0;
	p->server.poison = p->server.move = (i & 256) != 0;
}

void end_identity(struct end *e, enum transparent_kind kind)
{
	transparent_cert(e->certs[0], sizeof e->certs[0], kind, e->signer.id);
	transparent_signer(&e->signer, kind, e->signer.id);
}

struct sneck_credential *end_credentials(struct end *e, const enum transparent_kind *kinds,
					 size_t n, const char *const *names, size_t n_names)
{
	static struct transparent_signer signers[4];
	static struct sneck_credential creds[4];
	static const struct sneck_credential *const list[] = { creds, creds + 1, creds + 2,
							       creds + 3 };
	static struct sneck_span chains[4];
	static uint8_t certs[4][20];

	assert_true(n <= 4);
	for (size_t k = 0; k < n; k++) {
		transparent_signer(&signers[k], kinds[k], (uint8_t)(21 + k));
		transparent_cert(certs[k], sizeof certs[k], kinds[k], (uint8_t)(21 + k));
		chains[k] = sneck_span_of(certs[k], sizeof certs[k]);
		creds[k] = (struct sneck_credential){
			SNECK_CREDENTIAL_INIT,	      .chain = &chains[k], .n_chain = 1,
			.signer = &signers[k].signer, .names = names,	   .n_names = n_names
		};
	}
	e->cfg.credentials = list;
	e->cfg.n_credentials = n;
	return creds;
}

void pair_expect(const struct pair *p)
{
	if (!pair_connected(p))
		fail_msg("client %s, server %s", sneck_rc_name(p->client.st.err),
			 sneck_rc_name(p->server.st.err));
}

void pair_connect(struct pair *p)
{
	pair_start(p);
	pair_run(p);
	pair_expect(p);
}

void pair_chat(struct pair *p)
{
	pair_expect(p);
	end_write(&p->client, "hello", 5);
	end_write(&p->server, "world", 5);
	pair_run(p);
	assert_int_equal(p->server.n_got, 5);
	assert_int_equal(p->client.n_got, 5);
	assert_memory_equal(p->server.got, "hello", 5);
	assert_memory_equal(p->client.got, "world", 5);
}

struct sneck_facts end_facts(const struct end *e)
{
	struct sneck_facts facts;

	assert_int_equal(sneck_conn_facts(e->conn, &facts, sizeof facts), SNECK_OK);
	return facts;
}

void end_room(struct end *e, size_t n)
{
	e->out.cap = e->out.head + e->out.len + n;
	memset(e->out.base + e->out.head + e->out.len, 0xa5, n + 64u);
}

void end_canary(const struct end *e, size_t from)
{
	for (size_t i = from; i < e->out.cap + 64u; i++)
		assert_int_equal(e->out.base[i], 0xa5);
}
