/* SPDX-License-Identifier: MIT */
/* credential.c: which credential we show: the config's first that fits, or the one that was
 * answered. RFC 9846, 4.5.1.2. */
#include "hs.h"

#include "../ext/select.h"

enum sneck_rc sneck__ask_credential(struct hs *hs)
{
	struct hs_work *const wk = hs->work;

	if ((hs->cfg->ask & SNECK_ASK_CREDENTIAL) == 0)
		return sneck__select_credential(&wk->nego);
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_CREDENTIAL, SNECK_NEEDS_CREDENTIAL));
	return wk->given != NULL && sneck__select_own_scheme(&wk->nego, wk->given)
		       ? SNECK_OK
		       : SNECK_E_NO_SCHEME;
}

/* Without a credential that fits a client sends an empty list; whether that will do is for the
 * server to say. */
enum sneck_rc sneck__ask_client(struct hs *hs)
{
	const enum sneck_rc rc = sneck__ask_credential(hs);

	return rc == SNECK_E_NO_SCHEME || rc == SNECK_E_NO_NAME || rc == SNECK_E_NO_CERT_TYPE
		       ? SNECK_OK
		       : rc;
}

enum sneck_rc sneck__ask_certificate(struct hs *hs, uint32_t n)
{
	if ((hs->cfg->ask & SNECK_ASK_VERIFY) == 0)
		return SNECK_OK;
	if (n != 0)
		SNECK_TRY(sneck__ask_raise(hs, &hs->verdict_op));
	return sneck__ask_show(hs, SNECK_RECEIVED_CERTIFICATE);
}

enum sneck_rc sneck__ask_signature(struct hs *hs)
{
	if ((hs->cfg->ask & SNECK_ASK_VERIFY_SIG) != 0 && hs->shown != SNECK_NEEDS_SIGNATURE)
		SNECK_TRY(sneck__ask_show(hs, SNECK_RECEIVED_SIGNATURE));
	if ((hs->cfg->ask & SNECK_ASK_VERIFY) == 0 || hs->verdict_known)
		return SNECK_OK;
	hs->shown = SNECK_NEEDS_SIGNATURE;
	return SNECK_WANT_ANSWER;
}
