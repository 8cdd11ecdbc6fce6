/* SPDX-License-Identifier: MIT */
/* client_auth_edit_test.c: messages of client authentication changed on the way: reflected (N43,
 * N44), and every byte flipped. RFC 9846, 4.4.2, 4.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/attack.h"

static struct pair p;

/* Certificate, CertificateVerify, Finished of the server, sent back to it as the client's. */
static void n43_n44_reflected(void **state)
{
	static const struct {
		unsigned types;
		enum sneck_rc rc;
	} cases[] = {
		{ 1u << 11 | 1u << 15 | 1u << 20, SNECK_E_BAD_SIGNATURE },
		{ 1u << 11 | 1u << 15, SNECK_E_BAD_SIGNATURE },
		{ 1u << 11, SNECK_E_BAD_SIGNATURE },
		{ 1u << 15, SNECK_E_BAD_SIGNATURE },
		{ 1u << 20, SNECK_E_BAD_FINISHED },
	};
	static struct edit ed[2];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
		pair_init(&p, 1);
		pair_client_auth(&p, SNECK_AUTH_REQUIRED);
		if (i % 2 != 0) { /* the same key on both sides: Selfie, with certificates */
			p.client.signer = p.server.signer;
			p.client.signer.signer.ctx = &p.client.signer;
			memcpy(p.client.certs, p.server.certs, sizeof p.client.certs);
		}
		pair_start(&p);
		edit_init(&ed[0], &p.client);
		edit_init(&ed[1], &p.server);
		ed[0].on_unit = edit_put_kept;
		ed[0].arg = &cases[i / 2].types;
		ed[1].on_unit = edit_keep;
		pair_run(&p);
		/* the same certificate, sent back, is the client's own */
		if (i % 2 != 0 && cases[i / 2].types == 1u << 11) {
			assert_true(pair_connected(&p));
		} else {
			assert_int_equal(p.server.st.err, cases[i / 2].rc);
			assert_int_equal(p.server.st.alert, 51);
			assert_int_equal(p.server.n_done, 0);
		}
		pair_wipe(&p);
	}
}

/* ---- every byte of the request, and of what the client says about itself ---- */

static void every_byte_flipped(void **state)
{
	static const uint8_t types[] = { 11, 15, 20, 13 }, bits[] = { 1, 0x80, 0xff };
	static struct edit ed;
	unsigned cases = 0;

	(void)state;
	for (size_t t = 0; t < 12; t++) {
		struct edit_flip f = { .type = types[t / 3], .by = bits[t % 3], .hit = true };

		for (; f.hit; f.at++) {
			pair_init(&p, 1);
			pair_client_auth(&p, SNECK_AUTH_OPTIONAL);
			for (int i = 0; i < 2; i++)
				p.client.chain[i].len = 20;
			pair_start(&p);
			edit_init(&ed, f.type == 13 ? &p.server : &p.client);
			ed.on_unit = edit_flip;
			ed.arg = &f;
			f.hit = false;
			pair_run(&p);
			assert_int_equal(p.server.n_done, !f.hit);
			cases += f.hit;
			pair_wipe(&p);
		}
	}
	print_message("%u cases\n", cases);
	assert_true(cases > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n43_n44_reflected),
		cmocka_unit_test(every_byte_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
