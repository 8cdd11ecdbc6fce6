/* SPDX-License-Identifier: MIT */
/* authattack12_test.c: the negative catalogue of SECURITY.md, section 3, for client certificates in
 * TLS 1.2 (N1, N3, N9, N11 to N15, N33 to N35, N43, N62, N78): a line is an attack, who notices it,
 * the error and the alert; every byte changed; every call of the provider failing. auth12_test.c
 * has what goes right. RFC 5246, 7.4.4, 7.4.6, 7.4.8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/fail.h"

static struct pair p;

#define CERT  .old = true, .msg = 11, .auth = SNECK_AUTH_REQUIRED
#define MAYBE .old = true, .msg = 11, .auth = SNECK_AUTH_OPTIONAL
#define CKE   .old = true, .msg = 16, .auth = SNECK_AUTH_OPTIONAL
#define CV    .old = true, .msg = 15, .auth = SNECK_AUTH_REQUIRED
#define CR    .old = true, .by_server = true, .msg = 13, .auth = SNECK_AUTH_OPTIONAL
#define DONE  .old = true, .by_server = true, .msg = 14, .auth = SNECK_AUTH_OPTIONAL
#define LEAF  "\0\0\x07TCERTE\x08"
#define LEAF3 LEAF LEAF LEAF

static const struct attack client_auth[] = {
	{ "n34_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x03\0\0\0"), E(NO_CLIENT_CERT, 40) },
	{ "n35_empty_then_cv", MAYBE, .act = ACT_REPLACE, B("\x0b\0\0\x03\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n35_cv_without_cert", CERT, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n35_cv_without_cert_maybe", MAYBE, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n35_cert_without_cv", CV, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n34_cert_of_13", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x10\0\0\0\x0c" LEAF "\0\0"),
	  E(DECODE, 50) },
	{ "n1_cert_short", CERT, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cert_long", CERT, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_cert_length", CERT, .act = ACT_SET, .at = 1, B("\x01\0\x01"), E(TOO_LARGE, 47) },
	{ "n27_cert_der_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x06\0\0\x03\0\0\0"),
	  E(DECODE, 50) },
	{ "n62_cert_11", CERT, .act = ACT_REPLACE,
	  B("\x0b\0\0\x71\0\0\x6e" LEAF3 LEAF3 LEAF3 LEAF LEAF), E(CERT_BAD, 42) },
	{ "n34_cert_unreadable", CERT, .act = ACT_XOR, .at = 10, B("\x01"), E(DECODE, 50) },
	{ "n40_cert_kind", CERT, .act = ACT_SET, .at = 15, B("X"), E(CERT_TYPE, 43) },
	{ "n33_cert_other_key", CERT, .act = ACT_SET, .at = 16, B("\x09"), E(BAD_SIGNATURE, 51) },
	{ "n33_cert_other_kind", CERT, .act = ACT_SET, .at = 15, B("R"), E(BAD_SIGNATURE, 51) },
	{ "n12_cert_twice", CERT, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cert_cke_swapped", CERT, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_cert", CERT, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n20_status_before_cert", CERT, BEFORE(22), B("\x16\0\0\x05\x01\0\0\x01x"),
	  E(UNEXPECTED, 10) },
	{ "n20_status_behind_cert", CKE, BEFORE(22), B("\x16\0\0\x05\x01\0\0\x01x"),
	  E(UNEXPECTED, 10) },
	{ "n65_cert_protected", CERT, .act = ACT_PROT, E(UNEXPECTED, 10) },
	{ "n10_cert_interrupted", CERT, .act = ACT_INTERRUPT, .content = 20, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n35_cke_dropped", CKE, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n33_cke_share", CKE, .act = ACT_XOR, .at = 12, B("\x01"), E(BAD_SIGNATURE, 51) },
	{ "n13_cke_cv_swapped", CKE, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n1_cv_short", CV, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cv_long", CV, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n33_cv_flipped", CV, .act = ACT_XOR, .at = 9, B("\x01"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_empty", CV, .act = ACT_REPLACE, B("\x0f\0\0\x04\x04\x03\0\0"),
	  E(BAD_SIGNATURE, 51) },
	{ "n33_cv_other_hash", CV, .act = ACT_SET, .at = 4, B("\x05\x03"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_scheme_rsa", CV, .act = ACT_SET, .at = 4, B("\x08\x04"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_scheme_unasked", CV, .act = ACT_SET, .at = 4, B("\x06\x03"), E(NOT_OFFERED, 47) },
	{ "n33_cv_scheme_eddsa", CV, .act = ACT_SET, .at = 4, B("\x08\x07"), E(NOT_OFFERED, 47) },
	{ "n33_cv_scheme_sha1", CV, .act = ACT_SET, .at = 4, B("\x02\x03"), E(NOT_OFFERED, 47) },
	{ "n33_cv_scheme_md5", CV, .act = ACT_SET, .at = 4, B("\x01\x01"), E(NOT_OFFERED, 47) },
	{ "n33_cv_scheme_any", CV, .act = ACT_SET, .at = 4, B("\xfe\x04"), E(NOT_OFFERED, 47) },
	{ "n12_cv_twice", CV, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_cv", CV, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n13_cv_ccs_swapped", CV, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n20_cv_behind", CV, .act = ACT_AFTER, .content = 22, B("\x0f\0\0\x04\x04\x03\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n16_data_before_cv", CV, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },

	{ "n1_cr_short", CR, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cr_long", CR, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n27_cr_no_types", CR, .act = ACT_REPLACE, B("\x0d\0\0\x07\0\0\x02\x04\x03\0\0"),
	  E(DECODE, 50) },
	{ "n27_cr_no_schemes", CR, .act = ACT_REPLACE, B("\x0d\0\0\x06\x01\x40\0\0\0\0"),
	  E(DECODE, 50) },
	{ "n27_cr_odd_schemes", CR, .act = ACT_REPLACE, B("\x0d\0\0\x07\x01\x40\0\x01\x04\0\0"),
	  E(DECODE, 50) },
	{ "n27_cr_ca_empty", CR, .act = ACT_REPLACE,
	  B("\x0d\0\0\x0a\x01\x40\0\x02\x04\x03\0\x02\0\0"), E(DECODE, 50) },
	{ "n34_cr_of_13", CR, .act = ACT_REPLACE,
	  B("\x0d\0\0\x0b\0\0\x08\0\x0d\0\x04\0\x02\x04\x03"), E(DECODE, 50) },
	{ "n33_cr_types", CR, .act = ACT_SET, .at = 5, B("\x63"), .self = true,
	  E(BAD_FINISHED, 51) },
	{ "n12_cr_twice", CR, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n11_cr_dropped", CR, .act = ACT_DROP, .self = true, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_cr", CR, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n13_cr_behind_done", DONE, .act = ACT_AFTER, .content = 22,
	  B("\x0d\0\0\x0a\x01\x40\0\x04\x04\x03\x08\x04\0\0"), E(UNEXPECTED, 10) },
};

ATTACK_TEST(client_auth)

static void prepare(uint8_t mode, enum transparent_kind kind)
{
	pair_init(&p, 1);
	pair_old(&p);
	pair_client_auth(&p, mode);
	transparent_cert(p.client.certs[0], sizeof p.client.certs[0], kind, p.client.signer.id);
	transparent_signer(&p.client.signer, kind, p.client.signer.id);
	for (int i = 0; i < 2; i++)
		p.client.chain[i].len = p.server.chain[i].len = 20;
}

/* ---- another handshake's ---- */

/* A signature is of one handshake, and cannot be shown in another one of the same two. */
static void n33_replayed(void **state)
{
	static const unsigned verify = 1u << 15;
	static struct edit ed;

	(void)state;
	for (int seed = 1; seed < 3; seed++) {
		prepare(SNECK_AUTH_REQUIRED, TRANSPARENT_ECDSA);
		p.client.t.random += (unsigned)seed;
		pair_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = seed == 1 ? edit_keep : edit_put_kept;
		ed.arg = &verify;
		pair_run(&p);
		if (seed == 1)
			assert_true(pair_connected(&p));
		else
			assert_int_equal(p.server.st.err, SNECK_E_BAD_SIGNATURE);
		pair_wipe(&p);
	}
}

/* The server's own certificate and signature, sent back to it: what it signed is something else,
 * also with the same key on both sides. */
static void n43_reflected(void **state)
{
	static const unsigned cert = 1u << 11;
	static struct edit ed[2];

	(void)state;
	prepare(SNECK_AUTH_REQUIRED, TRANSPARENT_ECDSA);
	pair_start(&p);
	edit_init(&ed[0], &p.client);
	edit_init(&ed[1], &p.server);
	ed[0].on_unit = edit_put_kept;
	ed[0].arg = &cert;
	ed[1].on_unit = edit_keep;
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_BAD_SIGNATURE);
	assert_int_equal(p.server.n_done, 0);
	pair_wipe(&p);
}

/* ---- every byte of the request, and of what the client says about itself ---- */

static void every_byte_flipped(void **state)
{
	static const uint8_t types[] = { 11, 16, 15, 20, 13 }, bits[] = { 1, 0x80, 0xff };
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_ECDSA384 };
	static struct edit ed;
	unsigned cases = 0;

	(void)state;
	for (size_t t = 0; t < 2 * 15; t++) {
		struct edit_flip f = { .type = types[t / 6], .by = bits[t % 3], .hit = true };

		for (; f.hit; f.at++) {
			prepare(SNECK_AUTH_OPTIONAL, kinds[t / 3 % 2]);
			pair_start(&p);
			edit_init(&ed, f.type == 13 ? &p.server : &p.client);
			ed.on_unit = edit_flip;
			ed.arg = &f;
			f.hit = false;
			pair_run(&p);
			assert_int_equal(p.server.n_done, !f.hit);
			assert_true(p.client.n_done == 0 || !f.hit);
			cases += f.hit;
			pair_wipe(&p);
		}
	}
	print_message("%u cases\n", cases);
	assert_true(cases > 600);
}

/* N78: call n of the provider fails, for all n: whose call it is fails, and nobody connects. */
static void n78_every_call_fails(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		bool reached = true;
		uint64_t n;

		for (n = 0; reached;) {
			prepare(SNECK_AUTH_REQUIRED,
				how & 1 ? TRANSPARENT_ECDSA384 : TRANSPARENT_ECDSA);
			p.server.cfg.ask |= how & 2 ? SNECK_ASK_VERIFY : 0u;
			p.server.answer = 2;
			p.client.cfg.check_own_signature = 1;
			pair_start(&p);
			reached = fail_call(&p, ++n);
			assert_int_equal(pair_connected(&p), !reached);
			assert_true(!reached || p.client.n_done == 0 || p.server.n_done == 0);
			assert_true(!reached || p.client.st.state == SNECK_FAILED ||
				    p.server.st.state == SNECK_FAILED);
			pair_wipe(&p);
		}
		print_message("%u calls\n", (unsigned)n);
		assert_true(n > 120);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_client_auth),	cmocka_unit_test(n33_replayed),
		cmocka_unit_test(n43_reflected),	cmocka_unit_test(every_byte_flipped),
		cmocka_unit_test(n78_every_call_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
