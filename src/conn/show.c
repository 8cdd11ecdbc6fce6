/* SPDX-License-Identifier: MIT */
/* show.c: questions to the application as they stand in the status: what a verifier, a signer or a
 * choice must know. The message that raised one still waits at the front of `in`, and was read
 * before. */
#include "conn.h"

#include "../build.h"
#include "../hs/graph.h"

/* The message that waits at the front of the run; it was read before. */
struct hs_msg sneck__show_waiting(const struct sneck_conn *c, const struct sneck_in *in)
{
	const uint8_t *const p = in->base + in->head + c->in.run_off;
	const size_t len = (size_t)p[1] << 16 | (size_t)p[2] << 8 | (size_t)p[3];

	return (struct hs_msg){ .type = p[0], .body = sneck_span_of(p + FRAME_HEAD, len) };
}

static void show_hello(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	const struct sneck_span body = sneck__show_waiting(c, in).body;
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

/* A question that comes with nothing but its op id is an empty handle. */
static int show_ask(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	const uint8_t state = c->hs.ask_state;

	if (BUILD_SERVER && BUILD_NEEDS_PSK && state == SNECK_NEEDS_PSK)
		sneck__show_psk(c, st);
	else if (BUILD_EARLY_DATA && state == SNECK_NEEDS_EARLY_DATA_DECISION)
		sneck__show_early_offer(c, st);
	else if (BUILD_COMPRESSION && state == SNECK_NEEDS_UNPACKED_CERTIFICATE)
		sneck__show_packed(c, sneck__show_waiting(c, in).body, st);
	else if (state == SNECK_RECEIVED_CLIENT_HELLO)
		show_hello(c, in, st);
	else if (BUILD_CERTS && state == SNECK_NEEDS_CREDENTIAL)
		sneck__show_credential(c, st);
	else if (BUILD_CERTS && state == SNECK_NEEDS_LOCAL_SIGNATURE)
		sneck__show_sign(c, st);
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
	if (BUILD_CERTS && show == SNECK_RECEIVED_CERTIFICATE)
		return sneck__show_certificate(c, in, st);
	if (BUILD_CERTS && show == SNECK_RECEIVED_SIGNATURE)
		return sneck__show_signature(c, in, st);
	if (BUILD_CLIENT && BUILD_TICKETS && show == SNECK_RECEIVED_TICKET)
		return sneck__show_ticket(c, sneck__show_waiting(c, in).body, st);
	return !BUILD_CERTS || hs->ask_op != 0 ? show_ask(c, in, st) : sneck__show_verdict(c, st);
}
