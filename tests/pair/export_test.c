/* SPDX-License-Identifier: MIT */
/* export_test.c: sneck_export(): both ends agree, and on nothing when anything differs; when it
 * answers, and when not any more. RFC 9846, 7.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;
static const struct sneck_span none = { NULL, 0 };

static void prepare(uint8_t keep)
{
	pair_init(&p, 1);
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = keep;
	pair_start(&p);
}

static int export(struct end *e, const char *label, const char *context, void *dst, size_t len)
{
	const struct sneck_span c =
		context != NULL ? sneck_span_of(context, strlen(context)) : none;

	return sneck_export(e->conn, label, c, dst, len);
}

static void both_ends_agree(void **state)
{
	static const uint16_t suites[] = { SNECK_TLS_AES_128_GCM_SHA256,
					   SNECK_TLS_AES_256_GCM_SHA384,
					   SNECK_TLS_CHACHA20_POLY1305_SHA256 };
	static const size_t lens[] = { 1, 16, 31, 32, 33, 48, 49, 255, 255 * 32 };
	static uint8_t a[255 * 32], b[255 * 32];

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		prepare(1);
		p.client.cfg.suites = (struct sneck_u16s){ &suites[s], 1 };
		pair_run(&p);
		assert_true(pair_connected(&p));
		for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
			memset(a, 0, sizeof a);
			memset(b, 1, sizeof b);
			assert_int_equal(export(&p.client, "EXPORTER-x", "ctx", a, lens[i]),
					 SNECK_OK);
			assert_int_equal(export(&p.server, "EXPORTER-x", "ctx", b, lens[i]),
					 SNECK_OK);
			assert_memory_equal(a, b, lens[i]);
		}
		pair_wipe(&p);
	}
}

/* Label, context, length: each counts. An empty context is none. RFC 9846, 7.5 */
static void all_that_counts(void **state)
{
	static const struct {
		const char *label, *context;
		size_t len;
	} q[] = {
		{ "EXPORTER-x", NULL, 32 }, { "EXPORTER-y", NULL, 32 }, { "EXPORTER-x", "a", 32 },
		{ "EXPORTER-x", "b", 32 },  { "EXPORTER-xa", "", 32 },	{ "EXPORTER-x", NULL, 31 },
		{ "", NULL, 32 },	    { "exporter", NULL, 32 },
	};
	enum { N = sizeof q / sizeof q[0] };
	uint8_t out[N][32], again[32];

	(void)state;
	prepare(1);
	pair_run(&p);
	for (size_t i = 0; i < N; i++) {
		memset(out[i], 0, 32);
		assert_int_equal(export(&p.client, q[i].label, q[i].context, out[i], q[i].len),
				 SNECK_OK);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(out[i], out[k], 31);
	}
	assert_int_equal(export(&p.server, "EXPORTER-x", "", again, 32), SNECK_OK);
	assert_memory_equal(again, out[0], 32);
	pair_wipe(&p);
	pair_init(&p, 99); /* another connection */
	p.client.cfg.keep_exporter = 1;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(export(&p.client, "EXPORTER-x", NULL, again, 32), SNECK_OK);
	assert_memory_not_equal(again, out[0], 32);
	pair_wipe(&p);
}

static void arguments(void **state)
{
	static char label[260];
	static uint8_t out[255 * 48 + 1];

	(void)state;
	prepare(1);
	pair_run(&p);
	memset(label, 'l', sizeof label - 1u);
	assert_int_equal(export(&p.client, label, NULL, out, 32), SNECK_E_ARG);
	label[250] = '\0';
	assert_int_equal(export(&p.client, label, NULL, out, 32), SNECK_E_ARG);
	label[249] = '\0';
	assert_int_equal(export(&p.client, label, NULL, out, 32), SNECK_OK);
	memset(out, 0xa5, sizeof out);
	assert_int_equal(export(&p.client, "x", NULL, out, 255u * p.client.conn->hs.hash->len + 1u),
			 SNECK_E_ARG);
	assert_int_equal(out[0], 0xa5);
	assert_int_equal(export(&p.client, "x", NULL, out, 0), SNECK_OK);
	assert_int_equal(out[0], 0xa5);
	pair_wipe(&p);
}

static int not_yet(struct end *e, int state)
{
	uint8_t out[32];

	if (state != SNECK_HANDSHAKE_DONE && e->n_done == 0 && !sneck__hs_connected(&e->conn->hs))
		assert_int_equal(sneck_export(e->conn, "x", none, out, sizeof out), SNECK_NOT_NOW);
	return 0;
}

/* SNECK_E_CONFIG, SNECK_NOT_NOW and sticky errors */
static void when(void **state)
{
	uint8_t out[32], early[32], late[32];

	(void)state;
	prepare(0);
	assert_int_equal(export(&p.client, "x", NULL, out, 32), SNECK_NOT_NOW);
	pair_run(&p);
	assert_int_equal(export(&p.client, "x", NULL, out, 32), SNECK_E_CONFIG);
	assert_int_equal(export(&p.server, "x", NULL, out, 32), SNECK_E_CONFIG);
	pair_wipe(&p);

	prepare(1);
	p.client.hook = p.server.hook = not_yet;
	pair_run(&p);
	assert_int_equal(export(&p.client, "x", NULL, early, 32), SNECK_OK);
	for (int i = 0; i < 3; i++) { /* a KeyUpdate changes nothing */
		assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
		end_write(&p.client, "x", 1);
		pair_run(&p);
		end_write(&p.server, "x", 1);
		pair_run(&p);
	}
	assert_int_equal(export(&p.server, "x", NULL, late, 32), SNECK_OK);
	assert_memory_equal(early, late, 32);
	sneck_forget_exporter(p.client.conn);
	assert_int_equal(export(&p.client, "x", NULL, out, 32), SNECK_E_CONFIG);
	sneck_forget_exporter(p.client.conn);
	assert_int_equal(export(&p.client, "x", NULL, out, 32), SNECK_E_CONFIG);
	assert_int_equal(sneck_fail(p.server.conn, SNECK_ALERT_INTERNAL_ERROR), SNECK_OK);
	assert_int_equal(export(&p.server, "x", NULL, out, 32), SNECK_E_ABORTED);
	pair_wipe(&p);
}

/* A connection that is closed has wiped its secrets; what is left is no secret to derive from. */
static void closed(void **state)
{
	uint8_t out[32];

	(void)state;
	prepare(1);
	pair_run(&p);
	end_close(&p.client);
	end_close(&p.server);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	assert_int_equal(export(&p.client, "x", NULL, out, 32), SNECK_E_CONFIG);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_agree), cmocka_unit_test(all_that_counts),
		cmocka_unit_test(arguments),	   cmocka_unit_test(when),
		cmocka_unit_test(closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
