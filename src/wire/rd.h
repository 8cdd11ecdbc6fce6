/* SPDX-License-Identifier: MIT */
/* rd.h: the read cursor. All bytes of a peer are read through it and through nothing else.
 *
 * The first failure sticks: every later read gives zeros and empty spans, so a parser is written
 * without a check on each line and asks rd_end() once. Nothing may be done with a value before
 * rd_end() has said SNECK_OK, which is why parsers are pure functions from bytes to a struct.
 * Index and length only; no pointer is ever compared with another. */
#ifndef SNECK_WIRE_RD_H
#define SNECK_WIRE_RD_H

#include <stdbool.h>

#include <sneck/base.h>

struct rd {
	const uint8_t *base; /* never NULL */
	size_t len, at;      /* at <= len, always */
	struct rd *up;       /* the cursor this one was opened from, or NULL */
	uint32_t open;       /* cursors opened from this one and not closed yet */
	bool bad;
};

static inline void rd_init(struct rd *r, struct sneck_span in)
{
	static const uint8_t nothing[1];

	r->base = in.len != 0 ? in.p : nothing;
	r->len = in.len;
	r->at = 0;
	r->up = NULL;
	r->open = 0;
	r->bad = false;
}

static inline void rd_fail(struct rd *r)
{
	for (; r != NULL && !r->bad; r = r->up) {
		r->bad = true;
		r->at = r->len;
	}
}

static inline bool rd_more(const struct rd *r)
{
	return r->at < r->len;
}

static inline struct sneck_span rd_take(struct rd *r, size_t n)
{
	const size_t at = r->at;

	if (r->bad || n > r->len - at) {
		rd_fail(r);
		return sneck_span_of(r->base, 0);
	}
	r->at = at + n;
	return sneck_span_of(r->base + at, n);
}

/* A big-endian number of width bytes, 1 to 4. */
static inline uint32_t rd_uint(struct rd *r, unsigned width)
{
	const struct sneck_span s = rd_take(r, width);
	uint32_t v = 0;

	for (size_t i = 0; i < s.len; i++)
		v = v << 8 | s.p[i];
	return v;
}

static inline uint8_t rd_u8(struct rd *r)
{
	return (uint8_t)rd_uint(r, 1);
}

static inline uint16_t rd_u16(struct rd *r)
{
	return (uint16_t)rd_uint(r, 2);
}

/* opaque name<min..max>: the bounds are those of the RFC's text. */
static inline struct sneck_span rd_vec(struct rd *r, unsigned width, size_t min, size_t max)
{
	const struct sneck_span v = rd_take(r, rd_uint(r, width));

	if (v.len < min || v.len > max)
		rd_fail(r);
	return v;
}

/* Reads inside a vector; a failure of in is one of r. Ends with rd_close(). */
static inline void rd_open(struct rd *r, struct rd *in, unsigned width, size_t min, size_t max)
{
	rd_init(in, rd_vec(r, width, min, max));
	in->up = r;
	in->bad = r->bad;
	if (in->bad) /* of a vector that is too short or too long nothing is left to read */
		in->at = in->len;
	r->open++;
}

/* Requires that every byte of the vector was read. */
static inline void rd_close(struct rd *in)
{
	if (rd_more(in) || in->open != 0)
		rd_fail(in);
	in->up->open--;
}

SNECK_MUST_CHECK static inline enum sneck_rc rd_end(const struct rd *r)
{
	return r->bad || rd_more(r) || r->open != 0 ? SNECK_E_DECODE : SNECK_OK;
}

#endif
