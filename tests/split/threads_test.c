/* SPDX-License-Identifier: MIT */
/* threads_test.c: T18: both ends of a connection are split, so four threads work on it, with no
 * lock around anything that is ours. The queue for actions holds them back as long as it likes,
 * keys are renewed by hand and by themselves in both directions, and each size is exact to the
 * byte. Meant for ThreadSanitizer (preset tsan), and true without it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

#define TOTAL  (8u << 20) /* bytes in each direction */
#define LIMIT  128u	  /* records under one key */
#define PIPE   (1u << 16)
#define QUEUED 64u

/* Bytes from one thread to another, as a socket would carry them. */
struct pipe {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint8_t bytes[PIPE];
	size_t at, len;
};

struct queue {
	pthread_mutex_t lock;
	struct sneck_action act[QUEUED];
	size_t n;
};

struct side {
	struct end *e;
	struct sneck_conn *tx;
	struct queue queue;
	struct pipe *from, *to;
	_Alignas(SNECK_SPLIT_ALIGN) uint8_t tx_mem[2 * SNECK_CONN_MAX];
	uint8_t out_mem[1u << 17];
	size_t n_got, n_actions;
	struct own { /* of the receiving and the sending thread */
		uint64_t random;
		char wrong[80]; /* cmocka asserts on the main thread only */
	} rx, sx;
};

static struct pair p;
static struct side sides[2];
static struct pipe pipes[2];
static struct sneck_provider provider;
static struct sneck_aead aeads[8];
static const struct sneck_aead *aead_list[9];

static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 31u + (i >> 11));
}

static uint32_t draw(struct own *o, uint32_t below)
{
	o->random = o->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(o->random >> 33) % below;
}

static void complain(struct own *o, const char *what, int got)
{
	if (o->wrong[0] == '\0')
		(void)snprintf(o->wrong, sizeof o->wrong, "%s: %d", what, got);
}

static void pipe_put(struct pipe *q, const uint8_t *b, size_t len)
{
	pthread_mutex_lock(&q->lock);
	while (len != 0) {
		size_t n = PIPE - q->len;

		n = n < len ? n : len;
		for (size_t i = 0; i < n; i++)
			q->bytes[(q->at + q->len + i) % PIPE] = b[i];
		q->len += n;
		b += n;
		len -= n;
		pthread_cond_broadcast(&q->moved);
		if (len != 0)
			pthread_cond_wait(&q->moved, &q->lock);
	}
	pthread_mutex_unlock(&q->lock);
}

static size_t pipe_get(struct pipe *q, uint8_t *b, size_t room)
{
	size_t n;

	pthread_mutex_lock(&q->lock);
	while (q->len == 0)
		pthread_cond_wait(&q->moved, &q->lock);
	n = q->len < room ? q->len : room;
	for (size_t i = 0; i < n; i++)
		b[i] = q->bytes[(q->at + i) % PIPE];
	q->at = (q->at + n) % PIPE;
	q->len -= n;
	pthread_cond_broadcast(&q->moved);
	pthread_mutex_unlock(&q->lock);
	return n;
}

/* ---- the receiving thread ---- */

static void pass_actions(struct side *s)
{
	struct sneck_action act;

	while (sneck_action_take(s->e->conn, &act) == SNECK_OK) {
		pthread_mutex_lock(&s->queue.lock);
		if (s->queue.n < QUEUED)
			s->queue.act[s->queue.n++] = act;
		else
			complain(&s->rx, "queue", QUEUED);
		pthread_mutex_unlock(&s->queue.lock);
	}
}

static void consume(struct side *s, struct sneck_app_st *app)
{
	struct sneck_rec rec;

	while (sneck_app_next(app, &rec) == SNECK_OK)
		for (size_t i = 0; i < rec.len; i++)
			if (rec.data[i] != byte_at(s->n_got++))
				complain(&s->rx, "byte", (int)s->n_got);
}

static void *receive(void *arg)
{
	struct side *const s = arg;
	struct end *const e = s->e;

	for (;;) {
		const int state = sneck_process(e->conn, &e->in, NULL, &e->st);
		size_t room;
		uint8_t *to;

		pass_actions(s);
		if (state == SNECK_APP_DATA_AVAILABLE) {
			consume(s, &e->st.u.app);
			pass_actions(s);
			continue;
		}
		if (state != SNECK_TRAFFIC_TRANSIT) {
			if (state != SNECK_CLOSED)
				complain(&s->rx, "state", state);
			return NULL;
		}
		to = sneck_in_space(&e->in, 20000, &room);
		sneck_in_added(&e->in, pipe_get(s->from, to, 1u + draw(&s->rx, 20000)));
	}
}

/* ---- the sending thread ---- */

/* Takes one action of those that wait, or leaves them all for later. */
static void enact_one(struct side *s, bool now)
{
	struct sneck_action act = { .kind = 0 };

	pthread_mutex_lock(&s->queue.lock);
	if (s->queue.n != 0 && (now || s->queue.n > QUEUED / 2u)) {
		act = s->queue.act[0];
		s->queue.n--;
		memmove(s->queue.act, s->queue.act + 1, s->queue.n * sizeof act);
	}
	pthread_mutex_unlock(&s->queue.lock);
	if (act.kind != 0) {
		s->n_actions++;
		if (sneck_action_enact(s->tx, &act) != SNECK_OK)
			complain(&s->sx, "enact", (int)act.kind);
	}
}

static void send_some(struct side *s, struct sneck_out *out, const uint8_t *from, size_t len)
{
	const struct sneck_iov piece = { from, len };
	const size_t need = sneck_encrypt_size(s->tx, len);
	enum sneck_rc rc;

	out->cap = out->head + out->len + need - 1u;
	rc = sneck_encrypt(s->tx, &piece, 1, 0, out, NULL);
	if (rc != SNECK_WANT_SPACE || out->required != need)
		complain(&s->sx, "required", rc);
	out->cap++;
	rc = sneck_encrypt(s->tx, &piece, 1, 0, out, NULL);
	if (rc != SNECK_OK || sneck_out_room(out) != 0)
		complain(&s->sx, "size", rc);
}

static void flush(struct side *s, struct sneck_out *out)
{
	const struct sneck_span bytes = sneck_out_unsent(out);

	pipe_put(s->to, bytes.p, bytes.len);
	sneck_out_sent(out, bytes.len);
	out->cap = sizeof s->out_mem;
}

static void *send_all(void *arg)
{
	struct side *const s = arg;
	struct sneck_out out = s->e->out;
	uint8_t plain[40000];

	for (size_t done = 0; done != TOTAL;) {
		const uint32_t most = draw(&s->sx, 4) == 0 ? sizeof plain : 600u;
		size_t len = 1u + draw(&s->sx, most);

		len = len < TOTAL - done ? len : TOTAL - done;
		for (size_t i = 0; i < len; i++)
			plain[i] = byte_at(done + i);
		enact_one(s, draw(&s->sx, 3) == 0);
		if (draw(&s->sx, 16) == 0 && sneck_key_update(s->tx, draw(&s->sx, 2)) != SNECK_OK)
			complain(&s->sx, "key update", (int)done);
		send_some(s, &out, plain, len);
		flush(s, &out);
		done += len;
	}
	if (sneck_close_notify(s->tx, &out) != SNECK_OK)
		complain(&s->sx, "close", 0);
	flush(s, &out);
	return NULL;
}

/* ---- both ---- */

/* libcrypto with keys that wear out soon. */
static void wear_out(void)
{
	const struct sneck_provider *const real = sneck_provider_libcrypto();
	size_t n = 0;

	provider = *real;
	for (; real->aeads[n] != NULL; n++) {
		aeads[n] = *real->aeads[n];
		aeads[n].seal_limit = LIMIT;
		aead_list[n] = &aeads[n];
	}
	aead_list[n] = NULL;
	provider.aeads = aead_list;
	provider.pubkey = p.client.cfg.provider->pubkey; /* as who signs */
	p.client.cfg.provider = p.server.cfg.provider = &provider;
}

static void t18_four_threads(void **state)
{
	pthread_t thread[4];

	(void)state;
	pair_init(&p, 1);
	wear_out();
	pair_start(&p);
	pair_run(&p);
	assert_true(pair_connected(&p));
	for (int i = 0; i < 2; i++) {
		struct side *const s = &sides[i];
		const size_t size = sneck_split_size((i != 0 ? &p.server : &p.client)->conn);

		s->e = i != 0 ? &p.server : &p.client;
		s->rx.random = 77u + (uint64_t)i;
		s->sx.random = 99u + (uint64_t)i;
		pthread_mutex_init(&s->queue.lock, NULL);
		pthread_mutex_init(&pipes[i].lock, NULL);
		pthread_cond_init(&pipes[i].moved, NULL);
		s->to = &pipes[i];
		s->from = &pipes[1 - i];
		assert_true(size <= SNECK_CONN_MAX && size % SNECK_SPLIT_ALIGN == 0);
		assert_int_equal(sneck_split(s->e->conn, s->tx_mem, size, &s->tx), SNECK_OK);
		assert_int_equal(sneck_out_rebase(&s->e->out, s->out_mem, sizeof s->out_mem),
				 SNECK_OK);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_create(&thread[2 * i], NULL, receive, &sides[i]), 0);
		assert_int_equal(pthread_create(&thread[2 * i + 1], NULL, send_all, &sides[i]), 0);
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (int i = 0; i < 2; i++) {
		struct sneck_facts rx, tx;

		assert_string_equal(sides[i].rx.wrong, "");
		assert_string_equal(sides[i].sx.wrong, "");
		assert_int_equal(sides[i].n_got, TOTAL);
		assert_true(sides[i].n_actions > 10);
		assert_int_equal(sneck_conn_facts(sides[1 - i].e->conn, &rx, sizeof rx), SNECK_OK);
		assert_int_equal(sneck_conn_facts(sides[i].tx, &tx, sizeof tx), SNECK_OK);
		assert_int_equal(rx.rx_updates, tx.tx_updates);
		assert_true(tx.tx_updates > 20); /* by themselves and by hand */
	}
	for (int i = 0; i < 2; i++)
		sneck_conn_wipe(sides[i].tx);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t18_four_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
