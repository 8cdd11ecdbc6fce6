/* SPDX-License-Identifier: MIT */
/* size_test.c: sizes are exact (T2, N81): one byte less than required refuses and touches nothing,
 * required is used to the byte. Every producer, every room from nothing on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/needs.h"
#include "lib/pair.h"

#define HEAD 5u
#define TAG  17u /* with the content type */

static struct pair p;

static void give_all(struct end *e)
{
	e->out.cap = PAIR_HALF;
}

static void up(uint16_t fragment)
{
	pair_init(&p, 1);
	p.client.cfg.send_fragment = fragment;
	pair_connect(&p);
}

/* ---- the flight of a handshake ---- */

static size_t all_at_once(struct end *e)
{
	const size_t need = e->out.required;

	for (size_t room = 0; room < need; room += room + 9u < need ? 7u : 1u) {
		end_room(e, room);
		assert_int_equal(end_step(e), SNECK_MUST_ENCRYPT_TLS_DATA);
		assert_int_equal(e->st.u.encode.required, need);
		assert_int_equal(e->out.required, need);
		assert_int_equal(sneck_encode(&e->st.u.encode, 0, &e->out), SNECK_WANT_SPACE);
		assert_int_equal(e->out.required, need);
		assert_int_equal(e->out.len, 0);
		end_canary(e, 0);
	}
	end_room(e, need);
	assert_int_not_equal(end_step(e), SNECK_MUST_ENCRYPT_TLS_DATA);
	assert_int_equal(e->out.len, need);
	end_canary(e, need);
	return need;
}

/* min_progress by min_progress, each exact. */
static size_t by_and_by(struct end *e)
{
	size_t total = 0, records = 0, need;

	while (end_step(e) == SNECK_MUST_ENCRYPT_TLS_DATA) {
		need = e->st.u.encode.min_progress;
		assert_true(need != 0 && need <= e->st.u.encode.required);
		end_room(e, need - 1u);
		assert_int_equal(sneck_encode(&e->st.u.encode, SNECK_F_PARTIAL, &e->out),
				 SNECK_WANT_SPACE);
		assert_int_equal(e->out.required, need);
		end_canary(e, e->out.head + e->out.len);
		end_room(e, need);
		assert_int_equal(sneck_encode(&e->st.u.encode, SNECK_F_PARTIAL, &e->out), SNECK_OK);
		assert_int_equal(sneck_out_room(&e->out), 0);
		end_canary(e, e->out.cap);
		total += need;
		records++;
		assert_true(records < 1000);
	}
	assert_int_equal(e->out.len, total);
	return total;
}

static int take_no_more(struct end *e, int state)
{
	(void)e;
	return state == SNECK_MUST_ENCRYPT_TLS_DATA;
}

static void n81_flights(void **state)
{
	static const uint16_t fragments[] = { 0, 64, 100, 1000 };

	(void)state;
	NEEDS(BUILD_CERTS);
	for (int partial = 0; partial < 2; partial++)
		for (size_t i = 0; i < 4; i++) {
			struct end *const ends[] = { &p.client, &p.server, &p.client };
			size_t size[3];

			pair_init(&p, 1);
			p.client.cfg.send_fragment = p.server.cfg.send_fragment = fragments[i];
			p.client.hook = p.server.hook = take_no_more;
			pair_start(&p);
			for (size_t k = 0; k < 3; k++) {
				end_room(ends[k], 0);
				assert_int_equal(end_step(ends[k]), SNECK_MUST_ENCRYPT_TLS_DATA);
				size[k] = partial ? by_and_by(ends[k]) : all_at_once(ends[k]);
				give_all(ends[k]);
				wire_move(ends[k], k == 1 ? &p.client : &p.server);
			}
			pair_run(&p);
			assert_true(pair_connected(&p));
			assert_true(size[0] > 200 && size[1] > 1400 && size[2] > 60);
			pair_wipe(&p);
		}
}

static void n81_alert(void **state)
{
	(void)state;
	for (int is_up = 0; is_up < 2; is_up++) {
		pair_init(&p, 1);
		pair_start(&p);
		if (is_up)
			pair_run(&p);
		p.client.hook = take_no_more;
		assert_int_equal(sneck_fail(p.client.conn, SNECK_ALERT_ACCESS_DENIED), SNECK_OK);
		end_room(&p.client, 0);
		assert_int_equal(end_step(&p.client), SNECK_MUST_ENCRYPT_TLS_DATA);
		assert_int_equal(all_at_once(&p.client), HEAD + 2u + (is_up ? TAG : 0u));
		sneck_out_sent(&p.client.out, p.client.out.len);
		assert_int_equal(end_step(&p.client), SNECK_FAILED);
		assert_int_equal(p.client.st.err, SNECK_E_ABORTED);
		assert_int_equal(p.client.st.alert, SNECK_ALERT_ACCESS_DENIED);
		assert_int_equal(sneck_fail(p.client.conn, 80), SNECK_E_ABORTED);
		pair_wipe(&p);
	}
}

/* T12: the ServerHello is out alone when the server gives up: the alert goes under its keys. */
static void t12_alert_behind_a_server_hello(void **state)
{
	struct end *const s = &p.server;

	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, s);
	s->hook = take_no_more;
	end_room(s, 0);
	assert_int_equal(end_step(s), SNECK_MUST_ENCRYPT_TLS_DATA);
	end_room(s, s->st.u.encode.min_progress);
	assert_int_equal(sneck_encode(&s->st.u.encode, SNECK_F_PARTIAL, &s->out), SNECK_OK);
	give_all(s);
	assert_int_equal(sneck_fail(s->conn, SNECK_ALERT_INTERNAL_ERROR), SNECK_OK);
	s->hook = NULL;
	pair_run(&p);
	assert_int_equal(s->st.err, SNECK_E_ABORTED);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.client.st.alert, 80);
	pair_wipe(&p);
}

/* ---- data ---- */

static void n81_encrypt(void **state)
{
	static const uint16_t fragments[] = { 0, 64, 1000 };
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 128, 999, 2001, 16384, 16385, 40000 };
	static uint8_t data[40000];

	(void)state;
	for (size_t f = 0; f < 3; f++)
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
			for (int update = 0; update < 2; update++) {
				const struct sneck_iov piece = { data, sizes[i] };
				const size_t most = fragments[f] != 0 ? fragments[f] : 16384u;
				const size_t n = (sizes[i] + most - 1u) / most;
				const size_t need = sizes[i] + n * (HEAD + TAG) +
						    (update ? HEAD + 5u + TAG : 0);
				struct end *const c = &p.client;
				size_t used = 99;

				up(fragments[f]);
				c->conn->hs.ku_owed = update != 0;
				assert_int_equal(sneck_encrypt_size(c->conn, sizes[i]), need);
				if (need != 0) {
					end_room(c, need - 1u);
					assert_int_equal(sneck_encrypt(c->conn, &piece, 1, 0,
								       &c->out, &used),
							 SNECK_WANT_SPACE);
					assert_int_equal(used, 0);
					assert_int_equal(c->out.required, need);
					end_canary(c, 0);
				}
				end_room(c, need);
				assert_int_equal(
					sneck_encrypt(c->conn, &piece, 1, 0, &c->out, &used),
					SNECK_OK);
				assert_int_equal(used, sizes[i]);
				assert_int_equal(c->out.len, need);
				end_canary(c, need);
				give_all(c);
				pair_run(&p);
				assert_int_equal(p.server.n_got, sizes[i]);
				pair_wipe(&p);
			}
}

/* Whatever the room, as much as fits; the least is one byte. */
static void n81_partial(void **state)
{
	static uint8_t data[400];
	const struct sneck_iov piece = { data, sizeof data };
	struct end *const c = &p.client;

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	for (int update = 0; update < 2; update++)
		for (size_t room = 0; room < 600; room++) {
			const size_t control = update ? HEAD + 5u + TAG : 0;
			const size_t least = control + HEAD + TAG + 1u;
			size_t used = 99, records, rest;
			enum sneck_rc rc;

			up(100);
			c->conn->hs.ku_owed = update != 0;
			end_room(c, room);
			rc = sneck_encrypt(c->conn, &piece, 1, SNECK_F_PARTIAL, &c->out, &used);
			if (room < least) {
				assert_int_equal(rc, SNECK_WANT_SPACE);
				assert_int_equal(c->out.required, least);
				assert_int_equal(used, 0);
				end_canary(c, 0);
				pair_wipe(&p);
				continue;
			}
			assert_int_equal(rc, SNECK_OK);
			records = (room - control) / (HEAD + TAG + 100u);
			rest = (room - control) % (HEAD + TAG + 100u);
			rest = rest > HEAD + TAG ? rest - HEAD - TAG : 0;
			assert_int_equal(used,
					 records * 100u + rest < 400 ? records * 100u + rest : 400);
			end_canary(c, c->out.len);
			give_all(c);
			pair_run(&p);
			assert_int_equal(p.server.n_got, used);
			assert_memory_equal(p.server.got, data, used);
			pair_wipe(&p);
		}
}

/* Plaintext from many small pieces, some of them empty. */
static void pieces(void **state)
{
	static struct sneck_iov list[900];
	static uint8_t data[900 * 40];
	size_t total = 0;

	(void)state;
	for (size_t i = 0; i < 900; i++) {
		const size_t len = i % 5 == 0 ? 0 : i * 7u % 41u;

		list[i] = (struct sneck_iov){ len != 0 ? data + total : NULL, len };
		for (size_t k = 0; k < len; k++)
			data[total + k] = (uint8_t)(total + k * 3u);
		total += len;
	}
	for (int f = 0; f < 2; f++) {
		up(f ? 1000 : 0);
		assert_int_equal(sneck_encrypt(p.client.conn, list, 900, 0, &p.client.out, NULL),
				 SNECK_OK);
		pair_run(&p);
		assert_int_equal(p.server.n_got, total);
		assert_memory_equal(p.server.got, data, total);
		pair_wipe(&p);
	}
}

static void n81_in_place_and_close(void **state)
{
	struct sneck_layout l;
	struct end *const c = &p.client;

	(void)state;
	for (int update = 0; update < 2; update++) {
		size_t need;

		up(0);
		c->conn->hs.ku_owed = update != 0;
		assert_int_equal(sneck_record_layout(c->conn, &l), SNECK_OK);
		assert_int_equal(l.max_plain, 16384);
		assert_int_equal(l.head + l.tail, sneck_encrypt_size(c->conn, 4) - 4);
		need = l.head + 4 + l.tail;
		end_room(c, need - 1u);
		assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, 4), SNECK_WANT_SPACE);
		assert_int_equal(c->out.required, need);
		end_canary(c, 0);
		end_room(c, need);
		memcpy(c->out.base + l.head, "here", 4);
		assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, 4), SNECK_OK);
		assert_int_equal(c->out.len, need);
		end_canary(c, need);
		c->conn->hs.ku_owed = update != 0;
		need = HEAD + TAG + 2u + (update ? HEAD + TAG + 5u : 0);
		end_room(c, need - 1u);
		assert_int_equal(sneck_close_notify(c->conn, &c->out), SNECK_WANT_SPACE);
		assert_int_equal(c->out.required, need);
		end_canary(c, c->out.len);
		end_room(c, need);
		assert_int_equal(sneck_close_notify(c->conn, &c->out), SNECK_OK);
		end_canary(c, c->out.cap);
		assert_int_equal(sneck_close_notify(c->conn, &c->out), SNECK_OK);
		assert_int_equal(sneck_encrypt_size(c->conn, 4), 0);
		assert_int_equal(sneck_encrypt(c->conn, NULL, 0, 0, &c->out, NULL), SNECK_E_CLOSED);
		give_all(c);
		pair_run(&p);
		assert_memory_equal(p.server.got, "here", 4);
		assert_true(p.server.peer_closed);
		pair_wipe(&p);
	}
}

/* The largest of everything still fits the scratch that was asked for. */
static void largest_flight(void **state)
{
	static char name[256];
	static const uint16_t p256 = 0x0017;
	static uint8_t proto[255], certs[10][2000];
	static struct sneck_span chain[10];
	static const struct sneck_span alpn = { proto, sizeof proto };

	(void)state;
	pair_init(&p, 1);
	for (size_t i = 0; i < 10; i++) {
		transparent_cert(certs[i], sizeof certs[i], TRANSPARENT_ECDSA, 7);
		chain[i] = sneck_span_of(certs[i], sizeof certs[i]);
	}
	memset(proto, 'p', sizeof proto);
	memset(name, 'n', sizeof name);
	for (size_t i = 60; i < 253; i += 60)
		name[i] = '.';
	p.server.cred.chain = chain;
	p.server.cred.n_chain = 10;
	p.client.cfg.alpn = p.server.cfg.alpn = &alpn;
	p.client.cfg.n_alpn = p.server.cfg.n_alpn = 1;
	p.client.cfg.groups = (struct sneck_u16s){ &p256, 1 };
	pair_start(&p);
	assert_int_equal(sneck_conn_set_name(p.client.conn, name, 253), SNECK_OK);
	pair_run(&p);
	assert_true(pair_connected(&p));
	pair_wipe(&p);
}

/* Reading: by records, by bytes, with unread, and what is peeked is enough. */
static int read_bytes(struct end *e, int state)
{
	struct sneck_rec recs[2];
	size_t n, at;

	if (state != SNECK_APP_DATA_AVAILABLE)
		return 0;
	assert_true(e->st.u.app.max_plain != 0);
	at = e->n_got;
	for (enum sneck_rc rc = SNECK_OK; rc == SNECK_OK; e->n_got += n) {
		const size_t peek = sneck_app_peek(&e->st.u.app);

		n = 0;
		if (e->n_got % 3 == 0) {
			rc = sneck_app_read(&e->st.u.app, e->got + e->n_got, 1 + e->n_got % 11, &n);
			continue;
		}
		rc = sneck_app_batch(&e->st.u.app, recs, 1, &n);
		if (n == 0)
			break;
		n = recs[0].len;
		assert_true(n <= peek);
		memcpy(e->got + e->n_got, recs[0].data, n);
		if (n > 2) {
			n -= 2;
			assert_int_equal(sneck_app_unread(&e->st.u.app, 2), SNECK_OK);
			assert_int_equal(sneck_app_unread(&e->st.u.app, n + 1u), SNECK_E_ARG);
		}
	}
	assert_true(e->n_got > at);
	return 1;
}

static void reading(void **state)
{
	static uint8_t data[5000];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 13u);
	for (uint64_t seed = 0; seed < 30; seed++) {
		up(100);
		p.server.hook = read_bytes;
		p.server.random = seed;
		p.server.poison = seed % 2 != 0;
		end_write(&p.client, data, sizeof data);
		pair_run(&p);
		assert_int_equal(p.server.n_got, sizeof data);
		assert_memory_equal(p.server.got, data, sizeof data);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n81_flights),
		cmocka_unit_test(n81_alert),
		cmocka_unit_test(t12_alert_behind_a_server_hello),
		cmocka_unit_test(n81_encrypt),
		cmocka_unit_test(n81_partial),
		cmocka_unit_test(pieces),
		cmocka_unit_test(n81_in_place_and_close),
		cmocka_unit_test(largest_flight),
		cmocka_unit_test(reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
