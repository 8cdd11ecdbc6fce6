/* SPDX-License-Identifier: MIT */
/* own13.c: who we are: our Certificate, from where the credential keeps it, and CertificateVerify.
 * RFC 9846, 4.5.1, 4.5.2. */
#include "hs.h"

#include "../build.h"
#include "../msg/cert.h"
#include "../msg/finish.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* Of a raw key nobody has said anything. */
static bool staples_wanted(const struct nego *ng, uint32_t kind)
{
	return ng->cred->type == SNECK_X509 && (ng->peer_wants & kind) != 0;
}

static enum sneck_rc staples(struct hs *hs, struct wr *w, const struct own_chain *c)
{
	if (c->ocsp.len != 0) {
		sneck__certificate_write_ocsp_head(w, c->ocsp.len);
		SNECK_TRY(sneck__flight_bytes(hs, w, c->ocsp));
	}
	if (c->scts.len != 0) {
		sneck__certificate_write_scts_head(w, c->scts.len);
		SNECK_TRY(sneck__flight_bytes(hs, w, c->scts));
	}
	return SNECK_OK;
}

/* Without a credential the list is empty: a client that was asked and has none. */
enum sneck_rc sneck__flight_certificate(struct hs *hs)
{
	const struct nego *const ng = &hs->work->nego;
	struct own_chain c = { .n = 0 };
	bool sent = false;
	struct wr w;

	if (ng->cred != NULL) {
		c.certs = ng->cred->chain;
		c.n = ng->cred->n_chain;
		if (staples_wanted(ng, SNECK_VERIFIER_WANTS_OCSP))
			c.ocsp = ng->cred->ocsp;
		if (staples_wanted(ng, SNECK_VERIFIER_WANTS_SCTS))
			c.scts = ng->cred->scts;
	}
	if (BUILD_COMPRESSION)
		SNECK_TRY(sneck__packed_send(hs, c.ocsp.len != 0 || c.scts.len != 0, &sent));
	if (sent)
		return SNECK_OK;
	sneck__flight_begin(hs, &w);
	sneck__certificate_write_head(&w, &c);
	for (size_t i = 0; i < c.n; i++) {
		sneck__certificate_write_entry(&w, c.certs[i].len);
		SNECK_TRY(sneck__flight_bytes(hs, &w, c.certs[i]));
		sneck__certificate_write_entry_end(&w, &c, i);
		if (i == 0)
			SNECK_TRY(staples(hs, &w, &c));
	}
	return w.len != 0 ? sneck__flight_end(hs, &w, LV_HANDSHAKE) : SNECK_OK;
}

/* Where the bytes of our signature come to lie, behind the header that is written around them. */
static uint8_t *signature_room(struct hs *hs)
{
	struct wr w;

	sneck__flight_begin(hs, &w);
	(void)wr_room(&w, FRAME_HEAD + 4u);
	return wr_room(&w, SNECK_SIG_MAX);
}

/* With the key of our own leaf, which needs no memory of its own: a peer's is not known yet, or not
 * needed any more. */
static enum sneck_rc check_own(struct hs *hs, struct sneck_span sig)
{
	const struct sneck_pubkey *const pk = hs->cfg->provider->pubkey;
	struct hs_work *const wk = hs->work;
	enum sneck_rc rc;

	rc = wk->nego.cred->type == SNECK_RAW_PUBLIC_KEY
		     ? pk->from_spki(wk->peer_key, wk->nego.cred->chain[0], wk->provider_work)
		     : pk->from_cert(wk->peer_key, wk->nego.cred->chain[0], wk->provider_work);
	if (rc == SNECK_OK)
		rc = pk->verify(wk->peer_key, wk->nego.own_scheme,
				sneck_span_of(wk->tbs, wk->tbs_len), sig, wk->provider_work);
	pk->wipe(wk->peer_key);
	sneck__ct_wipe(wk->peer_key, pk->key_size);
	sneck__ct_wipe(wk->provider_work, wk->provider_work_len);
	if (rc != SNECK_OK && !(rc <= SNECK_E_CRYPTO && rc >= SNECK_E_INTERNAL))
		rc = SNECK_E_OWN_SIGNATURE;
	return rc;
}

enum sneck_rc sneck__auth_answer(struct hs *hs, struct sneck_span sig)
{
	uint8_t *const room = signature_room(hs);

	if (room == NULL)
		return SNECK_E_INTERNAL;
	if (hs_checks_own(hs->cfg))
		SNECK_TRY(check_own(hs, sig));
	memcpy(room, sig.p, sig.len);
	hs->work->sig_len = (uint32_t)sig.len;
	return SNECK_OK;
}

/* The signature, from the signer into its room, or as it was answered. */
static enum sneck_rc make_signature(struct hs *hs, struct sneck_span *sig)
{
	struct hs_work *const wk = hs->work;
	const struct sneck_signer *const signer = wk->nego.cred->signer;
	uint8_t *const room = signature_room(hs);
	size_t len = 0;
	enum sneck_rc rc;

	if (room == NULL)
		return SNECK_E_INTERNAL;
	if ((hs->cfg->ask & SNECK_ASK_SIGN) != 0) {
		SNECK_TRY(sneck__ask(hs, SNECK_ASK_SIGN, SNECK_NEEDS_LOCAL_SIGNATURE));
		*sig = sneck_span_of(room, wk->sig_len);
		return SNECK_OK;
	}
	rc = signer->sign(signer->ctx, wk->nego.own_scheme, sneck_span_of(wk->tbs, wk->tbs_len),
			  room, SNECK_SIG_MAX, &len);
	if (rc != SNECK_OK || len == 0 || len > SNECK_SIG_MAX)
		return SNECK_E_SIGNER;
	*sig = sneck_span_of(room, len);
	return hs_checks_own(hs->cfg) ? check_own(hs, *sig) : SNECK_OK;
}

/* Our CertificateVerify, around a signature that lies in the flight's area already. */
enum sneck_rc sneck__auth_sign(struct hs *hs)
{
	struct certificate_verify cv = { .scheme = hs->work->nego.own_scheme };
	struct wr w;

	SNECK_TRY(sneck__auth_tbs(hs, true));
	SNECK_TRY(make_signature(hs, &cv.signature));

	sneck__flight_begin(hs, &w);
	sneck__certificate_verify_write(&w, &cv);
	hs->own_scheme = cv.scheme;
	return sneck__flight_end(hs, &w, LV_HANDSHAKE);
}
