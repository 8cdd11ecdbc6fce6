/* SPDX-License-Identifier: MIT */
/* adversary12_test.c: the negative catalogue of SECURITY.md, section 3, for TLS 1.2: each line is
 * an attack, who notices it, the error and the alert. The client would speak TLS 1.3, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "lib/attack.h"

#define Z8  "\0\0\0\0\0\0\0\0"
#define Z32 Z8 Z8 Z8 Z8

#define BY_C  .old = true
#define BY_S  .old = true, .by_server = true
#define CH    BY_C, .msg = 1
#define SH    BY_S, .msg = 2
#define CERT  BY_S, .msg = 11
#define SKE   BY_S, .msg = 12
#define DONE  BY_S, .msg = 14
#define CKE   BY_C, .msg = 16
#define C_CCS BY_C, .content = 20
#define S_CCS BY_S, .content = 20
#define C_FIN BY_C, .msg = 20
#define S_FIN BY_S, .msg = 20
/* A changed hello is heard of when the client's Finished comes: the signature is of less. */
#define GOES_ON	  E(BAD_FINISHED, 51)
#define S_GOES_ON .self = true, E(BAD_FINISHED, 51)

static const struct attack client_hello[] = {
	{ "n22_ch_versions_none", CH, DEL(43), GOES_ON },
	{ "n22_ch_versions_12", CH, SET_EXT(43), B("\x02\x03\x03"), GOES_ON },
	{ "n22_ch_versions_11", CH, SET_EXT(43), B("\x02\x03\x02"), E(NO_VERSION, 70) },
	{ "n28_ch_versions_grease", CH, SET_EXT(43), B("\x06\x7a\x7a\x03\x03\x03\x02"), GOES_ON },
	{ "n22_ch_legacy_11", CH, .act = ACT_SET, .at = 4, B("\x03\x02"), GOES_ON },
	{ "n4_ch_random", CH, .act = ACT_XOR, .at = 10, B("\x01"), .self = true,
	  E(BAD_SIGNATURE, 51) },
	{ "n21_ch_no_suite", CH, .act = ACT_SET, .at = 73,
	  B("\0\x2f\0\x35\xc0\x13\xc0\x14\0\x9c\0\x9d\xc0\x27\xc0\x23\xc0\x09"), E(NO_SUITE, 40) },
	{ "n21_ch_rsa_suites", CH, .act = ACT_SET, .at = 73,
	  B("\xc0\x2f\xc0\x30\xcc\xa8\xc0\x2f\xc0\x2f\xc0\x2f\xc0\x2f\xc0\x2f\xc0\x2f"),
	  E(NO_SCHEME, 40) },
	{ "n21_ch_compression", CH, .act = ACT_SET, .at = 92, B("\x01"), E(ILLEGAL, 47) },
	{ "n32_ch_ems_none", CH, DEL(23), E(NO_EMS, 40) },
	{ "n32_ch_ems_body", CH, SET_EXT(23), B("\0"), E(DECODE, 50) },
	{ "n25_ch_ems_twice", CH, ADD(23), B(""), E(EXT_DUPLICATE, 47) },
	{ "n19_ch_reneg_none", CH, DEL(0xff01), .self = true, E(RENEG_INFO, 40) },
	{ "n19_ch_reneg_used", CH, SET_EXT(0xff01), B("\x0c" Z8 "\0\0\0\0"), E(RENEG_INFO, 40) },
	{ "n27_ch_reneg_empty", CH, SET_EXT(0xff01), B(""), E(DECODE, 50) },
	{ "n3_ch_reneg_long", CH, SET_EXT(0xff01), B("\0\0"), E(DECODE, 50) },
	{ "n25_ch_reneg_twice", CH, ADD(0xff01), B("\0"), E(EXT_DUPLICATE, 47) },
	{ "n29_ch_points_none", CH, DEL(11), GOES_ON },
	{ "n29_ch_points_compressed", CH, SET_EXT(11), B("\x02\x01\x02"), E(ILLEGAL, 47) },
	{ "n29_ch_points_all", CH, SET_EXT(11), B("\x03\x02\x01\0"), GOES_ON },
	{ "n27_ch_points_empty", CH, SET_EXT(11), B("\0"), E(DECODE, 50) },
	{ "n24_ch_groups_none", CH, DEL(10), E(NO_GROUP, 40) }, /* not even P-256 */
	{ "n21_ch_groups_unknown", CH, SET_EXT(10), B("\0\x02\x01\x01"), E(NO_GROUP, 40) },
	{ "n21_ch_groups_hybrid", CH, SET_EXT(10), B("\0\x02\x11\xec"), E(NO_GROUP, 40) },
	{ "n21_ch_not_its_curve", CH, SET_EXT(10), B("\0\x02\0\x1d"), E(NO_SCHEME, 40) },
	{ "n28_ch_groups_grease", CH, SET_EXT(10), B("\0\x06\x2a\x2a\0\x1d\0\x17"), GOES_ON },
	{ "n24_ch_sigalgs_none", CH, DEL(13), E(NO_SCHEME, 40) },
	{ "n33_ch_sigalgs_sha1", CH, SET_EXT(13), B("\0\x02\x02\x03"), E(NO_SCHEME, 40) },
	{ "n33_ch_sigalgs_rsa", CH, SET_EXT(13), B("\0\x02\x08\x04"), E(NO_SCHEME, 40) },
	{ "n24_ch_share_skipped", CH, SET_EXT(51), B("broken"), GOES_ON },
	{ "n24_ch_share_none", CH, DEL(51), GOES_ON },
	{ "n24_ch_cookie", CH, ADD(44), B("broken"), GOES_ON },
	{ "n30_ch_alpn", CH, SET_EXT(16), B("\0\x03\x02h3"), .alpn = true, E(NO_ALPN, 120) },
	{ "n31_ch_limit_63", CH, SET_EXT(28), B("\0\x3f"), E(ILLEGAL, 47) },
	{ "n31_ch_limit_64", CH, SET_EXT(28), B("\0\x40"), GOES_ON },
	{ "n31_ch_limit_65535", CH, SET_EXT(28), B("\xff\xff"), GOES_ON },
	{ "n25_ch_packing_twice", CH, ADD(27), B("\x04\0\x02\0\x02"),
	  .rc = BUILD_COMPRESSION ? SNECK_E_ILLEGAL : SNECK_E_BAD_FINISHED,
	  .alert = BUILD_COMPRESSION ? 47 : 51 },
	{ "n24_ch_packing", CH, ADD(27), B("\x02\0\x02"), GOES_ON },
	{ "n12_ch_twice", CH, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n6_ch_glued", CH, .act = ACT_GLUE, B("\x10\0\0\0"), E(EPOCH, 10) },
	{ "n15_ccs_before_ch", CH, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
};

static const struct attack server_hello[] = {
	{ "n1_sh_short", SH, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_sh_long", SH, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n22_sh_legacy_13", SH, .act = ACT_SET, .at = 4, B("\x03\x04"), E(NO_VERSION, 70) },
	{ "n22_sh_legacy_11", SH, .act = ACT_SET, .at = 4, B("\x03\x02"), E(NO_VERSION, 70) },
	{ "n22_sh_versions_12", SH, ADD(43), B("\x03\x03"), E(NOT_OFFERED, 47) },
	{ "n22_sh_versions_13", SH, ADD(43), B("\x03\x04"), E(ILLEGAL, 47) },
	{ "n22_sh_sentinel_12", SH, .act = ACT_SET, .at = 30, B("DOWNGRD\x01"), E(DOWNGRADE, 47) },
	{ "n22_sh_sentinel_11", SH, .act = ACT_SET, .at = 30, B("DOWNGRD\0"), E(DOWNGRADE, 47) },
	{ "n22_sh_no_sentinel", SH, .act = ACT_SET, .at = 30, B("DOWNGRD\x02"),
	  E(BAD_SIGNATURE, 51) },
	{ "n4_sh_random", SH, .act = ACT_XOR, .at = 8, B("\x40"), E(BAD_SIGNATURE, 51) },
	{ "n21_sh_suite_13", SH, .act = ACT_SET, .at = 39, B("\x13\x01"), E(NOT_OFFERED, 47) },
	{ "n21_sh_suite_cbc", SH, .act = ACT_SET, .at = 39, B("\xc0\x09"), E(NOT_OFFERED, 47) },
	{ "n21_sh_suite_ccm", SH, .act = ACT_SET, .at = 39, B("\xc0\xac"), E(NOT_OFFERED, 47) },
	{ "n21_sh_suite_other", SH, .act = ACT_SET, .at = 39, B("\xcc\xa9"), .self = true,
	  E(BAD_MAC, 20) },
	{ "n21_sh_suite_rsa", SH, .act = ACT_SET, .at = 39, B("\xc0\x2f"), E(NOT_OFFERED, 47) },
	{ "n21_sh_compression", SH, .act = ACT_SET, .at = 41, B("\x01"), E(ILLEGAL, 47) },
	{ "n32_sh_ems_none", SH, DEL(23), E(NO_EMS, 40) },
	{ "n32_sh_ems_body", SH, SET_EXT(23), B("\0"), E(DECODE, 50) },
	{ "n19_sh_reneg_none", SH, DEL(0xff01), E(RENEG_INFO, 40) },
	{ "n19_sh_reneg_used", SH, SET_EXT(0xff01), B("\x18" Z8 Z8 Z8), E(RENEG_INFO, 40) },
	{ "n27_sh_reneg_empty", SH, SET_EXT(0xff01), B(""), E(DECODE, 50) },
	{ "n25_sh_reneg_twice", SH, ADD(0xff01), B("\0"), E(EXT_DUPLICATE, 47) },
	{ "n29_sh_points_compressed", SH, SET_EXT(11), B("\x01\x01"), E(ILLEGAL, 47) },
	{ "n29_sh_points_none", SH, DEL(11), S_GOES_ON },
	{ "n24_sh_unknown", SH, ADD(0x1234), B(""), E(EXT_UNASKED, 110) },
	{ "n28_sh_grease", SH, ADD(0x0a0a), B(""), E(EXT_UNASKED, 110) },
	{ "n24_sh_share", SH, ADD(51), B("\0\x1d\0\x01\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_groups_torn", SH, ADD(10), B("\0\x02\0"), E(DECODE, 50) },
	{ "n24_sh_groups_may", SH, ADD(10), B("\0\x02\0\x1d"), S_GOES_ON },
	{ "n24_sh_sigalgs", SH, ADD(13), B("\0\x02\x04\x03"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_cookie", SH, ADD(44), B("\0\x01x"), E(EXT_MISPLACED, 47) },
	{ "n24_sh_padding", SH, ADD(21), B(""), E(EXT_MISPLACED, 47) },
	{ "n24_sh_fragment_unasked", SH, ADD(1), B("\x01"), E(EXT_UNASKED, 110) },
	{ "n31_sh_both", SH, .fragment = 1, ADD(1), B("\x01"), E(ILLEGAL, 47) },
	{ "n24_sh_client_type_unasked", SH, ADD(19), B("\x02"), E(EXT_UNASKED, 110) },
	{ "n24_sh_server_type_unasked", SH, ADD(20), B("\0"), E(EXT_UNASKED, 110) },
	{ "n24_sh_alpn_unasked", SH, ADD(16), B("\0\x03\x02h2"), E(EXT_UNASKED, 110) },
	{ "n30_sh_alpn_unoffered", SH, SET_EXT(16), B("\0\x03\x02h3"), .alpn = true,
	  E(NOT_OFFERED, 47) },
	{ "n30_sh_alpn_two", SH, SET_EXT(16),
	  B("\0\x07\x02h2\x03"
	    "dot"),
	  .alpn = true, E(DECODE, 50) },
	{ "n24_sh_name_body", SH, SET_EXT(0), B("\0"), E(DECODE, 50) },
	{ "n31_sh_limit_63", SH, SET_EXT(28), B("\0\x3f"), E(ILLEGAL, 47) },
	{ "n31_sh_limit_16385", SH, SET_EXT(28), B("\x40\x01"), E(ILLEGAL, 47) },
	{ "n31_sh_limit_64", SH, SET_EXT(28), B("\0\x40"), S_GOES_ON },
	{ "n31_sh_limit_none", SH, DEL(28), S_GOES_ON },
	{ "n11_sh_dropped", SH, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_sh_twice", SH, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_sh_cert_swapped", SH, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_sh", SH, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n16_data_before_sh", SH, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n19_request_before_sh", SH, BEFORE(22), B("\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n55_5_warnings_before_sh", SH, BEFORE(21), B("\x01\x70"), .count = 5, E(FLOOD, 10) },
};

static void eleven(struct pair *of)
{
	of->client.cfg.max_certs = 11;
}

#define LEAF  "\0\0\x07TCERTE\x07"
#define LEAF3 LEAF LEAF LEAF

static const struct attack server_flight[] = {
	{ "n1_cert_short", CERT, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cert_long", CERT, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_cert_length", CERT, .act = ACT_SET, .at = 1, B("\x01\0\x01"), E(TOO_LARGE, 47) },
	{ "n34_cert_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x03\0\0\0"), E(DECODE, 50) },
	{ "n27_cert_der_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x06\0\0\x03\0\0\0"),
	  E(DECODE, 50) },
	{ "n62_cert_11", CERT, .act = ACT_REPLACE,
	  B("\x0b\0\0\x71\0\0\x6e" LEAF3 LEAF3 LEAF3 LEAF LEAF), E(CERT_BAD, 42) },
	{ "n62_cert_11_of_11", CERT, .begin = eleven, .act = ACT_REPLACE,
	  B("\x0b\0\0\x71\0\0\x6e" LEAF3 LEAF3 LEAF3 LEAF LEAF), S_GOES_ON },
	{ "n34_cert_unreadable", CERT, .act = ACT_XOR, .at = 10, B("\x01"), E(DECODE, 50) },
	{ "n40_cert_kind", CERT, .act = ACT_SET, .at = 15, B("X"), E(CERT_TYPE, 43) },
	{ "n33_cert_other_key", CERT, .act = ACT_SET, .at = 16, B("\x09"), E(BAD_SIGNATURE, 51) },
	{ "n33_cert_other_kind", CERT, .act = ACT_SET, .at = 15, B("R"), E(NOT_OFFERED, 47) },
	{ "n21_cert_no_curve_of_ours", CERT, .act = ACT_SET, .at = 15, B("F"), E(NOT_OFFERED, 47) },
	{ "n21_cert_eddsa_has_no_curve", CERT, .act = ACT_SET, .at = 15, B("2"),
	  E(BAD_SIGNATURE, 51) },
	{ "n4_cert_rest", CERT, .act = ACT_XOR, .at = 40, B("\x01"), S_GOES_ON },
	{ "n11_cert_dropped", CERT, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_cert_twice", CERT, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cert_ske_swapped", CERT, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_cert", CERT, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n20_status_unasked", SKE, BEFORE(22), B("\x16\0\0\x05\x01\0\0\x01x"),
	  E(UNEXPECTED, 10) },
	{ "n1_ske_short", SKE, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_ske_long", SKE, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n29_ske_explicit_prime", SKE, .act = ACT_SET, .at = 4, B("\x01"), E(ILLEGAL, 47) },
	{ "n29_ske_explicit_char2", SKE, .act = ACT_SET, .at = 4, B("\x02"), E(ILLEGAL, 47) },
	{ "n21_ske_group_unoffered", SKE, .act = ACT_SET, .at = 5, B("\0\x1e"),
	  E(NOT_OFFERED, 47) },
	{ "n21_ske_group_hybrid", SKE, .act = ACT_SET, .at = 5, B("\x11\xec"), E(NOT_OFFERED, 47) },
	{ "n29_ske_group_other", SKE, .act = ACT_SET, .at = 5, B("\0\x17"), E(BAD_SHARE, 47) },
	{ "n33_ske_share", SKE, .act = ACT_XOR, .at = 12, B("\x01"), E(BAD_SIGNATURE, 51) },
	{ "n21_ske_scheme_rsa", SKE, .act = ACT_SET, .at = 40, B("\x08\x04"), E(NOT_OFFERED, 47) },
	{ "n21_ske_scheme_sha1", SKE, .act = ACT_SET, .at = 40, B("\x02\x03"), E(NOT_OFFERED, 47) },
	{ "n21_ske_scheme_md5", SKE, .act = ACT_SET, .at = 40, B("\x01\x01"), E(NOT_OFFERED, 47) },
	{ "n33_ske_scheme_other", SKE, .act = ACT_SET, .at = 40, B("\x05\x03"),
	  E(BAD_SIGNATURE, 51) },
	{ "n33_ske_signature", SKE, .act = ACT_XOR, .at = 45, B("\x80"), E(BAD_SIGNATURE, 51) },
	{ "n11_ske_dropped", SKE, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_ske_twice", SKE, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_ske_done_swapped", SKE, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_ske", SKE, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n16_data_before_ske", SKE, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n10_ske_interrupted_ccs", SKE, .act = ACT_INTERRUPT, .content = 20, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n10_ske_interrupted_alert", SKE, .act = ACT_INTERRUPT, .content = 21, B("\x01\x5a"),
	  E(UNEXPECTED, 10) },
	{ "n10_ske_behind_empty", SKE, BEFORE(22), B(""), E(UNEXPECTED, 10) },
	{ "n3_done_long", DONE, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n12_done_twice", DONE, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n15_ccs_before_done", DONE, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_ccs_behind_done", DONE, .act = ACT_AFTER, .content = 20, B("\x01"), E(BAD_MAC, 20) },
	{ "n14_request", DONE, BEFORE(22), B("\x0d\0\0\x0a\x01\x40\0\x04\x04\x03\x08\x04\0\0"),
	  .self = true, E(UNEXPECTED, 10) },
	{ "n14_request_broken", DONE, BEFORE(22),
	  B("\x0d\0\0\x0a\x01\x40\0\x05\x04\x03\x08\x04\0\0"), E(DECODE, 50) },
	{ "n14_request_twice", DONE, BEFORE(22),
	  B("\x0d\0\0\x0a\x01\x40\0\x04\x04\x03\x08\x04\0\0"), .count = 2, E(UNEXPECTED, 10) },
	{ "n20_key_update", DONE, BEFORE(22), B("\x18\0\0\x01\0"), E(UNEXPECTED, 10) },
	{ "n14_ticket", DONE, BEFORE(22), B("\x04\0\0\x06\0\0\0\0\0\0"), E(UNEXPECTED, 10) },
};

static const struct attack client_flight[] = {
	{ "n1_cke_short", CKE, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cke_long", CKE, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n27_cke_empty", CKE, .act = ACT_REPLACE, B("\x10\0\0\x01\0"), E(DECODE, 50) },
	{ "n29_cke_1_byte", CKE, .act = ACT_REPLACE, B("\x10\0\0\x02\x01\x04"), E(BAD_SHARE, 47) },
	{ "n29_cke_31_bytes", CKE, .act = ACT_REPLACE,
	  B("\x10\0\0\x20\x1f" Z8 Z8 Z8 "\x01\0\0\0\0\0\0"), E(BAD_SHARE, 47) },
	{ "n29_cke_zero", CKE, .act = ACT_REPLACE, B("\x10\0\0\x21\x20" Z32), E(BAD_SHARE, 47) },
	{ "n33_cke_share", CKE, .act = ACT_XOR, .at = 12, B("\x01"), GOES_ON },
	{ "n11_cke_dropped", CKE, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_cke_twice", CKE, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cke_ccs_swapped", CKE, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n34_cert_unasked", CKE, BEFORE(22), B("\x0b\0\0\x03\0\0\0"), E(UNEXPECTED, 10) },
	{ "n35_verify_before_cke", CKE, BEFORE(22), B("\x0f\0\0\x04\x04\x03\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n35_verify_behind_cke", CKE, .act = ACT_AFTER, .content = 22,
	  B("\x0f\0\0\x04\x04\x03\0\0"), E(UNEXPECTED, 10) },
	{ "n15_ccs_before_cke", CKE, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n16_data_before_cke", CKE, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n10_cke_interrupted", CKE, .act = ACT_INTERRUPT, .content = 20, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n6_cke_glued_finished", CKE, .act = ACT_GLUE, B("\x14\0\0\x0c" Z8 "\0\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n6_cke_glued_byte", CKE, .act = ACT_GLUE, B("\x14"), E(UNEXPECTED, 10) },
	{ "n65_cke_protected", CKE, .act = ACT_PROT, E(UNEXPECTED, 10) },
	{ "n11_c_ccs_dropped", C_CCS, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_c_ccs_twice", C_CCS, .act = ACT_DUP, E(BAD_MAC, 20) },
	{ "n15_c_ccs_value", C_CCS, .act = ACT_SET, B("\x02"), E(UNEXPECTED, 10) },
	{ "n15_c_ccs_long", C_CCS, .act = ACT_GROW, B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_c_ccs_empty", C_CCS, .act = ACT_TRUNC, .at = 1, E(UNEXPECTED, 10) },
	{ "n13_c_ccs_fin_swapped", C_CCS, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n1_c_fin_short", C_FIN, .act = ACT_TRUNC, .at = 1, E(BAD_FINISHED, 51) },
	{ "n3_c_fin_long", C_FIN, .act = ACT_GROW, B("\0"), E(BAD_FINISHED, 51) },
	{ "n42_c_fin_first", C_FIN, .act = ACT_XOR, .at = 4, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n42_c_fin_last", C_FIN, .act = ACT_XOR, .at = 15, B("\x80"), E(BAD_FINISHED, 51) },
	{ "n65_c_fin_plain", C_FIN, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n12_c_fin_twice", C_FIN, .act = ACT_DUP, .up = true, E(UNEXPECTED, 10) },
	{ "n16_c_data_before_fin", C_FIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n16_c_no_data_before_fin", C_FIN, BEFORE(23), B(""), E(UNEXPECTED, 10) },
	{ "n14_c_cke_before_fin", C_FIN, BEFORE(22), B("\x10\0\0\0"), E(UNEXPECTED, 10) },
	{ "n15_c_ccs_protected", C_FIN, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n10_c_fin_interrupted", C_FIN, .act = ACT_INTERRUPT, .content = 23, B("abc"),
	  E(UNEXPECTED, 10) },
};

static const struct attack server_end[] = {
	{ "n11_s_ccs_dropped", S_CCS, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_s_ccs_twice", S_CCS, .act = ACT_DUP, E(BAD_MAC, 20) },
	{ "n15_s_ccs_value", S_CCS, .act = ACT_SET, B("\x02"), E(UNEXPECTED, 10) },
	{ "n15_s_ccs_long", S_CCS, .act = ACT_GROW, B("\x01"), E(UNEXPECTED, 10) },
	{ "n13_s_ccs_fin_swapped", S_CCS, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n1_s_fin_short", S_FIN, .act = ACT_TRUNC, .at = 1, E(BAD_FINISHED, 51) },
	{ "n3_s_fin_long", S_FIN, .act = ACT_GROW, B("\0"), E(BAD_FINISHED, 51) },
	{ "n42_s_fin_flipped", S_FIN, .act = ACT_XOR, .at = 9, B("\x04"), E(BAD_FINISHED, 51) },
	{ "n65_s_fin_plain", S_FIN, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n12_s_fin_twice", S_FIN, .act = ACT_DUP, .up = true, E(UNEXPECTED, 10) },
	{ "n16_s_data_before_fin", S_FIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n19_s_request_before_fin", S_FIN, BEFORE(22), B("\0\0\0\0"), E(UNEXPECTED, 10) },
};

static const struct attack afterwards[] = {
	{ "n19_two_hello_requests", BY_S, LATE(22), B("\0\0\0\0"), .count = 2,
	  E(RENEGOTIATION, 100) },
	{ "n19_hello_request_body", BY_S, LATE(22), B("\0\0\0\x01x"), E(DECODE, 50) },
	{ "n19_two_client_hellos", BY_C, LATE(22), B("\x01\0\0\x02xy"), .count = 2,
	  E(RENEGOTIATION, 100) },
	{ "n20_c_finished", BY_C, LATE(22), B("\x14\0\0\x0c" Z8 "\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n20_c_request", BY_C, LATE(22), B("\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n20_s_client_hello", BY_S, LATE(22), B("\x01\0\0\0"), E(UNEXPECTED, 10) },
	{ "n20_s_key_update", BY_S, LATE(22), B("\x18\0\0\x01\0"), E(UNEXPECTED, 10) },
	{ "n20_s_ticket", BY_S, LATE(22), B("\x04\0\0\x06\0\0\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n14_s_type_31", BY_S, LATE(22), B("\x1f\0\0\0"), E(UNEXPECTED, 10) },
	{ "n15_s_ccs", BY_S, LATE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_s_ccs_plain", BY_S, LATE(20), .plain = true, B("\x01"), E(BAD_MAC, 20) },
	{ "n17_s_alert_plain", BY_S, LATE(21), .plain = true, B("\x02\x28"), E(BAD_MAC, 20) },
	{ "n17_s_alert_long", BY_S, LATE(21), B("\x01\x5a\0"), E(DECODE, 50) },
	{ "n16_s_data_plain", BY_S, LATE(23), .plain = true, B("abc"), E(BAD_MAC, 20) },
	{ "n10_c_message_empty", BY_C, LATE(22), B(""), E(UNEXPECTED, 10) },
	{ "n54_33_empty_records", BY_C, LATE(23), B(""), .count = 33, E(FLOOD, 10) },
	{ "n55_5_warnings", BY_C, LATE(21), B("\x01\x64"), .count = 5, E(FLOOD, 10) },
	{ "n55_5_cancelled", BY_S, LATE(21), B("\x01\x5a"), .count = 5, E(FLOOD, 10) },
	{ "n67_record_23", BY_S, .act = ACT_LATE_RAW,
	  B("\x17\x03\x03\0\x17"
	    "12345678901234567890123"),
	  E(BAD_MAC, 20) },
	{ "n68_tag_wrong", BY_S, .act = ACT_LATE_RAW,
	  B("\x17\x03\x03\0\x19\0\0\0\0\0\0\0\x01"
	    "12345678901234567"),
	  E(BAD_MAC, 20) },
	{ "n7_record_16641", BY_S, .act = ACT_LATE_RAW, B("\x17\x03\x03\x41\x01"),
	  E(RECORD_SIZE, 22) },
	{ "n7_record_type_24", BY_S, .act = ACT_LATE_RAW, B("\x18\x03\x03\0\x19"),
	  E(UNEXPECTED, 10) },
	{ "n7_record_major_2", BY_S, .act = ACT_LATE_RAW, B("\x17\x02\x03\0\x19"), E(ILLEGAL, 47) },
};

static struct pair p;

ATTACK_TEST(client_hello)
ATTACK_TEST(server_hello)
ATTACK_TEST(server_flight)
ATTACK_TEST(client_flight)
ATTACK_TEST(server_end)
ATTACK_TEST(afterwards)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_client_hello),	 cmocka_unit_test(attacks_server_hello),
		cmocka_unit_test(attacks_server_flight), cmocka_unit_test(attacks_client_flight),
		cmocka_unit_test(attacks_server_end),	 cmocka_unit_test(attacks_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
