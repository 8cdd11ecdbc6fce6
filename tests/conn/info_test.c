/* SPDX-License-Identifier: MIT */
/* info_test.c: the name of the peer in every form (N39), the clock, facts, failures, misuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/needs.h"
#include "lib/pair.h"

static struct pair p;

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *name;
	enum { REFUSED, HOST, ADDRESS } is;
	size_t len; /* 0: strlen() */
} names[] = {
	{ "example.org", HOST, 0 },
	{ "example.org.", HOST, 0 },
	{ "localhost", HOST, 0 },
	{ "xn--bcher-kva.example", HOST, 0 },
	{ "a_b.example", HOST, 0 },
	{ "1.example", HOST, 0 },
	{ "3com", HOST, 0 },
	{ A63 ".example", HOST, 0 },
	{ A63 "a.example", REFUSED, 0 },
	{ A63 "." A63 "." A63 "." A63, REFUSED, 0 },   /* 255 */
	{ A63 "." A63 "." A63 "." A63, REFUSED, 254 }, /* no dot at the end */
	{ A63 "." A63 "." A63 "." A63, HOST, 253 },
	{ A63 "." A63 "." A63 "." A63 "..", REFUSED, 256 },
	{ "", REFUSED, 0 },
	{ ".", REFUSED, 0 },
	{ "..", REFUSED, 0 },
	{ ".example", REFUSED, 0 },
	{ "a..example", REFUSED, 0 },
	{ "example.org..", REFUSED, 0 },
	{ "exam ple", REFUSED, 0 },
	{ "b\xc3\xbc"
	  "cher.example",
	  REFUSED, 0 },
	{ "*.example.org", REFUSED, 0 },
	{ "exa\0mple", REFUSED, 8 },
	{ "example.org/", REFUSED, 0 },
	{ "example.org:443", REFUSED, 0 },
	{ "user@example.org", REFUSED, 0 },
	{ "192.0.2.1", ADDRESS, 0 },
	{ "255.255.255.255", ADDRESS, 0 },
	{ "0.0.0.0", ADDRESS, 0 },
	{ "256.0.0.1", REFUSED, 0 },
	{ "1.2.3", REFUSED, 0 },
	{ "1.2.3.4.5", REFUSED, 0 },
	{ "1..3.4", REFUSED, 0 },
	{ "0001.2.3.4", REFUSED, 0 },
	{ "12345", REFUSED, 0 },
	{ "::1", ADDRESS, 0 },
	{ "2001:db8::1", ADDRESS, 0 },
	{ "2001:DB8:0:0:0:0:0:1", ADDRESS, 0 },
	{ "::ffff:192.0.2.1", ADDRESS, 0 },
	{ "[::1]", REFUSED, 0 },
	{ "fe80::1%eth0", REFUSED, 0 },
	{ "2001:db8::g", REFUSED, 0 },
	{ "a:b", REFUSED, 0 },
};

static void n39_names(void **state)
{
	(void)state;
	pair_init(&p, 1);
	p.client.cfg.insecure_no_name = 1;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const size_t len = names[i].len != 0 ? names[i].len : strlen(names[i].name);
		struct sneck_conn *c;
		enum sneck_rc rc;

		pair_start(&p);
		c = p.client.conn;
		rc = sneck_conn_set_name(c, names[i].name, len);
		if (rc != (names[i].is == REFUSED ? SNECK_E_ARG : SNECK_OK))
			fail_msg("%s: %s", names[i].name, sneck_rc_name(rc));
		if (rc == SNECK_OK)
			assert_int_equal(c->hs.name_is_ip, names[i].is == ADDRESS);
		else
			assert_true(c->hs.name.len == 0 && sneck_misuse_text(c)[0] != '\0');
		pair_wipe(&p);
	}
}

/* An address is verified and not sent. */
static void n39_address_is_no_sni(void **state)
{
	struct sneck_facts facts;

	(void)state;
	for (int ip = 0; ip < 2; ip++) {
		pair_init(&p, 1);
		pair_start(&p);
		if (ip)
			assert_int_equal(sneck_conn_set_name(p.client.conn, "192.0.2.1", 9),
					 SNECK_OK);
		pair_run(&p);
		assert_true(pair_connected(&p));
		assert_int_equal(sneck_conn_facts(p.server.conn, &facts, sizeof facts), SNECK_OK);
		assert_int_equal(facts.sni.len, ip ? 0 : 11);
		pair_wipe(&p);
	}
}

/* N38, R5: a client without a name is refused, and goes on once it has one. */
static void n39_no_name(void **state)
{
	struct end *const c = &p.client;

	(void)state;
	pair_init(&p, 1);
	c->cfg.insecure_no_name = 1;
	pair_start(&p);
	c->cfg.insecure_no_name = 0;
	assert_int_equal(end_step(c), SNECK_FAILED);
	assert_int_equal(c->st.err, SNECK_E_CONFIG);
	assert_int_equal(c->out.len, 0);
	assert_int_equal(sneck_conn_set_name(c->conn, "example.org", 11), SNECK_OK);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(sneck_conn_set_name(c->conn, "example.org", 11), SNECK_NOT_NOW);
	pair_wipe(&p);
}

static uint64_t judged_at;

static enum sneck_rc look_at_clock(void *ctx, const struct sneck_chain *chain,
				   struct sneck_verdict *verdict)
{
	(void)ctx;
	judged_at = chain->now_ms;
	assert_int_equal(chain->n_certs, 2);
	assert_int_equal(chain->peer_role, SNECK_SERVER);
	assert_int_equal(chain->version, SNECK_TLS13);
	assert_int_equal(chain->name.len, 11);
	verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

static void time_goes_forward(void **state)
{
	(void)state;
	NEEDS(BUILD_CERTS);
	pair_init(&p, 1);
	p.client.v.verifier.verify = look_at_clock;
	pair_start(&p);
	sneck_conn_set_now(p.client.conn, UINT64_C(1700000009999));
	sneck_conn_set_now(p.client.conn, 5);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_true(judged_at == UINT64_C(1700000009999));
	pair_wipe(&p);
}

static void facts_and_failure(void **state)
{
	struct sneck_failure f;
	struct sneck_facts facts;

	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	assert_string_equal(sneck_misuse_text(p.client.conn), "");
	assert_int_equal(sneck_conn_failure(p.client.conn, &f), SNECK_NOT_NOW);
	pair_run(&p);
	memset(&facts, 0x5a, sizeof facts);
	assert_int_equal(sneck_conn_facts(p.client.conn, &facts, 4), SNECK_OK);
	assert_int_equal(facts.version, SNECK_TLS13);
	assert_int_equal(facts.group, 0x5a5a);
	end_write(&p.client, "x", 1);
	pair_run(&p);
	assert_int_equal(sneck_conn_facts(p.client.conn, &facts, sizeof facts), SNECK_OK);
	assert_int_equal(facts.tx_records, 4); /* hello, compatibility, Finished, data */
	assert_int_equal(facts.rx_closed + facts.tx_closed, 0);
	link_record(&p.client, true, 22, "\x18\0\0\x01\x07", 5);
	pair_run(&p);
	assert_int_equal(sneck_conn_failure(p.server.conn, &f), SNECK_OK);
	assert_int_equal(f.err, SNECK_E_ILLEGAL);
	assert_int_equal(f.alert, 47);
	assert_int_equal(f.message, 24);
	assert_int_equal(f.extension, 0xffff);
	assert_int_equal(f.from_peer, 0);
	assert_string_equal(f.where, "CONNECTED");
	assert_int_equal(sneck_conn_failure(p.client.conn, &f), SNECK_OK);
	assert_int_equal(f.err, SNECK_E_PEER_ALERT);
	assert_int_equal(f.from_peer, 1);
	assert_int_equal(f.alert, 47);
	pair_wipe(&p);
}

static void wiped(void **state)
{
	struct sneck_status st;

	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	pair_run(&p);
	pair_wipe(&p);
	assert_int_equal(sneck_process(p.client.conn, &p.client.in, &p.client.out, &st),
			 SNECK_FAILED);
	assert_int_equal(st.err, SNECK_E_MISUSE);
	pair_start(&p); /* the same memory again: N82 */
	pair_run(&p);
	assert_true(pair_connected(&p));
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n39_names),	     cmocka_unit_test(n39_address_is_no_sni),
		cmocka_unit_test(n39_no_name),	     cmocka_unit_test(time_goes_forward),
		cmocka_unit_test(facts_and_failure), cmocka_unit_test(wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
