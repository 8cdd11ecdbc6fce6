/* SPDX-License-Identifier: MIT */
/* select.c: the choices of a handshake, one function each. Server preference rules here unless the
 * config says that the client's order does. Credentials are credential.c's. */
#include "select.h"

#include "../build.h"
#include "../msg/types.h"
#include "../wire/rd.h"
#include "../wire/set.h"

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

enum sneck_rc sneck__select_share_answer(struct nego *ng, uint16_t group, struct sneck_span share)
{
	for (uint32_t i = 0; i < ng->n_shares; i++) {
		const struct sneck_kex *const kex = ng->shares[i].kex;

		if (kex->group != group)
			continue;
		if (share.len != kex->answer_len)
			return SNECK_E_BAD_SHARE;
		ng->kex = kex;
		ng->peer_share = share;
		return SNECK_OK;
	}
	return SNECK_E_NOT_OFFERED;
}

enum sneck_rc sneck__select_retry_group(struct nego *ng, uint16_t group)
{
	const struct sneck_kex *kex;

	for (uint32_t i = 0; i < ng->n_shares; i++)
		if (ng->shares[i].kex->group == group)
			return SNECK_E_ILLEGAL;
	for (size_t i = 0; (kex = sneck__kex_at(ng->cfg, i)) != NULL; i++)
		if (kex->group == group) {
			ng->wanted = kex;
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

enum sneck_rc sneck__select_mode_answer(struct nego *ng)
{
	if (ng->kex != NULL || (ng->psk_index != 0 && ng->cfg->psk_ke))
		return SNECK_OK;
	ng->at_ext = EXT_KEY_SHARE;
	return SNECK_E_EXT_MISSING;
}

/* ---- server ---- */

enum sneck_rc sneck__select_suite(struct nego *ng, struct sneck_span suites, uint16_t hash)
{
	const struct suite *s;
	struct rd r;

	if (ng->cfg->prefer_peer_order) {
		rd_init(&r, suites);
		while (rd_more(&r)) {
			const uint16_t id = rd_u16(&r);

			for (size_t i = 0; (s = sneck__suite_at(ng->cfg, i)) != NULL; i++)
				if (s->id == id && s->version == ng->version &&
				    (hash == 0 || s->hash == hash)) {
					ng->suite = s;
					return SNECK_OK;
				}
		}
		return SNECK_E_NO_SUITE;
	}
	for (size_t i = 0; (s = sneck__suite_at(ng->cfg, i)) != NULL; i++)
		if (s->version == ng->version && (hash == 0 || s->hash == hash) &&
		    sneck__wire_list_has(suites, s->id)) {
			ng->suite = s;
			return SNECK_OK;
		}
	return SNECK_E_NO_SUITE;
}

bool sneck__select_mode(struct nego *ng)
{
	const bool ke = BUILD_KEX_PSK && ng->cfg->psk_ke && (ng->psk_modes & PSK_MODE_KE) != 0;
	const bool dhe = BUILD_KEX_PSK_DHE && (ng->psk_modes & PSK_MODE_DHE) != 0 &&
			 (ng->kex != NULL || ng->wanted != NULL);

	if (!dhe && ke)
		ng->kex = ng->wanted = NULL;
	return dhe || ke;
}

static enum sneck_rc missing(struct nego *ng, uint16_t type)
{
	ng->at_ext = type;
	return SNECK_E_EXT_MISSING;
}

enum sneck_rc sneck__select_complete(struct nego *ng, bool psk)
{
	if (ng->share_seen && ng->peer_groups.len == 0)
		return missing(ng, EXT_SUPPORTED_GROUPS);
	if (!ng->share_seen && (ng->peer_groups.len != 0 || !psk))
		return missing(ng, ng->peer_groups.len != 0 ? EXT_KEY_SHARE : EXT_SUPPORTED_GROUPS);
	if (psk)
		return SNECK_OK;
	if (ng->peer_schemes.len == 0)
		return missing(ng, EXT_SIGNATURE_ALGORITHMS);
	ng->at_ext = EXT_KEY_SHARE;
	if (ng->kex == NULL && ng->wanted == NULL)
		return SNECK_E_NO_GROUP;
	ng->at_ext = 0xffff;
	return SNECK_OK;
}
