/* SPDX-License-Identifier: MIT */
/* der.c: see der.h. libcrypto's decoder takes 110 us for a certificate, BearSSL's takes BER as well
 * and 1,168 bytes: hence our own, for the few elements that a provider wants. */
#include "der.h"

bool sneck__der_any(struct sneck_span *in, uint8_t *tag, struct sneck_span *body)
{
	size_t head = 2, len, more;

	if (in->len < head)
		return false;
	*tag = in->p[0];
	len = in->p[1];
	if (len >= 0x80) {
		more = len - 0x80;
		if (more == 0 || more > 3 || more > in->len - head || in->p[2] == 0)
			return false;
		len = 0;
		for (size_t i = 0; i < more; i++)
			len = len << 8 | in->p[head + i];
		head += more;
		if (len < 0x80)
			return false;
	}
	if ((*tag & 0x1f) == 0x1f || len > in->len - head)
		return false;
	*body = sneck_span_of(in->p + head, len);
	*in = sneck_span_of(in->p + head + len, in->len - head - len);
	return true;
}

bool sneck__der_take(struct sneck_span *in, uint8_t want, struct sneck_span *body)
{
	uint8_t tag = 0;

	return sneck__der_any(in, &tag, body) && tag == want;
}

bool sneck__der_number(struct sneck_span *in, struct sneck_span *n)
{
	if (!sneck__der_take(in, DER_INTEGER, n) || n->len == 0 || n->p[0] >= 0x80)
		return false;
	if (n->p[0] == 0 && n->len > 1) {
		*n = sneck_span_of(n->p + 1, n->len - 1);
		return n->p[0] >= 0x80;
	}
	return true;
}

bool sneck__der_bits(struct sneck_span *in, struct sneck_span *octets)
{
	if (!sneck__der_take(in, DER_BIT_STRING, octets) || octets->len == 0 || octets->p[0] != 0)
		return false;
	*octets = sneck_span_of(octets->p + 1, octets->len - 1);
	return true;
}

static bool spki_body(struct sneck_span spki, struct sneck_span *alg, struct sneck_span *bits)
{
	return sneck__der_take(&spki, DER_SEQUENCE, alg) && sneck__der_bits(&spki, bits) &&
	       spki.len == 0;
}

bool sneck__der_read_spki(struct sneck_span spki, struct sneck_span *alg, struct sneck_span *bits)
{
	struct sneck_span body;

	return sneck__der_take(&spki, DER_SEQUENCE, &body) && spki.len == 0 &&
	       spki_body(body, alg, bits);
}

bool sneck__der_find_key(struct sneck_span cert, struct sneck_span *alg, struct sneck_span *bits)
{
	struct sneck_span all, tbs, skip, spki;

	if (!sneck__der_take(&cert, DER_SEQUENCE, &all) || cert.len != 0 ||
	    !sneck__der_take(&all, DER_SEQUENCE, &tbs) ||
	    !sneck__der_take(&all, DER_SEQUENCE, &skip) || !sneck__der_bits(&all, &skip) ||
	    all.len != 0)
		return false;
	if (tbs.len != 0 && tbs.p[0] == DER_CONTEXT_0 &&
	    !sneck__der_take(&tbs, DER_CONTEXT_0, &skip)) /* version */
		return false;
	if (!sneck__der_take(&tbs, DER_INTEGER, &skip) ||  /* serialNumber */
	    !sneck__der_take(&tbs, DER_SEQUENCE, &skip) || /* signature */
	    !sneck__der_take(&tbs, DER_SEQUENCE, &skip) || /* issuer */
	    !sneck__der_take(&tbs, DER_SEQUENCE, &skip) || /* validity */
	    !sneck__der_take(&tbs, DER_SEQUENCE, &skip) || /* subject */
	    !sneck__der_take(&tbs, DER_SEQUENCE, &spki))
		return false;
	return spki_body(spki, alg, bits);
}
