/* SPDX-License-Identifier: MIT */
/* A stream that nobody disturbs: its callbacks in their order and number, back-pressure, half
 * close, questions, and what the parts of a server do. A server takes one end for all its streams,
 * so tests with several clients count on it. */
#include "ends.h"

#define MANY ((size_t)4 << 20)

static void round_trip(void **state)
{
	(void)state;
	server_end.echo = true;
	client_end.to_send = 5000;
	meet("localhost");
	assert_int_equal(client_end.n_open, 0);
	while (client_end.got < 5000 && uv_run(&loop, UV_RUN_ONCE)) {
	}
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(client_end.n_connect, 1);
	assert_int_equal(server_end.n_connect, 0);
	assert_int_equal(client_end.n_open, 1);
	assert_int_equal(server_end.n_open, 1);
	assert_int_equal(client_end.n_end, 0); /* it had ended before: close says it all */
	assert_int_equal(server_end.n_end, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
	assert_int_equal(server_end.rc, SNECK_OK);
	assert_int_equal(server_end.got, 5000);
	assert_int_equal(server_end.sum, (uint8_t)(5000u * 'x'));
	assert_int_equal(client_end.sum, (uint8_t)(5000u * 'e'));
}

static void accessors(void **state)
{
	char text[64];

	(void)state;
	listen_here();
	assert_int_equal(dial(&client_end, "127.0.0.1"), SNECK_OK);
	assert_ptr_equal(sneck_uv_user(client_end.s), &client_end);
	assert_int_equal(sneck_uv_address(client_end.s, text, sizeof text), 0);
	assert_string_equal(text, "");
	run_until(&client_end.n_open, 1);
	run_until(&server_end.n_open, 1);
	assert_null(sneck_uv_server_of(client_end.s));
	assert_ptr_equal(sneck_uv_server_of(server_end.s), server);
	assert_non_null(sneck_uv_conn(client_end.s));
	assert_int_equal(((uv_handle_t *)sneck_uv_stream(client_end.s))->type, UV_TCP);
	assert_true(sneck_uv_address(client_end.s, text, sizeof text) > 10);
	assert_memory_equal(text, "127.0.0.1:", 10);
	assert_int_equal(atoi(text + 10), sneck_uv_server_port(server));
	assert_true(sneck_uv_address(client_end.s, text, 5) > 10);
	assert_string_equal(text, "127.");
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
}

static void write_before_open(void **state)
{
	const struct sneck_iov pieces[] = { { "one ", 4 }, { NULL, 0 }, { "two", 3 } };

	(void)state;
	meet("localhost");
	inside = true;
	assert_int_equal(sneck_uv_write(client_end.s, pieces, 3), SNECK_OK);
	assert_int_equal(sneck_uv_write(client_end.s, pieces, 1), SNECK_OK);
	sneck_uv_end(client_end.s);
	sneck_uv_end(client_end.s);
	assert_int_equal(sneck_uv_write(client_end.s, pieces, 1), SNECK_E_CLOSED);
	inside = false;
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.got, 11);
	assert_int_equal(client_end.rc, SNECK_OK);
	assert_int_equal(server_end.rc, SNECK_OK);
}

/* More than high_water is queued: nothing is taken until drain. A reader that pauses stops the
 * writer; what was sent arrives when it goes on. */
static void back_pressure(void **state)
{
	(void)state;
	server_end.pause_on_open = true;
	client_end.to_send = MANY * 4;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	run_for(150);
	assert_int_equal(server_end.got, 0);
	assert_true(client_end.to_send > 0);
	inside = true;
	sneck_uv_resume(server_end.s);
	inside = false;
	assert_int_equal(server_end.got, 0);
	while (server_end.got < MANY * 4 && uv_run(&loop, UV_RUN_ONCE)) {
	}
	assert_true(client_end.n_drain > 0);
	assert_int_equal(server_end.sum, (uint8_t)(MANY * 4 * 'x'));
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
}

static void want_space_takes_nothing(void **state)
{
	static uint8_t block[70000];
	const struct sneck_iov piece = { block, sizeof block };

	(void)state;
	meet("localhost");
	assert_int_equal(sneck_uv_write(client_end.s, &piece, 1), SNECK_OK);
	assert_int_equal(sneck_uv_write(client_end.s, &piece, 1), SNECK_WANT_SPACE);
	run_until(&client_end.n_drain, 1);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	assert_int_equal(server_end.got, sizeof block);
	run_until(&server_end.n_close, 1);
}

/* While paused the end of the peer waits behind its data. */
static void pause_holds_the_end(void **state)
{
	(void)state;
	server_end.pause_on_open = true;
	client_end.to_send = 100;
	client_end.end_on_open = true;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	run_for(50);
	assert_int_equal(server_end.n_end, 0);
	assert_int_equal(server_end.got, 0);
	sneck_uv_resume(server_end.s);
	run_until(&server_end.n_end, 1);
	assert_int_equal(server_end.got, 100);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
	run_until(&server_end.n_close, 1);
}

/* After the peer's end we may go on writing. */
/* A KeyUpdate goes out behind a kick, and is answered, though neither side has anything to write.
 */
static void rekey_while_idle(void **state)
{
	struct sneck_facts f;

	(void)state;
	meet("localhost");
	run_until(&client_end.n_open, 1);
	run_until(&server_end.n_open, 1);
	inside = true;
	assert_int_equal(sneck_key_update(sneck_uv_conn(client_end.s), SNECK_KU_REQUEST_PEER),
			 SNECK_OK);
	sneck_uv_kick(client_end.s);
	inside = false;
	run_for(100);
	assert_int_equal(sneck_conn_facts(sneck_uv_conn(client_end.s), &f, sizeof f), SNECK_OK);
	assert_int_equal(f.tx_updates, 1);
	assert_int_equal(f.rx_updates, 1);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
}

static void half_close(void **state)
{
	(void)state;
	client_end.end_on_open = true;
	server_end.keep_open = true;
	meet("localhost");
	run_until(&server_end.n_end, 1);
	server_end.to_send = MANY;
	send_more(&server_end);
	while (client_end.got < MANY && uv_run(&loop, UV_RUN_ONCE)) {
	}
	assert_int_equal(client_end.n_close, 0);
	sneck_uv_end(server_end.s);
	run_until(&server_end.n_close, 1);
	run_until(&client_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_OK);
	assert_int_equal(client_end.rc, SNECK_OK);
}

/* ---- questions ----------------------------------------------------------------------------- */

static void answered_later(void **state)
{
	struct sneck_verdict verdict = { .chain = SNECK_CHAIN_VALID };

	(void)state;
	client_config.ask = SNECK_ASK_VERIFY | SNECK_ASK_NOTICES;
	client_end.answer = 1;
	meet("localhost");
	run_for(50);
	assert_int_equal(client_end.n_state, 2); /* RECEIVED_CERTIFICATE, NEEDS_SIGNATURE */
	assert_int_equal(client_end.n_open, 0);
	assert_int_not_equal(client_end.op, 0);
	memcpy(verdict.leaf_id, client_end.leaf_id, 32);
	assert_int_equal(sneck_answer_verdict(sneck_uv_conn(client_end.s), client_end.op, &verdict),
			 SNECK_OK);
	inside = true;
	sneck_uv_kick(client_end.s);
	inside = false;
	run_until(&client_end.n_open, 1);
	assert_int_equal(client_end.state, SNECK_HANDSHAKE_DONE);
	assert_int_equal(client_end.n_state, 3);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
}

static void refused(void **state)
{
	(void)state;
	client_config.ask = SNECK_ASK_VERIFY;
	meet("localhost");
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_REFUSED);
	assert_int_equal(server_end.rc, SNECK_E_PEER_ALERT);
	assert_int_equal(client_end.n_open, 0);
	assert_int_equal(server_end.n_open, 0);
}

/* ---- servers ------------------------------------------------------------------------------- */

/* The one that is too many waits in the backlog. */
static void max_streams(void **state)
{
	struct end second = { .end_on_open = true };

	(void)state;
	server_options.max_streams = 1;
	meet("localhost");
	run_until(&client_end.n_open, 1);
	assert_int_equal(dial(&second, "localhost"), SNECK_OK);
	run_until(&second.n_connect, 1);
	run_for(50);
	assert_int_equal(second.n_open, 0);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	run_until(&second.n_close, 1);
	assert_int_equal(second.n_open, 1);
	assert_int_equal(second.rc, SNECK_OK);
	run_until(&server_end.n_close, 2);
}

static void grace(void **state)
{
	(void)state;
	client_end.keep_open = true;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	inside = true;
	sneck_uv_server_close(server, 300, on_server_closed, &server);
	sneck_uv_server_close(server, 300, on_server_closed, &server);
	inside = false;
	run_for(20);
	assert_int_equal(server_end.n_close, 0);
	run_until(&n_server_closed, 1);
	assert_int_equal(server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_ABORTED);
	run_until(&client_end.n_end, 1); /* close_notify came */
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
}

static void address_in_use(void **state)
{
	struct sneck_uv_server *second;
	struct sneck_note why;
	struct sockaddr_in addr;

	(void)state;
	listen_here();
	uv_ip4_addr("127.0.0.1", sneck_uv_server_port(server), &addr);
	assert_int_equal(sneck_uv_listen(&second, &loop, (const struct sockaddr *)&addr,
					 &server_options, &why),
			 SNECK_E_SYSTEM);
	assert_non_null(strstr(why.text, "is taken"));
	uv_ip4_addr("192.0.2.1", 0, &addr);
	assert_int_equal(sneck_uv_listen(&second, &loop, (const struct sockaddr *)&addr,
					 &server_options, &why),
			 SNECK_E_SYSTEM);
	assert_non_null(strstr(why.text, "not an address of this machine"));
}

static void options_are_checked(void **state)
{
	struct sneck_uv_handler wrong = handler;
	struct sneck_uv_server *none;
	struct sockaddr_in addr;

	(void)state;
	listen_here();
	uv_ip4_addr("127.0.0.1", 0, &addr);
	wrong.close = NULL;
	server_options.handler = &wrong;
	assert_int_equal(sneck_uv_listen(&none, &loop, (const struct sockaddr *)&addr,
					 &server_options, NULL),
			 SNECK_E_CONFIG);
	wrong.size++;
	assert_int_equal(sneck_uv_listen(&none, &loop, (const struct sockaddr *)&addr,
					 &server_options, NULL),
			 SNECK_E_SIZE);
	client_config.verifier = NULL;
	assert_int_equal(dial(&client_end, "localhost"), SNECK_E_CONFIG);
	client_options.config = NULL;
	assert_int_equal(dial(&client_end, "localhost"), SNECK_E_CONFIG);
	client_options.size++;
	assert_int_equal(dial(&client_end, "localhost"), SNECK_E_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENDS(round_trip),
		WITH_ENDS(accessors),
		WITH_ENDS(write_before_open),
		WITH_ENDS(back_pressure),
		WITH_ENDS(want_space_takes_nothing),
		WITH_ENDS(pause_holds_the_end),
		WITH_ENDS(rekey_while_idle),
		WITH_ENDS(half_close),
		WITH_ENDS(answered_later),
		WITH_ENDS(refused),
		WITH_ENDS(max_streams),
		WITH_ENDS(grace),
		WITH_ENDS(address_in_use),
		WITH_ENDS(options_are_checked),
	};

	return cmocka_run_group_tests(tests, make_identity, drop_identity);
}
