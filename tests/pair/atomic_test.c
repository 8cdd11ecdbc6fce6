/* SPDX-License-Identifier: MIT */
/* atomic_test.c: a call that does not succeed leaves connection, scratch, cursors and output as
 * they were (T1), in every state and for every public function (T11); sizes that are asked for are
 * exact (T2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/resume.h"

static struct pair p;
static uint64_t dice = 1;

static unsigned roll(unsigned n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(dice >> 33) % n;
}

/* ---- what may not change ---- */

#define WINDOW 24000u

static struct {
	uint8_t conn[SNECK_CONN_MAX], scratch[SNECK_SCRATCH_MAX];
	struct sneck_in in;
	struct sneck_out out;
	uint8_t in_mem[WINDOW], out_mem[WINDOW];
} was;

static size_t near_end(size_t n)
{
	return n < WINDOW - 64 ? n + 64 : WINDOW;
}

static void freeze(const struct end *e)
{
	memcpy(was.conn, e->conn, sizeof was.conn);
	memcpy(was.scratch, e->scratch, sizeof was.scratch);
	was.in = e->in;
	was.out = e->out;
	memcpy(was.in_mem, e->in_mem, near_end(e->in.head + e->in.len));
	memcpy(was.out_mem, e->out_mem, near_end(e->out.head + e->out.len));
}

static void thawed(struct end *e, const char *what)
{
	struct sneck_conn *const before = (struct sneck_conn *)(void *)was.conn;

	before->misuse = e->conn->misuse;
	was.out.required = e->out.required;
	if (memcmp(was.conn, e->conn, sizeof was.conn) != 0 ||
	    memcmp(was.scratch, e->scratch, sizeof was.scratch) != 0 ||
	    memcmp(&was.in, &e->in, sizeof was.in) != 0 ||
	    memcmp(&was.out, &e->out, sizeof was.out) != 0 ||
	    memcmp(was.in_mem, e->in_mem, near_end(e->in.head + e->in.len)) != 0 ||
	    memcmp(was.out_mem, e->out_mem, near_end(e->out.head + e->out.len)) != 0)
		fail_msg("%s changed something in %s", what, sneck_state_name(e->st.state));
}

/* ---- calls that must be refused ---- */

#define DOES_NOT_APPLY ((enum sneck_rc)0x7000)

static const struct sneck_iov piece = { "plaintext", 9 };

static enum sneck_rc refused(struct end *e, struct sneck_in *in, struct sneck_out *out)
{
	struct sneck_status st;

	assert_int_equal(sneck_process(e->conn, in, out, &st), SNECK_FAILED);
	if (e->conn->err == 0) {
		assert_int_equal(st.err, SNECK_E_CURSOR);
		assert_true(sneck_rc_is_refusal(st.err));
		assert_true(sneck_misuse_text(e->conn)[0] != '\0');
	}
	return (enum sneck_rc)st.err;
}

static enum sneck_rc process_in_twice(struct end *e)
{
	struct sneck_in in = e->in;

	in.pos += 1u + roll(9); /* discarded again, or of another connection */
	return e->conn->err != 0 ? DOES_NOT_APPLY : refused(e, &in, &e->out);
}

static enum sneck_rc process_in_reset(struct end *e)
{
	struct sneck_in in = e->in;

	sneck_in_init(&in, e->in_mem, PAIR_HALF);
	if (e->conn->err != 0 || (e->in.pos == 0 && e->conn->in.seen == 0))
		return DOES_NOT_APPLY;
	return refused(e, roll(2) && e->conn->in.seen != 0 ? NULL : &in, &e->out);
}

static enum sneck_rc process_in_shorter(struct end *e)
{
	struct sneck_in in = e->in;

	if (e->conn->err != 0 || e->conn->in.seen == 0)
		return DOES_NOT_APPLY;
	in.len = roll((unsigned)e->conn->in.seen);
	return refused(e, &in, &e->out);
}

static enum sneck_rc process_in_outside(struct end *e)
{
	struct sneck_in in = e->in;

	if (roll(2))
		in.head = in.cap + 1u;
	else
		in.len = in.cap - in.head + 1u;
	return e->conn->err != 0 ? DOES_NOT_APPLY : refused(e, &in, &e->out);
}

static enum sneck_rc process_out_wrong(struct end *e)
{
	struct sneck_out out = e->out;

	switch (roll(3)) {
	case 0:
		out.pos++;
		break;
	case 1:
		out.len++;
		break;
	default:
		out.head = out.cap + 1u;
	}
	return e->conn->err != 0 ? DOES_NOT_APPLY : refused(e, &e->in, &out);
}

static enum sneck_rc encrypt_flag(struct end *e)
{
	return sneck_encrypt(e->conn, &piece, 1, 2, &e->out, NULL);
}

static enum sneck_rc encrypt_no_room(struct end *e)
{
	const size_t cap = e->out.cap;
	size_t used = 7;
	enum sneck_rc rc;

	e->out.cap = e->out.head + e->out.len + roll(9 + 5 + 17);
	rc = sneck_encrypt(e->conn, &piece, 1, 0, &e->out, roll(2) ? &used : NULL);
	e->out.cap = cap;
	assert_true(used == 0 || used == 7);
	return rc;
}

static enum sneck_rc encrypt_foreign(struct end *e)
{
	struct sneck_out out = e->out;

	out.pos++;
	return sneck_encrypt(e->conn, &piece, 1, 0, &out, NULL);
}

static enum sneck_rc encrypt_too_much(struct end *e)
{
	const struct sneck_iov huge[] = { { "", SIZE_MAX / 4u }, { "", SIZE_MAX / 4u } };

	return sneck_encrypt(e->conn, huge, 2, 0, &e->out, NULL);
}

static enum sneck_rc in_place_wrong(struct end *e)
{
	return sneck_encrypt_in_place(e->conn, &e->out, roll(2) ? 0 : 16385);
}

static enum sneck_rc in_place_no_room(struct end *e)
{
	const size_t cap = e->out.cap;
	enum sneck_rc rc;

	e->out.cap = e->out.head + e->out.len + roll(9 + 5 + 17);
	rc = sneck_encrypt_in_place(e->conn, &e->out, 9);
	e->out.cap = cap;
	return rc;
}

static enum sneck_rc close_no_room(struct end *e)
{
	const size_t cap = e->out.cap;
	enum sneck_rc rc;

	if (e->conn->tx_closed && e->conn->err == 0)
		return DOES_NOT_APPLY;
	e->out.cap = e->out.head + e->out.len + roll(2 + 5 + 17);
	rc = sneck_close_notify(e->conn, &e->out);
	e->out.cap = cap;
	return rc;
}

static enum sneck_rc close_foreign(struct end *e)
{
	struct sneck_out out = e->out;

	out.len++;
	if (e->conn->tx_closed && e->conn->err == 0)
		return DOES_NOT_APPLY;
	return sneck_close_notify(e->conn, &out);
}

static enum sneck_rc layout(struct end *e)
{
	struct sneck_layout l;

	if (e->conn->err == 0 && sneck__can_encrypt(e->conn))
		return DOES_NOT_APPLY;
	return sneck_record_layout(e->conn, &l);
}

static enum sneck_rc encode_old(struct end *e)
{
	struct sneck_encode_st st = { .conn = e->conn, .gen = e->conn->gen + 1u + roll(3) };

	if (sneck__emit_waits(e->conn) && roll(2)) {
		struct sneck_out out = e->out;

		st.gen = e->conn->gen;
		out.pos++;
		return sneck_encode(&st, 0, &out);
	}
	st.gen = roll(2) && !sneck__emit_waits(e->conn) ? e->conn->gen : st.gen;
	return sneck_encode(&st, roll(2), &e->out);
}

static enum sneck_rc handles_old(struct end *e)
{
	const uint32_t gen = e->conn->gen + 1u + roll(3);
	struct sneck_transmit_st transmit = { .conn = e->conn, .gen = gen };
	struct sneck_may_st may = { .conn = e->conn, .gen = gen };

	if (roll(2))
		return sneck_may_encrypt_done(&may);
	assert_int_equal(sneck_transmit_done(&transmit), SNECK_E_MISUSE);
	return SNECK_E_MISUSE;
}

static enum sneck_rc app_old(struct end *e)
{
	struct sneck_app_st st = { .conn = e->conn, .in = &e->in, .gen = e->conn->gen - 1u };
	struct sneck_rec rec[2];
	uint8_t b[8];
	size_t n;

	assert_int_equal(sneck_app_peek(&st), 0);
	switch (roll(4)) {
	case 0:
		return sneck_app_next(&st, rec);
	case 1:
		return sneck_app_batch(&st, rec, 2, &n);
	case 2:
		return sneck_app_read(&st, b, sizeof b, &n);
	default:
		return sneck_app_unread(&st, 1);
	}
}

static enum sneck_rc app_wrong(struct end *e)
{
	struct sneck_in other = e->in;
	struct sneck_app_st st = { .conn = e->conn, .in = &e->in, .gen = e->conn->gen };
	struct sneck_rec rec;
	size_t n;

	other.pos++;
	if (e->conn->err != 0)
		return DOES_NOT_APPLY;
	if (roll(2))
		return sneck_app_unread(&st, e->conn->in.last_len + 1u);
	if (e->conn->in.app_len != 0 && roll(2))
		return sneck_app_read(&st, NULL, 0, &n);
	st.in = &other;
	return sneck_app_next(&st, &rec);
}

static enum sneck_rc cert_old(struct end *e)
{
	struct sneck_cert_st st = { .conn = e->conn, .gen = e->conn->gen + roll(2) };
	struct sneck_cert_entry entry;
	uint8_t mem[64];

	if (roll(2))
		return sneck_cert_at(&st, roll(3), &entry);
	st.gen = e->conn->gen - 1u;
	assert_int_equal(sneck_verify_job_size(&st), 0);
	return sneck_verify_job_pack(&st, mem, sizeof mem);
}

static enum sneck_rc answer_wrong(struct end *e)
{
	static const uint16_t schemes[] = { 0x0403, 0x0401, 0x4242 };
	struct sneck_verdict v = end_verdict(e);
	const uint64_t op = e->conn->hs.op_base + 1u + roll(5);

	v.leaf_id[roll(32)] ^= 1;
	switch (roll(6)) {
	case 0:
		return sneck_answer_verdict(e->conn, roll(2) ? op : 0, &v);
	case 1:
		return sneck_answer_schemes(e->conn, roll(2) ? op : 0, schemes, 3);
	case 2:
		return sneck_answer_refuse(e->conn, roll(2) ? op : 0, 40);
	case 3:
		return sneck_answer_verdict(e->conn, e->st.op, &v);
	case 4:
		return sneck_answer_schemes(e->conn, e->st.op, schemes, roll(2) ? 0 : 33);
	default:
		return sneck_answer_schemes(e->conn, e->st.op, schemes + 1, 2);
	}
}

static enum sneck_rc decide_wrong(struct end *e)
{
	static const struct sneck_config nothing = { .size = 0 };
	const uint64_t op = roll(2) ? e->st.op : e->conn->hs.op_base + 1u + roll(5);
	static const uint8_t sig[TRANSPARENT_SIG] = { 1 };
	struct sneck_credential cred = e->cred;

	switch (roll(3)) {
	case 0:
		return sneck_answer_client_hello(e->conn, op, &nothing);
	case 1:
		cred.n_chain = roll(2) ? 0 : 11;
		return sneck_answer_credential(e->conn, op, &cred);
	default:
		return sneck_answer_signature(e->conn, op, sig, roll(2) * sizeof sig);
	}
}

static enum sneck_rc scratch_wrong(struct end *e)
{
	size_t len;

	if (e->conn->hs.work != NULL) {
		assert_null(sneck_conn_take_scratch(e->conn, &len));
		assert_int_equal(len, 0);
	}
	if (roll(2))
		return sneck_conn_set_scratch(e->conn, e->scratch + 1, sizeof e->scratch - 1);
	return sneck_conn_set_scratch(e->conn, e->scratch, 16);
}

static enum sneck_rc name_late(struct end *e)
{
	return sneck_conn_set_name(e->conn, roll(2) ? "late.example" : "bad name", 8);
}

static enum sneck_rc failure_early(struct end *e)
{
	struct sneck_failure f;

	return e->conn->err != 0 ? DOES_NOT_APPLY : sneck_conn_failure(e->conn, &f);
}

static enum sneck_rc release_foreign(struct end *e)
{
	struct sneck_in in = e->in;

	in.pos += 3;
	assert_int_equal(sneck_release(e->conn, &in), 0);
	return SNECK_E_CURSOR;
}

static enum sneck_rc fail_dead(struct end *e)
{
	if (e->conn->err == 0 && !(e->conn->rx_closed && e->conn->tx_closed))
		return DOES_NOT_APPLY;
	return sneck_fail(e->conn, 80);
}

#include "atomic_resume.h"

#define CALL(f)                                                                                    \
	{                                                                                          \
#f, f                                                                              \
	}
static const struct {
	const char *name;
	enum sneck_rc (*make)(struct end *e);
} calls[] = {
	CALL(process_in_twice),
	CALL(process_in_reset),
	CALL(process_in_shorter),
	CALL(process_in_outside),
	CALL(process_out_wrong),
	CALL(encrypt_flag),
	CALL(encrypt_no_room),
	CALL(encrypt_foreign),
	CALL(encrypt_too_much),
	CALL(in_place_wrong),
	CALL(in_place_no_room),
	CALL(close_no_room),
	CALL(close_foreign),
	CALL(layout),
	CALL(encode_old),
	CALL(handles_old),
	CALL(app_old),
	CALL(app_wrong),
	CALL(cert_old),
	CALL(answer_wrong),
	CALL(decide_wrong),
	CALL(scratch_wrong),
	CALL(name_late),
	CALL(failure_early),
	CALL(release_foreign),
	CALL(fail_dead),
	CALL(session_wrong),
	CALL(send_ticket),
	CALL(export_ticket),
	CALL(answer_psk),
	CALL(early_out),
	CALL(early_in),
};
#define N_CALLS (sizeof calls / sizeof calls[0])

static unsigned refusals, seen[64][N_CALLS];

static bool documented(const struct end *e, size_t call, enum sneck_rc rc)
{
	if (e->conn->err != 0)
		return rc == (enum sneck_rc)e->conn->err || rc == SNECK_E_STALE ||
		       rc == SNECK_E_MISUSE || rc == SNECK_E_CURSOR;
	(void)call;
	return rc == SNECK_WANT_SPACE || rc == SNECK_NOT_NOW || rc == SNECK_E_OWN_SIGNATURE ||
	       (sneck_rc_is_refusal(rc) && sneck_misuse_text(e->conn)[0] != '\0');
}

static void attack(struct end *e, unsigned times)
{
	while (times-- != 0) {
		const size_t i = roll(N_CALLS);
		enum sneck_rc rc;

		freeze(e);
		rc = calls[i].make(e);
		if (rc == DOES_NOT_APPLY)
			continue;
		if (!documented(e, i, rc))
			fail_msg("%s in %s: %s", calls[i].name, sneck_state_name(e->st.state),
				 sneck_rc_name(rc));
		thawed(e, calls[i].name);
		refusals++;
		seen[e->st.state][i]++;
	}
}

static int on_state(struct end *e, int state)
{
	attack(e, 60);
	if (state != SNECK_NEEDS_PSK)
		return 0;
	assert_true(resume_answer(e));
	return 0;
}

static void t1_random_calls_in_random_states(void **state)
{
	static const uint16_t p256 = 0x0017;

	(void)state;
	for (unsigned round = 0; round < 48; round++) {
		const bool resumed = round >= 24;

		if (resumed)
			resume_same(&p, round % 4 < 2);
		else
			pair_init(&p, round);
		if (resumed && round % 3 == 0)
			p.server.cfg.ask |= SNECK_ASK_PSK;
		p.client.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG | SNECK_ASK_SCHEMES |
				    SNECK_ASK_MAY_ENCRYPT;
		p.client.answer = p.server.answer = 1 + (int)(round & 1);
		if (round % 2 != 0 && !resumed) {
			pair_client_auth(&p, SNECK_AUTH_REQUIRED);
			p.client.cfg.ask |= SNECK_ASK_CREDENTIAL | SNECK_ASK_SIGN;
			p.server.cfg.ask |= p.client.cfg.ask | SNECK_ASK_CLIENT_HELLO;
		}
		p.client.random = p.server.random = round + 1u;
		p.client.hook = p.server.hook = on_state;
		p.client.rfc_mode = p.server.rfc_mode = round % 3 == 1;
		p.client.late_scratch = p.server.late_scratch = round % 2 != 0;
		if (round % 4 == 0)
			p.client.cfg.groups = (struct sneck_u16s){ &p256, 1 };
		pair_connect(&p);
		assert_int_equal(p.server.conn->hs.resumed, resumed);
		end_write(&p.client, "some data to be refused", 23);
		end_write(&p.server, "more data to be refused", 23);
		pair_run(&p);
		assert_int_equal(p.client.n_got + p.server.n_got, 46);
		if (round % 2 == 0) {
			link_record(&p.client, true, 22, "\xff", 1);
			pair_run(&p);
			assert_int_equal(p.server.st.state, SNECK_FAILED);
		} else {
			end_close(&p.client);
			pair_run(&p);
			end_close(&p.server);
			pair_run(&p);
			assert_int_equal(p.client.st.state, SNECK_CLOSED);
		}
		attack(&p.client, 200);
		attack(&p.server, 200);
		pair_wipe(&p);
	}
	print_message("%u refusals\n", refusals);
	assert_true(refusals >= 100000);
	for (size_t s = 0; s < 64; s++)
		for (size_t i = 0, any = 0; i < N_CALLS; i++) {
			any |= seen[s][i];
			if (i == N_CALLS - 1 && any)
				print_message("  in %s\n", sneck_state_name((int)s));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_random_calls_in_random_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
