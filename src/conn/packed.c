/* SPDX-License-Identifier: MIT */
/* packed.c: the application's part in compressed certificates: what to pack beforehand, and the
 * answer to NEEDS_UNPACKED_CERTIFICATE. RFC 8879, 4. */
#include "conn.h"

#include "../msg/cert.h"
#include "../msg/packed.h"
#include "../wire/wr.h"

enum sneck_rc sneck_certificate_write(const struct sneck_credential *credential, void *dst,
				      size_t cap, size_t *len)
{
	const struct own_chain c = { .certs = credential->chain, .n = credential->n_chain };
	uint8_t head[FRAME_HEAD + 4u];
	struct wr w;

	wr_init(&w, head, sizeof head);
	sneck__certificate_write_head(&w, &c);
	if (wr_end(&w) != SNECK_OK)
		return SNECK_E_ARG;
	*len = sneck__certificate_size(&c) - FRAME_HEAD;
	if (cap < *len)
		return SNECK_WANT_SPACE;
	wr_init(&w, dst, cap);
	wr_put(&w, sneck_span_of(head + FRAME_HEAD, 4));
	for (size_t i = 0; i < c.n; i++) {
		sneck__certificate_write_entry(&w, c.certs[i].len);
		wr_put(&w, c.certs[i]);
		sneck__certificate_write_entry_end(&w, &c, i);
	}
	return wr_end(&w);
}

void sneck__show_packed(struct sneck_conn *c, struct sneck_span body, struct sneck_status *st)
{
	struct compressed_certificate cc;

	if (sneck__compressed_certificate_read(&cc, body) != SNECK_OK)
		return; /* it was read before */
	st->u.unpack = (struct sneck_unpack_st){
		.conn = c,
		.gen = c->gen,
		.algorithm = cc.algorithm,
		.length = cc.length,
		.packed = cc.packed,
	};
}

enum sneck_rc sneck_answer_unpacked(struct sneck_conn *conn, uint64_t op, const void *bytes,
				    size_t len)
{
	struct hs *const hs = &conn->hs;

	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_UNPACKED_CERTIFICATE));
	if (len != hs->work->unpacked.len)
		return sneck__refuse(conn, SNECK_E_ARG, "exactly u.unpack.length bytes are wanted");
	hs->work->unpacked.p = bytes;
	sneck__ask_settle(hs);
	return SNECK_OK;
}
