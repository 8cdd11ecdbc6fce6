/* SPDX-License-Identifier: MIT */
/* read_test.c: each extension alone: bodies that are read, with what is made of them; every prefix
 * and every trailing byte refused as SNECK_E_DECODE; each refusal with its code. walk_test.c has
 * what holds for a block of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "crypto/algs.h"
#include "ext/ext.h"
#include "ext/select.h"
#include "lib/needs.h"
#include "lib/pair.h"
#include "lib/prop.h"

#define Z8     "\0\0\0\0\0\0\0\0"
#define Z32    Z8 Z8 Z8 Z8
#define X25519 "\0\x1d\0\x20\x09" Z8 Z8 Z8 "\0\0\0\0\0\0\0"
#define P256   "\0\x17\0\x41\x04" Z32 Z32

#define G8	 "\1\1\1\2\1\3\1\4\1\5\1\6\1\7\1\x08"
#define G64	 G8 G8 G8 G8 G8 G8 G8 G8
#define N50	 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N253	 N50 N50 N50 N50 N50 "nnn"
#define S(group) group "\0\x01x"

static const struct sneck_span protocols[] = { { (const uint8_t *)"h2", 2 },
					       { (const uint8_t *)"http/1.1", 8 } };
static struct transparent t;
static struct sneck_config cfg;
static struct sneck_verifier verifier;
static const struct sneck_credential raw = { .type = SNECK_RAW_PUBLIC_KEY };
static const struct sneck_credential *const raws[] = { &raw };
static struct nego ng;

/* As it is when the peer's message is read: everything offered, groups known. */
static void fresh(enum ext_in in)
{
	memset(&cfg, 0, sizeof cfg);
	memset(&ng, 0, sizeof ng);
	transparent_init(&t, 1);
	cfg.provider = &t.provider;
	cfg.alpn = protocols;
	cfg.n_alpn = 2;
	verifier = (struct sneck_verifier){ .flags = SNECK_VERIFIER_RAW_KEYS };
	cfg.verifier = &verifier;
	cfg.credentials = raws;
	cfg.n_credentials = 1;
	cfg.client_auth = SNECK_AUTH_OPTIONAL;
	ng.cfg = &cfg;
	ng.role = in == IN_CH ? SNECK_SERVER : SNECK_CLIENT;
	ng.peer_groups =
		sneck_span_of("\0\x1d\0\x17\x01\x01\x01\x02\x01\x03\x01\x04\x01\x05\x01\x06"
			      "\x01\x07",
			      18);
	ng.shares[0].kex = &transparent_x25519;
	ng.shares[1].kex = &transparent_p256;
	ng.n_shares = 2;
	ng.ticket = sneck_span_of("t", 1); /* and one pre-shared key, of SHA-256 */
	ng.ticket_hash = 4;
	ng.suite = sneck__suite_find(0x1301);
	ng.psk_modes_seen = true;
}

struct body {
	const struct ext *ext;
	enum ext_in in;
	const char *bytes;
	size_t n;
	enum sneck_rc rc;
	uint32_t alpn; /* what is chosen then */
	uint16_t group, wanted;
	uint32_t wants, own, peer, unpacks;
	const char *sni;
};

#define B(text) text, sizeof(text) - 1u
/* What the build left out is NULL, and its bodies are passed over. */
#define WHEN(built, ext) ((built) ? &(ext) : NULL)

#define V &sneck__ext_versions
#define G &sneck__ext_groups
#define K WHEN(BUILD_TLS13, sneck__ext_key_share)
#define A WHEN(BUILD_CERTS, sneck__ext_sigalgs)
#define N &sneck__ext_sni
#define P &sneck__ext_alpn

#define PK WHEN(BUILD_PSK, sneck__ext_psk)
#define PM WHEN(BUILD_PSK, sneck__ext_psk_modes)
#define ED WHEN(BUILD_EARLY_DATA, sneck__ext_early_data)
#define TR WHEN(BUILD_TICKETS13, sneck__ext_ticket_request)
#define I1 "\0\1x\0\0\0\0" /* an identity of one byte, */
#define B1 "\x20" Z32	   /* and its binder */
#define O  WHEN(BUILD_CERTS, sneck__ext_status_request)
#define T  WHEN(BUILD_CERTS, sneck__ext_sct)
#define KS WHEN(BUILD_RAW_KEYS, sneck__ext_server_type)
#define KC WHEN(BUILD_RAW_KEYS, sneck__ext_client_type)
#define Z  WHEN(BUILD_COMPRESSION, sneck__ext_compress)

static const struct body bodies[] = {
	{ V, IN_CH, B("\x02\x03\x04"), .rc = BUILD_TLS13 ? SNECK_OK : SNECK_E_NO_VERSION },
	{ V, IN_CH, B("\x06\x3a\x3a\x03\x03\x03\x04"), .rc = SNECK_OK },
	{ V, IN_CH, B("\x04\x03\x03\x03\x02"), .rc = BUILD_TLS12 ? SNECK_OK : SNECK_E_NO_VERSION },
	{ V, IN_CH, B("\x04\x7f\x1c\x03\x02"), .rc = SNECK_E_NO_VERSION },
	{ V, IN_CH, B("\x03\x03\x04\x03"), .rc = SNECK_E_DECODE },
	{ V, IN_CH, B("\0"), .rc = SNECK_E_DECODE },
	{ V, IN_CH, B("\xff\x03\x04"), .rc = SNECK_E_DECODE },
	{ V, IN_SH, B("\x03\x04"), .rc = BUILD_TLS13 ? SNECK_OK : SNECK_E_NOT_OFFERED },
	{ V, IN_SH, B("\x03\x03"), .rc = SNECK_E_NOT_OFFERED },
	{ V, IN_SH, B("\x7f\x1c"), .rc = SNECK_E_NOT_OFFERED },
	{ G, IN_CH, B("\0\x04\0\x1d\0\x17"), .rc = SNECK_OK },
	{ G, IN_CH, B("\0\x02\x7a\x7a"), .rc = SNECK_OK },
	{ G, IN_CH, B("\0\x80" G64), .rc = SNECK_OK },
	{ G, IN_CH, B("\0\x82" G64 "\0\x1d"), .rc = SNECK_E_ILLEGAL },
	{ G, IN_CH, B("\0\0"), .rc = SNECK_E_DECODE },
	{ G, IN_CH, B("\0\x03\0\x1d\0"), .rc = SNECK_E_DECODE },
	{ G, IN_EE, B("\0\x82" G64 "\0\x1d"), .rc = SNECK_OK },
	{ G, IN_EE, B("\0\0"), .rc = SNECK_E_DECODE },
	{ K, IN_CH, B("\0\x24" X25519), .rc = SNECK_OK, .group = 0x1d },
	{ K, IN_CH, B("\0\x69" X25519 P256), .rc = SNECK_OK, .group = 0x1d },
	{ K, IN_CH, B("\0\x69" P256 X25519), .rc = SNECK_OK, .group = 0x1d },
	{ K, IN_CH, B("\0\x45" P256), .rc = SNECK_OK, .group = 0x17 },
	{ K, IN_CH, B("\0\x4a" S("\1\1") P256), .rc = SNECK_OK, .group = 0x17 },
	{ K, IN_CH, B("\0\x05" S("\1\1")), .rc = SNECK_OK, .wanted = 0x1d },
	{ K, IN_CH, B("\0\0"), .rc = SNECK_OK, .wanted = 0x1d },
	{ K, IN_CH, B("\0\x05" S("\2\1")), .rc = SNECK_E_ILLEGAL },
	{ K, IN_CH, B("\0\x0a" S("\1\1") S("\1\1")), .rc = SNECK_E_ILLEGAL },
	{ K, IN_CH,
	  B("\0\x2d" S("\1\1") S("\1\2") S("\1\3") S("\1\4") S("\1\5") S("\1\6") S("\1\7")
		    S("\0\x1d") S("\0\x17")),
	  .rc = SNECK_E_ILLEGAL },
	{ K, IN_CH, B("\0\x05" S("\0\x1d")), .rc = SNECK_E_BAD_SHARE },
	{ K, IN_CH, B("\0\x04\0\x1d\0\0"), .rc = SNECK_E_DECODE },
	{ K, IN_SH, B(X25519), .rc = SNECK_OK, .group = 0x1d },
	{ K, IN_SH, B(P256), .rc = SNECK_OK, .group = 0x17 },
	{ K, IN_SH, B(S("\0\x1d")), .rc = SNECK_E_BAD_SHARE },
	{ K, IN_SH, B(S("\0\x18")), .rc = SNECK_E_NOT_OFFERED },
	{ K, IN_SH, B("\0\x1d\0\0"), .rc = SNECK_E_DECODE },
	{ A, IN_CH, B("\0\x04\x04\x03\x08\x04"), .rc = SNECK_OK },
	{ A, IN_CH, B("\0\0"), .rc = SNECK_E_DECODE },
	{ A, IN_CH, B("\0\x01\x04"), .rc = SNECK_E_DECODE },
	{ A, IN_CH, B("\0\x03\x04\x03\x08"), .rc = SNECK_E_DECODE },
	{ N, IN_CH,
	  B("\0\x0e\0\0\x0b"
	    "example.org"),
	  .rc = SNECK_OK, .sni = "example.org" },
	{ N, IN_CH, B("\x01\0\0\0\xfd" N253), .rc = SNECK_OK, .sni = N253 },
	{ N, IN_CH, B("\x01\x01\0\0\xfe" N253 "n"), .rc = SNECK_E_ILLEGAL },
	{ N, IN_CH, B("\0\x04\x01\0\x01x"), .rc = SNECK_E_ILLEGAL },
	{ N, IN_CH, B("\0\x05\0\0\x02x\0"), .rc = SNECK_E_ILLEGAL },
	{ N, IN_CH, B("\0\x05\0\0\x02x\x7f"), .rc = SNECK_E_ILLEGAL },
	{ N, IN_CH, B("\0\x08\0\0\x01x\0\0\x01y"), .rc = SNECK_E_DECODE },
	{ N, IN_CH, B("\0\x03\0\0\0"), .rc = SNECK_E_DECODE },
	{ N, IN_CH, B("\0\0"), .rc = SNECK_E_DECODE },
	{ N, IN_EE, B(""), .rc = SNECK_OK },
	{ P, IN_CH, B("\0\x03\x02h2"), .rc = SNECK_OK, .alpn = 1 },
	{ P, IN_CH, B("\0\x0e\x01x\x08http/1.1\x02h2"), .rc = SNECK_OK, .alpn = 1 },
	{ P, IN_CH, B("\0\x0b\x01x\x08http/1.1"), .rc = SNECK_OK, .alpn = 2 },
	{ P, IN_CH, B("\0\x09\x08httpX1.1"), .rc = SNECK_E_NO_ALPN },
	{ P, IN_CH, B("\0\x12\x08http/1.1\x08http/1.1"), .rc = SNECK_OK, .alpn = 2 },
	{ P, IN_CH, B("\0\x03\x02H2"), .rc = SNECK_E_NO_ALPN },
	{ P, IN_CH, B("\0\x02\x01h"), .rc = SNECK_E_NO_ALPN },
	{ P, IN_CH, B("\0\x04\x03h2\0"), .rc = SNECK_E_NO_ALPN },
	{ P, IN_CH, B("\0\0"), .rc = SNECK_E_DECODE },
	{ P, IN_CH, B("\0\x04\x02h2\0"), .rc = SNECK_E_DECODE },
	{ P, IN_CH, B("\0\x01\0"), .rc = SNECK_E_DECODE },
	{ P, IN_EE, B("\0\x03\x02h2"), .rc = SNECK_OK, .alpn = 1 },
	{ P, IN_EE, B("\0\x09\x08http/1.1"), .rc = SNECK_OK, .alpn = 2 },
	{ P, IN_EE, B("\0\x03\x02h3"), .rc = SNECK_E_NOT_OFFERED },
	{ P, IN_EE, B("\0\x06\x02h2\x02h2"), .rc = SNECK_E_DECODE },
	{ P, IN_EE, B("\0\0"), .rc = SNECK_E_DECODE },
	{ O, IN_CH, B("\1\0\0\0\0"), .rc = SNECK_OK, .wants = 2 },
	{ O, IN_CH, B("\1\0\3\0\1r\0\1x"), .rc = SNECK_OK, .wants = 2 },
	{ O, IN_CH, B("\1\0\0\0"), .rc = SNECK_E_DECODE },
	{ O, IN_CH, B("\1\0\0\0\0\0"), .rc = SNECK_E_DECODE },
	{ O, IN_CH, B(""), .rc = SNECK_E_DECODE },
	{ O, IN_CERT, B("\1\0\0\1x"), .rc = SNECK_OK },
	{ O, IN_CERT, B("\0\0\0\1x"), .rc = SNECK_E_ILLEGAL },
	{ T, IN_CH, B(""), .rc = SNECK_OK, .wants = 4 },
	{ T, IN_CR, B(""), .rc = SNECK_OK, .wants = 4 },
	{ T, IN_CERT, B("\0\7\0\2st\0\1u"), .rc = SNECK_OK },
	{ T, IN_CERT, B("\0\2\0\0"), .rc = SNECK_E_DECODE },
	{ PK, IN_CH, B("\0\7" I1 "\0\x21" B1), .rc = SNECK_OK },
	{ PK, IN_CH, B("\0\x0e" I1 I1 "\0\x42" B1 B1), .rc = SNECK_OK },
	{ PK, IN_CH, B("\0\x0e" I1 I1 "\0\x21" B1), .rc = SNECK_E_ILLEGAL },
	{ PK, IN_CH, B("\0\7" I1 "\0\x42" B1 B1), .rc = SNECK_E_ILLEGAL },
	{ PK, IN_CH, B("\0\0\0\x21" B1), .rc = SNECK_E_DECODE },
	{ PK, IN_CH, B("\0\6\0\0\0\0\0\0\0\x21" B1), .rc = SNECK_E_DECODE },
	{ PK, IN_CH, B("\0\7" I1 "\0\0"), .rc = SNECK_E_DECODE },
	{ PK, IN_CH, B("\0\7" I1 "\0\2\1x"), .rc = SNECK_OK }, /* too short to verify, if known */
	{ PK, IN_CH, B("\0\7" I1 "\0\1\0"), .rc = SNECK_E_DECODE },
	{ PK, IN_CH, B("\0\7" I1 "\0\3\1x\0"), .rc = SNECK_E_DECODE },
	{ PK, IN_CH, B("\0\7" I1), .rc = SNECK_E_DECODE },
	{ PK, IN_SH, B("\0\0"), .rc = SNECK_OK },
	{ PK, IN_SH, B("\0\1"), .rc = SNECK_E_ILLEGAL },
	{ PK, IN_SH, B("\xff\xff"), .rc = SNECK_E_ILLEGAL },
	{ PM, IN_CH, B("\1\1"), .rc = SNECK_OK },
	{ PM, IN_CH, B("\4\0\1\x0b\xff"), .rc = SNECK_OK },
	{ PM, IN_CH, B("\0"), .rc = SNECK_E_DECODE },
	{ ED, IN_CH, B(""), .rc = SNECK_OK },
	{ ED, IN_EE, B(""), .rc = SNECK_OK },
	{ ED, IN_NST, B("\0\0\x40\0"), .rc = SNECK_OK },
	{ ED, IN_NST, B(""), .rc = SNECK_E_DECODE },
	{ TR, IN_CH, B("\2\1"), .rc = SNECK_OK },
	{ TR, IN_CH, B("\xff\xff"), .rc = SNECK_OK },
	{ TR, IN_EE, B("\2"), .rc = SNECK_OK },
	{ KS, IN_CH, B("\1\2"), .rc = SNECK_OK, .own = 4 },
	{ KS, IN_CH, B("\4\1\x40\0\2"), .rc = SNECK_OK, .own = 7 },
	{ KS, IN_CH, B("\0"), .rc = SNECK_E_ILLEGAL },
	{ KS, IN_CH, B("\2\2"), .rc = SNECK_E_DECODE },
	{ KS, IN_EE, B("\0"), .rc = SNECK_OK },
	{ KS, IN_EE, B("\2"), .rc = SNECK_OK, .peer = 2 },
	{ KS, IN_EE, B("\1"), .rc = SNECK_E_NOT_OFFERED, .peer = 1 },
	{ KC, IN_CH, B("\1\0"), .rc = SNECK_E_ILLEGAL },
	{ KC, IN_CH, B("\2\0\2"), .rc = SNECK_OK, .peer = 2 },
	{ KC, IN_CH, B("\1\1"), .rc = SNECK_E_CERT_TYPE },
	{ KC, IN_CH, B("\0"), .rc = SNECK_E_ILLEGAL },
	{ KC, IN_EE, B("\2"), .rc = SNECK_OK, .own = 4 },
	{ KC, IN_EE, B("\0"), .rc = SNECK_E_NOT_OFFERED },
	{ Z, IN_CH, B("\2\0\1"), .rc = SNECK_OK, .unpacks = 2 },
	{ Z, IN_CR, B("\x08\0\3\0\2\1\1\x3a\x3a"), .rc = SNECK_OK, .unpacks = 12 },
	{ Z, IN_CR, B("\x0a\0\3\0\2\1\1\x3a\x3a\0\2"), .rc = SNECK_E_ILLEGAL },
	{ Z, IN_CH, B("\x06\xff\1\0\2\xff\1"), .rc = SNECK_E_ILLEGAL },
	{ Z, IN_CH, B("\x06\xff\1\1\xff\1\0"), .rc = SNECK_OK },
	{ Z, IN_CH, B("\x05\0\2\0\2\0"), .rc = SNECK_E_ILLEGAL },
	{ Z, IN_CH, B("\0"), .rc = SNECK_E_DECODE },
	{ Z, IN_CH, B("\3\0\1\0"), .rc = SNECK_E_DECODE },
	{ Z, IN_CH, B("\1\0"), .rc = SNECK_E_DECODE },
};

static const struct body *now;

static enum sneck_rc read_now(struct sneck_span body)
{
	fresh(now->in);
	return now->ext->read(&ng, now->in, body);
}

static void every_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		const struct sneck_span body = sneck_span_of(bodies[i].bytes, bodies[i].n);
		enum sneck_rc rc;

		now = &bodies[i];
		if (now->ext == NULL)
			continue;
		assert_true(set_has(now->ext->allowed, now->in));
		rc = read_now(body);
		if (rc != now->rc)
			fail_msg("body %zu of extension %d: %s", i, now->ext->type,
				 sneck_rc_name(rc));
		assert_int_equal(ng.alpn, now->alpn);
		assert_int_equal(rc == SNECK_OK && ng.kex != NULL ? ng.kex->group : 0, now->group);
		assert_int_equal(ng.wanted != NULL ? ng.wanted->group : 0, now->wanted);
		assert_int_equal(ng.peer_wants, now->wants);
		if (rc == SNECK_OK)
			assert_int_equal(ng.peer_unpacks, now->unpacks);
		assert_int_equal(ng.own_types, now->own);
		assert_int_equal(ng.peer_type, now->peer);
		if (rc != SNECK_OK)
			continue;
		if (now->sni != NULL) {
			assert_int_equal(ng.sni_len, strlen(now->sni));
			assert_memory_equal(ng.sni, now->sni, ng.sni_len);
		}
		prop_prefix(read_now, body, PROP_NO_PREFIX);
	}
	print_message("%zu bodies\n", sizeof bodies / sizeof bodies[0]);
}

/* Every byte in every value: one of the codes that an extension may give, and never a crash. */
static void every_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		for (size_t at = 0; bodies[i].ext != NULL && at < bodies[i].n; at++)
			for (unsigned v = 0; v < 256; v++) {
				uint8_t copy[400];
				enum sneck_rc rc;

				now = &bodies[i];
				memcpy(copy, now->bytes, now->n);
				copy[at] = (uint8_t)v;
				rc = read_now(sneck_span_of(copy, now->n));
				assert_true(rc == SNECK_OK || rc == SNECK_E_DECODE ||
					    rc == SNECK_E_ILLEGAL || rc == SNECK_E_NO_VERSION ||
					    rc == SNECK_E_NO_GROUP || rc == SNECK_E_BAD_SHARE ||
					    rc == SNECK_E_NOT_OFFERED || rc == SNECK_E_NO_ALPN ||
					    rc == SNECK_E_CERT_TYPE);
			}
}

static void what_must_be_there(void **state)
{
	static const struct {
		const struct ext *ext;
		enum ext_in in;
		enum sneck_rc rc;
	} absent[] = {
		{ V, IN_CH, SNECK_E_NO_VERSION }, { V, IN_SH, SNECK_E_NO_VERSION },
		{ A, IN_CH, SNECK_OK },		  { A, IN_CR, SNECK_E_EXT_MISSING },
		{ P, IN_CH, SNECK_OK },		  { P, IN_EE, SNECK_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
		if (absent[i].ext == NULL)
			continue;
		fresh(absent[i].in);
		assert_int_equal(absent[i].ext->absent(&ng, absent[i].in), absent[i].rc);
	}
	assert_true((N)->absent == NULL && (G)->absent == NULL &&
		    (!BUILD_TLS13 || (K)->absent == NULL));
}

/* RFC 9846, 4.3.10: keys without modes; 4.3.11: a key whose hash is not the suite's. */
static void n49_keys_that_do_not_fit(void **state)
{
	(void)state;
	NEEDS(BUILD_PSK);
	fresh(IN_CH);
	ng.psk_modes_seen = false;
	assert_int_equal((PK)->read(&ng, IN_CH, sneck_span_of("\0\7" I1 "\0\x21" B1, 44)),
			 SNECK_E_EXT_MISSING);
	fresh(IN_SH);
	ng.suite = sneck__suite_find(0x1302);
	assert_int_equal((PK)->read(&ng, IN_SH, sneck_span_of("\0\0", 2)), SNECK_E_ILLEGAL);
	fresh(IN_SH);
	ng.ticket.len = 0;
	assert_int_equal((PK)->read(&ng, IN_SH, sneck_span_of("\0\0", 2)), SNECK_E_ILLEGAL);
}

static void what_they_say(void **state)
{
	struct sneck_span id, binder;
	uint32_t age;

	(void)state;
	NEEDS(BUILD_EARLY_DATA);
	fresh(IN_CH);
	assert_int_equal((PM)->read(&ng, IN_CH, sneck_span_of("\3\1\2\0", 4)), SNECK_OK);
	assert_int_equal(ng.psk_modes, PSK_MODE_KE | PSK_MODE_DHE);
	assert_int_equal((TR)->read(&ng, IN_CH, sneck_span_of("\3\4", 2)), SNECK_OK);
	assert_true(ng.tickets_named && ng.tickets_wanted[0] == 3 && ng.tickets_wanted[1] == 4);
	assert_int_equal((PK)->read(&ng, IN_CH,
				    sneck_span_of("\0\x0f" I1 "\0\2yz\1\2\3\4"
						  "\0\x42" B1 B1,
						  85)),
			 SNECK_OK);
	assert_true(sneck__psk_identity_at(&ng, 1, &id, &age, &binder));
	assert_int_equal(id.len, 2);
	assert_memory_equal(id.p, "yz", 2);
	assert_int_equal(age, 0x01020304);
	assert_int_equal(binder.len, 32);
	assert_false(sneck__psk_identity_at(&ng, 2, &id, &age, &binder));
	assert_int_equal((ED)->read(&ng, IN_NST, sneck_span_of("\1\2\3\4", 4)), SNECK_OK);
	assert_int_equal(ng.nst_early, 0x01020304);
}

/* A status of another kind is passed over whatever follows; a CertificateRequest says no more than
 * that it wants one. */
static void status_of_another_kind(void **state)
{
	(void)state;
	NEEDS(BUILD_CERTS);
	fresh(IN_CH);
	assert_int_equal((O)->read(&ng, IN_CH, sneck_span_of("\2", 1)), SNECK_OK);
	assert_int_equal(ng.peer_wants, 0);
	fresh(IN_CR);
	assert_int_equal((O)->read(&ng, IN_CR, sneck_span_of("", 0)), SNECK_OK);
	assert_int_equal(ng.peer_wants, SNECK_VERIFIER_WANTS_OCSP);
}

/* Who speaks of types of certificates, and how. RFC 7250, 4.1, 4.2. */
static void types_that_are_sent(void **state)
{
	uint8_t buf[8];
	struct wr w;

	(void)state;
	NEEDS(BUILD_RAW_KEYS);
	fresh(IN_EE);
	wr_init(&w, buf, sizeof buf);
	(KS)->write(&ng, IN_CH, &w);
	(KC)->write(&ng, IN_CH, &w);
	assert_int_equal(w.len, 5);
	assert_memory_equal(buf, "\2\2\0\1\2", 5);
	assert_true((KS)->offer(&ng, IN_CH) && (KC)->offer(&ng, IN_CH));
	verifier.flags = 0;
	cfg.n_credentials = 0;
	assert_false((KS)->offer(&ng, IN_CH) || (KC)->offer(&ng, IN_CH));

	fresh(IN_CH); /* a server: for its own, and if it is going to ask for the client's */
	ng.cred = &raw;
	assert_false((KS)->offer(&ng, IN_EE) || (KC)->offer(&ng, IN_EE));
	ng.own_types = ng.peer_types = 4;
	ng.peer_type = 2;
	assert_true((KS)->offer(&ng, IN_EE) && (KC)->offer(&ng, IN_EE));
	wr_init(&w, buf, sizeof buf);
	(KS)->write(&ng, IN_EE, &w);
	(KC)->write(&ng, IN_EE, &w);
	assert_int_equal(w.len, 2);
	assert_memory_equal(buf, "\2\2", 2);
	cfg.client_auth = SNECK_AUTH_NONE;
	assert_false((KC)->offer(&ng, IN_EE));
	assert_int_equal((KC)->read(&ng, IN_CH, sneck_span_of("\1\1", 2)), SNECK_OK);
	ng.cred = NULL; /* a resumption: what would be shown */
	cfg.n_credentials = 0;
	assert_false((KS)->offer(&ng, IN_EE));
}

/* A server that has no protocols does not look for one, and does not answer. */
static void alpn_of_nobody(void **state)
{
	(void)state;
	fresh(IN_CH);
	cfg.n_alpn = 0;
	assert_int_equal((P)->read(&ng, IN_CH, sneck_span_of("\0\x03\x02h2", 5)), SNECK_OK);
	assert_int_equal(ng.alpn, 0);
	assert_false((P)->offer(&ng, IN_EE));
	assert_false((P)->offer(&ng, IN_CH));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_body),	       cmocka_unit_test(every_value),
		cmocka_unit_test(what_must_be_there),  cmocka_unit_test(n49_keys_that_do_not_fit),
		cmocka_unit_test(what_they_say),       cmocka_unit_test(status_of_another_kind),
		cmocka_unit_test(types_that_are_sent), cmocka_unit_test(alpn_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
