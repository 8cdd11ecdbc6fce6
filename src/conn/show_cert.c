/* SPDX-License-Identifier: MIT */
/* show_cert.c: questions about certificates and signatures as they stand in the status. */
#include "conn.h"

#include "../hs/graph.h"
#include "../msg/cert.h"
#include "../msg/finish.h"

int sneck__show_certificate(struct sneck_conn *c, const struct sneck_in *in,
			    struct sneck_status *st)
{
	const struct sneck_span unpacked = c->hs.work->unpacked;
	struct certificate cert = { .n = 0 };

	if (sneck__auth_list(&c->hs, &cert,
			     unpacked.len != 0 ? unpacked : sneck__show_waiting(c, in).body) !=
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

int sneck__show_signature(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st)
{
	const struct hs_msg m = sneck__show_waiting(c, in);
	struct certificate_verify cv = { .scheme = 0 };

	if (c->hs.v->signature_read(&cv, &m) == SNECK_OK)
		st->u.sig = (struct sneck_sig_st){ .scheme = cv.scheme, .sig = cv.signature };
	return SNECK_RECEIVED_SIGNATURE;
}

int sneck__show_verdict(struct sneck_conn *c, struct sneck_status *st)
{
	const struct hs_work *const wk = c->hs.work;

	st->u.verdict = (struct sneck_verdict_st){
		.conn = c,
		.gen = c->gen,
		.version = c->hs.version,
		.scheme = wk->nego.peer_scheme,
		.digest = wk->tbs_digest,
		.message = sneck_span_of(wk->tbs, wk->tbs_len),
		.name = c->hs.name,
	};
	return SNECK_NEEDS_SIGNATURE;
}

void sneck__show_credential(struct sneck_conn *c, struct sneck_status *st)
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

void sneck__show_sign(struct sneck_conn *c, struct sneck_status *st)
{
	const struct hs_work *const wk = c->hs.work;

	st->u.sign = (struct sneck_sign_st){
		.conn = c,
		.gen = c->gen,
		.scheme = wk->nego.own_way,
		.digest = wk->tbs_digest,
		.credential = wk->nego.cred,
		.tbs = sneck_span_of(wk->tbs, wk->tbs_len),
	};
}
