/* SPDX-License-Identifier: MIT */
/* session.c: sessions and pre-shared keys at the API: what a client offers, the tickets that it is
 * given, what a server answers and sends on its own. RFC 9846, 4.3.11, 4.7.1. */
#include <sneck/session.h>

#include "conn.h"

#include "../crypto/algs.h"
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
	if (sneck__new_session_ticket_read(t, raw) == SNECK_OK &&
	    sneck__ext_read(&ng, IN_NST, t->extensions) == SNECK_OK)
		*max_early = ng.nst_early;
}

static struct sneck_span alpn_of(const struct sneck_conn *c)
{
	return c->hs.alpn != 0 ? c->cfg->alpn[c->hs.alpn - 1u] : sneck_span_of(NULL, 0);
}

int sneck__show_ticket(struct sneck_conn *c, struct sneck_span raw, struct sneck_status *st)
{
	struct new_session_ticket t = { .lifetime_s = 0 };
	uint32_t max_early;

	read_ticket(c, raw, &t, &max_early);
	st->u.ticket = (struct sneck_ticket_st){
		.conn = c,
		.gen = c->gen,
		.lifetime_s = t.lifetime_s < BOUND_LIFETIME ? t.lifetime_s : BOUND_LIFETIME,
		.max_early = max_early,
		.size = (uint32_t)(SESSION_FIXED + c->hs.hash->len + alpn_of(c).len + t.ticket.len),
		.raw = raw,
	};
	return SNECK_RECEIVED_TICKET;
}

enum sneck_rc sneck_ticket_export(const struct sneck_ticket_st *st, void *mem, size_t cap,
				  size_t *len)
{
	const struct sneck_conn *const c = st->conn;
	struct new_session_ticket t = { .lifetime_s = 0 };
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
		.lifetime_s = st->lifetime_s,
		.issued_ms = c->hs.now_ms,
		.valid_until_ms = c->hs.valid_until_ms,
		.secret = sneck_span_of(secret, c->hs.hash->len),
		.alpn = alpn_of(c),
	};
	read_ticket(c, st->raw, &t, &s.max_early);
	s.age_add = t.age_add;
	s.ticket = t.ticket;
	memcpy(s.domain, c->hs.domain, sizeof s.domain);
	memcpy(s.leaf_id, c->hs.leaf_id, sizeof s.leaf_id);
	rc = sneck__resumption_psk(secret, c->hs.hash, c->hs.resumption, t.nonce);
	if (rc == SNECK_OK) {
		wr_init(&w, mem, cap);
		sneck__session_write(&w, &s);
		rc = wr_end(&w);
	}
	sneck__ct_wipe(secret, sizeof secret);
	return rc;
}

/* ---- server: which key ---- */

enum sneck_rc sneck_psk_at(const struct sneck_psk_st *st, uint32_t i, struct sneck_span *identity,
			   uint32_t *age_ms)
{
	const struct nego ng = { .psk_identities = st->raw };
	struct sneck_span binder;

	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	if (i >= st->n_identities || !sneck__psk_identity_at(&ng, i, identity, age_ms, &binder))
		return sneck__refuse(st->conn, SNECK_E_ARG, "no identity of that number");
	return SNECK_OK;
}

enum sneck_rc sneck_answer_psk(struct sneck_conn *conn, uint64_t op, int index, const void *session,
			       size_t len, const struct sneck_psk *psk)
{
	struct hs_work *const wk = conn->hs.work;
	struct psk_answer a = { .psk = psk };
	struct session s;

	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_PSK));
	if (index < -1 || (index == -1) != (session == NULL && psk == NULL) ||
	    (session != NULL && psk != NULL))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "an index with a session or a key, or -1 with neither");
	if (index >= (int)wk->n_identities)
		return sneck__refuse(conn, SNECK_E_ARG, "no identity of that number");
	if (session != NULL) {
		if (len > BOUND_SESSION ||
		    sneck__session_read(&s, sneck_span_of(session, len)) != SNECK_OK)
			return sneck__refuse(conn, SNECK_E_ARG, "these bytes are no session");
		memcpy(wk->session_mem, session, len);
		a.session_len = (uint32_t)len;
	}
	if (psk != NULL &&
	    (!sneck__psk_valid(psk) ||
	     sneck__hash_of(conn->cfg->provider, psk->hash != 0 ? psk->hash : 4) == NULL))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "a pre-shared key out of its bounds, or of a hash that the "
				     "provider lacks");
	a.index = (uint32_t)(index + 1);
	wk->psk_answer = a;
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}

enum sneck_rc sneck_answer_early_data(struct sneck_conn *conn, uint64_t op, int accept)
{
	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_EARLY_DATA_DECISION));
	conn->hs.work->early_answer = accept == 1;
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}

/* ---- server: more tickets ---- */

#define NST_MAX (TICKET_MAX + 64u)

static enum sneck_rc make(struct sneck_conn *c, const struct sneck_ticket_params *params,
			  struct wr *message, struct wr *session)
{
	const struct ticket_params p = { params->identity, params->app_data, params->lifetime_s };
	uint8_t secret[BOUND_HASH];
	struct session s;
	enum sneck_rc rc;

	rc = sneck__ticket_make(&c->hs, &p, &s, secret);
	if (rc == SNECK_OK)
		rc = sneck__ticket_write(&c->hs, &s, params->identity, message);
	if (rc == SNECK_OK) {
		sneck__session_write(session, &s);
		rc = session->bad ? SNECK_E_INTERNAL : SNECK_OK;
	}
	sneck__ct_wipe(secret, sizeof secret);
	return rc;
}

static enum sneck_rc check_ticket(struct sneck_conn *c, const struct sneck_ticket_params *p)
{
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	if (c->hs.role != SNECK_SERVER)
		return sneck__refuse(c, SNECK_E_ARG, "a client sends no tickets");
	if (p->identity.len > BOUND_TICKET_ID || p->app_data.len > BOUND_APP_DATA ||
	    p->lifetime_s > BOUND_LIFETIME)
		return sneck__refuse(c, SNECK_E_ARG,
				     "an identity, app_data or lifetime beyond its bound");
	if (c->cfg->tickets == NULL && (p->identity.len == 0 || (c->cfg->ask & SNECK_ASK_PSK) == 0))
		return sneck__refuse(c, SNECK_E_CONFIG,
				     "config.tickets, or SNECK_ASK_PSK and an identity");
	if (!sneck__hs_connected(&c->hs) || !sneck__can_encrypt(c) || c->hs.tickets == 255 ||
	    !sneck__secrets_resumable(&c->hs))
		return SNECK_NOT_NOW;
	if (p->identity.len == 0 && !sneck__ticket_sealable(c->cfg->tickets, c->hs.now_ms))
		return SNECK_NOT_NOW;
	return SNECK_OK;
}

/* Room for both, or nothing is changed. */
static enum sneck_rc send(struct sneck_conn *c, struct sneck_span message, struct sneck_out *out)
{
	const size_t before = out->len;
	enum sneck_rc rc = sneck__emit_control(c, out);

	while (rc == SNECK_OK && message.len != 0) {
		const size_t most = sneck__fragment(c);
		const struct sneck_span piece = { message.p,
						  message.len < most ? message.len : most };

		rc = sneck__emit_record(c, out, CT_HANDSHAKE, &piece, 1, piece.len);
		message = sneck_span_of(message.p + piece.len, message.len - piece.len);
	}
	return rc == SNECK_OK ? rc : sneck__emit_broken(c, out, before, rc);
}

static enum sneck_rc room(const struct sneck_conn *c, const struct wr *message,
			  const struct wr *session, struct sneck_out *out, size_t *len)
{
	const size_t need = sneck__encrypt_handshake_size(c, message->len);

	*len = session->len;
	if (sneck_out_room(out) < need) {
		out->required = need;
		return SNECK_WANT_SPACE;
	}
	return session->buf != NULL && session->cap < session->len ? SNECK_WANT_SPACE : SNECK_OK;
}

enum sneck_rc sneck_ticket_send(struct sneck_conn *conn, const struct sneck_ticket_params *params,
				struct sneck_out *out, void *mem, size_t cap, size_t *len)
{
	uint8_t bytes[NST_MAX];
	struct wr message, session;
	enum sneck_rc rc;

	*len = 0;
	SNECK_TRY(check_ticket(conn, params));
	if (mem == NULL && params->identity.len != 0)
		return sneck__refuse(conn, SNECK_E_ARG,
				     "an identity of yours needs room for its session");
	SNECK_TRY(sneck__check_out(conn, out));
	wr_init(&message, bytes, sizeof bytes);
	wr_init(&session, mem, mem != NULL ? cap : 0);
	rc = make(conn, params, &message, &session);
	if (rc == SNECK_OK)
		rc = room(conn, &message, &session, out, len);
	if (rc == SNECK_OK)
		rc = send(conn, sneck_span_of(bytes, message.len), out);
	sneck__ct_wipe(bytes, sizeof bytes); /* sealing that failed left the session there */
	if (rc != SNECK_OK)
		return rc;
	conn->hs.tickets++;
	sneck__trace(conn, 1, CT_HANDSHAKE, HT_NEW_SESSION_TICKET, message.len);
	return SNECK_OK;
}
