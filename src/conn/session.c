/* SPDX-License-Identifier: MIT */
/* session.c: sessions at the API: what a client offers, and the tickets that it is given.
 * RFC 9846, 4.3.11, 4.7.1; RFC 5077. Those of TLS 1.2 wait in the scratch: hs/offer12.c. */
#include <sneck/session.h>

#include "conn.h"

#include "../build.h"
#include "../ext/ext.h"
#include "../keys/ticket.h"
#include "../msg/finish.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* ---- client ---- */

enum sneck_rc sneck_conn_set_session(struct sneck_conn *conn, const void *session, size_t len,
				     uint32_t flags)
{
	struct sneck_span was = conn->hs.session;
	struct session s;
	enum sneck_rc rc;

	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->started || conn->hs.role != SNECK_CLIENT)
		return SNECK_NOT_NOW;
	if ((flags & ~SNECK_SESSION_EARLY_DATA) != 0)
		return sneck__refuse(conn, SNECK_E_ARG, "a flag that sessions do not have");
	conn->hs.session = sneck_span_of(session, len);
	rc = sneck__session_usable(&conn->hs, &s);
	if (rc != SNECK_OK) {
		conn->hs.session = was;
		return sneck__refuse(conn, rc,
				     rc == SNECK_E_ARG ? "these bytes are no session of a client"
						       : "the session is too old, or of another "
							 "name or config: go on without it");
	}
	conn->hs.session_flags = flags;
	return SNECK_OK;
}

enum sneck_rc sneck_session_read(const void *session, size_t len, struct sneck_session_info *info)
{
	struct session s;

	SNECK_TRY(sneck__session_read(&s, sneck_span_of(session, len)));
	memset(info, 0, sizeof *info);
	info->alpn = s.alpn;
	info->app_data = s.app_data;
	info->expires_ms = sneck__session_end(&s);
	info->max_early = s.max_early;
	info->version = s.version;
	info->suite = s.suite;
	memcpy(info->leaf_id, s.leaf_id, sizeof info->leaf_id);
	return SNECK_OK;
}

/* The parts of a ticket's message; it was read before. */
static void read_ticket(const struct sneck_conn *c, struct sneck_span raw,
			struct new_session_ticket *t, uint32_t *max_early)
{
	struct nego ng = { .cfg = c->cfg, .role = SNECK_CLIENT };

	*max_early = 0;
	if (BUILD_TLS13 && sneck__new_session_ticket_read(t, raw) == SNECK_OK &&
	    sneck__ext_read(&ng, IN_NST, t->extensions) == SNECK_OK)
		*max_early = ng.nst_early;
}

static struct sneck_span alpn_of(const struct sneck_conn *c)
{
	return c->hs.alpn != 0 ? c->cfg->alpn[c->hs.alpn - 1u] : sneck_span_of(NULL, 0);
}

static bool is_old(const struct sneck_conn *c)
{
	return BUILD_TICKETS12 && c->hs.version == SNECK_TLS12;
}

static int show_ticket12(const struct sneck_conn *c, struct sneck_status *st)
{
	const struct hs_kept *const k = &c->hs.work->kept;
	const uint64_t age_s = (c->hs.now_ms - k->issued_ms) / 1000u;

	st->u.ticket.lifetime_s = age_s < k->lifetime_s ? k->lifetime_s - (uint32_t)age_s : 0;
	st->u.ticket.size =
		(uint32_t)(SESSION_FIXED + MASTER12_LEN + alpn_of(c).len + k->ticket.len);
	st->u.ticket.raw = k->ticket;
	st->u.ticket.by_id = k->by_id;
	return SNECK_RECEIVED_TICKET;
}

int sneck__show_ticket(struct sneck_conn *c, struct sneck_span raw, struct sneck_status *st)
{
	struct new_session_ticket t = { .lifetime_s = 0 };
	uint32_t max_early;

	st->u.ticket = (struct sneck_ticket_st){ .conn = c, .gen = c->gen, .raw = raw };
	if (is_old(c) || !BUILD_TLS13)
		return show_ticket12(c, st);
	read_ticket(c, raw, &t, &max_early);
	st->u.ticket.lifetime_s = t.lifetime_s < BOUND_LIFETIME ? t.lifetime_s : BOUND_LIFETIME;
	st->u.ticket.max_early = max_early;
	st->u.ticket.size =
		(uint32_t)(SESSION_FIXED + c->hs.hash->len + alpn_of(c).len + t.ticket.len);
	return SNECK_RECEIVED_TICKET;
}

static enum sneck_rc fill13(struct session *s, uint8_t secret[BOUND_HASH],
			    const struct sneck_ticket_st *st)
{
	const struct sneck_conn *const c = st->conn;
	struct new_session_ticket t = { .lifetime_s = 0 };

	read_ticket(c, st->raw, &t, &s->max_early);
	s->lifetime_s = st->lifetime_s;
	s->age_add = t.age_add;
	s->ticket = t.ticket;
	s->secret = sneck_span_of(secret, c->hs.hash->len);
	return BUILD_TLS13 ? sneck__resumption_psk(secret, c->hs.hash, c->hs.resumption, t.nonce)
			   : SNECK_OK;
}

static enum sneck_rc fill12(struct session *s, uint8_t secret[BOUND_HASH],
			    const struct sneck_ticket_st *st)
{
	const struct hs_work *const wk = st->conn->hs.work;

	s->flags |= wk->kept.by_id ? SESSION_BY_ID : 0;
	s->lifetime_s = wk->kept.lifetime_s;
	s->issued_ms = wk->kept.issued_ms;
	s->ticket = wk->kept.ticket;
	s->secret = sneck_span_of(secret, MASTER12_LEN);
	memcpy(secret, wk->sched12.master, MASTER12_LEN);
	return SNECK_OK;
}

enum sneck_rc sneck_ticket_export(const struct sneck_ticket_st *st, void *mem, size_t cap,
				  size_t *len)
{
	const struct sneck_conn *const c = st->conn;
	uint8_t secret[BOUND_HASH];
	struct session s;
	enum sneck_rc rc;
	struct wr w;

	*len = 0;
	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	*len = st->size;
	if (cap < st->size)
		return SNECK_WANT_SPACE;
	s = (struct session){
		.version = c->hs.version,
		.suite = c->hs.suite->id,
		.role = SNECK_CLIENT,
		.flags = c->hs.by_key ? SESSION_BY_KEY : 0,
		.issued_ms = c->hs.now_ms,
		.valid_until_ms = c->hs.valid_until_ms,
		.alpn = alpn_of(c),
	};
	memcpy(s.domain, c->hs.domain, sizeof s.domain);
	memcpy(s.leaf_id, c->hs.leaf_id, sizeof s.leaf_id);
	rc = is_old(c) || !BUILD_TLS13 ? fill12(&s, secret, st) : fill13(&s, secret, st);
	if (rc == SNECK_OK) {
		wr_init(&w, mem, cap);
		sneck__session_write(&w, &s);
		rc = wr_end(&w);
	}
	sneck__ct_wipe(secret, sizeof secret);
	return rc;
}
