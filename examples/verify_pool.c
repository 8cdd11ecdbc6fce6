/* SPDX-License-Identifier: MIT */
/* verify_pool.c: sixteen clients on one loop, whose certificates are judged on a pool of threads.
 * Judging is slow here, as it is where somebody far away must be asked. A job is a flat block that
 * knows nothing of its connection: a client may go away while its job runs, and the late verdict is
 * dropped. Usage: verify_pool HOST PORT CA-FILE [MILLISECONDS] */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <sneck/uv.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { CLIENTS = 16 };

static struct sneck_uv *clients[CLIENTS]; /* NULL: gone */

struct job {
	uv_work_t work;
	struct sneck_uv **client;
	uint64_t op; /* the question */
	struct sneck_verdict verdict;
	size_t len;
	_Alignas(SNECK_ALIGN) uint8_t flat[]; /* chain, name, time; no pointers */
};

static const struct sneck_verifier *inner;
static unsigned slow_ms, n_open;
static atomic_int running, most;

/* On a thread of the pool. */
static enum sneck_rc slow_verify(void *ctx, const struct sneck_chain *chain,
				 struct sneck_verdict *verdict)
{
	const int now = atomic_fetch_add(&running, 1) + 1;
	int before = atomic_load(&most);
	enum sneck_rc rc;

	while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
		continue;
	uv_sleep(slow_ms);
	rc = inner->verify(ctx, chain, verdict);
	atomic_fetch_sub(&running, 1);
	return rc;
}

static void on_pool(uv_work_t *work)
{
	const struct sneck_verifier slow = { .verify = slow_verify, .ctx = inner->ctx };
	struct job *const j = work->data;

	(void)!sneck_verify_job_run(&slow, j->flat, j->len, &j->verdict); /* else it refuses */
}

/* On the thread of the loop. */
static void on_verdict(uv_work_t *work, int cancelled)
{
	struct job *const j = work->data;
	struct sneck_uv *const s = *j->client;

	if (cancelled == 0 && s != NULL &&
	    sneck_answer_verdict(sneck_uv_conn(s), j->op, &j->verdict) == SNECK_OK)
		sneck_uv_kick(s);
	free(j);
}

static int on_state(struct sneck_uv *s, const struct sneck_status *st)
{
	const size_t len = sneck_verify_job_size(&st->u.cert);
	struct job *j;

	if (st->state != SNECK_RECEIVED_CERTIFICATE)
		return st->state == SNECK_NEEDS_SIGNATURE; /* on_verdict() will answer */
	j = calloc(1, sizeof *j + len);
	if (j == NULL)
		return 0;
	must("job", sneck_verify_job_pack(&st->u.cert, j->flat, len)); /* there is room */
	j->work.data = j;
	j->client = sneck_uv_user(s);
	j->op = st->op;
	j->len = len;
	return uv_queue_work(uv_default_loop(), &j->work, on_pool, on_verdict) == 0;
}

static void on_open(struct sneck_uv *s)
{
	n_open++;
	sneck_uv_end(s);
}

static void on_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	(void)s, (void)data, (void)len;
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	if (rc != SNECK_OK)
		printf("%s\n", sneck_rc_text(rc));
	*(struct sneck_uv **)sneck_uv_user(s) = NULL;
}

int main(int argc, char **argv)
{
	static const struct sneck_uv_handler handler = { SNECK_UV_HANDLER_INIT, .open = on_open,
							 .read = on_read, .close = on_close,
							 .state = on_state };
	struct sneck_config cfg = { SNECK_CONFIG_INIT, .provider = sneck_provider_libcrypto(),
				    .ask = SNECK_ASK_VERIFY };
	struct sneck_uv_options options = { SNECK_UV_INIT, .config = &cfg, .handler = &handler,
					    .handshake_timeout_ms = 4000 }; /* then we give up */

	if (argc < 4)
		die("usage", "verify_pool HOST PORT CA-FILE [MILLISECONDS]");
	slow_ms = argc > 4 ? (unsigned)atoi(argv[4]) : 500;
	setenv("UV_THREADPOOL_SIZE", "16", 1);
	signal(SIGPIPE, SIG_IGN); /* libuv writes to sockets that may be gone */
	cfg.verifier = inner = trust(argv[3]);
	for (int i = 0; i < CLIENTS; i++) {
		options.user = &clients[i];
		must(argv[1], sneck_uv_connect(&clients[i], uv_default_loop(), argv[1],
					       (uint16_t)atoi(argv[2]), &options));
	}
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	printf("%u of %d verified, up to %d at once\n", n_open, CLIENTS, most);
	return n_open == CLIENTS ? 0 : 1;
}
