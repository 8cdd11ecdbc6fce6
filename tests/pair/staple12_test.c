/* SPDX-License-Identifier: MIT */
/* staple12_test.c: a staple in TLS 1.2 is a message of its own behind the Certificate, and SCTs
 * come in the ServerHello: what is waited for, in which pieces it may come, what is refused.
 * staple_test.c has what is the same in both versions. RFC 6066, 8; RFC 6962, 3.3.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

static struct pair p;
static const uint8_t ocsp[300] = { 'o', 'c', 's', 'p' };
static uint8_t scts[4000];
static int n_ocsp, n_scts; /* of what the verifier saw; -1: it was not called */

static enum sneck_rc look(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict)
{
	(void)ctx;
	n_ocsp = (int)chain->certs[0].ocsp.len;
	n_scts = (int)chain->certs[0].scts.len;
	assert_memory_equal(chain->certs[0].ocsp.p, ocsp, (size_t)n_ocsp);
	assert_memory_equal(chain->certs[0].scts.p, scts, (size_t)n_scts);
	assert_int_equal(chain->certs[1].ocsp.len + chain->certs[1].scts.len, 0);
	verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

static void setup(uint32_t wants)
{
	pair_init(&p, 1);
	pair_old(&p);
	p.client.v.verifier.verify = look;
	p.client.v.verifier.flags = wants;
	p.server.cred.ocsp = sneck_span_of(ocsp, sizeof ocsp);
	n_ocsp = n_scts = -1;
}

/* However the messages are cut and joined. */
static void in_pieces(void **state)
{
	static struct edit ed;

	(void)state;
	for (size_t frag = 1; frag < 400; frag++) {
		setup(SNECK_VERIFIER_WANTS_OCSP);
		p.client.poison = frag & 1;
		p.client.exact = frag & 2;
		p.client.cfg.ask |= frag & 4 ? SNECK_ASK_VERIFY : 0u;
		p.client.answer = 1;
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.frag = frag;
		pair_run(&p);
		assert_true(pair_connected(&p));
		if ((frag & 4) == 0)
			assert_int_equal(n_ocsp, sizeof ocsp);
		pair_wipe(&p);
	}
}

/* Timestamps that find no place are not shown: who insists on them refuses. */
static void as_many_timestamps_as_fit(void **state)
{
	static const size_t lengths[] = { 5, 1024, 4000 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const size_t n = lengths[i];

		setup(SNECK_VERIFIER_WANTS_SCTS);
		scts[0] = (uint8_t)((n - 2) >> 8);
		scts[1] = (uint8_t)(n - 2);
		scts[2] = (uint8_t)((n - 4) >> 8);
		scts[3] = (uint8_t)(n - 4);
		p.server.cred.scts = sneck_span_of(scts, n);
		pair_connect(&p);
		assert_int_equal(n_scts, n <= 1024 ? n : 0);
		assert_int_equal(n_ocsp, 0);
		pair_wipe(&p);
	}
}

/* What was promised need not come: the chain is judged without it, or with what did come. */
static unsigned twice;

static void drop_or_double(struct edit *ed, struct unit *u)
{
	if (u->type != 22 || u->data[0] != 22 || twice != 0)
		edit_put(ed, u);
	if (u->type == 22 && u->data[0] == 22 && twice != 0)
		for (unsigned i = 0; i < twice; i++)
			edit_put(ed, u);
}

static void promised(void **state)
{
	static struct edit ed;

	(void)state;
	for (twice = 0; twice < 3; twice += 2) {
		setup(SNECK_VERIFIER_WANTS_OCSP);
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = drop_or_double;
		pair_run(&p);
		assert_int_equal(n_ocsp, twice ? sizeof ocsp : 0);
		assert_int_equal(p.client.st.err, twice ? SNECK_E_UNEXPECTED : SNECK_E_PEER_ALERT);
		assert_int_equal(p.client.st.alert, twice ? 10 : 51);
		pair_wipe(&p);
	}
}

/* A server that finds no staple after all may say so. */
static void alert_in_place(struct edit *ed, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 22)
		link_record(ed->e, false, 21, "\2\x50", 2);
	else
		edit_put(ed, u);
}

static void gives_up(void **state)
{
	static struct edit ed;

	(void)state;
	setup(SNECK_VERIFIER_WANTS_OCSP);
	pair_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = alert_in_place;
	pair_run(&p);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.client.st.alert, 80);
	assert_int_equal(n_ocsp, -1);
	pair_wipe(&p);
}

#define STATUS .old = true, .by_server = true, .msg = 22, .wants = SNECK_VERIFIER_WANTS_OCSP
#define CERT   .old = true, .by_server = true, .msg = 11, .wants = SNECK_VERIFIER_WANTS_OCSP
#define SKE    .old = true, .by_server = true, .msg = 12, .wants = SNECK_VERIFIER_WANTS_OCSP
#define SH(w)  .old = true, .by_server = true, .msg = 2, .wants = (w)

static const struct attack attacks[] = {
	{ "n1_short", STATUS, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_long", STATUS, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n2_kind", STATUS, .act = ACT_SET, .at = 4, B("\2"), E(ILLEGAL, 47) },
	{ "n2_empty", STATUS, .act = ACT_REPLACE, B("\x16\0\0\4\1\0\0\0"), E(DECODE, 50) },
	{ "n9_length", STATUS, .act = ACT_SET, .at = 1, B("\x01\0\x01"), E(TOO_LARGE, 47) },
	{ "n14_type", STATUS, .act = ACT_SET, .at = 0, B("\xff"), E(UNEXPECTED, 10) },
	{ "n13_swapped", CERT, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n20_behind_ske", SKE, .act = ACT_AFTER, .content = 22, B("\x16\0\0\5\1\0\0\1x"),
	  E(UNEXPECTED, 10) },
	{ "n20_request_between", STATUS, .act = ACT_BEFORE, .content = 22, B("\x0d\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n16_data_between", STATUS, .act = ACT_BEFORE, .content = 23, B("x"), E(UNEXPECTED, 10) },
	{ "n15_ccs_between", STATUS, .act = ACT_BEFORE, .content = 20, B("\1"), E(UNEXPECTED, 10) },
	{ "n24_unasked", SH(0), .act = ACT_EXT_ADD, .ext = 5, B(""), E(EXT_UNASKED, 110) },
	{ "n24_promise_unasked", SH(4), .act = ACT_EXT_ADD, .ext = 5, B(""), E(EXT_UNASKED, 110) },
	{ "n24_scts_unasked", SH(0), .act = ACT_EXT_ADD, .ext = 18, B("\0\3\0\1x"),
	  E(EXT_UNASKED, 110) },
	{ "n2_scts_empty", SH(4), .act = ACT_EXT_ADD, .ext = 18, B("\0\0"), E(DECODE, 50) },
	{ "n2_scts_long", SH(4), .act = ACT_EXT_ADD, .ext = 18, B("\0\3\0\1xx"), E(DECODE, 50) },
	{ "n2_promise_with_body", SH(2), .act = ACT_EXT_SET, .ext = 5, B("\1"), E(DECODE, 50) },
};

static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
		attack_run(&p, &attacks[i]);
}

static int pack(struct end *e, int state)
{
	static uint8_t job[80000];
	struct sneck_verdict v;
	size_t size;

	if (state != SNECK_RECEIVED_CERTIFICATE)
		return 0;
	size = sneck_verify_job_size(&e->st.u.cert);
	assert_true(size < sizeof job);
	assert_int_equal(sneck_verify_job_pack(&e->st.u.cert, job, size), SNECK_OK);
	assert_int_equal(sneck_verify_job_run(&e->v.verifier, job, size, &v), SNECK_OK);
	return 0;
}

static enum sneck_rc measure(void *ctx, const struct sneck_chain *chain,
			     struct sneck_verdict *verdict)
{
	(void)ctx;
	n_ocsp = (int)chain->certs[0].ocsp.len;
	verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

/* In a message of its own a status may be longer than in TLS 1.3: it goes into a job, too. */
static void long_status_in_a_job(void **state)
{
	static const uint8_t status[70000];

	(void)state;
	setup(SNECK_VERIFIER_WANTS_OCSP);
	p.client.v.verifier.verify = measure;
	p.client.cfg.max_certificate = 80000;
	p.client.cfg.ask |= SNECK_ASK_VERIFY;
	p.client.answer = 1;
	p.client.hook = pack;
	pair_start(&p);
	p.server.cred.ocsp = sneck_span_of(status, sizeof status); /* no config would have it */
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(n_ocsp, sizeof status);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_pieces), cmocka_unit_test(as_many_timestamps_as_fit),
		cmocka_unit_test(promised),  cmocka_unit_test(gives_up),
		cmocka_unit_test(refused),   cmocka_unit_test(long_status_in_a_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
