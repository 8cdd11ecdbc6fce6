/* SPDX-License-Identifier: MIT */
/* flow12_test.c: whole flows of TLS 1.2: each suite, group and way to be asked, received at once,
 * in every cut, into memory that moves; and that nothing depends on how the bytes came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/ways.h"

struct flow {
	const char *name;
	uint16_t suite, group;
	uint32_t ask;
	int answer; /* of verdicts: see struct end */
	bool alpn, no_name, rsa, only, ed25519;
	uint16_t fragment, limit;
};

static const struct flow flows[] = {
	{ .name = "default" },
	{ .name = "ecdsa aes128 x25519", .suite = 0xc02b, .group = 0x001d, .only = true },
	{ .name = "rsa aes128 p256", .suite = 0xc02f, .group = 0x0017, .rsa = true, .alpn = true },
	{ .name = "ecdsa aes256 p384", .suite = 0xc02c, .group = 0x0018, .no_name = true },
	{ .name = "rsa aes256 p521", .suite = 0xc030, .group = 0x0019, .rsa = true },
	{ .name = "ecdsa chacha x448", .suite = 0xcca9, .group = 0x001e, .alpn = true },
	{ .name = "rsa chacha x25519", .suite = 0xcca8, .group = 0x001d, .rsa = true },
	{ .name = "ccm", .suite = 0xc0ac },
	{ .name = "ccm_8", .suite = 0xc0ae },
	{ .name = "ed25519", .ed25519 = true },
	{ .name = "verdict early", .ask = SNECK_ASK_VERIFY, .answer = 1 },
	{ .name = "verdict late", .ask = SNECK_ASK_VERIFY, .answer = 2, .rsa = true },
	{ .name = "signature shown", .ask = SNECK_ASK_VERIFY_SIG },
	{ .name = "all early", .ask = WAYS_ASK_ALL, .answer = 1, .alpn = true },
	{ .name = "all late", .ask = WAYS_ASK_ALL, .answer = 2 },
	{ .name = "small records", .fragment = 64, .rsa = true },
	{ .name = "record limit", .limit = 100 },
	{ .name = "record limit, only", .limit = 64, .only = true },
};
#define N_FLOWS (sizeof flows / sizeof flows[0])

static struct pair p;
static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
					  { (const uint8_t *)"http/1.1", 8 } };
/* a curve that a certificate is on must be among the groups */
static uint16_t groups[2];

static void setup(size_t n)
{
	const struct flow *const f = &flows[n];
	struct end *const ends[2] = { &p.client, &p.server };

	pair_init(&p, 1);
	pair_old(&p);
	if (f->only)
		p.client.cfg.max_version = SNECK_TLS12;
	groups[0] = f->group;
	groups[1] = 0x0017;
	for (int i = 0; i < 2; i++) {
		struct sneck_config *const cfg = &ends[i]->cfg;

		transparent_all_groups(&ends[i]->t);
		if (f->suite != 0)
			cfg->suites = (struct sneck_u16s){ &f->suite, 1 };
		if (f->group != 0)
			cfg->groups = (struct sneck_u16s){ groups, 2 };
		if (f->alpn) {
			cfg->alpn = alpn;
			cfg->n_alpn = 2;
		}
		cfg->send_fragment = f->fragment;
		cfg->recv_record_limit = f->limit;
		cfg->ask |= f->ask & SNECK_ASK_MAY_ENCRYPT;
	}
	p.client.cfg.ask |= f->ask;
	p.client.answer = f->answer;
	p.client.cfg.insecure_no_name = f->no_name;
	if (f->rsa || f->ed25519)
		end_identity(&p.server, f->rsa ? TRANSPARENT_RSA : TRANSPARENT_ED25519);
}

static void check_facts(const struct flow *f)
{
	struct sneck_facts c, s;

	assert_int_equal(sneck_conn_facts(p.client.conn, &c, sizeof c), SNECK_OK);
	assert_int_equal(sneck_conn_facts(p.server.conn, &s, sizeof s), SNECK_OK);
	assert_int_equal(c.version, SNECK_TLS12);
	assert_int_equal(s.version, SNECK_TLS12);
	assert_int_equal(c.suite, s.suite);
	assert_int_equal(c.group, s.group);
	assert_int_equal(c.peer_scheme, s.own_scheme);
	assert_int_equal(c.own_scheme | s.peer_scheme, 0);
	assert_true(c.ems && s.ems && c.secure_renegotiation && s.secure_renegotiation);
	assert_int_equal(c.alpn.len, f->alpn ? 2 : 0);
	if (f->suite != 0)
		assert_int_equal(c.suite, f->suite);
	if (f->group != 0)
		assert_int_equal(c.group, f->group);
	/* one byte more than of TLS 1.3, where the type counts; of both where only 1.2 is offered
	 */
	if (f->limit != 0) {
		assert_int_equal(s.send_fragment, f->limit + !f->only);
		assert_int_equal(c.send_fragment, f->limit);
	}
}

/* The whole life of a connection, short or long. */
static void talk(size_t f, bool whole)
{
	pair_connect(&p);
	ways_connected(&p, flows[f].name);
	check_facts(&flows[f]);
	ways_say(&p, whole);
	ways_close(&p);
	/* RFC 9850: one line, the master secret */
	assert_int_equal(p.client.n_secrets, 48);
}

static const struct ways ways = { &p, setup, talk };

/* T3, T4, T7, T8 */
static void every_way_of_receiving(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t f = 0; f < N_FLOWS; f++)
		cases += ways_receive(&ways, f);
	print_message("%zu flows received another way\n", cases);
}

/* T4: each flight in two at every byte. */
static void every_single_split(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t f = 0; f < N_FLOWS; f++)
		cases += ways_split(&ways, f, f == 0 || f == 14 ? 1 : 29);
	print_message("%zu splits\n", cases);
}

/* N5, N6: other records, the same messages; what stands between them stays between them. */
static void n5_n6_other_records(void **state)
{
	static struct edit ed[2];
	size_t cases = 0;

	(void)state;
	for (size_t f = 0; f < 3; f++)
		for (size_t frag = 0; frag < 300; frag += frag < 70 ? 1 : 50, cases++) {
			setup(f);
			pair_start(&p);
			edit_init(&ed[0], &p.client);
			edit_init(&ed[1], &p.server);
			ed[0].frag = ed[1].frag = frag;
			ed[0].coalesce = ed[1].coalesce = frag == 0;
			pair_run(&p);
			ways_connected(&p, flows[f].name);
			check_facts(&flows[f]);
			pair_wipe(&p);
		}
	print_message("%zu ways to cut\n", cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_of_receiving),
		cmocka_unit_test(every_single_split),
		cmocka_unit_test(n5_n6_other_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
