/* SPDX-License-Identifier: MIT */
/* flow_test.c: whole flows between two connections: every cut of the wire, both output modes, moved
 * and poisoned memory; data, KeyUpdates, tickets, closing; and that nothing of it depends on how
 * the bytes came: the same plaintext, the same bytes on the wire, the same secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/needs.h"
#include "lib/resume.h"
#include "lib/ways.h"

struct flow {
	const char *name;
	uint16_t suite, group;
	uint32_t ask;
	int answer; /* of verdicts: see struct end */
	bool alpn, no_name, rsa, no_compat;
	uint16_t fragment;
	bool resumed, early, retried;
};

static const struct flow flows[] = {
	{ .name = "default" },
	{ .name = "aes128 x25519", .suite = 0x1301, .group = 0x001d },
	{ .name = "aes128 p256", .suite = 0x1301, .group = 0x0017, .alpn = true },
	{ .name = "aes256 x25519", .suite = 0x1302, .group = 0x001d, .rsa = true },
	{ .name = "aes256 p256", .suite = 0x1302, .group = 0x0017 },
	{ .name = "chacha x25519", .suite = 0x1303, .group = 0x001d, .no_name = true },
	{ .name = "chacha p256", .suite = 0x1303, .group = 0x0017, .rsa = true, .alpn = true },
	{ .name = "verdict early", .ask = SNECK_ASK_VERIFY, .answer = 1 },
	{ .name = "verdict late", .ask = SNECK_ASK_VERIFY, .answer = 2, .rsa = true },
	{ .name = "signature shown", .ask = SNECK_ASK_VERIFY_SIG },
	{ .name = "schemes asked", .ask = SNECK_ASK_SCHEMES },
	{ .name = "may encrypt", .ask = SNECK_ASK_MAY_ENCRYPT },
	{ .name = "all early", .ask = WAYS_ASK_ALL, .answer = 1, .alpn = true },
	{ .name = "all late", .ask = WAYS_ASK_ALL, .answer = 2, .suite = 0x1302 },
	{ .name = "no compat", .no_compat = true },
	{ .name = "small records", .fragment = 64, .rsa = true },
	{ .name = "resumed", .resumed = true },
	{ .name = "resumed behind a retry", .resumed = true, .retried = true },
	{ .name = "resumed, small records", .resumed = true, .fragment = 64 },
	{ .name = "early data", .resumed = true, .early = true },
	{ .name = "early data, no compat", .resumed = true, .early = true, .no_compat = true },
};
#define N_FLOWS (sizeof flows / sizeof flows[0])

/* From this flow on: one that the build has. */
static size_t built(size_t f)
{
	while (f < N_FLOWS && flows[f].resumed && !resume_can(flows[f].early))
		f++;
	return f;
}

static struct pair p;
static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
					  { (const uint8_t *)"http/1.1", 8 } };

static void setup(size_t n)
{
	const struct flow *const f = &flows[n];
	static const uint16_t p256 = SNECK_SECP256R1;
	struct end *const ends[2] = { &p.client, &p.server };

	if (f->resumed)
		resume_same(&p, f->early);
	else
		pair_init(&p, 1);
	if (f->retried) {
		p.client.cfg.n_key_shares = 1;
		p.server.cfg.groups = (struct sneck_u16s){ &p256, 1 };
	}
	for (int i = 0; i < 2; i++) {
		struct sneck_config *const cfg = &ends[i]->cfg;

		if (f->suite != 0)
			cfg->suites = (struct sneck_u16s){ &f->suite, 1 };
		if (f->group != 0)
			cfg->groups = (struct sneck_u16s){ &f->group, 1 };
		if (f->alpn) {
			cfg->alpn = alpn;
			cfg->n_alpn = 2;
		}
		cfg->no_compat = f->no_compat;
		cfg->send_fragment = f->fragment;
		cfg->ask |= f->ask & SNECK_ASK_MAY_ENCRYPT;
	}
	p.client.cfg.ask |= f->ask;
	p.client.answer = f->answer;
	p.client.cfg.insecure_no_name = f->no_name;
	if (f->rsa)
		end_identity(&p.server, TRANSPARENT_RSA);
}

/* A KeyUpdate that is owed goes out now. */
static void end_flush(struct end *e)
{
	const size_t want = sneck_encrypt_size(e->conn, 0), before = e->out.len;

	assert_true(want == 0 || want == 5 + 5 + 17);
	assert_int_equal(sneck_encrypt(e->conn, NULL, 0, 0, &e->out, NULL), SNECK_OK);
	assert_int_equal(e->out.len, before + want);
}

static void key_updates(void)
{
	static const uint8_t request[] = { 24, 0, 0, 1, 1 };
	static const uint8_t ticket[] = { 4, 0, 0, 17, 0, 0, 1, 0, 1, 2, 3,
					  4, 1, 9, 0,  3, 7, 7, 7, 0, 0 };

	p.server.conn->hs.ku_owed = true;
	p.client.conn->hs.ku_owed = true;
	end_flush(&p.server);
	end_flush(&p.client);
	link_record(&p.server, true, 22, ticket, sizeof ticket);
	link_record(&p.server, true, 22, request, sizeof request);
	link_record(&p.client, true, 22, request, sizeof request);
	pair_run(&p);
	ways_connected(&p, "key updates");
	end_flush(&p.server); /* nothing, unless it found no `out` */
	end_flush(&p.client);
	end_write(&p.client, "again", 5);
	pair_run(&p);
	assert_int_equal(p.client.conn->rx_updates, 3);
	assert_int_equal(p.client.conn->tx_updates, 2);
	assert_int_equal(p.server.conn->rx_updates, p.client.conn->tx_updates + 1u);
	assert_int_equal(p.server.conn->tx_updates, 2);
}

/* The whole life of a connection, short or long. */
static void talk(size_t f, bool whole)
{
	pair_start(&p);
	pair_run(&p);
	ways_connected(&p, flows[f].name);
	assert_int_equal(p.client.conn->hs.resumed, p.client.resume != NULL ? 1
						    : BUILD_CERTS	    ? 0
									    : 2);
	assert_int_equal(p.server.n_early, p.client.say_early != NULL ? 10 : 0);
	ways_say(&p, whole);
	if (whole) {
		key_updates();
		assert_int_equal(p.server.n_got, 10);
		assert_memory_equal(p.server.got, "helloagain", 10);
		assert_int_equal(p.client.n_got, 40000);
	}
	ways_close(&p);
}

static const struct ways ways = { &p, setup, talk };

static void each_end(void (*turn)(struct end *e))
{
	turn(&p.client);
	turn(&p.server);
}

/* T3, T4, T7, T8 */
static void every_way_of_receiving(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t f = built(0); f < N_FLOWS; f = built(f + 1u))
		cases += ways_receive(&ways, f);
	print_message("%zu flows received another way\n", cases);
}

/* T4: each flight in two at every byte. */
static void every_single_split(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t f = built(0); f < N_FLOWS; f = built(f + 1u))
		cases += ways_split(&ways, f, f == 0 || f == 13 || f == 16 || f == 19 ? 1 : 29);
	print_message("%zu splits\n", cases);
}

/* T3: receiving exactly num_bytes leaves nothing behind a record. */
static int nothing_left(struct end *e, int state)
{
	if (state == SNECK_NEEDS_MORE_TLS_DATA && e->st.u.more.num_bytes == 0)
		assert_true(e->in.len == 0 || e->conn->in.run_len != 0);
	if (state == SNECK_TRAFFIC_TRANSIT && e->st.u.more.num_bytes == 0)
		assert_true(e->in.len == 0 || e->conn->in.run_len != 0);
	return 0;
}

static void t3_exact_ends_at_records(void **state)
{
	(void)state;
	for (size_t f = built(0); f < N_FLOWS; f = built(f + 1u)) {
		setup(f);
		each_end(ways_exact);
		p.client.hook = nothing_left;
		p.server.hook = nothing_left;
		talk(f, true);
	}
}

static void check_states(const struct end *e, const uint8_t *want, size_t n)
{
	for (size_t i = 0; i < n && i < e->n_seen; i++)
		if (e->seen[i] != want[i])
			fail_msg("state %zu is %s and not %s", i, sneck_state_name(e->seen[i]),
				 sneck_state_name(want[i]));
	assert_true(e->n_seen >= n);
}

/* T13 */
static void t13_rfc_mode_has_the_order_of_the_rfc(void **state)
{
	static const uint8_t client[] = {
		SNECK_NEEDS_SCRATCH,	      SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES,
		SNECK_MUST_ENCRYPT_TLS_DATA,  SNECK_MUST_TRANSMIT_TLS_DATA,
		SNECK_RECEIVED_CERTIFICATE,   SNECK_RECEIVED_SIGNATURE,
		SNECK_NEEDS_SIGNATURE,	      SNECK_MUST_ENCRYPT_TLS_DATA,
		SNECK_HANDSHAKE_DONE,	      SNECK_MAY_ENCRYPT_APP_DATA,
		SNECK_MUST_TRANSMIT_TLS_DATA, SNECK_TRAFFIC_TRANSIT,
	};
	static const uint8_t server[] = {
		SNECK_NEEDS_SCRATCH,	    SNECK_MUST_ENCRYPT_TLS_DATA,
		SNECK_MAY_ENCRYPT_APP_DATA, SNECK_MUST_TRANSMIT_TLS_DATA,
		SNECK_HANDSHAKE_DONE,	    SNECK_TRAFFIC_TRANSIT,
	};

	(void)state;
	NEEDS(resume_can(true) && BUILD_CERTS);
	setup(13);
	each_end(ways_rfc);
	pair_start(&p);
	pair_run(&p);
	ways_connected(&p, "rfc");
	check_states(&p.client, client, sizeof client);
	check_states(&p.server, server, sizeof server);
	pair_wipe(&p);
}

/* N5: an on-path editor cuts handshake messages into records of n bytes, or joins them. */
static void n5_n6_other_records(void **state)
{
	static struct edit ed[2];

	(void)state;
	for (size_t f = built(0); f < N_FLOWS; f = built(f + 1u))
		for (size_t frag = flows[f].early; frag < 5; frag++) {
			setup(f);
			edit_init(&ed[0], &p.client);
			edit_init(&ed[1], &p.server);
			ed[0].frag = ed[1].frag = frag;
			ed[0].coalesce = ed[1].coalesce = frag == 0;
			p.client.poison = frag == 1;
			talk(f, false);
		}
}

/* T9: a level state that is ignored comes again as it was. */
static int ignore_once(struct end *e, int state)
{
	const struct sneck_status was = e->st;
	struct sneck_status again;
	int s;

	if (state == SNECK_RECEIVED_CERTIFICATE || state == SNECK_RECEIVED_SIGNATURE ||
	    state == SNECK_PEER_CLOSED || state == SNECK_HANDSHAKE_DONE ||
	    state == SNECK_RECEIVED_TICKET || state == SNECK_EARLY_DATA_RESULT ||
	    (state == SNECK_MUST_TRANSMIT_TLS_DATA && sneck__hs_connected(&e->conn->hs)))
		return 0;
	s = sneck_process(e->conn, &e->in, e->rfc_mode ? NULL : &e->out, &again);
	assert_int_equal(s, state);
	assert_int_equal(again.flags, was.flags & ~SNECK_ST_NEW);
	assert_int_equal(again.op, was.op);
	e->st = again;
	return 0;
}

static void t9_level_states_repeat(void **state)
{
	(void)state;
	for (size_t f = built(0); f < N_FLOWS; f = built(f + 1u))
		for (int rfc = 0; rfc < 2; rfc++) {
			setup(f);
			if (rfc)
				each_end(ways_rfc);
			p.client.hook = ignore_once;
			p.server.hook = ignore_once;
			talk(f, true);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_of_receiving),
		cmocka_unit_test(every_single_split),
		cmocka_unit_test(t3_exact_ends_at_records),
		cmocka_unit_test(t13_rfc_mode_has_the_order_of_the_rfc),
		cmocka_unit_test(n5_n6_other_records),
		cmocka_unit_test(t9_level_states_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
