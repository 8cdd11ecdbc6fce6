/* SPDX-License-Identifier: MIT */
/* client12.c: the client of TLS 1.2, from the ServerHello on. RFC 5246, 7.3; RFC 8422, 2; RFC 7627.
 * (EC)DHE with an AEAD only, and no renegotiation. RFC 5077, 3.1: behind the ServerHello of a
 * session that is resumed, the server's Finished is the first.
 *
 * A handler reads, checks, waits, acts and goes, as in client13.c. The ChangeCipherSpec is a
 * message with a row of its own, so that it is taken exactly where it belongs. */
#include "graph.h"

#include "../ext/ext.h"
#include "../ext/select.h"
#include "../msg/cert12.h"
#include "../msg/finish.h"
#include "../msg/hello.h"
#include "../msg/kx12.h"
#include "../wire/ct.h"

/* RFC 5246, 7.4.1.3. Our own session id in return resumes a session, and there must be one. */
static enum sneck_rc check_hello(struct hs *hs, const struct server_hello *sh)
{
	struct hs_work *const wk = hs->work;

	if (sh->compression != 0)
		return SNECK_E_ILLEGAL;
	SNECK_TRY(sneck__select_suite_answer(&wk->nego, sh->suite));
	SNECK_TRY(sneck__ext_read(&wk->nego, IN_SH12, sh->extensions));
	if (BUILD_TICKETS)
		return sneck__offer12_answer(hs, sh->session_id);
	return wk->session_id_len != 0 && sh->session_id.len == wk->session_id_len &&
			       memcmp(sh->session_id.p, wk->session_id, wk->session_id_len) == 0
		       ? SNECK_E_ILLEGAL
		       : SNECK_OK;
}

/* The shares of TLS 1.3 were for nothing; their place is taken by our half of the exchange. */
static void drop_shares(struct hs_work *wk)
{
	for (uint32_t i = 0; i < wk->nego.n_shares; i++)
		wk->nego.shares[i].kex->wipe(wk->nego.shares[i].priv);
	wk->nego.n_shares = 0;
	sneck__ct_wipe(wk->shares, wk->shares_len);
}

/* For when the chain is judged: in the place of our ClientHello, which nobody needs any more, and
 * where nothing is written before that. There are 1,024 bytes of it, whatever the config, behind
 * what auth.c makes there. */
static void keep_timestamps(struct hs_work *wk)
{
	const struct sneck_span scts = wk->nego.peer_scts;
	const size_t from = hs_certs_size(wk->nego.cfg);

	if (scts.len == 0 || scts.len > wk->flight.cap - from)
		return;
	memcpy(wk->flight.area + from, scts.p, scts.len);
	wk->scts = sneck_span_of(wk->flight.area + from, scts.len);
}

static enum sneck_rc begin(struct hs *hs, const struct server_hello *sh, struct sneck_span raw)
{
	struct hs_work *const wk = hs->work;

	hs->suite = wk->nego.suite;
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	hs->alpn = wk->nego.alpn;
	hs->ems = wk->nego.ems;
	hs->secure_renegotiation = wk->nego.secure_renegotiation;
	sneck__agree_limits(hs);
	memcpy(wk->sched12.r.client, wk->random, sizeof wk->random);
	memcpy(wk->sched12.r.server, sh->random.p, sh->random.len);
	drop_shares(wk);
	SNECK_TRY(sneck__auth12_begin(hs));
	SNECK_TRY(sneck__hello_add(hs, &wk->transcript, wk->hello_len));
	keep_timestamps(wk);
	return sneck__transcript_add(&wk->transcript, raw);
}

/* What the server sends in front of its Finished. */
static uint8_t before_change(const struct hs *hs)
{
	return hs->work->nego.session_ticket ? C12_WAIT_TICKET : C12_WAIT_CCS;
}

static enum sneck_rc on_server_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct server_hello sh;

	SNECK_TRY(sneck__server_hello_read(&sh, m->body));

	SNECK_TRY(check_hello(hs, &sh));

	SNECK_TRY(begin(hs, &sh, m->raw));
	if (BUILD_TICKETS && hs->resumed != 0) {
		SNECK_TRY(sneck__secrets12_resume(hs));
		*to = before_change(hs);
		return SNECK_OK;
	}
	*to = C12_WAIT_CERT;
	return SNECK_OK;
}

/* Our share and the secret, while the server's share is there. */
static enum sneck_rc exchange(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	const struct sneck_kex *const kex = wk->nego.kex;

	wk->shared = wk->shares + kex->answer_len;
	hs->group = kex->group;
	return kex->answer(hs->cfg->provider, wk->nego.peer_share.p, wk->shares, wk->shared,
			   wk->provider_work);
}

static enum sneck_rc on_server_key_exchange(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct server_key_exchange kx;

	SNECK_TRY(sneck__server_kx_read(&kx, m->body));

	SNECK_TRY(sneck__select12_group(&hs->work->nego, kx.group, kx.share));
	SNECK_TRY(sneck__select12_scheme(&hs->work->nego, kx.scheme));

	SNECK_TRY(sneck__auth12_params(hs, kx.params));
	SNECK_TRY(sneck__ask_signature(hs));

	SNECK_TRY(sneck__auth_signature(hs, sneck__scheme12(hs->cfg->provider, kx.scheme),
					kx.signature));
	hs->peer_scheme = kx.scheme;
	SNECK_TRY(exchange(hs));
	*to = C12_WAIT_CR_DONE;
	return SNECK_OK;
}

/* RFC 6066, 8: it may come where it was promised. */
static enum sneck_rc on_status_or_key_exchange(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	return m->type == HT_SERVER_KEY_EXCHANGE ? on_server_key_exchange(hs, m, to)
						 : sneck__client12_on_certificate_status(hs, m, to);
}

static enum sneck_rc on_server_hello_done(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__empty_read(m->body));

	if (m->aligned == NULL) /* a server says nothing more before it is answered */
		return SNECK_E_EPOCH;
	*to = hs->work->cert_asked ? C12_SEND_CERT : C12_SEND_CKE;
	return SNECK_OK;
}

static enum sneck_rc on_request_or_done(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	return m->type == HT_SERVER_HELLO_DONE ? on_server_hello_done(hs, m, to)
					       : sneck__client12_on_certificate_request(hs, m, to);
}

/* RFC 7627, 3: the session hash ends with this message. */
static enum sneck_rc send_client_key_exchange(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	struct wr w;

	(void)m;
	sneck__flight_begin(hs, &w);
	sneck__client_kx_write(&w, sneck_span_of(wk->shares, wk->nego.kex->answer_len));
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));
	SNECK_TRY(sneck__secrets12(hs));
	*to = wk->nego.cred != NULL ? C12_SEND_CV : C12_SEND_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc send_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth12_send_finished(hs));
	hs->tx_level = hs->resumed != 0 ? LV_APP : LV_HANDSHAKE;
	*to = hs->resumed != 0 ? C12_CONNECTED : before_change(hs);
	return SNECK_OK;
}

static enum sneck_rc on_ticket(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct new_session_ticket12 t;

	SNECK_TRY(sneck__new_session_ticket12_read(&t, m->body));

	if (BUILD_TICKETS)
		sneck__offer12_ticket(hs, t.ticket, t.lifetime_s);
	*to = C12_WAIT_CCS;
	return SNECK_OK;
}

static enum sneck_rc on_change(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(hs_read_key(hs, LV_HANDSHAKE, m->aligned));
	*to = C12_WAIT_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc on_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__auth12_finished(hs, m->body));
	if (BUILD_TICKETS)
		SNECK_TRY(sneck__offer12_show(hs));

	hs->rx.level = LV_APP;
	if (hs->resumed != 0) {
		*to = C12_SEND_FINISHED;
		return SNECK_OK;
	}
	hs->tx_level = LV_APP;
	*to = C12_CONNECTED;
	return SNECK_OK;
}

/* A HelloRequest. RFC 5246, 7.4.1.1: the answer to who wants to renegotiate is a warning, given
 * once. */
static enum sneck_rc on_request(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__empty_read(m->body));
	return sneck__refuse_renegotiation(hs, to);
}

const struct hs_state sneck__client12_graph[C12_COUNT] = {
	[C12_WAIT_SH] = {
		.name = "WAIT_SH", .run = on_server_hello, .takes = SET(HT_SERVER_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_SELF,
		.next = SET(C12_WAIT_CERT) | SET(C12_WAIT_TICKET) | SET(C12_WAIT_CCS),
	},
	[C12_WAIT_CERT] = {
		.name = "WAIT_CERT", .run = sneck__client12_on_certificate,
		.takes = SET(HT_CERTIFICATE), .level = LV_INITIAL, .absorb = ABSORB_AFTER,
		.ahead = true,
		.next = SET(C12_WAIT_STATUS_SKE) | SET(C12_WAIT_SKE),
	},
	[C12_WAIT_STATUS_SKE] = {
		.name = "WAIT_STATUS_SKE", .run = on_status_or_key_exchange,
		.takes = SET(HT_CERTIFICATE_STATUS) | SET(HT_SERVER_KEY_EXCHANGE),
		.level = LV_INITIAL, .absorb = ABSORB_AFTER,
		.next = SET(C12_WAIT_SKE) | SET(C12_WAIT_CR_DONE),
	},
	[C12_WAIT_SKE] = {
		.name = "WAIT_SKE", .run = on_server_key_exchange,
		.takes = SET(HT_SERVER_KEY_EXCHANGE), .level = LV_INITIAL, .absorb = ABSORB_AFTER,
		.next = SET(C12_WAIT_CR_DONE),
	},
	[C12_WAIT_CR_DONE] = {
		.name = "WAIT_CR_DONE", .run = on_request_or_done,
		.takes = SET(HT_CERTIFICATE_REQUEST) | SET(HT_SERVER_HELLO_DONE),
		.level = LV_INITIAL, .absorb = ABSORB_AFTER,
		.next = SET(C12_WAIT_DONE) | SET(C12_SEND_CKE),
	},
	[C12_WAIT_DONE] = {
		.name = "WAIT_DONE", .run = on_server_hello_done,
		.takes = SET(HT_SERVER_HELLO_DONE), .level = LV_INITIAL, .absorb = ABSORB_AFTER,
		.next = SET(C12_SEND_CERT),
	},
	[C12_SEND_CERT] = {
		.name = "SEND_CERT", .run = sneck__client12_send_certificate, .takes = 0,
		.next = SET(C12_SEND_CKE),
	},
	[C12_SEND_CKE] = {
		.name = "SEND_CKE", .run = send_client_key_exchange, .takes = 0,
		.next = SET(C12_SEND_CV) | SET(C12_SEND_FINISHED),
	},
	[C12_SEND_CV] = {
		.name = "SEND_CV", .run = sneck__client12_send_certificate_verify, .takes = 0,
		.next = SET(C12_SEND_FINISHED),
	},
	[C12_SEND_FINISHED] = {
		.name = "SEND_FINISHED", .run = send_finished, .takes = 0,
		.next = SET(C12_WAIT_TICKET) | SET(C12_WAIT_CCS) | SET(C12_CONNECTED),
	},
	[C12_WAIT_TICKET] = {
		.name = "WAIT_TICKET", .run = on_ticket, .takes = SET(HT_NEW_SESSION_TICKET),
		.level = LV_INITIAL, .absorb = ABSORB_AFTER, .next = SET(C12_WAIT_CCS),
	},
	[C12_WAIT_CCS] = {
		.name = "WAIT_CCS", .run = on_change, .takes = SET(HT_CCS), .level = LV_INITIAL,
		.absorb = ABSORB_NEVER, .next = SET(C12_WAIT_FINISHED),
	},
	[C12_WAIT_FINISHED] = {
		.name = "WAIT_FINISHED", .run = on_finished, .takes = SET(HT_FINISHED),
		.level = LV_HANDSHAKE, .absorb = ABSORB_AFTER,
		.next = SET(C12_SEND_FINISHED) | SET(C12_CONNECTED),
	},
	[C12_CONNECTED] = {
		.name = "CONNECTED", .run = on_request, .bare = true,
		.takes = SET(HT_HELLO_REQUEST), .level = LV_APP, .absorb = ABSORB_NEVER,
		.next = SET(C12_CONNECTED),
	},
};
