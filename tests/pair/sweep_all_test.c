/* SPDX-License-Identifier: MIT */
/* sweep_all_test.c: over all flows, each byte of each message cut off there, flipped, raised,
 * lowered, zero and all ones, which is each length field too (N1, N2, N4). Never are both ends
 * connected by what was altered. SNECK_SWEEP=all gives each byte every value, for a release.
 * sweep_test.c puts something in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/flow.h"

static struct pair p;
static struct edit ed;
static bool all;

enum how { XOR, PLUS, SET_TO, CUT, CUT_AND_SAY };

struct hit {
	const struct flow *f;
	bool server;
	unsigned unit; /* number in its direction */
	size_t at;
	enum how how;
	uint8_t by;
	bool hit, same; /* same: it was this value already */
};

/* Not part of the handshake: tickets are behind it, and early data is in no transcript. */
static bool beside(const struct unit *u)
{
	return u->type == 23 || (u->type == 22 && u->data[0] == 4);
}

static void strike(struct edit *e, struct unit *u)
{
	struct hit *const h = (struct hit *)(uintptr_t)e->arg;

	if (e->n == h->unit && h->at < u->len && !beside(u)) {
		const uint8_t was = u->data[h->at];

		h->hit = true;
		if (h->how == XOR)
			u->data[h->at] ^= h->by;
		if (h->how == PLUS)
			u->data[h->at] = (uint8_t)(was + h->by);
		if (h->how == SET_TO)
			u->data[h->at] = h->by;
		h->same = h->how < CUT && was == u->data[h->at];
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

static void play(struct hit *h)
{
	flow_init(&p, h->f, 1);
	pair_start(&p);
	edit_init(&ed, h->server ? &p.server : &p.client);
	ed.on_unit = strike;
	ed.arg = h;
	h->hit = h->same = false;
	pair_run(&p);
	if (h->hit && !h->same && p.client.n_done != 0 && p.server.n_done != 0)
		fail_msg("both connected: %s, %s, unit %u, byte %zu, how %d, by %d", h->f->name,
			 h->server ? "server" : "client", h->unit, h->at, (int)h->how, h->by);
	assert_int_equal(p.client.n_got + p.server.n_got, 0);
	if (!h->f->early)
		assert_int_equal(p.server.n_early, 0);
	pair_wipe(&p);
}

/* TLS 1.3 can do without a ChangeCipherSpec. */
static bool dispensable(const struct hit *h)
{
	return h->how >= CUT && !h->f->old && h->at == 0;
}

static size_t sweep_unit(struct hit h, const uint8_t *by, size_t n_by)
{
	size_t hits = 0;

	for (bool any = true; any; h.at++) {
		any = dispensable(&h);
		for (size_t i = 0; i < n_by && !(any && h.unit == 1); i++) {
			h.by = by[i];
			play(&h);
			any |= h.hit;
			hits += h.hit;
		}
	}
	return hits;
}

static void sweep(enum how how, const uint8_t *by, size_t n_by)
{
	size_t cases = 0;

	for (size_t i = 0; i < n_flows; i++)
		for (int server = 0; server < 2 && !flows[i].shut; server++)
			for (unsigned unit = 0; unit < 10; unit++) {
				const struct hit h = {
					.f = &flows[i],
					.server = server != 0,
					.unit = unit,
					.how = how,
				};

				cases += sweep_unit(h, by, n_by);
			}
	print_message("%zu cases\n", cases);
	assert_true(cases > 10000);
}

static void n1_cut_at_every_byte(void **state)
{
	static const uint8_t one[] = { 0 };

	(void)state;
	sweep(CUT, one, 1);
	sweep(CUT_AND_SAY, one, 1);
}

static void n2_every_byte_one_more_one_less(void **state)
{
	static const uint8_t by[] = { 1, 0xff };

	(void)state;
	sweep(PLUS, by, 2);
}

static void n2_every_byte_nothing_and_all(void **state)
{
	static const uint8_t by[] = { 0, 0xff };

	(void)state;
	sweep(SET_TO, by, 2);
}

static void n4_every_bit(void **state)
{
	static const uint8_t by[] = { 1, 2, 4, 8, 16, 32, 64, 128 };

	(void)state;
	sweep(XOR, by, 8);
}

static void n4_every_value(void **state)
{
	uint8_t by[255];

	(void)state;
	if (!all)
		skip();
	for (unsigned i = 0; i < sizeof by; i++)
		by[i] = (uint8_t)(i + 1u);
	sweep(XOR, by, sizeof by);
}

/* ---- KeyUpdates ---- */

static void strike_update(struct edit *e, struct unit *u)
{
	struct hit *const h = (struct hit *)(uintptr_t)e->arg;

	if (u->type == 22 && u->data[0] == 24 && !h->hit && h->at < u->len) {
		h->hit = true;
		if (h->how == XOR)
			u->data[h->at] ^= h->by;
		else
			u->len = h->at;
	}
	if (u->len != 0)
		edit_put(e, u);
}

/* One that is altered ends the connection; but for the bit that asks for an answer. */
static void n4_key_updates(void **state)
{
	size_t cases = 0;

	(void)state;
	for (struct hit h = { .how = XOR, .by = 1 }; h.at < 5;) {
		for (int server = 0; server < 2; server++, cases++) {
			struct end *const by = server ? &p.server : &p.client;
			struct end *const victim = server ? &p.client : &p.server;

			flow_init(&p, &flows[0], 1);
			pair_connect(&p);
			edit_init(&ed, by);
			ed.on_unit = strike_update;
			ed.arg = &h;
			h.hit = false;
			assert_int_equal(sneck_key_update(by->conn, 0), SNECK_OK);
			end_write(by, "data", 4);
			pair_run(&p);
			assert_true(h.hit);
			if (h.how == XOR && h.at == 4 && h.by == 1) {
				assert_true(pair_connected(&p));
				assert_int_equal(victim->n_got, 4);
			} else {
				assert_int_equal(victim->n_got, h.how == CUT && h.at == 0 ? 4 : 0);
			}
			pair_wipe(&p);
		}
		if (h.how == CUT) {
			h = (struct hit){ .how = XOR, .by = 1, .at = h.at + 1u };
		} else if (h.by == 128) {
			h.how = CUT;
		} else {
			h.by = (uint8_t)(h.by << 1);
		}
	}
	print_message("%zu cases\n", cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n1_cut_at_every_byte),
		cmocka_unit_test(n2_every_byte_one_more_one_less),
		cmocka_unit_test(n2_every_byte_nothing_and_all),
		cmocka_unit_test(n4_every_bit),
		cmocka_unit_test(n4_key_updates),
		cmocka_unit_test(n4_every_value),
	};
	const char *const env = getenv("SNECK_SWEEP");

	all = env != NULL && strcmp(env, "all") == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
