/* SPDX-License-Identifier: MIT */
/* judge.c: the answers to the questions of a connection: is this peer good, which credential, sign
 * this, take early data. With -async an answer comes when the question is shown a second time. */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>
#include <openssl/x509.h>

/* ---- peers ---- */

static void remember(struct kept *k, const struct sneck_chain *chain)
{
	k->n_peer = 0;
	for (size_t i = 0; i < chain->n_certs && i < 10; i++)
		k->peer[k->n_peer++] = copy_of(chain->certs[i].der);
	k->ocsp = k->scts = sneck_span_of(NULL, 0);
	if (chain->n_certs != 0) {
		k->ocsp = copy_of(chain->certs[0].ocsp);
		k->scts = copy_of(chain->certs[0].scts);
	}
}

static bool key_expected(const struct flags *f, const struct sneck_chain *chain)
{
	uint8_t sha[32];

	if (f->expect_rpk_sha256.len == 0)
		return true;
	(void)SHA256(chain->certs[0].der.p, chain->certs[0].der.len, sha);
	return chain->type == SNECK_RAW_PUBLIC_KEY &&
	       memcmp(sha, f->expect_rpk_sha256.p, sizeof sha) == 0;
}

/* The reference has two hooks for this, and each its own alert. */
uint8_t refusal(const struct flags *f)
{
	return f->use_custom_verify_callback ? SNECK_ALERT_CERTIFICATE_UNKNOWN
					     : SNECK_ALERT_HANDSHAKE_FAILURE;
}

/* A refusal counts only where a test wants the peer to be verified. */
static bool refused_anyway(const struct flags *f)
{
	return f->verify_fail &&
	       (f->verify_peer || f->require_any_client_certificate ||
		f->accepted_peer_cert_types.given || f->use_custom_verify_callback);
}

/* Of the verifier's reasons only what a key may be used for counts: names and paths are not judged
 * by the reference, and the tests have chains of all kinds. */
static enum sneck_rc judge_usage(struct run *r, const struct sneck_chain *chain,
				 struct sneck_verdict *verdict)
{
	const struct sneck_verifier *const v = sneck_pki_trust_verifier(r->trust);
	struct sneck_chain nameless = *chain;

	nameless.name = sneck_span_of(NULL, 0);
	SNECK_TRY(v->verify(v->ctx, &nameless, verdict));
	if (verdict->reason != SNECK_E_CERT_USAGE)
		verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

enum sneck_rc judge(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict)
{
	struct run *const r = ctx;
	const struct flags *const f = r->early_rejected ? r->retry : r->flags;

	remember(r->kept, chain);
	if (f->expect_peer_certificate_type != NO_EXPECTATION &&
	    chain->type != f->expect_peer_certificate_type)
		fprintf(stderr, "the peer's certificate is of type %d\n", chain->type);
	if (f->fail_ocsp_callback && f->enable_ocsp_stapling)
		verdict->reason = SNECK_E_CERT_STAPLE;
	else if (refused_anyway(f) || !key_expected(f, chain))
		verdict->alert = refusal(f);
	else if (r->trust != NULL && chain->type == SNECK_X509)
		return judge_usage(r, chain, verdict);
	else
		verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

/* ---- our own signature ---- */

enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig, size_t cap,
		   size_t *len)
{
	const struct identity *const id = ctx;
	const struct sneck_signer *const own = sneck_pki_key_signer(id->key);

	id->run->selected = id->index;
	return own->sign(own->ctx, scheme, tbs, sig, cap, len);
}

enum sneck_rc sign_digest(void *ctx, uint16_t scheme, struct sneck_span digest, uint8_t *sig,
			  size_t cap, size_t *len)
{
	const struct identity *const id = ctx;
	const struct sneck_signer *const own = sneck_pki_key_signer(id->key);

	id->run->selected = id->index;
	return own->sign_digest(own->ctx, scheme, digest, sig, cap, len);
}

static enum sneck_rc answer_sign(struct run *r)
{
	const struct sneck_sign_st *const st = &r->st.u.sign;
	const struct sneck_signer *const s = st->credential->signer;
	uint8_t sig[SNECK_SIG_MAX];
	size_t len;

	SNECK_TRY((st->digest ? s->sign_digest : s->sign)(s->ctx, st->scheme, st->tbs, sig,
							  sizeof sig, &len));
	return sneck_answer_signature(r->conn, r->st.op, sig, len);
}

/* ---- which credential ---- */

/* Whether a list of DistinguishedNames has the issuer of a certificate of the chain. */
static bool issuer_named(const struct sneck_credential *c, struct sneck_span names)
{
	for (size_t i = 0; i < c->n_chain; i++) {
		const uint8_t *p = c->chain[i].p;
		X509 *const cert = d2i_X509(NULL, &p, (long)c->chain[i].len);
		uint8_t *issuer = NULL;
		const int len =
			cert != NULL ? i2d_X509_NAME(X509_get_issuer_name(cert), &issuer) : -1;
		bool found = false;

		for (size_t at = 0; len > 0 && !found && at + 2u <= names.len;) {
			const size_t n = (size_t)names.p[at] << 8 | names.p[at + 1u];

			found = n == (size_t)len && memcmp(names.p + at + 2u, issuer, n) == 0;
			at += 2u + n;
		}
		OPENSSL_free(issuer);
		X509_free(cert);
		if (found)
			return true;
	}
	return false;
}

static enum sneck_rc answer_credential(struct run *r)
{
	const struct sneck_cred_st *const st = &r->st.u.cred;
	bool issuers = false, any = false;

	expect_request(r, st);
	if (r->flags->fail_cert_callback)
		return sneck_answer_refuse(r->conn, r->st.op, SNECK_ALERT_INTERNAL_ERROR);
	if (r->flags->server && r->flags->fail_ocsp_callback)
		return sneck_answer_refuse(r->conn, r->st.op,
					   SNECK_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE);
	for (size_t i = 0; i <= MAX_CREDS; i++) {
		const struct identity *const id = &r->ids[i];

		if (id->chain == NULL)
			continue;
		any = true;
		issuers = id->flags->must_match_issuer &&
			  !issuer_named(&id->credential, st->ca_names);
		if (!issuers &&
		    sneck_answer_credential(r->conn, r->st.op, &id->credential) == SNECK_OK)
			return SNECK_OK;
	}
	if (!any)
		return sneck_answer_credential(r->conn, r->st.op, NULL);
	fprintf(stderr, "no credential fits%s\n", issuers ? ": of none of the issuers" : "");
	return sneck_answer_refuse(r->conn, r->st.op, SNECK_ALERT_HANDSHAKE_FAILURE);
}

/* ---- which pre-shared key ---- */

/* An ImportedIdentity of RFC 9258 against the key that it would be made of. */
static bool names(struct sneck_span identity, const struct sneck_psk *psk, uint32_t kdfs)
{
	const struct sneck_span part[] = { psk->identity, psk->context };
	size_t at = 0;

	for (size_t i = 0; i < 2; i++) {
		const size_t len = part[i].len;

		if (identity.len < at + 2u + len || identity.p[at] != len >> 8 ||
		    identity.p[at + 1u] != (len & 0xffu) ||
		    (len != 0 && memcmp(identity.p + at + 2u, part[i].p, len) != 0))
			return false;
		at += 2u + len;
	}
	return identity.len == at + 4u && memcmp(identity.p + at, "\3\4\0", 3) == 0 &&
	       identity.p[at + 3u] < 3 && (kdfs & 1u << identity.p[at + 3u]) != 0;
}

/* Set of RFC 9258's KDFs that a list of suites has: 1 SHA-256, 2 SHA-384. */
static uint32_t kdfs_of(struct sneck_span suites)
{
	uint32_t set = 0;

	for (size_t i = 0; i + 2u <= suites.len; i += 2)
		if (suites.p[i] == 0x13)
			set |= suites.p[i + 1u] == 2 ? 4u : 2u;
	return set;
}

static enum sneck_rc answer_session(struct run *r, uint32_t i, struct sneck_span identity)
{
	struct kept *const k = r->kept;
	uint8_t session[4096];
	size_t len;

	if (k->stored_len != 0 && identity.len == sizeof k->stored_id &&
	    memcmp(identity.p, k->stored_id, identity.len) == 0)
		return sneck_answer_psk(r->conn, r->st.op, (int)i, k->stored, k->stored_len, NULL);
	if (r->cfg.tickets == NULL)
		return SNECK_E_SESSION;
	SNECK_TRY(sneck_ticket_open(&r->kept->ring, r->cfg.provider, identity, r->kept->now_ms,
				    session, sizeof session, &len));
	return sneck_answer_psk(r->conn, r->st.op, (int)i, session, len, NULL);
}

/* A session, else the first credential of ours that will do, be it a key or a certificate. */
static enum sneck_rc answer_psk(struct run *r)
{
	const struct sneck_psk_st *const st = &r->st.u.psk;
	struct sneck_span identity[4];
	uint32_t age, n = st->n_identities < 4 ? st->n_identities : 4;

	for (uint32_t i = 0; i < n; i++) {
		SNECK_TRY(sneck_psk_at(st, i, &identity[i], &age));
		if (answer_session(r, i, identity[i]) == SNECK_OK)
			return SNECK_OK;
	}
	if (sneck_conn_facts(r->conn, &r->facts, sizeof r->facts) == SNECK_OK &&
	    r->facts.version == SNECK_TLS12)
		return sneck_answer_psk(r->conn, r->st.op, -1, NULL, 0, NULL);
	for (size_t k = 0; k <= MAX_CREDS; k++) {
		const struct identity *const id = &r->ids[k];

		if (id->chain != NULL && r->takes_certs)
			return sneck_answer_psk(r->conn, r->st.op, -1, NULL, 0, NULL);
		for (uint32_t i = 0; id->flags != NULL && i < n; i++)
			if (names(identity[i], &id->psk, r->kdfs)) {
				r->psk_index = id->index;
				r->keyed = true;
				return sneck_answer_psk(r->conn, r->st.op, (int)i, NULL, 0,
							&id->psk);
			}
	}
	/* the key that a first ClientHello was judged by is gone from the second */
	return sneck_answer_refuse(r->conn, r->st.op,
				   r->keyed ? SNECK_ALERT_ILLEGAL_PARAMETER
					    : SNECK_ALERT_HANDSHAKE_FAILURE);
}

/* ---- the others ---- */

static enum sneck_rc answer_hello(struct run *r)
{
	const struct flags *const f = r->flags;

	struct sneck_hello hello;

	expect_hello(r, &r->st.u.hello);
	if (sneck_hello_read(r->st.u.hello.raw, &hello) == SNECK_OK) {
		r->kdfs = kdfs_of(hello.suites);
		r->takes_certs = hello.schemes.len != 0;
	}
	if (f->fail_early_callback)
		return sneck_answer_refuse(r->conn, r->st.op, SNECK_ALERT_HANDSHAKE_FAILURE);
	if (f->fail_ddos_callback)
		return sneck_answer_refuse(r->conn, r->st.op, SNECK_ALERT_INTERNAL_ERROR);
	return sneck_answer_client_hello(r->conn, r->st.op, &r->cfg);
}

static enum sneck_rc answer_early(struct run *r)
{
	const int32_t skew = r->st.u.early_offer.age_skew_ms / 1000;

	if (r->flags->expect_ticket_age_skew != 0 && skew != r->flags->expect_ticket_age_skew)
		fprintf(stderr, "the ticket's age is off by %d s\n", (int)skew);
	return sneck_answer_early_data(r->conn, r->st.op, 1);
}

/* A verdict made outside the handshake, of bytes that know nothing of the connection. */
static enum sneck_rc answer_verdict(struct run *r)
{
	struct sneck_verdict verdict;
	const size_t len = sneck_verify_job_size(&r->st.u.cert);
	void *const job = malloc(len);
	enum sneck_rc rc = job != NULL ? SNECK_OK : SNECK_E_NO_MEMORY;

	if (rc == SNECK_OK)
		rc = sneck_verify_job_pack(&r->st.u.cert, job, len);
	if (rc == SNECK_OK)
		rc = sneck_verify_job_run(&r->verifier, job, len, &verdict);
	free(job);
	if (rc == SNECK_OK)
		rc = sneck_answer_verdict(r->conn, r->st.op, &verdict);
	return rc;
}

static enum sneck_rc answer(struct run *r)
{
	switch (r->st.state) {
	case SNECK_RECEIVED_CERTIFICATE:
		return answer_verdict(r);
	case SNECK_RECEIVED_CLIENT_HELLO:
		return answer_hello(r);
	case SNECK_NEEDS_CREDENTIAL:
		return answer_credential(r);
	case SNECK_NEEDS_PSK:
		return answer_psk(r);
	case SNECK_NEEDS_LOCAL_SIGNATURE:
		return answer_sign(r);
	case SNECK_NEEDS_EARLY_DATA_DECISION:
		return answer_early(r);
	default:
		return SNECK_E_UNSUPPORTED;
	}
}

bool answer_question(struct run *r)
{
	enum sneck_rc rc;

	if (r->st.op == 0)
		return false;
	if (r->flags->async && r->seen_op != r->st.op &&
	    r->st.state != SNECK_RECEIVED_CERTIFICATE) {
		r->seen_op = r->st.op; /* not yet */
		return true;
	}
	rc = answer(r);
	if (rc != SNECK_OK)
		die("answer to %s: %s: %s", sneck_state_name(r->st.state), sneck_rc_name(rc),
		    sneck_misuse_text(r->conn));
	return true;
}
