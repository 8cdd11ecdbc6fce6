/* SPDX-License-Identifier: MIT */
/* resume.c: see resume.h. */
#include "lib/resume.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "lib/needs.h"
#include "keys/ticket.h"
#include "wire/wr.h"

bool resume_old;

struct sneck_ticket_ring resume_ring;

uint8_t resume_session[2048];
size_t resume_session_len;

bool resume_can(bool early)
{
	return BUILD_TICKETS && BUILD_KEX_PSK_DHE && (!early || BUILD_EARLY_DATA);
}

void resume_init(struct pair *p, uint64_t seed)
{
	NEEDS(BUILD_TICKETS && (resume_old ? BUILD_TLS12 : BUILD_KEX_PSK_DHE));
	pair_init(p, seed);
	if (resume_old)
		pair_old(p);
	assert_int_equal(sneck_ticket_ring_init(&resume_ring, &p->server.t.provider, RESUME_NOW, 0),
			 SNECK_OK);
	p->server.cfg.tickets = &resume_ring;
	p->client.cfg.ask |= SNECK_ASK_TICKETS;
}

void resume_real(struct pair *p)
{
	static const struct sneck_psk psk = {
		.size = sizeof psk,
		.identity = { (const uint8_t *)"pair", 4 },
		.secret = { (const uint8_t *)"0123456789abcdef", 16 },
	};
	static const struct sneck_psk *const psks[] = { &psk };
	struct end *const ends[] = { &p->client, &p->server };

	for (int i = 0; i < 2; i++) {
		ends[i]->cfg.provider = sneck_provider_libcrypto();
		ends[i]->cfg.psks = psks;
		ends[i]->cfg.n_psks = 1;
		ends[i]->cfg.psk_only = 1;
	}
}

static void keep(const struct end *e)
{
	assert_true(e->n_sessions != 0);
	resume_session_len = e->session_len[e->n_sessions - 1u];
	memcpy(resume_session, e->session[e->n_sessions - 1u], resume_session_len);
}

static void again(struct pair *p, uint64_t seed)
{
	pair_init(p, seed + 77u);
	if (resume_old)
		pair_old(p);
	p->server.cfg.tickets = &resume_ring;
	p->client.cfg.ask |= SNECK_ASK_TICKETS;
	p->client.resume = resume_session;
	p->client.resume_len = resume_session_len;
}

void resume_ticket(struct pair *p, uint64_t seed)
{
	resume_init(p, seed);
	if (BUILD_EARLY_DATA) {
		p->server.cfg.max_early_data = 1000;
		p->server.cfg.ask |= SNECK_ASK_EARLY_DATA;
	}
	pair_start(p);
	resume_expect(p, 0);
	pair_wipe(p);
	keep(&p->client);
	again(p, seed);
}

void resume_keyed(struct pair *p)
{
	static struct sneck_provider libcrypto;

	libcrypto = *sneck_provider_libcrypto();
	libcrypto.pubkey = p->client.cfg.provider->pubkey;
	p->client.cfg.provider = p->server.cfg.provider = &libcrypto;
}

void resume_keyed_ticket(struct pair *p, uint64_t seed)
{
	resume_init(p, seed);
	resume_keyed(p);
	resume_start(p);
	resume_expect(p, 0);
	pair_wipe(p);
	resume_next(p, seed);
	resume_keyed(p);
}

void resume_next(struct pair *p, uint64_t seed)
{
	keep(&p->client);
	again(p, seed);
}

void resume_forge(struct pair *p, void (*change)(struct session *server))
{
	const struct sneck_provider *const provider = p->server.cfg.provider;
	static uint8_t block[BOUND_SESSION], ticket[TICKET_MAX], forged[sizeof resume_session];
	struct session client, server;
	size_t len;
	struct wr w;

	if (!BUILD_TICKETS)
		return;
	assert_int_equal(
		sneck__session_read(&client, sneck_span_of(p->client.resume, p->client.resume_len)),
		SNECK_OK);
	assert_int_equal(sneck_ticket_open(&resume_ring, provider, client.ticket, RESUME_NOW, block,
					   sizeof block, &len),
			 SNECK_OK);
	assert_int_equal(sneck__session_read(&server, sneck_span_of(block, len)), SNECK_OK);
	change(&server);
	assert_int_equal(sneck__ticket_seal(ticket, sizeof ticket, &len, &resume_ring, provider,
					    RESUME_NOW, &server),
			 SNECK_OK);
	client.ticket = sneck_span_of(ticket, len);
	wr_init(&w, forged, sizeof forged);
	sneck__session_write(&w, &client);
	assert_int_equal(wr_end(&w), SNECK_OK);
	memcpy(resume_session, forged, w.len);
	resume_session_len = w.len;
	p->client.resume = resume_session;
	p->client.resume_len = resume_session_len;
}

void resume_allow(struct pair *p, uint32_t max)
{
	p->server.cfg.max_early_data = max;
	p->server.cfg.ask |= SNECK_ASK_EARLY_DATA;
}

void resume_say(struct pair *p, const char *words)
{
	p->client.resume_flags = SNECK_SESSION_EARLY_DATA;
	p->client.say_early = words;
}

void resume_same(struct pair *p, bool early)
{
	static struct {
		struct sneck_ticket_ring ring;
		uint8_t session[sizeof resume_session];
		size_t len;
	} of[2], *kept;

	kept = &of[resume_old];
	if (kept->len == 0) {
		resume_ticket(p, 3);
		memcpy(kept->session, resume_session, resume_session_len);
		kept->len = resume_session_len;
		kept->ring = resume_ring;
	}
	memcpy(resume_session, kept->session, kept->len);
	resume_session_len = kept->len;
	resume_ring = kept->ring;
	again(p, 3);
	if (!early)
		return;
	resume_say(p, "said early");
	resume_allow(p, 1000);
	p->server.accept_early = 1;
}

void resume_start(struct pair *p)
{
	pair_start(p);
}

void resume_expect(struct pair *p, int resumed)
{
	struct sneck_facts f;

	if (!BUILD_CERTS && resumed == 0)
		resumed = 2; /* the key of pair_init(), for want of certificates */
	pair_run(p);
	pair_expect(p);
	assert_int_equal(sneck_conn_facts(p->server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.resumed, resumed);
	assert_int_equal(sneck_conn_facts(p->client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.resumed, resumed);
}
