/* SPDX-License-Identifier: MIT */
/* fetch.c: looks every algorithm up once. In OpenSSL 3 a lookup by name takes locks and about a
 * microsecond; after this file none is made for hashes and AEADs, and one for each use of a key.
 * The objects live as long as the process. */
#include <stdbool.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include "openssl.h"

struct ossl sneck__ossl;

static EVP_PKEY_CTX *key_template(const char *type);
static void fetch_curves(struct ossl *o);

void sneck__ossl_fetch(void)
{
	struct ossl *const o = &sneck__ossl;

	o->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	o->sha384 = EVP_MD_fetch(NULL, "SHA384", NULL);
	o->sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
	o->aes128 = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	o->aes256 = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	o->chacha = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	o->nonce_param = o->aes128 != NULL && o->aes256 != NULL &&
			 sneck__ossl_nonce_param(o->aes128) && sneck__ossl_nonce_param(o->aes256);
	o->ccm = EVP_CIPHER_fetch(NULL, "AES-128-CCM", NULL);
	o->x25519 = key_template("X25519");
	o->x448 = key_template("X448");
	o->mlkem = key_template("ML-KEM-768");
	o->rsa = key_template("RSA");
	o->ed25519 = key_template("ED25519");
	o->ed448 = key_template("ED448");
	fetch_curves(o);
	ERR_clear_error();
}

/* Without fromdata_init: OpenSSL 3.0 does not copy a context that has begun. A type whose template
 * cannot be copied is as good as none. */
static EVP_PKEY_CTX *key_template(const char *type)
{
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY_CTX *const copy = c == NULL ? NULL : EVP_PKEY_CTX_dup(c);
	const bool good = copy != NULL && EVP_PKEY_fromdata_init(copy) == 1;

	EVP_PKEY_CTX_free(copy);
	if (good)
		return c;
	EVP_PKEY_CTX_free(c);
	return NULL;
}

static EVP_PKEY *ec_params(const EVP_PKEY_CTX *ec, const char *curve)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char *)(uintptr_t)curve, 0),
		OSSL_PARAM_construct_end(),
	};

	return ec == NULL ? NULL : sneck__ossl_key(ec, EVP_PKEY_KEY_PARAMETERS, params);
}

static void fetch_curves(struct ossl *o)
{
	static const struct {
		int nid;
		const char *name;
	} curves[OSSL_CURVES] = {
		{ NID_X9_62_prime256v1, "P-256" },
		{ NID_secp384r1, "P-384" },
		{ NID_secp521r1, "P-521" },
	};
	EVP_PKEY_CTX *const ec = key_template("EC");

	for (size_t i = 0; i < OSSL_CURVES; i++) {
		o->group[i] = EC_GROUP_new_by_curve_name(curves[i].nid);
		o->ec[i] = ec_params(ec, curves[i].name);
	}
	EVP_PKEY_CTX_free(ec);
}

EVP_PKEY *sneck__ossl_key(const EVP_PKEY_CTX *tmpl, int selection, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *const c = EVP_PKEY_CTX_dup(tmpl);
	EVP_PKEY *key = NULL;

	if (c == NULL || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &key, selection, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	return key;
}

enum sneck_rc sneck__ossl_fail(enum sneck_rc rc)
{
	ERR_clear_error();
	return rc;
}
