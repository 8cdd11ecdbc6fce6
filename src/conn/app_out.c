/* SPDX-License-Identifier: MIT */
/* app_out.c: application data on its way out. RFC 9846, 5.1, 5.2.
 *
 * Pieces are gathered, cut into records and sealed straight from where they lie into `out`: one
 * pass, no copy. Sizes are exact before a byte is written. */
#include "conn.h"

#include "../hs/graph.h"

#define PARTS 16u /* pieces that one record is sealed from */

/* A server that insists on a certificate says nothing before it has seen one. RFC 9846, 4.5.3. */
static bool must_hear(const struct sneck_conn *c)
{
	return c->hs.role == SNECK_SERVER && c->hs.work != NULL && c->hs.work->cert_asked &&
	       c->cfg->client_auth == SNECK_AUTH_REQUIRED && !c->cfg->half_rtt &&
	       !sneck__hs_connected(&c->hs);
}

bool sneck__can_encrypt(const struct sneck_conn *c)
{
	return c->external == EXTERNAL_NO && !must_hear(c) && sneck__tx_open(c);
}

/* Full records in plain bytes. Most calls have none, and a division is a tenth of all else here. */
static size_t full_records(size_t plain, size_t most)
{
	return plain < most ? 0 : plain / most;
}

static size_t data_size(const struct sneck_conn *c, size_t plain, size_t most)
{
	const size_t whole = full_records(plain, most), rest = plain - whole * most;

	return whole * sneck__rec_size(&c->tx, most) +
	       (rest != 0 ? sneck__rec_size(&c->tx, rest) : 0);
}

size_t sneck_encrypt_size(const struct sneck_conn *conn, size_t plain)
{
	if (conn->busy || !sneck__can_encrypt(conn))
		return 0;
	return sneck__encrypt_bytes(conn, plain);
}

/* How much plaintext fits into room bytes, cut into records as always. */
static size_t data_fits(const struct sneck_conn *c, size_t room, size_t most)
{
	const size_t full = sneck__rec_size(&c->tx, most), over = full - most;
	size_t rest = room % full;

	rest = rest > over ? rest - over : 0;
	if (c->tx.pad_to != 0) /* a record that is not full ends at a multiple */
		rest -= rest % c->tx.pad_to;
	return room / full * most + rest;
}

/* Where the next byte of the pieces is. */
struct cut {
	const struct sneck_iov *piece;
	size_t n, off;
};

static size_t take(struct cut *cut, struct sneck_span *parts, size_t most, size_t *n)
{
	size_t len = 0;

	*n = 0;
	while (len < most && cut->n != 0 && *n < PARTS) {
		const size_t have = cut->piece->len - cut->off;
		const size_t part = have < most - len ? have : most - len;

		if (part != 0)
			parts[(*n)++] =
				sneck_span_of((const uint8_t *)cut->piece->p + cut->off, part);
		len += part;
		cut->off += part;
		if (cut->off == cut->piece->len) {
			cut->piece++;
			cut->n--;
			cut->off = 0;
		}
	}
	return len;
}

/* Writes exactly plain bytes, most of them in a record, for which there is room. A record of more
 * than PARTS pieces would break the promise on sizes, so scattered plaintext is brought together in
 * the record itself. */
static enum sneck_rc write_data(struct sneck_conn *c, struct cut cut, size_t plain, size_t most,
				struct sneck_out *out)
{
	while (plain != 0) {
		const size_t want = plain < most ? plain : most;
		uint8_t *const place = out->base + out->head + out->len + sneck__rec_front(&c->tx);
		struct sneck_span parts[PARTS];
		size_t n, len = take(&cut, parts, want, &n);

		if (len < want) {
			size_t at = 0;

			for (size_t i = 0; i < n; at += parts[i].len, i++)
				memcpy(place + at, parts[i].p, parts[i].len);
			while (len < want) {
				const size_t more = take(&cut, parts, want - len, &n);

				for (size_t i = 0; i < n; at += parts[i].len, i++)
					memcpy(place + at, parts[i].p, parts[i].len);
				len += more;
			}
			parts[0] = sneck_span_of(place, want);
			n = 1;
		}
		SNECK_TRY(sneck__emit_record(c, out, CT_APP_DATA, parts, n, want));
		plain -= want;
	}
	return SNECK_OK;
}

/* SNECK_OK when a call that sends may go on. */
static enum sneck_rc may_send(struct sneck_conn *c, const struct sneck_out *out)
{
	if (c->err != 0)
		return (enum sneck_rc)c->err;
	if (c->tx_closed)
		return sneck__refuse(c, SNECK_E_CLOSED, "we already sent close_notify");
	if (c->busy || !sneck__can_encrypt(c))
		return SNECK_NOT_NOW;
	return sneck__check_out(c, out);
}

/* The key, a new one if a KeyUpdate waits, must last for n records, a KeyUpdate and our
 * close_notify. */
static enum sneck_rc key_lasts(struct sneck_conn *c, size_t control, uint64_t n)
{
	const uint64_t left = control != 0 && sneck__key_renews(c) ? c->tx.aead->seal_limit
								   : sneck__rec_left(&c->tx);

	if (left > n + 2u)
		return SNECK_OK;
	return sneck__refuse(c, SNECK_E_KEY_LIMIT,
			     "more records than one sending key may seal: write less at once");
}

/* The call was checked; plain bytes may be sent. */
static enum sneck_rc encrypt(struct sneck_conn *c, struct cut cut, size_t plain, uint32_t flags,
			     struct sneck_out *out, size_t *consumed)
{
	const size_t most = sneck__fragment(c), control = sneck__control_size(c);
	const size_t need = control + data_size(c, plain, most), before = out->len;
	enum sneck_rc rc = SNECK_OK;

	if (sneck_out_room(out) < need) {
		const size_t least = control + (plain != 0 ? sneck__rec_size(&c->tx, 1) : 0);

		out->required = flags & SNECK_F_PARTIAL ? least : need;
		if (!(flags & SNECK_F_PARTIAL) || sneck_out_room(out) < least)
			return SNECK_WANT_SPACE;
		plain = data_fits(c, sneck_out_room(out) - control, most);
	}
	SNECK_TRY(key_lasts(c, control, full_records(plain, most) + 2u));
	if (control != 0)
		rc = sneck__emit_control(c, out);
	if (rc == SNECK_OK)
		rc = write_data(c, cut, plain, most, out);
	if (rc != SNECK_OK)
		return sneck__emit_broken(c, out, before, rc);
	*consumed = plain;
	return SNECK_OK;
}

static enum sneck_rc count(struct sneck_conn *c, const struct sneck_iov *pieces, size_t n,
			   uint32_t flags, size_t *plain)
{
	*plain = 0;
	if ((flags & ~SNECK_F_PARTIAL) != 0)
		return sneck__refuse(c, SNECK_E_ARG, "a flag that sneck_encrypt() does not know");
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].len > SIZE_MAX / 4u - *plain)
			return sneck__refuse(c, SNECK_E_ARG, "more plaintext than memory can hold");
		*plain += pieces[i].len;
	}
	return SNECK_OK;
}

enum sneck_rc sneck__encrypt(struct sneck_conn *c, const struct sneck_iov *pieces, size_t n,
			     size_t most, uint32_t flags, struct sneck_out *out, size_t *consumed)
{
	size_t plain;

	SNECK_TRY(count(c, pieces, n, flags, &plain));
	if (plain > most && !(flags & SNECK_F_PARTIAL))
		return SNECK_NOT_NOW;
	return encrypt(c, (struct cut){ pieces, n, 0 }, plain < most ? plain : most, flags, out,
		       consumed);
}

enum sneck_rc sneck_encrypt(struct sneck_conn *conn, const struct sneck_iov *pieces, size_t n,
			    uint32_t flags, struct sneck_out *out, size_t *consumed)
{
	size_t done = 0;
	enum sneck_rc rc;

	if (consumed != NULL)
		*consumed = 0;
	SNECK_TRY(may_send(conn, out));
	rc = sneck__encrypt(conn, pieces, n, SIZE_MAX, flags, out, &done);
	if (consumed != NULL)
		*consumed = done;
	return rc;
}

size_t sneck__encrypt_bytes(const struct sneck_conn *c, size_t len)
{
	return sneck__control_size(c) + data_size(c, len, sneck__fragment(c));
}

enum sneck_rc sneck_record_layout(const struct sneck_conn *conn, struct sneck_layout *layout)
{
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->busy || !sneck__can_encrypt(conn))
		return SNECK_NOT_NOW;
	layout->head = sneck__rec_front(&conn->tx);
	layout->max_plain = sneck__fragment(conn);
	layout->tail = sneck__control_size(conn) + sneck__rec_back(&conn->tx) +
		       (conn->tx.pad_to != 0 ? conn->tx.pad_to - 1u : 0);
	return SNECK_OK;
}

enum sneck_rc sneck_encrypt_in_place(struct sneck_conn *conn, struct sneck_out *out,
				     size_t plain_len)
{
	size_t need, before, control;
	struct sneck_span piece;
	enum sneck_rc rc;
	uint8_t *place;

	SNECK_TRY(may_send(conn, out));
	if (plain_len == 0 || plain_len > sneck__fragment(conn))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "a record holds 1 to layout.max_plain bytes");
	control = sneck__control_size(conn);
	need = control + sneck__rec_size(&conn->tx, plain_len);
	if (sneck_out_room(out) < need) {
		out->required = need;
		return SNECK_WANT_SPACE;
	}
	SNECK_TRY(key_lasts(conn, control, 2));
	/* A KeyUpdate that waits makes room for itself: the peer may have asked for it since the
	 * plaintext was laid out, and has no say in which bytes are sent. */
	place = out->base + out->head + out->len + sneck__rec_front(&conn->tx);
	if (control != 0)
		memmove(place + control, place, plain_len);
	piece = sneck_span_of(place + control, plain_len);
	before = out->len;
	rc = sneck__emit_control(conn, out);
	if (rc == SNECK_OK)
		rc = sneck__emit_record(conn, out, CT_APP_DATA, &piece, 1, plain_len);
	return rc == SNECK_OK ? rc : sneck__emit_broken(conn, out, before, rc);
}

enum sneck_rc sneck_key_update(struct sneck_conn *conn, uint32_t flags)
{
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if ((flags & ~SNECK_KU_REQUEST_PEER) != 0)
		return sneck__refuse(conn, SNECK_E_ARG,
				     "a flag that sneck_key_update() does not know");
	if (conn->tx_closed)
		return sneck__refuse(conn, SNECK_E_CLOSED, "we already sent close_notify");
	if (conn->external == EXTERNAL_QUIC)
		return sneck__refuse(conn, SNECK_E_MISUSE, "QUIC renews its keys by itself");
	if (conn->busy || !sneck__tx_open(conn) || !sneck__hs_connected(&conn->hs))
		return SNECK_NOT_NOW;
	if (conn->hs.v->ccs)
		return sneck__refuse(conn, SNECK_E_UNSUPPORTED, "TLS 1.2 has one key for good");
	if (conn->hs.ku_owed || conn->hs.ku_unanswered)
		return SNECK_OK;
	conn->hs.ku_owed = true;
	conn->hs.ku_request = (flags & SNECK_KU_REQUEST_PEER) != 0;
	return SNECK_OK;
}

enum sneck_rc sneck_conn_set_send_fragment(struct sneck_conn *conn, size_t len)
{
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (len != 0 && (len < BOUND_SEND_MIN || len > BOUND_PLAIN))
		return sneck__refuse(conn, SNECK_E_ARG, "a fragment is 0, or 64 to 16,384 bytes");
	if (conn->busy || sneck__emit_waits(conn)) /* its size is announced */
		return SNECK_NOT_NOW;
	conn->fragment = (uint16_t)len;
	conn->tx.pad_max = (uint16_t)sneck__fragment(conn);
	return SNECK_OK;
}
