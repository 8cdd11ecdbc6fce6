/* SPDX-License-Identifier: MIT */
/* grease_test.c: N28 for both roles: what a client makes up is everywhere, never twice the same and
 * never agreed on; what a peer makes up is passed over. RFC 8701. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "ext/ext.h"
#include "ext/grease.h"
#include "lib/attack.h"
#include "lib/fail.h"
#include "lib/resume.h"
#include "msg/hello.h"

static struct pair p;
static struct edit ed;
static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
					  { (const uint8_t *)"dot", 3 } };
static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1 };

static void setup(uint64_t seed)
{
	pair_init(&p, seed);
	p.client.cfg.grease = 1;
	p.client.cfg.alpn = p.server.cfg.alpn = alpn;
	p.client.cfg.n_alpn = p.server.cfg.n_alpn = 2;
	p.client.v.verifier.flags = SNECK_VERIFIER_WANTS_OCSP | SNECK_VERIFIER_WANTS_SCTS;
}

static bool is_grease(uint16_t x)
{
	return (x & 0x0f0f) == 0x0a0a && x >> 8 == (x & 0xff);
}

/* ---- what a client sends ---- */

struct seen {
	uint16_t suite, version, group, share, share_len, scheme, first, last;
	uint16_t order[32]; /* of what is not GREASE */
	size_t n, n_shares;
	uint8_t alpn[2];
};

static uint16_t at(const uint8_t *p16)
{
	return (uint16_t)(p16[0] << 8 | p16[1]);
}

static void see(struct seen *s, uint16_t type, struct sneck_span b)
{
	if (type == EXT_SUPPORTED_VERSIONS)
		s->version = at(b.p + 1);
	else if (type == EXT_SUPPORTED_GROUPS)
		s->group = at(b.p + 2);
	else if (type == EXT_SIGNATURE_ALGORITHMS)
		s->scheme = at(b.p + 2);
	else if (type == EXT_ALPN)
		memcpy(s->alpn, b.p + 3, 2);
	if (type == EXT_KEY_SHARE) {
		s->share = at(b.p + 2);
		s->share_len = at(b.p + 4);
		for (size_t i = 2; i < b.len; i += 4u + at(b.p + i + 2))
			s->n_shares++;
	}
	if (!is_grease(type)) {
		s->order[s->n++] = type;
		return;
	}
	assert_int_equal(b.len, s->first == 0 ? 0 : 1);
	if (s->first == 0)
		s->first = type;
	else
		s->last = type;
}

static struct seen look(const uint8_t *record)
{
	const size_t len = at(record + 3) - 4u;
	struct client_hello ch;
	struct seen s = { 0 };
	struct rd r;

	assert_int_equal(record[5], 1);
	assert_int_equal(sneck__client_hello_read(&ch, sneck_span_of(record + 9, len)), SNECK_OK);
	s.suite = at(ch.suites.p);
	rd_init(&r, ch.extensions);
	while (rd_more(&r)) {
		const uint16_t type = rd_u16(&r);

		see(&s, type, rd_vec(&r, 2, 0, 65535));
	}
	assert_int_equal(rd_end(&r), SNECK_OK);
	return s;
}

static void check_values(const struct seen *s)
{
	assert_true(is_grease(s->suite) && is_grease(s->version) && is_grease(s->group) &&
		    is_grease(s->scheme) && is_grease(s->first) && is_grease(s->last) &&
		    is_grease(at(s->alpn)));
	assert_int_not_equal(s->first, s->last);
}

static void n28_client(void **state)
{
	uint32_t values = 0;
	unsigned moved = 0;
	struct seen before = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct seen s;

		setup(seed);
		p.client.cfg.pad_hello_to = seed % 2 != 0 ? 600 : 0;
		pair_connect(&p);
		assert_int_equal(p.client.conn->hs.alpn, 1);
		s = look(p.client.link.bytes);
		check_values(&s);
		assert_int_equal(s.share, s.group); /* RFC 9846, 4.3.8: only what is in the list */
		assert_int_equal(s.share_len, 1);
		assert_int_equal(s.n_shares, 3);
		if (seed % 2 != 0)
			assert_int_equal(s.order[--s.n], EXT_PADDING);
		assert_int_equal(s.n, 9);
		values |= SET(s.suite >> 12) | SET(s.version >> 12) | SET(s.first >> 12);
		moved += memcmp(s.order, before.order, s.n * sizeof s.order[0]) != 0;
		before = s;
		pair_wipe(&p);
	}
	assert_int_equal(values, 0xffff);
	assert_true(moved >= 59);
}

/* Without the switch nothing of it is there, and the order is that of the table. */
static void off_unless_configured(void **state)
{
	struct seen s, first = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		setup(seed);
		p.client.cfg.grease = 0;
		pair_start(&p);
		pair_run(&p);
		s = look(p.client.link.bytes);
		assert_false(is_grease(s.suite) || is_grease(s.version) || is_grease(s.group) ||
			     is_grease(s.scheme) || s.first != 0 || is_grease(at(s.alpn)));
		if (seed == 1)
			first = s;
		assert_memory_equal(s.order, first.order, sizeof s.order);
		pair_wipe(&p);
	}
}

/* A second ClientHello has the same values in the same order, but no share that nobody asked for.
 */
static void n28_after_a_retry(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct seen one, two;
		size_t len;

		setup(seed);
		p.client.cfg.groups = (struct sneck_u16s){ groups, 2 };
		p.client.cfg.n_key_shares = 1;
		p.client.cfg.no_compat = 1;
		p.server.cfg.groups = (struct sneck_u16s){ groups + 1, 1 };
		pair_connect(&p);
		len = 5u + at(p.client.link.bytes + 3);
		one = look(p.client.link.bytes);
		two = look(p.client.link.bytes + len);
		check_values(&two);
		assert_int_equal(one.n_shares, 2);
		assert_int_equal(two.n_shares, 1);
		assert_int_equal(two.share, SNECK_SECP256R1);
		two.share = one.share;
		two.share_len = one.share_len;
		two.n_shares = one.n_shares;
		assert_memory_equal(&one, &two, sizeof one);
		pair_wipe(&p);
	}
}

/* The largest ClientHello there is room for: the flight's area is sized for it. */
static void largest_hello(void **state)
{
	static struct sneck_span names[16];
	static uint8_t long_name[255], host[253];
	static const uint16_t unpack[] = { 1, 2, 3 };
	struct seen s;

	(void)state;
	for (size_t i = 0; i < sizeof host; i++)
		host[i] = i % 50 == 49 ? '.' : 'h';
	setup(1);
	p.client.v.verifier.flags |= SNECK_VERIFIER_RAW_KEYS;
	for (size_t i = 0; i < 16; i++)
		names[i] = sneck_span_of(long_name, i == 0 ? 255 : 1);
	p.client.cfg.alpn = names;
	p.client.cfg.n_alpn = 16;
	p.client.cfg.n_key_shares = 4;
	if (BUILD_COMPRESSION) {
		p.client.cfg.unpack = (struct sneck_u16s){ unpack, 3 };
		p.client.cfg.ask |= SNECK_ASK_UNPACK;
	}
	if (!BUILD_RAW_KEYS)
		p.client.v.verifier.flags &= ~SNECK_VERIFIER_RAW_KEYS;
	p.client.cfg.ask_max_fragment = 1;
	pair_start(&p);
	assert_int_equal(sneck_conn_set_name(p.client.conn, (const char *)host, sizeof host),
			 SNECK_OK);
	assert_int_equal(end_run(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	s = look(p.client.out.base);
	check_values(&s);
	pair_wipe(&p);
}

/* ---- a server that picks what it should not know ---- */

enum pick { PICK_SUITE, PICK_VERSION, PICK_GROUP, PICK_RETRY, PICK_ALPN, PICK_ECHO, PICK_SCHEME };

static uint16_t value(enum grease what)
{
	return sneck__grease_value(&p.client.conn->hs.work->nego, what);
}

static void put16(uint8_t *to, uint16_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

/* Whether the message is the one, changed so that it picks. */
static bool tamper(struct unit *u, enum pick pick)
{
	struct attack a = { .act = ACT_EXT_SET, .ext = EXT_SUPPORTED_VERSIONS, .n = 2 };
	const uint8_t msg = pick <= PICK_RETRY ? 2 : pick == PICK_SCHEME ? 15 : 8;
	uint8_t body[5] = { 0, 3, 2 };

	if (u->type != 22 || u->data[0] != msg)
		return false;
	a.bytes = (const char *)body;
	put16(body, value(GREASE_VERSION));
	switch (pick) {
	case PICK_SUITE:
		put16(u->data + 39 + u->data[38], value(GREASE_SUITE));
		return true;
	case PICK_SCHEME:
		put16(u->data + 4, value(GREASE_SCHEME));
		return true;
	case PICK_GROUP:
	case PICK_RETRY:
		a.ext = EXT_KEY_SHARE;
		put16(body, value(GREASE_GROUP));
		body[2] = 0;
		body[3] = 1;
		a.n = pick == PICK_RETRY ? 2 : 5;
		if (pick == PICK_RETRY)
			memcpy(u->data + 6, sneck__retry_random, 32);
		break;
	case PICK_ALPN:
		a.ext = EXT_ALPN;
		put16(body + 3, value(GREASE_ALPN));
		memcpy(body, "\0\3\2", 3);
		a.n = 5;
		break;
	case PICK_ECHO:
		a.act = ACT_EXT_ADD;
		a.ext = value(GREASE_FIRST);
		a.n = 0;
		break;
	default:
		break;
	}
	attack_ext(u, &a);
	return true;
}

static void on_unit(struct edit *e, struct unit *u)
{
	e->done |= !e->done && tamper(u, *(const enum pick *)e->arg);
	edit_put(e, u);
}

static void n28_a_server_that_picks_it(void **state)
{
	static const struct {
		enum pick pick;
		enum sneck_rc rc;
	} cases[] = {
		{ PICK_SUITE, SNECK_E_NOT_OFFERED },  { PICK_VERSION, SNECK_E_NOT_OFFERED },
		{ PICK_GROUP, SNECK_E_NOT_OFFERED },  { PICK_RETRY, SNECK_E_NOT_OFFERED },
		{ PICK_ALPN, SNECK_E_NOT_OFFERED },   { PICK_ECHO, SNECK_E_EXT_UNASKED },
		{ PICK_SCHEME, SNECK_E_NOT_OFFERED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setup(7);
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = on_unit;
		ed.arg = &cases[i].pick;
		pair_run(&p);
		assert_true(ed.done);
		if (p.client.st.state != SNECK_FAILED || p.client.st.err != (int)cases[i].rc)
			fail_msg("%zu: %s", i, sneck_rc_name(p.client.st.err));
		assert_int_equal(p.server.st.alert, cases[i].pick == PICK_ECHO ? 110 : 47);
		pair_wipe(&p);
	}
}

/* ---- what a client must pass over ---- */

static void request_before_certificate(struct edit *e, struct unit *u)
{
	static const uint8_t request[] = { 13, 0, 0, 21, 0,    0,    18, 0x5a, 0x5a, 0,	   0, 0, 13,
					   0,  6, 0, 4,	 0x3a, 0x3a, 4,	 3,    0xfa, 0xfa, 0, 0 };
	static struct unit cr;

	if (u->type == 22 && u->data[0] == 11 && !e->done) {
		cr = *u;
		memcpy(cr.data, request, sizeof request);
		cr.len = sizeof request;
		edit_put(e, &cr);
		e->done = true;
	}
	edit_put(e, u);
}

static void n28_in_requests_and_tickets(void **state)
{
	static const uint8_t ticket[] = { 4, 0, 0, 24, 0, 0, 0,	   9,	 0, 0, 0,    9,	   1, 1,
					  0, 2, 7, 7,  0, 8, 0x2a, 0x2a, 0, 0, 0xca, 0xca, 0, 0 };

	(void)state;
	setup(1);
	pair_start(&p);
	pair_run(&p);
	link_record(&p.server, true, 22, ticket, sizeof ticket);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(p.client.link.sent, p.client.link.len);
	pair_wipe(&p);

	setup(1); /* the request is understood; that the server has not sent it comes out later */
	pair_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = request_before_certificate;
	pair_run(&p);
	assert_true(ed.done);
	assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
	pair_wipe(&p);
}

/* A server of ours has it too, where it asks: two extensions, a scheme. Values are drawn anew for
 * every handshake. */
static void n28_server(void **state)
{
	static const enum ext_in asks[] = { IN_CR, IN_NST };
	struct nego *ng;

	(void)state;
	setup(1);
	p.server.cfg.grease = 1;
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	(void)end_step(&p.server);
	ng = &p.server.conn->hs.work->nego;
	for (size_t i = 0; i < 2; i++) {
		uint8_t buf[200];
		struct wr w;

		ng->schemes[0] = 0x0403;
		ng->n_schemes = 1;
		wr_init(&w, buf, sizeof buf);
		sneck__ext_write(ng, asks[i], &w);
		assert_int_equal(wr_end(&w), SNECK_OK);
		assert_int_equal(w.len, asks[i] == IN_CR ? 2 + 4 + 10 + 5 : 2 + 4 + 5);
		assert_true(is_grease(at(buf + 2)));
		assert_true(is_grease(at(buf + w.len - 5)));
		assert_int_not_equal(at(buf + 2), at(buf + w.len - 5));
		if (asks[i] == IN_CR)
			assert_true(is_grease(at(buf + 12)));
	}
	pair_wipe(&p);
}

/* A mode of pre-shared keys, RFC 8701, 2, and an extension behind all others of each ticket. */
static void n28_modes_and_tickets(void **state)
{
	uint32_t modes = 0, types = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		const struct link *const l = &p.server.link;
		size_t tickets = 0;
		const uint8_t *ch, *m, *end;

		resume_init(&p, seed);
		p.client.cfg.grease = p.server.cfg.grease = 1;
		p.client.cfg.no_compat = 1;
		pair_start(&p);
		resume_expect(&p, 0);
		ch = p.client.link.bytes;
		for (m = ch; memcmp(m, "\0\x2d\0\3\2\1", 6) != 0; m++)
			assert_true(m < ch + p.client.link.len);
		assert_int_equal(m[6] % 0x1f, 0x0b);
		modes |= SET(m[6] / 0x1f);
		for (size_t i = 0; i < l->len; i += 5u + at(l->bytes + i + 3)) {
			const uint8_t *const r = l->bytes + i;

			for (m = r + 5; r[0] == 23 && m < r + 5 + at(r + 3) - 17u; m = end) {
				end = m + 4 + at(m + 2);
				if (m[0] != 4)
					continue;
				assert_true(is_grease(at(end - 4)));
				assert_int_equal(at(end - 2), 0);
				types |= SET(end[-4] >> 4);
				tickets++;
			}
		}
		assert_int_equal(tickets, 2);
		assert_int_equal(p.client.n_sessions, 2);
		pair_wipe(&p);
		resume_next(&p, seed);
		p.client.cfg.grease = p.server.cfg.grease = 1;
		resume_start(&p);
		resume_expect(&p, 1);
		pair_wipe(&p);
	}
	assert_int_equal(modes, 0xff);
	assert_int_equal(types, 0xffff);
}

/* The n-th call of the provider fails, for all n; random bytes for GREASE are one of them. */
static void n78_with_grease(void **state)
{
	unsigned n = 1;

	(void)state;
	for (;; n++) {
		bool reached;

		setup(3);
		p.server.cfg.grease = 1;
		pair_start(&p);
		reached = fail_call(&p, n);
		assert_int_equal(pair_connected(&p), !reached);
		pair_wipe(&p);
		if (!reached)
			break;
		assert_true(p.client.st.state == SNECK_FAILED || p.server.st.state == SNECK_FAILED);
	}
	print_message("%u calls\n", n);
	assert_true(n > 60 && n < 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n28_client),
		cmocka_unit_test(off_unless_configured),
		cmocka_unit_test(n28_after_a_retry),
		cmocka_unit_test(largest_hello),
		cmocka_unit_test(n28_a_server_that_picks_it),
		cmocka_unit_test(n28_in_requests_and_tickets),
		cmocka_unit_test(n28_server),
		cmocka_unit_test(n28_modes_and_tickets),
		cmocka_unit_test(n78_with_grease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
