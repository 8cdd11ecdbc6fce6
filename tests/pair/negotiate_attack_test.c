/* SPDX-License-Identifier: MIT */
/* negotiate_attack_test.c: N22 and N24 to N31: versions, and extensions that are unknown, unasked,
 * misplaced, doubled, empty, or GREASE, in every message that has any; record sizes that no peer
 * may ask for. adversary_test.c and adversary_auth_test.c have the lines of the flows before these.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

#define Z8  "\0\0\0\0\0\0\0\0"
#define Z32 Z8 Z8 Z8 Z8

#define CH	.msg = 1
#define SH	.by_server = true, .msg = 2
#define EE	.by_server = true, .msg = 8
#define CERT	.by_server = true, .msg = 11
#define CR	CERT, .act = ACT_BEFORE, .content = 22
#define NST	.by_server = true, .act = ACT_LATE, .content = 22
#define GOES_ON E(BAD_SIGNATURE, 51) /* as far as a changed transcript can */

static const struct attack hellos[] = {
	{ "n31_limit_63", CH, SET_EXT(28), B("\0\x3f"), E(ILLEGAL, 47) },
	{ "n31_limit_0", CH, SET_EXT(28), B("\0\0"), E(ILLEGAL, 47) },
	{ "n31_limit_64", CH, SET_EXT(28), B("\0\x40"), .self = true, GOES_ON },
	{ "n31_limit_16384", CH, SET_EXT(28), B("\x40\0"), .self = true, GOES_ON },
	/* RFC 8449, 4: a server must not mind what a later version may allow */
	{ "n31_limit_16386", CH, SET_EXT(28), B("\x40\x02"), .self = true, GOES_ON },
	{ "n31_limit_65535", CH, SET_EXT(28), B("\xff\xff"), .self = true, GOES_ON },
	{ "n1_limit_short", CH, SET_EXT(28), B("\x40"), E(DECODE, 50) },
	{ "n3_limit_long", CH, SET_EXT(28), B("\x40\x01\0"), E(DECODE, 50) },
	{ "n27_limit_empty", CH, SET_EXT(28), B(""), E(DECODE, 50) },
	{ "n31_fragment_0", CH, ADD(1), B("\0"), E(ILLEGAL, 47) },
	{ "n31_fragment_5", CH, ADD(1), B("\x05"), E(ILLEGAL, 47) },
	{ "n31_fragment_255", CH, ADD(1), B("\xff"), E(ILLEGAL, 47) },
	{ "n31_fragment_4", CH, ADD(1), B("\x04"), .self = true, GOES_ON },
	{ "n27_fragment_empty", CH, ADD(1), B(""), E(DECODE, 50) },
	{ "n3_fragment_long", CH, ADD(1), B("\x01\x01"), E(DECODE, 50) },
	{ "n27_cert_schemes_empty", CH, ADD(50), B("\0\0"), E(DECODE, 50) },
	{ "n2_cert_schemes_odd", CH, ADD(50), B("\0\x01\x04"), E(DECODE, 50) },
	{ "n28_cert_schemes_grease", CH, ADD(50), B("\0\x04\x1a\x1a\x04\x03"), .self = true,
	  GOES_ON },
	{ "n25_twice_limit", CH, ADD(28), B("\x40\x01"), E(EXT_DUPLICATE, 47) },
	{ "n25_twice_alpn", CH, .alpn = true, ADD(16), B("\0\x03\x02h2"), E(EXT_DUPLICATE, 47) },
	{ "n25_twice_fragment", CH, .fragment = 1, ADD(1), B("\x01"), E(EXT_DUPLICATE, 47) },
	{ "n26_psk_not_last", CH, ADD(41), B("\0\0\0\0"), E(ILLEGAL, 47) },
	{ "n27_psk_empty", CH, ADD(41), .at = 1, B("\0\0\0\0"), E(DECODE, 50) },
	{ "n28_suite", CH, .act = ACT_SET, .at = 73, B("\x0a\x0a"), .self = true, GOES_ON },
	{ "n28_version", CH, SET_EXT(43), B("\x04\xfa\xfa\x03\x04"), .self = true, GOES_ON },
	{ "n28_group", CH, SET_EXT(10), B("\0\x06\x2a\x2a\0\x1d\0\x17"), .self = true, GOES_ON },
	{ "n28_sigalg", CH, SET_EXT(13), B("\0\x04\x3a\x3a\x04\x03"), .self = true, GOES_ON },
	{ "n28_alpn", CH, .alpn = true, SET_EXT(16), B("\0\x06\x02\x4a\x4a\x02h2"), .self = true,
	  GOES_ON },
	{ "n28_extension_last", CH, ADD(0x5a5a), .at = 1, B("\0"), .self = true, GOES_ON },
	{ "n28_psk_modes", CH, ADD(45), B("\x02\x0b\x01"), .self = true, GOES_ON },
	{ "n24_server_extensions", CH, ADD(5), B("\x01\0\0\0\0"), .self = true, GOES_ON },
	{ "n24_early_data", CH, ADD(42), B(""), .self = true, GOES_ON },
};

static const struct attack answers[] = {
	{ "n24_sh_limit", SH, ADD(28), B("\x40\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_fragment", SH, ADD(1), B("\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_padding", SH, ADD(21), B(""), E(EXT_MISPLACED, 47) },
	{ "n24_sh_cert_schemes", SH, ADD(50), B("\0\x02\x04\x03"), E(EXT_MISPLACED, 47) },
	{ "n28_sh_grease", SH, ADD(0x0a0a), B(""), E(EXT_UNASKED, 110) },
	{ "n31_ee_limit_63", EE, SET_EXT(28), B("\0\x3f"), E(ILLEGAL, 47) },
	{ "n31_ee_limit_16386", EE, SET_EXT(28), B("\x40\x02"), E(ILLEGAL, 47) },
	{ "n31_ee_limit_65535", EE, SET_EXT(28), B("\xff\xff"), E(ILLEGAL, 47) },
	{ "n31_ee_limit_64", EE, SET_EXT(28), B("\0\x40"), GOES_ON },
	{ "n31_ee_limit_none", EE, DEL(28), GOES_ON },
	{ "n1_ee_limit_short", EE, SET_EXT(28), B("\x40"), E(DECODE, 50) },
	{ "n3_ee_limit_long", EE, SET_EXT(28), B("\x40\x01\0"), E(DECODE, 50) },
	{ "n24_ee_fragment_unasked", EE, ADD(1), B("\x01"), E(EXT_UNASKED, 110) },
	{ "n31_ee_both", EE, .fragment = 1, ADD(1), B("\x01"), E(ILLEGAL, 47) },
	{ "n31_ee_other_fragment", EE, .fragment = 1, ADD(1), B("\x02"), E(ILLEGAL, 47) },
	{ "n27_ee_fragment_empty", EE, .fragment = 1, ADD(1), B(""), E(DECODE, 50) },
	{ "n25_ee_twice_limit", EE, ADD(28), B("\x40\x01"), E(EXT_DUPLICATE, 47) },
	{ "n24_ee_padding", EE, ADD(21), B(""), E(EXT_UNASKED, 110) },
	{ "n24_ee_cookie", EE, ADD(44), B("\0\x01x"), E(EXT_UNASKED, 110) },
	{ "n24_ee_cert_schemes", EE, ADD(50), B("\0\x02\x04\x03"), E(EXT_UNASKED, 110) },
	{ "n24_ee_psk", EE, ADD(41), B("\0\0"), E(EXT_UNASKED, 110) },
	{ "n28_ee_grease", EE, ADD(0x0a0a), B(""), E(EXT_UNASKED, 110) },
	{ "n27_ee_alpn_name_empty", EE, .alpn = true, SET_EXT(16), B("\0\x01\0"), E(DECODE, 50) },
	{ "n24_cert_versions", CERT, ADD(43), B("\x03\x04"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_share", CERT, ADD(51), B("\0\x1d\0\x01\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_groups", CERT, ADD(10), B("\0\x02\0\x1d"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_alpn", CERT, ADD(16), B("\0\x03\x02h2"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_limit", CERT, ADD(28), B("\x40\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_fragment", CERT, ADD(1), B("\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_padding", CERT, ADD(21), B(""), E(EXT_MISPLACED, 47) },
	{ "n24_cert_cookie", CERT, ADD(44), B("\0\x01x"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_schemes", CERT, ADD(50), B("\0\x02\x04\x03"), E(EXT_MISPLACED, 47) },
	{ "n24_cert_sct", CERT, ADD(18), B("\0\x01x"), E(EXT_UNASKED, 110) },
	{ "n28_cert_grease", CERT, ADD(0x0a0a), B(""), E(EXT_UNASKED, 110) },
};

#define SIGALGS "\0\x0d\0\x04\0\x02\x04\x03"

/* A CertificateRequest asks: what is unknown in it is skipped. */
static const struct attack requests[] = {
	{ "cr_good", CR, B("\x0d\0\0\x0b\0\0\x08" SIGALGS), GOES_ON },
	{ "n24_cr_unknown", CR, B("\x0d\0\0\x0f\0\0\x0c" SIGALGS "\x12\x34\0\0"), GOES_ON },
	{ "n28_cr_grease", CR, B("\x0d\0\0\x10\0\0\x0d\x0a\x0a\0\x01x" SIGALGS), GOES_ON },
	{ "n28_cr_sigalg_grease", CR, B("\x0d\0\0\x0d\0\0\x0a\0\x0d\0\x06\0\x04\x1a\x1a\x04\x03"),
	  GOES_ON },
	{ "n24_cr_authorities", CR, B("\x0d\0\0\x14\0\0\x11" SIGALGS "\0\x2f\0\x05\0\x03\0\1x"),
	  GOES_ON },
	{ "n24_cr_oid_filters", CR, B("\x0d\0\0\x11\0\0\x0e" SIGALGS "\0\x30\0\x02\0\0"), GOES_ON },
	{ "n22_cr_no_authorities", CR, B("\x0d\0\0\x11\0\0\x0e" SIGALGS "\0\x2f\0\x02\0\0"),
	  E(DECODE, 50) },
	{ "n22_cr_empty_authority", CR,
	  B("\x0d\0\0\x15\0\0\x12" SIGALGS "\0\x2f\0\x06\0\x04\0\0\0\0"), E(DECODE, 50) },
	{ "n22_cr_cut_authority", CR, B("\x0d\0\0\x14\0\0\x11" SIGALGS "\0\x2f\0\x05\0\x03\0\2x"),
	  E(DECODE, 50) },
	{ "n24_cr_cert_schemes", CR, B("\x0d\0\0\x13\0\0\x10" SIGALGS "\0\x32\0\x04\0\x02\x04\x01"),
	  GOES_ON },
	{ "n24_cr_versions", CR, B("\x0d\0\0\x11\0\0\x0e" SIGALGS "\0\x2b\0\x02\x03\x04"),
	  E(EXT_MISPLACED, 47) },
	{ "n24_cr_name", CR, B("\x0d\0\0\x0f\0\0\x0c" SIGALGS "\0\0\0\0"), E(EXT_MISPLACED, 47) },
	{ "n24_cr_limit", CR, B("\x0d\0\0\x11\0\0\x0e" SIGALGS "\0\x1c\0\x02\x40\x01"),
	  E(EXT_MISPLACED, 47) },
	{ "n24_cr_groups", CR, B("\x0d\0\0\x13\0\0\x10" SIGALGS "\0\x0a\0\x04\0\x02\0\x1d"),
	  E(EXT_MISPLACED, 47) },
	{ "n25_cr_twice", CR, B("\x0d\0\0\x13\0\0\x10" SIGALGS SIGALGS), E(EXT_DUPLICATE, 47) },
	{ "n25_cr_unknown_twice", CR, B("\x0d\0\0\x13\0\0\x10" SIGALGS "\x12\x34\0\0\x12\x34\0\0"),
	  E(DECODE, 50) },
	{ "n27_cr_no_sigalgs", CR, B("\x0d\0\0\x03\0\0\0"), E(EXT_MISSING, 109) },
	{ "n27_cr_sigalgs_empty", CR, B("\x0d\0\0\x09\0\0\x06\0\x0d\0\x02\0\0"), E(DECODE, 50) },
	{ "n2_cr_sigalgs_odd", CR, B("\x0d\0\0\x0a\0\0\x07\0\x0d\0\x03\0\x01\x04"), E(DECODE, 50) },
	{ "n41_cr_context", CR, B("\x0d\0\0\x0c\x01x\0\x08" SIGALGS), E(ILLEGAL, 47) },
	{ "n3_cr_long", CR, B("\x0d\0\0\x0c\0\0\x08" SIGALGS "\0"), E(DECODE, 50) },
	{ "n2_cr_block_long", CR, B("\x0d\0\0\x0b\0\0\x09" SIGALGS), E(DECODE, 50) },
	{ "n12_cr_two", CR, B("\x0d\0\0\x0b\0\0\x08" SIGALGS), .count = 2, E(UNEXPECTED, 10) },
	{ "n20_cr_late", NST, B("\x0d\0\0\x0b\0\0\x08" SIGALGS), E(UNEXPECTED, 10) },
};

#define TICKET Z8 "\0\0\x01x"

static const struct attack tickets[] = {
	{ "n25_nst_twice", NST, B("\x04\0\0\x16" TICKET "\0\x08\x12\x34\0\0\x12\x34\0\0"),
	  E(DECODE, 50) },
	{ "n24_nst_versions", NST, B("\x04\0\0\x14" TICKET "\0\x06\0\x2b\0\x02\x03\x04"),
	  E(EXT_MISPLACED, 47) },
	{ "n24_nst_name", NST, B("\x04\0\0\x12" TICKET "\0\x04\0\0\0\0"), E(EXT_MISPLACED, 47) },
	{ "n2_nst_extension_long", NST, B("\x04\0\0\x12" TICKET "\0\x04\x12\x34\0\x01"),
	  E(DECODE, 50) },
	{ "n1_nst_extension_short", NST, B("\x04\0\0\x11" TICKET "\0\x03\x12\x34\0"),
	  E(DECODE, 50) },
	{ "n27_nst_ticket_empty", NST, B("\x04\0\0\x0d" Z8 "\0\0\0\0\0"), E(DECODE, 50) },
	{ "n2_nst_block_long", NST, B("\x04\0\0\x0e" TICKET "\0\x01"), E(DECODE, 50) },
};

static struct pair p;

ATTACK_TEST(hellos)
ATTACK_TEST(answers)
ATTACK_TEST(requests)
ATTACK_TEST(tickets)

/* What is unknown in a ticket is no concern of ours. RFC 9846, 4.7.1 */
static void n24_n28_ticket_extensions(void **state)
{
	static const char good[] =
		"\x04\0\0\x1e" TICKET "\0\x10\x12\x34\0\0\x0a\x0a\0\0\0\x2a\0\4\0\0\1\0";

	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	pair_run(&p);
	link_record(&p.server, true, 22, good, sizeof good - 1u);
	link_record(&p.server, true, 23, "abc", 3);
	pair_run(&p);
	assert_int_equal(p.client.n_got, 3);
	pair_wipe(&p);
}

/* ---- hooks of more than one edit ---- */

static struct edit ed;

static void play(struct end *by, void (*hook)(struct edit *, struct unit *))
{
	pair_start(&p);
	edit_init(&ed, by);
	ed.on_unit = hook;
	pair_run(&p);
	assert_true(ed.done);
}

/* A hello as BoringSSL makes it: GREASE in every list at once, shares included. */
static void grease(struct edit *e, struct unit *u)
{
	static const struct attack all[] = {
		{ .act = ACT_EXT_SET, .ext = 10, B("\0\x06\xca\xca\0\x1d\0\x17") },
		{ .act = ACT_EXT_SET,
		  .ext = 51,
		  B("\0\x29\xca\xca\0\x01\0\0\x1d\0\x20\x01" Z8 Z8 Z8 "\0\0\0\0\0\0\0") },
		{ .act = ACT_EXT_SET, .ext = 43, B("\x06\x0a\x0a\x03\x04\x03\x03") },
		{ .act = ACT_EXT_SET, .ext = 13, B("\0\x06\x2a\x2a\x04\x03\xfa\xfa") },
		{ .act = ACT_EXT_ADD, .ext = 0xbaba, B("") },
		{ .act = ACT_EXT_ADD, .ext = 0xdada, .at = 1, B("\0") },
		{ .act = ACT_EXT_ADD, .ext = 0xfe0d, .at = 1, B("\0\0\x01\0\x01\x07\0\0\0\0") },
	};

	if (u->type == 22 && u->data[0] == 1 && !e->done) {
		e->done = true;
		memcpy(u->data + 73, "\x6a\x6a\x13\x01\x8a\x8a", 6);
		for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
			attack_ext(u, &all[i]);
	}
	edit_put(e, u);
}

static void n28_all_at_once(void **state)
{
	(void)state;
	pair_init(&p, 1);
	play(&p.client, grease);
	assert_int_equal(p.server.conn->hs.group, 0x001d);
	assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
	pair_wipe(&p);
}

/* N25: two of the same that nobody knows */
static void twice(struct edit *e, struct unit *u)
{
	const struct attack add = { .act = ACT_EXT_ADD, .ext = *(const uint16_t *)e->arg, B("") };
	const struct attack last = { .act = ACT_EXT_ADD, .ext = add.ext, .at = 1, B("x") };

	if (u->type == 22 && u->data[0] == 1) {
		e->done = true;
		attack_ext(u, &add);
		attack_ext(u, &last);
	}
	edit_put(e, u);
}

static void n25_unknown_twice(void **state)
{
	static const uint16_t types[] = { 0x1234, 0x0a0a, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		pair_init(&p, 1);
		pair_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = twice;
		ed.arg = &types[i];
		pair_run(&p);
		assert_int_equal(p.server.st.err, SNECK_E_DECODE);
		assert_int_equal(p.server.st.alert, 50);
		pair_wipe(&p);
	}
}

/* ---- N22: what a hello calls its version, and what it lists ---- */

static struct {
	uint16_t legacy;
	struct attack versions;
} n22;

static void rename_version(struct edit *e, struct unit *u)
{
	if (u->type == 22 && (u->data[0] == 1 || u->data[0] == 2) && !e->done) {
		e->done = true;
		u->data[4] = (uint8_t)(n22.legacy >> 8);
		u->data[5] = (uint8_t)n22.legacy;
		attack_ext(u, &n22.versions);
	}
	edit_put(e, u);
}

static void n22_matrix(void **state)
{
	static const uint16_t legacy[] = { 0x0002, 0x0300, 0x0301, 0x0302, 0x0303,
					   0x0304, 0x0305, 0x0a0a, 0xfefd, 0xffff };
	static const struct {
		struct attack a;
		int server, client; /* what comes of it, of a client's and of a server's */
	} lists[] = {
		{ { .act = ACT_EXT_DEL, .ext = 43 }, SNECK_E_NO_VERSION, SNECK_E_NO_VERSION },
		{ { SET_EXT(43), B("\x02\x03\x04") }, 0, SNECK_E_DECODE },
		{ { SET_EXT(43), B("\x04\x03\x03\x03\x04") }, 0, SNECK_E_DECODE },
		{ { SET_EXT(43), B("\x02\x03\x03") }, SNECK_E_NO_VERSION, SNECK_E_DECODE },
		{ { SET_EXT(43), B("\x06\x03\x02\x03\x01\x03\x03") },
		  SNECK_E_NO_VERSION,
		  SNECK_E_DECODE },
		{ { SET_EXT(43), B("\x02\x7f\x1c") }, SNECK_E_NO_VERSION, SNECK_E_DECODE },
		{ { SET_EXT(43), B("\x02\xfe\xfc") }, SNECK_E_NO_VERSION, SNECK_E_DECODE },
		{ { SET_EXT(43), B("\x03\x04") }, SNECK_E_DECODE, 0 },
		{ { SET_EXT(43), B("\x03\x03") }, SNECK_E_DECODE, SNECK_E_NOT_OFFERED },
		{ { SET_EXT(43), B("\x03\x02") }, SNECK_E_DECODE, SNECK_E_NOT_OFFERED },
		{ { SET_EXT(43), B("\x0a\x0a") }, SNECK_E_DECODE, SNECK_E_NOT_OFFERED },
	};
	size_t cases = 0;

	(void)state;
	for (size_t i = 0; i < sizeof legacy / sizeof legacy[0]; i++)
		for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
			for (int by_server = 0; by_server < 2; by_server++) {
				struct end *const by = by_server ? &p.server : &p.client;
				const struct end *const to = by_server ? &p.client : &p.server;
				int want = by_server ? lists[k].client : lists[k].server;

				n22.legacy = legacy[i];
				n22.versions = lists[k].a;
				pair_init(&p, 1);
				play(by, rename_version);
				cases++;
				if (want == 0 && by_server)
					want = legacy[i] == 0x0303 ? 0 : SNECK_E_ILLEGAL;
				/* an untouched message connects */
				if (want == 0 && legacy[i] == 0x0303 &&
				    (by_server || lists[k].a.n == 3)) {
					assert_true(pair_connected(&p));
				} else if (want == 0) {
					assert_int_equal(to->st.err, SNECK_E_PEER_ALERT);
					assert_int_equal(by->st.err, SNECK_E_BAD_SIGNATURE);
				} else {
					assert_int_equal(to->st.err, want);
				}
				pair_wipe(&p);
			}
	print_message("%zu cases\n", cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_hellos),
		cmocka_unit_test(attacks_answers),
		cmocka_unit_test(attacks_requests),
		cmocka_unit_test(attacks_tickets),
		cmocka_unit_test(n24_n28_ticket_extensions),
		cmocka_unit_test(n28_all_at_once),
		cmocka_unit_test(n25_unknown_twice),
		cmocka_unit_test(n22_matrix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
