/* SPDX-License-Identifier: MIT */
/* Every function that reads bytes of a peer before they are authenticated, on any bytes. The first
 * byte picks the reader, the rest is its input, in an allocation that ends where they end: the
 * sanitizers see one byte too many. What a reader calls good is walked, and must lie inside the
 * input. To add a reader, write a function for it and a row in `readers`. */
#include <stdlib.h>

#include "bounds.h"
#include "msg/cert.h"
#include "msg/finish.h"
#include "msg/frame.h"
#include "msg/packed.h"
#include "msg/hello.h"
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
		if (sneck__rec_head(&head, in.p, in.len, i & 1,
				    (enum rec_guard)(i >> 1)) == SNECK_OK &&
		    head.len > BOUND_CIPHER)
			abort();
}

static void (*const readers[])(struct sneck_span) = {
	client_hello, server_hello,	      encrypted_extensions,
	certificate,  certificate_verify,     finished,
	key_update,   new_session_ticket,     messages,
	record_head,  compressed_certificate,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size != 0)
		readers[data[0] % (sizeof readers / sizeof *readers)](
			sneck_span_of(data + 1, size - 1));
	return 0;
}
