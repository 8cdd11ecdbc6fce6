/* SPDX-License-Identifier: MIT */
/* external.c: connections whose records are protected elsewhere: QUIC, from the first byte on
 * (RFC 9001, 4.1), and kernel TLS, behind a handshake over records.
 *
 * The driver is process.c's. Three things differ, and each is asked for where it happens: what
 * comes in is the content of records (deframe.c), what goes out has no records around it and is of
 * one level at a time (emit.c), and a key is a secret that waits to be taken (mem.c). Each level's
 * bytes come in a cursor of their own, and at most one level is received at a time. */
#include "conn.h"

#include <sneck/external.h>

#include "../ext/select.h"
#include "../hs/graph.h"
#include "../wire/ct.h"

_Static_assert((int)SNECK_LEVEL_INITIAL == (int)LV_INITIAL &&
		       (int)SNECK_LEVEL_HANDSHAKE == (int)LV_HANDSHAKE &&
		       (int)SNECK_LEVEL_APP == (int)LV_APP,
	       "levels have one numbering");

/* ---- keys ---- */

/* A flight of another level waits for the key of that level. */
void sneck__keys_prepare(struct sneck_conn *c)
{
	if (c->external == EXTERNAL_NO || sneck__emit_level(c) == c->tx_level)
		return;
	c->tx_level = sneck__emit_level(c);
	c->tx_keys_due = true;
}

bool sneck__keys_due(const struct sneck_conn *c)
{
	return c->err == 0 && (c->rx_keys_due || c->tx_keys_due);
}

static struct sneck_keys_st keys_of(struct sneck_conn *c, bool write, uint64_t seq)
{
	const uint8_t level = write ? c->tx_level : c->rx_epoch.level;

	return (struct sneck_keys_st){
		.conn = c,
		.gen = c->gen,
		.level = level,
		.write = write,
		.suite = c->hs.suite->id,
		.secret = c->hs.v->secret(&c->hs, write, level),
		.seq = seq,
	};
}

int sneck__keys_show(struct sneck_conn *c, struct sneck_status *st)
{
	st->u.keys = keys_of(c, !c->rx_keys_due, 0);
	return SNECK_KEYS_READY;
}

/* QUIC renews its keys from what it was given (RFC 9001, 6); a KeyUpdate wants the secret here. */
enum sneck_rc sneck_keys_taken(struct sneck_keys_st *st)
{
	struct sneck_conn *const c = st->conn;
	const bool write = st->write != 0;
	bool *const due = write ? &c->tx_keys_due : &c->rx_keys_due;

	SNECK_TRY(sneck__check_gen(c, st->gen));
	if (!*due)
		return sneck__refuse(c, SNECK_E_STALE, "these keys were taken before");
	*due = false;
	if (c->external == EXTERNAL_QUIC && st->level == LV_APP)
		sneck__ct_wipe(write ? c->hs.tx_secret : c->hs.rx_secret, BOUND_HASH);
	return SNECK_OK;
}

/* ---- QUIC ---- */

/* RFC 9001, 4.2, 8.1 */
bool sneck__quic_fits(const struct sneck_config *cfg)
{
	return cfg->n_alpn != 0 && !sneck__version_on(cfg, SNECK_TLS12);
}

enum sneck_rc sneck_conn_set_quic(struct sneck_conn *conn, struct sneck_quic *quic)
{
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->started || conn->scratch != NULL)
		return SNECK_NOT_NOW;
	if (!sneck__quic_fits(conn->cfg))
		return sneck__refuse(
			conn, SNECK_E_CONFIG,
			"QUIC needs config.alpn, and config.min_version = SNECK_TLS13");
	if (quic->params.len > UINT16_MAX)
		return sneck__refuse(conn, SNECK_E_ARG, "an extension has 65,535 bytes at most");
	quic->peer_len = 0;
	conn->hs.quic = quic;
	conn->external = EXTERNAL_QUIC;
	return SNECK_OK;
}

/* ---- the driver ---- */

static enum sneck_rc check(struct sneck_conn *c, int level, int content, const struct sneck_in *in)
{
	if (content != CT_HANDSHAKE && (content != CT_ALERT || c->external == EXTERNAL_QUIC))
		return sneck__refuse(c, SNECK_E_ARG, "content is 22, or 21 outside QUIC");
	if (in->len != 0 && level != c->rx_epoch.level)
		return sneck__refuse(c, SNECK_E_ARG,
				     "bytes of a level whose key was not handed out yet");
	return sneck__check_call(c, in, NULL, true);
}

/* RFC 9001, 4.1.3: nothing new may come at a level that is behind us. */
static bool late(const struct sneck_conn *c, int level, const struct sneck_in *in)
{
	return c->external != EXTERNAL_NO && in != NULL && in->len != 0 &&
	       level < c->rx_epoch.level;
}

int sneck_ext_process(struct sneck_conn *conn, int level, int content, struct sneck_in *in,
		      struct sneck_status *st)
{
	struct sneck_in nothing = { .pos = conn->in.pos };
	struct sneck_in *from = &nothing;
	const uint64_t before = conn->in.pos;
	const uint8_t level_before = conn->rx_epoch.level;
	enum sneck_rc rc;

	if (in != NULL && conn->external != EXTERNAL_NO)
		nothing.flags = in->flags;
	if (late(conn, level, in))
		sneck__conn_fail(conn, SNECK_E_UNEXPECTED, 0);
	else if (in != NULL && in->len != 0 && conn->err == 0)
		from = in;
	rc = check(conn, level, content, from);
	if (rc != SNECK_OK)
		return sneck__refused(st, rc);
	conn->content = (uint8_t)content;
	(void)sneck__process(conn, from, NULL, st);
	sneck__in_release(conn, from);
	st->discard = conn->in.pos - before;
	if (conn->rx_epoch.level != level_before) /* which ended `in`: RFC 9846, 5.1 */
		conn->in = (struct in_map){ .pos = 0 };
	return st->state;
}

/* ---- kernel TLS ---- */

enum sneck_rc sneck_into_external(struct sneck_conn *conn, struct sneck_keys_st *write,
				  struct sneck_keys_st *read)
{
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (!conn->cfg->allow_extraction)
		return SNECK_E_UNSUPPORTED;
	if (!sneck__hs_connected(&conn->hs) || conn->hs.work != NULL || conn->rx_closed ||
	    conn->half != HALF_NONE || !sneck__can_encrypt(conn) ||
	    sneck__control_size(conn) != 0 || conn->in.seen != 0)
		return SNECK_NOT_NOW;
	conn->gen++;
	*write = keys_of(conn, true, conn->tx.seq);
	*read = keys_of(conn, false, conn->rx.seq);
	sneck__conn_wipe_ctx(conn);
	conn->in = (struct in_map){ .pos = 0 };
	conn->out = (struct out_map){ .wait = false };
	conn->external = EXTERNAL_KERNEL;
	return SNECK_OK;
}
