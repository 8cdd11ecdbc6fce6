/* SPDX-License-Identifier: MIT */
/* Keys and signers: made, read, refused, written; what a signer signs verifies, also from several
 * threads at once. */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "made.h"

static void make_refuses_unknown_kinds(void **state)
{
	struct sneck_pki_key *key;

	(void)state;
	assert_int_equal(sneck_pki_key_make(&key, 9), SNECK_E_ARG);
	assert_null(key);
	assert_int_equal(sneck_pki_key_make(&key, -1), SNECK_E_ARG);
	sneck_pki_key_close(NULL);
}

/* Every kind, and what it signs with. */
static const struct {
	int kind;
	uint16_t schemes[7];
} kinds[] = {
	{ SNECK_KEY_P256,
	  { SNECK_ECDSA_SECP256R1_SHA256, SNECK_ECDSA_ANY_SHA384, SNECK_ECDSA_ANY_SHA512 } },
	{ SNECK_KEY_P384,
	  { SNECK_ECDSA_SECP384R1_SHA384, SNECK_ECDSA_ANY_SHA256, SNECK_ECDSA_ANY_SHA512 } },
	{ SNECK_KEY_P521,
	  { SNECK_ECDSA_SECP521R1_SHA512, SNECK_ECDSA_ANY_SHA384, SNECK_ECDSA_ANY_SHA256 } },
	{ SNECK_KEY_ED25519, { SNECK_ED25519 } },
	{ SNECK_KEY_ED448, { SNECK_ED448 } },
	{ SNECK_KEY_RSA2048,
	  { SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PSS_RSAE_SHA384, SNECK_RSA_PSS_RSAE_SHA512,
	    SNECK_RSA_PKCS1_SHA256, SNECK_RSA_PKCS1_SHA384, SNECK_RSA_PKCS1_SHA512 } },
	{ SNECK_KEY_RSA_PSS2048,
	  { SNECK_RSA_PSS_PSS_SHA256, SNECK_RSA_PSS_PSS_SHA384, SNECK_RSA_PSS_PSS_SHA512 } },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void write_then_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct sneck_pki_key *key = make_key(kinds[i].kind), *again;
		char pem[4096], pem2[4096];
		size_t len, len2;

		assert_int_equal(sneck_pki_key_write(key, pem, 0, &len), SNECK_WANT_SPACE);
		assert_int_equal(sneck_pki_key_write(key, pem, len - 1, &len2), SNECK_WANT_SPACE);
		assert_int_equal(len, len2);
		assert_int_equal(sneck_pki_key_write(key, pem, len, &len), SNECK_OK);
		assert_memory_equal(pem, "-----BEGIN PRIVATE KEY-----\n", 28);
		assert_int_equal(pem[len - 1], '\n');
		assert_int_equal(sneck_pki_key_read(&again, sneck_span_of(pem, len), nothing, NULL),
				 SNECK_OK);
		assert_int_equal(sneck_pki_key_write(again, pem2, sizeof pem2, &len2), SNECK_OK);
		assert_int_equal(len, len2);
		assert_memory_equal(pem, pem2, len);
		sneck_pki_key_close(again);
		for (size_t cut = 0; cut < len - 27; cut += 37)
			assert_int_equal(
				sneck_pki_key_read(&again, sneck_span_of(pem, cut), nothing, NULL),
				SNECK_E_SYNTAX);
		sneck_pki_key_close(key);
	}
}

static void read_all_forms(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256), *again;
	uint8_t *der = NULL;
	const int len = i2d_PrivateKey(key->pkey, &der); /* RFC 5915 */
	BIO *out = BIO_new(BIO_s_mem());
	char *text;

	(void)state;
	assert_int_equal(sneck_pki_key_read(&again, sneck_span_of(der, (size_t)len), nothing, NULL),
			 SNECK_OK);
	assert_int_equal(EVP_PKEY_eq(again->pkey, key->pkey), 1);
	sneck_pki_key_close(again);
	OPENSSL_free(der);

	assert_int_equal(
		i2d_PKCS8PrivateKey_bio(out, key->pkey, EVP_aes_128_cbc(), "pass", 4, NULL, NULL),
		1);
	const size_t n = (size_t)BIO_get_mem_data(out, &text);

	assert_int_equal(sneck_pki_key_read(&again, sneck_span_of(text, n), span_of("pass"), NULL),
			 SNECK_OK);
	sneck_pki_key_close(again);
	assert_int_equal(sneck_pki_key_read(&again, sneck_span_of(text, n), span_of("wrong"), NULL),
			 SNECK_E_ARG);
	BIO_free(out);
	sneck_pki_key_close(key);
}

static void read_asks_for_pass_phrase(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256), *again;
	BIO *out = BIO_new(BIO_s_mem());
	struct sneck_note note;
	struct sneck_span pem;
	char *text, large[2000];

	(void)state;
	memset(large, 'a', sizeof large);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(out, key->pkey, EVP_aes_256_cbc(), "pass", 4,
						       NULL, NULL),
			 1);
	pem.len = (size_t)BIO_get_mem_data(out, &text);
	pem.p = (const uint8_t *)text;
	assert_int_equal(sneck_pki_key_read(&again, pem, span_of("pass"), &note), SNECK_OK);
	sneck_pki_key_close(again);
	assert_int_equal(sneck_pki_key_read(&again, pem, span_of("word"), &note), SNECK_E_ARG);
	assert_non_null(strstr(note.text, "does not open"));
	assert_int_equal(sneck_pki_key_read(&again, pem, nothing, &note), SNECK_E_ARG);
	assert_non_null(strstr(note.text, "is encrypted"));
	assert_int_equal(sneck_pki_key_read(&again, pem, sneck_span_of(large, sizeof large), &note),
			 SNECK_E_ARG);
	assert_null(again);
	BIO_free(out);
	sneck_pki_key_close(key);
}

static void read_refuses_garbage(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"-----BEGIN PRIVATE KEY-----\n",
		"\x30\x03\x02\x01\x05",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	};
	struct sneck_pki_key *key;
	struct sneck_note note;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(sneck_pki_key_read(&key, span_of(bad[i]), nothing, &note),
				 SNECK_E_SYNTAX);
	assert_non_null(strstr(note.text, "no private key in there"));
}

static void read_refuses_other_kinds(void **state)
{
	EVP_PKEY *others[] = { EVP_EC_gen("secp256k1"), EVP_RSA_gen(1024),
			       EVP_PKEY_Q_keygen(NULL, NULL, "X25519") };
	struct sneck_pki_key *key;
	struct sneck_note note;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint8_t *der = NULL;
		const int len = i2d_PrivateKey(others[i], &der);

		assert_int_equal(
			sneck_pki_key_read(&key, sneck_span_of(der, (size_t)len), nothing, &note),
			SNECK_E_CERT_TYPE);
		assert_non_null(strstr(note.text, "use P-256"));
		OPENSSL_free(der);
		EVP_PKEY_free(others[i]);
	}
}

static void load_wants_a_closed_file(void **state)
{
	const char *const path = "pki_key_test.pem";
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	struct sneck_note note;
	char pem[1024];
	size_t len;

	(void)state;
	assert_int_equal(sneck_pki_key_write(key, pem, sizeof pem, &len), SNECK_OK);
	sneck_pki_key_close(key);
	write_file(path, pem, len);
	for (unsigned mode = 0; mode < 0100; mode++) {
		const enum sneck_rc want = mode == 0 ? SNECK_OK : SNECK_E_SYSTEM;

		assert_int_equal(chmod(path, 0600 | mode), 0);
		assert_int_equal(sneck_pki_key_load(&key, path, &note), want);
		sneck_pki_key_close(key);
	}
	assert_string_equal(note.text, "others may read the private key: "
				       "run chmod 600 pki_key_test.pem");
	assert_int_equal(remove(path), 0);
	assert_int_equal(sneck_pki_key_load(&key, "no/such\nfile", &note), SNECK_E_SYSTEM);
	assert_string_equal(note.text, "cannot open no/such\\x0Afile: No such file or directory");
	assert_int_equal(sneck_pki_key_load(&key, "/", NULL), SNECK_E_SYSTEM);
	assert_null(key);
}

/* A pipe has no size and no mode to speak of. */
static void load_reads_a_pipe(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	char pem[1024], path[32];
	int fds[2];
	size_t len;

	(void)state;
	assert_int_equal(sneck_pki_key_write(key, pem, sizeof pem, &len), SNECK_OK);
	sneck_pki_key_close(key);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], pem, len), len);
	close(fds[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
	assert_int_equal(sneck_pki_key_load(&key, path, NULL), SNECK_OK);
	close(fds[0]);
	sneck_pki_key_close(key);
}

static const char *md_of(uint16_t scheme)
{
	switch (scheme) {
	case SNECK_ED25519:
	case SNECK_ED448:
		return NULL;
	case SNECK_ECDSA_SECP256R1_SHA256:
	case SNECK_ECDSA_ANY_SHA256:
	case SNECK_RSA_PKCS1_SHA256:
	case SNECK_RSA_PSS_RSAE_SHA256:
	case SNECK_RSA_PSS_PSS_SHA256:
		return "SHA256";
	case SNECK_ECDSA_SECP384R1_SHA384:
	case SNECK_ECDSA_ANY_SHA384:
	case SNECK_RSA_PKCS1_SHA384:
	case SNECK_RSA_PSS_RSAE_SHA384:
	case SNECK_RSA_PSS_PSS_SHA384:
		return "SHA384";
	default:
		return "SHA512";
	}
}

static bool verifies(EVP_PKEY *pkey, uint16_t scheme, struct sneck_span tbs, struct sneck_span sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	bool ok = EVP_DigestVerifyInit_ex(ctx, &pc, md_of(scheme), NULL, NULL, pkey, NULL) == 1;

	if (EVP_PKEY_is_a(pkey, "RSA") && (scheme & 0xffu) == 1)
		ok = ok && EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PADDING) == 1;
	else if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS"))
		ok = ok && EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1;
	ok = ok && EVP_DigestVerify(ctx, sig.p, sig.len, tbs.p, tbs.len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool signs(const struct sneck_signer *s, EVP_PKEY *pkey, uint16_t scheme)
{
	const struct sneck_span tbs = span_of("64 spaces, a context string, a hash");
	uint8_t sig[SNECK_SIG_MAX];
	size_t len;

	return s->sign(s->ctx, scheme, tbs, sig, sizeof sig, &len) == SNECK_OK &&
	       verifies(pkey, scheme, tbs, sneck_span_of(sig, len));
}

/* The same of what is hashed elsewhere; EdDSA hashes by itself. */
static bool signs_digest(const struct sneck_signer *s, EVP_PKEY *pkey, uint16_t scheme)
{
	const struct sneck_span tbs = span_of("all messages so far");
	uint8_t digest[EVP_MAX_MD_SIZE], sig[SNECK_SIG_MAX];
	const char *const md = md_of(scheme);
	size_t n = 32, len;

	if (md != NULL)
		assert_int_equal(EVP_Q_digest(NULL, md, NULL, tbs.p, tbs.len, digest, &n), 1);
	assert_int_equal(
		s->sign_digest(s->ctx, scheme, sneck_span_of(digest, n - 1), sig, sizeof sig, &len),
		SNECK_E_SIGNER);
	return s->sign_digest(s->ctx, scheme, sneck_span_of(digest, n), sig, sizeof sig, &len) ==
		       SNECK_OK &&
	       verifies(pkey, scheme, tbs, sneck_span_of(sig, len));
}

static void signer_signs_its_schemes(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct sneck_pki_key *key = make_key(kinds[k].kind);
		const struct sneck_signer *s = sneck_pki_key_signer(key);
		const uint16_t *want = kinds[k].schemes;
		uint8_t sig[SNECK_SIG_MAX] = { 1 }, zero[SNECK_SIG_MAX] = { 0 };
		size_t len;

		assert_memory_equal(s->schemes, want, sizeof kinds[k].schemes);
		for (size_t i = 0; want[i] != 0; i++)
			for (size_t twice = 0; twice < 2; twice++)
				assert_true(signs(s, key->pkey, want[i]));
		for (size_t i = 0; want[i] != 0; i++)
			assert_int_equal(signs_digest(s, key->pkey, want[i]),
					 md_of(want[i]) != NULL);
		assert_int_equal(s->sign(s->ctx, 0x0201, span_of("x"), sig, sizeof sig, &len),
				 SNECK_E_SIGNER);
		assert_int_equal(s->sign(s->ctx, want[0], span_of("x"), sig, 20, &len),
				 SNECK_E_SIGNER);
		assert_int_equal(len, 0);
		assert_memory_equal(sig, zero, 20);
		assert_true(signs(s, key->pkey, want[0]));
		sneck_pki_key_close(key);
	}
}

/* A key that is bound to one hash signs with that alone, and with none of ours not at all. */
static void signer_obeys_parameters(void **state)
{
	static const struct {
		const char *md;
		int salt;
		uint16_t scheme; /* 0: the key is refused */
	} rows[] = {
		{ "SHA256", 32, SNECK_RSA_PSS_PSS_SHA256 },
		{ "SHA512", 64, SNECK_RSA_PSS_PSS_SHA512 },
		{ "SHA384", 20, SNECK_RSA_PSS_PSS_SHA384 },
		{ "SHA1", 20, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
		EVP_PKEY *pkey = NULL;
		struct sneck_pki_key *key;
		uint8_t *der = NULL;
		int len;

		assert_int_equal(EVP_PKEY_keygen_init(c), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(c, 2048), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(c, rows[i].md, NULL), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(c, rows[i].md), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(c, rows[i].salt), 1);
		assert_int_equal(EVP_PKEY_generate(c, &pkey), 1);
		len = i2d_PrivateKey(pkey, &der);
		assert_int_equal(
			sneck_pki_key_read(&key, sneck_span_of(der, (size_t)len), nothing, NULL),
			rows[i].scheme != 0 ? SNECK_OK : SNECK_E_CERT_TYPE);
		if (rows[i].scheme != 0) {
			assert_int_equal(key->signer.schemes[0], rows[i].scheme);
			assert_int_equal(key->signer.schemes[1], 0);
			assert_true(signs(&key->signer, pkey, rows[i].scheme));
		}
		sneck_pki_key_close(key);
		OPENSSL_free(der);
		EVP_PKEY_free(pkey);
		EVP_PKEY_CTX_free(c);
	}
}

static void *sign_often(void *ctx)
{
	const struct sneck_pki_key *key = ctx;
	size_t bad = 0;

	for (size_t i = 0; i < 200; i++)
		bad += !signs(&key->signer, key->pkey, SNECK_ECDSA_SECP256R1_SHA256);
	return bad == 0 ? ctx : NULL;
}

static void signer_serves_all_threads(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	pthread_t threads[4];
	void *result;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, sign_often, key), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_non_null(result);
	}
	sneck_pki_key_close(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make_refuses_unknown_kinds),
		cmocka_unit_test(write_then_read),
		cmocka_unit_test(read_all_forms),
		cmocka_unit_test(read_asks_for_pass_phrase),
		cmocka_unit_test(read_refuses_garbage),
		cmocka_unit_test(read_refuses_other_kinds),
		cmocka_unit_test(load_wants_a_closed_file),
		cmocka_unit_test(load_reads_a_pipe),
		cmocka_unit_test(signer_signs_its_schemes),
		cmocka_unit_test(signer_obeys_parameters),
		cmocka_unit_test(signer_serves_all_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
