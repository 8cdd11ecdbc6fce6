/* SPDX-License-Identifier: MIT */
/* choose12.c: a server's sessions of TLS 1.2: which one the client shows, by its ticket or by a
 * session id that the application knows, and the ticket of a new one. RFC 5077, 3.1 to 3.4;
 * RFC 5246, 7.4.1.2; RFC 7627, 5.3.
 *
 * What cannot be opened, is too old or belongs elsewhere is passed over in the same way: a full
 * handshake follows. A ticket that was taken is followed by a new one with the same end. */
#include "graph.h"

#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../keys/ticket.h"
#include "../msg/cert12.h"
#include "../msg/hello.h"

static bool asks(const struct hs *hs)
{
	return (hs->cfg->ask & SNECK_ASK_PSK) != 0;
}

/* The block that the client's identity stands for; empty: none. */
static enum sneck_rc find(struct hs *hs, bool ticket, struct sneck_span *block)
{
	const struct psk_answer *const a = &hs->work->psk_answer;
	const struct sneck_config *const cfg = hs->cfg;
	struct hs_work *const wk = hs->work;
	size_t len = 0;
	enum sneck_rc rc;

	*block = sneck_span_of(NULL, 0);
	if (asks(hs)) {
		SNECK_TRY(sneck__ask(hs, SNECK_ASK_PSK, SNECK_NEEDS_PSK));
		if (a->index == 1)
			*block = sneck_span_of(wk->session_mem, a->session_len);
		return SNECK_OK;
	}
	if (!ticket || cfg->tickets == NULL)
		return SNECK_OK;
	rc = sneck_ticket_open(cfg->tickets, cfg->provider, wk->nego.psk_identities, hs->now_ms,
			       wk->session_mem, BOUND_SESSION, &len);
	if (rc == SNECK_OK)
		*block = sneck_span_of(wk->session_mem, len);
	return rc == SNECK_E_SESSION ? SNECK_OK : rc;
}

/* What an earlier reading of the same hello has left. */
static void forget(struct hs *hs)
{
	memset(hs->leaf_id, 0, sizeof hs->leaf_id);
	hs->session = sneck_span_of(NULL, 0);
	hs->valid_until_ms = 0;
	hs->resumed = 0;
}

enum sneck_rc sneck__choose12(struct hs *hs, const struct client_hello *ch)
{
	struct nego *const ng = &hs->work->nego;
	const bool ticket = ng->psk_identities.len != 0;
	struct sneck_span block;
	struct session s;

	forget(hs);
	if (hs->cfg->tickets == NULL && !asks(hs))
		return SNECK_OK;
	SNECK_TRY(sneck__policy(hs));
	if (!ticket) /* RFC 5077, 3.4: beside a ticket a session id means nothing */
		ng->psk_identities = ch->session_id;
	if (ng->psk_identities.len == 0)
		return SNECK_OK;
	SNECK_TRY(find(hs, ticket, &block));
	if (!sneck__session_fits(hs, &s, block) || !sneck__wire_list_has(ch->suites, s.suite))
		return SNECK_OK;
	if (!ng->ems) /* RFC 7627, 5.3: such a client has forgotten what it was */
		return SNECK_E_NO_EMS;
	hs->session = block;
	hs->resumed = 1;
	hs->valid_until_ms = s.valid_until_ms;
	memcpy(hs->leaf_id, s.leaf_id, sizeof hs->leaf_id);
	ng->suite = sneck__suite_find(s.suite);
	ng->psk_index = 1;
	return SNECK_OK;
}

/* Whether a ticket follows; without one, the id of a session that the application may keep. */
enum sneck_rc sneck__choose12_id(struct hs *hs, struct sneck_span offered)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;

	ng->n_tickets = hs->cfg->tickets != NULL && ng->session_ticket && hs->ems &&
			sneck__ticket_sealable(hs->cfg->tickets, hs->now_ms);
	wk->session_id_len = 0;
	if (hs->resumed != 0) {
		memcpy(wk->session_id, offered.p, offered.len);
		wk->session_id_len = (uint8_t)offered.len;
	} else if (asks(hs) && hs->ems && ng->n_tickets == 0) {
		SNECK_TRY(p->random(p->ctx, hs->stored_id, sizeof hs->stored_id));
		memcpy(wk->session_id, hs->stored_id, sizeof hs->stored_id);
		wk->session_id_len = sizeof hs->stored_id;
		hs->stored_ms = hs->now_ms;
		hs->stored = true;
	}
	return SNECK_OK;
}

static void describe(const struct hs *hs, struct session *s)
{
	static const struct ticket_params plain;
	struct session was;

	sneck__session_describe(hs, &plain, s);
	s->max_early = 0;
	s->secret = sneck_span_of(hs->work->sched12.master, MASTER12_LEN);
	if (hs->resumed != 0 && sneck__session_read(&was, hs->session) == SNECK_OK) {
		s->issued_ms = was.issued_ms;
		s->lifetime_s = was.lifetime_s;
	}
}

static uint32_t seconds_left(const struct hs *hs, const struct session *s)
{
	const uint64_t end = sneck__session_end(s);

	return end > hs->now_ms ? (uint32_t)((end - hs->now_ms) / 1000u) : 0;
}

/* Sealed where it goes; empty if the ring ran out, or its life, since it was promised: RFC 5077,
 * 3.3. */
enum sneck_rc sneck__choose12_ticket(struct hs *hs)
{
	const size_t front = FRAME_HEAD + 4u + 2u;
	struct new_session_ticket12 t;
	struct session s;
	enum sneck_rc rc;
	size_t len = 0;
	struct wr w;

	describe(hs, &s);
	sneck__flight_begin(hs, &w);
	rc = sneck__ticket_seal(w.buf + front, w.cap - front, &len, hs->cfg->tickets,
				hs->cfg->provider, hs->now_ms, &s);
	if (rc != SNECK_OK && rc != SNECK_NOT_NOW)
		return rc;
	t.lifetime_s = seconds_left(hs, &s);
	/* in its last second none: 0 would say that nothing is known of its end */
	t.ticket = sneck_span_of(w.buf + front, t.lifetime_s != 0 ? len : 0);
	sneck__new_session_ticket12_write(&w, &t);
	return sneck__flight_end(hs, &w, LV_INITIAL);
}
