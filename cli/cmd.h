/* SPDX-License-Identifier: MIT */
/* cmd.h: the verbs, and what both want of a certificate. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "options.h"

int cmd_serve(const struct options *o);
int cmd_connect(const struct options *o);

/* "sha256:H" of the public key in a certificate, for --pin (RFC 7469, 2.4). false: not DER. */
enum { PIN_TEXT = 7 + 64 + 1 };
bool pin_text(char dst[PIN_TEXT], struct sneck_span der);

#endif
