/* SPDX-License-Identifier: MIT */
/* hash.c: SHA-256 and SHA-384. BearSSL's contexts lie in ours as they are; they hold no pointer but
 * one to a constant table, so they may move, and reading the digest does not disturb them. */
#include "bearssl.h"

/* NAME_init() and so on, on br_NAME_*(). */
#define HASH(NAME, ID, LEN, BLOCK, TEXT)                                                           \
	static enum sneck_rc NAME##_init(void *ctx)                                                \
	{                                                                                          \
		br_##NAME##_init(ctx);                                                             \
		return SNECK_OK;                                                                   \
	}                                                                                          \
	static enum sneck_rc NAME##_update(void *ctx, struct sneck_span in)                        \
	{                                                                                          \
		if (in.len != 0)                                                                   \
			br_##NAME##_update(ctx, in.p, in.len);                                     \
		return SNECK_OK;                                                                   \
	}                                                                                          \
	static enum sneck_rc NAME##_peek(const void *ctx, uint8_t *digest)                         \
	{                                                                                          \
		br_##NAME##_out(ctx, digest);                                                      \
		return SNECK_OK;                                                                   \
	}                                                                                          \
	static enum sneck_rc NAME##_finish(void *ctx, uint8_t *digest)                             \
	{                                                                                          \
		br_##NAME##_out(ctx, digest);                                                      \
		return SNECK_OK;                                                                   \
	}                                                                                          \
	static void NAME##_wipe(void *ctx)                                                         \
	{                                                                                          \
		bear_wipe(ctx, sizeof(br_##NAME##_context));                                       \
	}                                                                                          \
	SNECK_STATIC_ASSERT(sizeof(br_##NAME##_context) <= SNECK_HASH_CTX_MAX,                     \
			    "the context fits into the core's");                                   \
	const struct sneck_hash sneck__bear_##NAME = {                                             \
		.id = (ID),                                                                        \
		.len = (LEN),                                                                      \
		.block_len = (BLOCK),                                                              \
		.ctx_size = sizeof(br_##NAME##_context),                                           \
		.name = (TEXT),                                                                    \
		.init = NAME##_init,                                                               \
		.update = NAME##_update,                                                           \
		.peek = NAME##_peek,                                                               \
		.finish = NAME##_finish,                                                           \
		.wipe = NAME##_wipe,                                                               \
	}

HASH(sha256, 4, 32, 64, "SHA-256");
HASH(sha384, 5, 48, 128, "SHA-384");
