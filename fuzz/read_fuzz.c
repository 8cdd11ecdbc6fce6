/* SPDX-License-Identifier: MIT */
/* read_fuzz.c: every function that reads bytes of a peer, or bytes that were kept outside, on any
 * bytes. The first
 * byte picks the reader, the rest is its input, in an allocation that ends where they end: the
 * sanitizers see one byte too many. What a reader calls good is walked, and must lie inside the
 * input. To add a reader, write a function for it, a name in read.h
 * and a row in `readers`. */
#include <stdlib.h>

#include <sneck/sneck.h>

#include "bounds.h"
#include "build.h"
#include "ext/ext.h"
#include "fuzz.h"
#include "keys/cookie_seal.h"
#include "keys/session.h"
#include "msg/cert12.h"
#include "msg/kx12.h"
#include "msg/finish.h"
#include "msg/frame.h"
#include "msg/packed.h"
#include "msg/hello.h"
#include "provider/transparent/transparent.h"
#include "read.h"
#include "rec/rec.h"

static volatile uint8_t sink;

static void inside(struct sneck_span span, struct sneck_span all)
{
	const uintptr_t from = (uintptr_t)all.p, at = (uintptr_t)span.p;

	if (span.len != 0 && (at < from || span.len > all.len || at - from > all.len - span.len))
		abort();
	for (size_t i = 0; i < span.len; i++)
		sink ^= span.p[i];
}

static void client_hello(struct sneck_span in)
{
	struct client_hello ch;

	if (sneck__client_hello_read(&ch, in) != SNECK_OK)
		return;
	inside(ch.random, in);
	inside(ch.session_id, in);
	inside(ch.suites, in);
	inside(ch.compression, in);
	inside(ch.extensions, in);
}

static void server_hello(struct sneck_span in)
{
	struct server_hello sh;

	if (sneck__server_hello_read(&sh, in) != SNECK_OK)
		return;
	inside(sh.random, in);
	inside(sh.session_id, in);
	inside(sh.extensions, in);
}

static void encrypted_extensions(struct sneck_span in)
{
	struct sneck_span extensions;

	if (sneck__encrypted_extensions_read(&extensions, in) == SNECK_OK)
		inside(extensions, in);
}

static void certificate(struct sneck_span in)
{
	struct certificate c;

	if (sneck__certificate_read(&c, in) != SNECK_OK)
		return;
	inside(c.context, in);
	inside(c.list, in);
	for (uint32_t i = 0; i < c.n; i++) {
		const struct sneck_cert_entry e = sneck__certificate_at(c.list, i);

		inside(e.der, in);
		if (e.ocsp.len != 0)
			inside(e.ocsp, in);
		if (e.scts.len != 0)
			inside(e.scts, in);
	}
}

static void compressed_certificate(struct sneck_span in)
{
	struct compressed_certificate c;

	if (sneck__compressed_certificate_read(&c, in) == SNECK_OK)
		inside(c.packed, in);
}

static void certificate_verify(struct sneck_span in)
{
	struct certificate_verify cv;

	if (sneck__certificate_verify_read(&cv, in) == SNECK_OK)
		inside(cv.signature, in);
}

static void finished(struct sneck_span in)
{
	struct sneck_span verify_data;

	if (sneck__finished_read(&verify_data, 32, in) == SNECK_OK)
		inside(verify_data, in);
}

static void key_update(struct sneck_span in)
{
	uint8_t request;

	if (sneck__key_update_read(&request, in) == SNECK_OK && request > KU_REQUESTED)
		abort();
}

static void new_session_ticket(struct sneck_span in)
{
	struct new_session_ticket t;

	if (sneck__new_session_ticket_read(&t, in) != SNECK_OK)
		return;
	inside(t.nonce, in);
	inside(t.ticket, in);
	inside(t.extensions, in);
}

static void messages(struct sneck_span in)
{
	struct sneck_span run = in;
	struct hs_msg m;
	size_t missing;

	while (sneck__frame_next(&m, run, BOUND_HANDSHAKE_MSG, &missing) == SNECK_OK) {
		inside(m.body, in);
		inside(m.raw, in);
		if ((m.aligned != NULL) != (m.raw.len == run.len))
			abort();
		run = sneck_span_of(run.p + m.raw.len, run.len - m.raw.len);
	}
}

static void record_head(struct sneck_span in)
{
	struct rec_head head;

	for (int i = 0; i < 4 && in.len != 0; i++)
		if (sneck__rec_head(&head, in.p, in.len, i & 1, (enum rec_guard)(i >> 1)) ==
			    SNECK_OK &&
		    head.len > BOUND_CIPHER)
			abort();
}

/* ---- TLS 1.2 ---- */

#if BUILD_TLS12
static void certificate12(struct sneck_span in)
{
	struct certificate c;

	if (sneck__certificate12_read(&c, in) != SNECK_OK)
		return;
	inside(c.list, in);
	for (uint32_t i = 0; i < c.n; i++)
		inside(sneck__certificate12_at(c.list, i).der, in);
}

static void certificate_request12(struct sneck_span in)
{
	struct certificate_request12 cr;

	if (sneck__certificate_request12_read(&cr, in) != SNECK_OK)
		return;
	inside(cr.types, in);
	inside(cr.schemes, in);
	inside(cr.cas, in);
}

static void certificate_status(struct sneck_span in)
{
	struct sneck_span ocsp;

	if (sneck__certificate_status_read(&ocsp, in) == SNECK_OK)
		inside(ocsp, in);
}

static void new_session_ticket12(struct sneck_span in)
{
	struct new_session_ticket12 t;

	if (sneck__new_session_ticket12_read(&t, in) == SNECK_OK)
		inside(t.ticket, in);
}

static void server_kx(struct sneck_span in)
{
	struct server_key_exchange kx;

	if (sneck__server_kx_read(&kx, in) != SNECK_OK)
		return;
	inside(kx.share, in);
	inside(kx.params, in);
	inside(kx.signature, in);
}

static void client_kx(struct sneck_span in)
{
	struct sneck_span share;

	if (sneck__client_kx_read(&share, in) == SNECK_OK)
		inside(share, in);
}
#else
#define certificate12	      messages
#define certificate_request12 messages
#define certificate_status    messages
#define new_session_ticket12  messages
#define server_kx	      messages
#define client_kx	      messages
#endif

/* ---- what comes back from elsewhere ---- */

static void session(struct sneck_span in)
{
	struct sneck_session_info info;
	struct session s;

	if (sneck__session_read(&s, in) == SNECK_OK) {
		inside(s.secret, in);
		inside(s.alpn, in);
		inside(s.app_data, in);
		inside(s.ticket, in);
	}
	if (sneck_session_read(in.p, in.len, &info) == SNECK_OK)
		sink ^= (uint8_t)info.version;
}

static void cookie(struct sneck_span in)
{
	static const uint8_t secret[32] = { 1 };
	struct cookie c;

	if (sneck__cookie_open(&c, &transparent_sha256, sneck_span_of(secret, sizeof secret), in) ==
		    SNECK_OK &&
	    c.hello_len > BOUND_HASH)
		abort();
}

static enum sneck_rc look(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict)
{
	const struct sneck_span *const in = ctx;

	(void)verdict;
	inside(chain->name, *in);
	for (size_t i = 0; i < chain->n_certs; i++)
		inside(chain->certs[i].der, *in);
	return SNECK_OK;
}

static void verify_job(struct sneck_span in)
{
	const struct sneck_verifier verifier = { .verify = look, .ctx = &in };
	struct sneck_verdict verdict;

	sink ^= (uint8_t)sneck_verify_job_run(&verifier, in.p, in.len, &verdict);
}

static void ticket(struct sneck_span in)
{
	static struct sneck_ticket_ring ring;
	static struct transparent t;
	static uint8_t block[BOUND_SESSION];
	size_t len;

	transparent_init(&t, 1);
	if (sneck_ticket_ring_init(&ring, &t.provider, 1000, 0) != SNECK_OK)
		abort();
	if (in.len >= sizeof ring.keys[0].name) /* or no name would ever be right */
		memcpy(ring.keys[1].name, in.p, sizeof ring.keys[1].name);
	if (sneck_ticket_open(&ring, &t.provider, in, 1000, block, sizeof block, &len) == SNECK_OK)
		session(sneck_span_of(block, len));
}

/* ---- extensions ---- */

/* A block of extensions, where the first byte says; all were asked for. */
static void extensions(struct sneck_span in)
{
	static const uint16_t unpacks[] = { SNECK_ZLIB, SNECK_ZSTD };
	static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 } };
	static struct transparent_verifier v;
	static struct transparent t;
	static struct nego ng;
	uint8_t share[32] = { 0 };
	struct sneck_config cfg = {
		SNECK_CONFIG_INIT, .provider = &t.provider, .alpn = alpn,
		.n_alpn = 1,	   .verifier = &v.verifier, .unpack = { unpacks, 2 }
	};
	const enum ext_in where = (enum ext_in)(in.len != 0 ? in.p[0] % (IN_SH12 + 1u) : 0);

	if (in.len == 0)
		return;
	transparent_init(&t, 1);
	transparent_verifier(&v);
	v.verifier.flags =
		SNECK_VERIFIER_WANTS_OCSP | SNECK_VERIFIER_WANTS_SCTS | SNECK_VERIFIER_RAW_KEYS;
	memset(&ng, 0, sizeof ng);
	ng.cfg = &cfg;
	ng.role = where == IN_CH || (where == IN_CERT && in.p[0] >= 128) ? SNECK_SERVER
									 : SNECK_CLIENT;
	ng.sent = 0xffffffffu;
	ng.sent_psk = true;
	ng.recv_limit = 16384;
	ng.shares[0] = (struct own_share){ &transparent_x25519, NULL, share };
	ng.n_shares = 1;
	in = sneck_span_of(in.p + 1, in.len - 1u);
	if (sneck__ext_read(&ng, where, in) != SNECK_OK)
		return;
	if (ng.alpn > cfg.n_alpn)
		abort();
	inside(ng.peer_groups, in);
	inside(ng.peer_schemes, in);
	inside(ng.peer_share, in);
	inside(ng.psk_identities, in);
	inside(ng.psk_binders, in);
	inside(ng.peer_cas, in);
	inside(ng.cookie, in);
}

static void certificate_request(struct sneck_span in)
{
	struct sneck_span context, block;

	if (sneck__certificate_request_read(&context, &block, in) != SNECK_OK)
		return;
	inside(context, in);
	inside(block, in);
}

static void (*const readers[READERS])(struct sneck_span) = {
	[READ_CLIENT_HELLO] = client_hello,
	[READ_SERVER_HELLO] = server_hello,
	[READ_ENCRYPTED_EXTENSIONS] = encrypted_extensions,
	[READ_CERTIFICATE] = certificate,
	[READ_CERTIFICATE_VERIFY] = certificate_verify,
	[READ_FINISHED] = finished,
	[READ_KEY_UPDATE] = key_update,
	[READ_NEW_SESSION_TICKET] = new_session_ticket,
	[READ_MESSAGES] = messages,
	[READ_RECORD_HEAD] = record_head,
	[READ_COMPRESSED_CERTIFICATE] = compressed_certificate,
	[READ_CERTIFICATE12] = certificate12,
	[READ_CERTIFICATE_REQUEST12] = certificate_request12,
	[READ_CERTIFICATE_STATUS] = certificate_status,
	[READ_NEW_SESSION_TICKET12] = new_session_ticket12,
	[READ_SERVER_KX] = server_kx,
	[READ_CLIENT_KX] = client_kx,
	[READ_SESSION] = session,
	[READ_COOKIE] = cookie,
	[READ_VERIFY_JOB] = verify_job,
	[READ_TICKET] = ticket,
	[READ_EXTENSIONS] = extensions,
	[READ_CERTIFICATE_REQUEST] = certificate_request,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size != 0)
		readers[data[0] % READERS](sneck_span_of(data + 1, size - 1));
	return 0;
}
