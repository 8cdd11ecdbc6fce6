/* SPDX-License-Identifier: MIT */
/* auth12.c: what TLS 1.2 signs and authenticates: the parameters of a ServerKeyExchange, the
 * Certificate message in its form, Finished. RFC 8422, 5.4; RFC 5246, 7.4.2, 7.4.9. Who judges a
 * chain and a signature, and that somebody did, is auth.c. */
#include "hs.h"

#include "../crypto/algs.h"
#include "../msg/cert12.h"
#include "../msg/finish.h"
#include "../msg/kx12.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* digitally-signed struct {
 *     opaque client_random[32];
 *     opaque server_random[32];
 *     ServerECDHParams params;
 * } signed_params;
 *
 * Idempotent, like sneck__auth_tbs(). */
enum sneck_rc sneck__auth12_params(struct hs *hs, struct sneck_span params)
{
	struct hs_work *const wk = hs->work;
	struct wr w;

	wr_init(&w, wk->tbs, sizeof wk->tbs);
	wr_put(&w, sneck_span_of(&wk->sched12.r, sizeof wk->sched12.r));
	wr_put(&w, params);
	wk->tbs_len = (uint8_t)w.len;
	wk->tbs_digest = false;
	return wr_end(&w) == SNECK_OK ? SNECK_OK : SNECK_E_INTERNAL;
}

/* Our ServerKeyExchange, around a signature that lies in the flight's area already. */
enum sneck_rc sneck__auth12_server_kx(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	const struct nego *const ng = &wk->nego;
	struct server_key_exchange kx = {
		.group = ng->kex->group,
		.scheme = ng->own_scheme,
		.share = sneck_span_of(ng->shares[0].share, ng->kex->offer_len),
	};
	uint8_t params[4u + BOUND_OLD_SHARE];
	struct wr w;

	wr_init(&w, params, sizeof params);
	sneck__params_write(&w, kx.group, kx.share);
	SNECK_TRY(wr_end(&w) == SNECK_OK ? SNECK_OK : SNECK_E_INTERNAL);
	SNECK_TRY(sneck__auth12_params(hs, sneck_span_of(params, w.len)));
	wk->sig_at = (uint32_t)(FRAME_HEAD + 4u + kx.share.len + 4u);
	SNECK_TRY(sneck__auth_make(hs, &kx.signature));

	sneck__flight_begin(hs, &w);
	sneck__server_kx_write(&w, &kx);
	hs->own_scheme = kx.scheme;
	return sneck__flight_end(hs, &w, LV_INITIAL);
}

/* Begins the transcript. A client's CertificateVerify is of all messages, by a hash that its scheme
 * names and the request still has to: where one may come, both hashes that suites have go along. */
enum sneck_rc sneck__auth12_begin(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	const struct sneck_hash *const other =
		sneck__hash_of(hs->cfg->provider, hs->hash->id == 4 ? 5 : 4);

	SNECK_TRY(sneck__transcript_init(&wk->transcript, hs->hash));
	return wk->also != NULL && other != NULL
		       ? sneck__transcript_also(&wk->transcript, wk->also, other)
		       : SNECK_OK;
}

/* What a client signs, as a digest: RFC 5246, 7.4.8. Idempotent, as above. */
enum sneck_rc sneck__auth12_digest(struct hs *hs, uint16_t scheme)
{
	struct hs_work *const wk = hs->work;

	wk->tbs_digest = true;
	return sneck__transcript_peek_as(&wk->transcript, sneck__scheme_hash(scheme), wk->tbs,
					 &wk->tbs_len);
}

/* Without a credential the list is empty: a client that was asked and has none. A raw key stands in
 * no list: RFC 7250, 3. */
enum sneck_rc sneck__auth12_certificate(struct hs *hs)
{
	const struct sneck_credential *const c = hs->work->nego.cred;
	const size_t n = c != NULL ? c->n_chain : 0;
	struct wr w;

	sneck__flight_begin(hs, &w);
	if (n != 0 && c->type == SNECK_RAW_PUBLIC_KEY)
		sneck__raw_key12_write_head(&w, c->chain[0].len);
	else
		sneck__certificate12_write_head(&w, n != 0 ? c->chain : NULL, n);
	for (size_t i = 0; i < n; i++) {
		sneck__certificate12_write_entry(&w, c->chain[i].len);
		SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));
		SNECK_TRY(sneck__flight_span(hs, c->chain[i], LV_INITIAL));
		sneck__flight_begin(hs, &w);
	}
	return w.len != 0 ? sneck__flight_end(hs, &w, LV_INITIAL) : SNECK_OK;
}

static enum sneck_rc verify_data(struct hs *hs, uint8_t mac[FINISHED12_LEN], bool own)
{
	const bool server = own == (hs->role == SNECK_SERVER);
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&hs->work->transcript, th));
	return sneck__finished12(mac, hs->hash, hs->work->sched12.master, server, th);
}

enum sneck_rc sneck__auth12_finished(struct hs *hs, struct sneck_span body)
{
	uint8_t mac[FINISHED12_LEN];
	struct sneck_span data;
	bool same;

	if (sneck__finished_read(&data, sizeof mac, body) != SNECK_OK)
		return SNECK_E_BAD_FINISHED;
	SNECK_TRY(verify_data(hs, mac, false));
	same = sneck__ct_eq(mac, data.p, sizeof mac);
	sneck__ct_wipe(mac, sizeof mac);
	if (!same)
		return SNECK_E_BAD_FINISHED;
	hs->work->evidence.psk_proved = hs->resumed != 0;
	return sneck__evidence_accept(hs);
}

/* With the ChangeCipherSpec in front of it. */
enum sneck_rc sneck__auth12_send_finished(struct hs *hs)
{
	uint8_t mac[FINISHED12_LEN];
	struct wr w;

	SNECK_TRY(sneck__flight_change(hs, LV_HANDSHAKE));
	SNECK_TRY(verify_data(hs, mac, true));
	sneck__flight_begin(hs, &w);
	sneck__finished_write(&w, sneck_span_of(mac, sizeof mac));
	return sneck__flight_end(hs, &w, LV_HANDSHAKE);
}

/* RFC 5246, 7.4.8: a client's CertificateVerify has the form that it still has. */
enum sneck_rc sneck__signature_read12(struct certificate_verify *cv, const struct hs_msg *m)
{
	struct server_key_exchange kx;

	if (m->type == HT_CERTIFICATE_VERIFY)
		return sneck__certificate_verify_read(cv, m->body);
	SNECK_TRY(sneck__server_kx_read(&kx, m->body));
	*cv = (struct certificate_verify){ .scheme = kx.scheme, .signature = kx.signature };
	return SNECK_OK;
}
