/* SPDX-License-Identifier: MIT */
/* cert_test.c: the Certificate message, read, walked and written. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/cert.h"

#include <cmocka.h>

static void write_chain(struct wr *w, const void *arg)
{
	const struct own_chain *const c = arg;

	sneck__certificate_write_head(w, c);
	for (size_t i = 0; i < c->n; i++) {
		sneck__certificate_write_entry(w, c->certs[i].len);
		wr_put(w, c->certs[i]);
		sneck__certificate_write_entry_end(w, c, i);
		if (i == 0 && c->ocsp.len != 0) {
			sneck__certificate_write_ocsp_head(w, c->ocsp.len);
			wr_put(w, c->ocsp);
		}
		if (i == 0 && c->scts.len != 0) {
			sneck__certificate_write_scts_head(w, c->scts.len);
			wr_put(w, c->scts);
		}
	}
}

static void rfc8448_round_trip(void **state)
{
	const struct vec v = vec_of("rfc8448_3.txt", "certificate");
	struct sneck_cert_entry e;
	struct certificate c;
	struct own_chain chain;

	(void)state;
	assert_int_equal(sneck__certificate_read(&c, vec_span(&v, 4)), SNECK_OK);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.context.len, 0);
	e = sneck__certificate_at(c.list, 0);
	assert_int_equal(e.der.len, 432);
	assert_int_equal(sneck__certificate_extensions_at(c.list, 0).len, 0);
	assert_int_equal(e.ocsp.len + e.scts.len, 0);
	chain = (struct own_chain){ .certs = &e.der, .n = 1 };
	assert_int_equal(sneck__certificate_size(&chain), v.len);
	prop_space(write_chain, &chain, vec_span(&v, 0));
}

static void several_and_none(void **state)
{
	static const struct sneck_span certs[] = { { (const uint8_t *)"a", 1 },
						   { (const uint8_t *)"bcd", 3 },
						   { (const uint8_t *)"ef", 2 } };
	const struct own_chain three = { .certs = certs, .n = 3 };
	const struct vec want = hex("0b000019"
				    "00"
				    "000015"
				    "00000161"
				    "0000"
				    "000003626364"
				    "0000"
				    "0000026566"
				    "0000");
	struct certificate c;

	(void)state;
	prop_space(write_chain, &three, vec_span(&want, 0));
	assert_int_equal(sneck__certificate_read(&c, vec_span(&want, 4)), SNECK_OK);
	assert_int_equal(c.n, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct sneck_cert_entry e = sneck__certificate_at(c.list, i);

		assert_int_equal(e.der.len, three.certs[i].len);
		assert_memory_equal(e.der.p, three.certs[i].p, e.der.len);
	}
	assert_int_equal(sneck__certificate_at(c.list, 3).der.len, 0);
	assert_int_equal(sneck__certificate_at(c.list, UINT32_MAX).der.len, 0);

	assert_int_equal(sneck__certificate_read(&c, sneck_span_of(hex("00000000").b, 4)),
			 SNECK_OK);
	assert_int_equal(c.n, 0);
	assert_int_equal(sneck__certificate_at(c.list, 0).der.len, 0);
}

/* SNECK_E_DECODE for cert_data<1..2^24-1> without a byte. RFC 9846, 4.5.1 */
static void n2_empty_entry(void **state)
{
	const struct vec v = hex("00"
				 "000005"
				 "000000"
				 "0000");
	struct certificate c;

	(void)state;
	assert_int_equal(sneck__certificate_read(&c, vec_span(&v, 0)), SNECK_E_DECODE);
}

static void entry_extensions(void **state)
{
	const struct vec v = hex("0107"
				 "00000a"
				 "00000161"
				 "0004"
				 "00120000");
	struct certificate c;

	(void)state;
	assert_int_equal(sneck__certificate_read(&c, vec_span(&v, 0)), SNECK_OK);
	assert_int_equal(c.context.len, 1);
	assert_int_equal(sneck__certificate_extensions_at(c.list, 0).len, 4);
	assert_int_equal(sneck__certificate_extensions_at(c.list, 1).len, 0);
}

static void staples(void **state)
{
	static const struct sneck_span certs[] = { { (const uint8_t *)"a", 1 },
						   { (const uint8_t *)"b", 1 } };
	const struct own_chain chain = { .certs = certs,
					 .n = 2,
					 .ocsp = { (const uint8_t *)"OC", 2 },
					 .scts = { (const uint8_t *)"\0\3\0\1s", 5 } };
	const struct vec want = hex("0b000023"
				    "00"
				    "00001f"
				    "00000161"
				    "0013"
				    "0005000601"
				    "0000024f43"
				    "001200050003000173"
				    "00000162"
				    "0000");
	struct sneck_cert_entry e;
	struct certificate c;

	(void)state;
	prop_space(write_chain, &chain, vec_span(&want, 0));
	assert_int_equal(sneck__certificate_read(&c, vec_span(&want, 4)), SNECK_OK);
	e = sneck__certificate_at(c.list, 0);
	assert_int_equal(e.ocsp.len, 2);
	assert_memory_equal(e.ocsp.p, "OC", 2);
	assert_int_equal(e.scts.len, 5);
	assert_memory_equal(e.scts.p, chain.scts.p, 5);
	e = sneck__certificate_at(c.list, 1);
	assert_int_equal(e.der.len, 1);
	assert_int_equal(e.ocsp.len + e.scts.len, 0);
}

/* Another status than OCSP's, or a broken one, which ext/ refuses: nothing is handed out. */
static void staple_of_another_kind(void **state)
{
	static const char *const bodies[] = { "0005000602000002aabb", "0005000601000003aabb" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t list[16] = { 0, 0, 1, 'a', 0, 10 };
		const struct vec v = hex(bodies[i]);

		memcpy(list + 6, v.b, v.len);
		assert_int_equal(sneck__certificate_at(sneck_span_of(list, 16), 0).ocsp.len, 0);
	}
}

/* A chain that no 24 bits can count is our own mistake: SNECK_E_INTERNAL. */
static void chain_too_long(void **state)
{
	const uint8_t byte = 0;
	const struct sneck_span cert = { &byte, 0x1000000 };
	const struct own_chain chain = { .certs = &cert, .n = 1 };
	const struct own_chain stapled = { .certs = &cert, .n = 1, .ocsp = { &byte, 65528 } };
	uint8_t buf[16];
	struct wr w;

	(void)state;
	wr_init(&w, buf, sizeof buf);
	sneck__certificate_write_head(&w, &chain);
	assert_int_equal(wr_end(&w), SNECK_E_INTERNAL);
	wr_init(&w, buf, sizeof buf);
	sneck__certificate_write_entry_end(&w, &stapled, 0);
	assert_int_equal(wr_end(&w), SNECK_E_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448_round_trip),	  cmocka_unit_test(several_and_none),
		cmocka_unit_test(n2_empty_entry),	  cmocka_unit_test(entry_extensions),
		cmocka_unit_test(chain_too_long),	  cmocka_unit_test(staples),
		cmocka_unit_test(staple_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
