/* SPDX-License-Identifier: MIT */
/* run.c: the engine of the handshake, and the memory that it works in. RFC 9846, A.
 *
 * The gate is here, so that no handler looks at a message's type or level: what the present row
 * does not list is refused. move() is the only assignment of a state in the library. */
#include "graph.h"

#include "../ext/select.h"
#include "../wire/ct.h"

static const struct hs_state *row(const struct hs *hs)
{
	return &hs->graph[hs->state];
}

static void move(struct hs *hs, uint8_t to)
{
	if (to == HS_EXIT_13) {
		hs->graph =
			hs->role == SNECK_SERVER ? sneck__server13_graph : sneck__client13_graph;
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
	hs->graph = role == SNECK_SERVER ? sneck__server_graph : sneck__client_graph;
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
 * ChangeCipherSpec: before a client's, behind a server's. RFC 9846, E.4. */
static void trace_sent(const struct hs *hs, uint32_t from, bool ccs)
{
	const uint8_t *const p = hs->work->flight.area + from;
	const sneck_trace_fn trace = hs->cfg->trace;
	void *const user = hs->cfg->trace_user;

	if (trace == NULL)
		return;
	if (ccs && hs->role == SNECK_CLIENT)
		trace(user, 1, 20, 1, 1);
	trace(user, 1, 22, p[0], FRAME_HEAD + ((size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]));
	if (ccs && hs->role == SNECK_SERVER)
		trace(user, 1, 20, 1, 1);
}

enum sneck_rc sneck__hs_run(struct hs *hs, const struct hs_msg *m)
{
	const uint32_t from = hs->work != NULL ? hs->work->flight.len : 0;
	const bool ccs = hs->work != NULL && hs->work->ccs_sent;
	enum sneck_rc rc;

	hs->at_type = m != NULL ? m->type : 0;
	rc = run_rows(hs, m);
	if (m == NULL && rc == SNECK_OK)
		trace_sent(hs, from, hs->work->ccs_sent != ccs);
	else if (m != NULL && rc <= 0 && hs->cfg->trace != NULL)
		hs->cfg->trace(hs->cfg->trace_user, 0, 22, m->type, m->raw.len);
	return rc;
}

bool sneck__hs_sends(const struct hs *hs)
{
	return row(hs)->takes == 0;
}

bool sneck__hs_connected(const struct hs *hs)
{
	return (hs->graph == sneck__client13_graph && hs->state == C13_CONNECTED) ||
	       (hs->graph == sneck__server13_graph && hs->state == S13_CONNECTED);
}

const char *sneck__hs_name(const struct hs *hs)
{
	return row(hs)->name;
}

const uint8_t *sneck__hs_secret(const struct hs *hs, bool write, uint8_t level)
{
	if (level == LV_APP)
		return write ? hs->tx_secret : hs->rx_secret;
	return write == (hs->role == SNECK_SERVER) ? hs->work->sched.server_hs
						   : hs->work->sched.client_hs;
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
	size_t peer_key, provider_work, shares, area, total;
	size_t provider_work_len, shares_len, area_len;
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

	if (cfg->n_key_shares != 0)
		return cfg->n_key_shares;
	return first != NULL && sneck__group_is_hybrid(first->group) ? 2u : 1u;
}

/* certificate_authorities and the two lists of schemes, of a CertificateRequest too. */
static size_t announced_size(const struct sneck_config *cfg)
{
	const struct sneck_verifier *const v = cfg->verifier;
	size_t n = 6u + 2u * (6u + 2u * BOUND_SCHEMES);

	for (size_t i = 0; v != NULL && i < v->n_ca_names; i++)
		n += 2u + v->ca_names[i].len;
	for (const uint16_t *s = v != NULL ? v->cert_schemes : NULL; s != NULL && *s != 0; s++)
		n += 2u;
	return n;
}

/* Our Certificate without its certificates, CertificateVerify, Finished, CCS. */
#define OWN_AUTH                                                                                   \
	((FRAME_HEAD + 4u + 5u * BOUND_CERTS) + (FRAME_HEAD + 4u + SNECK_SIG_MAX) +                \
	 (FRAME_HEAD + BOUND_HASH) + 1u)

/* Hellos: header, fixed fields, lists; shares and cookie are lay_out()'s. Largest server messages:
 * EncryptedExtensions with a name of 255, and the above. */
static size_t area_size(const struct sneck_config *cfg, int role)
{
	size_t n = FRAME_HEAD + 2u + 32u + 33u + 2u;

	if (role == SNECK_SERVER)
		return n + 2u + 6u + 8u + (2u + 5u + 255u + 32u) + OWN_AUTH +
		       (cfg->client_auth != SNECK_AUTH_NONE ? FRAME_HEAD + 3u + announced_size(cfg)
							    : 0u);
	for (size_t i = 0; sneck__suite_at(cfg, i) != NULL; i++)
		n += 2;
	for (size_t i = 0; sneck__kex_at(cfg, i) != NULL; i++)
		n += 2;
	for (size_t i = 0; i < cfg->n_alpn; i++)
		n += 1u + cfg->alpn[i].len;
	return n + announced_size(cfg) + BOUND_NAME + 96u;
}

/* Whether a key is read out of a certificate. */
static bool needs_key(const struct sneck_config *cfg, int role)
{
	return role == SNECK_CLIENT || cfg->client_auth != SNECK_AUTH_NONE || hs_checks_own(cfg);
}

static struct layout lay_out(const struct sneck_config *cfg, int role)
{
	const struct sneck_pubkey *const pk = cfg->provider->pubkey;
	const size_t n_shares = role == SNECK_SERVER ? SIZE_MAX : own_shares(cfg);
	const struct sneck_kex *kex;
	struct layout l = { .peer_key = round_up(sizeof(struct hs_work)) };
	size_t shares = 0, single = 0, longest = 0, first = 0, answer = 0;

	l.provider_work = l.peer_key + round_up(needs_key(cfg, role) ? pk->key_size : 0);
	l.provider_work_len = pk->work_size;
	for (size_t i = 0; (kex = sneck__kex_at(cfg, i)) != NULL; i++) {
		l.provider_work_len = max(l.provider_work_len, kex->work_size);
		if (role == SNECK_SERVER)
			shares = max(shares, round_up(kex->answer_len) + round_up(kex->secret_len));
		else if (i < n_shares)
			shares += round_up(kex->priv_size) + round_up(kex->offer_len);
		single = max(single, round_up(kex->priv_size) + round_up(kex->offer_len));
		longest = max(longest, kex->offer_len);
		answer = max(answer, kex->answer_len);
	}
	l.shares = l.provider_work + round_up(l.provider_work_len);
	l.area_len = area_size(cfg, role);
	/* a second ClientHello has the same shares or any one, and a cookie */
	if (role == SNECK_CLIENT) {
		l.shares_len = max(shares, single);
		for (size_t i = 0; i < n_shares && (kex = sneck__kex_at(cfg, i)) != NULL; i++)
			first += 4u + kex->offer_len;
		l.area_len += max(first, 4u + longest) + 6u + BOUND_COOKIE;
		l.area_len = max(l.area_len, cfg->pad_hello_to + 4u);
		if (cfg->n_credentials != 0 || (cfg->ask & SNECK_ASK_CREDENTIAL) != 0)
			l.area_len = max(l.area_len, OWN_AUTH);
		shares = l.shares_len;
	} else {
		l.area_len += answer;
	}
	l.area = l.shares + shares;
	l.total = round_up(l.area + l.area_len);
	return l;
}

size_t sneck__hs_work_size(const struct sneck_config *cfg, int role)
{
	return lay_out(cfg, role).total;
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
	wk->provider_work = base + l.provider_work;
	wk->provider_work_len = (uint32_t)l.provider_work_len;
	wk->flight.area = base + l.area;
	wk->flight.cap = (uint32_t)l.area_len;
	wk->nego.cfg = hs->cfg;
	wk->nego.role = hs->role;
	wk->shares = base + l.shares;
	wk->shares_len = (uint32_t)l.shares_len;
	nego_forget(&wk->nego);
	at = base + l.shares;
	if (hs->role == SNECK_SERVER)
		wk->nego.shares[0].share = at;
	else
		for (uint32_t i = 0;
		     i < own_shares(hs->cfg) && (kex = sneck__kex_at(hs->cfg, i)) != NULL; i++) {
			wk->nego.shares[i].kex = kex;
			wk->nego.shares[i].priv = at;
			wk->nego.shares[i].share = at + round_up(kex->priv_size);
			at += round_up(kex->priv_size) + round_up(kex->offer_len);
			wk->nego.n_shares = i + 1u;
		}
	hs->work = wk;
}

void sneck__hs_work_wipe(struct hs *hs)
{
	struct hs_work *const wk = hs->work;

	if (wk == NULL)
		return;
	if (hs->role == SNECK_CLIENT)
		for (uint32_t i = 0; i < wk->nego.n_shares; i++)
			wk->nego.shares[i].kex->wipe(wk->nego.shares[i].priv);
	if (wk->have_key)
		hs->cfg->provider->pubkey->wipe(wk->peer_key);
	sneck__transcript_wipe(&wk->transcript);
	sneck__ct_wipe(wk, lay_out(hs->cfg, hs->role).total);
	hs->work = NULL;
}
