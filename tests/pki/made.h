/* SPDX-License-Identifier: MIT */
/* made.h: certificates for tests: proper ones by sneck_pki_cert_make(), odd ones by libcrypto. */
#ifndef TESTS_PKI_MADE_H
#define TESTS_PKI_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pki/pki.h"

#define NOW_MS 1790000000000u /* September 2026 */
#define DAY    86400L

static const struct sneck_span nothing = { NULL, 0 };

static inline struct sneck_span span_of(const char *text)
{
	return sneck_span_of(text, strlen(text));
}

static inline struct sneck_pki_key *make_key(int kind)
{
	struct sneck_pki_key *key;

	assert_int_equal(sneck_pki_key_make(&key, kind), SNECK_OK);
	return key;
}

/* A chain for one name, under issuer when there is one. NULL: an authority. */
static inline struct sneck_pki_chain *make_chain(const struct sneck_pki_key *key, const char *name,
						 const struct sneck_pki_chain *issuer,
						 const struct sneck_pki_key *issuer_key)
{
	struct sneck_pki_chain *chain;
	struct sneck_note note = { "" };
	const struct sneck_pki_cert cert = {
		SNECK_PKI_CERT_INIT,
		.is_ca = name == NULL,
		.names = &name,
		.n_names = name != NULL,
		.common_name = name == NULL ? "Test CA" : NULL,
		.now_ms = NOW_MS,
		.issuer = issuer,
		.issuer_key = issuer_key,
	};

	if (sneck_pki_cert_make(&chain, key, &cert, &note) != SNECK_OK)
		fail_msg("%s", note.text);
	return chain;
}

/* What libcrypto would not be asked for in earnest. */
struct odd {
	const char *cn;
	const char *exts[6][2]; /* short name, value; ends with NULL */
	long from, to;		/* seconds from NOW_MS; neither: a day before and after */
	const X509 *issuer;	/* NULL: self-signed */
	EVP_PKEY *pkey, *issuer_pkey;
	const EVP_MD *md; /* NULL: SHA-256 */
};

static inline X509 *make_odd(const struct odd *o)
{
	X509 *x = X509_new();
	EVP_PKEY *signer = o->issuer != NULL ? o->issuer_pkey : o->pkey;
	const X509 *issuer = o->issuer != NULL ? o->issuer : x;
	const bool given = o->from != 0 || o->to != 0;
	static long serial = 1;
	X509V3_CTX v3;

	X509V3_set_ctx(&v3, (X509 *)(uintptr_t)issuer, x, NULL, NULL, 0);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
				   (const uint8_t *)o->cn, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(NOW_MS / 1000) + (given ? o->from : -DAY));
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(NOW_MS / 1000) + (given ? o->to : DAY));
	X509_set_pubkey(x, o->pkey);
	for (size_t i = 0; i < 6 && o->exts[i][0] != NULL; i++) {
		X509_EXTENSION *e = X509V3_EXT_conf(NULL, &v3, o->exts[i][0], o->exts[i][1]);

		assert_non_null(e);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	assert_true(X509_sign(x, signer, o->md != NULL ? o->md : EVP_sha256()) > 0);
	return x;
}

/* The chain of up to three certificates, which are freed. */
static inline struct sneck_pki_chain *chain_of(X509 *a, X509 *b, X509 *c)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	struct sneck_pki_chain *chain = NULL;
	X509 *all[] = { a, b, c };

	for (size_t i = 0; i < 3 && all[i] != NULL; i++)
		sk_X509_push(certs, all[i]);
	assert_int_equal(sneck__pki_chain_of(&chain, certs), SNECK_OK);
	sk_X509_pop_free(certs, X509_free);
	return chain;
}

/* A file of the test, made with the mode asked for. */
static inline void write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

#endif
