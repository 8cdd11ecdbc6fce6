/* SPDX-License-Identifier: MIT */
/* provider.c: the tables of the BearSSL provider. All are constant: nothing is looked up before the
 * first use, and there is nothing per process. AES-CCM stands last: the suites with it are off
 * unless a config names them (RFC 9846, B.4). */
#include "../../build.h"
#include "bearssl.h"

static const struct sneck_hash *const hashes[] = { &sneck__bear_sha256, &sneck__bear_sha384, NULL };

static const struct sneck_aead *const aeads[] = {
	&sneck__bear_aes128, &sneck__bear_aes256, &sneck__bear_chacha,
	&sneck__bear_ccm,    &sneck__bear_ccm8,	  NULL,
};

static const struct sneck_kex *const kexes[] = { &sneck__bear_x25519, &sneck__bear_p256,
						 &sneck__bear_p384, NULL };

static const struct sneck_provider provider = {
	.revision = SNECK_CRYPTO_REVISION,
	.name = "bearssl",
	.hashes = hashes,
	.aeads = aeads,
	.kexes = kexes,
	IF_CERTS(.pubkey = &sneck__bear_pubkey)
	.random = sneck__bear_random,
};

const struct sneck_provider *sneck_provider_bearssl(void)
{
	return &provider;
}
