/* SPDX-License-Identifier: MIT */
/* resume.c: see resume.h. */
#include "lib/resume.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

struct sneck_ticket_ring resume_ring;

static uint8_t session[2048];
static size_t session_len;

void resume_init(struct pair *p, uint64_t seed)
{
	pair_init(p, seed);
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
	session_len = e->session_len[e->n_sessions - 1u];
	memcpy(session, e->session[e->n_sessions - 1u], session_len);
}

static void again(struct pair *p, uint64_t seed)
{
	pair_init(p, seed + 77u);
	p->server.cfg.tickets = &resume_ring;
	p->client.cfg.ask |= SNECK_ASK_TICKETS;
	p->client.resume = session;
	p->client.resume_len = session_len;
}

void resume_ticket(struct pair *p, uint64_t seed)
{
	resume_init(p, seed);
	p->server.cfg.max_early_data = 1000;
	p->server.cfg.ask |= SNECK_ASK_EARLY_DATA;
	pair_start(p);
	resume_expect(p, 0);
	pair_wipe(p);
	keep(&p->client);
	again(p, seed);
}

void resume_next(struct pair *p, uint64_t seed)
{
	keep(&p->client);
	again(p, seed);
}

void resume_start(struct pair *p)
{
	pair_start(p);
}

void resume_expect(struct pair *p, int resumed)
{
	struct sneck_facts f;

	pair_run(p);
	if (!pair_connected(p))
		fail_msg("client %s, server %s", sneck_rc_name(p->client.st.err),
			 sneck_rc_name(p->server.st.err));
	assert_int_equal(sneck_conn_facts(p->server.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.resumed, resumed);
	assert_int_equal(sneck_conn_facts(p->client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.resumed, resumed);
}
