/* SPDX-License-Identifier: MIT */
/* open_test.c: opening records: RFC 8448, tags, padding, inner types, limits. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>

#include "lib/half.h"
#include "lib/hex.h"

#include <cmocka.h>

static const uint16_t aeads[] = { 1, 2, 29 };
static const uint8_t key[BOUND_KEY] = { 1, 2, 3 };
static const uint8_t iv[BOUND_NONCE] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 255, 254 };
static uint8_t rec[BOUND_RECORD + 256], inner[BOUND_CIPHER + 256];

static void zeros_only(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], 0);
}

static void opens(struct half *x, const char *record, uint8_t want_type, const uint8_t *want,
		  size_t want_len)
{
	struct vec v = vec_of("rfc8448_3.txt", record);
	uint8_t type;
	size_t n;

	assert_int_equal(sneck__rec_open(&x->h, x->ctx, v.b, v.len - 5, &type, &n), SNECK_OK);
	assert_int_equal(type, want_type);
	assert_int_equal(n, want_len);
	assert_memory_equal(v.b + 5, want, n);
}

static void rfc8448(void **state)
{
	const struct vec fin = vec_of("rfc8448_3.txt", "client_finished");
	const struct vec nst = vec_of("rfc8448_3.txt", "new_session_ticket");
	const struct vec data = vec_of("rfc8448_3.txt", "app_data");
	const uint8_t close_notify[2] = { 1, 0 };
	struct half x;

	(void)state;
	half_rfc8448(&x, "client_hs", SNECK_OPEN);
	opens(&x, "client_finished_record", CT_HANDSHAKE, fin.b, fin.len);
	half_wipe(&x);
	half_rfc8448(&x, "client_ap", SNECK_OPEN);
	opens(&x, "client_data_record", CT_APP_DATA, data.b, data.len);
	opens(&x, "client_alert_record", CT_ALERT, close_notify, 2);
	half_wipe(&x);
	half_rfc8448(&x, "server_ap", SNECK_OPEN);
	opens(&x, "ticket_record", CT_HANDSHAKE, nst.b, nst.len);
	opens(&x, "server_data_record", CT_APP_DATA, data.b, data.len);
	opens(&x, "server_alert_record", CT_ALERT, close_notify, 2);
	assert_int_equal(x.h.seq, 3);
	half_wipe(&x);
}

/* SNECK_E_BAD_MAC for a body without room for a tag, whatever is in it */
static void n67_short_records(void **state)
{
	(void)state;
	for (size_t a = 0; a < 3; a++) {
		struct half x;

		half_key(&x, aeads[a], key, iv, SNECK_OPEN);
		for (size_t len = 0; len < 16; len++) {
			uint8_t p[5 + 16] = { 23, 3, 3, 0, (uint8_t)len };
			uint8_t type;
			size_t n;

			assert_int_equal(sneck__rec_open(&x.h, x.ctx, p, len, &type, &n),
					 SNECK_E_BAD_MAC);
			assert_int_equal(x.h.seq, 0);
		}
		half_wipe(&x);
	}
}

/* SNECK_E_BAD_MAC for every bit of head, body and tag; zeros where plaintext would have been; the
 * record as it was opens afterwards, so nothing had moved */
static void n68_wrong_tag(void **state)
{
	(void)state;
	for (size_t a = 0; a < 3; a++) {
		uint8_t good[64], bad[64], type;
		struct half tx, rx;
		size_t body, n;

		half_key(&tx, aeads[a], key, iv, SNECK_SEAL);
		half_key(&rx, aeads[a], key, iv, SNECK_OPEN);
		body = half_seal_inner(&tx, good, (const uint8_t *)"twenty bytes inside\x17", 20);
		for (size_t bit = 0; bit < 8 * (5 + body); bit++) {
			memcpy(bad, good, sizeof bad);
			bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, bad, body, &type, &n),
					 SNECK_E_BAD_MAC);
			zeros_only(bad + 5, 20);
		}
		assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, good, body, &type, &n), SNECK_OK);
		assert_memory_equal(good + 5, "twenty bytes inside", 19);
		half_wipe(&tx);
		half_wipe(&rx);
	}
}

/* Seals len bytes of inner as they are and opens them. */
static enum sneck_rc through(size_t len, uint8_t *type, size_t *n)
{
	struct half tx, rx;
	enum sneck_rc rc;
	size_t body;

	half_key(&tx, 1, key, iv, SNECK_SEAL);
	half_key(&rx, 1, key, iv, SNECK_OPEN);
	body = half_seal_inner(&tx, rec, inner, len);
	rc = sneck__rec_open(&rx.h, rx.ctx, rec, body, type, n);
	half_wipe(&tx);
	half_wipe(&rx);
	return rc;
}

/* SNECK_E_UNEXPECTED for zeros only, of any length, none included. RFC 9846, 5.4 */
static void n8_zeros_only(void **state)
{
	uint8_t type;
	size_t n;

	(void)state;
	memset(inner, 0, sizeof inner);
	for (size_t len = 0; len <= BOUND_PLAIN + 1; len += len < 20 ? 1 : 1023)
		assert_int_equal(through(len, &type, &n), SNECK_E_UNEXPECTED);
	assert_int_equal(through(BOUND_PLAIN + 1, &type, &n), SNECK_E_UNEXPECTED);
}

static void n8_padding(void **state)
{
	uint8_t type;
	size_t n;

	(void)state;
	for (size_t content = 0; content <= 3; content++)
		for (size_t pad = 0; content + pad <= BOUND_PLAIN; pad += pad < 300 ? 1 : 509) {
			memset(inner, 0, sizeof inner);
			memcpy(inner, "abc", content);
			inner[content] = CT_HANDSHAKE;
			assert_int_equal(through(content + 1 + pad, &type, &n), SNECK_OK);
			assert_int_equal(type, CT_HANDSHAKE);
			assert_int_equal(n, content);
			assert_memory_equal(rec + 5, "abc", content);
		}
}

/* Which inner types are legal is conn/'s to say; they come out as they are. */
static void n8_inner_types(void **state)
{
	uint8_t type;
	size_t n;

	(void)state;
	for (unsigned t = 1; t < 256; t++) {
		memcpy(inner, "ab\0", 3);
		inner[3] = (uint8_t)t;
		assert_int_equal(through(4, &type, &n), SNECK_OK);
		assert_int_equal(type, t);
		assert_int_equal(n, 3);
	}
}

/* SNECK_E_RECORD_SIZE for 2^14 + 2 bytes inside, as content or as padding. RFC 9846, 5.4 */
static void n7_plaintext_bound(void **state)
{
	uint8_t type;
	size_t n;

	(void)state;
	memset(inner, CT_APP_DATA, sizeof inner);
	assert_int_equal(through(BOUND_PLAIN + 1, &type, &n), SNECK_OK);
	assert_int_equal(n, BOUND_PLAIN);
	assert_int_equal(through(BOUND_PLAIN + 2, &type, &n), SNECK_E_RECORD_SIZE);
	assert_int_equal(through(BOUND_CIPHER - 16, &type, &n), SNECK_E_RECORD_SIZE);
	memset(inner + 1, 0, sizeof inner - 1);
	assert_int_equal(through(BOUND_PLAIN + 1, &type, &n), SNECK_OK);
	assert_int_equal(n, 0);
	assert_int_equal(through(BOUND_PLAIN + 2, &type, &n), SNECK_E_RECORD_SIZE);
}

/* SNECK_E_KEY_LIMIT for the record behind the last one; the last one opens */
static void l16_open_limit(void **state)
{
	struct sneck_aead aead;
	struct half tx, rx;
	uint8_t type;
	size_t body, n;

	(void)state;
	half_key(&tx, 1, key, iv, SNECK_SEAL);
	half_key(&rx, 1, key, iv, SNECK_OPEN);
	aead = *rx.h.aead;
	aead.open_limit = 1000;
	rx.h.aead = &aead;
	tx.h.seq = rx.h.seq = 999;
	inner[0] = CT_ALERT;
	body = half_seal_inner(&tx, rec, inner, 1);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, body, &type, &n), SNECK_OK);
	body = half_seal_inner(&tx, rec, inner, 1);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, body, &type, &n), SNECK_E_KEY_LIMIT);
	half_wipe(&tx);
	half_wipe(&rx);
}

/* SNECK_E_BAD_MAC for a record that was opened already, and for one that comes too early */
static void records_out_of_order(void **state)
{
	static uint8_t first[32], second[32], copy[32];
	struct half tx, rx;
	uint8_t type;
	size_t n;

	(void)state;
	half_key(&tx, 29, key, iv, SNECK_SEAL);
	half_key(&rx, 29, key, iv, SNECK_OPEN);
	inner[0] = CT_ALERT;
	n = half_seal_inner(&tx, first, inner, 1);
	n = half_seal_inner(&tx, second, inner, 1);
	memcpy(copy, second, sizeof copy);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, copy, n, &type, &n), SNECK_E_BAD_MAC);
	memcpy(copy, first, sizeof copy);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, first, 17, &type, &n), SNECK_OK);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, copy, 17, &type, &n), SNECK_E_BAD_MAC);
	assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, second, 17, &type, &n), SNECK_OK);
	half_wipe(&tx);
	half_wipe(&rx);
}

/* Every byte of the number reaches the nonce: half_seal_inner() makes it in another way. */
static void numbers_of_all_sizes(void **state)
{
	struct sneck_aead aead;
	struct half tx, rx;
	uint8_t type;
	size_t n;

	(void)state;
	half_key(&tx, 1, key, iv, SNECK_SEAL);
	half_key(&rx, 1, key, iv, SNECK_OPEN);
	aead = *rx.h.aead;
	aead.open_limit = UINT64_MAX;
	rx.h.aead = &aead;
	inner[0] = CT_ALERT;
	for (unsigned bit = 0; bit < 64; bit++) {
		tx.h.seq = rx.h.seq = (UINT64_C(1) << bit) + bit;
		n = half_seal_inner(&tx, rec, inner, 1);
		assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, n, &type, &n), SNECK_OK);
	}
	half_wipe(&tx);
	half_wipe(&rx);
}

static enum sneck_rc no_init(void *ctx, const uint8_t *k, int dir)
{
	(void)ctx;
	(void)k;
	(void)dir;
	return SNECK_E_CRYPTO;
}

/* SNECK_E_CRYPTO: a key that could not be set changes nothing; one that could begins at zero */
static void n78_key(void **state)
{
	struct sneck_aead aead;
	struct half x, before;

	(void)state;
	half_key(&x, 1, key, iv, SNECK_OPEN);
	x.h.seq = 7;
	before = x;
	aead = *x.h.aead;
	aead.init = no_init;
	assert_int_equal(sneck__rec_key(&x.h, x.ctx, &aead, key, inner, SNECK_OPEN),
			 SNECK_E_CRYPTO);
	assert_memory_equal(&x.h, &before.h, sizeof x.h);
	assert_int_equal(sneck__rec_key(&x.h, x.ctx, x.h.aead, key, key, SNECK_OPEN), SNECK_OK);
	assert_int_equal(x.h.seq, 0);
	assert_memory_equal(x.h.iv, key, BOUND_NONCE);
	half_wipe(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448),
		cmocka_unit_test(n67_short_records),
		cmocka_unit_test(n68_wrong_tag),
		cmocka_unit_test(n8_zeros_only),
		cmocka_unit_test(n8_padding),
		cmocka_unit_test(n8_inner_types),
		cmocka_unit_test(n7_plaintext_bound),
		cmocka_unit_test(l16_open_limit),
		cmocka_unit_test(records_out_of_order),
		cmocka_unit_test(numbers_of_all_sizes),
		cmocka_unit_test(n78_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
