/* SPDX-License-Identifier: MIT */
/* sign.c: signatures with our private key; RFC 9846, 4.3.3 and 4.5.2. ECDSA is deterministic (RFC
 * 6979), so that only the salts of RSA-PSS need random bytes. BearSSL blinds nothing: its private
 * operations take the same time for every key of a size. A fault in an RSA operation would give the
 * key away; who fears faults checks each signature with the public key before it leaves. */
#include "sign.h"

#define ECDSA_DER_MAX 104u /* two INTEGERs of 49 bytes, and three heads */

static const br_hash_class *hash_of(uint16_t scheme)
{
	const unsigned row = scheme >> 8 == 8 || scheme >> 8 == 0xfe ? scheme & 0xffu : scheme >> 8;

	return row == 4 ? &br_sha256_vtable : row == 5 ? &br_sha384_vtable : &br_sha512_vtable;
}

static bool serves(const struct sneck_signer *s, uint16_t scheme)
{
	for (size_t i = 0; s->schemes[i] != 0; i++)
		if (s->schemes[i] == scheme)
			return true;
	return false;
}

static enum sneck_rc sign_ec(const struct bear_signer *s, const br_hash_class *h,
			     const uint8_t *digest, uint8_t *sig, size_t cap, size_t *len)
{
	if (cap < ECDSA_DER_MAX)
		return SNECK_E_SIGNER;
	*len = br_ecdsa_sign_asn1_get_default()(br_ec_get_default(), h, digest, s->ec, sig);
	return *len != 0 ? SNECK_OK : SNECK_E_SIGNER;
}

static enum sneck_rc sign_rsa(const struct bear_signer *s, bool pkcs1, const br_hash_class *h,
			      const uint8_t *digest, uint8_t *sig, size_t cap, size_t *len)
{
	const size_t n = (s->rsa->n_bitlen + 7u) / 8u;
	uint8_t salt[HASH_MAX];

	if (cap < n)
		return SNECK_E_SIGNER;
	if (pkcs1) { /* TLS 1.2 with peers that know nothing better */
		*len = br_rsa_pkcs1_sign_get_default()(sneck__bear_oid(h), digest,
						       sneck__bear_hash_len(h), s->rsa, sig) == 1
			       ? n
			       : 0;
		return *len != 0 ? SNECK_OK : SNECK_E_SIGNER;
	}
	SNECK_TRY(s->random->random(s->random->ctx, salt, sneck__bear_hash_len(h)));
	sneck__bear_pss_encode(h, digest, salt, sig, s->rsa->n_bitlen);
	if (br_rsa_private_get_default()(sig, s->rsa) != 1) {
		memset(sig, 0, n);
		return SNECK_E_SIGNER;
	}
	*len = n;
	return SNECK_OK;
}

static enum sneck_rc sign_digest(void *ctx, uint16_t scheme, struct sneck_span digest, uint8_t *sig,
				 size_t cap, size_t *len)
{
	const struct bear_signer *const s = ctx;
	const br_hash_class *const h = hash_of(scheme);

	*len = 0;
	if (!serves(&s->signer, scheme) || digest.len != sneck__bear_hash_len(h))
		return SNECK_E_SIGNER;
	return s->ec != NULL ? sign_ec(s, h, digest.p, sig, cap, len)
			     : sign_rsa(s, (scheme & 0xffu) == 1, h, digest.p, sig, cap, len);
}

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len)
{
	const br_hash_class *const h = hash_of(scheme);
	uint8_t digest[HASH_MAX];

	sneck__bear_digest(h, tbs, digest);
	return sign_digest(ctx, scheme, sneck_span_of(digest, sneck__bear_hash_len(h)), sig, cap,
			   len);
}

enum sneck_rc sneck__bear_signer_ec(struct bear_signer *s, const br_ec_private_key *key)
{
	static const uint16_t p256[] = { 0x0403, 0xfe05, 0xfe06, 0 };
	static const uint16_t p384[] = { 0x0503, 0xfe04, 0xfe06, 0 };

	if (!sneck__bear_scalar(key->curve, key->x, key->xlen))
		return SNECK_E_CERT_TYPE;
	*s = (struct bear_signer){ .ec = key };
	s->signer = (struct sneck_signer){
		.schemes = key->curve == BR_EC_secp256r1 ? p256 : p384,
		.sign = sign,
		.ctx = s,
		.sign_digest = sign_digest,
	};
	return SNECK_OK;
}

enum sneck_rc sneck__bear_signer_rsa(struct bear_signer *s, const br_rsa_private_key *key,
				     const struct sneck_provider *random)
{
	static const uint16_t pss[] = { 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0 };

	if (key->n_bitlen < 8 * RSA_MIN || key->n_bitlen > 8 * RSA_MAX)
		return SNECK_E_CERT_TYPE;
	*s = (struct bear_signer){ .rsa = key, .random = random };
	s->signer = (struct sneck_signer){
		.schemes = pss, .sign = sign, .ctx = s, .sign_digest = sign_digest
	};
	return SNECK_OK;
}
