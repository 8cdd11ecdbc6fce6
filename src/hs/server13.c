/* SPDX-License-Identifier: MIT */
/* server13.c: the server of TLS 1.3. RFC 9846, A.2. A second ClientHello is parsed from zero.
 *
 * Not here: pre-shared keys, which are choose.c, tickets, ticket.c, and the peer's certificate,
 * peer13.c. */
#include "graph.h"

#include "../build.h"
#include "../ext/ext.h"
#include "../ext/grease.h"
#include "../ext/select.h"
#include "../msg/finish.h"
#include "../msg/hello.h"
#include "../wire/ct.h"

/* RFC 9846, 4.2.2: exactly one compression method, null; 4.2.4: a retry has chosen the suite, and
 * the second hello offers it as the first did. */
static enum sneck_rc check_hello(struct hs *hs, const struct client_hello *ch)
{
	struct nego *const ng = &hs->work->nego;

	if (ch->compression.len != 1 || ch->compression.p[0] != 0)
		return SNECK_E_ILLEGAL;
	if (ng->quic != NULL && ch->session_id.len != 0) /* RFC 9001, 8.4 */
		return SNECK_E_ILLEGAL;
	SNECK_TRY(sneck__select_suite(ng, ch->suites, 0));
	if (hs->retried)
		ng->suite = hs->suite;
	return sneck__ext_read(ng, IN_CH, ch->extensions);
}

/* A key that both sides have, or a certificate. */
static enum sneck_rc choose(struct hs *hs, const struct client_hello *ch)
{
	struct nego *const ng = &hs->work->nego;

	if (BUILD_PSK)
		SNECK_TRY(sneck__choose_psk(hs, ch->suites));
	if (ng->psk_index == 0 && (!BUILD_CERTS || hs->cfg->psk_only))
		return hs->retried && !ng->psk_offered		    ? SNECK_E_EXT_MISSING
		       : ng->psk_offered && !sneck__select_mode(ng) ? SNECK_E_NO_GROUP
								    : SNECK_E_NO_PSK;
	SNECK_TRY(sneck__select_complete(ng, ng->psk_index != 0));
	/* who is asked about it, is asked when the hello is the one that goes on */
	if (!BUILD_CERTS || ng->psk_index != 0 || (ng->cfg->ask & SNECK_ASK_CREDENTIAL) != 0)
		return SNECK_OK;
	return sneck__select_credential(ng);
}

/* Our share, and the secret that waits for the ServerHello to be hashed. */
static enum sneck_rc exchange(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;

	if (ng->kex == NULL) /* psk_ke */
		return SNECK_OK;
	ng->shares[0].kex = ng->kex;
	wk->shared = ng->shares[0].share + ng->kex->answer_len;
	return ng->kex->answer(hs->cfg->provider, ng->peer_share.p, ng->shares[0].share, wk->shared,
			       wk->provider_work);
}

/* Reads a ClientHello into cleared memory: nothing of an earlier one is left. */
static enum sneck_rc read_hello(struct hs *hs, struct client_hello *ch)
{
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;
	uint8_t *const share = ng->shares[0].share;

	memset(ng, 0, sizeof *ng);
	hs->sni_len = 0; /* it lies there */
	ng->cfg = hs->cfg;
	ng->role = hs->role;
	ng->version = hs->version;
	ng->quic = hs->quic;
	ng->recv_limit = hs->want_limit;
	ng->shares[0].share = share;
	SNECK_TRY(check_hello(hs, ch));
	memcpy(wk->random, ch->random.p, sizeof wk->random);
	memcpy(wk->session_id, ch->session_id.p, ch->session_id.len);
	wk->session_id_len = (uint8_t)ch->session_id.len;
	hs->sni = ng->sni;
	hs->sni_len = ng->sni_len;
	hs->hello_seen = true;
	hs->alpn = ng->alpn;
	SNECK_TRY(choose(hs, ch));
	hs->suite = ng->suite;
	hs->hash = sneck__hash_of(hs->cfg->provider, hs->suite->hash);
	return SNECK_OK;
}

/* The hello that the handshake goes on with. */
static enum sneck_rc go_on(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;

	if (BUILD_CERTS && wk->nego.psk_index == 0)
		SNECK_TRY(sneck__ask_credential(hs));
	SNECK_TRY(BUILD_PSK ? sneck__choose_hello(hs, m->raw)
			    : sneck__transcript_add(&wk->transcript, m->raw));
	if (BUILD_EARLY_DATA)
		SNECK_TRY(sneck__early_choose(hs));

	hs->group = wk->nego.kex != NULL ? wk->nego.kex->group : 0;
	sneck__agree_limits(hs);
	wk->aligned = m->aligned;
	wk->nego.n_tickets = BUILD_TICKETS ? sneck__tickets_due(hs) : 0;
	SNECK_TRY(sneck__grease_begin(&wk->nego));
	SNECK_TRY(exchange(hs));
	*to = S13_SEND_SH;
	return SNECK_OK;
}

static void write_hello(struct wr *w, struct hs *hs, struct sneck_span random, enum ext_in in)
{
	struct hs_work *const wk = hs->work;
	const struct server_hello sh = {
		.legacy_version = SNECK_TLS12,
		.random = random,
		.session_id = sneck_span_of(wk->session_id, wk->session_id_len),
		.suite = hs->suite->id,
	};
	struct wr_mark body;

	sneck__flight_begin(hs, w);
	wr_u8(w, HT_SERVER_HELLO);
	body = wr_open(w, 3);
	sneck__server_hello_write(w, &sh);
	sneck__ext_write(&wk->nego, in, w);
	wr_close(w, body);
}

static struct sneck_span retry_random(void)
{
	return sneck_span_of(sneck__retry_random, 32);
}

/* The retry as it was sent, once more, for the transcript: it is a function of the hello. */
static enum sneck_rc replay_retry(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	struct wr w;

	write_hello(&w, hs, retry_random(), IN_HRR);
	SNECK_TRY(wr_end(&w));
	return sneck__transcript_add(&wk->transcript, sneck_span_of(w.buf, w.len));
}

static enum sneck_rc accept_second(struct hs *hs, const struct client_hello *ch,
				   const struct hs_msg *m, uint8_t *to)
{
	hs->skipping = false;
	SNECK_TRY(sneck__retry_accept(hs, ch));
	SNECK_TRY(replay_retry(hs));
	return go_on(hs, m, to);
}

static enum sneck_rc on_client_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	struct client_hello ch;

	SNECK_TRY(sneck__client_hello_read(&ch, m->body));

	SNECK_TRY(read_hello(hs, &ch));

	if (wk->nego.cookie.len != 0) /* RFC 9846, 4.3.2: never in a hello that is the first */
		return accept_second(hs, &ch, m, to);
	if (wk->nego.wanted != NULL) {
		if (m->aligned == NULL) /* a second one, before it is asked for */
			return SNECK_E_EPOCH;
		if (BUILD_EARLY_DATA && wk->nego.early_asked)
			sneck__early_refuse(hs);
		SNECK_TRY(sneck__retry_remember(hs, &ch, m->raw));
		*to = S13_SEND_HRR;
		return SNECK_OK;
	}
	SNECK_TRY(sneck__transcript_init(&wk->transcript, hs->hash));
	return go_on(hs, m, to);
}

static enum sneck_rc send_retry(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct hs_work *const wk = hs->work;
	struct wr w;

	(void)m;
	sneck__transcript_wipe(&wk->transcript);
	write_hello(&w, hs, retry_random(), IN_HRR);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));
	SNECK_TRY(sneck__flight_ccs(hs));
	if (hs->cfg->cookie_secret.len != 0) { /* the cookie has it */
		sneck__ct_wipe(&wk->memo, sizeof wk->memo);
		sneck__ct_wipe(wk->random, sizeof wk->random);
	}
	hs->retried = true;
	sneck__ask_again(hs, SNECK_RECEIVED_CLIENT_HELLO);
	sneck__ask_again(hs, SNECK_NEEDS_PSK); /* it may offer fewer */
	*to = S13_WAIT_CH2;
	return SNECK_OK;
}

static enum sneck_rc on_second_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct client_hello ch;

	SNECK_TRY(sneck__client_hello_read(&ch, m->body));

	SNECK_TRY(sneck__ask_hello(hs, m));

	SNECK_TRY(read_hello(hs, &ch));
	return accept_second(hs, &ch, m, to);
}

static enum sneck_rc send_server_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;
	struct sneck_span shared = { NULL, 0 };
	uint8_t random[32] = { 0 };
	enum sneck_rc rc;
	struct wr w;

	(void)m;
	SNECK_TRY(p->random(p->ctx, random, sizeof random));
	write_hello(&w, hs, sneck_span_of(random, sizeof random), IN_SH);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_INITIAL));

	if (wk->nego.kex != NULL)
		shared = sneck_span_of(wk->shared, wk->nego.kex->secret_len);
	rc = sneck__secrets_handshake(hs, shared);
	if (shared.len != 0)
		sneck__ct_wipe(wk->shared, shared.len);
	SNECK_TRY(rc);
	SNECK_TRY(hs_read_key(hs, wk->nego.early ? LV_EARLY : LV_HANDSHAKE, wk->aligned));
	hs->tx_level = LV_HANDSHAKE;
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
	*to = hs->resumed != 0				? S13_SEND_FINISHED
	      : hs->cfg->client_auth != SNECK_AUTH_NONE ? S13_SEND_CR
							: S13_SEND_CERT;
	return SNECK_OK;
}

static enum sneck_rc send_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	SNECK_TRY(sneck__auth_send_finished(hs));
	SNECK_TRY(sneck__secrets_app(hs));
	hs->tx_level = LV_APP;
	*to = hs->early == EARLY_ACCEPTED ? S13_WAIT_EOED
	      : hs->work->cert_asked	  ? S13_WAIT_CERT
					  : S13_WAIT_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc on_end_of_early_data(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__end_of_early_data_read(m->body));

	SNECK_TRY(hs_read_key(hs, LV_HANDSHAKE, m->aligned));
	*to = S13_WAIT_FINISHED;
	return SNECK_OK;
}

static enum sneck_rc on_finished(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	SNECK_TRY(sneck__auth_finished(hs, m->body));

	SNECK_TRY(sneck__evidence_accept(hs));
	SNECK_TRY(hs_read_key(hs, LV_APP, m->aligned));
	SNECK_TRY(sneck__transcript_add(&hs->work->transcript, m->raw));
	SNECK_TRY(sneck__secrets_resumption(hs));
	*to = hs->work->nego.n_tickets != 0 ? S13_SEND_TICKET : S13_CONNECTED;
	return SNECK_OK;
}

static enum sneck_rc send_ticket(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	static const struct ticket_params plain;
	struct nego *const ng = &hs->work->nego;
	uint8_t secret[BOUND_HASH];
	struct session s;
	enum sneck_rc rc;
	struct wr w;

	(void)m;
	sneck__flight_begin(hs, &w);
	rc = BUILD_TICKETS ? sneck__ticket_make(hs, &plain, &s, secret) : SNECK_E_INTERNAL;
	if (BUILD_TICKETS && rc == SNECK_OK)
		rc = sneck__ticket_write(hs, &s, plain.identity, &w);
	sneck__ct_wipe(secret, sizeof secret);
	if (rc == SNECK_NOT_NOW) { /* the ring ran out meanwhile: nothing is sent */
		*to = S13_CONNECTED;
		return SNECK_OK;
	}
	SNECK_TRY(rc);
	SNECK_TRY(sneck__flight_end(hs, &w, LV_APP));
	hs->tickets++;
	*to = --ng->n_tickets != 0 ? S13_SEND_TICKET : S13_CONNECTED;
	return SNECK_OK;
}

const struct hs_state sneck__server13_graph[S13_COUNT] = {
	[S13_START] = {
		.name = "START", .run = on_client_hello, .takes = SET(HT_CLIENT_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_SELF,
		.next = SET(S13_SEND_SH) | SET(S13_SEND_HRR),
	},
	[S13_SEND_HRR] = {
		.name = "RECVD_CH", .run = send_retry, .takes = 0, .next = SET(S13_WAIT_CH2),
	},
	[S13_WAIT_CH2] = {
		.name = "START", .run = on_second_hello, .takes = SET(HT_CLIENT_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_SELF, .next = SET(S13_SEND_SH),
	},
	[S13_SEND_SH] = {
		.name = "RECVD_CH", .run = send_server_hello, .takes = 0, .next = SET(S13_SEND_EE),
	},
	[S13_SEND_EE] = {
		.name = "NEGOTIATED", .run = send_encrypted_extensions, .takes = 0,
		.next = SET(S13_SEND_CR) | SET(S13_SEND_CERT) | SET(S13_SEND_FINISHED),
	},
	IF_CERTS([S13_SEND_CR] = {
		.name = "SEND_CR", .run = sneck__server13_send_certificate_request, .takes = 0,
		.next = SET(S13_SEND_CERT),
	})
	IF_CERTS([S13_SEND_CERT] = {
		.name = "SEND_CERT", .run = sneck__server13_send_certificate, .takes = 0,
		.next = SET(S13_SEND_CV),
	})
	IF_CERTS([S13_SEND_CV] = {
		.name = "SEND_CV", .run = sneck__server13_send_certificate_verify, .takes = 0,
		.next = SET(S13_SEND_FINISHED),
	})
	[S13_SEND_FINISHED] = {
		.name = "SEND_FINISHED", .run = send_finished, .takes = 0,
		.next = SET(S13_WAIT_EOED) | SET(S13_WAIT_CERT) | SET(S13_WAIT_FINISHED),
	},
	[S13_WAIT_EOED] = {
		.name = "WAIT_EOED", .run = on_end_of_early_data,
		.takes = SET(HT_END_OF_EARLY_DATA), .level = LV_EARLY, .absorb = ABSORB_AFTER,
		.next = SET(S13_WAIT_FINISHED),
	},
	IF_CERTS([S13_WAIT_CERT] = {
		.name = "WAIT_CERT", .run = sneck__server13_on_certificate,
		.takes = HS_CERTIFICATES,
		.level = LV_HANDSHAKE, .absorb = ABSORB_AFTER,
		.next = SET(S13_WAIT_CV) | SET(S13_WAIT_FINISHED),
	})
	IF_CERTS([S13_WAIT_CV] = {
		.name = "WAIT_CV", .run = sneck__server13_on_certificate_verify,
		.takes = SET(HT_CERTIFICATE_VERIFY), .level = LV_HANDSHAKE,
		.absorb = ABSORB_AFTER, .next = SET(S13_WAIT_FINISHED),
	})
	[S13_WAIT_FINISHED] = {
		.name = "WAIT_FINISHED", .run = on_finished, .takes = SET(HT_FINISHED),
		.level = LV_HANDSHAKE, .absorb = ABSORB_SELF,
		.next = SET(S13_SEND_TICKET) | SET(S13_CONNECTED),
	},
	[S13_SEND_TICKET] = {
		.name = "SEND_TICKET", .run = send_ticket, .takes = 0,
		.next = SET(S13_SEND_TICKET) | SET(S13_CONNECTED),
	},
	[S13_CONNECTED] = {
		.name = "CONNECTED", .run = sneck__on_post13, .bare = true,
		.takes = SET(HT_KEY_UPDATE), .level = LV_APP, .absorb = ABSORB_NEVER,
		.next = SET(S13_CONNECTED),
	},
};
