/* SPDX-License-Identifier: MIT */
/* retry_attack_test.c: N23: what may go wrong around a HelloRetryRequest, in both roles, with the
 * server's state in the scratch and in a cookie. RFC 9846, 4.2.2, 4.2.4, 4.3.2. retry_state_test.c
 * has what a server keeps in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

#define Z8	   "\0\0\0\0\0\0\0\0"
#define Z32	   Z8 Z8 Z8 Z8
#define P256_SHARE "\0\x17\0\x41\x04" Z32 Z32

#define HRR .retry = true, .by_server = true, .msg = 2
#define SH  .retry = true, .by_server = true, .msg = 2, .nth = 1
#define CH2 .retry = true, .msg = 1, .nth = 1

static char long_cookie[2 + 513] = { 2, 1 }, full_cookie[2 + 512] = { 2, 0 };

/* What a client hears. */
static const struct attack retries[] = {
	{ "n23_group_shared", HRR, SET_EXT(51), B("\0\x1d"), E(ILLEGAL, 47) },
	{ "n23_group_unoffered", HRR, SET_EXT(51), B("\0\x18"), E(NOT_OFFERED, 47) },
	{ "n23_group_grease", HRR, SET_EXT(51), B("\x0a\x0a"), E(NOT_OFFERED, 47) },
	{ "n23_group_0", HRR, SET_EXT(51), B("\0\0"), E(NOT_OFFERED, 47) },
	{ "n23_share_in_retry", HRR, SET_EXT(51), B(P256_SHARE), E(DECODE, 50) },
	{ "n23_group_short", HRR, SET_EXT(51), B("\0"), E(DECODE, 50) },
	{ "n23_nothing_new", HRR, DEL(51), E(ILLEGAL, 47) },
	{ "n23_two", HRR, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n23_suite_unoffered", HRR, .act = ACT_SET, .at = 71, B("\x13\x04"), E(NOT_OFFERED, 47) },
	{ "n23_suite_12", HRR, .act = ACT_SET, .at = 71, B("\xc0\x2f"), E(NOT_OFFERED, 47) },
	{ "n23_suite_not_the_hellos", HRR, .act = ACT_SET, .at = 71, B("\x13\x03"),
	  E(ILLEGAL, 47) },
	{ "n23_suite_other_hash", HRR, .act = ACT_SET, .at = 71, B("\x13\x02"), E(ILLEGAL, 47) },
	{ "n23_session_id", HRR, .act = ACT_XOR, .at = 45, B("\x01"), E(ILLEGAL, 47) },
	{ "n23_compression", HRR, .act = ACT_SET, .at = 73, B("\x01"), E(DECODE, 50) },
	{ "n22_retry_legacy_13", HRR, .act = ACT_SET, .at = 4, B("\x03\x04"), E(ILLEGAL, 47) },
	{ "n22_retry_legacy_11", HRR, .act = ACT_SET, .at = 4, B("\x03\x02"), E(ILLEGAL, 47) },
	{ "n22_retry_versions_none", HRR, DEL(43), E(NO_VERSION, 70) },
	{ "n22_retry_versions_12", HRR, SET_EXT(43), B("\x03\x03"), E(NOT_OFFERED, 47) },
	{ "n1_retry_short", HRR, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_retry_long", HRR, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n65_retry_protected", HRR, .act = ACT_PROT, E(UNEXPECTED, 10) },
	{ "n24_retry_unknown", HRR, ADD(0x1234), B(""), E(EXT_UNASKED, 110) },
	{ "n28_retry_grease", HRR, ADD(0x0a0a), B(""), E(EXT_UNASKED, 110) },
	{ "n24_retry_alpn", HRR, ADD(16), B("\0\x03\x02h2"), .alpn = true, E(EXT_MISPLACED, 47) },
	{ "n24_retry_limit", HRR, ADD(28), B("\x40\x01"), E(EXT_MISPLACED, 47) },
	{ "n24_retry_name", HRR, ADD(0), B(""), E(EXT_MISPLACED, 47) },
	{ "n24_retry_groups", HRR, ADD(10), B("\0\x02\0\x1d"), E(EXT_MISPLACED, 47) },
	{ "n24_retry_sigalgs", HRR, ADD(13), B("\0\x02\x04\x03"), E(EXT_MISPLACED, 47) },
	{ "n24_retry_padding", HRR, ADD(21), B("\0"), E(EXT_MISPLACED, 47) },
	{ "n25_retry_twice_share", HRR, ADD(51), B("\0\x17"), E(EXT_DUPLICATE, 47) },
	{ "n25_retry_twice_versions", HRR, ADD(43), B("\x03\x04"), E(EXT_DUPLICATE, 47) },
	{ "n25_retry_twice_cookie", HRR, .cookie = true, ADD(44), B("\0\x01x"),
	  E(EXT_DUPLICATE, 47) },
	{ "n23_cookie_empty", HRR, ADD(44), B("\0\0"), E(DECODE, 50) },
	{ "n23_cookie_short", HRR, ADD(44), B("\0\x02x"), E(DECODE, 50) },
	{ "n23_cookie_behind", HRR, ADD(44), B("\0\x01xy"), E(DECODE, 50) },
	{ "n23_cookie_513", HRR, ADD(44), .bytes = long_cookie, .n = sizeof long_cookie,
	  E(TOO_LARGE, 47) },
	{ "n23_cookie_512_comes_back", HRR, ADD(44), .bytes = full_cookie, .n = sizeof full_cookie,
	  .self = true, E(ILLEGAL, 47) },
	{ "n23_cookie_and_no_group", HRR, .cookie = true, DEL(51), .self = true, E(ILLEGAL, 47) },
	{ "n23_cookie_lost", HRR, .cookie = true, DEL(44), .self = true, E(EXT_MISSING, 109) },
	{ "n23_cookie_changed", HRR, .cookie = true, SET_EXT(44),
	  B("\0\x03"
	    "abc"),
	  .self = true, E(ILLEGAL, 47) },
	{ "n6_retry_glued", HRR, .act = ACT_GLUE, B("\x08\0\0\x02\0\0"), E(EPOCH, 10) },
	{ "n6_part_of_sh_glued", HRR, .act = ACT_GLUE, B("\x02\0"), E(EPOCH, 10) },
	{ "n16_data_behind_retry", HRR, .act = ACT_AFTER, .content = 23, .plain = true, B("abc"),
	  E(UNEXPECTED, 10) },
	{ "n56_ccs_3_behind_retry", HRR, .act = ACT_AFTER, .content = 20, .plain = true, .count = 2,
	  B("\x01"), E(FLOOD, 10) },
	{ "n56_ccs_before_sh", SH, BEFORE(20), .count = 2, B("\x01"), E(FLOOD, 10) },
	{ "n23_sh_suite", SH, .act = ACT_SET, .at = 71, B("\x13\x03"), E(ILLEGAL, 47) },
	{ "n23_sh_suite_other_hash", SH, .act = ACT_SET, .at = 71, B("\x13\x02"), E(ILLEGAL, 47) },
	{ "n23_sh_first_group", SH, SET_EXT(51), B("\0\x1d\0\x20" Z32), E(NOT_OFFERED, 47) },
	{ "n23_sh_group", SH, SET_EXT(51), B("\0\x18\0\x01\x04"), E(NOT_OFFERED, 47) },
	{ "n23_sh_cookie", SH, ADD(44), B("\0\x01x"), E(EXT_MISPLACED, 47) },
	{ "n23_sh_no_share", SH, DEL(51), E(EXT_MISSING, 109) },
	{ "n22_sh_versions_none", SH, DEL(43), E(NO_VERSION, 70) },
	{ "n4_sh_random", SH, .act = ACT_XOR, .at = 8, B("\x40"), E(BAD_SIGNATURE, 51) },
	{ "n11_sh_dropped", SH, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_sh_twice", SH, .act = ACT_DUP, E(BAD_MAC, 20) },
};

/* What a server hears; each line is played with and without a cookie. */
static const struct attack seconds[] = {
	{ "n23_version", CH2, .act = ACT_SET, .at = 4, B("\x03\x02"), E(ILLEGAL, 47) },
	{ "n23_random", CH2, .act = ACT_XOR, .at = 37, B("\x01"), E(ILLEGAL, 47) },
	{ "n23_session_id", CH2, .act = ACT_XOR, .at = 40, B("\x80"), E(ILLEGAL, 47) },
	{ "n23_last_suite", CH2, .act = ACT_XOR, .at = 78, B("\x40"), E(ILLEGAL, 47) },
	{ "n23_first_suite", CH2, .act = ACT_XOR, .at = 74, B("\x40"), E(ILLEGAL, 47) },
	{ "n23_no_suite", CH2, .act = ACT_SET, .at = 73, B("\0\x2f\0\x35\xc0\x2f"),
	  E(NO_SUITE, 40) },
	{ "n23_compression", CH2, .act = ACT_SET, .at = 80, B("\x01"), E(ILLEGAL, 47) },
	{ "n23_no_versions", CH2, DEL(43), E(NO_VERSION, 70) },
	{ "n23_no_groups", CH2, DEL(10), E(EXT_MISSING, 109) },
	{ "n23_no_share", CH2, DEL(51), E(EXT_MISSING, 109) },
	{ "n23_no_sigalgs", CH2, DEL(13), E(EXT_MISSING, 109) },
	{ "n23_no_name", CH2, DEL(0), E(ILLEGAL, 47) },
	{ "n23_no_limit", CH2, DEL(28), E(ILLEGAL, 47) },
	{ "n23_no_alpn", CH2, .alpn = true, DEL(16), E(ILLEGAL, 47) },
	{ "n23_more_unknown", CH2, ADD(0x1234), B(""), E(ILLEGAL, 47) },
	{ "n23_more_grease", CH2, ADD(0x1a1a), B("x"), E(ILLEGAL, 47) },
	{ "n23_more_alpn", CH2, ADD(16), B("\0\x03\x02h2"), E(ILLEGAL, 47) },
	{ "n23_more_fragment", CH2, ADD(1), B("\x01"), E(ILLEGAL, 47) },
	{ "n23_more_cert_schemes", CH2, ADD(50), B("\0\x02\x04\x03"), E(ILLEGAL, 47) },
	{ "n23_more_psk_modes", CH2, ADD(45), B("\x01\x01"), E(ILLEGAL, 47) },
	{ "n23_versions", CH2, SET_EXT(43), B("\x04\x03\x04\x03\x03"), E(ILLEGAL, 47) },
	{ "n23_groups", CH2, SET_EXT(10), B("\0\x04\0\x17\0\x1d"), E(ILLEGAL, 47) },
	{ "n23_groups_less", CH2, SET_EXT(10), B("\0\x02\0\x17"), E(ILLEGAL, 47) },
	{ "n23_sigalgs", CH2, SET_EXT(13), B("\0\x02\x04\x03"), E(ILLEGAL, 47) },
	{ "n23_name", CH2, SET_EXT(0), B("\0\x04\0\0\x01g"), E(ILLEGAL, 47) },
	{ "n23_limit", CH2, SET_EXT(28), B("\x40\0"), E(ILLEGAL, 47) },
	{ "n23_alpn", CH2, .alpn = true, SET_EXT(16), B("\0\x03\x02h2"), E(ILLEGAL, 47) },
	{ "n23_shares_0", CH2, SET_EXT(51), B("\0\0"), E(ILLEGAL, 47) },
	{ "n23_shares_2", CH2, SET_EXT(51), B("\0\x69\0\x1d\0\x20" Z32 P256_SHARE),
	  E(ILLEGAL, 47) },
	{ "n23_shares_2_reverse", CH2, SET_EXT(51), B("\0\x69" P256_SHARE "\0\x1d\0\x20" Z32),
	  E(ILLEGAL, 47) },
	{ "n23_share_of_first", CH2, SET_EXT(51), B("\0\x24\0\x1d\0\x20" Z32), E(ILLEGAL, 47) },
	{ "n23_share_unoffered", CH2, SET_EXT(51), B("\0\x05\0\x18\0\x01\x04"), E(ILLEGAL, 47) },
	{ "n29_share_short", CH2, SET_EXT(51), B("\0\x05\0\x17\0\x01\x04"), E(BAD_SHARE, 47) },
	{ "n29_share_no_point", CH2, SET_EXT(51), B("\0\x45\0\x17\0\x41\x03" Z32 Z32),
	  E(BAD_SHARE, 47) },
	{ "n25_twice_share", CH2, ADD(51), B("\0\0"), E(EXT_DUPLICATE, 47) },
	{ "n25_twice_name", CH2, ADD(0), B("\0\x04\0\0\x01g"), E(EXT_DUPLICATE, 47) },
	{ "n23_padding_may", CH2, ADD(21), B("\0\0\0"), .self = true, E(BAD_SIGNATURE, 51) },
	{ "n23_other_share_may", CH2, SET_EXT(51), B("\0\x45" P256_SHARE), .self = true,
	  E(BAD_SIGNATURE, 51) },
	{ "n1_short", CH2, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_long", CH2, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n13_finished_instead", CH2, .act = ACT_SET, B("\x14"), E(UNEXPECTED, 10) },
	{ "n12_twice", CH2, .act = ACT_DUP, E(BAD_MAC, 20) },
	{ "n6_glued", CH2, .act = ACT_GLUE, B("\x14\0\0\x01x"), E(EPOCH, 10) },
	{ "n65_protected", CH2, .act = ACT_PROT, E(UNEXPECTED, 10) },
	{ "n16_data_before", CH2, BEFORE(23), .plain = true, B("abc"), E(UNEXPECTED, 10) },
	{ "n10_interrupted_ccs", CH2, .act = ACT_INTERRUPT, .content = 20, B("\x01"),
	  E(UNEXPECTED, 10) },
	{ "n15_ccs_value", CH2, BEFORE(20), B("\x02"), E(UNEXPECTED, 10) },
	{ "n56_ccs_3", CH2, BEFORE(20), .count = 2, B("\x01"), E(FLOOD, 10) },
};

/* The first of two. */
static const struct attack firsts[] = {
	{ "n6_part_of_second_glued", .retry = true, .msg = 1, .act = ACT_GLUE, B("\x01\0"),
	  E(EPOCH, 10) },
	{ "n6_part_of_second_glued_cookie", .retry = true, .cookie = true, .msg = 1,
	  .act = ACT_GLUE, B("\x01\0"), E(EPOCH, 10) },
};

/* Cookies that a server with a secret refuses, and one without. */
static const struct attack cookies[] = {
	{ "n21_nothing_to_retry_with", .msg = 1, .retry = true, SET_EXT(10), B("\0\x02\0\x1d"),
	  E(NO_GROUP, 40) },
	{ "n23_cookie_gone", CH2, .cookie = true, DEL(44), E(EXT_MISSING, 109) },
	{ "n23_cookie_strange", CH2, .cookie = true, SET_EXT(44),
	  B("\0\x03"
	    "abc"),
	  E(ILLEGAL, 47) },
	{ "n23_cookie_empty", CH2, .cookie = true, SET_EXT(44), B("\0\0"), E(DECODE, 50) },
	{ "n23_cookie_long", CH2, .cookie = true, SET_EXT(44), .bytes = long_cookie,
	  .n = sizeof long_cookie, E(ILLEGAL, 47) },
	{ "n25_cookie_twice", CH2, .cookie = true, ADD(44),
	  B("\0\x03"
	    "abc"),
	  E(EXT_DUPLICATE, 47) },
	{ "n23_cookie_never_sent", CH2, ADD(44),
	  B("\0\x03"
	    "abc"),
	  E(ILLEGAL, 47) },
	{ "n23_cookie_at_first", .msg = 1, .retry = true, .cookie = true, ADD(44),
	  B("\0\x03"
	    "abc"),
	  E(ILLEGAL, 47) },
	{ "n23_cookie_at_first_no_secret", .msg = 1, .retry = true, ADD(44),
	  B("\0\x03"
	    "abc"),
	  E(ILLEGAL, 47) },
	{ "n23_long_cookie_at_first_no_secret", .msg = 1, .retry = true, ADD(44),
	  .bytes = long_cookie, .n = sizeof long_cookie, E(ILLEGAL, 47) },
	{ "n23_cookie_at_first_no_retry", .msg = 1, ADD(44),
	  B("\0\x03"
	    "abc"),
	  E(ILLEGAL, 47) },
};

static struct pair p;

static void n23_retries(void **state)
{
	(void)state;
	ATTACK_ALL(&p, retries);
}

static void n23_second_hellos(void **state)
{
	size_t n = sizeof seconds / sizeof seconds[0];

	(void)state;
	ATTACK_ALL(&p, firsts);
	ATTACK_ALL(&p, seconds);
	for (size_t i = 0; i < n; i++) {
		struct attack a = seconds[i];

		a.cookie = true;
		attack_run(&p, &a);
	}
	print_message("second ClientHello with a cookie: %zu named cases\n", n);
}

static void n23_cookies(void **state)
{
	(void)state;
	ATTACK_ALL(&p, cookies);
}

/* ---- every byte of what a retry adds, in both directions ---- */

struct hit {
	size_t at;
	uint8_t msg, nth;
	bool hit;
};

static void strike(struct edit *ed, struct unit *u)
{
	struct hit *const h = (struct hit *)(uintptr_t)ed->arg;

	if (u->type == 22 && u->data[0] == h->msg && ed->skipped++ == h->nth && h->at < u->len) {
		h->hit = true;
		u->data[h->at] ^= 1;
	}
	edit_put(ed, u);
}

static bool flip(bool cookie, bool by_server, struct hit *h)
{
	static const uint8_t secret[32] = { 9 };
	static struct edit ed;

	pair_init(&p, 1);
	pair_retry(&p);
	if (cookie)
		p.server.cfg.cookie_secret = sneck_span_of(secret, sizeof secret);
	pair_start(&p);
	edit_init(&ed, by_server ? &p.server : &p.client);
	ed.on_unit = strike;
	ed.arg = h;
	pair_run(&p);
	if (h->hit && p.client.n_done != 0)
		fail_msg("connected: message %u, byte %zu", h->msg, h->at);
	assert_int_equal(p.server.n_done, p.client.n_done);
	assert_int_not_equal(p.client.st.err, SNECK_E_INTERNAL);
	assert_int_not_equal(p.server.st.err, SNECK_E_INTERNAL);
	pair_wipe(&p);
	return h->hit;
}

static void n4_every_byte(void **state)
{
	size_t cases = 0;

	(void)state;
	for (int cookie = 0; cookie < 2; cookie++)
		for (uint8_t m = 0; m < 4; m++) {
			struct hit h = { .msg = m < 2 ? 1 : 2, .nth = m % 2 };

			do {
				h.hit = false;
				cases++;
			} while (flip(cookie != 0, m >= 2, &h) && ++h.at < 2000);
		}
	print_message("%zu cases\n", cases);
	assert_true(cases > 1000);
}

/* Extensions in another order: wolfSSL sends them so, and a server takes it. Whoever did it on the
 * way has changed what the server signs. */
static void rotate(struct edit *ed, struct unit *u)
{
	uint8_t *const d = u->data;
	uint8_t first[64];
	size_t at = 83, n;

	if (u->type == 22 && d[0] == 1 && ed->skipped++ == 1) {
		n = 4u + ((size_t)d[at + 2] << 8 | d[at + 3]);
		assert_true(n <= sizeof first);
		memcpy(first, d + at, n);
		memmove(d + at, d + at + n, u->len - at - n);
		memcpy(d + u->len - n, first, n);
		ed->done = true;
	}
	edit_put(ed, u);
}

static void n23_order(void **state)
{
	static struct edit ed;

	(void)state;
	pair_init(&p, 1);
	pair_retry(&p);
	pair_start(&p);
	edit_init(&ed, &p.client);
	ed.on_unit = rotate;
	pair_run(&p);
	assert_true(ed.done);
	assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n23_retries), cmocka_unit_test(n23_second_hellos),
		cmocka_unit_test(n23_cookies), cmocka_unit_test(n4_every_byte),
		cmocka_unit_test(n23_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
