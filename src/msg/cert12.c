/* SPDX-License-Identifier: MIT */
/* cert12.c: Certificate, CertificateRequest, CertificateStatus and NewSessionTicket of TLS 1.2.
 * RFC 5246, 7.4.2, 7.4.4; RFC 6066, 8; RFC 5077, 3.3. What is in a certificate, a staple or a
 * ticket is not our business here. */
#include "cert12.h"

#include "types.h"

#define OCSP 1u /* CertificateStatusType */

/* struct {
 *     ASN.1Cert certificate_list<0..2^24-1>;
 * } Certificate;
 * opaque ASN.1Cert<1..2^24-1>;
 */
enum sneck_rc sneck__certificate12_read(struct certificate *c, struct sneck_span body)
{
	struct rd r, list;

	rd_init(&r, body);
	c->context = sneck_span_of(NULL, 0);
	rd_open(&r, &list, 3, 0, 0xffffff);
	c->list = sneck_span_of(list.base, list.len);
	for (c->n = 0; rd_more(&list); c->n++)
		(void)rd_vec(&list, 3, 1, 0xffffff);
	rd_close(&list);
	return rd_end(&r);
}

/* opaque ASN.1_subjectPublicKeyInfo<1..2^24-1>; which has the form of a list's only entry */
enum sneck_rc sneck__raw_key12_read(struct certificate *c, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	c->context = sneck_span_of(NULL, 0);
	c->list = body;
	c->n = rd_vec(&r, 3, 0, 0xffffff).len != 0;
	return rd_end(&r);
}

struct sneck_cert_entry sneck__certificate12_at(struct sneck_span list, uint32_t i)
{
	struct sneck_cert_entry e = { .der = { NULL, 0 } };
	struct rd r;

	rd_init(&r, list);
	do
		e.der = rd_vec(&r, 3, 1, 0xffffff);
	while (i-- != 0 && !r.bad);
	return e;
}

static size_t list_len(const struct sneck_span *chain, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += 3u + chain[i].len;
	return len;
}

void sneck__certificate12_write_head(struct wr *w, const struct sneck_span *chain, size_t n)
{
	const size_t len = list_len(chain, n);

	if (len + 3u > 0xffffff)
		w->bad = true;
	wr_u8(w, HT_CERTIFICATE);
	wr_uint(w, 3, (uint32_t)(len + 3u));
	wr_uint(w, 3, (uint32_t)len);
}

void sneck__raw_key12_write_head(struct wr *w, size_t len)
{
	wr_u8(w, HT_CERTIFICATE);
	wr_uint(w, 3, (uint32_t)(len + 3u));
}

void sneck__certificate12_write_entry(struct wr *w, size_t der_len)
{
	wr_uint(w, 3, (uint32_t)der_len);
}

/* struct {
 *     ClientCertificateType certificate_types<1..2^8-1>;
 *     SignatureAndHashAlgorithm supported_signature_algorithms<2..2^16-2>;
 *     DistinguishedName certificate_authorities<0..2^16-1>;
 * } CertificateRequest;
 * opaque DistinguishedName<1..2^16-1>;
 */
enum sneck_rc sneck__certificate_request12_read(struct certificate_request12 *cr,
						struct sneck_span body)
{
	struct rd r, list;

	rd_init(&r, body);
	cr->types = rd_vec(&r, 1, 1, 255);
	cr->schemes = rd_vec(&r, 2, 2, 65534);
	if (cr->schemes.len % 2 != 0)
		rd_fail(&r);
	rd_open(&r, &list, 2, 0, 65535);
	cr->cas = sneck_span_of(list.base, list.len);
	while (rd_more(&list))
		(void)rd_vec(&list, 2, 1, 65535);
	rd_close(&list);
	return rd_end(&r);
}

void sneck__certificate_request12_write(struct wr *w, const struct own_request12 *cr)
{
	struct wr_mark m, list;

	wr_u8(w, HT_CERTIFICATE_REQUEST);
	m = wr_open(w, 3);
	wr_vec(w, 1, cr->types);
	list = wr_open(w, 2);
	for (size_t i = 0; i < cr->n_schemes; i++)
		wr_u16(w, cr->schemes[i]);
	wr_close(w, list);
	list = wr_open(w, 2);
	for (size_t i = 0; i < cr->n_cas; i++)
		wr_vec(w, 2, cr->cas[i]);
	wr_close(w, list);
	wr_close(w, m);
}

/* struct {
 *     CertificateStatusType status_type;
 *     opaque OCSPResponse<1..2^24-1>;
 * } CertificateStatus;
 */
enum sneck_rc sneck__certificate_status_read(struct sneck_span *ocsp, struct sneck_span body)
{
	struct rd r;

	if (body.len != 0 && body.p[0] != OCSP)
		return SNECK_E_ILLEGAL;
	rd_init(&r, body);
	(void)rd_u8(&r);
	*ocsp = rd_vec(&r, 3, 1, 0xffffff);
	return rd_end(&r);
}

void sneck__certificate_status_write_head(struct wr *w, size_t ocsp_len)
{
	if (ocsp_len + 4u > 0xffffff)
		w->bad = true;
	wr_u8(w, HT_CERTIFICATE_STATUS);
	wr_uint(w, 3, (uint32_t)(ocsp_len + 4u));
	wr_u8(w, OCSP);
	wr_uint(w, 3, (uint32_t)ocsp_len);
}

/* struct {
 *     uint32 ticket_lifetime_hint;
 *     opaque ticket<0..2^16-1>;
 * } NewSessionTicket;
 */
enum sneck_rc sneck__new_session_ticket12_read(struct new_session_ticket12 *t,
					       struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	t->lifetime_s = rd_uint(&r, 4);
	t->ticket = rd_vec(&r, 2, 0, 65535);
	return rd_end(&r);
}

void sneck__new_session_ticket12_write(struct wr *w, const struct new_session_ticket12 *t)
{
	struct wr_mark m;

	wr_u8(w, HT_NEW_SESSION_TICKET);
	m = wr_open(w, 3);
	wr_uint(w, 4, t->lifetime_s);
	wr_vec(w, 2, t->ticket);
	wr_close(w, m);
}
