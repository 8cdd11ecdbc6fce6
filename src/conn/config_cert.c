/* SPDX-License-Identifier: MIT */
/* config_cert.c: what a config says of certificates: who we are, and who may judge the peer. */
#include "conn.h"

#include "../build.h"
#include "../ext/select.h"

#define refuse sneck__config_refuse

/* TLS 1.2 signs with every scheme that there is. */
static bool in_handshake(const struct sneck_config *cfg, uint16_t scheme)
{
	return sneck__scheme_in_handshake(scheme) ||
	       (sneck__scheme_find(scheme) != NULL && sneck__version_on(cfg, SNECK_TLS12));
}

static enum sneck_rc check_packed(const struct sneck_credential *c, struct sneck_note *why)
{
	for (size_t i = 0; i < c->n_packed; i++) {
		const struct sneck_packed_chain *const p = &c->packed[i];

		if (p->algorithm < SNECK_ZLIB || p->algorithm > SNECK_ZSTD || p->bytes.len == 0 ||
		    p->bytes.len > BOUND_CONFIG_MSG_TOP - 8u || p->length == 0 ||
		    p->length > BOUND_CONFIG_MSG_TOP)
			return refuse(why, SNECK_E_CONFIG,
				      "a packed chain has an unknown algorithm, or no bytes, "
				      "or too many");
	}
	return SNECK_OK;
}

static enum sneck_rc check_packing(const struct sneck_config *cfg, struct sneck_note *why)
{
	bool used = cfg->unpack.n != 0;

	if (cfg->unpack.n > 3)
		return refuse(why, SNECK_E_CONFIG, "unpack holds 3 entries at most");
	for (size_t i = 0; i < cfg->unpack.n; i++)
		if (cfg->unpack.p[i] < SNECK_ZLIB || cfg->unpack.p[i] > SNECK_ZSTD)
			return refuse(why, SNECK_E_CONFIG,
				      "unpack names one that is not known here");
	if (cfg->unpack.n != 0 && (cfg->ask & SNECK_ASK_UNPACK) == 0)
		return refuse(why, SNECK_E_CONFIG, "unpack needs SNECK_ASK_UNPACK in ask");
	for (size_t i = 0; i < cfg->n_credentials; i++)
		used |= cfg->credentials[i]->n_packed != 0;
	if (used && !BUILD_COMPRESSION)
		return refuse(why, SNECK_E_UNSUPPORTED,
			      "this build has no certificate compression");
	return SNECK_OK;
}

static bool signs(const struct sneck_config *cfg, const struct sneck_signer *s)
{
	for (size_t i = 0; s->schemes[i] != 0; i++)
		if (in_handshake(cfg, s->schemes[i]))
			return true;
	return false;
}

/* Whether a signature that the verifier accepts in a handshake can be checked. */
static bool checks(const struct sneck_config *cfg)
{
	const uint16_t *const able = cfg->provider->pubkey->schemes;
	const uint16_t *s = cfg->verifier != NULL ? cfg->verifier->schemes : NULL;

	if (s == NULL)
		return able[0] != 0;
	while (*s != 0 && !(in_handshake(cfg, *s) && sneck__list_has(able, *s)))
		s++;
	return *s != 0;
}

/* Whether anybody judges a chain. */
static bool judges(const struct sneck_config *cfg)
{
	return (cfg->ask & SNECK_ASK_VERIFY) != 0 ||
	       (cfg->verifier != NULL && cfg->verifier->verify != NULL);
}

static enum sneck_rc check_raw(const struct sneck_config *cfg, struct sneck_note *why)
{
	if (!BUILD_RAW_KEYS)
		return refuse(why, SNECK_E_UNSUPPORTED, "this build has no raw public keys");
	if (cfg->provider->pubkey->from_spki == NULL)
		return refuse(why, SNECK_E_NO_ALGORITHM, "the provider reads no raw public keys");
	return SNECK_OK;
}

enum sneck_rc sneck__check_credential(const struct sneck_config *cfg,
				      const struct sneck_credential *c, struct sneck_note *why)
{
	if (c->size != sizeof *c)
		return refuse(why, SNECK_E_SIZE, "a credential lacks SNECK_CREDENTIAL_INIT");
	if (c->n_chain == 0 || c->n_chain > BOUND_CERTS)
		return refuse(why, SNECK_E_CONFIG, "a credential's chain has 1 to 10 certificates");
	if (c->type != SNECK_X509 && (c->type != SNECK_RAW_PUBLIC_KEY || c->n_chain != 1))
		return refuse(
			why, SNECK_E_CONFIG,
			"a credential's type is SNECK_X509, or SNECK_RAW_PUBLIC_KEY with one key");
	for (size_t i = 0; i < c->n_chain; i++)
		if (c->chain[i].len == 0 || c->chain[i].len > BOUND_CONFIG_MSG_TOP / BOUND_CERTS)
			return refuse(why, SNECK_E_CONFIG,
				      "a certificate of a credential is empty or too large");
	if (c->ocsp.len > BOUND_STAPLES || c->scts.len > BOUND_STAPLES - c->ocsp.len)
		return refuse(why, SNECK_E_CONFIG,
			      "ocsp and scts of a credential have 65,519 bytes at most");
	if (c->signer == NULL || !signs(cfg, c->signer) ||
	    (c->signer->sign == NULL && (cfg->ask & SNECK_ASK_SIGN) == 0))
		return refuse(why, SNECK_E_CONFIG,
			      "a credential's signer has no scheme that a handshake can use");
	if (c->type == SNECK_RAW_PUBLIC_KEY)
		SNECK_TRY(check_raw(cfg, why));
	return check_packed(c, why);
}

static enum sneck_rc check_types(const struct sneck_config *cfg, struct sneck_note *why)
{
	const uint32_t flags = cfg->verifier != NULL ? cfg->verifier->flags : 0;
	const bool raw = (flags & SNECK_VERIFIER_RAW_KEYS) != 0;

	if (!raw && (flags & SNECK_VERIFIER_NO_X509) != 0)
		return refuse(why, SNECK_E_CONFIG,
			      "a verifier that takes no X.509 must take raw keys");
	return raw ? check_raw(cfg, why) : SNECK_OK;
}

enum sneck_rc sneck__check_certs(const struct sneck_config *cfg, int role, struct sneck_note *why)
{
	if (role == SNECK_CLIENT && !cfg->psk_only && !judges(cfg))
		return refuse(why, SNECK_E_CONFIG,
			      "a client needs a verifier, or SNECK_ASK_VERIFY in ask");
	if (role == SNECK_CLIENT && !cfg->psk_only && !checks(cfg))
		return refuse(why, SNECK_E_NO_ALGORITHM,
			      "the provider can check none of the verifier's schemes");
	if (role == SNECK_SERVER && cfg->client_auth != SNECK_AUTH_NONE && !judges(cfg))
		return refuse(why, SNECK_E_CONFIG,
			      "client_auth needs a verifier, or SNECK_ASK_VERIFY in ask");
	if (role == SNECK_SERVER && cfg->client_auth != SNECK_AUTH_NONE && !checks(cfg))
		return refuse(why, SNECK_E_NO_ALGORITHM,
			      "the provider can check none of the verifier's schemes");
	if (role == SNECK_SERVER && !cfg->psk_only && cfg->n_credentials == 0 &&
	    (cfg->ask & SNECK_ASK_CREDENTIAL) == 0)
		return refuse(why, SNECK_E_CONFIG,
			      "a server needs a credential, or SNECK_ASK_CREDENTIAL in ask");
	if (cfg->check_own_signature > 2)
		return refuse(why, SNECK_E_CONFIG, "check_own_signature is 0, 1 or 2");
	for (size_t i = 0; i < cfg->n_credentials; i++)
		SNECK_TRY(sneck__check_credential(cfg, cfg->credentials[i], why));
	SNECK_TRY(check_packing(cfg, why));
	return check_types(cfg, why);
}
