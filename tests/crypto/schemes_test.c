/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/algs.h"

static void kinds_of_schemes(void **state)
{
	(void)state;
	for (const struct alg_name *s = sneck__schemes; s->id != 0; s++) {
		const bool rsa = strncmp(s->name, "rsa", 3) == 0;

		assert_int_equal(sneck__scheme_auth(s->id), rsa ? AUTH_RSA : AUTH_ECDSA);
	}
	assert_int_equal(sneck__scheme_auth(0x0201), AUTH_ANY);
}

static void in_a_handshake(void **state)
{
	(void)state;
	assert_true(sneck__scheme_in_handshake(0x0403));
	assert_true(sneck__scheme_in_handshake(0x0804));
	assert_null(sneck__scheme_find(0x0201));
	/* RFC 9846, 4.3.3: RSASSA-PKCS1-v1_5 is not for signed handshake messages */
	assert_false(sneck__scheme_in_handshake(0x0401));
	assert_false(sneck__scheme_in_handshake(0x0501));
	assert_false(sneck__scheme_in_handshake(0x0601));
}

/* Each has a bit of its own, and what is unknown has none. */
static void bits(void **state)
{
	uint32_t all = 0;

	(void)state;
	for (unsigned id = 0; id < 65536; id++) {
		const uint32_t bit = sneck__scheme_bit((uint16_t)id);

		assert_true((bit != 0) == (sneck__scheme_find((uint16_t)id) != NULL));
		assert_int_equal(all & bit, 0);
		assert_int_equal(bit & (bit - 1u), 0);
		all |= bit;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_of_schemes),
		cmocka_unit_test(in_a_handshake),
		cmocka_unit_test(bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
