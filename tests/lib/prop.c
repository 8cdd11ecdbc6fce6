/* SPDX-License-Identifier: MIT */
/* prop.c: prefix, length, flip and space properties. STYLE.md, 12. */
#include "prop.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

/* Reads from a copy that ends where the memory ends, so that a sanitizer sees a byte too far. */
static enum sneck_rc read_exact(prop_read read, const uint8_t *p, size_t len)
{
	uint8_t *const copy = malloc(len != 0 ? len : 1);
	enum sneck_rc rc;

	assert_non_null(copy);
	if (len != 0)
		memcpy(copy, p, len);
	rc = read(sneck_span_of(copy, len));
	free(copy);
	return rc;
}

static uint8_t *copy_of(struct sneck_span body, size_t more)
{
	uint8_t *const p = malloc(body.len + more + 1);

	assert_non_null(p);
	if (body.len != 0)
		memcpy(p, body.p, body.len);
	return p;
}

void prop_prefix(prop_read read, struct sneck_span body, size_t also)
{
	uint8_t *const p = copy_of(body, 1);

	assert_int_equal(read_exact(read, p, body.len), SNECK_OK);
	for (size_t n = 0; n < body.len; n++)
		if (read_exact(read, p, n) != (n == also ? SNECK_OK : SNECK_E_DECODE))
			fail_msg("a prefix of %zu bytes", n);
	for (unsigned x = 0; x < 256; x++) {
		p[body.len] = (uint8_t)x;
		assert_int_equal(read_exact(read, p, body.len + 1), SNECK_E_DECODE);
	}
	free(p);
}

void prop_length(prop_read read, struct sneck_span body, size_t at, size_t width)
{
	const uint32_t top = (uint32_t)((UINT64_C(1) << (8 * width)) - 1);
	uint8_t *const p = copy_of(body, 0);
	uint32_t now = 0;

	for (size_t i = 0; i < width; i++)
		now = now << 8 | body.p[at + i];
	for (unsigned c = 0; c < 4; c++) {
		const uint32_t wrong[4] = { 0, (now - 1) & top, (now + 1) & top, top };

		if (wrong[c] == now)
			continue;
		for (size_t i = 0; i < width; i++)
			p[at + i] = (uint8_t)(wrong[c] >> (8 * (width - 1 - i)));
		if (read_exact(read, p, body.len) != SNECK_E_DECODE)
			fail_msg("length %u at %zu", wrong[c], at);
	}
	free(p);
}

void prop_flip(prop_read read, struct sneck_span body)
{
	uint8_t *const p = copy_of(body, 0);

	for (size_t i = 0; i < body.len; i++) {
		for (unsigned x = 0; x < 256; x++) {
			enum sneck_rc rc;

			p[i] = (uint8_t)x;
			rc = read_exact(read, p, body.len);
			assert_true(rc == SNECK_OK || rc == SNECK_E_DECODE ||
				    rc == SNECK_E_ILLEGAL);
		}
		p[i] = body.p[i];
	}
	free(p);
}

void prop_space(prop_write write, const void *arg, struct sneck_span want)
{
	const size_t canary = 8;
	uint8_t *const buf = malloc(want.len + canary);
	struct wr w;

	assert_non_null(buf);
	for (size_t cap = 0; cap <= want.len; cap++) {
		memset(buf, 0xa5, want.len + canary);
		wr_init(&w, cap != 0 ? buf : NULL, cap);
		write(&w, arg);
		assert_int_equal(w.len, want.len);
		assert_int_equal(wr_end(&w), cap < want.len ? SNECK_WANT_SPACE : SNECK_OK);
		for (size_t i = cap; i < want.len + canary; i++)
			assert_int_equal(buf[i], 0xa5);
	}
	if (want.len != 0)
		assert_memory_equal(buf, want.p, want.len);
	free(buf);
}
