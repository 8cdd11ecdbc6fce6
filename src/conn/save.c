/* SPDX-License-Identifier: MIT */
/* save.c: an open connection as a block of bytes, and back.
 *
 *   magic, role, suite, salt[32], AEAD { numbers, strings, alpn<0..255> }, tag
 *
 * What is in front of the AEAD is authenticated with it. Key and nonce are derived from the
 * caller's key and the salt, which is random: each block has a key of its own, so its one nonce is
 * never used twice, however many blocks a key seals. The AEAD and the hash are the connection's
 * own, so a block is as strong as what it holds. A field is a line in a table, which writes and
 * reads it; nothing of a block is believed before its tag was good, and nothing out of bounds then.
 */
#include "conn.h"

#include <sneck/external.h>

#include "../crypto/hkdf.h"
#include "../ext/select.h"
#include "../wire/ct.h"
#include "../wire/rd.h"
#include "../wire/wr.h"

#define SAVE_MAGIC 0x534e4b03u /* the last byte is the revision */
#define SALT_LEN   32u
#define HEAD_LEN   (4u + 1u + 2u + SALT_LEN)

struct number {
	uint64_t max;
	uint16_t at, width;
};

struct string {
	uint16_t at, len;
};

#define AT(field)    (uint16_t) offsetof(struct sneck_conn, field)
#define WIDTH(field) (uint16_t)sizeof(((struct sneck_conn *)0)->field)
#define NUM(field, max)                                                                            \
	{                                                                                          \
		max, AT(field), WIDTH(field)                                                       \
	}
#define FLAG(field) NUM(field, 1)

static const struct number numbers[] = {
	NUM(hs.group, UINT16_MAX),
	NUM(hs.peer_scheme, UINT16_MAX),
	NUM(hs.own_scheme, UINT16_MAX),
	NUM(hs.send_limit, BOUND_PLAIN),
	NUM(hs.want_limit, BOUND_PLAIN),
	NUM(hs.recv_limit, BOUND_PLAIN),
	NUM(hs.now_ms, UINT64_MAX),
	NUM(hs.posts, BOUND_POST_MSGS),
	NUM(hs.early, EARLY_REJECTED),
	FLAG(hs.retried),
	NUM(hs.resumed, 2),
	FLAG(hs.by_key),
	NUM(hs.tickets, UINT8_MAX),
	NUM(hs.valid_until_ms, UINT64_MAX),
	FLAG(hs.ku_owed),
	FLAG(hs.ku_request),
	FLAG(hs.ku_unanswered),
	NUM(rx.seq, UINT64_MAX),
	NUM(tx.seq, UINT64_MAX),
	NUM(rx_records, UINT64_MAX),
	NUM(tx_records, UINT64_MAX),
	NUM(rx_updates, UINT32_MAX),
	NUM(tx_updates, UINT32_MAX),
	NUM(fragment, BOUND_PLAIN),
	NUM(empties, BOUND_EMPTY_RECORDS),
	NUM(warnings, BOUND_WARNINGS),
	NUM(alert_seen, UINT8_MAX),
	FLAG(rx_closed),
	FLAG(tx_closed),
	FLAG(peer_closed_due),
	FLAG(done_due),
	FLAG(alert_due),
	FLAG(may_done),
	FLAG(exporter_gone),
	FLAG(hs.ems),
	FLAG(hs.secure_renegotiation),
	FLAG(hs.refused),
	NUM(hs.warning, UINT8_MAX),
};

static const struct string strings[] = {
	{ AT(hs.leaf_id), WIDTH(hs.leaf_id) },	     { AT(hs.rx_secret), WIDTH(hs.rx_secret) },
	{ AT(hs.tx_secret), WIDTH(hs.tx_secret) },   { AT(hs.exporter), WIDTH(hs.exporter) },
	{ AT(hs.resumption), WIDTH(hs.resumption) }, { AT(hs.domain), WIDTH(hs.domain) },
	{ AT(hs.randoms), WIDTH(hs.randoms) },
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define PLAIN_MAX   (8u * COUNT(numbers) + 32u + (size_t)3 * BOUND_HASH + 64u + 256u)

/* ---- fields ---- */

static uint64_t load(const void *at, size_t width)
{
	uint64_t u64 = 0;
	uint32_t u32;
	uint16_t u16;

	switch (width) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		memcpy(&u16, at, 2);
		return u16;
	case 4:
		memcpy(&u32, at, 4);
		return u32;
	default:
		memcpy(&u64, at, 8);
		return u64;
	}
}

static void store(void *at, size_t width, uint64_t v)
{
	const uint32_t u32 = (uint32_t)v;
	const uint16_t u16 = (uint16_t)v;

	switch (width) {
	case 1:
		*(uint8_t *)at = (uint8_t)v;
		break;
	case 2:
		memcpy(at, &u16, 2);
		break;
	case 4:
		memcpy(at, &u32, 4);
		break;
	default:
		memcpy(at, &v, 8);
	}
}

static void write_fields(struct wr *w, const struct sneck_conn *c)
{
	const uint8_t *const base = (const uint8_t *)c;
	struct sneck_span alpn = { NULL, 0 };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		const uint64_t v = load(base + numbers[i].at, numbers[i].width);

		wr_uint(w, 4, (uint32_t)(v >> 32));
		wr_uint(w, 4, (uint32_t)v);
	}
	for (size_t i = 0; i < COUNT(strings); i++)
		wr_put(w, sneck_span_of(base + strings[i].at, strings[i].len));
	if (c->hs.alpn != 0)
		alpn = c->cfg->alpn[c->hs.alpn - 1u];
	wr_vec(w, 1, alpn);
}

static enum sneck_rc read_fields(struct sneck_conn *c, struct sneck_span plain)
{
	uint8_t *const base = (uint8_t *)c;
	struct sneck_span alpn;
	struct rd r;

	rd_init(&r, plain);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const uint64_t high = rd_uint(&r, 4), v = high << 32 | rd_uint(&r, 4);

		if (v > numbers[i].max)
			return SNECK_E_ARG;
		store(base + numbers[i].at, numbers[i].width, v);
	}
	for (size_t i = 0; i < COUNT(strings); i++) {
		const struct sneck_span s = rd_take(&r, strings[i].len);

		memcpy(base + strings[i].at, s.p, s.len);
	}
	alpn = rd_vec(&r, 1, 0, 255);
	if (rd_end(&r) != SNECK_OK)
		return SNECK_E_ARG;
	for (size_t i = 0; i < c->cfg->n_alpn && alpn.len != 0 && c->hs.alpn == 0; i++)
		if (c->cfg->alpn[i].len == alpn.len &&
		    memcmp(c->cfg->alpn[i].p, alpn.p, alpn.len) == 0)
			c->hs.alpn = (uint32_t)i + 1u;
	return alpn.len == 0 || c->hs.alpn != 0 ? SNECK_OK : SNECK_E_CONFIG;
}

/* ---- the seal ---- */

static enum sneck_rc seal_init(struct sneck_conn *c, void *ctx, uint8_t nonce[BOUND_NONCE],
			       const uint8_t *seal_key, const uint8_t *salt, int dir)
{
	static const uint8_t label[] = "sneck save";
	const struct sneck_aead *const aead = sneck__aead_of(c->cfg->provider, c->hs.suite->aead);
	const struct sneck_span in[] = { { label, sizeof label }, { salt, SALT_LEN } };
	const struct sneck_span none = { NULL, 0 };
	uint8_t secret[BOUND_HASH], key[BOUND_KEY];
	enum sneck_rc rc;

	rc = sneck__hmac(secret, c->hs.hash, sneck_span_of(seal_key, SNECK_SEAL_KEY_LEN), in, 2);
	if (rc == SNECK_OK)
		rc = sneck__hkdf_expand_label(key, aead->key_len, c->hs.hash, secret, "key", none);
	if (rc == SNECK_OK)
		rc = sneck__hkdf_expand_label(nonce, BOUND_NONCE, c->hs.hash, secret, "iv", none);
	if (rc == SNECK_OK)
		rc = aead->init(ctx, key, dir);
	sneck__ct_wipe(secret, sizeof secret);
	sneck__ct_wipe(key, sizeof key);
	return rc;
}

/* ---- saving ---- */

static enum sneck_rc can_save(const struct sneck_conn *c)
{
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	if (!c->cfg->allow_save)
		return SNECK_E_UNSUPPORTED;
	if (!sneck__hs_connected(&c->hs) || c->hs.work != NULL || sneck__emit_waits(c) ||
	    c->half != HALF_NONE || c->external != EXTERNAL_NO)
		return SNECK_NOT_NOW;
	if (c->in.run_len != 0 || c->in.app_len != 0 || c->in.next_rec != 0)
		return SNECK_NOT_NOW;
	return SNECK_OK;
}

static size_t plain_size(const struct sneck_conn *c)
{
	struct wr w;

	wr_init(&w, NULL, 0);
	write_fields(&w, c);
	return w.len;
}

size_t sneck_save_size(const struct sneck_conn *conn)
{
	if (can_save(conn) != SNECK_OK)
		return 0;
	return HEAD_LEN + plain_size(conn) +
	       sneck__aead_of(conn->cfg->provider, conn->hs.suite->aead)->tag_len;
}

/* The sending direction's context does for the seal: nothing is sent from here any more. */
static enum sneck_rc write_block(struct sneck_conn *c, const uint8_t *seal_key, uint8_t *dst,
				 size_t plain)
{
	const struct sneck_provider *const p = c->cfg->provider;
	const struct sneck_span body = { dst + HEAD_LEN, plain };
	uint8_t salt[SALT_LEN], nonce[BOUND_NONCE];
	struct wr w;

	SNECK_TRY(p->random(p->ctx, salt, sizeof salt));
	wr_init(&w, dst, HEAD_LEN + plain);
	wr_uint(&w, 4, SAVE_MAGIC);
	wr_u8(&w, c->hs.role);
	wr_u16(&w, c->hs.suite->id);
	wr_put(&w, sneck_span_of(salt, sizeof salt));
	write_fields(&w, c);
	SNECK_TRY(wr_end(&w));
	SNECK_TRY(seal_init(c, sneck__conn_tx_ctx(c), nonce, seal_key, salt, SNECK_SEAL));
	return c->tx.aead->seal(sneck__conn_tx_ctx(c), dst + HEAD_LEN, dst + HEAD_LEN + plain,
				nonce, sneck_span_of(dst, HEAD_LEN), &body, 1);
}

enum sneck_rc sneck_save(struct sneck_conn *conn, const uint8_t *seal_key, void *dst, size_t cap,
			 size_t *len)
{
	enum sneck_rc rc;

	*len = 0;
	SNECK_TRY(can_save(conn));
	*len = sneck_save_size(conn);
	if (cap < *len)
		return SNECK_WANT_SPACE;
	conn->exporter_gone |= !conn->cfg->keep_exporter;
	if (conn->hs.version == SNECK_TLS12) /* of no use without the id, which stays behind */
		sneck__ct_wipe(conn->hs.resumption, sizeof conn->hs.resumption);
	rc = write_block(conn, seal_key, dst, plain_size(conn));
	if (rc != SNECK_OK)
		sneck__ct_wipe(dst, *len);
	sneck__conn_drop(conn, rc != SNECK_OK ? rc : SNECK_E_ABORTED);
	if (rc != SNECK_OK)
		return rc;
	conn->err = SNECK_E_MOVED;
	conn->gen++; /* of what was shown nothing counts any more */
	return SNECK_OK;
}

/* ---- restoring ---- */

static enum sneck_rc read_block(struct sneck_conn *c, const uint8_t *seal_key,
				struct sneck_span src)
{
	const struct sneck_aead *const aead = sneck__aead_of(c->cfg->provider, c->hs.suite->aead);
	void *const ctx = sneck__conn_rx_ctx(c);
	uint8_t plain[PLAIN_MAX], nonce[BOUND_NONCE];
	struct sneck_span body;
	enum sneck_rc rc;

	if (src.len < HEAD_LEN + aead->tag_len || src.len > HEAD_LEN + PLAIN_MAX + aead->tag_len)
		return SNECK_E_ARG;
	body = sneck_span_of(src.p + HEAD_LEN, src.len - HEAD_LEN - aead->tag_len);
	c->rx.aead = aead; /* whose context is to be wiped */
	SNECK_TRY(seal_init(c, ctx, nonce, seal_key, src.p + HEAD_LEN - SALT_LEN, SNECK_OPEN));
	rc = aead->open(ctx, plain, body.p + body.len, nonce, sneck_span_of(src.p, HEAD_LEN), body);
	ct_public(plain, sizeof plain); /* ours, and parsed; keys are made of its secrets anew */
	if (rc == SNECK_OK)
		rc = read_fields(c, sneck_span_of(plain, body.len));
	sneck__ct_wipe(plain, sizeof plain);
	return rc == SNECK_E_BAD_MAC ? SNECK_E_ARG : rc;
}

/* Keys of both directions, at the numbers where they were. */
static enum sneck_rc install_keys(struct sneck_conn *c)
{
	const uint64_t rx_seq = c->rx.seq, tx_seq = c->tx.seq;

	sneck__hs_resume(&c->hs);
	SNECK_TRY(sneck__conn_sync_rx(c));
	SNECK_TRY(sneck__conn_install_tx(c, LV_APP));
	c->rx.seq = rx_seq;
	c->tx.seq = tx_seq;
	c->rx_protected_seen = true;
	return SNECK_OK;
}

/* A config that wanted no tickets kept no secret for them, and another one may: a ticket made of
 * zeros would be anybody's, so none is sent or shown. */
static void forbid_tickets(struct sneck_conn *c)
{
	static const uint8_t none[BOUND_HASH];

	if (sneck__ct_eq(c->hs.resumption, none, sizeof none))
		c->hs.tickets = c->hs.role == SNECK_CLIENT ? BOUND_TICKETS : UINT8_MAX;
}

static const struct suite *suite_of(const struct sneck_config *cfg, uint16_t id)
{
	const struct suite *s;
	size_t i = 0;

	while ((s = sneck__suite_at(cfg, i)) != NULL && s->id != id)
		i++;
	return s;
}

enum sneck_rc sneck_restore(void *mem, size_t len, const struct sneck_config *cfg,
			    const uint8_t *seal_key, const void *src, size_t src_len,
			    struct sneck_conn **conn)
{
	const struct sneck_span block = { src, src_len };
	struct sneck_conn *c;
	uint32_t magic;
	enum sneck_rc rc;
	uint16_t suite;
	uint8_t role;
	struct rd r;

	rd_init(&r, block);
	magic = rd_uint(&r, 4);
	role = rd_u8(&r);
	suite = rd_u16(&r);
	if (r.bad || magic != SAVE_MAGIC || role > SNECK_SERVER)
		return SNECK_E_ARG;
	SNECK_TRY(sneck_conn_init(mem, len, cfg, role, 0, &c));
	c->hs.suite = suite_of(cfg, suite);
	rc = c->hs.suite != NULL ? SNECK_OK : SNECK_E_CONFIG;
	if (rc == SNECK_OK) {
		c->hs.hash = sneck__hash_of(cfg->provider, c->hs.suite->hash);
		rc = read_block(c, seal_key, block);
	}
	if (rc == SNECK_OK)
		rc = install_keys(c);
	if (rc != SNECK_OK) {
		sneck_conn_wipe(c);
		return rc;
	}
	if (!cfg->keep_exporter)
		sneck_forget_exporter(c);
	forbid_tickets(c);
	c->started = true;
	*conn = c;
	return SNECK_OK;
}
