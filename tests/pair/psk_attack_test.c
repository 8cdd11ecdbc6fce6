/* SPDX-License-Identifier: MIT */
/* psk_attack_test.c: pre-shared keys and those who would misuse them: second ClientHellos without
 * their key (N23), certificates where none belong (N36), reflection (N44), indexes and binders
 * (N49), modes (N50), floods of identities (N61), answers to NEEDS_PSK. RFC 9846, 4.3.10, 4.3.11;
 * RFC 9257; RFC 9258. Tickets are ticket_attack_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/resume.h"

#include "keys/ticket.h"
#include "wire/wr.h"

static struct pair p;

#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1u                                         \
	}

static const struct sneck_psk ours = {
	.size = sizeof ours,
	.identity = BYTES("client 7"),
	.secret = BYTES("0123456789abcdef"),
};
static const struct sneck_psk *const psks[] = { &ours };

static struct sneck_facts facts(const struct end *e)
{
	struct sneck_facts f;

	assert_int_equal(sneck_conn_facts(e->conn, &f, sizeof f), SNECK_OK);
	return f;
}

/* ---- N23: what a second ClientHello may do with its keys ---- */

static void with_leaf(struct session *s)
{
	memset(s->leaf_id, 7, sizeof s->leaf_id);
	s->valid_until_ms = RESUME_NOW + 1000u;
}

static void retried(void)
{
	static const uint16_t p256[] = { SNECK_SECP256R1 };
	static const uint16_t both[] = { SNECK_X25519, SNECK_SECP256R1 };

	p.client.cfg.groups = (struct sneck_u16s){ both, 2 };
	p.client.cfg.n_key_shares = 1;
	p.server.cfg.groups = (struct sneck_u16s){ p256, 1 };
}

/* The ticket of somebody in the first hello, and not in the second: nothing of it may be believed,
 * since its binder was never looked at. */
static void n23_second_hello_omits_or_changes_the_psk(void **state)
{
	static const uint8_t nobody[32], cookie[32] = { 1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		resume_ticket(&p, 31);
		resume_forge(&p, with_leaf);
		retried();
		if (i & 1) {
			p.client.cfg.psks = p.server.cfg.psks = psks;
			p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
		}
		if (i & 2)
			p.server.cfg.cookie_secret = sneck_span_of(cookie, sizeof cookie);
		resume_start(&p);
		(void)end_run(&p.client);
		p.client.conn->hs.work->nego.ticket_hash ^= 1u; /* 4 or 5: fits no longer */
		resume_expect(&p, i & 1 ? 2 : 0);
		assert_int_equal(p.server.conn->hs.retried, 1);
		assert_memory_equal(facts(&p.server).leaf_id, nobody, 32);
		assert_int_equal(p.server.conn->hs.valid_until_ms, 0);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n23_second_hello_omits_or_changes_the_psk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
