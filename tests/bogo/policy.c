/* SPDX-License-Identifier: MIT */
/* policy.c: the compliance policies of the reference, as what a config of ours has to say: lists of
 * suites, groups and schemes. Their words, not ours: NIST SP 800-52r2 in 2022, WPA3 in 2023,
 * CNSA 1.0 without MLKEM1024 and the RSA key exchange; of the CNSA of 2024 nothing but an order. */
#include "shim.h"

#include <string.h>

#define LIST(...)                                                                                  \
	{                                                                                          \
		.v = { __VA_ARGS__ }, .n = sizeof((const uint16_t[]){ __VA_ARGS__ }) / 2u,         \
		.given = true                                                                      \
	}

static const struct policy policies[] = {
	{
		.name = "-fips-202205",
		.suites = LIST(SNECK_TLS_AES_128_GCM_SHA256, SNECK_TLS_AES_256_GCM_SHA384,
			       SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
			       SNECK_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			       SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			       SNECK_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
		.groups = LIST(SNECK_SECP256R1, SNECK_SECP384R1),
		.schemes = LIST(SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PSS_RSAE_SHA384,
				SNECK_RSA_PSS_RSAE_SHA512, SNECK_RSA_PKCS1_SHA256,
				SNECK_RSA_PKCS1_SHA384, SNECK_RSA_PKCS1_SHA512,
				SNECK_ECDSA_SECP256R1_SHA256, SNECK_ECDSA_SECP384R1_SHA384),
	},
	{
		.name = "-wpa-202304",
		.suites = LIST(SNECK_TLS_AES_256_GCM_SHA384,
			       SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			       SNECK_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
		.groups = LIST(SNECK_SECP384R1),
		.schemes = LIST(SNECK_RSA_PSS_RSAE_SHA384, SNECK_RSA_PSS_RSAE_SHA512,
				SNECK_RSA_PKCS1_SHA384, SNECK_RSA_PKCS1_SHA512,
				SNECK_ECDSA_SECP384R1_SHA384),
	},
	{
		.name = "-cnsa1-202603",
		.suites = LIST(SNECK_TLS_AES_256_GCM_SHA384,
			       SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			       SNECK_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
		.groups = LIST(SNECK_SECP384R1),
		.schemes = LIST(SNECK_RSA_PSS_RSAE_SHA384, SNECK_RSA_PKCS1_SHA384,
				SNECK_ECDSA_SECP384R1_SHA384),
	},
	{
		.name = "-cnsa-202407",
		.suites = LIST(SNECK_TLS_AES_256_GCM_SHA384, SNECK_TLS_AES_128_GCM_SHA256,
			       SNECK_TLS_CHACHA20_POLY1305_SHA256),
	},
};

const struct policy *policy_of(const char *flag)
{
	for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
		if (strcmp(policies[i].name, flag) == 0)
			return &policies[i];
	return NULL;
}
