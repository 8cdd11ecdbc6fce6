/* SPDX-License-Identifier: MIT */
/* select12.c: the choices of TLS 1.2 that are made otherwise than in 1.3: a suite says what signs,
 * so that suite, credential and scheme are one choice; a group is chosen by the server and known to
 * the client only when its share comes. RFC 5246, 7.4.1.4.1; RFC 8422, 4, 5.1. */
#include "select.h"

#include "../wire/rd.h"

/* Hybrids are of TLS 1.3. RFC 8422, 5.1.1: whoever does not name groups can do P-256. */
static bool usable(const struct nego *ng, const struct sneck_kex *kex)
{
	if (sneck__group_is_hybrid(kex->group))
		return false;
	return ng->peer_groups.len == 0 ? kex->group == SNECK_SECP256R1
					: sneck__wire_list_has(ng->peer_groups, kex->group);
}

static enum sneck_rc select_group(struct nego *ng)
{
	const struct sneck_kex *kex;

	for (size_t i = 0; (kex = sneck__kex_at(ng->cfg, i)) != NULL; i++)
		if (usable(ng, kex)) {
			ng->kex = kex;
			return SNECK_OK;
		}
	return SNECK_E_NO_GROUP;
}

/* RFC 8422, 5.1: the groups of a client are also the curves that a certificate's key may be on. */
static bool on_its_curve(const struct nego *ng, uint16_t scheme)
{
	const uint16_t curve = scheme == SNECK_ECDSA_SECP256R1_SHA256	? SNECK_SECP256R1
			       : scheme == SNECK_ECDSA_SECP384R1_SHA384 ? SNECK_SECP384R1
			       : scheme == SNECK_ECDSA_SECP521R1_SHA512 ? SNECK_SECP521R1
									: 0;

	return curve == 0 || ng->peer_groups.len == 0 ||
	       sneck__wire_list_has(ng->peer_groups, curve);
}

/* The first scheme of a credential that a suite of this kind may be signed with. */
static uint16_t scheme_for(const struct nego *ng, const struct sneck_credential *c, uint8_t auth)
{
	for (const uint16_t *s = c->signer->schemes; *s != 0; s++)
		if (sneck__scheme_auth(*s) == auth && sneck__wire_list_has(ng->peer_schemes, *s) &&
		    on_its_curve(ng, *s))
			return *s;
	return 0;
}

static bool take(struct nego *ng, const struct suite *s, const struct sneck_credential *c)
{
	ng->own_scheme = scheme_for(ng, c, s->auth);
	if (ng->own_scheme == 0)
		return false;
	ng->suite = s;
	ng->cred = c;
	return true;
}

/* What signs a suite: SNECK_E_NO_NAME without a credential of that name. Raw keys are of TLS 1.3.
 */
static enum sneck_rc select_signer(struct nego *ng, const struct suite *s,
				   const struct sneck_credential *given)
{
	enum sneck_rc rc = SNECK_E_NO_NAME;

	if (given != NULL)
		return take(ng, s, given) ? SNECK_OK : SNECK_E_NO_SCHEME;
	for (size_t i = 0; i < ng->cfg->n_credentials; i++) {
		if (!sneck__credential_serves(ng->cfg->credentials[i], ng))
			continue;
		if (ng->cfg->credentials[i]->type != SNECK_X509) {
			rc = rc == SNECK_E_NO_NAME ? SNECK_E_CERT_TYPE : rc;
			continue;
		}
		if (take(ng, s, ng->cfg->credentials[i]))
			return SNECK_OK;
		rc = SNECK_E_NO_SCHEME;
	}
	return rc;
}

static bool common(const struct nego *ng, struct sneck_span suites, const struct suite *s)
{
	return s->version == ng->version && sneck__wire_list_has(suites, s->id);
}

static enum sneck_rc by_own_order(struct nego *ng, struct sneck_span suites,
				  const struct sneck_credential *given)
{
	enum sneck_rc rc = SNECK_E_NO_SUITE;
	const struct suite *s;

	for (size_t i = 0; rc != SNECK_OK && (s = sneck__suite_at(ng->cfg, i)) != NULL; i++)
		if (common(ng, suites, s))
			rc = select_signer(ng, s, given);
	return rc;
}

static enum sneck_rc by_peer_order(struct nego *ng, struct sneck_span suites,
				   const struct sneck_credential *given)
{
	enum sneck_rc rc = SNECK_E_NO_SUITE;
	struct rd r;

	rd_init(&r, suites);
	while (rc != SNECK_OK && rd_more(&r))
		if (sneck__select_suite_answer(ng, rd_u16(&r)) == SNECK_OK)
			rc = select_signer(ng, ng->suite, given);
	return rc;
}

enum sneck_rc sneck__select12(struct nego *ng, struct sneck_span suites,
			      const struct sneck_credential *given)
{
	SNECK_TRY(select_group(ng));
	return ng->cfg->prefer_peer_order ? by_peer_order(ng, suites, given)
					  : by_own_order(ng, suites, given);
}

/* ---- client ---- */

enum sneck_rc sneck__select12_group(struct nego *ng, uint16_t group, struct sneck_span share)
{
	const struct sneck_kex *kex;

	for (size_t i = 0; (kex = sneck__kex_at(ng->cfg, i)) != NULL; i++)
		if (kex->group == group && !sneck__group_is_hybrid(group)) {
			if (share.len != kex->offer_len)
				return SNECK_E_BAD_SHARE;
			ng->kex = kex;
			ng->peer_share = share;
			return SNECK_OK;
		}
	return SNECK_E_NOT_OFFERED;
}

enum sneck_rc sneck__select12_scheme(struct nego *ng, uint16_t scheme)
{
	if (sneck__scheme_auth(scheme) != ng->suite->auth ||
	    !sneck__list_has(ng->cfg->provider->pubkey->schemes, scheme))
		return SNECK_E_NOT_OFFERED;
	for (uint32_t i = 0; i < ng->n_schemes; i++)
		if (ng->schemes[i] == scheme) {
			ng->peer_scheme = scheme;
			return SNECK_OK;
		}
	return SNECK_E_NOT_OFFERED;
}

uint16_t sneck__scheme12(const struct sneck_provider *p, uint16_t scheme)
{
	const uint16_t any = (uint16_t)(0xfe00u | scheme >> 8); /* SNECK_ECDSA_ANY_* */
	const bool ecdsa = (scheme & 0xffu) == (SNECK_ECDSA_SECP256R1_SHA256 & 0xffu);

	return ecdsa && sneck__list_has(p->pubkey->schemes, any) ? any : scheme;
}
