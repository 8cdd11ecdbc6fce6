/* SPDX-License-Identifier: MIT */
/* groups.c: supported_groups. RFC 9846, 4.3.7.
 *
 *   struct {
 *       NamedGroup named_group_list<2..2^16-1>;
 *   } NamedGroupList;
 *
 * A server may send its own list in EncryptedExtensions, for the client's next connection: read and
 * not used. Some of TLS 1.2 send one in ServerHello, where nobody has said what it means: the same.
 */
#include "ext.h"
#include "grease.h"
#include "select.h"

static bool groups_offer(const struct nego *ng, enum ext_in in)
{
	(void)ng;
	return in == IN_CH;
}

static void groups_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 2);
	const struct sneck_kex *kex;

	(void)in;
	sneck__grease_write(ng, GREASE_GROUP, w);
	for (size_t i = 0; (kex = sneck__kex_at(ng->cfg, i)) != NULL; i++)
		wr_u16(w, kex->group);
	wr_close(w, list);
}

static enum sneck_rc groups_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span list;
	struct rd r;

	rd_init(&r, body);
	list = rd_vec(&r, 2, 2, 65534);
	SNECK_TRY(rd_end(&r));
	if (list.len % 2 != 0)
		return SNECK_E_DECODE;
	if (in == IN_CH) {
		if (list.len / 2u > BOUND_GROUPS)
			return SNECK_E_ILLEGAL;
		ng->peer_groups = list;
	}
	return SNECK_OK;
}

const struct ext sneck__ext_groups = {
	.type = EXT_SUPPORTED_GROUPS,
	.allowed = SET(IN_CH) | SET(IN_SH12) | SET(IN_EE),
	.offer = groups_offer,
	.write = groups_write,
	.read = groups_read,
};
