/* SPDX-License-Identifier: MIT */
/* small13.c: the small messages of TLS 1.3 alone: KeyUpdate, NewSessionTicket, EndOfEarlyData, and
 * EncryptedExtensions. RFC 9846, 4.7.3, 4.7.1, 4.6, 4.4.1. Here is also the random by which a
 * ServerHello is a HelloRetryRequest: 4.2.3. */
#include "finish.h"
#include "hello.h"

#include "../wire/rd.h"
#include "types.h"

const uint8_t sneck__retry_random[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
					  0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
					  0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
					  0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* struct {
 *     KeyUpdateRequest request_update;
 * } KeyUpdate;
 */
enum sneck_rc sneck__key_update_read(uint8_t *request, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*request = rd_u8(&r);
	SNECK_TRY(rd_end(&r));
	/* RFC 9846, 4.7.3: any other value MUST end the connection with illegal_parameter */
	return *request <= KU_REQUESTED ? SNECK_OK : SNECK_E_ILLEGAL;
}

/* struct {
 *     uint32 ticket_lifetime;
 *     uint32 ticket_age_add;
 *     opaque ticket_nonce<0..255>;
 *     opaque ticket<1..2^16-1>;
 *     Extension extensions<0..2^16-1>;
 * } NewSessionTicket;
 */
enum sneck_rc sneck__new_session_ticket_read(struct new_session_ticket *t, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	t->lifetime_s = rd_uint(&r, 4);
	t->age_add = rd_uint(&r, 4);
	t->nonce = rd_vec(&r, 1, 0, 255);
	t->ticket = rd_vec(&r, 2, 1, 65535);
	t->extensions = rd_vec(&r, 2, 0, 65535);
	return rd_end(&r);
}

void sneck__new_session_ticket_write(struct wr *w, uint32_t lifetime_s, uint32_t age_add,
				     struct sneck_span nonce, struct wr_mark *body)
{
	wr_u8(w, HT_NEW_SESSION_TICKET);
	*body = wr_open(w, 3);
	wr_uint(w, 4, lifetime_s);
	wr_uint(w, 4, age_add);
	wr_vec(w, 1, nonce);
}

/* struct {} EndOfEarlyData; */
enum sneck_rc sneck__end_of_early_data_read(struct sneck_span body)
{
	return body.len == 0 ? SNECK_OK : SNECK_E_DECODE;
}

void sneck__end_of_early_data_write(struct wr *w)
{
	wr_u8(w, HT_END_OF_EARLY_DATA);
	wr_uint(w, 3, 0);
}

void sneck__key_update_write(struct wr *w, uint8_t request)
{
	wr_u8(w, HT_KEY_UPDATE);
	wr_vec(w, 3, sneck_span_of(&request, 1));
}

/* struct {
 *     Extension extensions<0..2^16-1>;
 * } EncryptedExtensions;
 */
enum sneck_rc sneck__encrypted_extensions_read(struct sneck_span *extensions,
					       struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*extensions = rd_vec(&r, 2, 0, 65535);
	return rd_end(&r);
}
