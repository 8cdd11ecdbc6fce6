/* SPDX-License-Identifier: MIT */
/* prf12.c: the PRF of TLS 1.2 and what is made with it. RFC 5246, 5, 6.3, 7.4.9, 8.1; RFC 7627, 4;
 * RFC 5705, 4. When a secret is wanted, and when it dies, is hs/. */
#include "prf12.h"

#include "../crypto/hkdf.h"
#include "../wire/ct.h"

#define SEED_PIECES 4u

static size_t text_len(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

/* P_hash(secret, seed) = HMAC_hash(secret, A(1) + seed) + HMAC_hash(secret, A(2) + seed) + ...
 * A(0) = seed, A(i) = HMAC_hash(secret, A(i-1)). in[0] is for A(i), the seed stands behind it. */
static enum sneck_rc p_hash(uint8_t *out, size_t out_len, const struct sneck_hash *hash,
			    struct sneck_span secret, uint8_t *a, uint8_t *t, struct sneck_span *in,
			    size_t n)
{
	SNECK_TRY(sneck__hmac(a, hash, secret, in + 1, n - 1));
	in[0] = sneck_span_of(a, hash->len);
	for (size_t at = 0, part; at < out_len; at += part) {
		part = out_len - at < hash->len ? out_len - at : hash->len;
		SNECK_TRY(sneck__hmac(t, hash, secret, in, n));
		memcpy(out + at, t, part);
		if (at + part < out_len)
			SNECK_TRY(sneck__hmac(a, hash, secret, in, 1));
	}
	return SNECK_OK;
}

enum sneck_rc sneck__prf12(uint8_t *out, size_t out_len, const struct sneck_hash *hash,
			   struct sneck_span secret, const char *label,
			   const struct sneck_span *seed, size_t n)
{
	struct sneck_span in[2 + SEED_PIECES] = { [1] = { (const uint8_t *)label,
							  text_len(label) } };
	uint8_t a[BOUND_HASH], t[BOUND_HASH];
	enum sneck_rc rc;

	for (size_t i = 0; i < n && i < SEED_PIECES; i++)
		in[2 + i] = seed[i];
	rc = n <= SEED_PIECES ? p_hash(out, out_len, hash, secret, a, t, in, 2 + n)
			      : SNECK_E_INTERNAL;
	if (rc != SNECK_OK)
		memset(out, 0, out_len);
	ct_secret(out, out_len);
	sneck__ct_wipe(a, sizeof a);
	sneck__ct_wipe(t, sizeof t);
	return rc;
}

enum sneck_rc sneck__master12(uint8_t master[MASTER12_LEN], const struct sneck_hash *hash,
			      struct sneck_span premaster, const uint8_t *session_hash,
			      const struct randoms *r)
{
	const struct sneck_span seed = session_hash != NULL ? sneck_span_of(session_hash, hash->len)
							    : sneck_span_of(r, sizeof *r);

	return sneck__prf12(master, MASTER12_LEN, hash, premaster,
			    session_hash != NULL ? "extended master secret" : "master secret",
			    &seed, 1);
}

/* RFC 5246, 6.3: client_write_key, server_write_key, client_write_IV, server_write_IV; an AEAD has
 * no MAC keys. The server's random is first, here alone. */
enum sneck_rc sneck__key_block12(uint8_t *client, uint8_t *server, size_t key_len, size_t iv_len,
				 const struct sneck_hash *hash, const uint8_t *master,
				 const struct randoms *r)
{
	const struct sneck_span seed[] = { { r->server, sizeof r->server },
					   { r->client, sizeof r->client } };
	uint8_t block[2u * (BOUND_KEY + BOUND_NONCE)];
	enum sneck_rc rc;

	rc = sneck__prf12(block, 2u * (key_len + iv_len), hash, sneck_span_of(master, MASTER12_LEN),
			  "key expansion", seed, 2);
	memcpy(client, block, key_len);
	memcpy(server, block + key_len, key_len);
	memcpy(client + key_len, block + 2u * key_len, iv_len);
	memcpy(server + key_len, block + 2u * key_len + iv_len, iv_len);
	sneck__ct_wipe(block, sizeof block);
	return rc;
}

enum sneck_rc sneck__finished12(uint8_t verify_data[FINISHED12_LEN], const struct sneck_hash *hash,
				const uint8_t *master, bool server, const uint8_t *th)
{
	const struct sneck_span seed = sneck_span_of(th, hash->len);

	return sneck__prf12(verify_data, FINISHED12_LEN, hash, sneck_span_of(master, MASTER12_LEN),
			    server ? "server finished" : "client finished", &seed, 1);
}

/* RFC 5705, 4: labels that TLS itself feeds to the PRF would give its own secrets away. */
static bool is_reserved(const char *label)
{
	static const char own[][24] = { "client finished", "server finished", "master secret",
					"key expansion", "extended master secret" };
	const size_t len = text_len(label);

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (len == text_len(own[i]) && memcmp(label, own[i], len) == 0)
			return true;
	return false;
}

enum sneck_rc sneck__exporter12(uint8_t *out, size_t out_len, const struct sneck_hash *hash,
				const uint8_t *master, const struct randoms *r, const char *label,
				struct sneck_span context)
{
	const uint8_t len[] = { (uint8_t)(context.len >> 8), (uint8_t)context.len };
	const struct sneck_span seed[] = { { (const uint8_t *)r, sizeof *r },
					   { len, sizeof len },
					   context };

	if (is_reserved(label) || context.len > 65535)
		return SNECK_E_ARG;
	return sneck__prf12(out, out_len, hash, sneck_span_of(master, MASTER12_LEN), label, seed,
			    context.p != NULL ? 3 : 1);
}
