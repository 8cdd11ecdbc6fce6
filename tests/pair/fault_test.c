/* SPDX-License-Identifier: MIT */
/* fault_test.c: what we stand on fails: the n-th call of the provider, for all n of a flow (T20,
 * N78), the signer, the verifier; keys that are used up; and secrets that must be gone (T21, Z3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/fail.h"

static struct pair p;

/* Nothing of key exchanges, nothing of the key log, in either region. */
static void check_clean(const struct end *e, bool dead)
{
	fail_gone(e, TRANSPARENT_PRIV, "a private key");
	fail_gone(e, TRANSPARENT_SECRET, "a shared secret");
	/* in order: client and server handshake, client and server traffic, exporter */
	for (size_t at = 0; at + 16 <= e->n_secrets; at += 16) {
		const bool traffic = at >= e->n_secrets / 5 * 2 && at < e->n_secrets / 5 * 4;

		if (fail_has(e->scratch, sizeof e->scratch, e->secrets + at))
			fail_msg("secret %zu of %zu is in the scratch", at, e->n_secrets);
		if ((dead || !traffic) && fail_has(e->conn, SNECK_CONN_MAX, e->secrets + at))
			fail_msg("secret %zu of %zu is in the connection", at, e->n_secrets);
	}
}

static const uint16_t suite = 0x1301; /* 32-byte hash: five secrets of two blocks each */

static void start(uint64_t seed)
{
	pair_init(&p, seed);
	p.client.cfg.suites = (struct sneck_u16s){ &suite, 1 };
}

/* Cursors before a call that fails because the provider does. */
static struct sneck_out out_was;

static void check_out(const struct end *e)
{
	assert_int_equal(e->out.pos, out_was.pos);
	assert_int_equal(e->out.head, out_was.head);
	assert_int_equal(e->out.len, out_was.len);
	for (size_t i = e->out.head + e->out.len; i < e->out.cap; i++)
		if (e->out.base[i] != 0)
			fail_msg("byte %zu behind the unsent ones is not wiped", i);
}

static bool seen_crypto, seen_random, seen_signer;

/* Plays the flow up to data; true when the failing call was reached. */
static bool fail_at(uint64_t n, bool rfc, uint8_t auth, uint32_t ask)
{
	struct end *const ends[2] = { &p.client, &p.server };
	bool reached;

	start(1);
	p.client.rfc_mode = p.server.rfc_mode = rfc;
	if (auth != SNECK_AUTH_NONE)
		pair_client_auth(&p, auth);
	p.client.cfg.ask |= ask;
	p.server.cfg.ask |= ask;
	p.client.answer = p.server.answer = 2;
	pair_start(&p);
	reached = fail_call(&p, n);
	if (!reached) {
		assert_true(pair_connected(&p));
		pair_wipe(&p);
		return false;
	}
	if (p.client.n_done != 0 && p.server.n_done != 0)
		fail_msg("call %u: both connected", (unsigned)n);
	for (int i = 0; i < 2; i++) {
		const int err = ends[i]->st.err;

		if (ends[i]->st.state != SNECK_FAILED)
			continue;
		if (err != SNECK_E_CRYPTO && err != SNECK_E_RANDOM && err != SNECK_E_SIGNER &&
		    err != SNECK_E_PEER_ALERT && (err != SNECK_E_REFUSED || ask == 0))
			fail_msg("call %u: %s", (unsigned)n, sneck_rc_name(err));
		seen_crypto |= err == SNECK_E_CRYPTO;
		seen_random |= err == SNECK_E_RANDOM;
		seen_signer |= err == SNECK_E_SIGNER;
		check_clean(ends[i], true);
		assert_false(ends[i]->st.flags & SNECK_ST_CAN_ENCRYPT);
	}
	assert_true(p.client.st.state == SNECK_FAILED || p.server.st.state == SNECK_FAILED);
	pair_wipe(&p);
	return true;
}

static void t20_every_call_of_the_provider_fails(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		const uint32_t ask = SNECK_ASK_CLIENT_HELLO | SNECK_ASK_SCHEMES | SNECK_ASK_SIGN |
				     SNECK_ASK_CREDENTIAL | SNECK_ASK_VERIFY;
		uint64_t n = 1;

		while (fail_at(n, i % 2 != 0, i < 2 ? SNECK_AUTH_NONE : SNECK_AUTH_REQUIRED,
			       i < 4 ? 0 : ask))
			n++;
		print_message("%u calls in a flow\n", (unsigned)n - 1u);
		assert_true(n > 100);
	}
	assert_true(seen_crypto && seen_random && seen_signer);
}

/* Of a call that sends three records each one fails. */
static void t20_sealing_fails(void **state)
{
	static uint8_t data[40000];
	const struct sneck_iov piece = { data, sizeof data };

	(void)state;
	for (int how = 0; how < 3; how++)
		for (uint64_t n = 1; n <= (how == 0 ? 3u : 1u); n++) {
			struct end *const c = &p.client;
			enum sneck_rc rc;
			size_t used = 1;

			start(2);
			pair_connect(&p);
			memset(c->out_mem, 0xa5, sizeof c->out_mem);
			out_was = c->out;
			transparent_fail_at = transparent_calls + n;
			if (how == 0)
				rc = sneck_encrypt(c->conn, &piece, 1, 0, &c->out, &used);
			else if (how == 1)
				rc = sneck_encrypt_in_place(c->conn, &c->out, 100);
			else
				rc = sneck_close_notify(c->conn, &c->out);
			transparent_fail_at = 0;
			assert_int_equal(rc, SNECK_E_CRYPTO);
			check_out(c);
			assert_int_equal(end_run(c), SNECK_FAILED);
			assert_int_equal(c->st.err, SNECK_E_CRYPTO);
			assert_int_equal(c->out.len, out_was.len);
			check_clean(c, true);
			assert_int_equal(sneck_encrypt(c->conn, &piece, 1, 0, &c->out, NULL),
					 SNECK_E_CRYPTO);
			pair_wipe(&p);
		}
}

/* ---- signer and verifier ---- */

static int connect(void)
{
	pair_start(&p);
	pair_run(&p);
	return p.client.st.state == SNECK_FAILED ? p.client.st.err : SNECK_OK;
}

static void n33_signer(void **state)
{
	static const enum sneck_rc says[] = { SNECK_E_SIGNER, SNECK_WANT_ANSWER, SNECK_E_ARG,
					      (enum sneck_rc) - 1, SNECK_E_CRYPTO };

	(void)state;
	for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
		start(3);
		p.server.signer.rc = says[i];
		assert_int_equal(connect(), SNECK_E_PEER_ALERT);
		assert_int_equal(p.client.st.alert, 80);
		assert_int_equal(p.server.st.err, SNECK_E_SIGNER);
		pair_wipe(&p);
	}
	start(3);
	p.server.signer.garbage = true;
	assert_int_equal(connect(), SNECK_E_BAD_SIGNATURE);
	assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
	pair_wipe(&p);
}

static struct sneck_signer honest;
static size_t wrong_at;

/* Signs another message: one byte of context or transcript is not what it should be. */
static enum sneck_rc sign_other(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
				size_t cap, size_t *len)
{
	uint8_t other[200];

	assert_true(tbs.len <= sizeof other && wrong_at < tbs.len);
	memcpy(other, tbs.p, tbs.len);
	other[wrong_at] ^= 1;
	if (wrong_at == 64 + 9) /* as a client would */
		memcpy(other + 64, "TLS 1.3, client", 15);
	return honest.sign(ctx, scheme, sneck_span_of(other, tbs.len), sig, cap, len);
}

static void n33_other_message_signed(void **state)
{
	(void)state;
	for (wrong_at = 0; wrong_at < 98 + 32; wrong_at++) {
		start(3);
		honest = p.server.signer.signer;
		p.server.signer.signer.sign = sign_other;
		assert_int_equal(connect(), SNECK_E_BAD_SIGNATURE);
		assert_int_equal(p.server.st.alert, 51);
		assert_int_equal(p.client.n_done + p.server.n_done, 0);
		pair_wipe(&p);
	}
}

static struct unit finished;

static void reflect(struct edit *ed, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 20 && ed->e == &p.server)
		finished = *u;
	else if (u->type == 22 && u->data[0] == 20)
		*u = finished;
	edit_put(ed, u);
}

static void n43_finished_reflected(void **state)
{
	static struct edit ed[2];

	(void)state;
	start(3);
	edit_init(&ed[0], &p.client);
	edit_init(&ed[1], &p.server);
	ed[0].on_unit = ed[1].on_unit = reflect;
	(void)connect();
	assert_int_equal(p.server.st.err, SNECK_E_BAD_FINISHED);
	assert_int_equal(p.server.st.alert, 51);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.server.n_done, 0);
	pair_wipe(&p);
}

/* Whatever a verifier answers: a code of ours that ends the connection, with an alert. */
static void n37_verifier_says(void **state)
{
	(void)state;
	for (int rc = -0x620; rc < 16; rc++) {
		start(4);
		p.client.v.rc = (enum sneck_rc)rc;
		assert_int_equal(connect() == SNECK_OK, rc == 0);
		if (rc != 0) {
			if (sneck_rc_is_refusal(p.client.st.err) || p.client.st.err >= 0 ||
			    p.client.st.alert == 0 ||
			    strcmp(sneck_rc_name(p.client.st.err), "unknown") == 0)
				fail_msg("a verifier says %d: %s, alert %d", rc,
					 sneck_rc_name(p.client.st.err), p.client.st.alert);
			assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
			assert_int_equal(p.server.n_done, 0);
		}
		pair_wipe(&p);
	}
}

static void n37_verdict_for_another_leaf(void **state)
{
	(void)state;
	start(5);
	p.client.v.other_leaf = true;
	assert_int_equal(connect(), SNECK_E_CERT_REFUSED);
	assert_int_equal(p.client.st.alert, 46);
	pair_wipe(&p);
}

static void n37_every_reason(void **state)
{
	(void)state;
	for (int reason = -0x620; reason < 4; reason++) {
		start(6);
		p.client.v.says.chain = 0;
		p.client.v.says.reason = reason;
		(void)connect();
		assert_int_equal(p.client.st.state, SNECK_FAILED);
		assert_true(p.client.st.err <= -0x501 && p.client.st.err >= -0x5ff);
		assert_int_not_equal(p.client.st.alert, 0);
		assert_int_equal(p.server.st.alert, p.client.st.alert);
		assert_string_not_equal(sneck_rc_name(p.client.st.err), "unknown");
		pair_wipe(&p);
	}
}

/* ---- keys that are used up ---- */

static void key_limit(void **state)
{
	struct sneck_layout l;
	unsigned n = 0;

	(void)state;
	start(7);
	transparent_limit(&p.client.t, 12, UINT64_C(1) << 62);
	pair_connect(&p);
	for (enum sneck_rc rc = SNECK_OK; rc == SNECK_OK; n++) {
		const struct sneck_iov piece = { "x", 1 };

		rc = sneck_encrypt(p.client.conn, &piece, 1, 0, &p.client.out, NULL);
		if (rc != SNECK_OK)
			assert_int_equal(rc, SNECK_E_KEY_LIMIT);
	}
	assert_true(n > 6 && n <= 12);
	assert_int_equal(sneck_record_layout(p.client.conn, &l), SNECK_OK);
	end_close(&p.client);
	pair_run(&p);
	assert_true(p.server.peer_closed);
	assert_int_equal(p.server.n_got, n - 1u);
	pair_wipe(&p);
}

/* A key that may open no more ends the connection, and not with the code of a refused call. */
static void open_limit(void **state)
{
	(void)state;
	start(8);
	transparent_limit(&p.server.t, UINT64_C(1) << 62, 3);
	pair_start(&p);
	pair_run(&p);
	for (int i = 0; i < 4; i++)
		end_write(&p.client, "x", 1);
	pair_run(&p);
	assert_int_equal(p.server.st.state, SNECK_FAILED);
	assert_false(sneck_rc_is_refusal(p.server.st.err));
	assert_int_equal(p.server.n_got, 3);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	pair_wipe(&p);
}

/* ---- secrets ---- */

static int scan(struct end *e, int state)
{
	if (state == SNECK_HANDSHAKE_DONE)
		check_clean(e, false);
	if (state == SNECK_CLOSED || state == SNECK_FAILED)
		check_clean(e, true);
	return 0;
}

static void z3_secrets_are_gone(void **state)
{
	size_t len;

	(void)state;
	for (int how = 0; how < 3; how++) {
		start(9);
		p.client.hook = p.server.hook = scan;
		pair_start(&p);
		assert_false(fail_has(p.client.scratch, sizeof p.client.scratch, TRANSPARENT_PRIV));
		(void)end_run(&p.client); /* the scan finds what is there */
		assert_true(fail_has(p.client.scratch, sizeof p.client.scratch, TRANSPARENT_PRIV));
		pair_run(&p);
		assert_true(pair_connected(&p));
		assert_true(fail_has(p.client.conn, SNECK_CONN_MAX, p.client.secrets + 64));
		assert_ptr_equal(sneck_conn_take_scratch(p.client.conn, &len), p.client.scratch);
		assert_int_equal(len, sizeof p.client.scratch);
		assert_null(sneck_conn_take_scratch(p.client.conn, &len));
		if (how == 0) {
			end_close(&p.client);
			pair_run(&p);
			end_close(&p.server);
		} else if (how == 1) {
			link_record(&p.client, true, 22, "\xff", 1);
		} else {
			assert_int_equal(sneck_fail(p.client.conn, 0), SNECK_OK);
			assert_int_equal(end_run(&p.client), SNECK_FAILED);
			assert_int_equal(p.client.st.err, SNECK_E_ABORTED);
			assert_int_equal(p.client.st.alert, 0);
			sneck_in_eof(&p.server.in);
		}
		pair_run(&p);
		assert_true(p.client.st.state >= SNECK_CLOSED);
		pair_wipe(&p);
		for (size_t i = 0; i < sneck_conn_size(&p.client.cfg, SNECK_CLIENT); i++)
			assert_int_equal(((uint8_t *)p.client.conn)[i], 0);
	}
}

/* A record that does not authenticate leaves no plaintext. N68. */
static void n68_nothing_of_a_forged_record(void **state)
{
	(void)state;
	start(10);
	pair_start(&p);
	pair_run(&p);
	link_record(&p.client, true, 23, "forged plaintext!", 17);
	p.client.link.bytes[p.client.link.len - 1u] ^= 1;
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_BAD_MAC);
	assert_false(fail_has(p.server.in_mem, sizeof p.server.in_mem, "forged plaintext"));
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t20_every_call_of_the_provider_fails),
		cmocka_unit_test(t20_sealing_fails),
		cmocka_unit_test(n33_signer),
		cmocka_unit_test(n33_other_message_signed),
		cmocka_unit_test(n43_finished_reflected),
		cmocka_unit_test(n37_verifier_says),
		cmocka_unit_test(n37_verdict_for_another_leaf),
		cmocka_unit_test(n37_every_reason),
		cmocka_unit_test(key_limit),
		cmocka_unit_test(open_limit),
		cmocka_unit_test(z3_secrets_are_gone),
		cmocka_unit_test(n68_nothing_of_a_forged_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
