/* SPDX-License-Identifier: MIT */
/* answer.c: which question is open, by op id, and the answers that any may have. Late, repeated,
 * foreign: SNECK_E_STALE, and nothing has happened. A refusal ends the connection at once. */
#include "conn.h"

static enum sneck_rc stale(struct sneck_conn *c)
{
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	return sneck__refuse(c, SNECK_E_STALE, "no such question is open on this connection");
}

static bool verdict_open(const struct sneck_conn *c, uint64_t op)
{
	return c->err == 0 && !c->busy && c->hs.verdict_op != 0 && op == c->hs.verdict_op &&
	       !c->hs.verdict_known && c->hs.work != NULL;
}

/* state: of the question that op must belong to; 0: any. */
static bool ask_open(const struct sneck_conn *c, uint64_t op, uint8_t state)
{
	return c->err == 0 && !c->busy && op != 0 && op == c->hs.ask_op &&
	       (state == 0 || state == c->hs.ask_state);
}

enum sneck_rc sneck__answer_open(struct sneck_conn *c, uint64_t op, uint8_t state)
{
	const bool open =
		state == SNECK_NEEDS_SIGNATURE ? verdict_open(c, op) : ask_open(c, op, state);

	return open ? SNECK_OK : stale(c);
}

enum sneck_rc sneck_answer_client_hello(struct sneck_conn *conn, uint64_t op,
					const struct sneck_config *cfg)
{
	if (!ask_open(conn, op, SNECK_RECEIVED_CLIENT_HELLO))
		return stale(conn);
	if (cfg != conn->cfg) {
		if (conn->hs.retried)
			return sneck__refuse(conn, SNECK_E_CONFIG,
					     "the retry was made of the config that the first "
					     "ClientHello has got");
		if (cfg->provider != conn->cfg->provider ||
		    sneck_config_check(cfg, SNECK_SERVER, NULL) != SNECK_OK ||
		    sneck__conn_switch(conn, cfg) != SNECK_OK)
			return sneck__refuse(conn, SNECK_E_CONFIG,
					     "the config is not sound, has another provider, needs "
					     "more memory than there is, or is not for QUIC");
	}
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}

enum sneck_rc sneck_answer_refuse(struct sneck_conn *conn, uint64_t op, uint8_t alert)
{
	if (!verdict_open(conn, op) && !ask_open(conn, op, 0))
		return stale(conn);
	sneck__conn_fail(conn, SNECK_E_REFUSED, alert);
	return SNECK_OK;
}
