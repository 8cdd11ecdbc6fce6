/* SPDX-License-Identifier: MIT */
/* packed.c: compressed certificates. RFC 8879, 4.
 *
 * Ours are data, packed beforehand, and sent from where they lie. A peer's is a question: its
 * unpacked bytes need memory, and that is the caller's. How long they may be is known and bounded
 * before anybody is asked, so the most that a bomb can do is to be unpacked up to that length. The
 * transcript takes the message as it came. */
#include "hs.h"

#include "../msg/packed.h"

#include "../wire/set.h"
#include "../wire/wr.h"

static bool we_unpack(const struct sneck_config *cfg, uint16_t algorithm)
{
	for (size_t i = 0; i < cfg->unpack.n; i++)
		if (cfg->unpack.p[i] == algorithm)
			return true;
	return false;
}

enum sneck_rc sneck__packed_read(struct hs *hs, struct sneck_span *body)
{
	const struct sneck_config *const cfg = hs->cfg;
	const uint32_t most = cfg->max_certificate != 0 ? cfg->max_certificate : BOUND_CERTIFICATE;
	struct compressed_certificate c;

	if (cfg->unpack.n == 0) /* then nobody has offered it */
		return SNECK_E_UNEXPECTED;
	SNECK_TRY(sneck__compressed_certificate_read(&c, *body));

	if (!we_unpack(cfg, c.algorithm))
		return SNECK_E_NOT_OFFERED;
	if (c.length > most)
		return SNECK_E_TOO_LARGE;
	if (c.length == 0)
		return SNECK_E_DECODE;
	if (!sneck__ask_settled(hs, SNECK_NEEDS_UNPACKED_CERTIFICATE))
		hs->work->unpacked.len = c.length;
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_UNPACK, SNECK_NEEDS_UNPACKED_CERTIFICATE));

	*body = hs->work->unpacked;
	return SNECK_OK;
}

/* The first of the credential's that the peer can unpack; NULL when there is none, or when a staple
 * has to go with the chain. */
static const struct sneck_packed_chain *choose(const struct nego *ng, bool stapled)
{
	const struct sneck_credential *const c = ng->cred;

	if (stapled || c == NULL)
		return NULL;
	for (size_t i = 0; i < c->n_packed; i++)
		if (set_has(ng->peer_unpacks, c->packed[i].algorithm))
			return &c->packed[i];
	return NULL;
}

enum sneck_rc sneck__packed_send(struct hs *hs, bool stapled, bool *sent)
{
	const struct sneck_packed_chain *const p = choose(&hs->work->nego, stapled);
	struct compressed_certificate c;
	struct wr w;

	*sent = p != NULL;
	if (p == NULL)
		return SNECK_OK;
	c = (struct compressed_certificate){ p->algorithm, p->length, p->bytes };
	sneck__flight_begin(hs, &w);
	sneck__compressed_certificate_write_head(&w, &c);
	return sneck__flight_bytes(hs, &w, p->bytes);
}
