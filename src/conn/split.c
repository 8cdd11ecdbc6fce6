/* SPDX-License-Identifier: MIT */
/* split.c: a connection as two, one that receives and one that sends.
 *
 * A half is a whole struct sneck_conn whose other direction has ended: the receiving half is one
 * that has sent its close_notify, the sending half one that has received it. All that process.c,
 * emit.c and app_*.c do for such connections is right for halves, so nothing is implemented twice,
 * and since the halves share no memory there is nothing to lock. What is left is here: taking the
 * sending side along, and what the receiving half would have sent, as a value. */
#include "conn.h"

#include <sneck/split.h>

#include "../wire/ct.h"

static size_t ctx_at(void)
{
	return (sizeof(struct sneck_conn) + SNECK_ALIGN - 1u) & ~(size_t)(SNECK_ALIGN - 1u);
}

/* The struct and one AEAD context, up to the end of its cache line. */
size_t sneck_split_size(const struct sneck_conn *conn)
{
	const size_t n = ctx_at() + (conn->size - conn->tx_ctx);

	return (n + SNECK_SPLIT_ALIGN - 1u) & ~(size_t)(SNECK_SPLIT_ALIGN - 1u);
}

static enum sneck_rc check(struct sneck_conn *c, const void *mem, size_t len)
{
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	if (c->half != HALF_NONE)
		return sneck__refuse(c, SNECK_E_MISUSE, "a half cannot be split again");
	if (c->tx_closed)
		return sneck__refuse(c, SNECK_E_CLOSED, "we already sent close_notify");
	if (!sneck__hs_connected(&c->hs) || c->hs.work != NULL || !sneck__can_encrypt(c))
		return SNECK_NOT_NOW;
	if ((uintptr_t)mem % SNECK_SPLIT_ALIGN != 0)
		return sneck__refuse(c, SNECK_E_ARG,
				     "memory of a sending half is aligned to SNECK_SPLIT_ALIGN");
	return len < sneck_split_size(c) ? SNECK_WANT_SPACE : SNECK_OK;
}

/* A copy of the connection with its sending context, and nothing of the receiving side. */
static void make_tx(struct sneck_conn *t, const struct sneck_conn *c)
{
	const uint32_t ctx_len = c->size - c->tx_ctx;

	memcpy(t, c, sizeof *t);
	t->rx_ctx = t->tx_ctx = (uint32_t)ctx_at();
	t->size = t->tx_ctx + ctx_len;
	memcpy((uint8_t *)t + t->tx_ctx, (const uint8_t *)c + c->tx_ctx, ctx_len);
	t->half = HALF_TX;
	t->rx_closed = true;
	t->peer_closed_due = t->done_due = t->alert_due = false;
	t->in = (struct in_map){ .pos = 0 };
	t->scratch = NULL;
	t->scratch_len = 0;
	t->hs.sni_len = 0;
	t->rx_records = 0;
	t->rx_updates = 0;
	sneck__ct_wipe(&t->rx, sizeof t->rx);
	sneck__ct_wipe(t->hs.rx_secret, sizeof t->hs.rx_secret);
	sneck_forget_exporter(t);
	if (t->hs.role == SNECK_CLIENT) /* who receives tickets makes sessions of them */
		sneck__ct_wipe(t->hs.resumption, sizeof t->hs.resumption);
}

static void make_rx(struct sneck_conn *c)
{
	c->half = HALF_RX;
	c->tx_closed = true;
	c->hs.ku_owed = c->hs.ku_request = false;
	c->told_updates = c->rx_updates;
	c->tx_records = 0;
	c->tx_updates = 0;
	c->out = (struct out_map){ .wait = false };
	sneck__ct_wipe((uint8_t *)c + c->tx_ctx, c->size - c->tx_ctx);
	sneck__ct_wipe(&c->tx, sizeof c->tx);
	sneck__ct_wipe(c->hs.tx_secret, sizeof c->hs.tx_secret);
	if (c->hs.role == SNECK_SERVER)
		sneck__ct_wipe(c->hs.resumption, sizeof c->hs.resumption);
}

enum sneck_rc sneck_split(struct sneck_conn *conn, void *mem, size_t len, struct sneck_conn **tx)
{
	SNECK_TRY(check(conn, mem, len));
	memset(mem, 0, sneck_split_size(conn));
	make_tx(mem, conn);
	make_rx(conn);
	*tx = mem;
	return SNECK_OK;
}

/* ---- actions ---- */

bool sneck__action_waits(const struct sneck_conn *c)
{
	return c->half == HALF_RX &&
	       (c->hs.ku_owed || c->hs.warning != 0 || c->told_updates != c->rx_updates ||
		(c->err != 0 && !c->told_err));
}

/* What led to a failure comes before it, so that a key is not missed. */
enum sneck_rc sneck_action_take(struct sneck_conn *conn, struct sneck_action *act)
{
	if (conn->half != HALF_RX)
		return sneck__refuse(conn, SNECK_E_MISUSE, "actions are for a receiving half");
	memset(act, 0, sizeof *act);
	if (!sneck__action_waits(conn))
		return SNECK_WANT_INPUT;
	if (conn->hs.ku_owed || conn->told_updates != conn->rx_updates) {
		act->kind = SNECK_ACTION_KEY_UPDATE;
		act->answer = conn->hs.ku_owed;
		conn->hs.ku_owed = false;
		conn->told_updates = conn->rx_updates;
		return SNECK_OK;
	}
	if (conn->hs.warning != 0) {
		act->kind = SNECK_ACTION_WARN;
		act->alert = conn->hs.warning;
		conn->hs.warning = 0;
		return SNECK_OK;
	}
	act->kind = SNECK_ACTION_END;
	act->err = conn->err;
	act->alert = conn->alert;
	conn->told_err = true;
	return SNECK_OK;
}

enum sneck_rc sneck_action_enact(struct sneck_conn *tx, const struct sneck_action *act)
{
	if (tx->half != HALF_TX)
		return sneck__refuse(tx, SNECK_E_MISUSE, "actions are for a sending half");
	if (tx->err != 0)
		return (enum sneck_rc)tx->err;
	if (act->kind == SNECK_ACTION_KEY_UPDATE && act->answer <= 1) {
		tx->hs.ku_unanswered = false;
		tx->hs.ku_owed |= act->answer != 0 && !tx->tx_closed;
		return SNECK_OK;
	}
	if (act->kind == SNECK_ACTION_WARN && act->alert == SNECK_ALERT_NO_RENEGOTIATION) {
		tx->hs.warning = tx->tx_closed ? 0 : act->alert;
		return SNECK_OK;
	}
	if (act->kind != SNECK_ACTION_END || act->err >= 0 || sneck_rc_is_refusal(act->err))
		return sneck__refuse(tx, SNECK_E_ARG, "no action of a receiving half");
	tx->from_peer = act->err == SNECK_E_PEER_ALERT;
	if (tx->from_peer || act->alert == 0)
		sneck__conn_drop(tx, (enum sneck_rc)act->err);
	else
		sneck__conn_fail(tx, (enum sneck_rc)act->err, act->alert);
	tx->alert = act->alert;
	return SNECK_OK;
}
