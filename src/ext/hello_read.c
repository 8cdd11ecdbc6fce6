/* SPDX-License-Identifier: MIT */
/* hello_read.c: a ClientHello cut into spans, without a connection, for whoever decides by it or
 * keeps fingerprints. RFC 9846, 4.2.2. A hello that is refused here is refused by a connection too,
 * and as the same; not all that a connection refuses is seen here. */
#include <sneck/info.h>

#include "../msg/hello.h"
#include "ext.h"

/* The inside of a list of two-byte numbers whose length has so many bytes. */
static enum sneck_rc numbers(struct sneck_span *list, unsigned width, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*list = rd_vec(&r, width, 2, 65534);
	SNECK_TRY(rd_end(&r));
	return list->len % 2 == 0 ? SNECK_OK : SNECK_E_DECODE;
}

static enum sneck_rc protocols(struct sneck_span *names, struct sneck_span body)
{
	struct rd r, list;

	rd_init(&r, body);
	rd_open(&r, &list, 2, 2, 65535);
	*names = sneck_span_of(list.base, list.len);
	while (rd_more(&list))
		(void)rd_vec(&list, 1, 1, 255);
	rd_close(&list);
	return rd_end(&r);
}

static enum sneck_rc shares(struct sneck_span *entries, struct sneck_span body)
{
	struct rd r, list;

	rd_init(&r, body);
	rd_open(&r, &list, 2, 0, 65535);
	*entries = sneck_span_of(list.base, list.len);
	while (rd_more(&list)) {
		(void)rd_u16(&list);
		(void)rd_vec(&list, 2, 1, 65535);
	}
	rd_close(&list);
	return rd_end(&r);
}

static enum sneck_rc extension(struct sneck_hello *hello, uint16_t type, struct sneck_span body)
{
	switch (type) {
	case EXT_SERVER_NAME:
		return sneck__sni_name(&hello->sni, body);
	case EXT_ALPN:
		return protocols(&hello->alpn, body);
	case EXT_SUPPORTED_VERSIONS:
		return numbers(&hello->versions, 1, body);
	case EXT_SUPPORTED_GROUPS:
		return numbers(&hello->groups, 2, body);
	case EXT_SIGNATURE_ALGORITHMS:
		return numbers(&hello->schemes, 2, body);
	case EXT_KEY_SHARE:
		return shares(&hello->key_shares, body);
	default:
		return SNECK_OK;
	}
}

enum sneck_rc sneck_hello_read(struct sneck_span raw, struct sneck_hello *hello)
{
	struct client_hello ch;
	struct sneck_span body;
	struct rd r;
	uint8_t type;

	memset(hello, 0, sizeof *hello);
	rd_init(&r, raw);
	type = rd_u8(&r);
	body = rd_vec(&r, 3, 0, 0xffffff);
	SNECK_TRY(rd_end(&r));
	if (type != HT_CLIENT_HELLO)
		return SNECK_E_DECODE;
	SNECK_TRY(sneck__client_hello_read(&ch, body));
	SNECK_TRY(sneck__ext_check(IN_CH, ch.extensions));
	hello->random = ch.random;
	hello->session_id = ch.session_id;
	hello->suites = ch.suites;
	hello->extensions = ch.extensions;
	rd_init(&r, ch.extensions);
	while (rd_more(&r)) {
		const uint16_t ext = rd_u16(&r);

		SNECK_TRY(extension(hello, ext, rd_vec(&r, 2, 0, 65535)));
	}
	return SNECK_OK;
}
