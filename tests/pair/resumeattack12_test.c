/* SPDX-License-Identifier: MIT */
/* resumeattack12_test.c: a man in the middle of TLS 1.2 with tickets: what he makes of the messages
 * that a handshake has for them, and of one that resumes; answers that no session fits. RFC 5077,
 * 3.1 to 3.4; RFC 5246, 7.4.1.3; RFC 7627, 5.3. Each line is one of lib/attack.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/needs.h"
#include "lib/resume12.h"

#define BY_C  .old = true
#define BY_S  .old = true, .by_server = true
#define CH    BY_C, .msg = 1
#define SH    BY_S, .msg = 2
#define NST   BY_S, .msg = 4
#define C_CCS BY_C, .content = 20
#define S_CCS BY_S, .content = 20
#define C_FIN BY_C, .msg = 20
#define S_FIN BY_S, .msg = 20

/* ---- a full handshake, with a ticket ---- */

static const struct attack with_ticket[] = {
	{ "n27_sh_ticket_body", SH, SET_EXT(35), B("\0"), E(DECODE, 50) },
	{ "n25_sh_ticket_twice", SH, ADD(35), B(""), E(EXT_DUPLICATE, 47) },
	{ "n13_ticket_not_promised", SH, DEL(35), .self = true, E(BAD_FINISHED, 51) },
	{ "n11_ticket_dropped", NST, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_ticket_twice", NST, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n13_ticket_behind_ccs", NST, .act = ACT_SWAP, E(UNEXPECTED, 10) },
	{ "n1_ticket_short", NST, .act = ACT_TRUNC, .at = 1, E(DECODE, 50) },
	{ "n3_ticket_long", NST, .act = ACT_GROW, B("\0"), E(DECODE, 50) },
	{ "n3_ticket_length", NST, .act = ACT_XOR, .at = 9, B("\x01"), E(DECODE, 50) },
	{ "n1_ticket_without_body", NST, .act = ACT_REPLACE, B("\x04\0\0\0"), E(DECODE, 50) },
	{ "n4_ticket_hint", NST, .act = ACT_XOR, .at = 7, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n4_ticket_byte", NST, .act = ACT_XOR, .at = 30, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n4_ticket_empty", NST, .act = ACT_REPLACE, B("\x04\0\0\x06\0\0\0\0\0\0"),
	  E(BAD_FINISHED, 51) },
	{ "n6_ticket_glued_to_ccs", NST, .act = ACT_GLUE, B("\x14"), E(UNEXPECTED, 10) },
	{ "n13_finished_for_ticket", NST, .act = ACT_REPLACE,
	  B("\x14\0\0\x0c"
	    "123456789012"),
	  E(UNEXPECTED, 10) },
	{ "n16_data_before_ticket", NST, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n15_ccs_before_ticket", NST, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n10_ticket_protected", NST, .act = ACT_PROT, E(UNEXPECTED, 10) },
	{ "n4_ch_ticket_none", CH, DEL(35), E(BAD_FINISHED, 51) },
	{ "n4_ch_ticket_garbage", CH, SET_EXT(35), B("garbage"), E(BAD_FINISHED, 51) },
	{ "n25_ch_ticket_twice", CH, ADD(35), B(""), E(EXT_DUPLICATE, 47) },
	{ "n6_done_glued", BY_S, .msg = 14, .act = ACT_GLUE, B("\x04\0\0\x06\0"), E(EPOCH, 10) },
};

/* Nobody asked for tickets. */
static const struct attack without[] = {
	{ "n24_sh_ticket_unasked", SH, ADD(35), B(""), E(EXT_UNASKED, 110) },
	{ "n13_ticket_unasked", S_CCS, .act = ACT_RAW,
	  B("\x16\x03\x03\0\x0b\x04\0\0\x07\0\0\0\0\0\x01x"), E(UNEXPECTED, 10) },
};

/* ---- one that resumes ---- */

static const struct attack resuming[] = {
	{ "n21_sh_suite", SH, .act = ACT_SET, .at = 71, B("\xc0\x2c"), E(ILLEGAL, 47) },
	{ "n21_sh_suite_13", SH, .act = ACT_SET, .at = 71, B("\x13\x01"), E(NOT_OFFERED, 47) },
	{ "n32_sh_ems_none", SH, DEL(23), E(NO_EMS, 40) },
	{ "n19_sh_reneg_none", SH, DEL(0xff01), E(RENEG_INFO, 40) },
	{ "n22_sh_versions_13", SH, ADD(43), B("\x03\x04"), E(NOT_OFFERED, 47) },
	{ "n22_sh_sentinel", SH, .act = ACT_SET, .at = 30, B("DOWNGRD\x01"),
	  .rc = BUILD_TLS13 ? SNECK_E_DOWNGRADE : SNECK_E_BAD_FINISHED,
	  .alert = BUILD_TLS13 ? 47 : 51 },
	{ "n21_sh_compression", SH, .act = ACT_SET, .at = 73, B("\x01"), E(ILLEGAL, 47) },
	{ "n4_sh_random", SH, .act = ACT_XOR, .at = 8, B("\x40"), E(BAD_FINISHED, 51) },
	/* another id is a full handshake, and no certificate comes */
	{ "n13_sh_id_changed", SH, .act = ACT_XOR, .at = 40, B("\x01"), E(UNEXPECTED, 10) },
	{ "n13_ticket_not_promised", SH, DEL(35), E(UNEXPECTED, 10) },
	{ "n27_sh_ticket_body", SH, SET_EXT(35), B("\0"), E(DECODE, 50) },
	{ "n11_sh_dropped", SH, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_sh_twice", SH, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n11_ticket_dropped", NST, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n12_ticket_twice", NST, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n4_ticket_byte", NST, .act = ACT_XOR, .at = 30, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n13_certificate_for_ticket", NST, .act = ACT_REPLACE, B("\x0b\0\0\x03\0\0\0"),
	  E(UNEXPECTED, 10) },
	{ "n13_done_before_ticket", NST, BEFORE(22), B("\x0e\0\0\0"), E(UNEXPECTED, 10) },
	{ "n15_s_ccs_dropped", S_CCS, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n15_s_ccs_twice", S_CCS, .act = ACT_DUP, E(BAD_MAC, 20) },
	{ "n15_s_ccs_two_bytes", S_CCS, .act = ACT_GROW, B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_s_ccs_before_sh", SH, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n15_s_ccs_before_ticket", NST, BEFORE(20), B("\x01"), E(UNEXPECTED, 10) },
	{ "n4_s_finished", S_FIN, .act = ACT_XOR, .at = 4, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n1_s_finished_short", S_FIN, .act = ACT_TRUNC, .at = 1, E(BAD_FINISHED, 51) },
	{ "n3_s_finished_long", S_FIN, .act = ACT_GROW, B("\0"), E(BAD_FINISHED, 51) },
	{ "n10_s_finished_plain", S_FIN, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n16_data_before_s_finished", S_FIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n19_request_before_s_finished", S_FIN, BEFORE(22), B("\0\0\0\0"), E(UNEXPECTED, 10) },
	{ "n15_c_ccs_dropped", C_CCS, .act = ACT_DROP, E(UNEXPECTED, 10) },
	{ "n15_c_ccs_twice", C_CCS, .act = ACT_DUP, E(BAD_MAC, 20) },
	{ "n13_cke_before_c_ccs", C_CCS, .act = ACT_RAW, B("\x16\x03\x03\0\x06\x10\0\0\x02\x01x"),
	  E(UNEXPECTED, 10) },
	{ "n13_certificate_before_c_ccs", C_CCS, .act = ACT_RAW,
	  B("\x16\x03\x03\0\x07\x0b\0\0\x03\0\0\0"), E(UNEXPECTED, 10) },
	{ "n16_data_before_c_ccs", C_CCS, .act = ACT_RAW,
	  B("\x17\x03\x03\0\x03"
	    "abc"),
	  E(UNEXPECTED, 10) },
	{ "n4_c_finished", C_FIN, .act = ACT_XOR, .at = 4, B("\x01"), E(BAD_FINISHED, 51) },
	{ "n1_c_finished_short", C_FIN, .act = ACT_TRUNC, .at = 1, E(BAD_FINISHED, 51) },
	{ "n10_c_finished_plain", C_FIN, .act = ACT_PROT, E(BAD_MAC, 20) },
	{ "n16_data_before_c_finished", C_FIN, BEFORE(23), B("abc"), E(UNEXPECTED, 10) },
	{ "n12_ch_twice", CH, .act = ACT_DUP, E(UNEXPECTED, 10) },
	{ "n32_ch_ems_none", CH, DEL(23), E(NO_EMS, 40) },
	{ "n4_ch_random", CH, .act = ACT_XOR, .at = 10, B("\x01"), .self = true,
	  E(BAD_FINISHED, 51) },
	/* a ticket that is gone or not ours is a full handshake: heard of with the signature */
	{ "n47_ch_ticket_none", CH, SET_EXT(35), B(""), E(BAD_FINISHED, 51) },
};

static struct pair p;

static void wants_ticket(struct pair *q)
{
	resume12_init(q, 51);
}

static void has_session(struct pair *q)
{
	resume12_ticket(q, 52);
}

static void run(const struct attack *a, size_t n, void (*begin)(struct pair *q))
{
	for (size_t i = 0; i < n; i++)
		attack_from(&p, &a[i], begin);
	print_message("%zu named cases\n", n);
}

static void run_with_ticket(void **state)
{
	(void)state;
	run(with_ticket, sizeof with_ticket / sizeof with_ticket[0], wants_ticket);
}

static void run_without(void **state)
{
	(void)state;
	run(without, sizeof without / sizeof without[0], NULL);
}

static void run_resuming(void **state)
{
	(void)state;
	run(resuming, sizeof resuming / sizeof resuming[0], has_session);
}

/* ---- a ServerHello that says yes ---- */

static void echo(struct edit *ed, struct unit *u)
{
	const struct hs_work *const wk = p.client.conn->hs.work;

	if (u->type == 22 && u->data[0] == 2 && u->data[38] == 0) {
		memmove(u->data + 39 + wk->session_id_len, u->data + 39, u->len - 39u);
		memcpy(u->data + 39, wk->session_id, wk->session_id_len);
		u->data[38] = wk->session_id_len;
		u->len += wk->session_id_len;
		u->data[2] = (uint8_t)((u->len - 4u) >> 8);
		u->data[3] = (uint8_t)(u->len - 4u);
	}
	edit_put(ed, u);
}

/* Our session id in return: to who has no session, one of TLS 1.3, or one that was not offered; and
 * where there is one, but the server does not know it, no Finished follows. Without TLS 1.3 there
 * is an id only where there is a session. */
static void n21_yes_to_nothing(void **state)
{
	static struct edit ed;

	(void)state;
	for (int i = BUILD_TLS13 ? 0 : 3; i < 4; i++) {
		if (i == 0) {
			resume12_init(&p, 53);
		} else if (i == 1) {
			resume_old = false;
			resume_ticket(&p, 53);
			resume_old = true;
			pair_old(&p);
		} else {
			resume12_ticket(&p, 53);
		}
		if (i == 3)
			p.server.cfg.tickets = NULL;
		pair_start(&p);
		if (i == 2) /* for another name it is not offered */
			assert_int_equal(sneck_conn_set_name(p.client.conn, "other.example", 13),
					 SNECK_OK);
		edit_init(&ed, &p.server);
		ed.on_unit = echo;
		pair_run(&p);
		assert_int_equal(p.client.st.err, i == 3 ? SNECK_E_UNEXPECTED : SNECK_E_ILLEGAL);
		assert_int_equal(p.client.n_done + p.server.n_done, 0);
		pair_wipe(&p);
	}
}

/* Whoever knows the ticket and not the secret gets no further: the server's Finished says what it
 * expects, and the client's must fit. */
static void n44_own_finished_reflected(void **state)
{
	(void)state;
	resume12_ticket(&p, 54);
	p.server.send_nothing = true;
	pair_start(&p);
	(void)end_run(&p.client);
	wire_move(&p.client, &p.server);
	(void)end_run(&p.server);
	wire_move(&p.server, &p.client);
	/* CCS and Finished of the server, back to it */
	{
		const uint8_t *const end = p.server.link.bytes + p.server.link.len;
		const size_t n = 6u + 5u + 8u + 16u + 16u;

		assert_int_equal(end[-(long)n], 20);
		link_put(&p.client, end - n, n);
	}
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_BAD_FINISHED);
	assert_int_equal(p.server.n_done, 0);
	pair_wipe(&p);
}

static void drop_ems(struct edit *ed, struct unit *u)
{
	const struct attack del = { .act = ACT_EXT_DEL, .ext = 23 };

	if (u->type == 22 && u->data[0] <= 2)
		attack_ext(u, &del);
	edit_put(ed, u);
}

/* RFC 7627, 5.3: where its absence is tolerated, there is neither ticket nor id; and none of those
 * that there are is resumed without it, whoever leaves it out. */
static void n32_without_extended_master_secret(void **state)
{
	static struct edit ed;

	(void)state;
	for (int i = 0; i < 4; i++) {
		if (i < 2)
			resume12_init(&p, 55);
		else
			resume12_ticket(&p, 55);
		if (i == 1)
			resume12_ids(&p);
		p.client.cfg.insecure_no_ems = p.server.cfg.insecure_no_ems = 1;
		pair_start(&p);
		edit_init(&ed, i < 3 ? &p.client : &p.server);
		ed.on_unit = drop_ems;
		(void)end_run(&p.client);
		wire_move(&p.client, &p.server);
		(void)end_run(&p.server);
		if (i < 2) {
			assert_int_equal(p.server.st.err, SNECK_OK);
			assert_int_equal(p.server.conn->hs.work->nego.n_tickets, 0);
			assert_int_equal(p.server.conn->hs.work->session_id_len, 0);
			assert_false(p.server.conn->hs.stored);
		}
		pair_run(&p);
		if (i == 2)
			assert_int_equal(p.server.st.err, SNECK_E_NO_EMS);
		if (i == 3)
			assert_int_equal(p.client.st.err, SNECK_E_NO_EMS);
		assert_int_equal(p.client.n_done + p.server.n_done, 0);
		assert_int_equal(p.client.n_sessions, 0);
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_with_ticket),
		cmocka_unit_test(run_without),
		cmocka_unit_test(run_resuming),
		cmocka_unit_test(n21_yes_to_nothing),
		cmocka_unit_test(n44_own_finished_reflected),
		cmocka_unit_test(n32_without_extended_master_secret),
	};

	resume_old = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
