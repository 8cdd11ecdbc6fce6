/* SPDX-License-Identifier: MIT */
/* app_in.c: application data on its way in. RFC 9846, 5.2.
 *
 * A record is consumed when it is yielded, never before: not asking is backpressure. What lies
 * between records (KeyUpdates, tickets, alerts) is handled on the way; a failure ends the iteration
 * and is the next state. */
#include "conn.h"

/* Opens records until one has data for the application. SNECK_WANT_INPUT: there is none. */
static enum sneck_rc open_next(struct sneck_conn *c, struct sneck_in *in)
{
	const uint8_t level = c->rx_epoch.level;

	while (c->in.app_len == 0) {
		enum sneck_rc rc = SNECK_OK;
		enum in_kind kind;
		struct hs_msg m;

		if (c->rx_epoch.level != level) /* early data is over */
			return SNECK_WANT_INPUT;
		rc = sneck__deframe(c, in, &m, &kind);
		if (rc == SNECK_OK && kind == IN_MESSAGE)
			rc = sneck__message(c, &m);
		if (rc < 0) /* a ticket that waits to be shown is no failure */
			sneck__conn_fail(c, rc, c->hs.alert);
		if (rc != SNECK_OK || kind == IN_NOTHING)
			return SNECK_WANT_INPUT;
	}
	return SNECK_OK;
}

static enum sneck_rc check(const struct sneck_app_st *st)
{
	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	return sneck__check_in(st->conn, st->in);
}

static void yield(struct sneck_conn *c, struct sneck_in *in, struct sneck_rec *rec, size_t len)
{
	rec->data = in->base + in->head + c->in.app_off;
	rec->len = len;
	c->in.app_off += len;
	c->in.app_len -= len;
	c->in.last_end = c->in.app_off;
	c->in.last_len = len;
}

/* A failure that the iteration ran into is the next state; until then its answer is "no more". */
static bool failed_meanwhile(const struct sneck_app_st *st)
{
	return st->conn->err != 0 && st->gen == st->conn->gen;
}

enum sneck_rc sneck_app_next(struct sneck_app_st *st, struct sneck_rec *rec)
{
	if (failed_meanwhile(st))
		return SNECK_WANT_INPUT;
	SNECK_TRY(check(st));
	SNECK_TRY(open_next(st->conn, st->in));
	yield(st->conn, st->in, rec, st->conn->in.app_len);
	return SNECK_OK;
}

enum sneck_rc sneck_app_batch(struct sneck_app_st *st, struct sneck_rec *recs, size_t cap,
			      size_t *n_recs)
{
	*n_recs = 0;
	if (failed_meanwhile(st))
		return SNECK_OK;
	SNECK_TRY(check(st));
	while (*n_recs < cap && open_next(st->conn, st->in) == SNECK_OK) {
		yield(st->conn, st->in, &recs[*n_recs], st->conn->in.app_len);
		++*n_recs;
	}
	return SNECK_OK;
}

enum sneck_rc sneck_app_read(struct sneck_app_st *st, void *dst, size_t cap, size_t *len)
{
	uint8_t *const to = dst;
	struct sneck_rec rec;

	*len = 0;
	if (failed_meanwhile(st))
		return SNECK_WANT_INPUT;
	SNECK_TRY(check(st));
	if (cap == 0)
		return SNECK_WANT_SPACE;
	while (*len < cap && open_next(st->conn, st->in) == SNECK_OK) {
		const size_t have = st->conn->in.app_len, room = cap - *len;

		yield(st->conn, st->in, &rec, have < room ? have : room);
		memcpy(to + *len, rec.data, rec.len);
		*len += rec.len;
	}
	return *len != 0 ? SNECK_OK : SNECK_WANT_INPUT;
}

size_t sneck_app_peek(const struct sneck_app_st *st)
{
	const struct sneck_conn *const c = st->conn;
	const struct sneck_in *const in = st->in;
	size_t left, len;
	const uint8_t *p;

	if (c->err != 0 || st->gen != c->gen || in->pos != c->in.pos || in->len < c->in.seen)
		return 0;
	if (c->in.app_len != 0)
		return c->in.app_len;
	left = in->len - c->in.next_rec;
	if (c->rx_closed || left < BOUND_RECORD_HEAD)
		return 0;
	p = in->base + in->head + c->in.next_rec;
	len = (size_t)p[3] << 8 | p[4];
	if (left - BOUND_RECORD_HEAD < len ||
	    BOUND_RECORD_HEAD + len < sneck__rec_front(&c->rx) + sneck__rec_back(&c->rx))
		return 0;
	return BOUND_RECORD_HEAD + len - sneck__rec_front(&c->rx) - sneck__rec_back(&c->rx);
}

enum sneck_rc sneck_app_unread(struct sneck_app_st *st, size_t len)
{
	struct in_map *const map = &st->conn->in;

	SNECK_TRY(check(st));
	if (len > map->last_len || (map->app_len != 0 && map->app_off != map->last_end))
		return sneck__refuse(st->conn, SNECK_E_ARG,
				     "more given back than the record that was yielded last had");
	if (len == 0)
		return SNECK_OK;
	map->app_off = map->last_end - len;
	map->app_len += len;
	map->last_end -= len;
	map->last_len -= len;
	return SNECK_OK;
}
