/* SPDX-License-Identifier: MIT */
/* session_test.c: a session as a block of bytes: what is written is read; no prefix and no longer
 * block is one; every byte in every value is read or refused, and never more (N85). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/session.h"
#include "lib/prop.h"

static uint8_t block[SESSION_FIXED + 64u];
static const uint8_t secret[32] = { 7, 8, 9 };

static struct session made(void)
{
	struct session s = { .version = SNECK_TLS13,
			     .suite = 0x1302,
			     .role = SNECK_SERVER,
			     .flags = 0x5a,
			     .lifetime_s = 0x01020304,
			     .age_add = 0xfffefdfc,
			     .max_early = 0x0a0b0c0d,
			     .issued_ms = UINT64_C(0x0102030405060708),
			     .valid_until_ms = UINT64_C(0xf1f2f3f4f5f6f7f8),
			     .secret = { secret, sizeof secret },
			     .alpn = { (const uint8_t *)"h2", 2 },
			     .app_data = { (const uint8_t *)"app", 3 },
			     .ticket = { (const uint8_t *)"ticket", 6 } };

	memset(s.domain, 0xd0, sizeof s.domain);
	memset(s.leaf_id, 0x1d, sizeof s.leaf_id);
	return s;
}

static size_t written(const struct session *s)
{
	struct wr w;

	wr_init(&w, block, sizeof block);
	sneck__session_write(&w, s);
	assert_int_equal(wr_end(&w), SNECK_OK);
	return w.len;
}

static void same(struct sneck_span a, struct sneck_span b)
{
	assert_int_equal(a.len, b.len);
	if (a.len != 0)
		assert_memory_equal(a.p, b.p, a.len);
}

static void comes_back(void **state)
{
	const struct session s = made();
	struct session r;
	size_t len;

	(void)state;
	len = written(&s);
	assert_int_equal(len, SESSION_FIXED + 32u + 2u + 3u + 6u);
	memset(&r, 0xa5, sizeof r);
	assert_int_equal(sneck__session_read(&r, sneck_span_of(block, len)), SNECK_OK);
	assert_int_equal(r.version, s.version);
	assert_int_equal(r.suite, s.suite);
	assert_int_equal(r.role, s.role);
	assert_int_equal(r.flags, s.flags);
	assert_int_equal(r.lifetime_s, s.lifetime_s);
	assert_int_equal(r.age_add, s.age_add);
	assert_int_equal(r.max_early, s.max_early);
	assert_int_equal(r.issued_ms, s.issued_ms);
	assert_int_equal(r.valid_until_ms, s.valid_until_ms);
	assert_memory_equal(r.domain, s.domain, 32);
	assert_memory_equal(r.leaf_id, s.leaf_id, 32);
	same(r.secret, s.secret);
	same(r.alpn, s.alpn);
	same(r.app_data, s.app_data);
	same(r.ticket, s.ticket);
}

static void the_least(void **state)
{
	struct session s = made(), r;

	(void)state;
	s.secret.len = 1;
	s.alpn.len = s.app_data.len = s.ticket.len = 0;
	assert_int_equal(sneck__session_read(&r, sneck_span_of(block, written(&s))), SNECK_OK);
	s.secret.len = 0;
	assert_int_equal(sneck__session_read(&r, sneck_span_of(block, written(&s))), SNECK_E_ARG);
	s.secret.p = block; /* longer than any hash */
	s.secret.len = BOUND_HASH + 1u;
	assert_int_equal(sneck__session_read(&r, sneck_span_of(block, written(&s))), SNECK_E_ARG);
}

static void n85_every_length(void **state)
{
	const struct session s = made();
	const size_t len = written(&s);
	struct session r;

	(void)state;
	for (size_t n = 0; n <= len + 1u; n++) {
		uint8_t *const copy = malloc(n + 1u);

		memcpy(copy, block, n);
		assert_int_equal(sneck__session_read(&r, sneck_span_of(copy, n)),
				 n == len ? SNECK_OK : SNECK_E_ARG);
		free(copy);
	}
}

static void n85_every_byte_in_every_value(void **state)
{
	const struct session s = made();
	const size_t len = written(&s);
	unsigned read = 0;

	(void)state;
	for (size_t at = 0; at < len; at++)
		for (unsigned v = 0; v < 256; v++) {
			uint8_t *const copy = malloc(len);
			enum sneck_rc rc;
			struct session r;

			memcpy(copy, block, len);
			copy[at] = (uint8_t)v;
			rc = sneck__session_read(&r, sneck_span_of(copy, len));
			assert_true(rc == SNECK_OK || rc == SNECK_E_ARG);
			if (at < 4) /* the magic number with the revision */
				assert_int_equal(rc == SNECK_OK, v == block[at]);
			if (rc == SNECK_OK) {
				assert_int_equal(r.secret.len + r.alpn.len + r.app_data.len +
							 r.ticket.len + SESSION_FIXED,
						 len);
				assert_true(r.ticket.p + r.ticket.len == copy + len);
				read++;
			}
			free(copy);
		}
	print_message("%u of %zu were read\n", read, 256 * len);
	assert_true(read > 256 * (len - 20u));
}

static void n46_n52_ends(void **state)
{
	struct session s = made();

	(void)state;
	s.issued_ms = 1000;
	s.lifetime_s = 10;
	s.valid_until_ms = 0;
	assert_int_equal(sneck__session_end(&s), 11000);
	s.valid_until_ms = 11001;
	assert_int_equal(sneck__session_end(&s), 11000);
	s.valid_until_ms = 10999;
	assert_int_equal(sneck__session_end(&s), 10999);
	s.lifetime_s = UINT32_MAX; /* no wrap in 32 bits */
	s.valid_until_ms = 0;
	assert_int_equal(sneck__session_end(&s), 1000 + UINT64_C(4294967295000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),	    cmocka_unit_test(the_least),
		cmocka_unit_test(n85_every_length), cmocka_unit_test(n85_every_byte_in_every_value),
		cmocka_unit_test(n46_n52_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
