/* SPDX-License-Identifier: MIT */
/* wycheproof_test.c: the libcrypto provider against C2SP/wycheproof, testvectors_v1. The files are
 * not in this tree: SNECK_VECTORS names the folder that has them in a folder "wycheproof". Without
 * it the test says so and is skipped (exit status 77). Every file says how many cases were judged
 * and how many were not, because the provider does not serve their lengths. */
#include "provider/providers.h"

#include <jansson.h>

struct count {
	unsigned judged, valid, left_out;
};

/* One group of one file. */
typedef void (*group_fn)(struct count *n, const json_t *group, const json_t *tests, unsigned arg);

static const char *text(const json_t *object, const char *key)
{
	const char *const s = json_string_value(json_object_get(object, key));

	assert_non_null(s);
	return s;
}

static struct bytes field(const json_t *object, const char *key)
{
	return hex(text(object, key));
}

static long long number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Says which case it is before cmocka says where. */
static void expect(struct count *n, const json_t *test, bool good, const char *what)
{
	if (!good)
		print_error("tcId %lld (%s, %s): %s\n", number(test, "tcId"), text(test, "comment"),
			    text(test, "result"), what);
	assert_true(good);
	n->judged++;
}

static void aead_case(struct count *n, const json_t *test, const struct sneck_aead *a)
{
	const struct bytes key = field(test, "key"), iv = field(test, "iv"),
			   aad = field(test, "aad"), msg = field(test, "msg"),
			   ct = field(test, "ct"), tag = field(test, "tag");
	const bool valid = strcmp(text(test, "result"), "valid") == 0;
	const struct sneck_span in = span(&msg);
	void *const ctx = zeroed(a->ctx_size);
	uint8_t out[sizeof msg.p], made[16];
	enum sneck_rc rc;

	assert_int_equal(a->init(ctx, key.p, SNECK_OPEN), SNECK_OK);
	rc = a->open(ctx, out, tag.p, iv.p, span(&aad), span(&ct));
	expect(n, test, rc == (valid ? SNECK_OK : SNECK_E_BAD_MAC), "open");
	if (valid) {
		n->valid++;
		assert_memory_equal(out, msg.p, msg.len);
		assert_int_equal(a->init(ctx, key.p, SNECK_SEAL), SNECK_OK);
		assert_int_equal(a->seal(ctx, out, made, iv.p, span(&aad), &in, 1), SNECK_OK);
		assert_memory_equal(out, ct.p, ct.len);
		assert_memory_equal(made, tag.p, a->tag_len);
	}
	a->wipe(ctx);
	free(ctx);
}

static void aead_group(struct count *n, const json_t *group, const json_t *tests, unsigned id)
{
	const struct sneck_aead *const a = aead_of(provider_at(0), (uint16_t)id);
	const bool served = a != NULL && number(group, "ivSize") == 96 &&
			    number(group, "tagSize") == 8 * a->tag_len &&
			    number(group, "keySize") == 8 * a->key_len;
	const json_t *test;
	size_t i;

	json_array_foreach(tests, i, test)
	{
		if (served)
			aead_case(n, test, a);
		else
			n->left_out++;
	}
}

/* Gives out what the test put there, piece after piece. */
static enum sneck_rc scripted(void *ctx, uint8_t *out, size_t len)
{
	struct sneck_span *const left = ctx;

	assert_true(left->len >= len);
	memcpy(out, left->p, len);
	*left = sneck_span_of(left->p + len, left->len - len);
	return SNECK_OK;
}

static void kex_case(struct count *n, const json_t *test, const struct sneck_kex *k)
{
	const struct bytes peer = field(test, "public"), priv = field(test, "private"),
			   shared = field(test, "shared");
	const bool invalid = strcmp(text(test, "result"), "invalid") == 0;
	const bool null = k->group >= 0x001d && all_zero(shared.p, shared.len);
	const size_t len = k->secret_len, skip = priv.len > len ? priv.len - len : 0;
	struct sneck_provider p = *provider_at(0);
	uint8_t scalar[66] = { 0 }, own[133], secret[66];
	struct sneck_span script = { scalar, len };
	enum sneck_rc rc;

	if (peer.len != k->offer_len) { /* the core refuses such a share by its length */
		n->left_out++;
		return;
	}
	assert_true(all_zero(priv.p, skip));
	memcpy(scalar + len - (priv.len - skip), priv.p + skip, priv.len - skip);
	p.random = scripted;
	p.ctx = &script;
	rc = k->answer(&p, peer.p, own, secret, NULL);
	if (invalid || null) {
		expect(n, test, rc == SNECK_E_BAD_SHARE, "no share");
		return;
	}
	expect(n, test, rc == SNECK_OK && memcmp(secret, shared.p, len) == 0, "secret");
	n->valid++;
}

/* ML-KEM-768 as a half of X25519MLKEM768. The other half's key and share are these bytes. */
static const uint8_t other_half[32] = { 9 };

/* "ek": a seed makes this share; "c", "K": this ciphertext then holds this secret. */
static void kem_case(struct count *n, const json_t *test, const struct sneck_kex *k)
{
	const struct bytes none = { 0 }, seed = field(test, "seed");
	const bool finish = json_object_get(test, "c") != NULL;
	const struct bytes ek = seed.len == 64 ? field(test, "ek") : none;
	const struct bytes c = finish ? field(test, "c") : none;
	uint8_t script[64 + 32] = { 0 }, share[1216], answer[1120], secret[64];
	struct sneck_span left = { script, sizeof script };
	struct sneck_provider p = *provider_at(0);
	void *const priv = zeroed(k->priv_size);

	if (seed.len != 64 || ek.len != 1184 || (finish && c.len != 1088)) {
		n->left_out++;
		free(priv);
		return;
	}
	memcpy(script, seed.p, 64);
	memcpy(script + 64, other_half, 32);
	p.random = scripted;
	p.ctx = &left;
	assert_int_equal(k->offer(&p, priv, share, NULL), SNECK_OK);
	expect(n, test, memcmp(share, ek.p, ek.len) == 0, "encapsulation key");
	if (finish) {
		const struct bytes shared = field(test, "K");

		memcpy(answer, c.p, c.len);
		memcpy(answer + 1088, other_half, 32);
		assert_int_equal(k->finish(&p, priv, answer, secret, NULL), SNECK_OK);
		expect(n, test, memcmp(secret, shared.p, 32) == 0, "secret");
		n->valid++;
	}
	k->wipe(priv);
	free(priv);
}

static void encaps_case(struct count *n, const json_t *test, const struct sneck_kex *k)
{
	const struct bytes m = field(test, "m"), ek = field(test, "ek"), c = field(test, "c"),
			   shared = field(test, "K");
	const bool valid = strcmp(text(test, "result"), "valid") == 0;
	uint8_t script[32 + 32], offer[1216], answer[1120], secret[64];
	struct sneck_span left = { script, sizeof script };
	struct sneck_provider p = *provider_at(0);
	enum sneck_rc rc;

	if (m.len != 32 || ek.len != 1184) {
		n->left_out++;
		return;
	}
	memcpy(script, m.p, 32);
	memcpy(script + 32, other_half, 32);
	memcpy(offer, ek.p, ek.len);
	memcpy(offer + 1184, other_half, 32);
	p.random = scripted;
	p.ctx = &left;
	rc = k->answer(&p, offer, answer, secret, NULL);
	expect(n, test, rc == (valid ? SNECK_OK : SNECK_E_BAD_SHARE), "encapsulation");
	if (!valid)
		return;
	expect(n, test,
	       memcmp(answer, c.p, c.len) == 0 && memcmp(secret, shared.p, shared.len) == 0,
	       "ciphertext and secret");
	n->valid++;
}

static void kem_group(struct count *n, const json_t *group, const json_t *tests, unsigned encaps)
{
	const struct sneck_kex *const k = kex_of(provider_at(0), 0x11ec);
	const json_t *test;
	size_t i;

	(void)group;
	json_array_foreach(tests, i, test)
	{
		if (k == NULL) /* libcrypto before 3.5 */
			n->left_out++;
		else if (encaps)
			encaps_case(n, test, k);
		else
			kem_case(n, test, k);
	}
}

static void kex_group(struct count *n, const json_t *group, const json_t *tests, unsigned id)
{
	const json_t *test;
	size_t i;

	(void)group;
	if (kex_of(provider_at(0), (uint16_t)id) == NULL) { /* BearSSL */
		n->left_out += (unsigned)json_array_size(tests);
		return;
	}
	json_array_foreach(tests, i, test) kex_case(n, test, kex_of(provider_at(0), (uint16_t)id));
}

/* The scheme that the parameters of an RSASSA-PSS key allow, or 0. */
static unsigned pss_scheme(const json_t *group)
{
	static const char *const sha[] = { "SHA-256", "SHA-384", "SHA-512" };

	for (unsigned i = 0; i < 3; i++)
		if (strcmp(text(group, "sha"), sha[i]) == 0 &&
		    strcmp(text(group, "mgf"), "MGF1") == 0 &&
		    strcmp(text(group, "mgfSha"), sha[i]) == 0 &&
		    number(group, "sLen") == 32 + 16 * (int)i)
			return 0x0809 + i;
	return 0;
}

static bool serves(const struct sneck_pubkey *pk, unsigned scheme)
{
	for (const uint16_t *s = pk->schemes; *s != 0; s++)
		if (*s == scheme)
			return true;
	return false;
}

/* scheme 0: the one that the key states; when it states none of ours, the key is refused. In a file
 * of salts of another length than the hash's, only the case that changes it to that length is good.
 */
static void signature_group(struct count *n, const json_t *group, const json_t *tests,
			    unsigned scheme)
{
	const struct sneck_pubkey *const pk = provider_at(0)->pubkey;
	const struct bytes spki = field(group, "publicKeyDer");
	const struct bytes cert = cert_around(span(&spki));
	const json_t *const salt = json_object_get(group, "sLen");
	const bool odd_salt = scheme != 0 && salt != NULL &&
			      json_integer_value(salt) != 32 + 16 * (scheme - 0x804);
	void *const key = zeroed(pk->key_size), *const work = zeroed(pk->work_size);
	const json_t *test;
	size_t i;

	scheme = scheme != 0 ? scheme : pss_scheme(group);
	if (scheme == 0 || !serves(pk, scheme)) {
		assert_int_equal(pk->from_cert(key, span(&cert), work), SNECK_E_CERT_TYPE);
		n->left_out += (unsigned)json_array_size(tests);
		free(key);
		free(work);
		return;
	}
	assert_int_equal(pk->from_cert(key, span(&cert), work), SNECK_OK);
	json_array_foreach(tests, i, test)
	{
		const struct bytes msg = field(test, "msg"), sig = field(test, "sig");
		const char *const result = text(test, "result");
		const bool valid =
			odd_salt ? strcmp(text(test, "comment"), "s_len changed to 32") == 0
				 : strcmp(result, "valid") == 0;
		enum sneck_rc rc;

		rc = pk->verify(key, (uint16_t)scheme, span(&msg), span(&sig), work);
		expect(n, test,
		       strcmp(result, "acceptable") == 0 ||
			       rc == (valid ? SNECK_OK : SNECK_E_BAD_SIGNATURE),
		       "verify");
		n->valid += rc == SNECK_OK;
	}
	pk->wipe(key);
	free(key);
	free(work);
}

static const struct file {
	const char *name;
	group_fn group;
	unsigned arg;
} files[] = {
	{ "aes_gcm_test", aead_group, 1 },
	{ "aes_gcm_test", aead_group, 2 },
	{ "chacha20_poly1305_test", aead_group, 29 },
	{ "aes_ccm_test", aead_group, 3 },
	{ "aes_ccm_test", aead_group, 18 },
	{ "x25519_test", kex_group, 0x001d },
	{ "x448_test", kex_group, 0x001e },
	{ "ecdh_secp256r1_ecpoint_test", kex_group, 0x0017 },
	{ "ecdh_secp384r1_ecpoint_test", kex_group, 0x0018 },
	{ "ecdh_secp521r1_ecpoint_test", kex_group, 0x0019 },
	{ "mlkem_768_keygen_seed_test", kem_group, 0 },
	{ "mlkem_768_test", kem_group, 0 },
	{ "mlkem_768_encaps_test", kem_group, 1 },
	{ "ecdsa_secp256r1_sha256_test", signature_group, 0x0403 },
	{ "ecdsa_secp384r1_sha384_test", signature_group, 0x0503 },
	{ "ecdsa_secp521r1_sha512_test", signature_group, 0x0603 },
	{ "ed25519_test", signature_group, 0x0807 },
	{ "ed448_test", signature_group, 0x0808 },
	{ "rsa_pss_misc_params_test", signature_group, 0 },
	{ "rsa_pss_2048_sha256_mgf1_0_test", signature_group, 0x0804 },
	{ "rsa_pss_2048_sha256_mgf1_32_test", signature_group, 0x0804 },
	{ "rsa_pss_2048_sha256_mgf1_32_params_test", signature_group, 0 },
	{ "rsa_pss_2048_sha384_mgf1_48_test", signature_group, 0x0805 },
	{ "rsa_pss_3072_sha256_mgf1_32_test", signature_group, 0x0804 },
	{ "rsa_pss_4096_sha256_mgf1_32_test", signature_group, 0x0804 },
	{ "rsa_pss_4096_sha384_mgf1_48_test", signature_group, 0x0805 },
	{ "rsa_pss_4096_sha512_mgf1_64_test", signature_group, 0x0806 },
};

static void every_file(void **state)
{
	const char *const folder = *state;
	struct count all = { 0 };

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const struct file *const f = &files[i];
		struct count n = { 0 };
		json_error_t error;
		const json_t *group;
		char path[512];
		json_t *root;
		size_t j;

		snprintf(path, sizeof path, "%s/wycheproof/%s.json", folder, f->name);
		root = json_load_file(path, 0, &error);
		if (root == NULL)
			print_error("%s: %s\n", path, error.text);
		assert_non_null(root);
		json_array_foreach(json_object_get(root, "testGroups"), j, group)
			f->group(&n, group, json_object_get(group, "tests"), f->arg);
		json_decref(root);
		assert_no_stale_error();
		assert_true(n.judged + n.left_out != 0);
		print_message("%-40s %04x: %4u judged, %4u of them good, %4u left out\n", f->name,
			      f->arg, n.judged, n.valid, n.left_out);
		all.judged += n.judged;
		all.left_out += n.left_out;
	}
	print_message("all: %u judged, %u left out\n", all.judged, all.left_out);
}

int main(void)
{
	char *const folder = getenv("SNECK_VECTORS");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_file, folder),
	};

	if (folder == NULL) {
		puts("skipped: 0 of 6,099 cases judged (6,883 with ML-KEM); set SNECK_VECTORS to "
		     "the folder that has Wycheproof's testvectors_v1 as \"wycheproof\"");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
