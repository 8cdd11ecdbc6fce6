/* SPDX-License-Identifier: MIT */
/* kex_test.c: key exchanges of every provider: published vectors, agreement, shares that are none,
 * moving and wiping. Random bytes are given by the test where a vector has a private key. */
#include "provider/providers.h"

static enum sneck_rc scripted(void *ctx, uint8_t *out, size_t len)
{
	const struct bytes *const b = ctx;

	if (b->len != len)
		return SNECK_E_RANDOM;
	memcpy(out, b->p, len);
	return SNECK_OK;
}

static const struct vector {
	uint16_t group;
	const char *priv, *share, *peer, *secret;
} vectors[] = {
	/* RFC 7748, 6.1, both sides */
	{ 0x001d, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
	  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	  "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
	  "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
	{ 0x001d, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
	  "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
	  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	  "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
	/* RFC 7748, 5.2, first */
	{ 0x001d, "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", NULL,
	  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	  "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	/* RFC 5903, 8.1, both sides */
	{ 0x0017, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
	  "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
	  "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	  "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
	  "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	  "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de" },
	{ 0x0017, "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
	  "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
	  "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	  "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
	  "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	  "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de" },
};

/* Each vector as the initiator and as the responder. */
static void published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const struct vector *const v = &vectors[i];
		struct bytes priv = hex(v->priv);
		const struct bytes peer = hex(v->peer);
		struct sneck_provider p = *provider_at(0);
		const struct sneck_kex *const k = kex_of(&p, v->group);
		void *const own = zeroed(k->priv_size), *const work = zeroed(k->work_size);
		uint8_t share[65], secret[32];

		p.random = scripted;
		p.ctx = &priv;
		assert_int_equal(k->offer(&p, own, share, work), SNECK_OK);
		if (v->share != NULL)
			assert_hex(share, k->offer_len, v->share);
		assert_int_equal(k->finish(&p, own, peer.p, secret, work), SNECK_OK);
		assert_hex(secret, 32, v->secret);
		memset(secret, 0, sizeof secret);
		assert_int_equal(k->answer(&p, peer.p, share, secret, work), SNECK_OK);
		if (v->share != NULL)
			assert_hex(share, k->answer_len, v->share);
		assert_hex(secret, 32, v->secret);
		free(own);
		free(work);
		assert_no_stale_error();
	}
}

static void check_agreement(const struct sneck_provider *p, const struct sneck_kex *k)
{
	uint8_t offer[97], answer[97], a[48], b[48], before[97] = { 0 };
	void *priv = zeroed(k->priv_size), *const work = zeroed(k->work_size);

	k->wipe(priv); /* all zero */
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(k->offer(p, priv, offer, work), SNECK_OK);
		assert_memory_not_equal(offer + 1, before + 1, 31);
		memcpy(before, offer, k->offer_len);
		priv = moved(priv, k->priv_size);
		assert_int_equal(k->answer(p, offer, answer, a, work), SNECK_OK);
		assert_int_equal(k->finish(p, priv, answer, b, work), SNECK_OK);
		assert_memory_equal(a, b, k->secret_len);
		assert_true(all_zero(priv, k->priv_size));
	}

	/* given up after the offer */
	assert_int_equal(k->offer(p, priv, offer, work), SNECK_OK);
	k->wipe(priv);
	assert_true(all_zero(priv, k->priv_size));
	k->wipe(priv);
	free(priv);
	free(work);
	assert_no_stale_error();
}

static void agreement(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_PROVIDERS; i++) {
		const struct sneck_provider *const p = provider_at(i);

		for (size_t j = 0; p->kexes[j] != NULL; j++) {
			const struct sneck_kex *const k = p->kexes[j];
			const uint16_t secret = k->group == 0x0018 ? 48 : 32;
			const uint16_t share = k->group == 0x001d ? 32 : (uint16_t)(2 * secret + 1);

			assert_int_equal(k->offer_len, share);
			assert_int_equal(k->answer_len, share);
			assert_int_equal(k->secret_len, secret);
			check_agreement(p, k);
		}
		assert_non_null(kex_of(p, 0x001d));
		assert_non_null(kex_of(p, 0x0017));
	}
}

/* The share as an offer and as an answer; nothing is left in the outputs. */
static void check_refused(const struct sneck_provider *p, const struct sneck_kex *k,
			  const uint8_t *share)
{
	void *const priv = zeroed(k->priv_size), *const work = zeroed(k->work_size);
	uint8_t own[65], secret[32];

	memset(own, 0xee, sizeof own);
	memset(secret, 0xee, sizeof secret);
	assert_int_equal(k->answer(p, share, own, secret, work), SNECK_E_BAD_SHARE);
	assert_true(all_zero(own, k->answer_len) && all_zero(secret, 32));
	assert_no_stale_error();

	assert_int_equal(k->offer(p, priv, own, work), SNECK_OK);
	memset(secret, 0xee, sizeof secret);
	assert_int_equal(k->finish(p, priv, share, secret, work), SNECK_E_BAD_SHARE);
	assert_true(all_zero(secret, 32) && all_zero(priv, k->priv_size));
	assert_no_stale_error();
	free(priv);
	free(work);
}

/* The twelve points of low order in their encodings of 32 bytes. RFC 7748 masks bit 255, so the
 * last five are read as other, harmless points; the first seven are as bad with that bit set. */
static const char *const low_order[12] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
	"4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
	"d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void n29_low_order(void **state)
{
	const struct sneck_provider *const p = provider_at(0);
	const struct sneck_kex *const k = kex_of(p, 0x001d);
	uint8_t own[32], secret[32];

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct bytes share = hex(low_order[i]);

		if (i < 7) {
			check_refused(p, k, share.p);
			share.p[31] ^= 0x80;
			check_refused(p, k, share.p);
		} else {
			assert_int_equal(k->answer(p, share.p, own, secret, NULL), SNECK_OK);
			assert_false(all_zero(secret, 32));
		}
	}
}

/* Every provider refuses these. */
static void n29_zero_and_prefix(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_PROVIDERS; i++) {
		const struct sneck_provider *const p = provider_at(i);
		const struct sneck_kex *const k = kex_of(p, 0x0017);
		uint8_t share[65] = { 0 }, secret[32];

		check_refused(p, kex_of(p, 0x001d), share);
		check_refused(p, k, share);
		for (unsigned prefix = 0; prefix < 256; prefix += prefix < 8 ? 1 : 51) {
			void *const priv = zeroed(k->priv_size);

			assert_int_equal(k->offer(p, priv, share, NULL), SNECK_OK);
			share[0] = (uint8_t)prefix;
			if (prefix == 4)
				assert_int_equal(
					k->answer(p, share, (uint8_t[65]){ 0 }, secret, NULL),
					SNECK_OK);
			else
				check_refused(p, k, share);
			k->wipe(priv);
			free(priv);
		}
	}
}

static void n29_invalid_points(void **state)
{
	static const char *const bad[] = {
		/* 0, 0: not on the curve */
		"04000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"00000000000000000000000000000000000000000000000000",
		/* x is the modulus, which stands for 0; y fits x = 0 */
		"04ffffffff00000001000000000000000000000000ffffffffffffffffffffffff66485c780e2f83"
		"d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4",
		/* all ones */
		"04ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffffffffffffffffffffffff",
		/* a point of the twist-like curve with another b */
		"04000000000000000000000000000000000000000000000000000000000000000100000000000000"
		"00000000000000000000000000000000000000000000000001",
	};
	const struct sneck_provider *const p = provider_at(0);
	const struct sneck_kex *const k = kex_of(p, 0x0017);
	const struct bytes good = hex(vectors[3].share);
	uint8_t share[65];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct bytes b = hex(bad[i]);

		assert_int_equal(b.len, 65);
		check_refused(p, k, b.p);
	}
	for (unsigned bit = 8; bit < 520; bit += 7) { /* a bit of x or y off the curve */
		memcpy(share, good.p, 65);
		share[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		check_refused(p, k, share);
	}
}

/* A scalar that is 0 or not below the order is drawn again, but not for ever. */
static void p256_scalars(void **state)
{
	static const char *const bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	};
	struct sneck_provider p = *provider_at(0);
	const struct sneck_kex *const k = kex_of(&p, 0x0017);
	void *const priv = zeroed(k->priv_size);
	uint8_t share[65];

	(void)state;
	p.random = scripted;
	for (unsigned i = 0; i < 3; i++) {
		struct bytes scalar = hex(bad[i]);

		p.ctx = &scalar;
		assert_int_equal(k->offer(&p, priv, share, NULL), SNECK_E_RANDOM);
		assert_true(all_zero(share, 65) && all_zero(priv, k->priv_size));
	}
	free(priv);
}

/* What random says goes through: SNECK_E_RANDOM, and no output. */
static void no_random(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_PROVIDERS; i++) {
		struct sneck_provider p = *provider_at(i);
		struct bytes none = { 0 };

		p.random = scripted;
		p.ctx = &none;
		for (size_t j = 0; p.kexes[j] != NULL; j++) {
			const struct sneck_kex *const k = p.kexes[j];
			void *const priv = zeroed(k->priv_size);
			uint8_t good[97], own[97], secret[48];

			assert_int_equal(k->offer(provider_at(i), priv, good, NULL), SNECK_OK);
			k->wipe(priv);
			memset(own, 0xee, sizeof own);
			assert_int_equal(k->offer(&p, priv, own, NULL), SNECK_E_RANDOM);
			assert_true(all_zero(own, k->offer_len) && all_zero(priv, k->priv_size));
			assert_int_equal(k->answer(&p, good, own, secret, NULL), SNECK_E_RANDOM);
			assert_true(all_zero(own, k->answer_len) &&
				    all_zero(secret, k->secret_len));
			free(priv);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),	      cmocka_unit_test(agreement),
		cmocka_unit_test(n29_low_order),      cmocka_unit_test(n29_zero_and_prefix),
		cmocka_unit_test(n29_invalid_points), cmocka_unit_test(p256_scalars),
		cmocka_unit_test(no_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
