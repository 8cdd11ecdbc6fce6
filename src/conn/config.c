/* SPDX-License-Identifier: MIT */
/* config.c: checks a config once, where it is made, and says in one sentence what is wrong.
 * Everything behind it trusts what is checked here. */
#include <sneck/session.h>

#include "conn.h"

#include "../build.h"
#include "../ext/select.h"
#include "../keys/seal.h"

#define refuse sneck__config_refuse

enum sneck_rc sneck__config_refuse(struct sneck_note *why, enum sneck_rc rc, const char *text)
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
	       (cfg->verifier == NULL ||
		(cfg->verifier->n_ca_names == 0 && cfg->verifier->trust_id.len == 0));
}

static enum sneck_rc check_sessions(const struct sneck_config *cfg, int role,
				    struct sneck_note *why)
{
	if (cfg->n_psks != 0 && !BUILD_PSK)
		return refuse(why, SNECK_E_UNSUPPORTED, "this build has no pre-shared keys");
	if (cfg->psk_ke && !BUILD_KEX_PSK)
		return refuse(why, SNECK_E_UNSUPPORTED, "this build has no psk_ke");
	if (BUILD_PSK && !BUILD_KEX_PSK_DHE && !cfg->psk_ke &&
	    sneck__version_on(cfg, SNECK_TLS13) &&
	    (cfg->n_psks != 0 || cfg->tickets != NULL ||
	     (cfg->ask & (SNECK_ASK_TICKETS | SNECK_ASK_PSK)) != 0))
		return refuse(why, SNECK_E_UNSUPPORTED,
			      "this build has no psk_dhe_ke: pre-shared keys need psk_ke");
	if (cfg->max_early_data != 0 && !BUILD_EARLY_DATA)
		return refuse(why, SNECK_E_UNSUPPORTED, "this build has no early data");
	if (cfg->max_early_skip != 0 && cfg->max_early_skip < cfg->max_early_data)
		return refuse(
			why, SNECK_E_CONFIG,
			"max_early_skip is less than max_early_data, which a client may send");
	for (size_t i = 0; i < cfg->n_psks; i++) {
		if (!sneck__psk_valid(cfg->psks[i]))
			return refuse(why, SNECK_E_CONFIG,
				      "psks has one without SNECK_PSK_INIT or out of its bounds");
		if (sneck__hash_of(cfg->provider,
				   cfg->psks[i]->hash != 0 ? cfg->psks[i]->hash : 4) == NULL)
			return refuse(why, SNECK_E_NO_ALGORITHM,
				      "the provider lacks the hash of one of psks");
	}
	if (cfg->tickets != NULL && !(BUILD_TICKETS && BUILD_SERVER))
		return refuse(why, SNECK_E_UNSUPPORTED, "this build has no tickets");
	if (BUILD_TICKETS && BUILD_SERVER && cfg->tickets != NULL &&
	    !sneck__seal_able(cfg->provider))
		return refuse(why, SNECK_E_NO_ALGORITHM,
			      "the provider has no AEAD that tickets could be sealed with");
	if (cfg->n_tickets > BOUND_TICKETS)
		return refuse(why, SNECK_E_CONFIG, "n_tickets is 8 at most");
	if (cfg->ticket_lifetime_s > BOUND_LIFETIME)
		return refuse(why, SNECK_E_CONFIG, "ticket_lifetime_s is 604,800 at most");
	if (role == SNECK_SERVER && trust_unnamed(cfg))
		return refuse(why, SNECK_E_CONFIG,
			      "client_auth with tickets needs session_domain, or a verifier with "
			      "trust_id or ca_names");
	if (cfg->psk_only && role == SNECK_SERVER && cfg->n_psks == 0 && cfg->tickets == NULL &&
	    (cfg->ask & SNECK_ASK_PSK) == 0)
		return refuse(why, SNECK_E_CONFIG,
			      "psk_only needs psks, tickets, or SNECK_ASK_PSK in ask");
	return SNECK_OK;
}

static enum sneck_rc check_role(const struct sneck_config *cfg, int role, struct sneck_note *why)
{
	if (role != SNECK_CLIENT && role != SNECK_SERVER)
		return refuse(why, SNECK_E_ARG, "role is SNECK_CLIENT or SNECK_SERVER");
	if (!(role == SNECK_CLIENT ? BUILD_CLIENT : BUILD_SERVER))
		return refuse(why, SNECK_E_UNSUPPORTED, "this build has no such role");
	if (cfg->client_auth > SNECK_AUTH_REQUIRED)
		return refuse(why, SNECK_E_CONFIG, "client_auth is 0, 1 or 2");
	if (BUILD_CERTS)
		return sneck__check_certs(cfg, role, why);
	if (!cfg->psk_only || cfg->client_auth != SNECK_AUTH_NONE || cfg->n_credentials != 0)
		return refuse(why, SNECK_E_UNSUPPORTED,
			      "this build has no certificates: psk_only, and no credentials");
	return SNECK_OK;
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
