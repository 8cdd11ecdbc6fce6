/* SPDX-License-Identifier: MIT */
/* deframe.c: records in `in`, and the handshake messages that are joined from them in place.
 * RFC 9846, 5.1, 5.2, 6, E.4.
 *
 * Everything is an offset from in->head, because the caller may move the memory between two calls.
 * A fragment moves left at most once; dead bytes between fragments are squeezed out before more
 * input is asked for, so what stays pinned is one message and one partial record. */
#include "conn.h"

#include "../ext/select.h"
#include "../hs/graph.h"
#include "../wire/ct.h"

static uint8_t *at(const struct sneck_in *in, size_t off)
{
	return in->base + in->head + off;
}

static struct sneck_span run(const struct sneck_conn *c, const struct sneck_in *in)
{
	return sneck_span_of(c->in.run_len != 0 ? at(in, c->in.run_off) : NULL, c->in.run_len);
}

/* L1 to L3: by the type that the header names. */
static uint32_t message_bound(const struct sneck_config *cfg, uint8_t type)
{
	switch (type) {
	case HT_CLIENT_HELLO:
		return cfg->max_client_hello != 0 ? cfg->max_client_hello : BOUND_CLIENT_HELLO;
	case HT_CERTIFICATE:
	case HT_COMPRESSED_CERTIFICATE:
	case HT_CERTIFICATE_STATUS: /* what TLS 1.3 has in the Certificate */
		return cfg->max_certificate != 0 ? cfg->max_certificate : BOUND_CERTIFICATE;
	default:
		return cfg->max_handshake_msg != 0 ? cfg->max_handshake_msg : BOUND_HANDSHAKE_MSG;
	}
}

/* ---- what a record is ---- */

static enum sneck_rc on_handshake(struct sneck_conn *c, const struct sneck_in *in, size_t off,
				  size_t len)
{
	struct in_map *const map = &c->in;

	if (len == 0) /* RFC 9846, 5.1: no empty fragments */
		return SNECK_E_UNEXPECTED;
	if (c->rx_epoch.level != LV_APP) {
		c->before_finished += (uint32_t)len;
		if (c->before_finished > BOUND_BEFORE_FINISHED)
			return SNECK_E_FLOOD;
	}
	if (map->run_len == 0)
		map->run_off = off;
	else
		memmove(at(in, map->run_off + map->run_len), at(in, off), len);
	map->run_len += len;
	return SNECK_OK;
}

/* RFC 9846, 6: close_notify and user_canceled are not fatal; every other one is, known or not. In
 * TLS 1.2 all that are so called are warnings, also before we know that this is it. */
static bool is_warning(const struct sneck_conn *c, const uint8_t *p)
{
	const bool maybe_old = c->hs.version == 0 && c->hs.role == SNECK_CLIENT &&
			       sneck__version_on(c->cfg, SNECK_TLS12);

	if (p[1] == SNECK_ALERT_USER_CANCELED)
		return true;
	return p[0] == 1 && p[1] != SNECK_ALERT_CLOSE_NOTIFY && (c->hs.v->ccs || maybe_old);
}

/* RFC 9846, 5.1: nothing comes between two parts of a message. A whole one may wait for the next,
 * where the handshake looks ahead. */
static bool has_part(const struct sneck_conn *c, const struct sneck_in *in)
{
	struct hs_msg m;
	size_t missing;

	return c->in.run_len != 0 &&
	       (sneck__frame_next(&m, run(c, in), UINT32_MAX, &missing) != SNECK_OK ||
		m.raw.len != c->in.run_len);
}

static enum sneck_rc on_alert(struct sneck_conn *c, const struct sneck_in *in, size_t off,
			      size_t len)
{
	const uint8_t *const p = at(in, off);

	if (has_part(c, in))
		return SNECK_E_UNEXPECTED;
	if (len != 2)
		return SNECK_E_DECODE;
	sneck__trace(c, 0, CT_ALERT, p[1], len);
	if (p[0] != 1 && p[0] != 2)
		return SNECK_E_ILLEGAL;
	if (is_warning(c, p)) {
		if (c->warnings++ == BOUND_WARNINGS)
			return SNECK_E_FLOOD;
		c->alert_due = true;
		c->alert_seen = p[1];
		return SNECK_OK;
	}
	if (p[0] == 1 && p[1] != SNECK_ALERT_CLOSE_NOTIFY && c->hs.version == SNECK_TLS13)
		return SNECK_E_DECODE; /* RFC 9846, 6.2: sent as fatal */
	if (p[1] == SNECK_ALERT_CLOSE_NOTIFY && c->rx_epoch.level == LV_APP) {
		c->rx_closed = true;
		c->peer_closed_due = true;
		return SNECK_OK;
	}
	c->from_peer = true;
	c->alert = p[1];
	return SNECK_E_PEER_ALERT;
}

/* RFC 9846, 5: one byte, unprotected, between the first ClientHello and the peer's Finished. In TLS
 * 1.2 it is a message besides, and the graph says when. */
static enum sneck_rc on_ccs(struct sneck_conn *c, const uint8_t *p, size_t len)
{
	const bool hello_seen = c->hs.role == SNECK_CLIENT || c->hs.hello_seen;

	if (c->in.run_len != 0 || !hello_seen || c->rx_epoch.level == LV_APP)
		return SNECK_E_UNEXPECTED;
	if (len != 1 || p[0] != 1)
		return SNECK_E_UNEXPECTED;
	sneck__trace(c, 0, CT_CCS, 1, len);
	if (c->hs.v->ccs)
		return SNECK_OK;
	return c->hs.ccs++ == BOUND_CCS ? SNECK_E_FLOOD : SNECK_OK;
}

static enum sneck_rc on_app_data(struct sneck_conn *c, size_t off, size_t len)
{
	const bool early = c->rx_epoch.level == LV_EARLY;

	if ((c->rx_epoch.level != LV_APP && !early) || c->in.run_len != 0)
		return SNECK_E_UNEXPECTED;
	if (early && len > c->hs.early_max - c->hs.early_bytes)
		return SNECK_E_EARLY_LIMIT;
	c->hs.early_bytes += early ? (uint32_t)len : 0;
	if (len == 0)
		return c->empties++ == BOUND_EMPTY_RECORDS ? SNECK_E_FLOOD : SNECK_OK;
	c->empties = 0;
	c->warnings = 0;
	c->hs.posts = 0;
	c->in.app_off = off;
	c->in.app_len = len;
	return SNECK_OK;
}

/* The alert of a client that could not make keys of our ServerHello comes unprotected, before
 * anything that is. */
static bool plain_alert(const struct sneck_conn *c, uint8_t type)
{
	return type == CT_ALERT && c->hs.role == SNECK_SERVER && !c->rx.old &&
	       c->rx_epoch.level != LV_APP && !c->rx_protected_seen;
}

/* A record of early data that was refused: RFC 9846, 4.3.9. What counts is what it could carry. */
static enum sneck_rc skip_early(struct sneck_conn *c, size_t len)
{
	const size_t plain = len > BOUND_TAG + 1u ? len - BOUND_TAG - 1u : 1u;

	if (plain > c->hs.early_skip)
		return SNECK_E_EARLY_LIMIT;
	c->hs.early_skip -= (uint32_t)plain;
	return SNECK_OK;
}

/* How a record of this type has to be protected. */
static enum rec_guard guard_of(const struct sneck_conn *c, uint8_t type)
{
	if (c->rx.aead == NULL)
		return c->hs.skipping && type == CT_APP_DATA ? REC_INNER : REC_PLAIN;
	return plain_alert(c, type) ? REC_PLAIN : sneck__rec_guard(&c->rx);
}

static enum sneck_rc on_record(struct sneck_conn *c, const struct sneck_in *in, size_t rec,
			       const struct rec_head *head)
{
	size_t off = rec + BOUND_RECORD_HEAD, len = head->len;
	uint8_t type = head->type;

	c->rx_records++;
	if (c->rx.aead == NULL && type == CT_APP_DATA) /* behind a retry they are not tried */
		return skip_early(c, len);
	/* what else may come, head.c knows */
	if (c->rx.aead != NULL && (type == CT_APP_DATA || c->rx.old)) {
		const enum sneck_rc rc = sneck__rec_open(&c->rx, sneck__conn_rx_ctx(c), at(in, rec),
							 len, &type, &len);

		off = rec + sneck__rec_front(&c->rx);
		if (rc == SNECK_E_BAD_MAC && c->hs.skipping)
			return skip_early(c, head->len);
		SNECK_TRY(rc);
		c->rx_protected_seen = true;
		c->hs.skipping = false;
		if (type == CT_CCS)
			return SNECK_E_UNEXPECTED;
	}
	switch (type) {
	case CT_HANDSHAKE:
		return on_handshake(c, in, off, len);
	case CT_ALERT:
		return on_alert(c, in, off, len);
	case CT_CCS:
		return on_ccs(c, at(in, off), len);
	case CT_APP_DATA:
		return on_app_data(c, off, len);
	default:
		return SNECK_E_UNEXPECTED;
	}
}

/* RFC 8449, 4: what we said that we take, content type and padding included. Early data was under
 * way before that could be read. */
static bool too_long(const struct sneck_conn *c, const struct rec_head *head)
{
	if (c->rx_epoch.level == LV_EARLY || c->hs.skipping)
		return false;
	return c->rx.aead != NULL && c->hs.recv_limit != 0 &&
	       (head->type == CT_APP_DATA || c->rx.old) &&
	       BOUND_RECORD_HEAD + (size_t)head->len >
		       sneck__rec_front(&c->rx) + c->hs.recv_limit + sneck__rec_back(&c->rx);
}

/* Records that are protected elsewhere come as what is in them. What they carry for the application
 * is not seen here, so messages are counted by call. */
static enum sneck_rc on_content(struct sneck_conn *c, const struct sneck_in *in)
{
	const size_t off = c->in.next_rec;

	c->hs.posts = 0;
	c->in.next_rec = in->len;
	if (c->content == CT_ALERT)
		return on_alert(c, in, off, in->len - off);
	return on_handshake(c, in, off, in->len - off);
}

/* ---- the walk ---- */

/* The message at the front of the run, and with it the next one where the handshake looks ahead. */
static enum sneck_rc next_message(const struct sneck_conn *c, struct sneck_span bytes,
				  struct hs_msg *m)
{
	struct sneck_span rest;
	struct hs_msg next;
	size_t missing;

	SNECK_TRY(sneck__frame_next(m, bytes, message_bound(c->cfg, sneck__frame_type(bytes)),
				    &missing));
	m->level = c->rx_epoch.level;
	if (!sneck__hs_looks_ahead(&c->hs, m->type))
		return SNECK_OK;
	rest = sneck_span_of(bytes.p + m->raw.len, bytes.len - m->raw.len);
	if (rest.len == 0)
		return SNECK_WANT_INPUT;
	SNECK_TRY(sneck__frame_next(&next, rest, message_bound(c->cfg, sneck__frame_type(rest)),
				    &missing));
	m->next = next.raw;
	return SNECK_OK;
}

enum sneck_rc sneck__deframe(struct sneck_conn *c, struct sneck_in *in, struct hs_msg *m,
			     enum in_kind *kind)
{
	struct in_map *const map = &c->in;

	*kind = IN_NOTHING;
	map->seen = in->len;
	for (;;) {
		const size_t left = in->len - map->next_rec;
		struct rec_head head;

		if (map->run_len != 0) {
			const enum sneck_rc rc = next_message(c, run(c, in), m);

			if (rc == SNECK_OK)
				*kind = IN_MESSAGE;
			if (rc != SNECK_WANT_INPUT)
				return rc;
		}
		if (c->rx_closed) { /* RFC 9846, 6.1: what comes behind it is ignored */
			map->next_rec = in->len;
			return SNECK_OK;
		}
		if (left == 0)
			return SNECK_OK;
		if (c->external != EXTERNAL_NO) {
			SNECK_TRY(on_content(c, in));
			if (c->peer_closed_due || c->alert_due)
				return SNECK_OK;
			continue;
		}
		{
			const enum sneck_rc rc = sneck__rec_head(
				&head, at(in, map->next_rec), left, c->rx_records == 0,
				guard_of(c, *at(in, map->next_rec)));

			if (rc == SNECK_WANT_INPUT)
				return SNECK_OK;
			SNECK_TRY(rc);
			if (too_long(c, &head))
				return SNECK_E_RECORD_SIZE;
		}
		if (left - BOUND_RECORD_HEAD < head.len)
			return SNECK_OK;
		SNECK_TRY(on_record(c, in, map->next_rec, &head));
		map->next_rec += BOUND_RECORD_HEAD + head.len;
		if (map->app_len != 0) {
			*kind = IN_DATA;
			return SNECK_OK;
		}
		if (head.type == CT_CCS && c->hs.v->ccs) {
			sneck__frame_ccs(m, run(c, in));
			m->level = c->rx_epoch.level;
			*kind = IN_MESSAGE;
			return SNECK_OK;
		}
		if (c->peer_closed_due || c->alert_due)
			return SNECK_OK;
	}
}

enum sneck_rc sneck__message(struct sneck_conn *c, const struct hs_msg *m)
{
	SNECK_TRY(sneck__hs_run(&c->hs, m));
	c->in.run_off += m->raw.len;
	c->in.run_len -= m->raw.len;
	SNECK_TRY(sneck__conn_sync_rx(c));
	return sneck__conn_sync_tx(c);
}

/* The first byte that somebody still needs. */
static size_t keep_from(const struct in_map *map)
{
	if (map->app_len != 0)
		return map->app_off;
	return map->run_len != 0 ? map->run_off : map->next_rec;
}

void sneck__in_release(struct sneck_conn *c, struct sneck_in *in)
{
	struct in_map *const map = &c->in;
	const size_t n = keep_from(map);

	if (n == 0)
		return;
	if (c->cfg->wipe_consumed)
		sneck__ct_wipe(at(in, 0), n);
	in->head += n;
	in->len -= n;
	in->pos += n;
	map->pos += n;
	map->next_rec -= n;
	map->seen -= n;
	map->run_off = map->run_len != 0 ? map->run_off - n : 0;
	map->app_off = 0;
	map->last_len = 0;
}

/* Only behind sneck__in_release(), so that the run begins at in->head. */
void sneck__in_squeeze(struct sneck_conn *c, struct sneck_in *in)
{
	struct in_map *const map = &c->in;
	const size_t gap = map->run_len == 0 ? 0 : map->next_rec - map->run_len;

	if (gap == 0)
		return;
	memmove(at(in, map->run_len), at(in, map->next_rec), in->len - map->next_rec);
	in->len -= gap;
	if (c->cfg->wipe_consumed)
		sneck__ct_wipe(at(in, in->len), gap);
	in->pos += gap;
	map->pos += gap;
	map->next_rec -= gap;
	map->seen = in->len;
}

static void message_more(const struct sneck_conn *c, const struct sneck_in *in,
			 struct sneck_more_st *more)
{
	const struct sneck_span bytes = run(c, in);
	struct hs_msg m;
	size_t missing = 0;

	if (bytes.len == 0 || sneck__frame_next(&m, bytes, UINT32_MAX, &missing) == SNECK_OK)
		missing = 0;
	more->num_bytes = missing;
	more->min_capacity = bytes.len + missing;
}

void sneck__in_more(const struct sneck_conn *c, const struct sneck_in *in,
		    struct sneck_more_st *more)
{
	const size_t left = in->len - c->in.next_rec;
	const uint8_t *const p = left != 0 ? at(in, c->in.next_rec) : NULL;

	if (c->external != EXTERNAL_NO) {
		message_more(c, in, more);
		return;
	}
	more->num_bytes = 0;
	more->min_capacity = c->in.next_rec + BOUND_RECORD;
	if (left == 0 || c->rx_closed)
		return;
	more->num_bytes = BOUND_RECORD_HEAD - left;
	if (left < BOUND_RECORD_HEAD)
		return;
	more->min_capacity = c->in.next_rec + BOUND_RECORD_HEAD + ((size_t)p[3] << 8 | p[4]);
	more->num_bytes = more->min_capacity - in->len;
}
