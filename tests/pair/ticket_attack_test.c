/* SPDX-License-Identifier: MIT */
/* ticket_attack_test.c: tickets where they do not belong: under another policy (N45), at another
 * time (N46, N52), damaged (N47), under keys that are gone (N48); sessions with a byte changed
 * (N85). Most end in a full handshake. All in both versions. RFC 9846, 4.3.11, 4.7.1; RFC 5077. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build.h"
#include "lib/resume.h"
#include "lib/needs.h"

#include "keys/ticket.h"
#include "wire/wr.h"

static struct pair p;

#define DOMAIN_AT 38u /* in a session: version, suite, role, flags, numbers are in front */

/* ---- N45 ---- */

static const uint8_t one_domain[] = "one", other_domain[] = "two";
static const struct sneck_span h1[] = { BYTES("h1") }, h2[] = { BYTES("h2"), BYTES("h1") };
static const char *const names[] = { "example.org" }, *const more[] = { "example.org", "x.y" };
static const struct sneck_span issuers[] = { BYTES("CN=one"), BYTES("CN=two") };
static const uint16_t sha256_suites[] = { SNECK_TLS_AES_128_GCM_SHA256,
					  SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 };
static const uint16_t sha384_suites[] = { SNECK_TLS_AES_256_GCM_SHA384,
					  SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 };

static void domain(struct end *e, bool changed)
{
	e->cfg.session_domain =
		changed ? sneck_span_of(other_domain, 3) : sneck_span_of(one_domain, 3);
}

static void domain_set(struct end *e, bool changed)
{
	if (changed)
		e->cfg.session_domain = sneck_span_of(one_domain, 3);
}

static void protocols(struct end *e, bool changed)
{
	e->cfg.alpn = changed ? h2 : h1;
	e->cfg.n_alpn = changed ? 2 : 1;
}

static void no_protocols(struct end *e, bool changed)
{
	e->cfg.alpn = h1;
	e->cfg.n_alpn = changed ? 0 : 1;
}

static void credential(struct end *e, bool changed)
{
	e->cred.names = changed ? more : names;
	e->cred.n_names = changed ? 2 : 1;
}

static void issuer_list(struct end *e, bool changed)
{
	e->v.verifier.ca_names = issuers + changed;
	e->v.verifier.n_ca_names = 1;
	e->cfg.verifier = &e->v.verifier;
}

static void more_issuers(struct end *e, bool changed)
{
	issuer_list(e, false);
	e->v.verifier.n_ca_names = changed ? 2 : 1;
}

static void trust(struct end *e, bool changed)
{
	e->v.verifier.trust_id = sneck_span_of(changed ? "b" : "a", 1);
	e->cfg.verifier = &e->v.verifier;
}

static void raw_keys(struct end *e, bool changed)
{
	e->v.verifier.flags = changed ? SNECK_VERIFIER_RAW_KEYS : 0;
	e->cfg.verifier = &e->v.verifier;
}

static void client_auth(struct end *e, bool changed)
{
	if (e->role == SNECK_SERVER) {
		e->cfg.client_auth = changed ? SNECK_AUTH_OPTIONAL : SNECK_AUTH_NONE;
		e->cfg.verifier = &e->v.verifier;
	}
}

static const struct {
	const char *what;
	void (*set)(struct end *e, bool changed);
	bool client, server; /* whose domain it is part of */
	bool chosen;	     /* what is chosen is another, too, whoever changed */
} changes[] = {
	{ "session_domain", domain, true, true, false },
	{ "session_domain set", domain_set, true, true, false },
	{ "alpn", protocols, true, true, false },
	{ "no alpn", no_protocols, true, true, true },
	{ "names of the credential", credential, false, true, false },
	{ "ca_names", issuer_list, true, true, false },
	{ "more ca_names", more_issuers, true, true, false },
	{ "trust_id", trust, true, true, false },
	{ "flags of the verifier", raw_keys, true, true, false },
	{ "client_auth", client_auth, false, true, false },
};

static void configure(void (*set)(struct end *e, bool changed), bool client, bool server)
{
	if (set == client_auth && server) /* who is asked may have none */
		p.client.answer = 0;
	set(&p.client, client);
	set(&p.server, server);
}

/* A client that offers its session whatever has changed. */
static void stubborn(void)
{
	p.client.resume = NULL;
	resume_start(&p);
	assert_int_equal(sneck__policy(&p.client.conn->hs), SNECK_OK);
	memcpy(resume_session + DOMAIN_AT, p.client.conn->hs.domain, 32);
	assert_int_equal(
		sneck_conn_set_session(p.client.conn, resume_session, resume_session_len, 0),
		SNECK_OK);
}

static void n45_matrix(void **state)
{
	(void)state;
	NEEDS(BUILD_CERTS);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		for (int how = 0; how < 4; how++) {
			const bool client = (how & 1) != 0, server = (how & 2) != 0;
			const void *offer;

			resume_init(&p, 45);
			configure(changes[i].set, false, false);
			resume_start(&p);
			resume_expect(&p, 0);
			pair_wipe(&p);
			resume_next(&p, 46);
			configure(changes[i].set, client, server);
			offer = p.client.resume;
			p.client.resume = NULL;
			resume_start(&p);
			if (sneck_conn_set_session(p.client.conn, offer, resume_session_len, 0) !=
			    (client && changes[i].client ? SNECK_E_SESSION : SNECK_OK))
				fail_msg("%s, client %d", changes[i].what, client);
			pair_wipe(&p);
			stubborn();
			pair_run(&p);
			if (!pair_connected(&p) ||
			    p.server.conn->hs.resumed != !((server && changes[i].server) ||
							   (client && changes[i].chosen)) ||
			    p.client.conn->hs.resumed != p.server.conn->hs.resumed)
				fail_msg("%s, client %d, server %d: %d, %s, %s", changes[i].what,
					 client, server, p.server.conn->hs.resumed,
					 sneck_rc_name(p.client.st.err),
					 sneck_rc_name(p.server.st.err));
			pair_wipe(&p);
		}
}

static void n45_another_name(void **state)
{
	(void)state;
	resume_ticket(&p, 47);
	p.client.resume = NULL;
	resume_start(&p);
	assert_int_equal(sneck_conn_set_name(p.client.conn, "other.example", 13), SNECK_OK);
	assert_int_equal(
		sneck_conn_set_session(p.client.conn, resume_session, resume_session_len, 0),
		SNECK_E_SESSION);
	assert_int_equal(sneck__policy(&p.client.conn->hs), SNECK_OK);
	memcpy(resume_session + DOMAIN_AT, p.client.conn->hs.domain, 32);
	assert_int_equal(
		sneck_conn_set_session(p.client.conn, resume_session, resume_session_len, 0),
		SNECK_OK);
	resume_expect(&p, 0);
	pair_wipe(&p);
}

/* The name changes behind sneck_conn_set_session(): looked at once more. */
static void n45_name_changed_later(void **state)
{
	(void)state;
	resume_ticket(&p, 48);
	resume_start(&p);
	assert_int_equal(sneck_conn_set_name(p.client.conn, "other.example", 13), SNECK_OK);
	resume_expect(&p, 0);
	pair_wipe(&p);
}

/* What is in the ticket itself. */
static void other_version(struct session *s)
{
	s->version = s->version == SNECK_TLS12 ? SNECK_TLS13 : SNECK_TLS12;
}

/* With a suite and a secret that the other one has, too. */
static void of_other_version(struct session *s)
{
	static const uint8_t secret[48] = { 1 };

	s->suite = sha384_suites[!resume_old];
	s->secret = sneck_span_of(secret, sizeof secret);
	other_version(s);
}

static void suite_unknown(struct session *s)
{
	s->suite = 0x1306;
}

static void suite_of_other_hash(struct session *s)
{
	s->suite =
		s->secret.len == 32 ? SNECK_TLS_AES_256_GCM_SHA384 : SNECK_TLS_AES_128_GCM_SHA256;
}

static void of_a_client(struct session *s)
{
	s->role = SNECK_CLIENT;
}

static void secret_short(struct session *s)
{
	s->secret.len--;
}

static void domain_bit(struct session *s)
{
	s->domain[31] ^= 1;
}

static void future(struct session *s)
{
	s->issued_ms = RESUME_NOW + 1u;
}

static void over(struct session *s)
{
	s->lifetime_s = 10;
	s->issued_ms = RESUME_NOW - 10000u;
}

static void chain_over(struct session *s)
{
	s->valid_until_ms = RESUME_NOW;
}

static void nothing(struct session *s)
{
	(void)s;
}

static void almost_over(struct session *s)
{
	s->lifetime_s = 10;
	s->issued_ms = RESUME_NOW - 9999u;
	s->valid_until_ms = RESUME_NOW + 1u;
}

static void n45_n46_n52_what_a_ticket_says(void **state)
{
	static void (*const forged[])(struct session * s) = {
		nothing,	  almost_over,	 other_version,
		of_other_version, suite_unknown, suite_of_other_hash,
		of_a_client,	  secret_short,	 domain_bit,
		future,		  over,		 chain_over,
	};

	(void)state;
	for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
		resume_ticket(&p, 49);
		resume_forge(&p, forged[i]);
		resume_start(&p);
		resume_expect(&p, i < 2 ? 1 : 0);
		pair_wipe(&p);
	}
}

static void n45_suite_hash(void **state)
{
	(void)state;
	for (int who = 0; who < 2; who++) {
		resume_init(&p, 50);
		p.client.cfg.suites = (struct sneck_u16s){ sha256_suites + resume_old, 1 };
		resume_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
		resume_next(&p, 50);
		if (who == 0) { /* the client has that suite no longer */
			p.client.resume = NULL;
			p.client.cfg.suites = (struct sneck_u16s){ sha384_suites + resume_old, 1 };
			resume_start(&p);
			assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session,
								resume_session_len, 0),
					 SNECK_E_SESSION);
		} else {
			p.server.cfg.suites = (struct sneck_u16s){ sha384_suites + resume_old, 1 };
			resume_start(&p);
		}
		resume_expect(&p, 0);
		pair_wipe(&p);
	}
}

/* A session without a client's certificate where one is required. */
static uint8_t required_domain[32];

static void required(struct session *s)
{
	memcpy(s->domain, required_domain, 32);
}

static void required_and_known(struct session *s)
{
	required(s);
	s->leaf_id[0] = 1;
}

static void n45_certificate_required(void **state)
{
	(void)state;
	for (int known = 0; known < 2; known++) {
		for (int i = 0; i < 2; i++) {
			resume_ticket(&p, 51);
			if (i == 1)
				resume_forge(&p, known ? required_and_known : required);
			p.server.cfg.client_auth = SNECK_AUTH_REQUIRED;
			p.server.cfg.verifier = &p.server.v.verifier;
			resume_start(&p);
			(void)end_run(&p.client);
			wire_move(&p.client, &p.server);
			(void)end_run(&p.server);
			memcpy(required_domain, p.server.conn->hs.domain, 32);
			assert_int_equal(p.server.conn->hs.resumed, i == 1 && known);
			pair_wipe(&p);
		}
	}
}

/* ---- N46, N52: the client's own clock, and its peer's chain ---- */

static void n52_session_ends_with_the_chain(void **state)
{
	struct sneck_session_info info;

	(void)state;
	NEEDS(BUILD_CERTS);
	for (int late = 0; late < 2; late++) {
		resume_init(&p, 52);
		p.client.v.says.valid_until_ms = RESUME_NOW + 5000u;
		resume_start(&p);
		resume_expect(&p, 0);
		assert_int_equal(
			sneck_session_read(p.client.session[0], p.client.session_len[0], &info),
			SNECK_OK);
		assert_int_equal(info.expires_ms, RESUME_NOW + 5000u);
		pair_wipe(&p);
		for (int again = 0; again < 2; again++) { /* also those of a resumed connection */
			resume_next(&p, 52);
			p.client.resume = NULL;
			resume_start(&p);
			sneck_conn_set_now(p.client.conn, RESUME_NOW + (late ? 5000u : 4999u));
			assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session,
								resume_session_len, 0),
					 late ? SNECK_E_SESSION : SNECK_OK);
			if (late)
				p.client.v.says.valid_until_ms = RESUME_NOW + 5000u;
			resume_expect(&p, !late);
			assert_int_equal(sneck_session_read(p.client.session[0],
							    p.client.session_len[0], &info),
					 SNECK_OK);
			assert_int_equal(info.expires_ms, RESUME_NOW + 5000u);
			pair_wipe(&p);
		}
	}
}

/* ---- N47: damaged ---- */

static struct session client_session(void)
{
	struct session s;

	assert_int_equal(sneck__session_read(&s, sneck_span_of(resume_session, resume_session_len)),
			 SNECK_OK);
	return s;
}

static void with_ticket(const uint8_t *ticket, size_t len)
{
	static uint8_t block[4096];
	struct session s = client_session();
	struct wr w;

	s.ticket = sneck_span_of(ticket, len);
	wr_init(&w, block, sizeof block);
	sneck__session_write(&w, &s);
	assert_int_equal(wr_end(&w), SNECK_OK);
	p.client.resume = block;
	p.client.resume_len = w.len;
}

static void n47_every_byte_of_a_ticket(void **state)
{
	uint8_t ticket[TICKET_MAX + 8u];
	size_t len = 1;

	(void)state;
	for (size_t at = 0; at < len; at++) {
		resume_keyed_ticket(&p, 53);
		len = client_session().ticket.len;
		memcpy(ticket, client_session().ticket.p, len);
		ticket[at] ^= (uint8_t)(1u << at % 8u);
		with_ticket(ticket, len);
		resume_start(&p);
		resume_expect(&p, 0);
		pair_wipe(&p);
	}
	assert_true(len > 180);
}

static void n47_every_length_of_a_ticket(void **state)
{
	uint8_t ticket[TICKET_MAX + 8u] = { 0 };
	size_t len = 1;

	(void)state;
	for (size_t n = 1; n <= sizeof ticket; n++) {
		if (n > len + 2u && n < TICKET_MAX - 1u)
			continue;
		resume_keyed_ticket(&p, 54);
		len = client_session().ticket.len;
		memcpy(ticket, client_session().ticket.p, len);
		with_ticket(ticket, n);
		resume_start(&p);
		resume_expect(&p, n == len ? 1 : 0);
		pair_wipe(&p);
	}
}

/* ---- N48: keys ---- */

static void n48_keys(void **state)
{
	static const uint64_t half_day = 12u * 3600u * 1000u;

	(void)state;
	for (int i = 0; i < 6; i++) {
		static struct sneck_ticket_ring ring;
		bool opens = false;

		resume_keyed_ticket(&p, 55);
		ring = resume_ring;
		switch (i) {
		case 0: /* the next key seals, the old one opens */
		case 1:
		case 2:
			for (int k = 0; k <= i; k++)
				assert_int_equal(sneck_ticket_ring_rotate(
							 &ring, p.server.cfg.provider,
							 RESUME_NOW + (unsigned)(k + 1) * half_day),
						 SNECK_OK);
			opens = i < 2;
			break;
		case 3: /* of the same name, nobody made it */
			memset(ring.keys[1].secret, 0, sizeof ring.keys[1].secret);
			break;
		case 4: /* of the same name, another key */
			ring.keys[1].secret[31] ^= 1;
			break;
		default:
			assert_int_equal(
				sneck_ticket_ring_init(&ring, p.server.cfg.provider, RESUME_NOW, 0),
				SNECK_OK);
		}
		p.server.cfg.tickets = &ring;
		resume_start(&p);
		resume_expect(&p, opens);
		pair_wipe(&p);
	}
}

/* A ring that is all zero issues none, and a server without one resumes nothing. */
static void n48_no_keys(void **state)
{
	static const struct sneck_ticket_ring zero;

	(void)state;
	for (int i = 0; i < 2; i++) {
		resume_keyed_ticket(&p, 56);
		p.server.cfg.tickets = i ? &zero : NULL;
		resume_start(&p);
		resume_expect(&p, 0);
		assert_int_equal(p.client.n_sessions, 0);
		pair_wipe(&p);
	}
}

/* ---- N85: sessions ---- */

static void n85_every_byte_of_a_session(void **state)
{
	static uint8_t block[sizeof resume_session];
	size_t len = 1, ends[4] = { 0 };

	(void)state;
	NEEDS(BUILD_CERTS);
	for (size_t at = 0; at < len; at++) {
		enum sneck_rc rc;

		resume_keyed_ticket(&p, 59);
		len = resume_session_len;
		memcpy(block, resume_session, len);
		block[at] ^= (uint8_t)(1u << at % 8u);
		p.client.resume = NULL;
		resume_start(&p);
		rc = sneck_conn_set_session(p.client.conn, block, len, 0);
		assert_true(rc == SNECK_OK || rc == SNECK_E_ARG || rc == SNECK_E_SESSION);
		pair_run(&p);
		if (pair_connected(&p)) {
			assert_int_equal(p.client.conn->hs.resumed, p.server.conn->hs.resumed);
			if (rc != SNECK_OK)
				assert_int_equal(p.client.conn->hs.resumed, 0);
			ends[p.client.conn->hs.resumed]++;
		} else if (resume_old) { /* another secret: the server's Finished is under other
					    keys */
			assert_int_equal(p.client.st.err, SNECK_E_BAD_MAC);
			assert_int_equal(p.server.st.alert, SNECK_ALERT_BAD_RECORD_MAC);
			ends[3]++;
		} else { /* another secret */
			assert_int_equal(p.server.st.err, SNECK_E_BAD_BINDER);
			assert_int_equal(p.server.st.alert, SNECK_ALERT_DECRYPT_ERROR);
			assert_int_equal(p.client.st.alert, SNECK_ALERT_DECRYPT_ERROR);
			ends[3]++;
		}
		pair_wipe(&p);
	}
	print_message("%zu full, %zu resumed, %zu refused\n", ends[0], ends[1], ends[3]);
	assert_true(ends[0] > 200 && ends[1] > 8 && ends[3] >= 32);
}

static void n85_every_length_of_a_session(void **state)
{
	struct sneck_session_info info;

	(void)state;
	resume_ticket(&p, 60);
	p.client.resume = NULL;
	resume_start(&p);
	for (size_t n = 0; n < resume_session_len; n++) {
		assert_int_equal(sneck_conn_set_session(p.client.conn, resume_session, n, 0),
				 SNECK_E_ARG);
		assert_int_equal(sneck_session_read(resume_session, n, &info), SNECK_E_ARG);
	}
	assert_int_equal(
		sneck_conn_set_session(p.client.conn, resume_session, resume_session_len, 2),
		SNECK_E_ARG);
	resume_expect(&p, 0);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n45_matrix),
		cmocka_unit_test(n45_another_name),
		cmocka_unit_test(n45_name_changed_later),
		cmocka_unit_test(n45_n46_n52_what_a_ticket_says),
		cmocka_unit_test(n45_suite_hash),
		cmocka_unit_test(n45_certificate_required),
		cmocka_unit_test(n52_session_ends_with_the_chain),
		cmocka_unit_test(n47_every_byte_of_a_ticket),
		cmocka_unit_test(n47_every_length_of_a_ticket),
		cmocka_unit_test(n48_keys),
		cmocka_unit_test(n48_no_keys),
		cmocka_unit_test(n85_every_byte_of_a_session),
		cmocka_unit_test(n85_every_length_of_a_session),
	};

	int failed = cmocka_run_group_tests_name("TLS 1.3", tests, NULL, NULL);

	resume_old = BUILD_TLS12;
	return failed +
	       (resume_old ? cmocka_run_group_tests_name("TLS 1.2", tests, NULL, NULL) : 0);
}
