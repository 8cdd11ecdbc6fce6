/* SPDX-License-Identifier: MIT */
/* walk.c: see walk.h. */
#include "lib/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "lib/needs.h"

struct pair walk_pair;
size_t walk_sent[2];
bool walk_ended;

static struct pair *const p = &walk_pair;
static size_t (*roll)(size_t n);
static uint8_t data[1u << 18];

static void configure(void)
{
	static const uint8_t secret[32] = { 3 };
	struct end *const ends[2] = { &p->client, &p->server };

	for (int i = 0; i < 2; i++) {
		struct sneck_config *const cfg = &ends[i]->cfg;

		cfg->recv_record_limit = roll(2) ? (uint16_t)(64 + roll(roll(2) ? 200 : 16000)) : 0;
		cfg->send_fragment = roll(2) ? (uint16_t)(64 + roll(roll(2) ? 200 : 16000)) : 0;
		cfg->pad_to = roll(3) ? 0 : (uint16_t)roll(roll(2) ? 300 : 2000);
		cfg->keep_exporter = (uint8_t)roll(2);
		cfg->wipe_consumed = (uint8_t)roll(2);
		cfg->ask |= roll(3) ? 0 : SNECK_ASK_MAY_ENCRYPT;
		ends[i]->rfc_mode = roll(2) != 0;
		ends[i]->late_scratch = roll(3) == 0;
		ends[i]->poison = roll(8) == 0;
		ends[i]->move = roll(4) == 0;
		ends[i]->random = roll(1u << 30) + 1u;
		/* tickets take records that half-RTT data may have used up before */
		if (roll(2) && cfg->tickets == NULL)
			transparent_limit(&ends[i]->t, 40 + roll(200), UINT64_C(1) << 40);
	}
	p->client.cfg.pad_hello_to = roll(2) ? (uint16_t)roll(1025) : 0;
	p->client.cfg.no_compat = (uint8_t)roll(2);
	if (roll(2)) {
		pair_retry(p);
		if (roll(2))
			p->server.cfg.cookie_secret = sneck_span_of(secret, sizeof secret);
	}
}

/* What may come of a call that sends. */
static bool harmless(enum sneck_rc rc)
{
	return rc == SNECK_NOT_NOW || rc == SNECK_WANT_SPACE || rc == SNECK_E_KEY_LIMIT ||
	       rc == SNECK_E_CLOSED;
}

/* The wire of a test ends somewhere. */
static bool full(const struct end *e, size_t more)
{
	return e->link.len + e->out.len + more > PAIR_HALF * 3u / 4u;
}

static void give(struct end *e, size_t room)
{
	const size_t cap = e->out.head + e->out.len + room;

	e->out.cap = roll(2) && cap < PAIR_HALF ? cap : PAIR_HALF;
}

static void encrypt(struct end *e, size_t *count)
{
	const size_t len = roll(8) ? roll(200) : roll(20000);
	const struct sneck_iov pieces[2] = { { data + *count, len / 3u },
					     { data + *count + len / 3u, len - len / 3u } };
	const uint32_t flags = roll(2) ? SNECK_F_PARTIAL : 0;
	const size_t said = sneck_encrypt_size(e->conn, len), before = e->out.len;
	size_t done = 7;
	enum sneck_rc rc;

	if (*count + len > sizeof data || full(e, said))
		return;
	give(e, said + roll(40) - (said > 20 ? 20 : 0));
	rc = sneck_encrypt(e->conn, pieces, 2, flags, &e->out, &done);
	if (rc == SNECK_OK) {
		assert_true(done == len || (flags != 0 && done < len));
		if (done == len)
			assert_int_equal(e->out.len - before, said);
		*count += done;
	} else {
		assert_int_equal(done, 0);
		assert_int_equal(e->out.len, before);
		assert_true(harmless(rc) || rc == (enum sneck_rc)e->conn->err);
		if (rc == SNECK_WANT_SPACE)
			assert_true(e->out.required > sneck_out_room(&e->out));
	}
	e->out.cap = PAIR_HALF;
}

static void in_place(struct end *e, size_t *count)
{
	struct sneck_layout l;
	size_t len, before = e->out.len, said;

	if (sneck_record_layout(e->conn, &l) != SNECK_OK || full(e, l.head + l.max_plain))
		return;
	len = 1u + roll(l.max_plain);
	if (*count + len > sizeof data || l.head + len + l.tail > sneck_out_room(&e->out))
		return;
	said = sneck_encrypt_size(e->conn, len);
	assert_true(said <= l.head + len + l.tail);
	memcpy(e->out.base + e->out.head + e->out.len + l.head, data + *count, len);
	if (sneck_encrypt_in_place(e->conn, &e->out, len) != SNECK_OK)
		return;
	assert_int_equal(e->out.len - before, said);
	*count += len;
}

static void control(struct end *e)
{
	const struct sneck_span none = { NULL, 0 };
	struct sneck_transmit_st transmit = { .conn = e->conn, .gen = e->conn->gen + 9u };
	struct sneck_encode_st encode = { .conn = e->conn, .gen = e->conn->gen + 9u };
	const struct sneck_ticket_params params = { .lifetime_s = (uint32_t)roll(9) };
	struct sneck_facts f;
	uint8_t out[64];
	size_t n;

	switch (roll(10)) {
	case 0:
		if (!full(e, 0))
			(void)!sneck_key_update(e->conn, (uint32_t)roll(3));
		break;
	case 1:
		(void)!sneck_conn_set_send_fragment(e->conn,
						    roll(3) ? 64 + roll(1000) : roll(20000));
		break;
	case 2:
		(void)!sneck_export(e->conn, "label", none, out, roll(sizeof out));
		break;
	case 3:
		(void)sneck_release(e->conn, &e->in);
		break;
	case 4:
		assert_int_equal(sneck_conn_facts(e->conn, &f, sizeof f), SNECK_OK);
		assert_in_range(f.send_fragment, 63, 16384);
		break;
	case 5:
		assert_int_not_equal(sneck_transmit_done(&transmit), SNECK_OK);
		assert_int_not_equal(sneck_encode(&encode, 0, &e->out), SNECK_OK);
		break;
	case 6:
		(void)!sneck_conn_set_name(e->conn, "b.example", 9);
		(void)!sneck_answer_refuse(e->conn, 1, 42);
		break;
	case 7:
		if (sneck_conn_take_scratch(e->conn, &n) != NULL)
			assert_true(sneck__hs_connected(&e->conn->hs) || e->conn->err != 0);
		break;
	case 8:
		if (BUILD_SERVER && BUILD_TICKETS && !full(e, 1000) &&
		    e->conn->hs.tickets < 6) /* of 8 that are looked at */
			(void)!sneck_ticket_send(e->conn, &params, &e->out, NULL, 0, &n);
		break;
	default:
		if (roll(60) == 0)
			walk_ended |= sneck_close_notify(e->conn, &e->out) == SNECK_OK;
		else if (roll(200) == 0)
			walk_ended |= sneck_fail(e->conn, (uint8_t)roll(256)) == SNECK_OK;
	}
}

static void step(struct end *e)
{
	const int state = end_step(e);

	if (state == SNECK_MUST_TRANSMIT_TLS_DATA && (e->rfc_mode || e->out.len == 0))
		(void)!sneck_transmit_done(&e->st.u.transmit);
}

static void arrived(const struct end *e, size_t count)
{
	assert_true(e->n_got <= count);
	assert_memory_equal(e->got, data, e->n_got);
}

void walk_start(size_t (*dice)(size_t n), uint64_t seed)
{
	roll = dice;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7u ^ i >> 8);
	if (roll(2) && resume_can(true))
		resume_same(p, roll(2) != 0);
	else
		pair_init(p, seed);
	configure();
	pair_start(p);
	walk_sent[0] = walk_sent[1] = 0;
	walk_ended = false;
}

void walk_call(void)
{
	const size_t who = roll(2);
	struct end *const e = who ? &p->server : &p->client;

	switch (roll(8)) {
	case 0:
		encrypt(e, &walk_sent[who]);
		break;
	case 1:
		in_place(e, &walk_sent[who]);
		break;
	case 2:
	case 3:
		control(e);
		break;
	case 4:
		wire_move(e, who ? &p->client : &p->server);
		break;
	default:
		step(e);
	}
}

void walk_arrived(void)
{
	arrived(&p->server, walk_sent[0]);
	arrived(&p->client, walk_sent[1]);
}
