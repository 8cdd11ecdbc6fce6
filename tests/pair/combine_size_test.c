/* SPDX-License-Identifier: MIT */
/* combine_size_test.c: the scratch is sized by a formula over the config, and every flight has to
 * fit: configs at random in which as much as possible is as large as possible, both roles, both
 * versions, retried, resumed, with early data. What would not fit is SNECK_E_INTERNAL, and nothing
 * is written behind the size that was asked for. R2, L1, N81. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"
#include "lib/resume.h"

#include "ext/select.h"

static struct pair p;
static uint64_t seed;
static char name[254];

static bool coin(void)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (seed >> 40 & 1u) != 0;
}

static unsigned upto(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % (n + 1u);
}

/* The largest, as often as not. */
static unsigned most(unsigned n)
{
	return coin() ? n : upto(n);
}

/* A signature as long as there is: nobody believes it, but it has to fit. */
static enum sneck_rc sign_long(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig,
			       size_t cap, size_t *len)
{
	(void)ctx;
	(void)scheme;
	(void)tbs;
	memset(sig, 0x5c, cap);
	*len = cap;
	return SNECK_OK;
}

/* ---- what both ends may have ---- */

static const uint16_t schemes[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806,
				    0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0 };
static const uint16_t all_groups[] = { SNECK_X25519MLKEM768, SNECK_X25519,    SNECK_SECP256R1,
				       SNECK_SECP384R1,	     SNECK_SECP521R1, SNECK_X448 };
static const uint16_t packings[] = { SNECK_ZLIB, SNECK_BROTLI, SNECK_ZSTD };
static uint8_t big[1024], cookie_secret[32] = { 1 };
static struct sneck_span protocols[3], issuers[2], chain[2][BOUND_CERTS];
static struct sneck_psk keys[2];
static const struct sneck_psk *const psks[] = { &keys[0], &keys[1] };
static struct sneck_packed_chain packed;
static uint8_t packed_bytes[6200];
static uint8_t protocol[3][255];
static const uint8_t sct_list[204] = { 0, 202, 0, 200 };

static void lists(void)
{
	memset(big, 'x', sizeof big);
	memset(name, 'n', 253);
	name[63] = name[127] = name[191] = '.';
	for (size_t i = 0; i < 3; i++) {
		memset(protocol[i], 'a' + (int)i, 255);
		protocols[i] = sneck_span_of(protocol[i], 1u + most(254));
	}
	issuers[0] = issuers[1] = sneck_span_of(big, 1u + most(90));
	for (size_t i = 0; i < 2; i++)
		keys[i] = (struct sneck_psk){
			.size = sizeof keys[i],
			.raw = coin(),
			.hash = (uint16_t)(4u + upto(1)),
			.identity = sneck_span_of(big + i, 1u + upto(coin() ? 900 : 20)),
			.secret = sneck_span_of(big, 32),
			.context = sneck_span_of(big, upto(coin() ? 300 : 8)),
		};
}

static void common(struct end *e, bool old)
{
	struct sneck_config *const cfg = &e->cfg;
	bool hybrid;

	transparent_all_groups(&e->t);
	hybrid = upto(3) == 0;
	cfg->groups = (struct sneck_u16s){ all_groups + !hybrid, 1u + upto(4) };
	cfg->alpn = protocols;
	cfg->n_alpn = p.client.cfg.n_alpn;
	cfg->grease = coin();
	cfg->min_version = old ? 0 : SNECK_TLS13;
	cfg->psks = psks;
	cfg->recv_record_limit = coin() ? (uint16_t)(64u + upto(1000)) : 0;
	cfg->ask |= (coin() ? SNECK_ASK_SCHEMES : 0) | (coin() ? SNECK_ASK_VERIFY : 0);
	cfg->check_own_signature = (uint8_t)upto(2);
	e->v.verifier.flags = upto(7) & (SNECK_VERIFIER_WANTS_OCSP | SNECK_VERIFIER_WANTS_SCTS |
					 SNECK_VERIFIER_RAW_KEYS);
	e->v.verifier.ca_names = issuers;
	e->v.verifier.n_ca_names = most(2);
	e->v.verifier.cert_schemes = coin() ? schemes : NULL;
	cfg->session_domain = sneck_span_of("d", 1);
	if (coin()) {
		cfg->ask |= SNECK_ASK_UNPACK;
		cfg->unpack = (struct sneck_u16s){ packings, 1u + upto(2) };
	}
	e->answer = 1;
	if (upto(7) == 0) {
		e->signer.signer.sign = sign_long;
		cfg->check_own_signature = 2;
	}
	for (size_t i = 0; i < BOUND_CERTS; i++)
		chain[e->role][i] = e->chain[i != 0];
	e->cred.n_chain = 1u + most(BOUND_CERTS - 1u);
	e->cred.chain = chain[e->role];
	e->cred.ocsp = sneck_span_of(big, upto(300));
	e->cred.scts = sneck_span_of(sct_list, coin() ? sizeof sct_list : 0);
}

static void client(void)
{
	struct sneck_config *const cfg = &p.client.cfg;

	cfg->n_alpn = most(3);
	common(&p.client, coin());
	cfg->n_key_shares = (uint8_t)upto(2);
	cfg->n_psks = coin() ? 0 : upto(2);
	cfg->psk_ke = coin();
	cfg->announce_cas = coin();
	cfg->pad_hello_to = coin() ? (uint16_t)most(1024) : 0;
	cfg->ask_max_fragment = (uint8_t)most(4);
	cfg->no_compat = coin();
	cfg->n_tickets = most(8);
	cfg->ask |= SNECK_ASK_TICKETS;
	if (coin()) {
		cfg->credentials = p.client.creds;
		cfg->n_credentials = 1;
	}
}

static void server(void)
{
	struct sneck_config *const cfg = &p.server.cfg;
	const struct sneck_u16s *const theirs = &p.client.cfg.groups;

	common(&p.server, coin());
	if (cfg->min_version == 0 && coin())
		cfg->max_version = SNECK_TLS12;
	if (coin()) /* a retry, unless the client has a share of it */
		cfg->groups = (struct sneck_u16s){ theirs->p + theirs->n - 1u, 1 };
	cfg->n_psks = coin() ? 0 : 2;
	cfg->psk_ke = coin();
	cfg->client_auth = cfg->min_version != 0 ? (uint8_t)upto(2) : 0;
	cfg->verifier = cfg->client_auth != 0 || coin() ? &p.server.v.verifier : NULL;
	cfg->half_rtt = coin();
	cfg->ask |= coin() && cfg->min_version != 0 ? SNECK_ASK_CREDENTIAL : 0;
	cfg->ask |= coin() && cfg->min_version != 0 ? SNECK_ASK_SIGN : 0;
	cfg->ask |= coin() ? SNECK_ASK_CLIENT_HELLO : 0;
	cfg->tickets = &resume_ring;
	cfg->n_tickets = most(8);
	cfg->ask |= SNECK_ASK_EARLY_DATA;
	cfg->max_early_data = 1000;
	if (coin())
		cfg->cookie_secret = sneck_span_of(cookie_secret, sizeof cookie_secret);
	if (p.server.cred.n_chain < 10 && coin()) {
		packed = (struct sneck_packed_chain){ .algorithm = SNECK_ZLIB };
		if (sneck_certificate_write(&p.server.cred, packed_bytes, sizeof packed_bytes,
					    &packed.bytes.len) == SNECK_OK) {
			packed.bytes.p = packed_bytes;
			packed.length = (uint32_t)packed.bytes.len;
			p.server.cred.packed = &packed;
			p.server.cred.n_packed = 1;
		}
	}
}

static int hook(struct end *e, int state)
{
	static uint16_t many[BOUND_SCHEMES];

	if (state == SNECK_NEEDS_UNPACKED_CERTIFICATE) { /* nothing is packed but by name */
		assert_int_equal(e->st.u.unpack.length, e->st.u.unpack.packed.len);
		assert_int_equal(sneck_answer_unpacked(e->conn, e->st.op, packed_bytes,
						       e->st.u.unpack.length),
				 SNECK_OK);
		return 1;
	}
	if (state == SNECK_RECEIVED_CERTIFICATE && e->st.u.cert.n_entries == 0)
		return 1;
	if (state == SNECK_NEEDS_CREDENTIAL) {
		if (sneck_answer_credential(e->conn, e->st.op, &e->cred) != SNECK_OK)
			assert_int_equal(sneck_answer_refuse(e->conn, e->st.op, 40), SNECK_OK);
		return 1;
	}
	if (state != SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES)
		return 0;
	for (size_t i = 0; i < BOUND_SCHEMES; i++)
		many[i] = schemes[i % 14u];
	assert_int_equal(sneck_answer_schemes(e->conn, e->st.op, many, BOUND_SCHEMES), SNECK_OK);
	return 1;
}

/* ---- runs ---- */

static bool start(struct end *e, const void *session, size_t len)
{
	size_t need;

	if (sneck_config_check(&e->cfg, e->role, NULL) != SNECK_OK)
		return false;
	memset(e->scratch, 0xa5, sizeof e->scratch);
	assert_int_equal(sneck_conn_init(e->conn_mem, sizeof e->conn_mem, &e->cfg, e->role,
					 RESUME_NOW, &e->conn),
			 SNECK_OK);
	need = sneck_scratch_size(&e->cfg, e->role);
	assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, need), SNECK_OK);
	if (e->role == SNECK_CLIENT)
		assert_int_equal(sneck_conn_set_name(e->conn, name, 253), SNECK_OK);
	if (len != 0)
		(void)!sneck_conn_set_session(e->conn, session, len, SNECK_SESSION_EARLY_DATA);
	sneck_in_init(&e->in, e->in_mem, PAIR_HALF);
	sneck_out_init(&e->out, e->out_mem, PAIR_HALF);
	e->hook = hook;
	e->say_early = "early";
	e->accept_early = 1;
	return true;
}

static void expect_fits(const struct end *e)
{
	for (size_t i = sneck_scratch_size(&e->cfg, e->role); i < sizeof e->scratch; i++)
		assert_int_equal(e->scratch[i], 0xa5);
	if (e->st.err == SNECK_E_INTERNAL)
		fail_msg("an internal error, seed %llu", (unsigned long long)seed);
}

static void forget(struct end *e)
{
	memset(&e->link, 0, offsetof(struct link, sent) + sizeof e->link.sent);
	e->n_got = e->n_secrets = e->n_sessions = e->n_early = e->n_seen = 0;
	e->steps = 0;
	e->in_hi = e->out_hi = 0;
}

static unsigned connected, resumed, early, retried, old;

static bool run(const void *session, size_t len)
{
	bool up;

	if (!start(&p.server, NULL, 0))
		return false;
	if (!start(&p.client, session, len)) {
		sneck_conn_wipe(p.server.conn);
		return false;
	}
	pair_run(&p);
	expect_fits(&p.client);
	expect_fits(&p.server);
	up = pair_connected(&p);
	connected += up;
	resumed += up && p.server.conn->hs.resumed == 1;
	early += up && p.server.conn->hs.early == EARLY_ACCEPTED;
	retried += up && p.server.conn->hs.retried;
	old += up && p.server.conn->hs.version == SNECK_TLS12;
	return up;
}

static void l1_every_flight_fits(void **state)
{
	static uint8_t session[sizeof p.client.session[0]];

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		size_t len;

		seed = i;
		resume_init(&p, 1);
		lists();
		client();
		server();
		if (!run(NULL, 0)) {
			if (p.client.conn != NULL)
				pair_wipe(&p);
			continue;
		}
		len = p.client.n_sessions != 0 ? p.client.session_len[0] : 0;
		memcpy(session, p.client.session[0], len);
		pair_wipe(&p);
		if (len == 0)
			continue;
		forget(&p.client);
		forget(&p.server);
		transparent_audit_reset();
		(void)run(session, len);
		if (p.client.conn->magic != 0)
			pair_wipe(&p);
	}
	print_message("%u connected, %u resumed, %u early, %u retried, %u old\n", connected,
		      resumed, early, retried, old);
	assert_true(connected > 1000 && resumed > 300 && early > 200 && retried > 300 && old > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(l1_every_flight_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
