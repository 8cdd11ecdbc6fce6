/* SPDX-License-Identifier: MIT */
/* early_choose.c: whether a server takes early data: only when everything is as it was, and
 * somebody says yes. RFC 9846, 4.3.9, 8. What is skipped when it was refused is conn/deframe.c's.
 */
#include "hs.h"

#include "../crypto/algs.h"

static bool early_possible(const struct hs *hs)
{
	const struct hs_work *const wk = hs->work;
	const struct session s = sneck__session_of(hs);
	const uint8_t given = hs->cfg->ticket_skew_s;
	const int32_t skew_ms = 1000 * (int32_t)(given != 0 ? given : BOUND_SKEW);

	return !hs->retried && hs->quic == NULL && hs->resumed == 1 && wk->nego.psk_index == 1 &&
	       s.max_early != 0 && s.max_early <= hs->cfg->max_early_data &&
	       (hs->cfg->ask & SNECK_ASK_EARLY_DATA) != 0 && hs->suite->id == s.suite &&
	       wk->age_skew_ms <= skew_ms && wk->age_skew_ms >= -skew_ms;
}

/* Refused early data may still come, and is skipped: RFC 9846, 4.3.9. */
void sneck__early_refuse(struct hs *hs)
{
	const struct sneck_config *const cfg = hs->cfg;
	const uint32_t own = cfg->max_early_data;

	hs->early = EARLY_REJECTED;
	hs->skipping = true;
	hs->early_skip = own > BOUND_EARLY_SKIP ? own : BOUND_EARLY_SKIP;
	if (cfg->max_early_skip != 0)
		hs->early_skip = cfg->max_early_skip;
}

enum sneck_rc sneck__early_choose(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	/* RFC 9846, 4.3.9: not in a second ClientHello, behind which nothing is skipped either */
	if (!wk->nego.early_asked || hs->retried)
		return SNECK_OK;
	sneck__early_refuse(hs);
	/* what a ticket of ours allows is sent in good faith, whatever the config says now */
	if (hs->cfg->max_early_skip == 0 && sneck__session_of(hs).max_early > hs->early_skip)
		hs->early_skip = sneck__session_of(hs).max_early;
	if (!early_possible(hs))
		return SNECK_OK;
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_EARLY_DATA, SNECK_NEEDS_EARLY_DATA_DECISION));
	if (!wk->early_answer)
		return SNECK_OK;
	SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
	SNECK_TRY(sneck__secrets_early(hs, th));
	wk->nego.early = true;
	hs->early = EARLY_ACCEPTED;
	hs->skipping = false;
	hs->early_max = sneck__session_of(hs).max_early;
	return SNECK_OK;
}
