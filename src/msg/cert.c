/* SPDX-License-Identifier: MIT */
/* cert.c: the Certificate message. RFC 9846, 4.5.1. What is in a certificate is not our business;
 * how many there may be is hs/'s. */
#include "cert.h"

#include "types.h"

static void entry_read(struct sneck_cert_entry *e, struct rd *r);

/* struct {
 *     opaque certificate_request_context<0..2^8-1>;
 *     CertificateEntry certificate_list<0..2^24-1>;
 * } Certificate;
 */
enum sneck_rc sneck__certificate_read(struct certificate *c, struct sneck_span body)
{
	struct sneck_cert_entry e;
	struct rd r, list;

	rd_init(&r, body);
	c->context = rd_vec(&r, 1, 0, 255);
	rd_open(&r, &list, 3, 0, 0xffffff);
	c->list = sneck_span_of(list.base, list.len);
	for (c->n = 0; rd_more(&list); c->n++)
		entry_read(&e, &list);
	rd_close(&list);
	return rd_end(&r);
}

struct sneck_cert_entry sneck__certificate_at(struct sneck_span list, uint32_t i)
{
	struct sneck_cert_entry e;
	struct rd r;

	rd_init(&r, list);
	do
		entry_read(&e, &r);
	while (i-- != 0 && !r.bad);
	return e;
}

/* struct {
 *     opaque cert_data<1..2^24-1>;
 *     Extension extensions<0..2^16-1>;
 * } CertificateEntry;
 */
static void entry_read(struct sneck_cert_entry *e, struct rd *r)
{
	e->der = rd_vec(r, 3, 1, 0xffffff);
	e->extensions = rd_vec(r, 2, 0, 65535);
}

#define HEAD	     (4u + 1u + 3u) /* message header, empty context, length of the list */
#define AROUND_ENTRY (3u + 2u)	    /* length of the DER, length of no extensions */

size_t sneck__certificate_size(const struct sneck_span *chain, size_t n)
{
	size_t size = HEAD;

	for (size_t i = 0; i < n; i++)
		size += AROUND_ENTRY + chain[i].len;
	return size;
}

void sneck__certificate_write_head(struct wr *w, const struct sneck_span *chain, size_t n)
{
	const size_t size = sneck__certificate_size(chain, n);

	if (size - 4u > 0xffffff)
		w->bad = true;
	wr_u8(w, HT_CERTIFICATE);
	wr_uint(w, 3, (uint32_t)(size - 4u));
	wr_u8(w, 0);
	wr_uint(w, 3, (uint32_t)(size - HEAD));
}

void sneck__certificate_write_entry(struct wr *w, size_t der_len)
{
	wr_uint(w, 3, (uint32_t)der_len);
}

void sneck__certificate_write_tail(struct wr *w)
{
	wr_u16(w, 0);
}
