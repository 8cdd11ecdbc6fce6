/* SPDX-License-Identifier: MIT */
/* sign.h: a signer for systems without libcrypto: ECDSA with P-256 or P-384, or RSA-PSS. The key is
 * BearSSL's, read with br_skey_decoder or compiled in. */
#ifndef SNECK_PROVIDER_BEARSSL_SIGN_H
#define SNECK_PROVIDER_BEARSSL_SIGN_H

#include "bearssl.h"

/* It may not be moved after init; key and random, which gives the salts of RSA, outlive it. */
struct bear_signer {
	struct sneck_signer signer;
	const br_ec_private_key *ec;
	const br_rsa_private_key *rsa;
	const struct sneck_provider *random;
};

/* SNECK_E_CERT_TYPE: a key of another curve, or of less than 2,048 or more than 4,096 bits. */
enum sneck_rc sneck__bear_signer_ec(struct bear_signer *s, const br_ec_private_key *key);
enum sneck_rc sneck__bear_signer_rsa(struct bear_signer *s, const br_rsa_private_key *key,
				     const struct sneck_provider *random);

#endif
