/* SPDX-License-Identifier: MIT */
/* atomic_resume.h: the part of atomic_test.c that is about sessions, tickets, pre-shared keys and
 * early data: calls that must be refused. */
#ifndef TESTS_PAIR_ATOMIC_RESUME_H
#define TESTS_PAIR_ATOMIC_RESUME_H

static enum sneck_rc session_wrong(struct end *e)
{
	switch (roll(3)) {
	case 0: /* no session, and never of a server */
		return sneck_conn_set_session(e->conn, resume_session, roll(60), 0);
	case 1:
		return sneck_conn_set_session(e->conn, resume_session, resume_session_len, 2);
	default:
		if (!e->conn->started && e->role == SNECK_CLIENT)
			return DOES_NOT_APPLY;
		return sneck_conn_set_session(e->conn, resume_session, resume_session_len, 0);
	}
}

static enum sneck_rc send_ticket(struct end *e)
{
	struct sneck_ticket_params params = { .lifetime_s = 60 };
	const size_t cap = e->out.cap;
	uint8_t id[256] = { 0 }, mem[2048];
	struct sneck_out foreign = e->out;
	enum sneck_rc rc;
	size_t len;

	foreign.pos++;
	switch (roll(5)) {
	case 0:
		params.lifetime_s = 604801;
		break;
	case 1:
		params.identity = sneck_span_of(id, sizeof id);
		break;
	case 2:
		params.identity = sneck_span_of(id, 1); /* whose session nobody would have */
		return sneck_ticket_send(e->conn, &params, &e->out, NULL, 0, &len);
	case 3:
		return sneck_ticket_send(e->conn, &params, &foreign, NULL, 0, &len);
	default:
		e->out.cap = e->out.head + e->out.len + roll(200);
	}
	rc = sneck_ticket_send(e->conn, &params, &e->out, mem, sizeof mem, &len);
	e->out.cap = cap;
	return rc;
}

static enum sneck_rc export_ticket(struct end *e)
{
	struct sneck_ticket_st st = { .conn = e->conn, .gen = e->conn->gen - 1u };
	uint8_t mem[64];
	size_t len;

	if (e->st.state == SNECK_RECEIVED_TICKET && roll(2))
		return sneck_ticket_export(&e->st.u.ticket, mem, sizeof mem, &len);
	return sneck_ticket_export(&st, mem, sizeof mem, &len);
}

static enum sneck_rc answer_psk(struct end *e)
{
	const uint64_t op = e->conn->hs.op_base + 1u + roll(5);
	struct sneck_psk_st st = { .conn = e->conn, .gen = e->conn->gen - 1u };
	static const struct sneck_psk bad = { .size = sizeof bad };
	struct sneck_span id;
	uint32_t age;

	switch (roll(5)) {
	case 0:
		return sneck_answer_psk(e->conn, roll(2) ? op : 0, -1, NULL, 0, NULL);
	case 1:
		return sneck_answer_psk(e->conn, e->st.op, 0, NULL, 0, &bad);
	case 2:
		return sneck_answer_psk(e->conn, e->st.op, 4, resume_session, resume_session_len,
					NULL);
	case 3:
		return sneck_answer_early_data(e->conn, roll(2) ? op : 0, 1);
	default:
		return sneck_psk_at(&st, roll(3), &id, &age);
	}
}

static enum sneck_rc early_out(struct end *e)
{
	struct sneck_may_st st = { .conn = e->conn, .gen = e->conn->gen - 1u };
	static const uint8_t many[1001];
	const struct sneck_iov too_much = { many, sizeof many };
	const size_t cap = e->out.cap;
	enum sneck_rc rc;
	size_t n;

	if (e->st.state != SNECK_MAY_ENCRYPT_EARLY_DATA || roll(4) == 0) {
		assert_int_equal(sneck_early_size(&st, 9), 0);
		return sneck_early_encrypt(&st, &piece, 1, 0, &e->out, &n);
	}
	if (roll(2))
		return sneck_early_encrypt(&e->st.u.may, &too_much, 1, 0, &e->out, &n);
	if (roll(2))
		return sneck_early_encrypt(&e->st.u.may, &piece, 1, 2, &e->out, &n);
	e->out.cap = e->out.head + e->out.len + roll(9 + 5 + 17);
	rc = sneck_early_encrypt(&e->st.u.may, &piece, 1, 0, &e->out, &n);
	e->out.cap = cap;
	return rc;
}

static enum sneck_rc early_in(struct end *e)
{
	struct sneck_early_st st = { .conn = e->conn, .in = &e->in, .gen = e->conn->gen - 1u };
	struct sneck_in other = e->in;
	struct sneck_rec rec;
	uint8_t b[8];
	size_t n;

	if (e->conn->in.app_len == 0 && e->conn->rx_epoch.level != LV_EARLY)
		return DOES_NOT_APPLY;
	other.pos++;
	if (e->st.state == SNECK_EARLY_DATA_AVAILABLE && e->conn->err == 0 && roll(2)) {
		st = e->st.u.early;
		if (roll(2) && e->conn->in.app_len != 0)
			return sneck_early_read(&st, b, 0, &n);
		st.in = &other;
	}
	switch (roll(3)) {
	case 0:
		return sneck_early_next(&st, &rec);
	case 1:
		return sneck_early_drop(&st);
	default:
		return sneck_early_read(&st, b, sizeof b, &n);
	}
}

#endif
