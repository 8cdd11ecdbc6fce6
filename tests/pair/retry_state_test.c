/* SPDX-License-Identifier: MIT */
/* retry_state_test.c: what a server keeps between two ClientHellos: with a cookie nothing, so any
 * server with the same secret may go on; a cookie fits one hello and one secret. RFC 9846, 4.3.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/needs.h"

static struct pair p;
static struct edit ed;
static uint8_t secret[32] = { 1, 2, 3 }, other_secret[32] = { 1, 2, 4 };
static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1 };

static void prepare(uint64_t seed, bool compat)
{
	pair_init(&p, seed);
	p.client.cfg.groups = (struct sneck_u16s){ groups, 2 };
	p.client.cfg.n_key_shares = 1;
	p.client.cfg.no_compat = !compat;
	p.server.cfg.groups = (struct sneck_u16s){ groups + 1, 1 };
	p.server.cfg.cookie_secret = sneck_span_of(secret, sizeof secret);
	pair_start(&p);
}

/* Until the second ClientHello is on its way. */
static void to_second_hello(void)
{
	assert_int_equal(end_run(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	wire_move(&p.client, &p.server);
	assert_int_equal(end_run(&p.server), SNECK_MUST_TRANSMIT_TLS_DATA);
	wire_move(&p.server, &p.client);
	assert_int_equal(end_run(&p.server), SNECK_NEEDS_MORE_TLS_DATA);
	assert_int_equal(end_run(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	assert_int_equal(p.client.st.err, 0);
}

/* The server is gone; here is another one with the same config. */
static void another_server(const uint8_t by[32])
{
	struct end *const s = &p.server;

	sneck_conn_wipe(s->conn);
	p.server.cfg.cookie_secret = sneck_span_of(by, 32);
	memset(s->conn_mem, 0xa5, sizeof s->conn_mem);
	memset(s->scratch, 0xa5, sizeof s->scratch);
	assert_int_equal(sneck_conn_init(s->conn_mem, sizeof s->conn_mem, &s->cfg, SNECK_SERVER, 0,
					 &s->conn),
			 SNECK_OK);
	assert_int_equal(sneck_conn_set_scratch(s->conn, s->scratch, sizeof s->scratch), SNECK_OK);
	sneck_in_init(&s->in, s->in_mem, PAIR_HALF);
	sneck_out_init(&s->out, s->out_mem, PAIR_HALF);
}

static void stateless(void **state)
{
	struct sneck_facts f;

	(void)state;
	prepare(1, false);
	to_second_hello();
	another_server(secret);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.retried, 1);
	assert_int_equal(f.group, SNECK_SECP256R1);
	pair_chat(&p);
	pair_wipe(&p);
}

static void another_secret(void **state)
{
	(void)state;
	prepare(1, false);
	to_second_hello();
	another_server(other_secret);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_ILLEGAL);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.client.st.alert, 47);
	pair_wipe(&p);
}

/* The config of the other server chooses otherwise: what the cookie says is not what it says. */
static void another_choice(void **state)
{
	static const uint16_t suites[][1] = { { SNECK_TLS_AES_256_GCM_SHA384 },
					      { SNECK_TLS_CHACHA20_POLY1305_SHA256 } };

	(void)state;
	NEEDS(BUILD_CERTS);
	for (size_t i = 0; i < 3; i++) {
		prepare(1, false);
		p.server.cfg.suites = (struct sneck_u16s){ (const uint16_t[]){ 0x1301 }, 1 };
		to_second_hello();
		if (i < 2)
			p.server.cfg.suites = (struct sneck_u16s){ suites[i], 1 };
		else
			p.server.cfg.groups = (struct sneck_u16s){ groups, 1 };
		another_server(secret);
		pair_run(&p);
		assert_int_equal(p.server.st.err, SNECK_E_ILLEGAL);
		pair_wipe(&p);
	}
}

/* ---- a cookie of another hello ---- */

static uint8_t stolen[256];
static size_t stolen_len;

static size_t cookie_at(const struct unit *u, size_t *len)
{
	size_t at = 38, end;

	at += 1u + u->data[at];
	if (u->data[0] == 1) {
		at += 2u + ((size_t)u->data[at] << 8 | u->data[at + 1]);
		at += 1u + u->data[at];
	} else {
		at += 3;
	}
	end = at + 2u + ((size_t)u->data[at] << 8 | u->data[at + 1]);
	for (at += 2; at < end; at += 4u + *len) {
		*len = (size_t)u->data[at + 2] << 8 | u->data[at + 3];
		if (u->data[at] == 0 && u->data[at + 1] == 44)
			return at + 4u;
	}
	return 0;
}

static void steal(struct edit *e, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 2) {
		const size_t at = cookie_at(u, &stolen_len);

		assert_true(at != 0 && stolen_len <= sizeof stolen);
		memcpy(stolen, u->data + at, stolen_len);
		e->done = true;
	}
	edit_put(e, u);
}

static void put_stolen(struct edit *e, struct unit *u)
{
	size_t len;

	if (u->type == 22 && u->data[0] == 1 && e->skipped++ == 1) {
		const size_t at = cookie_at(u, &len);

		assert_int_equal(len, stolen_len);
		assert_memory_not_equal(u->data + at, stolen, len);
		memcpy(u->data + at, stolen, len);
		e->done = true;
	}
	edit_put(e, u);
}

static void another_hello(void **state)
{
	(void)state;
	prepare(1, true);
	edit_init(&ed, &p.server);
	ed.on_unit = steal;
	to_second_hello();
	assert_true(ed.done);
	pair_wipe(&p);
	prepare(2, true);
	edit_init(&ed, &p.client);
	ed.on_unit = put_stolen;
	pair_run(&p);
	assert_true(ed.done);
	assert_int_equal(p.server.st.err, SNECK_E_ILLEGAL);
	assert_int_equal(p.server.st.alert, 47);
	pair_wipe(&p);
}

/* ---- what lies in memory in between ---- */

static bool found(const void *mem, size_t len, const void *what, size_t n)
{
	const uint8_t *const b = mem;

	for (size_t i = 0; i + n <= len; i++)
		if (memcmp(b + i, what, n) == 0)
			return true;
	return false;
}

/* The echo of the session id is in the retry, and so is the digest of the hello, sealed: that is
 * output. The hello's random is in nothing that was sent. */
static void nothing_kept(void **state)
{
	static const struct cookie none;
	const uint8_t *const random = p.client.link.bytes + 5 + 6;

	(void)state;
	prepare(1, false);
	to_second_hello();
	assert_memory_equal(&p.server.conn->hs.work->memo, &none, sizeof none);
	assert_false(found(p.server.conn_mem, sizeof p.server.conn_mem, random, 32));
	assert_false(found(p.server.scratch, sizeof p.server.scratch, random, 32));
	assert_null(p.server.conn->hs.work->transcript.hash);
	pair_wipe(&p);
}

/* A ChangeCipherSpec of each side, and one more, are no trouble: the bound is two. */
static void two_ccs_pass(void **state)
{
	static const uint8_t one[] = { 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		prepare(1, true);
		if (i & 1)
			to_second_hello();
		else
			assert_int_equal(end_run(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
		if (i & 1) { /* in front of its own */
			link_record(&p.client, false, 20, one, 1);
			p.server.chunk = i & 2 ? 1 : 0;
		}
		pair_run(&p);
		assert_true(pair_connected(&p));
		assert_int_equal(p.server.conn->hs.ccs, i & 1 ? 2 : 1);
		assert_int_equal(p.client.conn->hs.ccs, 1);
		pair_wipe(&p);
	}
}

/* ---- a hybrid that the client names and sends no share for is worth a retry, nothing else is ----
 */

static void preference(void **state)
{
	static const uint16_t p256[] = { SNECK_SECP256R1, SNECK_X25519 };
	struct sneck_facts f;

	(void)state;
	pair_init(&p, 1); /* the server prefers the other group, but has a share */
	p.client.cfg.groups = (struct sneck_u16s){ groups, 2 };
	p.client.cfg.n_key_shares = 1;
	p.server.cfg.groups = (struct sneck_u16s){ p256, 2 };
	pair_connect(&p);
	assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.retried, 0);
	assert_int_equal(f.group, SNECK_X25519);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stateless),	  cmocka_unit_test(another_secret),
		cmocka_unit_test(another_choice), cmocka_unit_test(another_hello),
		cmocka_unit_test(nothing_kept),	  cmocka_unit_test(two_ccs_pass),
		cmocka_unit_test(preference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
