/* SPDX-License-Identifier: MIT */
/* heavy_hello_test.c: N60: a ClientHello as large as it may be, full of suites, extensions, groups,
 * shares, names: taken or refused at its bounds, with as many provider calls as for a small one.
 * The time for one is printed and not judged: `make bench` does that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/pair.h"
#include "wire/wr.h"

static struct pair p;
static uint8_t hello[70000];

struct load {
	const char *name;
	size_t suites, extensions, groups, shares, share_len, schemes, alpn, versions, fill;
	enum sneck_rc rc; /* of a server; SNECK_OK: it answers */
};

static void list16(struct wr *w, uint16_t ext, size_t n, uint16_t from, uint16_t last)
{
	struct wr_mark body, list;

	wr_u16(w, ext);
	body = wr_open(w, 2);
	list = wr_open(w, 2);
	for (size_t i = 1; i < n; i++)
		wr_u16(w, (uint16_t)(from + i));
	wr_u16(w, last);
	wr_close(w, list);
	wr_close(w, body);
}

static void write_shares(struct wr *w, const struct load *l)
{
	struct wr_mark body, list, key;

	wr_u16(w, 51);
	body = wr_open(w, 2);
	list = wr_open(w, 2);
	for (size_t i = 1; i <= l->shares; i++) {
		const bool last = i == l->shares;
		const size_t len = last ? 32 : l->share_len;

		wr_u16(w, last ? SNECK_X25519 : (uint16_t)(0x4000 + i));
		key = wr_open(w, 2);
		for (size_t k = 0; k < len; k++)
			wr_u8(w, 7);
		wr_close(w, key);
	}
	wr_close(w, list);
	wr_close(w, body);
}

static void write_extensions(struct wr *w, const struct load *l)
{
	struct wr_mark body, list;
	size_t n = 5 + (l->alpn != 0);

	wr_u16(w, 43);
	body = wr_open(w, 2);
	list = wr_open(w, 1);
	for (size_t i = 1; i < l->versions; i++)
		wr_u16(w, (uint16_t)(0x0a0a + i));
	wr_u16(w, SNECK_TLS13);
	wr_close(w, list);
	wr_close(w, body);
	list16(w, 10, l->groups, 0x4000, SNECK_X25519);
	list16(w, 13, l->schemes, 0x2000, SNECK_ECDSA_SECP256R1_SHA256);
	write_shares(w, l);
	if (l->alpn != 0) {
		wr_u16(w, 16);
		body = wr_open(w, 2);
		list = wr_open(w, 2);
		for (size_t i = 0; i < l->alpn; i++) {
			wr_u8(w, 1);
			wr_u8(w, (uint8_t)i);
		}
		wr_close(w, list);
		wr_close(w, body);
	}
	wr_u16(w, 0x7000);
	body = wr_open(w, 2);
	for (size_t i = 0; i < l->fill; i++)
		wr_u8(w, 0);
	wr_close(w, body);
	for (; n < l->extensions; n++) { /* types whose low bytes are all the same */
		wr_u16(w, (uint16_t)(0x0133 + 256u * n));
		wr_u16(w, 0);
	}
}

/* A ClientHello in records. Returns: its length. */
static size_t build(struct end *e, const struct load *l)
{
	struct wr_mark body, list;
	struct wr w;

	wr_init(&w, hello, sizeof hello);
	wr_u8(&w, 1);
	body = wr_open(&w, 3);
	wr_u16(&w, 0x0303);
	for (unsigned i = 0; i < 32; i++)
		wr_u8(&w, (uint8_t)i);
	wr_u8(&w, 0);
	list = wr_open(&w, 2);
	for (size_t i = 1; i < l->suites; i++)
		wr_u16(&w, (uint16_t)(0x2000 + i));
	wr_u16(&w, SNECK_TLS_AES_128_GCM_SHA256);
	wr_close(&w, list);
	wr_u8(&w, 1);
	wr_u8(&w, 0);
	list = wr_open(&w, 2);
	write_extensions(&w, l);
	wr_close(&w, list);
	wr_close(&w, body);
	assert_int_equal(wr_end(&w), SNECK_OK);
	for (size_t at = 0; at < w.len; at += 16384)
		link_record(e, false, 22, hello + at, w.len - at < 16384 ? w.len - at : 16384);
	return w.len;
}

#define BASE .suites = 1, .extensions = 6, .groups = 1, .shares = 1, .schemes = 1, .versions = 1

static const struct load loads[] = {
	{ "small", BASE },
	{ "suites", .suites = 7900, .extensions = 6, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1 },
	{ "extensions 64", .suites = 1, .extensions = 64, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1 },
	{ "extensions 65", .suites = 1, .extensions = 65, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1, .rc = SNECK_E_ILLEGAL },
	{ "extensions 200", .suites = 1, .extensions = 200, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1, .rc = SNECK_E_ILLEGAL },
	{ "groups 64", .suites = 1, .extensions = 6, .groups = 64, .shares = 1, .schemes = 1,
	  .versions = 1 },
	{ "groups 65", .suites = 1, .extensions = 6, .groups = 65, .shares = 1, .schemes = 1,
	  .versions = 1, .rc = SNECK_E_ILLEGAL },
	{ "groups 8000", .suites = 1, .extensions = 6, .groups = 8000, .shares = 1, .schemes = 1,
	  .versions = 1, .rc = SNECK_E_ILLEGAL },
	{ "shares 8", .suites = 1, .extensions = 6, .groups = 9, .shares = 8, .share_len = 1900,
	  .schemes = 1, .versions = 1 },
	{ "shares 9", .suites = 1, .extensions = 6, .groups = 10, .shares = 9, .share_len = 1700,
	  .schemes = 1, .versions = 1, .rc = SNECK_E_ILLEGAL },
	{ "schemes", .suites = 1, .extensions = 6, .groups = 1, .shares = 1, .schemes = 7900,
	  .versions = 1 },
	{ "versions", .suites = 1, .extensions = 6, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 127 },
	{ "alpn", .suites = 1, .extensions = 6, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1, .alpn = 7000 },
	{ "one extension", .suites = 1, .extensions = 6, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1, .fill = 16000 },
	{ "all", .suites = 2000, .extensions = 64, .groups = 64, .shares = 8, .share_len = 600,
	  .schemes = 2000, .versions = 127, .alpn = 1200 },
	{ "too large", .suites = 8200, .extensions = 6, .groups = 1, .shares = 1, .schemes = 1,
	  .versions = 1, .rc = SNECK_E_TOO_LARGE },
};

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void n60_heavy_hellos(void **state)
{
	uint64_t small = 0;

	(void)state;
	for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) {
		const struct load *const l = &loads[i];
		double t = 1e9;
		uint64_t calls = 0;
		size_t len = 0;

		for (int round = 0; round < 5; round++) {
			double from;

			pair_init(&p, 1);
			pair_start(&p);
			len = build(&p.client, l);
			wire_move(&p.client, &p.server);
			calls = transparent_calls;
			from = seconds();
			(void)end_run(&p.server);
			from = seconds() - from;
			calls = transparent_calls - calls;
			t = from < t ? from : t;
			if (l->rc == SNECK_OK) {
				assert_int_equal(p.server.conn->err, 0);
				assert_int_equal(p.server.conn->hs.group, SNECK_X25519);
			} else {
				if (p.server.conn->err != (int)l->rc)
					fail_msg("%s: %s", l->name,
						 sneck_rc_name(p.server.conn->err));
				assert_int_equal(p.server.conn->alert, 47);
			}
			pair_wipe(&p);
		}
		/* refused: no call at all; taken: what a small one costs */
		small = i == 0 ? calls : small;
		if (l->rc != SNECK_OK)
			assert_int_equal(calls, 0);
		else
			assert_int_equal(calls, small);
		print_message("%-16s %6zu bytes %4llu calls %8.1f us\n", l->name, len,
			      (unsigned long long)calls, t * 1e6);
	}
}

/* Every length of each list up to its bound, one behind it, and the last entry is the one that
 * counts: none is cut off before it was looked at. */
static void n60_bounds(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 70; n++) {
		struct load l = { BASE };

		l.groups = n;
		pair_init(&p, 1);
		pair_start(&p);
		(void)build(&p.client, &l);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		assert_int_equal(p.server.conn->err, n <= 64 ? 0 : SNECK_E_ILLEGAL);
		pair_wipe(&p);
		l = (struct load){ BASE };
		l.extensions = n > 6 ? n : 6;
		pair_init(&p, 1);
		pair_start(&p);
		(void)build(&p.client, &l);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		assert_int_equal(p.server.conn->err, n <= 64 ? 0 : SNECK_E_ILLEGAL);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n60_heavy_hellos),
		cmocka_unit_test(n60_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
