/* SPDX-License-Identifier: MIT */
/* combine_wipe_test.c: wherever a handshake of many features ends, in which state ever, of its
 * secrets nothing is left, in the connection or in the scratch. Z2, Z5. The secrets are those of
 * the key log, the session's, and an external key's as it is imported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/fail.h"
#include "lib/pair.h"
#include "lib/resume.h"

#include "keys/session.h"

static struct pair p;

/* What tickets are made of is in no key log. */
static uint8_t kept[32];
static bool have_kept;

static void keep_resumption(const struct end *e)
{
	static const uint8_t none[32];

	memcpy(kept, e->conn->hs.resumption, sizeof kept);
	have_kept = memcmp(kept, none, sizeof none) != 0;
}

/* Of the client's session, the server's has the same secret. */
static void session_secret(uint8_t secret[32])
{
	struct session s;

	assert_int_equal(sneck__session_read(&s, sneck_span_of(resume_session, resume_session_len)),
			 SNECK_OK);
	memcpy(secret, s.secret.p, 32);
}

static void expect_nothing(const struct end *e, const uint8_t *session)
{
	for (size_t i = 0; i + 32u <= e->n_secrets; i += 32u)
		fail_gone(e, e->secrets + i, "a secret of the key log");
	if (session != NULL)
		fail_gone(e, session, "the session's secret");
	if (have_kept)
		fail_gone(e, kept, "the resumption secret");
	fail_gone(e, (const uint8_t *)TRANSPARENT_PRIV, "a private key");
	fail_gone(e, (const uint8_t *)TRANSPARENT_SECRET, "a shared secret");
}

/* ---- the handshakes ---- */

static const uint16_t small[] = { SNECK_TLS_AES_128_GCM_SHA256,
				  SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 };
static const struct sneck_psk key = {
	.size = sizeof key,
	.identity = { (const uint8_t *)"client 7", 8 },
	.secret = { (const uint8_t *)"0123456789abcdef", 16 },
};
static const struct sneck_psk *const keys[] = { &key };

enum kind { FULL, RETRIED, RESUMED, RETRIED_RESUMED, EARLY, EXTERNAL, OLD, KINDS };

static void early(void)
{
	p.server.cfg.session_domain = sneck_span_of("d", 1);
	p.server.cfg.max_early_data = 1000;
	p.server.cfg.ask |= SNECK_ASK_EARLY_DATA | SNECK_ASK_CLIENT_HELLO;
	p.server.accept_early = 1;
}

static void setup(enum kind kind)
{
	const bool session = kind == RESUMED || kind == RETRIED_RESUMED || kind == EARLY;

	resume_init(&p, 81);
	if (session) {
		p.client.cfg.suites = (struct sneck_u16s){ small, 1 };
		early();
		pair_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
		resume_next(&p, 81);
	}
	p.client.cfg.suites = (struct sneck_u16s){ small, 2 };
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	early();
	if (kind == RETRIED || kind == RETRIED_RESUMED)
		pair_retry(&p);
	if (kind == EARLY) {
		resume_say(&p, "early");
	}
	if (kind == EXTERNAL) {
		p.client.cfg.psks = p.server.cfg.psks = keys;
		p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
	}
	if (kind == OLD)
		pair_old(&p);
	else if (kind == FULL || kind == RETRIED)
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
	p.client.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_SCHEMES | SNECK_ASK_MAY_ENCRYPT;
	p.client.answer = 1;
	memset(p.client.scratch, 0, sizeof p.client.scratch);
	memset(p.server.scratch, 0, sizeof p.server.scratch);
}

/* Gives up in the n-th state. */
struct quit {
	unsigned n, at;
	bool done;
};

static int quit(struct end *e, int state)
{
	struct quit *const q = e->user;

	(void)state;
	if (q->done || q->n++ != q->at)
		return 0;
	q->done = true;
	keep_resumption(e);
	assert_int_equal(sneck_fail(e->conn, q->at % 2 ? 80 : 0), SNECK_OK);
	return 1;
}

static void z5_nothing_is_left(void **state)
{
	unsigned ends = 0;

	(void)state;
	for (int kind = 0; kind < KINDS; kind++)
		for (int who = 0; who < 2; who++)
			for (unsigned at = 0; at < 40; at++) {
				struct quit q = { .at = at };
				struct end *const e = who ? &p.server : &p.client;
				uint8_t secret[32];
				bool session;

				setup((enum kind)kind);
				session = p.client.resume != NULL;
				if (session)
					session_secret(secret);
				e->hook = quit;
				e->user = &q;
				resume_start(&p);
				pair_run(&p);
				if (q.done) {
					pair_run(&p); /* it may have been the last state */
					assert_int_equal(e->st.err, SNECK_E_ABORTED);
					expect_nothing(e, session ? secret : NULL);
					ends++;
				}
				pair_wipe(&p);
				expect_nothing(&p.client, session ? secret : NULL);
				expect_nothing(&p.server, session ? secret : NULL);
			}
	assert_true(ends > 100);
}

/* And an orderly end, with the tickets out. */
static void z5_nothing_is_left_when_closed(void **state)
{
	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		uint8_t secret[32];

		setup((enum kind)kind);
		if (p.client.resume != NULL)
			session_secret(secret);
		resume_start(&p);
		pair_run(&p);
		assert_true(pair_connected(&p));
		keep_resumption(&p.client);
		assert_int_equal(have_kept, kind != OLD);
		end_close(&p.client);
		end_close(&p.server);
		pair_run(&p);
		assert_int_equal(p.client.st.state, SNECK_CLOSED);
		assert_int_equal(p.server.st.state, SNECK_CLOSED);
		expect_nothing(&p.client, p.client.resume != NULL ? secret : NULL);
		expect_nothing(&p.server, p.client.resume != NULL ? secret : NULL);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(z5_nothing_is_left),
		cmocka_unit_test(z5_nothing_is_left_when_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
