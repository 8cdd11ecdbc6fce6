/* SPDX-License-Identifier: MIT */
/* cache.c: certificates parsed before. libcrypto 3.0 takes 110 us to parse one, twice a P-256
 * verification, and peers show the same intermediates, often the same leaf, again and again.
 *
 * Only the parsing is remembered, never a verdict, and an entry serves byte-identical DER alone.
 * As in signer.c a thread takes an entry out of its slot and puts it back: nobody waits, and who
 * finds the slot empty parses. The last byte, of the signature, spreads well enough; a peer that
 * aims at a slot costs others a parsing. */
#include <string.h>

#include <openssl/crypto.h>

#include "pki.h"

#define SLOTS	 64u
#define CERT_MAX 8192u /* bytes of DER; longer ones are not kept */

struct cached {
	X509 *cert;
	size_t len;
	uint8_t der[];
};

struct pki_cache {
	_Atomic(struct cached *) slots[SLOTS];
};

static void drop(struct cached *c)
{
	if (c != NULL)
		X509_free(c->cert);
	OPENSSL_free(c);
}

struct pki_cache *sneck__pki_cache_open(void)
{
	return OPENSSL_zalloc(sizeof(struct pki_cache));
}

void sneck__pki_cache_close(struct pki_cache *cache)
{
	for (size_t i = 0; cache != NULL && i < SLOTS; i++)
		drop(atomic_load(&cache->slots[i]));
	OPENSSL_free(cache);
}

static struct cached *keep(X509 *cert, struct sneck_span der)
{
	struct cached *c = OPENSSL_malloc(sizeof *c + der.len);

	if (c == NULL)
		return NULL;
	X509_up_ref(cert);
	c->cert = cert;
	c->len = der.len;
	memcpy(c->der, der.p, der.len);
	return c;
}

X509 *sneck__pki_cache_x509(struct pki_cache *cache, struct sneck_span der)
{
	_Atomic(struct cached *) *slot;
	struct cached *c;
	X509 *cert;

	if (der.len == 0 || der.len > CERT_MAX)
		return sneck__pki_x509(der);
	slot = &cache->slots[der.p[der.len - 1] % SLOTS];
	c = atomic_exchange(slot, NULL);
	if (c != NULL && c->len == der.len && memcmp(c->der, der.p, der.len) == 0) {
		cert = c->cert;
		X509_up_ref(cert);
	} else {
		drop(c);
		cert = sneck__pki_x509(der);
		c = cert != NULL ? keep(cert, der) : NULL;
	}
	drop(atomic_exchange(slot, c));
	return cert;
}
