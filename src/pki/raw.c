/* SPDX-License-Identifier: MIT */
/* raw.c: raw public keys: one as a chain, and one judged. RFC 7250. No path, no name, no dates: the
 * pin of the key is all that can be asked of it. */
#include <string.h>

#include "pki.h"

enum sneck_rc sneck_pki_raw_chain(struct sneck_pki_chain **chain, const struct sneck_pki_key *key)
{
	struct sneck_pki_chain *c;
	unsigned char *der = NULL;
	int len;

	ERR_clear_error();
	*chain = NULL;
	c = OPENSSL_zalloc(sizeof *c);
	if (c != NULL)
		c->certs = OPENSSL_zalloc(sizeof *c->certs);
	len = c != NULL && c->certs != NULL ? i2d_PUBKEY(key->pkey, &der) : 0;
	if (len <= 0) {
		sneck_pki_chain_close(c);
		return sneck__pki_fail(SNECK_E_NO_MEMORY);
	}
	c->type = SNECK_RAW_PUBLIC_KEY;
	c->certs[0] = sneck_span_of(der, (size_t)len);
	c->n_certs = 1;
	*chain = c;
	return SNECK_OK;
}

enum sneck_rc sneck__pki_judge_raw(const struct sneck_pki_trust *trust,
				   const struct sneck_chain *chain, struct sneck_note *why)
{
	uint8_t hash[32];

	if (!trust->raw_keys || chain->n_certs != 1) {
		sneck__pki_note(why, "the peer shows a raw public key, which is not accepted here");
		return SNECK_E_CERT_TYPE;
	}
	if (trust->skip) {
		sneck__pki_note(why, "nothing was checked: verification is switched off");
		return SNECK_OK;
	}
	if (EVP_Digest(chain->certs[0].der.p, chain->certs[0].der.len, hash, NULL, EVP_sha256(),
		       NULL) != 1)
		return sneck__pki_fail(SNECK_E_CRYPTO);
	for (size_t i = 0; i < trust->n_pins; i++)
		if (memcmp(trust->pins[i], hash, sizeof hash) == 0) {
			sneck__pki_note(why, "the raw public key is pinned");
			return SNECK_OK;
		}
	sneck__pki_note(why, "the raw public key is not pinned: "
			     "this is another server, or it has a new key");
	return SNECK_E_CERT_REFUSED;
}
