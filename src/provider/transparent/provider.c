/* SPDX-License-Identifier: MIT */
/* provider.c: the transparent provider's table, its random bytes, its checksum and the hashes made
 * of it. The checksum keeps six lanes; a byte goes into each of them by xor and is spread by an odd
 * multiplier, so that two inputs of one length that differ in one bit never agree. */
#include "transparent.h"

uint64_t transparent_calls, transparent_fail_at;

bool transparent_fails(void)
{
	return ++transparent_calls == transparent_fail_at;
}

/* ---- mixing ------------------------------------------------------------------------------- */

static uint64_t spread(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

void transparent_mix_init(struct transparent_mix *m, uint64_t label)
{
	m->len = 0;
	for (unsigned i = 0; i < 6; i++)
		m->lane[i] = spread(label * 8 + i + 1);
}

void transparent_mix_add(struct transparent_mix *m, const void *p, size_t len)
{
	static const uint64_t odd[6] = {
		UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93),
		UINT64_C(0xa0761d6478bd642f), UINT64_C(0xe7037ed1a0b428db),
		UINT64_C(0x8ebc6af09c88c6e3), UINT64_C(0x589965cc75374cc3),
	};
	const uint8_t *const in = p;

	for (size_t at = 0; at < len; at++)
		for (unsigned i = 0; i < 6; i++) {
			const uint64_t x = (m->lane[i] ^ in[at]) * odd[i];

			m->lane[i] = x ^ x >> 32;
		}
	m->len += len;
}

void transparent_mix_out(const struct transparent_mix *m, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const uint64_t x = spread(m->lane[i / 8 % 6] ^ spread(m->len + i / 48));

		out[i] = (uint8_t)(x >> 8 * (i % 8));
	}
}

/* ---- hashes ------------------------------------------------------------------------------- */

static enum sneck_rc hash_init(void *ctx)
{
	if (transparent_fails())
		return SNECK_E_CRYPTO;
	transparent_mix_init(ctx, 1);
	return SNECK_OK;
}

static enum sneck_rc hash_update(void *ctx, struct sneck_span in)
{
	if (transparent_fails())
		return SNECK_E_CRYPTO;
	transparent_mix_add(ctx, in.p, in.len);
	return SNECK_OK;
}

static enum sneck_rc digest(const void *ctx, uint8_t *out, size_t len)
{
	if (transparent_fails()) {
		memset(out, 0, len);
		return SNECK_E_CRYPTO;
	}
	transparent_mix_out(ctx, out, len);
	return SNECK_OK;
}

static enum sneck_rc peek32(const void *ctx, uint8_t *out)
{
	return digest(ctx, out, 32);
}

static enum sneck_rc peek48(const void *ctx, uint8_t *out)
{
	return digest(ctx, out, 48);
}

static enum sneck_rc finish32(void *ctx, uint8_t *out)
{
	return digest(ctx, out, 32);
}

static enum sneck_rc finish48(void *ctx, uint8_t *out)
{
	return digest(ctx, out, 48);
}

static void hash_wipe(void *ctx)
{
	memset(ctx, 0, sizeof(struct transparent_mix));
}

const struct sneck_hash transparent_sha256 = {
	.id = 4,
	.len = 32,
	.block_len = 64,
	.ctx_size = sizeof(struct transparent_mix),
	.name = "transparent-256",
	.init = hash_init,
	.update = hash_update,
	.peek = peek32,
	.finish = finish32,
	.wipe = hash_wipe,
};

const struct sneck_hash transparent_sha384 = {
	.id = 5,
	.len = 48,
	.block_len = 128,
	.ctx_size = sizeof(struct transparent_mix),
	.name = "transparent-384",
	.init = hash_init,
	.update = hash_update,
	.peek = peek48,
	.finish = finish48,
	.wipe = hash_wipe,
};

/* ---- the table ---------------------------------------------------------------------------- */

static enum sneck_rc random_bytes(void *ctx, uint8_t *out, size_t len)
{
	struct transparent *const t = ctx;

	if (transparent_fails()) {
		memset(out, 0, len);
		return SNECK_E_RANDOM;
	}
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)spread(t->random += UINT64_C(0x9e3779b97f4a7c15));
	return SNECK_OK;
}

void transparent_init(struct transparent *t, uint64_t seed)
{
	static const struct sneck_hash *const hashes[] = { &transparent_sha256, &transparent_sha384,
							   NULL };
	static const struct sneck_kex *const kexes[] = { &transparent_x25519, &transparent_p256,
							 NULL };

	*t = (struct transparent){ .random = spread(seed) };
	for (unsigned i = 0; i < TRANSPARENT_AEADS; i++) {
		t->aeads[i] = transparent_aeads[i];
		t->aead_list[i] = &t->aeads[i];
	}
	t->provider = (struct sneck_provider){
		.revision = SNECK_CRYPTO_REVISION,
		.name = "transparent",
		.hashes = hashes,
		.aeads = t->aead_list,
		.kexes = kexes,
		.pubkey = &transparent_pubkey,
		.random = random_bytes,
		.ctx = t,
	};
}

void transparent_limit(struct transparent *t, uint64_t seal_limit, uint64_t open_limit)
{
	for (unsigned i = 0; i < TRANSPARENT_AEADS; i++) {
		t->aeads[i].seal_limit = seal_limit;
		t->aeads[i].open_limit = open_limit;
	}
}

void transparent_all_groups(struct transparent *t)
{
	static const struct sneck_kex *const kexes[] = {
		&transparent_x25519mlkem768,
		&transparent_x25519,
		&transparent_p256,
		&transparent_p384,
		&transparent_x448,
		&transparent_p521,
		NULL,
	};

	t->provider.kexes = kexes;
}
