/* SPDX-License-Identifier: MIT */
/* client_auth_test.c: client certificates: asked for, sent or not, judged, and the part of the
 * negative catalogue that is about them (N34, N35, N37, N38, N41). client_auth_edit_test.c changes
 * them on the way; empty_cert_test.c has a client without any. RFC 9846, 4.4.2, 4.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

static struct pair p;

/* ---- flows ---- */

static void every_way(void **state)
{
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_RSA,
						       TRANSPARENT_ED25519 };
	static const uint16_t signs[] = { 0x0403, 0x0804, 0x0807 };
	unsigned flows = 0;

	(void)state;
	for (unsigned i = 0; i < 3u << 9; i++) {
		struct sneck_facts c, s;

		pair_init(&p, i);
		pair_client_auth(&p, i & 1 ? SNECK_AUTH_REQUIRED : SNECK_AUTH_OPTIONAL);
		end_identity(&p.client, kinds[i >> 9]);
		if (i & 2) /* behind a retry */
			pair_retry(&p);
		pair_auth_knobs(&p, i);
		pair_start(&p);
		pair_run(&p);
		c = end_facts(&p.client);
		s = end_facts(&p.server);
		assert_int_equal(c.own_scheme, signs[i >> 9]);
		assert_int_equal(s.peer_scheme, signs[i >> 9]);
		assert_memory_not_equal(s.leaf_id, (uint8_t[32]){ 0 }, 32);
		assert_memory_not_equal(s.leaf_id, c.leaf_id, 32);
		pair_chat(&p);
		assert_int_equal(p.server.v.calls, i & 4 ? 0 : 1);
		pair_wipe(&p);
		flows++;
	}
	print_message("%u flows\n", flows);
}

/* Of several credentials the first is shown that the server can check; names do not count. */
static void chosen_by_scheme(void **state)
{
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_RSA,
						       TRANSPARENT_ED25519 };
	static const char *const names[] = { "somebody.example" };
	static const struct {
		uint16_t takes[3], shown;
	} cases[] = {
		{ { 0x0403, 0x0804 }, 0x0403 }, { { 0x0804, 0x0403 }, 0x0403 },
		{ { 0x0806, 0x0807 }, 0x0806 }, { { 0x0805, 0x0804 }, 0x0804 },
		{ { 0x0807, 0x0808 }, 0x0807 }, { { 0x0503, 0x0809 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		pair_init(&p, i);
		pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
		end_credentials(&p.client, kinds, 3, names, 1);
		p.server.v.verifier.schemes = cases[i].takes;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(end_facts(&p.server).peer_scheme, cases[i].shown);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* A client without a certificate, or without one that fits what the server can check. */
static void n34_required_and_none_came(void **state)
{
	static const uint16_t rsa[] = { 0x0804, 0 };

	(void)state;
	for (int i = 0; i < 8; i++) {
		const bool required = i & 1;

		pair_init(&p, 1);
		pair_client_auth(&p, required ? SNECK_AUTH_REQUIRED : SNECK_AUTH_OPTIONAL);
		if (i & 2)
			p.client.cfg.n_credentials = 0;
		else
			p.server.v.verifier.schemes = rsa;
		if (i & 4)
			p.server.cfg.ask |= SNECK_ASK_VERIFY;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.server.v.calls, 0);
		if (!required) {
			pair_chat(&p);
		} else {
			assert_int_equal(p.server.st.err, SNECK_E_NO_CLIENT_CERT);
			assert_int_equal(p.server.st.alert, SNECK_ALERT_CERTIFICATE_REQUIRED);
			assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
			assert_int_equal(p.client.st.alert, SNECK_ALERT_CERTIFICATE_REQUIRED);
			assert_int_equal(p.server.n_done, 0);
		}
		pair_wipe(&p);
	}
}

static unsigned shown;

static int on_shown(struct end *e, int state)
{
	if (state != SNECK_RECEIVED_CERTIFICATE)
		return 0;
	assert_int_equal(e->st.u.cert.n_entries, 0);
	assert_int_equal(e->st.u.cert.raw.len, 0);
	assert_int_equal(e->st.op, 0);
	assert_false(e->st.flags & SNECK_ST_NEW);
	shown++;
	return 1;
}

/* API.md, 12: an empty list is shown, once, and is no question. */
static void empty_list_is_shown(void **state)
{
	(void)state;
	shown = 0;
	pair_init(&p, 1);
	pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
	p.client.cfg.n_credentials = 0;
	p.server.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG;
	p.server.hook = on_shown;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(shown, 1);
	pair_chat(&p);
	pair_wipe(&p);
}

/* ---- what the server may say before it knows the client ---- */

static bool spoke;

static int speak(struct end *e, int state)
{
	if (state == SNECK_MAY_ENCRYPT_APP_DATA && e->n_done == 0) {
		spoke = true;
		end_write(e, "early", 5);
	}
	if (state != SNECK_HANDSHAKE_DONE && e->n_done == 0 &&
	    (e->st.flags & SNECK_ST_CAN_ENCRYPT) == 0) {
		struct sneck_layout l;

		assert_int_equal(sneck_encrypt_size(e->conn, 5), 0);
		assert_int_equal(sneck_record_layout(e->conn, &l), SNECK_NOT_NOW);
	}
	return 0;
}

static void half_rtt(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		const uint8_t mode = (uint8_t)(i % 3);

		pair_init(&p, 1);
		if (mode != SNECK_AUTH_NONE)
			pair_client_auth(&p, mode);
		p.server.cfg.half_rtt = i > 2;
		p.server.cfg.ask |= SNECK_ASK_MAY_ENCRYPT;
		p.server.hook = speak;
		spoke = false;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(spoke, mode != SNECK_AUTH_REQUIRED || i > 2);
		assert_int_equal(p.client.n_got, spoke ? 5 : 0);
		assert_true(pair_connected(&p));
		assert_true(p.server.st.flags & SNECK_ST_CAN_ENCRYPT);
		pair_wipe(&p);
	}
}

/* ---- the request ---- */

static void what_is_asked_for(void **state)
{
	static const struct sneck_span names[] = { { (const uint8_t *)"0\0", 2 },
						   { (const uint8_t *)"0\1x", 3 } };
	static const uint16_t schemes[] = { 0x0403, 0x0804, 0 }, in_certs[] = { 0x0401, 0 };
	static const char want[] = "\x0d\0\0\x26\0\0\x23"
				   "\0\x0d\0\x08\0\6\x04\x03\x08\x04\x04\x01"
				   "\0\x32\0\4\0\2\x04\x01"
				   "\0\x2f\0\x0b\0\x09\0\2"
				   "0\0\0\3"
				   "0\1x";
	static struct edit ed;

	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		pair_init(&p, 1);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		p.server.v.verifier.schemes = asked ? NULL : schemes;
		p.server.v.verifier.cert_schemes = in_certs;
		p.server.v.verifier.ca_names = names;
		p.server.v.verifier.n_ca_names = 2;
		p.server.cfg.ask |= asked ? SNECK_ASK_SCHEMES : 0u; /* the driver says the same */
		p.server.rfc_mode = asked;
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = edit_keep;
		pair_run(&p);
		assert_int_equal(edit_kept[13].len, sizeof want - 1u);
		assert_memory_equal(edit_kept[13].data, want, sizeof want - 1u);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* A client may name authorities too, and a server that knows them minds nothing. */
static void announced_by_a_client(void **state)
{
	static uint8_t name[1200];
	const struct sneck_span names[] = { { name, sizeof name } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		pair_init(&p, 1);
		p.client.v.verifier.ca_names = names;
		p.client.v.verifier.n_ca_names = 1;
		p.client.cfg.announce_cas = i & 1;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.client.link.len > 1200, i);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* ---- the verifier ---- */

static void n37_verifier_of_a_server(void **state)
{
	(void)state;
	for (int mode = SNECK_AUTH_OPTIONAL; mode <= SNECK_AUTH_REQUIRED; mode++)
		for (int i = -0x620; i < 16; i++)
			for (int how = 0; how < 2; how++) {
				pair_init(&p, 1);
				pair_client_auth(&p, (uint8_t)mode);
				p.server.v.says.chain = how ? 0 : SNECK_CHAIN_VALID;
				p.server.v.says.reason = how ? i : 0;
				p.server.v.rc = how ? SNECK_OK : (enum sneck_rc)i;
				pair_start(&p);
				pair_run(&p);
				if (how == 0 && i == 0) {
					assert_true(pair_connected(&p));
				} else {
					assert_int_equal(p.server.st.state, SNECK_FAILED);
					assert_true(p.server.st.err < 0);
					assert_false(sneck_rc_is_refusal(p.server.st.err));
					assert_int_not_equal(p.server.st.alert, 0);
					assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
					assert_int_equal(p.server.n_done, 0);
				}
				pair_wipe(&p);
			}
}

static void n38_nobody_judges(void **state)
{
	static const uint16_t in_certs_only[] = { 0x0401, 0 };
	struct sneck_verifier none = { .schemes = NULL };
	struct sneck_note why;

	(void)state;
	pair_init(&p, 1);
	pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_OK);
	p.server.cfg.verifier = NULL;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	assert_non_null(strstr(why.text, "client_auth"));
	p.server.cfg.verifier = &none;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	p.server.cfg.ask |= SNECK_ASK_VERIFY;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_OK);
	none.schemes = in_certs_only;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why),
			 SNECK_E_NO_ALGORITHM);
	p.server.cfg.client_auth = SNECK_AUTH_NONE;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_OK);
	p.server.cfg.client_auth = 3;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
}

/* The job says whose chain it is. */
static uint8_t role;

static enum sneck_rc judge_role(void *ctx, const struct sneck_chain *chain,
				struct sneck_verdict *verdict)
{
	(void)ctx;
	role = chain->peer_role;
	assert_int_equal(chain->name.len, 0);
	assert_int_equal(chain->n_certs, 2);
	verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

static int run_job(struct end *e, int state)
{
	static _Alignas(SNECK_ALIGN) uint8_t job[4000];
	const struct sneck_verifier *const v = e->cfg.verifier;
	struct sneck_verdict verdict;
	size_t size;

	if (state != SNECK_RECEIVED_CERTIFICATE)
		return 0;
	size = sneck_verify_job_size(&e->st.u.cert);
	assert_true(size != 0 && size <= sizeof job);
	assert_int_equal(sneck_verify_job_pack(&e->st.u.cert, job, size), SNECK_OK);
	assert_int_equal(sneck_verify_job_run(v, job, size, &verdict), SNECK_OK);
	assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &verdict), SNECK_OK);
	return 1;
}

static void whose_chain_it_is(void **state)
{
	static const struct sneck_verifier verifier = { .verify = judge_role };

	(void)state;
	for (int i = 0; i < 2; i++) {
		pair_init(&p, 1);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		p.server.cfg.verifier = &verifier;
		p.server.cfg.ask |= i ? SNECK_ASK_VERIFY : 0u;
		p.server.hook = run_job;
		role = 0xff;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(role, SNECK_CLIENT);
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* ---- attacks ---- */

#define CERT  .msg = 11, .auth = SNECK_AUTH_REQUIRED
#define MAYBE .msg = 11, .auth = SNECK_AUTH_OPTIONAL
#define CV    .msg = 15, .auth = SNECK_AUTH_REQUIRED
#define FIN   .msg = 20, .auth = SNECK_AUTH_OPTIONAL
#define CR    .by_server = true, .msg = 13, .auth = SNECK_AUTH_OPTIONAL
#define LEAF  "\0\0\x07TCERTE\x08\0\0"
#define LEAF3 LEAF LEAF LEAF

static void eleven(struct pair *of)
{
	of->server.cfg.max_certs = 11;
}

static const struct attack client_auth[] = {
	{ "n34_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x04\0\0\0\0"),
	  E(NO_CLIENT_CERT, 116) },
	{ "n35_empty_then_cv", MAYBE, .act = ACT_REPLACE, B("\x0b\0\0\x04\0\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n35_cv_without_cert", CERT, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n35_cv_without_cert_maybe", MAYBE, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n35_cert_without_cv", CV, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n35_neither", CERT, .act = ACT_REPLACE, B("\x14\0\0\x04\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n41_context", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x11\x01\x07\0\0\x0c" LEAF),
	  E(ILLEGAL, 47) },
	{ "n41_context_empty_list", MAYBE, .act = ACT_REPLACE, B("\x0b\0\0\x05\x01\x07\0\0\0"),
	  E(ILLEGAL, 47) },
	{ "n41_context_asked", CR, .act = ACT_SET, .at = 4, B("\x01"), E(DECODE, 50) },
	{ "n1_cert_short", CERT, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cert_long", CERT, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_cert_length", CERT, .act = ACT_SET, .at = 1, B("\x01\0\x01"), E(TOO_LARGE, 47) },
	{ "n27_cert_der_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x09\0\0\0\x05\0\0\0\0\0"),
	  E(DECODE, 50) },
	{ "n62_cert_11", CERT, .act = ACT_REPLACE,
	  B("\x0b\0\0\x88\0\0\0\x84" LEAF3 LEAF3 LEAF3 LEAF LEAF), E(CERT_BAD, 42) },
	{ "n62_cert_11_of_11", CERT, .begin = eleven, .act = ACT_REPLACE,
	  B("\x0b\0\0\x88\0\0\0\x84" LEAF3 LEAF3 LEAF3 LEAF LEAF), E(BAD_SIGNATURE, 51) },
	{ "n34_cert_unreadable", CERT, .act = ACT_XOR, .at = 11, B("\x01"), E(DECODE, 50) },
	{ "n40_cert_kind", CERT, .act = ACT_SET, .at = 16, B("X"), E(CERT_TYPE, 43) },
	{ "n33_cert_other_key", CERT, .act = ACT_SET, .at = 17, B("\x09"), E(BAD_SIGNATURE, 51) },
	{ "n33_cert_other_kind", CERT, .act = ACT_SET, .at = 16, B("R"), E(BAD_SIGNATURE, 51) },
	{ "n24_cert_ocsp", CERT, ADD(5), B("\x01"), E(EXT_UNASKED, 110) },
	{ "n24_cert_unknown", CERT, ADD(0x1234), B(""), E(EXT_UNASKED, 110) },
	{ "n24_cert_sigalgs", CERT, ADD(13), B("\0\x02\x04\x03"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_cas", CERT, ADD(47), B("\0\x03\0\x01x"), E(EXT_MISPLACED, 47) },
	{ "n12_cert_twice", CERT, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cert_cv_swapped", CERT, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n65_cert_plain", CERT, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n16_data_before_cert", CERT, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n16_data_before_finished", FIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n20_key_update_before_cert", CERT, BEFORE(22), B("\x18\0\0\x01\0"), E(UNEXPECTED, 10) },
	{ "n14_cr_by_client", CERT, BEFORE(22), B("\x0d\0\0\x03\0\0\0"), E(UNEXPECTED, 10) },
	{ "n1_cv_short", CV, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cv_long", CV, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n33_cv_bit", CV, .act = ACT_XOR, .at = 20, B("\x01"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_empty", CV, .act = ACT_REPLACE, B("\x0f\0\0\x04\x04\x03\0\0"),
	  E(BAD_SIGNATURE, 51) },
	{ "n29_cv_unasked", CV, .act = ACT_SET, .at = 4, B("\x12\x34"), E(NOT_OFFERED, 47) },
	{ "n29_cv_pkcs1", CV, .act = ACT_SET, .at = 4, B("\x04\x01"), E(NOT_OFFERED, 47) },
	{ "n29_cv_other_scheme", CV, .act = ACT_SET, .at = 4, B("\x08\x07"), E(BAD_SIGNATURE, 51) },
	{ "n12_cv_twice", CV, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cv_fin_swapped", CV, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n42_finished_bit", FIN, .act = ACT_XOR, .at = 4, B("\x80"), E(BAD_FINISHED, 51) },
	{ "n11_cr_dropped", CR, .act = ACT_DROP, E(BAD_SIGNATURE, 51) },
	{ "n12_cr_twice", CR, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cr_cert_swapped", CR, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n33_cr_schemes", CR, .act = ACT_SET, .at = 13, B("\x08\x04"), E(BAD_SIGNATURE, 51) },
	/* post_handshake_auth is not offered: RFC 9846, 4.7.2 */
	{ "n20_cr_post_handshake", .by_server = true, .auth = SNECK_AUTH_OPTIONAL, .act = ACT_LATE,
	  .content = 22, B("\x0d\0\0\x0c\x01x\0\x08\0\x0d\0\x04\0\x02\x04\x03"),
	  E(UNEXPECTED, 10) },
	{ "n20_cert_post_handshake", .auth = SNECK_AUTH_OPTIONAL, .act = ACT_LATE, .content = 22,
	  B("\x0b\0\0\x10\0\0\0\x0c" LEAF), E(UNEXPECTED, 10) },
};

ATTACK_TEST(client_auth)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way),
		cmocka_unit_test(chosen_by_scheme),
		cmocka_unit_test(n34_required_and_none_came),
		cmocka_unit_test(empty_list_is_shown),
		cmocka_unit_test(half_rtt),
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(announced_by_a_client),
		cmocka_unit_test(n37_verifier_of_a_server),
		cmocka_unit_test(n38_nobody_judges),
		cmocka_unit_test(whose_chain_it_is),
		cmocka_unit_test(attacks_client_auth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
