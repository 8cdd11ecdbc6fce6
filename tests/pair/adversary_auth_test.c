/* SPDX-License-Identifier: MIT */
/* adversary_auth_test.c: the negative catalogue of SECURITY.md, section 3, from EncryptedExtensions
 * to the end of a connection. adversary_test.c has the hellos. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

#define EE   .by_server = true, .msg = 8
#define CERT .by_server = true, .msg = 11
#define CV   .by_server = true, .msg = 15
#define SFIN .by_server = true, .msg = 20
#define CFIN .msg = 20

#define LEAF  "\0\0\x07TCERTE\x07\0\0"
#define LEAF3 LEAF LEAF LEAF

static void eleven(struct pair *p)
{
	p->client.cfg.max_certs = 11;
}

static const struct attack extensions[] = {
	{ "n1_ee_short", EE, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_ee_long", EE, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_ee_length", EE, .act = ACT_SET, .at = 1, B("\0\x40\x01"), E(TOO_LARGE, 47) },
	{ "n1_ee_empty", EE, .act = ACT_REPLACE, B("\x08\0\0\0"), E(DECODE, 50) },
	{ "n24_ee_unknown", EE, ADD(0x1234), B(""), E(EXT_UNASKED, 110) },
	{ "n24_ee_early_data", EE, ADD(42), B(""), E(EXT_UNASKED, 110) },
	{ "n24_ee_versions", EE, ADD(43), B("\x03\x04"), E(EXT_UNASKED, 110) },
	{ "n24_ee_share", EE, ADD(51), B("\0\x1d\0\x01\x01"), E(EXT_UNASKED, 110) },
	{ "n24_ee_sigalgs", EE, ADD(13), B("\0\x02\x04\x03"), E(EXT_UNASKED, 110) },
	{ "n24_ee_alpn_unasked", EE, ADD(16), B("\0\x03\x02h2"), E(EXT_UNASKED, 110) },

	{ "n24_ee_name_body", EE, SET_EXT(0), B("\0"), E(DECODE, 50) },
	{ "n25_ee_twice_name", EE, ADD(0), B(""), E(EXT_DUPLICATE, 47) },
	{ "n25_ee_twice_alpn", EE, ADD(16), B("\0\x03\x02h2"), .alpn = true, E(EXT_DUPLICATE, 47) },
	{ "n30_ee_alpn_unoffered", EE, SET_EXT(16), B("\0\x03\x02h3"), .alpn = true,
	  E(NOT_OFFERED, 47) },
	{ "n30_ee_alpn_two", EE, SET_EXT(16),
	  B("\0\x07\x02h2\x03"
	    "dot"),
	  .alpn = true, E(DECODE, 50) },
	{ "n30_ee_alpn_none", EE, SET_EXT(16), B("\0\0"), .alpn = true, E(DECODE, 50) },
	{ "n30_ee_alpn_empty", EE, SET_EXT(16), B("\0\x01\0"), .alpn = true, E(DECODE, 50) },
	{ "n30_ee_alpn_other", EE, SET_EXT(16),
	  B("\0\x04\x03"
	    "dot"),
	  .alpn = true, E(BAD_SIGNATURE, 51) },
	{ "n27_ee_groups_empty", EE, ADD(10), B("\0\0"), E(DECODE, 50) },
	{ "n24_ee_groups", EE, ADD(10), B("\0\x02\0\x1d"), E(BAD_SIGNATURE, 51) },
	{ "n11_ee_dropped", EE, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_ee_twice", EE, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_ee_cert_swapped", EE, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n65_ee_plain", EE, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n16_data_before_ee", EE, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n20_key_update_before_ee", EE, BEFORE(22), B("\x18\0\0\x01\0"), E(UNEXPECTED, 10) },
	{ "n20_ticket_before_ee", EE, BEFORE(22), B("\x04\0\0\0"), E(UNEXPECTED, 10) },
	{ "n10_ee_behind_empty", EE, BEFORE(22), B(""), E(UNEXPECTED, 10) },
	{ "n10_ee_interrupted_ccs", EE, .act = ACT_INTERRUPT, .content = 20, .plain = true,
	  B("\x01"), E(UNEXPECTED, 10) },
	{ "n10_ee_interrupted_alert", EE, .act = ACT_INTERRUPT, .content = 21, B("\x01\x5a"),
	  E(UNEXPECTED, 10) },
	{ "n15_ccs_protected", EE, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_ccs_value", EE, BEFORE(20), .plain = true, B("\x02"), E(UNEXPECTED, 10) },
	{ "n15_ccs_long", EE, BEFORE(20), .plain = true, B("\x01\x01"), E(UNEXPECTED, 10) },
	{ "n56_ccs_3", EE, BEFORE(20), .plain = true, B("\x01"), .count = 3, E(FLOOD, 10) },
	{ "n55_cancelled_5", EE, BEFORE(21), B("\x01\x5a"), .count = 5, E(FLOOD, 10) },
	{ "n17_alert_plain", EE, BEFORE(21), .plain = true, B("\x02\x28"), E(BAD_MAC, 20) },
	{ "n8_inner_zero", EE, BEFORE(0), B(""), E(UNEXPECTED, 10) },
	{ "n8_inner_unknown", EE, BEFORE(99), B("abc"), E(UNEXPECTED, 10) },
	{ "n67_record_empty", EE, .act = ACT_RAW, B("\x17\x03\x03\0\0"), E(BAD_MAC, 20) },
	{ "n67_record_15", EE, .act = ACT_RAW,
	  B("\x17\x03\x03\0\x0f"
	    "123456789012345"),
	  E(BAD_MAC, 20) },
	{ "n68_tag_wrong", EE, .act = ACT_RAW,
	  B("\x17\x03\x03\0\x11"
	    "12345678901234567"),
	  E(BAD_MAC, 20) },
	{ "n7_record_16641", EE, .act = ACT_RAW, B("\x17\x03\x03\x41\x01"), E(RECORD_SIZE, 22) },
	{ "n7_record_major_2", EE, .act = ACT_RAW, B("\x17\x02\x03\0\x11"), E(ILLEGAL, 47) },
	{ "n7_record_type_24", EE, .act = ACT_RAW, B("\x18\x03\x03\0\x11"), E(UNEXPECTED, 10) },
};

static const struct attack authentication[] = {
	{ "n1_cert_short", CERT, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cert_long", CERT, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n9_cert_length", CERT, .act = ACT_SET, .at = 1, B("\x01\0\x01"), E(TOO_LARGE, 47) },
	{ "n34_cert_empty", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x04\0\0\0\0"), E(DECODE, 50) },
	{ "n41_cert_context", CERT, .act = ACT_REPLACE, B("\x0b\0\0\x11\x01\x07\0\0\x0c" LEAF),
	  E(ILLEGAL, 47) },
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
	{ "n24_cert_name", CERT, ADD(0), B(""), E(EXT_MISPLACED, 47) },
	{ "n11_cert_dropped", CERT, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_cert_twice", CERT, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cert_cv_swapped", CERT, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n14_cert_request", CERT, BEFORE(22), B("\x0d\0\0\0"), E(DECODE, 50) },
	{ "n14_cert_compressed", CERT, BEFORE(22), B("\x19\0\0\0"), E(UNEXPECTED, 10) },
	{ "n1_cv_short", CV, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_cv_long", CV, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n33_cv_flipped", CV, .act = ACT_XOR, .at = 9, B("\x01"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_empty", CV, .act = ACT_REPLACE, B("\x0f\0\0\x04\x04\x03\0\0"),
	  E(BAD_SIGNATURE, 51) },
	{ "n33_cv_short_sig", CV, .act = ACT_REPLACE, B("\x0f\0\0\x06\x04\x03\0\x02xy"),
	  E(BAD_SIGNATURE, 51) },
	{ "n33_cv_scheme_rsa", CV, .act = ACT_SET, .at = 4, B("\x08\x04"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_scheme_ecdsa", CV, .act = ACT_SET, .at = 4, B("\x04\x03"), .rsa = true,
	  E(BAD_SIGNATURE, 51) },
	{ "n33_cv_scheme_pkcs1", CV, .act = ACT_SET, .at = 4, B("\x04\x01"), E(NOT_OFFERED, 47) },
	{ "n33_cv_scheme_sha1", CV, .act = ACT_SET, .at = 4, B("\x02\x03"), E(NOT_OFFERED, 47) },
	{ "n33_cv_scheme_pss", CV, .act = ACT_SET, .at = 4, B("\x08\x09"), E(BAD_SIGNATURE, 51) },
	{ "n33_cv_scheme_0", CV, .act = ACT_SET, .at = 4, B("\0\0"), E(NOT_OFFERED, 47) },
	{ "n35_cv_dropped", CV, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_cv_twice", CV, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_cv_fin_swapped", CV, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n1_sfin_short", SFIN, .act = ACT_TRUNC, .at = 1, E(BAD_FINISHED, 51) },
	{ "n3_sfin_long", SFIN, .act = ACT_GROW, B("\0"), E(BAD_FINISHED, 51) },
	{ "n1_sfin_empty", SFIN, .act = ACT_REPLACE, B("\x14\0\0\0"), E(BAD_FINISHED, 51) },
	{ "n42_sfin_first", SFIN, .act = ACT_XOR, .at = 4, B("\x80"), E(BAD_FINISHED, 51) },
	{ "n42_sfin_last", SFIN, .act = ACT_XOR, .at = 35, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n6_sfin_glued", SFIN, .act = ACT_GLUE, B("\x04\0\0\0"), E(EPOCH, 10) },
	{ "n16_data_before_sfin", SFIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n20_ticket_before_sfin", SFIN, BEFORE(22), B("\x04\0\0\0"), E(UNEXPECTED, 10) },
	{ "n20_update_before_sfin", SFIN, BEFORE(22), B("\x18\0\0\x01\0"), E(UNEXPECTED, 10) },
	{ "n18_close_before_sfin_is_no_end", SFIN, BEFORE(21), B("\x01"), E(DECODE, 50) },
	{ "n12_sfin_twice", SFIN, .act = ACT_DUP, .up = true, E(UNEXPECTED, 10) },
	{ "n15_ccs_behind_sfin", SFIN, .act = ACT_AFTER, .content = 20, .plain = true, .up = true,
	  B("\x01"), E(UNEXPECTED, 10) },
	{ "n1_cfin_short", CFIN, .act = ACT_TRUNC, .at = 1, E(BAD_FINISHED, 51) },
	{ "n3_cfin_long", CFIN, .act = ACT_GROW, B("\0"), E(BAD_FINISHED, 51) },
	{ "n42_cfin_first", CFIN, .act = ACT_XOR, .at = 4, B("\x80"), E(BAD_FINISHED, 51) },
	{ "n42_cfin_last", CFIN, .act = ACT_XOR, .at = 35, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n6_cfin_glued", CFIN, .act = ACT_GLUE, B("\x18\0\0\x01\0"), E(EPOCH, 10) },
	{ "n65_cfin_plain", CFIN, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n16_data_before_cfin", CFIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n20_update_before_cfin", CFIN, BEFORE(22), B("\x18\0\0\x01\0"), E(UNEXPECTED, 10) },
	{ "n14_cert_before_cfin", CFIN, BEFORE(22), B("\x0b\0\0\x04\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n14_end_of_early_data", CFIN, BEFORE(22), B("\x05\0\0\0"), E(UNEXPECTED, 10) },
	{ "n56_cfin_ccs_3", CFIN, BEFORE(20), .plain = true, B("\x01"), .count = 3, E(FLOOD, 10) },
	{ "n12_cfin_twice", CFIN, .act = ACT_DUP, .up = true, E(UNEXPECTED, 10) },
	{ "n15_ccs_behind_cfin", CFIN, .act = ACT_AFTER, .content = 20, .plain = true, .up = true,
	  B("\x01"), E(UNEXPECTED, 10) },
};

static const struct attack later[] = {
	{ "n19_hello", LATE(22), B("\x01\0\0\0"), E(UNEXPECTED, 10) },
	{ "n19_hello_request", .by_server = true, LATE(22), B("\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n19_server_hello", .by_server = true, LATE(22), B("\x02\0\0\0"), E(UNEXPECTED, 10) },
	{ "n20_finished", LATE(22), B("\x14\0\0\x01x"), E(UNEXPECTED, 10) },
	{ "n20_cert_request", .by_server = true, LATE(22), B("\x0d\0\0\0"), E(UNEXPECTED, 10) },
	{ "n20_ticket_to_server", LATE(22), B("\x04\0\0\0"), E(UNEXPECTED, 10) },
	{ "n14_type_31", LATE(22), B("\x1f\0\0\0"), E(UNEXPECTED, 10) },
	{ "n14_type_254", .by_server = true, LATE(22), B("\xfe\0\0\0"), E(UNEXPECTED, 10) },
	{ "n1_ticket_short", .by_server = true, LATE(22), B("\x04\0\0\x01x"), E(DECODE, 50) },
	{ "n9_ticket_long", .by_server = true, LATE(22), B("\x04\0\x40\x01"), E(TOO_LARGE, 47) },
	{ "n57_update_value", LATE(22), B("\x18\0\0\x01\x02"), E(ILLEGAL, 47) },
	{ "n57_update_short", LATE(22), B("\x18\0\0\0"), E(DECODE, 50) },
	{ "n57_update_long", LATE(22), B("\x18\0\0\x02\0\0"), E(DECODE, 50) },
	{ "n57_update_glued", LATE(22), B("\x18\0\0\x01\0\x18\0\0\x01\0"), E(EPOCH, 10) },
	{ "n57_updates_33", LATE(22), B("\x18\0\0\x01\0"), .count = 33, E(FLOOD, 10) },
	{ "n57_requests_33", .by_server = true, LATE(22), B("\x18\0\0\x01\x01"), .count = 33,
	  E(FLOOD, 10) },
	{ "n58_tickets_33", .by_server = true, LATE(22),
	  B("\x04\0\0\x0e\0\0\0\0\0\0\0\0\0\0\x01x\0\0"), .count = 33, E(FLOOD, 10) },
	{ "n54_empty_33", LATE(23), B(""), .count = 33, E(FLOOD, 10) },
	{ "n54_empty_33_to_client", .by_server = true, LATE(23), B(""), .count = 33, E(FLOOD, 10) },
	{ "n55_cancelled_5", LATE(21), B("\x01\x5a"), .count = 5, E(FLOOD, 10) },
	{ "n17_alert_1", LATE(21), B("\x02"), E(DECODE, 50) },
	{ "n17_alert_3", LATE(21), B("\x02\x28\x28"), E(DECODE, 50) },
	{ "n17_alerts_2", LATE(21), B("\x01\x5a\x01\x5a"), E(DECODE, 50) },
	{ "n10_empty_handshake", LATE(22), B(""), E(UNEXPECTED, 10) },
	{ "n8_inner_zero", LATE(0), B("\0\0\0"), E(UNEXPECTED, 10) },
	{ "n8_inner_ccs", LATE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n8_inner_24", LATE(24), B("abc"), E(UNEXPECTED, 10) },
	{ "n15_ccs", LATE(20), .plain = true, B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_ccs_to_client", .by_server = true, LATE(20), .plain = true, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n17_plain_alert", LATE(21), .plain = true, B("\x02\x28"), E(BAD_MAC, 20) },
	{ "n17_plain_close", .by_server = true, LATE(21), .plain = true, B("\x01\0"),
	  E(BAD_MAC, 20) },
	{ "n65_plain_handshake", LATE(22), .plain = true, B("\x18\0\0\x01\0"), E(BAD_MAC, 20) },
	{ "n65_plain_data", LATE(23), .plain = true, B("abcdefghijklmnopqrst"), E(BAD_MAC, 20) },
	{ "n67_record_0", .act = ACT_LATE_RAW, B("\x17\x03\x03\0\0"), E(BAD_MAC, 20) },
	{ "n67_record_15", .act = ACT_LATE_RAW,
	  B("\x17\x03\x03\0\x0f"
	    "123456789012345"),
	  E(BAD_MAC, 20) },
	{ "n67_record_16", .act = ACT_LATE_RAW,
	  B("\x17\x03\x03\0\x10"
	    "1234567890123456"),
	  E(BAD_MAC, 20) },
	{ "n68_tag", .act = ACT_LATE_RAW,
	  B("\x17\x03\x03\0\x11"
	    "12345678901234567"),
	  E(BAD_MAC, 20) },
	{ "n7_too_long", .act = ACT_LATE_RAW, B("\x17\x03\x03\x41\x01"), E(RECORD_SIZE, 22) },
	{ "n7_major", .by_server = true, .act = ACT_LATE_RAW, B("\x17\x04"), E(ILLEGAL, 47) },
	{ "n7_type", .by_server = true, .act = ACT_LATE_RAW, B("\x13"), E(UNEXPECTED, 10) },
};

static struct pair p;

ATTACK_TEST(extensions)
ATTACK_TEST(authentication)
ATTACK_TEST(later)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attacks_extensions),
		cmocka_unit_test(attacks_authentication),
		cmocka_unit_test(attacks_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
