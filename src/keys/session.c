/* SPDX-License-Identifier: MIT */
/* session.c: see session.h. The magic number holds the revision: a block of another one is no
 * session, and a full handshake follows. */
#include "session.h"

#include "../wire/ct.h"
#include "../wire/rd.h"
#include "../wire/wr.h"

#define MAGIC 0x534e5301u /* "SNS", revision 1 */

static void wr_u64(struct wr *w, uint64_t v)
{
	wr_uint(w, 4, (uint32_t)(v >> 32));
	wr_uint(w, 4, (uint32_t)v);
}

static uint64_t rd_u64(struct rd *r)
{
	const uint64_t high = rd_uint(r, 4);

	return high << 32 | rd_uint(r, 4);
}

void sneck__session_write(struct wr *w, const struct session *s)
{
	wr_uint(w, 4, MAGIC);
	wr_u16(w, s->version);
	wr_u16(w, s->suite);
	wr_u8(w, s->role);
	wr_u8(w, s->flags);
	wr_uint(w, 4, s->lifetime_s);
	wr_uint(w, 4, s->age_add);
	wr_uint(w, 4, s->max_early);
	wr_u64(w, s->issued_ms);
	wr_u64(w, s->valid_until_ms);
	wr_put(w, sneck_span_of(s->domain, sizeof s->domain));
	wr_put(w, sneck_span_of(s->leaf_id, sizeof s->leaf_id));
	wr_vec(w, 1, s->secret);
	wr_vec(w, 1, s->alpn);
	wr_vec(w, 2, s->app_data);
	wr_vec(w, 2, s->ticket);
}

enum sneck_rc sneck__session_read(struct session *s, struct sneck_span block)
{
	struct sneck_span domain, leaf_id;
	uint32_t magic;
	struct rd r;

	rd_init(&r, block);
	magic = rd_uint(&r, 4);
	s->version = rd_u16(&r);
	s->suite = rd_u16(&r);
	s->role = rd_u8(&r);
	s->flags = rd_u8(&r);
	s->lifetime_s = rd_uint(&r, 4);
	s->age_add = rd_uint(&r, 4);
	s->max_early = rd_uint(&r, 4);
	s->issued_ms = rd_u64(&r);
	s->valid_until_ms = rd_u64(&r);
	domain = rd_take(&r, sizeof s->domain);
	leaf_id = rd_take(&r, sizeof s->leaf_id);
	s->secret = rd_vec(&r, 1, 1, BOUND_HASH);
	s->alpn = rd_vec(&r, 1, 0, 255);
	s->app_data = rd_vec(&r, 2, 0, 65535);
	s->ticket = rd_vec(&r, 2, 0, 65535);
	if (rd_end(&r) != SNECK_OK || magic != MAGIC)
		return SNECK_E_ARG;
	ct_secret(s->secret.p, s->secret.len);
	memcpy(s->domain, domain.p, sizeof s->domain);
	memcpy(s->leaf_id, leaf_id.p, sizeof s->leaf_id);
	return SNECK_OK;
}

uint64_t sneck__session_end(const struct session *s)
{
	const uint64_t end = s->issued_ms + (uint64_t)s->lifetime_s * 1000u;

	return s->valid_until_ms != 0 && s->valid_until_ms < end ? s->valid_until_ms : end;
}
