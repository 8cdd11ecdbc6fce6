/* SPDX-License-Identifier: MIT */
/* uv_server.c: an HTTPS server of one page on libuv, by sneck/uv.h. Everybody who asks is told what
 * was agreed. Ends on SIGINT and SIGTERM. Usage: uv_server CHAIN-FILE KEY-FILE [PORT] */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <sneck/uv.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static void answer(struct sneck_uv *s)
{
	struct sneck_facts f = { 0 };
	char page[400];
	struct sneck_iov piece = { page, 0 };

	must("facts", sneck_conn_facts(sneck_uv_conn(s), &f, sizeof f));
	piece.len = (size_t)snprintf(page, sizeof page,
				     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
				     "Connection: close\r\n\r\n%s, %s, %s\n",
				     sneck_version_name(f.version), sneck_suite_name(f.suite),
				     sneck_group_name(f.group));
	if (sneck_uv_write(s, &piece, 1) == SNECK_OK)
		sneck_uv_end(s); /* close_notify, behind the page */
	else
		sneck_uv_abort(s, SNECK_ALERT_INTERNAL_ERROR);
}

/* Plaintext, in place. A real server feeds its HTTP parser here; this one waits for an empty line,
 * and counts in the stream's user pointer how much of one it has seen. */
static void on_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	static const char end[] = "\r\n\r\n";
	uintptr_t seen = (uintptr_t)sneck_uv_user(s);

	for (size_t i = 0; i < len && seen < 4; i++)
		seen = data[i] == end[seen] ? seen + 1 : data[i] == '\r';
	sneck_uv_set_user(s, (void *)(seen < 4 ? seen : 5));
	if (seen == 4)
		answer(s);
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	struct sneck_failure f;
	char peer[64] = "";

	sneck_uv_address(s, peer, sizeof peer);
	if (rc != SNECK_OK && sneck_conn_failure(sneck_uv_conn(s), &f) == SNECK_OK)
		printf("%s: %s, in %s\n", peer, sneck_rc_text(rc), f.where);
	fflush(stdout);
}

static uv_signal_t signals[2];

static void on_closed(void *user)
{
	(void)user;
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&signals[i], NULL);
}

static void on_signal(uv_signal_t *sig, int number)
{
	(void)number;
	uv_signal_stop(&signals[0]);
	uv_signal_stop(&signals[1]);
	sneck_uv_server_close(sig->data, 1000, on_closed, NULL); /* a second for who is here */
}

int main(int argc, char **argv)
{
	static const struct sneck_span protocols[] = { { (const uint8_t *)"http/1.1", 8 } };
	static const struct sneck_uv_handler handler = {
		SNECK_UV_HANDLER_INIT,
		.read = on_read,
		.close = on_close,
	};
	const struct sneck_credential *const who = argc > 2 ? own(argv[1], argv[2]) : NULL;
	const struct sneck_config cfg = {
		SNECK_CONFIG_INIT,   .provider = sneck_provider_libcrypto(),
		.credentials = &who, .n_credentials = who != NULL,
		.alpn = protocols,   .n_alpn = 1,
	};
	const struct sneck_uv_options options = { SNECK_UV_INIT, .config = &cfg,
						  .handler = &handler };
	uv_loop_t *const loop = uv_default_loop();
	struct sneck_uv_server *server;
	struct sneck_note why = { "" };
	struct sockaddr_in at;

	uv_ip4_addr("127.0.0.1", argc > 3 ? atoi(argv[3]) : 0, &at);
	if (sneck_config_check(&cfg, SNECK_SERVER, &why) != SNECK_OK ||
	    sneck_uv_listen(&server, loop, (const struct sockaddr *)&at, &options, &why) !=
		    SNECK_OK)
		die("cannot serve", why.text);
	signal(SIGPIPE, SIG_IGN); /* libuv writes to sockets that may be gone */
	for (int i = 0; i < 2; i++) {
		uv_signal_init(loop, &signals[i]);
		signals[i].data = server;
		uv_signal_start(&signals[i], on_signal, i == 0 ? SIGINT : SIGTERM);
	}
	printf("listening on https://localhost:%u/\n", sneck_uv_server_port(server));
	fflush(stdout);
	return uv_run(loop, UV_RUN_DEFAULT);
}
