/* SPDX-License-Identifier: MIT */
/* readers_test.c: what holds for every reader of a message, from tests/lib/readers.def. */
#include <stdarg.h>
#include <setjmp.h>

#include "lib/hex.h"
#include "lib/prop.h"
#include "msg/cert.h"
#include "msg/finish.h"
#include "msg/hello.h"

#include <cmocka.h>

struct field {
	size_t at, width;
};

#define READER(name, type, call, vector, also, ...)                                                \
	static enum sneck_rc read_##name(struct sneck_span body)                                   \
	{                                                                                          \
		type m;                                                                            \
		return call;                                                                       \
	}                                                                                          \
	static const struct field fields_##name[] = { __VA_ARGS__ };
#include "lib/readers.def"
#undef READER

static const struct row {
	const char *name, *vector;
	prop_read read;
	size_t also, n_fields;
	const struct field *fields;
} rows[] = {
#define READER(name, type, call, vector, also, ...)                                                \
	{ #name,	vector, read_##name, also, sizeof fields_##name / sizeof fields_##name[0], \
	  fields_##name },
#include "lib/readers.def"
#undef READER
};

/* The name is printed for whoever reads a failure. */
static void each_row(void (*test)(const struct row *row, struct sneck_span body))
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct vec v = vec_of("rfc8448_3.txt", rows[i].vector);

		print_message("%s\n", rows[i].name);
		test(&rows[i], vec_span(&v, 4));
	}
}

static void prefix(const struct row *row, struct sneck_span body)
{
	prop_prefix(row->read, body, row->also);
}

static void n1_n3_prefix_and_one_more(void **state)
{
	(void)state;
	each_row(prefix);
}

static void length(const struct row *row, struct sneck_span body)
{
	for (size_t i = 0; i < row->n_fields; i++)
		if (row->fields[i].width != 0)
			prop_length(row->read, body, row->fields[i].at, row->fields[i].width);
}

static void n2_length_fields(void **state)
{
	(void)state;
	each_row(length);
}

static void flip(const struct row *row, struct sneck_span body)
{
	prop_flip(row->read, body);
}

static void n4_every_byte_in_every_value(void **state)
{
	(void)state;
	each_row(flip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(n1_n3_prefix_and_one_more),
		cmocka_unit_test(n2_length_fields),
		cmocka_unit_test(n4_every_byte_in_every_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
