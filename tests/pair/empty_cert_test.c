/* SPDX-License-Identifier: MIT */
/* empty_cert_test.c: a client that is asked for a certificate and has none sends an empty one, and
 * goes on. And what trace says of such a flow. RFC 9846, 4.4.2, 4.5.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;

static void prepare(void)
{
	pair_init(&p, 1);
	pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
	p.client.cfg.n_credentials = 0;
}

static void settle(void)
{
	struct sneck_facts facts;

	pair_expect(&p);
	assert_int_equal(sneck_conn_facts(p.server.conn, &facts, sizeof facts), SNECK_OK);
	assert_memory_equal(facts.leaf_id, (uint8_t[32]){ 0 }, 32);
	assert_int_equal(facts.peer_scheme, 0);
}

static void asked_for_a_certificate(void **state)
{
	(void)state;
	for (int i = 0; i < 32; i++) {
		prepare();
		p.client.cfg.no_compat = i & 1;
		if (i & 2) /* behind a retry */
			pair_retry(&p);
		if (i & 4)
			p.client.cfg.ask |= SNECK_ASK_VERIFY;
		p.client.answer = 2;
		p.client.rfc_mode = (i & 8) != 0;
		p.client.cfg.send_fragment = i & 16 ? 64 : 0;
		pair_start(&p);
		pair_run(&p);
		settle();
		pair_chat(&p);
		pair_wipe(&p);
	}
}

/* ---- trace ---- */

struct line {
	uint8_t sent, content, type;
	size_t len;
};

static struct line lines[2][32];
static size_t n_lines[2];

static void trace(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	const size_t who = (size_t)(uintptr_t)user;

	assert_true(n_lines[who] < 32);
	lines[who][n_lines[who]++] = (struct line){ (uint8_t)sent, content, type, len };
}

static void shown(size_t who, const char *want)
{
	char got[64];
	size_t n = 0;

	for (size_t i = 0; i < n_lines[who]; i++) {
		const struct line *const l = &lines[who][i];
		static const char names[] = ".CS.T...E..A.R.V....F...K";

		if (l->content != 22 && l->content != 20)
			continue;
		got[n++] = l->sent ? '>' : '<';
		got[n++] = l->content == 20		 ? 'c'
			   : l->type < sizeof names - 1u ? names[l->type]
							 : '?';
	}
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void traced(void **state)
{
	(void)state;
	prepare();
	n_lines[0] = n_lines[1] = 0;
	p.client.cfg.trace = p.server.cfg.trace = trace;
	p.server.cfg.trace_user = (void *)1;
	pair_retry(&p);
	pair_start(&p);
	pair_run(&p);
	settle();
	shown(0, ">C<S>c>C<c<S<E<R<A<V<F>A>F");
	shown(1, "<C>S>c<c<C>S>E>R>A>V>F<A<F");
	/* what one has sent, the other has received, to the byte */
	for (size_t i = 0, k = 0; i < n_lines[0]; i++) {
		if (lines[0][i].content != 22)
			continue;
		while (k < n_lines[1] && lines[1][k].content != 22)
			k++;
		assert_true(k < n_lines[1]);
		assert_int_equal(lines[0][i].len, lines[1][k].len);
		assert_int_equal(lines[0][i].sent, !lines[1][k].sent);
		k++;
	}
	n_lines[0] = n_lines[1] = 0;
	assert_int_equal(sneck_key_update(p.client.conn, SNECK_KU_REQUEST_PEER), SNECK_OK);
	pair_run(&p);
	shown(0, ">K<K");
	shown(1, "<K>K");
	n_lines[0] = n_lines[1] = 0;
	end_close(&p.client);
	pair_run(&p);
	assert_int_equal(sneck_fail(p.server.conn, SNECK_ALERT_INTERNAL_ERROR), SNECK_OK);
	pair_run(&p);
	assert_int_equal(n_lines[0], 2);
	assert_int_equal(lines[0][0].content, 21);
	assert_int_equal(lines[0][0].type, 0);
	assert_int_equal(lines[0][0].sent, 1);
	assert_int_equal(lines[0][1].type, 80);
	assert_int_equal(lines[0][1].sent, 0);
	assert_int_equal(n_lines[1], 2);
	assert_int_equal(lines[1][0].sent, 0);
	assert_int_equal(lines[1][1].sent, 1);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_for_a_certificate),
		cmocka_unit_test(traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
