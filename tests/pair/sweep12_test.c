/* SPDX-License-Identifier: MIT */
/* sweep12_test.c: sweep_test.c for TLS 1.2: every byte of every message cut, flipped, raised and
 * lowered; every handshake type, alert and ChangeCipherSpec at every position; the transport ending
 * at every byte; every provider call failing. Never are both ends connected by what was altered.
 * The bytes once more where a session is resumed by its ticket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "lib/edit.h"
#include "lib/resume.h"

static struct pair p;
static struct edit ed;

static bool asks; /* the server, for the client's certificate */

/* Small certificates: what is in them does not matter here. */
static bool resumed;

static void start(void)
{
	if (resumed) {
		resume_same(&p, false);
	} else {
		pair_init(&p, 1);
		pair_old(&p);
	}
	if (asks)
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
	for (int i = 0; i < 2; i++)
		p.server.chain[i].len = p.client.chain[i].len = 20;
	pair_start(&p);
}

/* Units in both directions. */
static size_t units(void)
{
	return asks ? 6u + 7u : 4u + 6u;
}

static struct end *end_of(bool server)
{
	return server ? &p.server : &p.client;
}

/* ---- one byte of one unit ---- */

enum how { XOR, PLUS, CUT, CUT_AND_SAY };

struct hit {
	unsigned unit; /* number in its direction */
	size_t at;
	enum how how;
	uint8_t by;
	bool hit;
};

static void strike(struct edit *e, struct unit *u)
{
	struct hit *const h = (struct hit *)(uintptr_t)e->arg;

	if (e->n == h->unit && h->at < u->len) {
		h->hit = true;
		if (h->how == XOR)
			u->data[h->at] ^= h->by;
		if (h->how == PLUS)
			u->data[h->at] = (uint8_t)(u->data[h->at] + h->by);
		if (h->how >= CUT)
			u->len = h->at;
		if (h->how == CUT_AND_SAY && u->type == 22 && u->len >= 4) {
			u->data[1] = 0;
			u->data[2] = (uint8_t)((u->len - 4u) >> 8);
			u->data[3] = (uint8_t)(u->len - 4u);
		}
	}
	if (u->len != 0 || !h->hit)
		edit_put(e, u);
}

static bool play(bool server, struct hit *h)
{
	start();
	edit_init(&ed, end_of(server));
	ed.on_unit = strike;
	ed.arg = h;
	h->hit = false;
	pair_run(&p);
	if (!h->hit)
		return false;
	if (p.client.n_done != 0 && p.server.n_done != 0)
		fail_msg("both connected: %s, unit %u, byte %zu, how %d, by %d",
			 server ? "server" : "client", h->unit, h->at, (int)h->how, h->by);
	assert_int_equal(p.client.n_got + p.server.n_got, 0);
	pair_wipe(&p);
	return true;
}

static void every_byte(enum how how, const uint8_t *by, size_t n_by)
{
	size_t cases = 0;

	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0;; unit++) {
			struct hit h = { .unit = unit, .how = how };
			size_t hits = 0;

			for (bool any = true; any; h.at++) {
				any = how >= CUT && h.at == 0;
				for (size_t i = 0; i < n_by; i++) {
					h.by = by[i];
					any |= play(server != 0, &h);
					hits += h.hit;
				}
			}
			cases += hits;
			if (hits == 0)
				break;
		}
	print_message("%zu cases\n", cases);
	assert_true(cases > 500);
}

static void n1_cut_at_every_byte(void **state)
{
	static const uint8_t one[] = { 0 };

	(void)state;
	every_byte(CUT, one, 1);
	every_byte(CUT_AND_SAY, one, 1);
}

static void n2_every_byte_one_more_one_less(void **state)
{
	static const uint8_t by[] = { 1, 0xff };

	(void)state;
	every_byte(PLUS, by, 2);
}

static void n4_every_bit(void **state)
{
	static const uint8_t by[] = { 1, 2, 4, 8, 16, 32, 64, 128 };

	(void)state;
	every_byte(XOR, by, 8);
}

/* ---- something at every position ---- */

struct insert {
	unsigned unit;
	uint8_t type;
	const uint8_t *bytes;
	size_t len;
	bool hit;
};

static void insert(struct edit *e, struct unit *u)
{
	struct insert *const in = (struct insert *)(uintptr_t)e->arg;

	if (e->n == in->unit) {
		in->hit = true;
		link_record(e->e, u->prot, in->type, in->bytes, in->len);
	}
	edit_put(e, u);
}

static bool play_insert(bool server, struct insert *in)
{
	start();
	edit_init(&ed, end_of(server));
	ed.on_unit = insert;
	ed.arg = in;
	in->hit = false;
	pair_run(&p);
	return in->hit;
}

#define UNITS 8u /* in a direction, at most */

static void n14_every_type_everywhere(void **state)
{
	size_t cases = 0;

	(void)state;
	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < UNITS; unit++)
			for (unsigned type = 0; type < 256; type++) {
				const uint8_t bytes[4] = { (uint8_t)type, 0, 0, 0 };
				struct insert in = {
					.unit = unit, .type = 22, .bytes = bytes, .len = 4
				};
				const struct end *const victim = end_of(!server);

				if (!play_insert(server != 0, &in))
					continue;
				cases++;
				/* a ServerHelloDone is empty: it comes too early, and the other
				 * one too late, or what follows it */
				assert_int_equal(victim->st.state, SNECK_FAILED);
				assert_int_equal(victim->n_done, 0);
				if (victim->st.err != SNECK_E_UNEXPECTED &&
				    victim->st.err !=
					    (type == 20 ? SNECK_E_BAD_FINISHED : SNECK_E_DECODE))
					fail_msg("type %u at %u of %d: %s", type, unit, server,
						 sneck_rc_name(victim->st.err));
				pair_wipe(&p);
			}
	print_message("%zu cases\n", cases);
	assert_int_equal(cases, 256 * units());
}

/* A warning is shown and passes; what is fatal is; close_notify is none before the end. */
static void n17_every_alert_everywhere(void **state)
{
	static const uint8_t levels[] = { 0, 1, 2, 255 };
	size_t cases = 0, warnings = 0;

	(void)state;
	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < UNITS; unit++)
			for (unsigned i = 0; i < 4 * 256; i++) {
				const uint8_t bytes[2] = { levels[i / 256], (uint8_t)i };
				struct insert in = {
					.unit = unit, .type = 21, .bytes = bytes, .len = 2
				};
				const struct end *const victim = end_of(!server);
				/* a server cannot know before the hello that it is to be 1.2 */
				const bool warning =
					bytes[0] == 1 && bytes[1] != 0 && (server || unit > 0);

				if (!play_insert(server != 0, &in))
					break;
				cases++;
				if (bytes[0] != 1 && bytes[0] != 2) {
					assert_int_equal(victim->st.err, SNECK_E_ILLEGAL);
					assert_int_equal(victim->n_done, 0);
				} else if (warning || bytes[1] == SNECK_ALERT_USER_CANCELED) {
					warnings++;
					assert_true(pair_connected(&p));
				} else {
					assert_int_equal(victim->st.state, SNECK_FAILED);
					assert_int_equal(victim->st.err, SNECK_E_PEER_ALERT);
					assert_int_equal(victim->st.alert, bytes[1]);
					assert_int_equal(victim->n_done, 0);
				}
				pair_wipe(&p);
			}
	print_message("%zu cases, %zu of them warnings\n", cases, warnings);
	assert_int_equal(cases, 4 * 256 * units());
}

/* Exactly where it belongs, and nowhere else: in front of the real one. */
static void n15_a_ccs_everywhere(void **state)
{
	static const uint8_t one[] = { 1 };

	(void)state;
	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < UNITS; unit++) {
			struct insert in = { .unit = unit, .type = 20, .bytes = one, .len = 1 };
			const struct end *const victim = end_of(!server);

			if (!play_insert(server != 0, &in))
				continue;
			assert_int_equal(victim->st.state, SNECK_FAILED);
			assert_int_equal(victim->n_done, 0);
			assert_true(victim->st.err == SNECK_E_UNEXPECTED ||
				    victim->st.err == SNECK_E_BAD_MAC);
			pair_wipe(&p);
		}
}

/* N13: all orders of what a server sends first, but the right one. */
static struct unit kept[4];
static const uint8_t *order;

static void permute(struct edit *e, struct unit *u)
{
	if (e->n > 3) {
		edit_put(e, u);
		return;
	}
	kept[e->n] = *u;
	for (unsigned i = 0; e->n == 3 && i < 4; i++)
		edit_put(e, &kept[order[i]]);
}

static void n13_every_order(void **state)
{
	size_t cases = 0;

	(void)state;
	for (unsigned i = 1; i < 256; i++) {
		const uint8_t o[4] = { i & 3, i >> 2 & 3, i >> 4 & 3, (uint8_t)(i >> 6) };
		unsigned set = 0;

		for (int k = 0; k < 4; k++)
			set |= 1u << o[k];
		if (set != 15 || (o[0] == 0 && o[1] == 1 && o[2] == 2))
			continue;
		order = o;
		start();
		edit_init(&ed, &p.server);
		ed.on_unit = permute;
		pair_run(&p);
		assert_int_equal(p.client.st.err, SNECK_E_UNEXPECTED);
		assert_int_equal(p.client.st.alert, 10);
		pair_wipe(&p);
		cases++;
	}
	assert_int_equal(cases, 23);
}

/* ---- endings ---- */

/* T15: truncated at every byte, in both directions. */
static void t15_transport_ends_everywhere(void **state)
{
	size_t total[2], cases = 0;

	(void)state;
	start();
	pair_run(&p);
	total[0] = p.client.link.len;
	total[1] = p.server.link.len;
	pair_wipe(&p);
	for (int server = 0; server < 2; server++)
		for (size_t cut = 0; cut <= total[server]; cut++, cases++) {
			struct end *const victim = end_of(!server);

			start();
			victim->split[0] = cut;
			for (int i = 0; i < 10; i++) {
				struct end *const from = end_of(server != 0);

				from->send_nothing = from->link.sent == cut;
				pair_pump(&p);
			}
			sneck_in_eof(&victim->in);
			pair_run(&p);
			assert_int_equal(victim->st.state, SNECK_FAILED);
			assert_int_equal(victim->st.err, SNECK_E_TRUNCATED);
			assert_int_equal(victim->st.alert, 0);
			pair_wipe(&p);
		}
	print_message("%zu cases\n", cases);
}

/* N78: call n of the provider fails, for all n: whose call it is fails, and nobody connects. */
static void n78_every_call_fails(void **state)
{
	uint64_t n = 1;

	(void)state;
	for (;; n++) {
		start();
		transparent_calls = 0;
		transparent_fail_at = n;
		pair_run(&p);
		if (transparent_calls < n)
			break;
		assert_true(p.client.n_done == 0 || p.server.n_done == 0);
		assert_true(p.client.st.state == SNECK_FAILED || p.server.st.state == SNECK_FAILED);
		transparent_fail_at = 0;
		pair_wipe(&p);
	}
	transparent_fail_at = 0;
	assert_true(pair_connected(&p));
	pair_wipe(&p);
	print_message("%u calls\n", (unsigned)n);
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n1_cut_at_every_byte),
		cmocka_unit_test(n2_every_byte_one_more_one_less),
		cmocka_unit_test(n4_every_bit),
		cmocka_unit_test(n14_every_type_everywhere),
		cmocka_unit_test(n17_every_alert_everywhere),
		cmocka_unit_test(n15_a_ccs_everywhere),
		cmocka_unit_test(n13_every_order),
		cmocka_unit_test(t15_transport_ends_everywhere),
		cmocka_unit_test(n78_every_call_fails),
	};

	const struct CMUnitTest again[] = {
		cmocka_unit_test(n1_cut_at_every_byte),
		cmocka_unit_test(n2_every_byte_one_more_one_less),
		cmocka_unit_test(n4_every_bit),
		cmocka_unit_test(n15_a_ccs_everywhere),
		cmocka_unit_test(t15_transport_ends_everywhere),
		cmocka_unit_test(n78_every_call_fails),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	asks = true;
	failed += cmocka_run_group_tests(tests, NULL, NULL);
	asks = false;
	resume_old = resumed = BUILD_TICKETS;
	return failed + (resumed ? cmocka_run_group_tests_name("resumed", again, NULL, NULL) : 0);
}
