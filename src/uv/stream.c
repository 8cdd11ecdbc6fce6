/* SPDX-License-Identifier: MIT */
/* A TLS stream over a uv_tcp_t. run() calls sneck_process() until the connection waits, and tells
 * the application what happened; rest() then sends what was written, gives back memory, and says
 * whether to receive. run() is entered from libuv's callbacks only: what the application calls
 * leaves a note in the stream and has it run soon, so no callback is inside a call.
 *
 * Memory: `in` exists while received bytes are unconsumed, scratch during the handshake, `out`
 * while bytes wait. What the kernel does not take at once is handed to it as `flight`, and the
 * stream goes on in fresh memory. Making, deadlines and closing are in life.c, TCP in listen.c and
 * dial.c. */
#define _GNU_SOURCE /* what <uv.h> needs of the system, with -std=c11 */
#include "stream.h"

#include "../build.h"

#include <sneck/session.h>

#include <stdlib.h>
#include <string.h>

static void run(struct sneck_uv *s);

/* ---- small notes --------------------------------------------------------------------------- */

static size_t queued(const struct sneck_uv *s)
{
	return sneck_uv__in_flight(s) + s->out.len + s->early_len;
}

static void fail(struct sneck_uv *s, enum sneck_rc rc)
{
	if (s->err == SNECK_OK)
		s->err = rc;
}

void sneck_uv__fail_system(struct sneck_uv *s, int error)
{
	if (s->err == SNECK_OK)
		s->sys = error;
	fail(s, error == UV_ENOMEM || error == UV_ENOBUFS ? SNECK_E_NO_MEMORY : SNECK_E_SYSTEM);
}

static void on_idle(uv_idle_t *idle)
{
	uv_idle_stop(idle);
	run(idle->data);
}

/* Has the stream run soon. While it runs it sees every change by itself. */
static void touch(struct sneck_uv *s)
{
	if (!s->running && s->phase != PHASE_GONE)
		uv_idle_start(&s->idle, on_idle);
}

/* ---- output -------------------------------------------------------------------------------- */

static enum sneck_rc grow(struct sneck_uv *s, size_t room)
{
	const size_t cap = s->out.len + (room > s->out.len ? room : s->out.len);
	uint8_t *const old = s->out.base, *const mem = malloc(cap);

	if (mem == NULL)
		return SNECK_E_NO_MEMORY;
	SNECK_TRY(sneck_out_rebase(&s->out, mem, cap));
	free(old);
	return SNECK_OK;
}

static void on_written(uv_write_t *req, int status)
{
	struct sneck_uv *s = req->data;

	free(s->flight);
	s->flight = NULL;
	s->queue_seen = 0;
	if (s->phase == PHASE_GONE)
		return;
	s->last = sneck_uv__now(s);
	if (status < 0)
		sneck_uv__fail_system(s, status);
	run(s);
}

static void flush(struct sneck_uv *s)
{
	uv_stream_t *const tcp = (uv_stream_t *)&s->tcp;
	uv_buf_t buf;
	int n;

	if (s->flight != NULL || s->out.len == 0)
		return;
	buf = uv_buf_init((char *)s->out.base + s->out.head, (unsigned)s->out.len);
	n = uv_try_write(tcp, &buf, 1);
	if (n > 0) {
		s->last = sneck_uv__now(s);
		sneck_out_sent(&s->out, (size_t)n);
		if (s->out.len == 0)
			return;
	} else if (n != UV_EAGAIN) {
		sneck_uv__fail_system(s, n);
		return;
	}
	buf = uv_buf_init((char *)s->out.base + s->out.head, (unsigned)s->out.len);
	n = uv_write(&s->write, tcp, &buf, 1, on_written);
	if (n != 0) {
		sneck_uv__fail_system(s, n);
		return;
	}
	s->flight = s->out.base;
	s->moved = sneck_uv__now(s);
	s->queue_seen = sneck_uv__in_flight(s);
	sneck_out_continue(&s->out, NULL, 0);
}

static enum sneck_rc encrypt(struct sneck_uv *s, const struct sneck_iov *pieces, size_t n)
{
	enum sneck_rc rc;

	sneck_uv__server_at(s);
	rc = sneck_encrypt(s->conn, pieces, n, 0, &s->out, NULL);
	if (rc == SNECK_WANT_SPACE) {
		SNECK_TRY(grow(s, s->out.required));
		rc = sneck_encrypt(s->conn, pieces, n, 0, &s->out, NULL);
	}
	return rc;
}

static enum sneck_rc close_notify(struct sneck_uv *s)
{
	enum sneck_rc rc;

	sneck_uv__server_at(s);
	rc = sneck_close_notify(s->conn, &s->out);
	if (rc == SNECK_WANT_SPACE) {
		SNECK_TRY(grow(s, s->out.required));
		rc = sneck_close_notify(s->conn, &s->out);
	}
	return rc;
}

void sneck_uv__part(struct sneck_uv *s)
{
	if (s->phase == PHASE_OPEN && !s->ended && queued(s) == 0 && close_notify(s) == SNECK_OK)
		flush(s);
}

/* ---- input --------------------------------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct sneck_uv *s = handle->data;
	const size_t want = s->need > s->in.len ? s->need : s->in.len + 1;
	uint8_t *const old = s->in.base;
	uint8_t *mem;
	size_t cap, room;

	(void)suggested;
	*buf = uv_buf_init(NULL, 0);
	if (s->in.cap < want) {
		cap = want > s->opt.in_size ? want : s->opt.in_size;
		mem = malloc(cap);
		if (mem == NULL || sneck_in_rebase(&s->in, mem, cap) != SNECK_OK)
			return; /* libuv says UV_ENOBUFS to on_read() */
		free(old);
	}
	mem = sneck_in_space(&s->in, want - s->in.len, &room);
	*buf = uv_buf_init((char *)mem, (unsigned)room);
}

static void on_read(uv_stream_t *tcp, ssize_t n, const uv_buf_t *buf)
{
	struct sneck_uv *s = tcp->data;

	(void)buf;
	if (s->phase == PHASE_LINGER) {
		if (n < 0)
			sneck_uv__finish(s, s->rc);
		return;
	}
	if (n > 0) {
		s->last = sneck_uv__now(s);
		sneck_conn_set_now(s->conn, sneck_uv__wall()); /* a ticket's age begins here */
		sneck_in_added(&s->in, (size_t)n);
	} else if (n == UV_EOF) {
		sneck_in_eof(&s->in);
	} else if (n < 0) {
		sneck_uv__fail_system(s, (int)n);
	}
	run(s);
}

/* Hands over the records that are complete, until the application has had enough. */
static bool deliver(struct sneck_uv *s, struct sneck_app_st *app)
{
	struct sneck_rec rec;

	while (!s->paused && !s->aborted && sneck_app_next(app, &rec) == SNECK_OK) {
		s->opt.handler->read(s, rec.data, rec.len);
		sneck_uv__server_at(s); /* which may have written to another stream */
	}
	s->want_read = false;
	return !s->paused || s->aborted;
}

static bool deliver_early(struct sneck_uv *s, struct sneck_early_st *early)
{
	struct sneck_rec rec;

	while (BUILD_EARLY_DATA && !s->aborted && sneck_early_next(early, &rec) == SNECK_OK) {
		if (s->opt.handler->early != NULL)
			s->opt.handler->early(s, rec.data, rec.len);
		sneck_uv__server_at(s);
	}
	return true;
}

/* ---- the connection's states --------------------------------------------------------------- */

static void become_open(struct sneck_uv *s)
{
	const struct sneck_iov early = { s->early, s->early_len };

	if (s->phase != PHASE_HANDSHAKE)
		return;
	s->phase = PHASE_OPEN;
	s->last = sneck_uv__now(s);
	if (s->early_len != 0)
		fail(s, encrypt(s, &early, 1));
	free(s->early);
	s->early = NULL;
	s->early_len = 0;
	if (s->ended)
		fail(s, close_notify(s));
	if (s->err == SNECK_OK && s->opt.handler->open != NULL)
		s->opt.handler->open(s);
}

/* Shows a state that the config asked for. The answer to a question may come later: the state
 * is then shown once, and the stream waits for sneck_uv_kick(). */
static bool show(struct sneck_uv *s, const struct sneck_status *st)
{
	const bool cert =
		st->state == SNECK_RECEIVED_CERTIFICATE || st->state == SNECK_NEEDS_SIGNATURE;
	int taken = 0;

	if (st->op != 0 && st->op == s->asked_op && st->state == s->asked_state)
		return s->want_read = false;
	s->asked_op = st->op;
	s->asked_state = st->state;
	if (s->opt.handler->state != NULL)
		taken = s->opt.handler->state(s, st);
	if (st->op != 0 && taken == 0 &&
	    sneck_answer_refuse(s->conn, st->op,
				cert ? SNECK_ALERT_CERTIFICATE_UNKNOWN
				     : SNECK_ALERT_HANDSHAKE_FAILURE) == SNECK_E_INTERNAL)
		fail(s, SNECK_E_INTERNAL);
	return true;
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
	(void)req;
	(void)status;
}

/* The connection has failed. Closing a socket with unread bytes resets it, and the peer might
 * never see the alert: so half-close, and drop what comes until the peer closes. */
static bool failed(struct sneck_uv *s, const struct sneck_status *st)
{
	struct sneck_failure f = { 0 };

	s->want_read = false;
	if (sneck_rc_is_refusal(st->err)) {
		fail(s, (enum sneck_rc)st->err);
		return true;
	}
	flush(s);
	if (s->flight != NULL && !s->aborted)
		return false;
	if (s->aborted || s->err != SNECK_OK || s->in.flags & SNECK_IN_EOF ||
	    sneck_conn_failure(s->conn, &f) != SNECK_OK || f.from_peer || f.alert == 0 ||
	    uv_shutdown(&s->shutdown, (uv_stream_t *)&s->tcp, on_shutdown) != 0) {
		sneck_uv__finish(s, (enum sneck_rc)st->err);
		return false;
	}
	s->rc = (enum sneck_rc)st->err;
	s->phase = PHASE_LINGER;
	s->last = sneck_uv__now(s);
	s->in.head = s->in.len = s->need = 0;
	s->want_read = true;
	return false;
}

static bool go_on(struct sneck_uv *s, enum sneck_rc rc)
{
	fail(s, rc);
	return true;
}

static bool lend_scratch(struct sneck_uv *s, size_t size)
{
	s->scratch = malloc(size);
	if (s->scratch == NULL)
		return go_on(s, SNECK_E_NO_MEMORY);
	return go_on(s, sneck_conn_set_scratch(s->conn, s->scratch, size));
}

static void tell_end(struct sneck_uv *s)
{
	s->end_told = true;
	if (s->opt.handler->end != NULL)
		s->opt.handler->end(s);
	else
		sneck_uv_end(s);
}

/* One state. false: the stream waits. */
static bool step(struct sneck_uv *s)
{
	struct sneck_status st;

	if (s->peer_closed && !s->end_told && !s->paused && !s->aborted)
		tell_end(s);
	if (s->err != SNECK_OK) {
		sneck_uv__finish(s, s->err);
		return false;
	}
	sneck_uv__server_at(s);
	switch (sneck_process(s->conn, &s->in, &s->out, &st)) {
	case SNECK_MUST_ENCRYPT_TLS_DATA:
		return go_on(s, grow(s, st.u.encode.required));
	case SNECK_MUST_TRANSMIT_TLS_DATA:
		flush(s);
		return go_on(s, sneck_transmit_done(&st.u.transmit));
	case SNECK_NEEDS_SCRATCH:
		return lend_scratch(s, st.u.scratch.size);
	case SNECK_MAY_ENCRYPT_APP_DATA:
		show(s, &st);
		return go_on(s, sneck_may_encrypt_done(&st.u.may));
	case SNECK_MAY_ENCRYPT_EARLY_DATA:
		show(s, &st);
		return go_on(s, sneck_may_encrypt_done(&st.u.may));
	case SNECK_EARLY_DATA_AVAILABLE:
		return deliver_early(s, &st.u.early);
	case SNECK_APP_DATA_AVAILABLE:
		if (s->phase == PHASE_OPEN)
			return deliver(s, &st.u.app);
		become_open(s); /* the state comes again */
		return true;
	case SNECK_PEER_CLOSED:
		s->peer_closed = true;
		become_open(s);
		return true;
	case SNECK_TRAFFIC_TRANSIT:
		if (s->phase == PHASE_HANDSHAKE) {
			become_open(s);
			return true;
		}
		if ((st.flags & SNECK_ST_TX_PENDING) != 0) /* a KeyUpdate that found no room */
			return go_on(s, encrypt(s, NULL, 0));
		s->need = st.u.more.min_capacity;
		s->want_read = !s->paused && (st.flags & SNECK_ST_RX_CLOSED) == 0;
		return false;
	case SNECK_NEEDS_MORE_TLS_DATA:
		s->need = st.u.more.min_capacity;
		s->want_read = true;
		return false;
	case SNECK_CLOSED:
		flush(s);
		s->want_read = false;
		if (s->flight == NULL && s->err == SNECK_OK)
			sneck_uv__finish(s, SNECK_OK);
		return s->err != SNECK_OK;
	case SNECK_FAILED:
		return failed(s, &st);
	default:
		return show(s, &st);
	}
}

/* The stream waits: sends, gives back what is not needed meanwhile, receives or not. */
static void rest(struct sneck_uv *s)
{
	uv_stream_t *const tcp = (uv_stream_t *)&s->tcp;
	size_t len;

	flush(s);
	if (s->err != SNECK_OK || (s->want_drain && queued(s) == 0))
		touch(s);
	if (s->scratch != NULL && s->phase == PHASE_OPEN &&
	    sneck_conn_take_scratch(s->conn, &len) != NULL) {
		free(s->scratch);
		s->scratch = NULL;
	}
	if (s->in.len == 0 && s->in.base != NULL) {
		free(s->in.base);
		(void)!sneck_in_rebase(&s->in, NULL, 0);
	}
	if (s->out.len == 0 && s->out.base != NULL) {
		free(s->out.base);
		(void)!sneck_out_rebase(&s->out, NULL, 0);
	}
	if (!s->want_read)
		uv_read_stop(tcp);
	else if (!uv_is_closing((uv_handle_t *)tcp))
		(void)uv_read_start(tcp, on_alloc, on_read); /* UV_EALREADY is fine */
	sneck_uv__arm(s);
}

static void run(struct sneck_uv *s)
{
	s->running = true;
	if (s->phase == PHASE_OPEN && s->want_drain && queued(s) == 0 && s->err == SNECK_OK) {
		s->want_drain = false;
		if (s->opt.handler->drain != NULL)
			s->opt.handler->drain(s);
	}
	if (s->phase == PHASE_DIAL && s->err != SNECK_OK)
		sneck_uv__finish(s, s->err);
	while ((s->phase == PHASE_HANDSHAKE || s->phase == PHASE_OPEN) && step(s)) {
	}
	s->running = false;
	if (s->phase != PHASE_GONE && s->phase != PHASE_DIAL)
		rest(s);
}

void sneck_uv__start(struct sneck_uv *s)
{
	int len = (int)sizeof s->peer;

	if (uv_tcp_getpeername(&s->tcp, (struct sockaddr *)&s->peer, &len) != 0)
		s->peer.ss_family = AF_UNSPEC;
	uv_tcp_nodelay(&s->tcp, 1);
	s->phase = PHASE_HANDSHAKE;
	run(s);
}

/* ---- what the application calls ------------------------------------------------------------ */

/* Keeps plaintext that was written before the handshake is over. */
static enum sneck_rc keep(struct sneck_uv *s, const struct sneck_iov *pieces, size_t n)
{
	size_t len = s->early_len;
	uint8_t *mem;

	for (size_t i = 0; i < n; i++)
		len += pieces[i].len;
	if (len == s->early_len)
		return SNECK_OK;
	mem = realloc(s->early, len);
	if (mem == NULL)
		return SNECK_E_NO_MEMORY;
	s->early = mem;
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].len == 0)
			continue;
		memcpy(mem + s->early_len, pieces[i].p, pieces[i].len);
		s->early_len += pieces[i].len;
	}
	return SNECK_OK;
}

enum sneck_rc sneck_uv_write(struct sneck_uv *s, const struct sneck_iov *pieces, size_t n)
{
	enum sneck_rc rc;

	if (s->ended || s->aborted || s->err != SNECK_OK || s->phase > PHASE_OPEN)
		return SNECK_E_CLOSED;
	if (queued(s) > s->opt.high_water) {
		s->want_drain = true;
		return SNECK_WANT_SPACE;
	}
	rc = s->phase == PHASE_OPEN ? encrypt(s, pieces, n) : keep(s, pieces, n);
	fail(s, rc);
	touch(s);
	return rc;
}

enum sneck_rc sneck_uv_write_early(struct sneck_uv *s, const struct sneck_status *st,
				   const struct sneck_iov *pieces, size_t n)
{
	struct sneck_may_st may = st->u.may;
	enum sneck_rc rc;
	size_t done;

	if (!BUILD_EARLY_DATA)
		return SNECK_E_UNSUPPORTED;
	rc = sneck_early_encrypt(&may, pieces, n, 0, &s->out, &done);
	if (rc == SNECK_WANT_SPACE) {
		SNECK_TRY(grow(s, s->out.required));
		rc = sneck_early_encrypt(&may, pieces, n, 0, &s->out, &done);
	}
	return rc;
}

void sneck_uv_pause(struct sneck_uv *s)
{
	s->paused = true;
	touch(s);
}

void sneck_uv_resume(struct sneck_uv *s)
{
	s->paused = false;
	touch(s);
}

void sneck_uv_end(struct sneck_uv *s)
{
	if (s->ended || s->phase > PHASE_OPEN)
		return;
	s->ended = true;
	if (s->phase == PHASE_OPEN)
		fail(s, close_notify(s));
	touch(s);
}

void sneck_uv_abort(struct sneck_uv *s, uint8_t alert)
{
	if (s->aborted || s->phase > PHASE_OPEN)
		return;
	s->aborted = true;
	if (s->phase == PHASE_DIAL || sneck_fail(s->conn, alert) != SNECK_OK)
		fail(s, SNECK_E_ABORTED);
	touch(s);
}

void sneck_uv_kick(struct sneck_uv *s)
{
	touch(s);
}

struct sneck_conn *sneck_uv_conn(struct sneck_uv *s)
{
	return s->conn;
}

struct uv_stream_s *sneck_uv_stream(struct sneck_uv *s)
{
	return (uv_stream_t *)&s->tcp;
}

void *sneck_uv_user(const struct sneck_uv *s)
{
	return s->opt.user;
}

struct sneck_uv_server *sneck_uv_server_of(const struct sneck_uv *s)
{
	return s->server;
}

int sneck_uv_error(const struct sneck_uv *s)
{
	return s->sys;
}

void sneck_uv_set_user(struct sneck_uv *s, void *user)
{
	s->opt.user = user;
}
