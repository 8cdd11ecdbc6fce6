/* SPDX-License-Identifier: MIT */
/* out.h: what the command says: its one sentence when something is wrong, and text and JSON that
 * stay whole whatever a peer put into a name. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum exit_code { CODE_OK, CODE_CHECK, CODE_USAGE, CODE_NETWORK, CODE_CERT };

/* Says "sneck VERB: sentence" on stderr. Returns code. */
int out_fail(int code, const char *verb, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Says why a file cannot be used, with its path if the reason does not name it (path may be NULL).
 * Returns CODE_USAGE. */
int out_fail_file(const char *verb, const char *path, const char *why);

/* Bytes as lower-case hex, with a NUL. */
void out_hex(char *dst, const uint8_t *p, size_t len);

/* A day, "2027-02-19", of an instant in ms since 1970. */
void out_day(char dst[16], uint64_t ms);

/* "sha256:H" of a public key, for --pin. */
enum { PIN_TEXT = 7 + 64 + 1 };
void out_pin(char dst[PIN_TEXT], const uint8_t pin[32]);

/* A message that went by: "-> ClientHello 315 bytes". */
void out_trace(int sent, uint8_t content, uint8_t type, size_t len);

/* Bytes of a peer as printable ASCII: the rest becomes %XX. */
void out_plain(FILE *f, const char *text, size_t len);

/* A JSON value after another; commas come by themselves. key is NULL inside an array. */
struct json {
	FILE *f;
	bool comma;
};
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_text(struct json *j, const char *key, const char *value); /* NULL: null */
void json_bool(struct json *j, const char *key, bool value);
void json_number(struct json *j, const char *key, double value);

#endif
