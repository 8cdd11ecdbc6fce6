/* SPDX-License-Identifier: MIT */
/* der.c: DER (X.690), as strictly as the libcrypto provider reads it: what a certificate, an RSA
 * key and an ECDSA signature are made of. BearSSL's own readers are not used: they also take BER,
 * and its X.509 decoder costs 1,168 bytes. */
#include "bearssl.h"

bool sneck__bear_der(struct sneck_span *in, uint8_t tag, struct sneck_span *body)
{
	size_t head = 2, len, more;

	if (in->len < head || in->p[0] != tag)
		return false;
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
	if (len > in->len - head)
		return false;
	*body = sneck_span_of(in->p + head, len);
	*in = sneck_span_of(in->p + head + len, in->len - head - len);
	return true;
}

bool sneck__bear_der_number(struct sneck_span *in, struct sneck_span *n)
{
	if (!sneck__bear_der(in, DER_INTEGER, n) || n->len == 0 || n->p[0] >= 0x80)
		return false;
	if (n->p[0] == 0 && n->len > 1) {
		*n = sneck_span_of(n->p + 1, n->len - 1);
		return n->p[0] >= 0x80;
	}
	return true;
}

bool sneck__bear_der_bits(struct sneck_span *in, struct sneck_span *octets)
{
	if (!sneck__bear_der(in, DER_BIT_STRING, octets) || octets->len == 0 || octets->p[0] != 0)
		return false;
	*octets = sneck_span_of(octets->p + 1, octets->len - 1);
	return true;
}
