/* SPDX-License-Identifier: MIT */
/* select13.c: the choices of TLS 1.3 that are made otherwise than in 1.2, or not at all there:
 * shares, modes of pre-shared keys, a suite by itself. select.c has what both do. */
#include "select.h"

#include "../build.h"
#include "../msg/types.h"
#include "../wire/rd.h"

/* ---- client ---- */

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

/* RFC 9846, 4.5.2: of the schemes in our signature_algorithms, and legal in a handshake. */
enum sneck_rc sneck__select_scheme_answer(struct nego *ng, uint16_t scheme)
{
	if (sneck__scheme_in_handshake(scheme))
		for (uint32_t i = 0; i < ng->n_schemes; i++)
			if (ng->schemes[i] == scheme) {
				ng->peer_scheme = scheme;
				return SNECK_OK;
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
	const bool dhe =
		(ng->psk_modes & PSK_MODE_DHE) != 0 && (ng->kex != NULL || ng->wanted != NULL);

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
