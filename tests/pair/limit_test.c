/* SPDX-License-Identifier: MIT */
/* limit_test.c: how large records are: record_size_limit, max_fragment_length, padding, and
 * send_fragment. What goes over the wire is measured, not asked for. RFC 8449, 6066, 7685. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/needs.h"

#define HEAD 5u
#define OVER 17u /* content type and tag */

static struct pair p;
static struct edit ed;
static uint8_t data[60000];

static void prepare(void)
{
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 31u + 5u);
	pair_init(&p, 1);
	for (int i = 0; i < 2; i++)
		p.server.chain[i].len = 20;
}

/* The longest body of a protected record that an end has sent. */
static size_t longest(const struct end *e)
{
	const uint8_t *const b = e->link.bytes;
	size_t most = 0;

	for (size_t at = 0; at < e->link.len;) {
		const size_t len = (size_t)b[at + 3] << 8 | b[at + 4];

		if (b[at] == 23 && len > most)
			most = len;
		at += HEAD + len;
		assert_true(at <= e->link.len);
	}
	return most;
}

static uint16_t fragment_of(const struct end *e)
{
	struct sneck_facts f;

	assert_int_equal(sneck_conn_facts(e->conn, &f, sizeof f), SNECK_OK);
	return f.send_fragment;
}

static void talk(struct end *from, struct end *to, size_t len)
{
	end_write(from, data, len);
	pair_run(&p);
	assert_int_equal(to->n_got, len);
	assert_memory_equal(to->got, data, len);
	to->n_got = 0;
}

/* ---- record_size_limit ---- */

static void one_limit(bool server, uint16_t limit)
{
	struct end *const by = server ? &p.server : &p.client, *const to = server ? &p.client
										  : &p.server;

	prepare();
	by->cfg.recv_record_limit = limit;
	pair_connect(&p);
	assert_int_equal(fragment_of(to), limit);
	assert_int_equal(fragment_of(by), 16384);
	assert_true(longest(to) <= limit + OVER);
	talk(to, by, 3u * limit + 7u);
	assert_int_equal(longest(to), limit + OVER);
	talk(by, to, 20000);
	assert_int_equal(longest(by), 16384 + OVER);
	/* as long as agreed, and one byte more */
	link_record(to, true, 23, data, limit);
	pair_run(&p);
	assert_int_equal(by->n_got, limit);
	link_record(to, true, 23, data, limit + 1u);
	pair_run(&p);
	assert_int_equal(by->st.state, SNECK_FAILED);
	assert_int_equal(by->st.err, SNECK_E_RECORD_SIZE);
	assert_int_equal(by->st.alert, 22);
	assert_int_equal(by->n_got, limit);
	pair_wipe(&p);
}

static void n31_every_limit(void **state)
{
	static const uint16_t edges[] = { 511, 512, 513, 1000, 4096, 16382, 16383 };

	(void)state;
	for (int server = 0; server < 2; server++) {
		for (uint16_t limit = 64; limit <= 300; limit++)
			one_limit(server != 0, limit);
		for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
			one_limit(server != 0, edges[i]);
	}
}

/* Each side its own; what a side sends by its config stays a bound too. */
static void both_limits(void **state)
{
	static const uint16_t sizes[] = { 64, 65, 200, 16384, 0 };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 5; k++)
			for (uint16_t send = 0; send <= 128; send += 64) {
				const uint16_t c = sizes[i] != 0 ? sizes[i] : 16384,
					       s = sizes[k] != 0 ? sizes[k] : 16384;

				prepare();
				p.client.cfg.recv_record_limit = sizes[i];
				p.server.cfg.recv_record_limit = sizes[k];
				p.client.cfg.send_fragment = send;
				pair_connect(&p);
				assert_int_equal(fragment_of(&p.server), c);
				assert_int_equal(fragment_of(&p.client),
						 send != 0 && send < s ? send : s);
				talk(&p.client, &p.server, 20000);
				talk(&p.server, &p.client, 20000);
				assert_int_equal(longest(&p.server), c + OVER);
				assert_int_equal(longest(&p.client), fragment_of(&p.client) + OVER);
				pair_wipe(&p);
			}
}

/* The limit that nobody set: what the memory for input holds. */
static void limit_from_memory(void **state)
{
	static const size_t caps[] = { 300, 512, 1000, 16660, 16661, 16384 + 22 };

	(void)state;
	NEEDS(BUILD_CERTS);
	for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++)
		for (int server = 0; server < 2; server++) {
			struct end *const by = server ? &p.server : &p.client,
					  *const to = server ? &p.client : &p.server;
			const size_t limit = caps[i] - 22u < 16384 ? caps[i] - 22u : 16384;

			prepare();
			by->chunk = 1;
			pair_start(&p);
			sneck_in_init(&by->in, by->in_mem, caps[i]);
			pair_run(&p);
			assert_true(pair_connected(&p));
			assert_int_equal(fragment_of(to), limit);
			talk(to, by, limit + 1u);
			assert_true(HEAD + longest(to) <= caps[i]);
			pair_wipe(&p);
		}
}

/* ---- max_fragment_length: our client always sends record_size_limit too, so a man in the middle
 * takes that away, and the handshake ends where the signature shows it ---- */

static void without_limit(struct edit *e, struct unit *u)
{
	uint8_t *const d = u->data;
	size_t at = 38, end;

	if (u->type != 22 || d[0] != 1) {
		edit_put(e, u);
		return;
	}
	at += 1u + d[at];
	at += 2u + ((size_t)d[at] << 8 | d[at + 1]);
	at += 1u + d[at];
	end = at + 2u + ((size_t)d[at] << 8 | d[at + 1]);
	for (size_t x = at + 2u; x < end; x += 4u + ((size_t)d[x + 2] << 8 | d[x + 3]))
		if (d[x] == 0 && d[x + 1] == 28) { /* into an unknown one */
			d[x] = 0xfa;
			e->done = true;
		}
	edit_put(e, u);
}

static void max_fragment(void **state)
{
	(void)state;
	NEEDS(BUILD_CERTS);
	for (uint8_t code = 1; code <= 4; code++)
		for (int i = 0; i < 3; i++) {
			const uint32_t bytes = 256u << code;
			const size_t len[2] = { 600, 600 };

			prepare();
			for (int k = 0; k < 2; k++)
				p.server.chain[k].len = len[k];
			p.client.cfg.ask_max_fragment = code;
			if (i == 1) /* what the server cannot know does not bind it */
				p.client.cfg.recv_record_limit = 100;
			if (i == 2)
				p.server.cfg.recv_record_limit = 100;
			edit_init(&ed, &p.client);
			ed.on_unit = without_limit;
			pair_start(&p);
			pair_run(&p);
			assert_true(ed.done);
			assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
			assert_int_equal(fragment_of(&p.server), bytes);
			assert_int_equal(fragment_of(&p.client), bytes);
			assert_int_equal(p.server.conn->hs.recv_limit, bytes);
			assert_int_equal(p.client.conn->hs.recv_limit, bytes);
			assert_true(longest(&p.server) <= bytes + OVER);
			pair_wipe(&p);
		}
}

/* Both asked: record_size_limit it is. RFC 8449, 5. */
static void limit_before_fragment(void **state)
{
	(void)state;
	prepare();
	p.client.cfg.ask_max_fragment = 1;
	p.client.cfg.recv_record_limit = 2000;
	pair_connect(&p);
	assert_int_equal(fragment_of(&p.server), 2000);
	assert_int_equal(fragment_of(&p.client), 16384);
	talk(&p.server, &p.client, 9000);
	talk(&p.client, &p.server, 40000);
	pair_wipe(&p);
}

/* ---- padding ---- */

static void give(struct end *e, size_t n)
{
	e->out.cap = e->out.head + e->out.len + n;
	memset(e->out.base + e->out.head + e->out.len, 0xa5, n + 64u);
}

static void canary(const struct end *e)
{
	for (size_t i = e->out.head + e->out.len; i < e->out.cap + 64u; i++)
		assert_int_equal(e->out.base[i], 0xa5);
}

/* Every record is a multiple of pad, or as long as it may be. */
static void padded(const uint8_t *b, size_t len, size_t pad, size_t most)
{
	for (size_t at = 0; at < len;) {
		const size_t body = (size_t)b[at + 3] << 8 | b[at + 4], plain = body - OVER;

		assert_true(b[at] == 23 && plain != 0 && plain <= most);
		assert_true(plain % pad == 0 || plain == most);
		at += HEAD + body;
		assert_true(at <= len);
	}
}

static void pad_one(uint16_t pad, uint16_t limit, size_t len)
{
	struct end *const c = &p.client;
	const struct sneck_iov piece = { data, len };
	const size_t need = sneck_encrypt_size(c->conn, len), most = limit != 0 ? limit : 16384;
	size_t least, done, total = 0;

	give(c, need - 1u);
	assert_int_equal(sneck_encrypt(c->conn, &piece, 1, 0, &c->out, NULL), SNECK_WANT_SPACE);
	assert_int_equal(c->out.required, need);
	canary(c);
	give(c, need);
	assert_int_equal(sneck_encrypt(c->conn, &piece, 1, 0, &c->out, NULL), SNECK_OK);
	assert_int_equal(c->out.len, need);
	canary(c);
	padded(c->out.base + c->out.head, need, pad, most);
	c->out.cap = PAIR_HALF;
	pair_run(&p);
	assert_int_equal(p.server.n_got, len);
	assert_memory_equal(p.server.got, data, len);
	p.server.n_got = 0;
	/* piece by piece, in room that never fits */
	least = sneck_encrypt_size(c->conn, 1);
	for (size_t room = least; total < len; room += 13) {
		const struct sneck_iov rest = { data + total, len - total };

		give(c, room);
		assert_int_equal(sneck_encrypt(c->conn, &rest, 1, SNECK_F_PARTIAL, &c->out, &done),
				 SNECK_OK);
		canary(c);
		assert_true(done != 0);
		assert_true(done == len - total || sneck_encrypt_size(c->conn, done + 1u) > room);
		total += done;
		c->out.cap = PAIR_HALF;
		pair_run(&p);
	}
	assert_int_equal(p.server.n_got, len);
	assert_memory_equal(p.server.got, data, len);
	p.server.n_got = 0;
}

static void pad_in_place(uint16_t pad, size_t len)
{
	struct end *const c = &p.client;
	struct sneck_layout l;
	size_t need;

	assert_int_equal(sneck_record_layout(c->conn, &l), SNECK_OK);
	len = len < l.max_plain ? len : l.max_plain;
	need = sneck_encrypt_size(c->conn, len);
	assert_true(need <= l.head + len + l.tail);
	c->out.cap = PAIR_HALF;
	memcpy(c->out.base + c->out.head + c->out.len + l.head, data, len);
	c->out.cap = c->out.head + c->out.len + need - 1u;
	assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, len), SNECK_WANT_SPACE);
	assert_int_equal(c->out.required, need);
	c->out.cap++;
	assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, len), SNECK_OK);
	assert_int_equal(c->out.len, need);
	padded(c->out.base + c->out.head, need, pad, l.max_plain);
	c->out.cap = PAIR_HALF;
	pair_run(&p);
	assert_int_equal(p.server.n_got, len);
	assert_memory_equal(p.server.got, data, len);
	p.server.n_got = 0;
}

static void padding(void **state)
{
	static const uint16_t pads[] = { 1, 2, 16, 63, 64, 100, 255, 1000, 16384 };
	static const uint16_t limits[] = { 0, 64, 100, 1000 };
	static const size_t lens[] = {
		1, 15, 16, 17, 63, 64, 65, 99, 100, 101, 255, 256, 999, 1001
	};

	(void)state;
	for (size_t i = 0; i < sizeof pads / sizeof pads[0]; i++)
		for (size_t k = 0; k < sizeof limits / sizeof limits[0]; k++) {
			prepare();
			p.client.cfg.pad_to = pads[i];
			p.server.cfg.recv_record_limit = limits[k];
			pair_connect(&p);
			for (size_t n = 0; n < sizeof lens / sizeof lens[0]; n++) {
				pad_one(pads[i], limits[k], lens[n]);
				pad_in_place(pads[i], lens[n]);
				assert_true(longest(&p.client) <=
					    (limits[k] != 0 ? limits[k] : 16384) + OVER);
				p.client.link.len = p.client.link.sent = 0;
			}
			talk(&p.client, &p.server, 20000);
			pair_wipe(&p);
		}
}

/* The flights are padded too, and exact: the server's limit reaches the client behind its first
 * protected record key. */
static int exact_flight(struct end *e, int state)
{
	if (state != SNECK_MUST_ENCRYPT_TLS_DATA)
		return 0;
	give(e, e->st.u.encode.required);
	assert_int_equal(sneck_encode(&e->st.u.encode, 0, &e->out), SNECK_OK);
	assert_int_equal(sneck_out_room(&e->out), 0);
	canary(e);
	e->out.cap = PAIR_HALF;
	return 1;
}

static void padded_flights(void **state)
{
	static const uint16_t pads[] = { 1, 64, 500, 16384 }, limits[] = { 0, 64, 100, 16384 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++)
			for (int both = 0; both < 2; both++) {
				prepare();
				p.client.cfg.pad_to = p.server.cfg.pad_to = pads[i];
				p.server.cfg.recv_record_limit = limits[k];
				p.client.cfg.recv_record_limit = both ? limits[k] : 0;
				p.client.hook = p.server.hook = exact_flight;
				p.client.rfc_mode = p.server.rfc_mode = true;
				pair_connect(&p);
				assert_true(longest(&p.client) <=
					    (limits[k] != 0 ? limits[k] : 16384) + OVER);
				if (both)
					assert_true(longest(&p.server) <=
						    (limits[k] != 0 ? limits[k] : 16384) + OVER);
				pair_wipe(&p);
			}
}

/* A ClientHello is as long as it shall be; a second one too. */
static void padded_hello(void **state)
{
	size_t bare = 0;

	(void)state;
	NEEDS(BUILD_CERTS);
	for (uint16_t size = 0; size <= 1024; size++)
		for (int retry = 0; retry < (size % 64 == 0 ? 2 : 1); retry++) {
			const uint8_t *const b = p.client.link.bytes;
			size_t len;

			prepare();
			p.client.cfg.pad_hello_to = size;
			if (retry)
				pair_retry(&p);
			pair_connect(&p);
			len = (size_t)b[3] << 8 | b[4];
			bare = bare != 0 ? bare : len;
			if (!retry)
				assert_int_equal(len, size == 0		 ? bare
						      : size > bare + 4u ? size
									 : bare + 4u);
			else if (size > bare + 4u) /* behind it a ChangeCipherSpec of 6 */
				assert_int_equal(
					(size_t)b[5 + len + 6 + 3] << 8 | b[5 + len + 6 + 4], size);
			pair_wipe(&p);
		}
}

/* ---- send_fragment while the connection is up ---- */

static void send_fragment(void **state)
{
	static const size_t sizes[] = { 64, 65, 1000, 16384, 0, 100 };

	(void)state;
	for (int limited = 0; limited < 2; limited++)
		for (int pad = 0; pad < 2; pad++) {
			const size_t top = limited ? 500 : 16384;

			prepare();
			p.server.cfg.recv_record_limit = limited ? 500 : 0;
			p.client.cfg.pad_to = pad ? 333 : 0;
			p.client.cfg.send_fragment = 700;
			pair_connect(&p);
			for (size_t i = 0; i < 6; i++) {
				const size_t want = sizes[i] != 0 ? sizes[i] : 700;
				const size_t from = p.client.link.len;
				size_t most = 0;

				assert_int_equal(
					sneck_conn_set_send_fragment(p.client.conn, sizes[i]),
					SNECK_OK);
				assert_int_equal(fragment_of(&p.client), want < top ? want : top);
				pad_one(pad ? 333 : 1, (uint16_t)(want < top ? want : top), 20000);
				for (size_t at = from; at < p.client.link.len;) {
					const uint8_t *const b = p.client.link.bytes + at;
					const size_t len = (size_t)b[3] << 8 | b[4];

					most = len > most ? len : most;
					at += HEAD + len;
				}
				assert_int_equal(most, (want < top ? want : top) + OVER);
				p.client.link.len = p.client.link.sent = 0;
			}
			assert_int_equal(sneck_conn_set_send_fragment(p.client.conn, 63),
					 SNECK_E_ARG);
			assert_int_equal(sneck_conn_set_send_fragment(p.client.conn, 16385),
					 SNECK_E_ARG);
			assert_int_equal(sneck_conn_set_send_fragment(p.client.conn, SIZE_MAX),
					 SNECK_E_ARG);
			assert_int_equal(fragment_of(&p.client), 100);
			assert_int_equal(sneck_fail(p.client.conn, 80), SNECK_OK);
			assert_int_equal(sneck_conn_set_send_fragment(p.client.conn, 100),
					 SNECK_E_ABORTED);
			pair_wipe(&p);
		}
}

/* Not while a flight of announced size waits; between flights it counts for the next. */
static void send_fragment_early(void **state)
{
	(void)state;
	NEEDS(BUILD_CERTS);
	prepare();
	pair_start(&p);
	assert_int_equal(sneck_conn_set_send_fragment(p.server.conn, 64), SNECK_OK);
	assert_int_equal(sneck_process(p.client.conn, &p.client.in, NULL, &p.client.st),
			 SNECK_MUST_ENCRYPT_TLS_DATA);
	assert_int_equal(sneck_conn_set_send_fragment(p.client.conn, 64), SNECK_NOT_NOW);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(longest(&p.server), 64 + OVER);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n31_every_limit),	 cmocka_unit_test(both_limits),
		cmocka_unit_test(limit_from_memory),	 cmocka_unit_test(max_fragment),
		cmocka_unit_test(limit_before_fragment), cmocka_unit_test(padding),
		cmocka_unit_test(padded_flights),	 cmocka_unit_test(padded_hello),
		cmocka_unit_test(send_fragment),	 cmocka_unit_test(send_fragment_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
