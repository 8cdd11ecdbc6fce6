/* SPDX-License-Identifier: MIT */
/* pubkey_test.c: keys from certificates and checks of signatures. The certificates are made with
 * libcrypto here; the transparent provider has its own, in transparent_test.c. */
#include <sneck/config.h>

#include "provider/providers.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static const struct sneck_pubkey *pk(void)
{
	return provider_at(0)->pubkey;
}

static enum sneck_rc from(void *key, struct sneck_span der)
{
	void *const work = zeroed(pk()->work_size);
	/* a copy of its own size, so that the sanitiser sees a byte read too far */
	uint8_t *const copy = malloc(der.len + (der.len == 0));
	enum sneck_rc rc;

	assert_non_null(copy);
	if (der.len != 0)
		memcpy(copy, der.p, der.len);
	rc = pk()->from_cert(key, sneck_span_of(copy, der.len), work);
	free(copy);
	free(work);
	assert_no_stale_error();
	return rc;
}

static enum sneck_rc key_is(struct sneck_span der)
{
	void *const key = zeroed(pk()->key_size);
	const enum sneck_rc rc = from(key, der);

	if (rc != SNECK_OK)
		assert_true(all_zero(key, pk()->key_size));
	pk()->wipe(key);
	assert_true(all_zero(key, pk()->key_size));
	pk()->wipe(key);
	free(key);
	return rc;
}

static struct bytes certificate(EVP_PKEY *key, long version)
{
	X509 *const x = X509_new();
	X509_NAME *const name = X509_NAME_new();
	const int id = EVP_PKEY_get_base_id(key);
	const bool no_md = id == EVP_PKEY_ED25519 || id == EVP_PKEY_ED448;
	struct bytes der = { 0 };
	unsigned char *p = der.p;

	assert_non_null(x);
	assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					       (const unsigned char *)"test", -1, -1, 0));
	assert_true(X509_set_version(x, version) && X509_set_issuer_name(x, name) &&
		    X509_set_subject_name(x, name) && X509_set_pubkey(x, key) &&
		    ASN1_INTEGER_set(X509_get_serialNumber(x), 77) &&
		    X509_gmtime_adj(X509_getm_notBefore(x), 0) &&
		    X509_gmtime_adj(X509_getm_notAfter(x), 3600));
	assert_true(X509_sign(x, key, no_md ? NULL : EVP_sha256()) > 0);
	assert_in_range(i2d_X509(x, NULL), 1, sizeof der.p);
	der.len = (size_t)i2d_X509(x, &p);
	X509_NAME_free(name);
	X509_free(x);
	return der;
}

static EVP_PKEY *make(const char *type, const char *curve, int bits)
{
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(c), 1);
	assert_true(curve == NULL || EVP_PKEY_CTX_set_group_name(c, curve) == 1);
	assert_true(bits == 0 || EVP_PKEY_CTX_set_rsa_keygen_bits(c, bits) == 1);
	assert_int_equal(EVP_PKEY_generate(c, &key), 1);
	EVP_PKEY_CTX_free(c);
	return key;
}

static void kinds_of_keys(void **state)
{
	static const struct {
		const char *type, *curve;
		int bits;
		enum sneck_rc rc;
	} rows[] = {
		{ "EC", "P-256", 0, SNECK_OK },
		{ "EC", "P-384", 0, SNECK_OK },
		{ "EC", "P-521", 0, SNECK_OK },
		{ "EC", "secp256k1", 0, SNECK_E_CERT_TYPE },
		{ "RSA", NULL, 2048, SNECK_OK },
		{ "RSA", NULL, 3072, SNECK_OK },
		{ "RSA", NULL, 1024, SNECK_E_CERT_TYPE },
		{ "RSA", NULL, 2047, SNECK_E_CERT_TYPE },
		{ "RSA-PSS", NULL, 2048, SNECK_OK },
		{ "ED25519", NULL, 0, SNECK_OK },
		{ "ED448", NULL, 0, SNECK_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY *const key = make(rows[i].type, rows[i].curve, rows[i].bits);
		struct bytes der;

		assert_non_null(key);
		der = certificate(key, X509_VERSION_3);
		assert_int_equal(key_is(span(&der)), rows[i].rc);
		der = certificate(key, X509_VERSION_1);
		assert_int_equal(key_is(span(&der)), rows[i].rc);
		EVP_PKEY_free(key);
	}
}

/* Every truncation, and one byte more, is no DER; every changed byte is judged without harm. */
static void damaged_certificates(void **state)
{
	EVP_PKEY *const keys[4] = { make("EC", "P-256", 0), make("RSA", NULL, 2048),
				    make("EC", "P-521", 0), make("ED448", NULL, 0) };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bytes der = certificate(keys[i], X509_VERSION_3);

		for (size_t len = 0; len < der.len; len++)
			assert_int_equal(key_is(sneck_span_of(der.p, len)), SNECK_E_CERT_BAD);
		assert_int_equal(key_is(sneck_span_of(der.p, der.len + 1)), SNECK_E_CERT_BAD);
		for (size_t at = 0; at < der.len; at++)
			for (unsigned bit = 0; bit < 8; bit++) {
				enum sneck_rc rc;

				der.p[at] ^= (uint8_t)(1u << bit);
				rc = key_is(span(&der));
				assert_true(rc == SNECK_OK || rc == SNECK_E_CERT_BAD ||
					    rc == SNECK_E_CERT_TYPE);
				der.p[at] ^= (uint8_t)(1u << bit);
			}
		EVP_PKEY_free(keys[i]);
	}
}

#define HEAD_EC	  "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define HEAD_P256 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define HEAD_RSA  "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define HEAD_PSS  "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"

static enum sneck_rc spki_is(const char *alg, size_t alg_len, const void *bits, size_t bits_len)
{
	struct bytes body = { 0 }, spki = { 0 }, cert, with_zero = { .len = 1 };

	memcpy(with_zero.p + 1, bits, bits_len);
	der_put(&body, 0x30, alg, alg_len);
	der_put(&body, 0x03, with_zero.p, bits_len + 1);
	der_put(&spki, 0x30, body.p, body.len);
	cert = cert_around(span(&spki));
	return key_is(span(&cert));
}

#define SPKI_IS(alg, bits, len) spki_is(alg, sizeof(alg) - 1, bits, len)

static void ec_keys(void **state)
{
	struct bytes point =
		hex("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
		    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

	(void)state;
	assert_int_equal(SPKI_IS(HEAD_EC HEAD_P256, point.p, 65), SNECK_OK);
	assert_int_equal(SPKI_IS(HEAD_EC HEAD_P256, point.p, 64), SNECK_E_CERT_TYPE);
	assert_int_equal(SPKI_IS(HEAD_EC HEAD_P256, point.p, 0), SNECK_E_CERT_TYPE);
	assert_int_equal(SPKI_IS(HEAD_EC, point.p, 65), SNECK_E_CERT_TYPE); /* no curve */
	assert_int_equal(SPKI_IS(HEAD_EC "\x05\x00", point.p, 65),
			 SNECK_E_CERT_TYPE); /* implicit */
	assert_int_equal(SPKI_IS(HEAD_EC "\x30\x00", point.p, 65),
			 SNECK_E_CERT_TYPE); /* explicit */
	assert_int_equal(SPKI_IS("", point.p, 65), SNECK_E_CERT_BAD);
	point.p[0] = 3;
	assert_int_equal(SPKI_IS(HEAD_EC HEAD_P256, point.p, 33), SNECK_E_CERT_TYPE);
	point.p[0] = 6;
	assert_int_equal(SPKI_IS(HEAD_EC HEAD_P256, point.p, 65), SNECK_E_CERT_TYPE);
	point.p[0] = 4;
	point.p[64] ^= 1;
	assert_int_equal(SPKI_IS(HEAD_EC HEAD_P256, point.p, 65), SNECK_E_CERT_BAD);
}

static enum sneck_rc rsa_is(const struct bytes *n, const struct bytes *e)
{
	struct bytes body = { 0 }, seq = { 0 };

	der_put(&body, 0x02, n->p, n->len);
	der_put(&body, 0x02, e->p, e->len);
	der_put(&seq, 0x30, body.p, body.len);
	return SPKI_IS(HEAD_RSA "\x05\x00", seq.p, seq.len);
}

/* A modulus of so many bits, all ones, with the zero byte in front that DER wants. */
static struct bytes ones(size_t bits)
{
	struct bytes n = { .len = bits / 8 + 1 };

	memset(n.p + 1, 0xff, bits / 8);
	n.p[0] = (uint8_t)((1u << bits % 8) - 1);
	return n;
}

/* L18: 2,048 to 8,192 bits, odd; exponent odd, up to 2^32 - 1. */
static void n62_rsa_bounds(void **state)
{
	const struct bytes f4 = hex("010001");
	struct bytes n = ones(2048), e;

	(void)state;
	assert_int_equal(rsa_is(&n, &f4), SNECK_OK);
	n.p[n.len - 1] = 0xfe;
	assert_int_equal(rsa_is(&n, &f4), SNECK_E_CERT_TYPE);
	n = ones(8192);
	assert_int_equal(rsa_is(&n, &f4), SNECK_OK);
	n = ones(8193);
	assert_int_equal(rsa_is(&n, &f4), SNECK_E_CERT_TYPE);
	n = ones(2047);
	assert_int_equal(rsa_is(&n, &f4), SNECK_E_CERT_TYPE);

	n = ones(2048);
	e = hex("03");
	assert_int_equal(rsa_is(&n, &e), SNECK_OK);
	e = hex("00ffffffff");
	assert_int_equal(rsa_is(&n, &e), SNECK_OK);
	e = hex("0100000001");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_TYPE);
	e = hex("01");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_TYPE);
	e = hex("00");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_TYPE);
	e = hex("010000");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_TYPE);

	/* numbers that DER does not write so */
	e = hex("00010001");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_BAD);
	e = hex("ff");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_BAD);
	e = hex("");
	assert_int_equal(rsa_is(&n, &e), SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS(HEAD_RSA "\x05\x00", "\x30\x00", 2), SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS(HEAD_RSA "\x05\x00", "\x30\x06\x02\x01\x03\x02\x01\x03\x00", 9),
			 SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS(HEAD_RSA, "\x30\x06\x02\x01\x03\x02\x01\x03", 8),
			 SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS(HEAD_PSS, "\x30\x06\x02\x01\x03\x02\x01\x03", 8),
			 SNECK_E_CERT_TYPE);
}

static void lengths_not_der(void **state)
{
	static const struct sneck_span bad[] = {
		{ (const uint8_t *)"", 0 },
		{ (const uint8_t *)"\x30", 1 },
		{ (const uint8_t *)"\x30\x80\x00\x00", 4 },	    /* indefinite */
		{ (const uint8_t *)"\x30\x81\x02\x30\x00", 5 },	    /* could be short */
		{ (const uint8_t *)"\x30\x82\x00\x80", 4 },	    /* leading zero */
		{ (const uint8_t *)"\x30\x84\xff\xff\xff\xff", 6 }, /* 4 GB */
		{ (const uint8_t *)"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10 },
		{ (const uint8_t *)"\x30\xff", 2 },
		{ (const uint8_t *)"\x3f\x30\x00", 3 }, /* a long tag */
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(key_is(bad[i]), SNECK_E_CERT_BAD);
}

static const char sample_spki[] =
	"3059301306072a8648ce3d020106082a8648ce3d030107034200"
	"0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

/* A good certificate whose length is written too long, or that has one element too many. */
static void strict_der(void **state)
{
	const struct bytes spki = hex(sample_spki), cert = cert_around(span(&spki));
	struct bytes longer = { .len = cert.len + 1 }, body = { .len = cert.len - 2 }, more = { 0 };

	(void)state;
	assert_int_equal(key_is(span(&cert)), SNECK_OK);
	assert_int_equal(cert.p[1], cert.len - 2);
	memcpy(longer.p, "\x30\x81", 2);
	memcpy(longer.p + 2, cert.p + 1, cert.len - 1);
	assert_int_equal(key_is(span(&longer)), SNECK_E_CERT_BAD);

	memcpy(body.p, cert.p + 2, body.len);
	der_put(&body, 0x05, "", 0);
	der_put(&more, 0x30, body.p, body.len);
	assert_int_equal(key_is(span(&more)), SNECK_E_CERT_BAD);
}

static const struct {
	uint16_t scheme;
	const char *spki, *msg, *sig;
} signatures[] = {
	/* RFC 6979, A.2.5, A.2.6, A.2.7: "sample" */
	{ 0x0403,
	  "3059301306072a8648ce3d020106082a8648ce3d0301070342000460fed4ba255a"
	  "9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc"
	  "99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	  "73616d706c65",
	  "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea8"
	  "4eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4"
	  "ab2f843acda8" },
	{ 0x0503,
	  "3076301006072a8648ce3d020106052b8104002203620004ec3a4e415b4e19a456"
	  "8618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a2"
	  "54515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca8"
	  "4b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
	  "73616d706c65",
	  "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea"
	  "95ad133c81a648152e44acf96e36dd1e80fabe4602310099ef4aeb15f178cea1fe"
	  "40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c7"
	  "1a38628ac8" },
	{ 0x0603,
	  "30819b301006072a8648ce3d020106052b81040023038186000401894550d07859"
	  "32e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b"
	  "5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd"
	  "4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34"
	  "a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
	  "73616d706c65",
	  "308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc5395"
	  "0e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05"
	  "ec36e377fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca2094173"
	  "08281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1e"
	  "e0e44da4a67a" },
	/* RFC 8032, 7.1, test 3 */
	{ 0x0807,
	  "302a300506032b6570032100fc51cd8e6218a1a38da47ed00230f0580816ed13ba"
	  "3303ac5deb911548908025",
	  "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18"
	  "ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	/* RFC 8032, 7.4, 1 octet */
	{ 0x0808,
	  "3043300506032b6571033a0043ba28f430cdff456ae531545f7ecd0ac834a55d93"
	  "58c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c"
	  "3a9480",
	  "03",
	  "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f43525"
	  "41b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1"
	  "afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348a"
	  "b21aa4adafd1d234441cf807c03a00" },
};

static void published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
		const uint16_t scheme = signatures[i].scheme;
		const struct bytes spki = hex(signatures[i].spki), msg = hex(signatures[i].msg);
		struct bytes sig = hex(signatures[i].sig);
		const struct bytes cert = cert_around(span(&spki));
		void *const key = zeroed(pk()->key_size);

		assert_int_equal(from(key, span(&cert)), SNECK_OK);
		assert_int_equal(pk()->verify(key, scheme, span(&msg), span(&sig), NULL), SNECK_OK);
		for (size_t bit = 0; bit < 8 * sig.len; bit += 3) {
			sig.p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
			assert_int_equal(pk()->verify(key, scheme, span(&msg), span(&sig), NULL),
					 SNECK_E_BAD_SIGNATURE);
			assert_no_stale_error();
			sig.p[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		}
		for (size_t len = 0; len < sig.len; len++)
			assert_int_equal(pk()->verify(key, scheme, span(&msg),
						      sneck_span_of(sig.p, len), NULL),
					 SNECK_E_BAD_SIGNATURE);
		pk()->wipe(key);
		free(key);
	}
}

static struct bytes sign(EVP_PKEY *key, const char *md, bool pss, int salt, struct sneck_span msg)
{
	EVP_MD_CTX *const c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	struct bytes sig = { .len = sizeof sig.p };

	assert_int_equal(EVP_DigestSignInit_ex(c, &pctx, md, NULL, NULL, key, NULL), 1);
	if (pss) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt), 1);
	}
	assert_int_equal(EVP_DigestSign(c, sig.p, &sig.len, msg.p, msg.len), 1);
	EVP_MD_CTX_free(c);
	return sig;
}

static void judge(const void *key, uint16_t good, struct sneck_span msg, const struct bytes *sig)
{
	static const uint16_t all[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804,
					0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
					0x0501, 0x0601, 0x0201, 1,	0xffff, 0 };
	void *const work = zeroed(pk()->work_size);

	for (size_t i = 0; all[i] != 0; i++)
		assert_int_equal(pk()->verify(key, all[i], msg, span(sig), work),
				 all[i] == good ? SNECK_OK : SNECK_E_BAD_SIGNATURE);
	assert_digest(pk(), key, all, good, msg, span(sig), work);
	assert_fits(pk(), key, all, good);
	if (good != 0)
		assert_int_equal(
			pk()->verify(key, good, sneck_span_of(msg.p, msg.len - 1), span(sig), work),
			SNECK_E_BAD_SIGNATURE);
	assert_no_stale_error();
	free(work);
}

/* A signature serves one scheme only; PSS wants a salt as long as the hash. */
static void schemes(void **state)
{
	static const char *const md[] = { "SHA256", "SHA384", "SHA512" };
	const struct sneck_span msg = sneck_span_of("what is signed", 14);
	EVP_PKEY *const ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_PKEY *const rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	void *key = zeroed(pk()->key_size);
	struct bytes der = certificate(ec, X509_VERSION_3), sig;

	(void)state;
	assert_int_equal(from(key, span(&der)), SNECK_OK);
	sig = sign(ec, "SHA256", false, 0, msg);
	judge(key, 0x0403, msg, &sig);
	key = moved(key, pk()->key_size);
	judge(key, 0x0403, msg, &sig);
	sig = sign(ec, "SHA384", false, 0, msg);
	judge(key, 0, msg, &sig);

	der = certificate(rsa, X509_VERSION_3); /* a used key gets another */
	assert_int_equal(from(key, span(&der)), SNECK_OK);
	for (uint16_t i = 0; i < 3; i++) {
		sig = sign(rsa, md[i], true, RSA_PSS_SALTLEN_DIGEST, msg);
		judge(key, (uint16_t)(0x0804 + i), msg, &sig);
	}
	sig = sign(rsa, "SHA256", true, 20, msg);
	judge(key, 0, msg, &sig);
	sig = sign(rsa, "SHA256", true, 0, msg);
	judge(key, 0, msg, &sig);
	for (unsigned i = 0; i < 3; i++) { /* PKCS #1 v1.5: TLS 1.2 */
		sig = sign(rsa, md[i], false, 0, msg);
		judge(key, (uint16_t)(0x0401 + 0x0100 * i), msg, &sig);
	}
	sig = sign(rsa, "SHA1", false, 0, msg);
	judge(key, 0, msg, &sig);

	der.len--;
	assert_int_equal(from(key, span(&der)), SNECK_E_CERT_BAD); /* the old key is gone too */
	judge(key, 0, msg, &sig);
	pk()->wipe(key);
	free(key);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
}

/* Every kind of key and what it signs with; the list is in the order of sigalgs.def. */
static void other_kinds(void **state)
{
	static const uint16_t all[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804,
					0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401,
					0x0501, 0x0601, 0xfe04, 0xfe05, 0xfe06, 0 };
	static const struct {
		const char *type, *curve, *md;
		uint16_t scheme;
		int bits;
	} rows[] = {
		{ "EC", "P-384", "SHA384", 0x0503, 0 },
		{ "EC", "P-384", "SHA256", 0, 0 },
		{ "EC", "P-521", "SHA512", 0x0603, 0 },
		{ "EC", "P-521", "SHA384", 0, 0 },
		{ "ED25519", NULL, NULL, 0x0807, 0 },
		{ "ED448", NULL, NULL, 0x0808, 0 },
		{ "RSA-PSS", NULL, "SHA256", 0x0809, 2048 },
		{ "RSA-PSS", NULL, "SHA384", 0x080a, 2048 },
		{ "RSA-PSS", NULL, "SHA512", 0x080b, 2048 },
	};
	const struct sneck_span msg = sneck_span_of("what is signed", 14);
	void *const key = zeroed(pk()->key_size);

	(void)state;
	assert_memory_equal(pk()->schemes, all, sizeof all);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY *const pkey = make(rows[i].type, rows[i].curve, rows[i].bits);
		const struct bytes der = certificate(pkey, X509_VERSION_3);
		const struct bytes sig =
			sign(pkey, rows[i].md, rows[i].bits != 0, RSA_PSS_SALTLEN_DIGEST, msg);

		assert_int_equal(from(key, span(&der)), SNECK_OK);
		judge(key, rows[i].scheme, msg, &sig);
		for (uint16_t k = 0; k < 3; k++) /* TLS 1.2 binds no curve to a hash */
			assert_int_equal(pk()->verify(key, (uint16_t)(SNECK_ECDSA_ANY_SHA256 + k),
						      msg, span(&sig), NULL),
					 rows[i].type[1] == 'C' && "235"[k] == rows[i].md[3]
						 ? SNECK_OK
						 : SNECK_E_BAD_SIGNATURE);
		EVP_PKEY_free(pkey);
	}
	pk()->wipe(key);
	free(key);
}

static void eddsa_keys(void **state)
{
	const uint8_t bits[58] = { 1 };

	(void)state;
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x70", bits, 32), SNECK_OK);
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x70", bits, 31), SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x70", bits, 33), SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x70\x05\x00", bits, 32), SNECK_E_CERT_TYPE);
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x71", bits, 57), SNECK_OK);
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x71", bits, 56), SNECK_E_CERT_BAD);
	assert_int_equal(SPKI_IS("\x06\x03\x2b\x65\x6e", bits, 32), SNECK_E_CERT_TYPE); /* X25519 */
}

#define SHA(n)	    "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" n
#define PSS_HASH(n) "\xa0\x0f\x30\x0d" SHA(n) "\x05\x00"
#define PSS_BARE(n) "\xa0\x0d\x30\x0b" SHA(n)
#define PSS_MGF(n)                                                                                 \
	"\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d" SHA(n) "\x05\x00"
#define PSS_MGFBARE(n) "\xa1\x1a\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0b" SHA(n)
#define PSS_SALT(n)    "\xa2\x03\x02\x01" n

/* RFC 4055, 3.1. Parameters that are stated must be those of one scheme, and bind the key to it. */
static void pss_parameters(void **state)
{
	static const struct {
		const char *params;
		size_t len;
		enum sneck_rc rc;
		uint16_t scheme;
	} rows[] = {
#define ROW(text, rc, scheme) { text, sizeof(text) - 1, rc, scheme }
		ROW(PSS_HASH("\1") PSS_MGF("\1") PSS_SALT("\x20"), SNECK_OK, 0x0809),
		ROW(PSS_HASH("\2") PSS_MGF("\2") PSS_SALT("\x30"), SNECK_OK, 0x080a),
		ROW(PSS_HASH("\3") PSS_MGF("\3") PSS_SALT("\x40"), SNECK_OK, 0x080b),
		ROW(PSS_BARE("\1") PSS_MGFBARE("\1") PSS_SALT("\x20"), SNECK_OK, 0x0809),
		ROW("", SNECK_E_CERT_TYPE, 0), /* SHA-1 */
		ROW(PSS_HASH("\4") PSS_MGF("\4") PSS_SALT("\x50"), SNECK_E_CERT_TYPE, 0),
		ROW(PSS_HASH("\1") PSS_MGF("\2") PSS_SALT("\x20"), SNECK_E_CERT_TYPE, 0),
		ROW(PSS_HASH("\1") PSS_MGF("\1") PSS_SALT("\x14"), SNECK_E_CERT_TYPE, 0),
		ROW(PSS_HASH("\1") PSS_MGF("\1"), SNECK_E_CERT_TYPE, 0), /* a salt of 20 */
		ROW(PSS_HASH("\1") PSS_SALT("\x20"), SNECK_E_CERT_TYPE, 0),
		ROW(PSS_HASH("\1") PSS_MGF("\1") PSS_SALT("\x20") "\xa3\x03\x02\x01\x01",
		    SNECK_E_CERT_TYPE, 0),
	};
	EVP_PKEY *const pkey = make("RSA", NULL, 2048);
	const struct sneck_span msg = sneck_span_of("what is signed", 14);
	static const char *const md[] = { "SHA256", "SHA384", "SHA512" };
	struct bytes bits = { .len = 1 };
	unsigned char *p = bits.p + 1;
	void *const key = zeroed(pk()->key_size);

	(void)state;
	bits.len += (size_t)i2d_PublicKey(pkey, &p);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bytes alg = { 0 }, body = { 0 }, spki = { 0 }, cert;

		memcpy(alg.p, HEAD_PSS, sizeof HEAD_PSS - 1);
		alg.len = sizeof HEAD_PSS - 1;
		der_put(&alg, 0x30, rows[i].params, rows[i].len);
		der_put(&body, 0x30, alg.p, alg.len);
		der_put(&body, 0x03, bits.p, bits.len);
		der_put(&spki, 0x30, body.p, body.len);
		cert = cert_around(span(&spki));
		assert_int_equal(from(key, span(&cert)), rows[i].rc);
		for (uint16_t j = 0; j < 3 && rows[i].rc == SNECK_OK; j++) {
			const uint16_t scheme = (uint16_t)(0x0809 + j);
			struct bytes sig = sign(pkey, md[j], true, RSA_PSS_SALTLEN_DIGEST, msg);

			judge(key, scheme == rows[i].scheme ? scheme : 0, msg, &sig);
		}
	}
	pk()->wipe(key);
	free(key);
	EVP_PKEY_free(pkey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_of_keys),   cmocka_unit_test(damaged_certificates),
		cmocka_unit_test(ec_keys),	   cmocka_unit_test(n62_rsa_bounds),
		cmocka_unit_test(lengths_not_der), cmocka_unit_test(strict_der),
		cmocka_unit_test(published),	   cmocka_unit_test(schemes),
		cmocka_unit_test(other_kinds),	   cmocka_unit_test(eddsa_keys),
		cmocka_unit_test(pss_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
