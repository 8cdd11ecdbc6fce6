/* SPDX-License-Identifier: MIT */
/* resume_test.c: sessions and early data over streams, and a server that is given another config:
 * new connections have it, old ones keep theirs, and it is left when its last stream is closed. */
#include "ends.h"

#include <sneck/session.h>

static struct sneck_ticket_ring ring;
static uint8_t session[4096];
static size_t session_len;
static int n_tickets, n_results, accepted, n_early;
static char early[64];
static enum sneck_rc said;
static unsigned slow_ms; /* before a connection goes on */

static int on_session_state(struct sneck_uv *s, const struct sneck_status *st)
{
	const struct sneck_iov piece = { "said early", 10 };
	struct sneck_ticket_st ticket = st->u.ticket;

	switch (st->state) {
	case SNECK_RECEIVED_TICKET:
		assert_int_equal(
			sneck_ticket_export(&ticket, session, sizeof session, &session_len),
			SNECK_OK);
		n_tickets++;
		return 0;
	case SNECK_MAY_ENCRYPT_EARLY_DATA:
		said = sneck_uv_write_early(s, st, &piece, 1);
		return 0;
	case SNECK_EARLY_DATA_RESULT:
		n_results++;
		accepted = st->u.early_result.accepted != 0;
		return 0;
	case SNECK_NEEDS_EARLY_DATA_DECISION:
		assert_int_equal(
			sneck_answer_early_data(sneck_uv_conn(s), st->op, end_of(s)->answer),
			SNECK_OK);
		return 1;
	default:
		return on_state(s, st);
	}
}

static void on_early(struct sneck_uv *s, uint8_t *data, size_t len)
{
	assert_int_equal(end_of(s)->n_open, 0);
	assert_true((size_t)n_early + len <= sizeof early);
	memcpy(early + n_early, data, len);
	n_early += (int)len;
	memset(data, 0, len);
}

static struct sneck_uv_handler with_sessions;

static void prepare(uint32_t max_early)
{
	with_sessions = handler;
	with_sessions.state = on_session_state;
	with_sessions.early = on_early;
	server_options.handler = client_options.handler = &with_sessions;
	assert_int_equal(sneck_ticket_ring_init(&ring, server_config.provider,
						(uint64_t)time(NULL) * 1000u, 0),
			 SNECK_OK);
	server_config.tickets = &ring;
	server_config.max_early_data = max_early;
	server_config.ask |= SNECK_ASK_EARLY_DATA;
	client_config.ask |= SNECK_ASK_TICKETS;
	n_tickets = n_results = accepted = n_early = 0;
	said = SNECK_E_INTERNAL;
	meet("localhost");
	usleep(slow_ms * 1000u);
	run_until(&n_tickets, 2);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
}

static void again(int accept)
{
	memset(&server_end, 0, sizeof server_end);
	memset(&client_end, 0, sizeof client_end);
	server_end.answer = accept;
	assert_int_equal(dial(&client_end, "localhost"), SNECK_OK);
	assert_int_equal(sneck_conn_set_session(sneck_uv_conn(client_end.s), session, session_len,
						SNECK_SESSION_EARLY_DATA),
			 SNECK_OK);
	run_until(&client_end.n_open, 1);
	run_until(&server_end.n_open, 1);
}

static void finish(int resumed)
{
	struct sneck_facts f;

	assert_int_equal(sneck_conn_facts(sneck_uv_conn(client_end.s), &f, sizeof f), SNECK_OK);
	assert_int_equal(f.resumed, resumed);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
	assert_int_equal(server_end.rc, SNECK_OK);
}

static void early_data(void **state)
{
	(void)state;
	for (int accept = 0; accept < 2; accept++) {
		if (accept == 0)
			prepare(100);
		n_results = n_early = 0;
		again(accept);
		assert_int_equal(said, SNECK_OK);
		assert_int_equal(n_results, 1);
		assert_int_equal(accepted, accept);
		assert_int_equal(n_early, accept ? 10 : 0);
		if (accept)
			assert_memory_equal(early, "said early", 10);
		finish(1);
	}
}

/* The age of a ticket begins when it comes, and not when its connection was made. */
static void n46_age_of_a_ticket(void **state)
{
	struct sneck_session_info info;
	struct timespec t;
	uint64_t from;

	(void)state;
	server_config.ticket_lifetime_s = 1000;
	slow_ms = 60;
	clock_gettime(CLOCK_REALTIME, &t);
	from = (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
	prepare(0);
	slow_ms = 0;
	assert_int_equal(sneck_session_read(session, session_len, &info), SNECK_OK);
	assert_true(info.expires_ms >= from + 60u + 1000000u);
}

static void early_data_that_is_too_much(void **state)
{
	(void)state;
	prepare(9);
	again(1);
	assert_int_equal(said, SNECK_NOT_NOW);
	assert_int_equal(accepted, 1);
	assert_int_equal(n_early, 0);
	finish(1);
}

static void early_data_that_nobody_reads(void **state)
{
	(void)state;
	prepare(100);
	with_sessions.early = NULL;
	again(1);
	assert_int_equal(accepted, 1);
	assert_int_equal(n_early, 0);
	finish(1);
}

/* ---- another config ---- */

static int n_left;

static void on_left(void *user)
{
	assert_false(inside);
	memset(user, 0xa5, sizeof(struct sneck_config)); /* nobody looks at it any more */
	n_left++;
}

static void another_config(void **state)
{
	static struct sneck_config first, second, bad;
	static struct end others;
	struct sneck_note why;

	(void)state;
	n_left = 0;
	first = second = server_config;
	first.pad_to = 100;
	bad = (struct sneck_config){ SNECK_CONFIG_INIT };
	server_options.config = &first;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	run_until(&client_end.n_open, 1);
	assert_int_equal(sneck_uv_server_config(server, &bad, on_left, &bad, &why), SNECK_E_CONFIG);
	assert_true(why.text[0] != '\0');
	assert_int_equal(sneck_uv_server_config(server, &second, on_left, &first, &why), SNECK_OK);
	assert_int_equal(n_left, 0); /* one stream has it */
	memset(&others, 0, sizeof others);
	assert_int_equal(dial(&others, "localhost"), SNECK_OK);
	run_until(&others.n_open, 1);
	run_until(&server_end.n_open, 2);
	server_end.n_open = 1; /* two streams share it */
	client_end.to_send = 5;
	send_more(&client_end);
	others.to_send = 7;
	send_more(&others);
	run_for(50);
	assert_int_equal(server_end.got, 12);
	sneck_uv_end(client_end.s);
	run_until(&n_left, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
	assert_int_equal(others.n_close, 0);
	sneck_uv_end(others.s);
	run_until(&others.n_close, 1);
	/* with no stream at all it is left at once, and the last one with the server */
	run_until(&server_end.n_close, 2);
	assert_int_equal(sneck_uv_server_config(server, &server_config, on_left, &second, NULL),
			 SNECK_OK);
	assert_int_equal(n_left, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENDS(early_data),
		WITH_ENDS(n46_age_of_a_ticket),
		WITH_ENDS(early_data_that_is_too_much),
		WITH_ENDS(early_data_that_nobody_reads),
		WITH_ENDS(another_config),
	};

	return cmocka_run_group_tests(tests, make_identity, drop_identity);
}
