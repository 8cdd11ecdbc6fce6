/* SPDX-License-Identifier: MIT */
/* adversary_test.c: the negative catalogue of SECURITY.md, section 3, for the flows of this
 * library: each line is an attack, who notices it, the error and the alert. Up to the ServerHello
 * here; adversary_auth_test.c goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

#define Z8  "\0\0\0\0\0\0\0\0"
#define Z32 Z8 Z8 Z8 Z8
#define RETRY                                                                                      \
	"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"                         \
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

#define CH	   .msg = 1
#define SH	   .by_server = true, .msg = 2
#define E(r, a)	   .rc = SNECK_E_##r, .alert = (a)
#define ADD(x)	   .act = ACT_EXT_ADD, .ext = (x)
#define DEL(x)	   .act = ACT_EXT_DEL, .ext = (x)
#define SET_EXT(x) .act = ACT_EXT_SET, .ext = (x)

static const struct attack client_hello[] = {
	{ "n1_ch_short", CH, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_ch_long", CH, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_ch_length", CH, .act = ACT_SET, .at = 1, B("\xff\xff\xff"), E(TOO_LARGE, 47) },
	{ "n9_ch_over_bound", CH, .act = ACT_SET, .at = 1, B("\0\x40\x01"), E(TOO_LARGE, 47) },
	{ "n13_ch_unknown_type", CH, .act = ACT_SET, B("\x1f"), E(UNEXPECTED, 10) },
	{ "n13_ch_is_sh", CH, .act = ACT_SET, B("\x02"), E(UNEXPECTED, 10) },
	{ "n2_ch_session_id_33", CH, .act = ACT_SET, .at = 38, B("\x21"), E(DECODE, 50) },
	{ "n2_ch_suites_odd", CH, .act = ACT_SET, .at = 72, B("\x05"), E(DECODE, 50) },
	{ "n27_ch_suites_none", CH, .act = ACT_SET, .at = 72, B("\0"), E(DECODE, 50) },
	{ "n21_ch_no_suite", CH, .act = ACT_SET, .at = 73, B("\0\x2f\0\x35\xc0\x2f"),
	  E(NO_SUITE, 40) },
	{ "n21_ch_compression", CH, .act = ACT_SET, .at = 80, B("\x01"), E(ILLEGAL, 47) },
	{ "n27_ch_compression_none", CH, .act = ACT_SET, .at = 79, B("\0"), E(DECODE, 50) },
	{ "n22_ch_versions_none", CH, DEL(43), E(NO_VERSION, 70) },
	{ "n22_ch_versions_12", CH, SET_EXT(43), B("\x02\x03\x03"), E(NO_VERSION, 70) },
	{ "n22_ch_versions_15", CH, SET_EXT(43), B("\x02\x03\x05"), E(NO_VERSION, 70) },
	{ "n27_ch_versions_empty", CH, SET_EXT(43), B("\0"), E(DECODE, 50) },
	{ "n2_ch_versions_odd", CH, SET_EXT(43), B("\x03\x03\x04\x03"), E(DECODE, 50) },
	{ "n3_ch_versions_long", CH, SET_EXT(43), B("\x02\x03\x04\0"), E(DECODE, 50) },
	{ "n28_ch_versions_grease", CH, SET_EXT(43), B("\x06\x7a\x7a\x03\x04\x03\x03"),
	  .self = true, E(BAD_SIGNATURE, 51) },
	{ "n22_ch_legacy_version", CH, .act = ACT_SET, .at = 4, B("\x03\x01"), .self = true,
	  E(BAD_SIGNATURE, 51) },
	{ "n4_ch_random", CH, .act = ACT_XOR, .at = 10, B("\x01"), .self = true,
	  E(BAD_SIGNATURE, 51) },
	{ "n4_ch_session_id", CH, .act = ACT_XOR, .at = 40, B("\x80"), .self = true,
	  E(ILLEGAL, 47) },
	{ "n24_ch_groups_none", CH, DEL(10), E(EXT_MISSING, 109) },
	{ "n27_ch_groups_empty", CH, SET_EXT(10), B("\0\0"), E(DECODE, 50) },
	{ "n2_ch_groups_odd", CH, SET_EXT(10), B("\0\x03\0\x1d\0"), E(DECODE, 50) },
	{ "n3_ch_groups_long", CH, SET_EXT(10), B("\0\x02\0\x1d\0"), E(DECODE, 50) },
	{ "n29_ch_share_without_group", CH, SET_EXT(10), B("\0\x02\0\x1e"), E(ILLEGAL, 47) },
	{ "n24_ch_share_none", CH, DEL(51), E(EXT_MISSING, 109) },
	{ "n29_ch_shares_empty", CH, SET_EXT(51), B("\0\0"), .self = true, E(ILLEGAL, 47) },
	{ "n29_ch_share_31", CH, SET_EXT(51), B("\0\x23\0\x1d\0\x1f" Z8 Z8 Z8 "\x01\0\0\0\0\0\0"),
	  E(BAD_SHARE, 47) },
	{ "n29_ch_share_33", CH, SET_EXT(51), B("\0\x25\0\x1d\0\x21" Z32 "\x01"),
	  E(BAD_SHARE, 47) },
	{ "n29_ch_share_zero", CH, SET_EXT(51), B("\0\x24\0\x1d\0\x20" Z32), E(BAD_SHARE, 47) },
	{ "n29_ch_share_no_point", CH, SET_EXT(51), B("\0\x45\0\x17\0\x41\x03" Z32 Z32),
	  E(BAD_SHARE, 47) },
	{ "n29_ch_share_empty", CH, SET_EXT(51), B("\0\x04\0\x1d\0\0"), E(DECODE, 50) },
	{ "n25_ch_share_twice", CH, SET_EXT(51), B("\0\x0a\0\x1d\0\x01\x01\0\x1d\0\x01\x01"),
	  E(ILLEGAL, 47) },
	{ "n3_ch_shares_long", CH, SET_EXT(51), B("\0\0\0"), E(DECODE, 50) },
	{ "n24_ch_sigalgs_none", CH, DEL(13), E(EXT_MISSING, 109) },
	{ "n27_ch_sigalgs_empty", CH, SET_EXT(13), B("\0\0"), E(DECODE, 50) },
	{ "n2_ch_sigalgs_odd", CH, SET_EXT(13), B("\0\x03\x04\x03\x08"), E(DECODE, 50) },
	{ "n33_ch_sigalgs_rsa_only", CH, SET_EXT(13), B("\0\x02\x08\x04"), E(NO_SCHEME, 40) },
	{ "n33_ch_sigalgs_ecdsa_only", CH, SET_EXT(13), B("\0\x02\x04\x03"), .rsa = true,
	  E(NO_SCHEME, 40) },
	{ "n33_ch_sigalgs_pkcs1", CH, SET_EXT(13), B("\0\x06\x04\x01\x05\x01\x06\x01"), .rsa = true,
	  E(NO_SCHEME, 40) },
	{ "n39_ch_name_type", CH, SET_EXT(0), B("\0\x04\x01\0\x01g"), E(ILLEGAL, 47) },
	{ "n39_ch_name_nul", CH, SET_EXT(0), B("\0\x06\0\0\x03g\0g"), E(ILLEGAL, 47) },
	{ "n39_ch_name_space", CH, SET_EXT(0), B("\0\x06\0\0\x03g g"), E(ILLEGAL, 47) },
	{ "n39_ch_name_high", CH, SET_EXT(0), B("\0\x06\0\0\x03g\xe4g"), E(ILLEGAL, 47) },
	{ "n39_ch_name_empty", CH, SET_EXT(0), B("\0\x03\0\0\0"), E(DECODE, 50) },
	{ "n39_ch_names_two", CH, SET_EXT(0), B("\0\x08\0\0\x01g\0\0\x01h"), E(DECODE, 50) },
	{ "n39_ch_names_none", CH, SET_EXT(0), B("\0\0"), E(DECODE, 50) },
	{ "n30_ch_alpn_nothing_common", CH, SET_EXT(16), B("\0\x03\x02h3"), .alpn = true,
	  E(NO_ALPN, 120) },
	{ "n30_ch_alpn_none", CH, SET_EXT(16), B("\0\0"), .alpn = true, E(DECODE, 50) },
	{ "n30_ch_alpn_one_byte", CH, SET_EXT(16), B("\0\x01\0"), .alpn = true, E(DECODE, 50) },
	{ "n30_ch_alpn_empty_name", CH, SET_EXT(16), B("\0\x04\0\x02h2"), .alpn = true,
	  E(DECODE, 50) },
	{ "n30_ch_alpn_unused_broken", CH, ADD(16), B("\0\x04\0\x02h2"), E(DECODE, 50) },
	{ "n25_ch_twice_versions", CH, ADD(43), B("\x02\x03\x04"), E(EXT_DUPLICATE, 47) },
	{ "n25_ch_twice_share", CH, ADD(51), B("\0\0"), E(EXT_DUPLICATE, 47) },
	{ "n25_ch_twice_groups", CH, ADD(10), B("\0\x02\0\x1d"), E(EXT_DUPLICATE, 47) },
	{ "n25_ch_twice_sigalgs", CH, ADD(13), B("\0\x02\x04\x03"), E(EXT_DUPLICATE, 47) },
	{ "n25_ch_twice_name", CH, ADD(0), B("\0\x04\0\0\x01g"), E(EXT_DUPLICATE, 47) },
	{ "n28_ch_unknown", CH, ADD(0x0a0a), B("xyz"), .self = true, E(BAD_SIGNATURE, 51) },
	{ "n12_ch_twice", CH, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n6_ch_glued", CH, .act = ACT_GLUE, B("\x14\0\0\x01x"), E(EPOCH, 10) },
	{ "n6_ch_glued_byte", CH, .act = ACT_GLUE, B("\x14"), E(EPOCH, 10) },
	{ "n10_ch_behind_empty", CH, .act = ACT_BEFORE, .content = 22, B(""), E(UNEXPECTED, 10) },
	{ "n10_ch_interrupted_ccs", CH, .act = ACT_INTERRUPT, .content = 20, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n10_ch_interrupted_alert", CH, .act = ACT_INTERRUPT, .content = 21, B("\x01\x5a"),
	  E(UNEXPECTED, 10) },
	{ "n10_ch_interrupted_data", CH, .act = ACT_INTERRUPT, .content = 23, B("abc"),
	  E(UNEXPECTED, 10) },
	{ "n15_ccs_before_ch", CH, .act = ACT_BEFORE, .content = 20, B("\x01"), E(UNEXPECTED, 10) },
	{ "n16_data_before_ch", CH, .act = ACT_BEFORE, .content = 23, B("abc"), E(UNEXPECTED, 10) },
	{ "n16_data_behind_ch", CH, .act = ACT_AFTER, .content = 23, B("abc"), E(BAD_MAC, 20) },
	{ "n14_ch_retry_flow", CH, .act = ACT_BEFORE, .content = 22, B("\x05\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n55_ch_cancelled_5", CH, .act = ACT_BEFORE, .content = 21, B("\x01\x5a"), .count = 5,
	  E(FLOOD, 10) },
	{ "n7_ch_not_tls", CH, .act = ACT_RAW, B("GET / HTTP/1.1\r\n"), E(NOT_TLS, 0) },
	{ "n7_ch_version", CH, .act = ACT_RAW, B("\x16\x02\0\0\x01x"), E(NOT_TLS, 0) },
	{ "n7_ch_record_16385", CH, .act = ACT_RAW, B("\x16\x03\x01\x40\x01x"),
	  E(RECORD_SIZE, 22) },
	{ "n17_ch_is_alert", CH, .act = ACT_RAW, B("\x15\x03\x01\0\x03\x02\x28\x28"),
	  E(DECODE, 50) },
};

static const struct attack server_hello[] = {
	{ "n1_sh_short", SH, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_sh_long", SH, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_sh_length", SH, .act = ACT_SET, .at = 1, B("\xff\xff\xff"), E(TOO_LARGE, 47) },
	{ "n9_sh_over_bound", SH, .act = ACT_SET, .at = 1, B("\0\x40\x01"), E(TOO_LARGE, 47) },
	{ "n13_sh_is_ch", SH, .act = ACT_SET, B("\x01"), E(UNEXPECTED, 10) },
	{ "n13_sh_is_ee", SH, .act = ACT_SET, B("\x08"), E(UNEXPECTED, 10) },
	{ "n22_sh_legacy_13", SH, .act = ACT_SET, .at = 4, B("\x03\x04"), E(ILLEGAL, 47) },
	{ "n22_sh_legacy_11", SH, .act = ACT_SET, .at = 4, B("\x03\x02"), E(ILLEGAL, 47) },
	{ "n23_sh_retry", SH, .act = ACT_SET, .at = 6, B(RETRY), E(DECODE, 50) },
	{ "n4_sh_random", SH, .act = ACT_XOR, .at = 8, B("\x40"), E(BAD_SIGNATURE, 51) },
	{ "n21_sh_session_id", SH, .act = ACT_XOR, .at = 45, B("\x01"), E(ILLEGAL, 47) },
	{ "n21_sh_suite_1304", SH, .act = ACT_SET, .at = 71, B("\x13\x04"), E(NOT_OFFERED, 47) },
	{ "n21_sh_suite_12", SH, .act = ACT_SET, .at = 71, B("\xc0\x2f"), E(NOT_OFFERED, 47) },
	{ "n21_sh_suite_null", SH, .act = ACT_SET, .at = 71, B("\0\0"), E(NOT_OFFERED, 47) },
	{ "n21_sh_suite_other", SH, .act = ACT_SET, .at = 71, B("\x13\x03"), E(BAD_SIGNATURE, 51) },
	{ "n21_sh_compression", SH, .act = ACT_SET, .at = 73, B("\x01"), E(DECODE, 50) },
	{ "n22_sh_versions_none", SH, DEL(43), E(NO_VERSION, 70) },
	{ "n22_sh_versions_12", SH, SET_EXT(43), B("\x03\x03"), E(NOT_OFFERED, 47) },
	{ "n22_sh_versions_15", SH, SET_EXT(43), B("\x03\x05"), E(NOT_OFFERED, 47) },
	{ "n3_sh_versions_long", SH, SET_EXT(43), B("\x03\x04\0"), E(DECODE, 50) },
	{ "n1_sh_versions_short", SH, SET_EXT(43), B("\x03"), E(DECODE, 50) },
	{ "n24_sh_share_none", SH, DEL(51), E(EXT_MISSING, 109) },
	{ "n21_sh_group_unoffered", SH, SET_EXT(51), B("\0\x18\0\x01\x04"), E(NOT_OFFERED, 47) },
	{ "n29_sh_share_31", SH, SET_EXT(51), B("\0\x1d\0\x1f" Z8 Z8 Z8 "\x01\0\0\0\0\0\0"),
	  E(BAD_SHARE, 47) },
	{ "n29_sh_share_zero", SH, SET_EXT(51), B("\0\x1d\0\x20" Z32), E(BAD_SHARE, 47) },
	{ "n29_sh_share_no_point", SH, SET_EXT(51), B("\0\x17\0\x41\x02" Z32 Z32),
	  E(BAD_SHARE, 47) },
	{ "n29_sh_share_empty", SH, SET_EXT(51), B("\0\x1d\0\0"), E(DECODE, 50) },
	{ "n3_sh_share_long", SH, SET_EXT(51), B("\0\x1d\0\x01\x01\0"), E(DECODE, 50) },
	{ "n24_sh_unknown", SH, ADD(0x1234), B(""), E(EXT_UNASKED, 110) },
	{ "n24_sh_cookie", SH, ADD(44), B("\0\x01x"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_psk", SH, ADD(41), B("\0\0"), E(EXT_UNASKED, 110) },
	{ "n24_sh_alpn", SH, ADD(16), B("\0\x03\x02h2"), .alpn = true, E(EXT_MISPLACED, 47) },
	{ "n24_sh_groups", SH, ADD(10), B("\0\x02\0\x1d"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_sigalgs", SH, ADD(13), B("\0\x02\x04\x03"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_name", SH, ADD(0), B(""), E(EXT_MISPLACED, 47) },
	{ "n25_sh_twice_versions", SH, ADD(43), B("\x03\x04"), E(EXT_DUPLICATE, 47) },
	{ "n25_sh_twice_share", SH, ADD(51), B("\0\x1d\0\x01\x01"), E(EXT_DUPLICATE, 47) },
	{ "n11_sh_dropped", SH, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_sh_twice", SH, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n6_sh_glued", SH, .act = ACT_GLUE, B("\x08\0\0\x02\0\0"), E(EPOCH, 10) },
	{ "n6_sh_glued_byte", SH, .act = ACT_GLUE, B("\x08"), E(EPOCH, 10) },
	{ "n10_sh_behind_empty", SH, .act = ACT_BEFORE, .content = 22, B(""), E(UNEXPECTED, 10) },
	{ "n10_sh_interrupted", SH, .act = ACT_INTERRUPT, .content = 20, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n16_data_before_sh", SH, .act = ACT_BEFORE, .content = 23, B("abc"), E(UNEXPECTED, 10) },
	{ "n65_sh_protected", SH, .act = ACT_PROT, E(UNEXPECTED, 10) },
	{ "n19_hello_request", SH, .act = ACT_BEFORE, .content = 22, B("\0\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n20_ticket_before_sh", SH, .act = ACT_BEFORE, .content = 22, B("\x04\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n44_ch_reflected", SH, .act = ACT_BEFORE, .content = 22, B("\x01\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n17_sh_is_alert_1", SH, .act = ACT_BEFORE, .content = 21, B("\x02"), E(DECODE, 50) },
	{ "n17_sh_is_alert_0", SH, .act = ACT_BEFORE, .content = 21, B(""), E(DECODE, 50) },
	{ "n56_ccs_3_before_sh", SH, .act = ACT_BEFORE, .content = 20, B("\x01"), .count = 3,
	  E(FLOOD, 10) },
	{ "n15_ccs_2_before_sh", SH, .act = ACT_BEFORE, .content = 20, B("\x02"),
	  E(UNEXPECTED, 10) },
	{ "n15_ccs_long_before_sh", SH, .act = ACT_BEFORE, .content = 20, B("\x01\x01"),
	  E(UNEXPECTED, 10) },
	{ "n7_sh_not_tls", SH, .act = ACT_RAW, B("HTTP/1.1 400 Bad Request\r\n"), E(NOT_TLS, 0) },
	{ "n7_sh_record_16385", SH, .act = ACT_RAW, B("\x16\x03\x03\x40\x01x"),
	  E(RECORD_SIZE, 22) },
};

static struct pair p;

static void run(const struct attack *a, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		attack_run(&p, &a[i]);
	print_message("%s: %zu named cases\n", what, n);
}

static void attacks_on_the_client_hello(void **state)
{
	(void)state;
	run(client_hello, sizeof client_hello / sizeof client_hello[0], "ClientHello");
}

static void attacks_on_the_server_hello(void **state)
{
	(void)state;
	run(server_hello, sizeof server_hello / sizeof server_hello[0], "ServerHello");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_on_the_client_hello),
		cmocka_unit_test(attacks_on_the_server_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
