/* SPDX-License-Identifier: MIT */
/* search_test.c: G6: every order of messages, by breadth-first search over the real code. A state
 * is the memory of a connection: it is put back, one message is given to it, and where that leads
 * is a new state unless its canonical form was seen before. The messages are all that a peer says
 * in any flow of tests/lib/flow.h, and some more, each under keys and without. The search ends when
 * the set is closed; there is no bound on its depth.
 *
 * Canonical is what is left without secrets, sequence numbers, positions, op ids and counts of
 * bytes and records that went by. What must hold in every state is invariants(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/edit.h"
#include "lib/flow.h"

#define LETTERS 160u
#define STATES	(1u << 18)

struct letter {
	uint8_t type;
	uint16_t len;
	uint8_t data[600];
};

struct state {
	struct state *next;
	uint8_t conn[SNECK_CONN_MAX], scratch[SNECK_SCRATCH_MAX];
	struct sneck_in in;
	struct sneck_out out;
	uint64_t random;
	size_t n_got, n_early, n_sessions, n_secrets;
	int n_done;
	unsigned calls;
	bool peer_closed;
};

static struct pair p;
static struct edit edits[2];
static struct letter letters[2][LETTERS]; /* by the client, by the server */
static size_t n_letters[2];
static const struct flow *now;
static struct end *victim, *peer;

/* ---- the messages ---- */

static void add(int by, uint8_t type, const void *data, size_t len)
{
	struct letter *l;

	if (len > sizeof l->data)
		return;
	for (size_t i = 0; i < n_letters[by]; i++)
		if (letters[by][i].type == type && letters[by][i].len == len &&
		    memcmp(letters[by][i].data, data, len) == 0)
			return;
	assert_true(++n_letters[by] < LETTERS); /* and one that is made on the way */
	l = &letters[by][n_letters[by] - 1u];
	l->type = type;
	l->len = (uint16_t)len;
	if (len != 0)
		memcpy(l->data, data, len);
}

static void on_unit(struct edit *e, struct unit *u)
{
	add(e->e == &p.server, u->type, u->data, u->len);
	edit_put(e, u);
}

static void collect(void)
{
	for (size_t i = 0; i < n_flows; i++) {
		struct end *const ends[2] = { &p.client, &p.server };

		if (flows[i].shut)
			continue;
		flow_init(&p, &flows[i], 0);
		pair_start(&p);
		for (int k = 0; k < 2; k++) {
			edit_init(&edits[k], ends[k]);
			edits[k].on_unit = on_unit;
		}
		pair_run(&p);
		assert_true(pair_connected(&p));
		pair_wipe(&p);
	}
	for (int by = 0; by < 2; by++) {
		add(by, 22, "\0\0\0\0", 4);	/* HelloRequest */
		add(by, 22, "\5\0\0\0", 4);	/* EndOfEarlyData */
		add(by, 22, "\x18\0\0\1\0", 5); /* KeyUpdate, */
		add(by, 22, "\x18\0\0\1\1", 5); /* and that asks for one */
		add(by, 22, "\x1f\0\0\0", 4);	/* nothing that there is */
		add(by, 20, "\1", 1);		/* ChangeCipherSpec */
		add(by, 21, "\1\0", 2);		/* close_notify */
		add(by, 21, "\2\x28", 2);	/* a fatal alert */
		add(by, 23, "data", 4);
	}
}

/* ---- states ---- */

static void take(struct state *s)
{
	memcpy(s->conn, victim->conn_mem, sizeof s->conn);
	memcpy(s->scratch, victim->scratch, sizeof s->scratch);
	s->in = victim->in;
	s->out = victim->out;
	s->random = victim->t.random;
	s->n_got = victim->n_got;
	s->n_early = victim->n_early;
	s->n_sessions = victim->n_sessions;
	s->n_secrets = victim->n_secrets;
	s->n_done = victim->n_done;
	s->calls = victim->v.calls;
	s->peer_closed = victim->peer_closed;
}

static void put(const struct state *s)
{
	memcpy(victim->conn_mem, s->conn, sizeof s->conn);
	memcpy(victim->scratch, s->scratch, sizeof s->scratch);
	victim->in = s->in;
	victim->out = s->out;
	victim->t.random = s->random;
	victim->n_got = 0; /* what one message brings */
	victim->n_early = 0;
	victim->n_sessions = 0;
	victim->n_secrets = s->n_secrets;
	victim->n_done = s->n_done;
	victim->v.calls = s->calls;
	victim->peer_closed = s->peer_closed;
	victim->steps = 0;
	transparent_audit_reset();
	transparent_nonces_jump = true;
}

static uint64_t fold(uint64_t h, const void *mem, size_t len)
{
	const uint8_t *const b = mem;

	for (size_t i = 0; i < len; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return h;
}

#define HIDE(field) memset(&c.field, 0, sizeof c.field)

static uint64_t canonical(const struct state *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct sneck_conn c;

	memcpy(&c, s->conn, sizeof c);
	HIDE(gen);
	HIDE(hs.rx_secret);
	HIDE(hs.tx_secret);
	HIDE(hs.exporter);
	HIDE(hs.resumption);
	HIDE(hs.op_base);
	HIDE(hs.verdict_op);
	HIDE(hs.ask_op);
	HIDE(hs.rx.n);
	HIDE(rx_epoch.n);
	HIDE(rx.seq);
	HIDE(rx.iv);
	HIDE(tx.seq);
	HIDE(tx.iv);
	HIDE(in.pos);
	HIDE(out.written);
	HIDE(out.flight_end);
	HIDE(rx_records);
	HIDE(tx_records);
	HIDE(rx_updates);
	HIDE(tx_updates);
	HIDE(hs.at_type);
	HIDE(hs.early_bytes);
	HIDE(hs.early_skip);
	h = fold(h, &c, sizeof c);
	h = fold(h, &s->n_done, sizeof s->n_done);
	h = fold(h, &s->peer_closed, sizeof s->peer_closed);
	/* before it is over what was said counts, and that is finite */
	return c.hs.work != NULL ? fold(h, s->scratch, sizeof s->scratch) : h;
}

static uint64_t table[2u * STATES];
static size_t n_states;

static bool is_new(uint64_t h)
{
	size_t at = (size_t)h % (2u * STATES);

	h |= 1;
	for (; table[at] != 0; at = (at + 1u) % (2u * STATES))
		if (table[at] == h)
			return false;
	table[at] = h;
	assert_true(n_states++ < STATES);
	return true;
}

/* ---- steps ---- */

static void settle(void)
{
	while (end_run(victim) == SNECK_MUST_TRANSMIT_TLS_DATA)
		sneck_out_sent(&victim->out, victim->out.len);
	sneck_out_sent(&victim->out, victim->out.len);
}

static void give(const struct letter *l, bool prot)
{
	peer->link.len = peer->link.sent = 0;
	peer->conn->hs.version = victim->conn->hs.version;
	peer->conn->tx.seq = victim->conn->rx.seq; /* 1.2 says it in the record */
	link_record(peer, prot, l->type, l->data, l->len);
	wire_move(peer, victim);
	settle();
}

static void broken(const char *what, const struct letter *l, bool prot)
{
	fail_msg("%s, %s: %s; type %u, message %u, %u bytes, %s: %s %s", now->name,
		 victim->role == SNECK_CLIENT ? "client" : "server", what, l->type, l->data[0],
		 l->len, prot ? "protected" : "plain", sneck_state_name(victim->st.state),
		 sneck_rc_name(victim->st.err));
}

static bool authenticated(void)
{
	if (victim->conn->hs.resumed != 0)
		return now->resumed || now->psk;
	return victim->v.calls == 1 ||
	       (victim->role == SNECK_SERVER && now->auth != SNECK_AUTH_REQUIRED);
}

static void invariants(const struct state *before, const struct letter *l, bool prot)
{
	const struct sneck_conn *const was = (const struct sneck_conn *)(const void *)before->conn;
	const bool keyed = was->rx.aead != NULL, failed = victim->st.state == SNECK_FAILED;
	const int err = victim->st.err;

	if (victim->n_done != 0 && !authenticated())
		broken("connected by nobody", l, prot);
	if (victim->n_done > 1 || victim->v.calls > 1)
		broken("twice", l, prot);
	if (victim->n_got != 0 && (victim->n_done == 0 || !prot || l->type != 23))
		broken("data that is none", l, prot);
	if (victim->n_early != 0 && (!now->early || victim->role == SNECK_CLIENT || !prot))
		broken("early data that is none", l, prot);
	if (l->type == 22 && prot != keyed && !failed && !was->rx_closed && !was->hs.skipping)
		broken("a message under other keys", l, prot);
	if (victim->n_done == 0 && before->n_done != 0)
		broken("not connected any more", l, prot);
	if (!failed)
		return;
	if ((victim->st.flags & SNECK_ST_CAN_ENCRYPT) != 0)
		broken("sends when it is over", l, prot);
	give(&letters[victim == &p.client][0], prot);
	if (victim->st.state != SNECK_FAILED || victim->st.err != err)
		broken("failure that ends", l, prot);
}

static struct state *queue, **queue_end;

static void found(void)
{
	struct state *const s = malloc(sizeof *s);

	assert_non_null(s);
	take(s);
	s->next = NULL;
	if (!is_new(canonical(s))) {
		free(s);
		return;
	}
	*queue_end = s;
	queue_end = &s->next;
}

/* The Finished that would be right here, whatever was said before: who has the keys of the
 * handshake, but is nobody, can make it. TLS 1.3. */
static bool right_finished(struct letter *l)
{
	const struct hs *const hs = &victim->conn->hs;
	uint8_t th[BOUND_HASH];

	if (hs->work == NULL || hs->version != SNECK_TLS13 || hs->rx.level != LV_HANDSHAKE ||
	    sneck__transcript_peek(&hs->work->transcript, th) != SNECK_OK ||
	    sneck__finished_mac(l->data + 4, hs->hash,
				victim->role == SNECK_CLIENT ? hs->work->sched.server_hs
							     : hs->work->sched.client_hs,
				th) != SNECK_OK)
		return false;
	l->type = 22;
	l->len = (uint16_t)(4u + hs->hash->len);
	memcpy(l->data, "\x14\0\0", 3);
	l->data[3] = hs->hash->len;
	return true;
}

/* Every letter, under keys and without. Returns: how many were accepted. */
static size_t expand(const struct state *s)
{
	const int by = victim == &p.client;
	struct letter *const extra = &letters[by][n_letters[by]];
	size_t accepted = 0, n = n_letters[by];

	put(s);
	n += right_finished(extra);

	for (size_t i = 0; i < n; i++)
		for (int prot = 0; prot < 2; prot++) {
			put(s);
			give(&letters[by][i], prot != 0);
			if (victim->st.state != SNECK_FAILED) {
				accepted++;
				found();
			}
			invariants(s, &letters[by][i], prot != 0);
		}
	return accepted;
}

static void search(const struct flow *f, bool server)
{
	size_t expanded = 0, steps = 0, accepted = 0, ends = 0;

	now = f;
	flow_init(&p, f, 0);
	pair_start(&p);
	victim = server ? &p.server : &p.client;
	peer = server ? &p.client : &p.server;
	settle();
	memset(table, 0, sizeof table);
	n_states = 0;
	queue = NULL;
	queue_end = &queue;
	found();
	while (queue != NULL) {
		struct state *const s = queue;

		accepted += expand(s);
		steps += 2u * n_letters[!server];
		expanded++;
		ends += s->n_done != 0;
		queue = s->next;
		if (queue == NULL)
			queue_end = &queue;
		free(s);
	}
	print_message("%s, %s: closed: %zu states, %zu connected; %zu steps, %zu accepted\n",
		      f->name, server ? "server" : "client", expanded, ends, steps, accepted);
	assert_true(ends != 0); /* the honest order is one of all */
	pair_wipe(&p);
}

static void g6_every_order(void **state)
{
	static const char *const names[] = {
		"full",	       "retry with a cookie", "mutual",	    "resumed",	 "early data",
		"raw key",     "external psk",	      "compressed", "1.2 ecdsa", "1.2 mutual",
		"1.2 resumed",
	};

	(void)state;
	collect();
	print_message("%zu messages of clients, %zu of servers\n", n_letters[0], n_letters[1]);
	for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
		for (size_t i = 0; i < n_flows; i++)
			if (strcmp(flows[i].name, names[n]) == 0)
				for (int server = 0; server < 2; server++)
					search(&flows[i], server != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(g6_every_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
