/* SPDX-License-Identifier: MIT */
/* algs.c: the tables of RFC 9846, B.4, 4.3.7 and 4.3.3 as data, and look-ups in them and in what a
 * provider has. To add an algorithm, add a line to a .def file and its number to config.h.
 *
 * A provider's primitive that is larger than bounds.h says is treated as absent, here, so that no
 * buffer of the core has to be checked against a descriptor again. */
#include "algs.h"

#include <sneck/config.h>

#include "../bounds.h"
#include "../build.h"

#define ROW(id, aead, hash, on, version, auth, nonce)                                              \
	{                                                                                          \
		SNECK_##id, aead, hash, SNECK_##version, on, auth, nonce, #id                      \
	}
#define SUITE(id, aead, hash, on) IF_TLS13(ROW(id, aead, hash, on, TLS13, AUTH_ANY, 0))
#define SUITE12(id, aead, hash, on, auth, nonce)                                                   \
	IF_TLS12(ROW(id, aead, hash, on, TLS12, auth, nonce))
const struct suite sneck__suites[] = {
#include "suites.def"
	{ 0, 0, 0, 0, false, AUTH_ANY, 0, NULL }
};
#undef SUITE12
#undef SUITE
#undef ROW

#define GROUP(id, name, hybrid) { SNECK_##id, hybrid, AUTH_ANY, name },
const struct alg_name sneck__groups[] = {
#include "groups.def"
	{ 0, false, AUTH_ANY, NULL }
};
#undef GROUP

#define SCHEME(id, name, in_handshake, auth) { SNECK_##id, in_handshake, auth, name },
const struct alg_name sneck__schemes[] = {
#include "sigalgs.def"
	{ 0, false, AUTH_ANY, NULL }
};
#undef SCHEME
_Static_assert(sizeof sneck__schemes / sizeof sneck__schemes[0] <= 33, "a bit for each scheme");

const struct suite *sneck__suite_find(uint16_t id)
{
	for (const struct suite *s = sneck__suites; s->id != 0; s++)
		if (s->id == id)
			return s;
	return NULL;
}

static const struct alg_name *find(const struct alg_name *a, uint16_t id)
{
	for (; a->id != 0; a++)
		if (a->id == id)
			return a;
	return NULL;
}

const struct alg_name *sneck__group_find(uint16_t id)
{
	return find(sneck__groups, id);
}

const struct alg_name *sneck__scheme_find(uint16_t id)
{
	return find(sneck__schemes, id);
}

bool sneck__group_is_hybrid(uint16_t id)
{
	const struct alg_name *const g = sneck__group_find(id);

	return g != NULL && g->flag;
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

	switch (id) {
#define SCHEME(id, name, in_handshake, auth)                                                       \
	case SNECK_##id:                                                                           \
		return UINT32_C(1) << SCHEME_ROW_##id;
#include "sigalgs.def"
#undef SCHEME
	default:
		return 0;
	}
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

const struct sneck_hash *sneck__hash_of(const struct sneck_provider *p, uint16_t id)
{
	for (const struct sneck_hash *const *h = p->hashes; *h != NULL; h++)
		if ((*h)->id == id && (*h)->len <= BOUND_HASH &&
		    (*h)->block_len <= BOUND_HASH_BLOCK && (*h)->ctx_size <= SNECK_HASH_CTX_MAX)
			return *h;
	return NULL;
}

const struct sneck_aead *sneck__aead_of(const struct sneck_provider *p, uint16_t id)
{
	for (const struct sneck_aead *const *a = p->aeads; *a != NULL; a++)
		if ((*a)->id == id && (*a)->key_len <= BOUND_KEY &&
		    (*a)->nonce_len == BOUND_NONCE && (*a)->tag_len <= BOUND_TAG)
			return *a;
	return NULL;
}

const struct sneck_kex *sneck__kex_of(const struct sneck_provider *p, uint16_t group)
{
	for (const struct sneck_kex *const *k = p->kexes; *k != NULL; k++)
		if ((*k)->group == group)
			return *k;
	return NULL;
}

bool sneck__list_has(const uint16_t *list, uint16_t x)
{
	for (; *list != 0; list++)
		if (*list == x)
			return true;
	return false;
}
