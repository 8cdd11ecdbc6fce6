/* SPDX-License-Identifier: MIT */
/* vectors_test.c: HMAC against Wycheproof, the key schedule against NIST's ACVP samples for TLS 1.3
 * (the groups that run with (EC)DHE alone; their transcripts are the samples' random strings). The
 * files are not in this tree: SNECK_VECTORS names the folder that has them in wycheproof and acvp.
 * Without it the test says so and is skipped (exit status 77). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "crypto/algs.h"
#include "crypto/hkdf.h"
#include "crypto/transcript.h"
#include "keys/sched13.h"

struct bytes {
	uint8_t p[4096];
	size_t len;
};

static struct bytes hex(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));
	struct bytes b = { .len = 0 };
	unsigned v;

	assert_non_null(s);
	for (; s[0] != '\0'; s += 2) {
		assert_int_equal(sscanf(s, "%2x", &v), 1);
		assert_true(b.len < sizeof b.p);
		b.p[b.len++] = (uint8_t)v;
	}
	return b;
}

/* A mode without it has none. */
static struct bytes hex_if(const json_t *object, const char *key)
{
	const struct bytes none = { .len = 0 };

	return json_object_get(object, key) != NULL ? hex(object, key) : none;
}

static struct sneck_span span(const struct bytes *b)
{
	return sneck_span_of(b->p, b->len);
}

static json_t *load(const char *name)
{
	json_t *root;
	char path[512];

	snprintf(path, sizeof path, "%s/%s.json", getenv("SNECK_VECTORS"), name);
	root = json_load_file(path, 0, NULL);
	if (root == NULL)
		fail_msg("%s cannot be read", path);
	return root;
}

static void hmac(void **state)
{
	static const char *const files[] = { "wycheproof/hmac_sha256_test",
					     "wycheproof/hmac_sha384_test" };
	const json_t *group, *test;
	size_t i, j, judged = 0;

	(void)state;
	for (uint16_t f = 0; f < 2; f++) {
		json_t *const root = load(files[f]);
		const struct sneck_hash *const hash =
			sneck__hash_of(sneck_provider_libcrypto(), (uint16_t)(4 + f));

		json_array_foreach(json_object_get(root, "testGroups"), i, group)
			json_array_foreach(json_object_get(group, "tests"), j, test)
		{
			const struct bytes key = hex(test, "key"), msg = hex(test, "msg");
			const struct bytes tag = hex(test, "tag");
			const struct sneck_span in = span(&msg);
			const char *const result =
				json_string_value(json_object_get(test, "result"));
			uint8_t mac[BOUND_HASH];

			assert_true(tag.len <= hash->len); /* some are cut to 16 bytes */
			assert_int_equal(sneck__hmac(mac, hash, span(&key), &in, 1), SNECK_OK);
			assert_int_equal(memcmp(mac, tag.p, tag.len) == 0,
					 strcmp(result, "valid") == 0);
			judged++;
		}
		json_decref(root);
	}
	print_message("%zu MACs judged\n", judged);
	assert_true(judged > 300);
}

static void digest(uint8_t *out, const struct sneck_hash *hash, const struct bytes *parts, size_t n)
{
	struct transcript t;

	memset(&t, 0, sizeof t);
	assert_int_equal(sneck__transcript_init(&t, hash), SNECK_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(sneck__transcript_add(&t, span(&parts[i])), SNECK_OK);
	assert_int_equal(sneck__transcript_peek(&t, out), SNECK_OK);
	sneck__transcript_wipe(&t);
}

static void expect(const json_t *test, const char *key, const uint8_t *made)
{
	const struct bytes b = hex(test, key);

	assert_memory_equal(made, b.p, b.len);
}

static void key_schedule(void **state)
{
	json_t *const root = load("acvp/tls13-kdf-rfc8446");
	const json_t *group, *test;
	size_t i, j, judged = 0;

	(void)state;
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
		json_array_foreach(json_object_get(group, "tests"), j, test)
	{
		const char *const alg = json_string_value(json_object_get(group, "hmacAlg"));
		const struct sneck_hash *const hash = sneck__hash_of(
			sneck_provider_libcrypto(), strcmp(alg, "SHA2-256") == 0 ? 4 : 5);
		struct bytes part[4], dhe, psk;
		struct app_secrets app;
		struct sched13 s = { .hash = NULL };
		uint8_t th[BOUND_HASH], early[BOUND_HASH], exporter[BOUND_HASH];

		part[0] = hex(test, "helloClientRandom");
		part[1] = hex(test, "helloServerRandom");
		part[2] = hex(test, "finishedServerRandom");
		part[3] = hex(test, "finishedClientRandom");
		dhe = hex_if(test, "dhe");
		psk = hex_if(test, "psk");
		assert_int_equal(sneck__sched13_early(&s, hash, span(&psk)), SNECK_OK);
		digest(th, hash, part, 1);
		assert_int_equal(sneck__sched13_early_traffic(&s, early, exporter, th), SNECK_OK);
		expect(test, "clientEarlyTrafficSecret", early);
		expect(test, "earlyExporterMasterSecret", exporter);
		digest(th, hash, part, 2);
		assert_int_equal(sneck__sched13_handshake(&s, span(&dhe), th), SNECK_OK);
		expect(test, "clientHandshakeTrafficSecret", s.client_hs);
		expect(test, "serverHandshakeTrafficSecret", s.server_hs);
		digest(th, hash, part, 3);
		assert_int_equal(sneck__sched13_app(&s, &app, th), SNECK_OK);
		expect(test, "clientApplicationTrafficSecret", app.client);
		expect(test, "serverApplicationTrafficSecret", app.server);
		expect(test, "exporterMasterSecret", app.exporter);
		digest(th, hash, part, 4);
		assert_int_equal(sneck__sched13_resumption(&s, early, th), SNECK_OK);
		expect(test, "resumptionMasterSecret", early);
		judged++;
	}
	print_message("%zu key schedules judged\n", judged);
	assert_true(judged != 0);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac),
		cmocka_unit_test(key_schedule),
	};

	if (getenv("SNECK_VECTORS") == NULL) {
		puts("skipped: no MAC and no key schedule judged; set SNECK_VECTORS to the folder "
		     "that has wycheproof/*.json and acvp/*.json");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
