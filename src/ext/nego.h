/* SPDX-License-Identifier: MIT */
/* nego.h: struct nego: all that an extension, and a choice, may see and touch. No keys, no state,
 * no connection. Lives in the scratch. */
#ifndef SNECK_EXT_NEGO_H
#define SNECK_EXT_NEGO_H

#include <sneck/config.h>
#include <sneck/crypto.h>

#include "../bounds.h"
#include "../crypto/algs.h"

/* A key share of ours: a client's offers, a server's answer. */
struct own_share {
	const struct sneck_kex *kex;
	uint8_t *priv;  /* NULL on a server */
	uint8_t *share; /* offer_len or answer_len bytes */
};

struct nego {
	const struct sneck_config *cfg;
	uint8_t role;
	uint16_t at_ext; /* the extension being read, for sneck_conn_failure(); 0xffff: none */
	uint32_t sent;   /* rows of the table that our ClientHello or CertificateRequest carried */

	/* what we offer, or answer with */
	struct sneck_span name; /* for server_name; empty: not sent */
	uint16_t schemes[BOUND_SCHEMES]; /* for signature_algorithms */
	uint32_t n_schemes;
	struct own_share shares[BOUND_OWN_SHARES];
	uint32_t n_shares;

	/* what the peer's message says; the spans live as long as the call that reads it */
	struct sneck_span peer_groups, peer_schemes, peer_share, peer_cas;
	uint32_t peer_sign; /* bits of sneck__scheme_bit(): what of peer_schemes is known here */
	struct sneck_span cookie; /* the retry's, until the second ClientHello is written, which is
	                             before the call ends; a client's, while its hello is read */

	/* plaintext in a record: what we take, what the peer takes */
	uint32_t recv_limit, send_limit;
	bool peer_has_limit;  /* record_size_limit came */
	uint8_t max_fragment; /* RFC 6066 code that was agreed; 0: none */

	/* what was chosen */
	uint16_t version;
	uint16_t own_scheme, peer_scheme;
	const struct suite *suite;
	const struct sneck_kex *kex;
	const struct sneck_kex *wanted; /* the group that a retry asks for; NULL: no retry, or only
	                                   for its cookie */
	uint32_t n_peer_shares;         /* in the ClientHello */
	const struct sneck_credential *cred;
	uint32_t alpn; /* 1 + index into cfg->alpn; 0: none */
	uint8_t sni[BOUND_NAME + 2u];
	uint8_t sni_len;
};

/* Drops what must not outlive the call. */
static inline void nego_forget(struct nego *ng)
{
	const struct sneck_span none = { NULL, 0 };

	ng->peer_groups = none;
	ng->peer_schemes = none;
	ng->peer_share = none;
	ng->peer_cas = none;
	ng->at_ext = 0xffff;
}

#endif
