/* SPDX-License-Identifier: MIT */
/* sched13_test.c: the key schedule against RFC 8448, section 3, and a hash that fails. */
#include <stdarg.h>
#include <setjmp.h>

#include "crypto/algs.h"
#include "keys/sched13.h"
#include "lib/faulty.h"
#include "lib/hex.h"

#include <cmocka.h>

static const struct sneck_hash *sha256(void)
{
	return sneck__hash_of(sneck_provider_libcrypto(), 4);
}

static struct vec figure(const char *name)
{
	return vec_of("rfc8448_3.txt", name);
}

static void check(const uint8_t *got, const char *name)
{
	const struct vec want = figure(name);

	assert_memory_equal(got, want.b, want.len);
}

static void handshake(struct sched13 *s)
{
	const struct vec shared = figure("shared"), th = figure("hash_to_server_hello");

	assert_int_equal(sneck__sched13_early(s, sha256(), sneck_span_of(NULL, 0)), SNECK_OK);
	assert_int_equal(sneck__sched13_handshake(s, vec_span(&shared, 0), th.b), SNECK_OK);
}

static void rfc8448_secrets(void **state)
{
	static const uint8_t zeros[BOUND_HASH];
	uint8_t resumption[BOUND_HASH];
	struct app_secrets app;
	struct sched13 s;

	(void)state;
	handshake(&s);
	assert_ptr_equal(s.hash, sha256());
	check(s.secret, "handshake_secret");
	check(s.client_hs, "client_hs");
	check(s.server_hs, "server_hs");
	assert_int_equal(sneck__sched13_app(&s, &app, figure("hash_to_server_finished").b),
			 SNECK_OK);
	check(app.client, "client_ap");
	check(app.server, "server_ap");
	check(app.exporter, "exporter");
	/* what both Finished need stays, and the Main Secret for one more step */
	check(s.client_hs, "client_hs");
	check(s.server_hs, "server_hs");
	assert_memory_not_equal(s.secret, zeros, sizeof zeros);
	assert_int_equal(
		sneck__sched13_resumption(&s, resumption, figure("hash_to_client_finished").b),
		SNECK_OK);
	check(resumption, "resumption");
	assert_memory_equal(s.secret, zeros, sizeof zeros);
}

/* sections 3 and 4: from the ticket of one connection to the secrets of the next */
static void rfc8448_resumption(void **state)
{
	const struct vec res = figure("resumption"), nonce = figure("ticket_nonce");
	const struct vec th = vec_of("rfc8448_4.txt", "hash_to_client_hello");
	const struct vec early = vec_of("rfc8448_4.txt", "client_early");
	const struct vec exporter = vec_of("rfc8448_4.txt", "early_exporter");
	const struct vec want = vec_of("rfc8448_4.txt", "binder");
	uint8_t psk[32], binder[32], client[32], exp[32];
	struct sched13 s;

	(void)state;
	assert_int_equal(sneck__resumption_psk(psk, sha256(), res.b, vec_span(&nonce, 0)),
			 SNECK_OK);
	check(psk, "psk");
	assert_int_equal(sneck__psk_binder(binder, sha256(), sneck_span_of(psk, 32),
					   BINDER_RESUMPTION,
					   vec_of("rfc8448_4.txt", "binder_hash").b),
			 SNECK_OK);
	assert_memory_equal(binder, want.b, 32);
	assert_int_equal(sneck__sched13_early(&s, sha256(), sneck_span_of(psk, 32)), SNECK_OK);
	assert_int_equal(sneck__sched13_early_traffic(&s, client, exp, th.b), SNECK_OK);
	assert_memory_equal(client, early.b, 32);
	assert_memory_equal(exp, exporter.b, 32);
}

static void rfc8448_traffic_keys(void **state)
{
	static const char *const names[][3] = {
		{ "client_hs", "client_hs_key", "client_hs_iv" },
		{ "server_hs", "server_hs_key", "server_hs_iv" },
		{ "client_ap", "client_ap_key", "client_ap_iv" },
		{ "server_ap", "server_ap_key", "server_ap_iv" },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint8_t key[BOUND_KEY], iv[BOUND_NONCE];

		assert_int_equal(sneck__traffic_keys(key, 16, iv, sha256(), figure(names[i][0]).b),
				 SNECK_OK);
		check(key, names[i][1]);
		check(iv, names[i][2]);
	}
}

/* The messages are the vectors: 4 bytes of header, then verify_data. */
static void rfc8448_finished(void **state)
{
	uint8_t mac[BOUND_HASH];

	(void)state;
	/* the transcript up to the client's Finished ends with the server's */
	assert_int_equal(sneck__finished_mac(mac, sha256(), figure("client_hs").b,
					     figure("hash_to_server_finished").b),
			 SNECK_OK);
	assert_memory_equal(mac, figure("client_finished").b + 4, 32);
}

/* RFC 9846, 7.2, against an independent computation */
static void traffic_update(void **state)
{
	const struct vec want = vec_of("hkdf.txt", "client_ap_1");
	struct vec secret = figure("client_ap");

	(void)state;
	assert_int_equal(sneck__traffic_update(sha256(), secret.b), SNECK_OK);
	assert_memory_equal(secret.b, want.b, 32);
}

/* RFC 9846, 4.5.2: the example of the RFC, whose digest is 32 times 01 */
static void signature_input(void **state)
{
	uint8_t tbs[BOUND_TBS + 1], th[BOUND_HASH];

	(void)state;
	memset(th, 0x01, sizeof th);
	for (int server = 0; server < 2; server++) {
		memset(tbs, 0xa5, sizeof tbs);
		assert_int_equal(sneck__signature_input(tbs, server, th, 32), 130);
		for (size_t i = 0; i < 64; i++)
			assert_int_equal(tbs[i], 0x20);
		assert_string_equal((const char *)tbs + 64,
				    server ? "TLS 1.3, server CertificateVerify"
					   : "TLS 1.3, client CertificateVerify");
		assert_memory_equal(tbs + 98, th, 32);
		assert_int_equal(tbs[130], 0xa5);
	}
	assert_int_equal(sneck__signature_input(tbs, 1, th, sizeof th), 98 + BOUND_HASH);
	assert_int_equal(tbs[98 + BOUND_HASH], 0xa5);
	assert_true(98 + BOUND_HASH <= BOUND_TBS);
}

/* SNECK_E_CRYPTO from call n, for all n: the schedule stays as it was */
static void n78_failing_hash(void **state)
{
	const struct vec shared = figure("shared");
	uint8_t th[BOUND_HASH] = { 1 };
	struct sched13 s, before;
	struct app_secrets app;
	unsigned n;

	(void)state;
	memset(&s, 0xa5, sizeof s);
	for (n = 0;; n++) {
		enum sneck_rc rc;

		s.hash = faulty_hash(sha256(), n);
		before = s;
		rc = sneck__sched13_handshake(&s, vec_span(&shared, 0), th);
		if (rc == SNECK_OK)
			break;
		assert_int_equal(rc, SNECK_E_CRYPTO);
		assert_memory_equal(&s, &before, sizeof s);
	}
	assert_int_equal(n, 4 * 8 + 2);
	for (n = 0;; n++) {
		static const struct app_secrets zero;

		handshake(&s);
		s.hash = faulty_hash(sha256(), n);
		before = s;
		app = zero;
		if (sneck__sched13_app(&s, &app, th) == SNECK_OK)
			break;
		assert_memory_equal(&s, &before, sizeof s);
		assert_memory_equal(&app, &zero, sizeof app);
	}
	assert_int_equal(n, 5 * 8 + 2);
}

static void n78_failing_hash_of_one_step(void **state)
{
	const struct vec secret = figure("client_ap");
	uint8_t key[16], iv[12], mac[32];
	struct vec next;

	(void)state;
	for (unsigned n = 0; n < 8; n++) {
		next = secret;
		assert_int_equal(sneck__traffic_update(faulty_hash(sha256(), n), next.b),
				 SNECK_E_CRYPTO);
		assert_memory_equal(next.b, secret.b, 32);
	}
	for (unsigned n = 0; n < 16; n++) {
		assert_int_equal(
			sneck__traffic_keys(key, 16, iv, faulty_hash(sha256(), n), secret.b),
			SNECK_E_CRYPTO);
		assert_int_equal(
			sneck__finished_mac(mac, faulty_hash(sha256(), n), secret.b, secret.b),
			SNECK_E_CRYPTO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448_secrets),
		cmocka_unit_test(rfc8448_resumption),
		cmocka_unit_test(rfc8448_traffic_keys),
		cmocka_unit_test(rfc8448_finished),
		cmocka_unit_test(traffic_update),
		cmocka_unit_test(signature_input),
		cmocka_unit_test(n78_failing_hash),
		cmocka_unit_test(n78_failing_hash_of_one_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
