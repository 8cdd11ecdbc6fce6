/* SPDX-License-Identifier: MIT */
/* early.c: early data at the API: the same records as later, but before the handshake is over, and
 * only as many bytes as the ticket allows. RFC 9846, 2.3, 4.3.9, 4.6. */
#include <sneck/session.h>

#include "conn.h"

#include "../hs/graph.h"

/* ---- client ---- */

/* From the ClientHello on, until a server's answer has moved the handshake further. */
bool sneck__can_encrypt_early(const struct sneck_conn *c)
{
	return c->err == 0 && c->hs.early == EARLY_OFFERED && c->tx_level == LV_EARLY &&
	       c->hs.tx_level == LV_EARLY && !sneck__emit_waits(c) &&
	       c->hs.early_bytes < c->hs.early_max;
}

size_t sneck_early_size(const struct sneck_may_st *st, size_t plain)
{
	return st->gen == st->conn->gen && sneck__can_encrypt_early(st->conn)
		       ? sneck__encrypt_bytes(st->conn, plain)
		       : 0;
}

enum sneck_rc sneck_early_encrypt(struct sneck_may_st *st, const struct sneck_iov *pieces, size_t n,
				  uint32_t flags, struct sneck_out *out, size_t *consumed)
{
	struct sneck_conn *const c = st->conn;

	size_t done = 0;

	if (consumed != NULL)
		*consumed = 0;
	SNECK_TRY(sneck__check_gen(c, st->gen));
	if (!sneck__can_encrypt_early(c))
		return SNECK_NOT_NOW;
	SNECK_TRY(sneck__check_out(c, out));
	SNECK_TRY(sneck__encrypt(c, pieces, n, c->hs.early_max - c->hs.early_bytes, flags, out,
				 &done));
	if (consumed != NULL)
		*consumed = done;
	c->hs.early_bytes += (uint32_t)done;
	c->out.flight_end = c->out.written; /* it goes with the ClientHello */
	c->out.wait = true;
	return SNECK_OK;
}

/* ---- server: until EndOfEarlyData ---- */

void sneck__show_early_offer(struct sneck_conn *c, struct sneck_status *st)
{
	const struct session s = sneck__session_of(&c->hs);

	st->u.early_offer = (struct sneck_early_offer_st){
		.conn = c,
		.gen = c->gen,
		.age_skew_ms = c->hs.work->age_skew_ms,
		.ticket_age_ms = c->hs.now_ms - s.issued_ms,
		.replay_id = c->hs.work->binder,
		.app_data = s.app_data,
	};
}

enum sneck_rc sneck_answer_early_data(struct sneck_conn *conn, uint64_t op, int accept)
{
	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_EARLY_DATA_DECISION));
	conn->hs.work->early_answer = accept == 1;
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}

static bool early_left(const struct sneck_early_st *st)
{
	return st->conn->in.app_len != 0 || st->conn->rx_epoch.level == LV_EARLY;
}

static struct sneck_app_st as_app(const struct sneck_early_st *st)
{
	return (struct sneck_app_st){ .conn = st->conn, .in = st->in, .gen = st->gen };
}

enum sneck_rc sneck_early_next(struct sneck_early_st *st, struct sneck_rec *rec)
{
	struct sneck_app_st app = as_app(st);

	return early_left(st) ? sneck_app_next(&app, rec) : SNECK_WANT_INPUT;
}

enum sneck_rc sneck_early_read(struct sneck_early_st *st, void *dst, size_t cap, size_t *len)
{
	struct sneck_app_st app = as_app(st);

	*len = 0;
	return early_left(st) ? sneck_app_read(&app, dst, cap, len) : SNECK_WANT_INPUT;
}

enum sneck_rc sneck_early_drop(struct sneck_early_st *st)
{
	struct sneck_rec rec;
	enum sneck_rc rc;

	do
		rc = sneck_early_next(st, &rec);
	while (rc == SNECK_OK);
	return rc == SNECK_WANT_INPUT ? SNECK_OK : rc;
}

/* ---- both ---- */

enum sneck_rc sneck_export_early(const struct sneck_conn *conn, const char *label,
				 struct sneck_span context, void *dst, size_t len)
{
	/* what the server has turned down already may be of another hash than the connection */
	const bool offered = conn->hs.early == EARLY_OFFERED && conn->hs.tx_level == LV_EARLY;

	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->hs.work == NULL || (!offered && conn->hs.early != EARLY_ACCEPTED))
		return SNECK_NOT_NOW;
	return sneck__export(conn, conn->hs.work->early_exporter, label, context, dst, len);
}
