/* SPDX-License-Identifier: MIT */
/* wr.h: the write cursor. It counts past the end of its buffer and never writes there, so the same
 * writer that fills a buffer says, run without one, how large it must be. Nothing that writes
 * returns a code; whoever began asks wr_end() once. */
#ifndef SNECK_WIRE_WR_H
#define SNECK_WIRE_WR_H

#include <stdbool.h>

#include <sneck/base.h>

struct wr {
	uint8_t *buf; /* may be NULL when cap is 0 */
	size_t cap, len;
	size_t aside, aside_at; /* bytes that belong at aside_at and lie elsewhere */
	uint32_t open; /* vectors opened and not closed yet */
	bool bad;      /* a vector of ours is longer than its length field can say */
};

/* The place of a length field that wr_close() fills. */
struct wr_mark {
	size_t at, aside;
	unsigned width;
};

static inline void wr_init(struct wr *w, uint8_t *buf, size_t cap)
{
	w->buf = buf;
	w->cap = cap;
	w->len = 0;
	w->aside = 0;
	w->aside_at = 0;
	w->open = 0;
	w->bad = false;
}

static inline bool wr_fits(const struct wr *w, size_t n)
{
	return w->len <= w->cap && n <= w->cap - w->len;
}

/* in may lie where it is going to: a signature is made in its place. */
static inline void wr_put(struct wr *w, struct sneck_span in)
{
	if (in.len != 0 && wr_fits(w, in.len))
		memmove(w->buf + w->len, in.p, in.len);
	w->len += in.len;
}

/* v as a big-endian number of width bytes, 1 to 4. */
static inline void wr_uint(struct wr *w, unsigned width, uint32_t v)
{
	if (wr_fits(w, width))
		for (unsigned i = 0; i < width; i++)
			w->buf[w->len + i] = (uint8_t)(v >> (8 * (width - 1u - i)));
	w->len += width;
}

static inline void wr_u8(struct wr *w, uint8_t v)
{
	wr_uint(w, 1, v);
}

static inline void wr_u16(struct wr *w, uint16_t v)
{
	wr_uint(w, 2, v);
}

/* Room for n bytes that somebody else fills. NULL when they do not fit; they count all the same. */
static inline uint8_t *wr_room(struct wr *w, size_t n)
{
	uint8_t *const p = wr_fits(w, n) && n != 0 ? w->buf + w->len : NULL;

	w->len += n;
	return p;
}

static inline struct wr_mark wr_open(struct wr *w, unsigned width)
{
	const struct wr_mark m = { w->len, w->aside, width };

	w->open++;
	w->len += width;
	return m;
}

static inline void wr_close(struct wr *w, struct wr_mark m)
{
	const size_t n = w->len - m.at - m.width + w->aside - m.aside;

	w->open--;
	if (n >> (8 * m.width) != 0)
		w->bad = true;
	else if (w->len <= w->cap)
		for (unsigned i = 0; i < m.width; i++)
			w->buf[m.at + i] = (uint8_t)(n >> (8 * (m.width - 1u - i)));
}

/* A vector of bytes that exist already. */
static inline void wr_vec(struct wr *w, unsigned width, struct sneck_span in)
{
	const struct wr_mark m = wr_open(w, width);

	wr_put(w, in);
	wr_close(w, m);
}

/* n bytes that will be sent from where they are: they count in the vectors around them. Once. */
static inline void wr_aside(struct wr *w, size_t n)
{
	w->aside = n;
	w->aside_at = w->len;
}

/* SNECK_WANT_SPACE: w->len says how much; nothing of the buffer may be used. */
SNECK_MUST_CHECK static inline enum sneck_rc wr_end(const struct wr *w)
{
	if (w->bad || w->open != 0)
		return SNECK_E_INTERNAL;
	return w->len > w->cap ? SNECK_WANT_SPACE : SNECK_OK;
}

#endif
