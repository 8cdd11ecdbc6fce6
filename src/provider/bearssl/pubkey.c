/* SPDX-License-Identifier: MIT */
/* pubkey.c: the leaf's public key and the check of one signature; RFC 9846, 4.3.3 and 4.5.2. der.c
 * finds the key in the certificate, and it is copied: a point or the two numbers of RSA. What is
 * handled here is public: time may depend on it. */
#include "../der/der.h"
#include "bearssl.h"

#define RSA_EXP 4u /* at most 2^32 - 1 */

enum kind { KIND_NONE, KIND_P256, KIND_P384, KIND_RSA, KIND_EC /* either; of a scheme only */ };

struct pubkey {
	uint16_t kind, len, exp_len;
	uint8_t exp[RSA_EXP];
	uint8_t bytes[RSA_MAX]; /* the modulus or the point */
};

/* ---- keys --------------------------------------------------------------------------------- */

static bool is(struct sneck_span s, const char *bytes, size_t len)
{
	return s.len == len && memcmp(s.p, bytes, len) == 0;
}

#define OID_EC	       "\x2a\x86\x48\xce\x3d\x02\x01"		  /* id-ecPublicKey */
#define OID_P256       "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07" /* with its head */
#define OID_P384       "\x06\x05\x2b\x81\x04\x00\x22"
#define OID_RSA	       "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" /* rsaEncryption */
#define DER_NULL       "\x05\x00"
#define IS(span, text) is(span, text, sizeof(text) - 1)

/* A multiplication by 1 is what checks a point: BearSSL has no call for that alone. */
static enum sneck_rc ec_key(struct pubkey *k, struct sneck_span point, uint16_t kind)
{
	static const uint8_t one[1] = { 1 };
	const int curve = kind == KIND_P256 ? BR_EC_secp256r1 : BR_EC_secp384r1;
	const size_t len = kind == KIND_P256 ? 65 : 97;
	uint8_t copy[EC_POINT_MAX];

	if (point.len != len || point.p[0] != 4)
		return SNECK_E_CERT_TYPE;
	memcpy(copy, point.p, len);
	if (br_ec_get_default()->mul(copy, len, one, sizeof one, curve) != 1)
		return SNECK_E_CERT_BAD;
	k->kind = kind;
	k->len = (uint16_t)len;
	memcpy(k->bytes, point.p, len);
	return SNECK_OK;
}

/* RFC 8017, A.1.1. */
static enum sneck_rc rsa_key(struct pubkey *k, struct sneck_span bits)
{
	struct sneck_span body, n, e;

	if (!sneck__der_take(&bits, DER_SEQUENCE, &body) || bits.len != 0 ||
	    !sneck__der_number(&body, &n) || !sneck__der_number(&body, &e) || body.len != 0)
		return SNECK_E_CERT_BAD;
	/* L18. A first byte below 0x80 makes 2,041 to 2,047 bits of 256 bytes. */
	if (n.len < RSA_MIN || n.len > RSA_MAX || (n.len == RSA_MIN && n.p[0] < 0x80) ||
	    e.len > RSA_EXP || (n.p[n.len - 1] & 1) == 0 || (e.p[e.len - 1] & 1) == 0 ||
	    (e.len == 1 && e.p[0] == 1))
		return SNECK_E_CERT_TYPE;
	k->kind = KIND_RSA;
	k->len = (uint16_t)n.len;
	k->exp_len = (uint16_t)e.len;
	memcpy(k->bytes, n.p, n.len);
	memcpy(k->exp, e.p, e.len);
	return SNECK_OK;
}

static void wipe(void *key)
{
	memset(key, 0, sizeof(struct pubkey));
}

static enum sneck_rc read_key(struct pubkey *key, struct sneck_span alg, struct sneck_span bits)
{
	struct sneck_span oid;

	if (!sneck__der_take(&alg, DER_OID, &oid))
		return SNECK_E_CERT_BAD;
	if (IS(oid, OID_EC) && IS(alg, OID_P256))
		return ec_key(key, bits, KIND_P256);
	if (IS(oid, OID_EC) && IS(alg, OID_P384))
		return ec_key(key, bits, KIND_P384);
	if (IS(oid, OID_RSA))
		return IS(alg, DER_NULL) ? rsa_key(key, bits) : SNECK_E_CERT_BAD;
	return SNECK_E_CERT_TYPE;
}

static enum sneck_rc from_cert(void *key, struct sneck_span der, void *work)
{
	struct sneck_span alg, bits;

	(void)work;
	wipe(key);
	return sneck__der_find_key(der, &alg, &bits) ? read_key(key, alg, bits) : SNECK_E_CERT_BAD;
}

static enum sneck_rc from_spki(void *key, struct sneck_span der, void *work)
{
	struct sneck_span alg, bits;

	(void)work;
	wipe(key);
	return sneck__der_read_spki(der, &alg, &bits) ? read_key(key, alg, bits) : SNECK_E_CERT_BAD;
}

/* ---- signatures --------------------------------------------------------------------------- */

static const struct scheme {
	uint16_t id, kind;
	const br_hash_class *hash;
} table[] = {
	{ 0x0403, KIND_P256, &br_sha256_vtable }, { 0x0503, KIND_P384, &br_sha384_vtable },
	{ 0x0804, KIND_RSA, &br_sha256_vtable },  { 0x0805, KIND_RSA, &br_sha384_vtable },
	{ 0x0806, KIND_RSA, &br_sha512_vtable },  { 0x0401, KIND_RSA, &br_sha256_vtable },
	{ 0x0501, KIND_RSA, &br_sha384_vtable },  { 0x0601, KIND_RSA, &br_sha512_vtable },
	{ 0xfe04, KIND_EC, &br_sha256_vtable },	  { 0xfe05, KIND_EC, &br_sha384_vtable },
	{ 0xfe06, KIND_EC, &br_sha512_vtable },
};

static const uint16_t schemes[] = { 0x0403, 0x0804, 0x0805, 0x0806, 0x0503, 0x0401,
				    0x0501, 0x0601, 0xfe04, 0xfe05, 0xfe06, 0 };

/* RFC 3279, 2.2.3: r and s in DER, to n bytes each. A zero is none of them. */
static bool ecdsa_raw(struct sneck_span sig, uint8_t *raw, size_t n)
{
	struct sneck_span body, num[2];

	memset(raw, 0, 2 * n);
	if (!sneck__der_take(&sig, DER_SEQUENCE, &body) || sig.len != 0 ||
	    !sneck__der_number(&body, &num[0]) || !sneck__der_number(&body, &num[1]) ||
	    body.len != 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (num[i].len > n || num[i].p[0] == 0)
			return false;
		memcpy(raw + (i + 1) * n - num[i].len, num[i].p, num[i].len);
	}
	return true;
}

static bool ecdsa_good(const struct pubkey *k, const struct scheme *s, const uint8_t *digest,
		       struct sneck_span sig)
{
	const size_t n = k->len / 2u;
	uint8_t raw[2 * EC_SCALAR_MAX];
	const br_ec_public_key key = {
		.curve = k->kind == KIND_P256 ? BR_EC_secp256r1 : BR_EC_secp384r1,
		.q = (uint8_t *)(uintptr_t)k->bytes,
		.qlen = k->len,
	};

	return ecdsa_raw(sig, raw, n) &&
	       br_ecdsa_vrfy_raw_get_default()(br_ec_get_default(), digest,
					       sneck__bear_hash_len(s->hash), &key, raw,
					       2 * n) == 1;
}

/* work has RSA_MAX bytes. */
static bool rsa_good(const struct pubkey *k, const struct scheme *s, const uint8_t *digest,
		     struct sneck_span sig, uint8_t *work)
{
	const br_rsa_public_key key = {
		.n = (uint8_t *)(uintptr_t)k->bytes,
		.nlen = k->len,
		.e = (uint8_t *)(uintptr_t)k->exp,
		.elen = k->exp_len,
	};
	uint8_t decoded[HASH_MAX];
	uint32_t bits = 8u * k->len;

	for (uint32_t top = k->bytes[0]; top < 0x80; top *= 2)
		bits--;
	if (sig.len != k->len)
		return false;
	memcpy(work, sig.p, sig.len);
	if ((s->id & 0xffu) == 1) /* TLS 1.2: PKCS #1 v1.5 */
		return br_rsa_pkcs1_vrfy_get_default()(work, k->len, sneck__bear_oid(s->hash),
						       sneck__bear_hash_len(s->hash), &key,
						       decoded) == 1 &&
		       memcmp(decoded, digest, sneck__bear_hash_len(s->hash)) == 0;
	return br_rsa_public_get_default()(work, k->len, &key) == 1 &&
	       sneck__bear_pss_verify(s->hash, digest, work, bits);
}

/* NULL: not with this key. */
static const struct scheme *scheme_of(const struct pubkey *k, uint16_t id)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct scheme *const s = &table[i];

		if (s->id == id &&
		    (s->kind == k->kind || (s->kind == KIND_EC && k->kind < KIND_RSA)))
			return s;
	}
	return NULL;
}

static int fits(const void *key, uint16_t scheme)
{
	const struct scheme *const s = scheme_of(key, scheme);

	return s != NULL && s->kind != KIND_EC;
}

static enum sneck_rc verify_digest(const void *key, uint16_t scheme, struct sneck_span digest,
				   struct sneck_span sig, void *work)
{
	const struct pubkey *const k = key;
	const struct scheme *const s = scheme_of(k, scheme);
	bool good;

	if (s == NULL || digest.len != sneck__bear_hash_len(s->hash))
		return SNECK_E_BAD_SIGNATURE;
	good = k->kind == KIND_RSA ? rsa_good(k, s, digest.p, sig, work)
				   : ecdsa_good(k, s, digest.p, sig);
	return good ? SNECK_OK : SNECK_E_BAD_SIGNATURE;
}

static enum sneck_rc verify(const void *key, uint16_t scheme, struct sneck_span msg,
			    struct sneck_span sig, void *work)
{
	const struct scheme *const s = scheme_of(key, scheme);
	uint8_t digest[HASH_MAX];

	if (s == NULL)
		return SNECK_E_BAD_SIGNATURE;
	sneck__bear_digest(s->hash, msg, digest);
	return verify_digest(key, scheme, sneck_span_of(digest, sneck__bear_hash_len(s->hash)), sig,
			     work);
}

const struct sneck_pubkey sneck__bear_pubkey = {
	.schemes = schemes,
	.key_size = sizeof(struct pubkey),
	.work_size = RSA_MAX,
	.from_cert = from_cert,
	.from_spki = from_spki,
	.verify = verify,
	.verify_digest = verify_digest,
	.fits = fits,
	.wipe = wipe,
};
