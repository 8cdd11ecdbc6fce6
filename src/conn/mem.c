/* SPDX-License-Identifier: MIT */
/* mem.c: the memory of a connection: sizes, making it, scratch, keys, wiping. SNECK_CONN_MAX and
 * SNECK_SCRATCH_MAX are checked where a size is computed: a config that needs more is refused by
 * sneck_config_check(). */
#include "conn.h"

#include "../ext/select.h"
#include "../hs/graph.h"
#include "../wire/ct.h"

static size_t round_up(size_t n)
{
	return (n + SNECK_ALIGN - 1u) & ~(size_t)(SNECK_ALIGN - 1u);
}

/* A config that may be exchanged for another of the same provider leaves room for all it has. */
static size_t ctx_size(const struct sneck_config *cfg)
{
	const struct sneck_aead *const *a = cfg->provider->aeads;
	const struct suite *s;
	size_t most = 0;

	for (; (cfg->ask & SNECK_ASK_CLIENT_HELLO) != 0 && *a != NULL; a++)
		most = (*a)->ctx_size > most ? (*a)->ctx_size : most;

	for (size_t i = 0; (s = sneck__suite_at(cfg, i)) != NULL; i++) {
		const size_t n = sneck__aead_of(cfg->provider, s->aead)->ctx_size;

		most = n > most ? n : most;
	}
	return round_up(most);
}

size_t sneck_conn_size(const struct sneck_config *cfg, int role)
{
	(void)role;
	return round_up(sizeof(struct sneck_conn)) + 2u * ctx_size(cfg);
}

size_t sneck_scratch_size(const struct sneck_config *cfg, int role)
{
	return sneck__hs_work_size(cfg, role);
}

static bool aligned(const void *p)
{
	return (uintptr_t)p % SNECK_ALIGN == 0;
}

enum sneck_rc sneck_conn_init(void *mem, size_t len, const struct sneck_config *cfg, int role,
			      uint64_t now_ms, struct sneck_conn **conn)
{
	struct sneck_conn *const c = mem;
	size_t size;

	SNECK_TRY(sneck_config_check(cfg, role, NULL));
	if (!aligned(mem))
		return SNECK_E_ARG;
	size = sneck_conn_size(cfg, role);
	if (len < size)
		return SNECK_WANT_SPACE;
	memset(mem, 0, size);
	c->magic = CONN_ALIVE;
	c->cfg = cfg;
	c->misuse = "";
	c->size = (uint32_t)size;
	c->rx_ctx = (uint32_t)round_up(sizeof *c);
	c->tx_ctx = c->rx_ctx + (uint32_t)ctx_size(cfg);
	sneck__hs_init(&c->hs, cfg, role);
	c->hs.now_ms = now_ms;
	*conn = c;
	return SNECK_OK;
}

enum sneck_rc sneck__conn_switch(struct sneck_conn *c, const struct sneck_config *cfg)
{
	size_t work;

	if (ctx_size(cfg) > c->tx_ctx - c->rx_ctx ||
	    (c->external == EXTERNAL_QUIC && !sneck__quic_fits(cfg)))
		return SNECK_E_CONFIG;
	c->hs.cfg = cfg;
	work = sneck__hs_work_need(&c->hs);
	if (c->hs.work != NULL && work > c->scratch_len) {
		c->hs.cfg = c->cfg;
		return SNECK_E_CONFIG;
	}
	c->cfg = cfg;
	if (c->hs.work != NULL) /* it is laid out for a config */
		sneck__hs_work_lend(&c->hs, c->scratch, work);
	return SNECK_OK;
}

/* ---- keys ---- */

static enum sneck_rc install(struct sneck_conn *c, struct rec_half *half, void *ctx, uint8_t level,
			     int dir)
{
	const struct sneck_aead *const aead = sneck__aead_of(c->cfg->provider, c->hs.suite->aead);
	struct rec_half made = sneck__half_of(c, level);
	uint8_t key[BOUND_KEY], iv[BOUND_NONCE];
	enum sneck_rc rc;

	rc = sneck__hs_keys(&c->hs, dir == SNECK_SEAL, level, key, aead->key_len, iv);
	if (rc == SNECK_OK)
		rc = sneck__rec_key(&made, ctx, aead, key, iv, dir);
	if (rc == SNECK_OK)
		*half = made;
	sneck__ct_wipe(&made, sizeof made);
	sneck__ct_wipe(key, sizeof key);
	sneck__ct_wipe(iv, sizeof iv);
	return rc;
}

enum sneck_rc sneck__conn_sync_rx(struct sneck_conn *c)
{
	const struct hs_epoch want = c->hs.rx;

	if (want.n == c->rx_epoch.n) {
		c->rx_epoch.level = want.level; /* TLS 1.2: the key stays, what may come changes */
		return SNECK_OK;
	}
	if (c->external != EXTERNAL_NO)
		c->rx_keys_due = true;
	else
		SNECK_TRY(install(c, &c->rx, sneck__conn_rx_ctx(c), want.level, SNECK_OPEN));
	if (want.level == LV_APP && c->rx_epoch.level == LV_APP)
		c->rx_updates++;
	c->rx_epoch = want;
	c->rx_protected_seen = false;
	return SNECK_OK;
}

enum sneck_rc sneck__conn_sync_tx(struct sneck_conn *c)
{
	c->tx.pad_max = (uint16_t)sneck__fragment(c); /* the peer's limit may be new */
	if (c->tx_level == c->hs.tx_level || sneck__emit_waits(c))
		return SNECK_OK;
	return sneck__conn_install_tx(c, c->hs.tx_level);
}

/* One key seals Finished and what follows it: to give it again would give its nonces again. */
static bool same_key(const struct sneck_conn *c, uint8_t level)
{
	return c->hs.v->ccs && c->tx_level == LV_HANDSHAKE && level == LV_APP;
}

enum sneck_rc sneck__conn_install_tx(struct sneck_conn *c, uint8_t level)
{
	if (same_key(c, level)) {
		c->tx_level = level;
		return SNECK_OK;
	}
	if (level == LV_INITIAL) { /* a retry came, and early data had a key */
		c->tx.aead->wipe(sneck__conn_tx_ctx(c));
		c->tx = (struct rec_half){ .aead = NULL };
		c->tx_level = level;
		return SNECK_OK;
	}
	if (c->external != EXTERNAL_NO)
		c->tx_keys_due = true;
	else
		SNECK_TRY(install(c, &c->tx, sneck__conn_tx_ctx(c), level, SNECK_SEAL));
	c->tx_level = level;
	return SNECK_OK;
}

void sneck__conn_wipe_ctx(struct sneck_conn *c)
{
	if (c->rx.aead != NULL)
		c->rx.aead->wipe(sneck__conn_rx_ctx(c));
	if (c->tx.aead != NULL)
		c->tx.aead->wipe(sneck__conn_tx_ctx(c));
	sneck__ct_wipe(sneck__conn_rx_ctx(c), c->size - c->rx_ctx);
	sneck__ct_wipe(&c->rx, sizeof c->rx);
	sneck__ct_wipe(&c->tx, sizeof c->tx);
}

void sneck__conn_wipe_keys(struct sneck_conn *c)
{
	sneck__conn_wipe_ctx(c);
	sneck__ct_wipe(c->hs.rx_secret, sizeof c->hs.rx_secret);
	sneck__ct_wipe(c->hs.tx_secret, sizeof c->hs.tx_secret);
	sneck__ct_wipe(c->hs.resumption, sizeof c->hs.resumption);
	sneck_forget_exporter(c);
}

/* ---- scratch ---- */

enum sneck_rc sneck_conn_set_scratch(struct sneck_conn *conn, void *mem, size_t len)
{
	SNECK_TRY(sneck__check_idle(conn));
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->scratch != NULL || sneck__hs_connected(&conn->hs))
		return SNECK_NOT_NOW;
	if (!aligned(mem))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "the scratch is not aligned to SNECK_ALIGN");
	if (len < sneck__hs_work_need(&conn->hs))
		return SNECK_WANT_SPACE;
	conn->scratch = mem;
	conn->scratch_len = (uint32_t)(len < UINT32_MAX ? len : UINT32_MAX);
	sneck__hs_work_lend(&conn->hs, mem, sneck__hs_work_need(&conn->hs));
	return SNECK_OK;
}

/* The SNI stays readable, at the front of the wiped memory. */
void sneck__conn_release_scratch(struct sneck_conn *c)
{
	uint8_t sni[BOUND_NAME];

	if (c->hs.work == NULL)
		return;
	memcpy(sni, c->hs.work->nego.sni, c->hs.sni_len);
	sneck__hs_work_wipe(&c->hs);
	memcpy(c->scratch, sni, c->hs.sni_len);
	c->hs.sni = c->scratch;
}

void *sneck_conn_take_scratch(struct sneck_conn *conn, size_t *len)
{
	void *const mem = conn->scratch;

	*len = 0;
	if (mem == NULL || conn->hs.work != NULL)
		return NULL;
	*len = conn->scratch_len;
	memset(mem, 0, conn->hs.sni_len);
	conn->hs.sni_len = 0;
	conn->scratch = NULL;
	conn->scratch_len = 0;
	return mem;
}

void sneck_conn_wipe(struct sneck_conn *conn)
{
	sneck__hs_work_wipe(&conn->hs);
	if (conn->scratch != NULL) /* it may still hold the name, and nothing else */
		sneck__ct_wipe(conn->scratch, conn->hs.sni_len);
	sneck__conn_wipe_keys(conn);
	sneck__ct_wipe(conn, conn->size);
}
