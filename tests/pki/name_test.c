/* SPDX-License-Identifier: MIT */
/* What is a name: N39, the forms. What matches is in verify_test.c. */
#include "made.h"

static enum sneck_rc reads(const char *text, bool wildcard)
{
	struct pki_name name;

	return sneck__pki_name_read(&name, span_of(text), wildcard);
}

static void n39_host_names(void **state)
{
	static const char *const good[] = { "a",
					    "localhost",
					    "example.org",
					    "EXAMPLE.org.",
					    "xn--bcher-kva.example",
					    "_dns.a1.b-c.d",
					    "1.2.3.4.a",
					    "3com.com" };
	static const char *const bad[] = {
		".",	    "..",	 ".a",	      "a..", "a..b",	 "-a",	  "a-",
		"a-.b",	    "a.-b",	 "a b",	      "a/b", "a:1",	 "[::1]", "1.2.3",
		"1.2.3.4.", "256.1.1.1", "1.2.3.4.5", "a.1", "\xc3\xa9", "\x7f",  "*",
		"*.a",	    "a@b",	 "::1%lo",    "::g",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_int_equal(reads(good[i], false), SNECK_OK);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (reads(bad[i], false) != SNECK_E_ARG)
			fail_msg("%s is taken for a name", bad[i]);
	assert_int_equal(reads("", false), SNECK_E_ARG);
}

static void n39_dot_and_nul(void **state)
{
	struct pki_name name;

	(void)state;
	assert_int_equal(sneck__pki_name_read(&name, span_of("a.example."), false), SNECK_OK);
	assert_string_equal(name.text, "a.example");
	assert_int_equal(sneck__pki_name_read(&name, sneck_span_of("a.example\0", 10), false),
			 SNECK_E_ARG);
	assert_int_equal(sneck__pki_name_read(&name, sneck_span_of("a\0.example", 10), false),
			 SNECK_E_ARG);
	assert_int_equal(sneck__pki_name_read(&name, sneck_span_of("\0", 1), true), SNECK_E_ARG);
}

static void n39_lengths(void **state)
{
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 64 == 63 ? '.' : 'a';
	for (size_t len = 250; len <= 256; len++) {
		struct pki_name name;
		const struct sneck_span plain = sneck_span_of(text, len);
		const enum sneck_rc want = len <= 253 ? SNECK_OK : SNECK_E_ARG;
		char kept = text[len];

		assert_int_equal(sneck__pki_name_read(&name, plain, false), want);
		text[len] = '.';
		assert_int_equal(sneck__pki_name_read(&name, sneck_span_of(text, len + 1), false),
				 len == 255 ? SNECK_E_ARG : want);
		text[len] = kept;
	}
	memset(text, 'a', sizeof text);
	assert_int_equal(sneck__pki_name_read(&(struct pki_name){ .ip_len = 0 },
					      sneck_span_of(text, 63), false),
			 SNECK_OK);
	assert_int_equal(sneck__pki_name_read(&(struct pki_name){ .ip_len = 0 },
					      sneck_span_of(text, 64), false),
			 SNECK_E_ARG);
}

static void n39_addresses(void **state)
{
	static const uint8_t v4[] = { 192, 0, 2, 1 };
	static const uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct pki_name name;

	(void)state;
	assert_int_equal(sneck__pki_name_read(&name, span_of("192.0.2.1"), false), SNECK_OK);
	assert_int_equal(name.ip_len, 4);
	assert_memory_equal(name.ip, v4, 4);
	assert_int_equal(sneck__pki_name_read(&name, span_of("2001:DB8::1"), true), SNECK_OK);
	assert_int_equal(name.ip_len, 16);
	assert_memory_equal(name.ip, v6, 16);
	assert_int_equal(sneck__pki_name_read(&name, span_of("a.example"), false), SNECK_OK);
	assert_int_equal(name.ip_len, 0);
}

static void n39_wildcard_forms(void **state)
{
	static const char *const bad[] = { "*",	   "*.",  "*..a",  "*a.b",
					   "a*.b", "a.*", "*.*.a", "*.1.2.3.4" };

	(void)state;
	assert_int_equal(reads("*.example.org", true), SNECK_OK);
	assert_int_equal(reads("*.example.org", false), SNECK_E_ARG);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(reads(bad[i], true), SNECK_E_ARG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n39_host_names),     cmocka_unit_test(n39_dot_and_nul),
		cmocka_unit_test(n39_lengths),	      cmocka_unit_test(n39_addresses),
		cmocka_unit_test(n39_wildcard_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
