/* SPDX-License-Identifier: MIT */
/* walk_test.c: N77: random calls in random states, over random configs. Whatever is called, sizes
 * are exact, what arrives is what was sent, in its order, and no nonce is used twice (N66: the
 * provider sees to it). SNECK_WALKS: how many walks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/walk.h"

#define CALLS 1200u

static uint64_t dice;
static size_t n_calls, n_resumed;

static size_t roll(size_t n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(dice >> 33) % n;
}

static void walk(uint64_t seed)
{
	struct end *const c = &walk_pair.client, *const s = &walk_pair.server;

	dice = seed * 977u + 1u;
	for (int i = 0; i < 16; i++)
		(void)roll(2);
	walk_start(roll, seed);
	for (unsigned i = 0; i < CALLS; i++, n_calls++)
		walk_call();
	if (!walk_ended) {
		for (int i = 0; i < 2000; i++)
			pair_pump(&walk_pair);
		if (!pair_connected(&walk_pair))
			fail_msg("walk %llu: %s, %s", (unsigned long long)seed,
				 sneck_rc_name(c->conn->err), sneck_rc_name(s->conn->err));
		assert_int_equal(s->n_got, walk_sent[0]);
		assert_int_equal(c->n_got, walk_sent[1]);
		assert_int_equal(c->conn->hs.resumed, s->conn->hs.resumed);
		n_resumed += c->conn->hs.resumed;
	}
	walk_arrived();
	pair_wipe(&walk_pair);
}

static void n77_random_calls(void **state)
{
	const char *const env = getenv("SNECK_WALKS");
	const uint64_t walks = env != NULL ? strtoull(env, NULL, 10) : 150;

	(void)state;
	for (uint64_t seed = 0; seed < walks; seed++)
		walk(seed);
	print_message("%zu calls, %zu resumed to the end\n", n_calls, n_resumed);
	assert_true(n_resumed != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n77_random_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
