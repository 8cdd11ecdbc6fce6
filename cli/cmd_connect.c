/* SPDX-License-Identifier: MIT */
/* `sneck connect`: one connection, what was agreed on it, and then a page or the bytes of stdin
 * and stdout. The chain is judged here and not inside the handshake (SNECK_ASK_VERIFY), so that
 * it can be shown even when it is refused. Every end has one sentence and one exit code.
 *
 * stdin is read on libuv's pool, which works for files, pipes and terminals alike and leaves their
 * mode alone; stdout is written where the bytes are, and a slow reader slows the connection. */
#define _GNU_SOURCE
#include "cmd.h"
#include "fetch.h"
#include "identity.h"
#include "out.h"
#include "pack.h"
#include "report.h"
#include "session.h"

#include <sneck/uv.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum { LAST_MS = 1000 }; /* for the peer's end behind a whole answer, for more of stdin behind it */

static struct visit {
	const struct options *o;
	char at[HOST_MAX + 10]; /* HOST:PORT, for sentences */
	struct report report;
	struct sneck_config config;
	struct identity id;
	struct sneck_pki_trust *trust;
	struct sneck_uv *s;
	struct fetch fetch;
	uv_timer_t last;
	uv_fs_t input;
	uint64_t t0, t_tcp; /* uv_hrtime() */
	bool open, held, ended, updating;
	uint8_t *session, *early;
	size_t session_len, early_len;
	size_t n_held;
	char buf[16384];
} visit; /* one per process; lent to the loop */

static void failed(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first reason counts. */
static void failed(int code, const char *format, ...)
{
	va_list args;

	if (visit.report.code != CODE_OK)
		return;
	visit.report.code = code;
	va_start(args, format);
	vsnprintf(visit.report.error, sizeof visit.report.error, format, args);
	va_end(args);
}

static double ms_since(uint64_t then)
{
	return (double)(uv_hrtime() - then) / 1e6;
}

/* ---- stdin and stdout ---------------------------------------------------------------------- */

static bool put(const void *data, size_t len)
{
	const char *at = data;

	while (len != 0) {
		struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
		const ssize_t n = write(STDOUT_FILENO, at, len);

		if (n >= 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&p, 1, -1);
		} else if (errno != EINTR) {
			failed(CODE_CHECK, "cannot write to stdout: %s", strerror(errno));
			return false;
		}
	}
	return true;
}

static void read_more(void);
static void on_quiet(uv_timer_t *timer);

/* Sends what was read; what the stream does not take now waits for on_drain(). */
static void send_held(void)
{
	const struct sneck_iov piece = { visit.buf, visit.n_held };
	const enum sneck_rc rc = sneck_uv_write(visit.s, &piece, 1);

	visit.held = rc == SNECK_WANT_SPACE;
	if (rc == SNECK_OK)
		read_more();
}

static void on_input(uv_fs_t *req)
{
	const ssize_t n = req->result;

	uv_fs_req_cleanup(req);
	if (visit.ended)
		return;
	if (n > 0) {
		if (uv_is_active((uv_handle_t *)&visit.last))
			uv_timer_start(&visit.last, on_quiet, LAST_MS, 0);
		visit.n_held = (size_t)n;
		send_held();
		return;
	}
	if (n < 0)
		failed(CODE_CHECK, "cannot read stdin: %s", uv_strerror((int)n));
	sneck_uv_end(visit.s);
}

static void read_more(void)
{
	const uv_buf_t buf = uv_buf_init(visit.buf, sizeof visit.buf);

	uv_fs_read(uv_default_loop(), &visit.input, STDIN_FILENO, &buf, 1, -1, on_input);
}

/* ---- messages ------------------------------------------------------------------------------ */

static void on_last(uv_timer_t *timer);
static void on_updated(uv_timer_t *timer);

static void on_message(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	(void)user;
	if (visit.o->trace)
		out_trace(sent, content, type, len);
	if (visit.updating && visit.o->key_update && !sent && content == 22 && type == 24)
		uv_timer_start(&visit.last, on_updated, 0, 0); /* outside of the connection */
}

/* New keys for our direction, and a request for the other. What nobody waits for (--json alone) is
 * given a moment. */
static void update_keys(struct sneck_uv *s)
{
	const bool alone = visit.o->json && visit.o->get == NULL;

	if (sneck_key_update(sneck_uv_conn(s), SNECK_KU_REQUEST_PEER) != SNECK_OK)
		failed(CODE_CHECK, "the keys cannot be changed");
	sneck_uv_kick(s);
	visit.updating = alone;
	if (alone)
		uv_timer_start(&visit.last, on_updated, LAST_MS, 0);
}

/* ---- the chain ----------------------------------------------------------------------------- */

/* Judges the chain on the spot. 0: could not. */
static int judge(const struct sneck_status *st)
{
	const size_t len = sneck_verify_job_size(&st->u.cert);
	void *const job = malloc(len);
	struct sneck_verdict verdict = { 0 };
	struct sneck_note why = { "" };
	int taken = 0;

	report_chain(&visit.report, &st->u.cert);
	if (job == NULL || sneck_verify_job_pack(&st->u.cert, job, len) != SNECK_OK ||
	    sneck_verify_job_run(sneck_pki_trust_verifier(visit.trust), job, len, &verdict) !=
		    SNECK_OK) {
		free(job);
		return 0;
	}
	visit.report.trusted = verdict.chain == SNECK_CHAIN_VALID;
	if (sneck_pki_explain(visit.trust, job, len, &why) != SNECK_OK)
		memcpy(why.text, "no reason given", 16);
	if (visit.o->insecure)
		snprintf(visit.report.verdict, sizeof visit.report.verdict,
			 "not verified (--insecure-skip-verify)");
	else
		snprintf(visit.report.verdict, sizeof visit.report.verdict, "%s", why.text);
	taken = sneck_answer_verdict(sneck_uv_conn(visit.s), st->op, &verdict) == SNECK_OK;
	free(job);
	return taken;
}

/* ---- sessions ------------------------------------------------------------------------------ */

static void on_ticket(const struct sneck_status *st)
{
	visit.report.session = st->u.ticket.by_id ? "id" : "ticket";
	if (visit.o->session == NULL)
		return;
	if (!session_save(visit.o->session, &st->u.ticket))
		failed(CODE_CHECK, "cannot write the session to %s: %s", visit.o->session,
		       strerror(errno));
	visit.report.saved = true;
	if (visit.updating && !visit.o->key_update) /* that was all we waited for */
		uv_timer_start(&visit.last, on_updated, 0, 0);
}

/* Early data that was not sent, or not taken, goes behind the handshake. */
static void send_again(struct sneck_uv *s)
{
	const struct sneck_iov piece = { visit.early, visit.early_len };

	if (visit.early_len != 0 && !visit.report.early_taken &&
	    sneck_uv_write(s, &piece, 1) != SNECK_OK)
		failed(CODE_CHECK, "cannot send %s", visit.o->early);
}

static int on_state(struct sneck_uv *s, const struct sneck_status *st)
{
	const struct sneck_iov piece = { visit.early, visit.early_len };

	switch (st->state) {
	case SNECK_NEEDS_UNPACKED_CERTIFICATE:
		return pack_answer(sneck_uv_conn(s), st);
	case SNECK_RECEIVED_CERTIFICATE:
		return judge(st);
	case SNECK_RECEIVED_TICKET:
		on_ticket(st);
		return 0;
	case SNECK_MAY_ENCRYPT_EARLY_DATA:
		visit.report.early_sent = sneck_uv_write_early(s, st, &piece, 1) == SNECK_OK;
		return 0;
	case SNECK_EARLY_DATA_RESULT:
		visit.report.early_taken =
			visit.report.early_sent && st->u.early_result.accepted != 0;
		return 0;
	default:
		return 0;
	}
}

/* A session that does not fit is not offered, and that is no failure. */
static int offer(struct sneck_conn *conn)
{
	const struct options *const o = visit.o;
	enum sneck_rc rc;
	int code = 0;

	if (o->session != NULL)
		code = session_read_file(o, o->session, SESSION_MAX, true, &visit.session,
					 &visit.session_len);
	if (code == 0 && o->early != NULL)
		code = session_read_file(o, o->early, 65535, false, &visit.early, &visit.early_len);
	if (code != 0 || visit.session == NULL)
		return code;
	rc = sneck_conn_set_session(conn, visit.session, visit.session_len,
				    visit.early_len != 0 ? SNECK_SESSION_EARLY_DATA : 0);
	if (rc == SNECK_E_ARG)
		return out_fail(CODE_USAGE, o->verb, "%s is no session", o->session);
	visit.report.offered = rc == SNECK_OK;
	return 0;
}

/* ---- the stream ---------------------------------------------------------------------------- */

static void on_connect(struct sneck_uv *s)
{
	(void)s;
	visit.report.tcp_ms = ms_since(visit.t0);
	visit.t_tcp = uv_hrtime();
}

static void learn(void)
{
	(void)!sneck_conn_facts(sneck_uv_conn(visit.s), &visit.report.facts,
				sizeof visit.report.facts);
	sneck_uv_address(visit.s, visit.report.address, sizeof visit.report.address);
}

static void on_last(uv_timer_t *timer)
{
	(void)timer;
	if (!visit.ended)
		sneck_uv_abort(visit.s, 0);
}

/* The answer is whole, or never will be: nothing more is wanted of the peer but its end. */
static void wind_up(void)
{
	sneck_uv_end(visit.s);
	if (!uv_is_active((uv_handle_t *)&visit.last))
		uv_timer_start(&visit.last, on_last, LAST_MS, 0);
}

static void on_updated(uv_timer_t *timer)
{
	(void)timer;
	visit.updating = false;
	if (!visit.ended)
		wind_up();
}

static void on_open(struct sneck_uv *s)
{
	char request[8192];
	struct sneck_iov piece = { request, 0 };

	visit.open = true;
	visit.report.tls_ms = ms_since(visit.t_tcp);
	learn();
	if (!visit.o->json)
		report_lines(&visit.report, stderr);
	if (visit.o->key_update)
		update_keys(s);
	send_again(s);
	if (visit.o->session != NULL && visit.o->json && visit.o->get == NULL &&
	    !visit.report.saved && !visit.updating) { /* a ticket may come in a moment */
		visit.updating = true;
		uv_timer_start(&visit.last, on_updated, LAST_MS, 0);
	}
	if (visit.o->get != NULL) {
		piece.len = fetch_request(visit.o, request, sizeof request);
		if (piece.len == 0 || sneck_uv_write(s, &piece, 1) != SNECK_OK) {
			failed(CODE_USAGE, "the path for --get is too long");
			sneck_uv_end(s);
		}
	} else if (!visit.o->json) {
		read_more();
	} else if (!visit.updating) {
		sneck_uv_end(s);
	}
}

static void on_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	if (visit.o->get == NULL) {
		if (!visit.o->json && !put(data, len))
			sneck_uv_abort(s, 0);
		return;
	}
	fetch_read(&visit.fetch, data, len);
	if (visit.fetch.broken)
		failed(CODE_NETWORK, "%s does not answer in HTTP/1.1", visit.at);
	if (visit.fetch.broken || visit.fetch.done)
		wind_up();
}

static void on_drain(struct sneck_uv *s)
{
	(void)s;
	if (visit.held)
		send_held();
}

static void on_quiet(uv_timer_t *timer)
{
	if (visit.held)
		uv_timer_start(timer, on_quiet, LAST_MS, 0);
	else if (!visit.ended)
		sneck_uv_end(visit.s);
}

/* The peer says no more, and may go on to read: what waits on stdin is still sent, unless somebody
 * types it. */
static void on_end(struct sneck_uv *s)
{
	if (visit.o->get != NULL)
		fetch_end(&visit.fetch);
	if (visit.o->get != NULL || visit.o->json || isatty(STDIN_FILENO))
		sneck_uv_end(s);
	else
		uv_timer_start(&visit.last, on_quiet, LAST_MS, 0);
}

/* ---- the end ------------------------------------------------------------------------------- */

static void say_system(int error)
{
	if (error == UV_EAI_NONAME || error == UV_EAI_NODATA)
		failed(CODE_NETWORK, "there is no host %s", visit.o->host);
	else if (error == UV_EAI_AGAIN || error == UV_EAI_FAIL)
		failed(CODE_NETWORK, "the name service does not answer for %s", visit.o->host);
	else if (error == UV_ECONNREFUSED)
		failed(CODE_NETWORK, "nothing listens on %s", visit.at);
	else
		failed(CODE_NETWORK, "%s %s: %s",
		       visit.open ? "the connection broke to" : "cannot reach", visit.at,
		       uv_strerror(error));
}

static const char *versions(void)
{
	return visit.o->min_version == SNECK_TLS13   ? "no TLS 1.3"
	       : visit.o->max_version == SNECK_TLS12 ? "no TLS 1.2"
						     : "neither TLS 1.3 nor 1.2";
}

static void say_alert(uint8_t alert)
{
	const char *hint = "";

	if (alert == SNECK_ALERT_PROTOCOL_VERSION) {
		failed(CODE_NETWORK, "%s speaks %s: it refused with the alert %s", visit.at,
		       versions(), sneck_alert_name(alert));
		return;
	}
	if (alert == SNECK_ALERT_HANDSHAKE_FAILURE)
		hint = ": it found no suite, group or signature in common";
	else if (alert == SNECK_ALERT_NO_APPLICATION_PROTOCOL)
		hint = ": it knows none of the protocols of --alpn";
	else if (alert == SNECK_ALERT_UNRECOGNIZED_NAME)
		hint = ": it does not serve this name";
	else if (alert == SNECK_ALERT_CERTIFICATE_REQUIRED)
		hint = ": it asks for a client certificate: give --cert and --key";
	failed(CODE_NETWORK, "%s refused with the alert %s%s", visit.at, sneck_alert_name(alert),
	       hint);
}

static void say(struct sneck_uv *s, enum sneck_rc rc)
{
	const char *const at = visit.at;
	struct sneck_failure f = { 0 };

	if (rc == SNECK_E_SYSTEM)
		say_system(sneck_uv_error(s));
	else if (rc == SNECK_E_TIMEOUT && !visit.open)
		failed(CODE_NETWORK, "%s did not finish the handshake within %g s", at,
		       visit.o->timeout_ms / 1000.0);
	else if (rc == SNECK_E_TIMEOUT)
		failed(CODE_NETWORK, "%s has fallen silent", at);
	else if (rc == SNECK_E_NOT_TLS)
		failed(CODE_NETWORK, "%s does not speak TLS", at);
	else if (rc == SNECK_E_NO_VERSION)
		failed(CODE_NETWORK, "%s speaks %s", at, versions());
	else if (rc == SNECK_E_PEER_ALERT && sneck_conn_failure(sneck_uv_conn(s), &f) == SNECK_OK)
		say_alert(f.alert);
	else if (rc == SNECK_E_TRUNCATED && !visit.open)
		failed(CODE_NETWORK, "%s closed the connection during the handshake", at);
	else if (rc == SNECK_E_TRUNCATED)
		failed(CODE_NETWORK, "%s closed without close_notify; data may be missing", at);
	else if (visit.report.n_certs != 0 && !visit.report.trusted)
		failed(CODE_CERT, "the certificate of %s is refused: %s", at,
		       visit.report.verdict[0] != '\0' ? visit.report.verdict : sneck_rc_text(rc));
	else if (rc == SNECK_E_NO_MEMORY || rc == SNECK_E_CRYPTO || rc == SNECK_E_RANDOM)
		failed(CODE_CHECK, "%s", sneck_rc_text(rc));
	else
		failed(CODE_NETWORK, "%s breaks the protocol: %s", at, sneck_rc_text(rc));
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	const bool get = visit.o->get != NULL;

	visit.ended = true;
	learn();
	visit.report.http_status = visit.fetch.status;
	if (visit.fetch.done && visit.fetch.status >= 400)
		failed(CODE_CHECK, "%s answered with status %d", visit.at, visit.fetch.status);
	/* when all that was wanted came, how the peer takes leave is its affair */
	if (!visit.fetch.done && !(visit.open && visit.o->json && !get)) {
		if (rc != SNECK_OK)
			say(s, rc);
		else if (get)
			failed(CODE_NETWORK, "the answer of %s is cut short", visit.at);
	}
	uv_stop(uv_default_loop());
}

static const struct sneck_uv_handler handler = {
	SNECK_UV_HANDLER_INIT, .open = on_open,	  .read = on_read,   .drain = on_drain,
	.end = on_end,	       .close = on_close, .state = on_state, .connect = on_connect,
};

/* ---- start --------------------------------------------------------------------------------- */

static int set_up(const struct options *o)
{
	const struct sneck_pki_trust_options trust = {
		SNECK_PKI_TRUST_INIT,
		.no_system = o->ca != NULL || o->has_pin || o->insecure,
		.insecure_skip_verify = o->insecure,
		.files = &o->ca,
		.n_files = o->ca != NULL,
		.pins = o->pin,
		.n_pins = o->has_pin,
		.ocsp = o->want_ocsp ? SNECK_PKI_OCSP_ASKED : SNECK_PKI_OCSP_OFF,
		.raw_keys = o->raw_key ? 2 : 0,
	};
	struct sneck_note why = { "" };
	int rc;

	visit.o = visit.report.o = o;
	snprintf(visit.at, sizeof visit.at, strchr(o->host, ':') != NULL ? "[%s]:%u" : "%s:%u",
		 o->host, (unsigned)o->port);
	visit.config = (struct sneck_config){ SNECK_CONFIG_INIT,
					      .ask = SNECK_ASK_VERIFY | SNECK_ASK_TICKETS,
					      .grease = o->grease };
	rc = options_config(o, &visit.config);
	if (rc != 0)
		return rc;
	if (o->compress) {
		visit.config.ask |= SNECK_ASK_UNPACK;
		visit.config.unpack = pack_known();
	}
	for (uint16_t n = o->max_fragment; n >= 512; n /= 2)
		visit.config.ask_max_fragment++; /* RFC 6066, 4: 1 is 512, 4 is 4,096 */
	if (o->trace || o->key_update)
		visit.config.trace = on_message;
	if (sneck_pki_trust_open(&visit.trust, &trust, &why) != SNECK_OK)
		return out_fail_file(o->verb, o->ca, why.text);
	visit.config.verifier = sneck_pki_trust_verifier(visit.trust);
	rc = identity_load(&visit.id, o);
	if (rc != 0)
		return rc;
	visit.config.credentials = visit.id.list;
	visit.config.n_credentials = visit.id.n;
	if (sneck_config_check(&visit.config, SNECK_CLIENT, &why) != SNECK_OK)
		return out_fail(CODE_USAGE, o->verb, "%s", why.text);
	fetch_init(&visit.fetch, put);
	return 0;
}

static int dial(const struct options *o)
{
	const struct sneck_uv_options options = {
		SNECK_UV_INIT,
		.config = &visit.config,
		.handler = &handler,
		.handshake_timeout_ms = o->timeout_ms,
		.idle_timeout_ms = o->get != NULL || o->json ? 0 : UINT32_MAX,
	};
	const char *bad = o->host;
	enum sneck_rc rc;

	uv_timer_init(uv_default_loop(), &visit.last);
	visit.t0 = uv_hrtime();
	rc = sneck_uv_connect(&visit.s, uv_default_loop(), o->host, o->port, &options);
	if (rc == SNECK_OK && o->name != NULL) {
		bad = o->name;
		rc = sneck_conn_set_name(sneck_uv_conn(visit.s), o->name, strlen(o->name));
	}
	if (rc == SNECK_OK)
		return offer(sneck_uv_conn(visit.s));
	if (rc == SNECK_E_ARG)
		return out_fail(CODE_USAGE, o->verb, "\"%s\" is neither a host name nor an address",
				bad);
	return out_fail(CODE_CHECK, o->verb, "%s", sneck_rc_text(rc));
}

int cmd_connect(const struct options *o)
{
	int rc = set_up(o);

	if (rc == 0)
		rc = dial(o);
	if (rc != 0)
		return rc;
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	if (o->json)
		report_json(&visit.report, o->get != NULL ? stderr : stdout);
	else if (!visit.open && visit.report.n_certs != 0)
		report_lines(&visit.report, stderr);
	if (visit.open && !o->json)
		report_end(&visit.report, stderr);
	if (visit.report.code != CODE_OK)
		out_fail(visit.report.code, o->verb, "%s", visit.report.error);
	sneck_pki_trust_close(visit.trust);
	identity_close(&visit.id);
	/* A thread of libuv's pool may still wait for stdin or DNS, and exit() would wait for it.
	 */
	fflush(NULL);
	_exit(visit.report.code);
}
