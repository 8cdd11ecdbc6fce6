/* SPDX-License-Identifier: MIT */
/* Chains read and written, credentials, and certificates described and made. */
#include <unistd.h>

#include <openssl/pem.h>

#include "made.h"

static void chain_write_then_read(void **state)
{
	struct sneck_pki_key *ca_key = make_key(SNECK_KEY_P256), *key = make_key(SNECK_KEY_RSA2048);
	struct sneck_pki_chain *ca = make_chain(ca_key, NULL, NULL, NULL), *again;
	struct sneck_pki_chain *chain = make_chain(key, "example.org", ca, ca_key);
	const struct sneck_span *certs, *certs2;
	char pem[8192], mixed[8192 + 64];
	size_t len, n, n2;

	(void)state;
	certs = sneck_pki_chain_certs(chain, &n);
	assert_int_equal(n, 2);
	assert_int_equal(sneck_pki_chain_write(chain, pem, 0, &len), SNECK_WANT_SPACE);
	assert_int_equal(sneck_pki_chain_write(chain, pem, len - 1, &len), SNECK_WANT_SPACE);
	assert_int_equal(sneck_pki_chain_write(chain, pem, len, &len), SNECK_OK);
	snprintf(mixed, sizeof mixed, "words\n-----BEGIN X-----\nAAAA\n-----END X-----\n%.*s",
		 (int)len, pem);
	assert_int_equal(sneck_pki_chain_read(&again, span_of(mixed), NULL), SNECK_OK);
	certs2 = sneck_pki_chain_certs(again, &n2);
	assert_int_equal(n2, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(certs[i].len, certs2[i].len);
		assert_memory_equal(certs[i].p, certs2[i].p, certs[i].len);
	}
	sneck_pki_chain_close(again);
	assert_int_equal(sneck_pki_chain_read(&again, certs[0], NULL), SNECK_OK);
	assert_int_equal(again->n_certs, 1);
	sneck_pki_chain_close(again);

	write_file("pki_cred_test.pem", pem, len);
	assert_int_equal(sneck_pki_chain_load(&again, "pki_cred_test.pem", NULL), SNECK_OK);
	assert_int_equal(again->n_certs, 2);
	sneck_pki_chain_close(again);
	assert_int_equal(remove("pki_cred_test.pem"), 0);
	sneck_pki_chain_close(chain);
	sneck_pki_chain_close(ca);
	sneck_pki_chain_close(NULL);
	sneck_pki_key_close(ca_key);
	sneck_pki_key_close(key);
}

static void chain_refuses_garbage(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	struct sneck_pki_chain *chain = make_chain(key, "example.org", NULL, NULL), *again;
	struct sneck_note note;
	uint8_t longer[2048];
	char pem[4096];
	size_t len;

	(void)state;
	assert_int_equal(sneck_pki_chain_read(&again, nothing, &note), SNECK_E_SYNTAX);
	assert_int_equal(sneck_pki_chain_read(&again, span_of("hello"), &note), SNECK_E_SYNTAX);
	assert_non_null(strstr(note.text, "no certificate in there"));
	assert_null(again);
	assert_int_equal(sneck_pki_chain_write(chain, pem, sizeof pem, &len), SNECK_OK);
	assert_int_equal(sneck_pki_chain_read(&again, sneck_span_of(pem, len / 2), &note),
			 SNECK_E_CERT_BAD);
	assert_string_equal(note.text, "certificate 1 cannot be read: the file is damaged");
	pem[100] = pem[100] == 'A' ? 'B' : 'A';
	pem[60] = '!';
	assert_int_equal(sneck_pki_chain_read(&again, sneck_span_of(pem, len), NULL),
			 SNECK_E_CERT_BAD);
	assert_int_equal(sneck_pki_chain_read(&again,
					      span_of("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n"
						      "-----END CERTIFICATE-----\n"),
					      NULL),
			 SNECK_E_CERT_BAD);
	memcpy(longer, chain->certs[0].p, chain->certs[0].len);
	longer[chain->certs[0].len] = 0;
	assert_null(sneck__pki_x509(sneck_span_of(longer, chain->certs[0].len + 1)));
	for (size_t cut = 0; cut < chain->certs[0].len; cut++)
		assert_null(sneck__pki_x509(sneck_span_of(longer, cut)));
	assert_int_equal(sneck_pki_chain_load(&again, "no/such", &note), SNECK_E_SYSTEM);
	assert_null(again);
	sneck_pki_chain_close(chain);
	sneck_pki_key_close(key);
}

static void file_of_more_than_16_mib(void **state)
{
	struct sneck_pki_chain *chain;
	struct sneck_note note;

	(void)state;
	assert_int_equal(sneck_pki_chain_load(&chain, "/dev/zero", &note), SNECK_E_SYSTEM);
	assert_string_equal(note.text, "cannot read /dev/zero: File too large");
}

static void credential_takes_names(void **state)
{
	static const char *const names[] = { "example.org", "*.example.org", "192.0.2.1",
					     "2001:db8::1" };
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256), *other = make_key(SNECK_KEY_P256);
	const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 4,
					     .now_ms = NOW_MS };
	struct sneck_credential credential = { .size = 0 };
	struct sneck_pki_chain *chain;
	struct sneck_note note;

	(void)state;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &cert, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_credential(&credential, chain, other, &note), SNECK_E_CERT_KEY);
	assert_non_null(strstr(note.text, "is not that of the first certificate"));
	assert_int_equal(credential.size, 0);
	assert_int_equal(sneck_pki_credential(&credential, chain, key, &note), SNECK_OK);
	assert_int_equal(credential.size, sizeof credential);
	assert_ptr_equal(credential.signer, sneck_pki_key_signer(key));
	assert_ptr_equal(credential.chain, chain->certs);
	assert_int_equal(credential.n_chain, 1);
	assert_int_equal(credential.n_names, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(credential.names[i], names[i]);
	sneck_pki_chain_close(chain);
	sneck_pki_key_close(other);
	sneck_pki_key_close(key);
}

static void credential_refuses_other_kinds(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	EVP_PKEY *other = EVP_EC_gen("secp256k1");
	struct odd o = { .cn = "x", .pkey = other };
	struct sneck_pki_chain *chain = chain_of(make_odd(&o), NULL, NULL);
	struct sneck_credential credential;

	(void)state;
	assert_int_equal(sneck_pki_credential(&credential, chain, key, NULL), SNECK_E_CERT_TYPE);
	sneck_pki_chain_close(chain);
	o.pkey = key->pkey; /* no names at all: it fits every name */
	chain = chain_of(make_odd(&o), NULL, NULL);
	assert_int_equal(sneck_pki_credential(&credential, chain, key, NULL), SNECK_OK);
	assert_null(credential.names);
	sneck_pki_chain_close(chain);
	EVP_PKEY_free(other);
	sneck_pki_key_close(key);
}

/* A leaf of every kind, under an authority of every kind: accepted with its key, and by libcrypto.
 */
static void every_kind(void **state)
{
	static const struct {
		int kind;
		const char *shown;
		int sig_nid;
	} rows[] = {
		{ SNECK_KEY_P256, "P-256", NID_ecdsa_with_SHA256 },
		{ SNECK_KEY_P384, "secp384r1", NID_ecdsa_with_SHA384 },
		{ SNECK_KEY_P521, "secp521r1", NID_ecdsa_with_SHA512 },
		{ SNECK_KEY_ED25519, "ED25519 256", NID_ED25519 },
		{ SNECK_KEY_ED448, "ED448 456", NID_ED448 },
		{ SNECK_KEY_RSA2048, "RSA 2048", NID_sha256WithRSAEncryption },
		{ SNECK_KEY_RSA_PSS2048, "RSA-PSS 2048", NID_rsassaPss },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sneck_pki_key *key = make_key(rows[i].kind);
		struct sneck_pki_chain *ca = make_chain(key, NULL, NULL, NULL);
		struct sneck_pki_chain *chain = make_chain(key, "a.example", ca, key);
		struct sneck_credential credential;
		struct sneck_pki_about about;
		X509 *leaf = sneck__pki_x509(chain->certs[0]);

		assert_int_equal(sneck_pki_credential(&credential, chain, key, NULL), SNECK_OK);
		assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
		assert_string_equal(about.key, rows[i].shown);
		assert_int_equal(X509_get_signature_nid(leaf), rows[i].sig_nid);
		assert_int_equal(X509_verify(leaf, key->pkey), 1);
		X509_free(leaf);
		sneck_pki_chain_close(chain);
		sneck_pki_chain_close(ca);
		sneck_pki_key_close(key);
	}
}

static void about_tells(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_RSA2048);
	struct sneck_pki_chain *chain;
	struct sneck_pki_about about;
	static const char *const names[] = { "example.org", "192.0.2.1" };
	const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 2,
					     .now_ms = NOW_MS, .common_name = "\xc3\xa9\x1b[2J" };

	(void)state;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &cert, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
	assert_string_equal(about.subject, "CN=\\C3\\A9\\1B[2J");
	assert_string_equal(about.issuer, about.subject);
	assert_string_equal(about.names, "example.org, 192.0.2.1");
	assert_string_equal(about.key, "RSA 2048");
	assert_int_equal(strlen(about.serial), 32);
	assert_int_equal(about.not_before_ms, NOW_MS - 3600000u);
	assert_int_equal(about.not_after_ms, NOW_MS + 90 * (uint64_t)86400000u);
	assert_int_equal(about.is_ca, 0);
	assert_int_equal(sneck_pki_about(span_of("no"), &about), SNECK_E_CERT_BAD);
	assert_string_equal(about.key, "RSA 2048");
	sneck_pki_chain_close(chain);

	sneck_pki_key_close(key);
	key = make_key(SNECK_KEY_P256);
	chain = make_chain(key, NULL, NULL, NULL);
	assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
	assert_string_equal(about.key, "P-256");
	assert_string_equal(about.subject, "CN=Test CA");
	assert_string_equal(about.names, "");
	assert_int_equal(about.is_ca, 1);
	sneck_pki_chain_close(chain);
	sneck_pki_key_close(key);
}

static void about_cuts_long_names(void **state)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-384");
	char san[4096] = "DNS:a.example";
	struct sneck_pki_about about;
	X509 *x;
	struct sneck_pki_chain *chain;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		snprintf(san + strlen(san), 40, ",DNS:name-%zu.example.org", i);
	x = make_odd(&(struct odd){ .cn = "x",
				    .pkey = pkey,
				    .from = -20000 * DAY - 90 * 365 * DAY,
				    .to = DAY,
				    .exts = { { "subjectAltName", san } } });
	chain = chain_of(x, NULL, NULL);
	assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
	assert_in_range(strlen(about.names), 900, sizeof about.names - 1);
	assert_memory_equal(about.names, "a.example, name-0.example.org, ", 31);
	assert_string_equal(about.key, "secp384r1");
	assert_int_equal(about.not_before_ms, 0);
	sneck_pki_chain_close(chain);
	EVP_PKEY_free(pkey);
}

static void cert_make_refuses(void **state)
{
	static const char *const bad[] = { "",	       "a..b",	"a b",	 "-a.org",
					   "a-.org",   "*",	"*.*.x", "a.*.x",
					   "f*.x.org", "1.2.3", "a/b",	 "\xc3\xa9.org" };
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256), *other = make_key(SNECK_KEY_P256);
	struct sneck_pki_chain *ca = make_chain(other, NULL, NULL, NULL), *chain;
	struct sneck_pki_chain *leaf = make_chain(other, "a.example", NULL, NULL);
	static const char *const good[] = { "a.example" };
	const struct sneck_pki_cert ok = { SNECK_PKI_CERT_INIT, .names = good, .n_names = 1,
					   .now_ms = NOW_MS };
	struct sneck_pki_cert c = ok;
	struct sneck_note note;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		c.names = &bad[i];
		assert_int_equal(sneck_pki_cert_make(&chain, key, &c, &note), SNECK_E_ARG);
	}
	assert_string_equal(note.text, "\\xC3\\xA9.org is no host name, wildcard or IP address");
	c = ok, c.n_names = 0;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_ARG);
	c.common_name = "x";
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_ARG);
	c = ok, c.now_ms = 0;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_ARG);
	c = ok, c.not_after_ms = 1000;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_ARG);
	c = ok, c.size--;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_SIZE);
	c = ok, c.issuer = ca;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_ARG);
	c.issuer_key = key;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_CERT_KEY);
	c.issuer = leaf, c.issuer_key = other;
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_E_CERT_USAGE);
	assert_null(chain);
	sneck_pki_chain_close(leaf);
	sneck_pki_chain_close(ca);
	sneck_pki_key_close(other);
	sneck_pki_key_close(key);
}

/* The subject: empty under an issuer, and then the names are critical; the first name or a stand-in
 * where the certificate issues. */
static void cert_make_subjects(void **state)
{
	char longer[80] = "";
	const char *const long_names[] = { longer };
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	struct sneck_pki_chain *ca = make_chain(key, NULL, NULL, NULL), *chain;
	struct sneck_pki_about about;
	struct sneck_pki_cert c = { SNECK_PKI_CERT_INIT, .names = long_names, .n_names = 1,
				    .now_ms = NOW_MS };
	X509 *x;

	(void)state;
	memset(longer, 'a', 60);
	memcpy(longer + 60, ".example.org", 13);
	assert_int_equal(sneck_pki_cert_make(&chain, key, &c, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
	assert_string_equal(about.subject, "CN=self-signed");
	sneck_pki_chain_close(chain);
	chain = make_chain(key, "a.example", ca, key);
	assert_int_equal(chain->n_certs, 2);
	assert_int_equal(sneck_pki_about(chain->certs[0], &about), SNECK_OK);
	assert_string_equal(about.subject, "");
	assert_string_equal(about.issuer, "CN=Test CA");
	x = sneck__pki_x509(chain->certs[0]);
	assert_int_equal(X509_EXTENSION_get_critical(
				 X509_get_ext(x, X509_get_ext_by_NID(x, NID_subject_alt_name, -1))),
			 1);
	assert_int_equal(X509_get_extended_key_usage(x), XKU_SSL_SERVER);
	assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
	assert_non_null(X509_get0_authority_key_id(x));
	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	X509_free(x);
	sneck_pki_chain_close(chain);
	sneck_pki_chain_close(ca);
	sneck_pki_key_close(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_write_then_read),
		cmocka_unit_test(chain_refuses_garbage),
		cmocka_unit_test(file_of_more_than_16_mib),
		cmocka_unit_test(credential_takes_names),
		cmocka_unit_test(credential_refuses_other_kinds),
		cmocka_unit_test(every_kind),
		cmocka_unit_test(about_tells),
		cmocka_unit_test(about_cuts_long_names),
		cmocka_unit_test(cert_make_refuses),
		cmocka_unit_test(cert_make_subjects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
