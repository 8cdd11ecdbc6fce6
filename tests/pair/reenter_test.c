/* SPDX-License-Identifier: MIT */
/* reenter_test.c: what a config names (verifier, signer, key log, trace) is called from inside
 * sneck_process(), and calls back (N80): each call is refused, and the handshake is as if nothing
 * had been tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;
static unsigned calls;

static void refused(enum sneck_rc rc)
{
	if (rc != SNECK_E_MISUSE && rc != SNECK_NOT_NOW && rc != SNECK_E_STALE)
		fail_msg("a call from inside: %s", sneck_rc_name(rc));
}

static void call_all(struct end *e)
{
	static const struct sneck_iov piece = { "x", 1 };
	static const uint16_t schemes[] = { 0x0403 };
	static _Alignas(SNECK_ALIGN) uint8_t other[SNECK_SCRATCH_MAX];
	struct sneck_conn *const c = e->conn;
	struct sneck_verdict v = end_verdict(e);
	struct sneck_transmit_st transmit = { .conn = c, .gen = c->gen };
	struct sneck_may_st may = { .conn = c, .gen = c->gen };
	struct sneck_encode_st encode = { .conn = c, .gen = c->gen };
	struct sneck_cert_st cert = { .conn = c, .gen = c->gen };
	struct sneck_cert_entry entry;
	struct sneck_layout layout;
	struct sneck_status st;

	assert_int_equal(sneck_process(c, &e->in, &e->out, &st), SNECK_FAILED);
	refused((enum sneck_rc)st.err);
	assert_int_equal(sneck_release(c, &e->in), 0);
	assert_int_equal(sneck_encrypt_size(c, 1), 0);
	refused(sneck_encrypt(c, &piece, 1, 0, &e->out, NULL));
	refused(sneck_encrypt_in_place(c, &e->out, 1));
	refused(sneck_record_layout(c, &layout));
	refused(sneck_key_update(c, 0));
	refused(sneck_close_notify(c, &e->out));
	refused(sneck_conn_set_send_fragment(c, 100));
	refused(sneck_fail(c, 80));
	refused(sneck_encode(&encode, 0, &e->out));
	refused(sneck_transmit_done(&transmit));
	refused(sneck_may_encrypt_done(&may));
	refused(sneck_cert_at(&cert, 0, &entry));
	refused(sneck_conn_set_scratch(c, other, sizeof other));
	for (uint64_t op = c->hs.op_base; op <= c->hs.op_base + 1u; op++) {
		refused(sneck_answer_verdict(c, op, &v));
		refused(sneck_answer_schemes(c, op, schemes, 1));
		refused(sneck_answer_client_hello(c, op, &e->cfg));
		refused(sneck_answer_credential(c, op, &e->cred));
		refused(sneck_answer_signature(c, op, "x", 1));
		refused(sneck_answer_refuse(c, op, 80));
	}
	calls++;
}

static struct end *of(const void *ctx)
{
	const uint8_t *const at = ctx;

	return at >= (const uint8_t *)&p.server ? &p.server : &p.client;
}

static struct sneck_verifier verifiers[2];
static struct sneck_signer signers[2];

static enum sneck_rc verify(void *ctx, const struct sneck_chain *chain,
			    struct sneck_verdict *verdict)
{
	struct end *const e = of(ctx);

	call_all(e);
	return e->v.verifier.verify(ctx, chain, verdict);
}

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len)
{
	struct end *const e = of(ctx);

	call_all(e);
	return e->signer.signer.sign(ctx, scheme, tbs, sig, cap, len);
}

static void keylog(void *user, const char *label, const uint8_t client_random[32],
		   const uint8_t *secret, size_t len)
{
	(void)label;
	(void)client_random;
	(void)secret;
	(void)len;
	call_all(user);
}

static void trace(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	(void)sent;
	(void)content;
	(void)type;
	(void)len;
	call_all(user);
}

static void n80_calls_back(void **state)
{
	static struct pair quiet;

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct end *const ends[2] = { &p.client, &p.server };

		pair_init(&quiet, i);
		pair_client_auth(&quiet, SNECK_AUTH_REQUIRED);
		pair_connect(&quiet);
		pair_wipe(&quiet);

		pair_init(&p, i);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		for (int k = 0; k < 2; k++) {
			struct end *const e = ends[k];

			e->rfc_mode = i & 1;
			verifiers[k] = e->v.verifier;
			verifiers[k].verify = verify;
			e->cfg.verifier = &verifiers[k];
			signers[k] = e->signer.signer;
			signers[k].sign = sign;
			e->cred.signer = &signers[k];
			e->cfg.insecure_keylog = keylog;
			e->cfg.keylog_user = e->cfg.trace_user = e;
			e->cfg.trace = trace;
			e->late_scratch = (i & 2) != 0;
			e->chunk = i & 4 ? 9 : 0;
		}
		calls = 0;
		pair_connect(&p);
		assert_true(calls > 20);
		/* byte for byte what it is without */
		assert_int_equal(p.client.link.len, quiet.client.link.len);
		assert_memory_equal(p.client.link.bytes, quiet.client.link.bytes,
				    quiet.client.link.len);
		assert_int_equal(p.server.link.len, quiet.server.link.len);
		assert_memory_equal(p.server.link.bytes, quiet.server.link.bytes,
				    quiet.server.link.len);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n80_calls_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
