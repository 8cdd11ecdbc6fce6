/* SPDX-License-Identifier: MIT */
/* client13_test.c: what the first ClientHello says of signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/pair.h"

static struct pair p;

/* What is only accepted inside certificates does not sign the handshake. */
static void n21_cert_schemes_are_for_certificates(void **state)
{
	static const uint16_t handshake[] = { SNECK_RSA_PSS_RSAE_SHA384, 0 };
	static const uint16_t certs[] = { SNECK_RSA_PSS_RSAE_SHA256, SNECK_RSA_PSS_RSAE_SHA384,
					  SNECK_RSA_PKCS1_SHA256, 0 };
	struct sneck_facts f;

	(void)state;
	pair_init(&p, 5);
	transparent_signer(&p.server.signer, TRANSPARENT_RSA, 7);
	transparent_cert(p.server.certs[0], sizeof p.server.certs[0], TRANSPARENT_RSA, 7);
	p.client.v.verifier.schemes = handshake;
	p.client.v.verifier.cert_schemes = certs;
	pair_start(&p);
	pair_run(&p);
	assert_true(pair_connected(&p));
	assert_int_equal(sneck_conn_facts(p.client.conn, &f, sizeof f), SNECK_OK);
	assert_int_equal(f.peer_scheme, SNECK_RSA_PSS_RSAE_SHA384);
	pair_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n21_cert_schemes_are_for_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
