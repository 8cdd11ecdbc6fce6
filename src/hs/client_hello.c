/* SPDX-License-Identifier: MIT */
/* client_hello.c: what a client sends first, and the graph that finds out the version. RFC 9846,
 * 4.2.2, 4.2.3, A.1. One ClientHello offers all versions of the config.
 *
 * Not here: what follows the ServerHello, which is client13.c's and client12.c's. */
#include "graph.h"

#include "../build.h"
#include "../wire/wr.h"
#include "../ext/ext.h"
#include "../ext/grease.h"
#include "../ext/select.h"
#include "../msg/hello.h"

static enum sneck_rc prepare(struct hs *hs)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	struct hs_work *const wk = hs->work;
	struct nego *const ng = &wk->nego;

	SNECK_TRY(p->random(p->ctx, wk->random, sizeof wk->random));
	ng->quic = hs->quic;
	/* RFC 9846, E.4; RFC 9001, 8.4 */
	if (!hs->cfg->no_compat && hs->quic == NULL && sneck__version_on(hs->cfg, SNECK_TLS13)) {
		SNECK_TRY(p->random(p->ctx, wk->session_id, sizeof wk->session_id));
		wk->session_id_len = sizeof wk->session_id;
	}
	for (uint32_t i = 0; i < ng->n_shares; i++) {
		struct own_share *const s = &ng->shares[i];

		SNECK_TRY(s->kex->offer(p, s->priv, s->share, wk->provider_work));
	}
	if (BUILD_CERTS && !hs->cfg->psk_only &&
	    !sneck__ask_settled(hs, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES))
		sneck__auth_schemes(ng);
	SNECK_TRY(sneck__grease_begin(ng));
	ng->recv_limit = hs->want_limit;
	if (!hs->name_is_ip)
		ng->name = hs->name;
	return BUILD_TICKETS ? sneck__offer_session(hs) : SNECK_OK;
}

/* ---- the bytes of our ClientHello, which wait at the front of the area ---- */

/* The first n bytes of the ClientHello at the area, with what lies elsewhere. */
enum sneck_rc sneck__hello_add(const struct hs *hs, struct transcript *t, size_t n)
{
	const struct hs_work *const wk = hs->work;
	const uint8_t *const p = wk->flight.area;
	const size_t at = wk->hello_aside_at;

	if (at == 0)
		return sneck__transcript_add(t, sneck_span_of(p, n));
	SNECK_TRY(sneck__transcript_add(t, sneck_span_of(p, at)));
	SNECK_TRY(sneck__transcript_add(t, wk->nego.ticket));
	return sneck__transcript_add(t, sneck_span_of(p + at, n - at));
}

enum sneck_rc sneck__hello_digest(const struct hs *hs, uint8_t *th, const struct sneck_hash *hash,
				  size_t n)
{
	struct transcript t;
	enum sneck_rc rc;

	memset(&t, 0, sizeof t);
	rc = sneck__transcript_init(&t, hash);
	if (rc == SNECK_OK)
		rc = sneck__hello_add(hs, &t, n);
	if (rc == SNECK_OK)
		rc = sneck__transcript_peek(&t, th);
	sneck__transcript_wipe(&t);
	return rc;
}

/* A ClientHello that stands at the front of the area, its binders zero: n bytes of them at its end.
 */
static enum sneck_rc finish_hello(struct hs *hs, struct wr *w)
{
	struct hs_work *const wk = hs->work;
	const bool second = wk->transcript.hash != NULL;
	const size_t binders =
		BUILD_PSK && wk->nego.sent_psk ? sneck__psk_binders_len(&wk->nego) : 0;
	const size_t cut = w->len - binders;

	if (wr_end(w) != SNECK_OK)
		return SNECK_E_INTERNAL;
	wk->hello_len = (uint32_t)w->len;
	wk->hello_aside_at = (uint32_t)w->aside_at;
	if (second)
		SNECK_TRY(sneck__hello_add(hs, &wk->transcript, cut));
	if (BUILD_PSK && binders != 0)
		SNECK_TRY(sneck__offer_binders(hs, cut, second));
	if (second)
		SNECK_TRY(sneck__transcript_add(&wk->transcript,
						sneck_span_of(w->buf + cut, binders)));
	return sneck__flight_hello(hs, w,
				   w->aside_at != 0 ? wk->nego.ticket : sneck_span_of(NULL, 0));
}

/* Both ClientHellos: what differs between them is in nego. */
enum sneck_rc sneck__client_hello_send(struct hs *hs)
{
	static const uint8_t null_compression[] = { 0 };
	struct hs_work *const wk = hs->work;
	struct client_hello ch = { .legacy_version = SNECK_TLS12 };
	uint8_t suites[2 * 17];
	struct wr_mark body;
	const struct suite *s;
	struct wr w, list;

	wr_init(&list, suites, sizeof suites);
	sneck__grease_write(&wk->nego, GREASE_SUITE, &list);
	for (size_t i = 0; (s = sneck__suite_at(hs->cfg, i)) != NULL; i++)
		wr_u16(&list, s->id);
	SNECK_TRY(wr_end(&list));
	ch.random = sneck_span_of(wk->random, sizeof wk->random);
	ch.session_id = sneck_span_of(wk->session_id, wk->session_id_len);
	ch.suites = sneck_span_of(suites, list.len);
	ch.compression = sneck_span_of(null_compression, 1);

	sneck__flight_begin(hs, &w);
	wr_u8(&w, HT_CLIENT_HELLO);
	body = wr_open(&w, 3);
	sneck__client_hello_write(&w, &ch);
	sneck__ext_write(&wk->nego, IN_CH, &w);
	wr_close(&w, body);
	return finish_hello(hs, &w);
}

static enum sneck_rc send_client_hello(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	(void)m;
	if (BUILD_CERTS && !hs->cfg->psk_only)
		SNECK_TRY(sneck__ask(hs, SNECK_ASK_SCHEMES, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES));
	SNECK_TRY(prepare(hs));
	SNECK_TRY(sneck__client_hello_send(hs));
	if (BUILD_EARLY_DATA)
		SNECK_TRY(sneck__early_offer(hs));
	*to = CH_WAIT_SH;
	return SNECK_OK;
}

static enum sneck_rc find_version(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct server_hello sh;

	SNECK_TRY(sneck__server_hello_read(&sh, m->body));

	SNECK_TRY(sneck__ext_peek_version(&hs->version, hs->cfg, IN_SH, sh.legacy_version,
					  sh.extensions));
	SNECK_TRY(sneck__version_check(hs, &sh));

	hs->work->nego.version = hs->version;
	*to = sneck__version_exit(hs->version);
	return SNECK_OK;
}

const struct hs_state sneck__client_graph[CH_COUNT] = {
	[CH_START] = {
		.name = "START", .run = send_client_hello, .takes = 0, .next = SET(CH_WAIT_SH),
	},
	[CH_WAIT_SH] = {
		.name = "WAIT_SH", .run = find_version, .takes = SET(HT_SERVER_HELLO),
		.level = LV_INITIAL, .absorb = ABSORB_NEVER,
		.next = SET(HS_EXIT_12) | SET(HS_EXIT_13),
	},
};
