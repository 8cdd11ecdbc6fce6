/* SPDX-License-Identifier: MIT */
/* The life of a stream around what stream.c does: options with their defaults, memory, the timer
 * with its four deadlines (handshake, idle, a write that does not move, the last half second of a
 * failed stream), and closing, which ends in the application's close callback exactly once. */
#define _GNU_SOURCE /* what <uv.h> needs of the system, with -std=c11 */
#include "stream.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINGER_MS 500u

_Static_assert(_Alignof(max_align_t) >= SNECK_ALIGN, "malloc() aligns for the core");

#define CONN_AT ((sizeof(struct sneck_uv) + SNECK_ALIGN - 1) / SNECK_ALIGN * SNECK_ALIGN)

static uint32_t or_else(uint32_t value, uint32_t standard)
{
	return value != 0 ? value : standard;
}

enum sneck_rc sneck_uv__options(struct sneck_uv_options *dst, const struct sneck_uv_options *src,
				int role, struct sneck_note *why)
{
	const struct sneck_uv_handler *const h = src->handler;

	if (src->size > sizeof *dst || h == NULL || h->size != sizeof *h)
		return SNECK_E_SIZE;
	if (src->config == NULL || h->read == NULL || h->close == NULL)
		return SNECK_E_CONFIG;
	SNECK_TRY(sneck_config_check(src->config, role, why));
	memset(dst, 0, sizeof *dst);
	memcpy(dst, src, src->size);
	dst->handshake_timeout_ms =
		or_else(dst->handshake_timeout_ms, role == SNECK_SERVER ? 10000 : 15000);
	dst->idle_timeout_ms = or_else(dst->idle_timeout_ms, 60000);
	dst->write_stall_ms = or_else(dst->write_stall_ms, 30000);
	dst->high_water = or_else(dst->high_water, 65536);
	dst->max_streams = or_else(dst->max_streams, 4096);
	dst->backlog = or_else(dst->backlog, 1024);
	dst->in_size = or_else(dst->in_size, 17408);
	return SNECK_OK;
}

uint64_t sneck_uv__wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

enum sneck_rc sneck_uv__make(struct sneck_uv **made, const struct sneck_uv_options *opt, int role)
{
	const size_t size = sneck_conn_size(opt->config, role);
	struct sneck_uv *s = calloc(1, CONN_AT + size);
	enum sneck_rc rc;

	if (s == NULL)
		return SNECK_E_NO_MEMORY;
	s->opt = *opt;
	rc = sneck_conn_init((uint8_t *)s + CONN_AT, size, opt->config, role, sneck_uv__wall(),
			     &s->conn);
	if (rc != SNECK_OK) {
		free(s);
		return rc;
	}
	sneck_in_init(&s->in, NULL, 0);
	sneck_out_init(&s->out, NULL, 0);
	*made = s;
	return SNECK_OK;
}

void sneck_uv__drop(struct sneck_uv *s)
{
	sneck_uv__dial_close(s->dial);
	sneck_conn_wipe(s->conn);
	free(s->scratch);
	free(s->in.base);
	free(s->out.base);
	free(s->flight);
	free(s->early);
	free(s);
}

/* ---- deadlines ----------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static uint64_t deadline(const struct sneck_uv *s)
{
	uint64_t at = s->last + s->opt.idle_timeout_ms;

	if (s->phase < PHASE_OPEN)
		return s->born + s->opt.handshake_timeout_ms;
	if (s->phase == PHASE_LINGER)
		return s->last + LINGER_MS;
	if (s->flight != NULL && s->moved + s->opt.write_stall_ms < at)
		at = s->moved + s->opt.write_stall_ms;
	return at;
}

/* Sets the timer when it is to fire earlier than it would; a later time is seen when it fires. */
void sneck_uv__arm(struct sneck_uv *s)
{
	uint64_t at = deadline(s);

	if (s->phase == PHASE_DIAL && at > sneck_uv__now(s) + DIAL_ATTEMPT_MS)
		at = sneck_uv__now(s) + DIAL_ATTEMPT_MS;
	if (uv_is_active((uv_handle_t *)&s->timer) && s->due <= at)
		return;
	s->due = at;
	uv_timer_start(&s->timer, on_timer, at > sneck_uv__now(s) ? at - sneck_uv__now(s) : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct sneck_uv *s = timer->data;

	if (sneck_uv__in_flight(s) != s->queue_seen) {
		s->queue_seen = sneck_uv__in_flight(s);
		s->moved = s->last = sneck_uv__now(s);
	}
	if (sneck_uv__now(s) >= deadline(s))
		sneck_uv__finish(s, s->phase == PHASE_LINGER ? s->rc : SNECK_E_TIMEOUT);
	else if (s->phase == PHASE_DIAL)
		sneck_uv__dial_late(s);
	if (s->phase != PHASE_GONE)
		sneck_uv__arm(s);
}

void sneck_uv__begin(struct sneck_uv *s, uv_loop_t *loop)
{
	uv_tcp_init(loop, &s->tcp); /* these three do not fail without flags */
	uv_timer_init(loop, &s->timer);
	uv_idle_init(loop, &s->idle);
	s->tcp.data = s->timer.data = s->idle.data = s->write.data = s;
	s->handles = 3;
	uv_update_time(loop);
	s->born = s->last = sneck_uv__now(s);
	sneck_uv__arm(s);
}

void sneck_uv__finish_system(struct sneck_uv *s, int error)
{
	sneck_uv__fail_system(s, error);
	sneck_uv__finish(s, s->err);
}

void sneck_uv__finish(struct sneck_uv *s, enum sneck_rc rc)
{
	if (s->phase == PHASE_GONE)
		return;
	s->rc = rc;
	s->phase = PHASE_GONE;
	sneck_uv__dial_forget(s);
	uv_close((uv_handle_t *)&s->idle, sneck_uv__on_closed);
	uv_close((uv_handle_t *)&s->timer, sneck_uv__on_closed);
	if (!uv_is_closing((uv_handle_t *)&s->tcp)) /* else dial.c between two addresses */
		uv_close((uv_handle_t *)&s->tcp, sneck_uv__on_closed);
}

void sneck_uv__on_closed(uv_handle_t *handle)
{
	struct sneck_uv *s = handle->data;
	struct tenure *const tenure = s->tenure;

	if (--s->handles != 0)
		return;
	s->opt.handler->close(s, s->rc);
	if (s->server != NULL)
		sneck_uv__server_left(s->server, s);
	sneck_uv__drop(s);
	if (tenure != NULL)
		sneck_uv__tenure_left(tenure);
}
