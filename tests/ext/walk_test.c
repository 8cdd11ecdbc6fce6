/* SPDX-License-Identifier: MIT */
/* walk_test.c: blocks of extensions: duplicates, wrong places, answers to nothing, too many; what
 * is unknown; the choice of a credential by its names; and that what we write we can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ext/ext.h"
#include "ext/select.h"
#include "lib/pair.h"

static struct transparent t;
static struct sneck_config cfg;
static struct nego ng;
static uint8_t shares[2][80];

static void fresh(int role)
{
	static const struct sneck_span h2 = { (const uint8_t *)"h2", 2 };

	memset(&cfg, 0, sizeof cfg);
	memset(&ng, 0, sizeof ng);
	transparent_init(&t, 1);
	cfg.provider = &t.provider;
	cfg.min_version = SNECK_TLS13;
	cfg.alpn = &h2;
	cfg.n_alpn = 1;
	ng.cfg = &cfg;
	ng.role = (uint8_t)role;
	ng.name = sneck_span_of("example.org", 11);
	ng.schemes[0] = 0x0403;
	ng.n_schemes = 1;
	ng.recv_limit = 16384;
	ng.shares[0] = (struct own_share){ &transparent_x25519, NULL, shares[0] };
	ng.shares[1] = (struct own_share){ &transparent_p256, NULL, shares[1] };
	ng.n_shares = 2;
	memset(shares, 4, sizeof shares);
}

/* A block that a client sends, and that a server of ours accepts. */
static struct sneck_span hello(uint8_t *buf, size_t cap)
{
	struct wr w;

	fresh(SNECK_CLIENT);
	wr_init(&w, buf, cap);
	sneck__ext_write(&ng, IN_CH, &w);
	assert_int_equal(wr_end(&w), SNECK_OK);
	assert_int_equal(buf[0] << 8 | buf[1], w.len - 2u);
	return sneck_span_of(buf + 2, w.len - 2u);
}

static uint8_t block[4000];
static size_t block_len;

static void add(uint16_t type, const char *body, size_t n)
{
	struct wr w;

	wr_init(&w, block + block_len, sizeof block - block_len);
	wr_u16(&w, type);
	wr_vec(&w, 2, sneck_span_of(body, n));
	assert_int_equal(wr_end(&w), SNECK_OK);
	block_len += w.len;
}

static enum sneck_rc read_hello(void)
{
	fresh(SNECK_SERVER);
	return sneck__ext_read(&ng, IN_CH, sneck_span_of(block, block_len));
}

static void start(void)
{
	uint8_t buf[600];
	const struct sneck_span b = hello(buf, sizeof buf);

	memcpy(block, b.p, b.len);
	block_len = b.len;
}

static void our_hello(void **state)
{
	uint16_t version = 0;
	unsigned ok = 0;

	(void)state;
	start();
	assert_int_equal(read_hello(), SNECK_OK);
	assert_int_equal(ng.version, SNECK_TLS13);
	assert_int_equal(ng.alpn, 1);
	assert_int_equal(ng.sni_len, 11);
	assert_ptr_equal(ng.kex, &transparent_x25519);
	assert_int_equal(sneck__ext_peek_version(&version, &cfg, IN_CH, 0x0303,
						 sneck_span_of(block, block_len)),
			 SNECK_OK);
	assert_int_equal(version, SNECK_TLS13);
	for (size_t n = 0; n < block_len; n++) {
		enum sneck_rc rc;

		fresh(SNECK_SERVER);
		rc = sneck__ext_read(&ng, IN_CH, sneck_span_of(block, n));
		assert_true(rc == SNECK_E_DECODE || rc == SNECK_E_NO_VERSION || rc == SNECK_OK);
		ok += rc == SNECK_OK;
	}
	/* between two extensions; supported_versions stands first, and what else must be there is
	 * select.c's */
	assert_int_equal(ok, 6);
}

static void n25_duplicates(void **state)
{
	static const uint16_t types[] = { 43, 10, 51, 13, 0, 16, 0x0a0a, 5, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		start();
		add(types[i], "", 0);
		add(0x5a5a, "", 0);
		add(types[i], "", 0);
		assert_int_equal(read_hello(),
				 i < 6 || types[i] == 5 ? SNECK_E_EXT_DUPLICATE : SNECK_E_DECODE);
		assert_int_equal(ng.at_ext, types[i]);
	}
	start(); /* the same low bits are not the same type */
	add(0x0a0a, "", 0);
	add(0x1a0a, "", 0);
	add(0x0a0b, "", 0);
	assert_int_equal(read_hello(), SNECK_OK);
}

/* Twice is worse than unasked or misplaced, wherever the second one stands. */
static void n25_twice_before_unasked(void **state)
{
	static const uint16_t types[] = { 0x1234, 10, 51 };

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		start();
		fresh(SNECK_CLIENT);
		ng.sent = 0;
		block_len = 0;
		add(types[i], "", 0);
		add(0x4321, "", 0);
		assert_int_equal(sneck__ext_read(&ng, IN_EE, sneck_span_of(block, block_len)),
				 SNECK_E_EXT_UNASKED);
		assert_int_equal(ng.at_ext, types[i]); /* of two misfits the first */
		add(types[i], "", 0);
		assert_int_equal(sneck__ext_read(&ng, IN_EE, sneck_span_of(block, block_len)),
				 types[i] == 0x1234 ? SNECK_E_DECODE : SNECK_E_EXT_DUPLICATE);
		assert_int_equal(ng.at_ext, types[i]);
		block_len -= 1; /* torn is worse still */
		assert_int_equal(sneck__ext_read(&ng, IN_EE, sneck_span_of(block, block_len)),
				 SNECK_E_DECODE);
	}
}

static void n28_unknown_in_a_hello(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 65536; type += 7) {
		const bool known = type == 0 || type == 10 || type == 13 || type == 16 ||
				   type == 28 || type == 43 || type == 51;
		const bool empty = type == 42; /* early_data */

		start();
		add((uint16_t)type, "\xff\xff\xff", 3);
		assert_int_equal(read_hello(), known   ? SNECK_E_EXT_DUPLICATE
					       : empty ? SNECK_E_DECODE
						       : SNECK_OK);
	}
}

static void l13_sixty_four(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < 57; i++)
		add((uint16_t)(0x2000 + i * 256u), "", 0);
	assert_int_equal(read_hello(), SNECK_OK);
	add(0x1fff, "", 0);
	assert_int_equal(read_hello(), SNECK_E_ILLEGAL);
}

static void n24_answers(void **state)
{
	static const struct {
		enum ext_in in;
		uint16_t type;
		bool asked;
		enum sneck_rc rc;
	} cases[] = {
		{ IN_SH, 10, true, SNECK_E_EXT_MISPLACED },
		{ IN_SH, 0, true, SNECK_E_EXT_MISPLACED },
		{ IN_SH, 16, true, SNECK_E_EXT_MISPLACED },
		{ IN_SH, 13, true, SNECK_E_EXT_MISPLACED },
		{ IN_SH, 41, false, SNECK_E_EXT_UNASKED },
		{ IN_SH, 43, false, SNECK_E_EXT_UNASKED },
		{ IN_EE, 43, true, SNECK_E_EXT_UNASKED },
		{ IN_EE, 51, true, SNECK_E_EXT_UNASKED },
		{ IN_EE, 13, true, SNECK_E_EXT_UNASKED },
		{ IN_EE, 42, false, SNECK_E_EXT_UNASKED },
		{ IN_EE, 0, false, SNECK_E_EXT_UNASKED },
		{ IN_EE, 16, false, SNECK_E_EXT_UNASKED },
		{ IN_EE, 10, false, SNECK_E_EXT_UNASKED },
		{ IN_EE, 0, true, SNECK_OK },
		{ IN_CERT, 0, true, SNECK_E_EXT_MISPLACED },
		{ IN_CERT, 10, true, SNECK_E_EXT_MISPLACED },
		{ IN_CERT, 5, false, SNECK_E_EXT_UNASKED },
		{ IN_CERT, 18, false, SNECK_E_EXT_UNASKED },
		{ IN_EE, 5, true, SNECK_E_EXT_UNASKED },
		{ IN_SH, 18, true, SNECK_E_EXT_MISPLACED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start();
		fresh(SNECK_CLIENT);
		ng.sent = cases[i].asked ? UINT32_MAX : 0;
		block_len = 0;
		add(cases[i].type, "", 0);
		assert_int_equal(sneck__ext_read(&ng, cases[i].in, sneck_span_of(block, block_len)),
				 cases[i].rc);
		if (cases[i].rc != SNECK_OK)
			assert_int_equal(ng.at_ext, cases[i].type);
	}
	fresh(SNECK_CLIENT);
	assert_int_equal(sneck__ext_read(&ng, IN_EE, sneck_span_of(block, 0)), SNECK_OK);
	assert_int_equal(sneck__ext_read(&ng, IN_CERT, sneck_span_of(block, 0)), SNECK_OK);
	assert_int_equal(sneck__ext_read(&ng, IN_SH, sneck_span_of(block, 0)), SNECK_E_NO_VERSION);
}

static void peeking(void **state)
{
	uint16_t version = 7;

	(void)state;
	assert_int_equal(
		sneck__ext_peek_version(&version, &cfg, IN_CH, 0x0303, sneck_span_of(block, 0)),
		SNECK_E_NO_VERSION);
	block_len = 0;
	add(0x1234, "abc", 3);
	assert_int_equal(
		sneck__ext_peek_version(&version, &cfg, IN_SH, 0x0303, sneck_span_of(block, 6)),
		SNECK_E_DECODE);
	assert_int_equal(
		sneck__ext_peek_version(&version, &cfg, IN_SH, 0x0303, sneck_span_of(block, 7)),
		SNECK_E_NO_VERSION);
	add(43, "\x03\x03", 2);
	assert_int_equal(sneck__ext_peek_version(&version, &cfg, IN_SH, 0x0303,
						 sneck_span_of(block, block_len)),
			 SNECK_E_NOT_OFFERED);
	assert_int_equal(version, 7);
}

/* ---- names of credentials ---- */

static void names(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool fits;
	} cases[] = {
		{ "example.org", "example.org", true },
		{ "example.org", "EXAMPLE.org", true },
		{ "Example.Org", "example.org", true },
		{ "example.org", "example.org.", false },
		{ "example.org", "xexample.org", false },
		{ "example.org", "example.or", false },
		{ "*.example.org", "a.example.org", true },
		{ "*.example.org", "A.EXAMPLE.ORG", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", ".example.org", false },
		{ "*.example.org", "a.b.example.org", false },
		{ "*.example.org", "a.example.net", false },
		{ "*", "a", false },
		{ "*.", "a.", true },
		{ "a*.example.org", "ab.example.org", false },
		{ "", "a", false },
	};
	static const uint16_t ecdsa[] = { 0x0403, 0 };
	const struct sneck_signer signer = { .schemes = ecdsa };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct sneck_credential cred = { .names = &cases[i].pattern,
						       .n_names = 1,
						       .signer = &signer };
		const struct sneck_credential *const list[] = { &cred };
		enum sneck_rc rc;

		fresh(SNECK_SERVER);
		cfg.credentials = list;
		cfg.n_credentials = 1;
		ng.sni_len = (uint8_t)strlen(cases[i].name);
		memcpy(ng.sni, cases[i].name, ng.sni_len);
		ng.peer_sign = sneck__scheme_bit(0x0804) | sneck__scheme_bit(0x0403);
		rc = sneck__select_credential(&ng);
		if (rc != (cases[i].fits ? SNECK_OK : SNECK_E_NO_NAME))
			fail_msg("%s, %s: %s", cases[i].pattern, cases[i].name, sneck_rc_name(rc));
		ng.sni_len = 0;
		assert_int_equal(sneck__select_credential(&ng), SNECK_OK);
		ng.peer_sign = sneck__scheme_bit(0x0804);
		assert_int_equal(sneck__select_credential(&ng), SNECK_E_NO_SCHEME);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_hello),
		cmocka_unit_test(n25_duplicates),
		cmocka_unit_test(n25_twice_before_unasked),
		cmocka_unit_test(n28_unknown_in_a_hello),
		cmocka_unit_test(l13_sixty_four),
		cmocka_unit_test(n24_answers),
		cmocka_unit_test(peeking),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
