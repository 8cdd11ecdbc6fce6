/* SPDX-License-Identifier: MIT */
/* transparent_test.c: what only the transparent provider has: determinism, patterns, the audit of
 * nonces, editable records, failing calls, certificates, signer and verifier. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "provider/providers.h"

static const struct sneck_span none = { (const uint8_t *)"", 0 };

static void deterministic(void **state)
{
	struct transparent a, b, c;
	uint8_t x[40], y[40], z[40];

	(void)state;
	transparent_init(&a, 5);
	transparent_init(&b, 5);
	transparent_init(&c, 6);
	assert_int_equal(a.provider.random(a.provider.ctx, x, 10), SNECK_OK);
	assert_int_equal(a.provider.random(a.provider.ctx, x + 10, 30), SNECK_OK);
	assert_int_equal(b.provider.random(b.provider.ctx, y, 40), SNECK_OK);
	assert_int_equal(c.provider.random(c.provider.ctx, z, 40), SNECK_OK);
	assert_memory_equal(x, y, 40);
	assert_memory_not_equal(x, z, 40);
}

static void patterns(void **state)
{
	const struct sneck_provider *const p = provider_at(1);

	(void)state;
	for (size_t i = 0; p->kexes[i] != NULL; i++) {
		const struct sneck_kex *const k = p->kexes[i];
		uint8_t priv[64] = { 0 }, offer[1216], answer[1216], secret[66], other[66];

		assert_in_range(k->priv_size, 1, sizeof priv);
		assert_int_equal(k->offer(p, priv, offer, NULL), SNECK_OK);
		assert_memory_equal(priv, TRANSPARENT_PRIV, TRANSPARENT_PATTERN);
		assert_int_equal(k->answer(p, offer, answer, secret, NULL), SNECK_OK);
		assert_memory_equal(secret, TRANSPARENT_SECRET, TRANSPARENT_PATTERN);
		offer[9] ^= 1; /* the secret depends on both shares */
		assert_int_equal(k->answer(p, offer, answer, other, NULL), SNECK_OK);
		assert_memory_not_equal(secret, other, k->secret_len);
		answer[9] ^= 1;
		assert_int_equal(k->finish(p, priv, answer, other, NULL), SNECK_OK);
		assert_memory_not_equal(secret, other, k->secret_len);
	}
}

/* An adversary edits a record and tags it anew. */
static void editable_records(void **state)
{
	const struct sneck_aead *const a = provider_at(1)->aeads[0];
	const struct sneck_span in = sneck_span_of("hello", 5), aad = sneck_span_of("head", 4);
	uint8_t seal[128] = { 0 }, open[128] = { 0 }, key[32] = { 0 }, nonce[12] = { 0 };
	uint8_t rec[5], tag[16], out[5];

	(void)state;
	transparent_audit_reset();
	assert_in_range(a->ctx_size, 1, sizeof seal);
	assert_int_equal(a->init(seal, key, SNECK_SEAL), SNECK_OK);
	assert_int_equal(a->init(open, key, SNECK_OPEN), SNECK_OK);
	assert_int_equal(a->seal(seal, rec, tag, nonce, aad, &in, 1), SNECK_OK);
	assert_memory_equal(rec, "hello", 5);
	rec[0] = 'j';
	assert_int_equal(a->open(open, out, tag, nonce, aad, sneck_span_of(rec, 5)),
			 SNECK_E_BAD_MAC);
	transparent_tag(tag, aad, sneck_span_of(rec, 5));
	assert_int_equal(a->open(open, out, tag, nonce, aad, sneck_span_of(rec, 5)), SNECK_OK);
	assert_memory_equal(out, "jello", 5);
}

/* ---- audit -------------------------------------------------------------------------------- */

/* Seals under a key of one byte; the context of that number, an iv of one byte, a sequence number.
 */
static void seal(unsigned ctx, uint8_t key, uint8_t iv, uint8_t seq)
{
	static uint8_t contexts[2][128];
	static bool begun[2];
	const struct sneck_aead *const a = provider_at(1)->aeads[0];
	uint8_t keys[16], nonce[12], tag[16];

	memset(keys, key, sizeof keys);
	memset(nonce, iv, sizeof nonce);
	nonce[11] ^= seq;
	if (!begun[ctx])
		assert_int_equal(a->init(contexts[ctx], keys, SNECK_SEAL), SNECK_OK);
	begun[ctx] = true;
	assert_int_equal(a->seal(contexts[ctx], NULL, tag, nonce, none, NULL, 0), SNECK_OK);
}

static void nonce_again(void)
{
	seal(0, 1, 1, 0);
	seal(0, 1, 1, 0);
}

static void nonce_skipped(void)
{
	seal(0, 1, 1, 0);
	seal(0, 1, 1, 2);
}

static void nonce_back(void)
{
	seal(0, 1, 1, 0);
	seal(0, 1, 1, 1);
	seal(0, 1, 1, 0);
}

static void nonce_of_another_iv(void)
{
	seal(0, 1, 1, 0);
	seal(0, 1, 2, 1);
}

static void same_key_and_iv(void)
{
	seal(0, 1, 1, 0);
	seal(1, 1, 1, 0);
}

static void again_despite_jumps(void)
{
	transparent_nonces_jump = true;
	seal(0, 1, 1, 9);
	seal(0, 1, 1, 9);
}

static void opened_again(void)
{
	static const uint8_t key[16] = { 1 }, nonce[12] = { 2 };
	static uint8_t context[128];
	const struct sneck_aead *const a = provider_at(1)->aeads[0];
	uint8_t tag[16];

	transparent_tag(tag, none, none);
	assert_int_equal(a->init(context, key, SNECK_OPEN), SNECK_OK);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(a->open(context, NULL, tag, nonce, none, none), SNECK_OK);
}

static void opened_again_despite_jumps(void)
{
	transparent_nonces_jump = true;
	opened_again();
}

static void good_order(void)
{
	for (uint8_t i = 0; i < 200; i++) {
		seal(0, 1, 1, i);
		seal(1, 1, 2, i);
	}
}

static void another_key(void)
{
	seal(0, 1, 1, 0);
	seal(1, 2, 1, 0);
}

static void a_jump(void)
{
	transparent_nonces_jump = true;
	seal(0, 1, 1, 9);
	seal(0, 1, 1, 30);
}

static void reset_between(void)
{
	seal(0, 1, 1, 0);
	transparent_audit_reset();
	seal(1, 1, 1, 0);
}

/* Whether what a child process does aborts. */
static bool aborts(void (*body)(void))
{
	int status = 0;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		assert_non_null(freopen("/dev/null", "w", stderr));
		transparent_audit_reset();
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void n66_audit(void **state)
{
	static void (*const bad[])(
		void) = { nonce_again,	   nonce_skipped,	nonce_back,  nonce_of_another_iv,
			  same_key_and_iv, again_despite_jumps, opened_again };
	static void (*const fine[])(void) = { good_order, another_key, a_jump, reset_between,
					      opened_again_despite_jumps };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_true(aborts(bad[i]));
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		assert_false(aborts(fine[i]));
}

/* ---- failing calls ------------------------------------------------------------------------ */

/* One use of every function of every table; what does not answer SNECK_OK is counted. */
struct run {
	unsigned bad;
	enum sneck_rc last;
};

/* A failing call zeroes its output. */
static bool good(struct run *r, enum sneck_rc rc, const void *out, size_t len)
{
	if (rc == SNECK_OK)
		return true;
	r->bad++;
	r->last = rc;
	assert_true(all_zero(out, len));
	return false;
}

static void use_primitives(struct run *r, const struct sneck_provider *p)
{
	const struct sneck_hash *const h = p->hashes[1];
	const struct sneck_aead *const a = p->aeads[1];
	const struct sneck_kex *const k = p->kexes[1];
	const struct sneck_span in = sneck_span_of("data", 4);
	uint8_t ctx[256] = { 0 }, open[128] = { 0 }, priv[64] = { 0 };
	uint8_t offer[65], answer[65], secret[32], out[65], tag[16];
	static const uint8_t key[32], nonce[12];

	transparent_audit_reset();
	good(r, p->random(p->ctx, out, 65), out, 65);
	if (good(r, h->init(ctx), ctx, h->ctx_size)) {
		good(r, h->update(ctx, in), "", 0);
		good(r, h->peek(ctx, out), out, 48);
		good(r, h->finish(ctx, out), out, 48);
	}
	h->wipe(ctx);
	if (good(r, a->init(ctx, key, SNECK_SEAL), ctx, a->ctx_size) &&
	    good(r, a->init(open, key, SNECK_OPEN), open, a->ctx_size) &&
	    good(r, a->seal(ctx, out, tag, nonce, none, &in, 1), out, 4))
		good(r, a->open(open, out, tag, nonce, none, sneck_span_of(out, 4)), out, 4);
	if (good(r, k->offer(p, priv, offer, NULL), offer, 65) &&
	    good(r, k->answer(p, offer, answer, secret, NULL), secret, 32))
		good(r, k->finish(p, priv, answer, secret, NULL), secret, 32);
}

static void use_authentication(struct run *r, const struct sneck_provider *p)
{
	struct transparent_signer s;
	struct transparent_verifier v;
	struct sneck_verdict verdict = { 0 };
	struct sneck_span der, made;
	uint8_t cert[32], key[8] = { 0 }, sig[64];
	size_t len = 0;

	transparent_cert(cert, sizeof cert, TRANSPARENT_ECDSA, 3);
	transparent_signer(&s, TRANSPARENT_ECDSA, 3);
	transparent_verifier(&v);
	der = sneck_span_of(cert, sizeof cert);
	good(r, v.verifier.verify(v.verifier.ctx, NULL, &verdict), &verdict, sizeof verdict);
	if (good(r, s.signer.sign(s.signer.ctx, 0x0403, none, sig, sizeof sig, &len), &len,
		 sizeof len) &&
	    good(r, p->pubkey->from_cert(key, der, NULL), key, sizeof key)) {
		made = sneck_span_of(sig, len);
		good(r, p->pubkey->verify(key, 0x0403, none, made, NULL), "", 0);
	}
}

/* n78: the n-th call fails, for all n: that one alone is not SNECK_OK. */
static void n78_every_call_fails(void **state)
{
	struct transparent t;
	uint64_t n;

	(void)state;
	transparent_init(&t, 3);
	for (n = 1; n < 100; n++) {
		struct run r = { 0 };

		transparent_calls = 0;
		transparent_fail_at = n;
		use_primitives(&r, &t.provider);
		use_authentication(&r, &t.provider);
		transparent_fail_at = 0;
		if (r.bad == 0)
			break;
		assert_int_equal(r.bad, 1);
		assert_true(r.last == SNECK_E_CRYPTO || r.last == SNECK_E_RANDOM ||
			    r.last == SNECK_E_SIGNER);
	}
	assert_int_equal(n, transparent_calls + 1);
	assert_in_range(n, 16, 30);
}

static void limits(void **state)
{
	struct transparent t;

	(void)state;
	transparent_init(&t, 3);
	assert_int_equal(t.provider.aeads[0]->seal_limit, 23726566);
	transparent_limit(&t, 4, 5);
	for (unsigned i = 0; i < TRANSPARENT_AEADS; i++) {
		assert_int_equal(t.provider.aeads[i]->seal_limit, 4);
		assert_int_equal(t.provider.aeads[i]->open_limit, 5);
	}
}

/* ---- authentication ----------------------------------------------------------------------- */

static void certificates(void **state)
{
	const struct sneck_pubkey *const pk = provider_at(1)->pubkey;
	uint8_t cert[300], key[8] = { 0 };

	(void)state;
	assert_in_range(pk->key_size, 1, sizeof key);
	transparent_cert(cert, sizeof cert, TRANSPARENT_RSA, 1);
	assert_int_equal(pk->from_cert(key, sneck_span_of(cert, sizeof cert), NULL), SNECK_OK);
	for (size_t len = 0; len < TRANSPARENT_CERT_MIN; len++) {
		assert_int_equal(pk->from_cert(key, sneck_span_of(cert, len), NULL),
				 SNECK_E_CERT_BAD);
		assert_true(all_zero(key, pk->key_size));
	}
	cert[5] = 'X';
	assert_int_equal(pk->from_cert(key, sneck_span_of(cert, 7), NULL), SNECK_E_CERT_TYPE);
	assert_int_equal(pk->from_spki(key, sneck_span_of(cert, 7), NULL), SNECK_E_CERT_BAD);
	transparent_spki(cert, 7, TRANSPARENT_RSA, 1);
	assert_int_equal(pk->from_spki(key, sneck_span_of(cert, 7), NULL), SNECK_OK);
	cert[0] = 'X';
	assert_int_equal(pk->from_cert(key, sneck_span_of(cert, 7), NULL), SNECK_E_CERT_BAD);
}

static void signatures(void **state)
{
	const struct sneck_pubkey *const pk = provider_at(1)->pubkey;
	const struct sneck_span msg = sneck_span_of("message", 7);
	struct transparent_signer s;
	uint8_t cert[7], key[8] = { 0 }, sig[TRANSPARENT_SIG];
	size_t len;

	(void)state;
	transparent_cert(cert, sizeof cert, TRANSPARENT_RSA, 1);
	assert_int_equal(pk->from_cert(key, sneck_span_of(cert, 7), NULL), SNECK_OK);
	transparent_signer(&s, TRANSPARENT_RSA, 1);
	for (const uint16_t *scheme = s.signer.schemes; *scheme != 0; scheme++) {
		assert_int_equal(s.signer.sign(&s, *scheme, msg, sig, sizeof sig, &len), SNECK_OK);
		assert_int_equal(len, TRANSPARENT_SIG);
		assert_int_equal(pk->verify(key, *scheme, msg, sneck_span_of(sig, len), NULL),
				 SNECK_OK);
		assert_int_equal(pk->verify(key, 0x0403, msg, sneck_span_of(sig, len), NULL),
				 SNECK_E_BAD_SIGNATURE);
		assert_int_equal(pk->verify(key, *scheme, none, sneck_span_of(sig, len), NULL),
				 SNECK_E_BAD_SIGNATURE);
		assert_int_equal(pk->verify(key, *scheme, msg, sneck_span_of(sig, len - 1), NULL),
				 SNECK_E_BAD_SIGNATURE);
	}
	assert_int_equal(s.signer.sign(&s, 0x0403, msg, sig, sizeof sig, &len), SNECK_E_SIGNER);
	assert_int_equal(s.signer.sign(&s, 0x0804, msg, sig, sizeof sig - 1, &len), SNECK_E_SIGNER);
	assert_int_equal(len, 0);
	s.garbage = true;
	assert_int_equal(s.signer.sign(&s, 0x0804, msg, sig, sizeof sig, &len), SNECK_OK);
	assert_int_equal(pk->verify(key, 0x0804, msg, sneck_span_of(sig, len), NULL),
			 SNECK_E_BAD_SIGNATURE);
	s.rc = SNECK_E_SIGNER;
	assert_int_equal(s.signer.sign(&s, 0x0804, msg, sig, sizeof sig, &len), SNECK_E_SIGNER);

	cert[6] = 2; /* another key */
	s.garbage = false;
	s.rc = SNECK_OK;
	assert_int_equal(pk->from_cert(key, sneck_span_of(cert, 7), NULL), SNECK_OK);
	assert_int_equal(s.signer.sign(&s, 0x0804, msg, sig, sizeof sig, &len), SNECK_OK);
	assert_int_equal(pk->verify(key, 0x0804, msg, sneck_span_of(sig, len), NULL),
			 SNECK_E_BAD_SIGNATURE);
}

/* Every kind signs with its schemes and with no other; pubkey has them all, once. */
static void every_kind(void **state)
{
	static const struct {
		enum transparent_kind kind;
		uint16_t first;
		unsigned n;
	} rows[] = {
		{ TRANSPARENT_ECDSA, 0x0403, 1 },    { TRANSPARENT_ECDSA384, 0x0503, 1 },
		{ TRANSPARENT_ECDSA521, 0x0603, 1 }, { TRANSPARENT_ED25519, 0x0807, 1 },
		{ TRANSPARENT_ED448, 0x0808, 1 },    { TRANSPARENT_RSA, 0x0804, 3 },
		{ TRANSPARENT_PSS, 0x0809, 3 },
	};
	const struct sneck_pubkey *const pk = provider_at(1)->pubkey;
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct transparent_signer s;
		uint8_t cert[7], key[8] = { 0 }, sig[TRANSPARENT_SIG];
		size_t len;

		transparent_signer(&s, rows[i].kind, 1);
		transparent_cert(cert, sizeof cert, rows[i].kind, 1);
		assert_int_equal(pk->from_cert(key, sneck_span_of(cert, 7), NULL), SNECK_OK);
		for (const uint16_t *scheme = pk->schemes; *scheme != 0; scheme++) {
			const bool old = rows[i].kind == TRANSPARENT_RSA && (*scheme & 255u) == 1;
			const bool fits = old || (*scheme >= rows[i].first &&
						  *scheme < rows[i].first + rows[i].n);

			assert_int_equal(s.signer.sign(&s, *scheme, none, sig, sizeof sig, &len),
					 fits ? SNECK_OK : SNECK_E_SIGNER);
			n += fits;
			assert_int_equal(pk->fits(key, *scheme), fits);
			assert_int_equal(
				pk->verify(key, *scheme, none, sneck_span_of(sig, len), NULL),
				fits ? SNECK_OK : SNECK_E_BAD_SIGNATURE);
		}
	}
	assert_int_equal(n, 14);
}

static void verdicts(void **state)
{
	struct transparent_verifier v;
	struct sneck_verdict out = { 0 };

	(void)state;
	memset(out.leaf_id, 0x11, sizeof out.leaf_id);
	transparent_verifier(&v);
	assert_int_equal(v.verifier.verify(v.verifier.ctx, NULL, &out), SNECK_OK);
	assert_int_equal(out.chain, SNECK_CHAIN_VALID);
	assert_int_equal(out.leaf_id[0], 0x11);
	assert_int_equal(out.leaf_id[31], 0x11);
	v.says = (struct sneck_verdict){ .reason = SNECK_E_CERT_NAME, .alert = 42 };
	v.other_leaf = true;
	assert_int_equal(v.verifier.verify(v.verifier.ctx, NULL, &out), SNECK_OK);
	assert_int_equal(out.chain, 0);
	assert_int_equal(out.reason, SNECK_E_CERT_NAME);
	assert_int_equal(out.alert, 42);
	assert_int_not_equal(out.leaf_id[0], 0x11);
	v.rc = SNECK_E_SYSTEM;
	assert_int_equal(v.verifier.verify(v.verifier.ctx, NULL, &out), SNECK_E_SYSTEM);
	assert_int_equal(v.calls, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deterministic),	cmocka_unit_test(patterns),
		cmocka_unit_test(editable_records),	cmocka_unit_test(n66_audit),
		cmocka_unit_test(n78_every_call_fails), cmocka_unit_test(limits),
		cmocka_unit_test(certificates),		cmocka_unit_test(signatures),
		cmocka_unit_test(every_kind),		cmocka_unit_test(verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
