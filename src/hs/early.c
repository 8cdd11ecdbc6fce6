/* SPDX-License-Identifier: MIT */
/* early.c: the secrets of early data, which is under the key of a session and no other. RFC 9846,
 * 7.1. */
#include "hs.h"

/* th: the digest of the ClientHello. Early data is under a session's key and no other. */
enum sneck_rc sneck__secrets_early(struct hs *hs, const uint8_t *th)
{
	struct hs_work *const wk = hs->work;

	SNECK_TRY(sneck__sched13_early(&wk->sched, hs->hash, sneck__session_of(hs).secret));
	SNECK_TRY(
		sneck__sched13_early_traffic(&wk->sched, wk->early_secret, wk->early_exporter, th));
	sneck__log_secret(hs, "CLIENT_EARLY_TRAFFIC_SECRET", wk->early_secret);
	sneck__log_secret(hs, "EARLY_EXPORTER_SECRET", wk->early_exporter);
	return SNECK_OK;
}
