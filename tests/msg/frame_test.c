/* SPDX-License-Identifier: MIT */
/* frame_test.c: messages cut off a run of bytes, and the token that nothing waits behind one. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>

#include "bounds.h"
#include "lib/hex.h"
#include "msg/frame.h"
#include "msg/types.h"

#include <cmocka.h>

static void one_message(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "client_finished");
	struct hs_msg m = { .level = LV_HANDSHAKE };
	size_t missing = 0;

	(void)state;
	assert_int_equal(sneck__frame_next(&m, vec_span(&v, 0), 32, &missing), SNECK_OK);
	assert_int_equal(m.type, HT_FINISHED);
	assert_int_equal(m.level, LV_HANDSHAKE);
	assert_ptr_equal(m.body.p, v.b + 4);
	assert_int_equal(m.body.len, 32);
	assert_ptr_equal(m.raw.p, v.b);
	assert_int_equal(m.raw.len, 36);
	assert_non_null(m.aligned);
}

/* SNECK_WANT_INPUT with the exact count once the header is there, each prefix in its own memory */
static void n1_every_prefix(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "client_finished");
	struct hs_msg m;

	(void)state;
	for (size_t n = 0; n < v.len; n++) {
		uint8_t *const p = malloc(n + 1);
		size_t missing = 0;

		memcpy(p + 1, v.b, n);
		assert_int_equal(sneck__frame_next(&m, sneck_span_of(p + 1, n), 32, &missing),
				 SNECK_WANT_INPUT);
		assert_int_equal(missing, n < 4 ? 4 - n : v.len - n);
		free(p);
	}
}

static void empty_body(void **state)
{
	const struct vec v = hex("05000000");
	struct hs_msg m;
	size_t missing;

	(void)state;
	assert_int_equal(sneck__frame_next(&m, vec_span(&v, 0), 0, &missing), SNECK_OK);
	assert_int_equal(m.body.len, 0);
	assert_non_null(m.aligned);
}

/* No token while a single byte of another message waits: N6 in hs/ stands on this. */
static void n6_token(void **state)
{
	const struct vec v = hex("180000010114");
	struct hs_msg m;
	size_t missing;

	(void)state;
	assert_int_equal(sneck__frame_next(&m, sneck_span_of(v.b, 6), 1, &missing), SNECK_OK);
	assert_null(m.aligned);
	assert_int_equal(m.raw.len, 5);
	assert_int_equal(sneck__frame_next(&m, sneck_span_of(v.b, 5), 1, &missing), SNECK_OK);
	assert_non_null(m.aligned);
}

/* SNECK_E_TOO_LARGE from the header alone, one byte above the bound and at the top */
static void n9_declared_length(void **state)
{
	const uint32_t bounds[] = { BOUND_CLIENT_HELLO, BOUND_HANDSHAKE_MSG, BOUND_CERTIFICATE };
	struct hs_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
		const uint32_t lens[] = { bounds[i] - 1, bounds[i], bounds[i] + 1, 0xffffff };

		for (size_t j = 0; j < 4; j++) {
			const uint8_t head[5] = { 1, (uint8_t)(lens[j] >> 16),
						  (uint8_t)(lens[j] >> 8), (uint8_t)lens[j], 0 };
			size_t missing = 0;

			assert_int_equal(
				sneck__frame_next(&m, sneck_span_of(head, 5), bounds[i], &missing),
				j < 2 ? SNECK_WANT_INPUT : SNECK_E_TOO_LARGE);
			assert_int_equal(missing, j < 2 ? lens[j] - 1 : 0);
		}
	}
}

/* SNECK_E_UNEXPECTED from the first byte of a type that no set of types can hold */
static void n14_types(void **state)
{
	struct hs_msg m;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		const uint8_t head[4] = { (uint8_t)type, 0, 0, 0 };

		for (size_t n = 1; n <= 4; n++) {
			const struct sneck_span run = { head, n };
			const enum sneck_rc fine = n < 4 ? SNECK_WANT_INPUT : SNECK_OK;
			size_t missing;

			assert_int_equal(sneck__frame_type(run), type);
			assert_int_equal(sneck__frame_next(&m, run, 100, &missing),
					 type <= HT_WIRE_MAX ? fine : SNECK_E_UNEXPECTED);
		}
	}
	assert_int_equal(sneck__frame_type(sneck_span_of(NULL, 0)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_message),	      cmocka_unit_test(n1_every_prefix),
		cmocka_unit_test(empty_body),	      cmocka_unit_test(n6_token),
		cmocka_unit_test(n9_declared_length), cmocka_unit_test(n14_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
