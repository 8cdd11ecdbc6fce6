/* SPDX-License-Identifier: MIT */
/* self_test.h: one handshake in memory, for `sneck doctor`. */
#ifndef CLI_SELF_TEST_H
#define CLI_SELF_TEST_H

#include <sneck/crypto.h>
#include <sneck/info.h>

#include <stdbool.h>

/* Client and server on a certificate made for it; *ms is how long the handshake itself took.
 * Returns what ended it, or SNECK_OK with what was agreed; facts->alpn and sni are empty. */
enum sneck_rc self_test(const struct sneck_provider *provider, struct sneck_facts *facts,
			double *ms);

#endif
