/* SPDX-License-Identifier: MIT */
/* hybrid_test.c: a group with shares as long as X25519MLKEM768's: which shares a client sends, when
 * a server asks for the other one, and that the longest flights fit the scratch that was asked for.
 * The group has no mathematics here. RFC 9846, 4.3.8; 10024. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sneck/session.h>

#include "lib/attack.h"
#include "lib/needs.h"

#define OFFER  1184u
#define ANSWER 1120u
#define SECRET 64u
#define PRIV   16u /* as of a provider that keeps a pointer there */

static struct pair p;
static const uint8_t secret[32] = { 5 };

static enum sneck_rc offer(const struct sneck_provider *pr, void *priv, uint8_t *out, void *work)
{
	(void)work;
	memset(out, 0x11, OFFER);
	return pr->random(pr->ctx, priv, PRIV);
}

static enum sneck_rc answer(const struct sneck_provider *pr, const uint8_t *in, uint8_t *out,
			    uint8_t *shared, void *work)
{
	(void)pr;
	(void)work;
	memset(out, 0x22, ANSWER);
	memset(shared, 0x33, SECRET);
	return in[OFFER - 1u] == 0x11 ? SNECK_OK : SNECK_E_BAD_SHARE;
}

static enum sneck_rc finish(const struct sneck_provider *pr, void *priv, const uint8_t *in,
			    uint8_t *shared, void *work)
{
	(void)pr;
	(void)work;
	memset(priv, 0, PRIV);
	memset(shared, 0x33, SECRET);
	return in[ANSWER - 1u] == 0x22 ? SNECK_OK : SNECK_E_BAD_SHARE;
}

static void wipe(void *priv)
{
	memset(priv, 0, PRIV);
}

static const struct sneck_kex hybrid = {
	.group = SNECK_X25519MLKEM768,
	.offer_len = OFFER,
	.answer_len = ANSWER,
	.secret_len = SECRET,
	.priv_size = PRIV,
	.name = "no X25519MLKEM768",
	.offer = offer,
	.answer = answer,
	.finish = finish,
	.wipe = wipe,
};

static const struct sneck_kex *const kexes[] = { &hybrid, &transparent_x25519, &transparent_p256,
						 NULL };

static const uint16_t first[] = { SNECK_X25519MLKEM768, SNECK_X25519, SNECK_SECP256R1 },
		      last[] = { SNECK_X25519, SNECK_SECP256R1, SNECK_X25519MLKEM768 };

static void prepare(const uint16_t *c, size_t n_c, const uint16_t *s, size_t n_s)
{
	pair_init(&p, 1);
	p.client.t.provider.kexes = p.server.t.provider.kexes = kexes;
	p.client.cfg.groups = (struct sneck_u16s){ c, n_c };
	p.server.cfg.groups = (struct sneck_u16s){ s, n_s };
	p.client.cfg.n_key_shares = 0;
}

static void expect(uint16_t group, int retried)
{
	struct sneck_facts f;
	struct sneck_note why;

	if (sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why) != SNECK_OK ||
	    sneck_config_check(&p.server.cfg, SNECK_SERVER, &why) != SNECK_OK)
		fail_msg("%s: %zu, %zu", why.text, sneck_scratch_size(&p.client.cfg, SNECK_CLIENT),
			 sneck_scratch_size(&p.server.cfg, SNECK_SERVER));
	pair_connect(&p);
	assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.group, group);
	assert_int_equal(f.retried, retried);
	end_write(&p.client, "hello", 5);
	pair_run(&p);
	assert_memory_equal(p.server.got, "hello", 5);
	pair_wipe(&p);
}

static void shares_and_retries(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct sneck_span cookie =
			i & 1 ? sneck_span_of(secret, 32) : sneck_span_of(NULL, 0);

		/* the library's order: a share of the hybrid, and one for who has none */
		prepare(NULL, 0, NULL, 0);
		p.server.cfg.cookie_secret = cookie;
		expect(SNECK_X25519MLKEM768, 0);
		prepare(NULL, 0, last, 1);
		expect(SNECK_X25519, 0);
		prepare(NULL, 0, last + 1, 1);
		p.server.cfg.cookie_secret = cookie;
		expect(SNECK_SECP256R1, 1);
		/* a hybrid that is only named is worth a retry */
		prepare(last, 3, first, 3);
		p.server.cfg.cookie_secret = cookie;
		expect(SNECK_X25519MLKEM768, 1);
		/* unless the server likes another one as much */
		prepare(last, 3, last, 3);
		expect(SNECK_X25519, 0);
		prepare(first, 3, last, 3);
		p.client.cfg.n_key_shares = 1;
		p.server.cfg.cookie_secret = cookie;
		p.client.cfg.pad_hello_to = i & 2 ? 1024 : 0;
		expect(SNECK_X25519MLKEM768, 0);
		prepare(first, 3, last, 2);
		p.client.cfg.n_key_shares = 1;
		p.client.cfg.send_fragment = i & 2 ? 64 : 0;
		p.server.cfg.cookie_secret = cookie;
		expect(SNECK_X25519, 1);
		prepare(first, 3, first, 3);
		p.client.cfg.n_key_shares = 2;
		p.client.rfc_mode = (i & 2) != 0;
		expect(SNECK_X25519MLKEM768, 0);
	}
}

static enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			  size_t cap, size_t *len)
{
	(void)ctx;
	(void)scheme;
	(void)tbs;
	memset(sig, 0x44, cap);
	*len = cap;
	return SNECK_OK;
}

/* Share, protocol name, ten certificates, the longest signature: all at once. */
static void largest_server_flight(void **state)
{
	static const uint16_t schemes[] = { SNECK_ECDSA_SECP256R1_SHA256, 0 };
	static const struct sneck_signer signer = { .schemes = schemes, .sign = sign };
	static const uint16_t sha384[] = { SNECK_TLS_AES_256_GCM_SHA384 };
	static uint8_t proto[255];
	static struct sneck_span alpn = { proto, 0 };
	static struct sneck_span chain[10];

	(void)state;
	NEEDS(BUILD_CERTS);
	memset(proto, 'p', sizeof proto);
	for (size_t i = 0; i < sizeof last / sizeof last[0]; i++) {
		prepare(&last[i], 1, &last[i], 1);
		for (size_t k = 0; k < 10; k++)
			chain[k] = sneck_span_of(p.server.certs[0], sizeof p.server.certs[0]);
		p.server.cred.chain = chain;
		p.server.cred.n_chain = 10;
		p.server.cred.signer = &signer;
		p.server.cfg.suites = (struct sneck_u16s){ sha384, 1 };
		/* a client with a hybrid has no room for the longest in SNECK_SCRATCH_MAX */
		alpn.len = last[i] == SNECK_X25519MLKEM768 ? 100 : 255;
		p.client.cfg.alpn = p.server.cfg.alpn = &alpn;
		p.client.cfg.n_alpn = p.server.cfg.n_alpn = 1;
		assert_int_equal(sneck_config_check(&p.server.cfg, SNECK_SERVER, NULL), SNECK_OK);
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
		assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
		pair_wipe(&p);
	}
}

/* N29: lengths that are not the group's, and a ciphertext that is none. */
static const struct {
	bool by_server;
	size_t len;
	uint8_t fill;
} shares[] = {
	{ false, OFFER - 1u, 0x11 }, { false, OFFER + 1u, 0x11 }, { false, 32, 0x11 },
	{ false, ANSWER, 0x11 },     { false, OFFER, 0x12 },	  { true, ANSWER - 1u, 0x22 },
	{ true, ANSWER + 1u, 0x22 }, { true, 32, 0x22 },	  { true, OFFER, 0x22 },
	{ true, ANSWER, 0x23 },
};

static size_t now;

static void bad_share(struct edit *ed, struct unit *u)
{
	static char body[OFFER + 16];
	const size_t n = shares[now].len, list = shares[now].by_server ? 0 : 2;
	struct attack a = { .act = ACT_EXT_SET, .ext = 51, .bytes = body, .n = n + 4u + list };

	if (u->type == 22 && u->data[0] == (shares[now].by_server ? 2 : 1)) {
		body[0] = (char)((n + 4u) >> 8);
		body[1] = (char)(n + 4u);
		body[list] = 0x11;
		body[list + 1] = (char)0xec;
		body[list + 2] = (char)(n >> 8);
		body[list + 3] = (char)n;
		memset(body + list + 4, shares[now].fill, n);
		attack_ext(u, &a);
		ed->done = true;
	}
	edit_put(ed, u);
}

static void n29_shares(void **state)
{
	static struct edit ed;

	(void)state;
	NEEDS(BUILD_CERTS);
	for (now = 0; now < sizeof shares / sizeof shares[0]; now++) {
		const struct end *const to = shares[now].by_server ? &p.client : &p.server;

		prepare(first, 1, first, 1);
		pair_start(&p);
		edit_init(&ed, shares[now].by_server ? &p.server : &p.client);
		ed.on_unit = bad_share;
		pair_run(&p);
		assert_true(ed.done);
		assert_int_equal(to->st.err, SNECK_E_BAD_SHARE);
		assert_int_equal(to->st.alert, 47);
		pair_wipe(&p);
	}
}

/* A server of both versions with tickets, as most are: no hybrid share is set aside for TLS 1.2. */
static void fits_with_tickets(void **state)
{
	static struct sneck_ticket_ring ring;
	struct sneck_note why;

	(void)state;
	NEEDS(BUILD_TICKETS && BUILD_KEX_PSK_DHE && BUILD_CERTS);
	prepare(NULL, 0, NULL, 0);
	p.server.cfg.tickets = &ring;
	p.server.cfg.min_version = p.server.cfg.max_version = 0;
	if (sneck_config_check(&p.server.cfg, SNECK_SERVER, &why) != SNECK_OK)
		fail_msg("%s: %zu", why.text, sneck_scratch_size(&p.server.cfg, SNECK_SERVER));
	pair_client_auth(&p, SNECK_AUTH_REQUIRED);
	p.server.cfg.session_domain = sneck_span_of("here", 4);
	p.server.cfg.ask |= SNECK_ASK_CREDENTIAL;
	p.client.cfg.ask |= SNECK_ASK_CREDENTIAL;
	p.client.cfg.min_version = p.client.cfg.max_version = 0;
	if (sneck_config_check(&p.server.cfg, SNECK_SERVER, &why) != SNECK_OK ||
	    sneck_config_check(&p.client.cfg, SNECK_CLIENT, &why) != SNECK_OK)
		fail_msg("%s: %zu, %zu", why.text, sneck_scratch_size(&p.client.cfg, SNECK_CLIENT),
			 sneck_scratch_size(&p.server.cfg, SNECK_SERVER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_and_retries),
		cmocka_unit_test(largest_server_flight),
		cmocka_unit_test(n29_shares),
		cmocka_unit_test(fits_with_tickets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
