/* SPDX-License-Identifier: MIT */
/* fragment_test.c: G5: every flow, again and again, with the bytes cut at random: records and what
 * is received at once, on both sides, with buffers that move, flights written in pieces, scratch
 * lent late. It always ends well, and the secrets, which hash the transcript, are those of the flow
 * left alone. SNECK_FRAGMENTS: how many handshakes; a release is checked with a million. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/flow.h"

static struct pair p;
static struct edit edits[2];
static uint64_t dice;

static size_t roll(size_t n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(dice >> 33) % n;
}

/* How the flow ends by itself: what the key logs say. */
static struct {
	uint8_t secrets[2][512];
	size_t n[2];
} alone[32];

static struct end *end_of(int i)
{
	return i == 0 ? &p.client : &p.server;
}

static void expect_connected(const struct flow *f, uint64_t number)
{
	if (!pair_connected(&p))
		fail_msg("%s, handshake %llu: client %s, server %s", f->name,
			 (unsigned long long)number, sneck_rc_name(p.client.st.err),
			 sneck_rc_name(p.server.st.err));
	assert_int_equal(p.client.conn->hs.resumed != 0, f->resumed || f->psk);
	assert_int_equal(p.client.conn->hs.retried, f->retry);
	assert_int_equal(p.server.n_early != 0, f->early && !f->refused && !f->retry);
	assert_int_equal(p.client.conn->hs.version, f->old ? SNECK_TLS12 : SNECK_TLS13);
	flow_talk(&p, f);
	flow_heard(&p);
}

static void left_alone(size_t i)
{
	flow_init(&p, &flows[i], 0);
	pair_start(&p);
	pair_run(&p);
	expect_connected(&flows[i], 0);
	for (int k = 0; k < 2; k++) {
		alone[i].n[k] = end_of(k)->n_secrets;
		memcpy(alone[i].secrets[k], end_of(k)->secrets, alone[i].n[k]);
	}
	pair_wipe(&p);
}

/* The editor cuts anew what the end has sent. */
static void cut(const struct flow *f, struct end *e, struct edit *ed)
{
	e->random = roll(4) != 0 ? dice | 1u : 0;
	e->rfc_mode = roll(2) != 0;
	e->late_scratch = roll(2) != 0;
	e->poison = roll(8) == 0;
	e->move = roll(2) != 0;
	e->exact = roll(4) == 0;
	e->split[0] = roll(3) != 0 ? roll(600) : 0;
	e->split[1] = e->split[0] + roll(600);
	if (f->shut || roll(3) == 0)
		return;
	edit_init(ed, e);
	ed->frag = 1u + roll(roll(2) != 0 ? 8 : 200);
}

static void g5_random_cuts(void **state)
{
	const char *const env = getenv("SNECK_FRAGMENTS");
	const uint64_t n = env != NULL ? strtoull(env, NULL, 10) : 50000;

	(void)state;
	assert_true(n_flows <= sizeof alone / sizeof alone[0]);
	for (size_t i = 0; i < n_flows; i++)
		left_alone(i);
	for (uint64_t number = 0; number < n; number++) {
		const size_t i = (size_t)(number % n_flows);

		flow_init(&p, &flows[i], 0);
		for (int k = 0; k < 2; k++)
			cut(&flows[i], end_of(k), &edits[k]);
		pair_start(&p);
		pair_run(&p);
		for (int k = 0; k < 2; k++) {
			assert_int_equal(end_of(k)->n_secrets, alone[i].n[k]);
			assert_memory_equal(end_of(k)->secrets, alone[i].secrets[k], alone[i].n[k]);
			/* its numbers of 1.2 are not those of the records sent */
			end_of(k)->edit = flows[i].old ? end_of(k)->edit : NULL;
		}
		expect_connected(&flows[i], number);
		pair_wipe(&p);
	}
	print_message("%llu handshakes\n", (unsigned long long)n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(g5_random_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
