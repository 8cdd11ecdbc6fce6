/* SPDX-License-Identifier: MIT */
/* show.c: questions to the application as they stand in the status: what a verifier, a signer or a
 * choice must know. The message that raised one still waits at the front of `in`, and was read
 * before. */
#include "conn.h"

#include "../build.h"
#include "../ext/ext.h"
#include "../hs/graph.h"

/* The message that waits at the front of the run; it was read before. */
static struct hs_msg waiting(const struct sneck_conn *c, const struct sneck_in *in)
{
	const uint8_t *const p = in->base + in->head + c->in.run_off;
	const size_t len = (size_t)p[1] << 16 | (size_t)p[2] << 8 | (size_t)p[3];

	return (struct hs_msg){ .type = p[0], .body = sneck_span_of(p + FRAME_HEAD, len) };
}

static int show_certificate(struct sneck_conn *c, const struct sneck_in *in,
			    struct sneck_status *st)
{
	const struct sneck_span unpacked = c->hs.work->unpacked;
	struct certificate cert = { .n = 0 };

	if (c->hs.v->cert_read(&cert, unpacked.len != 0 ? unpacked : waiting(c, in).body) !=
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
	const struct hs_msg m = waiting(c, in);
	struct certificate_verify cv = { .scheme = 0 };

	if (c->hs.v->signature_read(&cv, &m) == SNECK_OK)
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

static void show_psk(struct sneck_conn *c, struct sneck_status *st)
{
	const struct nego *const ng = &c->hs.work->nego;
	struct sneck_span identity, binder;
	uint32_t n = 0, age;

	while (n < BOUND_PSKS && sneck__psk_identity_at(ng, n, &identity, &age, &binder))
		n++;
	st->u.psk = (struct sneck_psk_st){
		.conn = c,
		.gen = c->gen,
		.n_identities = n,
		.raw = ng->psk_identities,
	};
}

static void show_early_offer(struct sneck_conn *c, struct sneck_status *st)
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
}

static void show_hello(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	const struct sneck_span body = waiting(c, in).body;
	const struct sneck_span raw = sneck_span_of(body.p - FRAME_HEAD, FRAME_HEAD + body.len);
	struct sneck_hello hello;

	(void)!sneck_hello_read(raw, &hello); /* it was read before */
	st->u.hello = (struct sneck_hello_st){
		.conn = c,
		.gen = c->gen,
		.retried = c->hs.retried,
		.sni = hello.sni,
		.alpn = hello.alpn,
		.raw = raw,
	};
}

static void show_credential(struct sneck_conn *c, struct sneck_status *st)
{
	const struct nego *const ng = &c->hs.work->nego;

	st->u.cred = (struct sneck_cred_st){
		.conn = c,
		.gen = c->gen,
		.name = sneck_span_of(c->hs.sni, c->hs.sni_len),
		.schemes = ng->peer_schemes,
		.ca_names = ng->peer_cas,
	};
	if (ng->alpn != 0)
		st->u.cred.alpn = c->cfg->alpn[ng->alpn - 1u];
}

static void show_sign(struct sneck_conn *c, struct sneck_status *st)
{
	const struct hs_work *const wk = c->hs.work;

	st->u.sign = (struct sneck_sign_st){
		.conn = c,
		.gen = c->gen,
		.scheme = wk->nego.own_scheme,
		.credential = wk->nego.cred,
		.tbs = sneck_span_of(wk->tbs, wk->tbs_len),
	};
}

/* A question that comes with nothing but its op id is an empty handle. */
static int show_ask(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	const uint8_t state = c->hs.ask_state;

	if (state == SNECK_NEEDS_PSK)
		show_psk(c, st);
	else if (state == SNECK_NEEDS_EARLY_DATA_DECISION)
		show_early_offer(c, st);
	else if (BUILD_COMPRESSION && state == SNECK_NEEDS_UNPACKED_CERTIFICATE)
		sneck__show_packed(c, waiting(c, in).body, st);
	else if (state == SNECK_RECEIVED_CLIENT_HELLO)
		show_hello(c, in, st);
	else if (state == SNECK_NEEDS_CREDENTIAL)
		show_credential(c, st);
	else if (state == SNECK_NEEDS_LOCAL_SIGNATURE)
		show_sign(c, st);
	else
		st->u.schemes = (struct sneck_schemes_st){ .conn = c, .gen = c->gen };
	return state;
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
		return sneck__show_ticket(c, waiting(c, in).body, st);
	return hs->ask_op != 0 ? show_ask(c, in, st) : show_verdict(c, st);
}
