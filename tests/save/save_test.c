/* SPDX-License-Identifier: MIT */
/* save_test.c: a connection that moves into a block of bytes and out of it: in mid-download, with
 * keys that change, half closed; what is kept, what is refused, and N85: no damaged block is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/fail.h"
#include "lib/needs.h"
#include "lib/pair.h"

static struct pair p;
static uint8_t block[2048];
static const uint8_t seal_key[SNECK_SEAL_KEY_LEN] = { 1, 2, 3 };

static void ready(void)
{
	pair_init(&p, 1);
	transparent_nonces_jump = true; /* a moved connection's numbers do not begin at 0 */
	p.client.cfg.allow_save = p.server.cfg.allow_save = 1;
}

/* libcrypto, whose tags depend on keys; who signs stays the transparent provider. */
static void ready_real(void)
{
	static struct sneck_provider real;

	ready();
	real = *sneck_provider_libcrypto();
	real.pubkey = p.client.cfg.provider->pubkey;
	p.client.cfg.provider = p.server.cfg.provider = &real;
}

static void up(void)
{
	pair_start(&p);
	pair_run(&p);
	assert_true(pair_connected(&p));
}

static size_t save(struct end *e)
{
	const size_t need = sneck_save_size(e->conn);
	size_t len = 7;

	assert_true(need > 100 && need < sizeof block);
	memset(block, 0xa5, sizeof block);
	assert_int_equal(sneck_save(e->conn, seal_key, block, need - 1u, &len), SNECK_WANT_SPACE);
	assert_int_equal(len, need);
	assert_int_equal(block[0], 0xa5);
	assert_int_equal(sneck_save(e->conn, seal_key, block, need, &len), SNECK_OK);
	assert_int_equal(len, need);
	assert_int_equal(block[need], 0xa5);
	return len;
}

/* Into other memory, with cursors that begin anew and the bytes that were in the old ones. */
static void restore(struct end *e, size_t len)
{
	struct sneck_conn *const old = e->conn;
	uint8_t *const to = (uint8_t *)old == e->conn_mem ? e->conn_other : e->conn_mem;

	memset(to, 0xa5, SNECK_CONN_MAX);
	assert_int_equal(sneck_restore(to, SNECK_CONN_MAX, &e->cfg, seal_key, block, len, &e->conn),
			 SNECK_OK);
	assert_ptr_equal(e->conn, to);
	e->in.pos = 0;
	assert_int_equal(e->out.len, 0);
	e->out.pos = 0;
	sneck_conn_wipe(old);
}

static void move(struct end *e)
{
	restore(e, save(e));
}

static void talk(struct end *from, struct end *to, size_t len)
{
	static uint8_t data[40000];

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7u + (i >> 8));
	to->n_got = 0;
	end_write(from, data, len);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(to->n_got, len);
	assert_memory_equal(to->got, data, len);
}

static void both_roles(void **state)
{
	(void)state;
	ready();
	up();
	for (int i = 0; i < 4; i++) {
		talk(&p.client, &p.server, 20000);
		move(i % 2 != 0 ? &p.client : &p.server);
		talk(&p.server, &p.client, 20000);
		talk(&p.client, &p.server, 1);
	}
	pair_wipe(&p);
}

/* The receiver moves again and again, wherever the stream is cut; every byte comes once. */
static void live_download(void **state)
{
	static uint8_t data[60000];
	unsigned moves = 0, steps = 0;

	(void)state;
	ready();
	p.client.chunk = 777;
	up();
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 13u + (i >> 8));
	assert_int_equal(sneck_conn_set_send_fragment(p.server.conn, 1000), SNECK_OK);
	end_write(&p.server, data, sizeof data / 2);
	assert_int_equal(sneck_key_update(p.server.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	end_write(&p.server, data + sizeof data / 2, sizeof data / 2);
	while (p.client.n_got < sizeof data) {
		assert_true(steps++ < 1000);
		wire_move(&p.server, &p.client);
		assert_int_equal(end_run(&p.client) == SNECK_FAILED, 0);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		if (sneck_save_size(p.client.conn) != 0 && p.client.out.len == 0) {
			const size_t partial = p.client.in.len;

			move(&p.client);
			moves += partial != 0;
		}
	}
	assert_int_equal(p.client.n_got, sizeof data);
	assert_memory_equal(p.client.got, data, sizeof data);
	assert_true(moves > 20);
	talk(&p.client, &p.server, 5);
	pair_wipe(&p);
}

static void facts_stay(void **state)
{
	static const struct sneck_span names[] = { { (const uint8_t *)"h2", 2 },
						   { (const uint8_t *)"http/1.1", 8 } };
	static const struct sneck_span turned[] = { { (const uint8_t *)"http/1.1", 8 },
						    { (const uint8_t *)"h2", 2 } };
	struct sneck_facts was, is;
	uint8_t key[2][32];

	(void)state;
	ready();
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	p.client.cfg.alpn = p.server.cfg.alpn = names;
	p.client.cfg.n_alpn = p.server.cfg.n_alpn = 2;
	p.client.cfg.recv_record_limit = 500;
	up();
	talk(&p.server, &p.client, 5000);
	assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	pair_run(&p);
	for (int i = 0; i < 2; i++) {
		struct end *const e = i != 0 ? &p.server : &p.client;

		assert_int_equal(sneck_conn_facts(e->conn, &was, sizeof was), SNECK_OK);
		assert_int_equal(sneck_export(e->conn, "l", was.alpn, key[0], 32), SNECK_OK);
		e->cfg.alpn = names; /* an index would now be another name */
		{
			const size_t len = save(e);

			e->cfg.alpn = turned;
			restore(e, len);
		}
		assert_int_equal(sneck_conn_facts(e->conn, &is, sizeof is), SNECK_OK);
		assert_int_equal(sneck_export(e->conn, "l", was.alpn, key[1], 32), SNECK_OK);
		assert_memory_equal(key[0], key[1], 32);
		assert_int_equal(is.alpn.len, was.alpn.len);
		assert_memory_equal(is.alpn.p, was.alpn.p, was.alpn.len);
		was.alpn = is.alpn;
		was.sni = is.sni; /* which goes with the scratch */
		assert_memory_equal(&was, &is, sizeof was);
	}
	assert_true(is.rx_updates == 1 && is.tx_updates == 1 && is.send_fragment == 500);
	talk(&p.server, &p.client, 5000);
	pair_wipe(&p);
}

static void exporter_of_the_config(void **state)
{
	uint8_t key[32];

	(void)state;
	for (int i = 0; i < 3; i++) {
		const struct sneck_span none = { NULL, 0 };
		size_t len;

		ready();
		p.client.cfg.keep_exporter = i != 0;
		up();
		if (i == 2)
			sneck_forget_exporter(p.client.conn);
		len = save(&p.client);
		p.client.cfg.keep_exporter = i != 1;
		restore(&p.client, len);
		assert_int_equal(sneck_export(p.client.conn, "l", none, key, 32), SNECK_E_CONFIG);
		for (size_t k = 0; k < sizeof p.client.conn->hs.exporter; k++)
			assert_int_equal(p.client.conn->hs.exporter[k], 0);
		pair_wipe(&p);
	}
}

/* A KeyUpdate that is owed or unanswered, and a closed direction, go along. */
static void halfway(void **state)
{
	struct sneck_facts f;

	(void)state;
	ready();
	up();
	assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	move(&p.client);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	move(&p.client);
	assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	end_write(&p.client, "x", 1);
	assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.tx_updates, 1);
	pair_run(&p);
	end_close(&p.server);
	pair_run(&p);
	assert_true(p.client.peer_closed);
	move(&p.client);
	end_write(&p.client, "rest", 4);
	pair_run(&p);
	move(&p.server);
	end_close(&p.client);
	pair_run(&p);
	assert_int_equal(p.client.st.state, SNECK_CLOSED);
	assert_int_equal(p.server.st.state, SNECK_CLOSED);
	pair_wipe(&p);
}

static void cannot_save(const struct end *e, enum sneck_rc rc)
{
	size_t len;

	assert_int_equal(sneck_save_size(e->conn), 0);
	assert_int_equal(sneck_save(e->conn, seal_key, block, sizeof block, &len), rc);
}

static int keep_open(struct end *e, int state)
{
	(void)e;
	return state == SNECK_APP_DATA_AVAILABLE;
}

static void not_now(void **state)
{
	struct sneck_conn *tx;
	struct sneck_rec rec;
	_Alignas(SNECK_SPLIT_ALIGN) static uint8_t mem[SNECK_CONN_MAX];

	(void)state;
	ready();
	pair_start(&p);
	cannot_save(&p.client, SNECK_NOT_NOW);
	pair_run(&p);
	/* an opened record, and one that was yielded and not released */
	end_write(&p.server, "data", 4);
	wire_move(&p.server, &p.client);
	p.client.hook = keep_open;
	assert_int_equal(end_step(&p.client), SNECK_APP_DATA_AVAILABLE);
	cannot_save(&p.client, SNECK_NOT_NOW);
	assert_int_equal(sneck_app_next(&p.client.st.u.app, &rec), SNECK_OK);
	cannot_save(&p.client, SNECK_NOT_NOW);
	assert_true(sneck_release(p.client.conn, &p.client.in) > 0);
	assert_true(sneck_save_size(p.client.conn) != 0);
	/* halves */
	assert_int_equal(sneck_split(p.client.conn, mem, sizeof mem, &tx), SNECK_OK);
	cannot_save(&p.client, SNECK_NOT_NOW);
	assert_int_equal(sneck_save_size(tx), 0);
	sneck_conn_wipe(tx);
	/* an alert that waits, and what comes behind it */
	assert_int_equal(sneck_fail(p.server.conn, 80), SNECK_OK);
	cannot_save(&p.server, SNECK_E_ABORTED);
	pair_wipe(&p);
	pair_init(&p, 1);
	up();
	cannot_save(&p.client, SNECK_E_UNSUPPORTED);
	pair_wipe(&p);
}

static void moved_is_dead(void **state)
{
	struct end *const c = &p.client;
	uint8_t secret[3][32];
	struct sneck_conn *other;
	struct sneck_failure why;
	struct sneck_app_st app;
	struct sneck_rec rec;
	uint8_t out[8];

	(void)state;
	ready();
	c->cfg.keep_exporter = 1;
	up();
	end_write(&p.server, "data", 4);
	wire_move(&p.server, c);
	c->hook = keep_open;
	assert_int_equal(end_step(c), SNECK_APP_DATA_AVAILABLE);
	app = c->st.u.app;
	assert_int_equal(sneck_app_next(&app, &rec), SNECK_OK);
	assert_true(sneck_release(c->conn, &c->in) > 0);
	memcpy(secret[0], c->conn->hs.rx_secret, 32);
	memcpy(secret[1], c->conn->hs.tx_secret, 32);
	memcpy(secret[2], c->conn->hs.exporter, 32);
	(void)save(c);
	for (int i = 0; i < 3; i++) {
		assert_false(fail_has(c->conn_mem, sizeof c->conn_mem, secret[i]));
		assert_int_equal(end_step(c), SNECK_FAILED);
		assert_int_equal(c->st.err, SNECK_E_MOVED);
	}
	assert_int_equal(c->out.len, 0);
	assert_int_equal(sneck_app_next(&app, &rec), SNECK_E_MOVED);
	assert_int_equal(sneck_encrypt(c->conn, NULL, 0, 0, &c->out, NULL), SNECK_E_MOVED);
	assert_int_equal(sneck_encrypt_in_place(c->conn, &c->out, 1), SNECK_E_MOVED);
	assert_int_equal(sneck_encrypt_size(c->conn, 1), 0);
	assert_int_equal(sneck_key_update(c->conn, 0), SNECK_E_MOVED);
	assert_int_equal(sneck_close_notify(c->conn, &c->out), SNECK_E_MOVED);
	assert_int_equal(sneck_fail(c->conn, 80), SNECK_E_MOVED);
	assert_int_equal(sneck_export(c->conn, "l", sneck_span_of(NULL, 0), out, 8), SNECK_E_MOVED);
	assert_int_equal(sneck_split(c->conn, c->conn_other, SNECK_CONN_MAX, &other),
			 SNECK_E_MOVED);
	assert_int_equal(sneck_answer_refuse(c->conn, 1, 80), SNECK_E_MOVED);
	assert_int_equal(sneck_conn_failure(c->conn, &why), SNECK_OK);
	assert_int_equal(why.err, SNECK_E_MOVED);
	cannot_save(c, SNECK_E_MOVED);
	pair_wipe(&p);
}

static enum sneck_rc try_restore(const void *src, size_t len)
{
	static _Alignas(SNECK_ALIGN) uint8_t mem[SNECK_CONN_MAX];
	struct sneck_conn *c = NULL;
	const enum sneck_rc rc =
		sneck_restore(mem, sizeof mem, &p.client.cfg, seal_key, src, len, &c);

	if (rc == SNECK_OK)
		sneck_conn_wipe(c);
	else
		assert_null(c);
	return rc;
}

/* Whatever it is, it reads, writes and closes, or says why not. */
static enum sneck_rc use_restored(const void *src, size_t len)
{
	static _Alignas(SNECK_ALIGN) uint8_t mem[SNECK_CONN_MAX];
	static uint8_t in_mem[256], out_mem[4096];
	struct sneck_conn *c = NULL;
	struct sneck_status st;
	struct sneck_in in;
	struct sneck_out out;
	const enum sneck_rc rc =
		sneck_restore(mem, sizeof mem, &p.client.cfg, seal_key, src, len, &c);

	if (rc != SNECK_OK)
		return rc;
	sneck_in_init(&in, in_mem, sizeof in_mem);
	sneck_out_init(&out, out_mem, sizeof out_mem);
	memset(in_mem, 0, sizeof in_mem);
	memcpy(in_mem, "\x17\x03\x03\x00\x20", 5);
	sneck_in_added(&in, 37);
	(void)!sneck_encrypt(c, &(struct sneck_iov){ "data", 4 }, 1, 0, &out, NULL);
	(void)!sneck_key_update(c, 1);
	for (int i = 0; i < 10; i++)
		(void)sneck_process(c, &in, &out, &st);
	(void)!sneck_close_notify(c, &out);
	sneck_conn_wipe(c);
	return SNECK_OK;
}

/* Each bit, each length, one byte more, another key. */
static void n85_damaged_blocks(void **state)
{
	uint8_t longer[sizeof block + 1], key[SNECK_SEAL_KEY_LEN];
	_Alignas(SNECK_ALIGN) static uint8_t mem[SNECK_CONN_MAX];
	struct sneck_conn *c;
	size_t len;

	(void)state;
	ready_real();
	up();
	len = save(&p.client);
	for (size_t i = 0; i < 8u * len; i++) {
		enum sneck_rc rc;

		block[i / 8] ^= (uint8_t)(1u << i % 8);
		rc = try_restore(block, len);
		/* the role and the suite lie in front; they make it another config's */
		assert_true(rc == SNECK_E_ARG || (rc == SNECK_E_CONFIG && i / 8 >= 4 && i / 8 < 7));
		block[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t i = 0; i < len; i++)
		assert_int_equal(try_restore(block, i), SNECK_E_ARG);
	memcpy(longer, block, len);
	longer[len] = 0;
	assert_int_equal(try_restore(longer, len + 1u), SNECK_E_ARG);
	memset(longer + len, 0, sizeof longer - len);
	assert_int_equal(try_restore(longer, sizeof longer), SNECK_E_ARG);
	for (size_t i = 0; i < sizeof key; i++) {
		memcpy(key, seal_key, sizeof key);
		key[i] ^= 0x80;
		assert_int_equal(sneck_restore(mem, sizeof mem, &p.client.cfg, key, block, len, &c),
				 SNECK_E_ARG);
	}
	assert_int_equal(
		sneck_restore(mem + 1, sizeof mem, &p.client.cfg, seal_key, block, len, &c),
		SNECK_E_ARG);
	assert_int_equal(sneck_restore(mem, p.client.conn->size - 1u, &p.client.cfg, seal_key,
				       block, len, &c),
			 SNECK_WANT_SPACE);
	assert_int_equal(try_restore(block, len), SNECK_OK);
	pair_wipe(&p);
}

/* A block that is sealed well and holds nonsense, as nobody without the key can make it: the
 * transparent provider's tags have no key. What is out of bounds is refused, what is not makes a
 * connection that can be used and fails in order. */
static void n85_sealed_nonsense(void **state)
{
	enum { HEAD = 39, TAG = 16 };
	static uint8_t copy[sizeof block];
	uint64_t random = 1;
	size_t len, refused = 0;

	(void)state;
	ready();
	up();
	len = save(&p.client);
	for (unsigned round = 0; round < 20000; round++) {
		const size_t cut = round % 4 == 0 ? round / 4 % 40u : 0;
		const size_t n = len - HEAD - TAG - cut;
		enum sneck_rc rc;

		transparent_audit_reset(); /* it would notice that this is one connection */
		transparent_nonces_jump = true;
		memcpy(copy, block, len);
		for (unsigned i = 0; i < 1u + round % 3; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			copy[HEAD + (random >> 33) % n] = (uint8_t)(random >> 24);
		}
		transparent_tag(copy + HEAD + n, sneck_span_of(copy, HEAD),
				sneck_span_of(copy + HEAD, n));
		rc = use_restored(copy, HEAD + n + TAG);
		assert_true(rc == SNECK_OK || rc == SNECK_E_ARG || rc == SNECK_E_CONFIG);
		assert_true(cut == 0 || rc != SNECK_OK);
		refused += rc != SNECK_OK;
	}
	assert_true(refused > 5000 && refused < 20000);
	pair_wipe(&p);
}

static void other_configs(void **state)
{
	static const struct sneck_span h2[] = { { (const uint8_t *)"h2", 2 } };
	static const struct sneck_span h3[] = { { (const uint8_t *)"h3", 2 } };
	static const uint16_t aes128[] = { SNECK_TLS_AES_128_GCM_SHA256 };
	static const uint16_t chacha[] = { SNECK_TLS_CHACHA20_POLY1305_SHA256 };
	size_t len;

	(void)state;
	NEEDS(BUILD_CERTS);
	ready();
	p.client.cfg.alpn = p.server.cfg.alpn = h2;
	p.client.cfg.n_alpn = p.server.cfg.n_alpn = 1;
	p.client.cfg.suites = (struct sneck_u16s){ aes128, 1 };
	up();
	len = save(&p.client);
	assert_int_equal(try_restore(block, len), SNECK_OK);
	p.client.cfg.suites.p = chacha;
	assert_int_equal(try_restore(block, len), SNECK_E_CONFIG);
	p.client.cfg.suites.n = 0;
	assert_int_equal(try_restore(block, len), SNECK_OK);
	p.client.cfg.alpn = h3;
	assert_int_equal(try_restore(block, len), SNECK_E_CONFIG);
	p.client.cfg.n_alpn = 0;
	assert_int_equal(try_restore(block, len), SNECK_E_CONFIG);
	p.client.cfg.alpn = h2;
	p.client.cfg.n_alpn = 1;
	p.client.cfg.verifier = NULL; /* no config for a client any more */
	assert_int_equal(try_restore(block, len), SNECK_E_CONFIG);
	pair_wipe(&p);
}

/* Two blocks of the same connection, had it been copied, have nothing in common but the head. */
static void fresh_salt(void **state)
{
	static uint8_t first[sizeof block];
	size_t len, same = 0;

	(void)state;
	ready_real();
	up();
	len = save(&p.client);
	memcpy(first, block, len);
	restore(&p.client, len);
	assert_int_equal(save(&p.client), len);
	for (size_t i = 7; i < len; i++)
		same += block[i] == first[i];
	assert_true(same < len / 8);
	pair_wipe(&p);
}

/* N78: the n-th call of the provider fails, on either side. */
static void n78_failing_provider(void **state)
{
	bool more = true;

	(void)state;
	for (unsigned n = 1; more; n++) {
		static _Alignas(SNECK_ALIGN) uint8_t mem[SNECK_CONN_MAX];
		struct sneck_conn *c = NULL;
		size_t len, need;
		enum sneck_rc rc;

		ready();
		up();
		memset(block, 0, sizeof block);
		need = sneck_save_size(p.client.conn);
		transparent_calls = 0;
		transparent_fail_at = n;
		rc = sneck_save(p.client.conn, seal_key, block, sizeof block, &len);
		if (rc != SNECK_OK) {
			assert_true(rc == SNECK_E_CRYPTO || rc == SNECK_E_RANDOM);
			for (size_t i = 0; i < sizeof block; i++)
				assert_int_equal(block[i], 0);
			transparent_fail_at = 0;
			assert_int_equal(end_step(&p.client), SNECK_FAILED);
			assert_int_equal(p.client.st.err, rc);
		} else {
			assert_int_equal(len, need);
			rc = sneck_restore(mem, sizeof mem, &p.client.cfg, seal_key, block, len,
					   &c);
			more = rc != SNECK_OK;
			transparent_fail_at = 0;
			if (more)
				assert_int_equal(rc, SNECK_E_CRYPTO);
			else
				sneck_conn_wipe(c);
		}
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_roles),	 cmocka_unit_test(live_download),
		cmocka_unit_test(facts_stay),	 cmocka_unit_test(exporter_of_the_config),
		cmocka_unit_test(halfway),	 cmocka_unit_test(not_now),
		cmocka_unit_test(moved_is_dead), cmocka_unit_test(n85_damaged_blocks),
		cmocka_unit_test(other_configs), cmocka_unit_test(n85_sealed_nonsense),
		cmocka_unit_test(fresh_salt),	 cmocka_unit_test(n78_failing_provider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
