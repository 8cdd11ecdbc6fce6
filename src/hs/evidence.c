/* SPDX-License-Identifier: MIT */
/* evidence.c: why we believe that the peer is who it should be. CONNECTED is reached through here
 * alone; what others have recorded is taken, and the zero value of everything refuses. SECURITY.md,
 * R5. */
#include "hs.h"

enum sneck_rc sneck__evidence_accept(const struct hs *hs)
{
	const struct evidence *const ev = &hs->work->evidence;

	if (hs->resumed != 0)
		return ev->psk_proved ? SNECK_OK : SNECK_E_INTERNAL;
	if (hs->role == SNECK_SERVER && hs->cfg->client_auth == SNECK_AUTH_NONE)
		return SNECK_OK;
	if (hs->role == SNECK_SERVER && hs->cfg->client_auth == SNECK_AUTH_OPTIONAL &&
	    ev->none_sent)
		return SNECK_OK;
	return ev->chain_judged && ev->signature_judged ? SNECK_OK : SNECK_E_INTERNAL;
}
