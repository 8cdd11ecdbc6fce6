/* SPDX-License-Identifier: MIT */
/* retry_psk_test.c: what a second ClientHello may do with its keys, and what a server may keep of
 * those of the first (N23). RFC 9846, 4.2.2, 4.2.4, 4.3.11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/needs.h"
#include "lib/resume.h"

#include "keys/session.h"

static struct pair p;

static void with_leaf(struct session *s)
{
	memset(s->leaf_id, 7, sizeof s->leaf_id);
	s->valid_until_ms = RESUME_NOW + 1000u;
}

/* The ticket of somebody in the first hello, and not in the second: nothing of it may be believed,
 * since its binder was never looked at. Another key may be there instead; none at all is missing,
 * because the one that the server had chosen fits. */
static void n23_second_hello_omits_or_changes_the_psk(void **state)
{
	static const uint8_t nobody[32], cookie[32] = { 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		resume_ticket(&p, 31);
		resume_forge(&p, with_leaf);
		pair_retry(&p);
		if (i & 1)
			pair_psk(&p);
		if (i & 2)
			p.server.cfg.cookie_secret = sneck_span_of(cookie, sizeof cookie);
		resume_start(&p);
		(void)end_run(&p.client);
		p.client.conn->hs.work->nego.ticket_hash ^= 1u; /* 4 or 5: fits no longer */
		if (i & 1) {
			resume_expect(&p, 2);
		} else {
			pair_run(&p);
			assert_int_equal(p.server.st.err, SNECK_E_EXT_MISSING);
			assert_int_equal(p.server.st.alert, 109);
			assert_int_equal(p.client.st.state, SNECK_FAILED);
		}
		assert_int_equal(p.server.conn->hs.retried, 1);
		assert_memory_equal(end_facts(&p.server).leaf_id, nobody, 32);
		assert_int_equal(p.server.conn->hs.valid_until_ms, 0);
		pair_wipe(&p);
	}
}

/* A retry names a suite with another hash: the session goes, and of an imported key the part that
 * fits stays, first in the list now. RFC 9846, 4.2.2. */
/* A session of a connection with one suite waits to be offered behind a retry. */
static void session_of(const uint16_t *suite, uint64_t seed)
{
	resume_init(&p, seed);
	p.client.cfg.suites = (struct sneck_u16s){ suite, 1 };
	resume_start(&p);
	resume_expect(&p, 0);
	pair_wipe(&p);
	resume_next(&p, seed);
	pair_retry(&p);
}

static bool second_had_psk;

static int look_at_second(struct end *e, int state)
{
	if (e->conn->hs.retried && e->conn->hs.work != NULL)
		second_had_psk = e->conn->hs.work->nego.sent_psk;
	(void)state;
	return 0;
}

static void n23_retry_of_another_hash(void **state)
{
	static const uint16_t both[] = { SNECK_TLS_AES_128_GCM_SHA256,
					 SNECK_TLS_AES_256_GCM_SHA384 };
	static const uint8_t cookie[32] = { 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		session_of(both, 30);
		p.client.cfg.suites = (struct sneck_u16s){ both, 2 };
		p.server.cfg.suites = (struct sneck_u16s){ both + 1, 1 };
		p.client.hook = look_at_second;
		if (i & 1)
			pair_psk(&p);
		if (i & 2)
			p.server.cfg.cookie_secret = sneck_span_of(cookie, sizeof cookie);
		resume_start(&p);
		resume_expect(&p, i & 1 ? 2 : 0);
		assert_int_equal(second_had_psk, i & 1);
		assert_int_equal(end_facts(&p.client).suite, SNECK_TLS_AES_256_GCM_SHA384);
		end_write(&p.client, "hello", 5);
		pair_run(&p);
		assert_int_equal(p.server.n_got, 5);
		pair_wipe(&p);
	}
}

/* The session is over when the second hello comes, and it was why the retry named its suite: that
 * suite stays, and the client, who is not to blame, gets a full handshake. */
static void n23_session_ends_between_the_hellos(void **state)
{
	static const uint16_t ours_first[] = { SNECK_TLS_AES_128_GCM_SHA256,
					       SNECK_TLS_AES_256_GCM_SHA384 };
	static const uint16_t sha384[] = { SNECK_TLS_AES_256_GCM_SHA384 };
	static const uint8_t cookie[32] = { 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		session_of(sha384, 32);
		p.server.cfg.suites = (struct sneck_u16s){ ours_first, 2 };
		if (i & 1)
			p.server.cfg.cookie_secret = sneck_span_of(cookie, sizeof cookie);
		resume_start(&p);
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		if (i & 2)
			sneck_conn_set_now(p.server.conn, RESUME_NOW + UINT64_C(90000000));
		resume_expect(&p, i & 2 ? 0 : 1);
		assert_int_equal(end_facts(&p.server).suite, SNECK_TLS_AES_256_GCM_SHA384);
		pair_wipe(&p);
	}
}

/* Put into a second hello it counts for nothing, and the client sees that its hello was changed. */
static void n23_second_hello_with_early_data(void **state)
{
	static const struct attack a = { .name = "early_data",
					 .msg = 1,
					 .nth = 1,
					 .retry = true,
					 .self = true,
					 .act = ACT_EXT_ADD,
					 .ext = 42,
					 .rc = SNECK_E_BAD_SIGNATURE,
					 .alert = 51 };

	(void)state;
	NEEDS(BUILD_EARLY_DATA);
	attack_run(&p, &a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n23_second_hello_omits_or_changes_the_psk),
		cmocka_unit_test(n23_retry_of_another_hash),
		cmocka_unit_test(n23_session_ends_between_the_hellos),
		cmocka_unit_test(n23_second_hello_with_early_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
