/* SPDX-License-Identifier: MIT */
/* kex.c: key exchanges without mathematics. A private key is a pattern and 16 random bytes, a share
 * is spread from these, and the secret is a pattern and a checksum of both shares. The numbers and
 * lengths are those of the groups of RFC 9846, 4.3.7, and RFC 10024. */
#include "transparent.h"

#define OPEN_LEN  16u /* bytes of a private key that are no pattern */
#define SHARE_MAX 1216u

struct priv {
	uint8_t pattern[TRANSPARENT_PATTERN];
	uint8_t open[OPEN_LEN];
};

static void wipe(void *priv)
{
	memset(priv, 0, sizeof(struct priv));
}

static void share_of(const struct sneck_kex *k, const struct priv *v, uint8_t *share, size_t len)
{
	struct transparent_mix m;

	transparent_mix_init(&m, k->group);
	transparent_mix_add(&m, v->open, OPEN_LEN);
	transparent_mix_out(&m, share, len);
	share[0] = 4; /* NIST curves: an uncompressed point; others: not zero */
}

static bool is_share(const struct sneck_kex *k, const uint8_t *share)
{
	static const uint8_t zero[32];

	const bool point = k->group >= 0x0017 && k->group <= 0x0019;

	return point ? share[0] == 4 : memcmp(share, zero, 32) != 0;
}

static enum sneck_rc make(const struct sneck_kex *k, const struct sneck_provider *p, struct priv *v,
			  uint8_t *share, size_t len)
{
	memcpy(v->pattern, TRANSPARENT_PRIV, TRANSPARENT_PATTERN);
	SNECK_TRY(p->random(p->ctx, v->open, OPEN_LEN));
	share_of(k, v, share, len);
	return SNECK_OK;
}

static enum sneck_rc agree(const struct sneck_kex *k, const uint8_t *offer, const uint8_t *answer,
			   const uint8_t *peers, uint8_t *secret)
{
	struct transparent_mix m;

	if (!is_share(k, peers))
		return SNECK_E_BAD_SHARE;
	transparent_mix_init(&m, k->group);
	transparent_mix_add(&m, offer, k->offer_len);
	transparent_mix_add(&m, answer, k->answer_len);
	memcpy(secret, TRANSPARENT_SECRET, TRANSPARENT_PATTERN);
	transparent_mix_out(&m, secret + TRANSPARENT_PATTERN, k->secret_len - TRANSPARENT_PATTERN);
	return SNECK_OK;
}

static enum sneck_rc offer_of(const struct sneck_kex *k, const struct sneck_provider *p, void *priv,
			      uint8_t *offer)
{
	const enum sneck_rc rc =
		transparent_fails() ? SNECK_E_CRYPTO : make(k, p, priv, offer, k->offer_len);

	if (rc != SNECK_OK) {
		wipe(priv);
		memset(offer, 0, k->offer_len);
	}
	return rc;
}

static enum sneck_rc answer_of(const struct sneck_kex *k, const struct sneck_provider *p,
			       const uint8_t *offer, uint8_t *answer, uint8_t *secret)
{
	struct priv v;
	enum sneck_rc rc =
		transparent_fails() ? SNECK_E_CRYPTO : make(k, p, &v, answer, k->answer_len);

	if (rc == SNECK_OK)
		rc = agree(k, offer, answer, offer, secret);
	if (rc != SNECK_OK) {
		memset(answer, 0, k->answer_len);
		memset(secret, 0, k->secret_len);
	}
	/* a scan of the stack must find nothing of ours */
	for (volatile uint8_t *b = (volatile uint8_t *)&v; b < (volatile uint8_t *)(&v + 1); b++)
		*b = 0;
	return rc;
}

static enum sneck_rc finish_of(const struct sneck_kex *k, void *priv, const uint8_t *answer,
			       uint8_t *secret)
{
	enum sneck_rc rc = SNECK_E_CRYPTO;
	uint8_t offer[SHARE_MAX];

	if (!transparent_fails()) {
		share_of(k, priv, offer, k->offer_len);
		rc = agree(k, offer, answer, answer, secret);
	}
	if (rc != SNECK_OK)
		memset(secret, 0, k->secret_len);
	wipe(priv);
	return rc;
}

/* The functions of a descriptor do not see it. */
#define KEX(NAME, GROUP, OFFER_LEN, ANSWER_LEN, SECRET_LEN)                                        \
	static enum sneck_rc NAME##_offer(const struct sneck_provider *p, void *priv,              \
					  uint8_t *offer, void *work)                              \
	{                                                                                          \
		(void)work;                                                                        \
		return offer_of(&transparent_##NAME, p, priv, offer);                              \
	}                                                                                          \
	static enum sneck_rc NAME##_answer(const struct sneck_provider *p, const uint8_t *offer,   \
					   uint8_t *answer, uint8_t *secret, void *work)           \
	{                                                                                          \
		(void)work;                                                                        \
		return answer_of(&transparent_##NAME, p, offer, answer, secret);                   \
	}                                                                                          \
	static enum sneck_rc NAME##_finish(const struct sneck_provider *p, void *priv,             \
					   const uint8_t *answer, uint8_t *secret, void *work)     \
	{                                                                                          \
		(void)p;                                                                           \
		(void)work;                                                                        \
		return finish_of(&transparent_##NAME, priv, answer, secret);                       \
	}                                                                                          \
	const struct sneck_kex transparent_##NAME = {                                              \
		.group = (GROUP),                                                                  \
		.offer_len = (OFFER_LEN),                                                          \
		.answer_len = (ANSWER_LEN),                                                        \
		.secret_len = (SECRET_LEN),                                                        \
		.priv_size = sizeof(struct priv),                                                  \
		.name = "transparent-" #NAME,                                                      \
		.offer = NAME##_offer,                                                             \
		.answer = NAME##_answer,                                                           \
		.finish = NAME##_finish,                                                           \
		.wipe = wipe,                                                                      \
	}

KEX(x25519mlkem768, 0x11ec, 1216, 1120, 64);
KEX(x25519, 0x001d, 32, 32, 32);
KEX(p256, 0x0017, 65, 65, 32);
KEX(p384, 0x0018, 97, 97, 48);
KEX(x448, 0x001e, 56, 56, 56);
KEX(p521, 0x0019, 133, 133, 66);
