/* SPDX-License-Identifier: MIT */
/* handover12_test.c: a connection of TLS 1.2 that goes on elsewhere: as two halves, as a block of
 * bytes and back, with its keys in other hands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/sneck.h>
#include <sneck/external.h>
#include <sneck/split.h>

#include "crypto/algs.h"
#include "lib/pair.h"

static struct pair p;

static void connect(uint16_t suite)
{
	static uint16_t suites[1];

	pair_init(&p, 1);
	pair_old(&p);
	suites[0] = suite;
	p.server.cfg.suites = (struct sneck_u16s){ suites, 1 };
	p.client.cfg.allow_save = p.client.cfg.allow_extraction = 1;
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	pair_connect(&p);
	end_write(&p.client, "one", 3);
	end_write(&p.server, "two", 3);
	pair_run(&p);
}

static const uint16_t suites[] = { SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
				   SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
				   SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 };

/* Numbers go on where they were: the provider's audit would abort over a nonce that comes twice, so
 * it is told that a new context may begin in the middle. */
static void saved_and_restored(void **state)
{
	static const uint8_t key[SNECK_SEAL_KEY_LEN] = { 1, 2, 3 };
	const struct sneck_span none = { NULL, 0 };
	static uint8_t block[2000];
	uint8_t before[32], after[32];
	struct sneck_facts f, g;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		connect(suites[i]);
		assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, before, 32),
				 SNECK_OK);
		assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
		assert_int_equal(sneck_save(p.client.conn, key, block, sizeof block, &len),
				 SNECK_OK);
		sneck_conn_wipe(p.client.conn);
		transparent_nonces_jump = true;
		assert_int_equal(sneck_restore(p.client.conn_mem, sizeof p.client.conn_mem,
					       &p.client.cfg, key, block, len, &p.client.conn),
				 SNECK_OK);
		sneck_in_init(&p.client.in, p.client.in_mem, PAIR_HALF);
		sneck_out_init(&p.client.out, p.client.out_mem, PAIR_HALF);
		assert_int_equal(sneck_conn_facts(p.client.conn, &g, sizeof g), SNECK_OK);
		assert_int_equal(g.version, SNECK_TLS12);
		assert_int_equal(g.suite, suites[i]);
		assert_true(g.ems && g.secure_renegotiation);
		assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, after, 32),
				 SNECK_OK);
		assert_memory_equal(before, after, 32);
		end_write(&p.client, "more", 4);
		end_write(&p.server, "again", 5);
		pair_run(&p);
		assert_memory_equal(p.server.got, "onemore", 7);
		assert_memory_equal(p.client.got, "twoagain", 8);
		assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_E_UNSUPPORTED);
		pair_wipe(&p);
	}
}

/* The refusal to renegotiate is sent by the half that sends. */
static void split(void **state)
{
	static const uint8_t request[] = { 0, 0, 0, 0 };
	static _Alignas(SNECK_SPLIT_ALIGN) uint8_t mem[SNECK_CONN_MAX];
	struct sneck_action act;
	struct sneck_status st;
	struct sneck_conn *tx;
	const struct sneck_iov piece = { "tx", 2 };

	(void)state;
	connect(suites[0]);
	assert_int_equal(sneck_split(p.client.conn, mem, sizeof mem, &tx), SNECK_OK);
	p.client.rfc_mode = true; /* it has no output */
	link_record(&p.server, true, 22, request, sizeof request);
	link_record(&p.server, true, 23, "rx", 2);
	wire_move(&p.server, &p.client);
	(void)end_run(&p.client);
	assert_memory_equal(p.client.got, "tworx", 5);
	assert_true(p.client.st.flags & SNECK_ST_TX_PENDING);
	assert_int_equal(sneck_action_take(p.client.conn, &act), SNECK_OK);
	assert_int_equal(act.kind, SNECK_ACTION_WARN);
	assert_int_equal(act.alert, SNECK_ALERT_NO_RENEGOTIATION);
	assert_int_equal(sneck_action_take(p.client.conn, &act), SNECK_WANT_INPUT);
	act = (struct sneck_action){ .kind = SNECK_ACTION_WARN, .alert = 40 };
	assert_int_equal(sneck_action_enact(tx, &act), SNECK_E_ARG);
	act.alert = SNECK_ALERT_NO_RENEGOTIATION;
	assert_int_equal(sneck_action_enact(tx, &act), SNECK_OK);
	assert_int_equal(sneck_encrypt(tx, &piece, 1, 0, &p.client.out, NULL), SNECK_OK);
	assert_int_equal(sneck_process(tx, NULL, &p.client.out, &st), SNECK_MUST_TRANSMIT_TLS_DATA);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	assert_memory_equal(p.server.got, "onetx", 5);
	assert_int_equal(p.server.conn->alert_seen, SNECK_ALERT_NO_RENEGOTIATION);
	sneck_conn_wipe(tx);
	pair_wipe(&p);
}

/* Key and salt are what a kernel wants; the numbers are where the records are. */
static void keys_in_other_hands(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct suite *const suite = sneck__suite_find(suites[i]);
		const size_t key_len = sneck__aead_of(&p.client.t.provider, suite->aead)->key_len;
		struct sneck_keys_st tx, rx;

		connect(suites[i]);
		assert_int_equal(sneck_into_external(p.client.conn, &tx, &rx), SNECK_OK);
		assert_int_equal(tx.suite, suites[i]);
		assert_int_equal(tx.seq, 2);
		assert_int_equal(rx.seq, 2);
		assert_int_equal(tx.secret.len, key_len + 12u - suite->nonce_len);
		assert_int_equal(rx.secret.len, tx.secret.len);
		/* the server's the other way round */
		assert_memory_equal(tx.secret.p, p.server.conn->hs.rx_secret, tx.secret.len);
		assert_memory_equal(rx.secret.p, p.server.conn->hs.tx_secret, rx.secret.len);
		assert_memory_equal(p.server.conn->rx.iv, tx.secret.p + key_len,
				    12u - suite->nonce_len);
		pair_wipe(&p);
	}
}

/* What comes then is content: a wish to renegotiate is refused with content 21. */
static void control_records(void **state)
{
	struct sneck_keys_st tx, rx;
	struct sneck_status st;
	struct sneck_in in;
	uint8_t bytes[16] = { 0 }, out_mem[16];
	struct sneck_out out;

	(void)state;
	connect(suites[0]);
	assert_int_equal(sneck_into_external(p.client.conn, &tx, &rx), SNECK_OK);
	sneck_in_init(&in, bytes, sizeof bytes);
	in.len = 4;
	assert_int_equal(sneck_ext_process(p.client.conn, SNECK_LEVEL_APP, 22, &in, &st),
			 SNECK_MUST_ENCRYPT_TLS_DATA);
	assert_int_equal(st.u.encode.required, 2);
	sneck_out_init(&out, out_mem, sizeof out_mem);
	assert_int_equal(sneck_encode(&st.u.encode, 0, &out), SNECK_OK);
	assert_int_equal(out.len, 2);
	assert_memory_equal(out_mem, "\x01\x64", 2);
	pair_wipe(&p);
}

/* RFC 9001, 4.2: QUIC is of TLS 1.3, and a config that also allows 1.2 is told so. */
static void no_quic(void **state)
{
	static const struct sneck_span h3 = { (const uint8_t *)"h3", 2 };
	struct sneck_quic quic = { .peer_len = 0 };

	(void)state;
	pair_init(&p, 1);
	pair_old(&p);
	p.client.late_scratch = true;
	p.client.cfg.alpn = &h3;
	p.client.cfg.n_alpn = 1;
	pair_start(&p);
	assert_int_equal(sneck_conn_set_quic(p.client.conn, &quic), SNECK_E_CONFIG);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saved_and_restored),
		cmocka_unit_test(split),
		cmocka_unit_test(keys_in_other_hands),
		cmocka_unit_test(control_records),
		cmocka_unit_test(no_quic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
