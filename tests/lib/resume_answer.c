/* SPDX-License-Identifier: MIT */
/* resume_answer.c: resume_answer() of resume.h, apart from the rest for builds that lack what it
 * calls. */
#include "lib/resume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "keys/ticket.h"

bool resume_answer(struct end *e)
{
	static uint8_t session[BOUND_SESSION];
	struct sneck_span identity;
	uint32_t age;
	size_t len;
	bool opens;

	assert_int_equal(sneck_psk_at(&e->st.u.psk, 0, &identity, &age), SNECK_OK);
	opens = sneck_ticket_open(&resume_ring, e->cfg.provider, identity, RESUME_NOW, session,
				  sizeof session, &len) == SNECK_OK;
	assert_int_equal(sneck_answer_psk(e->conn, e->st.op, opens ? 0 : -1, opens ? session : NULL,
					  opens ? len : 0, NULL),
			 SNECK_OK);
	return opens;
}
