/* SPDX-License-Identifier: MIT */
/* rfc8448_live_test.c: a live client takes the recorded servers of RFC 8448, sections 3, 5, 6 and
 * 7, record by record: it accepts them, derives the RFC's secrets, and answers with the RFC's
 * records.
 *
 * It is libcrypto's provider with what a trace fixes put in place: random bytes and private keys
 * are the trace's; the hash takes the trace's ClientHello for ours, whose bytes are others; RSA
 * keys of 1,024 bits, which the product refuses, are served. In section 6 the trace's client has a
 * certificate, and ours says that it has none: there the records behind differ, and only there.
 * Messages to secrets alone: tests/keys/rfc8448_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "lib/hex.h"
#include "lib/pair.h"

enum { SUITE = 0x1301, HEAD = 5 };

static struct pair p;
static const char *file;
static const char *const *hellos; /* what the hash takes for our next ones */
static struct vec script[4];	  /* what random() gives out */
static size_t n_script, given, n_secrets, n_verified;
static bool judging; /* secrets are the trace's */
static const struct sneck_hash *real;
static struct sneck_hash hash;
static struct sneck_provider provider;

static struct vec figure(const char *name)
{
	return vec_of(file, name);
}

/* ---- the provider ---- */

static enum sneck_rc scripted(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	memset(out, 0x5a, len);
	if (given < n_script && script[given].len == len)
		memcpy(out, script[given++].b, len);
	return SNECK_OK;
}

static bool is_client_hello(struct sneck_span in)
{
	return in.len > 100 && in.p[0] == 1 && in.p[1] == 0 && in.p[4] == 3 && in.p[5] == 3 &&
	       (size_t)(in.p[2] << 8 | in.p[3]) + 4u == in.len;
}

static enum sneck_rc update(void *ctx, struct sneck_span in)
{
	struct vec theirs;

	if (!is_client_hello(in))
		return real->update(ctx, in);
	assert_non_null(*hellos);
	theirs = figure(*hellos++);
	return real->update(ctx, vec_span(&theirs, 0));
}

static enum sneck_rc from_cert(void *key, struct sneck_span der, void *work)
{
	const uint8_t *at = der.p;
	X509 *const x = d2i_X509(NULL, &at, (long)der.len);
	EVP_PKEY *const pub = X509_get_pubkey(x);

	(void)work;
	memcpy(key, &pub, sizeof pub);
	X509_free(x);
	return pub != NULL ? SNECK_OK : SNECK_E_CERT_BAD;
}

static enum sneck_rc verify(const void *key, uint16_t scheme, struct sneck_span msg,
			    struct sneck_span sig, void *work)
{
	EVP_MD_CTX *const c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	EVP_PKEY *pub;
	bool good;

	(void)work;
	memcpy(&pub, key, sizeof pub);
	good = EVP_DigestVerifyInit(c, &pc, EVP_sha256(), NULL, pub) == 1;
	if (good && scheme == SNECK_RSA_PSS_RSAE_SHA256)
		good = EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestVerify(c, sig.p, sig.len, msg.p, msg.len) == 1;
	EVP_MD_CTX_free(c);
	n_verified += good;
	return good ? SNECK_OK : SNECK_E_BAD_SIGNATURE;
}

static void drop(void *key)
{
	EVP_PKEY *pub;

	memcpy(&pub, key, sizeof pub);
	EVP_PKEY_free(pub);
	memset(key, 0, sizeof pub);
}

static void make_provider(void)
{
	static const uint16_t schemes[] = { SNECK_ECDSA_SECP256R1_SHA256, SNECK_RSA_PSS_RSAE_SHA256,
					    0 };
	static const struct sneck_pubkey pubkey = {
		.schemes = schemes,
		.key_size = sizeof(EVP_PKEY *),
		.from_cert = from_cert,
		.verify = verify,
		.wipe = drop,
	};
	static const struct sneck_hash *const list[] = { &hash, NULL };

	provider = *sneck_provider_libcrypto();
	for (size_t i = 0; provider.hashes[i] != NULL; i++)
		if (provider.hashes[i]->id == 4)
			real = provider.hashes[i];
	hash = *real;
	hash.update = update;
	provider.hashes = list;
	provider.pubkey = &pubkey;
	provider.random = scripted;
}

/* ---- the connection ---- */

static void on_secret(void *user, const char *label, const uint8_t *client_random,
		      const uint8_t *secret, size_t len)
{
	static const char *const names[][2] = {
		{ "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "client_hs" },
		{ "SERVER_HANDSHAKE_TRAFFIC_SECRET", "server_hs" },
		{ "CLIENT_TRAFFIC_SECRET_0", "client_ap" },
		{ "SERVER_TRAFFIC_SECRET_0", "server_ap" },
		{ "EXPORTER_SECRET", "exporter" },
	};

	(void)user;
	(void)client_random;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(label, names[i][0]) == 0) {
			const struct vec want = figure(names[i][1]);

			assert_int_equal(len, want.len);
			assert_int_equal(memcmp(secret, want.b, len) == 0, judging);
			n_secrets++;
		}
}

/* The recorded server says so, and our client is run. */
static void say(const void *bytes, size_t len)
{
	link_put(&p.server, bytes, len);
	wire_move(&p.server, &p.client);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	if (p.client.conn->err != 0)
		fail_msg("%s: %s", file, sneck_rc_name(p.client.conn->err));
}

static void say_record(const char *name)
{
	const struct vec record = figure(name);

	say(record.b, record.len);
}

static void say_hello(const char *name)
{
	const struct vec message = figure(name);
	const uint8_t head[HEAD] = { 22, 3, 3, (uint8_t)(message.len >> 8), (uint8_t)message.len };

	link_put(&p.server, head, sizeof head);
	say(message.b, message.len);
}

/* What our client has sent since. */
static void sent(size_t *since, const void *bytes, size_t len)
{
	assert_true(p.client.link.len - *since >= len);
	assert_memory_equal(p.client.link.bytes + *since, bytes, len);
	*since += len;
}

static void sent_record(size_t *since, const char *name)
{
	const struct vec record = figure(name);

	sent(since, record.b, record.len);
}

static void connect(const char *const *theirs, const char *key_1, const char *key_2, bool compat)
{
	static const uint16_t suite[] = { SUITE };
	static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1 };
	const struct vec hello = figure(theirs[0]);
	struct sneck_config *const cfg = &p.client.cfg;

	make_provider();
	hellos = theirs;
	given = n_script = n_secrets = n_verified = 0;
	judging = true;
	script[n_script++] = hex("");
	memcpy(script[0].b, hello.b + 6, script[0].len = 32);
	if (compat) {
		script[n_script] = hex("");
		memcpy(script[n_script].b, hello.b + 39, 32);
		script[n_script++].len = 32;
	}
	script[n_script++] = figure(key_1);
	if (key_2 != NULL)
		script[n_script++] = figure(key_2);
	pair_init(&p, 1);
	cfg->provider = &provider;
	cfg->suites = (struct sneck_u16s){ suite, 1 };
	cfg->groups = (struct sneck_u16s){ groups, 2 };
	cfg->n_key_shares = 1;
	cfg->no_compat = !compat;
	cfg->recv_record_limit = 16384;
	cfg->insecure_keylog = on_secret;
	cfg->ask |= SNECK_ASK_VERIFY;
	p.client.answer = 1;
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
}

/* The share that went out is the trace's, so what random() gave was taken for what it is. */
static void share_was(const char *hello_of_theirs, size_t from)
{
	const struct vec hello = figure(hello_of_theirs);
	const uint8_t *const all = p.client.link.bytes + from;
	size_t at = 0, end = p.client.link.len - from, key;

	assert_memory_equal(all + HEAD + 6, hello.b + 6, 32); /* random */
	for (key = 44; memcmp(hello.b + key, "\0\x33\0", 3) != 0; key++)
		assert_true(key < hello.len);
	while (memcmp(all + at, hello.b + key, hello.b[key + 3] + 4u) != 0)
		assert_true(++at < end);
}

static void up(void)
{
	assert_int_equal(p.client.n_done, 1);
	assert_int_equal(n_secrets, 5);
	assert_int_equal(n_verified, 1);
	assert_int_equal(given, n_script);
	assert_null(*hellos);
}

static void alerts(size_t since)
{
	end_close(&p.client);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	sent_record(&since, "client_alert_record");
	assert_int_equal(since, p.client.link.len);
	assert_int_not_equal(p.client.st.state, SNECK_CLOSED);
	say_record("server_alert_record");
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	pair_wipe(&p);
}

static void section_3(void **state)
{
	static const char *const theirs[] = { "client_hello", NULL };
	struct vec data;
	size_t since;

	(void)state;
	file = "rfc8448_3.txt";
	data = figure("app_data");
	connect(theirs, "client_private", NULL, false);
	share_was("client_hello", 0);
	since = p.client.link.len;
	say_record("server_hello_record");
	say_record("server_flight_record");
	up();
	sent_record(&since, "client_finished_record");
	say_record("ticket_record");
	end_write(&p.client, data.b, data.len);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	sent_record(&since, "client_data_record");
	say_record("server_data_record");
	assert_int_equal(p.client.n_got, data.len);
	assert_memory_equal(p.client.got, data.b, data.len);
	alerts(since);
}

static void section_5_retry(void **state)
{
	static const char *const theirs[] = { "client_hello_1", "client_hello", NULL };
	size_t since;

	(void)state;
	file = "rfc8448_5.txt";
	connect(theirs, "client_private_1", "client_private", false);
	share_was("client_hello_1", 0);
	since = p.client.link.len;
	say_hello("retry");
	share_was("client_hello", since);
	since = p.client.link.len;
	say_hello("server_hello");
	say_record("server_flight_record");
	up();
	sent_record(&since, "client_flight_record");
	alerts(since);
}

static void section_6_client_authentication(void **state)
{
	static const char *const theirs[] = { "client_hello", NULL };

	(void)state;
	file = "rfc8448_6.txt";
	connect(theirs, "client_private", NULL, false);
	share_was("client_hello", 0);
	say_hello("server_hello");
	say_record("server_flight_record");
	up();
	alerts(p.client.link.len);
}

static void section_7_compatibility(void **state)
{
	static const char *const theirs[] = { "client_hello", NULL };
	static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };
	size_t since;

	(void)state;
	file = "rfc8448_7.txt";
	connect(theirs, "client_private", NULL, true);
	share_was("client_hello", 0);
	since = p.client.link.len;
	say_hello("server_hello");
	say(ccs, sizeof ccs);
	say_record("server_flight_record");
	up();
	sent(&since, ccs, sizeof ccs);
	sent_record(&since, "client_flight_record");
	alerts(since);
}

/* A bit of the recorded flight, or our own ClientHello in the transcript: nothing is accepted. */
static void section_3_changed(void **state)
{
	static const char *const theirs[] = { "client_hello", NULL };

	(void)state;
	file = "rfc8448_3.txt";
	for (int own = 0; own < 2; own++) {
		struct vec record = figure("server_flight_record");

		connect(theirs, "client_private", NULL, false);
		judging = own == 0; /* other secrets are right then */
		if (own != 0)
			hash.update = real->update;
		else
			record.b[100] ^= 1;
		say_record("server_hello_record");
		link_put(&p.server, record.b, record.len);
		wire_move(&p.server, &p.client);
		(void)end_run(&p.client);
		assert_int_equal(p.client.conn->err, SNECK_E_BAD_MAC);
		assert_int_equal(n_verified, 0);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_3),
		cmocka_unit_test(section_5_retry),
		cmocka_unit_test(section_6_client_authentication),
		cmocka_unit_test(section_7_compatibility),
		cmocka_unit_test(section_3_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
