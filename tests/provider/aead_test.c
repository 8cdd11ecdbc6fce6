/* SPDX-License-Identifier: MIT */
/* aead_test.c: AEADs of every provider: published vectors, lengths from nothing to a full record,
 * in place and apart, every split of the plaintext, forgeries, moving, new keys, wiping. */
#include "provider/providers.h"

#define FULL 16384u

static const char gcm_plain[] = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
				"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
static const char gcm_aad[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

/* McGrew and Viega, test cases 1, 4, 13, 16; RFC 8439, 2.8.2. */
static const struct vector {
	uint16_t id;
	const char *key, *nonce, *aad, *plain, *cipher, *tag;
} vectors[] = {
	{ 1, "00000000000000000000000000000000", "000000000000000000000000", "", "", "",
	  "58e2fccefa7e3061367f1d57a4e7455a" },
	{ 1, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", gcm_aad, gcm_plain,
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
	  "5bc94fbc3221a5db94fae95ae7121a47" },
	{ 2, "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
	{ 2, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", gcm_aad, gcm_plain,
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
	{ 29, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
	  "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
	  "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
	  "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
	  "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
	  "637265656e20776f756c642062652069742e",
	  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
	  "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
	  "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	  "3ff4def08e4b7a9de576d26586cec64b6116",
	  "1ae10b594f09e26a7e902ecbd0600691" },
	/* Wycheproof, aes_ccm_test, tcId 12 */
	{ 3, "9415f925bcb41dc25e86c826dbc8bf68", "bdffaa763b916ff0ee3f3ce4", "705d676cd8a94451",
	  "feb36167eafc02c8e2bd6e13817686ba", "08db327a88be7b48f430fd7bfccdf502",
	  "b7c249f810adacf99abded1f3b9130f2" },
	/* SP 800-38C, example 3 */
	{ 18, "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b",
	  "000102030405060708090a0b0c0d0e0f10111213",
	  "202122232425262728292a2b2c2d2e2f3031323334353637",
	  "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5", "484392fbc1b09951" },
};

static void published(void **state)
{
	const struct sneck_provider *const p = provider_at(0);

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const struct vector *const v = &vectors[i];
		const struct sneck_aead *const a = aead_of(p, v->id);
		const struct bytes key = hex(v->key), nonce = hex(v->nonce), aad = hex(v->aad),
				   plain = hex(v->plain);
		const struct sneck_span in = span(&plain);
		uint8_t out[128], tag[16];
		void *const ctx = zeroed(a->ctx_size);

		assert_int_equal(key.len, a->key_len);
		assert_int_equal(a->init(ctx, key.p, SNECK_SEAL), SNECK_OK);
		assert_int_equal(a->seal(ctx, out, tag, nonce.p, span(&aad), &in, 1), SNECK_OK);
		assert_hex(out, plain.len, v->cipher);
		assert_hex(tag, a->tag_len, v->tag);
		a->wipe(ctx);
		free(ctx);
	}
}

/* One provider's AEAD with a context for each direction. */
struct pair {
	const struct sneck_aead *a;
	void *seal, *open;
	uint64_t seq;
	uint8_t nonce[12];
};

static void pair_key(struct pair *t, uint8_t first)
{
	uint8_t key[32];

	transparent_audit_reset();
	memset(key, first, sizeof key);
	t->seq = 0;
	assert_int_equal(t->a->init(t->seal, key, SNECK_SEAL), SNECK_OK);
	assert_int_equal(t->a->init(t->open, key, SNECK_OPEN), SNECK_OK);
}

static void pair_open(struct pair *t, const struct sneck_aead *a)
{
	*t = (struct pair){ .a = a, .seal = zeroed(a->ctx_size), .open = zeroed(a->ctx_size) };
	a->wipe(t->seal); /* all zero */
	pair_key(t, 7);
}

static void pair_close(struct pair *t)
{
	t->a->wipe(t->seal);
	t->a->wipe(t->open);
	assert_true(all_zero(t->seal, t->a->ctx_size) && all_zero(t->open, t->a->ctx_size));
	t->a->wipe(t->open);
	free(t->seal);
	free(t->open);
	assert_no_stale_error();
}

/* RFC 9846, 5.3: the number of the record, in an iv of threes. */
static const uint8_t *nonce_of(struct pair *t, uint64_t seq)
{
	memset(t->nonce, 3, sizeof t->nonce);
	for (unsigned i = 0; i < 8; i++)
		t->nonce[11 - i] ^= (uint8_t)(seq >> 8 * i);
	return t->nonce;
}

static void move_both(struct pair *t)
{
	t->seal = moved(t->seal, t->a->ctx_size);
	t->open = moved(t->open, t->a->ctx_size);
}

static const struct sneck_span aad = { (const uint8_t *)"\x17\x03\x03\x40\x00", 5 };

/* Each length: apart, then in place, both ways; contexts move between the calls. */
static void lengths(struct pair *t)
{
	static uint8_t plain[FULL + 1], out[FULL + 1], back[FULL + 1];
	static const size_t len[] = { 0,  1,   2,   15,	  16,	17,   31,   63,	     64,
				      65, 255, 256, 1024, 1025, 4095, FULL, FULL + 1 };

	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * 31 + 5);
	for (size_t i = 0; i < sizeof len / sizeof len[0]; i++) {
		const struct sneck_span in = { plain, len[i] };
		uint8_t tag[16], tag2[16];

		assert_int_equal(t->a->seal(t->seal, out, tag, nonce_of(t, t->seq), aad, &in, 1),
				 SNECK_OK);
		move_both(t);
		assert_int_equal(t->a->open(t->open, back, tag, nonce_of(t, t->seq), aad,
					    sneck_span_of(out, len[i])),
				 SNECK_OK);
		assert_memory_equal(back, plain, len[i]);
		t->seq++;

		memcpy(out, plain, len[i]);
		assert_int_equal(t->a->seal(t->seal, out, tag2, nonce_of(t, t->seq), aad,
					    &(struct sneck_span){ out, len[i] }, 1),
				 SNECK_OK);
		move_both(t);
		assert_int_equal(t->a->open(t->open, out, tag2, nonce_of(t, t->seq), aad,
					    sneck_span_of(out, len[i])),
				 SNECK_OK);
		assert_memory_equal(out, plain, len[i]);
		t->seq++;
	}
}

/* A message of 40 bytes in every split into three pieces, empty ones among them, in place and
 * apart: always the same record. */
static void splits(struct pair *t)
{
	uint8_t plain[40], want[40], want_tag[16], out[40], tag[16];
	struct sneck_span in[4] = { { plain, 40 } };

	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(200 - i);
	pair_key(t, 9);
	assert_int_equal(t->a->seal(t->seal, want, want_tag, nonce_of(t, 0), aad, in, 1), SNECK_OK);
	for (size_t i = 0; i <= 40; i++)
		for (size_t j = i; j <= 40; j++)
			for (unsigned in_place = 0; in_place < 2; in_place++) {
				memset(out, 0, sizeof out);
				if (in_place)
					memcpy(out, plain, i);
				in[0] = sneck_span_of(in_place ? out : plain, i);
				in[1] = sneck_span_of(plain + i, j - i);
				in[2] = sneck_span_of(plain + j, 40 - j);
				in[3] = sneck_span_of((const void *)(uintptr_t)8, 0);
				pair_key(t, 9);
				assert_int_equal(
					t->a->seal(t->seal, out, tag, nonce_of(t, 0), aad, in, 4),
					SNECK_OK);
				assert_memory_equal(out, want, 40);
				assert_memory_equal(tag, want_tag, t->a->tag_len);
			}

	/* no pieces at all are an empty piece */
	pair_key(t, 9);
	in[0].len = 0;
	assert_int_equal(t->a->seal(t->seal, out, want_tag, nonce_of(t, 0), aad, in, 1), SNECK_OK);
	pair_key(t, 9);
	assert_int_equal(t->a->seal(t->seal, out, tag, nonce_of(t, 0), aad, NULL, 0), SNECK_OK);
	assert_memory_equal(tag, want_tag, t->a->tag_len);
}

/* CVE-2026-75803: an empty ciphertext must have its tag checked as well. */
static void forgeries(struct pair *t)
{
	static const size_t len[] = { 0, 1, 16, 100 };
	static const uint8_t plain[100] = "attack at dawn";
	uint8_t sealed[100], tag[16], out[100];
	uint8_t head[5];

	pair_key(t, 11);
	for (size_t i = 0; i < sizeof len / sizeof len[0]; i++) {
		const struct sneck_span in = { plain, len[i] }, body = { sealed, len[i] };

		assert_int_equal(t->a->seal(t->seal, sealed, tag, nonce_of(t, i), aad, &in, 1),
				 SNECK_OK);
		for (unsigned bit = 0; bit < 8u * t->a->tag_len; bit++) {
			tag[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			memset(out, 0xee, sizeof out);
			assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, i), aad, body),
					 SNECK_E_BAD_MAC);
			assert_true(all_zero(out, len[i]));
			assert_true(len[i] == 100 || out[len[i]] == 0xee);
			assert_no_stale_error();
			tag[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		}
		for (unsigned bit = 0; bit < 40; bit++) {
			memcpy(head, aad.p, 5);
			head[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, i),
						    sneck_span_of(head, 5), body),
					 SNECK_E_BAD_MAC);
		}
		assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, i),
					    sneck_span_of(aad.p, 0), body),
				 SNECK_E_BAD_MAC);
		for (size_t bit = 0; bit < 8 * len[i]; bit++) {
			memcpy(out, sealed, len[i]);
			out[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, i), aad,
						    sneck_span_of(out, len[i])),
					 SNECK_E_BAD_MAC);
			assert_true(all_zero(out, len[i]));
		}
		/* the context still serves */
		assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, i), aad, body),
				 SNECK_OK);
		assert_memory_equal(out, plain, len[i]);
	}
}

/* What no AEAD but the transparent one may do: take another key or nonce. */
static void other_key(struct pair *t)
{
	static const uint8_t plain[20] = "plain";
	const struct sneck_span in = { plain, sizeof plain };
	uint8_t sealed[20], tag[16], out[20], key[32] = { 1 };

	pair_key(t, 13);
	assert_int_equal(t->a->seal(t->seal, sealed, tag, nonce_of(t, 0), aad, &in, 1), SNECK_OK);
	assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, 1), aad,
				    sneck_span_of(sealed, sizeof sealed)),
			 SNECK_E_BAD_MAC);
	assert_int_equal(t->a->init(t->open, key, SNECK_OPEN), SNECK_OK);
	assert_int_equal(t->a->open(t->open, out, tag, nonce_of(t, 0), aad,
				    sneck_span_of(sealed, sizeof sealed)),
			 SNECK_E_BAD_MAC);

	/* a used context may change its direction with its key */
	assert_int_equal(t->a->init(t->seal, key, SNECK_OPEN), SNECK_OK);
	assert_int_equal(t->a->init(t->open, key, SNECK_SEAL), SNECK_OK);
	assert_int_equal(t->a->seal(t->open, sealed, tag, nonce_of(t, 0), aad, &in, 1), SNECK_OK);
	assert_int_equal(t->a->open(t->seal, out, tag, nonce_of(t, 0), aad,
				    sneck_span_of(sealed, sizeof sealed)),
			 SNECK_OK);
	assert_memory_equal(out, plain, sizeof plain);
}

static void every_aead(void **state)
{
	/* RFC 9846, 5.5: 2^24.5, rounded down; RFC 9147, B: 2^23 */
	static const struct {
		uint16_t id, key_len, tag_len;
		uint64_t seal_limit;
	} rows[] = {
		{ 1, 16, 16, 23726566 }, { 2, 32, 16, 23726566 }, { 29, 32, 16, UINT64_C(1) << 62 },
		{ 3, 16, 16, 8388608 },	 { 18, 16, 8, 8388608 },
	};

	(void)state;
	for (unsigned i = 0; i < N_PROVIDERS; i++)
		for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
			const struct sneck_provider *const p = provider_at(i);
			const struct sneck_aead *const a = aead_of(p, rows[j].id);
			struct pair t;

			assert_non_null(a);
			assert_int_equal(a->key_len, rows[j].key_len);
			assert_int_equal(a->nonce_len, 12);
			assert_int_equal(a->tag_len, rows[j].tag_len);
			assert_int_equal(a->seal_limit, rows[j].seal_limit);
			assert_int_equal(a->open_limit, UINT64_C(1) << 62);
			pair_open(&t, a);
			lengths(&t);
			splits(&t);
			forgeries(&t);
			if (is_real(p))
				other_key(&t);
			pair_close(&t);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),
		cmocka_unit_test(every_aead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
