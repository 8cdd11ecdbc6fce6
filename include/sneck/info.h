/* SPDX-License-Identifier: MIT */
/* sneck/info.h: read-only questions about a connection, keying material for others, names. */
#ifndef SNECK_INFO_H
#define SNECK_INFO_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_conn;

/* What was agreed. Fields are only appended. Final at SNECK_HANDSHAKE_DONE. */
struct sneck_facts {
	uint16_t version, suite, group;
	uint16_t peer_scheme, own_scheme; /* 0: no signature in that direction */
	uint8_t retried;        /* 1: HelloRetryRequest */
	uint8_t resumed;        /* 1: by a session; 2: by an external pre-shared key */
	uint8_t early;          /* early data: 1: accepted; 2: rejected */
	uint8_t rx_closed, tx_closed, rsv0[3];
	uint16_t send_fragment; /* plaintext bytes per record to the peer */
	uint16_t rsv;
	struct sneck_span alpn; /* inside the config's list */
	struct sneck_span sni;  /* server: until the scratch is taken back */
	uint8_t leaf_id[32];    /* SHA-256 of the peer's leaf; zero: it sent none */
	uint64_t rx_records, tx_records, rx_updates, tx_updates;
	/* TLS 1.2: RFC 7627, RFC 5746. 1: both sides spoke of it */
	uint8_t ems, secure_renegotiation, rsv2[6];
};

/** Tells what was agreed so far.
 *
 *  Bytes: at most size bytes of *facts are written, the rest is left alone; the spans live as said
 *  above. Units: size is sizeof(struct sneck_facts) of the caller. RFC: none.
 *  Returns: SNECK_OK.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_facts(const struct sneck_conn *conn,
							  struct sneck_facts *facts, size_t size);

/* Where and why a connection failed. */
struct sneck_failure {
	int32_t err;
	uint8_t alert;         /* enum sneck_alert */
	uint8_t from_peer;     /* 1: the peer sent the alert */
	uint8_t message;       /* handshake message type at fault, or 0 */
	uint8_t rsv;
	uint16_t extension;    /* extension at fault, or 0xffff */
	uint16_t rsv2[3];
	const char *where;     /* state of the handshake, as in RFC: A; static */
};

/** Tells where and why the connection failed.
 *
 *  Bytes: *failure is written; where is static. Units: none. RFC: 6.2, A.
 *  Returns: SNECK_OK; SNECK_NOT_NOW when it did not fail.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_failure(const struct sneck_conn *conn,
							    struct sneck_failure *failure);

/** Says in one sentence what was wrong with the last call that was refused.
 *
 *  Bytes: static. Units: none. RFC: none.
 *  Returns: the sentence; "" when no call was refused. Never NULL.
 */
SNECK_API const char *sneck_misuse_text(const struct sneck_conn *conn);

/** Derives keying material for a protocol on top.
 *
 *  Bytes: label and context are read during the call; dst is the caller's and secret. In TLS 1.2 a
 *  context of NULL is none, which gives other material than the empty one.
 *  Units: len in bytes, up to 255 times the hash length. RFC: 7.5; 5705; 9266 for channel binding.
 *  Returns: SNECK_OK; SNECK_NOT_NOW before the handshake is over; SNECK_E_ARG for a label of more
 *  than 249 bytes, one of TLS 1.2's own, or too long an output; SNECK_E_CONFIG without
 *  config.keep_exporter, in TLS 1.2 without extended master secret, after
 *  sneck_forget_exporter(), and in SNECK_CLOSED.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_export(const struct sneck_conn *conn,
						      const char *label,
						      struct sneck_span context, void *dst,
						      size_t len);

/** Derives keying material from the early secret, for early data: on a client that offered it, on a
 *  server that accepted it, until the handshake is over.
 *
 *  Bytes: as sneck_export(). Units: len in bytes. RFC: 7.5.
 *  Returns: SNECK_OK; SNECK_NOT_NOW without early data, or when the handshake is over; else as
 *  sneck_export().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_export_early(const struct sneck_conn *conn,
							    const char *label,
							    struct sneck_span context, void *dst,
							    size_t len);

/** Wipes the exporter secret.
 *
 *  Bytes: none. Units: none. RFC: 7.5.
 *  Returns: nothing.
 */
SNECK_API void sneck_forget_exporter(struct sneck_conn *conn);

/* A ClientHello, cut into spans; empty: it is not there. */
struct sneck_hello {
	struct sneck_span random, session_id;
	struct sneck_span suites;     /* wire list, two bytes each */
	struct sneck_span sni, alpn;  /* host name; ProtocolNameList */
	struct sneck_span versions, groups, schemes; /* wire lists, two bytes each */
	struct sneck_span key_shares; /* KeyShareEntry list */
	struct sneck_span extensions; /* all, in their order, for fingerprints */
};

/** Reads a ClientHello message without a connection. A pure function of its bytes.
 *
 *  Bytes: raw is the handshake message with its header; the spans point into it. Units: none.
 *  RFC: 4.2.2.
 *  Returns: SNECK_OK; SNECK_E_DECODE, SNECK_E_EXT_DUPLICATE, or what else a server would end the
 *  connection with: SNECK_E_EXT_MISPLACED, SNECK_E_ILLEGAL. *hello is then not complete.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_hello_read(struct sneck_span raw,
							  struct sneck_hello *hello);

/** The name of a number, as in this library's headers, in IANA's registries, or in the RFC.
 *
 *  Bytes: static. Units: the number named by the function. RFC: B.
 *  Returns: the name; "unknown" for a number this library does not know. Never NULL.
 */
SNECK_API const char *sneck_state_name(int state);
SNECK_API const char *sneck_version_name(int version);
SNECK_API const char *sneck_suite_name(int suite);
SNECK_API const char *sneck_group_name(int group);
SNECK_API const char *sneck_scheme_name(int scheme);
SNECK_API const char *sneck_alert_name(int alert);
SNECK_API const char *sneck_message_name(int type);

#ifdef __cplusplus
}
#endif
#endif
