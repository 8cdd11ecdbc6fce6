/* SPDX-License-Identifier: MIT */
/* explain.c: a packed verify job in words. The job is unpacked where it was packed, in the core:
 * a verifier that explains instead of judging is run over it. */
#include "pki.h"

struct explaining {
	const struct sneck_pki_trust *trust;
	struct sneck_note *why;
};

static enum sneck_rc explain(void *ctx, const struct sneck_chain *chain,
			     struct sneck_verdict *verdict)
{
	const struct explaining *e = ctx;
	const enum sneck_rc rc = sneck__pki_judge(e->trust, chain, NULL, e->why);

	(void)verdict;
	return pki_refuses(rc) ? SNECK_OK : rc;
}

enum sneck_rc sneck_pki_explain(const struct sneck_pki_trust *trust, const void *job, size_t len,
				struct sneck_note *why)
{
	struct explaining e = { trust, why };
	const struct sneck_verifier verifier = { .verify = explain, .ctx = &e };
	struct sneck_verdict none = { 0 };

	return sneck_verify_job_run(&verifier, job, len, &none);
}
