/* SPDX-License-Identifier: MIT */
/* raw_key_test.c: raw public keys in place of certificates (RFC 7250): what is agreed, that it is
 * kept to (N40), and that a verdict counts for them as for any chain (N37). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/needs.h"
#include "lib/resume.h"

#define RAW  SNECK_VERIFIER_RAW_KEYS
#define ONLY (SNECK_VERIFIER_RAW_KEYS | SNECK_VERIFIER_NO_X509)

static struct pair p;
static uint8_t spki[90];
static struct sneck_span raw_chain[2];
static struct sneck_credential raw;
static const struct sneck_credential *creds[2];
static int verdict_type; /* of the chain that was judged; -1: none was */
static struct sneck_verdict says;

static enum sneck_rc look(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict)
{
	(void)ctx;
	verdict_type = chain->type;
	if (chain->type == SNECK_RAW_PUBLIC_KEY) {
		assert_int_equal(chain->n_certs, 1);
		assert_int_equal(chain->certs[0].der.len, sizeof spki);
		assert_memory_equal(chain->certs[0].der.p, spki, sizeof spki);
	}
	memcpy(verdict, &says, offsetof(struct sneck_verdict, leaf_id));
	return SNECK_OK;
}

/* has: "x", "r", "xr" or "rx", the types of the server's credentials in their order. */
static void setup(uint32_t flags, const char *has)
{
	pair_init(&p, 1);
	verdict_type = -1;
	says = (struct sneck_verdict){ .chain = SNECK_CHAIN_VALID };
	p.client.v.verifier.verify = look;
	p.client.v.verifier.flags = flags;
	transparent_spki(spki, sizeof spki, TRANSPARENT_ECDSA, 7);
	raw_chain[0] = raw_chain[1] = sneck_span_of(spki, sizeof spki);
	raw = p.server.cred;
	raw.type = SNECK_RAW_PUBLIC_KEY;
	raw.chain = raw_chain;
	raw.n_chain = 1;
	for (size_t i = 0; has[i] != '\0'; i++) {
		creds[i] = has[i] == 'r' ? &raw : &p.server.cred;
		p.server.cfg.n_credentials = i + 1u;
	}
	p.server.cfg.credentials = creds;
}

static void what_is_agreed(void **state)
{
	static const struct {
		uint32_t flags;
		const char *has;
		int type; /* -1: nothing, and the server says so */
	} cases[] = {
		{ 0, "x", SNECK_X509 },
		{ 0, "r", -1 },
		{ 0, "rx", SNECK_X509 },
		{ 0, "xr", SNECK_X509 },
		{ RAW, "x", SNECK_X509 },
		{ RAW, "r", SNECK_RAW_PUBLIC_KEY },
		{ RAW, "rx", SNECK_RAW_PUBLIC_KEY },
		{ RAW, "xr", SNECK_X509 },
		{ ONLY, "x", -1 },
		{ ONLY, "r", SNECK_RAW_PUBLIC_KEY },
		{ ONLY, "rx", SNECK_RAW_PUBLIC_KEY },
		{ ONLY, "xr", SNECK_RAW_PUBLIC_KEY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setup(cases[i].flags | SNECK_VERIFIER_WANTS_OCSP, cases[i].has);
		raw.ocsp = raw.scts = sneck_span_of(spki, 20); /* not sent with a key */
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(verdict_type, cases[i].type);
		assert_int_equal(pair_connected(&p), cases[i].type >= 0);
		if (cases[i].type < 0) {
			assert_int_equal(p.server.st.err, SNECK_E_NO_CERT_TYPE);
			assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
			assert_int_equal(p.client.st.alert, 40);
		}
		pair_wipe(&p);
	}
}

static int by_question(struct end *e, int state)
{
	static _Alignas(SNECK_ALIGN) uint8_t job[600];
	struct sneck_verdict v;

	if (state != SNECK_RECEIVED_CERTIFICATE)
		return 0;
	assert_int_equal(e->st.u.cert.type, SNECK_RAW_PUBLIC_KEY);
	assert_int_equal(e->st.u.cert.n_entries, 1);
	assert_int_equal(sneck_verify_job_pack(&e->st.u.cert, job, sizeof job), SNECK_OK);
	assert_int_equal(
		sneck_verify_job_run(&e->v.verifier, job, sneck_verify_job_size(&e->st.u.cert), &v),
		SNECK_OK);
	assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &v), SNECK_OK);
	return 1;
}

static void judged_by_the_application(void **state)
{
	(void)state;
	setup(ONLY, "r");
	p.client.cfg.ask |= SNECK_ASK_VERIFY;
	p.client.hook = by_question;
	pair_connect(&p);
	assert_int_equal(verdict_type, SNECK_RAW_PUBLIC_KEY);
	pair_wipe(&p);
}

/* The verdict of a raw key is not ignored: whatever is not the one good value refuses. */
static void n37_verdicts_on_raw_keys(void **state)
{
	static const uint32_t values[] = { 0,
					   1,
					   0xffffffff,
					   SNECK_CHAIN_VALID ^ 1u,
					   SNECK_CHAIN_VALID << 1,
					   SNECK_SIG_VALID_DANGEROUS };

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		setup(RAW, "r");
		says = (struct sneck_verdict){ .chain = values[i], .sig = values[5 - i] };
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(verdict_type, SNECK_RAW_PUBLIC_KEY);
		assert_int_equal(p.client.st.err, SNECK_E_CERT_REFUSED);
		assert_int_equal(p.server.st.alert, 46);
		pair_wipe(&p);
	}
	setup(RAW, "r"); /* and another key does not sign for it */
	spki[6] = 8;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
	pair_wipe(&p);
}

/* ---- N40: the one where the other was agreed ---- */

#define SERVER_TYPE .by_server = true, .msg = 8, .ext = 20

static const struct {
	uint32_t flags;
	const char *has;
	struct attack a;
} attacks[] = {
	{ 0,
	  "x",
	  { .name = "a type that nobody asked for",
	    SERVER_TYPE,
	    .act = ACT_EXT_ADD,
	    B("\2"),
	    E(EXT_UNASKED, 110) } },
	{ RAW,
	  "r",
	  { .name = "a raw key as X.509: no answer",
	    SERVER_TYPE,
	    .act = ACT_EXT_DEL,
	    E(DECODE, 50) } },
	{ ONLY,
	  "r",
	  { .name = "a raw key, and no answer",
	    SERVER_TYPE,
	    .act = ACT_EXT_DEL,
	    E(CERT_TYPE, 43) } },
	{ RAW,
	  "r",
	  { .name = "a raw key as X.509",
	    SERVER_TYPE,
	    .act = ACT_EXT_SET,
	    B("\0"),
	    E(DECODE, 50) } },
	{ RAW,
	  "x",
	  { .name = "a chain as a raw key",
	    SERVER_TYPE,
	    .act = ACT_EXT_SET,
	    B("\2"),
	    E(ILLEGAL, 47) } },
	{ RAW,
	  "1",
	  { .name = "a certificate as a raw key",
	    SERVER_TYPE,
	    .act = ACT_EXT_SET,
	    B("\2"),
	    E(DECODE, 50) } },
	{ ONLY,
	  "r",
	  { .name = "X.509 where it was not offered",
	    SERVER_TYPE,
	    .act = ACT_EXT_SET,
	    B("\0"),
	    E(NOT_OFFERED, 47) } },
	{ RAW,
	  "r",
	  { .name = "OpenPGP", SERVER_TYPE, .act = ACT_EXT_SET, B("\1"), E(NOT_OFFERED, 47) } },
	{ RAW,
	  "r",
	  { .name = "a type of 255",
	    SERVER_TYPE,
	    .act = ACT_EXT_SET,
	    B("\xff"),
	    E(NOT_OFFERED, 47) } },
	{ RAW, "r", { .name = "no type", SERVER_TYPE, .act = ACT_EXT_SET, B(""), E(DECODE, 50) } },
	{ RAW,
	  "r",
	  { .name = "two types", SERVER_TYPE, .act = ACT_EXT_SET, B("\2\0"), E(DECODE, 50) } },
	{ RAW,
	  "r",
	  { .name = "a type for our certificate",
	    .by_server = true,
	    .msg = 8,
	    .ext = 19,
	    .act = ACT_EXT_ADD,
	    B("\2"),
	    E(EXT_UNASKED, 110) } },
};

static size_t row; /* of them */

static void begin(struct pair *q)
{
	const bool one = attacks[row].has[0] == '1';

	setup(attacks[row].flags, one ? "x" : attacks[row].has);
	if (one)
		q->server.cred.n_chain = 1;
}

static void n40_the_other_kind(void **state)
{
	(void)state;
	for (row = 0; row < sizeof attacks / sizeof attacks[0]; row++)
		attack_from(&p, &attacks[row].a, begin);
}

static void config(void **state)
{
	struct sneck_pubkey blind = transparent_pubkey;
	struct sneck_provider provider;
	struct sneck_note why;

	(void)state;
	setup(SNECK_VERIFIER_NO_X509, "x");
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why), SNECK_E_CONFIG);
	setup(RAW, "r");
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why), SNECK_OK);
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_OK);
	raw.n_chain = 2;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	raw.n_chain = 1;
	raw.type = 1;
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why), SNECK_E_CONFIG);
	raw.type = SNECK_RAW_PUBLIC_KEY;
	blind.from_spki = NULL;
	provider = p.client.t.provider;
	provider.pubkey = &blind;
	p.client.cfg.provider = p.server.cfg.provider = &provider;
	assert_int_equal(sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why),
			 SNECK_E_NO_ALGORITHM);
	assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, &why),
			 SNECK_E_NO_ALGORITHM);
}

/* ---- which of both is liked better, and who may say nothing ---- */

static bool said(const struct end *e, const char *bytes, size_t len)
{
	for (size_t i = 0; i + len <= e->link.len; i++)
		if (memcmp(e->link.bytes + i, bytes, len) == 0)
			return true;
	return false;
}

static void the_order_of_a_client(void **state)
{
	static const struct {
		uint32_t flags;
		const char *has, *peers, *own; /* the two extensions */
	} cases[] = {
		{ RAW, "rx", "\0\x14\0\3\2\2\0", "\0\x13\0\3\2\2\0" },
		{ RAW | SNECK_VERIFIER_X509_FIRST, "xr", "\0\x14\0\3\2\0\2", "\0\x13\0\3\2\0\2" },
		{ ONLY | SNECK_VERIFIER_X509_FIRST, "r", "\0\x14\0\2\1\2", "\0\x13\0\2\1\2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t len = i == 2 ? 6 : 7;

		setup(cases[i].flags, cases[i].has);
		p.client.cfg.credentials = p.server.cfg.credentials;
		p.client.cfg.n_credentials = p.server.cfg.n_credentials;
		pair_start(&p);
		pair_run(&p);
		assert_true(said(&p.client, cases[i].peers, len));
		assert_true(said(&p.client, cases[i].own, len));
		pair_wipe(&p);
	}
}

static void the_order_of_a_server(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		setup(0, "x");
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		creds[0] = &raw;
		creds[1] = &p.client.cred;
		p.client.cfg.credentials = creds;
		p.client.cfg.n_credentials = 2;
		p.server.cfg.credentials = p.server.creds;
		p.server.v.verifier.verify = look;
		p.server.v.verifier.flags = RAW | (first ? SNECK_VERIFIER_X509_FIRST : 0);
		verdict_type = -1;
		pair_connect(&p);
		assert_int_equal(verdict_type, first ? SNECK_X509 : SNECK_RAW_PUBLIC_KEY);
		pair_wipe(&p);
	}
}

static void only_raw_keys_and_none_is_offered(void **state)
{
	(void)state;
	setup(0, "x");
	pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
	p.server.v.verifier.flags = ONLY;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_CERT_TYPE);
	assert_int_equal(p.client.st.alert, SNECK_ALERT_UNSUPPORTED_CERTIFICATE);
	pair_wipe(&p);
}

static void to_speak_of_x509_alone(void **state)
{
	static const struct attack a = { "server_type_x509", .msg = 1,	.act = ACT_EXT_ADD,
					 .ext = 20,	     B("\1\0"), .rc = SNECK_E_ILLEGAL,
					 .alert = 47 };

	(void)state;
	attack_run(&p, &a);
}

static size_t ee_len;

static void watch(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	(void)user;
	if (sent && content == 22 && type == 8)
		ee_len = len;
}

/* No key is shown then, and what kind it would be is said all the same. */
static void resumption_names_the_type(void **state)
{
	static uint8_t session[2048];
	size_t len, full;

	(void)state;
	NEEDS(BUILD_PSK);
	setup(RAW, "r");
	assert_int_equal(sneck_ticket_ring_init(&resume_ring, &p.server.t.provider, RESUME_NOW, 0),
			 SNECK_OK);
	p.server.cfg.tickets = &resume_ring;
	p.server.cfg.trace = watch;
	p.client.cfg.ask |= SNECK_ASK_TICKETS;
	pair_connect(&p);
	full = ee_len;
	len = p.client.session_len[0];
	memcpy(session, p.client.session[0], len);
	pair_wipe(&p);
	setup(RAW, "r");
	p.server.cfg.tickets = &resume_ring;
	p.server.cfg.trace = watch;
	p.client.resume = session;
	p.client.resume_len = len;
	pair_start(&p);
	resume_expect(&p, 1);
	assert_int_equal(ee_len, full - 4u); /* no acknowledgement of the name */
	pair_wipe(&p);
}

/* RFC 7250 is for TLS 1.2 as well: whatever is agreed, in both roles, is what is shown. */
static void tls12_agrees_too(void **state)
{
	static const struct {
		uint32_t takes;
		const char *has;
		int type; /* -1: nothing in common */
	} cases[] = {
		{ RAW, "rx", SNECK_RAW_PUBLIC_KEY },
		{ RAW, "xr", SNECK_X509 },
		{ RAW, "r", SNECK_RAW_PUBLIC_KEY },
		{ ONLY, "xr", SNECK_RAW_PUBLIC_KEY },
		{ 0, "rx", SNECK_X509 },
		{ ONLY, "x", -1 },
		{ 0, "r", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int ask = 0; ask < 2; ask++) {
			setup(cases[i].takes, cases[i].has);
			pair_old(&p);
			p.client.cfg.ask |= ask ? SNECK_ASK_VERIFY : 0u;
			p.client.answer = 1;
			pair_start(&p);
			pair_run(&p);
			if (!ask)
				assert_int_equal(verdict_type, cases[i].type);
			assert_int_equal(pair_connected(&p), cases[i].type >= 0);
			if (cases[i].type < 0)
				assert_int_equal(p.server.st.err, SNECK_E_NO_CERT_TYPE);
			pair_wipe(&p);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_agreed),
		cmocka_unit_test(judged_by_the_application),
		cmocka_unit_test(n37_verdicts_on_raw_keys),
		cmocka_unit_test(n40_the_other_kind),
		cmocka_unit_test(config),
		cmocka_unit_test(the_order_of_a_client),
		cmocka_unit_test(the_order_of_a_server),
		cmocka_unit_test(only_raw_keys_and_none_is_offered),
		cmocka_unit_test(to_speak_of_x509_alone),
		cmocka_unit_test(resumption_names_the_type),
		cmocka_unit_test(tls12_agrees_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
