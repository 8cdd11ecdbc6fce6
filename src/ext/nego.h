/* SPDX-License-Identifier: MIT */
/* nego.h: struct nego: all that an extension, and a choice, may see and touch. No keys, no state,
 * no connection. Lives in the scratch. */
#ifndef SNECK_EXT_NEGO_H
#define SNECK_EXT_NEGO_H

#include <sneck/config.h>
#include <sneck/crypto.h>

#include "../bounds.h"
#include "../crypto/algs.h"

/* A pre-shared key that a client offers: a session's, or an external one for one hash. */
struct psk_offer {
	const struct sneck_psk *psk; /* NULL: the session's */
	uint16_t hash;               /* struct sneck_hash.id */
};

#define PSK_MODE_KE  1u /* bits: psk_ke is mode 0, psk_dhe_ke mode 1. RFC 9846, 4.3.10 */
#define PSK_MODE_DHE 2u

/* A key share of ours: a client's offers, a server's answer. */
struct own_share {
	const struct sneck_kex *kex;
	uint8_t *priv;  /* NULL on a server */
	uint8_t *share; /* offer_len or answer_len bytes */
};

/* What a GREASE value stands in; RFC 8701. */
enum grease {
	GREASE_SUITE,
	GREASE_GROUP,
	GREASE_VERSION,
	GREASE_SCHEME,
	GREASE_ALPN,
	GREASE_MODE, /* of pre-shared keys: of one byte */
	GREASE_FIRST, /* extension */
	GREASE_LAST,
	GREASE_COUNT
};

struct nego {
	const struct sneck_config *cfg;
	struct sneck_quic *quic; /* NULL: no QUIC */
	uint8_t role;
	uint16_t at_ext; /* the extension being read, for sneck_conn_failure(); 0xffff: none */
	uint32_t sent;   /* rows of the table that our ClientHello or CertificateRequest had */

	/* what we offer, or answer with */
	struct sneck_span name; /* for server_name; empty: not sent */
	uint16_t schemes[BOUND_SCHEMES]; /* for signature_algorithms */
	uint32_t n_schemes;
	struct own_share shares[BOUND_OWN_SHARES];
	uint32_t n_shares;

	/* pre-shared keys, early data, tickets. Client: */
	struct sneck_span ticket; /* the session's, in the caller's memory; empty: none */
	uint32_t ticket_age;      /* obfuscated_ticket_age */
	uint16_t ticket_hash;     /* of the session's suite; 0: it is of TLS 1.2 */
	uint16_t psk_hash;        /* only keys for this one are offered: a retry named it; 0: all */
	bool wants_tickets;
	bool sent_psk;            /* pre_shared_key is in the ClientHello */
	bool early_taken;         /* EncryptedExtensions has early_data */
	/* server: */
	bool psk_offered, psk_modes_seen, early_asked, tickets_named;
	uint8_t psk_modes;         /* PSK_MODE_* of the client */
	uint8_t tickets_wanted[2]; /* for a new session, for a resumed one */
	uint8_t n_tickets;         /* that we are going to send */
	/* both: */
	bool early;         /* early_data: offered by us, or accepted */
	uint32_t psk_index; /* 1 + selected_identity; 0: none; TLS 1.2, server: 1: its session */
	uint32_t nst_early; /* max_early_data_size of a ticket */
	uint8_t grease[GREASE_COUNT + 32]; /* random bytes for values, and for the order of rows */

	/* what the peer's message says; the spans live as long as the call that reads it */
	struct sneck_span peer_groups, peer_schemes, peer_share, peer_cas;
	struct sneck_span peer_scts; /* client: of a ServerHello of TLS 1.2 */
	struct sneck_span psk_identities, psk_binders; /* without their lengths; TLS 1.2: the
							  ticket, or the session id */
	uint32_t peer_sign; /* bits of sneck__scheme_bit(): what of peer_schemes is known here */
	struct sneck_span cookie; /* the retry's, until the second ClientHello is written, which is
	                             before the call ends; a client's, while its hello is read */

	uint32_t peer_wants; /* SNECK_VERIFIER_WANTS_*: what it would like stapled to our leaf */
	uint32_t peer_unpacks; /* set of enum sneck_packing */
	uint32_t own_types;  /* set of enum sneck_cert_type: what our certificate may be; 0: X.509,
	                        because the peer does not speak of it */
	uint32_t peer_types; /* server: what the client says that it could show; 0: nothing */
	uint8_t peer_type;   /* what the peer's certificate is */

	/* plaintext in a record: what we take, what the peer takes */
	uint32_t recv_limit, send_limit;
	bool share_seen;      /* server: key_share came */
	bool peer_has_limit;  /* record_size_limit came */
	uint8_t max_fragment; /* RFC 6066 code that was agreed; 0: none */

	/* TLS 1.2: the peer spoke of it */
	bool ems, secure_renegotiation, peer_has_formats;
	bool status_due; /* client: CertificateStatus was promised */
	bool session_ticket; /* the peer has this extension; client: a ticket was promised */
	uint32_t peer_curves; /* server: bits of the ECDSA schemes whose curve the client can do */

	/* what was chosen */
	uint16_t version;
	uint16_t own_scheme, peer_scheme;
	uint16_t own_way; /* own_scheme as our signer calls it: TLS 1.2 has SNECK_ECDSA_ANY_* */
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

/* TLS 1.2, server: what goes with our certificate, once that is chosen. Of a raw key nobody has
 * said anything. */
static inline bool nego_wanted12(const struct nego *ng, uint32_t kind)
{
	return ng->cred != NULL && ng->cred->type == SNECK_X509 && (ng->peer_wants & kind) != 0;
}

static inline struct sneck_span nego_ocsp12(const struct nego *ng)
{
	return nego_wanted12(ng, SNECK_VERIFIER_WANTS_OCSP) ? ng->cred->ocsp
							     : sneck_span_of(NULL, 0);
}

static inline struct sneck_span nego_scts12(const struct nego *ng)
{
	return nego_wanted12(ng, SNECK_VERIFIER_WANTS_SCTS) ? ng->cred->scts
							     : sneck_span_of(NULL, 0);
}

/* Whether our verifier has this flag. */
static inline bool nego_wants(const struct nego *ng, uint32_t flag)
{
	return ng->cfg->verifier != NULL && (ng->cfg->verifier->flags & flag) != 0;
}

/* Drops what must not outlive the call. */
static inline void nego_forget(struct nego *ng)
{
	const struct sneck_span none = { NULL, 0 };

	ng->peer_groups = none;
	ng->peer_schemes = none;
	ng->peer_share = none;
	ng->psk_identities = none;
	ng->psk_binders = none;
	ng->peer_cas = none;
	ng->peer_scts = none;
	ng->at_ext = 0xffff;
}

#endif
