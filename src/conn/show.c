/* SPDX-License-Identifier: MIT */
/* show.c: questions to the application as they stand in the status: what a verifier, a signer or a
 * choice must know. The message that raised one still waits at the front of `in`, and was read
 * before. */
#include "conn.h"

#include "../build.h"
#include "../ext/ext.h"
#include "../msg/cert.h"
#include "../msg/finish.h"

/* The message that waits at the front of the run; it was read before. */
static struct sneck_span waiting_body(const struct sneck_conn *c, const struct sneck_in *in)
{
	const uint8_t *const p = in->base + in->head + c->in.run_off;

	return sneck_span_of(p + FRAME_HEAD, (size_t)p[1] << 16 | (size_t)p[2] << 8 | (size_t)p[3]);
}

static int show_certificate(struct sneck_conn *c, const struct sneck_in *in,
			    struct sneck_status *st)
{
	const struct sneck_span unpacked = c->hs.work->unpacked;
	struct certificate cert = { .n = 0 };

	if (sneck__certificate_read(&cert, unpacked.len != 0 ? unpacked : waiting_body(c, in)) !=
	    SNECK_OK)
		cert.n = 0;
	st->u.cert = (struct sneck_cert_st){
		.conn = c,
		.gen = c->gen,
		.type = c->hs.work->nego.peer_type,
		.n_entries = cert.n,
		.raw = cert.list,
		.name = c->hs.name,
	};
	memcpy(st->u.cert.leaf_id, c->hs.leaf_id, sizeof st->u.cert.leaf_id);
	return SNECK_RECEIVED_CERTIFICATE;
}

static int show_signature(const struct sneck_conn *c, const struct sneck_in *in,
			  struct sneck_status *st)
{
	struct certificate_verify cv = { .scheme = 0 };

	if (sneck__certificate_verify_read(&cv, waiting_body(c, in)) == SNECK_OK)
		st->u.sig = (struct sneck_sig_st){ .scheme = cv.scheme, .sig = cv.signature };
	return SNECK_RECEIVED_SIGNATURE;
}

static int show_verdict(struct sneck_conn *c, struct sneck_status *st)
{
	const struct hs_work *const wk = c->hs.work;

	st->u.verdict = (struct sneck_verdict_st){
		.conn = c,
		.gen = c->gen,
		.version = c->hs.version,
		.scheme = wk->nego.peer_scheme,
		.message = sneck_span_of(wk->tbs, wk->tbs_len),
		.name = c->hs.name,
	};
	return SNECK_NEEDS_SIGNATURE;
}

static int show_psk(struct sneck_conn *c, struct sneck_status *st)
{
	const struct nego *const ng = &c->hs.work->nego;
	struct sneck_span identity, binder;
	uint32_t n = 0, age;

	while (n < BOUND_PSKS && sneck__psk_identity_at(ng, n, &identity, &age, &binder))
		n++;
	c->hs.work->n_identities = n;
	st->u.psk = (struct sneck_psk_st){
		.conn = c,
		.gen = c->gen,
		.n_identities = n,
		.raw = ng->psk_identities,
	};
	return SNECK_NEEDS_PSK;
}

static int show_early_offer(struct sneck_conn *c, struct sneck_status *st)
{
	const struct session s = sneck__session_of(&c->hs);

	st->u.early_offer = (struct sneck_early_offer_st){
		.conn = c,
		.gen = c->gen,
		.age_skew_ms = c->hs.work->age_skew_ms,
		.ticket_age_ms = c->hs.now_ms - s.issued_ms,
		.replay_id = c->hs.work->binder,
		.app_data = s.app_data,
	};
	return SNECK_NEEDS_EARLY_DATA_DECISION;
}

/* A question that comes with nothing but its op id is an empty handle. */
static int show_ask(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	if (c->hs.ask_state == SNECK_NEEDS_PSK)
		return show_psk(c, st);
	if (c->hs.ask_state == SNECK_NEEDS_EARLY_DATA_DECISION)
		return show_early_offer(c, st);
	if (BUILD_COMPRESSION && c->hs.ask_state == SNECK_NEEDS_UNPACKED_CERTIFICATE)
		sneck__show_packed(c, waiting_body(c, in), st);
	else
		st->u.schemes = (struct sneck_schemes_st){ .conn = c, .gen = c->gen };
	return c->hs.ask_state;
}

int sneck__show_question(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	struct hs *const hs = &c->hs;
	const uint8_t show = hs->show;

	st->op = hs->ask_op != 0 ? hs->ask_op : hs->verdict_known ? 0 : hs->verdict_op;
	st->flags |= hs->op_new ? SNECK_ST_NEW : 0;
	hs->op_new = false;
	hs->show = 0;
	if (show != 0)
		hs->shown = show;
	if (show == SNECK_RECEIVED_CERTIFICATE)
		return show_certificate(c, in, st);
	if (show == SNECK_RECEIVED_SIGNATURE)
		return show_signature(c, in, st);
	if (show == SNECK_RECEIVED_TICKET)
		return sneck__show_ticket(c, waiting_body(c, in), st);
	return hs->ask_op != 0 ? show_ask(c, in, st) : show_verdict(c, st);
}
