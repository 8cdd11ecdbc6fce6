/* SPDX-License-Identifier: MIT */
/* choose.c: which of the client's pre-shared keys a server takes. RFC 9846, 4.3.11; RFC 9258.
 *
 * What cannot be opened, is too old or belongs elsewhere is passed over in the same way: a full
 * handshake follows. Only a binder that is wrong for a key that we know is an error. */
#include "graph.h"

#include "../build.h"
#include <sneck/session.h>

#include "../crypto/algs.h"
#include "../ext/ext.h"
#include "../ext/select.h"
#include "../keys/ticket.h"
#include "../wire/ct.h"

/* ---- a session ---- */

/* A suite with this hash: the one that is chosen, or another one that both sides have; behind a
 * retry it is chosen for good. */
static bool suite_with(struct hs *hs, struct sneck_span suites, uint16_t hash)
{
	struct nego *const ng = &hs->work->nego;

	return ng->suite->hash == hash ||
	       (!hs->retried && sneck__select_suite(ng, suites, hash) == SNECK_OK);
}

/* SNECK_NOT_NOW: not this one. */
static enum sneck_rc take_session(struct hs *hs, struct sneck_span block, uint32_t age,
				  struct sneck_span suites)
{
	struct session s;

	if (!BUILD_TICKETS || !sneck__session_fits(hs, &s, block) ||
	    !suite_with(hs, suites, sneck__suite_find(s.suite)->hash))
		return SNECK_NOT_NOW;
	hs->session = block;
	hs->work->age_skew_ms = (int32_t)((age - s.age_add) - (uint32_t)(hs->now_ms - s.issued_ms));
	hs->resumed = 1;
	hs->by_key = (s.flags & SESSION_BY_KEY) != 0;
	return sneck__psk_key(hs, &hs->work->psk, NULL, sneck__suite_find(s.suite)->hash);
}

static enum sneck_rc take_external(struct hs *hs, const struct sneck_psk *psk,
				   struct sneck_span identity, struct sneck_span suites)
{
	static const uint16_t hashes[] = { 4, 5 };

	for (size_t i = 0; i < 2; i++)
		if (sneck__psk_is(psk, hashes[i], identity) &&
		    sneck__hash_of(hs->cfg->provider, hashes[i]) != NULL &&
		    suite_with(hs, suites, hashes[i])) {
			hs->resumed = 2;
			hs->by_key = true;
			return sneck__psk_key(hs, &hs->work->psk, psk, hashes[i]);
		}
	return SNECK_NOT_NOW;
}

/* ---- the choice ---- */

static enum sneck_rc take(struct hs *hs, struct sneck_span identity, uint32_t age,
			  struct sneck_span suites, uint32_t *opened)
{
	const struct sneck_config *const cfg = hs->cfg;
	enum sneck_rc rc = SNECK_NOT_NOW;
	size_t len;

	if (BUILD_TICKETS && cfg->tickets != NULL && *opened < BOUND_TICKETS_OPENED) {
		const enum sneck_rc open =
			sneck_ticket_open(cfg->tickets, cfg->provider, identity, hs->now_ms,
					  hs->work->session_mem, BOUND_SESSION, &len);

		if (open != SNECK_OK && open != SNECK_E_SESSION)
			return open;
		if (open == SNECK_OK)
			rc = take_session(hs, sneck_span_of(hs->work->session_mem, len), age,
					  suites);
		*opened += len != 0;
	}
	for (size_t i = 0; rc == SNECK_NOT_NOW && i < cfg->n_psks; i++)
		rc = take_external(hs, cfg->psks[i], identity, suites);
	return rc;
}

static enum sneck_rc search(struct hs *hs, struct sneck_span suites)
{
	struct nego *const ng = &hs->work->nego;
	struct sneck_span identity, binder;
	uint32_t age, opened = 0;

	for (uint32_t i = 0;
	     i < BOUND_PSKS && sneck__psk_identity_at(ng, i, &identity, &age, &binder); i++) {
		const enum sneck_rc rc = take(hs, identity, age, suites, &opened);

		if (rc == SNECK_NOT_NOW)
			continue;
		SNECK_TRY(rc);
		hs->work->binder = binder;
		ng->psk_index = 1u + i;
		return SNECK_OK;
	}
	return SNECK_OK;
}

static enum sneck_rc take_answer(struct hs *hs, struct sneck_span suites)
{
	const struct psk_answer *const a = &hs->work->psk_answer;
	struct nego *const ng = &hs->work->nego;
	struct sneck_span identity, binder;
	enum sneck_rc rc;
	uint32_t age;

	if (a->index == 0 || !sneck__psk_identity_at(ng, a->index - 1u, &identity, &age, &binder))
		return SNECK_OK;
	if (a->psk != NULL)
		rc = take_external(hs, a->psk, identity, suites);
	else
		rc = take_session(hs, sneck_span_of(hs->work->session_mem, a->session_len), age,
				  suites);
	if (rc == SNECK_NOT_NOW)
		return SNECK_OK;
	SNECK_TRY(rc);
	hs->work->binder = binder;
	ng->psk_index = a->index;
	return SNECK_OK;
}

/* What an identity says of the peer counts only with its binder, which is looked at last. */
static void forget(struct hs *hs)
{
	sneck__ct_wipe(&hs->work->psk, sizeof hs->work->psk);
	memset(hs->leaf_id, 0, sizeof hs->leaf_id);
	hs->session = sneck_span_of(NULL, 0);
	hs->valid_until_ms = 0;
	hs->resumed = 0;
	hs->by_key = false;
}

enum sneck_rc sneck__choose_psk(struct hs *hs, struct sneck_span suites)
{
	struct nego *const ng = &hs->work->nego;

	forget(hs); /* the ticket of a first ClientHello may be anybody's */
	if (BUILD_TICKETS)
		SNECK_TRY(sneck__policy(hs));
	if (!ng->psk_offered)
		return SNECK_OK;
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_PSK, SNECK_NEEDS_PSK));
	SNECK_TRY((hs->cfg->ask & SNECK_ASK_PSK) != 0 ? take_answer(hs, suites)
						      : search(hs, suites));
	if (ng->psk_index != 0 && !sneck__select_mode(ng)) {
		ng->psk_index = 0;
		forget(hs);
	}
	if (hs->resumed == 1) {
		const struct session s = sneck__session_of(hs);

		memcpy(hs->leaf_id, s.leaf_id, sizeof hs->leaf_id);
		hs->valid_until_ms = s.valid_until_ms;
	}
	return SNECK_OK;
}

enum sneck_rc sneck__choose_hello(struct hs *hs, struct sneck_span raw)
{
	struct hs_work *const wk = hs->work;
	const size_t rest = wk->nego.psk_offered ? sneck__psk_binders_len(&wk->nego) : 0;
	uint8_t th[BOUND_HASH], own[BOUND_HASH];

	SNECK_TRY(sneck__transcript_add(&wk->transcript, sneck_span_of(raw.p, raw.len - rest)));
	if (wk->nego.psk_index != 0) {
		SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
		SNECK_TRY(sneck__psk_binder(own, hs->hash, wk->psk.key, (enum binder)wk->psk.kind,
					    th));
		if (wk->binder.len != hs->hash->len ||
		    !sneck__ct_eq(own, wk->binder.p, hs->hash->len))
			return SNECK_E_BAD_BINDER;
		wk->evidence.psk_proved = true;
	}
	return sneck__transcript_add(&wk->transcript, sneck_span_of(raw.p + raw.len - rest, rest));
}
