/* SPDX-License-Identifier: MIT */
/* sched13.h: the key schedule of TLS 1.3. RFC 9846, 7.1 to 7.3, 4.5.3. Secrets in, secrets out.
 *
 * A function that fails leaves the schedule as it was. */
#ifndef SNECK_KEYS_SCHED13_H
#define SNECK_KEYS_SCHED13_H

#include <sneck/crypto.h>

#include "../bounds.h"

struct sched13 {
	const struct sneck_hash *hash;
	uint8_t secret[BOUND_HASH];     /* handshake secret; from sneck__sched13_app() on nothing */
	uint8_t client_hs[BOUND_HASH], server_hs[BOUND_HASH];
};

struct app_secrets {
	uint8_t client[BOUND_HASH], server[BOUND_HASH], exporter[BOUND_HASH];
};

/* After the ServerHello: shared is the (EC)DHE secret, th the digest of both hellos. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_handshake(struct sched13 *s,
							const struct sneck_hash *hash,
							struct sneck_span shared,
							const uint8_t *th);

/* After the server's Finished: th is the digest of all up to it. The handshake secret is wiped;
 * the handshake traffic secrets stay for the Finished of both sides. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_app(struct sched13 *s, struct app_secrets *app,
						  const uint8_t *th);

/* verify_data: hash->len bytes, under a handshake traffic secret. */
SNECK_MUST_CHECK enum sneck_rc sneck__finished_mac(uint8_t *verify_data,
						   const struct sneck_hash *hash,
						   const uint8_t *traffic_secret,
						   const uint8_t *th);

/* Key and nonce mask of a traffic secret. */
SNECK_MUST_CHECK enum sneck_rc sneck__traffic_keys(uint8_t *key, size_t key_len,
						   uint8_t iv[BOUND_NONCE],
						   const struct sneck_hash *hash,
						   const uint8_t *traffic_secret);

/* application_traffic_secret_N to N+1, in place. RFC 9846, 7.2. */
SNECK_MUST_CHECK enum sneck_rc sneck__traffic_update(const struct sneck_hash *hash,
						     uint8_t *traffic_secret);

/* What a CertificateVerify signs; tbs has room for BOUND_TBS bytes. RFC 9846, 4.5.2.
 * Returns: its length. */
size_t sneck__signature_input(uint8_t *tbs, int server, const uint8_t *th, size_t th_len);

#endif
