/* SPDX-License-Identifier: MIT */
/* ticket.c: tickets that a server sends on its own. RFC 9846, 4.7.1. */
#include <sneck/session.h>

#include "conn.h"

#include "../keys/ticket.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

#define NST_MAX (TICKET_MAX + 64u)

static enum sneck_rc check_ticket(struct sneck_conn *c, const struct sneck_ticket_params *p)
{
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	if (c->hs.role != SNECK_SERVER)
		return sneck__refuse(c, SNECK_E_ARG, "a client sends no tickets");
	if (c->hs.version == SNECK_TLS12)
		return sneck__refuse(c, SNECK_E_UNSUPPORTED,
				     "in TLS 1.2 the one ticket goes with the handshake");
	if (p->identity.len > BOUND_TICKET_ID || p->app_data.len > BOUND_APP_DATA ||
	    p->lifetime_s > BOUND_LIFETIME)
		return sneck__refuse(c, SNECK_E_ARG,
				     "an identity, app_data or lifetime beyond its bound");
	if (c->cfg->tickets == NULL && (p->identity.len == 0 || (c->cfg->ask & SNECK_ASK_PSK) == 0))
		return sneck__refuse(c, SNECK_E_CONFIG,
				     "config.tickets, or SNECK_ASK_PSK and an identity");
	if (!sneck__hs_connected(&c->hs) || !sneck__can_encrypt(c) || c->hs.tickets == 255 ||
	    !sneck__session_resumable(&c->hs))
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

/* small: the memory for the session is. */
static enum sneck_rc check_room(const struct sneck_conn *c, size_t len, struct sneck_out *out,
				bool small)
{
	const size_t need = sneck__encrypt_bytes(c, len);

	if (sneck_out_room(out) >= need)
		return small ? SNECK_WANT_SPACE : SNECK_OK;
	out->required = need;
	return SNECK_WANT_SPACE;
}

enum sneck_rc sneck_ticket_send(struct sneck_conn *conn, const struct sneck_ticket_params *params,
				struct sneck_out *out, void *mem, size_t cap, size_t *len)
{
	const struct ticket_params p = { params->identity, params->app_data, params->lifetime_s };
	uint8_t bytes[NST_MAX], secret[BOUND_HASH];
	struct wr message, session;
	struct session s;
	enum sneck_rc rc;

	*len = 0;
	SNECK_TRY(check_ticket(conn, params));
	if (mem == NULL && p.identity.len != 0)
		return sneck__refuse(conn, SNECK_E_ARG,
				     "an identity of yours needs room for its session");
	SNECK_TRY(sneck__check_out(conn, out));
	wr_init(&message, bytes, sizeof bytes);
	wr_init(&session, NULL, 0); /* its length first: nothing is left of a ticket not sent */
	rc = sneck__ticket_make(&conn->hs, &p, &s, secret);
	if (rc == SNECK_OK)
		rc = sneck__ticket_write(&conn->hs, &s, p.identity, &message);
	if (rc == SNECK_OK) {
		sneck__session_write(&session, &s);
		*len = session.len;
		rc = check_room(conn, message.len, out, mem != NULL && cap < session.len);
	}
	if (rc == SNECK_OK)
		rc = send(conn, sneck_span_of(bytes, message.len), out);
	if (rc == SNECK_OK && mem != NULL) {
		wr_init(&session, mem, cap);
		sneck__session_write(&session, &s);
	}
	sneck__ct_wipe(bytes, sizeof bytes); /* sealing that failed left the session there */
	sneck__ct_wipe(secret, sizeof secret);
	if (rc != SNECK_OK)
		return rc;
	conn->hs.tickets++;
	sneck__trace(conn, 1, CT_HANDSHAKE, HT_NEW_SESSION_TICKET, message.len);
	return SNECK_OK;
}
