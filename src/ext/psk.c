/* SPDX-License-Identifier: MIT */
/* psk.c: pre_shared_key, and identities as they stand in it. RFC 9846, 4.3.11; RFC 9258, 5.1.
 *
 *   struct {
 *       opaque identity<1..2^16-1>;
 *       uint32 obfuscated_ticket_age;
 *   } PskIdentity;
 *   opaque PskBinderEntry<32..255>;
 *   struct {
 *       PskIdentity identities<7..2^16-1>;
 *       PskBinderEntry binders<33..2^16-1>;
 *   } OfferedPsks;
 *   struct {
 *       opaque external_identity<1...2^16-1>;
 *       opaque context<0..2^16-1>;
 *       uint16 target_protocol;
 *       uint16 target_kdf;
 *   } ImportedIdentity;
 *
 * Binders are written as zeros: hs/offer.c makes them when the rest is there. A peer's that is too
 * short to be one does not verify, if it is looked at; which identity is taken is hs/choose.c's. */
#include <sneck/session.h>

#include "ext.h"
#include "select.h"

/* ---- what we offer ---- */

static uint16_t hash_of(const struct sneck_psk *psk)
{
	return psk->hash != 0 ? psk->hash : 4;
}

/* Whether a suite of ours, behind a retry the one that it named, has this hash. */
static bool useful(const struct nego *ng, uint16_t hash)
{
	const struct suite *s;

	if (ng->psk_hash != 0)
		return ng->psk_hash == hash;
	for (size_t i = 0; (s = sneck__suite_at(ng->cfg, i)) != NULL; i++)
		if (s->hash == hash)
			return true;
	return false;
}

bool sneck__psk_offer_at(const struct nego *ng, uint32_t i, struct psk_offer *offer)
{
	static const uint16_t hashes[] = { 4, 5 };

	offer->psk = NULL;
	offer->hash = ng->ticket_hash;
	if (ng->ticket.len != 0 && useful(ng, ng->ticket_hash) && i-- == 0)
		return true;
	for (size_t k = 0; k < ng->cfg->n_psks; k++)
		for (size_t h = 0; h < 2; h++) {
			offer->psk = ng->cfg->psks[k];
			offer->hash = hashes[h];
			if ((!offer->psk->raw || hash_of(offer->psk) == hashes[h]) &&
			    useful(ng, hashes[h]) && i-- == 0)
				return true;
		}
	return false;
}

/* RFC 9258, 8: HKDF_SHA256 is 1, HKDF_SHA384 is 2. */
static uint16_t kdf_of(uint16_t hash)
{
	return hash == 5 ? 2 : 1;
}

static void identity_write(const struct nego *ng, const struct psk_offer *o, struct wr *w)
{
	const struct wr_mark m = wr_open(w, 2);

	if (o->psk == NULL) {
		wr_aside(w, ng->ticket.len);
	} else if (o->psk->raw) {
		wr_put(w, o->psk->identity);
	} else {
		wr_vec(w, 2, o->psk->identity);
		wr_vec(w, 2, o->psk->context);
		wr_u16(w, SNECK_TLS13);
		wr_u16(w, kdf_of(o->hash));
	}
	wr_close(w, m);
	wr_uint(w, 4, o->psk == NULL ? ng->ticket_age : 0);
}

static bool same(struct sneck_span a, struct sneck_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool sneck__psk_is(const struct sneck_psk *psk, uint16_t hash, struct sneck_span identity)
{
	struct sneck_span external, context;
	uint16_t protocol, kdf;
	struct rd r;

	if (psk->raw)
		return hash_of(psk) == hash && same(psk->identity, identity);
	rd_init(&r, identity);
	external = rd_vec(&r, 2, 1, 65535);
	context = rd_vec(&r, 2, 0, 65535);
	protocol = rd_u16(&r);
	kdf = rd_u16(&r);
	return rd_end(&r) == SNECK_OK && protocol == SNECK_TLS13 && kdf == kdf_of(hash) &&
	       same(psk->identity, external) && same(psk->context, context);
}

size_t sneck__psk_binders_len(const struct nego *ng)
{
	struct psk_offer o;
	size_t n = 2;

	if (ng->role == SNECK_SERVER)
		return n + ng->psk_binders.len;
	for (uint32_t i = 0; sneck__psk_offer_at(ng, i, &o); i++)
		n += 1u + sneck__hash_of(ng->cfg->provider, o.hash)->len;
	return n;
}

static bool psk_offer(const struct nego *ng, enum ext_in in)
{
	struct psk_offer o;

	return in == IN_CH ? sneck__psk_offer_at(ng, 0, &o) : ng->psk_index != 0;
}

static void psk_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	struct wr_mark list;
	struct psk_offer o;

	if (in == IN_SH) {
		wr_u16(w, (uint16_t)(ng->psk_index - 1u));
		return;
	}
	list = wr_open(w, 2);
	for (uint32_t i = 0; sneck__psk_offer_at(ng, i, &o); i++)
		identity_write(ng, &o, w);
	wr_close(w, list);
	list = wr_open(w, 2);
	for (uint32_t i = 0; sneck__psk_offer_at(ng, i, &o); i++) {
		static const uint8_t zeros[BOUND_HASH];

		wr_vec(w, 1, sneck_span_of(zeros, sneck__hash_of(ng->cfg->provider, o.hash)->len));
	}
	wr_close(w, list);
}

/* ---- what the peer says ---- */

bool sneck__psk_identity_at(const struct nego *ng, uint32_t i, struct sneck_span *identity,
			    uint32_t *age, struct sneck_span *binder)
{
	struct rd ids, binders;

	rd_init(&ids, ng->psk_identities);
	rd_init(&binders, ng->psk_binders);
	do {
		if (!rd_more(&ids))
			return false;
		*identity = rd_vec(&ids, 2, 1, 65535);
		*age = rd_uint(&ids, 4);
		*binder = rd_vec(&binders, 1, 1, 255);
	} while (i-- != 0);
	return true;
}

static enum sneck_rc offers_read(struct nego *ng, struct sneck_span body)
{
	size_t n_ids = 0, n_binders = 0;
	struct rd r, ids, binders;

	rd_init(&r, body);
	rd_open(&r, &ids, 2, 7, 65535);
	ng->psk_identities = sneck_span_of(ids.base, ids.len);
	for (; rd_more(&ids); n_ids++) {
		(void)rd_vec(&ids, 2, 1, 65535);
		(void)rd_uint(&ids, 4);
	}
	rd_close(&ids);
	rd_open(&r, &binders, 2, 2, 65535);
	ng->psk_binders = sneck_span_of(binders.base, binders.len);
	for (; rd_more(&binders); n_binders++)
		(void)rd_vec(&binders, 1, 1, 255);
	rd_close(&binders);
	SNECK_TRY(rd_end(&r));
	if (n_ids != n_binders)
		return SNECK_E_ILLEGAL;
	ng->psk_offered = true;
	/* RFC 9846, 4.3.10: who offers keys says in which modes */
	return ng->psk_modes_seen ? SNECK_OK : SNECK_E_EXT_MISSING;
}

static enum sneck_rc psk_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct psk_offer o;
	uint16_t index;
	struct rd r;

	if (in == IN_CH)
		return offers_read(ng, body);
	rd_init(&r, body);
	index = rd_u16(&r);
	SNECK_TRY(rd_end(&r));
	/* RFC 9846, 4.3.11: one that we sent, with a hash that fits the suite */
	if (!sneck__psk_offer_at(ng, index, &o) || o.hash != ng->suite->hash)
		return SNECK_E_ILLEGAL;
	ng->psk_index = 1u + index;
	return SNECK_OK;
}

const struct ext sneck__ext_psk = {
	.type = EXT_PRE_SHARED_KEY,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH) | SET(IN_SH),
	.offer = psk_offer,
	.write = psk_write,
	.read = psk_read,
};
