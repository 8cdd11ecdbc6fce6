/* SPDX-License-Identifier: MIT */
/* version_test.c: which version two ends come to, for every pair of ranges, and for every hello
 * that says something else (N22): supported_versions, legacy_version, the sentinel in the server's
 * random, TLS_FALLBACK_SCSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

static struct pair p;
static struct edit ed;

static void range(struct end *e, unsigned which)
{
	static const uint16_t ranges[][2] = {
		{ 0, 0 },	    { SNECK_TLS12, SNECK_TLS12 }, { SNECK_TLS13, SNECK_TLS13 },
		{ 0, SNECK_TLS12 }, { SNECK_TLS13, 0 },		  { SNECK_TLS12, SNECK_TLS13 }
	};

	e->cfg.min_version = ranges[which][0];
	e->cfg.max_version = ranges[which][1];
}

#define RANGES 6u

static bool has(const struct end *e, uint16_t version)
{
	const uint16_t least = e->cfg.min_version != 0 ? e->cfg.min_version : SNECK_TLS12;
	const uint16_t most = e->cfg.max_version != 0 ? e->cfg.max_version : SNECK_TLS13;

	return version >= least && version <= most;
}

static uint16_t version_of(const struct end *e)
{
	struct sneck_facts facts;

	assert_int_equal(sneck_conn_facts(e->conn, &facts, sizeof facts), SNECK_OK);
	return facts.version;
}

/* Whether the server's random ends with the sentinel that says what. */
static bool marked(uint8_t what)
{
	const uint8_t *const end = p.server.link.bytes + 5 + 6 + 24;

	return memcmp(end, "DOWNGRD", 7) == 0 && end[7] == what;
}

static void n22_every_pair_of_ranges(void **state)
{
	(void)state;
	for (unsigned c = 0; c < RANGES; c++)
		for (unsigned s = 0; s < RANGES; s++) {
			uint16_t want = SNECK_TLS13;

			pair_init(&p, 1);
			range(&p.client, c);
			range(&p.server, s);
			while (want != 0 && !(has(&p.client, want) && has(&p.server, want)))
				want = want == SNECK_TLS13 ? SNECK_TLS12 : 0;
			pair_start(&p);
			pair_run(&p);
			if (want == 0) {
				assert_int_equal(p.server.st.state, SNECK_FAILED);
				assert_int_equal(p.server.st.err, SNECK_E_NO_VERSION);
				assert_int_equal(p.client.st.alert, 70);
				pair_wipe(&p);
				continue;
			}
			assert_true(pair_connected(&p));
			assert_int_equal(version_of(&p.client), want);
			assert_int_equal(version_of(&p.server), want);
			assert_int_equal(marked(1),
					 want == SNECK_TLS12 && has(&p.server, SNECK_TLS13));
			assert_false(marked(0));
			pair_wipe(&p);
		}
}

/* What a client of another make may say. */
struct says {
	uint16_t legacy;
	uint8_t n;
	uint16_t list[3]; /* supported_versions; n == 0: not there */
	uint8_t sentinel; /* 0: as it is; 1, 2: the values 0 and 1 */
};

static void set_versions(struct unit *u, const struct says *say, bool client)
{
	uint8_t body[8];
	struct attack a = { .ext = 43, .bytes = (const char *)body };

	if (client)
		body[a.n++] = (uint8_t)(2 * say->n);
	for (unsigned i = 0; i < say->n; i++) {
		body[a.n++] = (uint8_t)(say->list[i] >> 8);
		body[a.n++] = (uint8_t)say->list[i];
	}
	if (client || version_of(&p.server) == SNECK_TLS13) {
		a.act = ACT_EXT_DEL;
		attack_ext(u, &a);
	}
	a.act = ACT_EXT_ADD;
	if (say->n != 0)
		attack_ext(u, &a);
}

static void rewrite(struct edit *e, struct unit *u)
{
	const struct says *const say = e->arg;
	const bool client = u->data[0] == 1;

	if (u->type == 22 && (client || u->data[0] == 2) && !e->done) {
		e->done = true;
		set_versions(u, say, client);
		u->data[4] = (uint8_t)(say->legacy >> 8);
		u->data[5] = (uint8_t)say->legacy;
		if (say->sentinel != 0) {
			memcpy(u->data + 6 + 24, "DOWNGRD", 7);
			u->data[6 + 31] = (uint8_t)(say->sentinel - 1u);
		}
	}
	edit_put(e, u);
}

/* legacy_version x supported_versions, at a server of each range: RFC 9846, 4.3.1. */
static void n22_every_client_hello(void **state)
{
	static const uint16_t legacies[] = {
		0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x0305, 0x7f1c
	};
	static const struct says lists[] = {
		{ .n = 0 },
		{ .n = 1, .list = { 0x0302 } },
		{ .n = 1, .list = { 0x0303 } },
		{ .n = 1, .list = { 0x0304 } },
		{ .n = 1, .list = { 0x0305 } },
		{ .n = 2, .list = { 0x0303, 0x0304 } },
		{ .n = 2, .list = { 0x0304, 0x0303 } },
		{ .n = 3, .list = { 0x1a1a, 0x0303, 0x0302 } },
		{ .n = 3, .list = { 0x7f1c, 0x0305, 0x0304 } },
	};
	size_t cases = 0;

	(void)state;
	for (unsigned s = 0; s < 3; s++)
		for (size_t l = 0; l < sizeof legacies / sizeof legacies[0]; l++)
			for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++, cases++) {
				struct says say = lists[i];
				uint16_t want = 0;

				say.legacy = legacies[l];
				pair_init(&p, 1);
				p.client.cfg.min_version = 0;
				range(&p.server, s);
				for (unsigned k = 0; k < say.n; k++)
					if (say.list[k] > want && say.list[k] >= SNECK_TLS12 &&
					    has(&p.server, say.list[k]))
						want = say.list[k];
				if (say.n == 0 && say.legacy >= SNECK_TLS12 &&
				    has(&p.server, SNECK_TLS12))
					want = SNECK_TLS12;
				pair_start(&p);
				edit_init(&ed, &p.client);
				ed.on_unit = rewrite;
				ed.arg = &say;
				pair_run(&p);
				/* but where it is what the client said, they never connect */
				assert_int_equal(p.client.n_done,
						 i == 6 && say.legacy == SNECK_TLS12);
				assert_int_equal(version_of(&p.server), want);
				if (want == 0)
					assert_int_equal(p.server.st.err, SNECK_E_NO_VERSION);
				else
					assert_int_not_equal(p.server.st.err, SNECK_E_NO_VERSION);
				pair_wipe(&p);
			}
	print_message("%zu cases\n", cases);
}

/* The reverse: what a client of each range makes of a server's hello. */
static enum sneck_rc judge(const struct end *client, const struct says *say)
{
	if (say->n != 0) {
		if (say->list[0] != SNECK_TLS13 || !has(client, SNECK_TLS13))
			return SNECK_E_NOT_OFFERED;
		return say->legacy == SNECK_TLS12 ? SNECK_OK : SNECK_E_ILLEGAL;
	}
	if (say->legacy != SNECK_TLS12 || !has(client, SNECK_TLS12))
		return SNECK_E_NO_VERSION;
	if (has(client, SNECK_TLS13) && say->sentinel != 0)
		return SNECK_E_DOWNGRADE;
	return SNECK_OK;
}

static void n22_every_server_hello(void **state)
{
	static const uint16_t legacies[] = { 0x0301, 0x0302, 0x0303, 0x0304, 0x7f1c };
	static const struct says lists[] = {
		{ .n = 0 },
		{ .n = 1, .list = { 0x0302 } },
		{ .n = 1, .list = { 0x0303 } },
		{ .n = 1, .list = { 0x0304 } },
		{ .n = 1, .list = { 0x0305 } },
	};
	size_t cases = 0;

	(void)state;
	for (unsigned c = 0; c < 3; c++)
		for (unsigned i = 0; i < 5 * 5 * 3 * 2; i++, cases++) {
			struct says say = lists[i % 5];
			enum sneck_rc want;

			say.legacy = legacies[i / 5 % 5];
			say.sentinel = (uint8_t)(i / 25 % 3);
			pair_init(&p, 1);
			range(&p.client, c);
			p.server.cfg.min_version = 0;
			p.server.cfg.max_version = i / 75 ? SNECK_TLS12 : SNECK_TLS13;
			want = judge(&p.client, &say);
			pair_start(&p);
			edit_init(&ed, &p.server);
			ed.on_unit = rewrite;
			ed.arg = &say;
			pair_run(&p);
			if (p.client.st.err == SNECK_E_PEER_ALERT) { /* nothing in common at all */
				pair_wipe(&p);
				continue;
			}
			/* what is let through fails later, and not by this name */
			if (want != SNECK_OK && p.client.st.err != (int)want)
				fail_msg("client %u, case %u: %s", c, i,
					 sneck_rc_name(p.client.st.err));
			if (want == SNECK_OK)
				assert_true(p.client.st.err != SNECK_E_NO_VERSION &&
					    p.client.st.err != SNECK_E_DOWNGRADE);
			pair_wipe(&p);
		}
	print_message("%zu cases\n", cases);
}

/* N22: a server that retries cannot then be of TLS 1.2. */
static void after_retry(struct edit *e, struct unit *u)
{
	struct attack del = { .act = ACT_EXT_DEL, .ext = 43 };

	if (u->type == 22 && u->data[0] == 2 && e->skipped++ == 1)
		attack_ext(u, &del);
	edit_put(e, u);
}

static void n23_tls12_behind_a_retry(void **state)
{
	static const uint16_t p256[] = { SNECK_SECP256R1 };

	(void)state;
	pair_init(&p, 1);
	p.client.cfg.min_version = p.server.cfg.min_version = 0;
	p.client.cfg.n_key_shares = 1;
	p.server.cfg.groups = (struct sneck_u16s){ p256, 1 };
	pair_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = after_retry;
	pair_run(&p);
	assert_int_equal(ed.skipped, 2);
	assert_int_equal(p.client.st.err, SNECK_E_NO_VERSION);
	assert_int_equal(p.client.st.alert, 70);
	pair_wipe(&p);
}

/* RFC 7507: a second attempt with less than the server can is a fallback that somebody forced. */
static void fall_back(struct edit *e, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 1) {
		u->data[e->arg != NULL ? 73 : 41] = 0x56; /* the first suite */
		u->data[e->arg != NULL ? 74 : 42] = 0;
	}
	edit_put(e, u);
}

static void n22_fallback_scsv(void **state)
{
	static const struct {
		uint16_t client_max, server_max;
		bool refused;
	} cases[] = {
		{ SNECK_TLS12, 0, true },
		{ SNECK_TLS12, SNECK_TLS12, false },
		{ 0, SNECK_TLS12, false },
		{ 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		pair_init(&p, 1);
		pair_old(&p);
		p.client.cfg.max_version = cases[i].client_max;
		p.server.cfg.max_version = cases[i].server_max;
		pair_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = fall_back;
		ed.arg = cases[i].client_max == 0 ? &p : NULL; /* a session id is in front */
		pair_run(&p);
		if (cases[i].refused) {
			assert_int_equal(p.server.st.err, SNECK_E_FALLBACK);
			assert_int_equal(p.server.st.alert, 86);
			assert_int_equal(p.client.st.alert, 86);
		} else {
			assert_int_not_equal(p.server.st.err, SNECK_E_FALLBACK);
			assert_int_not_equal(version_of(&p.server), 0);
		}
		pair_wipe(&p);
	}
}

static void older(struct edit *e, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 1)
		u->data[5] = 2; /* TLS 1.1 */
	fall_back(e, u);
}

/* A fallback to what is not spoken at all is one, too. */
static void n22_fallback_to_older(void **state)
{
	static const uint16_t least[] = { 0, SNECK_TLS12, SNECK_TLS13 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pair_init(&p, 1);
		pair_old(&p);
		p.client.cfg.max_version = SNECK_TLS12;
		p.server.cfg.min_version = least[i];
		p.server.cfg.max_version = least[i];
		pair_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = least[i] == SNECK_TLS13 ? fall_back : older;
		pair_run(&p);
		assert_int_equal(p.server.st.err, SNECK_E_FALLBACK);
		assert_int_equal(p.client.st.alert, 86);
		pair_wipe(&p);
	}
}

/* RFC 5246, 7.4.1.3: the client's own session id in return would resume what there is not. */
static void echo(struct edit *e, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 2) {
		memmove(u->data + 39 + 32, u->data + 39, u->len - 39);
		u->data[38] = 32;
		memcpy(u->data + 39, p.client.link.bytes + 5 + 39, 32);
		u->len += 32;
		u->data[3] = (uint8_t)(u->len - 4);
	}
	edit_put(e, u);
}

static void n45_session_id_in_return(void **state)
{
	(void)state;
	pair_init(&p, 1);
	pair_old(&p);
	pair_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = echo;
	pair_run(&p);
	assert_int_equal(p.client.st.err, SNECK_E_ILLEGAL);
	assert_int_equal(p.client.st.alert, 47);
	pair_wipe(&p);
}

/* A list of suites is a list of versions, too. */
static void suites_decide(void **state)
{
	static const uint16_t new_suites[] = { 0x1301 }, old_suites[] = { 0xc02b };

	(void)state;
	pair_init(&p, 1);
	p.client.cfg.min_version = p.server.cfg.min_version = 0;
	p.server.cfg.suites = (struct sneck_u16s){ old_suites, 1 };
	pair_connect(&p);
	assert_int_equal(version_of(&p.client), SNECK_TLS12);
	assert_false(marked(1)); /* it could not have done better */
	pair_wipe(&p);
	pair_init(&p, 1);
	p.client.cfg.min_version = p.server.cfg.min_version = 0;
	p.server.cfg.suites = (struct sneck_u16s){ old_suites, 1 };
	p.client.cfg.suites = (struct sneck_u16s){ new_suites, 1 };
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_NO_VERSION);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n22_every_pair_of_ranges),
		cmocka_unit_test(n22_every_client_hello),
		cmocka_unit_test(n22_every_server_hello),
		cmocka_unit_test(n23_tls12_behind_a_retry),
		cmocka_unit_test(n22_fallback_scsv),
		cmocka_unit_test(n22_fallback_to_older),
		cmocka_unit_test(n45_session_id_in_return),
		cmocka_unit_test(suites_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
