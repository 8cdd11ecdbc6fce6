/* SPDX-License-Identifier: MIT */
/* wire_test.c: what others look for on the wire and both our ends do without. RFC 9846, E.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"
#include "lib/needs.h"

static struct pair p;
static struct edit ed;

#define HT_EE 8

static void add_unasked(struct edit *e, struct unit *u)
{
	static const struct attack a = { .act = ACT_EXT_ADD, .ext = 0x4321 };

	if (u->type == 22 && u->data[0] == HT_EE)
		attack_ext(u, &a);
	edit_put(e, u);
}

/* A middlebox has not seen a client's keys change before a ChangeCipherSpec. */
static void a_client_that_refuses_sends_ccs_first(void **state)
{
	static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };

	(void)state;
	for (int compat = 0; compat < 2; compat++) {
		const struct link *const sent = &p.client.link;
		size_t at;

		pair_init(&p, 5);
		p.client.cfg.no_compat = !compat;
		edit_init(&ed, &p.server);
		ed.on_unit = add_unasked;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.client.st.err, SNECK_E_EXT_UNASKED);
		assert_int_equal(p.server.st.err, SNECK_E_PEER_ALERT);
		at = 5u + ((size_t)sent->bytes[3] << 8 | sent->bytes[4]);
		if (compat) {
			assert_memory_equal(sent->bytes + at, ccs, sizeof ccs);
			at += sizeof ccs;
		}
		assert_int_equal(sent->bytes[at], 23);
		assert_int_equal(
			sent->len,
			at + 5u + ((size_t)sent->bytes[at + 3u] << 8 | sent->bytes[at + 4u]));
		pair_wipe(&p);
	}
}

/* RFC 9846, E.4: also for a client that did not ask for it, but not where nobody wants it. */
static void a_server_sends_ccs(void **state)
{
	static const uint8_t ccs[] = { 20, 3, 3, 0, 1, 1 };

	(void)state;
	for (int without = 0; without < 4; without++) {
		const struct link *const sent = &p.server.link;
		const bool none = without == 3;
		size_t at;

		pair_init(&p, 5);
		p.client.cfg.no_compat = (without & 1) != 0;
		p.server.cfg.no_compat = (without & 2) != 0;
		pair_start(&p);
		pair_run(&p);
		assert_true(pair_connected(&p));
		at = 5u + ((size_t)sent->bytes[3] << 8 | sent->bytes[4]);
		assert_int_equal(memcmp(sent->bytes + at, ccs, sizeof ccs) != 0, none);
		assert_int_equal(sent->bytes[at + (none ? 0 : sizeof ccs)], 23);
		pair_wipe(&p);
	}
}

/* struct sneck_verifier: without a list for certificates the other one is for both. */
static void one_list_of_schemes_is_for_both(void **state)
{
	static const uint16_t list[] = { SNECK_ECDSA_SECP256R1_SHA256, SNECK_RSA_PKCS1_SHA256, 0 };
	static const uint8_t ext[] = { 0, 13, 0, 6, 0, 4, 4, 3, 4, 1 };
	bool said = false;

	(void)state;
	NEEDS(BUILD_CERTS);
	pair_init(&p, 5);
	p.client.v.verifier.schemes = list;
	p.client.v.verifier.cert_schemes = NULL;
	pair_connect(&p);
	for (size_t i = 0; i + sizeof ext <= p.client.link.len; i++)
		said |= memcmp(p.client.link.bytes + i, ext, sizeof ext) == 0;
	assert_true(said);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_that_refuses_sends_ccs_first),
		cmocka_unit_test(a_server_sends_ccs),
		cmocka_unit_test(one_list_of_schemes_is_for_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
