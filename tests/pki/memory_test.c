/* SPDX-License-Identifier: MIT */
/* Allocation n fails, for all small n and many greater ones: every function of the layer answers
 * with an error (of which SNECK_E_NO_MEMORY occurs for each) or does its whole work; no chain
 * becomes valid that was not. The asan preset says whether anything leaks. All memory of the layer
 * is libcrypto's, so one hook reaches it. F17 */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "made.h"

#include <openssl/ocsp.h>

static size_t left = SIZE_MAX; /* allocations until one fails; SIZE_MAX: none does */

static bool fails(void)
{
	return left != SIZE_MAX && left-- == 0;
}

static void *hook_malloc(size_t len, const char *file, int line)
{
	(void)file, (void)line;
	return len == 0 || fails() ? NULL : malloc(len);
}

static void hook_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

static void *hook_realloc(void *p, size_t len, const char *file, int line)
{
	if (p == NULL)
		return hook_malloc(len, file, line);
	if (len == 0) {
		hook_free(p, file, line);
		return NULL;
	}
	return fails() ? NULL : realloc(p, len);
}

static struct sneck_pki_key *ca_key, *key;
static struct sneck_pki_chain *ca, *chain;
static struct sneck_pki_trust *trust;
static char key_pem[512], chain_pem[4096];
static size_t key_pem_len, chain_pem_len;

static enum sneck_rc do_key_make(void)
{
	struct sneck_pki_key *k;
	const enum sneck_rc rc = sneck_pki_key_make(&k, SNECK_KEY_P256);

	sneck_pki_key_close(k);
	return rc;
}

static enum sneck_rc do_key_read(void)
{
	struct sneck_pki_key *k;
	struct sneck_note note;
	const enum sneck_rc rc =
		sneck_pki_key_read(&k, sneck_span_of(key_pem, key_pem_len), nothing, &note);

	sneck_pki_key_close(k);
	return rc;
}

static enum sneck_rc do_key_write(void)
{
	char pem[512];
	size_t len;

	return sneck_pki_key_write(key, pem, sizeof pem, &len);
}

/* A file that outgrows the first buffer: text, then a chain. */
static enum sneck_rc do_chain_load(void)
{
	struct sneck_pki_chain *c;
	const enum sneck_rc rc = sneck_pki_chain_load(&c, "pki_memory_test.pem", NULL);

	sneck_pki_chain_close(c);
	return rc;
}

static enum sneck_rc do_sign(void)
{
	uint8_t sig[SNECK_SIG_MAX];
	size_t len;

	EVP_PKEY_CTX_free(atomic_exchange(&key->ways[0].idle, NULL));
	return key->signer.sign(key->signer.ctx, SNECK_ECDSA_SECP256R1_SHA256, span_of("x"), sig,
				sizeof sig, &len);
}

static enum sneck_rc do_chain_read(void)
{
	struct sneck_pki_chain *c;
	struct sneck_note note;
	const enum sneck_rc rc =
		sneck_pki_chain_read(&c, sneck_span_of(chain_pem, chain_pem_len), &note);

	sneck_pki_chain_close(c);
	return rc;
}

static enum sneck_rc do_chain_write(void)
{
	char pem[4096];
	size_t len;

	return sneck_pki_chain_write(chain, pem, sizeof pem, &len);
}

static enum sneck_rc do_credential(void)
{
	struct sneck_credential c;

	return sneck_pki_credential(&c, chain, key, NULL);
}

static enum sneck_rc do_raw(void)
{
	struct sneck_pki_chain *raw;
	struct sneck_credential c;
	enum sneck_rc rc = sneck_pki_raw_chain(&raw, key);

	if (rc == SNECK_OK)
		rc = sneck_pki_credential(&c, raw, key, NULL);
	sneck_pki_chain_close(raw);
	return rc;
}

static enum sneck_rc do_about(void)
{
	struct sneck_pki_about about;

	return sneck_pki_about(chain->certs[0], &about);
}

static enum sneck_rc do_cert_make(void)
{
	static const char *const names[] = { "a.example", "192.0.2.1" };
	const struct sneck_pki_cert c = {
		SNECK_PKI_CERT_INIT, .names = names, .n_names = 2,
		.now_ms = NOW_MS,    .issuer = ca,   .issuer_key = ca_key
	};
	struct sneck_pki_chain *made;
	const enum sneck_rc rc = sneck_pki_cert_make(&made, key, &c, NULL);

	sneck_pki_chain_close(made);
	return rc;
}

static enum sneck_rc do_trust(void)
{
	static const uint8_t pin[1][32];
	const struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						   .anchors = ca->certs, .n_anchors = 1,
						   .pins = pin,		 .n_pins = 1,
						   .announce = 1 };
	struct sneck_pki_trust *t;
	const enum sneck_rc rc = sneck_pki_trust_open(&t, &o, NULL);

	sneck_pki_trust_close(t);
	return rc;
}

static enum sneck_rc open_trust(void)
{
	const struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						   .anchors = ca->certs, .n_anchors = 1 };

	return sneck_pki_trust_open(&trust, &o, NULL);
}

/* With a trust of its own, whose cache of parsed certificates is empty. */
static enum sneck_rc verify(const char *name)
{
	const enum sneck_rc opened = open_trust();
	struct sneck_cert_entry entries[2] = { { .der = chain->certs[0] },
					       { .der = chain->certs[1] } };
	const struct sneck_chain c = { .certs = entries,
				       .n_certs = 2,
				       .name = span_of(name),
				       .now_ms = NOW_MS,
				       .peer_role = SNECK_SERVER };
	struct sneck_verdict got = { .chain = 0 };
	enum sneck_rc rc;

	if (opened != SNECK_OK)
		return opened;
	rc = trust->verifier.verify(trust->verifier.ctx, &c, &got);
	assert_int_equal(got.chain == SNECK_CHAIN_VALID, rc == SNECK_OK && got.reason == 0);
	sneck_pki_trust_close(trust);
	return rc != SNECK_OK ? rc : (enum sneck_rc)got.reason;
}

static enum sneck_rc do_verify(void)
{
	return verify("a.example");
}

static enum sneck_rc do_refuse(void)
{
	const enum sneck_rc rc = verify("b.example");

	assert_int_not_equal(rc, SNECK_OK);
	return rc == SNECK_E_CERT_NAME ? SNECK_OK : rc;
}

static uint8_t revoked[2000];
static size_t revoked_len;

/* What the authority says of the leaf. */
static void make_revoked(void)
{
	X509 *const leaf = sneck__pki_x509(chain->certs[0]), *const by =
								     sneck__pki_x509(ca->certs[0]);
	OCSP_BASICRESP *const basic = OCSP_BASICRESP_new();
	OCSP_CERTID *const id = OCSP_cert_to_id(EVP_sha256(), leaf, by);
	ASN1_TIME *const from = ASN1_TIME_set(NULL, (time_t)(NOW_MS / 1000) - DAY);
	OCSP_RESPONSE *r;
	uint8_t *p = revoked;

	assert_non_null(
		OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_REVOKED, 0, from, from, NULL));
	assert_int_equal(OCSP_basic_sign(basic, by, ca_key->pkey, EVP_sha256(), NULL, 0), 1);
	r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	revoked_len = (size_t)i2d_OCSP_RESPONSE(r, &p);
	assert_in_range(revoked_len, 1, sizeof revoked);
	OCSP_RESPONSE_free(r);
	ASN1_TIME_free(from);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(basic);
	X509_free(by);
	X509_free(leaf);
}

static enum sneck_rc do_staple(void)
{
	return sneck_pki_chain_staple(chain, sneck_span_of(revoked, revoked_len), NULL);
}

/* Want of memory must not make a revoked certificate a good one. */
static enum sneck_rc do_revoked(void)
{
	const struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						   .anchors = ca->certs, .n_anchors = 1,
						   .ocsp = SNECK_PKI_OCSP_ASKED };
	const struct sneck_cert_entry entry = { .der = chain->certs[0],
						.ocsp = { revoked, revoked_len } };
	const struct sneck_chain c = { .certs = &entry,
				       .n_certs = 1,
				       .name = span_of("a.example"),
				       .now_ms = NOW_MS,
				       .peer_role = SNECK_SERVER };
	struct sneck_verdict got = { .chain = 0 };
	enum sneck_rc rc = sneck_pki_trust_open(&trust, &o, NULL);

	if (rc != SNECK_OK)
		return rc;
	rc = trust->verifier.verify(trust->verifier.ctx, &c, &got);
	sneck_pki_trust_close(trust);
	assert_int_not_equal(got.chain, SNECK_CHAIN_VALID);
	if (rc != SNECK_OK || got.reason == SNECK_E_CERT_REVOKED)
		return rc;
	return (enum sneck_rc)got.reason;
}

static void sweep(enum sneck_rc (*work)(void))
{
	size_t no_memory = 0;

	assert_int_equal(work(), SNECK_OK); /* what libcrypto keeps for good is there now */
	for (size_t n = 0; left == SIZE_MAX; n += 1 + n / 64) {
		enum sneck_rc rc;

		left = n;
		rc = work();
		assert_true(rc <= SNECK_OK);
		no_memory += rc == SNECK_E_NO_MEMORY;
	}
	left = SIZE_MAX;
	assert_true(no_memory > 0);
	assert_int_equal(work(), SNECK_OK);
}

static void no_memory(void **state)
{
	static const struct {
		const char *name;
		enum sneck_rc (*work)(void);
	} all[] = {
		{ "key_make", do_key_make },
		{ "key_read", do_key_read },
		{ "key_write", do_key_write },
		{ "chain_load", do_chain_load },
		{ "sign", do_sign },
		{ "chain_read", do_chain_read },
		{ "chain_write", do_chain_write },
		{ "credential", do_credential },
		{ "raw", do_raw },
		{ "about", do_about },
		{ "cert_make", do_cert_make },
		{ "trust", do_trust },
		{ "verify", do_verify },
		{ "refuse", do_refuse },
		{ "staple", do_staple },
		{ "revoked", do_revoked },
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		print_message("%s\n", all[i].name);
		sweep(all[i].work);
	}
}

static int setup(void **state)
{
	static char file[100000];

	(void)state;
	ca_key = make_key(SNECK_KEY_P256);
	key = make_key(SNECK_KEY_P256);
	ca = make_chain(ca_key, NULL, NULL, NULL);
	chain = make_chain(key, "a.example", ca, ca_key);
	make_revoked();
	assert_int_equal(sneck_pki_key_write(key, key_pem, sizeof key_pem, &key_pem_len), SNECK_OK);
	assert_int_equal(sneck_pki_chain_write(chain, chain_pem, sizeof chain_pem, &chain_pem_len),
			 SNECK_OK);
	memset(file, '\n', sizeof file);
	memcpy(file + sizeof file - chain_pem_len, chain_pem, chain_pem_len);
	write_file("pki_memory_test.pem", file, sizeof file);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(remove("pki_memory_test.pem"), 0);
	sneck_pki_chain_close(chain);
	sneck_pki_chain_close(ca);
	sneck_pki_key_close(key);
	sneck_pki_key_close(ca_key);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_memory) };

	if (CRYPTO_set_mem_functions(hook_malloc, hook_realloc, hook_free) != 1)
		return 77;
	return cmocka_run_group_tests(tests, setup, teardown);
}
