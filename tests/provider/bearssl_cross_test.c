/* SPDX-License-Identifier: MIT */
/* bearssl_cross_test.c: the two providers that compute for real against each other on random input:
 * what one hashes, seals, agrees on, the other finds too. What the libcrypto provider does not have
 * (yet) is compared with libcrypto itself. */
#include "provider/providers.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#define FULL   16385u
#define ROUNDS 400u

static const struct sneck_provider *bear(void)
{
	return sneck_provider_bearssl();
}

static const struct sneck_provider *ossl(void)
{
	return sneck_provider_libcrypto();
}

/* A generator for inputs: the same in every run, so that a failure comes again. */
static uint64_t state = 20251;

static size_t below(size_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (size_t)(state >> 33) % n;
}

static void fill(uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)below(256);
}

static void hashes(void **unused)
{
	static uint8_t in[2000];

	(void)unused;
	for (unsigned round = 0; round < ROUNDS; round++)
		for (size_t i = 0; bear()->hashes[i] != NULL; i++) {
			const struct sneck_hash *const h[2] = { bear()->hashes[i],
								ossl()->hashes[i] };
			uint8_t digest[2][48];
			const size_t len = below(sizeof in), cut = below(len + 1);

			assert_int_equal(h[0]->id, h[1]->id);
			fill(in, len);
			for (unsigned j = 0; j < 2; j++) {
				void *const ctx = zeroed(h[j]->ctx_size);

				assert_int_equal(h[j]->init(ctx), SNECK_OK);
				assert_int_equal(h[j]->update(ctx, sneck_span_of(in, cut)),
						 SNECK_OK);
				assert_int_equal(
					h[j]->update(ctx, sneck_span_of(in + cut, len - cut)),
					SNECK_OK);
				assert_int_equal(h[j]->finish(ctx, digest[j]), SNECK_OK);
				h[j]->wipe(ctx);
				free(ctx);
			}
			assert_memory_equal(digest[0], digest[1], h[0]->len);
		}
}

static size_t any_length(void)
{
	return below(8) == 0 ? below(FULL) : below(300);
}

/* Sealed by one, opened by the other. */
static void exchange(const struct sneck_aead *from, const struct sneck_aead *to)
{
	static uint8_t plain[FULL], sealed[FULL], back[FULL];
	uint8_t key[32], nonce[12], aad[40], tag[16];
	const struct sneck_span head = { aad, below(sizeof aad) };
	const size_t len = any_length(), cut = below(len + 1);
	const struct sneck_span in[2] = { { plain, cut }, { plain + cut, len - cut } };
	void *const seal = zeroed(from->ctx_size), *const open = zeroed(to->ctx_size);

	fill(key, sizeof key);
	fill(nonce, sizeof nonce);
	fill(aad, sizeof aad);
	fill(plain, len);
	assert_int_equal(from->init(seal, key, SNECK_SEAL), SNECK_OK);
	assert_int_equal(to->init(open, key, SNECK_OPEN), SNECK_OK);
	assert_int_equal(from->seal(seal, sealed, tag, nonce, head, in, 2), SNECK_OK);
	assert_int_equal(to->open(open, back, tag, nonce, head, sneck_span_of(sealed, len)),
			 SNECK_OK);
	if (len != 0)
		assert_memory_equal(back, plain, len);
	from->wipe(seal);
	to->wipe(open);
	free(seal);
	free(open);
}

static void aeads(void **unused)
{
	unsigned common = 0;

	(void)unused;
	for (size_t i = 0; bear()->aeads[i] != NULL; i++) {
		const struct sneck_aead *const a = bear()->aeads[i], *const b =
									     aead_of(ossl(), a->id);

		if (b == NULL)
			continue;
		common++;
		assert_int_equal(a->tag_len, b->tag_len);
		assert_int_equal(a->key_len, b->key_len);
		for (unsigned round = 0; round < ROUNDS; round++) {
			exchange(a, b);
			exchange(b, a);
		}
	}
	assert_true(common >= 3);
}

/* AES-CCM by EVP: the order of calls that SP 800-38C makes necessary. */
static void evp_ccm(size_t tag_len, const uint8_t *key, const uint8_t *nonce, struct sneck_span aad,
		    struct sneck_span in, uint8_t *out, uint8_t *tag)
{
	EVP_CIPHER_CTX *const c = EVP_CIPHER_CTX_new();
	int n;

	assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_128_ccm(), NULL, NULL, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, (int)tag_len, NULL), 1);
	assert_int_equal(EVP_EncryptInit_ex(c, NULL, NULL, key, nonce), 1);
	assert_int_equal(EVP_EncryptUpdate(c, NULL, &n, NULL, (int)in.len), 1);
	assert_int_equal(EVP_EncryptUpdate(c, NULL, &n, aad.p, (int)aad.len), 1);
	assert_int_equal(EVP_EncryptUpdate(c, out, &n, in.p, (int)in.len), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, (int)tag_len, tag), 1);
	EVP_CIPHER_CTX_free(c);
}

static void ccm(void **unused)
{
	static const uint16_t ids[2] = { 3, 18 };
	static uint8_t plain[FULL], want[FULL], out[FULL];

	(void)unused;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned round = 0; round < ROUNDS; round++) {
			const struct sneck_aead *const a = aead_of(bear(), ids[i]);
			uint8_t key[16], nonce[12], aad[5], want_tag[16], tag[17];
			const struct sneck_span head = { aad, sizeof aad };
			const struct sneck_span in = { plain, 1 + any_length() % (FULL - 1) };
			void *ctx = zeroed(a->ctx_size);

			assert_int_equal(a->tag_len, i == 0 ? 16 : 8);
			/* RFC 9147, 4.5.3 */
			assert_int_equal(a->seal_limit, 1u << 23);
			fill(key, sizeof key);
			fill(nonce, sizeof nonce);
			fill(aad, sizeof aad);
			fill(plain, in.len);
			evp_ccm(a->tag_len, key, nonce, head, in, want, want_tag);
			memset(tag, 0xee, sizeof tag);
			assert_int_equal(a->init(ctx, key, SNECK_SEAL), SNECK_OK);
			ctx = moved(ctx, a->ctx_size);
			assert_int_equal(a->seal(ctx, out, tag, nonce, head, &in, 1), SNECK_OK);
			assert_memory_equal(out, want, in.len);
			assert_memory_equal(tag, want_tag, a->tag_len);
			assert_int_equal(tag[a->tag_len], 0xee);

			tag[below(a->tag_len)] ^= (uint8_t)(1u << below(8));
			assert_int_equal(
				a->open(ctx, out, tag, nonce, head, sneck_span_of(want, in.len)),
				SNECK_E_BAD_MAC);
			assert_true(all_zero(out, in.len));
			assert_int_equal(a->open(ctx, out, want_tag, nonce, head,
						 sneck_span_of(want, in.len)),
					 SNECK_OK);
			assert_memory_equal(out, plain, in.len);
			a->wipe(ctx);
			assert_true(all_zero(ctx, a->ctx_size));
			free(ctx);
		}
}

/* More than a nonce of twelve bytes leaves room to count: refused, and nothing left behind. */
static void ccm_too_long(void **unused)
{
	const size_t len = (size_t)1 << 24;
	const struct sneck_aead *const a = aead_of(bear(), 3);
	void *const ctx = zeroed(a->ctx_size);
	uint8_t *const out = zeroed(len), tag[16] = { 1 };
	const uint8_t key[16] = { 1 }, nonce[12] = { 2 };
	const struct sneck_span none = { NULL, 0 }, in = { out, len };

	(void)unused;
	out[len - 1] = 1;
	assert_int_equal(a->init(ctx, key, SNECK_SEAL), SNECK_OK);
	assert_int_equal(a->seal(ctx, out, tag, nonce, none, &in, 1), SNECK_E_CRYPTO);
	assert_true(all_zero(out, len) && all_zero(tag, 16));
	assert_int_equal(a->open(ctx, out, tag, nonce, none, in), SNECK_E_BAD_MAC);
	free(out);
	free(ctx);
}

static void agree(const struct sneck_provider *p, const struct sneck_kex *a,
		  const struct sneck_provider *q, const struct sneck_kex *b)
{
	void *const priv = zeroed(a->priv_size);
	uint8_t offer[97], answer[97], mine[48], yours[48];

	assert_int_equal(a->offer(p, priv, offer, NULL), SNECK_OK);
	assert_int_equal(b->answer(q, offer, answer, yours, NULL), SNECK_OK);
	assert_int_equal(a->finish(p, priv, answer, mine, NULL), SNECK_OK);
	assert_memory_equal(mine, yours, a->secret_len);
	free(priv);
}

static void kexes(void **unused)
{
	unsigned common = 0;

	(void)unused;
	for (size_t i = 0; bear()->kexes[i] != NULL; i++) {
		const struct sneck_kex *const a = bear()->kexes[i], *const b = kex_of(ossl(),
										      a->group);

		if (b == NULL)
			continue;
		common++;
		for (unsigned round = 0; round < 40; round++) {
			agree(bear(), a, ossl(), b);
			agree(ossl(), b, bear(), a);
		}
	}
	assert_true(common >= 2);
	assert_no_stale_error();
}

/* P-384 with libcrypto itself as the peer. */
static void p384(void **unused)
{
	const struct sneck_kex *const k = kex_of(bear(), 0x0018);

	(void)unused;
	for (unsigned round = 0; round < 20; round++) {
		EVP_PKEY *const own = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
		EVP_PKEY *const peer = EVP_PKEY_new();
		EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
		uint8_t answer[97], secret[48], want[48], *offer = NULL;
		size_t len = sizeof want;

		assert_int_equal(EVP_PKEY_get1_encoded_public_key(own, &offer), 97);
		assert_int_equal(k->answer(bear(), offer, answer, secret, NULL), SNECK_OK);
		assert_int_equal(EVP_PKEY_copy_parameters(peer, own), 1);
		assert_int_equal(EVP_PKEY_set1_encoded_public_key(peer, answer, 97), 1);
		assert_int_equal(EVP_PKEY_derive_init(c), 1);
		assert_int_equal(EVP_PKEY_derive_set_peer(c, peer), 1);
		assert_int_equal(EVP_PKEY_derive(c, want, &len), 1);
		assert_int_equal(len, 48);
		assert_memory_equal(secret, want, 48);

		offer[1 + below(96)] ^= (uint8_t)(1u << below(8)); /* off the curve */
		memset(secret, 0xee, sizeof secret);
		assert_int_equal(k->answer(bear(), offer, answer, secret, NULL), SNECK_E_BAD_SHARE);
		assert_true(all_zero(answer, 97) && all_zero(secret, 48));
		OPENSSL_free(offer);
		EVP_PKEY_CTX_free(c);
		EVP_PKEY_free(peer);
		EVP_PKEY_free(own);
	}
}

static enum sneck_rc scripted(void *ctx, uint8_t *out, size_t len)
{
	const struct bytes *const b = ctx;

	assert_int_equal(len, b->len);
	memcpy(out, b->p, len);
	return SNECK_OK;
}

/* The order of P-384, one less, 0, 1. */
static void p384_scalars(void **unused)
{
	static const struct {
		const char *k;
		enum sneck_rc rc;
	} rows[] = {
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
		  "581a0db248b0a77aecec196accc52973",
		  SNECK_E_RANDOM },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf"
		  "581a0db248b0a77aecec196accc52972",
		  SNECK_OK },
		{ "0000000000000000000000000000000000000000000000000000000000000000"
		  "00000000000000000000000000000000",
		  SNECK_E_RANDOM },
		{ "0000000000000000000000000000000000000000000000000000000000000000"
		  "00000000000000000000000000000001",
		  SNECK_OK },
	};
	const struct sneck_kex *const k = kex_of(bear(), 0x0018);
	struct sneck_provider p = *bear();

	(void)unused;
	p.random = scripted;
	for (unsigned i = 0; i < 4; i++) {
		struct bytes scalar = hex(rows[i].k);
		void *const priv = zeroed(k->priv_size);
		uint8_t share[97];

		p.ctx = &scalar;
		assert_int_equal(k->offer(&p, priv, share, NULL), rows[i].rc);
		assert_int_equal(all_zero(share, 97), rows[i].rc != SNECK_OK);
		free(priv);
	}
}

/* Two contexts of any AEAD fit beside a connection, a hash into the core's place. */
static void sizes(void **unused)
{
	const struct sneck_pubkey *const pk = bear()->pubkey;

	(void)unused;
	for (size_t i = 0; bear()->aeads[i] != NULL; i++) {
		print_message("%-20s ctx %u\n", bear()->aeads[i]->name, bear()->aeads[i]->ctx_size);
		assert_in_range(bear()->aeads[i]->ctx_size, 1, 450);
	}
	for (size_t i = 0; bear()->hashes[i] != NULL; i++)
		print_message("%-20s ctx %u\n", bear()->hashes[i]->name,
			      bear()->hashes[i]->ctx_size);
	for (size_t i = 0; bear()->kexes[i] != NULL; i++)
		print_message("%-20s priv %u, work %u\n", bear()->kexes[i]->name,
			      bear()->kexes[i]->priv_size, bear()->kexes[i]->work_size);
	print_message("%-20s key %u, work %u\n", "public key", pk->key_size, pk->work_size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes),	cmocka_unit_test(aeads), cmocka_unit_test(ccm),
		cmocka_unit_test(ccm_too_long), cmocka_unit_test(kexes), cmocka_unit_test(p384),
		cmocka_unit_test(p384_scalars), cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
