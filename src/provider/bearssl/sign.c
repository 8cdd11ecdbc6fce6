/* SPDX-License-Identifier: MIT */
/* sign.c: signatures with our private key; RFC 9846, 4.3.3 and 4.5.2. ECDSA is deterministic (RFC
 * 6979), so that only the salts of RSA-PSS need random bytes. BearSSL blinds nothing: its private
 * operations take the same time for every key of a size. A fault in an RSA operation would give the
 * key away; who fears faults checks each signature with the public key before it leaves. */
#include "sign.h"

#define ECDSA_DER_MAX 104u /* two INTEGERs of 49 bytes, and three heads */

static const br_hash_class *hash_of(uint16_t scheme)
{
	switch (scheme) {
	case 0x0401:
	case 0x0403:
	case 0x0804:
		return &br_sha256_vtable;
	case 0x0503:
	case 0x0805:
		return &br_sha384_vtable;
	default:
		return &br_sha512_vtable;
	}
}

static bool serves(const struct sneck_signer *s, uint16_t scheme)
{
	for (size_t i = 0; s->schemes[i] != 0; i++)
		if (s->schemes[i] == scheme)
			return true;
	return false;
}

static enum sneck_rc sign_ec(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			     size_t cap, size_t *len)
{
	const struct bear_signer *const s = ctx;
	const br_hash_class *const h = hash_of(scheme);
	uint8_t digest[HASH_MAX];

	*len = 0;
	if (cap < ECDSA_DER_MAX || !serves(&s->signer, scheme))
		return SNECK_E_SIGNER;
	sneck__bear_digest(h, tbs, digest);
	*len = br_ecdsa_sign_asn1_get_default()(br_ec_get_default(), h, digest, s->ec, sig);
	return *len != 0 ? SNECK_OK : SNECK_E_SIGNER;
}

static enum sneck_rc sign_rsa(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			      size_t cap, size_t *len)
{
	const struct bear_signer *const s = ctx;
	const size_t n = (s->rsa->n_bitlen + 7u) / 8u;
	const br_hash_class *const h = hash_of(scheme);
	uint8_t digest[HASH_MAX], salt[HASH_MAX];

	*len = 0;
	if (cap < n || !serves(&s->signer, scheme))
		return SNECK_E_SIGNER;
	if (scheme == 0x0401) { /* TLS 1.2 with peers that know nothing better */
		sneck__bear_digest(h, tbs, digest);
		*len = br_rsa_pkcs1_sign_get_default()(sneck__bear_oid(h), digest,
						       sneck__bear_hash_len(h), s->rsa, sig) == 1
			       ? n
			       : 0;
		return *len != 0 ? SNECK_OK : SNECK_E_SIGNER;
	}
	SNECK_TRY(s->random->random(s->random->ctx, salt, sneck__bear_hash_len(h)));
	sneck__bear_digest(h, tbs, digest);
	sneck__bear_pss_encode(h, digest, salt, sig, s->rsa->n_bitlen);
	if (br_rsa_private_get_default()(sig, s->rsa) != 1) {
		memset(sig, 0, n);
		return SNECK_E_SIGNER;
	}
	*len = n;
	return SNECK_OK;
}

enum sneck_rc sneck__bear_signer_ec(struct bear_signer *s, const br_ec_private_key *key)
{
	static const uint16_t p256[] = { 0x0403, 0 }, p384[] = { 0x0503, 0 };

	if (!sneck__bear_scalar(key->curve, key->x, key->xlen))
		return SNECK_E_CERT_TYPE;
	*s = (struct bear_signer){ .ec = key };
	s->signer = (struct sneck_signer){
		.schemes = key->curve == BR_EC_secp256r1 ? p256 : p384,
		.sign = sign_ec,
		.ctx = s,
	};
	return SNECK_OK;
}

enum sneck_rc sneck__bear_signer_rsa(struct bear_signer *s, const br_rsa_private_key *key,
				     const struct sneck_provider *random)
{
	static const uint16_t pss[] = { 0x0804, 0x0805, 0x0806, 0x0401, 0 };

	if (key->n_bitlen < 8 * RSA_MIN || key->n_bitlen > 8 * RSA_MAX)
		return SNECK_E_CERT_TYPE;
	*s = (struct bear_signer){ .rsa = key, .random = random };
	s->signer = (struct sneck_signer){ .schemes = pss, .sign = sign_rsa, .ctx = s };
	return SNECK_OK;
}
