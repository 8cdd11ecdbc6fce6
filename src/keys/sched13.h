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
	uint8_t secret[BOUND_HASH];     /* Early, then Handshake, then Main Secret */
	uint8_t client_hs[BOUND_HASH], server_hs[BOUND_HASH];
};

struct app_secrets {
	uint8_t client[BOUND_HASH], server[BOUND_HASH], exporter[BOUND_HASH];
};

/* Whose pre-shared key a binder is for. RFC 9846, 7.1; RFC 9258, 5.2. */
enum binder { BINDER_EXTERNAL, BINDER_IMPORTED, BINDER_RESUMPTION };

/* The beginning: psk is hash->len bytes or any length of a raw external key; empty: none. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_early(struct sched13 *s,
						    const struct sneck_hash *hash,
						    struct sneck_span psk);

/* client_early_traffic_secret and early_exporter_secret; th is the digest of the ClientHello. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_early_traffic(const struct sched13 *s,
							    uint8_t *client, uint8_t *exporter,
							    const uint8_t *th);

/* After the ServerHello: shared is the (EC)DHE secret, empty with psk_ke; th the digest of both
 * hellos. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_handshake(struct sched13 *s,
							struct sneck_span shared,
							const uint8_t *th);

/* After the server's Finished: th is the digest of all up to it. The handshake secret is gone; the
 * handshake traffic secrets stay for the Finished of both sides. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_app(struct sched13 *s, struct app_secrets *app,
						  const uint8_t *th);

/* After the client's Finished: resumption_secret. The schedule is over. */
SNECK_MUST_CHECK enum sneck_rc sneck__sched13_resumption(struct sched13 *s, uint8_t *resumption,
							 const uint8_t *th);

/* The pre-shared key of a ticket. RFC 9846, 4.7.1. */
SNECK_MUST_CHECK enum sneck_rc sneck__resumption_psk(uint8_t *psk, const struct sneck_hash *hash,
						     const uint8_t *resumption,
						     struct sneck_span nonce);

/* A PskBinderEntry: hash->len bytes; th is the digest of all up to the binders. RFC 9846,
 * 4.3.11.2. */
SNECK_MUST_CHECK enum sneck_rc sneck__psk_binder(uint8_t *binder, const struct sneck_hash *hash,
						 struct sneck_span psk, enum binder kind,
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
