/* SPDX-License-Identifier: MIT */
/* provider.c: the tables of the libcrypto provider. They list what the libcrypto at hand can do: a
 * FIPS configuration, say, has neither ChaCha20 nor X25519. The least is what RFC 9846, 9.1 makes
 * mandatory (TLS_AES_128_GCM_SHA256, secp256r1, keys of both kinds) and the other hashes. */
#include <openssl/crypto.h>

#include "../../build.h"
#include "openssl.h"

static const struct sneck_hash *const hashes[] = { &sneck__ossl_sha256, &sneck__ossl_sha384, NULL };
static const struct sneck_aead *aeads[6]; /* filled once, like sneck__ossl */
static const struct sneck_kex *kexes[7];
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

static const struct sneck_provider provider = {
	.revision = SNECK_CRYPTO_REVISION,
	.name = "libcrypto",
	.hashes = hashes,
	.aeads = aeads,
	.kexes = kexes,
	IF_CERTS(.pubkey = &sneck__ossl_pubkey)
	.random = sneck__ossl_random,
};

static void fill(void)
{
	const struct ossl *const o = &sneck__ossl;
	size_t a = 0, k = 0;

	sneck__ossl_fetch();
	if (BUILD_CERTS)
		sneck__ossl_list_schemes();
	aeads[a++] = &sneck__ossl_aes128;
	if (o->aes256 != NULL)
		aeads[a++] = &sneck__ossl_aes256;
	if (o->chacha != NULL)
		aeads[a++] = &sneck__ossl_chacha;
	if (o->ccm != NULL) {
		aeads[a++] = &sneck__ossl_ccm;
		aeads[a++] = &sneck__ossl_ccm8;
	}
	if (o->mlkem != NULL && o->x25519 != NULL)
		kexes[k++] = &sneck__ossl_x25519mlkem768;
	if (o->x25519 != NULL)
		kexes[k++] = &sneck__ossl_x25519;
	kexes[k++] = &sneck__ossl_p256;
	if (o->group[1] != NULL)
		kexes[k++] = &sneck__ossl_p384;
	if (o->x448 != NULL)
		kexes[k++] = &sneck__ossl_x448;
	if (o->group[2] != NULL)
		kexes[k++] = &sneck__ossl_p521;
}

const struct sneck_provider *sneck_provider_libcrypto(void)
{
	const struct ossl *const o = &sneck__ossl;

	if (CRYPTO_THREAD_run_once(&once, fill) != 1)
		return NULL;
	if (o->sha256 == NULL || o->sha384 == NULL || o->sha512 == NULL || o->aes128 == NULL ||
	    o->group[0] == NULL || o->ec[0] == NULL || o->rsa == NULL)
		return NULL;
	return &provider;
}
