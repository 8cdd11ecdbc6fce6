/* SPDX-License-Identifier: MIT */
/* cert.c: the Certificate message. RFC 9846, 4.5.1. What is in a certificate is not our business;
 * how many there may be is hs/'s. */
#include "cert.h"

#include "types.h"

#define STATUS_OCSP 1u

struct entry {
	struct sneck_span der, extensions;
};

static void entry_read(struct entry *e, struct rd *r);

/* struct {
 *     opaque certificate_request_context<0..2^8-1>;
 *     CertificateEntry certificate_list<0..2^24-1>;
 * } Certificate;
 */
enum sneck_rc sneck__certificate_read(struct certificate *c, struct sneck_span body)
{
	struct entry e;
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

static struct entry entry_at(struct sneck_span list, uint32_t i)
{
	struct entry e;
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
static void entry_read(struct entry *e, struct rd *r)
{
	e->der = rd_vec(r, 3, 1, 0xffffff);
	e->extensions = rd_vec(r, 2, 0, 65535);
}

/* struct {
 *     CertificateStatusType status_type;
 *     opaque OCSPResponse<1..2^24-1>;
 * } CertificateStatus;
 */
static struct sneck_span status_of(struct sneck_span body)
{
	struct sneck_span response;
	struct rd r;
	uint8_t type;

	rd_init(&r, body);
	type = rd_u8(&r);
	response = rd_vec(&r, 3, 1, 0xffffff);
	return rd_end(&r) == SNECK_OK && type == STATUS_OCSP ? response : sneck_span_of(NULL, 0);
}

struct sneck_cert_entry sneck__certificate_at(struct sneck_span list, uint32_t i)
{
	const struct entry raw = entry_at(list, i);
	struct sneck_cert_entry e = { .der = raw.der };
	struct rd r;

	rd_init(&r, raw.extensions);
	while (rd_more(&r)) {
		const uint16_t type = rd_u16(&r);
		const struct sneck_span body = rd_vec(&r, 2, 0, 65535);

		if (type == EXT_STATUS_REQUEST)
			e.ocsp = status_of(body);
		else if (type == EXT_SCT)
			e.scts = body;
	}
	return e;
}

struct sneck_span sneck__certificate_extensions_at(struct sneck_span list, uint32_t i)
{
	return entry_at(list, i).extensions;
}

/* ---- ours ---- */

#define HEAD	     (4u + 1u + 3u) /* message header, empty context, length of the list */
#define AROUND_ENTRY (3u + 2u)	    /* length of the DER, length of the extensions */
#define OCSP_HEAD    (4u + 1u + 3u) /* extension header, status_type, length of the response */
#define SCTS_HEAD    4u

static size_t extensions_size(const struct own_chain *c)
{
	return (c->ocsp.len != 0 ? OCSP_HEAD + c->ocsp.len : 0) +
	       (c->scts.len != 0 ? SCTS_HEAD + c->scts.len : 0);
}

size_t sneck__certificate_size(const struct own_chain *c)
{
	size_t size = HEAD + (c->n != 0 ? extensions_size(c) : 0);

	for (size_t i = 0; i < c->n; i++)
		size += AROUND_ENTRY + c->certs[i].len;
	return size;
}

void sneck__certificate_write_head(struct wr *w, const struct own_chain *c)
{
	const size_t size = sneck__certificate_size(c);

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

void sneck__certificate_write_entry_end(struct wr *w, const struct own_chain *c, size_t i)
{
	const size_t size = i == 0 ? extensions_size(c) : 0;

	if (size > 65535)
		w->bad = true;
	wr_u16(w, (uint16_t)size);
}

void sneck__certificate_write_ocsp_head(struct wr *w, size_t len)
{
	wr_u16(w, EXT_STATUS_REQUEST);
	wr_u16(w, (uint16_t)(len + OCSP_HEAD - 4u));
	wr_u8(w, STATUS_OCSP);
	wr_uint(w, 3, (uint32_t)len);
}

void sneck__certificate_write_scts_head(struct wr *w, size_t len)
{
	wr_u16(w, EXT_SCT);
	wr_u16(w, (uint16_t)len);
}
