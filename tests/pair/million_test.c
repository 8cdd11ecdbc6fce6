/* SPDX-License-Identifier: MIT */
/* million_test.c: N59: however many connections were there, memory stays what it was: the same
 * regions, a heap that has not grown by a byte, for handshakes on libcrypto with real chains. Some
 * end well, some are left in the middle, some are refused. Of those with sessions each resumes the
 * one before, and half send early data. SNECK_CONNECTIONS: how many (N59 says a million). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <malloc.h>

#include <sneck/pki.h>

#include "lib/resume.h"

#define NOW_MS UINT64_C(1700000000000) /* as pair.c has it */
#define WARM   64u

static struct pair p;

static size_t heap(void)
{
	return mallinfo2().uordblks;
}

static void forget(struct end *e)
{
	e->link.len = e->link.sent = 0;
	e->n_seen = e->n_got = e->n_secrets = 0;
	e->n_done = 0;
	e->steps = 0;
	e->peer_closed = false;
}

/* One of four ends: closed by both, left open, refused by an alert, left in its handshake. */
static void connection(uint64_t i)
{
	forget(&p.client);
	forget(&p.server);
	pair_start(&p);
	if (i % 4 == 3) {
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		wire_move(&p.server, &p.client);
		p.client.link.len = p.client.link.sent = p.server.link.len = p.server.link.sent = 0;
	} else {
		pair_run(&p);
		assert_true(pair_connected(&p));
		end_write(&p.client, "once more", 9);
		if (i % 4 == 0) {
			end_close(&p.client);
			end_close(&p.server);
		} else if (i % 4 == 1) {
			assert_int_equal(sneck_fail(p.client.conn, SNECK_ALERT_INTERNAL_ERROR),
					 SNECK_OK);
		}
		pair_run(&p);
		assert_int_equal(p.server.n_got, 9);
	}
	pair_wipe(&p);
}

/* How it goes on: from the newest session of the connection before. */
static void resume(uint64_t i)
{
	struct end *const c = &p.client;
	static uint8_t session[2048];

	if (c->n_sessions == 0)
		return;
	c->resume_len = c->session_len[c->n_sessions - 1u];
	memcpy(session, c->session[c->n_sessions - 1u], c->resume_len);
	c->resume = session;
	c->resume_flags = i % 2 ? SNECK_SESSION_EARLY_DATA : 0;
	c->n_sessions = 0;
	p.server.n_early = 0;
}

static uint64_t many(void)
{
	const char *const env = getenv("SNECK_CONNECTIONS");

	return env != NULL ? strtoull(env, NULL, 10) : 2000;
}

static void n59_memory_is_constant(void **state)
{
	const uint64_t n = many();
	static const char *const names[] = { "example.org" };
	const struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 1,
					     .now_ms = NOW_MS };
	struct sneck_pki_trust_options options = { SNECK_PKI_TRUST_INIT, .no_system = 1 };
	struct sneck_pki_key *key;
	struct sneck_pki_chain *chain;
	struct sneck_pki_trust *trust;
	struct sneck_credential cred;
	uint64_t resumed = 0;
	size_t before = 0;

	(void)state;
	assert_int_equal(sneck_pki_key_make(&key, SNECK_KEY_P256), SNECK_OK);
	assert_int_equal(sneck_pki_cert_make(&chain, key, &cert, NULL), SNECK_OK);
	options.anchors = sneck_pki_chain_certs(chain, &options.n_anchors);
	assert_int_equal(sneck_pki_trust_open(&trust, &options, NULL), SNECK_OK);
	assert_int_equal(sneck_pki_credential(&cred, chain, key, NULL), SNECK_OK);
	pair_init(&p, 1);
	p.client.cfg.provider = p.server.cfg.provider = sneck_provider_libcrypto();
	p.client.cfg.verifier = sneck_pki_trust_verifier(trust);
	p.server.creds[0] = &cred;
	for (uint64_t i = 0; i < 2u * n; i++) {
		if (i == n) {
			p.server.cfg.tickets = &resume_ring;
			resume_allow(&p, 100);
			p.server.accept_early = 1;
			p.client.cfg.ask |= SNECK_ASK_TICKETS;
			p.client.say_early = "said early";
			assert_int_equal(sneck_ticket_ring_init(&resume_ring, p.server.cfg.provider,
								NOW_MS, 0),
					 SNECK_OK);
		}
		if (i >= n)
			resume(i);
		if (i == n) /* what tickets are sealed with is fetched once */
			assert_true(heap() <= before);
		if (i % n == WARM)
			before = heap();
		connection(i);
		if (i % 4 != 3)
			assert_int_equal(p.server.n_early, p.client.resume_flags != 0 ? 10 : 0);
		resumed += i % 4 != 3 && p.client.resume != NULL;
	}
	print_message("%llu resumed\n", (unsigned long long)resumed);
	assert_true(resumed > n / 2u);
	print_message("%llu connections; heap in use: %zu bytes behind %u, %zu at the end\n",
		      (unsigned long long)(2u * n), before, WARM, heap());
	assert_true(n > WARM);
	assert_true(heap() <= before);
	sneck_pki_trust_close(trust);
	sneck_pki_chain_close(chain);
	sneck_pki_key_close(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n59_memory_is_constant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
