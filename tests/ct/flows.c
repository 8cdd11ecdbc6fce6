/* SPDX-License-Identifier: MIT */
/* flows.c: every flow on libcrypto, with a core that has its marks (src/wire/ct.h), for valgrind: a
 * branch, or an address, that depends on a secret is an error there. C1 to C3, C8, C9.
 *
 * What the provider makes is marked here: shared secrets and plaintext are secret, ciphertext and
 * tags are public. Pre-shared keys, ticket keys and resumption secrets are secret from the start.
 * With the argument "leak" a secret is branched on, which valgrind must report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <valgrind/valgrind.h>

#include "lib/flow.h"
#include "wire/ct.h"

static const struct sneck_provider *real;

/* ---- marks on what the provider makes ---- */

#define N_AEADS 3

static struct sneck_aead aeads[N_AEADS];
static const struct sneck_aead *aead_list[N_AEADS + 1], *aeads_real[N_AEADS];

static enum sneck_rc seal(size_t i, void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			  struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	const enum sneck_rc rc = aeads_real[i]->seal(ctx, out, tag, nonce, aad, in, n_in);
	size_t len = 0;

	for (size_t k = 0; k < n_in; k++)
		len += in[k].len;
	ct_public(out, len);
	ct_public(tag, aeads[i].tag_len);
	return rc;
}

static enum sneck_rc open(size_t i, void *ctx, uint8_t *out, const uint8_t *tag,
			  const uint8_t *nonce, struct sneck_span aad, struct sneck_span in)
{
	enum sneck_rc rc = aeads_real[i]->open(ctx, out, tag, nonce, aad, in);

	ct_public(&rc, sizeof rc); /* libcrypto's verdict on a tag */
	ct_secret(out, in.len);
	return rc;
}

/* The functions of a descriptor do not see it. */
#define AEAD(I)                                                                                    \
	static enum sneck_rc seal##I(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,  \
				     struct sneck_span aad, const struct sneck_span *in,           \
				     size_t n_in)                                                  \
	{                                                                                          \
		return seal(I, ctx, out, tag, nonce, aad, in, n_in);                               \
	}                                                                                          \
	static enum sneck_rc open##I(void *ctx, uint8_t *out, const uint8_t *tag,                  \
				     const uint8_t *nonce, struct sneck_span aad,                  \
				     struct sneck_span in)                                         \
	{                                                                                          \
		return open(I, ctx, out, tag, nonce, aad, in);                                     \
	}

AEAD(0)
AEAD(1)
AEAD(2)

#define N_KEXES 3 /* the last one wants libcrypto 3.5 */

static const struct sneck_kex *kexes[N_KEXES + 1], *kex_real[N_KEXES];
static struct sneck_kex kex[N_KEXES];
static size_t n_kexes;

static enum sneck_rc answer(const struct sneck_kex *k, const struct sneck_provider *p,
			    const uint8_t *offer, uint8_t *ours, uint8_t *secret, void *work)
{
	const enum sneck_rc rc = k->answer(p, offer, ours, secret, work);

	ct_secret(secret, k->secret_len);
	return rc;
}

static enum sneck_rc finish(const struct sneck_kex *k, const struct sneck_provider *p, void *priv,
			    const uint8_t *theirs, uint8_t *secret, void *work)
{
	const enum sneck_rc rc = k->finish(p, priv, theirs, secret, work);

	ct_secret(secret, k->secret_len);
	return rc;
}

#define KEX(I)                                                                                     \
	static enum sneck_rc answer##I(const struct sneck_provider *p, const uint8_t *offer,       \
				       uint8_t *ours, uint8_t *secret, void *work)                 \
	{                                                                                          \
		return answer(kex_real[I], p, offer, ours, secret, work);                          \
	}                                                                                          \
	static enum sneck_rc finish##I(const struct sneck_provider *p, void *priv,                 \
				       const uint8_t *theirs, uint8_t *secret, void *work)         \
	{                                                                                          \
		return finish(kex_real[I], p, priv, theirs, secret, work);                         \
	}

KEX(0)
KEX(1)
KEX(2)

/* What is signed has the peer's Finished in it, and is public once it is verified. */
static enum sneck_rc verify(const void *key, uint16_t scheme, struct sneck_span msg,
			    struct sneck_span sig, void *work)
{
	ct_public(msg.p, msg.len);
	ct_public(sig.p, sig.len);
	return transparent_pubkey.verify(key, scheme, msg, sig, work);
}

static struct sneck_pubkey pubkey;
static struct sneck_provider marked;

static void mark_provider(void)
{
	static const uint16_t groups[N_KEXES] = { SNECK_X25519, SNECK_SECP256R1,
						  SNECK_X25519MLKEM768 };
	enum sneck_rc (*const answers[N_KEXES])(const struct sneck_provider *, const uint8_t *,
						uint8_t *, uint8_t *,
						void *) = { answer0, answer1, answer2 };
	enum sneck_rc (*const finishes[N_KEXES])(const struct sneck_provider *, void *,
						 const uint8_t *, uint8_t *,
						 void *) = { finish0, finish1, finish2 };
	size_t n = 0;

	real = sneck_provider_libcrypto();
	marked = *real;
	for (size_t i = 0; real->aeads[i] != NULL && n < N_AEADS; i++)
		if (real->aeads[i]->id == 1 || real->aeads[i]->id == 2 || real->aeads[i]->id == 29)
			aeads_real[n++] = real->aeads[i];
	assert_int_equal(n, N_AEADS);
	for (size_t i = 0; i < N_AEADS; i++) {
		aeads[i] = *aeads_real[i];
		aead_list[i] = &aeads[i];
	}
	aeads[0].seal = seal0;
	aeads[1].seal = seal1;
	aeads[2].seal = seal2;
	aeads[0].open = open0;
	aeads[1].open = open1;
	aeads[2].open = open2;
	for (size_t i = 0; i < N_KEXES; i++)
		for (size_t k = 0; real->kexes[k] != NULL; k++)
			if (real->kexes[k]->group == groups[i])
				kex_real[n_kexes++] = real->kexes[k];
	assert_in_range(n_kexes, N_KEXES - 1, N_KEXES);
	for (size_t i = 0; i < n_kexes; i++) {
		kex[i] = *kex_real[i];
		kex[i].answer = answers[i];
		kex[i].finish = finishes[i];
		kexes[i] = &kex[i];
	}
	pubkey = transparent_pubkey;
	pubkey.verify = verify;
	marked.aeads = aead_list;
	marked.kexes = kexes;
	marked.pubkey = &pubkey; /* flow.c has certificates of that kind */
	pair_provider = &marked;
}

/* ---- the flows ---- */

static struct pair p;

static void mark_secrets(void)
{
	for (size_t i = 0; i < sizeof resume_ring.keys / sizeof resume_ring.keys[0]; i++)
		ct_secret(resume_ring.keys[i].secret, sizeof resume_ring.keys[i].secret);
	for (size_t i = 0; i < p.client.cfg.n_psks; i++)
		ct_secret(p.client.cfg.psks[i]->secret.p, p.client.cfg.psks[i]->secret.len);
}

static void play(const struct flow *f)
{
	flow_init(&p, f, 0);
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	pair_start(&p);
	mark_secrets();
	pair_run(&p);
	if (!pair_connected(&p))
		fail_msg("%s: %s, %s", f->name, sneck_rc_name(p.client.st.err),
			 sneck_rc_name(p.server.st.err));
	flow_talk(&p, f);
	ct_public(p.server.got, p.server.n_got);
	ct_public(p.client.got, p.client.n_got);
	flow_heard(&p);
	end_close(&p.client);
	end_close(&p.server);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	pair_wipe(&p);
}

/* A wrong tag, a wrong Finished: the same without an end. */
static void spoil(const struct flow *f, bool server)
{
	struct end *const by = server ? &p.server : &p.client;
	struct end *const to = server ? &p.client : &p.server;

	flow_init(&p, f, 0);
	pair_start(&p);
	mark_secrets();
	for (int i = 0; i < 8 && by->link.len < 600; i++)
		pair_pump(&p);
	by->link.bytes[by->link.len - 1u] ^= 1;
	pair_run(&p);
	link_put(by, "\x17\3\3\0\x14 no such record at all", 5 + 20);
	pair_run(&p);
	assert_int_equal(to->st.state, SNECK_FAILED);
	pair_wipe(&p);
}

static void c2_flows(void **state)
{
	(void)state;
	mark_provider();
	for (size_t i = 0; i < n_flows; i++) {
		if (flows[i].group == SNECK_X25519MLKEM768 && n_kexes < N_KEXES) {
			print_message("%s: skipped, wants libcrypto 3.5\n", flows[i].name);
			continue;
		}
		print_message("%s\n", flows[i].name);
		play(&flows[i]);
		spoil(&flows[i], false);
		spoil(&flows[i], true);
	}
}

static void c2_a_leak_is_found(void **state)
{
	uint8_t secret = 1, out[8] = { 0 };

	(void)state;
	ct_secret(&secret, 1);
	if (secret != 0)
		out[0] = 1;
	print_message("%u\n", out[0]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest good[] = { cmocka_unit_test(c2_flows) };
	const struct CMUnitTest leak[] = { cmocka_unit_test(c2_a_leak_is_found) };

	if (!RUNNING_ON_VALGRIND) {
		(void)fprintf(stderr, "without valgrind this says nothing\n");
		return 77;
	}
	return argc > 1 && strcmp(argv[1], "leak") == 0 ? cmocka_run_group_tests(leak, NULL, NULL)
							: cmocka_run_group_tests(good, NULL, NULL);
}
