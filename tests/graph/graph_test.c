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

#include "build.h"
#include "hs/graph.h"
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
	IF_TLS12({ "server12", sneck__server12_graph, S12_COUNT, SNECK_SERVER, S12_CONNECTED })
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

#if BUILD_COMPRESSION
#define PACKED " 25"
#else
#define PACKED ""
#endif

/* What RFC 9846, A says, as text: state, what it takes, its level, where it leads. */
static const char *const expected[] = {
	"client START - 0 WAIT_SH;client WAIT_SH 2 0 EXIT EXIT;",
	"server START 1 0 EXIT EXIT;",
	"client13 WAIT_SH 2 0 START WAIT_EE;client13 START - 0 WAIT_SH;"
	"client13 WAIT_SH 2 0 WAIT_EE;client13 WAIT_EE 8 2 WAIT_CERT_CR WAIT_FINISHED;"
	"client13 WAIT_CERT_CR 11 13" PACKED " 2 WAIT_CERT WAIT_CV;"
	"client13 WAIT_CERT 11" PACKED " 2 WAIT_CV;"
	"client13 WAIT_CV 15 2 WAIT_FINISHED;"
	"client13 WAIT_FINISHED 20 2 SEND_EOED SEND_CERT SEND_FINISHED;"
	"client13 SEND_EOED - 0 SEND_FINISHED;"
	"client13 SEND_CERT - 0 SEND_CV SEND_FINISHED;client13 SEND_CV - 0 SEND_FINISHED;"
	"client13 SEND_FINISHED - 0 CONNECTED;client13 CONNECTED 4 24 3 CONNECTED;",
	"server13 START 1 0 RECVD_CH RECVD_CH;server13 RECVD_CH - 0 START;"
	"server13 START 1 0 RECVD_CH;server13 RECVD_CH - 0 NEGOTIATED;"
	"server13 NEGOTIATED - 0 SEND_CR SEND_CERT SEND_FINISHED;"
	"server13 SEND_CR - 0 SEND_CERT;server13 SEND_CERT - 0 SEND_CV;"
	"server13 SEND_CV - 0 SEND_FINISHED;"
	"server13 SEND_FINISHED - 0 WAIT_EOED WAIT_CERT WAIT_FINISHED;"
	"server13 WAIT_EOED 5 1 WAIT_FINISHED;"
	"server13 WAIT_CERT 11" PACKED " 2 WAIT_CV WAIT_FINISHED;"
	"server13 WAIT_CV 15 2 WAIT_FINISHED;"
	"server13 WAIT_FINISHED 20 2 SEND_TICKET CONNECTED;"
	"server13 SEND_TICKET - 0 SEND_TICKET CONNECTED;server13 CONNECTED 24 3 CONNECTED;",
	/* RFC 5246, 7.3; RFC 5077, 3.1; 31 is the ChangeCipherSpec */
	"client12 WAIT_SH 2 0 WAIT_CERT WAIT_TICKET WAIT_CCS;"
	"client12 WAIT_CERT 11 0 WAIT_STATUS_SKE WAIT_SKE;"
	"client12 WAIT_STATUS_SKE 12 22 0 WAIT_SKE WAIT_CR_DONE;"
	"client12 WAIT_SKE 12 0 WAIT_CR_DONE;client12 WAIT_CR_DONE 13 14 0 WAIT_DONE SEND_CKE;"
	"client12 WAIT_DONE 14 0 SEND_CERT;client12 SEND_CERT - 0 SEND_CKE;"
	"client12 SEND_CKE - 0 SEND_CV SEND_FINISHED;client12 SEND_CV - 0 SEND_FINISHED;"
	"client12 SEND_FINISHED - 0 WAIT_TICKET WAIT_CCS CONNECTED;"
	"client12 WAIT_TICKET 4 0 WAIT_CCS;client12 WAIT_CCS 31 0 WAIT_FINISHED;"
	"client12 WAIT_FINISHED 20 2 SEND_FINISHED CONNECTED;"
	"client12 CONNECTED 0 3 CONNECTED;",
	"server12 START 1 0 SEND_SH;"
	"server12 SEND_SH - 0 SEND_CERT SEND_TICKET SEND_FINISHED;"
	"server12 SEND_CERT - 0 SEND_STATUS OFFER;server12 SEND_STATUS - 0 OFFER;"
	"server12 OFFER - 0 SEND_SKE;"
	"server12 SEND_SKE - 0 SEND_CR SEND_DONE;server12 SEND_CR - 0 SEND_DONE;"
	"server12 SEND_DONE - 0 WAIT_CERT WAIT_CKE;server12 WAIT_CERT 11 0 WAIT_CKE;"
	"server12 WAIT_CKE 16 0 WAIT_CV WAIT_CCS;server12 WAIT_CV 15 0 WAIT_CCS;"
	"server12 WAIT_CCS 31 0 WAIT_FINISHED;"
	"server12 WAIT_FINISHED 20 2 SEND_TICKET SEND_FINISHED CONNECTED;"
	"server12 SEND_TICKET - 0 SEND_FINISHED;"
	"server12 SEND_FINISHED - 0 WAIT_CCS CONNECTED;"
	"server12 CONNECTED 1 3 CONNECTED;",
};

static void drawing(void **state)
{
	(void)state;
	for (size_t g = 0; g < GRAPHS; g++) {
		char text[1200] = "";
		size_t at = 0;

		for (unsigned i = 0; i < graphs[g].n; i++) {
			const struct hs_state *const st = &graphs[g].rows[i];

			at += (size_t)snprintf(text + at, sizeof text - at, "%s %s ",
					       graphs[g].name, st->name);
			for (unsigned type = 0; type < 32; type++)
				if (set_has(st->takes, type))
					at += (size_t)snprintf(text + at, sizeof text - at, "%u ",
							       type);
			at += (size_t)snprintf(text + at, sizeof text - at, "%s%u",
					       st->takes == 0 ? "- " : "", st->level);
			for (unsigned to = 0; to < 31; to++)
				if (set_has(st->next, to))
					at += (size_t)snprintf(text + at, sizeof text - at, " %s",
							       to >= HS_EXIT_12
								       ? "EXIT"
								       : graphs[g].rows[to].name);
			at += (size_t)snprintf(text + at, sizeof text - at, ";");
		}
		assert_string_equal(text, expected[g]);
	}
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
