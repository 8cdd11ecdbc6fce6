/* SPDX-License-Identifier: MIT */
/* hello_first_test.c: the config chosen by the ClientHello, now or later; what may be chosen, what
 * the choice changes, what is shown behind a HelloRetryRequest; and sneck_hello_read(), which reads
 * a ClientHello without a connection. RFC 9846, 4.2.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/hold.h"

static struct pair p;
static struct sneck_config second;
static struct sneck_credential cred;
static struct transparent_signer signer;
static struct sneck_span chain;
static uint8_t cert[100];

static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
					  { (const uint8_t *)"acme-tls/1", 10 } };

static struct end *const c = &p.client, *const s = &p.server;

/* A server whose first config asks and would not do, and a second one that does. */
static void prepare(uint64_t seed)
{
	static const struct sneck_credential *const list[] = { &cred };

	pair_init(&p, seed);
	c->cfg.alpn = alpn;
	c->cfg.n_alpn = 2;
	second = s->cfg;
	s->cfg.ask |= SNECK_ASK_CLIENT_HELLO;
	s->cfg.alpn = alpn;
	s->cfg.n_alpn = 1;
	transparent_signer(&signer, TRANSPARENT_RSA, 50);
	transparent_cert(cert, sizeof cert, TRANSPARENT_RSA, 50);
	chain = sneck_span_of(cert, sizeof cert);
	cred = (struct sneck_credential){ SNECK_CREDENTIAL_INIT, .chain = &chain, .n_chain = 1,
					  .signer = &signer.signer };
	second.credentials = list;
	second.alpn = alpn + 1;
	second.n_alpn = 1;
}

static void hold(void)
{
	assert_true(hold_at(s, c, SNECK_RECEIVED_CLIENT_HELLO));
}

static void finish(void)
{
	struct sneck_facts facts;

	pair_run(&p);
	if (!pair_connected(&p))
		fail_msg("client %s, server %s", sneck_rc_name(c->st.err),
			 sneck_rc_name(s->st.err));
	assert_int_equal(sneck_conn_facts(s->conn, &facts, sizeof facts), SNECK_OK);
	assert_int_equal(facts.own_scheme, 0x0804);
	assert_int_equal(facts.alpn.len, 10);
	end_write(c, "hello", 5);
	end_write(s, "world", 5);
	pair_run(&p);
	assert_int_equal(c->n_got + s->n_got, 10);
}

static void shown_before_scratch(void **state)
{
	(void)state;
	for (int i = 0; i < 16; i++) {
		prepare((uint64_t)i);
		s->late_scratch = i & 1;
		s->rfc_mode = (i & 2) != 0;
		c->cfg.send_fragment = i & 4 ? 64 : 0;
		s->chunk = i & 8 ? 5 : 0;
		pair_start(&p);
		hold();
		if (i & 1)
			assert_null(s->conn->hs.work);
		assert_int_equal(s->st.u.hello.retried, 0);
		assert_int_equal(s->st.u.hello.sni.len, 11);
		assert_memory_equal(s->st.u.hello.sni.p, "example.org", 11);
		assert_int_equal(s->st.u.hello.alpn.len, 14);
		assert_memory_equal(s->st.u.hello.alpn.p,
				    "\x02h2\x0a"
				    "acme-tls/1",
				    14);
		assert_int_equal(s->st.u.hello.raw.p[0], 1);
		assert_int_equal(s->st.u.hello.raw.len,
				 s->st.u.hello.raw.p[2] * 256u + s->st.u.hello.raw.p[3] + 4u);
		assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &second), SNECK_OK);
		assert_ptr_equal(s->conn->cfg, &second);
		finish();
		pair_wipe(&p);
	}
}

static struct sneck_config wrong;

static void refused_now(const char *what)
{
	hold_freeze(s);
	assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &wrong), SNECK_E_CONFIG);
	hold_same(s, what);
	wrong = second;
}

static void refused(const char *what)
{
	refused_now(what);
	assert_int_equal(end_step(s), SNECK_RECEIVED_CLIENT_HELLO);
}

static void configs_that_will_not_do(void **state)
{
	static uint8_t names[2000];
	static const struct sneck_span name = { names, sizeof names };
	static struct transparent elsewhere;
	struct sneck_verifier v;

	(void)state;
	for (int early = 0; early < 2; early++) {
		prepare(1);
		s->late_scratch = !early;
		pair_start(&p);
		hold();
		wrong = second;
		wrong.size = 0;
		refused("size");
		transparent_init(&elsewhere, 1);
		wrong.provider = &elsewhere.provider;
		refused("provider");
		wrong.n_credentials = 0;
		refused("credentials");
		wrong.client_auth = 1;
		wrong.verifier = NULL;
		refused("client_auth");
		wrong.ask = 1u << 8;
		refused("ask");
		pair_wipe(&p);

		/* more scratch than was lent: only if it was */
		prepare(2);
		s->late_scratch = true;
		pair_start(&p);
		if (early)
			assert_int_equal(
				sneck_conn_set_scratch(s->conn, s->scratch,
						       sneck_scratch_size(&s->cfg, SNECK_SERVER)),
				SNECK_OK);
		hold();
		wrong = second;
		v = s->v.verifier;
		v.ca_names = &name;
		v.n_ca_names = 1;
		wrong.verifier = &v;
		wrong.client_auth = SNECK_AUTH_OPTIONAL;
		if (early) {
			refused("scratch");
			assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &second),
					 SNECK_OK);
		} else {
			assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &wrong),
					 SNECK_OK);
		}
		finish();
		pair_wipe(&p);
	}
}

/* Every suite of the provider may be in the second config. */
static void any_suite_fits(void **state)
{
	static const uint16_t first[] = { 0x1301 };

	(void)state;
	for (uint16_t id = 0x1301; id <= 0x1305; id++) {
		const uint16_t only[] = { id };

		prepare(id);
		s->cfg.suites = (struct sneck_u16s){ first, 1 };
		second.suites = c->cfg.suites = (struct sneck_u16s){ only, 1 };
		pair_start(&p);
		hold();
		assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &second), SNECK_OK);
		finish();
		assert_int_equal(s->conn->hs.suite->id, id);
		pair_wipe(&p);
	}
}

/* Its ask bits hold from then on, and its limits. */
static void what_the_choice_changes(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		prepare(1);
		s->cfg.recv_record_limit = i ? 1000 : 0;
		second.recv_record_limit = i ? 0 : 500;
		second.ask |= SNECK_ASK_CREDENTIAL | SNECK_ASK_SIGN | SNECK_ASK_MAY_ENCRYPT;
		pair_start(&p);
		hold();
		assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &second), SNECK_OK);
		assert_true(hold_at(s, c, SNECK_NEEDS_CREDENTIAL));
		assert_int_equal(s->st.u.cred.alpn.len, 10);
		assert_int_equal(sneck_answer_credential(s->conn, s->st.op, &cred), SNECK_OK);
		assert_true(hold_at(s, c, SNECK_NEEDS_LOCAL_SIGNATURE));
		end_answer(s);
		assert_true(hold_at(s, c, SNECK_MAY_ENCRYPT_APP_DATA));
		s->hook = NULL;
		finish();
		assert_int_equal(c->conn->hs.send_limit, i ? 16384 : 500);
		pair_wipe(&p);

		prepare(2); /* and bits of the first do not */
		s->cfg.ask |= SNECK_ASK_CREDENTIAL | SNECK_ASK_SIGN;
		pair_start(&p);
		hold();
		assert_int_equal(sneck_answer_client_hello(s->conn, s->st.op, &second), SNECK_OK);
		assert_false(hold_at(s, c, SNECK_NEEDS_CREDENTIAL));
		s->hook = NULL;
		finish();
		pair_wipe(&p);
	}
}

static unsigned shown;

static int count(struct end *e, int state)
{
	if (state != SNECK_RECEIVED_CLIENT_HELLO)
		return 0;
	assert_int_equal(e->st.u.hello.retried, shown++);
	if (e->conn->hs.retried) {
		wrong = second;
		refused_now("another config behind a retry");
		wrong = s->cfg;
		refused_now("the first config behind a retry");
	}
	assert_int_equal(sneck_answer_client_hello(e->conn, e->st.op, &second), SNECK_OK);
	return 1;
}

static void behind_a_retry(void **state)
{
	static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1 };
	static const uint8_t secret[32] = { 1 };

	(void)state;
	for (int i = 0; i < 8; i++) {
		prepare((uint64_t)i);
		shown = 0;
		c->cfg.groups = (struct sneck_u16s){ groups, 2 };
		c->cfg.n_key_shares = 1;
		second.groups = (struct sneck_u16s){ groups + 1, 1 };
		if (i & 1)
			second.ask |= SNECK_ASK_CLIENT_HELLO;
		if (i & 2)
			second.cookie_secret = sneck_span_of(secret, sizeof secret);
		s->late_scratch = (i & 4) != 0;
		s->hook = count;
		pair_start(&p);
		finish();
		assert_int_equal(shown, i & 1 ? 2 : 1);
		assert_true(s->conn->hs.retried);
		pair_wipe(&p);
	}
}

/* ---- hellos that are broken ---- */

static struct unit hello;
static struct edit ed;

static void keep(struct edit *editor, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 1)
		hello = *u;
	edit_put(editor, u);
}

static void get_hello(void)
{
	prepare(1);
	pair_start(&p);
	edit_init(&ed, c);
	ed.on_unit = keep;
	(void)end_run(c);
	wire_move(c, s);
	pair_wipe(&p);
	assert_true(hello.len > 100);
}

static bool inside(struct sneck_span x, struct sneck_span whole)
{
	return x.len == 0 || (x.p >= whole.p && x.p + x.len <= whole.p + whole.len);
}

/* What the reader says of these bytes is what a server does with them. */
static enum sneck_rc both(const uint8_t *bytes, size_t len)
{
	const struct sneck_span raw = { bytes, len };
	struct sneck_hello h;
	const enum sneck_rc rc = sneck_hello_read(raw, &h);

	if (rc == SNECK_OK) {
		const struct sneck_span all[] = { h.random,	h.session_id, h.suites, h.sni,
						  h.alpn,	h.versions,   h.groups, h.schemes,
						  h.key_shares, h.extensions };

		for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
			assert_true(inside(all[i], raw));
	}
	if (len != ((size_t)bytes[1] << 16) + bytes[2] * 256u + bytes[3] + 4u || bytes[0] != 1)
		return rc;
	prepare(1);
	pair_start(&p);
	link_record(c, false, 22, bytes, len);
	shown = 0;
	s->hook = NULL;
	wire_move(c, s);
	(void)hold_at(s, c, SNECK_RECEIVED_CLIENT_HELLO);
	if (rc == SNECK_OK) {
		assert_int_equal(s->st.state, SNECK_RECEIVED_CLIENT_HELLO);
	} else {
		(void)end_run(s);
		assert_int_equal(s->conn->err, rc);
	}
	pair_wipe(&p);
	return rc;
}

static void reading_alone(void **state)
{
	struct sneck_hello h;

	(void)state;
	get_hello();
	assert_int_equal(sneck_hello_read(sneck_span_of(hello.data, hello.len), &h), SNECK_OK);
	assert_int_equal(h.random.len, 32);
	assert_int_equal(h.session_id.len, 32);
	assert_ptr_equal(h.random.p, hello.data + 6);
	assert_int_equal(h.suites.len % 2, 0);
	assert_memory_equal(h.sni.p, "example.org", h.sni.len);
	assert_memory_equal(h.versions.p, "\3\4", 2);
	assert_memory_equal(h.groups.p, "\0\x1d\0\x17", 4);
	assert_memory_equal(h.key_shares.p, "\0\x1d\0\x20", 4);
	assert_true(h.schemes.len >= 2);
	assert_ptr_equal(h.extensions.p + h.extensions.len, hello.data + hello.len);
}

static void n1_n2_every_byte(void **state)
{
	static uint8_t b[4000];
	size_t refusals = 0;

	(void)state;
	get_hello();
	for (size_t n = 0; n < hello.len; n++) { /* as long as it is, and saying so */
		memcpy(b, hello.data, hello.len);
		assert_int_equal(sneck_hello_read(sneck_span_of(b, n), &(struct sneck_hello){ 0 }),
				 SNECK_E_DECODE);
		if (n < 5)
			continue;
		b[2] = (uint8_t)((n - 4u) >> 8);
		b[3] = (uint8_t)(n - 4u);
		refusals += both(b, n) != SNECK_OK;
	}
	for (size_t i = 0; i < hello.len; i++)
		for (int by = 1; by < 256; by = by * 5 + 1) {
			memcpy(b, hello.data, hello.len);
			b[i] ^= (uint8_t)by;
			refusals += both(b, hello.len) != SNECK_OK;
		}
	b[hello.len] = 0;
	memcpy(b, hello.data, hello.len);
	assert_int_equal(
		sneck_hello_read(sneck_span_of(b, hello.len + 1u), &(struct sneck_hello){ 0 }),
		SNECK_E_DECODE);
	print_message("%zu refused\n", refusals);
	assert_true(refusals > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shown_before_scratch), cmocka_unit_test(configs_that_will_not_do),
		cmocka_unit_test(any_suite_fits),	cmocka_unit_test(what_the_choice_changes),
		cmocka_unit_test(behind_a_retry),	cmocka_unit_test(reading_alone),
		cmocka_unit_test(n1_n2_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
