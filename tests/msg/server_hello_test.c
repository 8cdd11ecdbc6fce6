/* SPDX-License-Identifier: MIT */
/* server_hello_test.c: ServerHello and EncryptedExtensions of RFC 8448 and their bounds. */
#include <stdarg.h>
#include <setjmp.h>

#include "crypto/algs.h"
#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/hello.h"

#include <cmocka.h>

static void write_hello(struct wr *w, const void *arg)
{
	sneck__server_hello_write(w, arg);
}

static void rfc8448_round_trip(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "server_hello");
	struct server_hello sh;

	(void)state;
	assert_int_equal(sneck__server_hello_read(&sh, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(sh.legacy_version, 0x0303);
	assert_int_equal(sh.random.len, 32);
	assert_int_equal(sh.session_id.len, 0);
	assert_int_equal(sh.suite, 0x1301);
	assert_int_equal(sh.compression, 0);
	assert_int_equal(sh.extensions.len, 46);
	prop_space(write_hello, &sh, sneck_span_of(v.b + 4, 38));
}

/* SNECK_E_DECODE for legacy_session_id_echo<0..32> of 33 bytes. RFC 9846, 4.2.3 */
static void n2_session_id(void **state)
{
	static const uint8_t zeros[33];
	uint8_t buf[128];
	struct server_hello sh = { .random = { zeros, 32 } };
	struct wr w;

	(void)state;
	for (size_t n = 32; n <= 33; n++) {
		sh.session_id = sneck_span_of(zeros, n);
		wr_init(&w, buf, sizeof buf);
		sneck__server_hello_write(&w, &sh);
		assert_int_equal(wr_end(&w), SNECK_OK);
		assert_int_equal(sneck__server_hello_read(&sh, sneck_span_of(buf, w.len)),
				 n == 32 ? SNECK_OK : SNECK_E_DECODE);
	}
}

static void encrypted_extensions(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "encrypted_extensions");
	struct sneck_span exts;

	(void)state;
	assert_int_equal(sneck__encrypted_extensions_read(&exts, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(exts.len, v.len - 6);
	assert_ptr_equal(exts.p, v.b + 6);
}

/* RFC 9846, 4.2.3: the SHA-256 of "HelloRetryRequest" */
static void retry_random(void **state)
{
	const struct sneck_hash *const hash = sneck__hash_of(sneck_provider_libcrypto(), 4);
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };
	uint8_t digest[32];

	(void)state;
	assert_int_equal(hash->init(ctx), SNECK_OK);
	assert_int_equal(hash->update(ctx, sneck_span_of("HelloRetryRequest", 17)), SNECK_OK);
	assert_int_equal(hash->finish(ctx, digest), SNECK_OK);
	hash->wipe(ctx);
	assert_memory_equal(sneck__retry_random, digest, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448_round_trip),
		cmocka_unit_test(n2_session_id),
		cmocka_unit_test(encrypted_extensions),
		cmocka_unit_test(retry_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
