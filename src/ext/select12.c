/* SPDX-License-Identifier: MIT */
/* select12.c: the choices of TLS 1.2 that are made otherwise than in 1.3: a suite says what signs,
 * so that suite, credential and scheme are one choice; a group is chosen by the server and known to
 * the client only when its share comes. RFC 5246, 7.4.1.4.1; RFC 8422, 4, 5.1. */
#include "select.h"

#include "../wire/rd.h"
#include "../wire/set.h"

/* Hybrids are of TLS 1.3. RFC 8422, 4 would let us guess what a client can that names no groups. */
static bool usable(const struct nego *ng, const struct sneck_kex *kex)
{
	return !sneck__group_is_hybrid(kex->group) &&
	       sneck__wire_list_has(ng->peer_groups, kex->group);
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

/* A signer's name for a scheme, as it stands on the wire. */
static uint16_t on_the_wire(uint16_t scheme)
{
	return scheme >= SNECK_ECDSA_ANY_SHA256 ? (uint16_t)((scheme & 0xffu) << 8 | 3u) : scheme;
}

static uint16_t curve_of(uint16_t scheme)
{
	return scheme == SNECK_ECDSA_SECP256R1_SHA256	? SNECK_SECP256R1
	       : scheme == SNECK_ECDSA_SECP384R1_SHA384 ? SNECK_SECP384R1
	       : scheme == SNECK_ECDSA_SECP521R1_SHA512 ? SNECK_SECP521R1
							: 0;
}

/* RFC 8422, 5.1: the groups of a client are also the curves that a certificate's key may be on. A
 * signer names its own with the scheme that TLS 1.3 has for it. */
static bool on_its_curve(const struct nego *ng, const uint16_t *schemes)
{
	bool fits = true;

	for (; *schemes != 0; schemes++)
		if (curve_of(*schemes) != 0) {
			fits = (ng->peer_curves & sneck__scheme_bit(*schemes)) != 0;
			if (fits)
				break;
		}
	return fits;
}

/* A client signs what it has only a digest of. */
static bool able(const struct nego *ng, const struct sneck_signer *s)
{
	if (ng->role == SNECK_SERVER)
		return on_its_curve(ng, s->schemes);
	return s->sign_digest != NULL || (ng->cfg->ask & SNECK_ASK_SIGN) != 0;
}

bool sneck__select12_own(struct nego *ng, const struct sneck_credential *c, uint8_t auth)
{
	if (!able(ng, c->signer))
		return false;
	for (const uint16_t *s = c->signer->schemes; *s != 0; s++) {
		const uint16_t wire = on_the_wire(*s);

		if ((ng->peer_sign & sneck__scheme_bit(wire)) == 0 ||
		    (auth != AUTH_ANY && sneck__scheme_auth(wire) != auth))
			continue;
		ng->own_scheme = wire;
		ng->own_way = *s;
		ng->cred = c;
		return true;
	}
	return false;
}

static bool take(struct nego *ng, const struct suite *s, const struct sneck_credential *c)
{
	if (!sneck__select12_own(ng, c, s->auth))
		return false;
	ng->suite = s;
	return true;
}

/* What signs a suite: SNECK_E_NO_NAME without a credential of that name. */
static enum sneck_rc select_signer(struct nego *ng, const struct suite *s,
				   const struct sneck_credential *given)
{
	const uint32_t types = sneck__types_allowed(ng);
	enum sneck_rc rc = SNECK_E_NO_NAME;

	if (given != NULL)
		return set_has(types, given->type) && take(ng, s, given) ? SNECK_OK
									 : SNECK_E_NO_SCHEME;
	for (size_t i = 0; i < ng->cfg->n_credentials; i++) {
		if (!sneck__credential_serves(ng->cfg->credentials[i], ng))
			continue;
		if (!set_has(types, ng->cfg->credentials[i]->type)) {
			rc = rc == SNECK_E_NO_NAME ? SNECK_E_NO_CERT_TYPE : rc;
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

/* Of what the peer can check, what is of one of these kinds. */
static void keep_auths(struct nego *ng, uint32_t auths)
{
	for (const struct alg_name *s = sneck__schemes; s->id != 0; s++)
		if (!set_has(auths, s->auth))
			ng->peer_sign &= ~sneck__scheme_bit(s->id);
}

enum sneck_rc sneck__select12_begin(struct nego *ng, struct sneck_span suites)
{
	const struct suite *s;
	uint32_t auths = 0;

	SNECK_TRY(select_group(ng));
	for (size_t i = 0; (s = sneck__suite_at(ng->cfg, i)) != NULL; i++)
		if (common(ng, suites, s))
			auths |= SET(s->auth);
	keep_auths(ng, auths);
	ng->peer_curves = 0;
	for (const struct alg_name *a = sneck__schemes; a->id != 0; a++)
		if (sneck__wire_list_has(ng->peer_groups, curve_of(a->id)))
			ng->peer_curves |= sneck__scheme_bit(a->id);
	return auths != 0 ? SNECK_OK : SNECK_E_NO_SUITE;
}

enum sneck_rc sneck__select12(struct nego *ng, struct sneck_span suites,
			      const struct sneck_credential *given)
{
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

static enum sneck_rc offered(struct nego *ng, uint16_t scheme)
{
	for (uint32_t i = 0; i < ng->n_schemes; i++)
		if (ng->schemes[i] == scheme) {
			ng->peer_scheme = scheme;
			return SNECK_OK;
		}
	return SNECK_E_NOT_OFFERED;
}

enum sneck_rc sneck__select12_scheme(struct nego *ng, uint16_t scheme)
{
	if (sneck__scheme_auth(scheme) != ng->suite->auth ||
	    !sneck__list_has(ng->cfg->provider->pubkey->schemes, scheme))
		return SNECK_E_NOT_OFFERED;
	return offered(ng, scheme);
}

static bool named(const struct nego *ng, uint16_t group)
{
	const struct sneck_kex *kex;

	for (size_t i = 0; (kex = sneck__kex_at(ng->cfg, i)) != NULL; i++)
		if (kex->group == group)
			return true;
	return false;
}

/* RFC 8422, 5.3: of the kind that the suite wants, and on a curve of our list. */
enum sneck_rc sneck__select12_key(const struct nego *ng, const void *key)
{
	const struct sneck_pubkey *const pk = ng->cfg->provider->pubkey;

	if (pk->fits == NULL)
		return SNECK_OK;
	for (const struct alg_name *s = sneck__schemes; s->id != 0; s++)
		if (s->auth == ng->suite->auth && pk->fits(key, s->id) == 1 &&
		    (curve_of(s->id) == 0 || named(ng, curve_of(s->id))))
			return SNECK_OK;
	return SNECK_E_NOT_OFFERED;
}

/* ---- the client's certificate ---- */

/* It signs all messages so far, of which there are digests by the hashes of suites, SHA-256 and
 * SHA-384, and nothing more: neither SHA-512 nor EdDSA. No key is shut out but those of EdDSA:
 * RFC 5246, 7.4.1.4.1 binds no key to a hash. */
static bool digest_kept(const struct nego *ng, uint16_t scheme)
{
	return sneck__hash_of(ng->cfg->provider, sneck__scheme_hash(scheme)) != NULL;
}

bool sneck__select12_asks(const struct nego *ng, uint16_t scheme)
{
	const struct sneck_pubkey *const pk = ng->cfg->provider->pubkey;

	return pk->verify_digest != NULL && sneck__list_has(pk->schemes, scheme) &&
	       digest_kept(ng, scheme);
}

enum sneck_rc sneck__select12_client(struct nego *ng, uint16_t scheme)
{
	return sneck__select12_asks(ng, scheme) ? offered(ng, scheme) : SNECK_E_NOT_OFFERED;
}

void sneck__select12_asked(struct nego *ng, struct sneck_span schemes, uint32_t auths)
{
	struct rd r;

	ng->peer_sign = 0;
	rd_init(&r, schemes);
	while (rd_more(&r)) {
		const uint16_t scheme = rd_u16(&r);

		if (digest_kept(ng, scheme))
			ng->peer_sign |= sneck__scheme_bit(scheme);
	}
	keep_auths(ng, auths);
}

uint16_t sneck__scheme12(const struct sneck_provider *p, uint16_t scheme)
{
	const uint16_t any = (uint16_t)(0xfe00u | scheme >> 8); /* SNECK_ECDSA_ANY_* */
	const bool ecdsa = (scheme & 0xffu) == (SNECK_ECDSA_SECP256R1_SHA256 & 0xffu);

	return ecdsa && sneck__list_has(p->pubkey->schemes, any) ? any : scheme;
}
