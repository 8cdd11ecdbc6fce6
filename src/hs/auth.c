/* SPDX-License-Identifier: MIT */
/* auth.c: who the peer is, and who we are: chain, CertificateVerify, Finished. RFC 9846, 4.5.
 *
 * CONNECTED is reached through sneck__evidence_accept() alone, which takes what the functions above
 * it have recorded; the zero value of everything refuses. */
#include "graph.h"

#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../msg/cert.h"
#include "../msg/finish.h"
#include "../wire/ct.h"
#include "../wire/set.h"
#include "../wire/wr.h"

enum sneck_rc sneck__auth_type(const struct hs *hs, uint32_t n)
{
	const struct nego *const ng = &hs->work->nego;

	if (!set_has(sneck__types_accepted(ng), ng->peer_type))
		return SNECK_E_CERT_TYPE;
	return n > 1 && ng->peer_type == SNECK_RAW_PUBLIC_KEY ? SNECK_E_ILLEGAL : SNECK_OK;
}

/* The leaf's digest names the question; it is made before anything is asked. */
enum sneck_rc sneck__auth_leaf(struct hs *hs, struct sneck_span der)
{
	const struct sneck_hash *const sha256 = sneck__hash_of(hs->cfg->provider, 4);
	struct transcript t;
	enum sneck_rc rc = SNECK_E_NO_ALGORITHM;

	if (sha256 == NULL)
		return rc;
	memset(&t, 0, sizeof t);
	rc = sneck__transcript_init(&t, sha256);
	if (rc == SNECK_OK)
		rc = sneck__transcript_add(&t, der);
	if (rc == SNECK_OK)
		rc = sneck__transcript_peek(&t, hs->leaf_id);
	sneck__transcript_wipe(&t);
	return rc;
}

enum sneck_rc sneck__auth_verdict(struct hs *hs, const struct sneck_verdict *verdict)
{
	const bool named = verdict->reason <= -0x501 && verdict->reason >= -0x5ff &&
			   sneck_rc_alert(verdict->reason) > 0;

	hs->valid_until_ms = verdict->valid_until_ms;
	if (verdict->chain == SNECK_CHAIN_VALID)
		return SNECK_OK;
	hs->alert = verdict->alert;
	return named ? (enum sneck_rc)verdict->reason : SNECK_E_CERT_REFUSED;
}

/* The config's verifier, at once. */
static enum sneck_rc judge(struct hs *hs, struct sneck_span list, uint32_t n)
{
	const struct sneck_verifier *const v = hs->cfg->verifier;
	struct sneck_cert_entry certs[BOUND_CERTS];
	struct sneck_verdict verdict = { 0 };
	struct sneck_chain chain = {
		.certs = certs,
		.n_certs = n,
		.name = hs->name,
		.now_ms = hs->now_ms,
		.type = hs->work->nego.peer_type,
		.version = hs->version,
		.peer_role = SNECK_SERVER,
	};
	enum sneck_rc rc;

	for (uint32_t i = 0; i < n; i++)
		certs[i] = hs->v->cert_at(list, i);
	memcpy(verdict.leaf_id, hs->leaf_id, sizeof verdict.leaf_id);
	rc = v->verify(v->ctx, &chain, &verdict);
	if (rc != SNECK_OK) /* it may not wait, and a code that is not for it says nothing */
		return rc <= SNECK_E_CRYPTO && sneck_rc_alert(rc) > 0 && rc > SNECK_E_CERT_BAD
			       ? rc
			       : SNECK_E_INTERNAL;
	if (memcmp(verdict.leaf_id, hs->leaf_id, sizeof verdict.leaf_id) != 0)
		return SNECK_E_CERT_REFUSED;
	return sneck__auth_verdict(hs, &verdict);
}

enum sneck_rc sneck__auth_chain(struct hs *hs, struct sneck_span list, uint32_t n)
{
	const struct sneck_pubkey *const pk = hs->cfg->provider->pubkey;
	struct hs_work *const wk = hs->work;
	const struct sneck_span leaf = hs->v->cert_at(list, 0).der;

	SNECK_TRY(wk->nego.peer_type == SNECK_RAW_PUBLIC_KEY
			  ? pk->from_spki(wk->peer_key, leaf, wk->provider_work)
			  : pk->from_cert(wk->peer_key, leaf, wk->provider_work));
	wk->have_key = true;
	if ((hs->cfg->ask & SNECK_ASK_VERIFY) == 0) {
		SNECK_TRY(judge(hs, list, n));
		wk->evidence.chain_judged = true;
	}
	return SNECK_OK;
}

/* Idempotent: the transcript stands still while we wait. */
enum sneck_rc sneck__auth_tbs(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
	wk->tbs_len = (uint8_t)sneck__signature_input(wk->tbs, hs->role == SNECK_CLIENT, th,
						      hs->hash->len);
	return SNECK_OK;
}

enum sneck_rc sneck__auth_signature(struct hs *hs, uint16_t scheme, struct sneck_span sig)
{
	struct hs_work *const wk = hs->work;

	if (!hs->verdict_waives_sig)
		SNECK_TRY(hs->cfg->provider->pubkey->verify(wk->peer_key, scheme,
							    sneck_span_of(wk->tbs, wk->tbs_len),
							    sig, wk->provider_work));
	wk->evidence.signature_judged = true;
	if (hs->verdict_known)
		wk->evidence.chain_judged = true;
	hs->peer_scheme = scheme;
	return SNECK_OK;
}

enum sneck_rc sneck__evidence_accept(const struct hs *hs)
{
	const struct evidence *const ev = &hs->work->evidence;

	if (hs->resumed != 0)
		return ev->psk_proved ? SNECK_OK : SNECK_E_INTERNAL;
	if (hs->role == SNECK_SERVER) /* client authentication is not asked for */
		return SNECK_OK;
	return ev->chain_judged && ev->signature_judged ? SNECK_OK : SNECK_E_INTERNAL;
}

/* Our CertificateVerify, signed straight into the flight's area. */
enum sneck_rc sneck__auth_sign(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	const struct sneck_signer *const signer = wk->nego.cred->signer;
	uint8_t tbs[BOUND_TBS], th[BOUND_HASH];
	struct certificate_verify cv = { .scheme = wk->nego.own_scheme };
	size_t tbs_len, len = 0;
	enum sneck_rc rc;
	uint8_t *room;
	struct wr w;

	sneck__flight_begin(hs, &w);
	(void)wr_room(&w, FRAME_HEAD + 4u);
	room = wr_room(&w, SNECK_SIG_MAX);
	if (room == NULL)
		return SNECK_E_INTERNAL;
	SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
	tbs_len = sneck__signature_input(tbs, hs->role == SNECK_SERVER, th, hs->hash->len);
	rc = signer->sign(signer->ctx, cv.scheme, sneck_span_of(tbs, tbs_len), room, SNECK_SIG_MAX,
			  &len);
	if (rc != SNECK_OK || len == 0 || len > SNECK_SIG_MAX)
		return SNECK_E_SIGNER;
	cv.signature = sneck_span_of(room, len);
	sneck__flight_begin(hs, &w);
	sneck__certificate_verify_write(&w, &cv);
	hs->own_scheme = cv.scheme;
	return sneck__flight_end(hs, &w, LV_HANDSHAKE);
}

static enum sneck_rc finished_mac(struct hs *hs, uint8_t *mac, bool own)
{
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&hs->work->transcript, th));
	return sneck__finished_mac(mac, hs->hash, sneck__hs_secret(hs, own, LV_HANDSHAKE), th);
}

enum sneck_rc sneck__auth_finished(struct hs *hs, struct sneck_span body)
{
	uint8_t mac[BOUND_HASH];
	struct sneck_span data;
	bool same;

	SNECK_TRY(sneck__finished_read(&data, hs->hash->len, body));
	SNECK_TRY(finished_mac(hs, mac, false));
	same = sneck__ct_eq(mac, data.p, hs->hash->len);
	sneck__ct_wipe(mac, sizeof mac);
	return same ? SNECK_OK : SNECK_E_BAD_FINISHED;
}

enum sneck_rc sneck__auth_send_finished(struct hs *hs)
{
	uint8_t mac[BOUND_HASH];
	struct wr w;

	SNECK_TRY(finished_mac(hs, mac, true));
	sneck__flight_begin(hs, &w);
	sneck__finished_write(&w, sneck_span_of(mac, hs->hash->len));
	return sneck__flight_end(hs, &w, LV_HANDSHAKE);
}

enum sneck_rc sneck__signature_read13(struct certificate_verify *cv, const struct hs_msg *m)
{
	return sneck__certificate_verify_read(cv, m->body);
}
