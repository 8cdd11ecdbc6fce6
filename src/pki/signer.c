/* SPDX-License-Identifier: MIT */
/* signer.c: handshake signatures with a key in memory. RFC 9846, 4.3.3 and 4.5.2.
 *
 * Setting up a signature costs libcrypto 3.0 a third of an ECDSA signature. So each scheme has one
 * context that is set up, and a slot with a copy of it that works: a thread takes the copy out,
 * signs and puts it back. A thread that finds the slot empty makes a copy of its own, and the one
 * that finds it full again drops its copy. Nobody waits, and alone nobody allocates. */
#include <string.h>

#include <openssl/rsa.h>

#include "pki.h"

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len);
static enum sneck_rc way_open(struct sign_way *way, EVP_PKEY *pkey, uint16_t scheme);

enum sneck_rc sneck__pki_signer_open(struct sneck_pki_key *key)
{
	static const uint16_t ecdsa[] = { SNECK_ECDSA_SECP256R1_SHA256 };
	static const uint16_t rsa[] = { SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PSS_RSAE_SHA384,
					SNECK_RSA_PSS_RSAE_SHA512 };
	const bool ec = EVP_PKEY_is_a(key->pkey, "EC");
	const size_t n = ec ? 1 : SIGN_WAYS;

	for (size_t i = 0; i < n; i++) {
		key->schemes[i] = ec ? ecdsa[i] : rsa[i];
		SNECK_TRY(way_open(&key->ways[i], key->pkey, key->schemes[i]));
	}
	key->signer = (struct sneck_signer){ .schemes = key->schemes, .sign = sign, .ctx = key };
	return SNECK_OK;
}

void sneck__pki_signer_close(struct sneck_pki_key *key)
{
	for (size_t i = 0; i < SIGN_WAYS; i++) {
		EVP_PKEY_CTX_free(atomic_load(&key->ways[i].idle));
		EVP_PKEY_CTX_free(key->ways[i].ready);
		EVP_MD_free(key->ways[i].md);
	}
}

static enum sneck_rc way_open(struct sign_way *way, EVP_PKEY *pkey, uint16_t scheme)
{
	const char *md = scheme == SNECK_RSA_PSS_RSAE_SHA384   ? "SHA384"
			 : scheme == SNECK_RSA_PSS_RSAE_SHA512 ? "SHA512"
							       : "SHA256";
	EVP_PKEY_CTX *pc = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	way->ready = pc;
	way->md = EVP_MD_fetch(NULL, md, NULL);
	if (pc == NULL || way->md == NULL || EVP_PKEY_sign_init(pc) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(pc, way->md) != 1)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	if (scheme != SNECK_ECDSA_SECP256R1_SHA256 &&
	    (EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) != 1 ||
	     EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) != 1))
		return sneck__pki_fail(SNECK_E_CRYPTO);
	return SNECK_OK;
}

static enum sneck_rc sign_with(struct sign_way *way, struct sneck_span tbs, uint8_t *sig,
			       size_t cap, size_t *len)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len;
	EVP_PKEY_CTX *pc = atomic_exchange(&way->idle, NULL);
	EVP_PKEY_CTX *empty = NULL;

	ERR_clear_error();
	if (pc == NULL)
		pc = EVP_PKEY_CTX_dup(way->ready);
	*len = cap;
	if (pc == NULL || EVP_Digest(tbs.p, tbs.len, digest, &digest_len, way->md, NULL) != 1 ||
	    EVP_PKEY_sign(pc, sig, len, digest, digest_len) != 1) {
		EVP_PKEY_CTX_free(pc);
		memset(sig, 0, cap);
		*len = 0;
		return sneck__pki_fail(SNECK_E_SIGNER);
	}
	if (!atomic_compare_exchange_strong(&way->idle, &empty, pc))
		EVP_PKEY_CTX_free(pc);
	return SNECK_OK;
}

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len)
{
	struct sneck_pki_key *key = ctx;

	for (size_t i = 0; key->schemes[i] != 0; i++)
		if (key->schemes[i] == scheme)
			return sign_with(&key->ways[i], tbs, sig, cap, len);
	return SNECK_E_SIGNER;
}
