/* SPDX-License-Identifier: MIT */
/* load_fuzz.c: any bytes as what an administrator gives us, or a peer's certificate as it is shown:
 * chains and keys as PEM or DER, OCSP responses, DER of the providers. The first byte picks. */
#include <stdlib.h>
#include <string.h>

#include <sneck/pki.h>

#include "fuzz.h"
#include "provider/der/der.h"

static void chain(struct sneck_span in)
{
	struct sneck_pki_chain *c;
	struct sneck_pki_about about;
	struct sneck_note note;
	const struct sneck_span *certs;
	size_t n;

	if (sneck_pki_chain_read(&c, in, &note) != SNECK_OK)
		return;
	certs = sneck_pki_chain_certs(c, &n);
	if (n == 0)
		abort();
	for (size_t i = 0; i < n; i++)
		(void)!sneck_pki_about(certs[i], &about);
	sneck_pki_chain_close(c);
}

static void key(struct sneck_span in)
{
	const struct sneck_span none = { NULL, 0 };
	struct sneck_pki_key *k;
	struct sneck_note note;

	if (sneck_pki_key_read(&k, in, none, &note) == SNECK_OK)
		sneck_pki_key_close(k);
}

static void about(struct sneck_span in)
{
	struct sneck_pki_about a;

	(void)!sneck_pki_about(in, &a);
}

static void pubkey(struct sneck_span in)
{
	static _Alignas(SNECK_ALIGN) uint8_t mem[4096], work[16384];
	const struct sneck_pubkey *const p = sneck_provider_libcrypto()->pubkey;

	if (p->key_size > sizeof mem || p->work_size > sizeof work)
		abort();
	memset(mem, 0, p->key_size);
	if (p->from_cert(mem, in, work) == SNECK_OK)
		(void)!p->verify(mem, p->schemes[0], in, in, work);
	p->wipe(mem);
	memset(mem, 0, p->key_size);
	if (p->from_spki(mem, in, work) == SNECK_OK)
		(void)!p->verify(mem, p->schemes[0], in, in, work);
	p->wipe(mem);
}

static void der(struct sneck_span in)
{
	struct sneck_span alg, bits, body, rest = in;
	uint8_t tag;

	if (sneck__der_find_key(in, &alg, &bits) &&
	    (alg.len > in.len || bits.len > in.len || bits.p < in.p ||
	     bits.p + bits.len > in.p + in.len))
		abort();
	(void)sneck__der_read_spki(in, &alg, &bits);
	while (sneck__der_any(&rest, &tag, &body))
		(void)sneck__der_number(&body, &alg);
}

static void (*const readers[])(struct sneck_span) = { chain, key, about, pubkey, der };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size != 0)
		readers[data[0] % (sizeof readers / sizeof *readers)](
			sneck_span_of(data + 1, size - 1));
	return 0;
}
