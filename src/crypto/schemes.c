/* SPDX-License-Identifier: MIT */
/* schemes.c: the table of signature schemes, RFC 9846, 4.3.3, and look-ups in it. Apart from
 * algs.c, since a build without certificates has none. */
#include "algs.h"

#include <sneck/config.h>

#define SCHEME(id, name, in_handshake, auth) { SNECK_##id, in_handshake, auth, name },
const struct alg_name sneck__schemes[] = {
#include "sigalgs.def"
	{ 0, false, AUTH_ANY, NULL }
};
#undef SCHEME
_Static_assert(sizeof sneck__schemes / sizeof sneck__schemes[0] <= 33, "a bit for each scheme");

const struct alg_name *sneck__scheme_find(uint16_t id)
{
	for (const struct alg_name *a = sneck__schemes; a->id != 0; a++)
		if (a->id == id)
			return a;
	return NULL;
}

bool sneck__scheme_in_handshake(uint16_t id)
{
	const struct alg_name *const s = sneck__scheme_find(id);

	return s != NULL && s->flag;
}

/* A switch and no look in the table: a ClientHello may name 8,000 schemes. */
uint32_t sneck__scheme_bit(uint16_t id)
{
#define SCHEME(id, name, in_handshake, auth) SCHEME_ROW_##id,
	enum {
#include "sigalgs.def"
	};
#undef SCHEME
	unsigned row;

	switch (id) {
#define SCHEME(id, name, in_handshake, auth)                                                       \
	case SNECK_##id:                                                                           \
		row = SCHEME_ROW_##id;                                                             \
		break;
#include "sigalgs.def"
#undef SCHEME
	default:
		return 0;
	}
	return UINT32_C(1) << row;
}

uint8_t sneck__scheme_auth(uint16_t id)
{
	const struct alg_name *const s = sneck__scheme_find(id);

	return s != NULL ? s->auth : AUTH_ANY;
}
