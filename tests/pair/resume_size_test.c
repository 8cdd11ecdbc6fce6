/* SPDX-License-Identifier: MIT */
/* resume_size_test.c: exact sizes (T2, N81) of tickets and early data: one byte less than required
 * refuses and touches nothing, required is used to the byte; in parts, up to the allowance, and
 * with the largest ticket there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resume.h"
#include "lib/needs.h"

static struct pair p;

/* ---- tickets ---- */

static const uint8_t bytes[600];
static uint8_t mem[2048];

static void ticket(const struct sneck_ticket_params *params, bool stored, uint16_t fragment)
{
	struct end *const s = &p.server;
	size_t need, session, len, before;

	resume_same(&p, false);
	s->cfg.ask |= stored ? SNECK_ASK_PSK : 0;
	if (stored)
		s->cfg.tickets = NULL;
	p.client.resume = NULL;
	s->cfg.send_fragment = fragment;
	resume_start(&p);
	resume_expect(&p, 0);
	p.client.n_sessions = 0;
	before = s->out.len;
	end_room(s, 0);
	assert_int_equal(sneck_ticket_send(s->conn, params, &s->out, mem, sizeof mem, &session),
			 SNECK_WANT_SPACE);
	need = s->out.required;
	assert_true(need > 40);
	for (size_t room = 0; room < need; room++) {
		end_room(s, room);
		assert_int_equal(sneck_ticket_send(s->conn, params, &s->out, mem, sizeof mem, &len),
				 SNECK_WANT_SPACE);
		assert_int_equal(s->out.required, need);
		assert_int_equal(len, session);
		assert_int_equal(s->out.len, before);
		end_canary(s, before);
	}
	end_room(s, need);
	for (size_t cap = 0; cap < session; cap++) {
		memset(mem, 0xa5, sizeof mem);
		assert_int_equal(sneck_ticket_send(s->conn, params, &s->out, mem, cap, &len),
				 SNECK_WANT_SPACE);
		assert_int_equal(len, session);
		assert_int_equal(mem[cap], 0xa5);
		assert_int_equal(s->out.len, before);
	}
	assert_int_equal(p.server.conn->hs.tickets, stored ? 0 : 2);
	memset(mem, 0xa5, sizeof mem);
	assert_int_equal(sneck_ticket_send(s->conn, params, &s->out, mem, session, &len), SNECK_OK);
	assert_int_equal(mem[session], 0xa5);
	assert_int_equal(sneck_out_room(&s->out), 0);
	end_canary(s, s->out.cap);
	s->out.cap = PAIR_HALF;
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(p.client.n_sessions, 1);
	pair_wipe(&p);
}

static void n81_tickets(void **state)
{
	static const uint16_t fragments[] = { 0, 64, 100 };
	static const struct sneck_ticket_params list[] = {
		{ .lifetime_s = 1 },
		{ .app_data = { bytes, 512 }, .lifetime_s = 604800 },
		{ .identity = { bytes, 1 } },
		{ .identity = { bytes, 255 }, .app_data = { bytes, 512 } },
	};

	(void)state;
	NEEDS(BUILD_CERTS);
	for (size_t i = 0; i < 4; i++)
		for (size_t f = 0; f < 3; f++)
			ticket(&list[i], i >= 2, fragments[f]);
}

/* As long as anything in it may be, behind a handshake and by hand. */
static void the_largest_ticket(void **state)
{
	static const struct sneck_span alpn[] = { { bytes, 255 } };
	static const uint16_t sha384[] = { SNECK_TLS_AES_256_GCM_SHA384 };
	const struct sneck_ticket_params params = { .app_data = { bytes, 512 } };
	struct sneck_session_info info;
	size_t len;

	(void)state;
	for (int again = 0; again < 2; again++) {
		if (again)
			resume_next(&p, 71);
		else
			resume_init(&p, 71);
		p.client.cfg.alpn = p.server.cfg.alpn = alpn;
		p.client.cfg.n_alpn = p.server.cfg.n_alpn = 1;
		p.client.cfg.suites = (struct sneck_u16s){ sha384, 1 };
		p.server.cfg.n_tickets = 5;
		resume_start(&p);
		resume_expect(&p, again);
		assert_int_equal(p.client.n_sessions, 5);
		assert_int_equal(
			sneck_ticket_send(p.server.conn, &params, &p.server.out, NULL, 0, &len),
			SNECK_OK);
		pair_run(&p);
		assert_int_equal(p.client.n_sessions, 6);
		assert_int_equal(
			sneck_session_read(p.client.session[5], p.client.session_len[5], &info),
			SNECK_OK);
		assert_int_equal(info.alpn.len, 255);
		pair_wipe(&p);
	}
}

/* The number of a ticket is its nonce: one byte. */
static void n53_255_tickets(void **state)
{
	const struct sneck_ticket_params params = { .lifetime_s = 1 };
	size_t len, n = 0;

	(void)state;
	resume_init(&p, 72);
	p.client.cfg.ask &= ~SNECK_ASK_TICKETS;
	p.server.cfg.tickets = &resume_ring;
	resume_start(&p);
	resume_expect(&p, 0);
	while (sneck_ticket_send(p.server.conn, &params, &p.server.out, NULL, 0, &len) == SNECK_OK)
		n++;
	assert_int_equal(sneck_ticket_send(p.server.conn, &params, &p.server.out, NULL, 0, &len),
			 SNECK_NOT_NOW);
	assert_true(n >= 253);
	assert_int_equal(p.server.conn->hs.tickets, 255);
	pair_wipe(&p);
}

/* ---- early data ---- */

static uint16_t fragment;

static int early(struct end *e, int state)
{
	static const uint8_t data[999];
	const struct sneck_iov pieces[] = { { data, 400 }, { data, 0 }, { data, 599 } };
	struct sneck_may_st *const st = &e->st.u.may;
	const size_t before = e->out.len;
	size_t need, n;

	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	need = sneck_early_size(st, 999);
	assert_true(need >= 999 + 22);
	for (size_t room = 0; room < need; room += room + 5u < need ? 3u : 1u) {
		end_room(e, room);
		n = 7;
		assert_int_equal(sneck_early_encrypt(st, pieces, 3, 0, &e->out, &n),
				 SNECK_WANT_SPACE);
		assert_int_equal(e->out.required, need);
		assert_int_equal(n, 0);
		assert_int_equal(e->out.len, before);
		end_canary(e, before);
	}
	assert_int_equal(e->conn->hs.early_bytes, 0);
	end_room(e, 22); /* too little for a byte, then one byte */
	assert_int_equal(sneck_early_encrypt(st, pieces, 3, SNECK_F_PARTIAL, &e->out, &n),
			 SNECK_WANT_SPACE);
	assert_int_equal(e->out.required, 23);
	end_room(e, 23);
	assert_int_equal(sneck_early_encrypt(st, pieces, 3, SNECK_F_PARTIAL, &e->out, &n),
			 SNECK_OK);
	assert_int_equal(n, 1);
	end_room(e, need);
	assert_int_equal(sneck_early_encrypt(st, pieces, 3, 0, &e->out, &n), SNECK_OK);
	assert_int_equal(n, 999);
	assert_int_equal(sneck_out_room(&e->out), 0);
	end_canary(e, e->out.cap);
	e->out.cap = PAIR_HALF;
	assert_int_equal(e->conn->hs.early_bytes, 1000);
	assert_int_equal(sneck_early_size(st, 1), 0);
	assert_int_equal(sneck_early_encrypt(st, pieces, 1, SNECK_F_PARTIAL, &e->out, &n),
			 SNECK_NOT_NOW);
	assert_int_equal(sneck_may_encrypt_done(st), SNECK_OK);
	return 1;
}

/* With SNECK_F_PARTIAL as much as is allowed is taken. */
static int early_partial(struct end *e, int state)
{
	static const uint8_t data[3000];
	const struct sneck_iov piece = { data, sizeof data };
	size_t n, total = 0;

	if (state != SNECK_MAY_ENCRYPT_EARLY_DATA)
		return 0;
	while (total < 1000) {
		assert_int_equal(
			sneck_early_encrypt(&e->st.u.may, &piece, 1, SNECK_F_PARTIAL, &e->out, &n),
			SNECK_OK);
		total += n;
	}
	assert_int_equal(total, 1000);
	return 1; /* the allowance is used up: the state does not come again */
}

static void n81_early_data(void **state)
{
	static const uint16_t fragments[] = { 0, 64, 500 };

	(void)state;
	for (int i = 0; i < 6; i++) {
		fragment = fragments[i % 3];
		resume_same(&p, true);
		p.client.cfg.send_fragment = fragment;
		p.client.hook = i < 3 ? early : early_partial;
		resume_start(&p);
		resume_expect(&p, 1);
		assert_int_equal(p.server.n_early, 1000);
		assert_int_equal(p.client.result.accepted, 1);
		pair_wipe(&p);
	}
}

/* sneck_early_read() and _drop(): what is not taken comes again, or is gone. */
static int drop_or_read;

static int take_early(struct end *e, int state)
{
	uint8_t b[3];
	size_t n;

	if (state != SNECK_EARLY_DATA_AVAILABLE)
		return 0;
	if (drop_or_read == 0) {
		assert_int_equal(sneck_early_drop(&e->st.u.early), SNECK_OK);
		return 1;
	}
	assert_int_equal(sneck_early_read(&e->st.u.early, b, 0, &n), SNECK_WANT_SPACE);
	assert_int_equal(sneck_early_read(&e->st.u.early, b, sizeof b, &n), SNECK_OK);
	assert_true(n >= 1 && n <= 3);
	memcpy(e->early + e->n_early, b, n);
	e->n_early += n;
	return 1;
}

static void early_data_read_and_dropped(void **state)
{
	(void)state;
	for (drop_or_read = 0; drop_or_read < 2; drop_or_read++)
		for (size_t chunk = 0; chunk < 2; chunk++) {
			resume_same(&p, true);
			p.client.cfg.send_fragment = 64;
			p.server.hook = take_early;
			p.server.chunk = chunk;
			resume_start(&p);
			resume_expect(&p, 1);
			assert_int_equal(p.server.n_early, drop_or_read ? 10 : 0);
			if (drop_or_read)
				assert_memory_equal(p.server.early, "said early", 10);
			end_write(&p.client, "hello", 5);
			pair_run(&p);
			assert_int_equal(p.server.n_got, 5);
			pair_wipe(&p);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n81_tickets),
		cmocka_unit_test(the_largest_ticket),
		cmocka_unit_test(n53_255_tickets),
		cmocka_unit_test(n81_early_data),
		cmocka_unit_test(early_data_read_and_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
