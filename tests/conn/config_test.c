/* SPDX-License-Identifier: MIT */
/* config_test.c: every field of a config alone out of its range: the check refuses, and its note
 * names the field (T22); sneck_conn_init() refuses the same; at the edge of the range it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "lib/needs.h"
#include "lib/pair.h"

static struct pair p;

static const uint16_t bad_suite[] = { 0x1301, 0xc013 }, old_suites[] = { 0xc02f },
		      bad_group[] = { 0x001d, 0x0100 };
static const uint16_t many[17] = { 0x1301, 0x1301, 0x1301, 0x1301, 0x1301, 0x1301,
				   0x1301, 0x1301, 0x1301, 0x1301, 0x1301, 0x1301,
				   0x1301, 0x1301, 0x1301, 0x1301, 0x1301 };
static const uint16_t chacha = 0x1303, p256 = 0x0017;
static const uint16_t no_schemes[] = { 0 }, cert_only[] = { 0x0401, 0x0501, 0 };
static const uint8_t name[256];
static const struct sneck_span names[17] = {
	{ name, 255 }, { name, 1 }, { name, 1 }, { name, 1 }, { name, 1 }, { name, 1 },
	{ name, 1 },   { name, 1 }, { name, 1 }, { name, 1 }, { name, 1 }, { name, 1 },
	{ name, 1 },   { name, 1 }, { name, 1 }, { name, 1 }, { name, 1 },
};
static const struct sneck_span name_empty[] = { { name, 0 } }, name_long[] = { { name, 256 } };
static struct sneck_span chain[11];
static struct sneck_hash hash;
static struct sneck_kex kex;
static const struct sneck_hash *hashes[3];
static const struct sneck_kex *kexes[3];

#define CASE(NAME, STATEMENT)                                                                      \
	static void NAME(struct sneck_config *cfg, struct end *e)                                  \
	{                                                                                          \
		(void)cfg;                                                                         \
		(void)e;                                                                           \
		STATEMENT;                                                                         \
	}

CASE(nothing, (void)0)
CASE(size_zero, cfg->size = 0)
CASE(size_newer, cfg->size += 8)
CASE(no_provider, cfg->provider = NULL)
CASE(revision, e->t.provider.revision++)
CASE(hash_long, hash.len = 49; hashes[0] = &hash; e->t.provider.hashes = hashes)
CASE(hash_block, hash.block_len = 129; hashes[0] = &hash; e->t.provider.hashes = hashes)
CASE(hash_ctx, hash.ctx_size = SNECK_HASH_CTX_MAX + 1; hashes[0] = &hash;
     e->t.provider.hashes = hashes)
CASE(hash_none, hashes[0] = &transparent_sha384; e->t.provider.hashes = hashes)
CASE(aead_key, e->t.aeads[1].key_len = 33)
CASE(aead_nonce, e->t.aeads[1].nonce_len = 8)
CASE(aead_tag, e->t.aeads[1].tag_len = 17)
CASE(aead_ctx, e->t.aeads[2].ctx_size = 4096)
CASE(aead_none, e->t.aead_list[0] = NULL)
CASE(kex_secret, kex.secret_len = 73; kexes[0] = &kex; e->t.provider.kexes = kexes)
CASE(kex_priv, kex.priv_size = 8000; kexes[0] = &kex; e->t.provider.kexes = kexes)
CASE(kex_none, e->t.provider.kexes = kexes)
CASE(suite_unknown, cfg->suites = ((struct sneck_u16s){ bad_suite, 2 }))
CASE(suite_many, cfg->suites = ((struct sneck_u16s){ many, 17 }))
CASE(suite_most, cfg->suites = ((struct sneck_u16s){ many, 16 }))
CASE(suite_lacking, cfg->suites = ((struct sneck_u16s){ &chacha, 1 }); e->t.aead_list[2] = NULL)
CASE(group_unknown, cfg->groups = ((struct sneck_u16s){ bad_group, 2 }))
CASE(group_many, cfg->groups = ((struct sneck_u16s){ many, 17 }))
CASE(group_lacking, cfg->groups = ((struct sneck_u16s){ &p256, 1 }); kexes[0] = &transparent_x25519;
     e->t.provider.kexes = kexes)
CASE(alpn_many, cfg->alpn = names; cfg->n_alpn = 17)
CASE(alpn_most, cfg->alpn = names; cfg->n_alpn = 16)
CASE(alpn_empty, cfg->alpn = name_empty; cfg->n_alpn = 1)
CASE(alpn_long, cfg->alpn = name_long; cfg->n_alpn = 1)
CASE(ask_unknown, cfg->ask |= 1u << 8)
CASE(ask_high, cfg->ask |= 1u << 31)
CASE(shares_many, cfg->n_key_shares = 5)
CASE(shares_most, cfg->n_key_shares = 4)
CASE(hello_top, cfg->max_client_hello = 65535)
CASE(hello_over, cfg->max_client_hello = 65536)
CASE(cert_top, cfg->max_certificate = 0xffffff)
CASE(cert_over, cfg->max_certificate = 0x1000000)
CASE(msg_top, cfg->max_handshake_msg = 0xffffff)
CASE(msg_over, cfg->max_handshake_msg = 0x1000000)
CASE(fragment_low, cfg->send_fragment = 63)
CASE(fragment_least, cfg->send_fragment = 64)
CASE(fragment_most, cfg->send_fragment = 16384)
CASE(fragment_over, cfg->send_fragment = 16385)
CASE(version_odd, cfg->min_version = 0x0302)
CASE(version_odd_most, cfg->max_version = 0x0305)
CASE(versions_crossed, cfg->min_version = SNECK_TLS13; cfg->max_version = SNECK_TLS12)
CASE(version_old, cfg->min_version = cfg->max_version = SNECK_TLS12)
CASE(suite_of_other, cfg->suites = ((struct sneck_u16s){ old_suites, 1 }))
CASE(limit_low, cfg->recv_record_limit = 63)
CASE(limit_least, cfg->recv_record_limit = 64)
CASE(limit_most, cfg->recv_record_limit = 16384)
CASE(limit_over, cfg->recv_record_limit = 16385)
CASE(pad_most, cfg->pad_to = 16384)
CASE(pad_over, cfg->pad_to = 16385)
CASE(hello_pad_most, cfg->pad_hello_to = 1024)
CASE(hello_pad_over, cfg->pad_hello_to = 1025)
CASE(skip_least, cfg->max_early_skip = cfg->max_early_data = 1000)
CASE(skip_low, cfg->max_early_skip = 999; cfg->max_early_data = 1000)
CASE(cookie_short, cfg->cookie_secret = sneck_span_of(name, 31))
CASE(cookie_right, cfg->cookie_secret = sneck_span_of(name, 32))
CASE(cookie_long, cfg->cookie_secret = sneck_span_of(name, 33))
CASE(max_fragment_most, cfg->ask_max_fragment = 4)
CASE(max_fragment_over, cfg->ask_max_fragment = 5)
CASE(no_verifier, cfg->verifier = NULL)
CASE(no_verify, e->v.verifier.verify = NULL)
CASE(asked_instead, cfg->verifier = NULL; cfg->ask |= SNECK_ASK_VERIFY)
CASE(checks_nothing, e->v.verifier.schemes = no_schemes)
CASE(checks_certs, e->v.verifier.schemes = cert_only)
CASE(no_credential, cfg->n_credentials = 0)
CASE(cred_size, e->cred.size = 0)
CASE(chain_none, e->cred.n_chain = 0)
CASE(chain_most, e->cred.chain = chain; e->cred.n_chain = 10)
CASE(chain_over, e->cred.chain = chain; e->cred.n_chain = 11)
CASE(chain_empty, e->chain[1].len = 0)
CASE(chain_large, e->chain[1].len = 0xffffff)
CASE(no_signer, e->cred.signer = NULL)
CASE(no_sign, e->signer.signer.sign = NULL)
CASE(signs_nothing, e->signer.signer.schemes = no_schemes)
CASE(signs_certs, e->signer.signer.schemes = cert_only)

CASE(credential_asked, cfg->n_credentials = 0; cfg->ask |= SNECK_ASK_CREDENTIAL)
CASE(sign_asked, e->signer.signer.sign = NULL; cfg->ask |= SNECK_ASK_SIGN)
CASE(auth_most, cfg->client_auth = 2; cfg->verifier = &e->v.verifier)
CASE(auth_over, cfg->client_auth = 3; cfg->verifier = &e->v.verifier)
CASE(auth_nobody, cfg->client_auth = 1; cfg->verifier = NULL)
CASE(own_most, cfg->check_own_signature = 2)
CASE(own_over, cfg->check_own_signature = 3)
CASE(names_many, cfg->client_auth = 1; cfg->verifier = &e->v.verifier;
     e->v.verifier.ca_names = chain; e->v.verifier.n_ca_names = 1; chain[0].len = 5000)

enum who { BOTH, CLIENT, SERVER };
static const struct {
	void (*make)(struct sneck_config *cfg, struct end *e);
	enum who who;
	enum sneck_rc rc;
	const char *names;
} cases[] = {
	{ nothing, BOTH, SNECK_OK, "" },
	{ size_zero, BOTH, SNECK_E_SIZE, "SNECK_CONFIG_INIT" },
	{ size_newer, BOTH, SNECK_E_SIZE, "SNECK_CONFIG_INIT" },
	{ no_provider, BOTH, SNECK_E_CONFIG, "provider" },
	{ revision, BOTH, SNECK_E_CONFIG, "provider" },
	{ hash_long, BOTH, SNECK_E_CONFIG, "provider" },
	{ hash_block, BOTH, SNECK_E_CONFIG, "provider" },
	{ hash_ctx, BOTH, SNECK_E_CONFIG, "provider" },
	{ hash_none, BOTH, SNECK_E_NO_ALGORITHM, "provider" },
	{ aead_key, BOTH, SNECK_E_CONFIG, "provider" },
	{ aead_nonce, BOTH, SNECK_E_CONFIG, "provider" },
	{ aead_tag, BOTH, SNECK_E_CONFIG, "provider" },
	{ aead_ctx, BOTH, SNECK_E_CONFIG, "SNECK_CONN_MAX" },
	{ aead_none, BOTH, SNECK_E_NO_ALGORITHM, "provider" },
	{ kex_secret, BOTH, SNECK_E_CONFIG, "provider" },
	{ kex_priv, CLIENT, SNECK_E_CONFIG, "SNECK_SCRATCH_MAX" },
	{ kex_none, BOTH, SNECK_E_NO_ALGORITHM, "group" },
	{ suite_unknown, BOTH, SNECK_E_CONFIG, "suites" },
	{ suite_many, BOTH, SNECK_E_CONFIG, "suites" },
	{ suite_most, BOTH, SNECK_OK, "" },
	{ suite_lacking, BOTH, SNECK_E_NO_ALGORITHM, "suites" },
	{ group_unknown, BOTH, SNECK_E_CONFIG, "groups" },
	{ group_many, BOTH, SNECK_E_CONFIG, "groups" },
	{ group_lacking, BOTH, SNECK_E_NO_ALGORITHM, "groups" },
	{ alpn_many, BOTH, SNECK_E_CONFIG, "alpn" },
	{ alpn_most, BOTH, SNECK_OK, "" },
	{ alpn_empty, BOTH, SNECK_E_CONFIG, "alpn" },
	{ alpn_long, BOTH, SNECK_E_CONFIG, "alpn" },
	{ ask_unknown, BOTH, SNECK_E_CONFIG, "ask" },
	{ ask_high, BOTH, SNECK_E_CONFIG, "ask" },
	{ shares_many, BOTH, SNECK_E_CONFIG, "n_key_shares" },
	{ shares_most, BOTH, SNECK_OK, "" },
	{ hello_top, BOTH, SNECK_OK, "" },
	{ hello_over, BOTH, SNECK_E_CONFIG, "max_client_hello" },
	{ cert_top, BOTH, SNECK_OK, "" },
	{ cert_over, BOTH, SNECK_E_CONFIG, "max_certificate" },
	{ msg_top, BOTH, SNECK_OK, "" },
	{ msg_over, BOTH, SNECK_E_CONFIG, "max_handshake_msg" },
	{ fragment_low, BOTH, SNECK_E_CONFIG, "send_fragment" },
	{ fragment_least, BOTH, SNECK_OK, "" },
	{ fragment_most, BOTH, SNECK_OK, "" },
	{ fragment_over, BOTH, SNECK_E_CONFIG, "send_fragment" },
	{ version_odd, BOTH, SNECK_E_CONFIG, "min_version" },
	{ version_odd_most, BOTH, SNECK_E_CONFIG, "max_version" },
	{ versions_crossed, BOTH, SNECK_E_CONFIG, "min_version" },
	{ version_old, BOTH, SNECK_OK, "" },
	{ suite_of_other, BOTH, SNECK_E_NO_ALGORITHM, "version" },
	{ limit_low, BOTH, SNECK_E_CONFIG, "recv_record_limit" },
	{ limit_least, BOTH, SNECK_OK, "" },
	{ limit_most, BOTH, SNECK_OK, "" },
	{ limit_over, BOTH, SNECK_E_CONFIG, "recv_record_limit" },
	{ pad_most, BOTH, SNECK_OK, "" },
	{ pad_over, BOTH, SNECK_E_CONFIG, "pad_to" },
	{ hello_pad_most, BOTH, SNECK_OK, "" },
	{ hello_pad_over, BOTH, SNECK_E_CONFIG, "pad_hello_to" },
	{ skip_least, BOTH, BUILD_EARLY_DATA ? SNECK_OK : SNECK_E_UNSUPPORTED,
	  BUILD_EARLY_DATA ? "" : "early data" },
	{ skip_low, BOTH, BUILD_EARLY_DATA ? SNECK_E_CONFIG : SNECK_E_UNSUPPORTED, "early" },
	{ cookie_short, BOTH, SNECK_E_CONFIG, "cookie_secret" },
	{ cookie_right, BOTH, SNECK_OK, "" },
	{ cookie_long, BOTH, SNECK_E_CONFIG, "cookie_secret" },
	{ max_fragment_most, BOTH, SNECK_OK, "" },
	{ max_fragment_over, BOTH, SNECK_E_CONFIG, "ask_max_fragment" },
	{ no_verifier, CLIENT, SNECK_E_CONFIG, "verifier" },
	{ no_verify, CLIENT, SNECK_E_CONFIG, "verifier" },
	{ asked_instead, CLIENT, SNECK_OK, "" },
	{ checks_nothing, CLIENT, SNECK_E_NO_ALGORITHM, "schemes" },
	{ checks_certs, CLIENT, SNECK_E_NO_ALGORITHM, "schemes" },
	{ no_credential, SERVER, SNECK_E_CONFIG, "credential" },
	{ cred_size, SERVER, SNECK_E_SIZE, "SNECK_CREDENTIAL_INIT" },
	{ chain_none, SERVER, SNECK_E_CONFIG, "chain" },
	{ chain_most, SERVER, SNECK_OK, "" },
	{ chain_over, SERVER, SNECK_E_CONFIG, "chain" },
	{ chain_empty, SERVER, SNECK_E_CONFIG, "certificate" },
	{ chain_large, SERVER, SNECK_E_CONFIG, "certificate" },
	{ no_signer, SERVER, SNECK_E_CONFIG, "signer" },
	{ no_sign, SERVER, SNECK_E_CONFIG, "signer" },
	{ signs_nothing, SERVER, SNECK_E_CONFIG, "scheme" },
	{ signs_certs, SERVER, SNECK_E_CONFIG, "scheme" },
	{ credential_asked, SERVER, SNECK_OK, "" },
	{ sign_asked, SERVER, SNECK_OK, "" },
	{ auth_most, SERVER, SNECK_OK, "" },
	{ auth_over, SERVER, SNECK_E_CONFIG, "client_auth" },
	{ auth_nobody, SERVER, SNECK_E_CONFIG, "client_auth" },
	{ own_most, BOTH, SNECK_OK, "" },
	{ own_over, BOTH, SNECK_E_CONFIG, "check_own_signature" },
	{ names_many, SERVER, SNECK_E_CONFIG, "SNECK_SCRATCH_MAX" },
};

static void try(size_t i, struct end *e)
{
	struct sneck_conn *conn = NULL;
	struct sneck_note why;
	enum sneck_rc rc;

	pair_init(&p, 1);
	memset(hashes, 0, sizeof hashes);
	memset(kexes, 0, sizeof kexes);
	memcpy(&hash, &transparent_sha256, sizeof hash);
	memcpy(&kex, &transparent_x25519, sizeof kex);
	for (size_t k = 0; k < 11; k++)
		chain[k] = sneck_span_of("TCERTE\x07", 7);
	cases[i].make(&e->cfg, e);
	memset(&why, 'x', sizeof why);
	if (!BUILD_TLS12 && (e->cfg.max_version == SNECK_TLS12 || e->cfg.suites.p == old_suites))
		return;
	rc = sneck_config_check(&e->cfg, e->role, &why);
	if (rc != cases[i].rc)
		fail_msg("case %zu: %s, \"%s\"", i, sneck_rc_name(rc), why.text);
	assert_true(strlen(why.text) < sizeof why.text);
	if (strstr(why.text, cases[i].names) == NULL || (rc == SNECK_OK) != (why.text[0] == '\0'))
		fail_msg("case %zu does not name %s: \"%s\"", i, cases[i].names, why.text);
	assert_int_equal(sneck_config_check(&e->cfg, e->role, NULL), rc);
	memset(e->conn_mem, 0x5a, sizeof e->conn_mem);
	assert_int_equal(
		sneck_conn_init(e->conn_mem, sizeof e->conn_mem, &e->cfg, e->role, 1, &conn), rc);
	if (rc == SNECK_OK) {
		assert_ptr_equal(conn, e->conn_mem);
		sneck_conn_wipe(conn);
		return;
	}
	assert_null(conn);
	for (size_t k = 0; k < sizeof e->conn_mem; k++)
		assert_int_equal(e->conn_mem[k], 0x5a);
}

static void t22_every_field(void **state)
{
	(void)state;
	NEEDS(BUILD_BOTH && BUILD_CERTS);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (cases[i].who != SERVER)
			try(i, &p.client);
		if (cases[i].who != CLIENT)
			try(i, &p.server);
	}
	print_message("%zu configs\n", sizeof cases / sizeof cases[0]);
}

static void role_and_memory(void **state)
{
	struct sneck_conn *conn = NULL;
	struct end *const e = &p.client;
	struct sneck_note why;
	size_t size;

	(void)state;
	NEEDS(BUILD_BOTH);
	pair_init(&p, 1);
	assert_int_equal(sneck_config_check(&e->cfg, 2, &why), SNECK_E_ARG);
	assert_non_null(strstr(why.text, "role"));
	for (int role = 0; role < 2; role++) {
		size = sneck_conn_size(&e->cfg, role);
		assert_true(size <= SNECK_CONN_MAX && size % SNECK_ALIGN == 0);
		assert_true(sneck_scratch_size(&e->cfg, role) <= SNECK_SCRATCH_MAX);
	}
	assert_int_equal(sneck_conn_init(e->conn_mem, size - 1, &e->cfg, 0, 1, &conn),
			 SNECK_WANT_SPACE);
	assert_int_equal(sneck_conn_init(e->conn_mem + 8, size, &e->cfg, 0, 1, &conn), SNECK_E_ARG);
	assert_null(conn);
	e->conn_mem[size] = 0x5a;
	assert_int_equal(sneck_conn_init(e->conn_mem, size, &e->cfg, 0, 1, &conn), SNECK_OK);
	assert_int_equal(e->conn_mem[size], 0x5a);
	size = sneck_scratch_size(&e->cfg, 0);
	assert_int_equal(sneck_conn_set_scratch(conn, e->scratch, size - 1), SNECK_WANT_SPACE);
	assert_int_equal(sneck_conn_set_scratch(conn, e->scratch + 8, size), SNECK_E_ARG);
	e->scratch[size] = 0x5a;
	assert_int_equal(sneck_conn_set_scratch(conn, e->scratch, size), SNECK_OK);
	assert_int_equal(e->scratch[size], 0x5a);
	assert_int_equal(sneck_conn_set_scratch(conn, e->scratch, size), SNECK_NOT_NOW);
	sneck_conn_wipe(conn);
}

/* Every suite order, the server's or the peer's, and a certificate's names. */
static void choices(void **state)
{
	static const uint16_t one[] = { 0x1301, 0x1303 }, two[] = { 0x1303, 0x1301 };
	static const char *const other[] = { "*.example.net", "example.net" };
	static const char *const right[] = { "example.net", "Example.ORG" };
	struct sneck_facts facts;

	(void)state;
	NEEDS(BUILD_BOTH && BUILD_CERTS);
	for (int peer = 0; peer < 2; peer++) {
		pair_init(&p, 1);
		p.client.cfg.suites = (struct sneck_u16s){ one, 2 };
		p.server.cfg.suites = (struct sneck_u16s){ two, 2 };
		p.server.cfg.prefer_peer_order = (uint8_t)peer;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(sneck_conn_facts(p.client.conn, &facts, sizeof facts), SNECK_OK);
		assert_int_equal(facts.suite, peer ? 0x1301 : 0x1303);
		assert_int_equal(facts.version, SNECK_TLS13);
		assert_int_equal(facts.peer_scheme, 0x0403);
		assert_int_equal(sneck_conn_facts(p.server.conn, &facts, sizeof facts), SNECK_OK);
		assert_int_equal(facts.own_scheme, 0x0403);
		assert_memory_equal(facts.sni.p, "example.org", 11);
		pair_wipe(&p);

		pair_init(&p, 1);
		p.server.cred.names = peer ? right : other;
		p.server.cred.n_names = 2;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(pair_connected(&p), peer);
		if (!peer) {
			assert_int_equal(p.server.st.err, SNECK_E_NO_NAME);
			assert_int_equal(p.client.st.alert, 112);
			assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
		}
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t22_every_field),
		cmocka_unit_test(role_and_memory),
		cmocka_unit_test(choices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
