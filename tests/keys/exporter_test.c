/* SPDX-License-Identifier: MIT */
/* exporter_test.c: TLS-Exporter against an independent computation (tests/vec/exporter.txt says by
 * what), from the exporter secret of RFC 8448, section 3. RFC 9846, 7.5. */
#include <stdarg.h>
#include <setjmp.h>

#include "crypto/algs.h"
#include "keys/exporter.h"
#include "lib/faulty.h"
#include "lib/hex.h"

#include <cmocka.h>

static const struct sneck_hash *hash(uint16_t id)
{
	return sneck__hash_of(sneck_provider_libcrypto(), id);
}

static const struct {
	const char *name;
	uint16_t hash;
	const char *label, *context;
} cases[] = {
	{ "sha256_32", 4, "EXPORTER-Channel-Binding", "" },
	{ "sha256_context", 4, "EXPORTER-Channel-Binding", "context" },
	{ "sha256_label", 4, "test", "" },
	{ "sha256_1", 4, "test", "" },
	{ "sha256_100", 4, "test", "context" },
	{ "sha384_48", 5, "EXPORTER-Channel-Binding", "" },
	{ "sha384_context", 5, "test", "context" },
};

static void vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct vec want = vec_of("exporter.txt", cases[i].name);
		const struct vec secret =
			vec_of("exporter.txt", cases[i].hash == 4 ? "secret_256" : "secret_384");
		uint8_t out[128];

		memset(out, 0xa5, sizeof out);
		assert_int_equal(
			sneck__exporter(out, want.len, hash(cases[i].hash), secret.b,
					cases[i].label,
					sneck_span_of(cases[i].context, strlen(cases[i].context))),
			SNECK_OK);
		assert_memory_equal(out, want.b, want.len);
		assert_int_equal(out[want.len], 0xa5);
	}
}

/* The secret of the file is the RFC's. */
static void secret_of_rfc8448(void **state)
{
	const struct vec a = vec_of("exporter.txt", "secret_256"),
			 b = vec_of("rfc8448_3.txt", "exporter");

	(void)state;
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.b, b.b, a.len);
}

static void n78_failing_hash(void **state)
{
	const struct vec secret = vec_of("exporter.txt", "secret_256");
	const struct sneck_span none = { NULL, 0 };
	uint8_t out[32];
	unsigned n = 0;

	(void)state;
	for (;; n++) {
		const enum sneck_rc rc = sneck__exporter(out, sizeof out, faulty_hash(hash(4), n),
							 secret.b, "test", none);

		if (rc == SNECK_OK)
			break;
		assert_int_equal(rc, SNECK_E_CRYPTO);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(secret_of_rfc8448),
		cmocka_unit_test(n78_failing_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
