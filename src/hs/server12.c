/* SPDX-License-Identifier: MIT */
/* server12.c: the server of TLS 1.2. RFC 5246, 7.3; RFC 8422, 2; RFC 7627. (EC)DHE with an AEAD
 * only, and no renegotiation. The ChangeCipherSpec is a message with a row of its own. Where a
 * session is resumed, our Finished is the first: RFC 5246, 7.3; RFC 5077, 3.1. */
#include "graph.h"

#include "../ext/ext.h"
#include "../ext/select.h"
#include "../msg/cert12.h"
#include "../msg/hello.h"
#include "../msg/kx12.h"

#define RENEGOTIATION_SCSV 0x00ffu /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV */

/* RFC 5246, 7.4.1.2: any compression methods, if null is one. RFC 5746, 3.6. */
static enum sneck_rc check_hello(struct nego *ng, const struct client_hello *ch)
{
	size_t i = 0;

	while (i < ch->compression.len && ch->compression.p[i] != 0)
		i++;
	if (i == ch->compression.len)
		return SNECK_E_ILLEGAL;
	SNECK_TRY(sneck__ext_read(ng, IN_CH, ch->extensions));
	ng->secure_renegotiation |= sneck__wire_list_has(ch->suites, RENEGOTIATION_SCSV);
	return SNECK_OK;
}

static enum sneck_rc choose(struct hs *hs, struct sneck_span suites)
{
	struct hs_work *const wk = hs->work;

	SNECK_TRY(sneck__select12_begin(&wk->nego, suites));
	if ((hs->cfg->ask & SNECK_ASK_CREDENTIAL) == 0)
		return sneck__select12(&wk->nego, suites, NULL);
	SNECK_TRY(sneck__ask(hs, SNECK_ASK_CREDENTIAL, SNECK_NEEDS_CREDENTIAL));
	return wk->given != NULL ? sneck__select12(&wk->nego, suites, wk->given)
				 : SNECK_E_NO_SCHEME;
}

/* Into cleared memory: it may be read once more, when a question is answered. */
static enum sneck_rc read_hello(struct hs *hs, const struct client_hello *ch)
{
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;

	memset(ng, 0, sizeof *ng);
	hs->sni_len = 0; /* it lies there */
	ng->cfg = hs->cfg;
	ng->role = hs->role;
	ng->version = hs->version;
	ng->recv_limit = hs->want_limit;
	SNECK_TRY(check_hello(ng, ch));
	hs->sni = ng->sni;
	hs->sni_len = ng->sni_len;
	if (BUILD_TICKETS)
		SNECK_TRY(sneck__choose12(hs, ch));
	if (hs->resumed == 0)
		SNECK_TRY(choose(hs, ch->suites));
	hs->suite = ng->suite;
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	hs->alpn = ng->alpn;
	hs->ems = ng->ems;
	hs->secure_renegotiation = ng->secure_renegotiation;
	hs->group = ng->kex != NULL ? ng->kex->group : 0;
	hs->hello_seen = true;
	sneck__agree_limits(hs);
	memcpy(wk->sched12.r.client, ch->random.p, ch->random.len);
	return SNECK_OK;
}

static enum sneck_rc on_client_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct client_hello ch;

	SNECK_TRY(sneck__client_hello_read(&ch, m->body));

	SNECK_TRY(read_hello(hs, &ch));

	if (m->aligned == NULL) /* a client says nothing more before it is answered */
		return SNECK_E_EPOCH;
	if (BUILD_TICKETS)
		SNECK_TRY(sneck__choose12_id(hs, ch.session_id));
	SNECK_TRY(sneck__auth12_begin(hs));
	SNECK_TRY(sneck__transcript_add(&hs->work->transcript, m->raw));
	*to = S12_SEND_SH;
	return SNECK_OK;
}

/* What we send in front of our Finished. */
static uint8_t before_change(const struct hs *hs)
{
	return hs->work->nego.n_tickets != 0 ? S12_SEND_TICKET : S12_SEND_FINISHED;
}

static enum sneck_rc send_server_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;
	uint8_t *const random = wk->sched12.r.server;
	struct server_hello sh = { .legacy_version = SNECK_TLS12, .suite = hs->suite->id };
	struct wr_mark body;
	struct wr w;

	(void)m;
	SNECK_TRY(p->random(p->ctx, random, sizeof wk->sched12.r.server));
	sneck__version_mark(hs, random);
	sh.random = sneck_span_of(random, sizeof wk->sched12.r.server);
	sh.session_id = sneck_span_of(wk->session_id, wk->session_id_len);
	sneck__flight_begin(hs, &w);
	wr_u8(&w, HT_SERVER_HELLO);
	body = wr_open(&w, 3);
	sneck__server_hello_write(&w, &sh);
	sneck__ext_write(&wk->nego, IN_SH12, &w);
	wr_close(&w, body);
	SNECK_TRY(sneck__flight_around(hs, &w, nego_scts12(&wk->nego), LV_INITIAL));
	if (BUILD_TICKETS && hs->resumed != 0) {
		SNECK_TRY(sneck__secrets12_resume(hs));
		*to = before_change(hs);
		return SNECK_OK;
	}
	*to = S12_SEND_CERT;
	return SNECK_OK;
}

static enum sneck_rc send_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth12_certificate(hs));
	*to = nego_ocsp12(&hs->work->nego).len != 0 ? S12_SEND_STATUS : S12_OFFER;
	return SNECK_OK;
}

static enum sneck_rc send_status(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	const struct sneck_span ocsp = nego_ocsp12(&hs->work->nego);
	struct wr w;

	(void)m;
	sneck__flight_begin(hs, &w);
	sneck__certificate_status_write_head(&w, ocsp.len);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));
	SNECK_TRY(sneck__flight_span(hs, ocsp, LV_INITIAL));
	*to = S12_OFFER;
	return SNECK_OK;
}

/* Our half of the exchange; the private half waits in the scratch. It sends nothing, but is made
 * once, and what follows may have to wait. */
static enum sneck_rc make_share(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	struct own_share *const s = &wk->nego.shares[0];

	(void)m;
	s->kex = wk->nego.kex;
	s->priv = wk->shares;
	s->share = wk->shares + ((s->kex->priv_size + SNECK_ALIGN - 1u) & ~(SNECK_ALIGN - 1u));
	wk->nego.n_shares = 1;
	SNECK_TRY(s->kex->offer(hs->cfg->provider, s->priv, s->share, wk->provider_work));
	*to = S12_SEND_SKE;
	return SNECK_OK;
}

static enum sneck_rc send_server_key_exchange(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth12_server_kx(hs));
	*to = hs->cfg->client_auth != SNECK_AUTH_NONE ? S12_SEND_CR : S12_SEND_DONE;
	return SNECK_OK;
}

static enum sneck_rc send_server_hello_done(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct wr w;

	(void)m;
	sneck__flight_begin(hs, &w);
	sneck__empty_write(&w, HT_SERVER_HELLO_DONE);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));
	*to = hs->work->cert_asked ? S12_WAIT_CERT : S12_WAIT_CKE;
	return SNECK_OK;
}

/* RFC 7627, 3: the session hash ends with this message. The secret takes the place of our share. */
static enum sneck_rc on_client_key_exchange(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	const struct own_share *const s = &wk->nego.shares[0];
	struct sneck_span share;

	SNECK_TRY(sneck__client_kx_read(&share, m->body));

	if (share.len != s->kex->answer_len)
		return SNECK_E_BAD_SHARE;

	wk->shared = s->share;
	SNECK_TRY(
		s->kex->finish(hs->cfg->provider, s->priv, share.p, wk->shared, wk->provider_work));
	SNECK_TRY(sneck__transcript_add(&wk->transcript, m->raw));
	SNECK_TRY(sneck__secrets12(hs));
	*to = wk->cert_asked && !wk->evidence.none_sent ? S12_WAIT_CV : S12_WAIT_CCS;
	return SNECK_OK;
}

static enum sneck_rc on_change(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(hs_read_key(hs, LV_HANDSHAKE, m->aligned));
	*to = S12_WAIT_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc on_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__auth12_finished(hs, m->body));

	hs->rx.level = LV_APP;
	if (hs->resumed != 0) {
		hs->tx_level = LV_APP;
		*to = S12_CONNECTED;
		return SNECK_OK;
	}
	*to = before_change(hs);
	return SNECK_OK;
}

static enum sneck_rc send_ticket(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(BUILD_TICKETS ? sneck__choose12_ticket(hs) : SNECK_E_INTERNAL);
	*to = S12_SEND_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc send_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth12_send_finished(hs));
	hs->tx_level = hs->resumed != 0 ? LV_HANDSHAKE : LV_APP;
	*to = hs->resumed != 0 ? S12_WAIT_CCS : S12_CONNECTED;
	return SNECK_OK;
}

/* A ClientHello: what is in it does not matter. */
static enum sneck_rc on_another_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	return sneck__refuse_renegotiation(hs, to);
}

const struct hs_state sneck__server12_graph[S12_COUNT] = {
	[S12_START] = {
		.name = "START", .run = on_client_hello, .takes = SET(HT_CLIENT_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_SELF, .next = SET(S12_SEND_SH),
	},
	[S12_SEND_SH] = {
		.name = "SEND_SH", .run = send_server_hello, .takes = 0,
		.next = SET(S12_SEND_CERT) | SET(S12_SEND_TICKET) | SET(S12_SEND_FINISHED),
	},
	[S12_SEND_CERT] = {
		.name = "SEND_CERT", .run = send_certificate, .takes = 0,
		.next = SET(S12_SEND_STATUS) | SET(S12_OFFER),
	},
	[S12_SEND_STATUS] = {
		.name = "SEND_STATUS", .run = send_status, .takes = 0, .next = SET(S12_OFFER),
	},
	[S12_OFFER] = {
		.name = "OFFER", .run = make_share, .takes = 0, .next = SET(S12_SEND_SKE),
	},
	[S12_SEND_SKE] = {
		.name = "SEND_SKE", .run = send_server_key_exchange, .takes = 0,
		.next = SET(S12_SEND_CR) | SET(S12_SEND_DONE),
	},
	[S12_SEND_CR] = {
		.name = "SEND_CR", .run = sneck__server12_send_certificate_request, .takes = 0,
		.next = SET(S12_SEND_DONE),
	},
	[S12_SEND_DONE] = {
		.name = "SEND_DONE", .run = send_server_hello_done, .takes = 0,
		.next = SET(S12_WAIT_CERT) | SET(S12_WAIT_CKE),
	},
	[S12_WAIT_CERT] = {
		.name = "WAIT_CERT", .run = sneck__server12_on_certificate,
		.takes = SET(HT_CERTIFICATE), .level = LV_INITIAL, .absorb = ABSORB_AFTER,
		.next = SET(S12_WAIT_CKE),
	},
	[S12_WAIT_CKE] = {
		.name = "WAIT_CKE", .run = on_client_key_exchange,
		.takes = SET(HT_CLIENT_KEY_EXCHANGE), .level = LV_INITIAL, .absorb = ABSORB_SELF,
		.next = SET(S12_WAIT_CV) | SET(S12_WAIT_CCS),
	},
	[S12_WAIT_CV] = {
		.name = "WAIT_CV", .run = sneck__server12_on_certificate_verify,
		.takes = SET(HT_CERTIFICATE_VERIFY), .level = LV_INITIAL,
		.absorb = ABSORB_AFTER, .next = SET(S12_WAIT_CCS),
	},
	[S12_WAIT_CCS] = {
		.name = "WAIT_CCS", .run = on_change, .takes = SET(HT_CCS), .level = LV_INITIAL,
		.absorb = ABSORB_NEVER, .next = SET(S12_WAIT_FINISHED),
	},
	[S12_WAIT_FINISHED] = {
		.name = "WAIT_FINISHED", .run = on_finished, .takes = SET(HT_FINISHED),
		.level = LV_HANDSHAKE, .absorb = ABSORB_AFTER,
		.next = SET(S12_SEND_TICKET) | SET(S12_SEND_FINISHED) | SET(S12_CONNECTED),
	},
	[S12_SEND_TICKET] = {
		.name = "SEND_TICKET", .run = send_ticket, .takes = 0,
		.next = SET(S12_SEND_FINISHED),
	},
	[S12_SEND_FINISHED] = {
		.name = "SEND_FINISHED", .run = send_finished, .takes = 0,
		.next = SET(S12_WAIT_CCS) | SET(S12_CONNECTED),
	},
	[S12_CONNECTED] = {
		.name = "CONNECTED", .run = on_another_hello, .bare = true,
		.takes = SET(HT_CLIENT_HELLO), .level = LV_APP, .absorb = ABSORB_NEVER,
		.next = SET(S12_CONNECTED),
	},
};
