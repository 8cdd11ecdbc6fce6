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
 *
 * A server that does not send it has chosen TLS 1.2 or older, and says in its random that it could
 * have done better: the sentinel is hs/version.c's. */
#include "ext.h"
#include "grease.h"
#include "select.h"

/* Best first. */
static const uint16_t known[] = { SNECK_TLS13, SNECK_TLS12 };

#define KNOWN (sizeof known / sizeof known[0])

/* A client that speaks nothing newer than TLS 1.2 says so in legacy_version. */
static bool versions_offer(const struct nego *ng, enum ext_in in)
{
	return in != IN_CH || sneck__version_on(ng->cfg, SNECK_TLS13);
}

static void versions_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	struct wr_mark list;

	if (in != IN_CH) {
		wr_u16(w, ng->version);
		return;
	}
	list = wr_open(w, 1);
	sneck__grease_write(ng, GREASE_VERSION, w);
	for (size_t i = 0; i < KNOWN; i++)
		if (sneck__version_on(ng->cfg, known[i]))
			wr_u16(w, known[i]);
	wr_close(w, list);
}

static enum sneck_rc versions_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span list;
	struct rd r;

	rd_init(&r, body);
	list = in == IN_CH ? rd_vec(&r, 1, 2, 254) : rd_take(&r, 2);
	SNECK_TRY(rd_end(&r));
	if (list.len % 2 != 0)
		return SNECK_E_DECODE;

	for (size_t i = 0; i < KNOWN; i++)
		/* a server must not name what came before the extension */
		if ((in == IN_CH || known[i] >= SNECK_TLS13) &&
		    sneck__wire_list_has(list, known[i]) && sneck__version_on(ng->cfg, known[i])) {
			ng->version = known[i];
			return SNECK_OK;
		}
	/* a server that answers at all must answer with what we said */
	return in == IN_CH ? SNECK_E_NO_VERSION : SNECK_E_NOT_OFFERED;
}

/* A hello without it speaks of TLS 1.2 or older, in its legacy_version; whoever asks is of 1.3. */
static enum sneck_rc versions_absent(struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->version == SNECK_TLS12 ? SNECK_OK : SNECK_E_NO_VERSION;
}

const struct ext sneck__ext_versions = {
	.type = EXT_SUPPORTED_VERSIONS,
	.allowed = SET(IN_CH) | SET(IN_SH) | SET(IN_HRR),
	.offer = versions_offer,
	.write = versions_write,
	.read = versions_read,
	.absent = versions_absent,
};
