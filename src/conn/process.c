/* SPDX-License-Identifier: MIT */
/* process.c: sneck_process(): which state is owed next, and filling the status.
 *
 * One call: release what was yielded, write what waits, run the handshake as far as it goes, and
 * show the first thing that only somebody else can do. The order of states is that of docs/tour.md;
 * here it is the order of the lines in next_state(). */
#include "conn.h"

#include "../build.h"

#include "../ext/select.h"

/* What stops the connection when nothing is left to write. */
enum stop { STOP_NONE, STOP_FAILED, STOP_CLOSED, STOP_DATA, STOP_MORE, STOP_SCRATCH, STOP_ASK };

static enum stop failed(struct sneck_conn *c, enum sneck_rc rc)
{
	sneck__conn_fail(c, rc, c->hs.alert);
	return STOP_NONE; /* the alert first */
}

/* One step: a message sent or received. SNECK_WANT_INPUT: more bytes; SNECK_NOT_NOW: data. */
static enum sneck_rc step(struct sneck_conn *c, struct sneck_in *in)
{
	enum in_kind kind;
	struct hs_msg m;

	if (sneck__hs_sends(&c->hs)) {
		SNECK_TRY(sneck__hs_run(&c->hs, NULL));
		SNECK_TRY(sneck__conn_sync_rx(c));
		return sneck__conn_sync_tx(c);
	}
	SNECK_TRY(sneck__deframe(c, in, &m, &kind));
	if (kind == IN_MESSAGE)
		return sneck__message(c, &m);
	return kind == IN_DATA ? SNECK_NOT_NOW : SNECK_WANT_INPUT;
}

/* Runs until something stops it. Input is not taken while handshake output waits. */
static enum stop advance(struct sneck_conn *c, struct sneck_in *in)
{
	while (!sneck__keys_due(c) && (sneck__hs_sends(&c->hs) || !sneck__emit_waits(c))) {
		enum sneck_rc rc;

		if (c->err != 0)
			return STOP_FAILED;
		if (c->in.app_len != 0)
			return STOP_DATA;
		if (c->hs.early_due)
			return STOP_NONE;
		if (c->rx_closed && c->tx_closed)
			return STOP_CLOSED;
		rc = step(c, in);
		if (rc == SNECK_WANT_INPUT || rc == SNECK_NOT_NOW) {
			if (rc == SNECK_NOT_NOW || c->alert_due)
				return rc == SNECK_NOT_NOW ? STOP_DATA : STOP_NONE;
			if ((in->flags & SNECK_IN_EOF) != 0 && !c->rx_closed)
				return failed(c, SNECK_E_TRUNCATED);
			return c->rx_closed && c->tx_closed ? STOP_CLOSED : STOP_MORE;
		}
		if (rc == SNECK_WANT_SPACE)
			return STOP_SCRATCH;
		if (rc == SNECK_WANT_ANSWER)
			return STOP_ASK;
		if (rc != SNECK_OK)
			return failed(c, rc);
	}
	return STOP_NONE;
}

/* ---- filling the status ---- */

static int must_encrypt(struct sneck_conn *c, struct sneck_out *out, struct sneck_status *st)
{
	st->u.encode = (struct sneck_encode_st){
		.conn = c,
		.gen = c->gen,
		.level = sneck__emit_level(c),
		.content = sneck__emit_content(c),
		.required = sneck__emit_size(c),
		.min_progress = sneck__emit_first(c),
	};
	if (out != NULL)
		out->required = st->u.encode.required;
	return SNECK_MUST_ENCRYPT_TLS_DATA;
}

static int must_transmit(struct sneck_conn *c, struct sneck_status *st)
{
	st->u.transmit = (struct sneck_transmit_st){
		.conn = c,
		.gen = c->gen,
		.upto = c->out.flight_end,
	};
	if (sneck__hs_connected(&c->hs))
		c->out.wait = false;
	return SNECK_MUST_TRANSMIT_TLS_DATA;
}

static int more(struct sneck_conn *c, struct sneck_in *in, struct sneck_status *st)
{
	if (c->peer_closed_due) {
		c->peer_closed_due = false;
		return SNECK_PEER_CLOSED;
	}
	sneck__in_release(c, in);
	sneck__in_squeeze(c, in);
	sneck__in_more(c, in, &st->u.more);
	return sneck__hs_connected(&c->hs) ? SNECK_TRAFFIC_TRANSIT : SNECK_NEEDS_MORE_TLS_DATA;
}

static int show_stop(struct sneck_conn *c, enum stop why, struct sneck_in *in,
		     struct sneck_status *st)
{
	switch (why) {
	case STOP_SCRATCH:
		st->u.scratch.size = sneck__hs_work_need(&c->hs);
		return SNECK_NEEDS_SCRATCH;
	case STOP_ASK:
		return sneck__show_question(c, in, st);
	case STOP_CLOSED:
		sneck__conn_wipe_keys(c);
		return SNECK_CLOSED;
	case STOP_DATA:
		if (c->rx_epoch.level == LV_EARLY) {
			st->u.early = (struct sneck_early_st){
				.conn = c,
				.in = in,
				.gen = c->gen,
				.max_plain = c->in.app_len,
			};
			return SNECK_EARLY_DATA_AVAILABLE;
		}
		st->u.app = (struct sneck_app_st){
			.conn = c,
			.in = in,
			.gen = c->gen,
			.max_plain = c->in.app_len,
		};
		return SNECK_APP_DATA_AVAILABLE;
	case STOP_MORE:
		return more(c, in, st);
	default:
		st->err = c->err;
		st->alert = c->alert;
		return SNECK_FAILED;
	}
}

/* ---- the order of states ---- */

/* Writes what waits. A control record that finds no room waits for the next output. */
static void emit(struct sneck_conn *c, struct sneck_out *out)
{
	if (out != NULL)
		(void)!sneck__emit(c, out, false); /* a failure is the next state */
}

/* The handshake is over once its last flight is written. */
static void settle(struct sneck_conn *c)
{
	if (c->hs.work == NULL || !sneck__hs_connected(&c->hs) || sneck__emit_waits(c))
		return;
	sneck__conn_release_scratch(c);
	c->done_due = true;
}

/* Notices that nobody asked for are dropped. */
static bool due(const struct sneck_conn *c, bool *notice)
{
	const bool show = *notice && (c->cfg->ask & SNECK_ASK_NOTICES) != 0;

	*notice = false;
	return show;
}

static uint32_t early_left(const struct sneck_conn *c)
{
	return c->hs.early_max - c->hs.early_bytes;
}

static int show_early_result(struct sneck_conn *c, struct sneck_status *st)
{
	const bool accepted = c->hs.early == EARLY_ACCEPTED;

	c->hs.early_due = false;
	st->u.early_result = (struct sneck_early_result_st){
		.accepted = accepted,
		.alpn_changed = c->hs.alpn_changed,
		.bytes_to_resend = accepted ? 0 : c->hs.early_bytes,
	};
	return SNECK_EARLY_DATA_RESULT;
}

/* Whether a control record goes now: into `out`, or, without records, as output of its own. */
static bool control_fits(const struct sneck_conn *c, const struct sneck_out *out)
{
	const size_t need = sneck__control_size(c);

	return need != 0 &&
	       (c->external != EXTERNAL_NO || (out != NULL && need <= sneck_out_room(out)));
}

static int next_state(struct sneck_conn *c, struct sneck_in *in, struct sneck_out *out,
		      struct sneck_status *st)
{
	for (;;) {
		enum stop why;

		sneck__keys_prepare(c);
		if (sneck__keys_due(c))
			return sneck__keys_show(c, st);
		emit(c, out);
		if (sneck__emit_due(c))
			return must_encrypt(c, out, st);
		settle(c);
		if (due(c, &c->alert_due)) {
			st->alert = c->alert_seen;
			return SNECK_RECEIVED_ALERT;
		}
		if (c->hs.early_due)
			return show_early_result(c, st);
		if (BUILD_EARLY_DATA && sneck__can_encrypt_early(c) && !c->early_done) {
			st->u.may = (struct sneck_may_st){ .conn = c,
							   .gen = c->gen,
							   .max_plain = early_left(c) };
			return SNECK_MAY_ENCRYPT_EARLY_DATA;
		}
		if (due(c, &c->done_due))
			return SNECK_HANDSHAKE_DONE;
		if ((c->cfg->ask & SNECK_ASK_MAY_ENCRYPT) != 0 && !c->may_done &&
		    sneck__can_encrypt(c)) {
			st->u.may = (struct sneck_may_st){ .conn = c,
							   .gen = c->gen,
							   .max_plain = UINT64_MAX };
			return SNECK_MAY_ENCRYPT_APP_DATA;
		}
		why = advance(c, in);
		if (why == STOP_NONE || sneck__emit_waits(c) ||
		    (c->hs.work != NULL && sneck__hs_connected(&c->hs)))
			continue;
		if (control_fits(c, out))
			continue;
		if (c->out.wait)
			return must_transmit(c, st);
		return show_stop(c, why, in, st);
	}
}

enum sneck_rc sneck__check_call(struct sneck_conn *c, const struct sneck_in *in,
				const struct sneck_out *out, bool external)
{
	if (c->magic != CONN_ALIVE)
		return SNECK_E_MISUSE;
	SNECK_TRY(sneck__check_idle(c));
	if (external != (c->external != EXTERNAL_NO))
		return sneck__refuse(c, SNECK_E_MISUSE,
				     "sneck_ext_process() is for connections in external mode, and "
				     "they for it");
	if (!c->started && c->hs.role == SNECK_CLIENT && c->hs.name.len == 0 &&
	    !c->cfg->insecure_no_name)
		return sneck__refuse(c, SNECK_E_CONFIG,
				     "a client needs sneck_conn_set_name(), or insecure_no_name");
	if (!c->started && c->hs.role == SNECK_CLIENT && c->cfg->psk_only && c->cfg->n_psks == 0 &&
	    c->hs.session.len == 0)
		return sneck__refuse(c, SNECK_E_CONFIG,
				     "psk_only needs config.psks or sneck_conn_set_session()");
	SNECK_TRY(sneck__check_in(c, in));
	return out != NULL ? sneck__check_out(c, out) : SNECK_OK;
}

/* RFC 8449: by the config, or by what the caller's memory holds of one record. */
static uint32_t recv_limit(const struct sneck_config *cfg, const struct sneck_in *in)
{
	/* TLS 1.2 takes a nonce, and one byte of plaintext more than it was told in terms of 1.3 */
	const size_t old = sneck__version_on(cfg, SNECK_TLS12) ? BOUND_RECORD_NONCE : 0;
	const size_t over = BOUND_RECORD_HEAD + 1u + old + BOUND_TAG;

	if (cfg->recv_record_limit != 0)
		return cfg->recv_record_limit;
	if ((in->flags & SNECK_IN_LENT) != 0)
		return BOUND_PLAIN;
	if (in->cap < BOUND_LIMIT_MIN + over || in->cap >= BOUND_RECORD)
		return BOUND_PLAIN;
	return (uint32_t)(in->cap - over < BOUND_PLAIN ? in->cap - over : BOUND_PLAIN);
}

int sneck_process(struct sneck_conn *conn, struct sneck_in *in, struct sneck_out *out,
		  struct sneck_status *st)
{
	struct sneck_in nothing = { .pos = conn->in.pos };
	struct sneck_in *const from = in != NULL && conn->err == 0 ? in : &nothing;
	const enum sneck_rc rc = sneck__check_call(conn, from, out, false);

	return rc == SNECK_OK ? sneck__process(conn, from, out, st) : sneck__refused(st, rc);
}

int sneck__refused(struct sneck_status *st, enum sneck_rc rc)
{
	memset(st, 0, sizeof *st);
	st->err = rc;
	st->state = SNECK_FAILED;
	return SNECK_FAILED;
}

int sneck__process(struct sneck_conn *conn, struct sneck_in *from, struct sneck_out *out,
		   struct sneck_status *st)
{
	uint64_t before;

	memset(st, 0, sizeof *st);
	if (!conn->started || (conn->hs.role == SNECK_SERVER && !conn->hs.hello_seen))
		conn->hs.want_limit = recv_limit(conn->cfg, from);
	conn->started = true;
	conn->gen = conn->gen + 1u != 0 ? conn->gen + 1u : 1u;
	before = conn->in.pos;
	sneck__in_release(conn, from);
	if (out != NULL && out->pos >= conn->out.flight_end)
		conn->out.wait = false;
	conn->busy = true;
	st->state = next_state(conn, from, out, st);
	conn->busy = false;
	if (conn->hs.work != NULL) /* no pointer into `in` stays */
		nego_forget(&conn->hs.work->nego);
	st->discard = conn->in.pos - before;
	st->flags |=
		(sneck__can_encrypt(conn) ? SNECK_ST_CAN_ENCRYPT : 0) |
		(sneck__control_size(conn) != 0 || sneck__action_waits(conn) ? SNECK_ST_TX_PENDING
									     : 0) |
		(conn->rx_closed || conn->err != 0 ? SNECK_ST_RX_CLOSED : 0);
	return st->state;
}

size_t sneck_release(struct sneck_conn *conn, struct sneck_in *in)
{
	const uint64_t before = conn->in.pos;

	if (sneck__check_idle(conn) != SNECK_OK || sneck__check_in(conn, in) != SNECK_OK)
		return 0;
	conn->gen = conn->gen + 1u != 0 ? conn->gen + 1u : 1u;
	sneck__in_release(conn, in);
	return (size_t)(conn->in.pos - before);
}

/* ---- the handles of output states ---- */

enum sneck_rc sneck_encode(struct sneck_encode_st *st, uint32_t flags, struct sneck_out *out)
{
	struct sneck_conn *const c = st->conn;

	SNECK_TRY(sneck__check_idle(c));
	if (c->err != 0 && !c->alert_owed)
		return (enum sneck_rc)c->err;
	if (st->gen != c->gen)
		return sneck__refuse(c, SNECK_E_MISUSE, "a handle of an earlier sneck_process()");
	if ((flags & ~SNECK_F_PARTIAL) != 0)
		return sneck__refuse(c, SNECK_E_ARG, "a flag that sneck_encode() does not know");
	if (!sneck__emit_due(c))
		return sneck__refuse(c, SNECK_E_STALE, "all of it was written before");
	SNECK_TRY(sneck__check_out(c, out));
	return sneck__emit(c, out, (flags & SNECK_F_PARTIAL) != 0);
}

enum sneck_rc sneck_transmit_done(struct sneck_transmit_st *st)
{
	SNECK_TRY(sneck__check_idle(st->conn));
	if (st->gen != st->conn->gen)
		return sneck__refuse(st->conn, SNECK_E_MISUSE,
				     "a handle of an earlier sneck_process()");
	st->conn->out.wait = false;
	return SNECK_OK;
}

enum sneck_rc sneck_may_encrypt_done(struct sneck_may_st *st)
{
	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	if (st->conn->hs.early == EARLY_OFFERED) /* also when its allowance is used up */
		st->conn->early_done = true;
	else
		st->conn->may_done = true;
	return SNECK_OK;
}
