/* SPDX-License-Identifier: MIT */
/* hello.h: ClientHello, ServerHello, EncryptedExtensions. RFC 9846, 4.2.2, 4.2.3, 4.4.1.
 *
 * Spans borrow the bytes that were read. The fixed parts are written here; the vector of
 * extensions behind them is written by ext/walk.c. */
#ifndef SNECK_MSG_HELLO_H
#define SNECK_MSG_HELLO_H

#include <sneck/base.h>

#include "../wire/wr.h"

struct client_hello {
	uint16_t legacy_version;
	struct sneck_span random;      /* 32 */
	struct sneck_span session_id;  /* legacy_session_id */
	struct sneck_span suites;      /* cipher_suites, two bytes each */
	struct sneck_span compression; /* legacy_compression_methods */
	struct sneck_span extensions;  /* without their length; empty also when there are none */
};

struct server_hello {
	uint16_t legacy_version;
	struct sneck_span random;     /* 32 */
	struct sneck_span session_id; /* legacy_session_id_echo */
	uint16_t suite;
	uint8_t compression;
	struct sneck_span extensions; /* may be absent in TLS 1.2: then empty */
};

/* body: a message without its header. SNECK_OK or SNECK_E_DECODE. Values that the RFC forbids but
 * the syntax allows are the caller's business. An odd cipher_suites is SNECK_E_DECODE. */
SNECK_MUST_CHECK enum sneck_rc sneck__client_hello_read(struct client_hello *ch,
							struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__server_hello_read(struct server_hello *sh,
							struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__encrypted_extensions_read(struct sneck_span *extensions,
								struct sneck_span body);

/* All fields in front of the extensions. The message header is the caller's: it spans both. */
void sneck__client_hello_write(struct wr *w, const struct client_hello *ch);
void sneck__server_hello_write(struct wr *w, const struct server_hello *sh);

/* SHA-256 of "HelloRetryRequest": the random that makes a ServerHello one. RFC 9846, 4.2.3. */
extern const uint8_t sneck__retry_random[32];

#endif
