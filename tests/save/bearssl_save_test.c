/* SPDX-License-Identifier: MIT */
/* bearssl_save_test.c: a connection moves from one provider to another and back, with real ciphers:
 * what is in a block is the protocol's and nobody's contexts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;

static void move_to(struct end *e, const struct sneck_provider *to)
{
	static const uint8_t key[SNECK_SEAL_KEY_LEN] = { 9 };
	uint8_t block[1024];
	size_t len;

	assert_int_equal(sneck_save(e->conn, key, block, sizeof block, &len), SNECK_OK);
	sneck_conn_wipe(e->conn);
	e->cfg.provider = to;
	assert_int_equal(
		sneck_restore(e->conn_mem, sizeof e->conn_mem, &e->cfg, key, block, len, &e->conn),
		SNECK_OK);
	e->in.pos = e->out.pos = 0;
}

static void talk(struct end *from, struct end *to)
{
	static uint8_t data[40000];

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7u + (i >> 8));
	to->n_got = 0;
	end_write(from, data, sizeof data);
	pair_run(&p);
	assert_int_equal(to->n_got, sizeof data);
	assert_memory_equal(to->got, data, sizeof data);
}

static void across_providers(void **state)
{
	static const uint16_t suites[] = { SNECK_TLS_AES_128_GCM_SHA256,
					   SNECK_TLS_AES_256_GCM_SHA384,
					   SNECK_TLS_CHACHA20_POLY1305_SHA256,
					   SNECK_TLS_AES_128_CCM_SHA256,
					   SNECK_TLS_AES_128_CCM_8_SHA256 };
	struct sneck_provider both[2] = { *sneck_provider_libcrypto(), *sneck_provider_bearssl() };

	(void)state;
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
		pair_init(&p, 1);
		both[0].pubkey = both[1].pubkey = p.client.cfg.provider->pubkey; /* as who signs */
		p.client.cfg.allow_save = p.server.cfg.allow_save = 1;
		p.client.cfg.provider = p.server.cfg.provider = &both[0];
		p.client.cfg.suites = p.server.cfg.suites = (struct sneck_u16s){ &suites[i], 1 };
		pair_start(&p);
		pair_run(&p);
		assert_true(pair_connected(&p));
		for (int k = 1; k < 5; k++) {
			talk(&p.client, &p.server);
			move_to(k % 3 != 0 ? &p.client : &p.server, &both[k % 2]);
			assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER),
					 SNECK_OK);
			talk(&p.server, &p.client);
		}
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(across_providers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
