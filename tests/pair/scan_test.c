/* SPDX-License-Identifier: MIT */
/* scan_test.c: secrets that can be recognised are looked for in the connection, the scratch and 64
 * KiB of dead stack: after every state of every flow, after giving up in every state, after every
 * failing call of the provider. What may be where is table 5.3 of the design; on the stack nothing
 * may be. Z3 to Z6. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/flow.h"
#include "wire/ct.h"

#define STACK 65536u
#define OWN   256u /* of the frame that looks */
#define KEYS  64u

static struct pair p;
static uint8_t dead[STACK];
static unsigned long n_scans;

/* Traffic keys, as the provider has got them. */
static uint8_t keys[KEYS][32];
static size_t n_keys;

static bool has(const void *mem, size_t len, const void *secret)
{
	return memmem(mem, len, secret, TRANSPARENT_PATTERN - 1u) != NULL;
}

static void must_not(const void *mem, size_t len, const void *secret, const char *what,
		     const char *where)
{
	if (has(mem, len, secret))
		fail_msg("%s in the %s", what, where);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
#define SHADOWED true /* the sanitizer's own frames, and its guards between them */
#else
#define SHADOWED false
#endif

/* Below the frame of whoever called are those of the library's last call. */
__attribute__((noinline)) static void take_stack(void)
{
	const volatile uint8_t *const at = __builtin_frame_address(0);

	for (size_t i = 0; i < STACK && !SHADOWED; i++)
		dead[i] = at[-(ptrdiff_t)(i + OWN)];
	for (size_t i = 0; i < STACK / 2u; i++) { /* it was read backwards */
		const uint8_t b = dead[i];

		dead[i] = dead[STACK - 1u - i];
		dead[STACK - 1u - i] = b;
	}
}

static const struct flow *now;

/* What never is anywhere but in the scratch; of the rest, what is not when it is over. */
static void scan(struct end *e, bool over)
{
	const struct end *const ends[2] = { &p.client, &p.server };

	take_stack();
	n_scans++;
	must_not(dead, STACK, TRANSPARENT_PRIV, "a private key", "stack");
	must_not(dead, STACK, TRANSPARENT_SECRET, "a shared secret", "stack");
	must_not(dead, STACK, "[external secret", "a pre-shared key", "stack");
	must_not(e->conn, SNECK_CONN_MAX, TRANSPARENT_PRIV, "a private key", "connection");
	must_not(e->conn, SNECK_CONN_MAX, TRANSPARENT_SECRET, "a shared secret", "connection");
	must_not(e->conn, SNECK_CONN_MAX, "[external secret", "a pre-shared key", "connection");
	for (int k = 0; k < 2; k++)
		for (size_t at = 0; at + 16u <= ends[k]->n_secrets; at += 16) {
			must_not(dead, STACK, ends[k]->secrets + at, "a secret of the key log",
				 "stack");
			if (over)
				must_not(e->conn, SNECK_CONN_MAX, ends[k]->secrets + at,
					 "a secret of the key log", "connection");
		}
	for (size_t i = 0; i < n_keys && i < KEYS; i++) {
		must_not(dead, STACK, keys[i], "a traffic key", "stack");
		if (over || !now->old) /* 1.2 has no secret to make them of again */
			must_not(e->conn, SNECK_CONN_MAX, keys[i], "a traffic key", "connection");
		must_not(e->scratch, sizeof e->scratch, keys[i], "a traffic key", "scratch");
	}
	if (!over && (e->conn->hs.work != NULL || e->n_done == 0))
		return;
	must_not(e->scratch, sizeof e->scratch, TRANSPARENT_PRIV, "a private key", "scratch");
	must_not(e->scratch, sizeof e->scratch, TRANSPARENT_SECRET, "a shared secret", "scratch");
	for (size_t at = 0; at + 16u <= e->n_secrets; at += 16)
		must_not(e->scratch, sizeof e->scratch, e->secrets + at, "a secret of the key log",
			 "scratch");
}

/* ---- the keys ---- */

static enum sneck_rc (*init_real[TRANSPARENT_AEADS])(void *ctx, const uint8_t *key, int dir);

/* In the middle of the library, when a key is installed: what it was made of is gone. */
static void scan_inside(void)
{
	struct end *const ends[2] = { &p.client, &p.server };

	take_stack();
	n_scans++;
	must_not(dead, STACK, TRANSPARENT_PRIV, "a private key", "stack, inside");
	must_not(dead, STACK, TRANSPARENT_SECRET, "a shared secret", "stack, inside");
	for (int k = 0; k < 2; k++) {
		must_not(ends[k]->scratch, sizeof ends[k]->scratch, TRANSPARENT_SECRET,
			 "a shared secret", "scratch, inside");
		for (size_t at = 0; at + 16u <= ends[k]->n_secrets; at += 16)
			must_not(dead, STACK, ends[k]->secrets + at, "a secret of the key log",
				 "stack, inside");
	}
	for (size_t i = 0; i < n_keys && i < KEYS; i++)
		must_not(dead, STACK, keys[i], "a traffic key", "stack, inside");
}

static enum sneck_rc keep_key(size_t i, size_t len, void *ctx, const uint8_t *key, int dir)
{
	scan_inside();
	memcpy(keys[n_keys++ % KEYS], key, len);
	return init_real[i](ctx, key, dir);
}

static enum sneck_rc init0(void *ctx, const uint8_t *key, int dir)
{
	return keep_key(0, 16, ctx, key, dir);
}

static enum sneck_rc init1(void *ctx, const uint8_t *key, int dir)
{
	return keep_key(1, 32, ctx, key, dir);
}

static enum sneck_rc init2(void *ctx, const uint8_t *key, int dir)
{
	return keep_key(2, 32, ctx, key, dir);
}

static void start(const struct flow *f)
{
	struct end *const ends[2] = { &p.client, &p.server };

	now = f;
	n_keys = 0;
	flow_init(&p, f, 0);
	for (int i = 0; i < 2; i++) {
		for (size_t k = 0; k < 3; k++)
			init_real[k] = transparent_aeads[k].init;
		ends[i]->t.aeads[0].init = init0;
		ends[i]->t.aeads[1].init = init1;
		ends[i]->t.aeads[2].init = init2;
		memset(ends[i]->scratch, 0, sizeof ends[i]->scratch);
	}
}

/* ---- what happens ---- */

static int (*hook_of_flow)(struct end *e, int state);

static int look(struct end *e, int state)
{
	scan(e, state == SNECK_FAILED || state == SNECK_CLOSED);
	return hook_of_flow != NULL && e == &p.client ? hook_of_flow(e, state) : 0;
}

static void z3_in_every_state(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_flows; i++) {
		start(&flows[i]);
		hook_of_flow = p.client.hook;
		p.client.hook = p.server.hook = look;
		pair_connect(&p);
		flow_talk(&p, &flows[i]);
		end_close(&p.client);
		end_close(&p.server);
		pair_run(&p);
		assert_int_equal(p.client.st.state, SNECK_CLOSED);
		assert_true(n_keys >= 4 && n_keys <= KEYS);
		scan(&p.client, true);
		scan(&p.server, true);
		pair_wipe(&p);
	}
	print_message("%lu scans\n", n_scans);
}

struct quit {
	unsigned n, at;
	bool done;
};

static int quit(struct end *e, int state)
{
	struct quit *const q = e->user;

	if (q->done || q->n++ != q->at)
		return hook_of_flow != NULL && e == &p.client ? hook_of_flow(e, state) : 0;
	q->done = true;
	assert_int_equal(sneck_fail(e->conn, SNECK_ALERT_INTERNAL_ERROR), SNECK_OK);
	return 1;
}

static void z5_given_up_in_every_state(void **state)
{
	unsigned long ends = 0;

	(void)state;
	for (size_t i = 0; i < n_flows; i++)
		for (int who = 0; who < 2; who++)
			for (struct quit q = { .done = true }; q.done; q.at++) {
				struct end *const e = who ? &p.server : &p.client;

				start(&flows[i]);
				hook_of_flow = p.client.hook;
				q.n = 0;
				q.done = false;
				e->hook = quit;
				e->user = &q;
				pair_start(&p);
				pair_run(&p);
				if (q.done) { /* it may have been the last state */
					pair_run(&p);
					assert_int_equal(e->st.state, SNECK_FAILED);
					scan(e, true);
					ends++;
				}
				pair_wipe(&p);
				scan(&p.client, true);
				scan(&p.server, true);
			}
	print_message("%lu ends\n", ends);
	assert_true(ends > 300);
}

static bool harmless; /* it was a session that could not be written */

/* What the driver expects to succeed does not. */
static int careless(struct end *e, int state)
{
	const struct sneck_iov piece = { "early", 5 };
	uint8_t session[2048];
	size_t n;

	if (state == SNECK_RECEIVED_TICKET) {
		harmless |= sneck_ticket_export(&e->st.u.ticket, session, sizeof session, &n) ==
			    SNECK_E_CRYPTO;
		sneck__ct_wipe(session, sizeof session);
		return 1;
	}
	if (state == SNECK_MAY_ENCRYPT_EARLY_DATA) {
		if (e->say_early != NULL)
			(void)!sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &n);
		(void)!sneck_may_encrypt_done(&e->st.u.may);
		return 1;
	}
	return hook_of_flow != NULL ? hook_of_flow(e, state) : 0;
}

static void z5_every_call_of_the_provider_fails(void **state)
{
	unsigned long calls = 0;

	(void)state;
	for (size_t i = 0; i < n_flows; i++) {
		bool reached = true;

		for (uint64_t n = 1; reached; n++, calls++) {
			struct end *const ends[2] = { &p.client, &p.server };

			start(&flows[i]);
			hook_of_flow = p.client.hook;
			p.client.hook = careless;
			pair_start(&p);
			transparent_calls = 0;
			transparent_fail_at = n;
			harmless = false;
			for (int k = 0; k < 10; k++)
				pair_pump(&p);
			reached = transparent_calls >= n;
			transparent_fail_at = 0;
			pair_run(&p);
			assert_int_equal(pair_connected(&p), !reached || harmless);
			assert_true(pair_connected(&p) || !flows[i].old ||
				    ends[0]->n_done + ends[1]->n_done < 2);
			assert_true(pair_connected(&p) || ends[0]->st.state == SNECK_FAILED ||
				    ends[1]->st.state == SNECK_FAILED);
			for (int k = 0; k < 2; k++)
				if (ends[k]->st.state == SNECK_FAILED)
					scan(ends[k], true);
			pair_wipe(&p);
		}
	}
	print_message("%lu calls\n", calls);
}

/* The scan finds what is there. */
__attribute__((noinline)) static void leave_on_stack(void)
{
	volatile uint8_t frame[2000];

	for (size_t i = 0; i < sizeof frame; i++)
		frame[i] = (uint8_t)TRANSPARENT_SECRET[i % 16u];
}

static void z3_a_leak_is_found(void **state)
{
	(void)state;
	if (SHADOWED)
		skip();
	leave_on_stack();
	take_stack();
	assert_true(has(dead, STACK, TRANSPARENT_SECRET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(z3_in_every_state), cmocka_unit_test(z5_given_up_in_every_state),
		cmocka_unit_test(z5_every_call_of_the_provider_fails),
		cmocka_unit_test(z3_a_leak_is_found), /* it leaves one */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
