/* SPDX-License-Identifier: MIT */
/* auth.c: who the peer is: its chain and its signature. RFC 9846, 4.5. What is found goes into the
 * evidence, which evidence.c judges. */
#include "graph.h"

#include "../build.h"
#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../msg/cert12.h"
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

static void add_schemes(struct nego *ng, const uint16_t *list, bool handshake)
{
	for (; list != NULL && *list != 0 && ng->n_schemes < BOUND_SCHEMES; list++)
		if (sneck__scheme_in_handshake(*list) == handshake &&
		    (!handshake || sneck__list_has(ng->cfg->provider->pubkey->schemes, *list)))
			ng->schemes[ng->n_schemes++] = *list;
}

/* What may sign the handshake, if the provider can check it, then what only certificates may be
 * signed with: a peer takes any of this list. */
void sneck__auth_schemes(struct nego *ng)
{
	const struct sneck_verifier *const v = ng->cfg->verifier;
	const uint16_t *const own = v != NULL ? v->schemes : NULL;

	add_schemes(ng, own != NULL ? own : ng->cfg->provider->pubkey->schemes, true);
	if (v != NULL && (v->cert_schemes != NULL || own != NULL))
		add_schemes(ng, v->cert_schemes != NULL ? v->cert_schemes : own, false);
	else /* whoever judges chains elsewhere has not said what he takes: all that is known */
		for (const struct alg_name *s = sneck__schemes; s->id != 0; s++)
			add_schemes(ng, (const uint16_t[]){ s->id, 0 }, false);
}

/* A Certificate without a certificate: a client has to say so, a server must have one. RFC 5246,
 * 7.4.6; RFC 9846, 4.5.1.4. */
enum sneck_rc sneck__auth_empty(struct hs *hs)
{
	if (hs->role == SNECK_CLIENT)
		return SNECK_E_DECODE;
	if (hs->cfg->client_auth != SNECK_AUTH_OPTIONAL)
		return SNECK_E_NO_CLIENT_CERT;

	SNECK_TRY(sneck__ask_certificate(hs, 0));

	hs->work->evidence.none_sent = true;
	return SNECK_OK;
}

/* The leaf's digest names the question; it is made before anything is asked. Of a kind that nobody
 * here takes nothing is: TLS 1.2 has X.509 and no more. */
enum sneck_rc sneck__auth_leaf(struct hs *hs, struct sneck_span der)
{
	const struct sneck_hash *const sha256 = sneck__hash_of(hs->cfg->provider, 4);
	struct transcript t;
	enum sneck_rc rc = SNECK_E_NO_ALGORITHM;

	SNECK_TRY(sneck__auth_type(hs, 1));
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

enum sneck_rc sneck__auth_list(const struct hs *hs, struct certificate *c, struct sneck_span body)
{
	if (BUILD_TLS12 && BUILD_RAW_KEYS && hs->v->ccs &&
	    hs->work->nego.peer_type == SNECK_RAW_PUBLIC_KEY)
		return sneck__raw_key12_read(c, body);
	return hs->v->cert_read(c, body);
}

/* TLS 1.2 has a staple in the message behind the list, which ends its own: peer12.c. */
struct sneck_cert_entry sneck__auth_entry(const struct hs *hs, struct sneck_span list, uint32_t i)
{
	const struct hs_work *const wk = hs->work;
	struct sneck_cert_entry e = hs->v->cert_at(list, i);

	if (i == 0 && wk != NULL && wk->ocsp_len != 0)
		e.ocsp = sneck_span_of(list.p + list.len + STATUS12_HEAD, wk->ocsp_len);
	if (i == 0 && wk != NULL && wk->scts.len != 0)
		e.scts = wk->scts;
	return e;
}

/* The config's verifier, at once. Nothing is written while a peer's certificate is judged. */
static enum sneck_rc judge(struct hs *hs, struct sneck_span list, uint32_t n)
{
	const struct sneck_verifier *const v = hs->cfg->verifier;
	struct sneck_cert_entry *const certs = (void *)hs->work->flight.area;
	struct sneck_verdict verdict = { 0 };
	struct sneck_chain chain = {
		.certs = certs,
		.n_certs = n,
		.name = hs->name,
		.now_ms = hs->now_ms,
		.type = hs->work->nego.peer_type,
		.version = hs->version,
		.peer_role = hs->role == SNECK_CLIENT ? SNECK_SERVER : SNECK_CLIENT,
	};
	enum sneck_rc rc;

	for (uint32_t i = 0; i < n; i++)
		certs[i] = sneck__auth_entry(hs, list, i);
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
	const enum sneck_rc rc = wk->nego.peer_type == SNECK_RAW_PUBLIC_KEY
					 ? pk->from_spki(wk->peer_key, leaf, wk->provider_work)
					 : pk->from_cert(wk->peer_key, leaf, wk->provider_work);

	/* what is no certificate is none that is bad */
	SNECK_TRY(rc == SNECK_E_CERT_BAD ? SNECK_E_DECODE : rc);
	wk->have_key = true;
	if (BUILD_TLS12 && hs->v->ccs && hs->role == SNECK_CLIENT)
		SNECK_TRY(sneck__select12_key(&wk->nego, wk->peer_key));
	if ((hs->cfg->ask & SNECK_ASK_VERIFY) == 0) {
		SNECK_TRY(judge(hs, list, n));
		wk->evidence.chain_judged = true;
	}
	return SNECK_OK;
}

enum sneck_rc sneck__auth_signature(struct hs *hs, uint16_t scheme, struct sneck_span sig)
{
	const struct sneck_pubkey *const pk = hs->cfg->provider->pubkey;
	struct hs_work *const wk = hs->work;

	if (!hs->verdict_waives_sig)
		SNECK_TRY((wk->tbs_digest ? pk->verify_digest : pk->verify)(
			wk->peer_key, scheme, sneck_span_of(wk->tbs, wk->tbs_len), sig,
			wk->provider_work));
	pk->wipe(wk->peer_key);
	sneck__ct_wipe(wk->peer_key, pk->key_size);
	wk->have_key = false;
	wk->evidence.signature_judged = true;
	if (hs->verdict_known)
		wk->evidence.chain_judged = true;
	hs->peer_scheme = scheme;
	return SNECK_OK;
}
