/* SPDX-License-Identifier: MIT */
/* stack_sneck.c: sneck as a stack. The wire is lent as `in` and `out`: records are sealed into it
 * and opened in it. What `in` holds is consumed by every call, because the peer sends whole
 * flights and whole records. */
#include "bench.h"

#include <time.h>

struct party {
	_Alignas(SNECK_ALIGN) uint8_t memory[SNECK_CONN_MAX];
	_Alignas(SNECK_ALIGN) uint8_t scratch[SNECK_SCRATCH_MAX];
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	struct sneck_status st;
	struct wire *from, *to;
	struct setup *s;
	size_t early; /* bytes that came, or went */
	bool comes_back;
};

static struct party parties[2];

static struct party *open_with(struct setup *s, const struct sneck_config *cfg, int role,
			       struct wire *in, struct wire *out)
{
	struct party *const p = &parties[role];
	const size_t conn = sneck_conn_size(cfg, role), scratch = sneck_scratch_size(cfg, role);

	p->s = s;
	p->early = 0;
	p->comes_back = s->session_len != 0;
	p->from = in;
	p->to = out;
	bench_must(sneck_conn_init(p->memory, conn, cfg, role, (uint64_t)time(NULL) * 1000u,
				   &p->conn) == SNECK_OK &&
			   sneck_conn_set_scratch(p->conn, p->scratch, scratch) == SNECK_OK,
		   "making a connection");
	if (role == SNECK_CLIENT)
		bench_must(sneck_conn_set_name(p->conn, "localhost", 9) == SNECK_OK,
			   "setting the name");
	if (role == SNECK_CLIENT && s->session_len != 0)
		bench_must(sneck_conn_set_session(p->conn, s->session, s->session_len,
						  s->early ? SNECK_SESSION_EARLY_DATA : 0) ==
				   SNECK_OK,
			   "offering a session");
	sneck_in_init(&p->in, NULL, 0);
	sneck_out_init(&p->out, out->base, BENCH_WIRE);
	return p;
}

static struct party *open_sneck(struct setup *s, int role, struct wire *in, struct wire *out)
{
	return open_with(s, &s->config[role], role, in, out);
}

static struct party *open_core(struct setup *s, int role, struct wire *in, struct wire *out)
{
	static struct sneck_config cfg[2];

	s->certs[0] = sneck_span_of(s->cert, sizeof s->cert);
	s->credential.chain = s->certs;
	s->credential.signer = &s->signer.signer;
	cfg[role] = s->config[role];
	cfg[role].provider = &s->transparent.provider;
	if (role == SNECK_CLIENT)
		cfg[role].verifier = &s->verifier.verifier;
	return open_with(s, &cfg[role], role, in, out);
}

struct sneck_conn *party_open(struct party *p, struct sneck_in **in, struct sneck_out **out)
{
	*in = &p->in;
	*out = &p->out;
	return p->conn;
}

/* Makes what is on the wire the input, and the wire the other way the output. */
static void take_wire(struct party *p)
{
	bench_must(sneck_in_lend(&p->in, p->from->base + p->from->head, p->from->len) == SNECK_OK,
		   "lending input");
	p->from->head = 0;
	p->from->len = 0;
}

static void give_wire(struct party *p)
{
	p->to->len += p->out.len;
	sneck_out_sent(&p->out, p->out.len);
}

/* What only connections with sessions show. */
static bool resumption(struct party *p)
{
	static const uint8_t words[BENCH_EARLY];
	const struct sneck_iov piece = { words, sizeof words };
	struct sneck_rec rec;

	switch (p->st.state) {
	case SNECK_RECEIVED_TICKET:
		return sneck_ticket_export(&p->st.u.ticket, p->s->session, sizeof p->s->session,
					   &p->s->session_len) == SNECK_OK;
	case SNECK_MAY_ENCRYPT_EARLY_DATA:
		return sneck_early_encrypt(&p->st.u.may, &piece, 1, 0, &p->out, &p->early) ==
			       SNECK_OK &&
		       sneck_may_encrypt_done(&p->st.u.may) == SNECK_OK;
	case SNECK_EARLY_DATA_RESULT:
		return p->st.u.early_result.accepted != 0;
	case SNECK_NEEDS_EARLY_DATA_DECISION:
		return sneck_answer_early_data(p->conn, p->st.op, 1) == SNECK_OK;
	case SNECK_EARLY_DATA_AVAILABLE:
		while (sneck_early_next(&p->st.u.early, &rec) == SNECK_OK)
			p->early += rec.len;
		return true;
	default:
		return false;
	}
}

/* A session that was offered was taken, and so was what was said early. */
static bool as_asked(const struct party *p)
{
	struct sneck_facts f;

	return sneck_conn_facts(p->conn, &f, sizeof f) == SNECK_OK &&
	       f.resumed == p->comes_back &&
	       p->early == (p->s->early ? BENCH_EARLY : 0);
}

static bool shake(struct party *p)
{
	take_wire(p);
	for (;;) {
		switch (sneck_process(p->conn, &p->in, &p->out, &p->st)) {
		case SNECK_MUST_TRANSMIT_TLS_DATA:
			give_wire(p);
			break;
		case SNECK_NEEDS_MORE_TLS_DATA:
			return false;
		case SNECK_TRAFFIC_TRANSIT:
			bench_must(as_asked(p), "resuming");
			return true;
		default:
			bench_must(resumption(p), sneck_rc_text(p->st.err));
		}
	}
}

static void send_records(struct party *p, const uint8_t *data, size_t len, size_t count)
{
	const struct sneck_iov piece = { data, len };

	for (size_t i = 0; i < count; i++)
		bench_must(sneck_encrypt(p->conn, &piece, 1, 0, &p->out, NULL) == SNECK_OK,
			   "sneck_encrypt");
	give_wire(p);
}

static size_t recv_records(struct party *p)
{
	struct sneck_rec rec;
	size_t n = 0;

	take_wire(p);
	while (sneck_process(p->conn, &p->in, &p->out, &p->st) == SNECK_APP_DATA_AVAILABLE ||
	       p->st.state == SNECK_RECEIVED_TICKET)
		if (p->st.state == SNECK_RECEIVED_TICKET)
			bench_must(resumption(p), "keeping a session");
		else
			while (sneck_app_next(&p->st.u.app, &rec) == SNECK_OK)
				n += rec.len;
	bench_must(p->st.state == SNECK_TRAFFIC_TRANSIT, "receiving");
	return n;
}

static void close_sneck(struct party *p)
{
	sneck_conn_wipe(p->conn);
}

const struct stack stack_sneck = {
	.name = "sneck",
	.open = open_sneck,
	.shake = shake,
	.send = send_records,
	.recv = recv_records,
	.close = close_sneck,
};

const struct stack stack_core = {
	.name = "sneck, core alone",
	.open = open_core,
	.shake = shake,
	.send = send_records,
	.recv = recv_records,
	.close = close_sneck,
};
