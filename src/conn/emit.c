/* SPDX-License-Identifier: MIT */
/* emit.c: what we owe the peer, as records: the handshake's flight, an alert; a KeyUpdate is
 * emit13.c. RFC 9846, 5.1, 5.2.
 *
 * The size of all that waits is exact before a byte is written: pieces of one level share records,
 * and a change of level ends one. Keys change exactly there. An alert replaces what waits, goes out
 * under the keys that are installed, and is never fragmented. */
#include "conn.h"

#include "../build.h"
#include "../hs/graph.h"
#include "../wire/ct.h"

#define GATHER	   16u /* pieces in one record */
#define CCS_RECORD 6u

size_t sneck__fragment(const struct sneck_conn *c)
{
	size_t own = c->cfg->send_fragment != 0 ? c->cfg->send_fragment : BOUND_PLAIN;

	if (c->fragment != 0)
		own = c->fragment;
	return c->hs.send_limit != 0 && c->hs.send_limit < own ? c->hs.send_limit : own;
}

struct rec_half sneck__half_of(const struct sneck_conn *c, uint8_t level)
{
	struct rec_half half = { .pad_to = c->cfg->pad_to,
				 .pad_max = (uint16_t)sneck__fragment(c) };

	if (level == LV_INITIAL)
		return half;
	half.aead = sneck__aead_of(c->cfg->provider, c->hs.suite->aead);
	half.old = c->hs.suite->version == SNECK_TLS12;
	half.nonce_len = c->hs.suite->nonce_len;
	half.pad_to = half.old ? 0 : half.pad_to;
	return half;
}

static const struct flight *flight(const struct sneck_conn *c)
{
	return c->hs.work != NULL ? &c->hs.work->flight : NULL;
}

bool sneck__emit_due(const struct sneck_conn *c)
{
	return sneck__emit_waits(c) || (c->external != EXTERNAL_NO && sneck__control_size(c) != 0);
}

uint8_t sneck__emit_level(const struct sneck_conn *c)
{
	return sneck__flight_waits(c) ? flight(c)->piece[c->out.at].level : c->tx_level;
}

uint8_t sneck__emit_content(const struct sneck_conn *c)
{
	if (c->alert_owed)
		return CT_ALERT;
	if (sneck__flight_waits(c))
		return flight(c)->piece[c->out.at].content;
	return c->hs.warning != 0 ? CT_ALERT : CT_HANDSHAKE;
}

/* Whoever protects records elsewhere makes them, too. */
static size_t size_of(const struct sneck_conn *c, const struct rec_half *half, size_t plain)
{
	return c->external != EXTERNAL_NO ? plain : sneck__rec_size(half, plain);
}

size_t sneck__record_size(const struct sneck_conn *c, size_t plain)
{
	return size_of(c, &c->tx, plain);
}

/* ---- one record of a flight ---- */

struct batch {
	struct sneck_span part[GATHER];
	uint32_t n, at, at_off; /* parts; where the next record begins */
	size_t len;
	uint8_t level, content;
};

/* What the record that begins at (at, at_off) carries. */
static void gather(struct batch *b, const struct sneck_conn *c, uint32_t from, uint32_t from_off)
{
	const struct flight *const f = flight(c);
	const size_t most = sneck__fragment(c);

	b->n = 0;
	b->len = 0;
	b->at = from;
	b->at_off = from_off;
	b->level = f->piece[from].level;
	b->content = f->piece[from].content;
	while (b->at < f->n && b->n < GATHER && b->len < most) {
		const struct piece *const p = &f->piece[b->at];
		const size_t have = p->len - b->at_off;
		const size_t take = have < most - b->len ? have : most - b->len;

		if (p->level != b->level || p->content != b->content)
			break;
		b->part[b->n++] = sneck_span_of(p->p + b->at_off, take);
		b->len += take;
		b->at_off += (uint32_t)take;
		if (b->at_off == p->len) {
			b->at++;
			b->at_off = 0;
		}
	}
}

static size_t batch_size(const struct sneck_conn *c, const struct batch *b)
{
	const struct rec_half half =
		sneck__half_of(c, b->content == CT_CCS ? LV_INITIAL : b->level);

	return size_of(c, &half, b->len);
}

/* Without records, output is of one level at a time. */
static bool stops_at(const struct sneck_conn *c, uint32_t at)
{
	return c->external != EXTERNAL_NO && at < flight(c)->n &&
	       flight(c)->piece[at].level != c->tx_level;
}

static size_t flight_size(const struct sneck_conn *c, bool first_only)
{
	uint32_t at = c->out.at, off = c->out.at_off;
	size_t n = 0;

	while (at < flight(c)->n) {
		struct batch b;

		gather(&b, c, at, off);
		n += batch_size(c, &b);
		at = b.at;
		off = b.at_off;
		if (first_only || stops_at(c, at))
			break;
	}
	return n;
}

/* A key that has sealed three quarters of what it may is renewed with the next output. */
bool sneck__key_renews(const struct sneck_conn *c)
{
	return !c->hs.v->ccs &&
	       (c->hs.ku_owed || (c->external == EXTERNAL_NO &&
				  sneck__rec_left(&c->tx) <= c->tx.aead->seal_limit / 4u));
}

size_t sneck__control_size(const struct sneck_conn *c)
{
	if (!sneck__tx_open(c) || !sneck__hs_connected(&c->hs))
		return 0;
	if (c->hs.warning != 0)
		return sneck__record_size(c, 2);
	return sneck__key_renews(c) ? sneck__record_size(c, KEY_UPDATE_LEN) : 0;
}

size_t sneck__emit_size(const struct sneck_conn *c)
{
	if (c->alert_owed)
		return sneck__record_size(c, 2) + (c->ccs_owed ? CCS_RECORD : 0);
	return sneck__flight_waits(c) ? flight_size(c, false) : sneck__control_size(c);
}

size_t sneck__emit_first(const struct sneck_conn *c)
{
	return sneck__flight_waits(c) ? flight_size(c, true) : sneck__emit_size(c);
}

/* ---- writing ---- */

static void written(struct sneck_conn *c, struct sneck_out *out, size_t size)
{
	out->len += size;
	c->out.written += size;
	c->tx_records++;
}

static enum sneck_rc emit_content(struct sneck_conn *c, struct sneck_out *out,
				  const struct sneck_span *pieces, size_t n, size_t len)
{
	uint8_t *to = out->base + out->head + out->len;

	for (size_t i = 0; i < n; to += pieces[i].len, i++)
		memcpy(to, pieces[i].p, pieces[i].len);
	written(c, out, len);
	return SNECK_OK;
}

enum sneck_rc sneck__emit_record(struct sneck_conn *c, struct sneck_out *out, uint8_t type,
				 const struct sneck_span *pieces, size_t n, size_t len)
{
	const uint16_t version = c->hs.role == SNECK_CLIENT && c->tx_records == 0 ? 0x0301 : 0x0303;
	struct rec_half plain;
	struct rec_half *half = &c->tx;

	if (c->external != EXTERNAL_NO)
		return emit_content(c, out, pieces, n, len);
	if (type == CT_CCS) { /* unprotected whatever the keys: RFC 9846, E.4; 1.2 has none yet */
		plain = (struct rec_half){ .aead = NULL };
		half = &plain;
	}
	SNECK_TRY(sneck__rec_seal(half, sneck__conn_tx_ctx(c), out->base + out->head + out->len,
				  type, version, pieces, n, len));
	written(c, out, sneck__rec_size(half, len));
	return SNECK_OK;
}

void sneck__emit_written(struct sneck_conn *c)
{
	c->out.flight_end = c->out.written;
	c->out.wait = c->external == EXTERNAL_NO;
}

static enum sneck_rc emit_alert(struct sneck_conn *c, struct sneck_out *out)
{
	static const uint8_t one[] = { 1 };
	const uint8_t bytes[2] = { 2, c->alert }; /* RFC 9846, 6: level is ignored; fatal */
	const struct sneck_span piece = { bytes, sizeof bytes }, ccs = { one, sizeof one };
	enum sneck_rc rc = SNECK_OK;

	if (c->ccs_owed) {
		rc = sneck__emit_record(c, out, CT_CCS, &ccs, 1, sizeof one);
		sneck__trace(c, 1, CT_CCS, one[0], sizeof one);
	}
	if (rc == SNECK_OK)
		rc = sneck__emit_record(c, out, CT_ALERT, &piece, 1, sizeof bytes);
	c->alert_owed = c->ccs_owed = false;
	if (rc == SNECK_OK) {
		sneck__trace(c, 1, CT_ALERT, c->alert, sizeof bytes);
		sneck__emit_written(c);
	}
	sneck__conn_wipe_keys(c); /* the last thing that they were for */
	return SNECK_OK;
}

/* All pieces are written: the flight starts afresh, and the write key moves to where the handshake
 * is. */
static enum sneck_rc flight_done(struct sneck_conn *c)
{
	struct flight *const f = &c->hs.work->flight;

	f->n = 0;
	f->len = 0;
	c->out.at = 0;
	c->out.at_off = 0;
	sneck__emit_written(c);
	return sneck__conn_sync_tx(c);
}

static enum sneck_rc emit_flight(struct sneck_conn *c, struct sneck_out *out)
{
	while (c->out.at < flight(c)->n) {
		struct batch b;

		gather(&b, c, c->out.at, c->out.at_off);
		if (stops_at(c, c->out.at) || sneck_out_room(out) < batch_size(c, &b)) {
			sneck__emit_written(c);
			return SNECK_OK;
		}
		if (b.content == CT_HANDSHAKE && b.level != c->tx_level)
			SNECK_TRY(sneck__conn_install_tx(c, b.level));
		SNECK_TRY(sneck__emit_record(c, out, b.content, b.part, b.n, b.len));
		/* TLS 1.2: what follows it, an alert too, goes under the keys that it begins */
		if (b.content == CT_CCS && b.level != LV_INITIAL)
			SNECK_TRY(sneck__conn_install_tx(c, b.level));
		c->out.at = b.at;
		c->out.at_off = b.at_off;
	}
	return flight_done(c);
}

static enum sneck_rc emit_warning(struct sneck_conn *c, struct sneck_out *out)
{
	const uint8_t bytes[2] = { 1, c->hs.warning };
	const struct sneck_span piece = { bytes, sizeof bytes };

	SNECK_TRY(sneck__emit_record(c, out, CT_ALERT, &piece, 1, sizeof bytes));
	sneck__trace(c, 1, CT_ALERT, c->hs.warning, sizeof bytes);
	c->hs.warning = 0;
	sneck__emit_written(c);
	return SNECK_OK;
}

enum sneck_rc sneck__emit_control(struct sneck_conn *c, struct sneck_out *out)
{
	if (sneck__control_size(c) == 0)
		return SNECK_OK;
	if (BUILD_TLS13 && c->hs.warning == 0)
		return sneck__emit_key_update(c, out);
	return emit_warning(c, out);
}

/* No alert: the nonce that it would need may have been used by the call that failed. */
enum sneck_rc sneck__emit_broken(struct sneck_conn *c, struct sneck_out *out, size_t len,
				 enum sneck_rc rc)
{
	c->out.written -= out->len - len;
	if (c->out.flight_end > c->out.written)
		c->out.flight_end = c->out.written;
	out->len = len;
	sneck__ct_wipe(out->base + out->head + len, sneck_out_room(out));
	sneck__conn_drop(c, rc);
	return rc;
}

enum sneck_rc sneck__emit(struct sneck_conn *c, struct sneck_out *out, bool partial)
{
	const size_t need = partial ? sneck__emit_first(c) : sneck__emit_size(c);
	const size_t before = out->len;
	enum sneck_rc rc;

	if (need == 0)
		return SNECK_OK;
	if (sneck_out_room(out) < need) {
		out->required = need;
		return SNECK_WANT_SPACE;
	}
	if (c->alert_owed)
		return emit_alert(c, out);
	rc = sneck__flight_waits(c) ? emit_flight(c, out) : sneck__emit_control(c, out);
	return rc == SNECK_OK ? rc : sneck__emit_broken(c, out, before, rc);
}
