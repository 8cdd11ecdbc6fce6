/* SPDX-License-Identifier: MIT */
/* refuse_test.c: what no other test asks for: calls on a connection that has failed meanwhile, and
 * configs whose pre-shared keys or tickets nobody can serve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/external.h> /* before any other: it stands by itself */

#include "lib/flow.h"

static struct pair p;

/* ---- data when it is over ---- */

static int rest; /* which call goes on behind the record that does not authenticate */

static int read_on(struct end *e, int state)
{
	struct sneck_app_st *const st = &e->st.u.app;
	struct sneck_rec rec;
	uint8_t mem[8];
	size_t n = 7;

	if (state != SNECK_APP_DATA_AVAILABLE)
		return 0;
	assert_int_equal(sneck_app_next(st, &rec), SNECK_OK);
	assert_int_equal(rec.len, 4);
	assert_int_equal(sneck_app_unread(st, 0), SNECK_OK);
	assert_int_equal(sneck_app_next(st, &rec), SNECK_WANT_INPUT); /* and has failed */
	assert_int_equal(e->conn->err, SNECK_E_BAD_MAC);
	if (rest == 0) {
		assert_int_equal(sneck_app_next(st, &rec), SNECK_WANT_INPUT);
	} else if (rest == 1) {
		assert_int_equal(sneck_app_batch(st, &rec, 1, &n), SNECK_OK);
		assert_int_equal(n, 0);
	} else {
		assert_int_equal(sneck_app_read(st, mem, sizeof mem, &n), SNECK_WANT_INPUT);
		assert_int_equal(n, 0);
	}
	return 1;
}

static void n68_data_behind_a_failure(void **state)
{
	(void)state;
	for (rest = 0; rest < 3; rest++) {
		pair_init(&p, 1);
		p.server.hook = read_on;
		pair_start(&p);
		pair_run(&p);
		assert_true(pair_connected(&p));
		end_write(&p.client, "good", 4);
		wire_move(&p.client, &p.server);
		link_record(&p.client, true, 23, "bad", 3);
		p.client.link.bytes[p.client.link.len - 1u] ^= 1;
		wire_move(&p.client, &p.server);
		pair_run(&p);
		assert_int_equal(p.server.st.state, SNECK_FAILED);
		assert_int_equal(p.server.st.err, SNECK_E_BAD_MAC);
		pair_wipe(&p);
	}
}

static void modes_behind_a_failure(void **state)
{
	struct sneck_quic quic = { .params = { (const uint8_t *)"p", 1 } };
	struct sneck_keys_st read, write;

	(void)state;
	pair_init(&p, 1);
	p.client.cfg.allow_extraction = 1;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(sneck_fail(p.client.conn, 0), SNECK_OK);
	pair_run(&p);
	assert_int_equal(sneck_conn_set_quic(p.client.conn, &quic), SNECK_E_ABORTED);
	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_E_ABORTED);
	pair_wipe(&p);
}

static void psk_only_without_any(void **state)
{
	(void)state;
	pair_init(&p, 1);
	p.client.cfg.psk_only = 1;
	p.client.cfg.ask |= SNECK_ASK_TICKETS;
	pair_start(&p);
	assert_int_equal(sneck_process(p.client.conn, &p.client.in, &p.client.out, &p.client.st),
			 SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_CONFIG);
	pair_wipe(&p);
}

/* ---- configs ---- */

static void expect(enum sneck_rc rc, const char *names)
{
	struct sneck_note why;

	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), rc);
	if (strstr(why.text, names) == NULL)
		fail_msg("does not name %s: \"%s\"", names, why.text);
}

static void configs(void **state)
{
	static const struct sneck_hash *sha256_only[] = { &transparent_sha256, NULL };
	static const uint16_t suite = SNECK_TLS_AES_128_GCM_SHA256;
	struct sneck_psk psk = { SNECK_PSK_INIT, .hash = 5,
				 .identity = { (const uint8_t *)"id", 2 },
				 .secret = { (const uint8_t *)"0123456789abcdef", 16 } };
	const struct sneck_psk *const psks[] = { &psk };

	(void)state;
	pair_init(&p, 1);
	p.server.cfg.suites = (struct sneck_u16s){ &suite, 1 };
	p.server.cfg.psks = psks;
	p.server.cfg.n_psks = 1;
	expect(SNECK_OK, "");
	psk.size = 0;
	expect(SNECK_E_CONFIG, "SNECK_PSK_INIT");
	psk.size = sizeof psk;
	p.server.t.provider.hashes = sha256_only;
	expect(SNECK_E_NO_ALGORITHM, "psks");

	pair_init(&p, 1);
	p.server.cfg.n_tickets = 9;
	expect(SNECK_E_CONFIG, "n_tickets");
	p.server.cfg.n_tickets = 8;
	expect(SNECK_OK, "");
	p.server.cfg.ticket_lifetime_s = 604801;
	expect(SNECK_E_CONFIG, "ticket_lifetime_s");

	pair_init(&p, 1);
	p.server.cfg.psk_only = 1;
	expect(SNECK_E_CONFIG, "psk_only");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n68_data_behind_a_failure),
		cmocka_unit_test(modes_behind_a_failure),
		cmocka_unit_test(psk_only_without_any),
		cmocka_unit_test(configs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
