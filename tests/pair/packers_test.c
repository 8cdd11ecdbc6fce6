/* SPDX-License-Identifier: MIT */
/* packers_test.c: compressed certificates with zlib, brotli and zstd, as an application uses them:
 * what sneck_certificate_write() gives is packed, and unpacked into as many bytes as the message
 * says, no more (N63). compress_test.c has the protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/pair.h"

static struct pair p;
static uint8_t message[2000], packed[4000], memory[4000];

static size_t pack(uint16_t algorithm, struct sneck_span in)
{
	uLongf zlib = sizeof packed;
	size_t len = sizeof packed;

	switch (algorithm) {
	case SNECK_ZLIB:
		assert_int_equal(compress(packed, &zlib, in.p, in.len), Z_OK);
		return zlib;
	case SNECK_BROTLI:
		assert_true(BrotliEncoderCompress(BROTLI_DEFAULT_QUALITY, BROTLI_DEFAULT_WINDOW,
						  BROTLI_MODE_GENERIC, in.len, in.p, &len, packed));
		return len;
	default:
		len = ZSTD_compress(packed, sizeof packed, in.p, in.len, 19);
		assert_false(ZSTD_isError(len));
		return len;
	}
}

/* Into room for len bytes, all of which must be filled. */
static bool unpack(uint16_t algorithm, struct sneck_span in, uint8_t *to, size_t len)
{
	uLongf zlib = len;
	size_t n = len;

	switch (algorithm) {
	case SNECK_ZLIB:
		return uncompress(to, &zlib, in.p, in.len) == Z_OK && zlib == len;
	case SNECK_BROTLI:
		return BrotliDecoderDecompress(in.len, in.p, &n, to) ==
			       BROTLI_DECODER_RESULT_SUCCESS &&
		       n == len;
	default:
		return ZSTD_decompress(to, len, in.p, in.len) == len;
	}
}

static int answer(struct end *e, int state)
{
	const struct sneck_unpack_st *const u = &e->st.u.unpack;

	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	assert_true(u->length <= sizeof memory - 16u);
	memset(memory, 0xa5, sizeof memory);
	if (unpack(u->algorithm, u->packed, memory, u->length))
		assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op, memory, u->length),
				 SNECK_OK);
	else
		assert_int_equal(
			sneck_answer_refuse(e->conn, e->st.op, SNECK_ALERT_BAD_CERTIFICATE),
			SNECK_OK);
	for (size_t i = u->length; i < sizeof memory; i++)
		assert_int_equal(memory[i], 0xa5);
	return 1;
}

static const uint16_t algorithms[] = { SNECK_ZLIB, SNECK_BROTLI, SNECK_ZSTD };

/* A chain that is packed right, but said to be so many bytes longer; with zeros of its own length
 * instead of it when bomb is set. */
static void play(uint16_t algorithm, long longer, const struct sneck_span *bomb)
{
	struct sneck_packed_chain chain = { .algorithm = algorithm };
	size_t n;

	pair_init(&p, 1);
	p.client.cfg.unpack = (struct sneck_u16s){ algorithms, 3 };
	p.client.cfg.ask |= SNECK_ASK_UNPACK;
	p.client.hook = answer;
	assert_int_equal(sneck_certificate_write(&p.server.cred, message, sizeof message, &n),
			 SNECK_OK);
	chain.length = (uint32_t)((long)n + longer);
	chain.bytes = sneck_span_of(
		packed, pack(algorithm, bomb != NULL ? *bomb : sneck_span_of(message, n)));
	p.server.cred.packed = &chain;
	p.server.cred.n_packed = 1;
	pair_start(&p);
	pair_run(&p);
	if (longer == 0 && bomb == NULL) {
		assert_true(pair_connected(&p));
		print_message("%u: %zu bytes are %zu\n", algorithm, n, chain.bytes.len);
		assert_true(chain.bytes.len < 300);
	} else {
		assert_int_equal(p.client.st.err, SNECK_E_REFUSED);
		assert_int_equal(p.server.st.alert, SNECK_ALERT_BAD_CERTIFICATE);
	}
	pair_wipe(&p);
}

static void real_packers(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		play(algorithms[i], 0, NULL);
}

static void n63_other_lengths_than_said(void **state)
{
	static uint8_t zeros[1 << 20];
	const struct sneck_span bomb = { zeros, sizeof zeros };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		play(algorithms[i], -1, NULL);
		play(algorithms[i], 1, NULL);
		play(algorithms[i], 0, &bomb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_packers),
		cmocka_unit_test(n63_other_lengths_than_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
