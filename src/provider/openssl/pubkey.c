/* SPDX-License-Identifier: MIT */
/* pubkey.c: the leaf's public key and the check of one signature; RFC 9846, 4.3.3 and 4.5.2.
 *
 * In OpenSSL 3.0, d2i_X509() and X509_get_pubkey() take 110 us, most of it in the generic decoder.
 * So der.c finds the key, and it is made here from its two numbers or its point. */
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <sneck/config.h>

#include "../der/der.h"
#include "openssl.h"

#define PKCS1	1u    /* the low byte of rsa_pkcs1_* */
#define RSA_MIN 256u  /* L18: 2,048 bits */
#define RSA_MAX 1024u /* 8,192 bits */
#define RSA_EXP 4u    /* at most 2^32 - 1 */

/* the curves in the order of OSSL_CURVES */
enum kind {
	KIND_NONE,
	KIND_P256,
	KIND_P384,
	KIND_P521,
	KIND_ED25519,
	KIND_ED448,
	KIND_RSA,
	KIND_PSS,
	KIND_EC /* any curve; of a scheme only */
};

struct pubkey {
	EVP_PKEY *key;
	uint16_t kind;
	uint16_t only; /* the one scheme that the key's parameters allow; 0: those of its kind */
};

static bool is(struct sneck_span s, const char *bytes, size_t len)
{
	return s.len == len && memcmp(s.p, bytes, len) == 0;
}

#define OID_EC	    "\x2a\x86\x48\xce\x3d\x02\x01"	   /* id-ecPublicKey */
#define OID_RSA	    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" /* rsaEncryption */
#define OID_PSS	    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" /* id-RSASSA-PSS */
#define OID_ED25519 "\x2b\x65\x70"
#define OID_ED448   "\x2b\x65\x71"
#define OID_MGF1    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
#define OID_SHA2    "\x60\x86\x48\x01\x65\x03\x04\x02" /* and one of 1 to 3 */
#define DER_NULL    "\x05\x00"

/* an OBJECT IDENTIFIER with its head */
#define CURVE_P256 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define CURVE_P384 "\x06\x05\x2b\x81\x04\x00\x22"
#define CURVE_P521 "\x06\x05\x2b\x81\x04\x00\x23"

#define IS(span, text) is(span, text, sizeof(text) - 1)

/* ---- keys --------------------------------------------------------------------------------- */

static const struct curve {
	const char *name;
	size_t name_len, point_len;
} curves[OSSL_CURVES] = {
	{ CURVE_P256, sizeof CURVE_P256 - 1, 65 },
	{ CURVE_P384, sizeof CURVE_P384 - 1, 97 },
	{ CURVE_P521, sizeof CURVE_P521 - 1, 133 },
};

/* RFC 5480. A copied template and its point set is the cheapest key: 4 us; from its name, 13. */
static enum sneck_rc ec_key(struct pubkey *k, struct sneck_span name, struct sneck_span point)
{
	size_t i = 0;

	while (i < OSSL_CURVES && !is(name, curves[i].name, curves[i].name_len))
		i++;
	if (i == OSSL_CURVES || sneck__ossl.ec[i] == NULL || point.len != curves[i].point_len ||
	    point.p[0] != POINT_CONVERSION_UNCOMPRESSED)
		return SNECK_E_CERT_TYPE;
	k->key = EVP_PKEY_dup(sneck__ossl.ec[i]);
	k->kind = (uint16_t)(KIND_P256 + i);
	if (k->key == NULL)
		return SNECK_E_CRYPTO;
	return EVP_PKEY_set1_encoded_public_key(k->key, point.p, point.len) == 1 ? SNECK_OK
										 : SNECK_E_CERT_BAD;
}

/* RFC 8410. Whether the bytes are a point, a signature tells. */
static enum sneck_rc ed_key(struct pubkey *k, const EVP_PKEY_CTX *tmpl, uint16_t kind, size_t len,
			    struct sneck_span point)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.p,
					point.len),
		OSSL_PARAM_END,
	};

	if (tmpl == NULL)
		return SNECK_E_CERT_TYPE;
	if (point.len != len)
		return SNECK_E_CERT_BAD;
	k->key = sneck__ossl_key(tmpl, EVP_PKEY_PUBLIC_KEY, params);
	k->kind = kind;
	return k->key == NULL ? SNECK_E_CRYPTO : SNECK_OK;
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

/* RFC 8017, A.1.1. The modulus is public: it may stay behind on the stack. */
static enum sneck_rc rsa_key(struct pubkey *k, struct sneck_span bits)
{
	struct sneck_span body, n, e;
	uint8_t modulus[RSA_MAX], exponent[RSA_EXP];
	OSSL_PARAM params[3];

	if (!sneck__der_take(&bits, DER_SEQUENCE, &body) || bits.len != 0 ||
	    !sneck__der_number(&body, &n) || !sneck__der_number(&body, &e) || body.len != 0)
		return SNECK_E_CERT_BAD;
	/* L18. A first byte below 0x80 makes 2,041 to 2,047 bits of 256 bytes. */
	if (n.len < RSA_MIN || n.len > RSA_MAX || (n.len == RSA_MIN && n.p[0] < 0x80) ||
	    e.len > RSA_EXP || (n.p[n.len - 1] & 1) == 0 || (e.p[e.len - 1] & 1) == 0 ||
	    (e.len == 1 && e.p[0] == 1))
		return SNECK_E_CERT_TYPE;
	native(modulus, n);
	native(exponent, e);
	params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, n.len);
	params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent, e.len);
	params[2] = OSSL_PARAM_construct_end();
	k->key = sneck__ossl_key(sneck__ossl.rsa, EVP_PKEY_PUBLIC_KEY, params);
	return k->key == NULL ? SNECK_E_CRYPTO : SNECK_OK;
}

static void wipe(void *key)
{
	struct pubkey *const k = key;

	EVP_PKEY_free(k->key);
	k->key = NULL;
	k->kind = KIND_NONE;
	k->only = 0;
}

/* The AlgorithmIdentifier of a SHA-2: which of SHA-256 (1), SHA-384 (2), SHA-512 (3); 0: none. Its
 * parameters are NULL or absent: RFC 4055, 2.1. */
static uint8_t hash_id(struct sneck_span alg)
{
	struct sneck_span oid;
	const size_t len = sizeof OID_SHA2 - 1;

	if (!sneck__der_take(&alg, DER_OID, &oid) || (alg.len != 0 && !IS(alg, DER_NULL)) ||
	    oid.len != len + 1 || memcmp(oid.p, OID_SHA2, len) != 0 || oid.p[len] > 3)
		return 0;
	return oid.p[len];
}

/* RSASSA-PSS-params (RFC 4055, 3.1) behind the OID. A key may leave them out; what it states must
 * be what one scheme does: that hash in both places and a salt as long as it. */
static enum sneck_rc pss_params(struct sneck_span alg, uint16_t *only)
{
	struct sneck_span seq, part, inner, oid, salt;
	uint8_t hash, mgf;

	*only = 0;
	if (alg.len == 0)
		return SNECK_OK;
	if (!sneck__der_take(&alg, DER_SEQUENCE, &seq) || alg.len != 0)
		return SNECK_E_CERT_BAD;
	if (!sneck__der_take(&seq, DER_CONTEXT_0, &part) ||
	    !sneck__der_take(&part, DER_SEQUENCE, &inner) || part.len != 0)
		return SNECK_E_CERT_TYPE; /* SHA-1 is the default */
	hash = hash_id(inner);
	if (!sneck__der_take(&seq, DER_CONTEXT_1, &part) ||
	    !sneck__der_take(&part, DER_SEQUENCE, &inner) || part.len != 0 ||
	    !sneck__der_take(&inner, DER_OID, &oid) || !IS(oid, OID_MGF1) ||
	    !sneck__der_take(&inner, DER_SEQUENCE, &part) || inner.len != 0)
		return SNECK_E_CERT_TYPE;
	mgf = hash_id(part);
	if (!sneck__der_take(&seq, DER_CONTEXT_2, &part) || seq.len != 0 ||
	    !sneck__der_number(&part, &salt) || part.len != 0 || hash == 0 || mgf != hash ||
	    salt.len != 1 || salt.p[0] != 16 * (hash + 1))
		return SNECK_E_CERT_TYPE;
	*only = (uint16_t)(0x0808 + hash);
	return SNECK_OK;
}

static enum sneck_rc read_key(struct pubkey *k, struct sneck_span alg, struct sneck_span bits)
{
	struct sneck_span oid;

	if (!sneck__der_take(&alg, DER_OID, &oid))
		return SNECK_E_CERT_BAD;
	if (IS(oid, OID_EC))
		return ec_key(k, alg, bits);
	if (IS(oid, OID_RSA)) {
		k->kind = KIND_RSA;
		return IS(alg, DER_NULL) ? rsa_key(k, bits) : SNECK_E_CERT_BAD;
	}
	if (IS(oid, OID_PSS)) { /* an RSA key to libcrypto; what it may do is seen to here */
		k->kind = KIND_PSS;
		SNECK_TRY(pss_params(alg, &k->only));
		return rsa_key(k, bits);
	}
	if (IS(oid, OID_ED25519) && alg.len == 0)
		return ed_key(k, sneck__ossl.ed25519, KIND_ED25519, 32, bits);
	if (IS(oid, OID_ED448) && alg.len == 0)
		return ed_key(k, sneck__ossl.ed448, KIND_ED448, 57, bits);
	return SNECK_E_CERT_TYPE;
}

typedef bool (*find_fn)(struct sneck_span der, struct sneck_span *alg, struct sneck_span *bits);

static enum sneck_rc from(void *key, struct sneck_span der, find_fn find)
{
	struct sneck_span alg, bits;
	enum sneck_rc rc;

	wipe(key);
	rc = find(der, &alg, &bits) ? read_key(key, alg, bits) : SNECK_E_CERT_BAD;
	if (rc == SNECK_OK)
		return SNECK_OK;
	wipe(key);
	return sneck__ossl_fail(rc);
}

static enum sneck_rc from_cert(void *key, struct sneck_span der, void *work)
{
	(void)work;
	return from(key, der, sneck__der_find_key);
}

static enum sneck_rc from_spki(void *key, struct sneck_span der, void *work)
{
	(void)work;
	return from(key, der, sneck__der_read_spki);
}

/* ---- signatures --------------------------------------------------------------------------- */

struct scheme {
	uint16_t id;
	uint16_t kind;
	EVP_MD *const *md;
	const char *digest;
};

/* Best first. No hash: EdDSA, which hashes by itself. */
static const struct scheme table[OSSL_SCHEMES] = {
	{ 0x0403, KIND_P256, &sneck__ossl.sha256, NULL },
	{ 0x0503, KIND_P384, &sneck__ossl.sha384, NULL },
	{ 0x0603, KIND_P521, &sneck__ossl.sha512, NULL },
	{ 0x0807, KIND_ED25519, NULL, NULL },
	{ 0x0808, KIND_ED448, NULL, NULL },
	{ 0x0804, KIND_RSA, &sneck__ossl.sha256, "SHA256" },
	{ 0x0805, KIND_RSA, &sneck__ossl.sha384, "SHA384" },
	{ 0x0806, KIND_RSA, &sneck__ossl.sha512, "SHA512" },
	{ 0x0809, KIND_PSS, &sneck__ossl.sha256, "SHA256" },
	{ 0x080a, KIND_PSS, &sneck__ossl.sha384, "SHA384" },
	{ 0x080b, KIND_PSS, &sneck__ossl.sha512, "SHA512" },
	{ 0x0401, KIND_RSA, &sneck__ossl.sha256, "SHA256" },
	{ 0x0501, KIND_RSA, &sneck__ossl.sha384, "SHA384" },
	{ 0x0601, KIND_RSA, &sneck__ossl.sha512, "SHA512" },
	{ SNECK_ECDSA_ANY_SHA256, KIND_EC, &sneck__ossl.sha256, NULL },
	{ SNECK_ECDSA_ANY_SHA384, KIND_EC, &sneck__ossl.sha384, NULL },
	{ SNECK_ECDSA_ANY_SHA512, KIND_EC, &sneck__ossl.sha512, NULL },
};

static uint16_t schemes[OSSL_SCHEMES + 1]; /* filled once, like sneck__ossl */

void sneck__ossl_list_schemes(void)
{
	const struct ossl *const o = &sneck__ossl;
	size_t n = 0;

	for (size_t i = 0; i < OSSL_SCHEMES; i++) {
		const uint16_t kind = table[i].kind;

		if (kind == KIND_ED25519  ? o->ed25519 != NULL
		    : kind == KIND_ED448  ? o->ed448 != NULL
		    : kind == KIND_EC	  ? o->ec[0] != NULL
		    : kind < KIND_ED25519 ? o->ec[kind - KIND_P256] != NULL
					  : o->rsa != NULL)
			schemes[n++] = table[i].id;
	}
	schemes[n] = 0;
}

/* Starts a check. RFC 9846, 4.3.3: PSS with MGF1 of the same hash, and a salt as long as it; in TLS
 * 1.2 also PKCS #1 v1.5. */
static bool verify_init(EVP_PKEY_CTX *c, const struct scheme *s)
{
	OSSL_PARAM params[4];
	char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS, salt[] = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;

	if (s->digest == NULL)
		return EVP_PKEY_verify_init(c) == 1;
	if ((s->id & 0xffu) == PKCS1)
		return EVP_PKEY_verify_init(c) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_signature_md(c, *s->md) == 1;
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST,
						     (char *)(uintptr_t)s->digest, 0);
	params[1] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, pss, 0);
	params[2] = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt, 0);
	params[3] = OSSL_PARAM_construct_end();
	return EVP_PKEY_verify_init_ex(c, params) == 1;
}

static enum sneck_rc check_eddsa(EVP_PKEY *key, struct sneck_span msg, struct sneck_span sig)
{
	EVP_MD_CTX *const c = EVP_MD_CTX_new();
	enum sneck_rc rc = SNECK_E_CRYPTO;

	if (c != NULL && EVP_DigestVerifyInit_ex(c, NULL, NULL, NULL, NULL, key, NULL) == 1)
		rc = EVP_DigestVerify(c, sig.p, sig.len, msg.p, msg.len) == 1
			     ? SNECK_OK
			     : SNECK_E_BAD_SIGNATURE;
	EVP_MD_CTX_free(c);
	return rc;
}

static enum sneck_rc check_digest(EVP_PKEY *key, const struct scheme *s, struct sneck_span digest,
				  struct sneck_span sig)
{
	enum sneck_rc rc = SNECK_E_CRYPTO;
	EVP_PKEY_CTX *c;

	if (s->md == NULL || digest.len != (size_t)EVP_MD_get_size(*s->md))
		return SNECK_E_BAD_SIGNATURE;
	c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (c != NULL && verify_init(c, s))
		rc = EVP_PKEY_verify(c, sig.p, sig.len, digest.p, digest.len) == 1
			     ? SNECK_OK
			     : SNECK_E_BAD_SIGNATURE;
	EVP_PKEY_CTX_free(c);
	return rc;
}

static enum sneck_rc check(EVP_PKEY *key, const struct scheme *s, struct sneck_span msg,
			   struct sneck_span sig)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (s->md == NULL)
		return check_eddsa(key, msg, sig);
	/* hashed here: EVP_DigestVerify() looks the hash up by name */
	if (EVP_Digest(msg.p, msg.len, digest, &len, *s->md, NULL) != 1)
		return SNECK_E_CRYPTO;
	return check_digest(key, s, sneck_span_of(digest, len), sig);
}

typedef enum sneck_rc (*check_fn)(EVP_PKEY *key, const struct scheme *s, struct sneck_span what,
				  struct sneck_span sig);

static enum sneck_rc verify_with(check_fn fn, const struct pubkey *k, uint16_t scheme,
				 struct sneck_span what, struct sneck_span sig)
{
	enum sneck_rc rc = SNECK_E_BAD_SIGNATURE;

	for (size_t i = 0; i < OSSL_SCHEMES; i++)
		if (table[i].id == scheme &&
		    (table[i].kind == k->kind ||
		     (table[i].kind == KIND_EC && k->kind < KIND_ED25519)) &&
		    (k->only == 0 || k->only == scheme))
			rc = fn(k->key, &table[i], what, sig);
	return rc == SNECK_OK ? SNECK_OK : sneck__ossl_fail(rc);
}

static int fits(const void *key, uint16_t scheme)
{
	const struct pubkey *const k = key;
	size_t i = 0;

	while (i < OSSL_SCHEMES && table[i].id != scheme)
		i++;
	return i < OSSL_SCHEMES && table[i].kind == k->kind && (k->only == 0 || k->only == scheme);
}

static enum sneck_rc verify(const void *key, uint16_t scheme, struct sneck_span msg,
			    struct sneck_span sig, void *work)
{
	(void)work;
	return verify_with(check, key, scheme, msg, sig);
}

static enum sneck_rc verify_digest(const void *key, uint16_t scheme, struct sneck_span digest,
				   struct sneck_span sig, void *work)
{
	(void)work;
	return verify_with(check_digest, key, scheme, digest, sig);
}

const struct sneck_pubkey sneck__ossl_pubkey = {
	.schemes = schemes,
	.key_size = sizeof(struct pubkey),
	.from_cert = from_cert,
	.from_spki = from_spki,
	.verify = verify,
	.verify_digest = verify_digest,
	.fits = fits,
	.wipe = wipe,
};
