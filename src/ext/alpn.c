/* SPDX-License-Identifier: MIT */
/* alpn.c: application_layer_protocol_negotiation. RFC 7301, 3.1.
 *
 *   opaque ProtocolName<1..2^8-1>;
 *   struct {
 *       ProtocolName protocol_name_list<2..2^16-1>
 *   } ProtocolNameList;
 *
 * ng->alpn is 1 + an index into the config, so no span outlives a call. A server with names that
 * has none in common with the client's refuses (RFC 7301, 3.2); a client goes on when the server
 * does not answer, as servers without ALPN do. */
#include "ext.h"
#include "grease.h"
#include "select.h"

static bool alpn_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH ? ng->cfg->n_alpn != 0 : ng->alpn != 0;
}

static void alpn_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const size_t first = in == IN_CH ? 0 : ng->alpn - 1u;
	const size_t end = in == IN_CH ? ng->cfg->n_alpn : ng->alpn;
	const struct wr_mark list = wr_open(w, 2);

	if (in == IN_CH && ng->cfg->grease) {
		wr_u8(w, 2);
		sneck__grease_write(ng, GREASE_ALPN, w);
	}
	for (size_t i = first; i < end; i++)
		wr_vec(w, 1, ng->cfg->alpn[i]);
	wr_close(w, list);
}

/* Most of a long list differ in these bytes, and a call for each would be what it costs. */
static bool same(struct sneck_span a, struct sneck_span b)
{
	return a.len == b.len && a.p[0] == b.p[0] && a.p[a.len - 1u] == b.p[b.len - 1u] &&
	       memcmp(a.p, b.p, a.len) == 0;
}

/* Our favourite of the client's names: of those behind the best so far none is looked for. */
static enum sneck_rc choose(struct nego *ng, struct sneck_span names)
{
	size_t best = ng->cfg->n_alpn;
	struct rd r;

	rd_init(&r, names);
	while (best != 0 && rd_more(&r)) {
		const struct sneck_span name = rd_vec(&r, 1, 1, 255);

		for (size_t i = 0; i < best; i++)
			if (same(ng->cfg->alpn[i], name))
				best = i;
	}
	ng->alpn = best == ng->cfg->n_alpn ? 0 : (uint32_t)best + 1u;
	return ng->alpn == 0 ? SNECK_E_NO_ALPN : SNECK_OK;
}

static enum sneck_rc alpn_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span first, names = { body.p, 0 };
	struct rd r, list;

	rd_init(&r, body);
	rd_open(&r, &list, 2, 2, 65535);
	first = rd_vec(&list, 1, 1, 255);
	if (in == IN_CH) {
		while (rd_more(&list))
			(void)rd_vec(&list, 1, 1, 255);
		names = sneck_span_of(list.base, list.len);
	}
	rd_close(&list); /* an answer has exactly one */
	SNECK_TRY(rd_end(&r));

	if (in != IN_CH)
		return sneck__select_alpn_answer(ng, first);
	return ng->cfg->n_alpn == 0 ? SNECK_OK : choose(ng, names);
}

/* RFC 9001, 8.1: QUIC goes nowhere without */
static enum sneck_rc alpn_absent(struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->quic != NULL ? SNECK_E_NO_ALPN : SNECK_OK;
}

const struct ext sneck__ext_alpn = {
	.type = EXT_ALPN,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_SH12),
	.offer = alpn_offer,
	.write = alpn_write,
	.read = alpn_read,
	.absent = alpn_absent,
};
