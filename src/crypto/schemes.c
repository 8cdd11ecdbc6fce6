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

/* 1 + the line of a scheme, by its value: a ClientHello may name 8,000. */
#define SLOT(id)			     (((id) >> 4 & 0xf0u) | ((id)&0x0fu))
#define SCHEME(id, name, in_handshake, auth) LINE_##id,
enum {
#include "sigalgs.def"
};
#undef SCHEME
#define SCHEME(id, name, in_handshake, auth) [SLOT(SNECK_##id)] = LINE_##id + 1,
static const uint8_t lines[256] = {
#include "sigalgs.def"
};
#undef SCHEME

const struct alg_name *sneck__scheme_find(uint16_t id)
{
	const uint8_t line = lines[SLOT(id)];

	return line != 0 && sneck__schemes[line - 1u].id == id ? &sneck__schemes[line - 1u] : NULL;
}

bool sneck__scheme_in_handshake(uint16_t id)
{
	const struct alg_name *const s = sneck__scheme_find(id);

	return s != NULL && s->flag;
}

uint32_t sneck__scheme_bit(uint16_t id)
{
	const struct alg_name *const s = sneck__scheme_find(id);

	return s != NULL ? UINT32_C(1) << (s - sneck__schemes) : 0;
}

uint8_t sneck__scheme_auth(uint16_t id)
{
	const struct alg_name *const s = sneck__scheme_find(id);

	return s != NULL ? s->auth : AUTH_ANY;
}

/* RFC 5246, 7.4.1.4.1: the first byte; RFC 9846 has its own in rows of 8. */
uint16_t sneck__scheme_hash(uint16_t id)
{
	const uint16_t low = id & 0xffu;

	if (id >> 8 != 8)
		return id >> 8;
	return low >= 9 ? low - 5 : low <= 6 ? low : 0;
}
