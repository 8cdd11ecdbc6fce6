/* SPDX-License-Identifier: MIT */
/* sched13.c: the key schedule of TLS 1.3. RFC 9846, 7.1 to 7.3, and what Finished (4.5.3)
 * and binders (4.3.11.2) are made over.
 *
 * Each step works in locals, copies on success, and wipes the locals either way. When a secret is
 * wanted, and when it dies, is hs/. */
#include "sched13.h"

#include "../crypto/hkdf.h"
#include "../wire/ct.h"

/* Derive-Secret(secret, label, messages), given the hash of the messages. RFC 9846, 7.1. */
static enum sneck_rc derive(uint8_t *out, const struct sneck_hash *hash, const uint8_t *secret,
			    const char *label, const uint8_t *th)
{
	return sneck__hkdf_expand_label(out, hash->len, hash, secret, label,
					sneck_span_of(th, hash->len));
}

static enum sneck_rc hash_of_nothing(uint8_t *digest, const struct sneck_hash *hash)
{
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };
	enum sneck_rc rc = hash->init(ctx);

	if (rc == SNECK_OK)
		rc = hash->finish(ctx, digest);
	hash->wipe(ctx);
	return rc;
}

/* One step down: HKDF-Extract(Derive-Secret(secret, "derived", ""), ikm), in place. */
static enum sneck_rc descend(uint8_t *secret, const struct sneck_hash *hash, struct sneck_span ikm)
{
	uint8_t nothing[BOUND_HASH];

	SNECK_TRY(hash_of_nothing(nothing, hash));
	SNECK_TRY(derive(secret, hash, secret, "derived", nothing));
	return sneck__hkdf_extract(secret, hash, sneck_span_of(secret, hash->len), ikm);
}

enum sneck_rc sneck__sched13_early(struct sched13 *s, const struct sneck_hash *hash,
				   struct sneck_span psk)
{
	const struct sneck_span none = { NULL, 0 };

	s->hash = hash;
	return sneck__hkdf_extract(s->secret, hash, none, psk);
}

enum sneck_rc sneck__sched13_early_traffic(const struct sched13 *s, uint8_t *client,
					   uint8_t *exporter, const uint8_t *th)
{
	SNECK_TRY(derive(client, s->hash, s->secret, "c e traffic", th));
	return derive(exporter, s->hash, s->secret, "e exp master", th);
}

static enum sneck_rc handshake_secrets(struct sched13 *k, struct sneck_span shared,
				       const uint8_t *th)
{
	SNECK_TRY(descend(k->secret, k->hash, shared));
	SNECK_TRY(derive(k->client_hs, k->hash, k->secret, "c hs traffic", th));
	return derive(k->server_hs, k->hash, k->secret, "s hs traffic", th);
}

enum sneck_rc sneck__sched13_handshake(struct sched13 *s, struct sneck_span shared,
				       const uint8_t *th)
{
	struct sched13 k = *s;
	const enum sneck_rc rc = handshake_secrets(&k, shared, th);

	if (rc == SNECK_OK)
		*s = k;
	sneck__ct_wipe(&k, sizeof k);
	return rc;
}

static enum sneck_rc app_secrets(struct app_secrets *app, uint8_t *main, const struct sched13 *s,
				 const uint8_t *th)
{
	const struct sneck_span none = { NULL, 0 };

	memcpy(main, s->secret, sizeof s->secret);
	SNECK_TRY(descend(main, s->hash, none));
	SNECK_TRY(derive(app->client, s->hash, main, "c ap traffic", th));
	SNECK_TRY(derive(app->server, s->hash, main, "s ap traffic", th));
	return derive(app->exporter, s->hash, main, "exp master", th);
}

enum sneck_rc sneck__sched13_app(struct sched13 *s, struct app_secrets *app, const uint8_t *th)
{
	struct app_secrets k = { 0 };
	uint8_t main[BOUND_HASH];
	const enum sneck_rc rc = app_secrets(&k, main, s, th);

	if (rc == SNECK_OK) {
		*app = k;
		memcpy(s->secret, main, sizeof main);
	}
	sneck__ct_wipe(&k, sizeof k);
	sneck__ct_wipe(main, sizeof main);
	return rc;
}

enum sneck_rc sneck__sched13_resumption(struct sched13 *s, uint8_t *resumption, const uint8_t *th)
{
	SNECK_TRY(derive(resumption, s->hash, s->secret, "res master", th));
	sneck__ct_wipe(s->secret, sizeof s->secret);
	return SNECK_OK;
}

enum sneck_rc sneck__resumption_psk(uint8_t *psk, const struct sneck_hash *hash,
				    const uint8_t *resumption, struct sneck_span nonce)
{
	return sneck__hkdf_expand_label(psk, hash->len, hash, resumption, "resumption", nonce);
}

enum sneck_rc sneck__psk_binder(uint8_t *binder, const struct sneck_hash *hash,
				struct sneck_span psk, enum binder kind, const uint8_t *th)
{
	static const char labels[][11] = { "ext binder", "imp binder", "res binder" };
	uint8_t nothing[BOUND_HASH], key[BOUND_HASH];
	struct sched13 s;
	enum sneck_rc rc;

	rc = sneck__sched13_early(&s, hash, psk);
	if (rc == SNECK_OK)
		rc = hash_of_nothing(nothing, hash);
	if (rc == SNECK_OK)
		rc = derive(key, hash, s.secret, labels[kind], nothing);
	if (rc == SNECK_OK)
		rc = sneck__finished_mac(binder, hash, key, th);
	sneck__ct_wipe(&s, sizeof s);
	sneck__ct_wipe(key, sizeof key);
	return rc;
}

enum sneck_rc sneck__finished_mac(uint8_t *verify_data, const struct sneck_hash *hash,
				  const uint8_t *traffic_secret, const uint8_t *th)
{
	const struct sneck_span none = { NULL, 0 };
	const struct sneck_span in = sneck_span_of(th, hash->len);
	uint8_t key[BOUND_HASH];
	enum sneck_rc rc;

	rc = sneck__hkdf_expand_label(key, hash->len, hash, traffic_secret, "finished", none);
	if (rc == SNECK_OK)
		rc = sneck__hmac(verify_data, hash, sneck_span_of(key, hash->len), &in, 1);
	sneck__ct_wipe(key, sizeof key);
	return rc;
}

enum sneck_rc sneck__traffic_keys(uint8_t *key, size_t key_len, uint8_t iv[BOUND_NONCE],
				  const struct sneck_hash *hash, const uint8_t *traffic_secret)
{
	const struct sneck_span none = { NULL, 0 };

	SNECK_TRY(sneck__hkdf_expand_label(key, key_len, hash, traffic_secret, "key", none));
	return sneck__hkdf_expand_label(iv, BOUND_NONCE, hash, traffic_secret, "iv", none);
}

enum sneck_rc sneck__traffic_update(const struct sneck_hash *hash, uint8_t *traffic_secret)
{
	const struct sneck_span none = { NULL, 0 };
	uint8_t next[BOUND_HASH];
	enum sneck_rc rc;

	rc = sneck__hkdf_expand_label(next, hash->len, hash, traffic_secret, "traffic upd", none);
	if (rc == SNECK_OK)
		memcpy(traffic_secret, next, hash->len);
	sneck__ct_wipe(next, sizeof next);
	return rc;
}
