/* SPDX-License-Identifier: MIT */
/* quic_resume_test.c: sessions under QUIC. Early data has no place there: its packets are QUIC's
 * own, there is no EndOfEarlyData, and this library hands out no key for it. RFC 9001, 4.4, 4.6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/quic.h"
#include "lib/resume.h"

static uint8_t session[2048];
static size_t session_len;
static unsigned tickets;
static uint32_t max_early;

static int run(struct quic_stack *s)
{
	int state;

	do {
		state = quic_step(s);
		if (state == SNECK_RECEIVED_TICKET) {
			tickets++;
			max_early = s->e->st.u.ticket.max_early;
			assert_int_equal(sneck_ticket_export(&s->e->st.u.ticket, session,
							     sizeof session, &session_len),
					 SNECK_OK);
		}
	} while (state != SNECK_NEEDS_MORE_TLS_DATA && state != SNECK_TRAFFIC_TRANSIT &&
		 state != SNECK_FAILED);
	return state;
}

static void shake(size_t chunk)
{
	do {
		(void)run(&quic_client);
		while (quic_deliver(&quic_client, &quic_server, chunk))
			(void)run(&quic_server);
		(void)run(&quic_server);
	} while (quic_deliver(&quic_server, &quic_client, chunk));
	(void)run(&quic_client);
	assert_int_equal(quic_client.e->st.state, SNECK_TRAFFIC_TRANSIT);
	assert_int_equal(quic_server.e->st.state, SNECK_TRAFFIC_TRANSIT);
}

static void configure(void)
{
	struct end *const server = &quic_pair.server;

	quic_ready();
	server->cfg.tickets = &resume_ring;
	server->cfg.max_early_data = 1000;
	server->cfg.ask |= SNECK_ASK_EARLY_DATA;
	quic_pair.client.cfg.ask |= SNECK_ASK_TICKETS;
}

static void resumes_without_early_data(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct session s;

		tickets = 0;
		max_early = 7;
		configure();
		assert_int_equal(sneck_ticket_ring_init(&resume_ring, &quic_pair.server.t.provider,
							RESUME_NOW, 0),
				 SNECK_OK);
		quic_start();
		shake(i & 1 ? 1 : 5000);
		assert_int_equal(tickets, 2);
		assert_int_equal(max_early, 0);
		/* as if it had been a session of TCP, which allows it */
		assert_int_equal(sneck__session_read(&s, sneck_span_of(session, session_len)),
				 SNECK_OK);
		session[18 + 2] = 4;
		assert_int_equal(sneck__session_read(&s, sneck_span_of(session, session_len)),
				 SNECK_OK);
		assert_int_equal(s.max_early, 1024);
		sneck_conn_wipe(quic_pair.client.conn);
		sneck_conn_wipe(quic_pair.server.conn);
		configure();
		quic_start();
		assert_int_equal(sneck_conn_set_session(quic_pair.client.conn, session, session_len,
							i & 2 ? SNECK_SESSION_EARLY_DATA : 0),
				 SNECK_OK);
		shake(i & 1 ? 1 : 5000);
		quic_done();
		assert_int_equal(quic_pair.client.conn->hs.resumed, 1);
		assert_int_equal(quic_pair.server.conn->hs.resumed, 1);
		assert_int_equal(quic_pair.client.conn->hs.early, EARLY_NONE);
		assert_int_equal(tickets, 4);
		sneck_conn_wipe(quic_pair.client.conn);
		sneck_conn_wipe(quic_pair.server.conn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resumes_without_early_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
