/* SPDX-License-Identifier: MIT */
/* names_test.c: names of numbers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>

#include <sneck/config.h>
#include <sneck/info.h>
#include <sneck/state.h>

#include <cmocka.h>

#include "build.h"

typedef const char *(*name_fn)(int value);

/* How many of the numbers from 0 on have a name, each a name of its own. */
static unsigned count(name_fn name)
{
	unsigned n = 0;

	for (int i = -1; i <= 0x10000; i++) {
		assert_non_null(name(i));
		n += strcmp(name(i), "unknown") != 0;
	}
	assert_string_equal(name(INT32_MIN), "unknown");
	assert_string_equal(name(INT32_MAX), "unknown");
	return n;
}

static void states(void **state)
{
	(void)state;
	assert_string_equal(sneck_state_name(SNECK_APP_DATA_AVAILABLE), "SNECK_APP_DATA_AVAILABLE");
	assert_string_equal(sneck_state_name(7), "SNECK_NEEDS_MORE_TLS_DATA");
	assert_string_equal(sneck_state_name(15), "SNECK_FAILED");
	assert_string_equal(sneck_state_name(50), "SNECK_RECEIVED_ALERT");
	assert_string_equal(sneck_state_name(0), "unknown");
	assert_string_equal(sneck_state_name(36), "SNECK_NEEDS_CREDENTIAL");
	assert_string_equal(sneck_state_name(37), "unknown");
	assert_int_equal(count(sneck_state_name), 27);
}

static void versions(void **state)
{
	(void)state;
	assert_string_equal(sneck_version_name(0x0304), "TLS 1.3");
	assert_string_equal(sneck_version_name(SNECK_TLS12), "TLS 1.2");
	assert_string_equal(sneck_version_name(SNECK_DTLS13), "DTLS 1.3");
	assert_int_equal(count(sneck_version_name), 3);
}

static void algorithms(void **state)
{
	(void)state;
	assert_string_equal(sneck_suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
	assert_string_equal(sneck_suite_name(0x1302), "TLS_AES_256_GCM_SHA384");
	assert_string_equal(sneck_suite_name(0x1303), "TLS_CHACHA20_POLY1305_SHA256");
	assert_int_equal(count(sneck_suite_name), BUILD_TLS12 ? 13 : 5);
	assert_string_equal(sneck_group_name(SNECK_X25519), "x25519");
	assert_string_equal(sneck_group_name(SNECK_SECP256R1), "secp256r1");
	assert_int_equal(count(sneck_group_name), 6);
	assert_int_equal(count(sneck_scheme_name), BUILD_CERTS ? 14 : 0);
	if (!BUILD_CERTS)
		return;
	assert_string_equal(sneck_scheme_name(0x0403), "ecdsa_secp256r1_sha256");
	assert_string_equal(sneck_scheme_name(0x0804), "rsa_pss_rsae_sha256");
	assert_string_equal(sneck_scheme_name(SNECK_RSA_PKCS1_SHA512), "rsa_pkcs1_sha512");
}

static void alerts(void **state)
{
	(void)state;
	assert_string_equal(sneck_alert_name(0), "close_notify");
	assert_string_equal(sneck_alert_name(42), "bad_certificate");
	assert_string_equal(sneck_alert_name(SNECK_ALERT_BAD_RECORD_MAC), "bad_record_mac");
	assert_string_equal(sneck_alert_name(120), "no_application_protocol");
	assert_string_equal(sneck_alert_name(1), "unknown");
	assert_string_equal(sneck_alert_name(255), "unknown");
	assert_int_equal(count(sneck_alert_name), 30);
}

/* Every alert that an error sends has a name. */
static void alerts_of_errors(void **state)
{
	const int sent[] = {
#define SNECK_ERR(name, code, alert, text) alert,
#include <sneck/errors.def>
#undef SNECK_ERR
	};

	(void)state;
	for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++)
		assert_string_not_equal(sneck_alert_name(sent[i]), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),	    cmocka_unit_test(versions),
		cmocka_unit_test(algorithms),	    cmocka_unit_test(alerts),
		cmocka_unit_test(alerts_of_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
