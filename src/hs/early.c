/* SPDX-License-Identifier: MIT */
/* early.c: early data: offered by a client, answered by a server. RFC 9846, 2.3, 4.3.9, 8. It is
 * under the key of a session, and refused unless everything is as it was. What is skipped when it
 * was refused is conn/deframe.c's. */
#include "hs.h"

#include "../crypto/algs.h"

/* ---- client ---- */

/* RFC 9846, 7.1: the early secrets, over the ClientHello alone. */
enum sneck_rc sneck__early_offer(struct hs *hs)
{
	const struct session s = sneck__session_of(hs);
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	if (!wk->nego.early)
		return SNECK_OK;
	hs->suite = sneck__suite_find(s.suite);
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	SNECK_TRY(sneck__hello_digest(hs, th, hs->hash, wk->hello_len));
	SNECK_TRY(sneck__secrets_early(hs, th));
	SNECK_TRY(sneck__flight_ccs(hs)); /* RFC 9846, E.4: right behind the ClientHello */
	hs->early = EARLY_OFFERED;
	hs->early_max = s.max_early;
	hs->tx_level = LV_EARLY;
	return SNECK_OK;
}

/* RFC 9846, 4.3.9: accepted only with the first key, the session's suite and its protocol. */
enum sneck_rc sneck__early_result(struct hs *hs)
{
	const struct hs_work *const wk = hs->work;
	const struct session s = sneck__session_of(hs);
	const struct sneck_span was = s.alpn;
	const struct sneck_span is =
		hs->alpn != 0 ? hs->cfg->alpn[hs->alpn - 1u] : sneck_span_of(NULL, 0);

	if (hs->early == EARLY_NONE)
		return SNECK_OK;
	hs->alpn_changed = was.len != is.len || (is.len != 0 && memcmp(was.p, is.p, is.len) != 0);
	if (wk->nego.early_taken && (wk->nego.psk_index != 1 || hs->resumed != 1 ||
				     hs->suite->id != s.suite || hs->alpn_changed))
		return SNECK_E_ILLEGAL;
	hs->early = wk->nego.early_taken ? EARLY_ACCEPTED : EARLY_REJECTED;
	hs->early_due = true;
	if (hs->early == EARLY_REJECTED)
		hs->tx_level = LV_HANDSHAKE;
	return SNECK_OK;
}

/* ---- server ---- */

static bool early_possible(const struct hs *hs)
{
	const struct hs_work *const wk = hs->work;
	const struct session s = sneck__session_of(hs);
	const struct sneck_span alpn =
		wk->nego.alpn != 0 ? hs->cfg->alpn[wk->nego.alpn - 1u] : sneck_span_of(NULL, 0);

	return !hs->retried && hs->quic == NULL && hs->resumed == 1 && wk->nego.psk_index == 1 &&
	       s.max_early != 0 && hs->cfg->max_early_data != 0 &&
	       (hs->cfg->ask & SNECK_ASK_EARLY_DATA) != 0 && hs->suite->id == s.suite &&
	       alpn.len == s.alpn.len &&
	       (alpn.len == 0 || memcmp(alpn.p, s.alpn.p, alpn.len) == 0) &&
	       wk->age_skew_ms <= BOUND_SKEW_MS && wk->age_skew_ms >= -BOUND_SKEW_MS;
}

/* Refused early data may still come, and is skipped: RFC 9846, 4.3.9. */
void sneck__early_refuse(struct hs *hs)
{
	const uint32_t own = hs->cfg->max_early_data;

	hs->early = EARLY_REJECTED;
	hs->skipping = true;
	hs->early_skip = own > BOUND_EARLY_SKIP ? own : BOUND_EARLY_SKIP;
}

enum sneck_rc sneck__early_choose(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	if (!wk->nego.early_asked)
		return SNECK_OK;
	if (hs->retried) /* RFC 9846, 4.3.9: not in a second ClientHello */
		return SNECK_E_ILLEGAL;
	sneck__early_refuse(hs);
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
