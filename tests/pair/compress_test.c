/* SPDX-License-Identifier: MIT */
/* compress_test.c: compressed certificates (RFC 8879): chains of ours as data, a peer's as a
 * question with the caller's memory; what is no answer, what was not offered, and bombs (N63). The
 * packing here is none: the bytes as they are, backwards. packers_test.c has the real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "msg/packed.h"

static struct pair p;
static uint8_t message[2000], packed[2000], memory[4000];
static size_t n_message;
static struct sneck_packed_chain chains[2];
static uint16_t ours[3];
static int asked, judged;
static uint64_t first_op;

static void turn(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[n - 1u - i];
}

static enum sneck_rc look(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict)
{
	(void)ctx;
	judged++;
	assert_int_equal(chain->n_certs, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(chain->certs[i].der.len, p.server.chain[i].len);
		assert_memory_equal(chain->certs[i].der.p, p.server.chain[i].p,
				    chain->certs[i].der.len);
	}
	verdict->chain = SNECK_CHAIN_VALID;
	return SNECK_OK;
}

static int unpack(struct end *e, int state)
{
	const struct sneck_unpack_st *const u = &e->st.u.unpack;

	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	asked++;
	assert_int_equal(u->length, n_message);
	assert_int_equal(u->packed.len, n_message);
	assert_true(e->st.op != 0 && (e->st.flags & SNECK_ST_NEW) != 0);
	turn(memory, u->packed.p, u->packed.len);
	assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op, memory, n_message), SNECK_OK);
	assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op, memory, n_message),
			 SNECK_E_STALE);
	return 1;
}

/* A client that unpacks what `can` lists, a server with what `has` lists. */
static void setup(const char *can, const char *has)
{
	pair_init(&p, 1);
	asked = judged = 0;
	first_op = 0;
	memset(chains, 0, sizeof chains);
	p.client.v.verifier.verify = look;
	for (size_t i = 0; can[i] != '\0'; i++)
		ours[p.client.cfg.unpack.n++] = (uint16_t)(can[i] - '0');
	p.client.cfg.unpack.p = ours;
	p.client.cfg.ask |= SNECK_ASK_UNPACK;
	p.client.hook = unpack;
	assert_int_equal(
		sneck_certificate_write(&p.server.cred, message, sizeof message, &n_message),
		SNECK_OK);
	turn(packed, message, n_message);
	for (size_t i = 0; has[i] != '\0'; i++) {
		chains[i] = (struct sneck_packed_chain){
			.bytes = sneck_span_of(packed, n_message),
			.length = (uint32_t)n_message,
			.algorithm = (uint16_t)(has[i] - '0'),
		};
		p.server.cred.n_packed = i + 1u;
	}
	p.server.cred.packed = chains;
}

static void what_is_packed(void **state)
{
	static const struct {
		const char *can, *has;
		int algorithm;
	} cases[] = { { "", "", 0 },   { "", "12", 0 },	 { "123", "", 0 },  { "1", "1", 1 },
		      { "3", "1", 0 }, { "32", "2", 2 }, { "12", "21", 2 }, { "13", "23", 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int how = 0; how < 3; how++) {
			setup(cases[i].can, cases[i].has);
			p.client.poison = p.server.poison = how == 1;
			p.client.move = how == 1;
			p.client.chunk = how == 1 ? 7 : 0;
			p.client.rfc_mode = p.server.rfc_mode = how == 2;
			p.server.cfg.send_fragment = how == 2 ? 100 : 0;
			if (how == 1) {
				p.client.cfg.ask |= SNECK_ASK_VERIFY;
				p.client.answer = 2;
			}
			pair_connect(&p);
			assert_int_equal(asked, cases[i].algorithm != 0);
			assert_int_equal(judged, how != 1);
			pair_wipe(&p);
		}
}

/* A staple that is wanted goes with the chain as it is. */
static void staples_are_not_packed(void **state)
{
	(void)state;
	for (uint32_t wants = 0; wants < 8; wants += 2) {
		setup("1", "1");
		p.client.v.verifier.flags = wants;
		p.server.cred.ocsp = sneck_span_of("ocsp", 4);
		pair_connect(&p);
		assert_int_equal(asked, (wants & SNECK_VERIFIER_WANTS_OCSP) == 0);
		pair_wipe(&p);
	}
}

static void what_to_pack(void **state)
{
	struct sneck_credential c;
	struct sneck_span huge[10];
	size_t n = 0;

	(void)state;
	setup("1", "1");
	assert_int_equal(n_message, 1 + 3 + 2 * (3 + 600 + 2));
	assert_memory_equal(message, "\0\0\4\xba\0\2\x58TCERT", 12);
	memset(message, 0xa5, sizeof message);
	assert_int_equal(sneck_certificate_write(&p.server.cred, message, n_message - 1u, &n),
			 SNECK_WANT_SPACE);
	assert_int_equal(n, n_message);
	assert_int_equal(message[0], 0xa5);
	assert_int_equal(sneck_certificate_write(&p.server.cred, NULL, 0, &n), SNECK_WANT_SPACE);
	c = p.server.cred;
	c.chain = huge;
	c.n_chain = 10;
	for (size_t i = 0; i < 10; i++)
		huge[i] = sneck_span_of("", 0x1a0000);
	assert_int_equal(sneck_certificate_write(&c, message, sizeof message, &n), SNECK_E_ARG);
}

/* ---- answers ---- */

static int wait_for_it(struct end *e, int state)
{
	struct sneck_status again;

	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	if (first_op == 0)
		first_op = e->st.op;
	assert_int_equal(e->st.op, first_op);
	assert_int_equal(e->st.u.unpack.algorithm, 1);
	for (size_t n = 0; n < 3; n++) /* SNECK_E_ARG: the question stays open */
		assert_int_equal(
			sneck_answer_unpacked(e->conn, e->st.op, memory,
					      n == 0 ? 0 : n_message + (n == 1) - (n == 2)),
			SNECK_E_ARG);
	assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op + 1u, memory, n_message),
			 SNECK_E_STALE);
	assert_int_equal(sneck_process(e->conn, &e->in, &e->out, &again),
			 SNECK_NEEDS_UNPACKED_CERTIFICATE);
	assert_int_equal(again.op, first_op);
	assert_int_equal(again.flags & SNECK_ST_NEW, 0);
	e->st = again;
	if (asked++ < 3)
		return 1;
	turn(memory, e->st.u.unpack.packed.p, n_message);
	assert_int_equal(sneck_answer_unpacked(e->conn, first_op, memory, n_message), SNECK_OK);
	return 1;
}

static void t5_late_and_wrong_answers(void **state)
{
	(void)state;
	setup("1", "1");
	p.client.hook = wait_for_it;
	pair_connect(&p);
	assert_int_equal(asked, 4);
	assert_int_equal(sneck_answer_unpacked(p.client.conn, first_op, memory, n_message),
			 SNECK_E_STALE);
	pair_wipe(&p);
}

static int refuse(struct end *e, int state)
{
	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	assert_int_equal(sneck_answer_refuse(e->conn, e->st.op, SNECK_ALERT_BAD_CERTIFICATE),
			 SNECK_OK);
	return 1;
}

static int garbage(struct end *e, int state)
{
	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	memset(memory, 0xff, n_message);
	assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op, memory, n_message), SNECK_OK);
	return 1;
}

static void ends(int (*hook)(struct end *e, int state), int err, int alert)
{
	setup("1", "1");
	p.client.hook = hook;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.client.st.err, err);
	assert_int_equal(p.client.st.alert, alert);
	assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.server.st.alert, alert);
	assert_int_equal(judged, 0);
	pair_wipe(&p);
}

static void bad_answers(void **state)
{
	(void)state;
	ends(refuse, SNECK_E_REFUSED, 42);
	ends(garbage, SNECK_E_DECODE, 50);
}

/* T6: the connection goes while the application unpacks; the answer finds nothing. */
static int wipe(struct end *e, int state)
{
	if (state != SNECK_NEEDS_UNPACKED_CERTIFICATE)
		return 0;
	asked++;
	first_op = e->st.op;
	assert_int_equal(sneck_fail(e->conn, SNECK_ALERT_ACCESS_DENIED), SNECK_OK);
	return 1;
}

static void t6_over_while_unpacking(void **state)
{
	(void)state;
	ends(wipe, SNECK_E_ABORTED, SNECK_ALERT_ACCESS_DENIED);
	assert_int_equal(asked, 1);
	setup("1", "1");
	pair_start(&p);
	assert_int_equal(sneck_answer_unpacked(p.client.conn, first_op, memory, n_message),
			 SNECK_E_STALE);
	pair_wipe(&p);
}

/* ---- the man in the middle ---- */

#define AT .by_server = true, .msg = 25

static const struct {
	const char *can;
	uint32_t max; /* config.max_certificate */
	struct attack a;
} attacks[] = {
	{ "",
	  0,
	  { AT, .name = "packed and not offered", .act = ACT_XOR, .at = 12, B("\0"),
	    E(UNEXPECTED, 10) } },
	{ "2",
	  0,
	  { AT, .name = "an algorithm that was not offered", .act = ACT_XOR, .at = 12, B("\0"),
	    E(NOT_OFFERED, 47) } },
	{ "1",
	  0,
	  { AT, .name = "algorithm 4", .act = ACT_SET, .at = 4, B("\0\4"), E(NOT_OFFERED, 47) } },
	{ "1",
	  0,
	  { AT, .name = "algorithm 0x0101", .act = ACT_SET, .at = 4, B("\1\1"),
	    E(NOT_OFFERED, 47) } },
	{ "1",
	  0,
	  { AT, .name = "n63 a length of 16 MiB", .act = ACT_SET, .at = 6, B("\xff\xff\xff"),
	    E(TOO_LARGE, 47) } },
	{ "1",
	  0,
	  { AT, .name = "n63 a length of 65,537", .act = ACT_SET, .at = 6, B("\1\0\1"),
	    E(TOO_LARGE, 47) } },
	{ "1",
	  1213,
	  { AT, .name = "n63 longer than the config says", .act = ACT_XOR, .at = 12, B("\0"),
	    E(TOO_LARGE, 47) } },
	{ "1",
	  100,
	  { AT, .name = "l3 longer than the config says", .act = ACT_XOR, .at = 12, B("\0"),
	    E(TOO_LARGE, 47) } },
	{ "1",
	  0,
	  { AT, .name = "a length of 0", .act = ACT_SET, .at = 6, B("\0\0\0"), E(DECODE, 50) } },
	{ "1", 0, { AT, .name = "n2 a byte too few", .act = ACT_TRUNC, .at = 1, E(DECODE, 50) } },
	{ "1", 0, { AT, .name = "n1 a byte too many", .act = ACT_GROW, B("x"), E(DECODE, 50) } },
	{ "1", 0, { AT, .name = "twice", .act = ACT_DUP, E(UNEXPECTED, 10) } },
	{ "1", 0, { AT, .name = "n35 none", .act = ACT_DROP, E(UNEXPECTED, 10) } },
};

static size_t row; /* of them */

/* A server that packs all the same: by the time that it runs the hello is out. */
static int hello_is_out(struct end *e, int state)
{
	(void)e;
	(void)state;
	if (attacks[row].can[0] == '\0')
		p.client.cfg.unpack.n = 0;
	else
		ours[0] = (uint16_t)(attacks[row].can[0] - '0');
	return 0;
}

static void begin(struct pair *q)
{
	setup(attacks[row].can, "1");
	q->client.cfg.max_certificate = attacks[row].max;
	if (strcmp(attacks[row].can, "1") != 0) {
		ours[0] = 1;
		q->client.cfg.unpack.n = 1;
	}
	q->server.hook = hello_is_out;
}

static void n63_bombs_and_others(void **state)
{
	(void)state;
	for (row = 0; row < sizeof attacks / sizeof attacks[0]; row++)
		attack_from(&p, &attacks[row].a, begin);
}

static void config(void **state)
{
	struct sneck_note why;

	(void)state;
	setup("123", "12");
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why), SNECK_OK);
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_OK);
	p.client.cfg.ask = 0;
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why), SNECK_E_CONFIG);
	setup("4", "4");
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why), SNECK_E_CONFIG);
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	setup("1", "1");
	p.client.cfg.unpack.n = 4;
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why), SNECK_E_CONFIG);
	chains[0].bytes.len = 0;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	chains[0].bytes.len = 0xfffff8;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	chains[0].bytes.len = 1;
	chains[0].length = 0;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed),	cmocka_unit_test(staples_are_not_packed),
		cmocka_unit_test(what_to_pack),		cmocka_unit_test(t5_late_and_wrong_answers),
		cmocka_unit_test(bad_answers),		cmocka_unit_test(t6_over_while_unpacking),
		cmocka_unit_test(n63_bombs_and_others), cmocka_unit_test(config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
