/* SPDX-License-Identifier: MIT */
/* spki_test.c: keys from a SubjectPublicKeyInfo alone (RFC 7250): the same kinds as from a
 * certificate, nothing but exactly one, and never one for the other (N40). */
#include "provider/providers.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

static const struct sneck_pubkey *pk(void)
{
	return provider_at(0)->pubkey;
}

static struct bytes spki_of(EVP_PKEY *key)
{
	struct bytes b = { .len = (size_t)i2d_PUBKEY(key, NULL) };
	unsigned char *p = b.p;

	assert_in_range(b.len, 1, sizeof b.p);
	i2d_PUBKEY(key, &p);
	EVP_PKEY_free(key);
	return b;
}

static enum sneck_rc from(struct sneck_span der, bool cert)
{
	void *const key = zeroed(pk()->key_size), *const work = zeroed(pk()->work_size);
	uint8_t *const copy = zeroed(der.len); /* the sanitiser sees a byte read too far */
	enum sneck_rc rc;

	if (der.len != 0)
		memcpy(copy, der.p, der.len);
	rc = (cert ? pk()->from_cert : pk()->from_spki)(key, sneck_span_of(copy, der.len), work);
	if (rc != SNECK_OK)
		assert_true(all_zero(key, pk()->key_size));
	pk()->wipe(key);
	assert_true(all_zero(key, pk()->key_size));
	free(copy);
	free(work);
	free(key);
	return rc;
}

static void kinds(void **state)
{
	const struct {
		EVP_PKEY *key;
		enum sneck_rc rc;
	} rows[] = {
		{ EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), SNECK_OK },
		{ EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"), SNECK_OK },
		{ EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), SNECK_E_CERT_TYPE },
		{ EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), SNECK_OK },
		{ EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), SNECK_E_CERT_TYPE },
		{ EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), SNECK_E_CERT_TYPE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct bytes spki = spki_of(rows[i].key);
		const struct bytes cert = cert_around(span(&spki));

		assert_int_equal(from(span(&spki), false), rows[i].rc);
		assert_int_equal(from(span(&cert), true), rows[i].rc);
	}
}

/* Every truncation, every byte more, every changed byte of the frame. */
static void damaged(void **state)
{
	struct bytes spki = spki_of(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));

	(void)state;
	for (size_t len = 0; len < spki.len; len++)
		assert_int_equal(from(sneck_span_of(spki.p, len), false), SNECK_E_CERT_BAD);
	assert_int_equal(from(sneck_span_of(spki.p, spki.len + 1), false), SNECK_E_CERT_BAD);
	for (size_t i = 0; i < spki.len; i++) {
		enum sneck_rc rc;

		spki.p[i] ^= 0x20;
		rc = from(span(&spki), false);
		assert_true(rc == SNECK_E_CERT_BAD || rc == SNECK_E_CERT_TYPE);
		spki.p[i] ^= 0x20;
	}
}

static void n40_one_for_the_other(void **state)
{
	const struct bytes spki = spki_of(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	const struct bytes cert = cert_around(span(&spki));

	(void)state;
	assert_int_equal(from(span(&cert), false), SNECK_E_CERT_BAD);
	assert_int_equal(from(span(&spki), true), SNECK_E_CERT_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(damaged),
		cmocka_unit_test(n40_one_for_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
