/* SPDX-License-Identifier: MIT */
/* retry_test.c: HelloRetryRequest on both sides, with its state in the scratch and in a cookie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;
static uint8_t secret[32] = { 1, 2, 3 };

static void expect_retried(bool compat)
{
	struct sneck_facts f;

	pair_run(&p);
	pair_expect(&p);
	assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.retried, 1);
	assert_int_equal(f.group, SNECK_SECP256R1);
	assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.retried, 1);
	assert_int_equal(f.group, SNECK_SECP256R1);
	pair_chat(&p);
	(void)compat;
	pair_wipe(&p);
}

static void prepare(bool cookie, bool compat, size_t chunk)
{
	pair_init(&p, 3);
	pair_retry(&p);
	p.client.cfg.no_compat = !compat;
	if (cookie)
		p.server.cfg.cookie_secret = sneck_span_of(secret, sizeof secret);
	p.client.chunk = p.server.chunk = chunk;
	pair_start(&p);
}

static void retries(void **state)
{
	(void)state;
	for (int i = 0; i < 16; i++) {
		prepare(i & 1, (i & 2) != 0, i & 4 ? 1 : 0);
		p.client.rfc_mode = p.server.rfc_mode = (i & 8) != 0;
		expect_retried((i & 2) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
