/* SPDX-License-Identifier: MIT */
/* server_hello.c: ServerHello. RFC 9846, 4.2.3. Its extensions are ext/walk.c; HelloRetryRequest's
 * random and EncryptedExtensions small13.c. */
#include "hello.h"

#include "../wire/rd.h"

/* struct {
 *     ProtocolVersion legacy_version = 0x0303;
 *     Random random;
 *     opaque legacy_session_id_echo<0..32>;
 *     CipherSuite cipher_suite;
 *     uint8 legacy_compression_method = 0;
 *     Extension extensions<6..2^16-1>;
 * } ServerHello;
 *
 * A server of TLS 1.2 may leave the extensions out (RFC 5246, 7.4.1.3): as in client_hello.c. */
enum sneck_rc sneck__server_hello_read(struct server_hello *sh, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	sh->legacy_version = rd_u16(&r);
	sh->random = rd_take(&r, 32);
	sh->session_id = rd_vec(&r, 1, 0, 32);
	sh->suite = rd_u16(&r);
	sh->compression = rd_u8(&r);
	sh->extensions = rd_more(&r) ? rd_vec(&r, 2, 0, 65535) : rd_take(&r, 0);
	return rd_end(&r);
}

void sneck__server_hello_write(struct wr *w, const struct server_hello *sh)
{
	wr_u16(w, sh->legacy_version);
	wr_put(w, sh->random);
	wr_vec(w, 1, sh->session_id);
	wr_u16(w, sh->suite);
	wr_u8(w, sh->compression);
}
