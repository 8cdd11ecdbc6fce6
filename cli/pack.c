/* SPDX-License-Identifier: MIT */
/* Certificates packed and unpacked with zlib, brotli and zstd. A peer's goes into exactly as many
 * bytes as its message says, which the library has bounded: what does not fill them, or wants more,
 * is refused. */
#include "pack.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

static const uint16_t known[PACKINGS] = { SNECK_BROTLI, SNECK_ZSTD, SNECK_ZLIB };

struct sneck_u16s pack_known(void)
{
	return (struct sneck_u16s){ known, PACKINGS };
}

/* Returns: the bytes in out; 0: they are more than there were. */
static size_t pack(uint16_t algorithm, const uint8_t *in, size_t n, uint8_t *out)
{
	uLongf zlib = n;
	size_t len = n;

	if (algorithm == SNECK_ZLIB)
		return compress2(out, &zlib, in, n, Z_BEST_COMPRESSION) == Z_OK ? zlib : 0;
	if (algorithm == SNECK_BROTLI)
		return BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_DEFAULT_WINDOW,
					     BROTLI_MODE_GENERIC, n, in, &len, out)
			       ? len
			       : 0;
	len = ZSTD_compress(out, n, in, n, ZSTD_maxCLevel());
	return ZSTD_isError(len) ? 0 : len;
}

size_t pack_chain(const struct sneck_credential *credential,
		  struct sneck_packed_chain packed[PACKINGS])
{
	size_t n = 0, len = 0;
	uint8_t *message;

	if (sneck_certificate_write(credential, NULL, 0, &len) != SNECK_WANT_SPACE)
		return 0;
	message = malloc(len);
	if (message == NULL || sneck_certificate_write(credential, message, len, &len) != SNECK_OK)
		len = 0;
	for (size_t i = 0; len != 0 && i < PACKINGS; i++) {
		uint8_t *const out = malloc(len);
		const size_t n_out = out != NULL ? pack(known[i], message, len, out) : 0;

		if (n_out == 0) {
			free(out);
			continue;
		}
		packed[n++] = (struct sneck_packed_chain){ .bytes = { out, n_out },
							   .length = (uint32_t)len,
							   .algorithm = known[i] };
	}
	free(message);
	return n;
}

void pack_free(struct sneck_packed_chain packed[PACKINGS])
{
	for (size_t i = 0; i < PACKINGS; i++)
		free((void *)(uintptr_t)packed[i].bytes.p);
}

static bool unpack(uint16_t algorithm, struct sneck_span in, uint8_t *to, size_t len)
{
	uLongf zlib = len;
	size_t n = len;

	if (algorithm == SNECK_ZLIB)
		return uncompress(to, &zlib, in.p, in.len) == Z_OK && zlib == len;
	if (algorithm == SNECK_BROTLI)
		return BrotliDecoderDecompress(in.len, in.p, &n, to) ==
			       BROTLI_DECODER_RESULT_SUCCESS &&
		       n == len;
	return ZSTD_decompress(to, len, in.p, in.len) == len;
}

int pack_answer(struct sneck_conn *conn, const struct sneck_status *st)
{
	static uint8_t *memory; /* of the one connection, until the process ends */
	const struct sneck_unpack_st *const u = &st->u.unpack;

	free(memory);
	memory = malloc(u->length);
	if (memory != NULL && unpack(u->algorithm, u->packed, memory, u->length))
		return sneck_answer_unpacked(conn, st->op, memory, u->length) == SNECK_OK;
	return sneck_answer_refuse(conn, st->op, SNECK_ALERT_BAD_CERTIFICATE) == SNECK_OK;
}
