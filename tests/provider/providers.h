/* SPDX-License-Identifier: MIT */
/* providers.h: what the tests of providers share: the providers, bytes from hex, and a certificate
 * around any SubjectPublicKeyInfo. Every test includes it once, before nothing else. */
#ifndef TESTS_PROVIDER_PROVIDERS_H
#define TESTS_PROVIDER_PROVIDERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <sneck/crypto.h>

#include "provider/transparent/transparent.h"

/* The one that computes for real, and is tested beside the transparent one: the tests are compiled
 * once for each. */
#ifndef REAL_PROVIDER
#define REAL_PROVIDER sneck_provider_libcrypto
#endif

#define N_PROVIDERS 2u

struct bytes {
	size_t len;
	uint8_t p[4608];
};

/* The real one first, then transparent. */
SNECK_INLINE const struct sneck_provider *provider_at(unsigned i)
{
	static struct transparent t;

	if (i == 0) {
		assert_non_null(REAL_PROVIDER());
		return REAL_PROVIDER();
	}
	if (t.provider.name == NULL) {
		transparent_init(&t, 1);
		transparent_all_groups(&t);
	}
	return &t.provider;
}

SNECK_INLINE bool is_real(const struct sneck_provider *p)
{
	return p == REAL_PROVIDER();
}

SNECK_INLINE const struct sneck_aead *aead_of(const struct sneck_provider *p, uint16_t id)
{
	for (size_t i = 0; p->aeads[i] != NULL; i++)
		if (p->aeads[i]->id == id)
			return p->aeads[i];
	return NULL;
}

SNECK_INLINE const struct sneck_kex *kex_of(const struct sneck_provider *p, uint16_t group)
{
	for (size_t i = 0; p->kexes[i] != NULL; i++)
		if (p->kexes[i]->group == group)
			return p->kexes[i];
	return NULL;
}

/* False when text is no hex or too long. */
SNECK_INLINE bool unhex(struct bytes *b, const char *text)
{
	b->len = strlen(text) / 2;
	if (strlen(text) % 2 != 0 || b->len > sizeof b->p)
		return false;
	for (size_t i = 0; i < b->len; i++) {
		unsigned x = 0;

		if (sscanf(text + 2 * i, "%2x", &x) != 1)
			return false;
		b->p[i] = (uint8_t)x;
	}
	return true;
}

SNECK_INLINE struct bytes hex(const char *text)
{
	struct bytes b = { 0 };

	assert_true(unhex(&b, text));
	return b;
}

SNECK_INLINE struct sneck_span span(const struct bytes *b)
{
	return sneck_span_of(b->p, b->len);
}

SNECK_INLINE void assert_hex(const void *p, size_t len, const char *text)
{
	const struct bytes b = hex(text);

	assert_int_equal(b.len, len);
	assert_memory_equal(p, b.p, len);
}

SNECK_INLINE bool all_zero(const void *p, size_t len)
{
	const uint8_t *const b = p;

	for (size_t i = 0; i < len; i++)
		if (b[i] != 0)
			return false;
	return true;
}

/* No call may leave anything in the thread's error queue. */
SNECK_INLINE void assert_no_stale_error(void)
{
	assert_int_equal(ERR_peek_error(), 0);
}

/* Zeroed memory of size bytes, never of none. */
SNECK_INLINE void *zeroed(size_t size)
{
	void *const p = calloc(1, size + 1);

	assert_non_null(p);
	return p;
}

/* Moves a context: the old place is filled with garbage, so that nobody still looks at it. */
SNECK_INLINE void *moved(void *ctx, size_t size)
{
	void *const to = zeroed(size);

	memcpy(to, ctx, size);
	memset(ctx, 0xa5, size);
	free(ctx);
	return to;
}

/* Puts head and body of a DER element behind what out has. */
SNECK_INLINE void der_put(struct bytes *out, uint8_t tag, const void *body, size_t len)
{
	assert_true(len < 65536 && out->len + len + 4 <= sizeof out->p);
	out->p[out->len++] = tag;
	if (len >= 256) {
		out->p[out->len++] = 0x82;
		out->p[out->len++] = (uint8_t)(len >> 8);
	} else if (len >= 128) {
		out->p[out->len++] = 0x81;
	}
	out->p[out->len++] = (uint8_t)len;
	if (len != 0)
		memcpy(out->p + out->len, body, len);
	out->len += len;
}

/* Whoever has a digest only comes to the same, and of these schemes no other is good; nobody has
 * one for EdDSA. */
SNECK_INLINE void assert_digest(const struct sneck_pubkey *pk, const void *key,
				const uint16_t *schemes, uint16_t good, struct sneck_span msg,
				struct sneck_span sig, void *work)
{
	uint8_t digest[64];
	size_t n;

	for (; *schemes != 0; schemes++) {
		const unsigned low = *schemes & 15, pss = low > 8 ? low - 5 : low;
		const unsigned row = *schemes >> 8 != 8 ? *schemes >> 8 : pss;
		const char *const md = row == 4 ? "SHA256" : row == 5 ? "SHA384" : "SHA512";
		const bool fits = *schemes == good && *schemes != 0x0807 && *schemes != 0x0808;

		assert_int_equal(EVP_Q_digest(NULL, md, NULL, msg.p, msg.len, digest, &n), 1);
		for (size_t cut = 0; cut < 2; cut++)
			assert_int_equal(pk->verify_digest(key, *schemes,
							   sneck_span_of(digest, n - cut), sig,
							   work),
					 fits && cut == 0 ? SNECK_OK : SNECK_E_BAD_SIGNATURE);
	}
}

/* RSA by a key for all of it; else each scheme has keys of its own, but those of RSASSA-PSS, which
 * one key may have all of. */
SNECK_INLINE bool scheme_of_rsa(uint16_t scheme)
{
	return (scheme >= 0x0804 && scheme <= 0x0806) || scheme == 0x0401 || scheme == 0x0501 ||
	       scheme == 0x0601;
}

/* A key that `good` is a scheme of. */
SNECK_INLINE void assert_fits(const struct sneck_pubkey *pk, const void *key,
			      const uint16_t *schemes, uint16_t good)
{
	for (; good != 0 && *schemes != 0; schemes++)
		if (*schemes == good || (good & 0xff8u) != 0x808u || *schemes < 0x0809 ||
		    *schemes > 0x080b)
			assert_int_equal(pk->fits(key, *schemes),
					 *schemes == good ||
						 (scheme_of_rsa(*schemes) && scheme_of_rsa(good)));
	for (uint16_t any = 0xfe04; any <= 0xfe06; any++)
		assert_int_equal(pk->fits(key, any), 0);
}

/* The least that has the shape of a certificate, around a SubjectPublicKeyInfo. */
SNECK_INLINE struct bytes cert_around(struct sneck_span spki)
{
	struct bytes body = { 0 }, tbs = { 0 }, cert = { 0 };

	der_put(&body, 0xa0, "\x02\x01\x02", 3);
	der_put(&body, 0x02, "\x01", 1);
	for (unsigned i = 0; i < 4; i++)
		der_put(&body, 0x30, "", 0);
	memcpy(body.p + body.len, spki.p, spki.len);
	body.len += spki.len;
	der_put(&tbs, 0x30, body.p, body.len);
	der_put(&tbs, 0x30, "", 0);
	der_put(&tbs, 0x03, "\0", 1);
	der_put(&cert, 0x30, tbs.p, tbs.len);
	return cert;
}

#endif
