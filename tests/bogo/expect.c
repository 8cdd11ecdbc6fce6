/* SPDX-License-Identifier: MIT */
/* expect.c: what a test wants to see, on the ClientHello, behind the handshake and at the end.
 * Whatever is otherwise ends the program with a sentence. */
#include "shim.h"

#include <stdlib.h>
#include <string.h>

static bool is_text(struct sneck_span s, const char *text)
{
	const size_t len = text != NULL ? strlen(text) : 0;

	return s.len == len && (len == 0 || memcmp(s.p, text, len) == 0);
}

static bool same(struct sneck_span a, struct sneck_span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

void expect_hello(const struct run *r, const struct sneck_hello_st *hello)
{
	const struct flags *const f = r->flags;

	if (f->expect_advertised_alpn != NULL && !is_text(hello->alpn, f->expect_advertised_alpn))
		die("another list of protocols than expected");
	if (f->expect_no_server_name && hello->sni.len != 0)
		die("a server name where none was expected");
	if (f->expect_server_name != NULL && !is_text(hello->sni, f->expect_server_name))
		die("the server name is %.*s", (int)hello->sni.len, (const char *)hello->sni.p);
}

/* DistinguishedNames as on the wire against those that a test lists. */
static void expect_issuers(const char *want, struct sneck_span have)
{
	struct sneck_span names[16];
	const size_t n = read_names(want, names, 16);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (at + 2u + names[i].len > have.len ||
		    !same(names[i], sneck_span_of(have.p + at + 2u, names[i].len)))
			die("another list of issuers than expected");
		at += 2u + names[i].len;
	}
	if (at != have.len)
		die("more issuers than expected");
}

void expect_request(const struct run *r, const struct sneck_cred_st *cred)
{
	const struct list *const want = &r->flags->expect_peer_verify_prefs;

	if (r->flags->expect_client_ca_list != NULL)
		expect_issuers(r->flags->expect_client_ca_list, cred->ca_names);
	if (want->given && cred->schemes.len != 2u * want->n)
		die("%zu schemes, expected %zu", cred->schemes.len / 2u, want->n);
	for (size_t i = 0; i < want->n; i++)
		if ((cred->schemes.p[2u * i] << 8 | cred->schemes.p[2u * i + 1u]) != want->v[i])
			die("scheme %zu of the peer is another one", i);
}

static void expect_number(const char *what, int got, int want)
{
	if (want != 0 && got != want)
		die("%s is %d, expected %d", what, got, want);
}

static void expect_resumption(const struct run *r, const struct flags *f)
{
	const bool want = r->resume && !f->expect_session_miss;

	if ((r->facts.resumed == 1) != want)
		die("the session was %sresumed", want ? "not " : "");
}

static void expect_early(const struct run *r, const struct flags *f)
{
	if (f->expect_accept_early_data && r->facts.early != 1)
		die("early data was not accepted");
	if (f->expect_reject_early_data && r->facts.early == 1)
		die("early data was accepted");
	if (!f->server && r->flags->expect_reject_early_data && !r->early_rejected)
		die("early data was not rejected");
	if (f->expect_no_offer_early_data && r->offered_early)
		die("early data was offered");
}

static void expect_peer_chain(const struct run *r, const char *path)
{
	struct sneck_pki_chain *chain;
	const struct sneck_span *certs;
	size_t n;

	if (sneck_pki_chain_load(&chain, path, NULL) != SNECK_OK)
		die("cannot read %s", path);
	certs = sneck_pki_chain_certs(chain, &n);
	if (n != r->kept->n_peer)
		die("%zu certificates of the peer, expected %zu", r->kept->n_peer, n);
	for (size_t i = 0; i < n; i++)
		if (!same(certs[i], r->kept->peer[i]))
			die("certificate %zu of the peer is another one", i);
	sneck_pki_chain_close(chain);
}

static void expect_peer(const struct run *r, const struct flags *f)
{
	static const uint8_t none[32];
	const bool came = memcmp(r->facts.leaf_id, none, sizeof none) != 0;

	if (f->expect_ocsp_response.len != 0 && !same(r->kept->ocsp, f->expect_ocsp_response))
		die("another OCSP response than expected");
	if (f->expect_scts.len != 0 && !same(r->kept->scts, f->expect_scts))
		die("other certificate timestamps than expected");
	if (f->expect_peer_cert_file != NULL)
		expect_peer_chain(r, f->expect_peer_cert_file);
	if (f->expect_no_peer_cert && came)
		die("a certificate of the peer where none was expected");
	if ((!f->server || f->require_any_client_certificate) && !f->expect_no_peer_cert && !came &&
	    r->facts.resumed != 2)
		die("no certificate of the peer");
}

void expect_handshake(const struct run *r)
{
	const struct flags *const f = r->early_rejected ? r->retry : r->flags;
	const struct sneck_facts *const facts = &r->facts;

	expect_number("the version", facts->version, f->expect_version);
	expect_number("the peer's signature scheme", facts->peer_scheme, f->expect_peer_scheme);
	expect_number("the group", facts->group, f->expect_curve_id);
	expect_number("the suite", facts->suite, f->expect_cipher);
	expect_number("the suite", facts->suite, f->expect_cipher_aes);
	expect_resumption(r, f);
	expect_early(r, f);
	expect_peer(r, f);
	if (!is_text(facts->alpn, f->server ? f->select_alpn : f->expect_alpn))
		die("the protocol is %.*s", (int)facts->alpn.len, (const char *)facts->alpn.p);
	if (f->expect_extended_master_secret && facts->version == SNECK_TLS12 && !facts->ems)
		die("no extended master secret");
	if ((f->expect_hrr && !facts->retried) || (f->expect_no_hrr && facts->retried))
		die("there was %s HelloRetryRequest", facts->retried ? "a" : "no");
	if (f->expect_selected_credential != NO_EXPECTATION &&
	    r->selected != f->expect_selected_credential)
		die("credential %d was used", r->selected);
}

void expect_trace(const struct run *r)
{
	const char *const want = r->flags->expect_msg_callback;

	if (want != NULL && strcmp(r->trace, want) != 0)
		die("messages were\n%sexpected\n%s", r->trace, want);
}

void expect_end(const struct run *r)
{
	const struct flags *const f = r->early_rejected ? r->retry : r->flags;
	const bool old = r->facts.version == SNECK_TLS12;
	/* RFC 7627, 5.3: what has no extended master secret is not to be resumed */
	const bool want =
		!f->expect_no_session && !f->shim_shuts_down &&
		(!old || (r->facts.ems && (r->facts.resumed == 0 || f->expect_ticket_renewal)));

	expect_number("the number of renegotiations", 0, f->expect_total_renegotiations);
	if (f->server)
		return;
	if (r->new_session != want && !f->shim_shuts_down)
		die("a ticket came%s", want ? " not" : "");
	if (want && r->new_session_early != f->expect_ticket_early)
		die("the ticket is%s good for early data", f->expect_ticket_early ? " not" : "");
}
