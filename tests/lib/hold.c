/* SPDX-License-Identifier: MIT */
/* hold.c: see hold.h. */
#include "lib/hold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct end *held_end;
static int held;

static int hold(struct end *e, int state)
{
	return e == held_end && state == held;
}

static void sent(struct end *e)
{
	if (e->st.state == SNECK_MUST_TRANSMIT_TLS_DATA && (e->rfc_mode || e->out.len == 0))
		assert_int_equal(sneck_transmit_done(&e->st.u.transmit), SNECK_OK);
}

bool hold_at(struct end *e, struct end *peer, int state)
{
	held_end = e;
	held = state;
	e->hook = hold;
	for (int i = 0; i < 300; i++) {
		wire_move(peer, e);
		if (end_step(e) == state)
			return true;
		wire_move(e, peer);
		sent(e);
		(void)end_run(peer);
		sent(peer);
	}
	return false;
}

static uint8_t conn[SNECK_CONN_MAX], scratch[SNECK_SCRATCH_MAX];

void hold_freeze(const struct end *e)
{
	memcpy(conn, e->conn, sizeof conn);
	memcpy(scratch, e->scratch, sizeof scratch);
}

void hold_same(const struct end *e, const char *what)
{
	((struct sneck_conn *)(void *)conn)->misuse = e->conn->misuse;
	if (memcmp(conn, e->conn, sizeof conn) != 0)
		fail_msg("%s: the connection has changed", what);
	if (memcmp(scratch, e->scratch, sizeof scratch) != 0)
		fail_msg("%s: the scratch has changed", what);
}
