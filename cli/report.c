/* SPDX-License-Identifier: MIT */
/* The facts of one connection: address, version, suite, group, signature, alpn, chain, times, as
 * lines or as one JSON object with a stable schema. A connection that failed shows what was known
 * by then. Texts of certificates come escaped from the library. */
#define _GNU_SOURCE
#include "report.h"
#include "out.h"

#include <string.h>
#include <time.h>

void report_chain(struct report *r, const struct sneck_cert_st *st)
{
	struct sneck_cert_entry entry;

	r->raw = st->type == SNECK_RAW_PUBLIC_KEY;
	if (r->raw) { /* whose digest is its pin */
		memcpy(r->certs[0].pin, st->leaf_id, sizeof st->leaf_id);
		r->n_certs = 1;
		return;
	}
	if (sneck_cert_at(st, 0, &entry) == SNECK_OK)
		r->stapled = entry.ocsp.len != 0;
	for (uint32_t i = 0; i < st->n_entries && r->n_certs < CERTS_MAX; i++) {
		struct sneck_pki_about *const about = &r->certs[r->n_certs];

		if (sneck_cert_at(st, i, &entry) != SNECK_OK)
			return;
		if (sneck_pki_about(entry.der, about) != SNECK_OK)
			snprintf(about->subject, sizeof about->subject, "not readable");
		r->n_certs++;
	}
}

static const char *or_dash(uint16_t id, const char *(*name)(int))
{
	return id == 0 ? "-" : name(id);
}

static void chain_lines(const struct report *r, FILE *f)
{
	const uint64_t now_ms = (uint64_t)time(NULL) * 1000;

	fprintf(f, "chain      %s%s%s\n",
		r->n_certs == 0 ? "-"
		: r->trusted	? "accepted"
				: "REFUSED",
		r->verdict[0] == '\0' ? "" : ": ", r->verdict);
	for (size_t i = 0; i < r->n_certs; i++) {
		const struct sneck_pki_about *const a = &r->certs[i];
		const long long left = ((long long)a->not_after_ms - (long long)now_ms) / 86400000;
		char day[16], hex[65], pin[PIN_TEXT];

		out_day(day, a->not_after_ms);
		out_pin(pin, a->pin);
		if (r->raw) {
			fprintf(f, "           a raw public key, pin %s\n", pin);
			continue;
		}
		fprintf(f, "         %zu %s, issued by %s\n", i, a->subject, a->issuer);
		if (a->names[0] != '\0')
			fprintf(f, "           for %s\n", a->names);
		fprintf(f, "           %s, until %s (%lld days)\n", a->key, day, left);
		fprintf(f, "           pin %s\n", pin);
		out_hex(hex, a->sha256, 32);
		fprintf(f, "           certificate sha256:%s\n", hex);
	}
}

/* Nothing, when records are as large as they may be. */
static void record_line(const struct report *r, FILE *f)
{
	const unsigned asked = r->o->record_limit != 0 ? r->o->record_limit : r->o->max_fragment;

	if (r->facts.version == 0 || (asked == 0 && r->facts.send_fragment == 16384))
		return;
	fprintf(f, "records    at most %u bytes to the peer", r->facts.send_fragment);
	if (asked != 0)
		fprintf(f, "; it was asked for %u", asked);
	fputc('\n', f);
}

static const char *resumed(const struct report *r)
{
	static const char *const ways[] = { "no", "session", "psk" };

	return ways[r->facts.resumed % 3];
}

static const char *early(const struct report *r)
{
	if (r->o->early == NULL)
		return NULL;
	return r->early_taken ? "accepted" : r->early_sent ? "refused" : "not sent";
}

/* Nothing, when there was nothing to go on with. */
static void resumed_line(const struct report *r, FILE *f)
{
	if (r->facts.resumed != 0)
		fprintf(f, "resumed    by %s\n",
			r->facts.resumed == 1 ? "a session" : "a pre-shared key");
	else if (r->o->session != NULL)
		fprintf(f, "resumed    no%s\n", r->offered ? ", the server did not" : "");
	if (early(r) != NULL)
		fprintf(f, "early data %s\n", early(r));
}

void report_lines(const struct report *r, FILE *f)
{
	const struct sneck_facts *const a = &r->facts;

	fprintf(f, "address    %s (%s)\n", r->address,
		r->o->name != NULL ? r->o->name : r->o->host);
	fprintf(f, "version    %s\n", or_dash(a->version, sneck_version_name));
	if (a->version == SNECK_TLS12)
		fprintf(f, "with       %s master secret, %s renegotiation, %s%s\n",
			a->ems ? "extended" : "no extended",
			a->secure_renegotiation ? "secure" : "no word on",
			r->session != NULL ? "a session " : "no session",
			r->session != NULL ? r->session : "");
	fprintf(f, "suite      %s\n", or_dash(a->suite, sneck_suite_name));
	fprintf(f, "group      %s%s\n", or_dash(a->group, sneck_group_name),
		a->retried ? " (after HelloRetryRequest)" : "");
	fprintf(f, "signature  %s\n", or_dash(a->peer_scheme, sneck_scheme_name));
	fprintf(f, "alpn       ");
	if (a->alpn.len == 0)
		fputs("none", f);
	out_plain(f, (const char *)a->alpn.p, a->alpn.len);
	fputc('\n', f);
	record_line(r, f);
	resumed_line(r, f);
	chain_lines(r, f);
	if (r->o->want_ocsp)
		fprintf(f, "staple     %s\n", r->stapled ? "an OCSP response" : "none");
	fprintf(f, "time       DNS and TCP %.1f ms, TLS %.1f ms\n", r->tcp_ms, r->tls_ms);
	fflush(f);
}

void report_end(const struct report *r, FILE *f)
{
	const struct sneck_facts *const a = &r->facts;

	if (r->o->key_update)
		fprintf(f, "updates    %llu sent, %llu received\n",
			(unsigned long long)a->tx_updates, (unsigned long long)a->rx_updates);
}

static void json_name(struct json *j, const char *key, uint16_t id, const char *(*name)(int))
{
	json_text(j, key, id == 0 ? NULL : name(id));
}

static void json_cert(struct json *j, const struct sneck_pki_about *a, bool raw)
{
	char day[16], hex[65], pin[PIN_TEXT];

	json_open(j, NULL, '{');
	out_pin(pin, a->pin);
	if (raw) {
		json_text(j, "pin", pin);
		json_close(j, '}');
		return;
	}
	json_text(j, "subject", a->subject);
	json_text(j, "issuer", a->issuer);
	json_text(j, "names", a->names);
	json_text(j, "serial", a->serial);
	out_day(day, a->not_before_ms);
	json_text(j, "not_before", day);
	out_day(day, a->not_after_ms);
	json_text(j, "not_after", day);
	json_text(j, "key", a->key);
	out_hex(hex, a->sha256, 32);
	json_text(j, "sha256", hex);
	json_text(j, "pin", pin);
	json_close(j, '}');
}

void report_json(const struct report *r, FILE *f)
{
	const struct sneck_facts *const a = &r->facts;
	struct json j = { f, false };
	char alpn[256];

	json_open(&j, NULL, '{');
	json_text(&j, "host", r->o->host);
	json_number(&j, "port", r->o->port);
	json_text(&j, "name", r->o->name != NULL ? r->o->name : r->o->host);
	json_text(&j, "address", r->address[0] == '\0' ? NULL : r->address);
	json_number(&j, "code", r->code);
	json_text(&j, "error", r->code == CODE_OK ? NULL : r->error);
	json_name(&j, "version", a->version, sneck_version_name);
	json_bool(&j, "extended_master_secret", a->ems != 0);
	json_bool(&j, "secure_renegotiation", a->secure_renegotiation != 0);
	json_name(&j, "suite", a->suite, sneck_suite_name);
	json_name(&j, "group", a->group, sneck_group_name);
	json_bool(&j, "retried", a->retried != 0);
	json_name(&j, "signature", a->peer_scheme, sneck_scheme_name);
	snprintf(alpn, sizeof alpn, "%.*s", (int)a->alpn.len, (const char *)a->alpn.p);
	json_text(&j, "alpn", a->alpn.len == 0 ? NULL : alpn);
	json_text(&j, "resumed", resumed(r));
	json_text(&j, "early_data", early(r));
	json_text(&j, "session", r->session);
	json_bool(&j, "session_saved", r->saved);
	json_number(&j, "send_fragment", a->send_fragment);
	json_number(&j, "tx_updates", (double)a->tx_updates);
	json_number(&j, "rx_updates", (double)a->rx_updates);
	json_text(&j, "verdict", r->n_certs == 0 ? NULL : r->trusted ? "accepted" : "refused");
	json_text(&j, "reason", r->verdict[0] == '\0' ? NULL : r->verdict);
	json_text(&j, "type", r->n_certs == 0 ? NULL : r->raw ? "raw public key" : "X.509");
	json_bool(&j, "stapled", r->stapled);
	json_open(&j, "chain", '[');
	for (size_t i = 0; i < r->n_certs; i++)
		json_cert(&j, &r->certs[i], r->raw);
	json_close(&j, ']');
	json_number(&j, "connect_ms", r->tcp_ms);
	json_number(&j, "handshake_ms", r->tls_ms);
	if (r->http_status != 0)
		json_number(&j, "status", r->http_status);
	json_close(&j, '}');
	fputc('\n', f);
	fflush(f);
}
