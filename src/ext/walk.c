/* SPDX-License-Identifier: MIT */
/* walk.c: the table of extensions, and the walk over a block of them. RFC 9846, 4.3.
 *
 * Reading makes two passes. The first splits the block and refuses what no extension may have to
 * think about; the second calls the extensions in the order of the table, which is the order of
 * dependency (groups before shares), never the peer's. Writing keeps the same order.
 *
 * To add an extension: a file, a line here, its fields in nego.h, its vectors in the tests. */
#include "ext.h"
#include "select.h"

#include "../build.h"
#include "grease.h"

/* clang-format off */
static const struct ext *const table[] = {
	&sneck__ext_versions,
	&sneck__ext_groups,
	IF_TLS13(&sneck__ext_key_share)
	IF_TLS13(&sneck__ext_cookie)
	IF_CERTS(&sneck__ext_sigalgs)
	IF_CERTS(&sneck__ext_sigalgs_cert)
	&sneck__ext_sni,
	&sneck__ext_record_limit,
	&sneck__ext_max_fragment,
	&sneck__ext_alpn,
	IF_TLS12(&sneck__ext_ems)
	IF_TLS12(&sneck__ext_renegotiation_info)
	IF_TLS12(&sneck__ext_ec_point_formats)
	IF_CERTS(&sneck__ext_authorities)
	IF_PSK(&sneck__ext_psk_modes)
	IF_EARLY_DATA(&sneck__ext_early_data)
	IF_TICKETS13(&sneck__ext_ticket_request)
	IF_TICKETS12(&sneck__ext_session_ticket)
	IF_TLS13(&sneck__ext_quic_params)
	IF_CERTS(&sneck__ext_status_request)
	IF_CERTS(&sneck__ext_sct)
	IF_RAW_KEYS(&sneck__ext_client_type)
	IF_RAW_KEYS(&sneck__ext_server_type)
	IF_COMPRESSION(&sneck__ext_compress)
	&sneck__ext_padding,
	IF_PSK(&sneck__ext_psk) /* RFC 9846, 4.3.11: the last one of a ClientHello */
};
/* clang-format on */

#define EXT_COUNT (sizeof table / sizeof table[0])
_Static_assert(EXT_COUNT <= 32, "sets of rows are 32 bits");

/* These ask, or offer: what is unknown there is skipped. The others answer. */
static bool asks(enum ext_in in)
{
	return in == IN_CH || in == IN_CR || in == IN_NST;
}

/* padding goes by what is there, pre_shared_key ends a ClientHello (RFC 9846, 4.3.11): both stand
 * at the end of the table. Returns: how many rows stand before them. */
static unsigned movable(void)
{
	unsigned n = 0;

	while (n < EXT_COUNT && table[n]->type != EXT_PADDING &&
	       table[n]->type != EXT_PRE_SHARED_KEY)
		n++;
	return n;
}

static void write_row(struct nego *ng, enum ext_in in, unsigned row, struct wr *w)
{
	const struct ext *const e = table[row];
	struct wr_mark body;

	if (!set_has(e->allowed, in) || !e->offer(ng, in))
		return;
	if (in == IN_CH && e->only != 0 && !sneck__version_on(ng->cfg, e->only))
		return;
	wr_u16(w, e->type);
	body = wr_open(w, 2);
	e->write(ng, in, w);
	wr_close(w, body);
	if (asks(in))
		ng->sent |= SET(row);
	if (in == IN_CH && e->type == EXT_PRE_SHARED_KEY)
		ng->sent_psk = true;
}

/* Whether a ClientHello has nothing to do with a row, because it is of another version. */
static bool foreign(const struct nego *ng, const struct ext *e, enum ext_in in)
{
	return in == IN_CH && e->only != 0 && e->only != ng->version;
}

void sneck__ext_write(struct nego *ng, enum ext_in in, struct wr *w)
{
	const struct wr_mark block = wr_open(w, 2);
	const unsigned n = movable();
	uint8_t rows[EXT_COUNT];

	if (in == IN_CH) { /* a second ClientHello may leave out what the first had */
		ng->sent = 0;
		ng->sent_psk = false;
	}
	for (unsigned i = 0; i < EXT_COUNT; i++)
		rows[i] = (uint8_t)i;
	if (in == IN_CH)
		sneck__grease_shuffle(ng, rows, n);
	if (asks(in))
		sneck__grease_extension(ng, GREASE_FIRST, w);
	for (unsigned i = 0; i < EXT_COUNT; i++) {
		if (i == n && asks(in))
			sneck__grease_extension(ng, GREASE_LAST, w);
		write_row(ng, in, rows[i], w);
	}
	wr_close(w, block);
}

static unsigned row_of(uint16_t type)
{
	unsigned i = 0;

	while (i < EXT_COUNT && table[i]->type != type)
		i++;
	return i;
}

/* Types seen so far, known and unknown: RFC 9846, 4.3 forbids every duplicate, and names no alert.
 * Of two that mean something the second is illegal; with two that mean nothing to us the block is
 * not one. The bitmap on the low bits keeps the usual message from looking through the list. */
struct seen {
	uint16_t type[BOUND_EXTENSIONS];
	uint32_t n, map[8];
};

static enum sneck_rc see(struct seen *s, uint16_t type, bool known)
{
	uint32_t *const word = &s->map[(type & 0xffu) >> 5];
	const uint32_t bit = SET(type & 31u);

	if (*word & bit)
		for (uint32_t i = 0; i < s->n; i++)
			if (s->type[i] == type)
				return known ? SNECK_E_EXT_DUPLICATE : SNECK_E_DECODE;
	if (s->n == BOUND_EXTENSIONS)
		return SNECK_E_ILLEGAL;
	s->type[s->n++] = type;
	*word |= bit;
	return SNECK_OK;
}

static enum sneck_rc judge(const struct nego *ng, enum ext_in in, unsigned row)
{
	if (row == EXT_COUNT)
		return asks(in) ? SNECK_OK : SNECK_E_EXT_UNASKED;
	/* in EncryptedExtensions the conformance suite has another alert than RFC 9846, 4.3 */
	if (!set_has(table[row]->allowed, in))
		return in == IN_EE ? SNECK_E_EXT_UNASKED : SNECK_E_EXT_MISPLACED;
	if (!asks(in) && !set_has(ng->sent, row) && !set_has(table[row]->unasked, in))
		return SNECK_E_EXT_UNASKED;
	return SNECK_OK;
}

static enum sneck_rc split(struct nego *ng, enum ext_in in, struct sneck_span block,
			   struct sneck_span body[EXT_COUNT], uint32_t *here)
{
	struct seen seen = { .n = 0 };
	enum sneck_rc misfit = SNECK_OK; /* the first one: said when the whole block is well made */
	uint16_t at = 0xffff;
	struct rd r;

	rd_init(&r, block);
	while (rd_more(&r)) {
		const uint16_t type = rd_u16(&r);
		const struct sneck_span b = rd_vec(&r, 2, 0, 65535);
		const unsigned row = row_of(type);

		if (r.bad)
			return SNECK_E_DECODE;
		ng->at_ext = type;
		/* RFC 9846, 4.3.11: the last one, also for who does not know what it is */
		if (in == IN_CH && type == EXT_PRE_SHARED_KEY && rd_more(&r))
			return SNECK_E_ILLEGAL;
		SNECK_TRY(see(&seen, type, row != EXT_COUNT));
		if (misfit == SNECK_OK) {
			at = type;
			misfit = judge(ng, in, row);
		}
		if (row != EXT_COUNT) {
			body[row] = b;
			*here |= SET(row);
		}
	}
	SNECK_TRY(rd_end(&r));
	ng->at_ext = at;
	return misfit;
}

enum sneck_rc sneck__ext_read(struct nego *ng, enum ext_in in, struct sneck_span block)
{
	struct sneck_span body[EXT_COUNT];
	uint32_t here = 0;

	SNECK_TRY(split(ng, in, block, body, &here));
	for (unsigned i = 0; i < EXT_COUNT; i++) {
		const struct ext *const e = table[i];

		if (!set_has(e->allowed, in) || foreign(ng, e, in))
			continue;
		ng->at_ext = e->type;
		if (set_has(here, i))
			SNECK_TRY(e->read(ng, in, body[i]));
		else if (e->absent != NULL)
			SNECK_TRY(e->absent(ng, in));
	}
	ng->at_ext = 0xffff;
	return SNECK_OK;
}

enum sneck_rc sneck__ext_check(enum ext_in in, struct sneck_span block)
{
	struct sneck_span body[EXT_COUNT];
	struct nego ng = { .version = 0 };
	uint32_t here = 0;

	return split(&ng, in, block, body, &here);
}

enum sneck_rc sneck__ext_peek_version(uint16_t *version, const struct sneck_config *cfg,
				      enum ext_in in, uint16_t legacy, struct sneck_span block)
{
	const struct ext *const e = &sneck__ext_versions;
	const bool old = legacy == SNECK_TLS12 || (in == IN_CH && legacy > SNECK_TLS12);
	struct nego ng = { .cfg = cfg };
	struct rd r;

	rd_init(&r, block);
	while (rd_more(&r)) {
		const uint16_t type = rd_u16(&r);
		const struct sneck_span b = rd_vec(&r, 2, 0, 65535);

		if (type == e->type && !r.bad) {
			SNECK_TRY(e->read(&ng, in, b));
			*version = ng.version;
			return SNECK_OK;
		}
	}
	SNECK_TRY(rd_end(&r));
	if (old && sneck__version_on(cfg, SNECK_TLS12))
		ng.version = SNECK_TLS12;
	SNECK_TRY(e->absent(&ng, in));
	*version = ng.version;
	return SNECK_OK;
}
