/* SPDX-License-Identifier: MIT */
/* close.c: endings. The one place that turns an error into an alert, and the checks that refuse a
 * wrong call before anything has changed. RFC 9846, 6. */
#include "conn.h"

#include "../hs/graph.h"

/* RFC 5246, 7.4.6: certificate_required is of TLS 1.3. */
static int alert_of(const struct sneck_conn *c, enum sneck_rc rc)
{
	return rc == SNECK_E_NO_CLIENT_CERT && c->hs.v->ccs ? SNECK_ALERT_HANDSHAKE_FAILURE
							    : sneck_rc_alert(rc);
}

void sneck__conn_fail(struct sneck_conn *c, enum sneck_rc rc, uint8_t alert)
{
	int own;

	if (c->err != 0)
		return;
	if (sneck_rc_is_refusal(rc)) /* an AEAD that may do no more, a provider that says so */
		rc = SNECK_E_CRYPTO;
	own = alert_of(c, rc);
	c->err = rc;
	c->fail_where = sneck__hs_name(&c->hs);
	c->fail_type = c->hs.at_type;
	c->fail_ext = c->hs.at_ext;
	if (!c->from_peer) {
		c->alert = alert != 0 ? alert : own > 0 ? (uint8_t)own : 0;
		c->alert_owed = c->alert != 0 && !c->tx_closed && c->external != EXTERNAL_QUIC;
	}
	/* TLS 1.3: a server whose ServerHello is out alone is heard under the keys behind it only;
	 * behind a retry there are none */
	if (c->alert_owed && c->hs.role == SNECK_SERVER && !c->hs.v->ccs &&
	    c->tx_level == LV_INITIAL && c->hs.tx_level != LV_INITIAL && c->out.at != 0)
		c->alert_owed = sneck__conn_install_tx(c, LV_HANDSHAKE) == SNECK_OK;
	/* the first that a client sends protected is announced, whatever it is */
	c->ccs_owed = c->alert_owed && c->hs.role == SNECK_CLIENT && c->tx_level != LV_INITIAL &&
		      c->external == EXTERNAL_NO && sneck__flight_ccs_due(&c->hs);
	sneck__conn_release_scratch(c);
	c->in = (struct in_map){ .pos = c->in.pos }; /* nothing of `in` is wanted any more */
	if (!c->alert_owed)
		sneck__conn_wipe_keys(c);
}

void sneck__conn_drop(struct sneck_conn *c, enum sneck_rc rc)
{
	sneck__conn_fail(c, rc, 0);
	c->alert = 0;
	c->alert_owed = false;
	sneck__conn_wipe_keys(c);
}

enum sneck_rc sneck__refuse(struct sneck_conn *c, enum sneck_rc rc, const char *text)
{
	c->misuse = text;
	return rc;
}

enum sneck_rc sneck__check_in(struct sneck_conn *c, const struct sneck_in *in)
{
	if (in->pos != c->in.pos)
		return sneck__refuse(
			c, SNECK_E_CURSOR,
			"`in` does not begin at the byte where this connection left it");
	if (in->len < c->in.seen)
		return sneck__refuse(c, SNECK_E_CURSOR,
				     "`in` has lost bytes that were shown to this connection");
	if (in->head > in->cap || in->len > in->cap - in->head)
		return sneck__refuse(c, SNECK_E_CURSOR, "`in` reaches beyond its capacity");
	if (c->half == HALF_TX && in->len != 0)
		return sneck__refuse(c, SNECK_E_MISUSE, "received bytes for a sending half");
	return SNECK_OK;
}

enum sneck_rc sneck__check_out(struct sneck_conn *c, const struct sneck_out *out)
{
	if (c->half == HALF_RX)
		return sneck__refuse(c, SNECK_E_MISUSE, "a receiving half has no output");
	if (out->pos + out->len != c->out.written)
		return sneck__refuse(
			c, SNECK_E_CURSOR,
			"`out` does not end at the byte where this connection left it");
	if (out->head > out->cap || out->len > out->cap - out->head)
		return sneck__refuse(c, SNECK_E_CURSOR, "`out` reaches beyond its capacity");
	return SNECK_OK;
}

enum sneck_rc sneck__check_idle(struct sneck_conn *c)
{
	return !c->busy
		       ? SNECK_OK
		       : sneck__refuse(c, SNECK_E_MISUSE,
				       "a call from inside sneck_process() on the same connection");
}

enum sneck_rc sneck__check_gen(struct sneck_conn *c, uint32_t gen)
{
	SNECK_TRY(sneck__check_idle(c));
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	if (gen != c->gen)
		return sneck__refuse(c, SNECK_E_MISUSE,
				     "a handle of an earlier sneck_process(), or of another state");
	return SNECK_OK;
}

enum sneck_rc sneck_close_notify(struct sneck_conn *conn, struct sneck_out *out)
{
	static const uint8_t bytes[2] = { 1, SNECK_ALERT_CLOSE_NOTIFY };
	const struct sneck_span piece = { bytes, sizeof bytes };
	enum sneck_rc rc;
	size_t need, before;

	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->tx_closed)
		return SNECK_OK;
	if (conn->busy || !sneck__tx_open(conn) || conn->external == EXTERNAL_QUIC)
		return SNECK_NOT_NOW;
	if (conn->external != EXTERNAL_NO && (sneck__emit_due(conn) || sneck__keys_due(conn)))
		return SNECK_NOT_NOW;
	SNECK_TRY(sneck__check_out(conn, out));
	need = sneck__control_size(conn) + sneck__record_size(conn, sizeof bytes);
	if (sneck_out_room(out) < need) {
		out->required = need;
		return SNECK_WANT_SPACE;
	}
	before = out->len;
	rc = sneck__emit_control(conn, out);
	if (rc == SNECK_OK)
		rc = sneck__emit_record(conn, out, CT_ALERT, &piece, 1, sizeof bytes);
	if (rc != SNECK_OK)
		return sneck__emit_broken(conn, out, before, rc);
	sneck__trace(conn, 1, CT_ALERT, SNECK_ALERT_CLOSE_NOTIFY, sizeof bytes);
	conn->tx_closed = true;
	if (conn->hs.work != NULL) /* nothing follows it: RFC 9846, 6.1 */
		conn->hs.work->nego.n_tickets = 0;
	sneck__emit_written(conn);
	return SNECK_OK;
}

enum sneck_rc sneck_fail(struct sneck_conn *conn, uint8_t alert)
{
	SNECK_TRY(sneck__check_idle(conn));
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->tx_closed && conn->rx_closed)
		return sneck__refuse(conn, SNECK_E_CLOSED, "the connection is closed already");
	if (alert == 0)
		sneck__conn_drop(conn, SNECK_E_ABORTED);
	else
		sneck__conn_fail(conn, SNECK_E_ABORTED, alert);
	return SNECK_OK;
}
