/* SPDX-License-Identifier: MIT */
/* hex.c: reads hex and the files of tests/vec/. */
#include "hex.h"

#include <ctype.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Appends the hex digits of one line. */
static void append(struct vec *v, const char *text)
{
	for (; isxdigit((unsigned char)text[0]); text += 2) {
		char two[3] = { text[0], text[1], '\0' };

		assert_true(isxdigit((unsigned char)text[1]));
		assert_true(v->len < sizeof v->b);
		v->b[v->len++] = (uint8_t)strtoul(two, NULL, 16);
	}
	assert_true(*text == '\0' || *text == '\n');
}

struct vec hex(const char *text)
{
	struct vec v = { .len = 0 };

	append(&v, text);
	return v;
}

struct vec vec_of(const char *file, const char *name)
{
	const size_t name_len = strlen(name);
	struct vec v = { .len = 0 };
	bool in = false, found = false;
	char path[512], line[256];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/tests/vec/%s", SOURCE_DIR, file);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		const char *at = line;

		if (*at != ' ') {
			in = strncmp(at, name, name_len) == 0 &&
			     strncmp(at + name_len, " =", 2) == 0;
			found |= in;
			at += in ? name_len + 2 : 0;
		}
		if (in)
			append(&v, at + strspn(at, " "));
	}
	(void)fclose(f);
	if (!found)
		fail_msg("%s has no %s", file, name);
	return v;
}

struct sneck_span vec_span(const struct vec *v, size_t skip)
{
	assert_true(skip <= v->len);
	return sneck_span_of(v->b + skip, v->len - skip);
}
