/* SPDX-License-Identifier: MIT */
/* run.c: the engine of the handshake, and the memory that it works in. RFC 9846, A.
 *
 * The gate is here, so that no handler looks at a message's type or level: what the present row
 * does not list is refused. move() is the only assignment of a state in the library. */
#include "graph.h"

#include <sneck/session.h>

#include "../ext/select.h"
#include "../keys/ticket.h"
#include "../wire/ct.h"

/* NewSessionTicket without its ticket: header, times, nonce, early_data. */
#define TICKET_MESSAGE (FRAME_HEAD + 8u + 2u + 2u + 2u + 8u)

static const struct hs_state *row(const struct hs *hs)
{
	return &hs->graph[hs->state];
}

static void move(struct hs *hs, uint8_t to)
{
	if (to >= HS_EXIT_12) {
		hs->v = sneck__version_of(to);
		hs->graph = hs->v->graph[hs->role];
		to = 0;
	}
	hs->state = to;
}

void sneck__hs_init(struct hs *hs, const struct sneck_config *cfg, int role)
{
	memset(hs, 0, sizeof *hs);
	hs->cfg = cfg;
	hs->role = (uint8_t)role;
	hs->at_ext = 0xffff;
	hs->v = &sneck__version_hello;
	hs->graph = hs->v->graph[role];
}

void sneck__hs_resume(struct hs *hs)
{
	hs->version = hs->suite->version;
	hs->hello_seen = true;
	hs->rx = (struct hs_epoch){ .level = LV_APP, .n = 1 };
	hs->tx_level = LV_APP;
	move(hs, sneck__version_exit(hs->version));
	move(hs, hs->v->connected[hs->role]);
}

/* One row, not counting what its exit leads to. */
static enum sneck_rc run_row(struct hs *hs, const struct hs_msg *m)
{
	const struct hs_state *const st = row(hs);
	uint8_t to = hs->state;
	enum sneck_rc rc;

	if (m == NULL ? st->takes != 0 : !set_has(st->takes, m->type))
		return SNECK_E_UNEXPECTED;
	if (m != NULL && m->level != st->level)
		return SNECK_E_UNEXPECTED;
	if (!st->bare && hs->work == NULL)
		return SNECK_WANT_SPACE;
	rc = st->run(hs, m, &to);
	if (rc > 0 && !sneck__ask_open(hs)) /* a provider that would make us wait for nothing */
		rc = SNECK_E_INTERNAL;
	if (hs->work != NULL && rc < 0)
		hs->at_ext = hs->work->nego.at_ext;
	if (hs->work != NULL && rc != SNECK_WANT_ANSWER) /* who is asked may look at them */
		nego_forget(&hs->work->nego);
	SNECK_TRY(rc);
	if (!set_has(st->next, to))
		return SNECK_E_INTERNAL;
	if (m != NULL && st->absorb == ABSORB_AFTER)
		SNECK_TRY(sneck__transcript_add(&hs->work->transcript, m->raw));
	move(hs, to);
	return SNECK_OK;
}

static enum sneck_rc run_rows(struct hs *hs, const struct hs_msg *m)
{
	const struct hs_state *const graph = hs->graph;

	SNECK_TRY(run_row(hs, m));
	return hs->graph == graph ? SNECK_OK : run_row(hs, m);
}

/* A row that sends writes one message, and its header lies where the area ended. With it may go a
 * ChangeCipherSpec: behind a server's, if it means nothing (RFC 9846, E.4), else before it. */
static void trace_sent(const struct hs *hs, uint32_t from, bool ccs)
{
	const uint8_t *const p = hs->work->flight.area + from;
	const bool behind = hs->role == SNECK_SERVER && !hs->v->ccs;
	const sneck_trace_fn trace = hs->cfg->trace;
	void *const user = hs->cfg->trace_user;

	if (trace == NULL)
		return;
	if (ccs && !behind)
		trace(user, 1, 20, 1, 1);
	trace(user, 1, 22, p[0], FRAME_HEAD + ((size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]));
	if (ccs && behind)
		trace(user, 1, 20, 1, 1);
}

enum sneck_rc sneck__hs_run(struct hs *hs, const struct hs_msg *m)
{
	const uint32_t from = hs->work != NULL ? hs->work->flight.len : 0;
	const bool ccs = hs->work != NULL && hs->work->ccs_sent;
	enum sneck_rc rc;

	hs->at_type = m != NULL ? m->type : 0;
	rc = run_rows(hs, m);
	if (m == NULL && rc == SNECK_OK && hs->work->flight.len != from)
		trace_sent(hs, from, hs->work->ccs_sent != ccs);
	else if (m != NULL && m->type != HT_CCS && rc <= 0 && hs->cfg->trace != NULL)
		hs->cfg->trace(hs->cfg->trace_user, 0, 22, m->type, m->raw.len);
	return rc;
}

bool sneck__hs_sends(const struct hs *hs)
{
	return row(hs)->takes == 0;
}

bool sneck__hs_looks_ahead(const struct hs *hs, uint8_t type)
{
	return row(hs)->ahead && set_has(row(hs)->takes, type) && hs->work != NULL &&
	       hs->work->nego.status_due;
}

bool sneck__hs_connected(const struct hs *hs)
{
	return hs->state == hs->v->connected[hs->role];
}

const char *sneck__hs_name(const struct hs *hs)
{
	return row(hs)->name;
}

enum sneck_rc sneck__hs_keys(const struct hs *hs, bool write, uint8_t level, uint8_t *key,
			     size_t key_len, uint8_t *iv)
{
	return hs->v->keys(hs, write, level, key, key_len, iv);
}

void sneck__agree_limits(struct hs *hs)
{
	const struct nego *const ng = &hs->work->nego;

	hs->send_limit = ng->send_limit;
	hs->recv_limit = ng->send_limit != 0 ? ng->recv_limit : 0;
}

/* ---- the scratch ---- */

/* The tail behind struct hs_work, in the order in which it is cut. */
struct layout {
	size_t peer_key, also, provider_work, flight, shares, area, total;
	size_t provider_work_len, n_pieces, shares_len, area_len;
};

static size_t round_up(size_t n)
{
	return (n + SNECK_ALIGN - 1u) & ~(size_t)(SNECK_ALIGN - 1u);
}

static size_t max(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* How many shares a ClientHello carries: one, and behind a hybrid one more for who has none. */
static size_t own_shares(const struct sneck_config *cfg)
{
	const struct sneck_kex *const first = sneck__kex_at(cfg, 0);

	if (!sneck__version_on(cfg, SNECK_TLS13))
		return 0;
	if (cfg->n_key_shares != 0)
		return cfg->n_key_shares;
	return first != NULL && sneck__group_is_hybrid(first->group) ? 2u : 1u;
}

/* certificate_authorities, the two lists of schemes, and what may stand with them in a
 * CertificateRequest: status_request, SCT, compress_certificate, GREASE. */
static size_t announced_size(const struct sneck_config *cfg)
{
	const struct sneck_verifier *const v = cfg->verifier;
	size_t n = 6u + 2u * (6u + 2u * BOUND_SCHEMES) + 4u + 4u + 5u + 2u * cfg->unpack.n + 11u;

	for (size_t i = 0; v != NULL && i < v->n_ca_names; i++)
		n += 2u + v->ca_names[i].len;
	for (const uint16_t *s = v != NULL ? v->cert_schemes : NULL; s != NULL && *s != 0; s++)
		n += 2u;
	return n;
}

/* Our Certificate without its certificates, CertificateVerify, Finished, CCS. */
#define OWN_AUTH                                                                                   \
	((FRAME_HEAD + 4u + 5u * BOUND_CERTS + 8u + 4u) + (FRAME_HEAD + 4u + SNECK_SIG_MAX) +      \
	 (FRAME_HEAD + BOUND_HASH) + 1u)

/* In TLS 1.2 among them. */
#define CLIENT_KX (FRAME_HEAD + 1u + BOUND_OLD_SHARE)

/* A session that was resumed lies behind the flight that goes without certificate. */
static bool resumes(const struct sneck_config *cfg)
{
	return cfg->tickets != NULL || (cfg->ask & SNECK_ASK_PSK) != 0;
}

_Static_assert(TICKET_MESSAGE + TICKET_OVER + SESSION_FIXED + BOUND_HASH + 255u <=
		       OWN_AUTH - (FRAME_HEAD + BOUND_HASH),
	       "a ticket of TLS 1.2 in their place");

static size_t tickets_size(const struct sneck_config *cfg)
{
	const size_t n = cfg->tickets == NULL ? 0 : cfg->n_tickets != 0 ? cfg->n_tickets : 2u;
	size_t alpn = 0;

	for (size_t i = 0; i < cfg->n_alpn; i++)
		alpn = max(alpn, cfg->alpn[i].len);
	return n * (TICKET_MESSAGE + (cfg->grease ? 4u : 0) + TICKET_OVER + SESSION_FIXED +
		    BOUND_HASH + alpn);
}

/* What a server needs until its ServerHello is written, at the end of the area: its share, the
 * secret, and the session that is resumed. */
static size_t server_tail(const struct sneck_config *cfg, size_t share)
{
	return round_up(share) + (resumes(cfg) ? BOUND_SESSION : 0);
}

/* ServerHello with its share, EncryptedExtensions with a name of 255, Certificate without its
 * certificates and staples, CertificateVerify, Finished, CCS; or the ServerHello and the tail; 16
 * for what TLS 1.2 has besides, where the tail is kept behind the flight; its shares are never
 * those of hybrids, which are `spare` longer. Tickets come when all that is gone, or in TLS 1.2
 * where certificate and signature would stand. */
static size_t server_area(const struct sneck_config *cfg, size_t hello, size_t tail, size_t spare)
{
	const size_t request =
		cfg->client_auth != SNECK_AUTH_NONE ? FRAME_HEAD + 3u + announced_size(cfg) : 0;
	const size_t flight = hello + (2u + 5u + 255u + 32u + 4u + 5u + 10u) + request + OWN_AUTH;
	const size_t old = sneck__version_on(cfg, SNECK_TLS12) ? flight - spare + 16u + tail : 0;

	return round_up(max(max(max(flight, old), hello + tail), tickets_size(cfg)));
}

/* What psk_key_exchange_modes, ticket_request, session_ticket, early_data and pre_shared_key may
 * take. */
static size_t psks_size(const struct sneck_config *cfg)
{
	size_t n = 7u + 6u + 4u + 4u + 8u + (6u + 1u + BOUND_HASH); /* a ticket lies elsewhere */

	for (size_t i = 0; i < cfg->n_psks; i++) {
		const struct sneck_psk *const psk = cfg->psks[i];
		const size_t one = 6u + 1u + BOUND_HASH + psk->identity.len;

		n += psk->raw ? one : 2u * (one + 8u + psk->context.len);
	}
	return n;
}

/* Header and fixed fields of a hello, and what means nothing in it. */
static size_t hello_size(const struct sneck_config *cfg)
{
	return FRAME_HEAD + 2u + 32u + 33u + 2u + (cfg->grease ? 26u : 0);
}

/* A ClientHello: lists; shares and cookie are lay_out()'s. */
static size_t client_area(const struct sneck_config *cfg)
{
	size_t n = hello_size(cfg);

	for (size_t i = 0; sneck__suite_at(cfg, i) != NULL; i++)
		n += 2;
	for (size_t i = 0; sneck__kex_at(cfg, i) != NULL; i++)
		n += 2;
	for (size_t i = 0; i < cfg->n_alpn; i++)
		n += 1u + cfg->alpn[i].len;
	if (cfg->verifier != NULL && cfg->verifier->flags != 0)
		n += 9u + 4u + 7u;
	if (cfg->n_credentials != 0)
		n += 7u;
	if (cfg->unpack.n != 0)
		n += 5u + 2u * cfg->unpack.n;
	return n + psks_size(cfg) + announced_size(cfg) + BOUND_NAME + 112u;
}

/* A flight: its messages and CCS, and two pieces for each certificate, staples with the first. */
static size_t pieces(const struct sneck_config *cfg)
{
	size_t most = (cfg->ask & SNECK_ASK_CREDENTIAL) != 0 ? BOUND_CERTS : 0;

	for (size_t i = 0; i < cfg->n_credentials; i++)
		most = max(most, cfg->credentials[i]->n_chain);
	return 7u + (most != 0 ? 4u + 2u * most : 0);
}

/* Whether a key is read out of a certificate. */
static bool needs_key(const struct sneck_config *cfg, int role)
{
	return BUILD_CERTS &&
	       (role == SNECK_CLIENT || cfg->client_auth != SNECK_AUTH_NONE || hs_checks_own(cfg));
}

/* Whether a client's certificate may be shown in TLS 1.2: auth12.c. */
static bool shows12(const struct sneck_config *cfg, int role)
{
	return BUILD_CERTS && sneck__version_on(cfg, SNECK_TLS12) &&
	       (role == SNECK_SERVER
			? cfg->client_auth != SNECK_AUTH_NONE
			: cfg->n_credentials != 0 || (cfg->ask & SNECK_ASK_CREDENTIAL) != 0);
}

/* Whether timestamps of TLS 1.2 may have to be kept: client12.c. */
static bool wants_scts(const struct sneck_config *cfg)
{
	return cfg->verifier != NULL && (cfg->verifier->flags & SNECK_VERIFIER_WANTS_SCTS) != 0;
}

/* Our half of an exchange of TLS 1.2, in which the server offers: there with a private key, and a
 * secret in the share's place; here with the secret behind the share. */
static size_t half12_size(const struct sneck_kex *kex, int role)
{
	if (role == SNECK_SERVER)
		return round_up(kex->priv_size) + max(kex->offer_len, kex->secret_len);
	return (size_t)kex->answer_len + kex->secret_len;
}

static struct layout lay_out(const struct sneck_config *cfg, int role)
{
	const struct sneck_pubkey *const pk = cfg->provider->pubkey;
	const size_t n_shares = role == SNECK_SERVER ? SIZE_MAX : own_shares(cfg);
	const struct sneck_kex *kex;
	struct layout l = { .peer_key = round_up(sizeof(struct hs_work)) };
	const bool old = sneck__version_on(cfg, SNECK_TLS12);
	const size_t certs = needs_key(cfg, role) ? round_up(hs_certs_size(cfg)) : 0;
	size_t shares = 0, single = 0, halves = 0, longest = 0, first = 0, answer = 0, plain = 0;

	l.also = l.peer_key + round_up(needs_key(cfg, role) ? pk->key_size : 0);
	l.provider_work = l.also + round_up(shows12(cfg, role) ? sizeof(struct transcript) : 0);
	l.provider_work_len = BUILD_CERTS ? pk->work_size : 0;
	for (size_t i = 0; (kex = sneck__kex_at(cfg, i)) != NULL; i++) {
		l.provider_work_len = max(l.provider_work_len, kex->work_size);
		if (role == SNECK_SERVER)
			shares = max(shares, round_up(kex->answer_len) + round_up(kex->secret_len));
		else if (i < n_shares)
			shares += round_up(kex->priv_size) + round_up(kex->offer_len);
		single = max(single, round_up(kex->priv_size) + round_up(kex->offer_len));
		if (old && !sneck__group_is_hybrid(kex->group))
			halves = max(halves, half12_size(kex, role));
		longest = max(longest, kex->offer_len);
		answer = max(answer, kex->answer_len);
		if (!sneck__group_is_hybrid(kex->group))
			plain = max(plain, kex->answer_len);
	}
	shares = max(shares, halves);
	single = max(single, halves);
	l.flight = l.provider_work + round_up(l.provider_work_len);
	l.n_pieces = pieces(cfg);
	l.shares = l.flight + round_up(l.n_pieces * sizeof(struct piece));
	if (role == SNECK_SERVER) {
		l.shares_len = shares;
		l.area_len = server_area(cfg, hello_size(cfg) + 2u + 6u + 8u + 6u + answer,
					 server_tail(cfg, shares), answer - plain);
		l.area_len = max(l.area_len, certs + server_tail(cfg, shares));
		shares = 0;
	} else { /* a second ClientHello has the same shares or any one, and a cookie */
		l.shares_len = max(shares, single);
		for (size_t i = 0; i < n_shares && (kex = sneck__kex_at(cfg, i)) != NULL; i++)
			first += 4u + kex->offer_len;
		l.area_len = client_area(cfg) + max(first, 4u + longest) + 6u + BOUND_COOKIE;
		l.area_len = max(l.area_len, cfg->pad_hello_to + 4u);
		if (BUILD_TICKETS && old && (cfg->ask & SNECK_ASK_TICKETS) != 0)
			l.area_len = max(l.area_len, BOUND_OLD_TICKET);
		if (cfg->n_credentials != 0 || (cfg->ask & SNECK_ASK_CREDENTIAL) != 0)
			l.area_len = max(l.area_len, OWN_AUTH + (old ? CLIENT_KX : 0));
		l.area_len = max(l.area_len, certs + (wants_scts(cfg) ? 1024u : 0));
		shares = l.shares_len;
	}
	l.area = l.shares + round_up(shares);
	l.total = round_up(l.area + l.area_len);
	return l;
}

size_t sneck__hs_work_size(const struct sneck_config *cfg, int role)
{
	return lay_out(cfg, role).total;
}

static size_t quic_len(const struct hs *hs)
{
	return hs->quic != NULL ? round_up(hs->quic->params.len) : 0;
}

size_t sneck__hs_work_need(const struct hs *hs)
{
	return sneck__hs_work_size(hs->cfg, hs->role) + quic_len(hs);
}

void sneck__hs_work_lend(struct hs *hs, void *mem, size_t len)
{
	const struct layout l = lay_out(hs->cfg, hs->role);
	struct hs_work *const wk = mem;
	uint8_t *const base = mem;
	const struct sneck_kex *kex;
	uint8_t *at;

	memset(mem, 0, len);
	wk->peer_key = base + l.peer_key;
	wk->also = shows12(hs->cfg, hs->role) ? (struct transcript *)(void *)(base + l.also) : NULL;
	wk->provider_work = base + l.provider_work;
	wk->provider_work_len = (uint32_t)l.provider_work_len;
	wk->flight.area = base + l.area;
	wk->flight.cap = (uint32_t)(l.area_len + quic_len(hs));
	wk->flight.piece = (struct piece *)(void *)(base + l.flight);
	wk->flight.max = (uint32_t)l.n_pieces;
	wk->nego.cfg = hs->cfg;
	wk->nego.role = hs->role;
	wk->shares_len = (uint32_t)l.shares_len;
	nego_forget(&wk->nego);
	at = hs->role == SNECK_SERVER
		     ? wk->flight.area + wk->flight.cap - server_tail(hs->cfg, l.shares_len)
		     : base + l.shares;
	wk->shares = at;
	if (hs->role == SNECK_SERVER) {
		wk->nego.shares[0].share = at;
		wk->session_mem = resumes(hs->cfg) ? at + round_up(l.shares_len) : NULL;
	} else {
		for (uint32_t i = 0;
		     i < own_shares(hs->cfg) && (kex = sneck__kex_at(hs->cfg, i)) != NULL; i++) {
			wk->nego.shares[i].kex = kex;
			wk->nego.shares[i].priv = at;
			wk->nego.shares[i].share = at + round_up(kex->priv_size);
			at += round_up(kex->priv_size) + round_up(kex->offer_len);
			wk->nego.n_shares = i + 1u;
		}
	}
	hs->work = wk;
}

void sneck__hs_work_wipe(struct hs *hs)
{
	struct hs_work *const wk = hs->work;

	if (wk == NULL)
		return;
	for (uint32_t i = 0; i < wk->nego.n_shares; i++)
		wk->nego.shares[i].kex->wipe(wk->nego.shares[i].priv);
	if (wk->have_key)
		hs->cfg->provider->pubkey->wipe(wk->peer_key);
	sneck__transcript_wipe(&wk->transcript);
	sneck__ct_wipe(wk, sneck__hs_work_need(hs));
	hs->work = NULL;
	hs->session = sneck_span_of(NULL, 0);
}
