/* SPDX-License-Identifier: MIT */
/* compress.c: compress_certificate. RFC 8879, 3.
 *
 *   enum { zlib(1), brotli(2), zstd(3), (65535) } CertificateCompressionAlgorithm;
 *   struct {
 *       CertificateCompressionAlgorithm algorithms<2..2^8-2>;
 *   } CertificateCompressionAlgorithms;
 *
 * Says what the sender can unpack; in TLS 1.2, where that means nothing, it is well formed all the
 * same. Nothing is packed or unpacked here: a chain of ours was packed beforehand, and a peer's is
 * a question to the application. */
#include "ext.h"
#include "select.h"

static bool compress_offer(const struct nego *ng, enum ext_in in)
{
	(void)in;
	return ng->cfg->unpack.n != 0 && sneck__version_on(ng->cfg, SNECK_TLS13);
}

static void compress_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 1);

	(void)in;
	for (size_t i = 0; i < ng->cfg->unpack.n; i++)
		wr_u16(w, ng->cfg->unpack.p[i]);
	wr_close(w, list);
}

/* Whether the list has an algorithm before the place where it stands; 127 places at most. */
static bool again(const struct rd *list)
{
	const uint8_t *const now = list->base + list->at - 2u;

	for (size_t i = 0; i + 2u < list->at; i += 2)
		if (memcmp(list->base + i, now, 2) == 0)
			return true;
	return false;
}

static enum sneck_rc compress_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct rd r, list;

	(void)in;
	rd_init(&r, body);
	rd_open(&r, &list, 1, 2, 254);
	while (rd_more(&list)) {
		const uint16_t algorithm = rd_u16(&list);

		if (!list.bad && again(&list))
			return SNECK_E_ILLEGAL;
		if (algorithm < 32)
			ng->peer_unpacks |= SET(algorithm);
	}
	rd_close(&list);
	return rd_end(&r);
}

const struct ext sneck__ext_compress = {
	.type = EXT_COMPRESS_CERTIFICATE,
	.allowed = SET(IN_CH) | SET(IN_CR),
	.offer = compress_offer,
	.write = compress_write,
	.read = compress_read,
};
