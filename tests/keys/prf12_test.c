/* SPDX-License-Identifier: MIT */
/* prf12_test.c: the PRF of TLS 1.2 against published vectors, and what is made with it against an
 * independent computation; tests/vec/prf12.txt says which. A hash that fails. */
#include <stdarg.h>
#include <setjmp.h>

#include "crypto/algs.h"
#include "keys/prf12.h"
#include "lib/faulty.h"
#include "lib/hex.h"

#include <cmocka.h>

static const struct sneck_hash *hash(uint16_t id)
{
	return sneck__hash_of(sneck_provider_libcrypto(), id);
}

static struct vec figure(const char *name)
{
	return vec_of("prf12.txt", name);
}

static void check(const uint8_t *got, size_t len, const char *name)
{
	const struct vec want = figure(name);

	assert_int_equal(len, want.len);
	assert_memory_equal(got, want.b, want.len);
}

static struct randoms randoms(void)
{
	struct randoms r;

	for (uint8_t i = 0; i < 32; i++) {
		r.client[i] = i;
		r.server[i] = (uint8_t)(128 + i);
	}
	return r;
}

static void digest(uint8_t *th, uint16_t id)
{
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };

	assert_int_equal(hash(id)->init(ctx), SNECK_OK);
	assert_int_equal(hash(id)->update(ctx, sneck_span_of("session", 7)), SNECK_OK);
	assert_int_equal(hash(id)->finish(ctx, th), SNECK_OK);
	hash(id)->wipe(ctx);
}

static void posted_vectors(void **state)
{
	static const char *const names[2][3] = { { "prf256", "prf256_secret", "prf256_seed" },
						 { "prf384", "prf384_secret", "prf384_seed" } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct vec want = figure(names[i][0]), secret = figure(names[i][1]),
				 seed = figure(names[i][2]);
		/* in one piece, and in two */
		const struct sneck_span whole[] = { { seed.b, seed.len } },
					parts[] = { { seed.b, 5 }, { seed.b + 5, seed.len - 5 } };
		uint8_t out[160];

		for (size_t len = 0; len <= want.len; len++) {
			memset(out, 0xa5, sizeof out);
			assert_int_equal(sneck__prf12(out, len, hash((uint16_t)(4 + i)),
						      vec_span(&secret, 0), "test label",
						      len % 2 ? whole : parts, len % 2 ? 1 : 2),
					 SNECK_OK);
			assert_memory_equal(out, want.b, len);
			assert_int_equal(out[len], 0xa5);
		}
	}
}

static void too_many_pieces(void **state)
{
	const struct sneck_span seed[5] = { { NULL, 0 } };
	uint8_t out[4] = { 1, 1, 1, 1 };

	(void)state;
	assert_int_equal(sneck__prf12(out, 4, hash(4), seed[0], "x", seed, 5), SNECK_E_INTERNAL);
	assert_memory_equal(out, "\0\0\0\0", 4);
}

static void master_secrets(void **state)
{
	const struct randoms r = randoms();
	uint8_t pm[32], pm521[66], th[BOUND_HASH], out[MASTER12_LEN];
	const struct sneck_span in = { pm, sizeof pm }, in521 = { pm521, sizeof pm521 };

	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		pm[i] = (uint8_t)(64 + i);
	for (uint8_t i = 0; i < 66; i++)
		pm521[i] = i;
	assert_int_equal(sneck__master12(out, hash(4), in, NULL, &r), SNECK_OK);
	check(out, sizeof out, "master256");
	assert_int_equal(sneck__master12(out, hash(4), in521, NULL, &r), SNECK_OK);
	check(out, sizeof out, "master256_p521");
	assert_int_equal(sneck__master12(out, hash(5), in, NULL, &r), SNECK_OK);
	check(out, sizeof out, "master384");
	digest(th, 4);
	assert_int_equal(sneck__master12(out, hash(4), in, th, &r), SNECK_OK);
	check(out, sizeof out, "ems256");
	digest(th, 5);
	assert_int_equal(sneck__master12(out, hash(5), in, th, &r), SNECK_OK);
	check(out, sizeof out, "ems384");
}

static void key_blocks(void **state)
{
	static const struct {
		const char *client, *server, *master;
		uint16_t hash;
		size_t key_len, iv_len;
	} cases[] = {
		{ "keys256_client", "keys256_server", "ems256", 4, 16, 4 },
		{ "keys384_client", "keys384_server", "ems384", 5, 32, 4 },
		{ "chacha_client", "chacha_server", "ems256", 4, 32, 12 },
	};
	const struct randoms r = randoms();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t len = cases[i].key_len + cases[i].iv_len;
		uint8_t client[44], server[44];

		assert_int_equal(sneck__key_block12(client, server, cases[i].key_len,
						    cases[i].iv_len, hash(cases[i].hash),
						    figure(cases[i].master).b, &r),
				 SNECK_OK);
		check(client, len, cases[i].client);
		check(server, len, cases[i].server);
	}
}

static void finished(void **state)
{
	static const char *const names[2][3] = {
		{ "ems256", "finished256_client", "finished256_server" },
		{ "ems384", "finished384_client", "finished384_server" }
	};
	uint8_t th[BOUND_HASH], out[FINISHED12_LEN];

	(void)state;
	for (int i = 0; i < 2; i++)
		for (int server = 0; server < 2; server++) {
			digest(th, (uint16_t)(4 + i));
			assert_int_equal(sneck__finished12(out, hash((uint16_t)(4 + i)),
							   figure(names[i][0]).b, server != 0, th),
					 SNECK_OK);
			check(out, sizeof out, names[i][1 + server]);
		}
}

static void exporters(void **state)
{
	const struct sneck_span none = { NULL, 0 }, empty = { (const uint8_t *)"", 0 },
				context = { (const uint8_t *)"context", 7 };
	const struct vec m = figure("ems256"), m3 = figure("ems384");
	const struct randoms r = randoms();
	uint8_t out[100];

	(void)state;
	assert_int_equal(sneck__exporter12(out, 32, hash(4), m.b, &r, "EXPORTER-test", none),
			 SNECK_OK);
	check(out, 32, "export256");
	assert_int_equal(sneck__exporter12(out, 32, hash(4), m.b, &r, "EXPORTER-test", empty),
			 SNECK_OK);
	check(out, 32, "export256_empty");
	assert_int_equal(sneck__exporter12(out, 100, hash(4), m.b, &r, "EXPORTER-test", context),
			 SNECK_OK);
	check(out, 100, "export256_context");
	assert_int_equal(sneck__exporter12(out, 48, hash(5), m3.b, &r, "EXPORTER-test", none),
			 SNECK_OK);
	check(out, 48, "export384");
}

/* RFC 5705, 4: an exporter must not give away what TLS makes for itself. */
static void reserved_labels(void **state)
{
	static const char *const own[] = { "client finished", "server finished", "master secret",
					   "key expansion", "extended master secret" };
	const struct sneck_span none = { NULL, 0 }, long_one = { (const uint8_t *)"", 65536 };
	const struct vec m = figure("ems256");
	const struct randoms r = randoms();
	uint8_t out[12];

	(void)state;
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		assert_int_equal(sneck__exporter12(out, 12, hash(4), m.b, &r, own[i], none),
				 SNECK_E_ARG);
	assert_int_equal(sneck__exporter12(out, 12, hash(4), m.b, &r, "client finishe", none),
			 SNECK_OK);
	assert_int_equal(sneck__exporter12(out, 12, hash(4), m.b, &r, "x", long_one), SNECK_E_ARG);
}

static void n78_failing_hash(void **state)
{
	static const uint8_t zeros[88];
	const struct vec m = figure("ems256");
	const struct randoms r = randoms();
	unsigned n = 0;

	(void)state;
	for (;; n++) {
		uint8_t client[44], server[44];
		const enum sneck_rc rc = sneck__key_block12(client, server, 32, 12,
							    faulty_hash(hash(4), n), m.b, &r);

		if (rc == SNECK_OK)
			break;
		assert_int_equal(rc, SNECK_E_CRYPTO);
		assert_memory_equal(client, zeros, 44);
		assert_memory_equal(server, zeros, 44);
	}
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posted_vectors),  cmocka_unit_test(too_many_pieces),
		cmocka_unit_test(master_secrets),  cmocka_unit_test(key_blocks),
		cmocka_unit_test(finished),	   cmocka_unit_test(exporters),
		cmocka_unit_test(reserved_labels), cmocka_unit_test(n78_failing_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
