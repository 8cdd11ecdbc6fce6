/* SPDX-License-Identifier: MIT */
/* flight.c: messages of ours on their way out. A message is written once into the area of the
 * scratch, hashed once, and sealed by conn/emit.c from where it lies; certificates stay in the
 * credential. Each piece names its level, so keys change between pieces and nothing is flushed. */
#include "hs.h"

#include "../wire/wr.h"

#define CONTENT_CCS	  20u
#define CONTENT_HANDSHAKE 22u

/* What is behind a ticket may be nothing; a record of that would be one too many. */
static enum sneck_rc push(struct flight *f, struct sneck_span bytes, uint8_t level, uint8_t content)
{
	struct piece *const last = f->n != 0 ? &f->piece[f->n - 1u] : NULL;

	if (bytes.len == 0)
		return SNECK_OK;
	if (last != NULL && last->p + last->len == bytes.p && last->level == level &&
	    last->content == content && content == CONTENT_HANDSHAKE) {
		last->len += (uint32_t)bytes.len;
		return SNECK_OK;
	}
	if (f->n == f->max)
		return SNECK_E_INTERNAL;
	f->piece[f->n++] = (struct piece){
		.p = bytes.p, .len = (uint32_t)bytes.len, .level = level, .content = content
	};
	return SNECK_OK;
}

void sneck__flight_begin(struct hs *hs, struct wr *w)
{
	struct flight *const f = &hs->work->flight;

	wr_init(w, f->area + f->len, f->cap - f->len);
}

/* A retry is in no transcript: it is made once more when the second ClientHello comes. */
enum sneck_rc sneck__flight_span(struct hs *hs, struct sneck_span bytes, uint8_t level)
{
	if (hs->work->transcript.hash != NULL)
		SNECK_TRY(sneck__transcript_add(&hs->work->transcript, bytes));
	return push(&hs->work->flight, bytes, level, CONTENT_HANDSHAKE);
}

enum sneck_rc sneck__flight_end(struct hs *hs, const struct wr *w, uint8_t level)
{
	struct flight *const f = &hs->work->flight;
	const enum sneck_rc rc = wr_end(w);

	if (rc != SNECK_OK) /* the area is sized for the config: it holds every flight */
		return SNECK_E_INTERNAL;
	f->len += (uint32_t)w->len;
	return sneck__flight_span(hs, sneck_span_of(w->buf, w->len), level);
}

enum sneck_rc sneck__flight_around(struct hs *hs, const struct wr *w, struct sneck_span aside,
				   uint8_t level)
{
	struct flight *const f = &hs->work->flight;
	const size_t at = w->aside_at;

	if (aside.len == 0)
		return sneck__flight_end(hs, w, level);
	if (wr_end(w) != SNECK_OK)
		return SNECK_E_INTERNAL;
	f->len += (uint32_t)w->len;
	SNECK_TRY(sneck__flight_span(hs, sneck_span_of(w->buf, at), level));
	SNECK_TRY(sneck__flight_span(hs, aside, level));
	return sneck__flight_span(hs, sneck_span_of(w->buf + at, w->len - at), level);
}

/* It is in no transcript yet, or whoever made its binders has added it. */
enum sneck_rc sneck__flight_hello(struct hs *hs, const struct wr *w, struct sneck_span aside)
{
	struct flight *const f = &hs->work->flight;
	const size_t at = w->aside_at;

	f->len += (uint32_t)w->len;
	if (aside.len == 0)
		return push(f, sneck_span_of(w->buf, w->len), LV_INITIAL, CONTENT_HANDSHAKE);
	SNECK_TRY(push(f, sneck_span_of(w->buf, at), LV_INITIAL, CONTENT_HANDSHAKE));
	SNECK_TRY(push(f, aside, LV_INITIAL, CONTENT_HANDSHAKE));
	return push(f, sneck_span_of(w->buf + at, w->len - at), LV_INITIAL, CONTENT_HANDSHAKE);
}

enum sneck_rc sneck__flight_bytes(struct hs *hs, struct wr *w, struct sneck_span bytes)
{
	SNECK_TRY(sneck__flight_end(hs, w, LV_HANDSHAKE));
	SNECK_TRY(sneck__flight_span(hs, bytes, LV_HANDSHAKE));
	sneck__flight_begin(hs, w);
	return SNECK_OK;
}

static enum sneck_rc push_ccs(struct hs *hs, uint8_t level)
{
	static const uint8_t one[] = { 1 };

	hs->work->ccs_sent = true;
	return push(&hs->work->flight, sneck_span_of(one, sizeof one), level, CONTENT_CCS);
}

bool sneck__flight_ccs_due(const struct hs *hs)
{
	if (hs->work == NULL || hs->work->ccs_sent)
		return false;
	return hs->work->session_id_len != 0 ||
	       (hs->role == SNECK_SERVER && !hs->cfg->no_compat && hs->quic == NULL);
}

enum sneck_rc sneck__flight_ccs(struct hs *hs)
{
	if (!sneck__flight_ccs_due(hs))
		return SNECK_OK;
	return push_ccs(hs, LV_INITIAL);
}

enum sneck_rc sneck__flight_change(struct hs *hs, uint8_t level)
{
	return push_ccs(hs, level);
}
