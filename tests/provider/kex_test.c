/* SPDX-License-Identifier: MIT */
/* kex_test.c: key exchanges of every provider: published vectors, agreement, shares that are none,
 * moving and wiping. Random bytes are given by the test where a vector has a private key. */
#include "provider/providers.h"

#define SHARE_MAX  1216u
#define SECRET_MAX 66u

static const struct numbers {
	uint16_t group, offer, answer, secret;
} numbers[] = {
	{ 0x11ec, 1216, 1120, 64 }, { 0x001d, 32, 32, 32 }, { 0x0017, 65, 65, 32 },
	{ 0x0018, 97, 97, 48 },	    { 0x001e, 56, 56, 56 }, { 0x0019, 133, 133, 66 },
};

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
	/* RFC 5903, 8.2, both sides */
	{ 0x0018,
	  "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e3"
	  "5b538041e649ee3faef896783ab194",
	  "04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6"
	  "de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65"
	  "032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
	  "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
	  "0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f66"
	  "eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
	  "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d6"
	  "03135569b9e9d09cf5d4a270f59746" },
	{ 0x0018,
	  "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0"
	  "308312916b8ed2960e4bd55a7448fc",
	  "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
	  "0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f66"
	  "eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
	  "04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6"
	  "de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f65"
	  "032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
	  "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d6"
	  "03135569b9e9d09cf5d4a270f59746" },
	/* RFC 5903, 8.3, both sides */
	{ 0x0019,
	  "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095"
	  "aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
	  "040015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
	  "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced"
	  "3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10a"
	  "d8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f95"
	  "82",
	  "0400d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
	  "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d946"
	  "0f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87"
	  "220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc5"
	  "6a",
	  "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1"
	  "427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea" },
	{ 0x0019,
	  "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c"
	  "677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
	  "0400d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
	  "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d946"
	  "0f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87"
	  "220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc5"
	  "6a",
	  "040015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
	  "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced"
	  "3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10a"
	  "d8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f95"
	  "82",
	  "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1"
	  "427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea" },
	/* RFC 7748, 6.2, both sides */
	{ 0x001e,
	  "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574"
	  "a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
	  "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc8"
	  "36647241d953d40c5b12da88120d53177f80e532c41fa0",
	  "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc"
	  "3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
	  "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd"
	  "2464c335543936521c24403085d59a449a5037514a879d" },
	{ 0x001e,
	  "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb"
	  "5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
	  "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc"
	  "3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609",
	  "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc8"
	  "36647241d953d40c5b12da88120d53177f80e532c41fa0",
	  "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd"
	  "2464c335543936521c24403085d59a449a5037514a879d" },
};

/* Every provider has these; others are where libcrypto or BearSSL has them. */
static bool must_have(uint16_t group)
{
	return group == 0x001d || group == 0x0017 || group == 0x0018;
}

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

		if (k == NULL && !must_have(v->group))
			continue;
		void *const own = zeroed(k->priv_size), *const work = zeroed(k->work_size);
		uint8_t share[SHARE_MAX], secret[SECRET_MAX];

		assert_int_equal(peer.len, k->offer_len);
		p.random = scripted;
		p.ctx = &priv;
		assert_int_equal(k->offer(&p, own, share, work), SNECK_OK);
		if (v->share != NULL)
			assert_hex(share, k->offer_len, v->share);
		assert_int_equal(k->finish(&p, own, peer.p, secret, work), SNECK_OK);
		assert_hex(secret, k->secret_len, v->secret);
		memset(secret, 0, sizeof secret);
		assert_int_equal(k->answer(&p, peer.p, share, secret, work), SNECK_OK);
		if (v->share != NULL)
			assert_hex(share, k->answer_len, v->share);
		assert_hex(secret, k->secret_len, v->secret);
		free(own);
		free(work);
		assert_no_stale_error();
	}
}

static void check_agreement(const struct sneck_provider *p, const struct sneck_kex *k)
{
	uint8_t offer[SHARE_MAX], answer[SHARE_MAX], a[SECRET_MAX], b[SECRET_MAX];
	uint8_t before[SHARE_MAX] = { 0 };
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

		for (size_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++) {
			const struct numbers *const n = &numbers[j];
			const struct sneck_kex *const k = kex_of(p, n->group);

			if (k == NULL && !must_have(n->group)) {
				print_message("%s has no %04x\n", p->name, n->group);
				continue;
			}
			assert_int_equal(k->offer_len, n->offer);
			assert_int_equal(k->answer_len, n->answer);
			assert_int_equal(k->secret_len, n->secret);
			assert_int_equal(k->work_size, 0);
			check_agreement(p, k);
		}
	}
}

/* The share as an offer and as an answer; nothing is left in the outputs. */
static void check_refused(const struct sneck_provider *p, const struct sneck_kex *k,
			  const uint8_t *share)
{
	void *const priv = zeroed(k->priv_size), *const work = zeroed(k->work_size);
	uint8_t own[SHARE_MAX], secret[SECRET_MAX];

	memset(own, 0xee, sizeof own);
	memset(secret, 0xee, sizeof secret);
	assert_int_equal(k->answer(p, share, own, secret, work), SNECK_E_BAD_SHARE);
	assert_true(all_zero(own, k->answer_len) && all_zero(secret, k->secret_len));
	assert_no_stale_error();

	assert_int_equal(k->offer(p, priv, own, work), SNECK_OK);
	memset(secret, 0xee, sizeof secret);
	assert_int_equal(k->finish(p, priv, share, secret, work), SNECK_E_BAD_SHARE);
	assert_true(all_zero(secret, k->secret_len) && all_zero(priv, k->priv_size));
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
			assert_false(all_zero(secret, k->secret_len));
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
		uint8_t share[65], secret[32];

		for (size_t j = 0; p->kexes[j] != NULL; j++) {
			const uint8_t zero[SHARE_MAX] = { 0 };

			check_refused(p, p->kexes[j], zero);
		}
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
	static const unsigned rows[] = { 3, 5, 7 }; /* of vectors: a share of each curve */
	const struct sneck_provider *const p = provider_at(0);
	const struct sneck_kex *const k = kex_of(p, 0x0017);
	uint8_t share[SHARE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct bytes b = hex(bad[i]);

		assert_int_equal(b.len, 65);
		check_refused(p, k, b.p);
	}
	for (size_t i = 0; i < 3; i++) {
		const struct bytes good = hex(vectors[rows[i]].share);

		if (kex_of(p, vectors[rows[i]].group) == NULL)
			continue;
		/* a bit of x or y off the curve */
		for (size_t bit = 8; bit < 8 * good.len; bit += 7 + 16 * i) {
			memcpy(share, good.p, good.len);
			share[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			check_refused(p, kex_of(p, vectors[rows[i]].group), share);
		}
	}
}

/* A scalar that is 0 or not below the order is drawn again, but not for ever. */
static void scalars(void **state)
{
	static const struct {
		uint16_t group;
		const char *scalar;
	} bad[] = {
		{ 0x0017, "0000000000000000000000000000000000000000000000000000000000000000" },
		{ 0x0017, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
		{ 0x0017, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
		{ 0x0018, "ffffffffffffffffffffffffffffffffffffffffffffffff"
			  "c7634d81f4372ddf581a0db248b0a77aecec196accc52973" },
		{ 0x0019, "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
			  "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409" },
	};
	struct sneck_provider p = *provider_at(0);
	uint8_t share[SHARE_MAX];

	(void)state;
	p.random = scripted;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct sneck_kex *const k = kex_of(&p, bad[i].group);

		if (k == NULL && !must_have(bad[i].group))
			continue;
		void *const priv = zeroed(k->priv_size);
		struct bytes scalar = hex(bad[i].scalar);

		p.ctx = &scalar;
		assert_int_equal(scalar.len, k->secret_len);
		assert_int_equal(k->offer(&p, priv, share, NULL), SNECK_E_RANDOM);
		assert_true(all_zero(share, k->offer_len) && all_zero(priv, k->priv_size));
		free(priv);
	}
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
			uint8_t good[SHARE_MAX], own[SHARE_MAX], secret[SECRET_MAX];

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
		cmocka_unit_test(n29_invalid_points), cmocka_unit_test(scalars),
		cmocka_unit_test(no_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
