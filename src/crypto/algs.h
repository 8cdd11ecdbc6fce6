/* SPDX-License-Identifier: MIT */
/* algs.h: the tables of cipher suites, groups and signature schemes, and what a provider has. */
#ifndef SNECK_CRYPTO_ALGS_H
#define SNECK_CRYPTO_ALGS_H

#include <stdbool.h>

#include <sneck/crypto.h>

/* What a suite of TLS 1.2 wants signed with, and what a scheme is of. RFC 8422, 5.1.1: EdDSA counts
 * as ECDSA. */
enum auth { AUTH_ANY, AUTH_ECDSA, AUTH_RSA };

struct suite {
	uint16_t id, aead, hash;
	uint16_t version;
	bool on; /* offered by a config that names no suites */
	uint8_t auth;      /* enum auth */
	uint8_t nonce_len; /* bytes of the nonce in front of a record's ciphertext */
	const char *name; /* "TLS_AES_128_GCM_SHA256" */
};

struct alg_name {
	uint16_t id;
	bool flag; /* a group: it is a hybrid; a scheme: it may sign a handshake of TLS 1.3 */
	uint8_t auth; /* a scheme: enum auth */
	const char *name;
};

extern const struct suite sneck__suites[];    /* ends with id 0, best first */
extern const struct alg_name sneck__groups[]; /* likewise */
extern const struct alg_name sneck__schemes[];

/* NULL when the table has no such line. */
const struct suite *sneck__suite_find(uint16_t id);
const struct alg_name *sneck__group_find(uint16_t id);
const struct alg_name *sneck__scheme_find(uint16_t id);
bool sneck__group_is_hybrid(uint16_t id);
bool sneck__scheme_in_handshake(uint16_t id);
uint32_t sneck__scheme_bit(uint16_t id); /* a bit of its own for every line; 0: none */
uint8_t sneck__scheme_auth(uint16_t id); /* AUTH_ANY: unknown */
uint16_t sneck__scheme_hash(uint16_t id); /* struct sneck_hash.id; 0: EdDSA hashes by itself */

/* NULL when the provider has no such primitive. */
const struct sneck_hash *sneck__hash_of(const struct sneck_provider *p, uint16_t id);
const struct sneck_aead *sneck__aead_of(const struct sneck_provider *p, uint16_t id);
const struct sneck_kex *sneck__kex_of(const struct sneck_provider *p, uint16_t group);

/* Whether a list that ends with 0 has x. */
bool sneck__list_has(const uint16_t *list, uint16_t x);

#endif
