/* SPDX-License-Identifier: MIT */
/* post13.c: messages behind the handshake, which run without scratch. RFC 9846, 4.7.
 *
 * A KeyUpdate changes the read key at once; if it asks for ours, one answer is owed, however many
 * asked (RFC 9846, 4.7.3). Tickets are shown to who wants them. Both
 * count against a bound that application data resets: neither moves anything. The KeyUpdate that we
 * asked for is not counted: it may be all that we ever receive. */
#include "graph.h"

#include "../build.h"
#include "../ext/ext.h"
#include "../msg/finish.h"

/* Shown once, if anybody wants it and can use it: RFC 9846, 4.7.1. */
static enum sneck_rc on_ticket(struct hs *hs, const struct hs_msg *m)
{
	struct nego ng = { .cfg = hs->cfg, .role = hs->role };
	struct new_session_ticket t;
	enum sneck_rc rc;

	SNECK_TRY(sneck__new_session_ticket_read(&t, m->body));
	rc = sneck__ext_read(&ng, IN_NST, t.extensions);
	hs->at_ext = ng.at_ext;
	SNECK_TRY(rc);
	if (!BUILD_TICKETS || (hs->cfg->ask & SNECK_ASK_TICKETS) == 0 || t.lifetime_s == 0 ||
	    hs->tickets >= BOUND_TICKETS || !sneck__session_resumable(hs))
		return SNECK_OK;
	SNECK_TRY(sneck__ask_show(hs, SNECK_RECEIVED_TICKET));
	hs->shown = 0;
	hs->tickets++;
	return SNECK_OK;
}

static enum sneck_rc on_key_update(struct hs *hs, const struct hs_msg *m)
{
	uint8_t request;

	SNECK_TRY(sneck__key_update_read(&request, m->body));

	if (m->aligned == NULL)
		return SNECK_E_EPOCH;
	SNECK_TRY(sneck__traffic_update(hs->hash, hs->rx_secret));
	SNECK_TRY(hs_read_key(hs, LV_APP, m->aligned));
	hs->ku_unanswered = false;
	if (request == KU_REQUESTED)
		hs->ku_owed = true;
	return SNECK_OK;
}

enum sneck_rc sneck__on_post13(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	const bool answer = m->type == HT_KEY_UPDATE && hs->ku_unanswered;

	if (hs->posts == BOUND_POST_MSGS && !answer)
		return SNECK_E_FLOOD;
	if (m->type == HT_KEY_UPDATE && hs->quic != NULL) /* RFC 9001, 6 */
		return SNECK_E_UNEXPECTED;
	if (m->type == HT_KEY_UPDATE) {
		SNECK_TRY(on_key_update(hs, m));
	} else {
		SNECK_TRY(on_ticket(hs, m));
	}
	if (!answer)
		hs->posts++;
	*to = hs->state;
	return SNECK_OK;
}
