/* SPDX-License-Identifier: MIT */
/* versions.c: supported_versions. RFC 9846, 4.3.1.
 *
 *   struct {
 *       select (Handshake.msg_type) {
 *           case client_hello:
 *               ProtocolVersion versions<2..254>;
 *           case server_hello:
 *               ProtocolVersion selected_version;
 *       };
 *   } SupportedVersions;
 */
#include "ext.h"
#include "grease.h"

static bool versions_offer(const struct nego *ng, enum ext_in in)
{
	(void)ng;
	(void)in;
	return true;
}

static void versions_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	struct wr_mark list;

	if (in != IN_CH) {
		wr_u16(w, SNECK_TLS13);
		return;
	}
	list = wr_open(w, 1);
	sneck__grease_write(ng, GREASE_VERSION, w);
	wr_u16(w, SNECK_TLS13);
	wr_close(w, list);
}

static enum sneck_rc versions_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span list;
	bool common = false;
	struct rd r;

	rd_init(&r, body);
	list = in == IN_CH ? rd_vec(&r, 1, 2, 254) : rd_take(&r, 2);
	SNECK_TRY(rd_end(&r));
	if (list.len % 2 != 0)
		return SNECK_E_DECODE;

	rd_init(&r, list);
	while (rd_more(&r))
		common |= rd_u16(&r) == SNECK_TLS13;
	if (!common) /* a server that answers at all must answer with what we said */
		return in == IN_CH ? SNECK_E_NO_VERSION : SNECK_E_NOT_OFFERED;
	ng->version = SNECK_TLS13;
	return SNECK_OK;
}

/* A hello without it speaks of an older version. */
static enum sneck_rc versions_absent(struct nego *ng, enum ext_in in)
{
	(void)ng;
	(void)in;
	return SNECK_E_NO_VERSION;
}

const struct ext sneck__ext_versions = {
	.type = EXT_SUPPORTED_VERSIONS,
	.allowed = SET(IN_CH) | SET(IN_SH) | SET(IN_HRR),
	.offer = versions_offer,
	.write = versions_write,
	.read = versions_read,
	.absent = versions_absent,
};
