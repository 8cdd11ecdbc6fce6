/* SPDX-License-Identifier: MIT */
/* psk_attack_test.c: pre-shared keys and those who would misuse them: certificates where none
 * belong (N36), reflection (N44), indexes and binders (N49), modes (N50), floods of identities
 * (N61). RFC 9846, 4.3.10, 4.3.11; RFC 9257; RFC 9258. Tickets are ticket_attack_test.c's, answers
 * to NEEDS_PSK needs_psk_test.c's, second ClientHellos retry_psk_test.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/needs.h"
#include "lib/resume.h"

#include "keys/ticket.h"
#include "wire/wr.h"

static struct pair p;

/* ---- a man in the middle of a resumed handshake ---- */

static struct edit ed;

struct change {
	uint8_t msg; /* of which the change is, */
	struct attack a;
	size_t flip; /* or this byte from the end on */
};

static void on_unit(struct edit *e, struct unit *u)
{
	const struct change *const c = e->arg;

	if (u->type == 22 && u->data[0] == c->msg && !e->done) {
		e->done = true;
		if (c->a.act == ACT_AFTER) {
			edit_put(e, u);
			link_record(e->e, u->prot, 22, c->a.bytes, c->a.n);
			return;
		}
		if (c->a.act == ACT_BEFORE)
			link_record(e->e, u->prot, 22, c->a.bytes, c->a.n);
		else if (c->a.act != 0)
			attack_ext(u, &c->a);
		if (c->flip != 0)
			u->data[u->len - c->flip] ^= 0x10;
	}
	edit_put(e, u);
}

static void expect_attack(bool by_server, const struct change *c, enum sneck_rc rc, uint8_t alert)
{
	const struct end *const victim = by_server ? &p.client : &p.server;
	const struct end *const other = by_server ? &p.server : &p.client;

	resume_start(&p);
	edit_init(&ed, by_server ? &p.server : &p.client);
	ed.on_unit = on_unit;
	ed.arg = c;
	pair_run(&p);
	assert_true(ed.done);
	if (victim->st.err != (int)rc || victim->st.alert != alert)
		fail_msg("%s, alert %d", sneck_rc_name(victim->st.err), victim->st.alert);
	assert_int_equal(other->st.err, SNECK_E_PEER_ALERT);
	assert_int_equal(other->st.alert, alert);
	assert_int_equal(victim->n_done, 0);
	pair_wipe(&p);
}

/* ---- N36 ---- */

static void n36_certificates_in_a_psk_handshake(void **state)
{
	static const struct change by_server[] = {
		{ .msg = 8, .a = { .act = ACT_AFTER, B("\x0b\0\0\x04\0\0\0\0") } },
		{ .msg = 8,
		  .a = { .act = ACT_AFTER, B("\x0d\0\0\x0b\0\0\x08\0\x0d\0\x04\0\2\4\3") } },
		{ .msg = 8, .a = { .act = ACT_AFTER, B("\x0f\0\0\x05\4\3\0\1x") } },
		{ .msg = 8, .a = { .act = ACT_AFTER, B("\x19\0\0\x09\0\1\0\0\1\0\0\1x") } },
	};
	static const struct change by_client[] = {
		{ .msg = 20, .a = { .act = ACT_BEFORE, B("\x0b\0\0\x04\0\0\0\0") } },
		{ .msg = 20, .a = { .act = ACT_BEFORE, B("\x0f\0\0\x05\4\3\0\1x") } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof by_server / sizeof by_server[0]; i++) {
		resume_ticket(&p, 33);
		expect_attack(true, &by_server[i], SNECK_E_UNEXPECTED, 10);
	}
	for (size_t i = 0; i < sizeof by_client / sizeof by_client[0]; i++) {
		resume_ticket(&p, 33);
		resume_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = on_unit;
		ed.arg = &by_client[i];
		pair_run(&p);
		assert_true(ed.done);
		assert_int_equal(p.server.st.err, SNECK_E_UNEXPECTED);
		assert_int_equal(p.server.n_done, 0);
		pair_wipe(&p);
	}
}

/* ---- N44 ---- */

static void reflect(struct end *e)
{
	const struct sneck_span new = sneck_out_unsent(&e->out);
	size_t room;
	uint8_t *to;

	assert_true(new.len != 0);
	to = sneck_in_space(&e->in, new.len, &room);
	assert_true(room >= new.len);
	memcpy(to, new.p, new.len);
	sneck_in_added(&e->in, new.len);
	sneck_out_sent(&e->out, new.len);
}

/* To who has sent it: with certificates, with a session, with an external key. */
static void n44_reflected_to_the_sender(void **state)
{
	(void)state;
	for (int how = 0; how < 3; how++)
		for (int server = 0; server < 2; server++) {
			struct end *const e = server ? &p.server : &p.client;

			if (how == 1) {
				resume_ticket(&p, 34);
			} else {
				pair_init(&p, 34);
				p.client.cfg.psks = p.server.cfg.psks = pair_psks;
				p.client.cfg.n_psks = p.server.cfg.n_psks = how == 2;
			}
			resume_start(&p);
			(void)end_run(&p.client);
			if (server) {
				wire_move(&p.client, &p.server);
				(void)end_run(&p.server);
			}
			reflect(e);
			while (end_run(e) == SNECK_MUST_TRANSMIT_TLS_DATA)
				sneck_out_sent(&e->out, e->out.len);
			/* a ServerHello is plain, and the server has keys by then */
			assert_int_equal(e->st.err, server ? SNECK_E_BAD_MAC : SNECK_E_UNEXPECTED);
			assert_int_equal(e->n_done, 0);
			pair_wipe(&p);
		}
}

/* Selfie: what a node sends as a client comes back to it as a server. It knows the key, and offers
 * it under another identity than the one that it accepts: RFC 9257, 5.1.1. */
static void n44_selfie(void **state)
{
	static const struct sneck_psk to_peer = { .size = sizeof to_peer,
						  .identity = BYTES("a to b"),
						  .secret = BYTES("0123456789abcdef") };
	static const struct sneck_psk from_peer = { .size = sizeof from_peer,
						    .identity = BYTES("b to a"),
						    .secret = BYTES("0123456789abcdef") };
	static const struct sneck_psk here = { .size = sizeof here,
					       .identity = BYTES("pair"),
					       .context = BYTES("a, b"),
					       .secret = BYTES("0123456789abcdef") };
	static const struct sneck_psk there = { .size = sizeof there,
						.identity = BYTES("pair"),
						.context = BYTES("b, a"),
						.secret = BYTES("0123456789abcdef") };
	static const struct sneck_psk *const sent[] = { &to_peer, &here };
	static const struct sneck_psk *const taken[] = { &from_peer, &there };

	(void)state;
	for (int i = 0; i < 2; i++) {
		pair_init(&p, 35);
		p.client.cfg.psk_only = p.server.cfg.psk_only = 1;
		p.client.cfg.psks = &sent[i];
		p.server.cfg.psks = &taken[i];
		p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
		resume_start(&p);
		pair_run(&p);
		assert_int_equal(p.server.st.err, SNECK_E_NO_PSK);
		assert_int_equal(p.client.st.alert, SNECK_ALERT_UNKNOWN_PSK_IDENTITY);
		pair_wipe(&p);
	}
}

/* ---- N49, N50 ---- */

static void n49_index_out_of_range(void **state)
{
	static const struct change far = { .msg = 2,
					   .a = { .act = ACT_EXT_SET, .ext = 41, B("\0\1") } };
	static const struct change farther = {
		.msg = 2, .a = { .act = ACT_EXT_SET, .ext = 41, B("\xff\xff") }
	};

	(void)state;
	resume_ticket(&p, 36);
	expect_attack(true, &far, SNECK_E_ILLEGAL, 47);
	resume_ticket(&p, 36);
	expect_attack(true, &farther, SNECK_E_ILLEGAL, 47);
}

/* The server takes a key whose hash is not that of its suite. */
static void n49_key_of_another_hash(void **state)
{
	static const struct change other = { .msg = 2,
					     .a = { .act = ACT_EXT_SET, .ext = 41, B("\0\2") } };
	static const uint16_t sha256[] = { SNECK_TLS_AES_128_GCM_SHA256 };

	(void)state;
	resume_ticket(&p, 36);
	p.client.cfg.psks = pair_psks; /* indexes 1 and 2: SHA-256 and SHA-384 */
	p.client.cfg.n_psks = 1;
	p.server.cfg.suites = (struct sneck_u16s){ sha256, 1 };
	resume_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = on_unit;
	ed.arg = &other;
	pair_run(&p);
	assert_int_equal(p.server.conn->hs.suite->hash, 4);
	assert_int_equal(p.client.st.err, SNECK_E_ILLEGAL);
	pair_wipe(&p);
}

#define B32                                                                                        \
	"\x20"                                                                                     \
	"0123456789abcdef0123456789abcdef"

static void n49_counts_differ(void **state)
{
	static const struct change changes[] = {
		{ .msg = 1,
		  .a = { .act = ACT_EXT_SET,
			 .ext = 41,
			 .at = 1,
			 B("\0\7\0\1x\0\0\0\0\0\x42" B32 B32) } },
		{ .msg = 1,
		  .a = { .act = ACT_EXT_SET,
			 .ext = 41,
			 .at = 1,
			 B("\0\x0e\0\1x\0\0\0\0\0\1x\0\0\0\0\0\x21" B32) } },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		resume_ticket(&p, 37);
		expect_attack(false, &changes[i], SNECK_E_ILLEGAL, 47);
	}
}

static void n49_every_byte_of_a_binder(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		static const struct sneck_psk raw = { .size = sizeof raw,
						      .raw = 1,
						      .identity = BYTES("raw"),
						      .secret = BYTES("0123456789abcdef") };
		static const struct sneck_psk *const raws[] = { &raw };

		for (size_t at = 1; at <= 32; at++) {
			const struct change c = { .msg = 1, .flip = at };
			static const uint16_t suite[] = { SNECK_TLS_AES_128_GCM_SHA256 };

			if (kind == 0) {
				resume_init(&p, 38);
				p.client.cfg.suites = (struct sneck_u16s){ suite, 1 };
				resume_start(&p);
				resume_expect(&p, 0);
				pair_wipe(&p);
				resume_next(&p, 38);
			} else {
				pair_init(&p, 38);
				p.client.cfg.psks = p.server.cfg.psks =
					kind == 1 ? pair_psks : raws;
				p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
			}
			p.client.cfg.suites = (struct sneck_u16s){ suite, 1 };
			expect_attack(false, &c, SNECK_E_BAD_BINDER, SNECK_ALERT_DECRYPT_ERROR);
		}
	}
}

/* As long as SHA-384's, for a key of SHA-256. */
static void n49_binder_of_the_wrong_hash(void **state)
{
	static const struct change c = {
		.msg = 1,
		.a = { .act = ACT_EXT_SET,
		       .ext = 41,
		       .at = 1,
		       B("\0\x16\0\x10"
			 "\0\x08"
			 "client 7"
			 "\0\0"
			 "\3\4"
			 "\0\1"
			 "\0\0\0\0"
			 "\0\x31"
			 "\x30"
			 "0123456789abcdef0123456789abcdef0123456789abcdef") },
	};

	(void)state;
	pair_init(&p, 39);
	pair_psk(&p);
	expect_attack(false, &c, SNECK_E_BAD_BINDER, SNECK_ALERT_DECRYPT_ERROR);
}

/* One that is too short for any does not verify, and is not looked at where the key is unknown: the
 * server goes on and signs another hello than the client's. */
static void n49_short_binder(void **state)
{
	static const struct change c = {
		.msg = 1,
		.a = { .act = ACT_EXT_SET,
		       .ext = 41,
		       .at = 1,
		       B("\0\x16\0\x10"
			 "\0\x08"
			 "client 7"
			 "\0\0"
			 "\3\4"
			 "\0\1"
			 "\0\0\0\0"
			 "\0\x0d"
			 "\x0c"
			 "0123456789ab") },
	};

	(void)state;
	for (int known = 0; known < 2; known++) {
		pair_init(&p, 39);
		pair_psk(&p);
		p.server.cfg.n_psks = known ? 1 : 0;
		if (known) {
			expect_attack(false, &c, SNECK_E_BAD_BINDER, SNECK_ALERT_DECRYPT_ERROR);
			continue;
		}
		resume_start(&p);
		edit_init(&ed, &p.client);
		ed.on_unit = on_unit;
		ed.arg = &c;
		pair_run(&p);
		assert_true(ed.done);
		assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
		assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
		pair_wipe(&p);
	}
}

/* A server that leaves out its share, though the client allows no psk_ke. */
static void n50_psk_ke_unasked(void **state)
{
	static const struct change c = { .msg = 2, .a = { .act = ACT_EXT_DEL, .ext = 51 } };

	(void)state;
	for (int external = 0; external < 2; external++) {
		resume_ticket(&p, 40);
		if (external) {
			p.client.resume = NULL;
			pair_psk(&p);
		}
		p.server.cfg.psk_ke = 1;
		expect_attack(true, &c, SNECK_E_EXT_MISSING, SNECK_ALERT_MISSING_EXTENSION);
	}
}

/* Modes that the server does not have: the key is passed over, and nothing else is allowed. */
static void n50_modes_not_in_common(void **state)
{
	static const struct change changes[] = {
		{ .msg = 1, .a = { .act = ACT_EXT_SET, .ext = 45, B("\1\0") } },
		{ .msg = 1, .a = { .act = ACT_EXT_SET, .ext = 45, B("\3\2\xff\x7a") } },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pair_init(&p, 41);
		pair_psk(&p);
		p.client.cfg.psk_only = p.server.cfg.psk_only = 1;
		expect_attack(false, &changes[i], SNECK_E_NO_GROUP, SNECK_ALERT_HANDSHAKE_FAILURE);
	}
}

/* ---- N61 ---- */

/* The known one is looked at if it is one of the first four: its binder is wrong. */
static void n61_a_hundred_identities(void **state)
{
	static const struct sneck_psk raw = { .size = sizeof raw,
					      .raw = 1,
					      .identity = BYTES("k"),
					      .secret = BYTES("0123456789abcdef") };
	static const struct sneck_psk *const raws[] = { &raw };
	static char body[2 + 700 + 2 + 3300];

	(void)state;
	for (size_t known = 0; known < 100; known += known < 6 ? 1 : 31) {
		const struct change c = { .msg = 1,
					  .a = { .act = ACT_EXT_SET,
						 .ext = 41,
						 .at = 1,
						 .bytes = body,
						 .n = sizeof body } };

		memcpy(body, "\x02\xbc", 2);
		memcpy(body + 702, "\x0c\xe4", 2);
		for (size_t i = 0; i < 100; i++) {
			memcpy(body + 2 + 7 * i, i == known ? "\0\1k\0\0\0\0" : "\0\1x\0\0\0\0", 7);
			memcpy(body + 704 + 33 * i, B32, 33);
		}
		pair_init(&p, 42);
		p.client.cfg.psks = p.server.cfg.psks = raws;
		p.client.cfg.n_psks = p.server.cfg.n_psks = 1;
		p.client.cfg.psk_only = p.server.cfg.psk_only = 1;
		expect_attack(false, &c, known < 4 ? SNECK_E_BAD_BINDER : SNECK_E_NO_PSK,
			      known < 4 ? SNECK_ALERT_DECRYPT_ERROR
					: SNECK_ALERT_UNKNOWN_PSK_IDENTITY);
	}
}

/* Of those that are looked at two are opened, whatever is in them. A third would be taken, and its
 * binder be wrong. */
static void n61_two_tickets_are_opened(void **state)
{
	static uint8_t damaged[TICKET_MAX];
	struct session s;

	(void)state;
	NEEDS(BUILD_TICKETS);
	for (int n_bad = 0; n_bad < 3; n_bad++) {
		struct sneck_psk bad = { .size = sizeof bad,
					 .raw = 1,
					 .secret = BYTES("0123456789abcdef") };
		struct sneck_psk good = bad;
		const struct sneck_psk *list[3] = { &bad, &bad, &bad };

		resume_ticket(&p, 43);
		assert_int_equal(sneck__session_read(
					 &s, sneck_span_of(p.client.resume, p.client.resume_len)),
				 SNECK_OK);
		memcpy(damaged, s.ticket.p, s.ticket.len);
		damaged[s.ticket.len - 1u] ^= 1;
		bad.identity = sneck_span_of(damaged, s.ticket.len);
		good.identity = s.ticket;
		list[n_bad] = &good;
		p.client.resume = NULL;
		p.client.cfg.psks = list;
		p.client.cfg.n_psks = (size_t)n_bad + 1u;
		resume_start(&p);
		pair_run(&p);
		if (n_bad < 2)
			assert_int_equal(p.server.st.err, SNECK_E_BAD_BINDER);
		else
			assert_true(pair_connected(&p));
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n36_certificates_in_a_psk_handshake),
		cmocka_unit_test(n44_reflected_to_the_sender),
		cmocka_unit_test(n44_selfie),
		cmocka_unit_test(n49_index_out_of_range),
		cmocka_unit_test(n49_key_of_another_hash),
		cmocka_unit_test(n49_counts_differ),
		cmocka_unit_test(n49_every_byte_of_a_binder),
		cmocka_unit_test(n49_binder_of_the_wrong_hash),
		cmocka_unit_test(n49_short_binder),
		cmocka_unit_test(n50_psk_ke_unasked),
		cmocka_unit_test(n50_modes_not_in_common),
		cmocka_unit_test(n61_a_hundred_identities),
		cmocka_unit_test(n61_two_tickets_are_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
