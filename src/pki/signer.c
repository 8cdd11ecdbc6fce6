/* SPDX-License-Identifier: MIT */
/* signer.c: handshake signatures with a key in memory. RFC 9846, 4.3.3 and 4.5.2.
 *
 * Setting up a signature costs libcrypto 3.0 a third of an ECDSA signature. So each scheme has one
 * context that is set up, and a slot with a copy of it that works: a thread takes the copy out,
 * signs and puts it back. A thread that finds the slot empty makes a copy of its own, and the one
 * that finds it full again drops its copy. Nobody waits, and alone nobody allocates. EdDSA signs
 * the message itself, for which libcrypto 3.0 has no such context: it is set up each time. */
#include <string.h>

#include <openssl/rsa.h>

#include "pki.h"

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len);
static enum sneck_rc sign_digest(void *ctx, uint16_t scheme, struct sneck_span digest, uint8_t *sig,
				 size_t cap, size_t *len);
static enum sneck_rc way_open(struct sign_way *way, const struct sneck_pki_key *key,
			      uint16_t scheme);
static void way_close(struct sign_way *way);

/* The last of each are for TLS 1.2 alone. */
static const uint16_t schemes[][SIGN_WAYS + 1] = {
	[PKI_P256] = { SNECK_ECDSA_SECP256R1_SHA256, SNECK_ECDSA_ANY_SHA384,
		       SNECK_ECDSA_ANY_SHA512 },
	[PKI_P384] = { SNECK_ECDSA_SECP384R1_SHA384, SNECK_ECDSA_ANY_SHA256,
		       SNECK_ECDSA_ANY_SHA512 },
	[PKI_P521] = { SNECK_ECDSA_SECP521R1_SHA512, SNECK_ECDSA_ANY_SHA384,
		       SNECK_ECDSA_ANY_SHA256 },
	[PKI_ED25519] = { SNECK_ED25519 },
	[PKI_ED448] = { SNECK_ED448 },
	[PKI_RSA] = { SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PSS_RSAE_SHA384,
		      SNECK_RSA_PSS_RSAE_SHA512, SNECK_RSA_PKCS1_SHA256, SNECK_RSA_PKCS1_SHA384,
		      SNECK_RSA_PKCS1_SHA512 },
	[PKI_PSS] = { SNECK_RSA_PSS_PSS_SHA256, SNECK_RSA_PSS_PSS_SHA384,
		      SNECK_RSA_PSS_PSS_SHA512 },
};

/* A key for RSASSA-PSS may be bound to one hash: the ways that it refuses are left out. */
enum sneck_rc sneck__pki_signer_open(struct sneck_pki_key *key)
{
	const uint16_t *s = schemes[key->kind];
	size_t n = 0;

	for (; *s != 0; s++) {
		enum sneck_rc rc = way_open(&key->ways[n], key, *s);

		if (rc == SNECK_OK)
			key->schemes[n++] = *s;
		else if (key->kind != PKI_PSS || rc != SNECK_E_CRYPTO)
			return rc;
		else
			way_close(&key->ways[n]);
	}
	key->signer = (struct sneck_signer){
		.schemes = key->schemes, .sign = sign, .ctx = key, .sign_digest = sign_digest
	};
	return n != 0 ? SNECK_OK : SNECK_E_CERT_TYPE;
}

void sneck__pki_signer_close(struct sneck_pki_key *key)
{
	for (size_t i = 0; i < SIGN_WAYS; i++)
		way_close(&key->ways[i]);
}

/* NULL: EdDSA, which hashes by itself. */
static const char *hash_of(uint16_t scheme)
{
	switch (scheme) {
	case SNECK_ED25519:
	case SNECK_ED448:
		return NULL;
	case SNECK_ECDSA_SECP384R1_SHA384:
	case SNECK_ECDSA_ANY_SHA384:
	case SNECK_RSA_PSS_RSAE_SHA384:
	case SNECK_RSA_PSS_PSS_SHA384:
	case SNECK_RSA_PKCS1_SHA384:
		return "SHA384";
	case SNECK_ECDSA_SECP521R1_SHA512:
	case SNECK_ECDSA_ANY_SHA512:
	case SNECK_RSA_PSS_RSAE_SHA512:
	case SNECK_RSA_PSS_PSS_SHA512:
	case SNECK_RSA_PKCS1_SHA512:
		return "SHA512";
	default:
		return "SHA256";
	}
}

static enum sneck_rc way_open(struct sign_way *way, const struct sneck_pki_key *key,
			      uint16_t scheme)
{
	const char *md = hash_of(scheme);
	EVP_PKEY_CTX *pc;

	if (md == NULL)
		return SNECK_OK;
	pc = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	way->ready = pc;
	way->md = EVP_MD_fetch(NULL, md, NULL);
	if (pc == NULL || way->md == NULL || EVP_PKEY_sign_init(pc) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(pc, way->md) != 1)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	/* PKCS #1 v1.5: TLS 1.2 with peers that know nothing better */
	if (key->kind == PKI_RSA && (scheme & 0xffu) == (SNECK_RSA_PKCS1_SHA256 & 0xffu))
		return EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PADDING) == 1
			       ? SNECK_OK
			       : sneck__pki_fail(SNECK_E_CRYPTO);
	if (key->kind >= PKI_RSA &&
	    (EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) != 1 ||
	     EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) != 1))
		return sneck__pki_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

static void way_close(struct sign_way *way)
{
	EVP_PKEY_CTX_free(atomic_load(&way->idle));
	EVP_PKEY_CTX_free(way->ready);
	EVP_MD_free(way->md);
	way->ready = NULL;
	way->md = NULL;
}

static enum sneck_rc sign_eddsa(EVP_PKEY *pkey, struct sneck_span tbs, uint8_t *sig, size_t cap,
				size_t *len)
{
	EVP_MD_CTX *c;
	bool ok;

	ERR_clear_error();
	c = EVP_MD_CTX_new();
	*len = cap;
	ok = c != NULL && EVP_DigestSignInit_ex(c, NULL, NULL, NULL, NULL, pkey, NULL) == 1 &&
	     EVP_DigestSign(c, sig, len, tbs.p, tbs.len) == 1;
	EVP_MD_CTX_free(c);
	if (ok)
		return SNECK_OK;
	memset(sig, 0, cap);
	*len = 0;
	return sneck__pki_fail(SNECK_E_SIGNER);
}

static enum sneck_rc sign_with(struct sign_way *way, struct sneck_span digest, uint8_t *sig,
			       size_t cap, size_t *len)
{
	EVP_PKEY_CTX *pc = atomic_exchange(&way->idle, NULL);
	EVP_PKEY_CTX *empty = NULL;

	ERR_clear_error();
	if (pc == NULL)
		pc = EVP_PKEY_CTX_dup(way->ready);
	*len = cap;
	if (pc == NULL || digest.len != (size_t)EVP_MD_get_size(way->md) ||
	    EVP_PKEY_sign(pc, sig, len, digest.p, digest.len) != 1) {
		EVP_PKEY_CTX_free(pc);
		memset(sig, 0, cap);
		*len = 0;
		return sneck__pki_fail(SNECK_E_SIGNER);
	}
	if (!atomic_compare_exchange_strong(&way->idle, &empty, pc))
		EVP_PKEY_CTX_free(pc);
	return SNECK_OK;
}

/* NULL: not with this key. */
static struct sign_way *way_of(struct sneck_pki_key *key, uint16_t scheme)
{
	size_t i = 0;

	while (key->schemes[i] != 0 && key->schemes[i] != scheme)
		i++;
	return key->schemes[i] != 0 ? &key->ways[i] : NULL;
}

static enum sneck_rc sign_digest(void *ctx, uint16_t scheme, struct sneck_span digest, uint8_t *sig,
				 size_t cap, size_t *len)
{
	struct sign_way *const way = way_of(ctx, scheme);

	*len = 0;
	return way != NULL && way->md != NULL ? sign_with(way, digest, sig, cap, len)
					      : SNECK_E_SIGNER;
}

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len)
{
	struct sneck_pki_key *const key = ctx;
	struct sign_way *const way = way_of(key, scheme);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned n;

	*len = 0;
	if (way == NULL)
		return SNECK_E_SIGNER;
	if (way->md == NULL)
		return sign_eddsa(key->pkey, tbs, sig, cap, len);
	if (EVP_Digest(tbs.p, tbs.len, digest, &n, way->md, NULL) != 1)
		return sneck__pki_fail(SNECK_E_SIGNER);
	return sign_with(way, sneck_span_of(digest, n), sig, cap, len);
}
