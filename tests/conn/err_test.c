/* SPDX-License-Identifier: MIT */
/* err_test.c: every line of errors.def, by name, text and alert, and the version. */
#include <stdarg.h>
#include <setjmp.h>
#include <ctype.h>
#include <stdbool.h>

#include <sneck/base.h>

#include <cmocka.h>

static const struct {
	const char *name, *text;
	int code, alert;
} lines[] = {
#define SNECK_ERR(name, code, alert, text) { "SNECK_E_" #name, text, code, alert },
#include <sneck/errors.def>
#undef SNECK_ERR
};
static const size_t n_lines = sizeof lines / sizeof lines[0];

static void every_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_lines; i++) {
		assert_string_equal(sneck_rc_name(lines[i].code), lines[i].name);
		assert_string_equal(sneck_rc_text(lines[i].code), lines[i].text);
		assert_int_equal(sneck_rc_alert(lines[i].code),
				 lines[i].alert != 0 ? lines[i].alert : -1);
	}
	assert_string_equal(sneck_rc_name(-0x108), "SNECK_E_BAD_MAC");
	assert_int_equal(sneck_rc_alert(SNECK_E_BAD_MAC), SNECK_ALERT_BAD_RECORD_MAC);
	assert_int_equal(sneck_rc_alert(SNECK_E_TRUNCATED), -1);
}

static void numbers_are_unique_and_in_their_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_lines; i++) {
		assert_in_range(-lines[i].code, 0x101, 0x5ff);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(lines[i].code, lines[j].code);
		/* who refuses a call goes on, and sends nothing */
		if (sneck_rc_is_refusal(lines[i].code))
			assert_int_equal(lines[i].alert, 0);
	}
}

/* One clause: no capital (but of a name such as PEM), no full stop. */
static void texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_lines; i++) {
		const size_t n = strlen(lines[i].text);

		assert_in_range(n, 10, 79);
		assert_int_not_equal(lines[i].text[n - 1], '.');
		assert_false(isupper((unsigned char)lines[i].text[0]));
	}
}

static void not_yet(void **state)
{
	(void)state;
	assert_string_equal(sneck_rc_name(SNECK_OK), "SNECK_OK");
	assert_string_equal(sneck_rc_name(SNECK_WANT_INPUT), "SNECK_WANT_INPUT");
	assert_string_equal(sneck_rc_name(SNECK_WANT_SPACE), "SNECK_WANT_SPACE");
	assert_string_equal(sneck_rc_name(SNECK_WANT_ANSWER), "SNECK_WANT_ANSWER");
	assert_string_equal(sneck_rc_name(SNECK_NOT_NOW), "SNECK_NOT_NOW");
	for (int rc = 0; rc <= 4; rc++) {
		assert_string_not_equal(sneck_rc_text(rc), "unknown");
		assert_int_equal(sneck_rc_alert(rc), -1);
	}
}

static void unknown(void **state)
{
	const int codes[] = { 5, 99, -1, -0x100, -0x4fe, INT32_MAX, INT32_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		assert_string_equal(sneck_rc_name(codes[i]), "unknown");
		assert_string_equal(sneck_rc_text(codes[i]), "unknown");
		assert_int_equal(sneck_rc_alert(codes[i]), -1);
	}
}

static void version(void **state)
{
	(void)state;
	assert_int_equal(sneck_version(), SNECK_VERSION_MAJOR * 10000 + SNECK_VERSION_MINOR * 100 +
						  SNECK_VERSION_PATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line),
		cmocka_unit_test(numbers_are_unique_and_in_their_group),
		cmocka_unit_test(texts),
		cmocka_unit_test(not_yet),
		cmocka_unit_test(unknown),
		cmocka_unit_test(version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
