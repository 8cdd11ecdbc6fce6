/* SPDX-License-Identifier: MIT */
/* pss.c: EMSA-PSS (RFC 8017, 9.1), which BearSSL 0.6 lacks, with MGF1 of the same hash and a salt
 * as long as the hash (RFC 9846, 4.3.3). The modulus has 2,048 to 4,096 bits, so the encoded
 * message is always long enough: 256 > 2 * 64 + 2. */
#include "bearssl.h"

size_t sneck__bear_hash_len(const br_hash_class *h)
{
	return h->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
}

const unsigned char *sneck__bear_oid(const br_hash_class *h)
{
	return h == &br_sha256_vtable	? BR_HASH_OID_SHA256
	       : h == &br_sha384_vtable ? BR_HASH_OID_SHA384
					: BR_HASH_OID_SHA512;
}

void sneck__bear_digest(const br_hash_class *h, struct sneck_span msg, uint8_t *digest)
{
	br_hash_compat_context c;

	h->init(&c.vtable);
	if (msg.len != 0)
		h->update(&c.vtable, msg.p, msg.len);
	h->out(&c.vtable, digest);
}

/* data ^= MGF1(seed); RFC 8017, B.2.1. */
static void mask(const br_hash_class *h, uint8_t *data, size_t len, const uint8_t *seed)
{
	const size_t n = sneck__bear_hash_len(h);
	br_hash_compat_context c;
	uint8_t block[HASH_MAX];

	for (size_t at = 0; at < len; at++) {
		const size_t i = at / n;
		const uint8_t counter[4] = { 0, 0, 0, (uint8_t)i };

		if (at % n == 0) {
			h->init(&c.vtable);
			h->update(&c.vtable, seed, n);
			h->update(&c.vtable, counter, sizeof counter);
			h->out(&c.vtable, block);
		}
		data[at] ^= block[at % n];
	}
}

/* The hash of eight zeros, digest and salt. */
static void hash_salted(const br_hash_class *h, const uint8_t *digest, const uint8_t *salt,
			uint8_t *out)
{
	static const uint8_t zero[8];
	const size_t n = sneck__bear_hash_len(h);
	br_hash_compat_context c;

	h->init(&c.vtable);
	h->update(&c.vtable, zero, sizeof zero);
	h->update(&c.vtable, digest, n);
	h->update(&c.vtable, salt, n);
	h->out(&c.vtable, out);
}

/* emBits is one less than the bits of the modulus. The bits of the modulus' first byte that may be
 * set; none of them: the encoded message is a byte shorter. */
static uint8_t first_byte(uint32_t bits)
{
	return (uint8_t)((1u << (bits - 1) % 8) - 1);
}

void sneck__bear_pss_encode(const br_hash_class *h, const uint8_t *digest, const uint8_t *salt,
			    uint8_t *em, uint32_t bits)
{
	const uint8_t first = first_byte(bits);
	const size_t n = sneck__bear_hash_len(h), len = (bits + 7) / 8;
	uint8_t *const sum = em + len - 1 - n;

	memset(em, 0, len);
	em += first == 0;
	memcpy(sum - n, salt, n);
	sum[-(ptrdiff_t)n - 1] = 1;
	hash_salted(h, digest, salt, sum);
	sum[n] = 0xbc;
	mask(h, em, (size_t)(sum - em), sum);
	if (first != 0)
		em[0] &= first;
}

bool sneck__bear_pss_verify(const br_hash_class *h, const uint8_t *digest, uint8_t *em,
			    uint32_t bits)
{
	const uint8_t first = first_byte(bits);
	const size_t n = sneck__bear_hash_len(h), len = (bits + 7) / 8;
	uint8_t *const sum = em + len - 1 - n, *const salt = sum - n;
	uint8_t own[HASH_MAX];
	uint32_t bad = sum[n] ^ 0xbcu;

	bad |= em[0] & (0xffu ^ first);
	em += first == 0;
	mask(h, em, (size_t)(sum - em), sum);
	if (first != 0)
		em[0] &= first;
	for (uint8_t *p = em; p < salt - 1; p++)
		bad |= *p;
	bad |= salt[-1] ^ 1u;
	hash_salted(h, digest, salt, own);
	return bad == 0 && memcmp(own, sum, n) == 0;
}
