/* SPDX-License-Identifier: MIT */
/* msg12_test.c: the messages of TLS 1.2: what holds for every reader, what each reads, and that
 * what is written is read. The bytes are written by hand from the RFCs. */
#include <stdarg.h>
#include <setjmp.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/cert12.h"
#include "msg/kx12.h"
#include "msg/types.h"

#include <cmocka.h>

#define SERVER_KX "03 001d 04 01020304 0804 0003 aabbcc"
#define CLIENT_KX "04 01020304"
#define CERT	  "00000b 000003 616263 000002 6465"
#define REQUEST_2 "02 0140 0004 0403 0804 0009 0003 303132 0002 3334"
#define STATUS	  "01 000003 303132"
#define TICKET	  "00001c20 0004 74747474"

struct field {
	size_t at, width;
};

/* Hex with spaces between the fields. */
static struct vec bytes(const char *text)
{
	char packed[200];
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text != ' ')
			packed[n++] = *text;
	packed[n] = '\0';
	return hex(packed);
}

#define READER(name, type, call)                                                                   \
	static enum sneck_rc read_##name(struct sneck_span body)                                   \
	{                                                                                          \
		type m;                                                                            \
		return call;                                                                       \
	}
READER(server_kx, struct server_key_exchange, sneck__server_kx_read(&m, body))
READER(client_kx, struct sneck_span, sneck__client_kx_read(&m, body))
READER(certificate, struct certificate, sneck__certificate12_read(&m, body))
READER(request, struct certificate_request12, sneck__certificate_request12_read(&m, body))
READER(status, struct sneck_span, sneck__certificate_status_read(&m, body))
READER(ticket, struct new_session_ticket12, sneck__new_session_ticket12_read(&m, body))

static const struct row {
	const char *name, *bytes;
	prop_read read;
	struct field fields[6];
} rows[] = {
	{ "ServerKeyExchange", SERVER_KX, read_server_kx, { { 3, 1 }, { 10, 2 } } },
	{ "ClientKeyExchange", CLIENT_KX, read_client_kx, { { 0, 1 } } },
	{ "Certificate", CERT, read_certificate, { { 0, 3 }, { 3, 3 }, { 9, 3 } } },
	{ "CertificateRequest",
	  REQUEST_2,
	  read_request,
	  { { 0, 1 }, { 3, 2 }, { 9, 2 }, { 11, 2 }, { 16, 2 } } },
	{ "CertificateStatus", STATUS, read_status, { { 1, 3 } } },
	{ "NewSessionTicket", TICKET, read_ticket, { { 4, 2 } } },
};

static void n1_n2_n3_n4(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct vec v = bytes(rows[i].bytes);

		print_message("%s\n", rows[i].name);
		prop_prefix(rows[i].read, vec_span(&v, 0), PROP_NO_PREFIX);
		for (const struct field *f = rows[i].fields; f->width != 0; f++)
			prop_length(rows[i].read, vec_span(&v, 0), f->at, f->width);
		prop_flip(rows[i].read, vec_span(&v, 0));
	}
	assert_int_equal(sneck__empty_read(sneck_span_of("", 0)), SNECK_OK);
	assert_int_equal(sneck__empty_read(sneck_span_of("a", 1)), SNECK_E_DECODE);
}

/* N27: what may not be empty, and what may. */
static void n27_empty(void **state)
{
	static const struct {
		const char *bytes;
		prop_read read;
		enum sneck_rc rc;
	} cases[] = {
		{ "03 001d 00 0804 0003 aabbcc", read_server_kx, SNECK_E_DECODE },
		{ "03 001d 01 41 0804 0000", read_server_kx,
		  SNECK_OK }, /* no signature: not good */
		{ "00", read_client_kx, SNECK_E_DECODE },
		{ "000000", read_certificate, SNECK_OK }, /* a client without one */
		{ "000003 000000", read_certificate, SNECK_E_DECODE },
		{ "00 0002 0403 0000", read_request, SNECK_E_DECODE },
		{ "01 40 0000 0000", read_request, SNECK_E_DECODE },
		{ "01 40 0003 040308 0000", read_request, SNECK_E_DECODE },
		{ "01 40 0002 0403 0000", read_request, SNECK_OK },
		{ "01 40 0002 0403 0002 0000", read_request, SNECK_E_DECODE },
		{ "01 000000", read_status, SNECK_E_DECODE },
		{ "00000000 0000", read_ticket, SNECK_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct vec v = bytes(cases[i].bytes);

		assert_int_equal(cases[i].read(vec_span(&v, 0)), cases[i].rc);
	}
}

/* RFC 8422, 5.4: explicit curves and the like have another syntax, and are refused as what they
 * are: SNECK_E_ILLEGAL. */
static void n29_curve_types(void **state)
{
	struct vec v = bytes(SERVER_KX);

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		v.b[0] = (uint8_t)type;
		assert_int_equal(read_server_kx(vec_span(&v, 0)),
				 type == 3 ? SNECK_OK : SNECK_E_ILLEGAL);
	}
	v = bytes(STATUS);
	for (unsigned type = 0; type < 256; type++) {
		v.b[0] = (uint8_t)type;
		assert_int_equal(read_status(vec_span(&v, 0)),
				 type == 1 ? SNECK_OK : SNECK_E_ILLEGAL);
	}
}

static void is(struct sneck_span got, const char *want)
{
	const struct vec v = bytes(want);

	assert_int_equal(got.len, v.len);
	assert_memory_equal(got.p, v.b, v.len);
}

static void what_is_read(void **state)
{
	struct vec v = bytes(SERVER_KX);
	struct certificate_request12 cr;
	struct new_session_ticket12 t;
	struct server_key_exchange kx;
	struct certificate c;
	struct sneck_span s;

	(void)state;
	assert_int_equal(sneck__server_kx_read(&kx, vec_span(&v, 0)), SNECK_OK);
	assert_int_equal(kx.group, 0x1d);
	assert_int_equal(kx.scheme, 0x0804);
	is(kx.share, "01020304");
	is(kx.params, "03001d0401020304");
	is(kx.signature, "aabbcc");
	v = bytes(CERT);
	assert_int_equal(sneck__certificate12_read(&c, vec_span(&v, 0)), SNECK_OK);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.context.len, 0);
	is(sneck__certificate12_at(c.list, 0).der, "616263");
	is(sneck__certificate12_at(c.list, 1).der, "6465");
	assert_int_equal(sneck__certificate12_at(c.list, 1).ocsp.len, 0);
	assert_int_equal(sneck__certificate12_at(c.list, 2).der.len, 0);
	assert_int_equal(sneck__certificate12_at(c.list, UINT32_MAX).der.len, 0);
	v = bytes(REQUEST_2);
	assert_int_equal(sneck__certificate_request12_read(&cr, vec_span(&v, 0)), SNECK_OK);
	is(cr.types, "0140");
	is(cr.schemes, "04030804");
	is(cr.cas, "000330313200023334");
	v = bytes(STATUS);
	assert_int_equal(sneck__certificate_status_read(&s, vec_span(&v, 0)), SNECK_OK);
	is(s, "303132");
	v = bytes(TICKET);
	assert_int_equal(sneck__new_session_ticket12_read(&t, vec_span(&v, 0)), SNECK_OK);
	assert_int_equal(t.lifetime_s, 7200);
	is(t.ticket, "74747474");
}

/* ---- writers ---- */

static void write_server_kx(struct wr *w, const void *arg)
{
	sneck__server_kx_write(w, arg);
}

static void write_client_kx(struct wr *w, const void *arg)
{
	sneck__client_kx_write(w, *(const struct sneck_span *)arg);
}

static void write_chain(struct wr *w, const void *arg)
{
	const struct sneck_span *const chain = arg;

	sneck__certificate12_write_head(w, chain, 2);
	for (int i = 0; i < 2; i++) {
		sneck__certificate12_write_entry(w, chain[i].len);
		wr_put(w, chain[i]);
	}
}

static void write_request(struct wr *w, const void *arg)
{
	sneck__certificate_request12_write(w, arg);
}

static void write_status(struct wr *w, const void *arg)
{
	const struct sneck_span *const s = arg;

	sneck__certificate_status_write_head(w, s->len);
	wr_put(w, *s);
}

static void write_ticket(struct wr *w, const void *arg)
{
	sneck__new_session_ticket12_write(w, arg);
}

static void write_done(struct wr *w, const void *arg)
{
	(void)arg;
	sneck__empty_write(w, HT_SERVER_HELLO_DONE);
}

#define WRITES(fn, arg, text)                                                                      \
	do {                                                                                       \
		const struct vec want_ = bytes(text);                                              \
		prop_space(fn, arg, vec_span(&want_, 0));                                          \
	} while (0)

static void what_is_written(void **state)
{
	const struct vec share = bytes("01020304"), sig = bytes("aabbcc"),
			 der = bytes("6162636465"), cas = bytes("303132");
	const struct server_key_exchange kx = { .group = 0x1d,
						.scheme = 0x0804,
						.share = vec_span(&share, 0),
						.signature = vec_span(&sig, 0) };
	const struct sneck_span chain[] = { { der.b, 3 }, { der.b + 3, 2 } },
				point = vec_span(&share, 0);
	const struct sneck_span ca = vec_span(&cas, 0);
	const struct own_request12 cr = { .types = sneck_span_of("\x01\x40", 2),
					  .schemes = (const uint16_t[]){ 0x0403, 0x0804 },
					  .n_schemes = 2,
					  .cas = &ca,
					  .n_cas = 1 };
	const struct new_session_ticket12 t = { 7200, sneck_span_of("tttt", 4) };

	(void)state;
	WRITES(write_server_kx, &kx, "0c00000f" SERVER_KX);
	WRITES(write_client_kx, &point, "10000005" CLIENT_KX);
	WRITES(write_chain, chain, "0b00000e" CERT);
	WRITES(write_request, &cr,
	       "0d000010"
	       "02 0140 0004 0403 0804 0005 0003 303132");
	WRITES(write_status, chain,
	       "16000007"
	       "01 000003 616263");
	WRITES(write_ticket, &t, "0400000a" TICKET);
	WRITES(write_done, NULL, "0e000000");
}

/* A chain that no length field can say. */
static void too_long(void **state)
{
	const struct sneck_span chain[] = { { NULL, 0xfffff0 }, { NULL, 20 } };
	struct wr w;

	(void)state;
	wr_init(&w, NULL, 0);
	sneck__certificate12_write_head(&w, chain, 2);
	assert_int_equal(wr_end(&w), SNECK_E_INTERNAL);
	wr_init(&w, NULL, 0);
	sneck__certificate_status_write_head(&w, 0xfffffe);
	assert_int_equal(wr_end(&w), SNECK_E_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n1_n2_n3_n4),	   cmocka_unit_test(n27_empty),
		cmocka_unit_test(n29_curve_types), cmocka_unit_test(what_is_read),
		cmocka_unit_test(what_is_written), cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
