/* SPDX-License-Identifier: MIT */
/* ticket_test.c: the ring of keys: windows in which each key seals and opens, rotation in time and
 * late (N48); tickets sealed and opened by hand. RFC 9846, 4.7.1; RFC 5077, 5.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keys/ticket.h"
#include "provider/transparent/transparent.h"

#define NOW    UINT64_C(1700000000000)
#define PERIOD 1000u

static const uint8_t psk[32] = { 9 };
static struct sneck_ticket_ring ring;
static uint8_t mem[BOUND_SESSION];

static const struct sneck_provider *crypto(void)
{
	return sneck_provider_libcrypto();
}

static void fresh(void)
{
	assert_int_equal(sneck_ticket_ring_init(&ring, crypto(), NOW, PERIOD), SNECK_OK);
}

static enum sneck_rc seal(uint8_t *ticket, size_t cap, size_t *len, uint64_t now_ms)
{
	const struct session s = { .version = SNECK_TLS13,
				   .suite = 0x1301,
				   .role = SNECK_SERVER,
				   .lifetime_s = 7,
				   .secret = { psk, sizeof psk },
				   .app_data = { (const uint8_t *)"app", 3 } };

	return sneck__ticket_seal(ticket, cap, len, &ring, crypto(), now_ms, &s);
}

static enum sneck_rc open(const uint8_t *ticket, size_t n, uint64_t now_ms)
{
	size_t len;
	const enum sneck_rc rc = sneck_ticket_open(&ring, crypto(), sneck_span_of(ticket, n),
						   now_ms, mem, sizeof mem, &len);
	struct session s;

	if (rc == SNECK_OK) {
		assert_int_equal(len, n - TICKET_OVER);
		assert_int_equal(sneck__session_read(&s, sneck_span_of(mem, len)), SNECK_OK);
		assert_int_equal(s.lifetime_s, 7);
		assert_memory_equal(s.secret.p, psk, sizeof psk);
		assert_int_equal(s.app_data.len, 3);
	} else {
		assert_int_equal(rc, SNECK_E_SESSION);
	}
	return rc;
}

static void n48_windows(void **state)
{
	uint8_t ticket[TICKET_MAX];
	size_t len;

	(void)state;
	fresh();
	assert_false(sneck__ticket_sealable(&ring, NOW - 1u));
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW - 1u), SNECK_NOT_NOW);
	assert_true(sneck__ticket_sealable(&ring, NOW));
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW), SNECK_OK);
	assert_memory_equal(ticket, ring.keys[1].name, 16);
	assert_int_equal(open(ticket, len, NOW), SNECK_OK);
	assert_int_equal(open(ticket, len, NOW + 3u * PERIOD - 1u), SNECK_OK);
	assert_int_equal(open(ticket, len, NOW + 3u * PERIOD), SNECK_E_SESSION);
	/* the next key is known one period before it seals */
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW + PERIOD - 1u), SNECK_OK);
	assert_memory_equal(ticket, ring.keys[1].name, 16);
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW + PERIOD), SNECK_OK);
	assert_memory_equal(ticket, ring.keys[0].name, 16);
	assert_int_equal(open(ticket, len, NOW), SNECK_OK); /* another machine's clock */
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW + 2u * PERIOD), SNECK_NOT_NOW);
}

static void n48_rotation(void **state)
{
	uint8_t tickets[12][TICKET_MAX];
	size_t len[12];

	(void)state;
	fresh();
	assert_int_equal(sneck_ticket_ring_rotate(&ring, crypto(), NOW + PERIOD - 1u),
			 SNECK_NOT_NOW);
	for (unsigned i = 0; i < 12; i++) {
		const uint64_t now = NOW + i * (uint64_t)PERIOD;

		if (i != 0)
			assert_int_equal(sneck_ticket_ring_rotate(&ring, crypto(), now), SNECK_OK);
		assert_int_equal(sneck_ticket_ring_rotate(&ring, crypto(), now), SNECK_NOT_NOW);
		assert_int_equal(seal(tickets[i], sizeof tickets[i], &len[i], now), SNECK_OK);
		for (unsigned k = 0; k <= i; k++)
			assert_int_equal(open(tickets[k], len[k], now),
					 i - k <= 2 ? SNECK_OK : SNECK_E_SESSION);
	}
}

/* Nobody rotated for a while: a key that still opens is not thrown away. */
static void n48_late_rotation(void **state)
{
	(void)state;
	for (unsigned late = 1; late < 8; late++) {
		uint8_t first[TICKET_MAX], second[TICKET_MAX], third[TICKET_MAX];
		const uint64_t now = NOW + late * (uint64_t)PERIOD + PERIOD / 2u;
		size_t n1, n2, n3;

		fresh();
		assert_int_equal(seal(first, sizeof first, &n1, NOW), SNECK_OK);
		assert_int_equal(seal(second, sizeof second, &n2, NOW + PERIOD), SNECK_OK);
		assert_int_equal(sneck_ticket_ring_rotate(&ring, crypto(), now), SNECK_OK);
		assert_int_equal(sneck_ticket_ring_rotate(&ring, crypto(), now), SNECK_NOT_NOW);
		assert_int_equal(open(first, n1, now), late < 3 ? SNECK_OK : SNECK_E_SESSION);
		assert_int_equal(open(second, n2, now), late < 4 ? SNECK_OK : SNECK_E_SESSION);
		assert_int_equal(seal(third, sizeof third, &n3, now), SNECK_OK);
		assert_int_equal(open(third, n3, now + 2u * PERIOD), SNECK_OK);
		assert_true(ring.keys[0].seal_from_ms > now);
		assert_true(ring.keys[0].seal_from_ms <= now + PERIOD);
	}
}

static void n48_zero_and_unknown(void **state)
{
	uint8_t ticket[TICKET_MAX];
	struct sneck_ticket_ring kept;
	size_t len;

	(void)state;
	fresh();
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW), SNECK_OK);
	kept = ring;
	memset(ring.keys[1].secret, 0, sizeof ring.keys[1].secret);
	assert_int_equal(open(ticket, len, NOW), SNECK_E_SESSION);
	assert_false(sneck__ticket_sealable(&ring, NOW));
	ring = kept;
	ring.keys[1].name[15] ^= 1;
	assert_int_equal(open(ticket, len, NOW), SNECK_E_SESSION);
	ring = kept;
	assert_int_equal(open(ticket, len, NOW), SNECK_OK);
	memset(&ring, 0, sizeof ring);
	memset(ticket, 0, sizeof ticket);
	assert_int_equal(open(ticket, len, NOW), SNECK_E_SESSION);
	assert_int_equal(open(ticket, len, 0), SNECK_E_SESSION);
	assert_int_equal(seal(ticket, sizeof ticket, &len, 0), SNECK_NOT_NOW);
}

static void n47_every_bit_and_length(void **state)
{
	uint8_t ticket[TICKET_MAX + 2u];
	size_t len;

	(void)state;
	fresh();
	assert_int_equal(seal(ticket, sizeof ticket, &len, NOW), SNECK_OK);
	for (size_t i = 0; i < 8u * len; i++) {
		ticket[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(open(ticket, len, NOW), SNECK_E_SESSION);
		ticket[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t n = 0; n <= sizeof ticket; n++)
		assert_int_equal(open(ticket, n, NOW), n == len ? SNECK_OK : SNECK_E_SESSION);
}

static void exact_sizes(void **state)
{
	uint8_t ticket[TICKET_MAX];
	size_t len, need, n;

	(void)state;
	fresh();
	assert_int_equal(seal(ticket, sizeof ticket, &need, NOW), SNECK_OK);
	for (size_t cap = 0; cap < need; cap++)
		assert_int_equal(seal(ticket, cap, &len, NOW), SNECK_WANT_SPACE);
	assert_int_equal(seal(ticket, need, &len, NOW), SNECK_OK);
	for (size_t cap = 0; cap < need - TICKET_OVER; cap++) {
		assert_int_equal(sneck_ticket_open(&ring, crypto(), sneck_span_of(ticket, need),
						   NOW, mem, cap, &n),
				 SNECK_WANT_SPACE);
		assert_int_equal(n, need - TICKET_OVER);
	}
	assert_int_equal(sneck_ticket_open(&ring, crypto(), sneck_span_of(ticket, need), NOW, mem,
					   need - TICKET_OVER, &n),
			 SNECK_OK);
}

/* N78: a ring that could not be filled is all zero; one that could not be turned is as it was. */
static void n78_no_random_bytes(void **state)
{
	static const struct sneck_ticket_ring zero;
	struct sneck_ticket_ring was;
	struct transparent t;

	(void)state;
	for (uint64_t n = 1; n <= 4; n++) {
		transparent_init(&t, 1);
		memset(&ring, 0xa5, sizeof ring);
		transparent_calls = 0;
		transparent_fail_at = n;
		assert_int_equal(sneck_ticket_ring_init(&ring, &t.provider, NOW, PERIOD),
				 SNECK_E_RANDOM);
		assert_memory_equal(&ring, &zero, sizeof ring);
		transparent_fail_at = 0;
		fresh();
		was = ring;
		transparent_calls = 0;
		transparent_fail_at = n;
		assert_int_equal(sneck_ticket_ring_rotate(&ring, &t.provider,
							  NOW + (n <= 2 ? PERIOD : 9u * PERIOD)),
				 SNECK_E_RANDOM);
		assert_memory_equal(&ring, &was, sizeof ring);
		transparent_fail_at = 0;
	}
}

static void twelve_hours_unless_told(void **state)
{
	(void)state;
	assert_int_equal(sneck_ticket_ring_init(&ring, crypto(), NOW, 0), SNECK_OK);
	assert_int_equal(ring.keys[1].seal_until_ms, NOW + 43200000u);
	assert_int_equal(ring.keys[1].open_until_ms, NOW + 3u * 43200000u);
	assert_int_equal(ring.keys[0].seal_from_ms, NOW + 43200000u);
	assert_memory_not_equal(ring.keys[0].secret, ring.keys[1].secret, 32);
	assert_memory_not_equal(ring.keys[0].name, ring.keys[1].name, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n48_windows),
		cmocka_unit_test(n48_rotation),
		cmocka_unit_test(n48_late_rotation),
		cmocka_unit_test(n48_zero_and_unknown),
		cmocka_unit_test(n47_every_bit_and_length),
		cmocka_unit_test(exact_sizes),
		cmocka_unit_test(n78_no_random_bytes),
		cmocka_unit_test(twelve_hours_unless_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
