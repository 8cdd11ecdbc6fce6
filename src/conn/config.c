/* SPDX-License-Identifier: MIT */
/* config.c: checks a config once, where it is made, and says in one sentence what is wrong.
 * Everything behind it trusts what is checked here. */
#include <sneck/session.h>

#include "conn.h"

#include "../build.h"
#include "../ext/select.h"
#include "../keys/seal.h"

static enum sneck_rc refuse(struct sneck_note *why, enum sneck_rc rc, const char *text)
{
	size_t i = 0;

	if (why != NULL) {
		for (; text[i] != '\0' && i + 1u < sizeof why->text; i++)
			why->text[i] = text[i];
		why->text[i] = '\0';
	}
	return rc;
}

static enum sneck_rc check_provider(const struct sneck_provider *p, struct sneck_note *why)
{
	if (p == NULL)
		return refuse(why, SNECK_E_CONFIG, "provider is not set");
	if (p->revision != SNECK_CRYPTO_REVISION)
		return refuse(why, SNECK_E_CONFIG, "provider is of another revision of crypto.h");
	for (size_t i = 0; p->hashes[i] != NULL; i++)
		if (p->hashes[i]->len > BOUND_HASH || p->hashes[i]->block_len > BOUND_HASH_BLOCK ||
		    p->hashes[i]->ctx_size > SNECK_HASH_CTX_MAX)
			return refuse(why, SNECK_E_CONFIG, "provider has a hash that is too large");
	for (size_t i = 0; p->aeads[i] != NULL; i++)
		if (p->aeads[i]->key_len > BOUND_KEY || p->aeads[i]->nonce_len != BOUND_NONCE ||
		    p->aeads[i]->tag_len > BOUND_TAG)
			return refuse(why, SNECK_E_CONFIG, "provider has an AEAD of unknown shape");
	for (size_t i = 0; p->kexes[i] != NULL; i++)
		if (p->kexes[i]->secret_len > BOUND_SHARED)
			return refuse(why, SNECK_E_CONFIG,
				      "provider has a key exchange that is too large");
	if (sneck__hash_of(p, 4) == NULL)
		return refuse(why, SNECK_E_NO_ALGORITHM, "the provider lacks SHA-256");
	return SNECK_OK;
}

static enum sneck_rc check_lists(const struct sneck_config *cfg, struct sneck_note *why)
{
	const struct sneck_provider *const p = cfg->provider;

	if (cfg->suites.n > 16 || cfg->groups.n > 16)
		return refuse(why, SNECK_E_CONFIG, "suites and groups hold 16 entries at most");
	for (size_t i = 0; i < cfg->suites.n; i++) {
		const struct suite *const s = sneck__suite_find(cfg->suites.p[i]);

		if (s == NULL)
			return refuse(why, SNECK_E_CONFIG,
				      "suites names one that is not known here");
		if (sneck__aead_of(p, s->aead) == NULL || sneck__hash_of(p, s->hash) == NULL)
			return refuse(why, SNECK_E_NO_ALGORITHM,
				      "the provider lacks one of suites");
	}
	for (size_t i = 0; i < cfg->groups.n; i++) {
		if (sneck__group_find(cfg->groups.p[i]) == NULL)
			return refuse(why, SNECK_E_CONFIG,
				      "groups names one that is not known here");
		if (sneck__kex_of(p, cfg->groups.p[i]) == NULL)
			return refuse(why, SNECK_E_NO_ALGORITHM,
				      "the provider lacks one of groups");
	}
	if (sneck__suite_at(cfg, 0) == NULL || sneck__kex_at(cfg, 0) == NULL)
		return refuse(why, SNECK_E_NO_ALGORITHM,
			      "no suite, or no group, is left of provider and versions");
	if (cfg->n_alpn > BOUND_ALPN)
		return refuse(why, SNECK_E_CONFIG, "alpn holds 16 names at most");
	for (size_t i = 0; i < cfg->n_alpn; i++)
		if (cfg->alpn[i].len == 0 || cfg->alpn[i].len > 255)
			return refuse(why, SNECK_E_CONFIG, "a name of alpn has 1 to 255 bytes");
	return SNECK_OK;
}

static enum sneck_rc check_bounds(const struct sneck_config *cfg, struct sneck_note *why)
{
	const uint16_t least = cfg->min_version, most = cfg->max_version;
	const uint32_t asked = SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES |
			       SNECK_ASK_CLIENT_HELLO | SNECK_ASK_SIGN | SNECK_ASK_CREDENTIAL |
			       SNECK_ASK_MAY_ENCRYPT | SNECK_ASK_NOTICES | SNECK_ASK_PSK |
			       SNECK_ASK_EARLY_DATA | SNECK_ASK_TICKETS | SNECK_ASK_UNPACK;

	if ((cfg->ask & ~asked) != 0)
		return refuse(why, SNECK_E_CONFIG, "ask has a bit that this library does not know");
	if ((least != 0 && least != SNECK_TLS12 && least != SNECK_TLS13) ||
	    (most != 0 && most != SNECK_TLS12 && most != SNECK_TLS13) ||
	    (most != 0 && least > most))
		return refuse(
			why, SNECK_E_CONFIG,
			"min_version and max_version are 0, SNECK_TLS12 or SNECK_TLS13, in order");
	if (cfg->n_key_shares > BOUND_OWN_SHARES)
		return refuse(why, SNECK_E_CONFIG, "n_key_shares is 4 at most");
	if (cfg->max_client_hello > BOUND_CLIENT_HELLO_TOP)
		return refuse(why, SNECK_E_CONFIG, "max_client_hello is 65,535 at most");
	if (cfg->max_certificate > BOUND_CONFIG_MSG_TOP ||
	    cfg->max_handshake_msg > BOUND_CONFIG_MSG_TOP)
		return refuse(why, SNECK_E_CONFIG,
			      "max_certificate and max_handshake_msg are 16,777,215 at most");
	if (cfg->send_fragment != 0 &&
	    (cfg->send_fragment < BOUND_SEND_MIN || cfg->send_fragment > BOUND_PLAIN))
		return refuse(why, SNECK_E_CONFIG, "send_fragment is 0, or 64 to 16,384");
	if (cfg->recv_record_limit != 0 &&
	    (cfg->recv_record_limit < BOUND_LIMIT_MIN || cfg->recv_record_limit > BOUND_PLAIN))
		return refuse(why, SNECK_E_CONFIG, "recv_record_limit is 0, or 64 to 16,384");
	if (cfg->pad_to > BOUND_PLAIN)
		return refuse(why, SNECK_E_CONFIG, "pad_to is 16,384 at most");
	if (cfg->pad_hello_to > BOUND_PAD_HELLO)
		return refuse(why, SNECK_E_CONFIG, "pad_hello_to is 1,024 at most");
	if (cfg->cookie_secret.len != 0 && cfg->cookie_secret.len != 32)
		return refuse(why, SNECK_E_CONFIG, "cookie_secret is empty or 32 bytes");
	if (cfg->ask_max_fragment > 4)
		return refuse(why, SNECK_E_CONFIG, "ask_max_fragment is 0 to 4");
	return SNECK_OK;
}

/* TLS 1.2 signs with every scheme that there is. */
static bool in_handshake(const struct sneck_config *cfg, uint16_t scheme)
{
	return sneck__scheme_in_handshake(scheme) ||
	       (sneck__scheme_find(scheme) != NULL && sneck__version_on(cfg, SNECK_TLS12));
}

bool sneck__psk_valid(const struct sneck_psk *psk)
{
	return psk->size == sizeof *psk && psk->identity.len >= 1 &&
	       psk->identity.len <= BOUND_PSK && psk->secret.len >= 16 &&
	       psk->secret.len <= BOUND_PSK && psk->context.len <= BOUND_PSK &&
	       (psk->hash == 0 || psk->hash == 4 || psk->hash == 5);
}

/* Whether a client that was judged by this config could resume with one of another trust: a ring
 * may be shared, and a verifier that names no issuers looks like every other. */
static bool trust_unnamed(const struct sneck_config *cfg)
{
	return cfg->client_auth != SNECK_AUTH_NONE && cfg->session_domain.len == 0 &&
	       (cfg->tickets != NULL || (cfg->ask & SNECK_ASK_PSK) != 0) &&
	       (cfg->verifier == NULL || cfg->verifier->n_ca_names == 0);
}

static enum sneck_rc check_sessions(const struct sneck_config *cfg, int role,
				    struct sneck_note *why)
{
	for (size_t i = 0; i < cfg->n_psks; i++) {
		if (!sneck__psk_valid(cfg->psks[i]))
			return refuse(why, SNECK_E_CONFIG,
				      "psks has one without SNECK_PSK_INIT or out of its bounds");
		if (sneck__hash_of(cfg->provider,
				   cfg->psks[i]->hash != 0 ? cfg->psks[i]->hash : 4) == NULL)
			return refuse(why, SNECK_E_NO_ALGORITHM,
				      "the provider lacks the hash of one of psks");
	}
	if (cfg->tickets != NULL && !sneck__seal_able(cfg->provider))
		return refuse(why, SNECK_E_NO_ALGORITHM,
			      "the provider has no AEAD that tickets could be sealed with");
	if (cfg->n_tickets > BOUND_TICKETS)
		return refuse(why, SNECK_E_CONFIG, "n_tickets is 8 at most");
	if (cfg->ticket_lifetime_s > BOUND_LIFETIME)
		return refuse(why, SNECK_E_CONFIG, "ticket_lifetime_s is 604,800 at most");
	if (role == SNECK_SERVER && trust_unnamed(cfg))
		return refuse(why, SNECK_E_CONFIG,
			      "client_auth with tickets needs session_domain, or a verifier with "
			      "ca_names");
	if (cfg->psk_only && role == SNECK_SERVER && cfg->n_psks == 0 && cfg->tickets == NULL &&
	    (cfg->ask & SNECK_ASK_PSK) == 0)
		return refuse(why, SNECK_E_CONFIG,
			      "psk_only needs psks, tickets, or SNECK_ASK_PSK in ask");
	return SNECK_OK;
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
		return refuse(why, SNECK_E_CONFIG, "this build has no certificate compression");
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
		return refuse(why, SNECK_E_CONFIG, "this build has no raw public keys");
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

static enum sneck_rc check_role(const struct sneck_config *cfg, int role, struct sneck_note *why)
{
	if (role != SNECK_CLIENT && role != SNECK_SERVER)
		return refuse(why, SNECK_E_ARG, "role is SNECK_CLIENT or SNECK_SERVER");
	if (role == SNECK_CLIENT && !cfg->psk_only && !judges(cfg))
		return refuse(why, SNECK_E_CONFIG,
			      "a client needs a verifier, or SNECK_ASK_VERIFY in ask");
	if (role == SNECK_CLIENT && !cfg->psk_only && !checks(cfg))
		return refuse(why, SNECK_E_NO_ALGORITHM,
			      "the provider can check none of the verifier's schemes");
	if (cfg->client_auth > SNECK_AUTH_REQUIRED)
		return refuse(why, SNECK_E_CONFIG, "client_auth is 0, 1 or 2");
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

enum sneck_rc sneck_config_check(const struct sneck_config *cfg, int role, struct sneck_note *why)
{
	if (cfg->size != sizeof *cfg)
		return refuse(why, SNECK_E_SIZE, "the config lacks SNECK_CONFIG_INIT");
	SNECK_TRY(check_provider(cfg->provider, why));
	SNECK_TRY(check_bounds(cfg, why));
	SNECK_TRY(check_lists(cfg, why));
	SNECK_TRY(check_role(cfg, role, why));
	SNECK_TRY(check_sessions(cfg, role, why));
	if (sneck_conn_size(cfg, role) > SNECK_CONN_MAX)
		return refuse(why, SNECK_E_CONFIG, "the provider needs more than SNECK_CONN_MAX");
	if (sneck_scratch_size(cfg, role) > SNECK_SCRATCH_MAX)
		return refuse(why, SNECK_E_CONFIG, "the config needs more than SNECK_SCRATCH_MAX");
	return refuse(why, SNECK_OK, "");
}
