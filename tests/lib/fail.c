/* SPDX-License-Identifier: MIT */
/* fail.c: see fail.h. */
#include "lib/fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

bool fail_call(struct pair *p, uint64_t n)
{
	bool reached;

	transparent_calls = 0;
	transparent_fail_at = n;
	for (int i = 0; i < 8; i++)
		pair_pump(p);
	reached = transparent_calls >= n;
	transparent_fail_at = 0;
	pair_run(p);
	return reached;
}

bool fail_has(const void *mem, size_t len, const void *secret)
{
	const uint8_t *const b = mem;

	for (size_t i = 0; i + TRANSPARENT_PATTERN <= len; i++)
		if (b[i] == *(const uint8_t *)secret &&
		    memcmp(b + i, secret, TRANSPARENT_PATTERN - 1u) == 0)
			return true;
	return false;
}

void fail_gone(const struct end *e, const void *secret, const char *what)
{
	if (fail_has(e->scratch, sizeof e->scratch, secret))
		fail_msg("%s is in the scratch", what);
	if (fail_has(e->conn, SNECK_CONN_MAX, secret))
		fail_msg("%s is in the connection", what);
}
