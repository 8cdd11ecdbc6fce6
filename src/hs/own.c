/* SPDX-License-Identifier: MIT */
/* own.c: our signature: made by the credential's signer, or elsewhere and answered. It is checked
 * with our own key when it came from outside. */
#include "hs.h"

#include "../build.h"
#include "../ext/select.h"
#include "../msg/finish.h"
#include "../wire/ct.h"
#include "../wire/wr.h"

/* Where the bytes of our signature come to lie, behind the header that is written around them. */
static uint8_t *signature_room(struct hs *hs)
{
	struct wr w;

	sneck__flight_begin(hs, &w);
	(void)wr_room(&w, hs->work->sig_at);
	return wr_room(&w, SNECK_SIG_MAX);
}

/* With the key of our own leaf, which needs no memory of its own: a peer's is not known yet, or not
 * needed any more. */
static enum sneck_rc check_own(struct hs *hs, struct sneck_span sig)
{
	const struct sneck_pubkey *const pk = hs->cfg->provider->pubkey;
	struct hs_work *const wk = hs->work;
	const uint16_t scheme = BUILD_TLS12 && hs->version == SNECK_TLS12
					? sneck__scheme12(hs->cfg->provider, wk->nego.own_scheme)
					: wk->nego.own_scheme;
	enum sneck_rc rc;

	if (wk->tbs_digest && pk->verify_digest == NULL)
		return SNECK_E_NO_ALGORITHM;
	rc = wk->nego.cred->type == SNECK_RAW_PUBLIC_KEY
		     ? pk->from_spki(wk->peer_key, wk->nego.cred->chain[0], wk->provider_work)
		     : pk->from_cert(wk->peer_key, wk->nego.cred->chain[0], wk->provider_work);
	if (rc == SNECK_OK)
		rc = (wk->tbs_digest ? pk->verify_digest : pk->verify)(
			wk->peer_key, scheme, sneck_span_of(wk->tbs, wk->tbs_len), sig,
			wk->provider_work);
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

enum sneck_rc sneck__auth_make(struct hs *hs, struct sneck_span *sig)
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
	rc = (wk->tbs_digest ? signer->sign_digest : signer->sign)(
		signer->ctx, wk->nego.own_way, sneck_span_of(wk->tbs, wk->tbs_len), room,
		SNECK_SIG_MAX, &len);
	if (rc != SNECK_OK || len == 0 || len > SNECK_SIG_MAX)
		return SNECK_E_SIGNER;
	*sig = sneck_span_of(room, len);
	return hs_checks_own(hs->cfg) ? check_own(hs, *sig) : SNECK_OK;
}

/* Our CertificateVerify of hs_work.tbs, around a signature that lies in the flight's area already.
 */
enum sneck_rc sneck__auth_verify(struct hs *hs, uint8_t level)
{
	struct certificate_verify cv = { .scheme = hs->work->nego.own_scheme };
	struct wr w;

	hs->work->sig_at = FRAME_HEAD + 4u;
	SNECK_TRY(sneck__auth_make(hs, &cv.signature));

	sneck__flight_begin(hs, &w);
	sneck__certificate_verify_write(&w, &cv);
	hs->own_scheme = cv.scheme;
	return sneck__flight_end(hs, &w, level);
}
