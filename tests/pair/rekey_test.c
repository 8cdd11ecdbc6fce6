/* SPDX-License-Identifier: MIT */
/* rekey_test.c: KeyUpdate by hand and by itself, in both roles; the limits of a key, and that sizes
 * stay exact while keys change. N57, N64, N65. RFC 9846, 4.7.3, 5.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

#define LIMIT 64u

static struct pair p;
static uint8_t data[70000];

static void up_with(uint64_t limit, bool rfc)
{
	pair_init(&p, 1);
	transparent_limit(&p.client.t, limit, UINT64_C(1) << 40);
	transparent_limit(&p.server.t, limit, UINT64_C(1) << 40);
	p.client.rfc_mode = p.server.rfc_mode = rfc;
	pair_connect(&p);
}

static void up(void)
{
	up_with(UINT64_C(1) << 40, false);
}

static void talk(struct end *from, struct end *to, size_t len)
{
	const size_t before = to->n_got;

	end_write(from, data, len);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(to->n_got, before + len);
	to->n_got = 0;
}

static void by_hand(void **state)
{
	(void)state;
	for (int server = 0; server < 2; server++)
		for (uint32_t ask = 0; ask < 2; ask++) {
			struct end *const a = server ? &p.server : &p.client;
			struct end *const b = server ? &p.client : &p.server;
			uint8_t tx[32], rx[32];

			up();
			memcpy(tx, a->conn->hs.tx_secret, 32);
			memcpy(rx, a->conn->hs.rx_secret, 32);
			assert_int_equal(sneck_key_update(a->conn, ask ? SNECK_KU_REQUEST_PEER : 0),
					 SNECK_OK);
			assert_int_equal(end_facts(a).tx_updates, 0); /* ahead of the next output */
			pair_run(&p);
			assert_int_equal(end_facts(a).tx_updates, 1);
			assert_int_equal(end_facts(b).rx_updates, 1);
			assert_int_equal(end_facts(b).tx_updates, ask);
			assert_int_equal(end_facts(a).rx_updates, ask);
			assert_memory_not_equal(tx, a->conn->hs.tx_secret, 32);
			assert_int_equal(memcmp(rx, a->conn->hs.rx_secret, 32) != 0, ask);
			talk(a, b, 50000);
			talk(b, a, 50000);
			pair_wipe(&p);
		}
}

/* Nothing while one waits, nothing while a request is unanswered; then again. */
static void idempotent(void **state)
{
	(void)state;
	up();
	for (int i = 0; i < 5; i++)
		assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	assert_int_equal(end_run(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	assert_int_equal(end_facts(&p.client).tx_updates, 1);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(sneck_key_update(p.client.conn, i % 2), SNECK_OK);
	assert_int_equal(sneck_encrypt_size(p.client.conn, 1), 5 + 1 + 17);
	end_write(&p.client, "x", 1);
	assert_int_equal(end_facts(&p.client).tx_updates, 1);
	pair_run(&p);
	assert_int_equal(end_facts(&p.client).rx_updates, 1);
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_OK);
	pair_run(&p);
	assert_int_equal(end_facts(&p.client).tx_updates, 2);
	assert_int_equal(end_facts(&p.server).rx_updates, 2);
	assert_int_equal(end_facts(&p.server).tx_updates, 1);
	pair_wipe(&p);
}

static void refusals(void **state)
{
	(void)state;
	pair_init(&p, 1);
	pair_start(&p);
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_NOT_NOW);
	assert_int_equal(sneck_key_update(p.client.conn, 2), SNECK_E_ARG);
	pair_run(&p);
	assert_int_equal(sneck_key_update(p.client.conn, 3), SNECK_E_ARG);
	assert_true(strlen(sneck_misuse_text(p.client.conn)) > 10);
	end_close(&p.client);
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_E_CLOSED);
	/* asked by the peer behind our close_notify: no answer is owed any more */
	assert_int_equal(sneck_key_update(p.server.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	pair_run(&p);
	assert_int_equal(end_facts(&p.client).tx_updates, 0);
	assert_int_equal(end_facts(&p.client).rx_updates, 1);
	end_write(&p.server, "still", 5);
	pair_run(&p);
	assert_memory_equal(p.client.got, "still", 5);
	assert_int_equal(sneck_fail(p.server.conn, 80), SNECK_OK);
	assert_int_equal(sneck_key_update(p.server.conn, 0), SNECK_E_ABORTED);
	pair_wipe(&p);
}

/* Both ask at once: each answer counts as the other's answer, and it comes to rest. */
static void crossing(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const uint32_t c = i & 1, s = i >> 1 & 1;

		up();
		assert_int_equal(sneck_key_update(p.client.conn, c), SNECK_OK);
		assert_int_equal(sneck_key_update(p.server.conn, s), SNECK_OK);
		(void)end_run(&p.client);
		(void)end_run(&p.server);
		pair_run(&p);
		assert_int_equal(end_facts(&p.client).tx_updates, 1u + s);
		assert_int_equal(end_facts(&p.server).tx_updates, 1u + c);
		assert_int_equal(end_facts(&p.client).rx_updates, 1u + c);
		assert_int_equal(end_facts(&p.server).rx_updates, 1u + s);
		talk(&p.client, &p.server, 100);
		talk(&p.server, &p.client, 100);
		pair_wipe(&p);
	}
}

/* In the RFC's mode, without `out`, an update waits for the next output and says so. */
static void pending(void **state)
{
	(void)state;
	up_with(UINT64_C(1) << 40, true);
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_OK);
	assert_int_equal(end_run(&p.client), SNECK_TRAFFIC_TRANSIT);
	assert_true(p.client.st.flags & SNECK_ST_TX_PENDING);
	assert_true(p.client.st.flags & SNECK_ST_CAN_ENCRYPT);
	assert_int_equal(p.client.out.len, 0);
	assert_int_equal(sneck_encrypt(p.client.conn, NULL, 0, 0, &p.client.out, NULL), SNECK_OK);
	assert_int_equal(p.client.out.len, 5 + 5 + 17);
	(void)end_step(&p.client);
	assert_false(p.client.st.flags & SNECK_ST_TX_PENDING);
	pair_run(&p);
	assert_int_equal(end_facts(&p.server).rx_updates, 1);
	pair_wipe(&p);
	/* with `out`, but without room in it */
	up();
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_OK);
	for (size_t room = 0; room < 27; room++) {
		p.client.out.cap = p.client.out.head + p.client.out.len + room;
		assert_int_equal(end_step(&p.client), SNECK_TRAFFIC_TRANSIT);
		assert_true(p.client.st.flags & SNECK_ST_TX_PENDING);
		assert_int_equal(p.client.out.len, 0);
	}
	p.client.out.cap = 27;
	assert_int_equal(end_step(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	assert_int_equal(p.client.out.len, 27);
	pair_wipe(&p);
}

/* N64: a key gives out. One record of one byte at a time: the size that was said is the size that
 * is written, at every number; an update goes at three quarters, and only there. */
static void n64_automatic(void **state)
{
	static const uint64_t limits[] = { 16, 17, 18, 19, 20, LIMIT, 101 };

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		for (int server = 0; server < 2; server++) {
			struct end *const a = server ? &p.server : &p.client;
			struct end *const b = server ? &p.client : &p.server;
			const uint64_t limit = limits[i];
			uint64_t seq = 0, updates = 0;

			up_with(limit, false);
			seq = a->conn->tx.seq;
			for (unsigned n = 0; n < 5 * limit; n++) {
				const size_t said = sneck_encrypt_size(a->conn, 1);
				const size_t before = a->out.len;
				const bool due = limit - seq <= limit / 4;

				assert_int_equal(said, 23u + (due ? 27u : 0));
				end_write(a, data, 1);
				assert_int_equal(a->out.len - before, said);
				updates += due;
				seq = due ? 1 : seq + 1;
				assert_int_equal(a->conn->tx.seq, seq);
				assert_int_equal(end_facts(a).tx_updates, updates);
				if (n % 7 == 0)
					pair_run(&p);
				if (a->conn->tx.seq == 0) /* process() wrote it */
					seq = 0;
				updates = end_facts(a).tx_updates;
			}
			assert_true(updates >= 4);
			pair_run(&p);
			assert_int_equal(b->n_got, 5 * limit);
			assert_int_equal(end_facts(b).rx_updates, end_facts(a).tx_updates);
			pair_wipe(&p);
		}
}

/* One call that needs more records than a key has: refused whole, and nothing has changed. The
 * largest that goes leaves room for the update and for close_notify. */
static void n64_hard_stop(void **state)
{
	(void)state;
	for (int rest = 0; rest < 2; rest++)
		for (size_t n = 1; n < 40; n++) {
			const struct sneck_iov piece = { data, n * 64u - 1u };
			size_t before, said;
			enum sneck_rc rc;

			pair_init(&p, 1);
			p.client.cfg.send_fragment = 64;
			transparent_limit(&p.client.t, 32, UINT64_C(1) << 40);
			pair_start(&p);
			pair_run(&p);
			for (int i = 0; i < rest * 20; i++)
				end_write(&p.client, data, 1);
			before = p.client.out.len;
			said = sneck_encrypt_size(p.client.conn, piece.len);
			rc = sneck_encrypt(p.client.conn, &piece, 1, 0, &p.client.out, NULL);
			if (rc != SNECK_OK) {
				assert_int_equal(rc, SNECK_E_KEY_LIMIT);
				assert_int_equal(p.client.out.len, before);
				assert_true(n > (rest ? 8u : 27u));
			} else {
				assert_int_equal(p.client.out.len - before, said);
				assert_true(n < 30);
			}
			end_write(&p.client, data, 1); /* little goes always */
			end_close(&p.client);
			pair_run(&p);
			assert_true(p.server.peer_closed);
			assert_int_equal(p.server.n_got, (rc == SNECK_OK ? piece.len : 0) + 1u +
								 20u * (size_t)rest);
			pair_wipe(&p);
		}
}

/* A server that may send before the client's Finished cannot renew the key yet: it stops. */
static void half_rtt(void **state)
{
	struct sneck_iov piece = { data, 1 };
	unsigned sent = 0;
	enum sneck_rc rc;

	(void)state;
	pair_init(&p, 1);
	transparent_limit(&p.server.t, LIMIT, UINT64_C(1) << 40);
	pair_start(&p);
	assert_int_equal(end_run(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	assert_true(p.server.st.flags & SNECK_ST_CAN_ENCRYPT);
	assert_int_equal(sneck_key_update(p.server.conn, 0), SNECK_NOT_NOW);
	do {
		const size_t said = sneck_encrypt_size(p.server.conn, 1);
		const size_t before = p.server.out.len;

		rc = sneck_encrypt(p.server.conn, &piece, 1, 0, &p.server.out, NULL);
		if (rc == SNECK_OK)
			assert_int_equal(p.server.out.len - before, said);
		sent += rc == SNECK_OK;
	} while (rc == SNECK_OK);
	assert_int_equal(rc, SNECK_E_KEY_LIMIT);
	assert_true(sent >= LIMIT - 5u && sent <= LIMIT - 2u);
	assert_int_equal(end_facts(&p.server).tx_updates, 0);
	pair_run(&p); /* connected: now it goes by itself */
	assert_true(pair_connected(&p));
	assert_int_equal(p.client.n_got, sent);
	assert_int_equal(end_facts(&p.server).tx_updates, 1);
	talk(&p.server, &p.client, 1);
	assert_int_equal(p.client.n_got, 0);
	pair_wipe(&p);
}

/* The opening side's limit is the end. */
static void n64_open_limit(void **state)
{
	(void)state;
	for (int server = 0; server < 2; server++) {
		struct end *const a = server ? &p.server : &p.client;
		struct end *const b = server ? &p.client : &p.server;

		pair_init(&p, 1);
		transparent_limit(&b->t, UINT64_C(1) << 40, LIMIT);
		pair_start(&p);
		pair_run(&p);
		for (unsigned n = (unsigned)b->conn->rx.seq; n < LIMIT; n++)
			end_write(a, data, 1);
		pair_run(&p);
		assert_true(pair_connected(&p));
		assert_int_equal(b->conn->rx.seq, LIMIT);
		b->n_got = 0;
		end_write(a, data, 1);
		pair_run(&p);
		assert_int_equal(b->st.state, SNECK_FAILED);
		assert_int_equal(b->st.err, SNECK_E_CRYPTO);
		assert_int_equal(b->n_got, 0);
		pair_wipe(&p);
		/* one update in between, and it goes on */
		pair_init(&p, 1);
		transparent_limit(&b->t, UINT64_C(1) << 40, LIMIT);
		pair_start(&p);
		pair_run(&p);
		for (unsigned n = 0; n < 3 * LIMIT; n++) {
			if (n % (LIMIT / 2) == 0)
				assert_int_equal(sneck_key_update(a->conn, 0), SNECK_OK);
			end_write(a, data, 1);
		}
		pair_run(&p);
		assert_int_equal(b->n_got, 3 * LIMIT);
		pair_wipe(&p);
	}
}

/* N65: a record of the previous epoch, and one of the next. With real AEADs: the transparent tags
 * have no key. */
static void n65_epochs(void **state)
{
	(void)state;
	for (int server = 0; server < 2; server++)
		for (int next = 0; next < 2; next++) {
			struct end *const a = server ? &p.server : &p.client;
			struct end *const b = server ? &p.client : &p.server;
			struct link *const l = &a->link;
			uint8_t old[25];
			size_t at;

			pair_init(&p, 1);
			for (int i = 0; i < 2; i++) {
				struct end *const e = i ? &p.server : &p.client;

				for (int k = 0; k < 3; k++)
					e->t.aead_list[k] = sneck__aead_of(
						sneck_provider_libcrypto(), e->t.aeads[k].id);
			}
			pair_connect(&p);
			a->send_nothing = true;
			at = l->len;
			end_write(a, "old", 3);
			assert_int_equal(sneck_key_update(a->conn, 0), SNECK_OK);
			end_write(a, "new", 3);
			pair_run(&p);
			assert_int_equal(l->len - at, 25 + 27 + 25);
			memcpy(old, l->bytes + at, 25);
			if (next) { /* the update never comes */
				memmove(l->bytes + at + 25, l->bytes + at + 52, 25);
				l->len -= 27;
			} else { /* the first record comes once more behind it */
				memcpy(l->bytes + at + 52, old, 25);
			}
			a->send_nothing = false;
			pair_run(&p);
			assert_int_equal(b->st.state, SNECK_FAILED);
			assert_int_equal(b->st.err, SNECK_E_BAD_MAC);
			assert_int_equal(b->n_got, 3);
			assert_memory_equal(b->got, "old", 3);
			assert_int_equal(end_facts(b).rx_updates, next ? 0 : 1);
			pair_wipe(&p);
		}
}

/* N57: 32 updates without data pass, 33 do not; data in between resets the count. */
static void n57_floods(void **state)
{
	static const uint8_t update[2][5] = { { 24, 0, 0, 1, 0 }, { 24, 0, 0, 1, 1 } };
	static const uint8_t ticket[] = { 4, 0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0 };

	(void)state;
	for (int server = 0; server < 2; server++)
		for (int kind = 0; kind < 3; kind++) {
			struct end *const a = server ? &p.server : &p.client;
			struct end *const b = server ? &p.client : &p.server;
			const void *const msg = kind < 2 ? (const void *)update[kind] : ticket;
			const size_t len = kind < 2 ? 5 : sizeof ticket;

			if (kind == 2 && !server)
				continue;
			up();
			for (int round = 0; round < 3; round++) {
				for (int i = 0; i < 32; i++)
					link_record(a, true, 22, msg, len);
				link_record(a, true, 23, "x", 1);
			}
			pair_run(&p);
			assert_int_equal(b->st.state, SNECK_TRAFFIC_TRANSIT);
			assert_int_equal(b->n_got, 3);
			/* all answers of a run are one: RFC 9846, 4.7.3 */
			if (kind == 1)
				assert_in_range(end_facts(b).tx_updates, 1, 3);
			for (int i = 0; i < 33; i++)
				link_record(a, true, 22, msg, len);
			pair_run(&p);
			assert_int_equal(b->st.err, SNECK_E_FLOOD);
			assert_int_equal(b->st.alert, 10);
			pair_wipe(&p);
		}
}

/* N57: in one record: a KeyUpdate must end its record. Tickets in one record count each. */
static void n57_in_one_record(void **state)
{
	static const uint8_t ticket[] = { 4, 0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0 };
	uint8_t many[33 * sizeof ticket];

	(void)state;
	for (int server = 0; server < 2; server++) {
		struct end *const a = server ? &p.server : &p.client;
		struct end *const b = server ? &p.client : &p.server;

		up();
		for (size_t i = 0; i < 33; i++)
			memcpy(many + 5 * i, (const uint8_t[]){ 24, 0, 0, 1, 1 }, 5);
		link_record(a, true, 22, many, 33u * 5u);
		pair_run(&p);
		assert_int_equal(b->st.err, SNECK_E_EPOCH);
		assert_int_equal(b->st.alert, 10);
		assert_int_equal(end_facts(b).rx_updates, 0);
		pair_wipe(&p);
	}
	for (size_t n = 32; n <= 33; n++) {
		up();
		for (size_t i = 0; i < n; i++)
			memcpy(many + i * sizeof ticket, ticket, sizeof ticket);
		link_record(&p.server, true, 22, many, n * sizeof ticket);
		pair_run(&p);
		assert_int_equal(p.client.st.err, n == 32 ? 0 : SNECK_E_FLOOD);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),	  cmocka_unit_test(idempotent),
		cmocka_unit_test(refusals),	  cmocka_unit_test(crossing),
		cmocka_unit_test(pending),	  cmocka_unit_test(n64_automatic),
		cmocka_unit_test(n64_hard_stop),  cmocka_unit_test(half_rtt),
		cmocka_unit_test(n64_open_limit), cmocka_unit_test(n65_epochs),
		cmocka_unit_test(n57_floods),	  cmocka_unit_test(n57_in_one_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
