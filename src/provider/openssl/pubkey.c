/* SPDX-License-Identifier: MIT */
/* pubkey.c: the leaf's public key and the check of one signature; RFC 9846, 4.3.3 and 4.5.2.
 *
 * In OpenSSL 3.0, d2i_X509() and X509_get_pubkey() take 110 us, most of it in the generic decoder.
 * So the way to the SubjectPublicKeyInfo (RFC 5280, 4.1) is walked here, strictly in DER, and the
 * key made from its two numbers or its point. All else in the certificate is the verifier's. */
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "openssl.h"

#define RSA_MIN	   256u	 /* L18: 2,048 bits */
#define RSA_MAX	   1024u /* 8,192 bits */
#define RSA_EXP	   4u	 /* at most 2^32 - 1 */
#define P256_POINT 65u

enum kind { KIND_NONE, KIND_P256, KIND_RSA };

enum {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_VERSION = 0xa0
};

struct pubkey {
	EVP_PKEY *key;
	uint32_t kind;
};

/* ---- DER ---------------------------------------------------------------------------------- */

/* Takes the element in front of *in, whose tag is one byte. False: there is none, it is longer
 * than *in, or its length is not written in the one way that DER allows. */
static bool der_any(struct sneck_span *in, uint8_t *tag, struct sneck_span *body)
{
	size_t head = 2, len, more;

	if (in->len < head)
		return false;
	*tag = in->p[0];
	len = in->p[1];
	if (len >= 0x80) {
		more = len - 0x80;
		if (more == 0 || more > 3 || more > in->len - head || in->p[2] == 0)
			return false;
		len = 0;
		for (size_t i = 0; i < more; i++)
			len = len << 8 | in->p[head + i];
		head += more;
		if (len < 0x80)
			return false;
	}
	if ((*tag & 0x1f) == 0x1f || len > in->len - head)
		return false;
	*body = sneck_span_of(in->p + head, len);
	*in = sneck_span_of(in->p + head + len, in->len - head - len);
	return true;
}

static bool der_take(struct sneck_span *in, uint8_t want, struct sneck_span *body)
{
	uint8_t tag = 0;

	return der_any(in, &tag, body) && tag == want;
}

/* A positive INTEGER, without the zero byte that may stand in front. */
static bool der_number(struct sneck_span *in, struct sneck_span *n)
{
	if (!der_take(in, DER_INTEGER, n) || n->len == 0 || n->p[0] >= 0x80)
		return false;
	if (n->p[0] == 0 && n->len > 1) {
		*n = sneck_span_of(n->p + 1, n->len - 1);
		return n->p[0] >= 0x80;
	}
	return true;
}

/* The octets of a BIT STRING that has no unused bits. */
static bool der_bits(struct sneck_span *in, struct sneck_span *octets)
{
	if (!der_take(in, DER_BIT_STRING, octets) || octets->len == 0 || octets->p[0] != 0)
		return false;
	*octets = sneck_span_of(octets->p + 1, octets->len - 1);
	return true;
}

/* RFC 5280, 4.1: from a Certificate to its AlgorithmIdentifier and subjectPublicKey. */
static bool find_key(struct sneck_span der, struct sneck_span *alg, struct sneck_span *bits)
{
	struct sneck_span cert, tbs, skip, spki;

	if (!der_take(&der, DER_SEQUENCE, &cert) || der.len != 0 ||
	    !der_take(&cert, DER_SEQUENCE, &tbs) || !der_take(&cert, DER_SEQUENCE, &skip) ||
	    !der_bits(&cert, &skip) || cert.len != 0)
		return false;
	if (tbs.len != 0 && tbs.p[0] == DER_VERSION && !der_take(&tbs, DER_VERSION, &skip))
		return false;
	if (!der_take(&tbs, DER_INTEGER, &skip) ||  /* serialNumber */
	    !der_take(&tbs, DER_SEQUENCE, &skip) || /* signature */
	    !der_take(&tbs, DER_SEQUENCE, &skip) || /* issuer */
	    !der_take(&tbs, DER_SEQUENCE, &skip) || /* validity */
	    !der_take(&tbs, DER_SEQUENCE, &skip) || /* subject */
	    !der_take(&tbs, DER_SEQUENCE, &spki))
		return false;
	return der_take(&spki, DER_SEQUENCE, alg) && der_bits(&spki, bits) && spki.len == 0;
}

static bool is(struct sneck_span s, const char *bytes, size_t len)
{
	return s.len == len && memcmp(s.p, bytes, len) == 0;
}

#define OID_EC	       "\x2a\x86\x48\xce\x3d\x02\x01"		  /* id-ecPublicKey */
#define OID_P256       "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07" /* with its head */
#define OID_RSA	       "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"	  /* rsaEncryption */
#define DER_NULL       "\x05\x00"
#define IS(span, text) is(span, text, sizeof(text) - 1)

/* ---- keys --------------------------------------------------------------------------------- */

/* RFC 5480. A copied template and its point set is the cheapest key: 4 us; from its name, 13. */
static enum sneck_rc p256_key(struct pubkey *k, struct sneck_span point)
{
	if (point.len != P256_POINT || point.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return SNECK_E_CERT_TYPE;
	k->key = EVP_PKEY_dup(sneck__ossl.p256);
	k->kind = KIND_P256;
	if (k->key == NULL)
		return SNECK_E_CRYPTO;
	return EVP_PKEY_set1_encoded_public_key(k->key, point.p, point.len) == 1 ? SNECK_OK
										 : SNECK_E_CERT_BAD;
}

/* Copies big-endian bytes in the order of this machine, which is that of OSSL_PARAM. */
static void native(uint8_t *to, struct sneck_span from)
{
	const union {
		uint16_t word;
		uint8_t first;
	} one = { 1 };

	for (size_t i = 0; i < from.len; i++)
		to[i] = from.p[one.first == 1 ? from.len - 1 - i : i];
}

/* RFC 8017, A.1.1. work has RSA_MAX bytes. */
static enum sneck_rc rsa_key(struct pubkey *k, struct sneck_span bits, uint8_t *work)
{
	struct sneck_span body, n, e;
	uint8_t exponent[RSA_EXP];
	OSSL_PARAM params[3];

	if (!der_take(&bits, DER_SEQUENCE, &body) || bits.len != 0 || !der_number(&body, &n) ||
	    !der_number(&body, &e) || body.len != 0)
		return SNECK_E_CERT_BAD;
	/* L18. A first byte below 0x80 makes 2,041 to 2,047 bits of 256 bytes. */
	if (n.len < RSA_MIN || n.len > RSA_MAX || (n.len == RSA_MIN && n.p[0] < 0x80) ||
	    e.len > RSA_EXP || (n.p[n.len - 1] & 1) == 0 || (e.p[e.len - 1] & 1) == 0 ||
	    (e.len == 1 && e.p[0] == 1))
		return SNECK_E_CERT_TYPE;
	native(work, n);
	native(exponent, e);
	params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, work, n.len);
	params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, e.len);
	params[2] = OSSL_PARAM_construct_end();
	k->key = sneck__ossl_key(sneck__ossl.rsa, EVP_PKEY_PUBLIC_KEY, params);
	k->kind = KIND_RSA;
	return k->key == NULL ? SNECK_E_CRYPTO : SNECK_OK;
}

static void wipe(void *key)
{
	struct pubkey *const k = key;

	EVP_PKEY_free(k->key);
	k->key = NULL;
	k->kind = KIND_NONE;
}

static enum sneck_rc read_key(struct pubkey *k, struct sneck_span der, uint8_t *work)
{
	struct sneck_span alg, bits, oid;

	if (!find_key(der, &alg, &bits) || !der_take(&alg, DER_OID, &oid))
		return SNECK_E_CERT_BAD;
	if (IS(oid, OID_EC))
		return IS(alg, OID_P256) ? p256_key(k, bits) : SNECK_E_CERT_TYPE;
	if (IS(oid, OID_RSA))
		return IS(alg, DER_NULL) ? rsa_key(k, bits, work) : SNECK_E_CERT_BAD;
	return SNECK_E_CERT_TYPE;
}

static enum sneck_rc from_cert(void *key, struct sneck_span der, void *work)
{
	enum sneck_rc rc;

	wipe(key);
	rc = read_key(key, der, work);
	if (rc == SNECK_OK)
		return SNECK_OK;
	wipe(key);
	return sneck__ossl_fail(rc);
}

/* ---- signatures --------------------------------------------------------------------------- */

struct scheme {
	uint16_t id;
	uint16_t kind;
	EVP_MD *const *md;
	const char *digest;
};

static const struct scheme table[] = {
	{ 0x0403, KIND_P256, &sneck__ossl.sha256, "SHA256" },
	{ 0x0804, KIND_RSA, &sneck__ossl.sha256, "SHA256" },
	{ 0x0805, KIND_RSA, &sneck__ossl.sha384, "SHA384" },
	{ 0x0806, KIND_RSA, &sneck__ossl.sha512, "SHA512" },
};

static const uint16_t schemes[] = { 0x0403, 0x0804, 0x0805, 0x0806, 0 };

/* Starts a check. RFC 9846, 4.3.3: PSS with MGF1 of the same hash, and a salt as long as it. */
static bool verify_init(EVP_PKEY_CTX *c, const struct scheme *s)
{
	OSSL_PARAM params[4];
	char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS, salt[] = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;

	if (s->kind != KIND_RSA)
		return EVP_PKEY_verify_init(c) == 1;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST,
						     (char *)(uintptr_t)s->digest, 0);
	params[1] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pss, 0);
	params[2] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt, 0);
	params[3] = OSSL_PARAM_construct_end();
	return EVP_PKEY_verify_init_ex(c, params) == 1;
}

static enum sneck_rc check(EVP_PKEY *key, const struct scheme *s, struct sneck_span msg,
			   struct sneck_span sig)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_PKEY_CTX *c;
	enum sneck_rc rc = SNECK_E_CRYPTO;

	/* hashed here: EVP_DigestVerify() looks the hash up by name */
	if (EVP_Digest(msg.p, msg.len, digest, &len, *s->md, NULL) != 1)
		return SNECK_E_CRYPTO;
	c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (c != NULL && verify_init(c, s))
		rc = EVP_PKEY_verify(c, sig.p, sig.len, digest, len) == 1 ? SNECK_OK
									  : SNECK_E_BAD_SIGNATURE;
	EVP_PKEY_CTX_free(c);
	return rc;
}

static enum sneck_rc verify(const void *key, uint16_t scheme, struct sneck_span msg,
			    struct sneck_span sig, void *work)
{
	const struct pubkey *const k = key;
	enum sneck_rc rc = SNECK_E_BAD_SIGNATURE;

	(void)work;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].id == scheme && table[i].kind == k->kind)
			rc = check(k->key, &table[i], msg, sig);
	return rc == SNECK_OK ? SNECK_OK : sneck__ossl_fail(rc);
}

const struct sneck_pubkey sneck__ossl_pubkey = {
	.schemes = schemes,
	.key_size = sizeof(struct pubkey),
	.work_size = RSA_MAX,
	.from_cert = from_cert,
	.verify = verify,
	.wipe = wipe,
};
