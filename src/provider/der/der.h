/* SPDX-License-Identifier: MIT */
/* der.h: DER (X.690) as far as providers read it: the way through a certificate to its key, an RSA
 * key, an ECDSA signature. Strict: what is not written in the one way that DER allows is refused.
 * All else in a certificate is the verifier's. */
#ifndef SNECK_PROVIDER_DER_H
#define SNECK_PROVIDER_DER_H

#include <stdbool.h>

#include <sneck/crypto.h>

enum {
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT_0 = 0xa0,
	DER_CONTEXT_1 = 0xa1,
	DER_CONTEXT_2 = 0xa2
};

/* Takes the element in front of *in, whose tag is one byte. False: there is none, it is longer
 * than *in, or its length is not written as it must be. */
bool sneck__der_any(struct sneck_span *in, uint8_t *tag, struct sneck_span *body);
/* The same for an element that must have that tag. */
bool sneck__der_take(struct sneck_span *in, uint8_t want, struct sneck_span *body);
/* A positive INTEGER, or 0, without the zero byte that may stand in front. */
bool sneck__der_number(struct sneck_span *in, struct sneck_span *n);
/* The octets of a BIT STRING that has no unused bits. */
bool sneck__der_bits(struct sneck_span *in, struct sneck_span *octets);

/* RFC 5280, 4.1: from a Certificate to its AlgorithmIdentifier and subjectPublicKey. */
bool sneck__der_find_key(struct sneck_span cert, struct sneck_span *alg, struct sneck_span *bits);
/* The same from a SubjectPublicKeyInfo alone. */
bool sneck__der_read_spki(struct sneck_span spki, struct sneck_span *alg, struct sneck_span *bits);

#endif
