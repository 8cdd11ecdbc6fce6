/* SPDX-License-Identifier: MIT */
/* staple_test.c: what is stapled to a leaf (status_request, signed_certificate_timestamp): sent
 * when it is there and wanted, handed to whoever judges, refused when nobody asked for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "lib/attack.h"

static struct pair p;

#define OCSP_WANTED SNECK_VERIFIER_WANTS_OCSP
#define SCTS_WANTED SNECK_VERIFIER_WANTS_SCTS

static const uint8_t scts[] = "\0\7\0\2st\0\1u";
static uint8_t ocsp[65510];

/* What the verifier, or the application, has got with the leaf. */
static struct {
	uint8_t ocsp[sizeof ocsp], scts[64];
	size_t n_ocsp, n_scts, n_second;
	uint16_t type;
} seen;

static void keep(const struct sneck_cert_entry *leaf, const struct sneck_cert_entry *second)
{
	memset(&seen, 0, sizeof seen);
	seen.n_ocsp = leaf->ocsp.len;
	seen.n_scts = leaf->scts.len;
	if (seen.n_ocsp != 0)
		memcpy(seen.ocsp, leaf->ocsp.p, seen.n_ocsp);
	if (seen.n_scts != 0)
		memcpy(seen.scts, leaf->scts.p, seen.n_scts);
	seen.n_second = second->ocsp.len + second->scts.len;
}

static enum sneck_rc look(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict)
{
	(void)ctx;
	assert_int_equal(chain->n_certs, 2);
	assert_int_equal(chain->type, SNECK_X509);
	keep(&chain->certs[0], &chain->certs[1]);
	verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

static int look_by_question(struct end *e, int state)
{
	static uint8_t job[70000];
	struct sneck_cert_entry leaf, second;
	struct sneck_verdict v;

	if (state != SNECK_RECEIVED_CERTIFICATE)
		return 0;
	assert_int_equal(sneck_cert_at(&e->st.u.cert, 0, &leaf), SNECK_OK);
	assert_int_equal(sneck_cert_at(&e->st.u.cert, 1, &second), SNECK_OK);
	keep(&leaf, &second);
	assert_int_equal(sneck_verify_job_pack(&e->st.u.cert, job, sizeof job), SNECK_OK);
	assert_int_equal(
		sneck_verify_job_run(&e->v.verifier, job, sneck_verify_job_size(&e->st.u.cert), &v),
		SNECK_OK);
	assert_int_equal(seen.n_ocsp, leaf.ocsp.len);
	assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &v), SNECK_OK);
	return 1;
}

static void setup(uint32_t wants, size_t n_ocsp, size_t n_scts)
{
	memset(ocsp, 'o', sizeof ocsp);
	pair_init(&p, 1);
	p.client.v.verifier.verify = look;
	p.client.v.verifier.flags = wants;
	p.client.cfg.max_certificate = 80000;
	p.server.cred.ocsp = sneck_span_of(ocsp, n_ocsp);
	p.server.cred.scts = sneck_span_of(scts, n_scts);
}

static void wanted_and_there(void **state)
{
	static const size_t lengths[] = { 0, 1, 500, 16384, sizeof ocsp };

	(void)state;
	for (uint32_t wants = 0; wants < 8; wants += 2)
		for (size_t i = 0; i < 5; i++)
			for (int how = 0; how < (BUILD_TLS12 ? 8 : 4); how++) {
				const size_t n_scts = how % 2 != 0 ? sizeof scts - 1u : 0;

				setup(wants, lengths[i], n_scts);
				if (how >= 4)
					pair_old(&p);
				if (how % 4 >= 2) {
					p.client.cfg.ask |= SNECK_ASK_VERIFY;
					p.client.hook = look_by_question;
				}
				p.client.chunk = how % 4 == 3 ? 1000 : 0;
				p.client.poison = how % 4 == 3;
				pair_connect(&p);
				assert_int_equal(seen.n_ocsp, wants & OCSP_WANTED ? lengths[i] : 0);
				assert_memory_equal(seen.ocsp, ocsp, seen.n_ocsp);
				assert_int_equal(seen.n_scts, wants & SCTS_WANTED ? n_scts : 0);
				assert_memory_equal(seen.scts, scts, seen.n_scts);
				assert_int_equal(seen.n_second, 0);
				pair_wipe(&p);
			}
}

static void staples_too_large(void **state)
{
	struct sneck_note why;

	(void)state;
	setup(OCSP_WANTED, 65510, 9);
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_OK);
	setup(OCSP_WANTED, 65510, 10);
	p.server.cred.scts.len = 10;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	assert_non_null(strstr(why.text, "ocsp"));
	p.server.cred.ocsp.len = 65520;
	p.server.cred.scts.len = 0;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
}

/* ---- the man in the middle ---- */

#define A(what) .msg = 11, .act = ACT_EXT_ADD, .by_server = true, .name = what

static const struct {
	uint32_t wants;
	struct attack a;
} attacks[] = {
	{ 0,
	  { A("n24 a staple that nobody asked for"), .ext = 5, B("\1\0\0\1x"),
	    E(EXT_UNASKED, 110) } },
	{ 4, { A("n24 OCSP for SCTs"), .ext = 5, B("\1\0\0\1x"), E(EXT_UNASKED, 110) } },
	{ 0, { A("n24 timestamps unasked"), .ext = 18, B("\0\3\0\1x"), E(EXT_UNASKED, 110) } },
	{ 2, { A("n24 SCTs for OCSP"), .ext = 18, B("\0\3\0\1x"), E(EXT_UNASKED, 110) } },
	{ 2, { A("n2 a staple of nothing"), .ext = 5, B(""), E(DECODE, 50) } },
	{ 2, { A("n2 an empty response"), .ext = 5, B("\1\0\0\0"), E(DECODE, 50) } },
	{ 2, { A("n2 a short response"), .ext = 5, B("\1\0\0\2x"), E(DECODE, 50) } },
	{ 2, { A("n2 a response and more"), .ext = 5, B("\1\0\0\1xx"), E(DECODE, 50) } },
	{ 2, { A("another status"), .ext = 5, B("\2\0\0\1x"), E(ILLEGAL, 47) } },
	{ 4, { A("n2 no timestamps"), .ext = 18, B(""), E(DECODE, 50) } },
	{ 4, { A("n2 an empty list of timestamps"), .ext = 18, B("\0\0"), E(DECODE, 50) } },
	{ 4, { A("n2 an empty timestamp"), .ext = 18, B("\0\2\0\0"), E(DECODE, 50) } },
	{ 4, { A("n2 timestamps and more"), .ext = 18, B("\0\3\0\1xx"), E(DECODE, 50) } },
	{ 0,
	  { A("n28 GREASE in a certificate entry"), .ext = 0x3a3a, B(""), E(EXT_UNASKED, 110) } },
};

static size_t row; /* of them */

static void begin(struct pair *q)
{
	(void)q;
	setup(attacks[row].wants, 0, 0);
}

static void n24_staples(void **state)
{
	(void)state;
	for (row = 0; row < sizeof attacks / sizeof attacks[0]; row++)
		attack_from(&p, &attacks[row].a, begin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wanted_and_there),
		cmocka_unit_test(staples_too_large),
		cmocka_unit_test(n24_staples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
