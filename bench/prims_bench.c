/* SPDX-License-Identifier: MIT */
/* prims_bench: what each call of the libcrypto provider costs, beside the plainest use of EVP for
 * the same. Medians of 11 rounds in turns; "ratio" is EVP / provider, so above 1 the provider is
 * faster. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define ROUNDS 11

static double seconds; /* of one line */
static const struct sneck_provider *p;
static uint8_t data[16640], out[16640], tag[16], nonce[12], key[32], digest[64];
static const struct sneck_span head = { data, 5 };

static void must(int good)
{
	bench_must(good, "a primitive");
}

/* One operation on arg. */
typedef void (*op)(void *arg, size_t len);

static double round_of(op f, void *arg, size_t len)
{
	const uint64_t start = bench_ns(), most = (uint64_t)(seconds * 1e9 / (2 * ROUNDS));
	uint64_t end;
	unsigned n = 0;

	do {
		for (unsigned i = 0; i < 16; i++)
			f(arg, len);
		n += 16;
		end = bench_ns();
	} while (end - start < most);
	return (double)(end - start) / 1e3 / n;
}

/* In turns, so that a change of the clock meets both. */
static void compare(const char *name, op evp, void *evp_arg, op ours, void *our_arg, size_t len)
{
	static struct samples a, b;

	a.n = b.n = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		sample(&a, round_of(evp, evp_arg, len));
		sample(&b, round_of(ours, our_arg, len));
	}
	printf("%-34s EVP %8.3f us, provider %8.3f us, ratio %.3f\n", name, median(&a), median(&b),
	       median(&a) / median(&b));
}

/* ---- AEAD --------------------------------------------------------------------------------- */

struct aead {
	const struct sneck_aead *a;
	EVP_CIPHER *type;
	EVP_CIPHER_CTX *evp;
	void *ctx;
};

static void evp_seal(void *arg, size_t len)
{
	struct aead *const t = arg;
	int n;

	nonce[11]++;
	EVP_EncryptInit_ex2(t->evp, NULL, NULL, nonce, NULL);
	EVP_EncryptUpdate(t->evp, NULL, &n, head.p, (int)head.len);
	EVP_EncryptUpdate(t->evp, out, &n, data, (int)len);
	EVP_EncryptFinal_ex(t->evp, out, &n);
	must(EVP_CIPHER_CTX_ctrl(t->evp, EVP_CTRL_AEAD_GET_TAG, 16, tag));
}

static void our_seal(void *arg, size_t len)
{
	struct aead *const t = arg;
	const struct sneck_span in[2] = { { data, len - 1 }, { data, 1 } };

	nonce[11]++;
	must(t->a->seal(t->ctx, out, tag, nonce, head, in, 2) == SNECK_OK);
}

static void our_seal_in_place(void *arg, size_t len)
{
	struct aead *const t = arg;
	const struct sneck_span in[2] = { { out, len - 1 }, { data, 1 } };

	nonce[11]++;
	must(t->a->seal(t->ctx, out, tag, nonce, head, in, 2) == SNECK_OK);
}

/* Opens a record into another place, so that it can be opened again. */
static void evp_open(void *arg, size_t len)
{
	struct aead *const t = arg;
	static uint8_t plain[16640];
	int n;

	EVP_DecryptInit_ex2(t->evp, NULL, NULL, nonce, NULL);
	EVP_CIPHER_CTX_ctrl(t->evp, EVP_CTRL_AEAD_SET_TAG, 16, tag);
	EVP_DecryptUpdate(t->evp, NULL, &n, head.p, (int)head.len);
	EVP_DecryptUpdate(t->evp, plain, &n, out, (int)len);
	must(EVP_DecryptFinal_ex(t->evp, plain, &n));
}

static void our_open(void *arg, size_t len)
{
	struct aead *const t = arg;
	static uint8_t plain[16640];

	must(t->a->open(t->ctx, plain, tag, nonce, head, sneck_span_of(out, len)) == SNECK_OK);
}

static void evp_key(void *arg, size_t len)
{
	struct aead *const t = arg;
	EVP_CIPHER_CTX *const c = EVP_CIPHER_CTX_new();

	(void)len;
	must(EVP_EncryptInit_ex2(c, t->type, key, NULL, NULL));
	EVP_CIPHER_CTX_free(c);
}

static void our_key(void *arg, size_t len)
{
	struct aead *const t = arg;

	(void)len;
	must(t->a->init(t->ctx, key, SNECK_SEAL) == SNECK_OK);
}

static void bench_aead(const struct sneck_aead *a)
{
	static const size_t lengths[] = { 16385, 1025, 65, 1 };
	struct aead t = { a, EVP_CIPHER_fetch(NULL, a->name, NULL), EVP_CIPHER_CTX_new(),
			  calloc(1, a->ctx_size) };
	char name[64];

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		must(EVP_EncryptInit_ex2(t.evp, t.type, key, NULL, NULL));
		must(a->init(t.ctx, key, SNECK_SEAL) == SNECK_OK);
		snprintf(name, sizeof name, "%s seal %zu+1", a->name, lengths[i] - 1);
		compare(name, evp_seal, &t, our_seal, &t, lengths[i]);
		snprintf(name, sizeof name, "%s in place %zu+1", a->name, lengths[i] - 1);
		compare(name, evp_seal, &t, our_seal_in_place, &t, lengths[i]);
		evp_seal(&t, lengths[i]);
		must(EVP_DecryptInit_ex2(t.evp, t.type, key, NULL, NULL));
		must(a->init(t.ctx, key, SNECK_OPEN) == SNECK_OK);
		snprintf(name, sizeof name, "%s open %zu", a->name, lengths[i]);
		compare(name, evp_open, &t, our_open, &t, lengths[i]);
	}
	snprintf(name, sizeof name, "%s key", a->name);
	compare(name, evp_key, &t, our_key, &t, 0);
	a->wipe(t.ctx);
	free(t.ctx);
	EVP_CIPHER_CTX_free(t.evp);
	EVP_CIPHER_free(t.type);
}

/* ---- hash --------------------------------------------------------------------------------- */

static void evp_hash(void *arg, size_t len)
{
	must(EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL));
	(void)arg;
}

static void our_hash(void *arg, size_t len)
{
	const struct sneck_hash *const h = p->hashes[0];

	must(h->init(arg) == SNECK_OK && h->update(arg, sneck_span_of(data, len)) == SNECK_OK &&
	     h->finish(arg, digest) == SNECK_OK);
}

static void our_peek(void *arg, size_t len)
{
	(void)len;
	must(p->hashes[0]->peek(arg, digest) == SNECK_OK);
}

static void evp_peek(void *arg, size_t len)
{
	EVP_MD_CTX *const c = EVP_MD_CTX_new();

	(void)len;
	must(EVP_MD_CTX_copy_ex(c, arg) && EVP_DigestFinal_ex(c, digest, NULL));
	EVP_MD_CTX_free(c);
}

static void bench_hash(void)
{
	uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };
	EVP_MD_CTX *const evp = EVP_MD_CTX_new();

	compare("SHA-256 of 64", evp_hash, NULL, our_hash, ctx, 64);
	compare("SHA-256 of 1024", evp_hash, NULL, our_hash, ctx, 1024);
	must(p->hashes[0]->init(ctx) == SNECK_OK && EVP_DigestInit_ex2(evp, EVP_sha256(), NULL));
	compare("SHA-256 peek", evp_peek, evp, our_peek, ctx, 0);
	p->hashes[0]->wipe(ctx);
	EVP_MD_CTX_free(evp);
}

/* ---- keys --------------------------------------------------------------------------------- */

/* Both shares and both secrets: what client and server compute together. */
static void evp_exchange(void *arg, size_t len)
{
	const char *const name = arg;
	const int ec = name[0] == 'P';
	EVP_PKEY *key_of[2];

	for (unsigned i = 0; i < 2; i++)
		key_of[i] = EVP_PKEY_Q_keygen(NULL, NULL, ec ? "EC" : name, name);
	for (unsigned i = 0; i < 2; i++) {
		EVP_PKEY_CTX *const c = EVP_PKEY_CTX_new_from_pkey(NULL, key_of[i], NULL);
		EVP_PKEY *const peer = EVP_PKEY_new();
		unsigned char *share;
		const size_t n = EVP_PKEY_get1_encoded_public_key(key_of[1 - i], &share);

		must(EVP_PKEY_copy_parameters(peer, key_of[i]) &&
		     EVP_PKEY_set1_encoded_public_key(peer, share, n));
		len = sizeof digest;
		must(EVP_PKEY_derive_init(c) && EVP_PKEY_derive_set_peer(c, peer) &&
		     EVP_PKEY_derive(c, digest, &len));
		OPENSSL_free(share);
		EVP_PKEY_free(peer);
		EVP_PKEY_CTX_free(c);
	}
	EVP_PKEY_free(key_of[0]);
	EVP_PKEY_free(key_of[1]);
}

static void our_exchange(void *arg, size_t len)
{
	const struct sneck_kex *const k = arg;
	uint64_t priv[8] = { 0 };
	uint8_t offer[65], answer[65], a[32], b[32];

	(void)len;
	must(k->offer(p, priv, offer, NULL) == SNECK_OK &&
	     k->answer(p, offer, answer, a, NULL) == SNECK_OK &&
	     k->finish(p, priv, answer, b, NULL) == SNECK_OK && memcmp(a, b, 32) == 0);
}

struct cert {
	uint8_t der[4096];
	size_t len, sig_len;
	uint16_t scheme;
	uint8_t sig[512];
};

static void evp_cert(void *arg, size_t len)
{
	const struct cert *const c = arg;
	const uint8_t *at = c->der;
	X509 *const x = d2i_X509(NULL, &at, (long)c->len);
	EVP_PKEY *const k = X509_get_pubkey(x);
	EVP_MD_CTX *const m = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;

	if (len != 0) {
		must(EVP_DigestVerifyInit(m, &pc, EVP_sha256(), NULL, k));
		if (c->scheme == 0x0804)
			must(EVP_PKEY_CTX_set_rsa_padding(pc, 6) &&
			     EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, -1));
		must(EVP_DigestVerify(m, c->sig, c->sig_len, data, len) == 1);
	}
	EVP_MD_CTX_free(m);
	EVP_PKEY_free(k);
	X509_free(x);
}

static void our_cert(void *arg, size_t len)
{
	const struct cert *const c = arg;
	uint64_t k[8] = { 0 };
	static uint8_t work[4096];

	must(p->pubkey->from_cert(k, sneck_span_of(c->der, c->len), work) == SNECK_OK);
	must(len == 0 || p->pubkey->verify(k, c->scheme, sneck_span_of(data, len),
					   sneck_span_of(c->sig, c->sig_len), work) == SNECK_OK);
	p->pubkey->wipe(k);
}

static void bench_cert(const char *name, EVP_PKEY *k, uint16_t scheme)
{
	struct cert c = { .scheme = scheme, .sig_len = sizeof c.sig };
	X509 *const x = X509_new();
	EVP_MD_CTX *const m = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;
	uint8_t *at = c.der;
	char line[64];

	must(X509_set_pubkey(x, k) && X509_gmtime_adj(X509_getm_notBefore(x), 0) &&
	     X509_gmtime_adj(X509_getm_notAfter(x), 9) && X509_sign(x, k, EVP_sha256()) > 0);
	c.len = (size_t)i2d_X509(x, &at);
	must(EVP_DigestSignInit(m, &pc, EVP_sha256(), NULL, k));
	if (scheme == 0x0804)
		must(EVP_PKEY_CTX_set_rsa_padding(pc, 6) &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, -1));
	must(EVP_DigestSign(m, c.sig, &c.sig_len, data, 130));
	snprintf(line, sizeof line, "%s leaf to key", name);
	compare(line, evp_cert, &c, our_cert, &c, 0);
	snprintf(line, sizeof line, "%s leaf to key, signature", name);
	compare(line, evp_cert, &c, our_cert, &c, 130);
	EVP_MD_CTX_free(m);
	X509_free(x);
	EVP_PKEY_free(k);
}

static void *kex_of(uint16_t group)
{
	size_t i = 0;

	while (p->kexes[i] != NULL && p->kexes[i]->group != group)
		i++;
	must(p->kexes[i] != NULL);
	return (void *)(uintptr_t)p->kexes[i];
}

int main(int argc, char **argv)
{
	char x25519[] = "X25519", p256[] = "P-256";

	seconds = bench_seconds(argc, argv, 0.3) / 4;
	p = sneck_provider_libcrypto();
	must(p != NULL);
	for (size_t i = 0; p->aeads[i] != NULL; i++)
		if (p->aeads[i]->id != 3 && p->aeads[i]->id != 18) /* EVP has CCM another way */
			bench_aead(p->aeads[i]);
	bench_hash();
	compare("X25519, both sides", evp_exchange, x25519, our_exchange, kex_of(0x001d), 0);
	compare("P-256, both sides", evp_exchange, p256, our_exchange, kex_of(0x0017), 0);
	bench_cert("P-256", EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), 0x0403);
	bench_cert("RSA-2048", EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), 0x0804);
	putchar('\n');
	return 0;
}
