/* SPDX-License-Identifier: MIT */
/* algs_test.c: real handshakes through the public interface, client and server on libcrypto with
 * certificates and trust of the pki layer: each suite, each group (at once, by HelloRetryRequest,
 * and by one whose state is in the cookie) and each signature scheme. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/pki.h>

#include "lib/pair.h"

#define NOW_MS UINT64_C(1700000000000) /* pair.c's time */

static struct pair p;

/* An authority and a server's certificate with one kind of key, both trusted and used. */
static struct identity {
	struct sneck_pki_key *key;
	struct sneck_pki_chain *ca, *chain;
	struct sneck_pki_trust *trust;
	struct sneck_credential cred;
	struct sneck_verifier verifier; /* the trust's; a test may set schemes */
} id;

static void identity_make(int kind)
{
	static const char *const name = "example.org";
	struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .is_ca = 1, .common_name = "Test CA",
				       .now_ms = NOW_MS };
	struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1, .n_anchors = 1 };
	size_t n;

	assert_int_equal(sneck_pki_key_make(&id.key, kind), SNECK_OK);
	assert_int_equal(sneck_pki_cert_make(&id.ca, id.key, &cert, NULL), SNECK_OK);
	cert.is_ca = 0;
	cert.common_name = NULL;
	cert.names = &name;
	cert.n_names = 1;
	cert.issuer = id.ca;
	cert.issuer_key = id.key;
	assert_int_equal(sneck_pki_cert_make(&id.chain, id.key, &cert, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_credential(&id.cred, id.chain, id.key, NULL), SNECK_OK);
	o.anchors = sneck_pki_chain_certs(id.ca, &n);
	assert_int_equal(sneck_pki_trust_open(&id.trust, &o, NULL), SNECK_OK);
	id.verifier = *sneck_pki_trust_verifier(id.trust);
}

static void identity_close(void)
{
	sneck_pki_trust_close(id.trust);
	sneck_pki_chain_close(id.chain);
	sneck_pki_chain_close(id.ca);
	sneck_pki_key_close(id.key);
}

static void prepare(bool real)
{
	pair_init(&p, 1);
	transparent_all_groups(&p.client.t);
	transparent_all_groups(&p.server.t);
	if (!real)
		return;
	p.client.cfg.provider = p.server.cfg.provider = sneck_provider_libcrypto();
	p.client.cfg.verifier = &id.verifier;
	p.server.creds[0] = &id.cred;
}

/* Connects, sends both ways, closes. */
static void talk(struct sneck_facts *client, struct sneck_facts *server)
{
	static uint8_t big[20000] = "from the server";

	pair_connect(&p);
	assert_int_equal(sneck_conn_facts(p.client.conn, client, sizeof *client), SNECK_OK);
	assert_int_equal(sneck_conn_facts(p.server.conn, server, sizeof *server), SNECK_OK);
	assert_int_equal(client->suite, server->suite);
	assert_int_equal(client->group, server->group);
	assert_int_equal(client->peer_scheme, server->own_scheme);
	end_write(&p.client, "hello", 5);
	end_write(&p.server, big, sizeof big);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 5);
	assert_memory_equal(p.server.got, "hello", 5);
	assert_int_equal(p.client.n_got, sizeof big);
	assert_memory_equal(p.client.got, big, sizeof big);
	end_close(&p.client);
	pair_run(&p);
	end_close(&p.server);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	assert_int_equal(p.server.st.state, SNECK_CLOSED);
	pair_wipe(&p);
}

static bool has_group(uint16_t group)
{
	const struct sneck_provider *const l = sneck_provider_libcrypto();

	for (size_t i = 0; l->kexes[i] != NULL; i++)
		if (l->kexes[i]->group == group)
			return true;
	print_message("skipped: this libcrypto has no group %04x\n", group);
	return false;
}

static void suites(void **state)
{
	static const uint16_t all[] = { 0x1301, 0x1302, 0x1303, 0x1304, 0x1305 };
	struct sneck_facts c, s;

	(void)state;
	identity_make(SNECK_KEY_P256);
	for (size_t i = 0; i < 5; i++) {
		prepare(true);
		p.client.cfg.suites = (struct sneck_u16s){ &all[i], 1 };
		p.server.cfg.suites = (struct sneck_u16s){ all, 5 };
		talk(&c, &s);
		assert_int_equal(c.suite, all[i]);
	}
	prepare(true); /* CCM is for who names it */
	p.client.cfg.suites = (struct sneck_u16s){ all + 3, 2 };
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_NO_SUITE);
	pair_wipe(&p);
	identity_close();
}

static const uint16_t every_group[] = { SNECK_X25519MLKEM768, SNECK_X25519, SNECK_SECP256R1,
					SNECK_SECP384R1,      SNECK_X448,   SNECK_SECP521R1 };

/* At once, by HelloRetryRequest, and by one whose state is in the cookie. */
static void group_in_three_ways(uint16_t group, bool real)
{
	static const uint8_t secret[32] = { 1, 2, 3 };
	const uint16_t both[] = { group == SNECK_X25519 ? SNECK_SECP256R1 : SNECK_X25519, group };
	struct sneck_facts c, s;

	for (unsigned way = 0; way < 3; way++) {
		prepare(real);
		p.server.cfg.groups = (struct sneck_u16s){ &group, 1 };
		p.client.cfg.groups =
			way == 0 ? p.server.cfg.groups : (struct sneck_u16s){ both, 2 };
		p.client.cfg.n_key_shares = 1;
		if (way == 2)
			p.server.cfg.cookie_secret = sneck_span_of(secret, sizeof secret);
		talk(&c, &s);
		assert_int_equal(c.group, group);
		assert_int_equal(c.retried, way != 0);
		assert_int_equal(s.retried, way != 0);
	}
}

/* The transparent provider has the hybrid's lengths where this libcrypto has no ML-KEM. */
static void groups(void **state)
{
	(void)state;
	identity_make(SNECK_KEY_P256);
	for (size_t i = 0; i < 6; i++) {
		group_in_three_ways(every_group[i], false);
		if (has_group(every_group[i]))
			group_in_three_ways(every_group[i], true);
	}
	identity_close();
}

static void schemes(void **state)
{
	static const struct {
		int kind;
		uint16_t scheme;
	} rows[] = {
		{ SNECK_KEY_P256, SNECK_ECDSA_SECP256R1_SHA256 },
		{ SNECK_KEY_P384, SNECK_ECDSA_SECP384R1_SHA384 },
		{ SNECK_KEY_P521, SNECK_ECDSA_SECP521R1_SHA512 },
		{ SNECK_KEY_ED25519, SNECK_ED25519 },
		{ SNECK_KEY_ED448, SNECK_ED448 },
		{ SNECK_KEY_RSA2048, SNECK_RSA_PSS_RSAE_SHA256 },
		{ SNECK_KEY_RSA2048, SNECK_RSA_PSS_RSAE_SHA384 },
		{ SNECK_KEY_RSA2048, SNECK_RSA_PSS_RSAE_SHA512 },
		{ SNECK_KEY_RSA_PSS2048, SNECK_RSA_PSS_PSS_SHA256 },
		{ SNECK_KEY_RSA_PSS2048, SNECK_RSA_PSS_PSS_SHA384 },
		{ SNECK_KEY_RSA_PSS2048, SNECK_RSA_PSS_PSS_SHA512 },
	};
	struct sneck_facts c, s;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const uint16_t only[] = { rows[i].scheme, 0 };

		identity_make(rows[i].kind);
		prepare(true);
		talk(&c, &s); /* all are offered */
		id.verifier.schemes = id.verifier.cert_schemes = only;
		prepare(true);
		talk(&c, &s);
		assert_int_equal(c.peer_scheme, rows[i].scheme);
		identity_close();
	}
}

/* A client that takes none of the server's schemes. */
static void no_common_scheme(void **state)
{
	static const uint16_t only[] = { SNECK_ED448, 0 };

	(void)state;
	identity_make(SNECK_KEY_ED25519);
	id.verifier.schemes = id.verifier.cert_schemes = only;
	prepare(true);
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_NO_SCHEME);
	pair_wipe(&p);
	identity_close();
}

/* With all there is, memory stays within its bounds. */
static void memory(void **state)
{
	static const uint16_t suites_all[] = { 0x1301, 0x1302, 0x1303, 0x1304, 0x1305 };
	static const char *const role[] = { "client", "server" };

	(void)state;
	identity_make(SNECK_KEY_P256);
	for (unsigned libcrypto = 0; libcrypto < 2; libcrypto++) {
		prepare(libcrypto != 0);
		for (int i = 0; i < 2; i++) {
			struct end *const e = i == 0 ? &p.client : &p.server;

			e->cfg.suites = (struct sneck_u16s){ suites_all, 5 };
			print_message("%s on %s, all algorithms: connection %zu, scratch %zu\n",
				      role[i], e->cfg.provider->name,
				      sneck_conn_size(&e->cfg, e->role),
				      sneck_scratch_size(&e->cfg, e->role));
			assert_int_equal(sneck_config_check(&e->cfg, e->role, NULL), SNECK_OK);
			assert_true(sneck_conn_size(&e->cfg, e->role) <= SNECK_CONN_MAX);
			assert_true(sneck_scratch_size(&e->cfg, e->role) <= SNECK_SCRATCH_MAX);
		}
	}
	identity_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suites),  cmocka_unit_test(groups),
		cmocka_unit_test(schemes), cmocka_unit_test(no_common_scheme),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
