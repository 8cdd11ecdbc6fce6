/* SPDX-License-Identifier: MIT */
/* combine_test.c: features that are right alone, together: sessions and whom they stand for,
 * retries and answers that change, early data and what is asked for besides, versions and kinds of
 * certificates. R5, R6, R8, R15. Sizes are combine_size_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/quic.h"
#include "lib/resume.h"

static struct pair p;
static const char words[] = "GET / HTTP/1.0\r\n\r\n";

static void with_psks(struct end *e, bool only)
{
	e->cfg.psks = pair_psks;
	e->cfg.n_psks = 1;
	e->cfg.psk_only = only;
}

/* ---- N45: whom a session stands for ---- */

/* A ticket that anybody gets must not pass for the key that psk_only asks for. */
static void n45_a_ticket_is_no_external_key(void **state)
{
	(void)state;
	resume_ticket(&p, 31); /* of a handshake with certificates */
	with_psks(&p.server, true);
	resume_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_NO_PSK);
	assert_false(pair_connected(&p));
	pair_wipe(&p);
}

/* Who has shown the key gets tickets that do. */
static void tickets_of_an_external_key(void **state)
{
	(void)state;
	resume_init(&p, 33);
	with_psks(&p.server, true);
	with_psks(&p.client, true);
	pair_start(&p);
	resume_expect(&p, 2);
	pair_wipe(&p);
	for (int i = 0; i < 3; i++) { /* also those of resumed connections */
		resume_next(&p, 33u + (unsigned)i);
		with_psks(&p.server, true);
		with_psks(&p.client, true);
		resume_start(&p);
		resume_expect(&p, 1);
		pair_wipe(&p);
	}
}

/* A server that was believed for its key has shown no certificate: a client that wants one does
 * not resume. */
static void n45_a_key_is_no_certificate(void **state)
{
	(void)state;
	resume_init(&p, 35);
	with_psks(&p.server, false);
	with_psks(&p.client, false);
	pair_start(&p);
	resume_expect(&p, 2);
	pair_wipe(&p);
	resume_next(&p, 35);
	with_psks(&p.server, false);
	p.client.resume = NULL;
	resume_start(&p);
	assert_int_equal(
		sneck_conn_set_session(p.client.conn, resume_session, resume_session_len, 0),
		SNECK_E_SESSION);
	resume_expect(&p, 0);
	pair_wipe(&p);
}

/* The server would take us for who we were then. */
static void n45_a_session_is_of_one_identity(void **state)
{
	(void)state;
	for (int other = 0; other < 2; other++) {
		static struct sneck_span cas[] = { BYTES("issuer") };

		resume_init(&p, 37);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		p.server.v.verifier.ca_names = cas;
		p.server.v.verifier.n_ca_names = 1;
		pair_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
		resume_next(&p, 37);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		p.server.v.verifier.ca_names = cas;
		p.server.v.verifier.n_ca_names = 1;
		if (other) {
			transparent_signer(&p.client.signer, TRANSPARENT_ECDSA, 11);
			transparent_cert(p.client.certs[0], sizeof p.client.certs[0],
					 TRANSPARENT_ECDSA, 11);
			p.client.resume = NULL;
		}
		resume_start(&p);
		if (other)
			assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session,
								resume_session_len, 0),
					 SNECK_E_SESSION);
		resume_expect(&p, other ? 0 : 1);
		pair_wipe(&p);
	}
}

/* Whose certificates a server believes is what its tickets are bound to. Where nothing tells that,
 * two servers with one ring would take each other's clients: session_domain says which is which. */
static void n45_client_auth_names_its_trust(void **state)
{
	static const struct sneck_span cas[] = { BYTES("issuer") };
	static const struct sneck_ticket_ring ring;
	struct sneck_config *const cfg = &p.server.cfg;
	struct sneck_note why;

	(void)state;
	for (unsigned i = 0; i < 32; i++) {
		const bool tickets = (i & 1) != 0, psk = (i & 2) != 0, asks = (i & 16) != 0;
		const bool told = (i & 12) != 0;
		enum sneck_rc want = SNECK_OK;

		pair_init(&p, 1);
		pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
		p.server.v.verifier.trust_id = (struct sneck_span){ 0 };
		cfg->tickets = tickets ? &ring : NULL;
		cfg->ask |= (psk ? SNECK_ASK_PSK : 0) | (asks ? SNECK_ASK_VERIFY : 0);
		if (i & 4)
			cfg->session_domain = (struct sneck_span)BYTES("here");
		if (i & 8) {
			p.server.v.verifier.ca_names = cas;
			p.server.v.verifier.n_ca_names = 1;
		}
		if ((tickets || psk) && !told)
			want = SNECK_E_CONFIG;
		assert_int_equal(sneck_config_check(cfg, SNECK_SERVER, &why), want);
		if (want != SNECK_OK)
			assert_non_null(strstr(why.text, "session_domain"));
		cfg->client_auth = SNECK_AUTH_NONE;
		assert_int_equal(sneck_config_check(cfg, SNECK_SERVER, NULL), SNECK_OK);
	}
}

/* ---- retries ---- */

static int n_psk_asked;

/* A store whose sessions count once: there for the first ClientHello, gone for the second. */
static int once(struct end *e, int state)
{
	if (state != SNECK_NEEDS_PSK)
		return 0;
	if (n_psk_asked++ == 0)
		assert_true(resume_answer(e));
	else
		assert_int_equal(sneck_answer_psk(e->conn, e->st.op, -1, NULL, 0, NULL), SNECK_OK);
	return 1;
}

/* RFC 9846, 4.2.4: the suite is the retry's, whatever became of the key it was chosen for. */
static void n23_the_suite_stays_when_the_key_goes(void **state)
{
	static const uint16_t small[] = { SNECK_TLS_AES_128_GCM_SHA256 };
	static const uint16_t suites[] = { SNECK_TLS_AES_256_GCM_SHA384,
					   SNECK_TLS_AES_128_GCM_SHA256 };
	static uint8_t secret[32] = { 1, 2, 3 };

	(void)state;
	for (int cookie = 0; cookie < 2; cookie++) {
		resume_init(&p, 41);
		p.server.cfg.suites = (struct sneck_u16s){ small, 1 };
		pair_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
		resume_next(&p, 41);
		pair_retry(&p);
		p.server.cfg.suites = (struct sneck_u16s){ suites, 2 };
		p.server.cfg.ask |= SNECK_ASK_PSK;
		if (cookie)
			p.server.cfg.cookie_secret = sneck_span_of(secret, sizeof secret);
		n_psk_asked = 0;
		p.server.hook = once;
		resume_start(&p);
		resume_expect(&p, 0);
		assert_int_equal(n_psk_asked, 2);
		assert_int_equal(p.server.conn->hs.suite->id, SNECK_TLS_AES_128_GCM_SHA256);
		pair_wipe(&p);
	}
}

/* ---- early data ---- */

static void early(uint32_t max, uint64_t seed)
{
	resume_ticket(&p, seed); /* its tickets allow 1,000 bytes */
	resume_allow(&p, max);
	p.server.accept_early = 1;
	resume_say(&p, words);
}

/* An allowance that has become smaller since: the client cannot know, so it is refused as a whole
 * and no more is taken than the config says. */
static void n51_allowance_of_the_config(void **state)
{
	(void)state;
	for (uint32_t max = 999; max < 1001; max++) {
		resume_init(&p, 43);
		resume_real(&p);
		resume_allow(&p, 1000);
		pair_start(&p);
		resume_expect(&p, 2);
		pair_wipe(&p);
		resume_next(&p, 43);
		resume_real(&p);
		resume_allow(&p, max);
		p.server.accept_early = 1;
		resume_say(&p, words);
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.client.result.accepted, max == 1000);
		assert_int_equal(p.server.n_early, max == 1000 ? sizeof words - 1u : 0);
		pair_wipe(&p);
	}
}

/* And it sends in good faith all that its ticket allows, also when that is more than is ever
 * skipped otherwise. */
static int much(struct end *e, int state)
{
	static const uint8_t zeros[60000];
	const struct sneck_iov piece = { zeros, sizeof zeros };
	size_t n;

	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	assert_int_equal(sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &n), SNECK_OK);
	assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
	return 1;
}

static void n51_a_larger_allowance_is_skipped(void **state)
{
	(void)state;
	resume_init(&p, 44);
	resume_real(&p);
	resume_allow(&p, 60000);
	pair_start(&p);
	resume_expect(&p, 2);
	pair_wipe(&p);
	resume_next(&p, 44);
	resume_real(&p);
	resume_allow(&p, 100);
	p.client.resume_flags = SNECK_SESSION_EARLY_DATA;
	p.client.hook = much;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(p.client.result.accepted, 0);
	assert_int_equal(p.client.result.bytes_to_resend, 60000);
	pair_wipe(&p);
}

/* The allowance is used to the last byte, and the state answered as ever: that of ordinary data
 * still comes. */
static int all_of_it(struct end *e, int state)
{
	static const uint8_t zeros[2000];
	const struct sneck_iov piece = { zeros, sizeof zeros };
	size_t n;

	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	assert_int_equal(sneck_early_encrypt(&e->st.u.may, &piece, 1, SNECK_F_PARTIAL, &e->out, &n),
			 SNECK_OK);
	assert_int_equal(n, 1000);
	assert_int_equal(sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &n),
			 SNECK_NOT_NOW);
	assert_int_equal(sneck_may_encrypt_done(&e->st.u.may), SNECK_OK);
	return 1;
}

static bool saw(const struct end *e, int state)
{
	return memchr(e->seen, state, e->n_seen) != NULL;
}

static void t9_early_data_answers_for_itself(void **state)
{
	(void)state;
	early(1000, 45);
	p.client.cfg.ask |= SNECK_ASK_MAY_ENCRYPT;
	p.client.hook = all_of_it;
	resume_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(p.server.n_early, 1000);
	assert_true(saw(&p.client, SNECK_MAY_ENCRYPT_EARLY_DATA));
	assert_true(saw(&p.client, SNECK_MAY_ENCRYPT_APP_DATA));
	pair_wipe(&p);
}

/* The early exporter is of the session's suite; when another hash is agreed on there is none. */
static void early_exporter_of_another_hash(void **state)
{
	static const uint16_t small[] = { SNECK_TLS_AES_128_GCM_SHA256 };
	static const uint16_t large[] = { SNECK_TLS_AES_256_GCM_SHA384 };
	uint8_t before[32], after[32];

	(void)state;
	resume_init(&p, 47);
	p.server.cfg.suites = (struct sneck_u16s){ small, 1 };
	resume_allow(&p, 1000);
	pair_start(&p);
	resume_expect(&p, 0);
	pair_wipe(&p);
	resume_next(&p, 47);
	p.server.cfg.suites = (struct sneck_u16s){ large, 1 };
	p.client.cfg.keep_exporter = 1;
	resume_say(&p, NULL);
	resume_start(&p);
	(void)end_run(&p.client);
	assert_int_equal(sneck_export_early(p.client.conn, "label", sneck_span_of(NULL, 0), before,
					    sizeof before),
			 SNECK_OK);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	p.client.split[0] = 5u + ((size_t)p.server.out.base[p.server.out.head + 3] << 8 |
				  p.server.out.base[p.server.out.head + 4]); /* the ServerHello */
	wire_move(&p.server, &p.client);
	(void)end_run(&p.client);
	assert_int_equal(p.client.conn->hs.hash->len, 48);
	assert_int_equal(sneck_export_early(p.client.conn, "label", sneck_span_of(NULL, 0), after,
					    sizeof after),
			 SNECK_NOT_NOW);
	pair_wipe(&p);
}

/* ---- endings ---- */

/* RFC 9846, 6.1: nothing follows our close_notify, tickets neither. */
static void n18_no_ticket_behind_close_notify(void **state)
{
	size_t len;

	(void)state;
	resume_init(&p, 49);
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	end_close(&p.server);
	wire_move(&p.server, &p.client);
	len = p.server.link.len;
	pair_run(&p);
	assert_int_equal(p.server.link.len, len);
	assert_true(p.client.peer_closed);
	assert_int_equal(p.client.n_sessions, 0);
	assert_int_equal(p.client.st.err, SNECK_OK);
	assert_int_equal(p.server.st.err, SNECK_OK);
	pair_wipe(&p);
}

/* ---- versions and kinds of certificates ---- */

static void forget_types(struct edit *ed, struct unit *u)
{
	static const struct attack gone = { .act = ACT_EXT_DEL, .ext = 20 };

	if (u->type == 22 && u->data[0] == 1)
		attack_ext(u, &gone);
	edit_put(ed, u);
}

/* Whoever takes raw keys only is not shown a certificate by a server that does not know them. */
static void n40_no_certificate_in_an_old_version(void **state)
{
	static struct edit ed;

	(void)state;
	for (int ask = 0; ask < 2; ask++) {
		pair_init(&p, 51);
		pair_old(&p);
		p.client.v.verifier.flags = SNECK_VERIFIER_RAW_KEYS | SNECK_VERIFIER_NO_X509;
		p.client.cfg.ask |= ask ? SNECK_ASK_VERIFY : 0;
		p.client.answer = 1;
		pair_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = forget_types;
		pair_run(&p);
		assert_false(pair_connected(&p));
		assert_int_equal(p.client.st.err, SNECK_E_CERT_TYPE);
		assert_int_equal(p.client.v.calls, 0);
		assert_false(saw(&p.client, SNECK_RECEIVED_CERTIFICATE));
		pair_wipe(&p);
	}
}

/* ---- answers ---- */

static struct sneck_credential given;

static int give(struct end *e, int state)
{
	if (state != SNECK_NEEDS_CREDENTIAL)
		return 0;
	assert_int_equal(sneck_answer_credential(e->conn, e->st.op, &given), SNECK_E_ARG);
	return 0;
}

/* A credential that is an answer is looked at as closely as one of a config. */
static void answered_credentials_are_checked(void **state)
{
	static const struct sneck_packed_chain bad[] = {
		{ .bytes = BYTES("x"), .length = 9, .algorithm = 77 },
		{ .bytes = { NULL, 0 }, .length = 9, .algorithm = SNECK_ZLIB },
		{ .bytes = BYTES("x"), .length = 0, .algorithm = SNECK_ZLIB },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pair_init(&p, 53);
		p.server.cfg.ask |= SNECK_ASK_CREDENTIAL;
		given = p.server.cred;
		given.packed = &bad[i];
		given.n_packed = 1;
		p.server.hook = give;
		pair_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
	}
}

/* ---- N51, QUIC: a config that is chosen by the ClientHello ---- */

static struct sneck_config chosen;
static enum sneck_rc chosen_rc;

static int choose_quic(struct quic_stack *s)
{
	struct end *const e = s->e;

	for (int i = 0; i < 10; i++) {
		const int state = quic_step(s);

		if (state == SNECK_RECEIVED_CLIENT_HELLO) {
			chosen_rc = sneck_answer_client_hello(e->conn, e->st.op, &chosen);
			return state;
		}
	}
	return 0;
}

/* QUIC keeps to TLS 1.3 and to a protocol, and its parameters count in the scratch. RFC 9001, 4.2,
 * 8.1. */
static void quic_keeps_to_its_rules(void **state)
{
	static uint8_t params[600];
	struct end *const s = &quic_pair.server;

	(void)state;
	for (int i = 0; i < 4; i++) {
		size_t need;

		quic_ready();
		s->cfg.ask |= SNECK_ASK_CLIENT_HELLO;
		s->late_scratch = true;
		quic_server.quic.params = sneck_span_of(params, sizeof params);
		quic_start();
		chosen = s->cfg;
		if (i == 1)
			chosen.min_version = 0;
		if (i == 2)
			chosen.n_alpn = 0;
		if (i == 3) { /* more than there is, but only with the parameters */
			chosen.client_auth = SNECK_AUTH_OPTIONAL;
			chosen.verifier = &s->v.verifier;
		}
		need = sneck_scratch_size(&s->cfg, SNECK_SERVER) + sizeof params + 8u;
		assert_true(sneck_scratch_size(&chosen, SNECK_SERVER) <= need);
		memset(s->scratch, 0xa5, sizeof s->scratch);
		assert_int_equal(sneck_conn_set_scratch(s->conn, s->scratch, need), SNECK_OK);
		(void)quic_run(&quic_client);
		(void)quic_deliver(&quic_client, &quic_server, QUIC_ROOM);
		assert_int_equal(choose_quic(&quic_server), SNECK_RECEIVED_CLIENT_HELLO);
		assert_int_equal(chosen_rc, i == 0 ? SNECK_OK : SNECK_E_CONFIG);
		for (size_t k = need; k < sizeof s->scratch; k++)
			assert_int_equal(s->scratch[k], 0xa5);
		pair_wipe(&quic_pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n45_a_ticket_is_no_external_key),
		cmocka_unit_test(tickets_of_an_external_key),
		cmocka_unit_test(n45_a_key_is_no_certificate),
		cmocka_unit_test(n45_a_session_is_of_one_identity),
		cmocka_unit_test(n45_client_auth_names_its_trust),
		cmocka_unit_test(n23_the_suite_stays_when_the_key_goes),
		cmocka_unit_test(n51_allowance_of_the_config),
		cmocka_unit_test(n51_a_larger_allowance_is_skipped),
		cmocka_unit_test(t9_early_data_answers_for_itself),
		cmocka_unit_test(early_exporter_of_another_hash),
		cmocka_unit_test(n18_no_ticket_behind_close_notify),
		cmocka_unit_test(n40_no_certificate_in_an_old_version),
		cmocka_unit_test(answered_credentials_are_checked),
		cmocka_unit_test(quic_keeps_to_its_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
