/* SPDX-License-Identifier: MIT */
/* sneck/state.h: what sneck_process() finds: the states, a typed handle for each, the status.
 *
 * A handle is small, lives in the status (the caller's memory), and is what the functions of its
 * state take: handing a function the handle of another state does not compile, handing it one of
 * an earlier call is refused with SNECK_E_MISUSE. conn.h says what level, edge and sticky mean.
 */
#ifndef SNECK_STATE_H
#define SNECK_STATE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_conn;
struct sneck_credential;
struct sneck_in;

enum sneck_state {
	/* the states of the RFC */
	SNECK_APP_DATA_AVAILABLE = 1,           /* level; u.app */
	SNECK_EARLY_DATA_AVAILABLE = 2,         /* level; u.early; server, after it accepted */
	SNECK_MAY_ENCRYPT_APP_DATA = 3,         /* level; u.may; SNECK_ASK_MAY_ENCRYPT */
	SNECK_MAY_ENCRYPT_EARLY_DATA = 4,       /* level; u.may; client, SNECK_SESSION_EARLY_DATA */
	SNECK_MUST_ENCRYPT_TLS_DATA = 5,        /* level; u.encode; `out` absent or too small */
	SNECK_MUST_TRANSMIT_TLS_DATA = 6,       /* level, edge after the handshake; u.transmit */
	SNECK_NEEDS_MORE_TLS_DATA = 7,          /* level; u.more */
	SNECK_TRAFFIC_TRANSIT = 8,              /* level; u.more; open, and `in` is used up */
	SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES = 9, /* level; SNECK_ASK_SCHEMES; u.schemes */
	SNECK_RECEIVED_CERTIFICATE = 10,        /* edge; SNECK_ASK_VERIFY; u.cert */
	SNECK_RECEIVED_SIGNATURE = 11,          /* edge; SNECK_ASK_VERIFY_SIG; u.sig */
	SNECK_NEEDS_SIGNATURE = 12,             /* level; SNECK_ASK_VERIFY; u.verdict */
	/* endings */
	SNECK_PEER_CLOSED = 13,                 /* edge; close_notify came; sending still works */
	SNECK_CLOSED = 14,                      /* sticky; close_notify in both directions */
	SNECK_FAILED = 15,                      /* sticky; st.err, st.alert; the alert is out */
	/* further decisions: level, each asked for; 37, 41 to 47 are kept for more */
	SNECK_RECEIVED_CLIENT_HELLO = 32,       /* SNECK_ASK_CLIENT_HELLO; u.hello */
	SNECK_NEEDS_PSK = 33,                   /* SNECK_ASK_PSK; u.psk */
	SNECK_NEEDS_EARLY_DATA_DECISION = 34,   /* SNECK_ASK_EARLY_DATA; u.early_offer */
	SNECK_NEEDS_LOCAL_SIGNATURE = 35,       /* SNECK_ASK_SIGN; u.sign; with our private key */
	SNECK_NEEDS_CREDENTIAL = 36,            /* SNECK_ASK_CREDENTIAL; u.cred */
	SNECK_NEEDS_SCRATCH = 38,               /* no scratch was lent; u.scratch */
	SNECK_KEYS_READY = 39,                  /* external mode only; u.keys */
	SNECK_NEEDS_UNPACKED_CERTIFICATE = 40,  /* SNECK_ASK_UNPACK; u.unpack */
	/* further notices: edge, each asked for; 52 to 63 are kept for more */
	SNECK_HANDSHAKE_DONE = 48,              /* SNECK_ASK_NOTICES; the facts are final */
	SNECK_RECEIVED_TICKET = 49,             /* SNECK_ASK_TICKETS; u.ticket; in TLS 1.2 with the
						   server's Finished */
	SNECK_RECEIVED_ALERT = 50,              /* SNECK_ASK_NOTICES; not fatal; st.alert */
	SNECK_EARLY_DATA_RESULT = 51            /* client that sent early data; u.early_result */
};

/* sneck_status.flags */
#define SNECK_ST_NEW 1u         /* st.op is shown for the first time: start the job now */
#define SNECK_ST_TX_PENDING 2u  /* a control record waits for room or for the next output */
#define SNECK_ST_CAN_ENCRYPT 4u /* sneck_encrypt() would be accepted now */
#define SNECK_ST_RX_CLOSED 8u   /* no more input will ever be wanted: do not receive */

/* ---- typed handles. `gen` makes a handle of an earlier state harmless: SNECK_E_MISUSE. ---- */
struct sneck_app_st {
	struct sneck_conn *conn;
	struct sneck_in *in;
	uint32_t gen, rsv;
	size_t max_plain;            /* upper bound of the next record's plaintext, bytes */
};
struct sneck_early_st { /* as struct sneck_app_st */
	struct sneck_conn *conn;
	struct sneck_in *in;
	uint32_t gen, rsv;
	size_t max_plain;
};
struct sneck_may_st {
	struct sneck_conn *conn;
	uint32_t gen, rsv;
	uint64_t max_plain;          /* bytes that may be sent in this state */
};
struct sneck_encode_st {
	struct sneck_conn *conn;
	uint32_t gen;
	uint8_t level, content;      /* external mode: enum sneck_level; 22 handshake, 21 alert */
	uint8_t rsv[2];
	size_t required;             /* exact bytes for everything that waits */
	size_t min_progress;         /* exact bytes for the first record of it */
};
struct sneck_transmit_st {
	struct sneck_conn *conn;
	uint32_t gen, rsv;
	uint64_t upto;               /* stream position behind the last byte to send */
};
struct sneck_more_st {
	size_t num_bytes;            /* bytes that are missing for progress: exact once the five
	                                header bytes are there; 0: no byte of a record yet */
	size_t min_capacity;         /* contiguous bytes wanted from in->head on */
};
struct sneck_schemes_st {
	struct sneck_conn *conn;
	uint32_t gen, rsv;
};
struct sneck_cert_st {
	struct sneck_conn *conn;
	uint32_t gen;
	uint16_t type;               /* enum sneck_cert_type */
	uint16_t rsv;
	uint32_t n_entries;          /* 0: a client sent an empty list */
	uint32_t rsv2;
	struct sneck_span raw;       /* the certificate list as received */
	struct sneck_span name;      /* the name to verify; empty: config.insecure_no_name, and on a
	                                server */
	uint8_t leaf_id[32];         /* SHA-256 of the first entry */
};
struct sneck_sig_st {
	uint16_t scheme, rsv[3];
	struct sneck_span sig;
};
struct sneck_verdict_st {
	struct sneck_conn *conn;
	uint32_t gen;
	uint16_t version, scheme;
	uint32_t digest, rsv;        /* 1: message is its digest by the scheme's hash */
	struct sneck_span message;   /* what the peer signed */
	struct sneck_span name;
};
struct sneck_hello_st {
	struct sneck_conn *conn;
	uint32_t gen, retried;       /* 1: the second one, after HelloRetryRequest */
	struct sneck_span sni;       /* host name, or empty */
	struct sneck_span alpn;      /* ProtocolNameList as received, or empty */
	struct sneck_span raw;       /* the message; see sneck_hello_read() in info.h */
};
struct sneck_psk_st {
	struct sneck_conn *conn;
	uint32_t gen, n_identities;  /* no more than four are shown */
	struct sneck_span raw;       /* PskIdentity list as received; TLS 1.2: ticket, or id */
};
struct sneck_early_offer_st {
	struct sneck_conn *conn;
	uint32_t gen;
	int32_t age_skew_ms;         /* the client's view of the ticket's age minus ours */
	uint64_t ticket_age_ms;
	struct sneck_span replay_id; /* the binder: unique per ClientHello */
	struct sneck_span app_data;  /* what the application put into the ticket */
};
struct sneck_sign_st {
	struct sneck_conn *conn;
	uint32_t gen;
	uint16_t scheme;             /* one of the signer's list */
	uint16_t digest;             /* 1: tbs is a digest by the scheme's hash: sign_digest */
	const struct sneck_credential *credential;
	struct sneck_span tbs;       /* to be signed; at most 201 bytes */
};
struct sneck_cred_st {
	struct sneck_conn *conn;
	uint32_t gen, rsv;
	struct sneck_span name;      /* server: SNI; client: empty */
	struct sneck_span alpn;      /* the protocol chosen, or empty */
	struct sneck_span schemes;   /* SignatureSchemeList as received */
	struct sneck_span ca_names;  /* DistinguishedName list as received, or empty */
};
struct sneck_scratch_st {
	size_t size;                 /* bytes to lend */
};
struct sneck_ticket_st {
	struct sneck_conn *conn;
	uint32_t gen, lifetime_s;
	uint32_t max_early, size;    /* bytes of early data allowed; bytes of the session */
	struct sneck_span raw;       /* the message as received; TLS 1.2: ticket or session id */
	uint32_t by_id, rsv;         /* TLS 1.2: 1: a session id */
};
struct sneck_early_result_st {
	uint32_t accepted;
	uint32_t alpn_changed;       /* 1: another protocol than the early data was made for */
	uint64_t bytes_to_resend;    /* everything that was sent early, when rejected; else 0 */
};
struct sneck_keys_st {
	struct sneck_conn *conn;
	uint32_t gen;
	uint8_t level, write;        /* enum sneck_level; 1: for sending */
	uint16_t suite;              /* enum sneck_suite: the AEAD, and the hash of KDF */
	struct sneck_span secret;    /* the traffic secret, which keys derive from; TLS 1.2: the
	                                key, then 4 bytes of salt or the 12 of ChaCha20's nonce */
	uint64_t seq;                /* number of the next record under this key */
};
struct sneck_unpack_st {
	struct sneck_conn *conn;
	uint32_t gen;
	uint16_t algorithm, rsv;     /* enum sneck_packing */
	uint64_t length;             /* bytes when unpacked; within config.max_certificate */
	struct sneck_span packed;
};

/* What sneck_process() found. Frozen at 128 bytes in every ABI; new handles fit into rsv. */
struct sneck_status {
	int32_t state;       /* enum sneck_state */
	uint32_t flags;      /* SNECK_ST_* */
	int32_t err;         /* enum sneck_rc, in SNECK_FAILED */
	uint8_t alert;       /* enum sneck_alert: sent with err, or received */
	uint8_t rsv1[3];
	uint64_t op;         /* the open question; unique within the connection; 0: none */
	uint64_t discard;    /* bytes released from `in` by this call, already applied to it */
	union {
		struct sneck_app_st app;
		struct sneck_early_st early;
		struct sneck_may_st may;
		struct sneck_encode_st encode;
		struct sneck_transmit_st transmit;
		struct sneck_more_st more;
		struct sneck_schemes_st schemes;
		struct sneck_cert_st cert;
		struct sneck_sig_st sig;
		struct sneck_verdict_st verdict;
		struct sneck_hello_st hello;
		struct sneck_psk_st psk;
		struct sneck_early_offer_st early_offer;
		struct sneck_sign_st sign;
		struct sneck_cred_st cred;
		struct sneck_scratch_st scratch;
		struct sneck_ticket_st ticket;
		struct sneck_early_result_st early_result;
		struct sneck_keys_st keys;
		struct sneck_unpack_st unpack;
		uint64_t rsv[12];
	} u;
};
SNECK_STATIC_ASSERT(sizeof(struct sneck_status) == 128, "struct sneck_status is frozen");

#ifdef __cplusplus
}
#endif
#endif
