/* SPDX-License-Identifier: MIT */
/* exchange.c: one connection: the loop over its states, the initial writes, early data in both
 * roles, the echo of everything with its bits turned over, and the ends. */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct flags *flags_of(const struct run *r)
{
	return r->early_rejected ? r->retry : r->flags;
}

/* ---- failing ---- */

static bool failed(struct run *r)
{
	struct sneck_failure failure;

	fprintf(stderr, "%s", sneck_rc_name(r->st.err));
	if (sneck_conn_failure(r->conn, &failure) == SNECK_OK)
		fprintf(stderr, " alert %s, message %s, extension %d, in %s",
			sneck_alert_name(failure.alert), sneck_message_name(failure.message),
			failure.extension == 0xffff ? -1 : failure.extension, failure.where);
	if (sneck_rc_is_refusal(r->st.err))
		fprintf(stderr, ": %s", sneck_misuse_text(r->conn));
	fputc('\n', stderr);
	return false;
}

/* ---- writing ---- */

static void write_all(struct run *r, const void *p, size_t len)
{
	const struct sneck_iov piece = { p, len };
	enum sneck_rc rc;

	link_room(r, sneck_encrypt_size(r->conn, len));
	rc = sneck_encrypt(r->conn, &piece, 1, 0, &r->out, NULL);
	if (rc != SNECK_OK)
		die("write: %s", sneck_rc_name(rc));
	link_flush(r);
}

static void write_keying_material(struct run *r)
{
	const struct flags *const f = flags_of(r);
	const size_t len = (size_t)f->export_keying_material;
	const char *const text = f->export_context != NULL ? f->export_context : "";
	const struct sneck_span context =
		f->use_export_context ? sneck_span_of(text, strlen(text)) : sneck_span_of(NULL, 0);
	uint8_t out[2048];
	enum sneck_rc rc;

	if (len == 0)
		return;
	if (len > sizeof out)
		decline("as much keying material");
	rc = sneck_export(r->conn, f->export_label != NULL ? f->export_label : "", context, out,
			  len);
	if (rc != SNECK_OK)
		die("keying material: %s", sneck_rc_name(rc));
	write_all(r, out, len);
}

static void write_secrets(struct run *r)
{
	const uint8_t size[2] = { (uint8_t)r->secret_len, 0 };
	const bool client = !r->flags->server;

	if (!r->flags->export_traffic_secrets)
		return;
	write_all(r, size, 2);
	write_all(r, client ? r->server_secret : r->client_secret, r->secret_len);
	write_all(r, client ? r->client_secret : r->server_secret, r->secret_len);
}

static size_t initial_len(const struct flags *f)
{
	return f->shim_writes_first ? strlen(f->initial_write) * (size_t)f->repeat_initial_write
				    : 0;
}

/* The next of the initial writes, or what is left of it. */
static struct sneck_span initial_next(const struct run *r)
{
	const struct flags *const f = flags_of(r);
	const size_t len = strlen(f->initial_write), at = len != 0 ? r->initial_sent % len : 0;

	return sneck_span_of(f->initial_write + at, len - at);
}

static void write_initial(struct run *r)
{
	const size_t all = initial_len(flags_of(r));

	for (; r->initial_sent < all;) {
		const struct sneck_span next = initial_next(r);

		write_all(r, next.p, next.len);
		r->initial_sent += next.len;
	}
}

/* As much of the initial writes as the server allows early; the rest comes behind the handshake. */
static bool write_early(struct run *r)
{
	struct sneck_may_st *const may = &r->st.u.may;
	const size_t all = initial_len(r->flags);
	uint64_t left = may->max_plain;

	r->offered_early = true;
	write_keying_material(r);
	while (r->initial_sent < all && left != 0) {
		const struct sneck_span next = initial_next(r);
		const struct sneck_iov piece = { next.p,
						 next.len < left ? next.len : (size_t)left };
		enum sneck_rc rc;

		link_room(r, sneck_early_size(may, piece.len));
		rc = sneck_early_encrypt(may, &piece, 1, 0, &r->out, NULL);
		if (rc != SNECK_OK)
			die("early write: %s", sneck_rc_name(rc));
		r->initial_sent += piece.len;
		left -= piece.len;
	}
	link_flush(r);
	return sneck_may_encrypt_done(may) == SNECK_OK;
}

/* ---- reading ---- */

static void update_key(struct run *r)
{
	if (sneck_key_update(r->conn, 0) != SNECK_OK)
		die("key update");
}

static void echo(struct run *r)
{
	const struct flags *const f = flags_of(r);
	const bool early = r->st.state == SNECK_EARLY_DATA_AVAILABLE;
	uint8_t data[16384];
	const size_t cap = f->read_size > 0 && f->read_size < 16384 ? (size_t)f->read_size : 512u;
	size_t len;

	if (f->shim_shuts_down)
		die("application data behind our close_notify");
	while ((early ? sneck_early_read(&r->st.u.early, data, cap, &len)
		      : sneck_app_read(&r->st.u.app, data, cap, &len)) == SNECK_OK) {
		if (f->expect_reject_early_data && !f->server && !r->early_rejected)
			die("data instead of a refusal of early data");
		for (size_t i = 0; i < len; i++)
			data[i] ^= 0xff;
		if (f->key_update)
			update_key(r);
		write_all(r, data, len);
		if (f->key_update_before_read)
			update_key(r);
	}
}

static void keep_ticket(struct run *r)
{
	struct kept *const k = r->kept;
	uint8_t session[sizeof k->session];
	size_t len;
	const enum sneck_rc rc =
		sneck_ticket_export(&r->st.u.ticket, session, sizeof session, &len);

	if (rc != SNECK_OK)
		die("ticket: %s", sneck_rc_name(rc));
	/* TLS 1.2 shows the one that was resumed again, if there is no other */
	if (len == k->session_len && memcmp(session, k->session, len) == 0)
		return;
	memcpy(k->session, session, len);
	k->session_len = len;
	r->new_session = true;
	r->new_session_early = r->st.u.ticket.max_early != 0;
}

/* A client that takes no tickets gets an id. */
static void store(struct run *r)
{
	static const struct sneck_ticket_params plain;
	struct kept *const k = r->kept;
	size_t len;

	if (flags_of(r)->server && sneck_session_store(r->conn, &plain, k->stored_id, k->stored,
						       sizeof k->stored, &len) == SNECK_OK)
		k->stored_len = len;
}

/* What a session of the reference remembers besides. */
static void remember(struct run *r)
{
	struct kept *const k = r->kept;
	struct sneck_facts *const a = &r->facts;

	if (a->resumed == 0) {
		k->group = a->group;
		store(r);
	} else if (a->version == SNECK_TLS12) {
		a->group = k->group;
	}
	if (a->peer_scheme != 0)
		k->peer_scheme = a->peer_scheme;
	else
		a->peer_scheme = a->resumed != 0 ? k->peer_scheme : 0;
}

/* ---- the handshake ---- */

static bool handshake_done(struct run *r)
{
	const struct flags *const f = flags_of(r);

	if (sneck_conn_facts(r->conn, &r->facts, sizeof r->facts) != SNECK_OK)
		die("facts");
	r->done = true;
	remember(r);
	if (r->resume && r->facts.resumed == 1 && f->reverify_on_resume && f->verify_fail) {
		/* a session is as good as its owner thinks: look again before a byte is said */
		return sneck_fail(r->conn, refusal(f)) == SNECK_OK;
	}
	if (r->facts.resumed == 2) /* a client is not told which of several */
		r->selected = r->psk_index;
	expect_handshake(r);
	return true;
}

/* What a test wants to be said first, as soon as there is a way to say it: a server that took
 * early data may speak before the client has finished. */
static void begin(struct run *r)
{
	const struct flags *const f = flags_of(r);
	const bool early = f->server && r->st.state == SNECK_EARLY_DATA_AVAILABLE;

	if (r->initial_ended || !(r->done || early) || (r->st.flags & SNECK_ST_CAN_ENCRYPT) == 0)
		return;
	r->initial_ended = true;
	if (r->done) {
		write_keying_material(r);
		write_secrets(r);
	}
	if (f->send_alert) {
		if (sneck_fail(r->conn, 30) != SNECK_OK) /* decompression_failure */
			die("alert");
		return;
	}
	write_initial(r);
	if (f->key_update_before_read && r->done)
		update_key(r);
}

static void early_result(struct run *r)
{
	r->early_accepted = r->st.u.early_result.accepted != 0;
	r->early_rejected = !r->early_accepted;
	if (r->early_rejected)
		r->initial_sent = 0;
}

/* ---- endings ---- */

static void say_goodbye(struct run *r)
{
	enum sneck_rc rc;

	link_room(r, 64);
	while ((rc = sneck_close_notify(r->conn, &r->out)) == SNECK_WANT_SPACE)
		link_room(r, r->out.required);
	if (rc != SNECK_OK)
		die("close: %s", sneck_rc_name(rc));
	link_flush(r);
}

/* true: go on reading. */
static bool receive(struct run *r)
{
	const size_t need = r->st.u.more.min_capacity;

	if (link_receive(r, need > r->in.len ? need - r->in.len : 1u))
		return true;
	if (r->done && !r->flags->check_close_notify) {
		r->eof = true;
		return false;
	}
	sneck_in_eof(&r->in);
	return true;
}

enum step { GO_ON, END, FAIL };

static enum step step(struct run *r)
{
	switch (r->st.state) {
	case SNECK_MUST_TRANSMIT_TLS_DATA:
		link_flush(r);
		return sneck_transmit_done(&r->st.u.transmit) == SNECK_OK ? GO_ON : FAIL;
	case SNECK_MUST_ENCRYPT_TLS_DATA:
		link_room(r, r->st.u.encode.required);
		return sneck_encode(&r->st.u.encode, 0, &r->out) == SNECK_OK ? GO_ON : FAIL;
	case SNECK_MAY_ENCRYPT_EARLY_DATA:
		return write_early(r) ? GO_ON : FAIL;
	case SNECK_EARLY_DATA_RESULT:
		early_result(r);
		return GO_ON;
	case SNECK_RECEIVED_TICKET:
		keep_ticket(r);
		return GO_ON;
	case SNECK_HANDSHAKE_DONE:
		return handshake_done(r) ? GO_ON : FAIL;
	case SNECK_APP_DATA_AVAILABLE:
	case SNECK_EARLY_DATA_AVAILABLE:
		echo(r);
		return GO_ON;
	case SNECK_NEEDS_MORE_TLS_DATA:
	case SNECK_TRAFFIC_TRANSIT:
		return receive(r) ? GO_ON : END;
	case SNECK_PEER_CLOSED:
	case SNECK_CLOSED:
		return END;
	case SNECK_FAILED:
		return FAIL;
	default:
		return GO_ON; /* a notice */
	}
}

static bool run_states(struct run *r)
{
	for (;;) {
		enum step next;

		/* without `out` as the RFC has it: a KeyUpdate waits until there is more to say */
		(void)sneck_process(r->conn, &r->in, r->flags->async || r->done ? NULL : &r->out,
				    &r->st);
		if (answer_question(r))
			continue;
		begin(r);
		if (r->done && r->initial_ended && flags_of(r)->shim_shuts_down &&
		    r->st.state != SNECK_FAILED) {
			say_goodbye(r);
			if (!r->flags->check_close_notify)
				return true;
		}
		next = step(r);
		if (next == END)
			return true;
		if (next == FAIL)
			return failed(r);
	}
}

bool exchange(struct run *r)
{
	const int role = r->flags->server ? SNECK_SERVER : SNECK_CLIENT;
	const size_t size = sneck_conn_size(&r->cfg, role);
	const size_t work = sneck_scratch_size(&r->cfg, role);
	void *const mem = aligned_alloc(SNECK_ALIGN, (size + 15u) & ~15u);
	void *const scratch = aligned_alloc(SNECK_ALIGN, (work + 15u) & ~15u);
	const char *const name = r->flags->host_name;
	const uint32_t early = r->flags->enable_early_data ? SNECK_SESSION_EARLY_DATA : 0;
	uint8_t session[sizeof r->kept->session];
	bool ok;

	if (mem == NULL || scratch == NULL ||
	    sneck_conn_init(mem, size, &r->cfg, role, r->kept->now_ms, &r->conn) != SNECK_OK ||
	    sneck_conn_set_scratch(r->conn, scratch, work) != SNECK_OK)
		die("no connection");
	if (role == SNECK_CLIENT && name != NULL &&
	    sneck_conn_set_name(r->conn, name, strlen(name)) != SNECK_OK)
		die("the library takes no name %s", name);
	memcpy(session, r->kept->session, r->kept->session_len);
	/* refused: too old, and a full handshake follows */
	if (role == SNECK_CLIENT && r->resume && !r->flags->no_ticket)
		(void)!sneck_conn_set_session(r->conn, session, r->kept->session_len, early);
	link_open(r);
	ok = run_states(r);
	if (ok)
		expect_trace(r); /* our own end is not in it */
	if (ok && !r->eof && !r->flags->shim_shuts_down)
		say_goodbye(r);
	link_close(r);
	if (ok)
		expect_end(r);
	sneck_conn_wipe(r->conn);
	free(scratch);
	free(mem);
	return ok;
}
