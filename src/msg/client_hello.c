/* SPDX-License-Identifier: MIT */
/* client_hello.c: the ClientHello. RFC 9846, 4.2.2. Its extensions are ext/walk.c. */
#include "hello.h"

#include "../wire/rd.h"

/* struct {
 *     ProtocolVersion legacy_version = 0x0303;
 *     Random random;
 *     opaque legacy_session_id<0..32>;
 *     CipherSuite cipher_suites<2..2^16-2>;
 *     opaque legacy_compression_methods<1..2^8-1>;
 *     Extension extensions<8..2^16-1>;
 * } ClientHello;
 *
 * A client of TLS 1.2 may leave the extensions out (RFC 5246, 7.4.1.2). It shall hear that we have
 * no version in common and not that it cannot spell, so the lower bound is not enforced here. */
enum sneck_rc sneck__client_hello_read(struct client_hello *ch, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	ch->legacy_version = rd_u16(&r);
	ch->random = rd_take(&r, 32);
	ch->session_id = rd_vec(&r, 1, 0, 32);
	ch->suites = rd_vec(&r, 2, 2, 65534);
	if (ch->suites.len % 2 != 0)
		rd_fail(&r);
	ch->compression = rd_vec(&r, 1, 1, 255);
	ch->extensions = rd_more(&r) ? rd_vec(&r, 2, 0, 65535) : rd_take(&r, 0);
	return rd_end(&r);
}

void sneck__client_hello_write(struct wr *w, const struct client_hello *ch)
{
	wr_u16(w, ch->legacy_version);
	wr_put(w, ch->random);
	wr_vec(w, 1, ch->session_id);
	wr_vec(w, 2, ch->suites);
	wr_vec(w, 1, ch->compression);
}
