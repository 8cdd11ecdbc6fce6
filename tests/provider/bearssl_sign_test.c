/* SPDX-License-Identifier: MIT */
/* bearssl_sign_test.c: signatures that BearSSL makes, judged by libcrypto and by BearSSL. */
#include "provider/providers.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "provider/bearssl/sign.h"

/* A private key of libcrypto as BearSSL reads it. */
struct key {
	EVP_PKEY *evp;
	br_skey_decoder_context decoder;
	struct bear_signer signer;
};

static enum sneck_rc key_open(struct key *k, EVP_PKEY *evp)
{
	unsigned char *der = NULL;
	const int len = i2d_PrivateKey(evp, &der);

	assert_in_range(len, 1, 8000);
	k->evp = evp;
	br_skey_decoder_init(&k->decoder);
	br_skey_decoder_push(&k->decoder, der, (size_t)len);
	OPENSSL_free(der);
	assert_int_equal(br_skey_decoder_last_error(&k->decoder), 0);
	if (br_skey_decoder_key_type(&k->decoder) == BR_KEYTYPE_EC)
		return sneck__bear_signer_ec(&k->signer, br_skey_decoder_get_ec(&k->decoder));
	return sneck__bear_signer_rsa(&k->signer, br_skey_decoder_get_rsa(&k->decoder),
				      sneck_provider_bearssl());
}

static const char *md_of(uint16_t scheme)
{
	const unsigned row = scheme >> 8 == 8 || scheme >> 8 == 0xfe ? scheme & 0xffu : scheme >> 8;

	return row == 4 ? "SHA256" : row == 5 ? "SHA384" : "SHA512";
}

static bool libcrypto_says(EVP_PKEY *key, uint16_t scheme, struct sneck_span msg,
			   struct sneck_span sig)
{
	EVP_MD_CTX *const c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	bool good;

	assert_int_equal(EVP_DigestVerifyInit_ex(c, &pctx, md_of(scheme), NULL, NULL, key, NULL),
			 1);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && (scheme & 0xffu) != 1) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST), 1);
	}
	good = EVP_DigestVerify(c, sig.p, sig.len, msg.p, msg.len) == 1;
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return good;
}

static enum sneck_rc bearssl_says(EVP_PKEY *key, uint16_t scheme, struct sneck_span msg,
				  struct sneck_span sig)
{
	const struct sneck_pubkey *const pk = sneck_provider_bearssl()->pubkey;
	struct bytes spki = { .len = (size_t)i2d_PUBKEY(key, NULL) }, cert;
	unsigned char *p = spki.p;
	void *const k = zeroed(pk->key_size), *const work = zeroed(pk->work_size);
	enum sneck_rc rc;

	i2d_PUBKEY(key, &p);
	cert = cert_around(span(&spki));
	assert_int_equal(pk->from_cert(k, span(&cert), work), SNECK_OK);
	rc = pk->verify(k, scheme, msg, sig, work);
	free(work);
	free(k);
	return rc;
}

/* Signed as a digest and checked as one: the same. */
static void check_digest(const struct key *k, uint16_t scheme, struct sneck_span msg)
{
	const struct sneck_signer *const s = &k->signer.signer;
	uint8_t digest[EVP_MAX_MD_SIZE], sig[SNECK_SIG_MAX];
	size_t n, len;

	assert_int_equal(EVP_Q_digest(NULL, md_of(scheme), NULL, msg.p, msg.len, digest, &n), 1);
	assert_int_equal(
		s->sign_digest(s->ctx, scheme, sneck_span_of(digest, n), sig, sizeof sig, &len),
		SNECK_OK);
	assert_true(libcrypto_says(k->evp, scheme, msg, sneck_span_of(sig, len)));
	assert_int_equal(
		s->sign_digest(s->ctx, scheme, sneck_span_of(digest, n - 1), sig, sizeof sig, &len),
		SNECK_E_SIGNER);
}

static void good_signatures(void **state)
{
	static const struct {
		const char *curve;
		size_t bits;
	} rows[] = {
		{ "P-256", 0 }, { "P-384", 0 }, { NULL, 2048 }, { NULL, 2049 },
		{ NULL, 2050 }, { NULL, 2055 }, { NULL, 3072 },
	};
	const struct sneck_span msg = sneck_span_of("to be signed", 12);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct key k;
		const struct sneck_signer *const s = &k.signer.signer;

		assert_int_equal(
			key_open(&k, rows[i].curve != NULL
					     ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", rows[i].curve)
					     : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", rows[i].bits)),
			SNECK_OK);
		for (size_t j = 0; s->schemes[j] != 0; j++)
			check_digest(&k, s->schemes[j], msg);
		for (size_t j = 0; s->schemes[j] != 0; j++)
			for (unsigned round = 0; round < 8; round++) {
				uint8_t sig[SNECK_SIG_MAX];
				size_t len;

				assert_int_equal(
					s->sign(s->ctx, s->schemes[j], msg, sig, sizeof sig, &len),
					SNECK_OK);
				assert_true(libcrypto_says(k.evp, s->schemes[j], msg,
							   sneck_span_of(sig, len)));
				assert_int_equal(bearssl_says(k.evp, s->schemes[j], msg,
							      sneck_span_of(sig, len)),
						 SNECK_OK);
				sig[len / 2] ^= 1;
				assert_false(libcrypto_says(k.evp, s->schemes[j], msg,
							    sneck_span_of(sig, len)));
			}
		EVP_PKEY_free(k.evp);
	}
}

static enum sneck_rc no_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	(void)out;
	(void)len;
	return SNECK_E_RANDOM;
}

static void refusals(void **state)
{
	static const struct sneck_provider none = { .random = no_random };
	const struct sneck_span msg = sneck_span_of("to be signed", 12);
	struct key k;
	const struct sneck_signer *const s = &k.signer.signer;
	uint8_t sig[SNECK_SIG_MAX];
	size_t len = 1;

	(void)state;
	assert_int_equal(key_open(&k, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521")),
			 SNECK_E_CERT_TYPE);
	EVP_PKEY_free(k.evp);
	assert_int_equal(key_open(&k, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024)),
			 SNECK_E_CERT_TYPE);
	EVP_PKEY_free(k.evp);

	assert_int_equal(key_open(&k, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")), SNECK_OK);
	assert_int_equal(s->sign(s->ctx, 0x0804, msg, sig, sizeof sig, &len), SNECK_E_SIGNER);
	assert_int_equal(len, 0);
	assert_int_equal(s->sign(s->ctx, 0x0403, msg, sig, 64, &len), SNECK_E_SIGNER);
	EVP_PKEY_free(k.evp);

	assert_int_equal(key_open(&k, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)),
			 SNECK_OK);
	assert_int_equal(s->sign(s->ctx, 0x0403, msg, sig, sizeof sig, &len), SNECK_E_SIGNER);
	assert_int_equal(s->sign(s->ctx, 0x0804, msg, sig, 255, &len), SNECK_E_SIGNER);
	k.signer.random = &none;
	assert_int_equal(s->sign(s->ctx, 0x0804, msg, sig, sizeof sig, &len), SNECK_E_RANDOM);
	assert_int_equal(len, 0);
	EVP_PKEY_free(k.evp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_signatures),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
