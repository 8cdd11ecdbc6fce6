/* SPDX-License-Identifier: MIT */
/* sign.c: certificates of seven bytes or more, signatures that are checksums of key id, scheme and
 * message, and a signer and a verifier that do as they are told. Who may sign with what is as in
 * RFC 9846, 4.3.3. */
#include "transparent.h"

struct pubkey {
	uint8_t kind, id;
};

static const uint16_t all[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806,
				0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0 };

/* What a kind of key signs with: a part of `all`. */
static const struct kind {
	uint8_t kind;
	uint16_t schemes[7]; /* ends with 0 */
} kinds[] = {
	{ TRANSPARENT_ECDSA, { 0x0403 } },
	{ TRANSPARENT_ECDSA384, { 0x0503 } },
	{ TRANSPARENT_ECDSA521, { 0x0603 } },
	{ TRANSPARENT_ED25519, { 0x0807 } },
	{ TRANSPARENT_ED448, { 0x0808 } },
	{ TRANSPARENT_RSA, { 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601 } },
	{ TRANSPARENT_PSS, { 0x0809, 0x080a, 0x080b } },
};

static const struct kind *kind_of(uint8_t kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

static bool fits(uint8_t kind, uint16_t scheme)
{
	const struct kind *const k = kind_of(kind);

	for (size_t i = 0; k != NULL && k->schemes[i] != 0; i++)
		if (k->schemes[i] == scheme)
			return true;
	return false;
}

static void signature(uint8_t *sig, uint8_t kind, uint8_t id, uint16_t scheme,
		      struct sneck_span msg)
{
	const uint8_t head[4] = { kind, id, (uint8_t)(scheme >> 8), (uint8_t)scheme };
	struct transparent_mix m;

	transparent_mix_init(&m, 4);
	transparent_mix_add(&m, head, sizeof head);
	transparent_mix_add(&m, msg.p, msg.len);
	transparent_mix_out(&m, sig, TRANSPARENT_SIG);
}

static void write_key(uint8_t *der, size_t len, const char *magic, enum transparent_kind kind,
		      uint8_t id)
{
	memset(der, '.', len);
	memcpy(der, magic, 5);
	der[5] = (uint8_t)kind;
	der[6] = id;
}

void transparent_cert(uint8_t *der, size_t len, enum transparent_kind kind, uint8_t id)
{
	write_key(der, len, "TCERT", kind, id);
}

void transparent_spki(uint8_t *der, size_t len, enum transparent_kind kind, uint8_t id)
{
	write_key(der, len, "TSPKI", kind, id);
}

static enum sneck_rc read_key(void *key, struct sneck_span der, const char *magic)
{
	struct pubkey *const k = key;

	*k = (struct pubkey){ 0 };
	if (transparent_fails())
		return SNECK_E_CRYPTO;
	if (der.len < TRANSPARENT_CERT_MIN || memcmp(der.p, magic, 5) != 0)
		return SNECK_E_CERT_BAD;
	if (kind_of(der.p[5]) == NULL)
		return SNECK_E_CERT_TYPE;
	*k = (struct pubkey){ der.p[5], der.p[6] };
	return SNECK_OK;
}

static enum sneck_rc from_cert(void *key, struct sneck_span der, void *work)
{
	(void)work;
	return read_key(key, der, "TCERT");
}

static enum sneck_rc from_spki(void *key, struct sneck_span der, void *work)
{
	(void)work;
	return read_key(key, der, "TSPKI");
}

static enum sneck_rc verify(const void *key, uint16_t scheme, struct sneck_span msg,
			    struct sneck_span sig, void *work)
{
	const struct pubkey *const k = key;
	uint8_t expected[TRANSPARENT_SIG];

	(void)work;
	if (transparent_fails())
		return SNECK_E_CRYPTO;
	signature(expected, k->kind, k->id, scheme, msg);
	if (!fits(k->kind, scheme) || sig.len != sizeof expected ||
	    memcmp(sig.p, expected, sizeof expected) != 0)
		return SNECK_E_BAD_SIGNATURE;
	return SNECK_OK;
}

/* What is signed is marked, so that no digest passes for a message. */
static struct sneck_span marked(uint8_t copy[65], struct sneck_span digest)
{
	const size_t n = digest.len < 64 ? digest.len : 64;

	copy[0] = 'D';
	memcpy(copy + 1, digest.p, n);
	return sneck_span_of(copy, 1 + n);
}

static enum sneck_rc verify_digest(const void *key, uint16_t scheme, struct sneck_span digest,
				   struct sneck_span sig, void *work)
{
	uint8_t copy[65];

	return verify(key, scheme, marked(copy, digest), sig, work);
}

static int key_fits(const void *key, uint16_t scheme)
{
	return fits(((const struct pubkey *)key)->kind, scheme);
}

static void wipe(void *key)
{
	*(struct pubkey *)key = (struct pubkey){ 0 };
}

const struct sneck_pubkey transparent_pubkey = {
	.schemes = all,
	.key_size = sizeof(struct pubkey),
	.from_cert = from_cert,
	.from_spki = from_spki,
	.verify = verify,
	.verify_digest = verify_digest,
	.fits = key_fits,
	.wipe = wipe,
};

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len)
{
	const struct transparent_signer *const s = ctx;

	*len = 0;
	if (transparent_fails() || cap < TRANSPARENT_SIG || !fits(s->kind, scheme))
		return SNECK_E_SIGNER;
	if (s->rc != SNECK_OK)
		return s->rc;
	signature(sig, s->kind, s->id, scheme, tbs);
	if (s->garbage)
		sig[0] ^= 1;
	*len = TRANSPARENT_SIG;
	return SNECK_OK;
}

static enum sneck_rc sign_digest(void *ctx, uint16_t scheme, struct sneck_span digest, uint8_t *sig,
				 size_t cap, size_t *len)
{
	uint8_t copy[65];

	return sign(ctx, scheme, marked(copy, digest), sig, cap, len);
}

void transparent_signer(struct transparent_signer *s, enum transparent_kind kind, uint8_t id)
{
	*s = (struct transparent_signer){ .kind = (uint8_t)kind, .id = id };
	s->signer = (struct sneck_signer){
		.schemes = kind_of((uint8_t)kind)->schemes,
		.sign = sign,
		.ctx = s,
		.sign_digest = sign_digest,
	};
}

static enum sneck_rc judge(void *ctx, const struct sneck_chain *chain,
			   struct sneck_verdict *verdict)
{
	struct transparent_verifier *const v = ctx;

	(void)chain;
	v->calls++;
	if (transparent_fails())
		return SNECK_E_CRYPTO;
	if (v->rc != SNECK_OK)
		return v->rc;
	memcpy(verdict, &v->says, offsetof(struct sneck_verdict, leaf_id));
	verdict->valid_until_ms = v->says.valid_until_ms;
	if (v->other_leaf)
		verdict->leaf_id[0] ^= 1;
	return SNECK_OK;
}

void transparent_verifier(struct transparent_verifier *v)
{
	*v = (struct transparent_verifier){ .says.chain = SNECK_CHAIN_VALID };
	v->verifier = (struct sneck_verifier){ .verify = judge, .ctx = v };
}
