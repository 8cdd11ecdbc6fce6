/* SPDX-License-Identifier: MIT */
/* retry_test.c: HelloRetryRequest on both sides, with its state in the scratch and in a cookie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;
static const uint16_t p256[] = { SNECK_SECP256R1 }, both[] = { SNECK_X25519, SNECK_SECP256R1 };
static uint8_t secret[32] = { 1, 2, 3 };

static void expect_retried(bool compat)
{
	struct sneck_facts f;

	pair_run(&p);
	if (!pair_connected(&p))
		fail_msg("client %s, server %s", sneck_rc_name(p.client.st.err),
			 sneck_rc_name(p.server.st.err));
	assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.retried, 1);
	assert_int_equal(f.group, SNECK_SECP256R1);
	assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.retried, 1);
	assert_int_equal(f.group, SNECK_SECP256R1);
	end_write(&p.client, "hello", 5);
	end_write(&p.server, "world", 5);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 5);
	assert_int_equal(p.client.n_got, 5);
	(void)compat;
	pair_wipe(&p);
}

static void prepare(bool cookie, bool compat, size_t chunk)
{
	pair_init(&p, 3);
	p.client.cfg.groups = (struct sneck_u16s){ both, 2 };
	p.client.cfg.n_key_shares = 1;
	p.server.cfg.groups = (struct sneck_u16s){ p256, 1 };
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
