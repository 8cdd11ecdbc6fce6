/* SPDX-License-Identifier: MIT */
/* client13.c: the client of TLS 1.3, from the ServerHello on. RFC 9846, A.1.
 *
 * A handler reads, checks, waits, acts and goes, in this order; what waits has changed nothing yet.
 * Not here: pre-shared keys, which are offer.c, the peer's certificate, peer13.c, and the first
 * ClientHello, client_hello.c. */
#include "graph.h"

#include "../build.h"
#include "../ext/ext.h"
#include "../ext/grease.h"
#include "../ext/select.h"
#include "../msg/finish.h"
#include "../msg/hello.h"
#include "../wire/ct.h"

static bool is_retry(const struct server_hello *sh)
{
	return memcmp(sh->random.p, sneck__retry_random, 32) == 0;
}

static enum sneck_rc check_hello(struct hs *hs, const struct server_hello *sh)
{
	struct hs_work *const wk = hs->work;

	if (sh->compression != 0) /* RFC 9846, 4.2.3: the syntax has no other value */
		return SNECK_E_DECODE;
	if (sh->legacy_version != SNECK_TLS12 || sh->session_id.len != wk->session_id_len ||
	    memcmp(sh->session_id.p, wk->session_id, wk->session_id_len) != 0)
		return SNECK_E_ILLEGAL;
	SNECK_TRY(sneck__select_suite_answer(&wk->nego, sh->suite));
	if (hs->retried && hs->suite != wk->nego.suite) /* RFC 9846, 4.2.4: the retry's */
		return SNECK_E_ILLEGAL;
	if (is_retry(sh))
		return sneck__ext_read(&wk->nego, IN_HRR, sh->extensions);
	SNECK_TRY(sneck__ext_read(&wk->nego, IN_SH, sh->extensions));
	if (hs->cfg->psk_only && wk->nego.psk_index == 0) /* we named no signature scheme */
		return SNECK_E_NOT_OFFERED;
	return sneck__select_mode_answer(&wk->nego);
}

/* The hash is known now: the ClientHello goes into the transcript, or its digest does. */
static enum sneck_rc begin_transcript(struct hs *hs, bool retry)
{
	struct hs_work *const wk = hs->work;
	uint8_t digest[BOUND_HASH];

	hs->suite = wk->nego.suite;
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	SNECK_TRY(sneck__transcript_init(&wk->transcript, hs->hash));
	SNECK_TRY(sneck__hello_add(hs, &wk->transcript, wk->hello_len));
	if (!retry)
		return SNECK_OK;
	SNECK_TRY(sneck__transcript_peek(&wk->transcript, digest));
	return sneck__transcript_retry(&wk->transcript, hs->hash, digest);
}

/* The shares that are there go; the wanted one takes their place. */
static enum sneck_rc renew_share(struct hs *hs)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;
	struct own_share *const s = &ng->shares[0];

	for (uint32_t i = 0; i < ng->n_shares; i++)
		ng->shares[i].kex->wipe(ng->shares[i].priv);
	sneck__ct_wipe(wk->shares, wk->shares_len);
	s->kex = ng->wanted;
	s->priv = wk->shares;
	s->share = wk->shares + ((s->kex->priv_size + SNECK_ALIGN - 1u) & ~(SNECK_ALIGN - 1u));
	ng->n_shares = 1;
	return s->kex->offer(p, s->priv, s->share, wk->provider_work);
}

static enum sneck_rc on_retry(struct hs *hs, const struct hs_msg *m)
{
	struct hs_work *const wk = hs->work;

	/* RFC 9846, 4.2.4: one that would change nothing */
	if (wk->nego.wanted == NULL && wk->nego.cookie.len == 0)
		return SNECK_E_ILLEGAL;
	SNECK_TRY(begin_transcript(hs, true));
	SNECK_TRY(sneck__transcript_add(&wk->transcript, m->raw));
	hs->retried = true;
	wk->nego.psk_hash = hs->suite->hash;
	if (wk->nego.early) { /* RFC 9846, 4.3.9: a retry refuses it */
		wk->nego.early = false;
		hs->tx_level = LV_INITIAL;
	}
	return wk->nego.wanted != NULL ? renew_share(hs) : SNECK_OK;
}

/* In the same call as the retry, so its cookie is still there. */
static enum sneck_rc send_second_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__flight_ccs(hs));
	SNECK_TRY(sneck__client_hello_send(hs));
	hs->work->nego.cookie = sneck_span_of(NULL, 0);
	*to = C13_WAIT_SH2;
	return SNECK_OK;
}

static enum sneck_rc exchange(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;
	uint8_t shared[BOUND_SHARED];
	enum sneck_rc rc = SNECK_E_INTERNAL;

	if (ng->kex == NULL) /* psk_ke */
		return sneck__secrets_handshake(hs, sneck_span_of(NULL, 0));
	for (uint32_t i = 0; i < ng->n_shares; i++)
		if (ng->shares[i].kex == ng->kex)
			rc = ng->kex->finish(hs->cfg->provider, ng->shares[i].priv,
					     ng->peer_share.p, shared, wk->provider_work);
		else
			ng->shares[i].kex->wipe(ng->shares[i].priv);
	if (rc == SNECK_OK)
		rc = sneck__secrets_handshake(hs, sneck_span_of(shared, ng->kex->secret_len));
	sneck__ct_wipe(shared, sizeof shared);
	return rc;
}

static enum sneck_rc on_server_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	struct server_hello sh;

	SNECK_TRY(sneck__server_hello_read(&sh, m->body));

	if (is_retry(&sh) && hs->retried) /* RFC 9846, 4.2.4: unexpected_message */
		return SNECK_E_UNEXPECTED;
	SNECK_TRY(check_hello(hs, &sh));

	if (is_retry(&sh)) {
		if (m->aligned == NULL) /* an answer to what we have not said yet */
			return SNECK_E_EPOCH;
		SNECK_TRY(on_retry(hs, m));
		*to = C13_SEND_CH2;
		return SNECK_OK;
	}
	if (!hs->retried)
		SNECK_TRY(begin_transcript(hs, false));
	hs->group = wk->nego.kex != NULL ? wk->nego.kex->group : 0;
	if (BUILD_PSK)
		SNECK_TRY(sneck__offer_taken(hs));
	SNECK_TRY(sneck__transcript_add(&wk->transcript, m->raw));
	SNECK_TRY(exchange(hs));
	SNECK_TRY(hs_read_key(hs, LV_HANDSHAKE, m->aligned));
	if (hs->tx_level != LV_EARLY || wk->nego.psk_index != 1)
		hs->tx_level = LV_HANDSHAKE;
	*to = C13_WAIT_EE;
	return SNECK_OK;
}

static enum sneck_rc on_encrypted_extensions(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct sneck_span block;

	SNECK_TRY(sneck__encrypted_extensions_read(&block, m->body));

	SNECK_TRY(sneck__ext_read(&hs->work->nego, IN_EE, block));

	hs->alpn = hs->work->nego.alpn;
	sneck__agree_limits(hs);
	if (BUILD_EARLY_DATA)
		SNECK_TRY(sneck__early_result(hs));
	*to = hs->resumed != 0 ? C13_WAIT_FINISHED : C13_WAIT_CERT_CR;
	return SNECK_OK;
}

static enum sneck_rc on_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__auth_finished(hs, m->body));

	hs->work->evidence.psk_proved = hs->resumed != 0;
	SNECK_TRY(sneck__evidence_accept(hs));
	SNECK_TRY(sneck__transcript_add(&hs->work->transcript, m->raw));
	SNECK_TRY(sneck__secrets_app(hs));
	SNECK_TRY(hs_read_key(hs, LV_APP, m->aligned));
	*to = hs->early == EARLY_ACCEPTED ? C13_SEND_EOED
	      : hs->work->cert_asked	  ? C13_SEND_CERT
					  : C13_SEND_FINISHED;
	return SNECK_OK;
}

/* RFC 9846, 4.6: the last thing under the early key. */
static enum sneck_rc send_end_of_early_data(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct wr w;

	(void)m;
	sneck__flight_begin(hs, &w);
	sneck__end_of_early_data_write(&w);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_EARLY));
	hs->tx_level = LV_HANDSHAKE;
	*to = C13_SEND_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc send_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__flight_ccs(hs));
	SNECK_TRY(sneck__auth_send_finished(hs));
	SNECK_TRY(sneck__secrets_resumption(hs));
	hs->tx_level = LV_APP;
	*to = C13_CONNECTED;
	return SNECK_OK;
}

const struct hs_state sneck__client13_graph[C13_COUNT] = {
	[C13_WAIT_SH] = {
		.name = "WAIT_SH", .run = on_server_hello, .takes = SET(HT_SERVER_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_SELF,
		.next = SET(C13_WAIT_EE) | SET(C13_SEND_CH2),
	},
	[C13_SEND_CH2] = {
		.name = "START", .run = send_second_hello, .takes = 0, .next = SET(C13_WAIT_SH2),
	},
	[C13_WAIT_SH2] = {
		.name = "WAIT_SH", .run = on_server_hello, .takes = SET(HT_SERVER_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_SELF, .next = SET(C13_WAIT_EE),
	},
	[C13_WAIT_EE] = {
		.name = "WAIT_EE", .run = on_encrypted_extensions,
		.takes = SET(HT_ENCRYPTED_EXTENSIONS), .level = LV_HANDSHAKE,
		.absorb = ABSORB_AFTER, .next = SET(C13_WAIT_CERT_CR) | SET(C13_WAIT_FINISHED),
	},
	IF_CERTS([C13_WAIT_CERT_CR] = {
		.name = "WAIT_CERT_CR", .run = sneck__client13_on_certificate_or_request,
		.takes = HS_CERTIFICATES | SET(HT_CERTIFICATE_REQUEST), .level = LV_HANDSHAKE,
		.absorb = ABSORB_AFTER, .next = SET(C13_WAIT_CERT) | SET(C13_WAIT_CV),
	})
	IF_CERTS([C13_WAIT_CERT] = {
		.name = "WAIT_CERT", .run = sneck__client13_on_certificate,
		.takes = HS_CERTIFICATES,
		.level = LV_HANDSHAKE, .absorb = ABSORB_AFTER, .next = SET(C13_WAIT_CV),
	})
	IF_CERTS([C13_WAIT_CV] = {
		.name = "WAIT_CV", .run = sneck__client13_on_certificate_verify,
		.takes = SET(HT_CERTIFICATE_VERIFY), .level = LV_HANDSHAKE,
		.absorb = ABSORB_AFTER, .next = SET(C13_WAIT_FINISHED),
	})
	[C13_WAIT_FINISHED] = {
		.name = "WAIT_FINISHED", .run = on_finished, .takes = SET(HT_FINISHED),
		.level = LV_HANDSHAKE, .absorb = ABSORB_SELF,
		.next = SET(C13_SEND_EOED) | SET(C13_SEND_CERT) | SET(C13_SEND_FINISHED),
	},
	[C13_SEND_EOED] = {
		.name = "SEND_EOED", .run = send_end_of_early_data, .takes = 0,
		.next = SET(C13_SEND_FINISHED),
	},
	IF_CERTS([C13_SEND_CERT] = {
		.name = "SEND_CERT", .run = sneck__client13_send_certificate, .takes = 0,
		.next = SET(C13_SEND_CV) | SET(C13_SEND_FINISHED),
	})
	IF_CERTS([C13_SEND_CV] = {
		.name = "SEND_CV", .run = sneck__client13_send_certificate_verify, .takes = 0,
		.next = SET(C13_SEND_FINISHED),
	})
	[C13_SEND_FINISHED] = {
		.name = "SEND_FINISHED", .run = send_finished, .takes = 0,
		.next = SET(C13_CONNECTED),
	},
	[C13_CONNECTED] = {
		.name = "CONNECTED", .run = sneck__on_post13, .bare = true,
		.takes = SET(HT_KEY_UPDATE) | SET(HT_NEW_SESSION_TICKET), .level = LV_APP,
		.absorb = ABSORB_NEVER, .next = SET(C13_CONNECTED),
	},
};
