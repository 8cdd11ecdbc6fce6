/* SPDX-License-Identifier: MIT */
/* life12_test.c: what a connection of TLS 1.2 does besides shaking hands: refuses to renegotiate,
 * takes warnings, gives keying material, seals in place, runs out of its key; what is asked of the
 * application and when. What two ends agree on is agree12_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/algs.h"
#include "keys/prf12.h"
#include "lib/attack.h"

static struct pair p;
static struct edit ed;

static void init(void)
{
	pair_init(&p, 1);
	pair_old(&p);
}

/* ---- renegotiation ---- */

static unsigned n_alerts;
static uint8_t last_alert;

static int count_alerts(struct end *e, int state)
{
	if (state == SNECK_RECEIVED_ALERT) {
		n_alerts++;
		last_alert = e->st.alert;
	}
	return 0;
}

/* RFC 5246, 7.2.2: the first wish is answered with a warning, and the connection goes on. */
static void n19_refused_and_on(void **state)
{
	static const uint8_t request[] = { 0, 0, 0, 0 }, hello[] = { 1, 0, 0, 2, 'x', 'y' };

	(void)state;
	for (int server = 0; server < 2; server++) {
		struct end *const by = server ? &p.server : &p.client;
		struct end *const to = server ? &p.client : &p.server;

		init();
		pair_connect(&p);
		n_alerts = 0;
		by->hook = count_alerts;
		if (server)
			link_record(by, true, 22, request, sizeof request);
		else
			link_record(by, true, 22, hello, sizeof hello);
		link_record(by, true, 23, "data", 4);
		pair_run(&p);
		assert_int_equal(to->n_got, 4);
		assert_int_equal(n_alerts, 1);
		assert_int_equal(last_alert, SNECK_ALERT_NO_RENEGOTIATION);
		end_write(to, "more", 4);
		pair_run(&p);
		assert_int_equal(by->n_got, 4);
		assert_true(pair_connected(&p));
		pair_wipe(&p);
	}
}

/* A warning that finds no room waits for the next output, and is announced. */
static void n19_refusal_waits_for_room(void **state)
{
	static const uint8_t request[] = { 0, 0, 0, 0 };
	uint8_t small[40];

	(void)state;
	init();
	pair_connect(&p);
	link_record(&p.server, true, 22, request, sizeof request);
	wire_move(&p.server, &p.client);
	sneck_out_init(&p.client.out, small, 20);
	p.client.out.pos = p.client.conn->out.written;
	assert_int_equal(end_step(&p.client), SNECK_TRAFFIC_TRANSIT);
	assert_true(p.client.st.flags & SNECK_ST_TX_PENDING);
	assert_int_equal(p.client.out.len, 0);
	assert_int_equal(sneck_encrypt_size(p.client.conn, 4), (5 + 8 + 2 + 16) + (5 + 8 + 4 + 16));
	p.client.out.cap = sizeof small;
	assert_int_equal(end_step(&p.client), SNECK_MUST_TRANSMIT_TLS_DATA);
	assert_int_equal(p.client.out.len, 5 + 8 + 2 + 16);
	assert_int_equal(small[0], 21);
	assert_int_equal(small[13], 1);
	assert_int_equal(small[14], SNECK_ALERT_NO_RENEGOTIATION);
	assert_int_equal(sneck_encrypt_size(p.client.conn, 4), 5 + 8 + 4 + 16);
	pair_wipe(&p);
}

static void warnings_pass(void **state)
{
	static const uint8_t unrecognized[] = { 1, 112 };

	(void)state;
	init();
	pair_start(&p);
	n_alerts = 0;
	p.client.hook = count_alerts;
	link_record(&p.server, false, 21, unrecognized, 2); /* before the ServerHello */
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(n_alerts, 1);
	assert_int_equal(last_alert, 112);
	pair_wipe(&p);
}

/* ---- keys ---- */

static void no_key_update(void **state)
{
	(void)state;
	init();
	pair_connect(&p);
	assert_int_equal(sneck_key_update(p.client.conn, 0), SNECK_E_UNSUPPORTED);
	assert_string_not_equal(sneck_misuse_text(p.client.conn), "");
	pair_wipe(&p);
}

/* L16: a key that cannot be renewed is refused in time, with room for the farewell. N64. */
static void n64_key_limit(void **state)
{
	const struct sneck_iov piece = { "data", 4 };

	(void)state;
	init();
	pair_connect(&p);
	transparent_nonces_jump = true;
	p.client.conn->tx.seq = p.client.conn->tx.aead->seal_limit - 8;
	p.server.conn->rx.seq = p.client.conn->tx.seq;
	for (int i = 0; i < 4; i++)
		assert_int_equal(sneck_encrypt(p.client.conn, &piece, 1, 0, &p.client.out, NULL),
				 SNECK_OK);
	assert_int_equal(sneck_encrypt(p.client.conn, &piece, 1, 0, &p.client.out, NULL),
			 SNECK_E_KEY_LIMIT);
	assert_int_equal(sneck_encrypt_size(p.client.conn, 0), 0); /* no KeyUpdate comes */
	end_close(&p.client);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 16);
	assert_true(p.server.peer_closed);
	pair_wipe(&p);
}

/* N66: Finished and what follows it are under one key, numbered on; the provider's audit aborts
 * where a nonce comes twice. */
static void n66_one_key_numbered_on(void **state)
{
	(void)state;
	init();
	pair_connect(&p);
	assert_int_equal(p.client.conn->tx.seq, 1);
	assert_int_equal(p.server.conn->tx.seq, 1);
	assert_int_equal(p.client.conn->rx.seq, 1);
	end_write(&p.client, "data", 4);
	assert_int_equal(p.client.conn->tx.seq, 2);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 4);
	assert_int_equal(p.server.conn->rx_updates + p.client.conn->tx_updates, 0);
	pair_wipe(&p);
}

static void in_place(void **state)
{
	struct sneck_layout layout;
	uint8_t *at;

	(void)state;
	for (int chacha = 0; chacha < 2; chacha++) {
		static const uint16_t suite[] = {
			SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
		};

		init();
		if (chacha)
			p.server.cfg.suites = (struct sneck_u16s){ suite, 1 };
		pair_connect(&p);
		assert_int_equal(sneck_record_layout(p.client.conn, &layout), SNECK_OK);
		assert_int_equal(layout.head, chacha ? 5 : 13);
		assert_int_equal(layout.tail, 16);
		assert_int_equal(layout.max_plain, 16384);
		at = p.client.out.base + p.client.out.head + p.client.out.len + layout.head;
		memcpy(at, "in its place", 12);
		assert_int_equal(sneck_encrypt_in_place(p.client.conn, &p.client.out, 12),
				 SNECK_OK);
		assert_memory_equal(at, "in its place", 12);
		pair_run(&p);
		assert_int_equal(p.server.n_got, 12);
		assert_memory_equal(p.server.got, "in its place", 12);
		pair_wipe(&p);
	}
}

/* What comes is decrypted where it lies, behind the nonce. */
static int where(struct end *e, int state)
{
	struct sneck_rec rec;

	if (state != SNECK_APP_DATA_AVAILABLE)
		return 0;
	assert_int_equal(e->st.u.app.max_plain, 4);
	e->user = e->in.base + e->in.head;
	assert_int_equal(sneck_app_next(&e->st.u.app, &rec), SNECK_OK);
	assert_ptr_equal(rec.data, (uint8_t *)e->user + 13);
	assert_int_equal(sneck_app_peek(&e->st.u.app), 5); /* of the next one */
	assert_int_equal(sneck_app_next(&e->st.u.app, &rec), SNECK_OK);
	assert_ptr_equal(rec.data, (uint8_t *)e->user + 13 + 4 + 16 + 13);
	assert_int_equal(sneck_app_next(&e->st.u.app, &rec), SNECK_WANT_INPUT);
	e->n_got = 9;
	return 1;
}

static void received_in_place(void **state)
{
	(void)state;
	init();
	pair_connect(&p);
	p.server.hook = where;
	end_write(&p.client, "four", 4);
	end_write(&p.client, "fives", 5);
	pair_run(&p);
	assert_int_equal(p.server.n_got, 9);
	pair_wipe(&p);
}

/* ---- secrets for others ---- */

static void exporters(void **state)
{
	const struct sneck_span none = { NULL, 0 }, empty = { (const uint8_t *)"", 0 };
	uint8_t c[40], s[40], want[40];

	(void)state;
	init();
	p.client.cfg.keep_exporter = p.server.cfg.keep_exporter = 1;
	pair_connect(&p);
	assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, c, 40), SNECK_OK);
	assert_int_equal(sneck_export(p.server.conn, "EXPORTER-x", none, s, 40), SNECK_OK);
	assert_memory_equal(c, s, 40);
	/* of the master secret that the key log has */
	assert_int_equal(sneck__exporter12(want, 40, p.client.conn->hs.hash, p.client.secrets,
					   &p.client.conn->hs.randoms, "EXPORTER-x", none),
			 SNECK_OK);
	assert_memory_equal(c, want, 40);
	assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", empty, s, 40), SNECK_OK);
	assert_memory_not_equal(c, s, 40);
	assert_int_equal(sneck_export(p.client.conn, "master secret", none, c, 40), SNECK_E_ARG);
	sneck_forget_exporter(p.client.conn);
	assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, c, 40), SNECK_E_CONFIG);
	pair_wipe(&p);
	init();
	pair_connect(&p);
	assert_int_equal(sneck_export(p.client.conn, "EXPORTER-x", none, c, 40), SNECK_E_CONFIG);
	pair_wipe(&p);
}

static void one_line(void *user, const char *label, const uint8_t client_random[32],
		     const uint8_t *secret, size_t len)
{
	unsigned *const n = user;

	assert_string_equal(label, "CLIENT_RANDOM");
	assert_memory_equal(client_random, p.client.link.bytes + 5 + 6, 32);
	assert_int_equal(len, 48);
	assert_non_null(secret);
	++*n;
}

static void key_log(void **state)
{
	unsigned n = 0;

	(void)state;
	init();
	p.server.cfg.insecure_keylog = one_line;
	p.server.cfg.keylog_user = &n;
	pair_connect(&p);
	assert_int_equal(n, 1);
	pair_wipe(&p);
}

/* ---- questions ---- */

static struct sneck_verdict_st asked;
static struct sneck_sig_st shown;
static unsigned n_asked;

static int on_question(struct end *e, int state)
{
	struct sneck_cert_entry entry;

	if (state == SNECK_RECEIVED_CERTIFICATE) {
		assert_int_equal(e->st.u.cert.n_entries, 2);
		assert_int_equal(sneck_cert_at(&e->st.u.cert, 1, &entry), SNECK_OK);
		assert_int_equal(entry.der.len, sizeof p.server.certs[1]);
		assert_int_equal(entry.ocsp.len, 0);
		assert_int_equal(sneck_cert_at(&e->st.u.cert, 2, &entry), SNECK_E_ARG);
		assert_int_equal(n_asked++, 0);
	}
	if (state == SNECK_RECEIVED_SIGNATURE) {
		shown = e->st.u.sig;
		assert_int_equal(n_asked++, 1);
	}
	if (state == SNECK_NEEDS_SIGNATURE) {
		asked = e->st.u.verdict;
		assert_int_equal(n_asked++, 2);
	}
	return 0;
}

/* What the signature covers: both randoms and the parameters. RFC 8422, 5.4. */
static void signature_of_the_key_exchange(void **state)
{
	const uint8_t *ske = p.server.link.bytes;

	(void)state;
	init();
	p.client.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG;
	p.client.answer = 2;
	p.client.hook = on_question;
	n_asked = 0;
	pair_connect(&p);
	assert_int_equal(n_asked, 3);
	assert_int_equal(asked.version, SNECK_TLS12);
	assert_int_equal(asked.scheme, 0x0403);
	assert_int_equal(shown.scheme, 0x0403);
	assert_int_equal(shown.sig.len, TRANSPARENT_SIG);
	assert_int_equal(asked.message.len, 64 + 4 + 32);
	while (ske[0] != 12 || ske[1] != 0 || ske[4] != 3) /* the message, in the flight */
		ske++;
	/* the spans are gone; the bytes are those that were sent */
	assert_int_equal(ske[4 + 3], 32);
	pair_wipe(&p);
}

static int take_it(struct end *e, int state)
{
	struct sneck_verdict v = end_verdict(e);

	if (state != SNECK_RECEIVED_CERTIFICATE)
		return 0;
	v.sig = SNECK_SIG_VALID_DANGEROUS;
	assert_int_equal(sneck_answer_verdict(e->conn, e->st.op, &v), SNECK_OK);
	return 1;
}

static void flip_signature(struct edit *e, struct unit *u)
{
	if (u->type == 22 && u->data[0] == 12)
		u->data[45] ^= 1;
	edit_put(e, u);
}

/* Whoever says that he checked the signature is believed, and only then. */
static void waived_signature(void **state)
{
	(void)state;
	init();
	p.client.cfg.ask |= SNECK_ASK_VERIFY | SNECK_ASK_VERIFY_SIG;
	p.client.hook = take_it;
	pair_start(&p);
	edit_init(&ed, &p.server);
	ed.on_unit = flip_signature;
	pair_run(&p);
	assert_int_equal(p.client.conn->hs.work == NULL, 1);
	/* the transcript is another one all the same */
	assert_int_equal(p.server.st.err, SNECK_E_BAD_FINISHED);
	pair_wipe(&p);
}

/* N37: every verdict but one refuses. */
static void n37_refused(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		init();
		p.client.v.says.chain = late ? 0 : 1;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.client.st.err, SNECK_E_CERT_REFUSED);
		assert_int_equal(p.server.st.alert, 46);
		assert_int_equal(p.client.n_done + p.server.n_done, 0);
		pair_wipe(&p);
	}
}

static void signer_fails(void **state)
{
	(void)state;
	init();
	p.server.signer.rc = SNECK_E_SIGNER;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.st.err, SNECK_E_SIGNER);
	assert_int_equal(p.client.st.alert, 80);
	pair_wipe(&p);
	init();
	p.server.signer.garbage = true;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.client.st.err, SNECK_E_BAD_SIGNATURE);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n19_refused_and_on),
		cmocka_unit_test(n19_refusal_waits_for_room),
		cmocka_unit_test(warnings_pass),
		cmocka_unit_test(no_key_update),
		cmocka_unit_test(n64_key_limit),
		cmocka_unit_test(n66_one_key_numbered_on),
		cmocka_unit_test(in_place),
		cmocka_unit_test(received_in_place),
		cmocka_unit_test(exporters),
		cmocka_unit_test(key_log),
		cmocka_unit_test(signature_of_the_key_exchange),
		cmocka_unit_test(waived_signature),
		cmocka_unit_test(n37_refused),
		cmocka_unit_test(signer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
