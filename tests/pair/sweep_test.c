/* SPDX-License-Identifier: MIT */
/* sweep_test.c: attacks that are not listed but counted: every handshake type, every alert and a
 * ChangeCipherSpec at every position; every order of a flight; every record type and version; the
 * transport ending at every byte. Never are both ends connected by what was altered, and never is
 * anything delivered. sweep_all_test.c has every byte of every message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/flow.h"

static struct pair p;
static struct edit ed;

static const struct flow *flow; /* what start() starts */
static size_t units;		/* places to stand in front of, in both directions */

static void start(void)
{
	flow_init(&p, flow, 1);
	pair_start(&p);
}

static void in_flow(const char *name, size_t n)
{
	for (size_t i = 0; i < n_flows; i++)
		if (strcmp(flows[i].name, name) == 0)
			flow = &flows[i];
	assert_string_equal(flow->name, name);
	units = n;
}

static void in_each_flow(void (*test)(void))
{
	static const struct {
		const char *name;
		size_t units;
	} of[] = {
		{ "full", 3 + 6 },	{ "resumed", 3 + 4 },	 { "early data", 5 + 4 },
		{ "1.2 ecdsa", 4 + 6 }, { "1.2 mutual", 6 + 7 }, { "1.2 resumed", 3 + 4 },
	};

	for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
		in_flow(of[i].name, of[i].units);
		test();
	}
	in_flow("full", 3 + 6);
}

static struct end *end_of(bool server)
{
	return server ? &p.server : &p.client;
}

/* ---- something at every position ---- */

struct insert {
	unsigned unit; /* number in its direction */
	uint8_t type;
	const uint8_t *bytes;
	size_t len;
	bool hit, prot;
};

/* A ticket of TLS 1.3 is not part of the handshake. */
static bool behind(const struct unit *u)
{
	return !flow->old && u->type == 22 && u->data[0] == 4;
}

static void insert(struct edit *e, struct unit *u)
{
	struct insert *const in = (struct insert *)(uintptr_t)e->arg;

	if (e->n == in->unit && !behind(u)) {
		in->hit = true;
		/* the keys of this place, not of a ChangeCipherSpec that is but for show */
		in->prot = (u->type == 20 && !flow->old) || u->prot;
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

#define UNITS 8u /* in a direction, at most */

static void every_type(void)
{
	size_t cases = 0;

	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < UNITS; unit++)
			for (unsigned type = 0; type < 256; type++) {
				const uint8_t bytes[4] = { (uint8_t)type, 0, 0, 0 };
				struct insert in = {
					.unit = unit, .type = 22, .bytes = bytes, .len = 4
				};
				const struct end *const victim = end_of(!server);

				if (!play_insert(server != 0, &in))
					break;
				cases++;
				/* a ServerHelloDone is empty: it comes too early, and the other
				 * one too late, or what follows it */
				assert_int_equal(victim->st.state, SNECK_FAILED);
				assert_int_equal(victim->n_done, 0);
				if (victim->st.err != SNECK_E_UNEXPECTED &&
				    victim->st.err !=
					    (type == 20 ? SNECK_E_BAD_FINISHED : SNECK_E_DECODE))
					fail_msg("%s: type %u at %u of %d: %s", flow->name, type,
						 unit, server, sneck_rc_name(victim->st.err));
				pair_wipe(&p);
			}
	print_message("%zu cases\n", cases);
	assert_int_equal(cases, 256 * units);
}

static void n14_every_type_everywhere(void **state)
{
	(void)state;
	in_each_flow(every_type);
}

/* One that is fatal has to be sent as fatal, once it is known that this is TLS 1.3. */
static enum sneck_rc alert_rc(unsigned unit, const uint8_t bytes[2])
{
	if (bytes[0] != 1 && bytes[0] != 2)
		return SNECK_E_ILLEGAL;
	return !flow->old && bytes[0] == 1 && bytes[1] != 0 && unit > 0 ? SNECK_E_DECODE
									: SNECK_E_PEER_ALERT;
}

/* What is fatal is; close_notify is none before the end. A warning of TLS 1.2 is shown and passes;
 * but a server cannot know before the hello that it is to be 1.2. */
static void every_alert(void)
{
	static const uint8_t levels[] = { 0, 1, 2, 255 };
	size_t cases = 0, warnings = 0;

	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < UNITS; unit++)
			for (unsigned i = 0; i < 4 * 256; i++) {
				const uint8_t bytes[2] = { levels[i / 256], (uint8_t)i };
				struct insert in = {
					.unit = unit, .type = 21, .bytes = bytes, .len = 2
				};
				const struct end *const victim = end_of(!server);
				const bool warning = flow->old && bytes[0] == 1 && bytes[1] != 0 &&
						     (server || unit > 0);
				const enum sneck_rc rc = alert_rc(unit, bytes);

				if (!play_insert(server != 0, &in))
					break;
				cases++;
				if (rc != SNECK_E_ILLEGAL &&
				    (warning || bytes[1] == SNECK_ALERT_USER_CANCELED)) {
					warnings++;
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
	print_message("%zu cases, %zu of them warnings\n", cases, warnings);
	assert_int_equal(cases, 4 * 256 * units);
}

static void n17_every_alert_everywhere(void **state)
{
	(void)state;
	in_each_flow(every_alert);
}

/* In TLS 1.2 exactly where it belongs, and nowhere else: in front of the real one. In TLS 1.3 it is
 * refused if protected; plain ones are adversary_test.c's. */
static void a_ccs(void)
{
	static const uint8_t one[] = { 1 };

	for (int server = 0; server < 2; server++)
		for (unsigned unit = 0; unit < UNITS; unit++) {
			struct insert in = { .unit = unit, .type = 20, .bytes = one, .len = 1 };
			const struct end *const victim = end_of(!server);

			if (!play_insert(server != 0, &in))
				continue;
			assert_int_equal(victim->n_done, flow->old || in.prot ? 0 : server);
			if (flow->old) {
				assert_int_equal(victim->st.state, SNECK_FAILED);
				assert_true(victim->st.err == SNECK_E_UNEXPECTED ||
					    victim->st.err == SNECK_E_BAD_MAC);
			}
			pair_wipe(&p);
		}
}

static void n15_a_ccs_everywhere(void **state)
{
	(void)state;
	in_each_flow(a_ccs);
}

/* N13: all orders of what a server of TLS 1.2 sends first, but the right one. */
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

static void every_order(void)
{
	size_t cases = 0;

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

static void n13_every_order(void **state)
{
	(void)state;
	in_flow("1.2 ecdsa", 0);
	every_order();
	in_flow("1.2 mutual", 0);
	every_order();
	in_flow("full", 0);
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
static void transport_ends(void)
{
	size_t total[2], cases = 0;

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

static void t15_transport_ends_everywhere(void **state)
{
	(void)state;
	in_each_flow(transport_ends);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n14_every_type_everywhere),
		cmocka_unit_test(n17_every_alert_everywhere),
		cmocka_unit_test(n15_a_ccs_everywhere),
		cmocka_unit_test(n13_every_order),
		cmocka_unit_test(n7_every_type_and_version),
		cmocka_unit_test(n7_every_length),
		cmocka_unit_test(n8_padding),
		cmocka_unit_test(t15_transport_ends_everywhere),
		cmocka_unit_test(n18_junk_behind_close_notify),
		cmocka_unit_test(n54_n55_n57_at_the_bound),
	};

	in_flow("full", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
