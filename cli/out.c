/* SPDX-License-Identifier: MIT */
/* Text and JSON for people and programs. JSON is RFC 8259; what is not ASCII is escaped byte by
 * byte as Latin-1, because names in certificates come escaped from the library already. */
#define _GNU_SOURCE
#include "out.h"

#include <sneck/info.h>

#include <stdarg.h>
#include <string.h>
#include <time.h>

int out_fail(int code, const char *verb, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "sneck%s%s: ", verb == NULL ? "" : " ", verb == NULL ? "" : verb);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

int out_fail_file(const char *verb, const char *path, const char *why)
{
	if (path == NULL || strstr(why, path) != NULL)
		return out_fail(CODE_USAGE, verb, "%s", why);
	return out_fail(CODE_USAGE, verb, "%s: %s", path, why);
}

void out_hex(char *dst, const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		dst[2 * i] = digits[p[i] >> 4];
		dst[2 * i + 1] = digits[p[i] & 15];
	}
	dst[2 * len] = '\0';
}

void out_pin(char dst[PIN_TEXT], const uint8_t pin[32])
{
	memcpy(dst, "sha256:", 7);
	out_hex(dst + 7, pin, 32);
}

void out_trace(int sent, uint8_t content, uint8_t type, size_t len)
{
	const char *const arrow = sent ? "->" : "<-";

	if (content == 21)
		fprintf(stderr, "%s alert %s\n", arrow, sneck_alert_name(type));
	else
		fprintf(stderr, "%s %s %zu bytes\n", arrow,
			content == 20 ? "ChangeCipherSpec" : sneck_message_name(type), len);
}

void out_day(char dst[16], uint64_t ms)
{
	const time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(dst, 16, "%Y-%m-%d", &tm) == 0)
		memcpy(dst, "-", 2);
}

void out_plain(FILE *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c > ' ' && c < 0x7f)
			fputc(c, f);
		else
			fprintf(f, "%%%02X", c);
	}
}

static void json_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < ' ' || c > '~')
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void json_key(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->f);
	j->comma = true;
	if (key != NULL) {
		json_string(j->f, key);
		fputc(':', j->f);
	}
}

void json_open(struct json *j, const char *key, char bracket)
{
	json_key(j, key);
	fputc(bracket, j->f);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->f);
	j->comma = true;
}

void json_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	if (value == NULL)
		fputs("null", j->f);
	else
		json_string(j->f, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	fputs(value ? "true" : "false", j->f);
}

void json_number(struct json *j, const char *key, double value)
{
	json_key(j, key);
	fprintf(j->f, "%.10g", value);
}
