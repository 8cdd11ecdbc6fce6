/* SPDX-License-Identifier: MIT */
/* select.c: the choices of a handshake, one function each. Server preference rules here unless the
 * config says that the client's order does. Credentials are credential.c's. */
#include "select.h"

#include "../wire/rd.h"

bool sneck__version_allowed(const struct sneck_config *cfg, uint16_t version)
{
	const uint16_t least = cfg->min_version != 0 ? cfg->min_version : SNECK_TLS12;
	const uint16_t most = cfg->max_version != 0 ? cfg->max_version : SNECK_TLS13;

	/* TLS 1.2 has no pre-shared keys here */
	if (version == SNECK_TLS12 && cfg->psk_only)
		return false;
	return version >= least && version <= most;
}

bool sneck__version_on(const struct sneck_config *cfg, uint16_t version)
{
	const struct suite *s;
	size_t i = 0;

	while ((s = sneck__suite_at(cfg, i)) != NULL && s->version != version)
		i++;
	return s != NULL;
}

const struct suite *sneck__suite_at(const struct sneck_config *cfg, size_t i)
{
	const struct sneck_provider *const p = cfg->provider;
	size_t n = 0;

	for (size_t k = 0;; k++) {
		const struct suite *s;

		if (cfg->suites.n != 0 ? k == cfg->suites.n : sneck__suites[k].id == 0)
			return NULL;
		s = cfg->suites.n != 0 ? sneck__suite_find(cfg->suites.p[k]) : &sneck__suites[k];
		if (s == NULL || (cfg->suites.n == 0 && !s->on) ||
		    !sneck__version_allowed(cfg, s->version) ||
		    sneck__aead_of(p, s->aead) == NULL || sneck__hash_of(p, s->hash) == NULL)
			continue;
		if (n++ == i)
			return s;
	}
}

/* RFC 9846, 4.3.7: hybrids are of TLS 1.3. */
const struct sneck_kex *sneck__kex_at(const struct sneck_config *cfg, size_t i)
{
	const bool hybrids = sneck__version_on(cfg, SNECK_TLS13);
	size_t n = 0;

	for (size_t k = 0;; k++) {
		const struct sneck_kex *kex;

		if (cfg->groups.n != 0 ? k == cfg->groups.n : sneck__groups[k].id == 0)
			return NULL;
		kex = sneck__kex_of(cfg->provider,
				    cfg->groups.n != 0 ? cfg->groups.p[k] : sneck__groups[k].id);
		if (kex == NULL || (!hybrids && sneck__group_is_hybrid(kex->group)))
			continue;
		if (n++ == i)
			return kex;
	}
}

bool sneck__wire_list_has(struct sneck_span list, uint16_t x)
{
	struct rd r;

	rd_init(&r, list);
	while (rd_more(&r))
		if (rd_u16(&r) == x && !r.bad)
			return true;
	return false;
}

/* ---- client ---- */

enum sneck_rc sneck__select_suite_answer(struct nego *ng, uint16_t suite)
{
	const struct suite *s;

	for (size_t i = 0; (s = sneck__suite_at(ng->cfg, i)) != NULL; i++)
		if (s->id == suite && s->version == ng->version) {
			ng->suite = s;
			return SNECK_OK;
		}
	return SNECK_E_NOT_OFFERED;
}

enum sneck_rc sneck__select_alpn_answer(struct nego *ng, struct sneck_span name)
{
	for (size_t i = 0; i < ng->cfg->n_alpn; i++) {
		const struct sneck_span own = ng->cfg->alpn[i];

		if (own.len == name.len && memcmp(own.p, name.p, name.len) == 0) {
			ng->alpn = (uint32_t)i + 1u;
			return SNECK_OK;
		}
	}
	return SNECK_E_NOT_OFFERED;
}
