/* SPDX-License-Identifier: MIT */
/* faulty.c: the failing hash. */
#include "faulty.h"

static struct sneck_hash faulty;
static const struct sneck_hash *behind;
static unsigned left;

static enum sneck_rc spend(void)
{
	if (left == 0)
		return SNECK_E_CRYPTO;
	left--;
	return SNECK_OK;
}

static enum sneck_rc init(void *ctx)
{
	SNECK_TRY(spend());
	return behind->init(ctx);
}

static enum sneck_rc update(void *ctx, struct sneck_span in)
{
	SNECK_TRY(spend());
	return behind->update(ctx, in);
}

static enum sneck_rc peek(const void *ctx, uint8_t *digest)
{
	memset(digest, 0, behind->len);
	SNECK_TRY(spend());
	return behind->peek(ctx, digest);
}

static enum sneck_rc finish(void *ctx, uint8_t *digest)
{
	memset(digest, 0, behind->len);
	SNECK_TRY(spend());
	return behind->finish(ctx, digest);
}

const struct sneck_hash *faulty_hash(const struct sneck_hash *real, unsigned good)
{
	behind = real;
	left = good;
	faulty = *real;
	faulty.init = init;
	faulty.update = update;
	faulty.peek = peek;
	faulty.finish = finish;
	return &faulty;
}
