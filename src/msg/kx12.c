/* SPDX-License-Identifier: MIT */
/* kx12.c: ServerKeyExchange, ClientKeyExchange and ServerHelloDone of TLS 1.2, with (EC)DHE over
 * named groups. RFC 8422, 5.4, 5.7; RFC 5246, 7.4.3, 7.4.5, 7.4.7. Whether a share is an element of
 * its group is for the provider to say, whether we offered it for ext/select12.c. */
#include "kx12.h"

#include "../wire/rd.h"
#include "types.h"

#define NAMED_CURVE 3u

/* struct {
 *     ECCurveType curve_type;
 *     NamedCurve namedcurve;
 * } ECParameters;
 * struct {
 *     ECParameters curve_params;
 *     opaque public<1..2^8-1>;
 * } ServerECDHParams;
 * struct {
 *     ServerECDHParams params;
 *     SignatureAndHashAlgorithm algorithm;
 *     opaque signature<0..2^16-1>;
 * } ServerKeyExchange;
 */
enum sneck_rc sneck__server_kx_read(struct server_key_exchange *kx, struct sneck_span body)
{
	struct rd r;

	/* the other types have another syntax, and nobody may use them (RFC 8422, 5.4) */
	if (body.len != 0 && body.p[0] != NAMED_CURVE)
		return SNECK_E_ILLEGAL;
	rd_init(&r, body);
	(void)rd_u8(&r);
	kx->group = rd_u16(&r);
	kx->share = rd_vec(&r, 1, 1, 255);
	kx->params = sneck_span_of(body.p, r.at);
	kx->scheme = rd_u16(&r);
	kx->signature = rd_vec(&r, 2, 0, 65535);
	return rd_end(&r);
}

void sneck__params_write(struct wr *w, uint16_t group, struct sneck_span share)
{
	wr_u8(w, NAMED_CURVE);
	wr_u16(w, group);
	wr_vec(w, 1, share);
}

void sneck__server_kx_write(struct wr *w, const struct server_key_exchange *kx)
{
	struct wr_mark m;

	wr_u8(w, HT_SERVER_KEY_EXCHANGE);
	m = wr_open(w, 3);
	sneck__params_write(w, kx->group, kx->share);
	wr_u16(w, kx->scheme);
	wr_vec(w, 2, kx->signature);
	wr_close(w, m);
}

/* struct {
 *     opaque ecdh_Yc<1..2^8-1>;
 * } ClientKeyExchange;
 */
enum sneck_rc sneck__client_kx_read(struct sneck_span *share, struct sneck_span body)
{
	struct rd r;

	rd_init(&r, body);
	*share = rd_vec(&r, 1, 1, 255);
	return rd_end(&r);
}

void sneck__client_kx_write(struct wr *w, struct sneck_span share)
{
	struct wr_mark m;

	wr_u8(w, HT_CLIENT_KEY_EXCHANGE);
	m = wr_open(w, 3);
	wr_vec(w, 1, share);
	wr_close(w, m);
}

/* struct { } ServerHelloDone, HelloRequest; */
enum sneck_rc sneck__empty_read(struct sneck_span body)
{
	return body.len == 0 ? SNECK_OK : SNECK_E_DECODE;
}

void sneck__empty_write(struct wr *w, uint8_t type)
{
	wr_u8(w, type);
	wr_uint(w, 3, 0);
}
