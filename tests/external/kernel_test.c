/* SPDX-License-Identifier: MIT */
/* kernel_test.c: kernel TLS: the records of the client's end are protected by a stand-in for the
 * kernel, which has nothing but the secrets and numbers that were handed out; the server is an
 * ordinary connection. Control records come back, keys change both ways, closing works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

#include "keys/sched13.h"

/* What a kernel keeps of a direction. */
struct offload {
	_Alignas(SNECK_ALIGN) uint8_t ctx[1024];
	struct rec_half half;
};

static struct pair p;
static struct offload ktx, krx;
static struct sneck_in control; /* control records on their way to the connection */
static uint8_t control_mem[512];
static struct sneck_provider real;

static void install(struct offload *k, const struct sneck_keys_st *st)
{
	const struct suite *const s = sneck__suite_find(st->suite);
	const struct sneck_aead *const aead = sneck__aead_of(&real, s->aead);
	uint8_t key[32], iv[BOUND_NONCE];

	assert_int_equal(st->level, SNECK_LEVEL_APP);
	assert_int_equal(sneck__traffic_keys(key, aead->key_len, iv, sneck__hash_of(&real, s->hash),
					     st->secret.p),
			 SNECK_OK);
	assert_int_equal(sneck__rec_key(&k->half, k->ctx, aead, key, iv,
					st->write ? SNECK_SEAL : SNECK_OPEN),
			 SNECK_OK);
	k->half.seq = st->seq;
}

static void up(void)
{
	pair_init(&p, 1);
	real = *sneck_provider_libcrypto();
	real.pubkey = p.client.cfg.provider->pubkey; /* as who signs */
	p.client.cfg.provider = p.server.cfg.provider = &real;
	p.client.cfg.allow_extraction = 1;
	pair_start(&p);
	pair_run(&p);
	assert_true(pair_connected(&p));
}

static void offload(void)
{
	struct sneck_keys_st write, read;

	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_OK);
	assert_int_equal(write.write, 1);
	assert_int_equal(read.write, 0);
	install(&ktx, &write);
	install(&krx, &read);
	sneck_in_init(&control, control_mem, sizeof control_mem);
	sneck_out_init(&p.client.out, p.client.out_mem, PAIR_HALF);
}

static void down(void)
{
	ktx.half.aead->wipe(ktx.ctx);
	krx.half.aead->wipe(krx.ctx);
	pair_wipe(&p);
}

/* The kernel sends a record of this type. */
static void ksend(uint8_t type, const void *bytes, size_t len)
{
	const struct sneck_span piece = { bytes, len };
	uint8_t rec[1000];

	assert_int_equal(sneck__rec_seal(&ktx.half, ktx.ctx, rec, type, 0x0303, &piece, 1, len),
			 SNECK_OK);
	link_put(&p.client, rec, sneck__rec_size(&ktx.half, len));
}

static int step(uint8_t content)
{
	return sneck_ext_process(p.client.conn, SNECK_LEVEL_APP, content, &control, &p.client.st);
}

/* What the connection wants done until it waits. Returns: the state. */
static int run(uint8_t content)
{
	for (;;) {
		const int state = step(content);
		struct sneck_status *const st = &p.client.st;
		struct sneck_span bytes;

		if (state == SNECK_KEYS_READY) {
			install(st->u.keys.write ? &ktx : &krx, &st->u.keys);
			assert_int_equal(sneck_keys_taken(&st->u.keys), SNECK_OK);
		} else if (state == SNECK_MUST_ENCRYPT_TLS_DATA) {
			assert_int_equal(st->u.encode.level, SNECK_LEVEL_APP);
			assert_int_equal(sneck_encode(&st->u.encode, 0, &p.client.out), SNECK_OK);
			bytes = sneck_out_unsent(&p.client.out);
			assert_int_equal(bytes.len, st->u.encode.required);
			ksend(st->u.encode.content, bytes.p, bytes.len);
			sneck_out_sent(&p.client.out, bytes.len);
		} else {
			return state;
		}
	}
}

/* The kernel receives all records that wait: data to the application, the rest to sneck, which it
 * takes in pieces of n bytes. Returns: the last state. */
static int kreceive(size_t n)
{
	struct link *const l = &p.server.link;
	struct end *const c = &p.client;
	int state = SNECK_TRAFFIC_TRANSIT;

	(void)end_run(&p.server);
	link_put(&p.server, p.server.out.base + p.server.out.head, p.server.out.len);
	sneck_out_sent(&p.server.out, p.server.out.len);
	while (l->sent != l->len) {
		uint8_t *const rec = l->bytes + l->sent;
		const size_t body = (size_t)rec[3] << 8 | rec[4];
		uint8_t type, *at;
		size_t len, room;

		assert_int_equal(sneck__rec_open(&krx.half, krx.ctx, rec, body, &type, &len),
				 SNECK_OK);
		l->sent += 5 + body;
		if (type == CT_APP_DATA) {
			memcpy(c->got + c->n_got, rec + 5, len);
			c->n_got += len;
			continue;
		}
		for (size_t i = 0; i < len; i += n) {
			const size_t part = n < len - i ? n : len - i;

			at = sneck_in_space(&control, part, &room);
			memcpy(at, rec + 5 + i, part);
			sneck_in_added(&control, part);
			state = run(type);
		}
	}
	return state;
}

static void to_server(void)
{
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
}

static void hello(const char *text)
{
	const size_t before = p.server.n_got, got = p.client.n_got;

	ksend(CT_APP_DATA, text, strlen(text));
	to_server();
	assert_int_equal(p.server.n_got, before + strlen(text));
	assert_memory_equal(p.server.got + before, text, strlen(text));
	end_write(&p.server, text, strlen(text));
	(void)kreceive(100);
	assert_memory_equal(p.client.got + got, text, strlen(text));
}

static void data_both_ways(void **state)
{
	(void)state;
	up();
	end_write(&p.client, "before", 6); /* so that numbers do not begin at 0 */
	end_write(&p.server, "before", 6);
	pair_run(&p);
	offload();
	assert_int_equal(ktx.half.seq, 1);
	assert_true(krx.half.seq >= 1);
	for (int i = 0; i < 10; i++)
		hello("hello");
	down();
}

static void peers_key_update(void **state)
{
	(void)state;
	for (uint32_t ask = 0; ask < 2; ask++)
		for (size_t n = 1; n < 6; n++) {
			struct sneck_facts f;

			up();
			offload();
			assert_int_equal(
				sneck_key_update(p.server.conn, ask ? SNECK_KU_REQUEST_PEER : 0),
				SNECK_OK);
			assert_int_equal(kreceive(n), SNECK_TRAFFIC_TRANSIT);
			assert_int_equal(control.len, 0);
			to_server();
			assert_int_equal(sneck_conn_facts(p.server.conn, &f, sizeof f), SNECK_OK);
			assert_int_equal(f.tx_updates, 1);
			assert_int_equal(f.rx_updates, ask);
			assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
			assert_int_equal(f.tx_updates, ask);
			assert_int_equal(f.rx_updates, 1);
			hello("after");
			down();
		}
}

static void own_key_update(void **state)
{
	(void)state;
	up();
	offload();
	for (int i = 0; i < 5; i++) {
		assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
		assert_int_equal(run(22), SNECK_TRAFFIC_TRANSIT);
		to_server();
		hello("renewed");
	}
	down();
}

static void closing(void **state)
{
	struct sneck_span bytes;

	(void)state;
	up();
	offload();
	end_close(&p.server);
	assert_int_equal(kreceive(2), SNECK_PEER_CLOSED);
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_OK);
	assert_int_equal(sneck_close_notify(p.client.conn, &p.client.out), SNECK_NOT_NOW);
	(void)run(22);
	ksend(CT_APP_DATA, "rest", 4);
	p.client.out.cap = p.client.out.head + p.client.out.len + 1u;
	assert_int_equal(sneck_close_notify(p.client.conn, &p.client.out), SNECK_WANT_SPACE);
	assert_int_equal(p.client.out.required, 2);
	p.client.out.cap = PAIR_HALF;
	assert_int_equal(sneck_close_notify(p.client.conn, &p.client.out), SNECK_OK);
	bytes = sneck_out_unsent(&p.client.out);
	assert_int_equal(bytes.len, 2);
	ksend(CT_ALERT, bytes.p, bytes.len);
	sneck_out_sent(&p.client.out, bytes.len);
	assert_int_equal(run(22), SNECK_CLOSED);
	to_server();
	assert_int_equal(p.server.st.state, SNECK_CLOSED);
	assert_memory_equal(p.server.got, "rest", 4);
	down();
}

/* An error goes out as an alert, then it is FAILED; the peer's alert fails at once. */
static void alerts(void **state)
{
	size_t room;

	(void)state;
	up();
	offload();
	memcpy(sneck_in_space(&control, 4, &room), "\x14\0\0\0", 4); /* Finished, once more */
	sneck_in_added(&control, 4);
	assert_int_equal(run(22), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_UNEXPECTED);
	to_server();
	assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.server.st.alert, SNECK_ALERT_UNEXPECTED_MESSAGE);
	down();

	up();
	offload();
	assert_int_equal(sneck_fail(p.server.conn, SNECK_ALERT_ACCESS_DENIED), SNECK_OK);
	assert_int_equal(kreceive(2), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(p.client.st.alert, SNECK_ALERT_ACCESS_DENIED);
	down();

	up();
	offload();
	sneck_in_eof(&control);
	assert_int_equal(run(22), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_TRUNCATED);
	down();
}

static void refusals(void **state)
{
	struct sneck_keys_st write, read;

	(void)state;
	pair_init(&p, 1);
	p.client.cfg.allow_extraction = 1;
	pair_start(&p);
	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_NOT_NOW);
	assert_int_equal(sneck_into_external(p.server.conn, &write, &read), SNECK_E_UNSUPPORTED);
	pair_run(&p);
	/* a part of a record, as it lies in `in` */
	end_write(&p.server, "x", 1);
	p.client.chunk = 3;
	wire_move(&p.server, &p.client);
	(void)end_run(&p.client);
	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_NOT_NOW);
	p.client.chunk = 0;
	pair_run(&p);
	/* a KeyUpdate that waits */
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_OK);
	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_NOT_NOW);
	pair_run(&p);
	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_OK);
	assert_int_equal(sneck_into_external(p.client.conn, &write, &read), SNECK_NOT_NOW);
	/* data is not for sneck any more, and control records are not for sneck_process() */
	assert_int_equal(sneck_ext_process(p.client.conn, 3, 23, NULL, &p.client.st), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_ARG);
	assert_int_equal(sneck_encrypt(p.client.conn, NULL, 0, 0, &p.client.out, NULL),
			 SNECK_NOT_NOW);
	assert_int_equal(end_step(&p.client), SNECK_FAILED);
	assert_int_equal(p.client.st.err, SNECK_E_MISUSE);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_both_ways), cmocka_unit_test(peers_key_update),
		cmocka_unit_test(own_key_update), cmocka_unit_test(closing),
		cmocka_unit_test(alerts),	  cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
