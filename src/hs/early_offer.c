/* SPDX-License-Identifier: MIT */
/* early_offer.c: early data on a client: offered with the ClientHello, answered in
 * EncryptedExtensions. RFC 9846, 2.3, 4.3.9. */
#include "hs.h"

#include "../crypto/algs.h"

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
