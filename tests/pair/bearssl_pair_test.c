/* SPDX-License-Identifier: MIT */
/* bearssl_pair_test.c: whole connections with the BearSSL provider at one end and libcrypto at the
 * other, both ways round, and with BearSSL at both: every suite, group and kind of certificate that
 * both have. Certificates and trust are those of pki, which stands on libcrypto. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <sneck/pki.h>

#include "lib/pair.h"
#include "provider/bearssl/sign.h"

#define NOW_MS UINT64_C(1700000000000) /* as pair.c has it */

static struct pair p;
static const uint16_t suites[] = { SNECK_TLS_AES_128_GCM_SHA256, SNECK_TLS_AES_256_GCM_SHA384,
				   SNECK_TLS_CHACHA20_POLY1305_SHA256 };
static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1, SNECK_SECP384R1 };

/* A server's key and certificate, and a client that trusts it. */
struct identity {
	struct sneck_pki_key *key;
	struct sneck_pki_chain *chain;
	struct sneck_pki_trust *trust;
	struct sneck_credential cred;
};

static void identity_of(struct identity *id, uint8_t for_client) /* its key is there */
{
	static const char *const names[] = { "example.org" };
	const struct sneck_pki_cert cert = {
		SNECK_PKI_CERT_INIT,	  .names = names,   .n_names = 1,
		.for_client = for_client, .now_ms = NOW_MS,
	};
	struct sneck_pki_trust_options options = { SNECK_PKI_TRUST_INIT, .no_system = 1 };

	assert_int_equal(sneck_pki_cert_make(&id->chain, id->key, &cert, NULL), SNECK_OK);
	options.anchors = sneck_pki_chain_certs(id->chain, &options.n_anchors);
	assert_int_equal(sneck_pki_trust_open(&id->trust, &options, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_credential(&id->cred, id->chain, id->key, NULL), SNECK_OK);
}

static void identity_open(struct identity *id, int kind)
{
	assert_int_equal(sneck_pki_key_make(&id->key, kind), SNECK_OK);
	identity_of(id, 0);
}

static void identity_close(struct identity *id)
{
	sneck_pki_trust_close(id->trust);
	sneck_pki_chain_close(id->chain);
	sneck_pki_key_close(id->key);
}

static void set_up(const struct sneck_provider *client, const struct sneck_provider *server,
		   const struct identity *id)
{
	pair_init(&p, 1);
	p.client.cfg.provider = client;
	p.client.cfg.verifier = sneck_pki_trust_verifier(id->trust);
	p.server.cfg.provider = server;
	p.server.creds[0] = &id->cred;
}

/* Data of several records both ways, then both close. */
static void talk(void)
{
	static uint8_t big[40000];

	pair_run(&p);
	if (!pair_connected(&p))
		fail_msg("client %s %s, server %s %s", sneck_state_name(p.client.st.state),
			 sneck_rc_name(p.client.st.err), sneck_state_name(p.server.st.state),
			 sneck_rc_name(p.server.st.err));
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7u);
	end_write(&p.client, big, 20000);
	end_write(&p.server, big, sizeof big);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 20000);
	assert_memory_equal(p.server.got, big, 20000);
	assert_int_equal(p.client.n_got, sizeof big);
	assert_memory_equal(p.client.got, big, sizeof big);
	end_close(&p.client);
	end_close(&p.server);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	assert_int_equal(p.server.st.state, SNECK_CLOSED);
}

static void each(const struct sneck_provider *client, const struct sneck_provider *server)
{
	static const int kinds[] = { SNECK_KEY_P256, SNECK_KEY_P384, SNECK_KEY_RSA2048,
				     SNECK_KEY_RSA3072 };

	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		struct identity id;

		identity_open(&id, kinds[k]);
		for (size_t s = 0; s < 3; s++)
			for (size_t g = 0; g < 3; g++) {
				set_up(client, server, &id);
				p.client.cfg.suites = (struct sneck_u16s){ &suites[s], 1 };
				p.client.cfg.groups = (struct sneck_u16s){ &groups[g], 1 };
				pair_start(&p);
				talk();
				pair_wipe(&p);
			}
		identity_close(&id);
	}
}

static void client_bearssl(void **state)
{
	(void)state;
	each(sneck_provider_bearssl(), sneck_provider_libcrypto());
}

static void server_bearssl(void **state)
{
	(void)state;
	each(sneck_provider_libcrypto(), sneck_provider_bearssl());
}

static void both_bearssl(void **state)
{
	(void)state;
	each(sneck_provider_bearssl(), sneck_provider_bearssl());
}

/* Both ends show a certificate, sign elsewhere, and check that with their own provider first. */
static void both_show_certificates(void **state)
{
	static const int kinds[] = { SNECK_KEY_P256, SNECK_KEY_RSA2048 };
	const struct sneck_provider *const providers[] = { sneck_provider_libcrypto(),
							   sneck_provider_bearssl() };

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct identity server, client;

		identity_open(&server, kinds[i & 1]);
		assert_int_equal(sneck_pki_key_make(&client.key, kinds[i >> 1 & 1]), SNECK_OK);
		identity_of(&client, 1);
		set_up(providers[i >> 2 & 1], providers[i >> 3 & 1], &server);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		p.server.cfg.verifier = sneck_pki_trust_verifier(client.trust);
		p.client.creds[0] = &client.cred;
		p.client.cfg.ask |= SNECK_ASK_SIGN;
		p.server.cfg.ask |= SNECK_ASK_SIGN | SNECK_ASK_CLIENT_HELLO;
		pair_start(&p);
		talk();
		assert_int_not_equal(p.client.conn->hs.own_scheme, 0);
		assert_int_equal(p.client.conn->hs.own_scheme, p.server.conn->hs.peer_scheme);
		pair_wipe(&p);
		identity_close(&server);
		identity_close(&client);
	}
}

/* The private key is BearSSL's too, and nobody reads the certificate but the provider. */
static void nothing_but_bearssl(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		EVP_PKEY *const evp = i == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
					     : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		br_skey_decoder_context decoder;
		struct bear_signer signer;
		struct identity id;
		unsigned char *der = NULL;
		const int len = i2d_PrivateKey(evp, &der);
		const struct sneck_span span = { der, (size_t)len };

		assert_true(len > 0);
		br_skey_decoder_init(&decoder);
		br_skey_decoder_push(&decoder, span.p, span.len);
		assert_int_equal(
			i == 0 ? sneck__bear_signer_ec(&signer, br_skey_decoder_get_ec(&decoder))
			       : sneck__bear_signer_rsa(&signer, br_skey_decoder_get_rsa(&decoder),
							sneck_provider_bearssl()),
			SNECK_OK);
		assert_int_equal(
			sneck_pki_key_read(&id.key, span, (struct sneck_span){ NULL, 0 }, NULL),
			SNECK_OK);
		identity_of(&id, 0);
		id.cred.signer = &signer.signer;
		set_up(sneck_provider_bearssl(), sneck_provider_bearssl(), &id);
		p.client.cfg.verifier = &p.client.v.verifier; /* pair.c's, which accepts */
		pair_start(&p);
		talk();
		pair_wipe(&p);
		identity_close(&id);
		OPENSSL_free(der);
		EVP_PKEY_free(evp);
	}
}

/* Configs that name nothing take all that the core knows. */
static void bounds(void **state)
{
	struct identity id;

	(void)state;
	identity_open(&id, SNECK_KEY_RSA2048);
	set_up(sneck_provider_bearssl(), sneck_provider_bearssl(), &id);
	for (int role = SNECK_CLIENT; role <= SNECK_SERVER; role++) {
		const struct sneck_config *const cfg =
			role == SNECK_CLIENT ? &p.client.cfg : &p.server.cfg;
		const size_t conn = sneck_conn_size(cfg, role);
		const size_t scratch = sneck_scratch_size(cfg, role);

		print_message("%s: connection %zu bytes, scratch %zu\n",
			      role == SNECK_CLIENT ? "client" : "server", conn, scratch);
		assert_in_range(conn, 1, SNECK_CONN_MAX);
		assert_in_range(scratch, 1, SNECK_SCRATCH_MAX);
		assert_int_equal(sneck_config_check(cfg, role, NULL), SNECK_OK);
	}
	pair_start(&p);
	talk();
	pair_wipe(&p);
	identity_close(&id);
}

/* A server whose certificate is another's: the signature that libcrypto makes is refused. */
static void wrong_key(void **state)
{
	static const int kinds[] = { SNECK_KEY_P256, SNECK_KEY_RSA2048 };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct identity id, other;

		identity_open(&id, kinds[k]);
		identity_open(&other, kinds[k]);
		set_up(sneck_provider_bearssl(), sneck_provider_libcrypto(), &id);
		id.cred.signer = sneck_pki_key_signer(other.key);
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.client.st.state, SNECK_FAILED);
		assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
		pair_wipe(&p);
		identity_close(&id);
		identity_close(&other);
	}
}

/* Nothing of a secret is left where a connection was. */
static void wiped(void **state)
{
	struct identity id;

	(void)state;
	identity_open(&id, SNECK_KEY_P256);
	set_up(sneck_provider_bearssl(), sneck_provider_bearssl(), &id);
	pair_start(&p);
	talk();
	pair_wipe(&p);
	for (size_t i = 0; i < sizeof p.client.conn_mem; i++)
		assert_int_equal(p.client.conn_mem[i] | p.server.conn_mem[i], 0);
	for (size_t i = 0; i < sizeof p.client.scratch; i++)
		assert_int_equal(p.client.scratch[i], 0);
	identity_close(&id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_bearssl),      cmocka_unit_test(server_bearssl),
		cmocka_unit_test(both_bearssl),	       cmocka_unit_test(both_show_certificates),
		cmocka_unit_test(nothing_but_bearssl), cmocka_unit_test(bounds),
		cmocka_unit_test(wrong_key),	       cmocka_unit_test(wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
