/* SPDX-License-Identifier: MIT */
/* mlkem_acvp_test.c: the ML-KEM-768 inside X25519MLKEM768 against NIST's ACVP samples for FIPS 203:
 * key generation, encapsulation, and decapsulation with its implicit rejections. The files are not
 * in this tree: SNECK_VECTORS names the folder that has them in a folder "acvp". Without it, or
 * with a libcrypto that has no ML-KEM (before 3.5), the test says so and is skipped (exit status
 * 77). */
#include "provider/providers.h"

#include <jansson.h>
#include <openssl/evp.h>

enum { GROUP = 0x11ec, EK = 1184, DK = 2400, C = 1088, K = 32, OTHER = 32 };

/* What the libcrypto provider keeps of an offer; the samples for decapsulation bring a key without
 * the seed that the provider would make it of. */
struct hybrid {
	EVP_PKEY *kem, *x;
};

static const struct sneck_kex *kex;
/* The other half's private key and share. */
static const uint8_t other[OTHER] = { 9 };

static struct bytes field(const json_t *object, const char *key)
{
	const char *const s = json_string_value(json_object_get(object, key));

	assert_non_null(s);
	return hex(s);
}

static bool is(const json_t *object, const char *key, const char *text)
{
	const char *const s = json_string_value(json_object_get(object, key));

	return s != NULL && strcmp(s, text) == 0;
}

/* random() of the provider under test, from a script. */
static enum sneck_rc scripted(void *ctx, uint8_t *out, size_t len)
{
	struct sneck_span *const left = ctx;

	if (len > left->len)
		return SNECK_E_RANDOM;
	memcpy(out, left->p, len);
	*left = sneck_span_of(left->p + len, left->len - len);
	return SNECK_OK;
}

static struct sneck_provider provider_with(struct sneck_span *script)
{
	struct sneck_provider p = *sneck_provider_libcrypto();

	p.random = scripted;
	p.ctx = script;
	return p;
}

static void key_of(const json_t *group, const json_t *test)
{
	const struct bytes d = field(test, "d"), z = field(test, "z"), ek = field(test, "ek");
	const struct bytes dk = field(test, "dk");
	uint8_t seed[32 + 32 + OTHER], share[EK + OTHER], raw[DK];
	struct sneck_span left = { seed, sizeof seed };
	const struct sneck_provider p = provider_with(&left);
	struct hybrid h = { NULL, NULL };
	size_t len = sizeof raw;

	(void)group;
	memcpy(seed, d.p, 32);
	memcpy(seed + 32, z.p, 32);
	memcpy(seed + 64, other, OTHER);
	assert_int_equal(kex->offer(&p, &h, share, NULL), SNECK_OK);
	assert_int_equal(ek.len, EK);
	assert_memory_equal(share, ek.p, EK);
	assert_int_equal(EVP_PKEY_get_raw_private_key(h.kem, raw, &len), 1);
	assert_int_equal(len, dk.len);
	assert_memory_equal(raw, dk.p, DK);
	kex->wipe(&h);
}

static void encapsulation(const json_t *group, const json_t *test)
{
	const struct bytes ek = field(test, "ek"), m = field(test, "m"), c = field(test, "c");
	const struct bytes k = field(test, "k");
	uint8_t coins[32 + OTHER], offer[EK + OTHER], answer[C + OTHER], secret[K + OTHER];
	struct sneck_span left = { coins, sizeof coins };
	const struct sneck_provider p = provider_with(&left);

	(void)group;
	assert_true(m.len == 32 && ek.len == EK && c.len == C && k.len == K);
	memcpy(coins, m.p, 32);
	memcpy(coins + 32, other, OTHER);
	memcpy(offer, ek.p, EK);
	memcpy(offer + EK, other, OTHER);
	assert_int_equal(kex->answer(&p, offer, answer, secret, NULL), SNECK_OK);
	assert_memory_equal(answer, c.p, C);
	assert_memory_equal(secret, k.p, K);
}

/* A changed ciphertext has a secret as well, another one. */
static void decapsulation(const json_t *group, const json_t *test)
{
	const struct bytes dk = field(group, "dk"), c = field(test, "c"), k = field(test, "k");
	uint8_t answer[C + OTHER], secret[K + OTHER];
	struct hybrid h = {
		.kem = EVP_PKEY_new_raw_private_key_ex(NULL, "ML-KEM-768", NULL, dk.p, dk.len),
		.x = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, other, OTHER),
	};

	assert_true(h.kem != NULL && h.x != NULL && c.len == C && k.len == K);
	memcpy(answer, c.p, C);
	memcpy(answer + C, other, OTHER);
	assert_int_equal(kex->finish(sneck_provider_libcrypto(), &h, answer, secret, NULL),
			 SNECK_OK);
	assert_memory_equal(secret, k.p, K);
	kex->wipe(&h);
}

static void run(const char *name, const char *function, unsigned want,
		void (*judge)(const json_t *group, const json_t *test))
{
	const json_t *group, *test;
	unsigned judged = 0;
	char path[512];
	json_t *root;
	size_t i, j;

	snprintf(path, sizeof path, "%s/acvp/%s.json", getenv("SNECK_VECTORS"), name);
	root = json_load_file(path, 0, NULL);
	if (root == NULL)
		fail_msg("%s cannot be read", path);
	json_array_foreach(json_object_get(root, "testGroups"), i, group)
	{
		if (!is(group, "parameterSet", "ML-KEM-768") ||
		    (function != NULL && !is(group, "function", function)))
			continue;
		json_array_foreach(json_object_get(group, "tests"), j, test)
		{
			judge(group, test);
			judged++;
		}
	}
	json_decref(root);
	print_message("%s %s: %u judged\n", name, function != NULL ? function : "", judged);
	assert_true(judged >= want);
	assert_no_stale_error();
}

static void keys(void **state)
{
	(void)state;
	run("ml-kem-keygen", NULL, 25, key_of);
}

static void encapsulations(void **state)
{
	(void)state;
	run("ml-kem-encapdecap", "encapsulation", 25, encapsulation);
}

static void decapsulations(void **state)
{
	(void)state;
	run("ml-kem-encapdecap", "decapsulation", 10, decapsulation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(encapsulations),
		cmocka_unit_test(decapsulations),
	};

	kex = kex_of(sneck_provider_libcrypto(), GROUP);
	if (kex == NULL) {
		puts("skipped: 0 of 60 cases judged; this libcrypto has no ML-KEM (3.5 has)");
		return 77;
	}
	if (getenv("SNECK_VECTORS") == NULL) {
		puts("skipped: 0 of 60 cases judged; set SNECK_VECTORS to the folder that has "
		     "NIST's "
		     "samples as \"acvp\"");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
