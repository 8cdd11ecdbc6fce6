/* SPDX-License-Identifier: MIT */
/* graph_test.c: the rows of the handshake as data: what they take, where they lead, that every
 * state is reached and nothing leads outside; and the gate, driven: no message that the row does
 * not list gets to a handler, from any state, at any level. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hs/graph.h"
#include "lib/needs.h"
#include "lib/pair.h"

struct graph {
	const char *name;
	const struct hs_state *rows;
	unsigned n;
	int role;
	uint8_t last; /* the state that stays */
};

static const struct graph graphs[] = {
	{ "client", sneck__client_graph, CH_COUNT, SNECK_CLIENT, CH_COUNT },
	{ "server", sneck__server_graph, SH_COUNT, SNECK_SERVER, SH_COUNT },
	{ "client13", sneck__client13_graph, C13_COUNT, SNECK_CLIENT, C13_CONNECTED },
	{ "server13", sneck__server13_graph, S13_COUNT, SNECK_SERVER, S13_CONNECTED },
	IF_TLS12({ "client12", sneck__client12_graph, C12_COUNT, SNECK_CLIENT, C12_CONNECTED })
		IF_TLS12({ "server12", sneck__server12_graph, S12_COUNT, SNECK_SERVER,
			   S12_CONNECTED })
};

#define GRAPHS (sizeof graphs / sizeof graphs[0])

static void shape(void **state)
{
	(void)state;
	for (size_t g = 0; g < GRAPHS; g++) {
		uint32_t reached = SET(0);

		for (unsigned i = 0; i < graphs[g].n; i++) {
			const struct hs_state *const st = &graphs[g].rows[i];

			assert_non_null(st->name);
			assert_non_null(st->run);
			assert_true(st->next != 0);
			assert_int_equal(st->next & ~(SET(HS_EXIT_12) | SET(HS_EXIT_13) |
						      (SET(graphs[g].n) - 1u)),
					 0);
			assert_true(set_has(reached, i)); /* rows stand in the order of arrival */
			reached |= st->next;
			assert_int_equal(
				set_has(st->next, i),
				i == graphs[g].last ||
					st->run == sneck__server13_graph[S13_SEND_TICKET].run);
		}
	}
}

/* ---- the drawing ---- */

static char text[16384];
static size_t text_len;

__attribute__((format(printf, 1, 2))) static void draw(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_len += (size_t)vsnprintf(text + text_len, sizeof text - text_len, format, args);
	va_end(args);
	assert_true(text_len < sizeof text);
}

static void draw_graph(const struct graph *g)
{
	static const char *const levels[] = { "plain", "early", "handshake", "application" };

	draw("\n## %s\n\n| state | takes | under | leads to |\n|---|---|---|---|\n", g->name);
	for (unsigned i = 0; i < g->n; i++) {
		const struct hs_state *const st = &g->rows[i];
		const char *comma = "";

		draw("| %u %s | ", i, st->name);
		for (unsigned type = 0; type < 32; type++)
			if (set_has(st->takes, type)) {
				draw("%s%s", comma,
				     type == HT_CCS ? "change_cipher_spec"
						    : sneck_message_name((int)type));
				comma = ", ";
			}
		draw("%s | %s | ", st->takes == 0 ? "sends" : "", levels[st->level]);
		comma = "";
		for (unsigned to = 0; to < 32; to++)
			if (set_has(st->next, to)) {
				if (to >= HS_EXIT_12)
					draw("%s%s", comma, to == HS_EXIT_12 ? "1.2" : "1.3");
				else
					draw("%s%u %s", comma, to, g->rows[to].name);
				comma = ", ";
			}
		draw(" |\n");
	}
}

/* docs/states.md is what the rows say; SNECK_DRAW=1 writes it anew. */
static void drawing(void **state)
{
	static char stored[sizeof text];
	const char *const path = SOURCE_DIR "/docs/states.md";
	FILE *f;

	(void)state;
	NEEDS(BUILD_COMPRESSION && BUILD_TLS12 && BUILD_TLS13); /* the file has all rows */
	text_len = 0;
	draw("# The states of the handshake\n\nMade from the rows in `src/hs/`, as "
	     "`tests/graph/graph_test.c` prints them; it compares. A state that sends\ntakes "
	     "nothing. What a state does not list, under keys that it does not name, is "
	     "`unexpected_message`.\n");
	for (size_t g = 0; g < GRAPHS; g++)
		draw_graph(&graphs[g]);
	if (getenv("SNECK_DRAW") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(text, 1, text_len, f), text_len);
		assert_int_equal(fclose(f), 0);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(stored, 1, sizeof stored - 1u, f), text_len);
	(void)fclose(f);
	assert_string_equal(stored, text);
}

static struct pair p;

/* Every state x every type x every level: what is not in the row changes nothing. */
static void r3_the_gate(void **state)
{
	size_t refused = 0;

	(void)state;
	for (size_t g = 0; g < GRAPHS; g++)
		for (unsigned i = 0; i < graphs[g].n; i++)
			for (unsigned type = 0; type < 32; type++)
				for (uint8_t level = 0; level < 4; level++) {
					const struct hs_state *const st = &graphs[g].rows[i];
					struct end *const e = graphs[g].role == SNECK_CLIENT
								      ? &p.client
								      : &p.server;
					struct hs_msg m = { .type = (uint8_t)type, .level = level };
					static struct hs before;

					if (set_has(st->takes, type) && level == st->level)
						continue;
					if (type == 0 && level == 0) {
						pair_init(&p, 1);
						pair_start(&p);
					}
					e->conn->hs.graph = st - i;
					e->conn->hs.state = (uint8_t)i;
					m.raw = m.body = sneck_span_of("\0\0\0\0", 4);
					before = e->conn->hs;
					before.at_type = (uint8_t)type;
					assert_int_equal(sneck__hs_run(&e->conn->hs, &m),
							 SNECK_E_UNEXPECTED);
					assert_memory_equal(&before, &e->conn->hs, sizeof before);
					refused++;
				}
	print_message("%zu refused\n", refused);
}

/* A handler that leads where its row does not: a bug of ours, and the end. */
static enum sneck_rc astray(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)hs;
	(void)m;
	*to = 2;
	return SNECK_OK;
}

static const struct hs_state crooked[] = {
	{ .name = "A", .run = astray, .bare = true, .next = SET(1), .absorb = ABSORB_NEVER },
	{ .name = "B", .run = astray, .bare = true, .next = SET(1), .absorb = ABSORB_NEVER },
};

static void r3_outside_next(void **state)
{
	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	p.client.conn->hs.graph = crooked;
	assert_int_equal(sneck__hs_run(&p.client.conn->hs, NULL), SNECK_E_INTERNAL);
	assert_int_equal(p.client.conn->hs.state, 0);
	assert_int_equal(end_step(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	sneck_out_sent(&p.client.out, p.client.out.len);
	assert_int_equal(end_step(&p.client), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_INTERNAL);
	assert_int_equal(p.client.st.alert, 80);
	pair_wipe(&p);
}

/* CONNECTED without evidence: also a bug of ours, and the end. R5. */
static void r5_no_evidence(void **state)
{
	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	assert_int_equal(sneck__evidence_accept(&p.client.conn->hs), SNECK_E_INTERNAL);
	p.client.conn->hs.work->evidence.chain_judged = true;
	assert_int_equal(sneck__evidence_accept(&p.client.conn->hs), SNECK_E_INTERNAL);
	p.client.conn->hs.work->evidence.chain_judged = false;
	p.client.conn->hs.work->evidence.signature_judged = true;
	assert_int_equal(sneck__evidence_accept(&p.client.conn->hs), SNECK_E_INTERNAL);
	p.client.conn->hs.work->evidence.chain_judged = true;
	assert_int_equal(sneck__evidence_accept(&p.client.conn->hs), SNECK_OK);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shape),	  cmocka_unit_test(drawing),
		cmocka_unit_test(r3_the_gate),	  cmocka_unit_test(r3_outside_next),
		cmocka_unit_test(r5_no_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
