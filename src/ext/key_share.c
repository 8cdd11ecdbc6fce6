/* SPDX-License-Identifier: MIT */
/* key_share.c: key_share. RFC 9846, 4.3.8.
 *
 *   struct {
 *       NamedGroup group;
 *       opaque key_exchange<1..2^16-1>;
 *   } KeyShareEntry;
 *   struct {
 *       KeyShareEntry client_shares<0..2^16-1>;
 *   } KeyShareClientHello;
 *   struct {
 *       NamedGroup selected_group;
 *   } KeyShareHelloRetryRequest;
 *   struct {
 *       KeyShareEntry server_share;
 *   } KeyShareServerHello;
 *
 * Whether a share is an element of its group is for the provider to say, and whether a handshake
 * can do without one for select.c. */
#include "ext.h"
#include "grease.h"
#include "select.h"

static bool share_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH || (in == IN_HRR ? ng->wanted : ng->kex) != NULL;
}

static void entry_write(struct wr *w, const struct own_share *s, size_t len)
{
	wr_u16(w, s->kex->group);
	wr_vec(w, 2, sneck_span_of(s->share, len));
}

static void share_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	struct wr_mark list;

	if (in == IN_SH) {
		entry_write(w, &ng->shares[0], ng->kex->answer_len);
		return;
	}
	if (in == IN_HRR) {
		wr_u16(w, ng->wanted->group);
		return;
	}
	list = wr_open(w, 2);
	if (ng->cfg->grease && ng->wanted == NULL) { /* a retry's answer has its share alone */
		sneck__grease_write(ng, GREASE_GROUP, w);
		wr_u16(w, 1);
		wr_u8(w, 0);
	}
	for (uint32_t i = 0; i < ng->n_shares; i++)
		entry_write(w, &ng->shares[i], ng->shares[i].kex->offer_len);
	wr_close(w, list);
}

/* Our favourite of the groups that the client has sent a share for. A favourite that it only names
 * is worth a retry when there is no share at all, or when it is a hybrid and no share is: what is
 * recorded today is to stay secret. */
static enum sneck_rc choose(struct nego *ng, const uint16_t *group, const struct sneck_span *share,
			    size_t n)
{
	const struct sneck_kex *kex;

	ng->kex = NULL;
	ng->wanted = NULL;
	ng->n_peer_shares = (uint32_t)n;
	for (size_t i = 0; ng->kex == NULL && (kex = sneck__kex_at(ng->cfg, i)) != NULL; i++) {
		if (ng->wanted == NULL && sneck__wire_list_has(ng->peer_groups, kex->group))
			ng->wanted = kex;
		for (size_t k = 0; k < n; k++)
			if (group[k] == kex->group) {
				ng->kex = kex;
				ng->peer_share = share[k];
			}
	}
	if (ng->wanted == NULL) /* with psk_ke that need not matter */
		return SNECK_OK;
	if (ng->kex != NULL &&
	    (ng->kex == ng->wanted || !sneck__group_is_hybrid(ng->wanted->group)))
		ng->wanted = NULL;
	if (ng->wanted != NULL)
		ng->kex = NULL;
	else if (ng->peer_share.len != ng->kex->offer_len)
		return SNECK_E_BAD_SHARE;
	return SNECK_OK;
}

static enum sneck_rc shares_read(struct nego *ng, struct sneck_span body)
{
	struct sneck_span share[BOUND_SHARES];
	uint16_t group[BOUND_SHARES];
	struct rd r, list;
	size_t n = 0;

	rd_init(&r, body);
	rd_open(&r, &list, 2, 0, 65535);
	while (rd_more(&list)) {
		if (n == BOUND_SHARES)
			return SNECK_E_ILLEGAL;
		group[n] = rd_u16(&list);
		share[n] = rd_vec(&list, 2, 1, 65535);
		n++;
	}
	rd_close(&list);
	SNECK_TRY(rd_end(&r));

	ng->share_seen = true;
	/* RFC 9846, 4.3.8: one share for a group, and only for groups in supported_groups */
	for (size_t i = 0; i < n; i++) {
		if (ng->peer_groups.len != 0 && !sneck__wire_list_has(ng->peer_groups, group[i]))
			return SNECK_E_ILLEGAL;
		for (size_t k = 0; k < i; k++)
			if (group[k] == group[i])
				return SNECK_E_ILLEGAL;
	}
	return choose(ng, group, share, n);
}

static enum sneck_rc share_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span share;
	uint16_t group;
	struct rd r;

	if (in == IN_CH)
		return shares_read(ng, body);
	rd_init(&r, body);
	group = rd_u16(&r);
	if (in == IN_HRR) {
		SNECK_TRY(rd_end(&r));
		return sneck__select_retry_group(ng, group);
	}
	share = rd_vec(&r, 2, 1, 65535);
	SNECK_TRY(rd_end(&r));
	return sneck__select_share_answer(ng, group, share);
}

const struct ext sneck__ext_key_share = {
	.type = EXT_KEY_SHARE,
	.only = SNECK_TLS13,
	.allowed = SET(IN_CH) | SET(IN_SH) | SET(IN_HRR),
	.offer = share_offer,
	.write = share_write,
	.read = share_read,
};
