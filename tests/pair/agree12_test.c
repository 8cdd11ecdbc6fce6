/* SPDX-License-Identifier: MIT */
/* agree12_test.c: what two ends of TLS 1.2 agree on besides keys: staples, extended master secret,
 * sizes of records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

static struct pair p;
static struct edit ed;

static void init(void)
{
	pair_init(&p, 1);
	pair_old(&p);
}

/* ---- staples ---- */

static void drop_promise(struct edit *e, struct unit *u)
{
	static const struct attack del = { .act = ACT_EXT_DEL, .ext = 5 };
	static const struct attack say = { .act = ACT_EXT_SET, .ext = 5, .bytes = "x", .n = 1 };

	if (u->type == 22 && u->data[0] == 2)
		attack_ext(u, e->arg != NULL ? &say : &del);
	edit_put(e, u);
}

static bool status_sent(void)
{
	const uint8_t *const b = p.server.link.bytes;

	for (size_t i = 0; i + 12 < p.server.link.len; i++)
		if (memcmp(b + i, "\x16\0\0\x0a\x01\0\0\x06staple", 14) == 0)
			return true;
	return false;
}

/* RFC 6066, 8: promised in the ServerHello, sent behind the Certificate, to who asked. */
static void staples(void **state)
{
	(void)state;
	for (int wants = 0; wants < 2; wants++) {
		init();
		p.client.v.verifier.flags = wants ? SNECK_VERIFIER_WANTS_OCSP : 0;
		p.server.cred.ocsp = sneck_span_of("staple", 6);
		pair_connect(&p);
		assert_int_equal(status_sent(), wants);
		pair_wipe(&p);
	}
	for (int say = 0; say < 2; say++) { /* one that nobody promised; a promise with a body */
		init();
		p.client.v.verifier.flags = SNECK_VERIFIER_WANTS_OCSP;
		p.server.cred.ocsp = sneck_span_of("staple", 6);
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = drop_promise;
		ed.arg = say ? &p : NULL;
		pair_run(&p);
		assert_int_equal(p.client.st.err, say ? SNECK_E_DECODE : SNECK_E_UNEXPECTED);
		pair_wipe(&p);
	}
}

/* ---- old peers ---- */

static const uint16_t *drop; /* extensions, ends with 0 */

static void drop_extensions(struct edit *e, struct unit *u)
{
	const bool hello = u->type == 22 && u->data[0] <= 2;

	for (const uint16_t *x = drop; hello && *x != 0; x++) {
		const struct attack del = { .act = ACT_EXT_DEL, .ext = *x };

		attack_ext(u, &del);
	}
	edit_put(e, u);
}

/* N32: without extended master secret only where the config says so on both sides; the transcripts
 * differ, so it ends at the Finished, which is as far as this can be played. */
static void n32_no_ems(void **state)
{
	static const uint16_t ems[] = { 23, 0 };
	static const struct {
		uint8_t client, server;
		enum sneck_rc c, s;
	} cases[] = {
		{ 0, 0, SNECK_E_PEER_ALERT, SNECK_E_NO_EMS },
		{ 1, 0, SNECK_E_PEER_ALERT, SNECK_E_NO_EMS },
		{ 0, 1, SNECK_E_NO_EMS, SNECK_E_PEER_ALERT },
		{ 1, 1, SNECK_E_PEER_ALERT, SNECK_E_BAD_FINISHED },
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		init();
		p.client.cfg.insecure_no_ems = cases[i].client;
		p.server.cfg.insecure_no_ems = cases[i].server;
		pair_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = drop_extensions;
		drop = ems;
		pair_run(&p);
		assert_int_equal(p.client.st.err, cases[i].c);
		assert_int_equal(p.server.st.err, cases[i].s);
		assert_int_equal(p.client.conn->hs.ems, 0);
		pair_wipe(&p);
	}
}

/* RFC 6066: where record_size_limit is not known, max_fragment_length counts, for both sides. */
static void max_fragment(void **state)
{
	static const uint16_t limit[] = { 28, 0 };
	struct sneck_facts facts;

	(void)state;
	init();
	p.client.cfg.ask_max_fragment = 1;
	pair_start(&p);
	edit_init(&ed, &p.client);
	ed.on_unit = drop_extensions;
	drop = limit;
	for (int i = 0; i < 3; i++)
		pair_pump(&p);
	assert_int_equal(sneck_conn_facts(p.server.conn, &facts, sizeof facts), SNECK_OK);
	assert_int_equal(facts.send_fragment, 512);
	assert_int_equal(p.server.conn->hs.recv_limit, 512);
	assert_int_equal(p.client.conn->hs.recv_limit, 512);
	pair_wipe(&p);
}

/* L4, RFC 8449: one byte more than was agreed is too much, before it is opened. */
static void n31_longer_than_agreed(void **state)
{
	static uint8_t data[200];

	(void)state;
	for (size_t len = 64; len <= 66; len++) {
		init();
		p.server.cfg.recv_record_limit = 64;
		p.client.cfg.max_version = SNECK_TLS12;
		pair_connect(&p);
		link_record(&p.client, true, 23, data, len);
		pair_run(&p);
		assert_int_equal(p.server.st.err, len > 64 ? SNECK_E_RECORD_SIZE : SNECK_OK);
		assert_int_equal(p.server.n_got, len > 64 ? 0 : len);
		pair_wipe(&p);
	}
}

/* No more than fits into `in`. */
static void pump_small(void)
{
	p.client.chunk = p.client.in.cap - p.client.in.len;
	p.server.send_nothing = p.client.chunk == 0;
	pair_pump(&p);
}

/* `in` may be as small as what was asked for: a record of 1.2 and of 1.3 that fills the limit
 * fits. */
static void small_input(void **state)
{
	static uint8_t big[3000];

	(void)state;
	for (int old = 0; old < 2; old++) {
		pair_init(&p, 1);
		pair_old(&p);
		if (!old)
			p.server.cfg.max_version = 0;
		p.server.chain[0].len = p.server.chain[1].len = 20;
		pair_start(&p);
		p.client.in.cap = 1000;
		for (unsigned i = 0; i < 10; i++)
			pump_small();
		assert_true(pair_connected(&p));
		end_write(&p.server, big, sizeof big);
		for (unsigned i = 0; i < 10; i++)
			pump_small();
		assert_int_equal(p.client.n_got, sizeof big);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(staples),	cmocka_unit_test(n32_no_ems),
		cmocka_unit_test(max_fragment), cmocka_unit_test(n31_longer_than_agreed),
		cmocka_unit_test(small_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
