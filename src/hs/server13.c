/* SPDX-License-Identifier: MIT */
/* server13.c: the server: the ClientHello, and the graph of TLS 1.3. RFC 9846, A.2.
 *
 * Until a whole ClientHello is there, no scratch is touched. Not here: HelloRetryRequest, client
 * authentication, resumption. */
#include "graph.h"

#include "../ext/ext.h"
#include "../ext/select.h"
#include "../msg/finish.h"
#include "../msg/hello.h"
#include "../wire/ct.h"

static enum sneck_rc find_version(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct client_hello ch;

	SNECK_TRY(sneck__client_hello_read(&ch, m->body));

	SNECK_TRY(sneck__ext_peek_version(&hs->version, IN_CH, ch.extensions));
	*to = HS_EXIT_13;
	return SNECK_OK;
}

const struct hs_state sneck__server_graph[SH_COUNT] = {
	[SH_START] = {
		.name = "START", .run = find_version, .takes = SET(HT_CLIENT_HELLO), .bare = true,
		.level = LV_INITIAL, .absorb = ABSORB_NEVER, .next = SET(HS_EXIT_13),
	},
};

/* RFC 9846, 4.2.2: exactly one compression method, null. */
static enum sneck_rc check_hello(struct nego *ng, const struct client_hello *ch)
{
	if (ch->compression.len != 1 || ch->compression.p[0] != 0)
		return SNECK_E_ILLEGAL;
	SNECK_TRY(sneck__select_suite(ng, ch->suites));
	SNECK_TRY(sneck__ext_read(ng, IN_CH, ch->extensions));
	return sneck__select_credential(ng);
}

/* Our share, and the secret that waits for the ServerHello to be hashed. */
static enum sneck_rc exchange(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;

	ng->shares[0].kex = ng->kex;
	wk->shared = ng->shares[0].share + ng->kex->answer_len;
	return ng->kex->answer(hs->cfg->provider, ng->peer_share.p, ng->shares[0].share, wk->shared,
			       wk->provider_work);
}

static enum sneck_rc on_client_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	struct client_hello ch;

	SNECK_TRY(sneck__client_hello_read(&ch, m->body));

	SNECK_TRY(check_hello(&wk->nego, &ch));

	hs->suite = wk->nego.suite;
	hs->group = wk->nego.kex->group;
	hs->alpn = wk->nego.alpn;
	hs->sni = wk->nego.sni;
	hs->sni_len = wk->nego.sni_len;
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	memcpy(wk->random, ch.random.p, sizeof wk->random);
	memcpy(wk->session_id, ch.session_id.p, ch.session_id.len);
	wk->session_id_len = (uint8_t)ch.session_id.len;
	wk->aligned = m->aligned;
	SNECK_TRY(sneck__transcript_init(&wk->transcript, hs->hash));
	SNECK_TRY(exchange(hs));
	*to = S13_SEND_SH;
	return SNECK_OK;
}

static enum sneck_rc send_server_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;
	uint8_t random[32] = { 0 };
	struct server_hello sh = {
		.legacy_version = SNECK_TLS12,
		.random = sneck_span_of(random, sizeof random),
		.session_id = sneck_span_of(wk->session_id, wk->session_id_len),
		.suite = hs->suite->id,
	};
	struct wr_mark body;
	enum sneck_rc rc;
	struct wr w;

	(void)m;
	SNECK_TRY(p->random(p->ctx, random, sizeof random));
	sneck__flight_begin(hs, &w);
	wr_u8(&w, HT_SERVER_HELLO);
	body = wr_open(&w, 3);
	sneck__server_hello_write(&w, &sh);
	sneck__ext_write(&wk->nego, IN_SH, &w);
	wr_close(&w, body);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));

	rc = sneck__secrets_handshake(hs, sneck_span_of(wk->shared, wk->nego.kex->secret_len));
	sneck__ct_wipe(wk->shared, wk->nego.kex->secret_len);
	SNECK_TRY(rc);
	SNECK_TRY(hs_read_key(hs, LV_HANDSHAKE, wk->aligned));
	hs->tx_level = LV_HANDSHAKE;
	if (wk->session_id_len != 0)
		SNECK_TRY(sneck__flight_ccs(hs));
	*to = S13_SEND_EE;
	return SNECK_OK;
}

static enum sneck_rc send_encrypted_extensions(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct wr_mark body;
	struct wr w;

	(void)m;
	sneck__flight_begin(hs, &w);
	wr_u8(&w, HT_ENCRYPTED_EXTENSIONS);
	body = wr_open(&w, 3);
	sneck__ext_write(&hs->work->nego, IN_EE, &w);
	wr_close(&w, body);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_HANDSHAKE));
	*to = S13_SEND_CERT;
	return SNECK_OK;
}

static enum sneck_rc send_certificate(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__flight_certificate(hs));
	*to = S13_SEND_CV;
	return SNECK_OK;
}

static enum sneck_rc send_certificate_verify(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth_sign(hs));
	*to = S13_SEND_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc send_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth_send_finished(hs));
	SNECK_TRY(sneck__secrets_app(hs));
	hs->tx_level = LV_APP;
	*to = S13_WAIT_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc on_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__auth_finished(hs, m->body));

	SNECK_TRY(sneck__evidence_accept(hs));
	SNECK_TRY(hs_read_key(hs, LV_APP, m->aligned));
	*to = S13_CONNECTED;
	return SNECK_OK;
}

const struct hs_state sneck__server13_graph[S13_COUNT] = {
	[S13_START] = {
		.name = "START", .run = on_client_hello, .takes = SET(HT_CLIENT_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_AFTER, .next = SET(S13_SEND_SH),
	},
	[S13_SEND_SH] = {
		.name = "RECVD_CH", .run = send_server_hello, .takes = 0, .next = SET(S13_SEND_EE),
	},
	[S13_SEND_EE] = {
		.name = "NEGOTIATED", .run = send_encrypted_extensions, .takes = 0,
		.next = SET(S13_SEND_CERT),
	},
	[S13_SEND_CERT] = {
		.name = "SEND_CERT", .run = send_certificate, .takes = 0, .next = SET(S13_SEND_CV),
	},
	[S13_SEND_CV] = {
		.name = "SEND_CV", .run = send_certificate_verify, .takes = 0,
		.next = SET(S13_SEND_FINISHED),
	},
	[S13_SEND_FINISHED] = {
		.name = "SEND_FINISHED", .run = send_finished, .takes = 0,
		.next = SET(S13_WAIT_FINISHED),
	},
	[S13_WAIT_FINISHED] = {
		.name = "WAIT_FINISHED", .run = on_finished, .takes = SET(HT_FINISHED),
		.level = LV_HANDSHAKE, .absorb = ABSORB_AFTER, .next = SET(S13_CONNECTED),
	},
	[S13_CONNECTED] = {
		.name = "CONNECTED", .run = sneck__on_post13, .bare = true,
		.takes = SET(HT_KEY_UPDATE), .level = LV_APP, .absorb = ABSORB_NEVER,
		.next = SET(S13_CONNECTED),
	},
};
