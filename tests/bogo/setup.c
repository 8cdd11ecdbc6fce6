/* SPDX-License-Identifier: MIT */
/* setup.c: from the flags of a test to the config of a connection: versions, lists, credentials,
 * trust, questions. What the library cannot be told is declined, too. */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EARLY_DATA 14336u /* what the reference allows; tests send more and expect to fail */

/* ---- files ---- */

static struct sneck_span read_file(const char *path)
{
	FILE *const f = fopen(path, "rb");
	uint8_t *const p = malloc(65536);
	size_t len;

	if (f == NULL || p == NULL)
		die("cannot read %s", path);
	len = fread(p, 1, 65536, f);
	fclose(f);
	return sneck_span_of(p, len);
}

static void load(struct identity *id, const struct cred_flags *f)
{
	const struct sneck_span empty = sneck_span_of(NULL, 0);
	struct sneck_span file = read_file(f->key_file);
	struct sneck_note note;

	if (sneck_pki_key_read(&id->key, file, empty, &note) != SNECK_OK)
		decline(note.text);
	free((void *)(uintptr_t)file.p);
	if (f->kind == CRED_RAW_KEY) {
		if (sneck_pki_raw_chain(&id->chain, id->key) != SNECK_OK)
			die("raw key");
		return;
	}
	file = read_file(f->cert_file);
	if (sneck_pki_chain_read(&id->chain, file, &note) != SNECK_OK)
		decline(note.text);
	free((void *)(uintptr_t)file.p);
}

/* ---- lists ---- */

static bool has(const uint16_t *list, uint16_t value)
{
	while (*list != 0 && *list != value)
		list++;
	return *list != 0;
}

/* What a test prefers, as far as `able` goes. */
static const uint16_t *preferred(const struct list *list, const uint16_t *able)
{
	uint16_t *const kept = calloc(MAX_LIST + 1u, sizeof *kept);
	size_t n = 0;

	if (kept == NULL)
		die("no memory");
	if (!list->given)
		return able;
	for (size_t i = 0; i < list->n; i++)
		if (has(able, list->v[i]))
			kept[n++] = list->v[i];
	return kept;
}

/* ---- who we are ---- */

/* The same of what signs: a key of another curve does it too, in TLS 1.2. */
static const uint16_t *signs_with(const struct list *list, const uint16_t *able)
{
	uint16_t *const kept = calloc(MAX_LIST + 1u, sizeof *kept);
	size_t n = 0;

	if (kept == NULL)
		die("no memory");
	if (!list->given)
		return able;
	for (size_t i = 0; i < list->n; i++) {
		const uint16_t scheme = list->v[i], any = (uint16_t)(0xfe00u | scheme >> 8);

		if (has(able, scheme))
			kept[n++] = scheme;
		else if ((scheme & 0xffu) == 3 && has(able, any))
			kept[n++] = any;
	}
	return kept;
}

static void add_psk(struct run *r, struct identity *id, const struct cred_flags *f)
{
	id->psk = (struct sneck_psk){
		SNECK_PSK_INIT,	  .hash = f->psk_sha384 ? 5 : 4, .identity = f->psk_identity,
		.secret = f->psk, .context = f->psk_context,
	};
	r->psks[r->cfg.n_psks++] = &id->psk;
	r->psk_index = id->index;
}

static void add_identity(struct run *r, const struct cred_flags *f, size_t i, int index)
{
	struct identity *const id = &r->ids[i];
	const struct policy *const policy = r->flags->policy;
	const struct sneck_signer *own;
	const struct list *prefs;
	size_t n;

	*id = (struct identity){ .flags = f, .run = r, .index = index };
	if (f->kind == CRED_PSK) {
		add_psk(r, id, f);
		return;
	}
	load(id, f);
	own = sneck_pki_key_signer(id->key);
	prefs = !f->signing_prefs.given && policy != NULL ? &policy->schemes : &f->signing_prefs;
	id->signer = (struct sneck_signer){
		.schemes = signs_with(prefs, own->schemes),
		.sign = sign,
		.ctx = id,
		.sign_digest = sign_digest,
	};
	if (id->signer.schemes[0] == 0 && policy == NULL)
		decline("no signature scheme that this key has here");
	id->credential = (struct sneck_credential){
		SNECK_CREDENTIAL_INIT,
		.type = f->kind == CRED_RAW_KEY ? SNECK_RAW_PUBLIC_KEY : SNECK_X509,
		.chain = sneck_pki_chain_certs(id->chain, &n),
		.signer = &id->signer,
		.ocsp = r->flags->decline_ocsp_callback ? sneck_span_of(NULL, 0) : f->ocsp,
		.scts = f->scts,
	};
	id->credential.n_chain = n;
	if (policy == NULL) /* else it may not do, which shows when it is asked for */
		r->creds[r->cfg.n_credentials++] = &id->credential;
}

static void setup_identity(struct run *r)
{
	const struct flags *const f = r->flags;

	for (size_t i = 0; i < f->n_more; i++)
		add_identity(r, &f->more[i], i, (int)i);
	if (f->cred.cert_file != NULL)
		add_identity(r, &f->cred, f->n_more, -1);
	if (!f->server && r->cfg.n_psks > 1 && f->expect_selected_credential != NO_EXPECTATION)
		decline("to tell a client which of several keys the server took");
	r->cfg.credentials = r->creds;
	r->cfg.psks = r->psks;
	r->cfg.psk_only =
		r->cfg.n_credentials == 0 && r->cfg.n_psks != 0 && (f->server || !f->verify_peer);
}

/* Offered and never used: answer_credential() has no such identity. */
static const struct sneck_credential *pretence(uint16_t type, const uint16_t *schemes)
{
	static const struct sneck_span nothing[] = { { (const uint8_t *)"", 1 } };
	static struct sneck_signer signer = { .sign = sign };
	static struct sneck_credential of_type[4];

	signer.schemes = schemes;
	of_type[type & 3u] = (struct sneck_credential){
		SNECK_CREDENTIAL_INIT, .type = type,	  .chain = nothing,
		.n_chain = 1,	       .signer = &signer,
	};
	return &of_type[type & 3u];
}

/* A client that is told which types it has shows those, in that order. */
static void sort_types(struct run *r)
{
	const struct list *const want = &r->flags->client_cert_types;
	const struct sneck_credential *have[MAX_CREDS + 1];
	const size_t n = r->cfg.n_credentials;

	if (!want->given)
		return;
	memcpy(have, r->creds, sizeof have);
	r->cfg.n_credentials = 0;
	for (size_t i = 0; i < want->n; i++) {
		const size_t before = r->cfg.n_credentials;

		for (size_t k = 0; k < n; k++)
			if (have[k]->type == want->v[i])
				r->creds[r->cfg.n_credentials++] = have[k];
		if (r->cfg.n_credentials == before)
			r->creds[r->cfg.n_credentials++] =
				pretence(want->v[i], r->cfg.provider->pubkey->schemes);
	}
}

/* ---- whom we trust ---- */

static int nibble(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0';
}

/* DER names in hexadecimal, with commas between them. */
size_t read_names(const char *text, struct sneck_span *names, size_t cap)
{
	size_t n = 0;

	if (text == NULL || text[0] == '<')
		return 0;
	while (*text != '\0') {
		const size_t len = strcspn(text, ",");
		uint8_t *const p = malloc(len / 2u + 1u);

		if (p == NULL || n == cap)
			die("too many names");
		for (size_t i = 0; i < len / 2u; i++)
			p[i] = (uint8_t)(nibble(text[2u * i]) << 4 | nibble(text[2u * i + 1u]));
		names[n++] = sneck_span_of(p, len / 2u);
		text += len + (text[len] == ',');
	}
	return n;
}

/* What a test that has no -verify-prefs takes for granted. */
static const struct list usual = {
	.v = { SNECK_ECDSA_SECP256R1_SHA256, SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PKCS1_SHA256,
	       SNECK_ECDSA_SECP384R1_SHA384, SNECK_RSA_PSS_RSAE_SHA384, SNECK_RSA_PKCS1_SHA384,
	       SNECK_RSA_PSS_RSAE_SHA512, SNECK_RSA_PKCS1_SHA512 },
	.n = 8,
	.given = true,
};

static bool accepts(const struct flags *f, uint16_t type)
{
	for (size_t i = 0; i < f->accepted_peer_cert_types.n; i++)
		if (f->accepted_peer_cert_types.v[i] == type)
			return true;
	return false;
}

static void setup_trust(struct run *r)
{
	const struct flags *const f = r->flags;
	const struct list *const schemes = f->verify_prefs.given ? &f->verify_prefs
					   : f->policy != NULL && f->policy->schemes.given
						   ? &f->policy->schemes
						   : &usual;
	const struct sneck_pki_trust_options options = {
		SNECK_PKI_TRUST_INIT,
		.no_system = 1,
		.files = &f->trust_cert,
		.n_files = 1,
	};
	struct sneck_note note;

	if (f->trust_cert != NULL && f->trust_cert[0] != '\0' &&
	    sneck_pki_trust_open(&r->trust, &options, &note) != SNECK_OK)
		decline(note.text);
	r->verifier = (struct sneck_verifier){
		.schemes = preferred(schemes, r->cfg.provider->pubkey->schemes),
		.ca_names = r->ca_names,
		.n_ca_names = read_names(f->use_client_ca_list, r->ca_names, 16),
		.flags = (f->enable_ocsp_stapling && !f->server ? SNECK_VERIFIER_WANTS_OCSP : 0) |
			 (f->enable_scts && !f->server ? SNECK_VERIFIER_WANTS_SCTS : 0),
		.verify = judge,
		.ctx = r,
	};
	if (accepts(f, SNECK_RAW_PUBLIC_KEY))
		r->verifier.flags |= SNECK_VERIFIER_RAW_KEYS;
	if (f->accepted_peer_cert_types.given && f->accepted_peer_cert_types.v[0] == SNECK_X509)
		r->verifier.flags |= SNECK_VERIFIER_X509_FIRST;
	if (f->accepted_peer_cert_types.given && !accepts(f, SNECK_X509))
		r->verifier.flags |= SNECK_VERIFIER_NO_X509;
	r->cfg.verifier = &r->verifier;
	if (f->verify_peer)
		r->cfg.client_auth = SNECK_AUTH_OPTIONAL;
	if (f->require_any_client_certificate)
		r->cfg.client_auth = SNECK_AUTH_REQUIRED;
}

/* ---- what is negotiated ---- */

static void setup_alpn(struct run *r)
{
	static const uint8_t nobody[] = "no protocol of any test";
	const struct flags *const f = r->flags;
	const char *const list = f->server ? NULL : f->advertise_alpn;
	size_t len = list != NULL ? strlen(list) : 0;

	r->cfg.alpn = r->alpn;
	for (const uint8_t *p = (const uint8_t *)list; len != 0; p += 1u + p[0]) {
		if (p[0] >= len || r->cfg.n_alpn == 16)
			die("bad -advertise-alpn");
		r->alpn[r->cfg.n_alpn++] = sneck_span_of(p + 1, p[0]);
		len -= 1u + p[0];
	}
	if (f->server && f->reject_alpn)
		r->alpn[r->cfg.n_alpn++] = sneck_span_of(nobody, sizeof nobody - 1u);
	else if (f->server && f->select_alpn != NULL && f->select_alpn[0] != '\0')
		r->alpn[r->cfg.n_alpn++] = sneck_span_of(f->select_alpn, strlen(f->select_alpn));
}

static void setup_groups(struct run *r)
{
	const struct flags *const f = r->flags;

	r->cfg.groups = (struct sneck_u16s){ f->curves.v, f->curves.n };
	if (f->policy != NULL)
		r->cfg.groups = (struct sneck_u16s){ f->policy->groups.v, f->policy->groups.n };
	if (f->no_key_shares)
		decline("a ClientHello without key shares");
	for (size_t i = 0; i < f->key_shares.n; i++)
		if (i >= f->curves.n || f->key_shares.v[i] != f->curves.v[i])
			decline("key shares for other groups than the first ones");
	r->cfg.n_key_shares = (uint8_t)f->key_shares.n;
	if (f->curves.n > 1 && f->curves.v[1] == SNECK_X25519MLKEM768) /* a hybrid has one, too */
		r->cfg.n_key_shares = 2;
}

static void setup_versions(struct run *r)
{
	const struct flags *const f = r->flags;
	int min = f->min_version > SNECK_TLS12 ? f->min_version : SNECK_TLS12;
	int max = f->max_version != 0 ? f->max_version : SNECK_TLS13;

	if (f->no_tls12 && f->no_tls13)
		die("no version is enabled");
	if (f->no_tls12 && min == SNECK_TLS12)
		min = SNECK_TLS13;
	if (f->no_tls13 && max == SNECK_TLS13)
		max = SNECK_TLS12;
	if (max < min || (f->no_tls12 && max == SNECK_TLS12))
		decline("versions before TLS 1.2");
	r->cfg.min_version = (uint16_t)min;
	r->cfg.max_version = (uint16_t)max;
}

/* One suite of TLS 1.2 by its name; the lists of the reference have a language of their own. */
static void setup_suites(struct run *r)
{
	static const uint16_t tls13[] = { SNECK_TLS_AES_128_GCM_SHA256,
					  SNECK_TLS_AES_256_GCM_SHA384,
					  SNECK_TLS_CHACHA20_POLY1305_SHA256 };
	static uint16_t suites[4];

	r->cfg.prefer_peer_order = !r->flags->server_preference && r->flags->policy == NULL;
	if (r->flags->policy != NULL)
		r->cfg.suites = (struct sneck_u16s){ r->flags->policy->suites.v,
						     r->flags->policy->suites.n };
	if (r->flags->cipher == NULL)
		return;
	memcpy(suites + 1, tls13, sizeof tls13);
	for (int id = 0xc000; id < 0xd000; id++)
		if (strcmp(sneck_suite_name(id), r->flags->cipher) == 0)
			suites[0] = (uint16_t)id;
	if (suites[0] == 0)
		decline(r->flags->cipher);
	r->cfg.suites = (struct sneck_u16s){ suites, 4 };
}

/* ---- secrets and messages that tests want to see ---- */

static void keep_secret(void *user, const char *label, const uint8_t client_random[32],
			const uint8_t *secret, size_t len)
{
	struct run *const r = user;

	(void)client_random;
	if (strcmp(label, "CLIENT_TRAFFIC_SECRET_0") == 0)
		memcpy(r->client_secret, secret, len);
	if (strcmp(label, "SERVER_TRAFFIC_SECRET_0") == 0)
		memcpy(r->server_secret, secret, len);
	r->secret_len = len;
}

static void trace(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	struct run *const r = user;
	const size_t at = strlen(r->trace), room = sizeof r->trace - at;
	const char *const way = sent ? "write" : "read";
	const bool warning = type == SNECK_ALERT_CLOSE_NOTIFY || type == SNECK_ALERT_USER_CANCELED;

	(void)len;
	if (content == 20)
		snprintf(r->trace + at, room, "%s ccs\n", way);
	else if (content == 21)
		snprintf(r->trace + at, room, "%s alert %d %d\n", way, warning ? 1 : 2, type);
	else
		snprintf(r->trace + at, room, "%s hs %d\n", way, type);
}

static void setup_questions(struct run *r)
{
	const struct flags *const f = r->flags;
	bool choose = f->fail_cert_callback || f->expect_client_ca_list != NULL ||
		      f->expect_peer_verify_prefs.given || (f->server && f->fail_ocsp_callback);

	r->cfg.ask = SNECK_ASK_NOTICES | (f->no_ticket ? 0 : SNECK_ASK_TICKETS);
	if (f->server)
		r->cfg.ask |= SNECK_ASK_CLIENT_HELLO | SNECK_ASK_PSK;
	if (f->enable_early_data)
		r->cfg.ask |= SNECK_ASK_EARLY_DATA;
	if (f->async)
		r->cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_SIGN;
	for (size_t i = 0; i < f->n_more; i++)
		choose |= f->more[i].must_match_issuer ||
			  (f->n_more > 1 && f->more[i].kind == CRED_RAW_KEY);
	choose |= f->policy != NULL;
	if (choose || (r->cfg.n_credentials != 0 && (!f->server || (f->async && f->n_more == 0))))
		r->cfg.ask |= SNECK_ASK_CREDENTIAL;
}

void setup(struct run *r)
{
	const struct flags *const f = r->flags;
	const int role = f->server ? SNECK_SERVER : SNECK_CLIENT;
	struct sneck_note why;

	r->cfg = (struct sneck_config){
		SNECK_CONFIG_INIT,
		.provider = sneck_provider_libcrypto(),
		.send_fragment = (uint16_t)f->max_send_fragment,
		.max_certificate = (uint32_t)f->max_cert_list,
		.session_domain = sneck_span_of("bogo", 4),
		.keep_exporter = 1,
		.grease = f->enable_grease || f->server, /* a server of the reference always */
		.insecure_no_name = 1,
		.insecure_no_ems = !f->no_legacy_server_connect,
		.insecure_keylog = f->export_traffic_secrets ? keep_secret : NULL,
		.keylog_user = r,
		.trace = f->expect_msg_callback != NULL ? trace : NULL,
		.trace_user = r,
		.max_early_data = f->enable_early_data ? EARLY_DATA : 0,
		.max_early_skip = EARLY_DATA,
		.ticket_skew_s = 60,
	};
	if (f->server && !f->no_ticket && !f->skip_ticket)
		r->cfg.tickets = &r->kept->ring;
	setup_versions(r);
	setup_suites(r);
	setup_groups(r);
	setup_alpn(r);
	setup_identity(r);
	sort_types(r);
	setup_trust(r);
	setup_questions(r);
	r->cfg.max_certs = 51;
	if (sneck_scratch_size(&r->cfg, role) > SNECK_SCRATCH_MAX)
		r->cfg.max_certs = 0; /* no test wants that many and credentials of our own */
	if (sneck_config_check(&r->cfg, role, &why) != SNECK_OK)
		decline(why.text);
}

void setup_wipe(struct run *r)
{
	for (size_t i = 0; i <= MAX_CREDS; i++) {
		sneck_pki_chain_close(r->ids[i].chain);
		sneck_pki_key_close(r->ids[i].key);
	}
	sneck_pki_trust_close(r->trust);
}
