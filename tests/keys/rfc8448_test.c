/* SPDX-License-Identifier: MIT */
/* rfc8448_test.c: the traces of RFC 8448 with full handshakes, from section 5 on: a retry with its
 * message_hash, client authentication, compatibility mode. Messages in, and the RFC's digests,
 * secrets, keys, MACs and records out. Section 3 is in sched13_test.c and tests/rec/. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>

#include "crypto/algs.h"
#include "crypto/transcript.h"
#include "keys/sched13.h"
#include "lib/half.h"
#include "lib/hex.h"

#include <cmocka.h>

static const char *file;

static const struct sneck_hash *sha256(void)
{
	return sneck__hash_of(sneck_provider_libcrypto(), 4);
}

static struct vec figure(const char *name)
{
	return vec_of(file, name);
}

static void check(const uint8_t *got, const char *name)
{
	const struct vec want = figure(name);

	if (memcmp(got, want.b, want.len) != 0)
		fail_msg("%s: %s", file, name);
}

static void add(struct transcript *t, const char *name)
{
	const struct vec v = figure(name);

	assert_int_equal(sneck__transcript_add(t, vec_span(&v, 0)), SNECK_OK);
}

static void digest_is(const struct transcript *t, const char *name)
{
	uint8_t d[BOUND_HASH];

	assert_int_equal(sneck__transcript_peek(t, d), SNECK_OK);
	check(d, name);
}

static void mac_is(const struct transcript *t, const uint8_t *secret, const char *name)
{
	uint8_t d[BOUND_HASH], mac[BOUND_HASH];

	assert_int_equal(sneck__transcript_peek(t, d), SNECK_OK);
	assert_int_equal(sneck__finished_mac(mac, sha256(), secret, d), SNECK_OK);
	check(mac, name);
}

static void keys_are(const uint8_t *secret, const char *name)
{
	uint8_t key[BOUND_KEY], iv[BOUND_NONCE];
	char text[32];

	check(secret, name);
	assert_int_equal(sneck__traffic_keys(key, 16, iv, sha256(), secret), SNECK_OK);
	(void)snprintf(text, sizeof text, "%s_key", name);
	check(key, text);
	(void)snprintf(text, sizeof text, "%s_iv", name);
	check(iv, text);
}

/* A record under a key of the trace, and what is in it. */
static void record_holds(const char *secret, const char *record, uint8_t want_type,
			 const char *const *messages)
{
	struct vec rec = figure(record);
	char key[32], iv[32];
	uint8_t type;
	struct half x;
	size_t n, at = 0;

	(void)snprintf(key, sizeof key, "%s_key", secret);
	(void)snprintf(iv, sizeof iv, "%s_iv", secret);
	half_key(&x, 1, figure(key).b, figure(iv).b, SNECK_OPEN);
	assert_int_equal(sneck__rec_open(&x.h, x.ctx, rec.b, rec.len - 5u, &type, &n), SNECK_OK);
	assert_int_equal(type, want_type);
	for (; *messages != NULL; messages++) {
		const struct vec m = figure(*messages);

		assert_true(m.len <= n - at);
		assert_memory_equal(rec.b + 5 + at, m.b, m.len);
		at += m.len;
	}
	if (want_type == CT_HANDSHAKE)
		assert_int_equal(at, n);
	else
		assert_memory_equal(rec.b + 5, "\1\0", 2);
	half_wipe(&x);
}

/* server and client: their messages behind the hellos, each list closed by the Finished. */
static void play(struct transcript *t, const char *const *server, const char *const *client)
{
	static const char *const none[] = { NULL };
	const struct vec shared = figure("shared");
	struct app_secrets app;
	uint8_t d[BOUND_HASH];
	struct sched13 s;

	digest_is(t, "hash_to_server_hello");
	assert_int_equal(sneck__transcript_peek(t, d), SNECK_OK);
	assert_int_equal(sneck__sched13_early(&s, sha256(), sneck_span_of(NULL, 0)), SNECK_OK);
	assert_int_equal(sneck__sched13_handshake(&s, vec_span(&shared, 0), d), SNECK_OK);
	check(s.secret, "handshake_secret");
	keys_are(s.client_hs, "client_hs");
	keys_are(s.server_hs, "server_hs");
	for (size_t i = 0; server[i] != NULL; i++) {
		if (server[i + 1] == NULL)
			mac_is(t, s.server_hs, "server_finished_mac");
		add(t, server[i]);
	}
	digest_is(t, "hash_to_server_finished");
	assert_int_equal(sneck__transcript_peek(t, d), SNECK_OK);
	assert_int_equal(sneck__sched13_app(&s, &app, d), SNECK_OK);
	keys_are(app.client, "client_ap");
	keys_are(app.server, "server_ap");
	check(app.exporter, "exporter");
	for (size_t i = 0; client[i] != NULL; i++) {
		if (client[i + 1] == NULL)
			mac_is(t, s.client_hs, "client_finished_mac");
		add(t, client[i]);
	}
	digest_is(t, "hash_to_client_finished");
	record_holds("server_hs", "server_flight_record", CT_HANDSHAKE, server);
	record_holds("client_hs", "client_flight_record", CT_HANDSHAKE, client);
	record_holds("client_ap", "client_alert_record", CT_ALERT, none);
	record_holds("server_ap", "server_alert_record", CT_ALERT, none);
	sneck__transcript_wipe(t);
}

static const char *const server_flight[] = { "encrypted_extensions", "server_certificate",
					     "server_certificate_verify", "server_finished", NULL };
static const char *const finished[] = { "client_finished", NULL };

static void section_5_retry(void **state)
{
	struct transcript t = { 0 };
	uint8_t first[BOUND_HASH];

	(void)state;
	file = "rfc8448_5.txt";
	assert_int_equal(sneck__transcript_init(&t, sha256()), SNECK_OK);
	add(&t, "client_hello_1");
	assert_int_equal(sneck__transcript_peek(&t, first), SNECK_OK);
	assert_int_equal(sneck__transcript_retry(&t, sha256(), first), SNECK_OK);
	add(&t, "retry");
	add(&t, "client_hello");
	add(&t, "server_hello");
	play(&t, server_flight, finished);
}

static void hellos(struct transcript *t)
{
	assert_int_equal(sneck__transcript_init(t, sha256()), SNECK_OK);
	add(t, "client_hello");
	add(t, "server_hello");
}

static void section_6_client_authentication(void **state)
{
	static const char *const server[] = { "encrypted_extensions", "certificate_request",
					      "server_certificate",   "server_certificate_verify",
					      "server_finished",      NULL };
	static const char *const client[] = { "client_certificate", "client_certificate_verify",
					      "client_finished", NULL };
	struct transcript t = { 0 };

	(void)state;
	file = "rfc8448_6.txt";
	hellos(&t);
	play(&t, server, client);
}

static void section_7_compatibility(void **state)
{
	struct transcript t = { 0 };

	(void)state;
	file = "rfc8448_7.txt";
	hellos(&t);
	play(&t, server_flight, finished);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_5_retry),
		cmocka_unit_test(section_6_client_authentication),
		cmocka_unit_test(section_7_compatibility),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
