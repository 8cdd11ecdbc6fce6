/* SPDX-License-Identifier: MIT */
/* psk.c: a pre-shared key in the form that the schedule takes, in both roles, and the session that
 * it may come from. RFC 9846, 4.3.11, 4.7.1; RFC 9258. */
#include "hs.h"

#include <sneck/session.h>

#include "../build.h"
#include "../crypto/algs.h"
#include "../keys/psk.h"

struct session sneck__session_of(const struct hs *hs)
{
	static const struct session none;
	struct session s;

	if (!BUILD_TICKETS)
		return none;
	return sneck__session_read(&s, hs->session) == SNECK_OK ? s : none;
}

enum sneck_rc sneck__psk_key(struct hs *hs, struct hs_psk *key, const struct sneck_psk *psk,
			     uint16_t hash)
{
	const struct sneck_hash *const h = sneck__hash_of(hs->cfg->provider, hash);

	key->hash = hash;
	if (psk == NULL) {
		key->kind = BINDER_RESUMPTION;
		key->key = sneck__session_of(hs).secret;
		return SNECK_OK;
	}
	key->kind = psk->raw ? BINDER_EXTERNAL : BINDER_IMPORTED;
	key->key = psk->raw ? psk->secret : sneck_span_of(key->secret, h->len);
	return psk->raw ? SNECK_OK : sneck__psk_import(key->secret, hs->cfg->provider, psk, hash);
}
