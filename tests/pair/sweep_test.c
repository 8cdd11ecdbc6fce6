/* SPDX-License-Identifier: MIT */
/* sweep_test.c: attacks that are not listed but counted: every byte of every message cut, flipped,
 * raised and lowered; every handshake type and every alert at every position; every record type and
 * version; the transport ending at every byte. Never are both ends connected by what was altered,
 * and never is anything delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/resume.h"

static struct pair p;
static struct edit ed;
static enum { FULL, RESUMED, EARLY, FLOWS } flow;

/* As many as the build has. */
static unsigned flows(void)
{
	return resume_can(true) ? FLOWS : resume_can(false) ? EARLY : RESUMED;
}

/* Small certificates: what is in them does not matter here. */
static void start(void)
{
	if (flow == FULL)
		pair_init(&p, 1);
	else
		resume_same(&p, flow == EARLY);
	for (int i = 0; i < 2; i++)
		p.server.chain[i].len = 20;
	pair_start(&p);
}

static struct end *end_of(bool server)
{
	return server ? &p.server : &p.client;
}

/* Not part of the handshake: tickets are behind it, and early data is in no transcript. */
static bool beside(const struct unit *u)
{
	return u->type == 23 || (u->type == 22 && u->data[0] == 4);
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

	if (e->n == h->unit && h->at < u->len && !beside(u)) {
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
		for (unsigned unit = 0; unit < 8; unit++) {
			struct hit h = { .unit = unit, .how = how };
			size_t hits = 0;

			for (bool any = true; any; h.at++) {
				any = how >= CUT && h.at == 0;
				/* a ChangeCipherSpec may go: nobody needs it */
				for (size_t i = 0; i < n_by && !(any && unit == 1); i++) {
					h.by = by[i];
					any |= play(server != 0, &h);
					hits += h.hit;
				}
			}
			cases += hits;
		}
	print_message("%zu cases\n", cases);
	assert_true(cases > 500);
}

static void n1_cut_at_every_byte(void **state)
{
	static const uint8_t one[] = { 0 };

	(void)state;
	for (flow = FULL; flow < flows(); flow++) {
		every_byte(CUT, one, 1);
		every_byte(CUT_AND_SAY, one, 1);
	}
	flow = FULL;
}

static void n2_every_byte_one_more_one_less(void **state)
{
	static const uint8_t by[] = { 1, 0xff };

	(void)state;
	for (flow = FULL; flow < flows(); flow++) {
		every_byte(PLUS, by, 2);
	}
	flow = FULL;
}

static void n4_every_bit(void **state)
{
	static const uint8_t by[] = { 1, 2, 4, 8, 16, 32, 64, 128 };

	(void)state;
	for (flow = FULL; flow < flows(); flow++) {
		every_byte(XOR, by, 8);
	}
	flow = FULL;
}

/* ---- something at every position ---- */

struct insert {
	unsigned unit;
	uint8_t type;
	const uint8_t *bytes;
	size_t len;
	bool hit, prot, app;
};

static void insert(struct edit *e, struct unit *u)
{
	struct insert *const in = (struct insert *)(uintptr_t)e->arg;

	if (e->n == in->unit && !(u->type == 22 && u->data[0] == 4)) {
		in->hit = true;
		/* the keys of this place, not of a ChangeCipherSpec that stands here */
		in->prot = u->type == 20 || u->prot;
		link_record(e->e, in->prot, in->type, in->bytes, in->len);
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

static void n14_every_type_everywhere_in_flow(void **state)
{
	size_t cases = 0;

	(void)state;
	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < 6; unit++)
			for (unsigned type = 0; type < 256; type++) {
				const uint8_t bytes[4] = { (uint8_t)type, 0, 0, 0 };
				struct insert in = {
					.unit = unit, .type = 22, .bytes = bytes, .len = 4
				};
				const struct end *const victim = end_of(!server);

				if (!play_insert(server != 0, &in))
					continue;
				cases++;
				assert_int_equal(victim->st.state, SNECK_FAILED);
				assert_int_equal(victim->n_done, 0);
				if (victim->st.err != SNECK_E_UNEXPECTED)
					assert_int_equal(victim->st.err,
							 type == 20 ? SNECK_E_BAD_FINISHED
								    : SNECK_E_DECODE);
				pair_wipe(&p);
			}
	print_message("%zu cases\n", cases);
	assert_true(cases >= 256 * 7);
}

/* One that is fatal has to be sent as fatal, once it is known that this is TLS 1.3. */
static enum sneck_rc alert_rc(unsigned unit, const uint8_t bytes[2])
{
	if (bytes[0] != 1 && bytes[0] != 2)
		return SNECK_E_ILLEGAL;
	return bytes[0] == 1 && bytes[1] != 0 && unit > 0 ? SNECK_E_DECODE : SNECK_E_PEER_ALERT;
}

static void n17_every_alert_everywhere_in_flow(void **state)
{
	static const uint8_t levels[] = { 0, 1, 2, 255 };
	size_t cases = 0;

	(void)state;
	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < 6; unit++)
			for (unsigned i = 0; i < 4 * 256; i++) {
				const uint8_t bytes[2] = { levels[i / 256], (uint8_t)i };
				struct insert in = {
					.unit = unit, .type = 21, .bytes = bytes, .len = 2
				};
				const struct end *const victim = end_of(!server);
				enum sneck_rc rc;

				if (!play_insert(server != 0, &in))
					break;
				cases++;
				rc = alert_rc(unit, bytes);
				if (bytes[1] == SNECK_ALERT_USER_CANCELED &&
				    rc != SNECK_E_ILLEGAL) {
					assert_true(pair_connected(&p));
				} else {
					assert_int_equal(victim->st.state, SNECK_FAILED);
					assert_int_equal(victim->st.err, rc);
					assert_int_equal(victim->st.alert,
							 rc == SNECK_E_PEER_ALERT
								 ? bytes[1]
								 : sneck_rc_alert(rc));
					assert_int_equal(victim->n_done, 0);
				}
				pair_wipe(&p);
			}
	print_message("%zu cases\n", cases);
	assert_true(cases >= 4 * 256 * 7);
}

static void n15_a_ccs_everywhere_in_flow(void **state)
{
	static const uint8_t one[] = { 1 };

	(void)state;
	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < 6; unit++) {
			struct insert in = { .unit = unit, .bytes = one };

			start();
			edit_init(&ed, end_of(server != 0));
			ed.on_unit = insert;
			ed.arg = &in;
			in.type = 20;
			in.len = 1;
			pair_run(&p);
			if (in.hit) /* protected it is refused; plain is adversary_test.c's */
				assert_int_equal(end_of(!server)->n_done, in.prot ? 0 : server);
			pair_wipe(&p);
		}
}

/* ---- records ---- */

/* Runs a victim that has got a ClientHello's, or a ServerHello's, place taken by these bytes. */
static enum sneck_rc first_bytes(bool server, const uint8_t *b, size_t n)
{
	struct end *const victim = end_of(server);
	size_t room;
	uint8_t *to;

	start();
	if (!server)
		(void)end_run(victim);
	to = sneck_in_space(&victim->in, n, &room);
	memcpy(to, b, n);
	sneck_in_added(&victim->in, n);
	sneck_out_sent(&victim->out, victim->out.len);
	while (end_run(victim) == SNECK_MUST_TRANSMIT_TLS_DATA)
		sneck_out_sent(&victim->out, victim->out.len);
	pair_wipe(&p);
	return (enum sneck_rc)victim->st.err;
}

static void n7_every_type_and_version(void **state)
{
	(void)state;
	for (int server = 0; server < 2; server++) {
		for (unsigned type = 0; type < 256; type++) {
			const uint8_t b[5] = { (uint8_t)type, 3, 3, 0, 0 };
			const enum sneck_rc rc = first_bytes(server != 0, b, 5);

			assert_int_equal(rc, type < 20 || type > 23 ? SNECK_E_NOT_TLS
					     : type == 21	    ? SNECK_E_DECODE
								    : SNECK_E_UNEXPECTED);
		}
		for (unsigned v = 0; v < 65536; v += v % 256 < 8 ? 1 : 31) {
			const uint8_t b[9] = { 22, (uint8_t)(v >> 8), (uint8_t)v, 0, 4, 31 };

			assert_int_equal(first_bytes(server != 0, b, 9),
					 v >> 8 == 3 ? SNECK_E_UNEXPECTED : SNECK_E_NOT_TLS);
		}
	}
}

static void n7_every_length(void **state)
{
	static const struct {
		unsigned len;
		enum sneck_rc rc;
	} plain[] = { { 0, SNECK_E_UNEXPECTED },
		      { 1, SNECK_OK },
		      { 16384, SNECK_OK },
		      { 16385, SNECK_E_RECORD_SIZE },
		      { 16640, SNECK_E_RECORD_SIZE },
		      { 65535, SNECK_E_RECORD_SIZE } };

	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		const uint8_t b[5] = { 22, 3, 3, (uint8_t)(plain[i].len >> 8),
				       (uint8_t)plain[i].len };

		assert_int_equal(first_bytes(true, b, 5), plain[i].rc);
	}
}

/* Padding is counted: 2^14 + 1 bytes with the type are the most. N8. */
static void n8_padding(void **state)
{
	static uint8_t body[16400];

	(void)state;
	for (size_t total = 16383; total <= 16387; total++) {
		start();
		pair_run(&p);
		assert_true(pair_connected(&p));
		memset(body, 0, sizeof body);
		memcpy(body, "data\x17", 5);
		/* "type" 0 behind: one more zero of padding */
		link_record(&p.client, true, 0, body, total - 1u);
		pair_run(&p);
		if (total <= 16385) {
			assert_true(pair_connected(&p));
			assert_int_equal(p.server.n_got, 4);
		} else {
			assert_int_equal(p.server.st.err, SNECK_E_RECORD_SIZE);
			assert_int_equal(p.server.st.alert, 22);
			assert_int_equal(p.server.n_got, 0);
		}
		pair_wipe(&p);
	}
}

/* ---- endings ---- */

/* T15: truncated at every byte, in both directions. */
static void t15_transport_ends_everywhere_in_flow(void **state)
{
	size_t total[2], cases = 0;

	(void)state;
	start();
	pair_run(&p);
	end_write(&p.client, "data", 4);
	end_write(&p.server, "data", 4);
	pair_run(&p);
	total[0] = p.client.link.len;
	total[1] = p.server.link.len;
	pair_wipe(&p);
	for (int server = 0; server < 2; server++)
		for (size_t cut = 0; cut <= total[server]; cut++, cases++) {
			struct end *const victim = end_of(!server);

			start();
			victim->split[0] = cut;
			for (int i = 0; i < 12; i++) {
				struct end *const from = end_of(server != 0);

				from->send_nothing = from->link.sent == cut;
				pair_pump(&p);
				if (i == 6 && p.client.n_done + p.server.n_done == 2) {
					end_write(&p.client, "data", 4);
					end_write(&p.server, "data", 4);
				}
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

/* N18: what comes behind a close_notify is not read. */
static void n18_junk_behind_close_notify(void **state)
{
	(void)state;
	for (int server = 0; server < 2; server++) {
		struct end *const by = end_of(server != 0), *const to = end_of(!server);

		start();
		pair_run(&p);
		end_close(by);
		end_close(by);
		wire_move(by, to);
		link_put(by, "junk that is no record", 22);
		link_record(by, true, 23, "data", 4);
		pair_run(&p);
		assert_true(to->peer_closed);
		assert_int_equal(to->n_got, 0);
		assert_int_equal(to->st.state, SNECK_TRAFFIC_TRANSIT);
		assert_true(to->st.flags & SNECK_ST_RX_CLOSED);
		assert_true(to->st.flags & SNECK_ST_CAN_ENCRYPT);
		sneck_in_eof(&to->in);
		assert_int_equal(end_run(to), SNECK_TRAFFIC_TRANSIT);
		end_close(to);
		pair_run(&p);
		assert_int_equal(to->st.state, SNECK_CLOSED);
		assert_int_equal(by->st.state, SNECK_CLOSED);
		pair_wipe(&p);
	}
}

/* L5, L6, L8: at the bound nothing happens, and data resets the counts. */
static void n54_n55_n57_at_the_bound(void **state)
{
	static const uint8_t update[] = { 24, 0, 0, 1, 0 }, cancel[] = { 1, 90 };

	(void)state;
	start();
	pair_run(&p);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 32; i++) {
			link_record(&p.client, true, 23, "", 0);
			link_record(&p.client, true, 22, update, sizeof update);
			if (i < 4)
				link_record(&p.client, true, 21, cancel, sizeof cancel);
		}
		link_record(&p.client, true, 23, "data", 4);
	}
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(p.server.n_got, 12);
	assert_int_equal(p.server.conn->rx_updates, 96);
	pair_wipe(&p);
}

static void in_each_flow(void (*test)(void **state))
{
	for (flow = FULL; flow < flows(); flow++)
		test(NULL);
	flow = FULL;
}

static void n14_every_type_everywhere(void **state)
{
	(void)state;
	in_each_flow(n14_every_type_everywhere_in_flow);
}

static void n17_every_alert_everywhere(void **state)
{
	(void)state;
	in_each_flow(n17_every_alert_everywhere_in_flow);
}

static void n15_a_ccs_everywhere(void **state)
{
	(void)state;
	in_each_flow(n15_a_ccs_everywhere_in_flow);
}

static void t15_transport_ends_everywhere(void **state)
{
	(void)state;
	in_each_flow(t15_transport_ends_everywhere_in_flow);
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
		cmocka_unit_test(n7_every_type_and_version),
		cmocka_unit_test(n7_every_length),
		cmocka_unit_test(n8_padding),
		cmocka_unit_test(t15_transport_ends_everywhere),
		cmocka_unit_test(n18_junk_behind_close_notify),
		cmocka_unit_test(n54_n55_n57_at_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
