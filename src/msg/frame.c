/* SPDX-License-Identifier: MIT */
/* frame.c: cuts handshake messages off a run of bytes (RFC 9846, 4), and makes the proof that
 * nothing waits behind one (5.1). Joining records to a run is conn/; what the state takes is hs/.
 */
#include "frame.h"

#include "../wire/rd.h"
#include "types.h"

/* Only its address counts. */
struct hs_aligned {
	uint8_t unused;
};

static const struct hs_aligned aligned;

/* struct {
 *     HandshakeType msg_type;
 *     uint24 length;
 *     select (Handshake.msg_type) { ... };
 * } Handshake;
 */
enum sneck_rc sneck__frame_next(struct hs_msg *m, struct sneck_span run, uint32_t max,
				size_t *missing)
{
	const uint8_t type = sneck__frame_type(run);
	struct rd r;
	uint32_t len;

	if (type > HT_WIRE_MAX)
		return SNECK_E_UNEXPECTED;
	if (run.len < FRAME_HEAD) {
		*missing = FRAME_HEAD - run.len;
		return SNECK_WANT_INPUT;
	}
	rd_init(&r, run);
	(void)rd_u8(&r);
	len = rd_uint(&r, 3);
	if (len > max)
		return SNECK_E_TOO_LARGE;
	if (len > run.len - FRAME_HEAD) {
		*missing = len - (run.len - FRAME_HEAD);
		return SNECK_WANT_INPUT;
	}
	m->type = type;
	m->body = rd_take(&r, len);
	m->raw = sneck_span_of(run.p, FRAME_HEAD + len);
	m->next = sneck_span_of(NULL, 0);
	m->aligned = rd_more(&r) ? NULL : &aligned;
	return SNECK_OK;
}

void sneck__frame_ccs(struct hs_msg *m, struct sneck_span run)
{
	*m = (struct hs_msg){ .type = HT_CCS, .aligned = run.len == 0 ? &aligned : NULL };
}

uint8_t sneck__frame_type(struct sneck_span run)
{
	return run.len != 0 ? run.p[0] : 0;
}
