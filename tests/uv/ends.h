/* SPDX-License-Identifier: MIT */
/* ends.h: a server and its clients on one loop, with a certificate of their own, for the tests of
 * this folder. Each end counts its callbacks; a callback inside a call of ours fails the test. */
#ifndef TESTS_UV_ENDS_H
#define TESTS_UV_ENDS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* what <uv.h> needs of the system, with -std=c11 */
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <uv.h>

#include <sneck/pki.h>
#include <sneck/sneck.h>
#include <sneck/uv.h>

#define UNUSED_FN __attribute__((unused)) static

/* A stream and what happened to it. What an end does by itself is up to its knobs. */
struct end {
	struct sneck_uv *s;
	int n_connect, n_open, n_drain, n_end, n_close, n_state;
	size_t got;
	uint8_t sum; /* of all bytes */
	enum sneck_rc rc;
	int sys;
	/* knobs */
	bool echo, pause_on_open, end_on_open,
		keep_open; /* keep_open: does not end with the peer */
	int answer;	   /* of the state callback */
	int state;
	uint64_t op;
	uint8_t leaf_id[32];
	size_t to_send; /* bytes that are written as the stream takes them, from open on */
};

static struct end server_end, client_end; /* what new streams of each side are */
static uv_loop_t loop;
static struct sneck_uv_server *server;
static int n_server_closed;
static bool inside; /* a call of ours is under way */

static struct sneck_config server_config, client_config;
static struct sneck_uv_options server_options, client_options;
static struct sneck_pki_key *key;
static struct sneck_pki_chain *chain;
static struct sneck_pki_trust *trust;
static struct sneck_credential credential;
static const struct sneck_credential *const credentials[] = { &credential };

static struct end *end_of(struct sneck_uv *s)
{
	assert_false(inside);
	return sneck_uv_user(s);
}

/* Writes as much of to_send as the stream takes. */
static void send_more(struct end *e)
{
	static uint8_t block[16000];
	struct sneck_iov piece = { block, 0 };

	memset(block, 'x', sizeof block);
	while (e->to_send != 0) {
		enum sneck_rc rc;

		piece.len = e->to_send < sizeof block ? e->to_send : sizeof block;
		inside = true;
		rc = sneck_uv_write(e->s, &piece, 1);
		inside = false;
		if (rc != SNECK_OK) {
			assert_int_equal(rc, SNECK_WANT_SPACE);
			return;
		}
		e->to_send -= piece.len;
	}
}

static void on_connect(struct sneck_uv *s)
{
	end_of(s)->n_connect++;
}

static void on_open(struct sneck_uv *s)
{
	struct end *e = end_of(s);

	e->s = s;
	e->n_open++;
	inside = true;
	if (e->pause_on_open)
		sneck_uv_pause(s);
	inside = false;
	send_more(e);
	inside = true;
	if (e->end_on_open)
		sneck_uv_end(s);
	inside = false;
}

static void on_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	struct end *e = end_of(s);
	const struct sneck_iov piece = { data, len };

	assert_int_equal(e->n_open, 1);
	assert_true(len > 0);
	e->got += len;
	for (size_t i = 0; i < len; i++)
		e->sum = (uint8_t)(e->sum + data[i]);
	memset(data, 0, len); /* it is ours during the call */
	if (e->echo) {
		memset(data, 'e', len);
		inside = true;
		assert_int_equal(sneck_uv_write(s, &piece, 1), SNECK_OK);
		inside = false;
	}
}

static void on_drain(struct sneck_uv *s)
{
	struct end *e = end_of(s);

	e->n_drain++;
	send_more(e);
}

static void on_end(struct sneck_uv *s)
{
	struct end *e = end_of(s);

	e->n_end++;
	inside = true;
	if (!e->keep_open)
		sneck_uv_end(s);
	inside = false;
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	struct end *e = end_of(s);

	e->s = NULL;
	e->n_close++;
	e->rc = rc;
	e->sys = sneck_uv_error(s);
}

static int on_state(struct sneck_uv *s, const struct sneck_status *st)
{
	struct end *e = end_of(s);

	e->s = s;
	e->n_state++;
	e->state = st->state;
	if (st->op != 0)
		e->op = st->op;
	if (st->state == SNECK_RECEIVED_CERTIFICATE)
		memcpy(e->leaf_id, st->u.cert.leaf_id, 32);
	return e->answer;
}

static const struct sneck_uv_handler handler = {
	SNECK_UV_HANDLER_INIT, .open = on_open,	  .read = on_read,   .drain = on_drain,
	.end = on_end,	       .close = on_close, .state = on_state, .connect = on_connect,
};

static void on_server_closed(void *user)
{
	assert_false(inside);
	assert_ptr_equal(user, &server);
	n_server_closed++;
	server = NULL;
}

/* Runs the loop until *what is at least n, or for 5 s. */
static void on_tick(uv_timer_t *t)
{
	(void)t;
}

UNUSED_FN void run_until(const int *what, int n)
{
	const uint64_t start = uv_hrtime();
	uv_timer_t tick;

	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, 10, 10);
	while (*what < n && uv_hrtime() - start < 5000000000u)
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(*what, n);
}

UNUSED_FN void run_for(uint64_t ms)
{
	const uint64_t start = uv_hrtime();
	uv_timer_t tick;

	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, 5, 5);
	while (uv_hrtime() - start < ms * 1000000)
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void listen_here(void)
{
	struct sockaddr_in addr;
	struct sneck_note why = { "" };

	uv_ip4_addr("127.0.0.1", 0, &addr);
	assert_int_equal(sneck_uv_listen(&server, &loop, (const struct sockaddr *)&addr,
					 &server_options, &why),
			 SNECK_OK);
	assert_int_not_equal(sneck_uv_server_port(server), 0);
}

UNUSED_FN enum sneck_rc dial(struct end *e, const char *host)
{
	enum sneck_rc rc;

	client_options.user = e;
	inside = true;
	rc = sneck_uv_connect(&e->s, &loop, host, sneck_uv_server_port(server), &client_options);
	inside = false;
	return rc;
}

/* A server is there, and a client of it on its way. */
UNUSED_FN void meet(const char *host)
{
	listen_here();
	assert_int_equal(dial(&client_end, host), SNECK_OK);
}

/* A TCP connection to the server that is none of TLS. */
UNUSED_FN int plain_socket(void)
{
	struct sockaddr_in addr;
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	uv_ip4_addr("127.0.0.1", sneck_uv_server_port(server), &addr);
	assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
	return fd;
}

/* Before each test: fresh ends, options of zero, nobody listens. */
static int set_up(void **state)
{
	(void)state;
	memset(&server_end, 0, sizeof server_end);
	memset(&client_end, 0, sizeof client_end);
	n_server_closed = 0;
	uv_loop_init(&loop);
	server_config = (struct sneck_config){
		SNECK_CONFIG_INIT,
		.provider = sneck_provider_libcrypto(),
		.credentials = credentials,
		.n_credentials = 1,
	};
	client_config = (struct sneck_config){
		SNECK_CONFIG_INIT,
		.provider = sneck_provider_libcrypto(),
		.verifier = sneck_pki_trust_verifier(trust),
	};
	server_options = (struct sneck_uv_options){ SNECK_UV_INIT, .config = &server_config,
						    .handler = &handler, .user = &server_end };
	client_options = (struct sneck_uv_options){ SNECK_UV_INIT, .config = &client_config,
						    .handler = &handler, .user = &client_end };
	return 0;
}

/* After each: the server is closed, and nothing is left on the loop. */
static int tear_down(void **state)
{
	(void)state;
	if (server != NULL) {
		sneck_uv_server_close(server, 1, on_server_closed, &server);
		assert_int_equal(n_server_closed, 0);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_true(client_end.n_close <= 1);
	return 0;
}

static int make_identity(void **state)
{
	const char *const names[] = { "localhost", "127.0.0.1", "two.test" };
	const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 3,
					     .now_ms = (uint64_t)time(NULL) * 1000 };
	struct sneck_pki_trust_options options = { SNECK_PKI_TRUST_INIT, .no_system = 1 };

	(void)state;
	assert_int_equal(sneck_pki_key_make(&key, SNECK_KEY_P256), SNECK_OK);
	assert_int_equal(sneck_pki_cert_make(&chain, key, &cert, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_credential(&credential, chain, key, NULL), SNECK_OK);
	options.anchors = sneck_pki_chain_certs(chain, &options.n_anchors);
	assert_int_equal(sneck_pki_trust_open(&trust, &options, NULL), SNECK_OK);
	return 0;
}

static int drop_identity(void **state)
{
	(void)state;
	sneck_pki_trust_close(trust);
	sneck_pki_chain_close(chain);
	sneck_pki_key_close(key);
	return 0;
}

#define WITH_ENDS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
