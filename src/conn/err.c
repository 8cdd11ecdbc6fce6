/* SPDX-License-Identifier: MIT */
/* err.c: names, texts and alerts of result codes, all from errors.def, and the library's version.
 * Who sends an alert is close.c. */
#include <sneck/base.h>

struct line {
	int32_t rc;
	int32_t alert; /* -1: none */
	const char *name, *text;
};

static const struct line lines[] = {
	{ SNECK_OK, -1, "SNECK_OK", "nothing is wrong" },
	{ SNECK_WANT_INPUT, -1, "SNECK_WANT_INPUT", "more input is wanted" },
	{ SNECK_WANT_SPACE, -1, "SNECK_WANT_SPACE", "more memory is wanted" },
	{ SNECK_WANT_ANSWER, -1, "SNECK_WANT_ANSWER", "an answer is wanted" },
	{ SNECK_NOT_NOW, -1, "SNECK_NOT_NOW", "a legal call at the wrong time" },
#define SNECK_ERR(name, code, alert, text)                                                         \
	{ code, (alert) != 0 ? (alert) : -1, "SNECK_E_" #name, text },
#include <sneck/errors.def>
#undef SNECK_ERR
};

static const struct line *find(int rc)
{
	static const struct line unknown = { 0, -1, "unknown", "unknown" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (lines[i].rc == rc)
			return &lines[i];
	return &unknown;
}

const char *sneck_rc_name(int rc)
{
	return find(rc)->name;
}

const char *sneck_rc_text(int rc)
{
	return find(rc)->text;
}

int sneck_rc_alert(int rc)
{
	return find(rc)->alert;
}

uint32_t sneck_version(void)
{
	return SNECK_VERSION_MAJOR * 10000u + SNECK_VERSION_MINOR * 100u + SNECK_VERSION_PATCH;
}
