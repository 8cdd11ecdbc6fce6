/* SPDX-License-Identifier: MIT */
/* seal_test.c: sealing records: RFC 8448, pieces, in place, sizes, limits. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>

#include "lib/half.h"
#include "lib/hex.h"

#include <cmocka.h>

static const uint16_t aeads[] = { 1, 2, 29 };
static const uint8_t key[BOUND_KEY] = { 1, 2, 3 };
static const uint8_t iv[BOUND_NONCE] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 255, 254 };
static uint8_t plain[BOUND_PLAIN + 1], rec[BOUND_RECORD + 64], one[BOUND_RECORD + 64];

static void fill(void)
{
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * 31 + (i >> 8));
}

static void seals(struct half *x, uint8_t type, const uint8_t *p, size_t n, const char *record)
{
	const struct vec want = vec_of("rfc8448_3.txt", record);
	const struct sneck_span in = { p, n };

	assert_int_equal(sneck__rec_size(&x->h, n), want.len);
	assert_int_equal(sneck__rec_seal(&x->h, x->ctx, rec, type, 0x0303, &in, 1, n), SNECK_OK);
	assert_memory_equal(rec, want.b, want.len);
}

static void rfc8448(void **state)
{
	const struct vec nst = vec_of("rfc8448_3.txt", "new_session_ticket");
	const struct vec fin = vec_of("rfc8448_3.txt", "client_finished");
	const struct vec data = vec_of("rfc8448_3.txt", "app_data");
	const uint8_t close_notify[2] = { 1, 0 };
	struct half x;

	(void)state;
	half_rfc8448(&x, "client_hs", SNECK_SEAL);
	seals(&x, CT_HANDSHAKE, fin.b, fin.len, "client_finished_record");
	half_wipe(&x);
	half_rfc8448(&x, "server_ap", SNECK_SEAL);
	seals(&x, CT_HANDSHAKE, nst.b, nst.len, "ticket_record");
	seals(&x, CT_APP_DATA, data.b, data.len, "server_data_record");
	seals(&x, CT_ALERT, close_notify, 2, "server_alert_record");
	assert_int_equal(x.h.seq, 3);
	half_wipe(&x);
}

/* Four messages, gathered, in one record. */
static void rfc8448_flight(void **state)
{
	static const char *const names[] = { "encrypted_extensions", "certificate",
					     "certificate_verify", "server_finished" };
	const struct vec want = vec_of("rfc8448_3.txt", "server_flight_record");
	struct sneck_span in[4];
	struct vec msgs[4];
	struct half x;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		msgs[i] = vec_of("rfc8448_3.txt", names[i]);
		in[i] = vec_span(&msgs[i], 0);
		len += in[i].len;
	}
	half_rfc8448(&x, "server_hs", SNECK_SEAL);
	assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, CT_HANDSHAKE, 0x0303, in, 4, len),
			 SNECK_OK);
	assert_memory_equal(rec, want.b, want.len);
	half_wipe(&x);
}

static void rfc8448_unprotected(void **state)
{
	const struct vec ch = vec_of("rfc8448_3.txt", "client_hello");
	const struct vec want = vec_of("rfc8448_3.txt", "client_hello_record");
	const struct sneck_span in = vec_span(&ch, 0);
	const struct sneck_span two[2] = { { ch.b, 10 }, { ch.b + 10, ch.len - 10 } };
	struct rec_half h = { .aead = NULL };

	(void)state;
	assert_int_equal(sneck__rec_size(&h, ch.len), want.len);
	assert_int_equal(sneck__rec_seal(&h, NULL, rec, CT_HANDSHAKE, 0x0301, &in, 1, ch.len),
			 SNECK_OK);
	assert_memory_equal(rec, want.b, want.len);
	memset(rec, 0, sizeof rec);
	assert_int_equal(sneck__rec_seal(&h, NULL, rec, CT_HANDSHAKE, 0x0301, two, 2, ch.len),
			 SNECK_OK);
	assert_memory_equal(rec, want.b, want.len);
	assert_int_equal(h.seq, 0);
	assert_true(sneck__rec_left(&h) == UINT64_MAX);
}

/* Every AEAD, sizes up to the bound: opens to the same bytes, and nothing behind is touched. */
static void round_trip(void **state)
{
	const size_t sizes[] = { 0, 1, 15, 16, 17, 255, 256, 1000, BOUND_PLAIN - 1, BOUND_PLAIN };

	(void)state;
	fill();
	for (size_t a = 0; a < 3; a++) {
		struct half tx, rx;

		half_key(&tx, aeads[a], key, iv, SNECK_SEAL);
		half_key(&rx, aeads[a], key, iv, SNECK_OPEN);
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			const struct sneck_span in = { plain, sizes[i] };
			const size_t size = sneck__rec_size(&tx.h, sizes[i]);
			struct rec_head head;
			uint8_t type;
			size_t n;

			memset(rec, 0xa5, sizeof rec);
			assert_int_equal(size, 5 + sizes[i] + 1 + 16);
			assert_int_equal(sneck__rec_seal(&tx.h, tx.ctx, rec, CT_APP_DATA, 0x0303,
							 &in, 1, sizes[i]),
					 SNECK_OK);
			assert_int_equal(rec[size], 0xa5);
			assert_int_equal(sneck__rec_head(&head, rec, 5, 0, REC_INNER), SNECK_OK);
			assert_int_equal(head.len, size - 5);
			assert_int_equal(sneck__rec_open(&rx.h, rx.ctx, rec, head.len, &type, &n),
					 SNECK_OK);
			assert_int_equal(type, CT_APP_DATA);
			assert_int_equal(n, sizes[i]);
			assert_memory_equal(rec + 5, plain, n);
		}
		half_wipe(&tx);
		half_wipe(&rx);
	}
}

/* The same record from any number of pieces, and in place: same key and number, for once. */
static void pieces_and_in_place(void **state)
{
	const struct sneck_span whole = { plain, 1000 };
	struct half x;

	(void)state;
	fill();
	for (size_t a = 0; a < 3; a++) {
		half_key(&x, aeads[a], key, iv, SNECK_SEAL);
		assert_int_equal(
			sneck__rec_seal(&x.h, x.ctx, one, CT_APP_DATA, 0x0303, &whole, 1, 1000),
			SNECK_OK);
		for (size_t n = 1; n <= BOUND_PIECES; n++) {
			struct sneck_span in[BOUND_PIECES];
			size_t at = 0;

			for (size_t i = 0; i < n; i++) {
				const size_t len = i + 1 < n ? (i * 7) % 30 : 1000 - at;

				in[i] = sneck_span_of(plain + at, len);
				at += len;
			}
			x.h.seq = 0;
			memset(rec, 0, sizeof rec);
			assert_int_equal(
				sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, in, n, 1000),
				SNECK_OK);
			assert_memory_equal(rec, one, 5 + 1000 + 17);
		}
		x.h.seq = 0;
		memset(rec, 0, sizeof rec);
		memcpy(rec + 5, plain, 1000);
		assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303,
						 &(struct sneck_span){ rec + 5, 1000 }, 1, 1000),
				 SNECK_OK);
		assert_memory_equal(rec, one, 5 + 1000 + 17);
		half_wipe(&x);
	}
}

/* SNECK_E_INTERNAL: our own callers never ask for more than a record holds */
static void too_much(void **state)
{
	struct sneck_span in[BOUND_PIECES + 1] = { { plain, sizeof plain } };
	struct half x;

	(void)state;
	half_key(&x, 1, key, iv, SNECK_SEAL);
	assert_int_equal(
		sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, in, 1, BOUND_PLAIN + 1),
		SNECK_E_INTERNAL);
	in[0].len = 1;
	assert_int_equal(
		sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, in, BOUND_PIECES + 1, 1),
		SNECK_E_INTERNAL);
	assert_int_equal(x.h.seq, 0);
	half_wipe(&x);
}

/* SNECK_E_KEY_LIMIT behind the last record */
static void l16_seal_limit(void **state)
{
	const struct sneck_span in = { plain, 1 };
	struct sneck_aead aead;
	struct half x;

	(void)state;
	half_key(&x, 1, key, iv, SNECK_SEAL);
	/* RFC 9846, 5.5: 2^24.5 records for AES-GCM */
	assert_true(x.h.aead->seal_limit <= 23726566);
	aead = *x.h.aead;
	aead.seal_limit = 1000;
	x.h.aead = &aead;
	assert_int_equal(sneck__rec_left(&x.h), 1000);
	x.h.seq = 999;
	assert_int_equal(sneck__rec_left(&x.h), 1);
	assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, &in, 1, 1),
			 SNECK_OK);
	assert_int_equal(sneck__rec_left(&x.h), 0);
	assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, &in, 1, 1),
			 SNECK_E_KEY_LIMIT);
	x.h.seq = UINT64_MAX;
	assert_int_equal(sneck__rec_left(&x.h), 0);
	assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, &in, 1, 1),
			 SNECK_E_KEY_LIMIT);
	half_wipe(&x);
}

static enum sneck_rc no_seal(void *ctx, uint8_t *out, uint8_t *tag, const uint8_t *nonce,
			     struct sneck_span aad, const struct sneck_span *in, size_t n_in)
{
	(void)ctx;
	(void)out;
	(void)tag;
	(void)nonce;
	(void)aad;
	(void)in;
	(void)n_in;
	return SNECK_E_CRYPTO;
}

/* SNECK_E_CRYPTO: a record that was not made takes no number */
static void n78_seal(void **state)
{
	const struct sneck_span in = { plain, 1 };
	struct sneck_aead aead;
	struct half x;

	(void)state;
	half_key(&x, 1, key, iv, SNECK_SEAL);
	aead = *x.h.aead;
	aead.seal = no_seal;
	x.h.aead = &aead;
	assert_int_equal(sneck__rec_seal(&x.h, x.ctx, rec, CT_APP_DATA, 0x0303, &in, 1, 1),
			 SNECK_E_CRYPTO);
	assert_int_equal(x.h.seq, 0);
	half_wipe(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8448),
		cmocka_unit_test(rfc8448_flight),
		cmocka_unit_test(rfc8448_unprotected),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(pieces_and_in_place),
		cmocka_unit_test(too_much),
		cmocka_unit_test(l16_seal_limit),
		cmocka_unit_test(n78_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
