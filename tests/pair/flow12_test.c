/* SPDX-License-Identifier: MIT */
/* flow12_test.c: whole flows of TLS 1.2: each suite, group and way to be asked, received at once,
 * in every cut, into memory that moves; and that nothing depends on how the bytes came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"

#define ASK_ALL                                                                                    \
	(SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES | SNECK_ASK_MAY_ENCRYPT)

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
	{ .name = "all early", .ask = ASK_ALL, .answer = 1, .alpn = true },
	{ .name = "all late", .ask = ASK_ALL, .answer = 2 },
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

static void setup(const struct flow *f)
{
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
	if (f->rsa || f->ed25519) {
		const enum transparent_kind kind = f->rsa ? TRANSPARENT_RSA : TRANSPARENT_ED25519;

		transparent_cert(p.server.certs[0], sizeof p.server.certs[0], kind, 7);
		transparent_signer(&p.server.signer, kind, 7);
	}
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

static void check_connected(const struct flow *f)
{
	if (!pair_connected(&p))
		fail_msg("%s: client %s %s, server %s %s", f->name,
			 sneck_state_name(p.client.st.state), sneck_rc_name(p.client.st.err),
			 sneck_state_name(p.server.st.state), sneck_rc_name(p.server.st.err));
	assert_int_equal(p.client.n_done, 1);
	assert_int_equal(p.server.n_done, 1);
	check_facts(f);
}

/* The whole life of a connection, short or long. */
static void talk(const struct flow *f, bool whole)
{
	static uint8_t big[40000];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7u);
	pair_start(&p);
	pair_run(&p);
	check_connected(f);
	end_write(&p.client, "hello", 5);
	if (whole)
		end_write(&p.server, big, sizeof big);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 5);
	assert_memory_equal(p.server.got, "hello", 5);
	assert_int_equal(p.client.n_got, whole ? sizeof big : 0);
	assert_memory_equal(p.client.got, big, p.client.n_got);
	end_close(&p.client);
	pair_run(&p);
	assert_true(p.server.peer_closed);
	end_write(&p.server, "half", 4); /* the other half is open */
	pair_run(&p);
	assert_memory_equal(p.client.got + p.client.n_got - 4, "half", 4);
	end_close(&p.server);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	assert_int_equal(p.server.st.state, SNECK_CLOSED);
	pair_wipe(&p);
}

/* What must be the same however the bytes came. */
static struct link base_link[2];
static uint8_t base_secrets[512];

static void keep(void)
{
	base_link[0] = p.client.link;
	base_link[1] = p.server.link;
	/* RFC 9850: one line, the master secret */
	assert_int_equal(p.client.n_secrets, 48);
	memcpy(base_secrets, p.client.secrets, sizeof base_secrets);
}

static void compare(bool wire)
{
	const struct end *const ends[2] = { &p.client, &p.server };

	for (int i = 0; i < 2; i++) {
		assert_int_equal(ends[i]->n_secrets, 48);
		assert_memory_equal(ends[i]->secrets, base_secrets, 48);
		if (!wire)
			continue;
		assert_int_equal(ends[i]->link.len, base_link[i].len);
		assert_memory_equal(ends[i]->link.bytes, base_link[i].bytes, base_link[i].len);
	}
}

static void turn(struct end *e, unsigned how)
{
	e->chunk = how == 0 ? 1 : how == 1 ? 37 : how == 5 ? 11 : 0;
	e->exact = how == 2;
	e->late_scratch = how == 3 || how == 4 || how == 8;
	e->rfc_mode = how == 4 || how == 8;
	e->poison = how == 5 || how == 8;
	e->move = how == 6 || how == 8;
	e->random = how >= 6 ? how : 0;
	e->cfg.wipe_consumed = how == 7;
}

/* T3, T4, T7, T8 */
static void every_way_of_receiving(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t f = 0; f < N_FLOWS; f++) {
		setup(&flows[f]);
		talk(&flows[f], true);
		keep();
		for (unsigned how = 0; how < 9; how++, cases++) {
			setup(&flows[f]);
			turn(&p.client, how);
			turn(&p.server, how);
			talk(&flows[f], true);
			compare(true);
		}
		for (uint64_t seed = 1; seed <= 20; seed++, cases++) {
			setup(&flows[f]);
			p.client.random = seed;
			p.server.random = seed + 100;
			p.client.rfc_mode = seed % 2 != 0;
			p.server.poison = seed % 3 == 0;
			talk(&flows[f], false);
			compare(false);
		}
	}
	print_message("%zu flows received another way\n", cases);
}

/* T4: each flight in two at every byte. */
static void every_single_split(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t f = 0; f < N_FLOWS; f++) {
		const size_t step = f == 0 || f == 14 ? 1 : 29;

		for (int server = 0; server < 2; server++) {
			setup(&flows[f]);
			talk(&flows[f], false);
			keep();
			for (size_t at = 1; at < base_link[server].len; at += step, cases++) {
				setup(&flows[f]);
				(server ? &p.client : &p.server)->split[0] = at;
				talk(&flows[f], false);
				compare(true);
			}
		}
	}
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
			setup(&flows[f]);
			pair_start(&p);
			edit_init(&ed[0], &p.client);
			edit_init(&ed[1], &p.server);
			ed[0].frag = ed[1].frag = frag;
			ed[0].coalesce = ed[1].coalesce = frag == 0;
			pair_run(&p);
			check_connected(&flows[f]);
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
