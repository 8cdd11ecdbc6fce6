/* SPDX-License-Identifier: MIT */
/* ways.c: see ways.h. */
#include "lib/ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

void ways_connected(const struct pair *p, const char *name)
{
	if (!pair_connected(p))
		fail_msg("%s: client %s %s, server %s %s", name,
			 sneck_state_name(p->client.st.state), sneck_rc_name(p->client.st.err),
			 sneck_state_name(p->server.st.state), sneck_rc_name(p->server.st.err));
	assert_int_equal(p->client.n_done, 1);
	assert_int_equal(p->server.n_done, 1);
}

void ways_say(struct pair *p, bool whole)
{
	static uint8_t big[40000];

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * 7u);
	end_write(&p->client, "hello", 5);
	if (whole)
		end_write(&p->server, big, sizeof big);
	pair_run(p);
	assert_int_equal(p->server.n_got, 5);
	assert_memory_equal(p->server.got, "hello", 5);
	assert_int_equal(p->client.n_got, whole ? sizeof big : 0);
	assert_memory_equal(p->client.got, big, p->client.n_got);
}

void ways_close(struct pair *p)
{
	end_close(&p->client);
	pair_run(p);
	assert_true(p->server.peer_closed);
	end_write(&p->server, "half", 4); /* the other half is open */
	pair_run(p);
	assert_memory_equal(p->client.got + p->client.n_got - 4, "half", 4);
	end_close(&p->server);
	pair_run(p);
	assert_int_equal(p->client.st.state, SNECK_CLOSED);
	assert_int_equal(p->server.st.state, SNECK_CLOSED);
	pair_wipe(p);
}

/* What must be the same however the bytes came. */
static struct link base_link[2];
static uint8_t base_secrets[512];
static size_t base_n_secrets;

static void keep(const struct pair *p)
{
	base_link[0] = p->client.link;
	base_link[1] = p->server.link;
	memcpy(base_secrets, p->client.secrets, sizeof base_secrets);
	base_n_secrets = p->client.n_secrets;
}

static void compare(const struct pair *p, bool wire)
{
	const struct end *const ends[2] = { &p->client, &p->server };

	for (int i = 0; i < 2; i++) {
		assert_int_equal(ends[i]->n_secrets, base_n_secrets);
		assert_memory_equal(ends[i]->secrets, base_secrets, base_n_secrets);
		if (!wire)
			continue;
		assert_int_equal(ends[i]->link.len, base_link[i].len);
		assert_memory_equal(ends[i]->link.bytes, base_link[i].bytes, base_link[i].len);
	}
}

static void turn_byte(struct end *e)
{
	e->chunk = 1;
}

static void turn_prime(struct end *e)
{
	e->chunk = 37;
}

void ways_exact(struct end *e)
{
	e->exact = true;
}

static void turn_late(struct end *e)
{
	e->late_scratch = true;
}

void ways_rfc(struct end *e)
{
	e->rfc_mode = true;
	e->late_scratch = true;
}

static void turn_poison(struct end *e)
{
	e->poison = true;
	e->chunk = 11;
}

static void turn_move(struct end *e)
{
	e->move = true;
	e->random = 5;
}

static void turn_wipe(struct end *e)
{
	e->cfg.wipe_consumed = 1;
	e->random = 6;
}

static void turn_all(struct end *e)
{
	ways_rfc(e);
	turn_move(e);
	turn_poison(e);
	e->chunk = 1;
}

size_t ways_receive(const struct ways *w, size_t flow)
{
	static void (*const turns[])(struct end *) = {
		turn_byte,   turn_prime, ways_exact, turn_late, ways_rfc,
		turn_poison, turn_move,	 turn_wipe,  turn_all,
	};
	const size_t n = sizeof turns / sizeof turns[0];

	w->setup(flow);
	w->talk(flow, true);
	keep(w->p);
	for (size_t t = 0; t < n; t++) {
		w->setup(flow);
		turns[t](&w->p->client);
		turns[t](&w->p->server);
		w->talk(flow, true);
		compare(w->p, true);
	}
	for (uint64_t seed = 1; seed <= 20; seed++) {
		w->setup(flow);
		w->p->client.random = seed;
		w->p->server.random = seed + 100;
		w->p->client.rfc_mode = seed % 2 != 0;
		w->p->server.poison = seed % 3 == 0;
		w->talk(flow, false);
		compare(w->p, false);
	}
	return n + 20u;
}

size_t ways_split(const struct ways *w, size_t flow, size_t step)
{
	size_t cases = 0;

	w->setup(flow);
	w->talk(flow, false);
	keep(w->p);
	for (int server = 0; server < 2; server++)
		for (size_t at = 1; at < base_link[server].len; at += step, cases++) {
			w->setup(flow);
			(server ? &w->p->client : &w->p->server)->split[0] = at;
			w->talk(flow, false);
			compare(w->p, true);
		}
	return cases;
}
