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
