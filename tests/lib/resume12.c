/* SPDX-License-Identifier: MIT */
/* resume12.c: see resume12.h. */
#include "lib/resume12.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "keys/session.h"
#include "wire/wr.h"

uint8_t resume12_store[2048], resume12_id[SNECK_SESSION_ID_LEN];
size_t resume12_store_len;

void resume12_init(struct pair *p, uint64_t seed)
{
	resume_init(p, seed);
	pair_old(p);
}

void resume12_next(struct pair *p, uint64_t seed)
{
	resume_next(p, seed);
	pair_old(p);
}

void resume12_ticket(struct pair *p, uint64_t seed)
{
	resume12_init(p, seed);
	pair_start(p);
	resume_expect(p, 0);
	pair_wipe(p);
	resume12_next(p, seed);
}

struct session resume12_session(void)
{
	struct session s;

	assert_int_equal(sneck__session_read(&s, sneck_span_of(resume_session, resume_session_len)),
			 SNECK_OK);
	return s;
}

void resume12_with(struct pair *p, const uint8_t *ticket, size_t len)
{
	static uint8_t block[70000];
	struct session s = resume12_session();
	struct wr w;

	s.ticket = sneck_span_of(ticket, len);
	wr_init(&w, block, sizeof block);
	sneck__session_write(&w, &s);
	assert_int_equal(wr_end(&w), SNECK_OK);
	p->client.resume = block;
	p->client.resume_len = w.len;
}

/* The store's answer: by the id alone. */
static int look_up(struct end *e, int state)
{
	struct sneck_span id;
	uint32_t age;
	bool known;

	if (state != SNECK_NEEDS_PSK)
		return 0;
	assert_int_equal(e->st.u.psk.n_identities, 1);
	assert_int_equal(sneck_psk_at(&e->st.u.psk, 0, &id, &age), SNECK_OK);
	assert_int_equal(age, 0);
	known = resume12_store_len != 0 && id.len == sizeof resume12_id &&
		memcmp(id.p, resume12_id, id.len) == 0;
	assert_int_equal(sneck_answer_psk(e->conn, e->st.op, known ? 0 : -1,
					  known ? resume12_store : NULL,
					  known ? resume12_store_len : 0, NULL),
			 SNECK_OK);
	return 1;
}

void resume12_ids(struct pair *p)
{
	p->server.cfg.tickets = NULL;
	p->server.cfg.ask |= SNECK_ASK_PSK;
	p->server.hook = look_up;
}

void resume12_stored(struct pair *p, uint64_t seed)
{
	static const struct sneck_ticket_params params = { .app_data = { (const uint8_t *)"user 3",
									 6 } };

	resume12_init(p, seed);
	resume12_ids(p);
	resume12_store_len = 0;
	pair_start(p);
	resume_expect(p, 0);
	assert_int_equal(sneck_session_store(p->server.conn, &params, resume12_id, resume12_store,
					     sizeof resume12_store, &resume12_store_len),
			 SNECK_OK);
	pair_wipe(p);
	resume12_next(p, seed);
	resume12_ids(p);
}

void resume12_chat(struct pair *p)
{
	struct sneck_facts c, s;

	assert_int_equal(sneck_conn_facts(p->client.conn, &c, sizeof c), SNECK_OK);
	assert_int_equal(sneck_conn_facts(p->server.conn, &s, sizeof s), SNECK_OK);
	assert_int_equal(c.version, SNECK_TLS12);
	assert_int_equal(s.version, SNECK_TLS12);
	assert_int_equal(c.suite, s.suite);
	assert_int_equal(c.group, s.group);
	assert_int_equal(c.resumed, s.resumed);
	assert_true(c.ems && s.ems && c.secure_renegotiation && s.secure_renegotiation);
	if (c.resumed != 0)
		assert_int_equal(c.group | c.peer_scheme | s.own_scheme, 0);
	pair_chat(p);
}
