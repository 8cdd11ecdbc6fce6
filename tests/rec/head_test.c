/* SPDX-License-Identifier: MIT */
/* head_test.c: the head of a record (N7): every type, version and length, with and without a key.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "rec/rec.h"

#include <cmocka.h>

static enum sneck_rc judge(const uint8_t *p, size_t n, int first, enum rec_guard guard)
{
	uint8_t *const exact = malloc(n);
	struct rec_head head;
	enum sneck_rc rc;

	memcpy(exact, p, n);
	rc = sneck__rec_head(&head, exact, n, first, guard);
	if (n < 5) {
		assert_int_not_equal(rc, SNECK_OK);
	} else if (rc == SNECK_OK) {
		assert_int_equal(head.type, p[0]);
		assert_int_equal(head.len, p[3] << 8 | p[4]);
	}
	free(exact);
	return rc;
}

/* What a type is worth, from its first byte on: SNECK_E_NOT_TLS, SNECK_E_UNEXPECTED */
static void n7_types(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		const uint8_t p[5] = { (uint8_t)type, 3, 3, 0, 1 };
		const bool known = type >= 20 && type <= 23;

		for (size_t n = 1; n <= 5; n++) {
			const enum sneck_rc fine = n < 5 ? SNECK_WANT_INPUT : SNECK_OK;

			assert_int_equal(judge(p, n, 1, REC_PLAIN), !known ? SNECK_E_NOT_TLS
								    : type == 23
									    ? SNECK_E_UNEXPECTED
									    : fine);
			assert_int_equal(judge(p, n, 0, REC_PLAIN),
					 known && type != 23 ? fine : SNECK_E_UNEXPECTED);
			assert_int_equal(judge(p, n, 0, REC_OUTER),
					 known ? fine : SNECK_E_UNEXPECTED);
			assert_int_equal(judge(p, n, 0, REC_INNER), type == 20 || type == 23 ? fine
								    : known ? SNECK_E_BAD_MAC
									    : SNECK_E_UNEXPECTED);
		}
	}
}

/* SNECK_E_ILLEGAL and SNECK_E_NOT_TLS for a major version that is not 3; the minor one is ignored,
 * but for protected records of TLS 1.2 */
static void n7_versions(void **state)
{
	(void)state;
	for (unsigned v = 0; v <= 0xffff; v++) {
		const uint8_t p[5] = { 22, (uint8_t)(v >> 8), (uint8_t)v, 0, 1 };
		const bool three = v >> 8 == 3;

		assert_int_equal(judge(p, 5, 1, REC_PLAIN), three ? SNECK_OK : SNECK_E_NOT_TLS);
		assert_int_equal(judge(p, 5, 0, REC_PLAIN), three ? SNECK_OK : SNECK_E_ILLEGAL);
		assert_int_equal(judge(p, 2, 0, REC_PLAIN),
				 three ? SNECK_WANT_INPUT : SNECK_E_ILLEGAL);
		for (size_t n = 3; n <= 5; n++)
			assert_int_equal(judge(p, n, 0, REC_OUTER), v != 0x0303 ? SNECK_E_ILLEGAL
								    : n < 5	? SNECK_WANT_INPUT
										: SNECK_OK);
	}
}

/* SNECK_E_RECORD_SIZE one above the limit (L4), before a byte of the body */
static void n7_lengths(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 0xffff; len++) {
		const uint8_t p[5] = { 22, 3, 3, (uint8_t)(len >> 8), (uint8_t)len };
		const uint8_t q[5] = { 23, 3, 3, (uint8_t)(len >> 8), (uint8_t)len };

		assert_int_equal(judge(p, 5, len & 1, REC_PLAIN),
				 len <= 16384 ? SNECK_OK : SNECK_E_RECORD_SIZE);
		assert_int_equal(judge(q, 5, 0, REC_INNER),
				 len <= 16640 ? SNECK_OK : SNECK_E_RECORD_SIZE);
	}
}

/* Other protocols on our port: told apart by one or two bytes. */
static void n7_not_tls(void **state)
{
	const uint8_t sslv2[] = { 0x80, 0x2e, 0x01, 0x00, 0x02 };

	(void)state;
	assert_int_equal(judge((const uint8_t *)"G", 1, 1, REC_PLAIN), SNECK_E_NOT_TLS);
	assert_int_equal(judge((const uint8_t *)"SSH-2", 5, 1, REC_PLAIN), SNECK_E_NOT_TLS);
	assert_int_equal(judge(sslv2, 5, 1, REC_PLAIN), SNECK_E_NOT_TLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n7_types),
		cmocka_unit_test(n7_versions),
		cmocka_unit_test(n7_lengths),
		cmocka_unit_test(n7_not_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
