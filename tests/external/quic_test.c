/* SPDX-License-Identifier: MIT */
/* quic_test.c: a QUIC-style handshake between two of our own: bytes by level, secrets compared, one
 * byte at a time too. RFC 9001, 4.1, 5.1, 8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/quic.h"

static bool logged(const struct end *e, const uint8_t *secret)
{
	for (size_t i = 0; i + 32 <= e->n_secrets; i++)
		if (memcmp(e->secrets + i, secret, 32) == 0)
			return true;
	return false;
}

static void whole_flights(void **state)
{
	struct sneck_facts f;

	(void)state;
	quic_ready();
	quic_start();
	quic_shake(SIZE_MAX);
	quic_done();
	for (int level = 2; level < QUIC_LEVELS; level++)
		for (int dir = 0; dir < 2; dir++)
			assert_true(logged(&quic_pair.client, quic_client.secret[level][dir]));
	/* messages, not records; no compatibility mode */
	assert_int_equal(quic_client.sent[0][0], 1);
	assert_int_equal(quic_client.sent[0][4 + 2 + 32], 0);
	assert_int_equal(quic_server.sent[0][0], 2);
	assert_int_equal(quic_server.sent[2][0], 8);
	assert_int_equal(quic_client.sent[2][0], 20);
	assert_int_equal(quic_client.n_sent[3] + quic_server.n_sent[3], 0);
	for (int level = 0; level < QUIC_LEVELS; level++) {
		assert_int_equal(quic_client.n_sent[level], quic_server.n_got[level]);
		assert_int_equal(quic_server.n_sent[level], quic_client.n_got[level]);
		assert_int_equal(quic_client.in[level].len + quic_server.in[level].len, 0);
		assert_int_equal(quic_client.in[level].pos, quic_client.n_got[level]);
	}
	assert_int_equal(sneck_conn_facts(quic_pair.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.alpn.len, 2);
	/* QUIC has them now: nothing is left here */
	for (size_t i = 0; i < 48; i++)
		assert_int_equal(quic_pair.client.conn->hs.rx_secret[i] |
					 quic_pair.client.conn->hs.tx_secret[i] |
					 quic_pair.server.conn->hs.rx_secret[i] |
					 quic_pair.server.conn->hs.tx_secret[i],
				 0);
	pair_wipe(&quic_pair);
}

/* The same bytes and secrets, however the stream is cut. */
static void fragments(void **state)
{
	static uint8_t want[QUIC_LEVELS][2][48];
	static const size_t chunks[] = { SIZE_MAX, 1, 2, 3, 5, 7, 11, 13, 100, 251, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
		quic_ready();
		quic_start();
		quic_client.flags = quic_server.flags = i % 2 != 0 ? SNECK_F_PARTIAL : 0;
		quic_shake(chunks[i]);
		quic_done();
		if (i == 0)
			memcpy(want, quic_client.secret, sizeof want);
		assert_memory_equal(want, quic_client.secret, sizeof want);
		pair_wipe(&quic_pair);
	}
}

/* A byte at a time, and no more than the missing ones: num_bytes is exact. */
static void exact_sizes(void **state)
{
	(void)state;
	quic_ready();
	quic_start();
	(void)quic_run(&quic_client);
	assert_true(quic_deliver(&quic_client, &quic_server, 4));
	assert_int_equal(quic_run(&quic_server), SNECK_NEEDS_MORE_TLS_DATA);
	assert_int_equal(quic_pair.server.st.u.more.num_bytes, quic_client.n_sent[0] - 4u);
	assert_int_equal(quic_pair.server.st.u.more.min_capacity, quic_client.n_sent[0]);
	assert_true(quic_deliver(&quic_client, &quic_server,
				 quic_pair.server.st.u.more.num_bytes - 1u));
	assert_int_equal(quic_run(&quic_server), SNECK_NEEDS_MORE_TLS_DATA);
	assert_int_equal(quic_pair.server.st.u.more.num_bytes, 1);
	assert_true(quic_deliver(&quic_client, &quic_server, 1));
	(void)quic_run(&quic_server);
	assert_true(quic_server.n_sent[0] != 0 && quic_server.n_sent[2] != 0);
	/* the ServerHello is enough for both handshake keys: QUIC has packets to acknowledge */
	assert_true(quic_deliver(&quic_server, &quic_client, SIZE_MAX));
	(void)quic_run(&quic_client);
	assert_int_equal(quic_client.level, SNECK_LEVEL_HANDSHAKE);
	assert_true(quic_client.secret_len[2][0] != 0 && quic_client.secret_len[2][1] != 0);
	/* and the server can send data behind its Finished */
	assert_true(quic_server.secret_len[3][1] != 0 && quic_server.secret_len[3][0] == 0);
	quic_shake(SIZE_MAX);
	quic_done();
	pair_wipe(&quic_pair);
}

static void with_retry_and_questions(void **state)
{
	static const uint16_t groups[2][2] = { { SNECK_X25519, SNECK_SECP256R1 },
					       { SNECK_SECP256R1, SNECK_X25519 } };

	(void)state;
	for (size_t chunk = 1; chunk < 1000; chunk += 333) {
		quic_ready();
		quic_pair.client.cfg.groups = (struct sneck_u16s){ groups[0], 2 };
		quic_pair.client.cfg.n_key_shares = 1;
		quic_pair.server.cfg.groups = (struct sneck_u16s){ groups[1], 1 };
		quic_pair.client.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG;
		quic_start();
		quic_shake(chunk);
		quic_done();
		assert_true(quic_pair.client.conn->hs.retried);
		pair_wipe(&quic_pair);
	}
}

/* Long parameters make the messages longer, and the scratch with them. */
static void long_parameters(void **state)
{
	static uint8_t many[1500], peer[1500];

	(void)state;
	for (int fits = 0; fits < 2; fits++) {
		quic_ready();
		memset(many, 0x5a, sizeof many);
		quic_client.quic.params = sneck_span_of(many, sizeof many);
		quic_server.quic.peer = peer;
		quic_server.quic.peer_cap = sizeof peer - !fits;
		quic_start();
		quic_shake(SIZE_MAX);
		if (fits) {
			quic_done();
		} else {
			assert_int_equal(quic_run(&quic_server), SNECK_FAILED);
			assert_int_equal(quic_pair.server.st.err, SNECK_E_TOO_LARGE);
		}
		pair_wipe(&quic_pair);
	}
}

/* N78: the n-th call of the provider fails. */
static void n78_failing_provider(void **state)
{
	bool more = true;

	(void)state;
	for (unsigned n = 1; more; n++) {
		quic_ready();
		quic_start();
		transparent_calls = 0;
		transparent_fail_at = n;
		quic_shake(300);
		transparent_fail_at = 0;
		more = quic_pair.client.st.state == SNECK_FAILED ||
		       quic_pair.server.st.state == SNECK_FAILED;
		if (!more)
			quic_done();
		pair_wipe(&quic_pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_flights),   cmocka_unit_test(fragments),
		cmocka_unit_test(exact_sizes),	   cmocka_unit_test(with_retry_and_questions),
		cmocka_unit_test(long_parameters), cmocka_unit_test(n78_failing_provider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
