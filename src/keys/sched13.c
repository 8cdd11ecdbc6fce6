/* SPDX-License-Identifier: MIT */
/* sched13.c: the key schedule of TLS 1.3 without PSK. RFC 9846, 7.1 to 7.3, and what Finished
 * (4.5.3) and CertificateVerify (4.5.2) are made over.
 *
 * Each step works in locals, copies on success, and wipes the locals either way. When a secret is
 * wanted, and when it dies, is hs/. */
#include "sched13.h"

#include "../crypto/hkdf.h"
#include "../wire/ct.h"

static enum sneck_rc handshake_secrets(struct sched13 *k, struct sneck_span shared,
				       const uint8_t *th);
static enum sneck_rc app_secrets(struct app_secrets *app, uint8_t *master, const struct sched13 *s,
				 const uint8_t *th);

enum sneck_rc sneck__sched13_handshake(struct sched13 *s, const struct sneck_hash *hash,
				       struct sneck_span shared, const uint8_t *th)
{
	struct sched13 k = { .hash = hash };
	const enum sneck_rc rc = handshake_secrets(&k, shared, th);

	if (rc == SNECK_OK)
		*s = k;
	sneck__ct_wipe(&k, sizeof k);
	return rc;
}

enum sneck_rc sneck__sched13_app(struct sched13 *s, struct app_secrets *app, const uint8_t *th)
{
	struct app_secrets k = { 0 };
	uint8_t master[BOUND_HASH];
	const enum sneck_rc rc = app_secrets(&k, master, s, th);

	if (rc == SNECK_OK) {
		*app = k;
		sneck__ct_wipe(s->secret, sizeof s->secret);
	}
	sneck__ct_wipe(&k, sizeof k);
	sneck__ct_wipe(master, sizeof master);
	return rc;
}

/* Derive-Secret(secret, label, messages), given the hash of the messages. RFC 9846, 7.1. */
static enum sneck_rc derive(uint8_t *out, const struct sneck_hash *hash, const uint8_t *secret,
			    const char *label, const uint8_t *th)
{
	return sneck__hkdf_expand_label(out, hash->len, hash, secret, label,
					sneck_span_of(th, hash->len));
}

/* One step down: HKDF-Extract(Derive-Secret(secret, "derived", ""), ikm), in place. */
static enum sneck_rc descend(uint8_t *secret, const struct sneck_hash *hash, struct sneck_span ikm)
{
	_Alignas(SNECK_ALIGN) uint8_t ctx[SNECK_HASH_CTX_MAX] = { 0 };
	uint8_t nothing[BOUND_HASH];
	enum sneck_rc rc = hash->init(ctx);

	if (rc == SNECK_OK)
		rc = hash->finish(ctx, nothing);
	hash->wipe(ctx);
	SNECK_TRY(rc);
	SNECK_TRY(derive(secret, hash, secret, "derived", nothing));
	return sneck__hkdf_extract(secret, hash, sneck_span_of(secret, hash->len), ikm);
}

static enum sneck_rc handshake_secrets(struct sched13 *k, struct sneck_span shared,
				       const uint8_t *th)
{
	const struct sneck_span none = { NULL, 0 };

	SNECK_TRY(sneck__hkdf_extract(k->secret, k->hash, none, none)); /* Early Secret */
	SNECK_TRY(descend(k->secret, k->hash, shared));			/* Handshake Secret */
	SNECK_TRY(derive(k->client_hs, k->hash, k->secret, "c hs traffic", th));
	return derive(k->server_hs, k->hash, k->secret, "s hs traffic", th);
}

static enum sneck_rc app_secrets(struct app_secrets *app, uint8_t *master, const struct sched13 *s,
				 const uint8_t *th)
{
	const struct sneck_span none = { NULL, 0 };

	memcpy(master, s->secret, sizeof s->secret);
	SNECK_TRY(descend(master, s->hash, none)); /* Main Secret */
	SNECK_TRY(derive(app->client, s->hash, master, "c ap traffic", th));
	SNECK_TRY(derive(app->server, s->hash, master, "s ap traffic", th));
	return derive(app->exporter, s->hash, master, "exp master", th);
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

size_t sneck__signature_input(uint8_t *tbs, int server, const uint8_t *th, size_t th_len)
{
	static const char context[2][34] = { "TLS 1.3, client CertificateVerify",
					     "TLS 1.3, server CertificateVerify" };

	memset(tbs, 0x20, 64);
	memcpy(tbs + 64, context[server != 0], 34); /* with the zero byte behind it */
	memcpy(tbs + 98, th, th_len);
	return 98 + th_len;
}
