/* SPDX-License-Identifier: MIT */
/* bearssl_pubkey_test.c: keys and signatures made by libcrypto, judged by the BearSSL provider:
 * every kind and scheme, the bounds of RSA, each rule of EMSA-PSS by itself, ECDSA in anything but
 * DER. */
#include "provider/providers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static const struct sneck_pubkey *pk(void)
{
	return sneck_provider_bearssl()->pubkey;
}

static struct bytes spki_of(EVP_PKEY *key)
{
	struct bytes b = { .len = (size_t)i2d_PUBKEY(key, NULL) };
	unsigned char *p = b.p;

	assert_in_range(b.len, 1, sizeof b.p);
	i2d_PUBKEY(key, &p);
	return b;
}

static enum sneck_rc from(void *key, const struct bytes *spki)
{
	const struct bytes cert = cert_around(span(spki));
	void *const work = zeroed(pk()->work_size);
	const enum sneck_rc rc = pk()->from_cert(key, span(&cert), work);

	if (rc != SNECK_OK)
		assert_true(all_zero(key, pk()->key_size));
	free(work);
	return rc;
}

static enum sneck_rc key_is(EVP_PKEY *key)
{
	const struct bytes spki = spki_of(key);
	void *const k = zeroed(pk()->key_size);
	const enum sneck_rc rc = from(k, &spki);

	pk()->wipe(k);
	assert_true(all_zero(k, pk()->key_size));
	free(k);
	return rc;
}

static EVP_PKEY *ec(const char *curve)
{
	EVP_PKEY *const key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);

	assert_non_null(key);
	return key;
}

static EVP_PKEY *rsa(size_t bits)
{
	EVP_PKEY *const key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);

	assert_non_null(key);
	return key;
}

/* A key of so many bits without the minutes that finding primes takes: nobody signs with it. */
static EVP_PKEY *rsa_public(unsigned bits)
{
	BIGNUM *const n = BN_new(), *const e = BN_new();
	uint8_t native_n[600], native_e[4];
	OSSL_PARAM params[3];
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	assert_true(BN_set_bit(n, (int)bits - 1) && BN_set_bit(n, 0) && BN_set_word(e, 65537));
	assert_int_equal(BN_bn2nativepad(n, native_n, sizeof native_n), sizeof native_n);
	assert_int_equal(BN_bn2nativepad(e, native_e, sizeof native_e), sizeof native_e);
	params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, native_n, sizeof native_n);
	params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, native_e, sizeof native_e);
	params[2] = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
	assert_int_equal(EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(c);
	BN_free(n);
	BN_free(e);
	return key;
}

/* L18, with the bound of BearSSL: 2,048 to 4,096 bits. */
static void n62_kinds_and_bounds(void **state)
{
	static const struct {
		const char *curve;
		unsigned bits;
		enum sneck_rc rc;
	} rows[] = {
		{ "P-256", 0, SNECK_OK },	   { "P-384", 0, SNECK_OK },
		{ "P-521", 0, SNECK_E_CERT_TYPE }, { "secp256k1", 0, SNECK_E_CERT_TYPE },
		{ NULL, 2047, SNECK_E_CERT_TYPE }, { NULL, 2048, SNECK_OK },
		{ NULL, 2049, SNECK_OK },	   { NULL, 4096, SNECK_OK },
		{ NULL, 4097, SNECK_E_CERT_TYPE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY *const key =
			rows[i].curve != NULL ? ec(rows[i].curve) : rsa_public(rows[i].bits);

		assert_int_equal(key_is(key), rows[i].rc);
		EVP_PKEY_free(key);
	}
}

/* A key of these two INTEGERs, under rsaEncryption. */
static enum sneck_rc rsa_is(const struct bytes *n, const char *e)
{
	static const uint8_t alg[] = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05";
	const struct bytes exponent = hex(e);
	struct bytes body = { 0 }, bits = { .len = 1 }, inner = { 0 }, spki = { 0 };
	void *const k = zeroed(pk()->key_size);
	enum sneck_rc rc;

	der_put(&body, 0x02, n->p, n->len);
	der_put(&body, 0x02, exponent.p, exponent.len);
	der_put(&bits, 0x30, body.p, body.len);
	memcpy(inner.p, alg, sizeof alg); /* with the NUL: NULL is 05 00 */
	inner.len = sizeof alg;
	der_put(&inner, 0x03, bits.p, bits.len);
	der_put(&spki, 0x30, inner.p, inner.len);
	rc = from(k, &spki);
	free(k);
	return rc;
}

static void rsa_numbers(void **state)
{
	static const struct {
		const char *e;
		enum sneck_rc rc;
	} rows[] = {
		{ "010001", SNECK_OK },
		{ "03", SNECK_OK },
		{ "00ffffffff", SNECK_OK },
		{ "0100000001", SNECK_E_CERT_TYPE },
		{ "01", SNECK_E_CERT_TYPE },
		{ "00", SNECK_E_CERT_TYPE },
		{ "010000", SNECK_E_CERT_TYPE },
		{ "00010001", SNECK_E_CERT_BAD }, /* a zero too many */
		{ "ff", SNECK_E_CERT_BAD },	  /* negative */
		{ "", SNECK_E_CERT_BAD },
	};
	struct bytes n = { .len = 257 };

	(void)state;
	memset(n.p + 1, 0xff, 256);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(rsa_is(&n, rows[i].e), rows[i].rc);
	n.p[256] = 0xfe; /* even */
	assert_int_equal(rsa_is(&n, "010001"), SNECK_E_CERT_TYPE);
}

/* Every truncation of a certificate, one byte more, and lengths that DER does not write so. */
static void damaged_certificates(void **state)
{
	static const struct sneck_span bad[] = {
		{ (const uint8_t *)"\x30\x80\x00\x00", 4 },
		{ (const uint8_t *)"\x30\x84\xff\xff\xff\xff", 6 },
		{ (const uint8_t *)"\x30\xff", 2 },
	};
	EVP_PKEY *const key = ec("P-384");
	const struct bytes spki = spki_of(key);
	struct bytes cert = cert_around(span(&spki)), wide = { 0 };
	void *const k = zeroed(pk()->key_size), *const work = zeroed(pk()->work_size);

	(void)state;
	assert_int_equal(pk()->from_cert(k, span(&cert), work), SNECK_OK);
	for (size_t len = 0; len < cert.len; len++) {
		uint8_t *const copy = zeroed(len); /* the sanitiser sees a byte read too far */

		memcpy(copy, cert.p, len);
		assert_int_equal(pk()->from_cert(k, sneck_span_of(copy, len), work),
				 SNECK_E_CERT_BAD);
		free(copy);
	}
	assert_int_equal(pk()->from_cert(k, sneck_span_of(cert.p, cert.len + 1), work),
			 SNECK_E_CERT_BAD);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(pk()->from_cert(k, bad[i], work), SNECK_E_CERT_BAD);
	assert_in_range(cert.len, 130, 255); /* so that its length is 81 xx; written as 82 00 xx: */
	memcpy(wide.p, "\x30\x82\x00", 3);
	memcpy(wide.p + 3, cert.p + 2, cert.len - 2);
	wide.len = cert.len + 1;
	assert_int_equal(pk()->from_cert(k, span(&wide), work), SNECK_E_CERT_BAD);
	free(work);
	free(k);
	EVP_PKEY_free(key);
}

/* A point off the curve, coordinates at and above the prime, other formats. */
static void points(void **state)
{
	static const char *const curves[2] = { "P-256", "P-384" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		EVP_PKEY *const key = ec(curves[i]);
		const struct bytes good = spki_of(key);
		const size_t n = i == 0 ? 32 : 48, at = good.len - 2 * n - 1;
		struct bytes b = good;
		void *const k = zeroed(pk()->key_size);

		assert_int_equal(from(k, &b), SNECK_OK);
		for (size_t bit = 0; bit < 16 * n; bit += 5) {
			b = good;
			b.p[at + 1 + bit / 8] ^= (uint8_t)(1u << (bit % 8));
			assert_int_equal(from(k, &b), SNECK_E_CERT_BAD);
		}
		b = good;
		memset(b.p + at + 1, 0xff, n);
		assert_int_equal(from(k, &b), SNECK_E_CERT_BAD);
		b = good;
		memset(b.p + at + 1, 0, 2 * n);
		assert_int_equal(from(k, &b), SNECK_E_CERT_BAD);
		for (uint8_t format = 0; format < 8; format++) {
			b = good;
			b.p[at] = format;
			assert_int_equal(from(k, &b), format == 4 ? SNECK_OK : SNECK_E_CERT_TYPE);
		}
		free(k);
		EVP_PKEY_free(key);
	}
}

static struct bytes sign(EVP_PKEY *key, const char *md, int salt, struct sneck_span msg)
{
	EVP_MD_CTX *const c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	struct bytes sig = { .len = sizeof sig.p };

	assert_int_equal(EVP_DigestSignInit_ex(c, &pctx, md, NULL, NULL, key, NULL), 1);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt), 1);
	}
	assert_int_equal(EVP_DigestSign(c, sig.p, &sig.len, msg.p, msg.len), 1);
	EVP_MD_CTX_free(c);
	return sig;
}

static enum sneck_rc verdict(const void *key, uint16_t scheme, struct sneck_span msg,
			     struct sneck_span sig)
{
	void *const work = zeroed(pk()->work_size);
	const enum sneck_rc rc = pk()->verify(key, scheme, msg, sig, work);

	free(work);
	return rc;
}

static void only(const void *key, uint16_t good, struct sneck_span msg, const struct bytes *sig)
{
	static const uint16_t all[] = { 0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806,
					0x0401, 0x0501, 0x0807, 0x0809, 0,	0xffff };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		assert_int_equal(verdict(key, all[i], msg, span(sig)),
				 all[i] == good ? SNECK_OK : SNECK_E_BAD_SIGNATURE);
	assert_int_equal(verdict(key, good, sneck_span_of(msg.p, msg.len - 1), span(sig)),
			 SNECK_E_BAD_SIGNATURE);
	assert_int_equal(all[10], 0);
	assert_fits(pk(), key, all, good);
}

/* A signature by libcrypto serves its scheme and no other; each size of modulus, those among them
 * whose encoded message is a byte shorter (2,049 bits). */
static void by_libcrypto(void **state)
{
	static const struct {
		const char *curve, *md;
		size_t bits;
		uint16_t scheme;
	} rows[] = {
		{ "P-256", "SHA256", 0, 0x0403 }, { "P-384", "SHA384", 0, 0x0503 },
		{ NULL, "SHA256", 2048, 0x0804 }, { NULL, "SHA384", 2048, 0x0805 },
		{ NULL, "SHA512", 2048, 0x0806 }, { NULL, "SHA256", 2049, 0x0804 },
		{ NULL, "SHA512", 2055, 0x0806 }, { NULL, "SHA384", 3072, 0x0805 },
		{ NULL, "SHA512", 4096, 0x0806 },
	};
	uint8_t text[300];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY *const key = rows[i].curve != NULL ? ec(rows[i].curve) : rsa(rows[i].bits);
		const struct bytes spki = spki_of(key);
		void *k = zeroed(pk()->key_size);

		assert_int_equal(from(k, &spki), SNECK_OK);
		k = moved(k, pk()->key_size);
		for (size_t len = 1; len < sizeof text; len += 97) {
			const struct sneck_span msg = { text, len };
			struct bytes sig;

			memset(text, (int)len, sizeof text);
			sig = sign(key, rows[i].md, RSA_PSS_SALTLEN_DIGEST, msg);
			only(k, rows[i].scheme, msg, &sig);
			for (size_t bit = len % 8; bit < 8 * sig.len; bit += 101) {
				sig.p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
				assert_int_equal(verdict(k, rows[i].scheme, msg, span(&sig)),
						 SNECK_E_BAD_SIGNATURE);
				sig.p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			}
		}
		free(k);
		EVP_PKEY_free(key);
	}
}

/* The RSA operation without any padding. */
static bool raw_rsa(EVP_PKEY *key, bool sign, const struct bytes *in, struct bytes *out)
{
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good;

	out->len = sizeof out->p;
	if (sign)
		good = EVP_PKEY_decrypt_init(c) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(c, RSA_NO_PADDING) == 1 &&
		       EVP_PKEY_decrypt(c, out->p, &out->len, in->p, in->len) == 1;
	else
		good = EVP_PKEY_encrypt_init(c) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(c, RSA_NO_PADDING) == 1 &&
		       EVP_PKEY_encrypt(c, out->p, &out->len, in->p, in->len) == 1;
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	return good;
}

/* RFC 8017, 9.1.2: an encoded message with one bit changed, signed for real. In 2,048 bits the
 * first bit is the one that must be zero, and DB is masked by exclusive or: a change there is the
 * same change in the padding, in the 01 before the salt, in the salt. */
static void pss_bits(void **state)
{
	static const size_t bits[2] = { 2048, 2049 };
	const struct sneck_span msg = sneck_span_of("message", 7);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		EVP_PKEY *const key = rsa(bits[i]);
		const struct bytes spki = spki_of(key);
		void *const k = zeroed(pk()->key_size);
		struct bytes sig = sign(key, "SHA256", 32, msg), em, again;
		unsigned judged = 0;

		assert_int_equal(from(k, &spki), SNECK_OK);
		assert_true(raw_rsa(key, false, &sig, &em));
		assert_true(raw_rsa(key, true, &em, &again));
		assert_int_equal(verdict(k, 0x0804, msg, span(&again)), SNECK_OK);
		for (size_t bit = 0; bit < 8 * em.len; bit += bit < 16 ? 1 : 7) {
			em.p[bit / 8] ^= (uint8_t)(0x80u >> (bit % 8));
			if (raw_rsa(key, true, &em, &again)) {
				judged++;
				assert_int_equal(verdict(k, 0x0804, msg, span(&again)),
						 SNECK_E_BAD_SIGNATURE);
			}
			em.p[bit / 8] ^= (uint8_t)(0x80u >> (bit % 8));
		}
		assert_in_range(judged, 250, 400);
		free(k);
		EVP_PKEY_free(key);
	}
}

static void salts_and_lengths(void **state)
{
	static const int salts[] = { 0, 20, 31, 33, 48, RSA_PSS_SALTLEN_MAX };
	const struct sneck_span msg = sneck_span_of("message", 7);
	EVP_PKEY *const key = rsa(2048);
	const struct bytes spki = spki_of(key);
	void *const k = zeroed(pk()->key_size);
	struct bytes sig, longer = { .len = 257 };

	(void)state;
	assert_int_equal(from(k, &spki), SNECK_OK);
	for (size_t i = 0; i < sizeof salts / sizeof salts[0]; i++) {
		sig = sign(key, "SHA256", salts[i], msg);
		assert_int_equal(verdict(k, 0x0804, msg, span(&sig)), SNECK_E_BAD_SIGNATURE);
	}
	sig = sign(key, "SHA256", 32, msg);
	for (size_t len = 0; len < 256; len += 15)
		assert_int_equal(verdict(k, 0x0804, msg, sneck_span_of(sig.p, len)),
				 SNECK_E_BAD_SIGNATURE);
	memcpy(longer.p + 1, sig.p, 256);
	assert_int_equal(verdict(k, 0x0804, msg, span(&longer)), SNECK_E_BAD_SIGNATURE);
	memset(sig.p, 0xff, 256); /* not below the modulus */
	assert_int_equal(verdict(k, 0x0804, msg, span(&sig)), SNECK_E_BAD_SIGNATURE);
	memset(sig.p, 0, 256);
	assert_int_equal(verdict(k, 0x0804, msg, span(&sig)), SNECK_E_BAD_SIGNATURE);
	free(k);
	EVP_PKEY_free(key);
}

/* RFC 6979, A.2.5: P-256, SHA-256, "sample"; then the same numbers written otherwise. */
static void ecdsa_not_der(void **state)
{
#define R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define N "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
	static const char *const bad[] = {
		"304502"
		"20" R "022100" S,		  /* negative */
		"304702220000" R "022100" S,	  /* a zero too many */
		"30810046022100" R "022100" S,	  /* a length in two bytes */
		"308146022100" R "022100" S,	  /* a length that fits into one */
		"3080022100" R "022100" S "0000", /* no length */
		"3046022100" R "022100" S "00",	  /* something behind */
		"3047022100" R "022100" S "00",
		"3146022100" R "022100" S, /* a SET */
		"3023022100" R,		   /* one number */
		"3026020100022100" S,	   /* 0 */
		"3026022100" R "020100",
		"3046022100" N "022100" S, /* the order stands for 0 */
		"3046022100" R "022100" N,
		"304702220100" R "022100" S, /* longer than the order */
		"",
		"30",
		"3000",
	};
	const struct bytes spki =
		hex("3059301306072a8648ce3d020106082a8648ce3d030107034200"
		    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
		    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
	const struct sneck_span msg = sneck_span_of("sample", 6);
	const struct bytes good = hex("3046022100" R "022100" S);
	void *const k = zeroed(pk()->key_size);

	(void)state;
	assert_int_equal(from(k, &spki), SNECK_OK);
	assert_int_equal(verdict(k, 0x0403, msg, span(&good)), SNECK_OK);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct bytes sig = hex(bad[i]);

		assert_int_equal(verdict(k, 0x0403, msg, span(&sig)), SNECK_E_BAD_SIGNATURE);
	}
	free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n62_kinds_and_bounds), cmocka_unit_test(points),
		cmocka_unit_test(rsa_numbers),		cmocka_unit_test(damaged_certificates),
		cmocka_unit_test(by_libcrypto),		cmocka_unit_test(pss_bits),
		cmocka_unit_test(salts_and_lengths),	cmocka_unit_test(ecdsa_not_der),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
