/* SPDX-License-Identifier: MIT */
/* sneck/session.h: resumption, pre-shared keys and early data.
 *
 * A session is a block of bytes that resumes a connection later. It holds a secret: keep it as you
 * would keep a key. It is bound to the session domain of the config that made it, and is ignored
 * (a full handshake follows) when domain, version, suite or time do not fit.
 *
 * Sessions of TLS 1.2 go through the same functions. They are made with extended master secret
 * only, allow no early data, and end when the first of a row does: the master secret stays.
 *
 * Early data has no protection against replay of its own (RFC: 8). Both sides must want it: the
 * client with SNECK_SESSION_EARLY_DATA, the server with config.max_early_data and a yes to every
 * SNECK_NEEDS_EARLY_DATA_DECISION.
 */
#ifndef SNECK_SESSION_H
#define SNECK_SESSION_H

#include "cursor.h"
#include "state.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_provider;
struct sneck_rec;

/* ---- client ------------------------------------------------------------------------------- */

#define SNECK_SESSION_EARLY_DATA 1u /* show SNECK_MAY_ENCRYPT_EARLY_DATA if the session allows it */

/* What a stored session says of itself. Spans point into the session. */
struct sneck_session_info {
	struct sneck_span alpn;
	struct sneck_span app_data; /* server: what the application put into the ticket */
	uint64_t expires_ms;        /* by the ticket or by verdict.valid_until_ms, if earlier */
	uint32_t max_early;         /* bytes of early data that it allows */
	uint16_t version, suite;
	uint8_t leaf_id[32];        /* SHA-256 of the peer's leaf; zero: it sent none */
};

/** Offers a stored session in the next handshake. The name comes first: a session is for one. A
 *  client without config.verifier, whose chains are judged elsewhere, says in config.session_domain
 *  whom it trusts.
 *
 *  Bytes: not copied; must stay until the scratch comes back. Units: len in bytes. RFC: 4.3.11.
 *  Returns: SNECK_OK; SNECK_E_ARG for bytes that are no session; SNECK_E_SESSION for one that is
 *  expired, or of another name or domain: go on without it; SNECK_NOT_NOW after the first
 *  sneck_process().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_set_session(struct sneck_conn *conn,
								const void *session, size_t len,
								uint32_t flags);

/** Writes the session of SNECK_RECEIVED_TICKET. Use each session once: the server may link two.
 *  In TLS 1.2 the state comes with the server's Finished, and stands for a ticket, a session id, or
 *  the session that was just resumed.
 *
 *  Bytes: mem is the caller's and becomes secret. Units: cap and *len in bytes. RFC: 4.7.1.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with *len as needed, the same as st->size.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_ticket_export(const struct sneck_ticket_st *st,
							     void *mem, size_t cap, size_t *len);

/** Reads what a stored session is good for.
 *
 *  Bytes: the spans live as long as session. Units: len in bytes. RFC: none.
 *  Returns: SNECK_OK; SNECK_E_ARG for bytes that are no session of this library.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_session_read(const void *session, size_t len,
							    struct sneck_session_info *info);

/* ---- pre-shared keys from elsewhere --------------------------------------------------------- */

#ifdef __cplusplus
#define SNECK_PSK_INIT (uint32_t)sizeof(struct sneck_psk)
#else
#define SNECK_PSK_INIT .size = (uint32_t)sizeof(struct sneck_psk)
#endif

/* An external pre-shared key. Give each side its own identity, or the same key could be reflected
 * back. RFC: 4.3.11; 9257; 9258. */
struct sneck_psk {
	uint32_t size;
	uint16_t hash;                /* 4 SHA-256, 5 SHA-384; 0: SHA-256 */
	uint8_t raw;                  /* 0: through the importer of RFC 9258; 1: as it is */
	uint8_t rsv;
	struct sneck_span identity;   /* 1 to 1,024 bytes */
	struct sneck_span secret;     /* 16 to 1,024 bytes */
	struct sneck_span context;    /* importer only: up to 1,024 bytes, may be empty */
};

/* ---- server: stateless tickets -------------------------------------------------------------- */

/* A ticket key seals during its window and opens until open_until_ms. Frozen. */
struct sneck_ticket_key {
	uint8_t name[16];
	uint8_t secret[32];
	uint64_t seal_from_ms, seal_until_ms, open_until_ms; /* all zero: no key */
};

/* Next, current and two former keys, in this order. The bytes may be copied to other threads and
 * machines (they are secret). Connections only read it; rotate it while no other thread reads it,
 * or give new connections a config with a new ring. Frozen. */
struct sneck_ticket_ring {
	struct sneck_ticket_key keys[4];
};

/** Fills a ring with random keys.
 *
 *  Bytes: ring is the caller's. Units: now_ms since 1970; period_ms, how long each key seals;
 *  it opens for two more periods; 0 takes 12 hours.
 *  RFC: 4.7.1, C.4; 5077, 5.5.
 *  Returns: SNECK_OK; SNECK_E_RANDOM.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_ticket_ring_init(struct sneck_ticket_ring *ring, const struct sneck_provider *provider,
		       uint64_t now_ms, uint64_t period_ms);

/** Makes the next key when its time has come, and two when that was missed. A key is known one
 *  period before it seals, so that every machine that copies the ring can open a ticket before the
 *  first one is issued.
 *
 *  Bytes: ring is the caller's; the oldest key is wiped. Units: ms since 1970. RFC: as above.
 *  Returns: SNECK_OK: distribute the ring; SNECK_NOT_NOW: nothing was due.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_ticket_ring_rotate(struct sneck_ticket_ring *ring, const struct sneck_provider *provider,
			 uint64_t now_ms);

/** Opens a ticket by hand, for an answer to SNECK_NEEDS_PSK.
 *
 *  Bytes: the session goes to mem and is secret. Units: cap and *len in bytes. RFC: 4.7.1.
 *  Returns: SNECK_OK; SNECK_E_SESSION: not sealed by this ring, or too old; SNECK_WANT_SPACE
 *  with *len as needed; SNECK_E_CRYPTO.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_ticket_open(const struct sneck_ticket_ring *ring, const struct sneck_provider *provider,
		  struct sneck_span identity, uint64_t now_ms, void *mem, size_t cap, size_t *len);

struct sneck_ticket_params {
	struct sneck_span identity; /* empty: sealed with config.tickets; else your store's key, up
	                               to 255 bytes */
	struct sneck_span app_data; /* up to 512 bytes; comes back as u.early_offer.app_data, and in
	                               sneck_session_read() */
	uint32_t lifetime_s;        /* 0: config.ticket_lifetime_s */
	uint32_t rsv;
};

/** Sends one more ticket. With an identity of the application's, the session goes to its store.
 *
 *  Bytes: appended to out; params are read during the call; the session goes to mem (may be NULL
 *  with an empty identity). Units: cap and *len in bytes. RFC: 4.7.1.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with out->required or *len as needed; SNECK_NOT_NOW before
 *  the handshake is over, without a key that seals now, or behind 255 tickets; SNECK_E_ARG on a
 *  client; SNECK_E_CONFIG with nothing that could open the ticket again; SNECK_E_UNSUPPORTED in
 *  TLS 1.2, whose only ticket goes with the handshake.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_ticket_send(struct sneck_conn *conn, const struct sneck_ticket_params *params,
		  struct sneck_out *out, void *mem, size_t cap, size_t *len);

#define SNECK_SESSION_ID_LEN 32

/** Writes the session of a handshake of TLS 1.2 for the application's store. With SNECK_ASK_PSK,
 *  and without a ticket, the ServerHello has given it an id, by which the client asks for it again.
 *
 *  Bytes: params, with an empty identity, are read during the call; id and mem are the caller's,
 *  and mem becomes secret. Units: cap and *len in bytes; lifetime_s counts from the handshake on.
 *  RFC: 5246, 7.4.1.3, F.1.4.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with *len as needed; SNECK_NOT_NOW before the handshake is
 *  over, and when it has no session that a store could keep; SNECK_E_ARG.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_session_store(struct sneck_conn *conn, const struct sneck_ticket_params *params,
		    uint8_t id[SNECK_SESSION_ID_LEN], void *mem, size_t cap, size_t *len);

/** An identity that the client offers, in SNECK_NEEDS_PSK. TLS 1.2 has one: the ticket, or without
 *  it the session id, which may mean nothing.
 *
 *  Bytes: identity points into `in` while st is current. Units: i counts from 0; *age_ms as the
 *  client obfuscated it; 0 in TLS 1.2. RFC: 4.3.11.
 *  Returns: SNECK_OK; SNECK_E_ARG when i >= st->n_identities.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_psk_at(const struct sneck_psk_st *st, uint32_t i,
						      struct sneck_span *identity,
						      uint32_t *age_ms);

/** Answers SNECK_NEEDS_PSK with a session (from sneck_ticket_send(), sneck_session_store() or
 *  sneck_ticket_open()), an external key (which TLS 1.2 ignores), or neither. Exactly one of
 *  session and psk is not NULL; index -1 with both NULL goes on without a pre-shared key.
 *
 *  Bytes: session is read during the call; psk must stay until the scratch comes back.
 *  Units: index counts from 0; len in bytes. RFC: 4.3.11.
 *  Returns: SNECK_OK, also when the session does not fit and is ignored; SNECK_E_STALE;
 *  SNECK_E_ARG.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_psk(struct sneck_conn *conn, uint64_t op,
							  int index, const void *session,
							  size_t len,
							  const struct sneck_psk *psk);

/* ---- early data, client --------------------------------------------------------------------- */

/** Exact output of sneck_early_encrypt() for `plain` bytes.
 *
 *  Bytes: none. Units: bytes. RFC: 5.2.
 *  Returns: the size.
 */
SNECK_API size_t sneck_early_size(const struct sneck_may_st *st, size_t plain);

/** Encrypts early data in SNECK_MAY_ENCRYPT_EARLY_DATA. The application keeps the plaintext until
 *  SNECK_EARLY_DATA_RESULT: when the server rejects, it is the application that sends it again
 *  (the library never does), and SNECK_ST_CAN_ENCRYPT is not set before the result was shown.
 *
 *  Bytes: as sneck_encrypt(). Units: *consumed in bytes of plaintext. RFC: 2.3, 4.3.10.
 *  Returns: SNECK_OK; with SNECK_F_PARTIAL *consumed may fall short of the pieces because of room
 *  or allowance; SNECK_WANT_SPACE; SNECK_NOT_NOW when the pieces exceed the allowance
 *  (st->max_plain before the first call): send the rest after the handshake.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_early_encrypt(struct sneck_may_st *st,
							     const struct sneck_iov *pieces,
							     size_t n, uint32_t flags,
							     struct sneck_out *out,
							     size_t *consumed);

/* ---- early data, server --------------------------------------------------------------------- */

/** Answers SNECK_NEEDS_EARLY_DATA_DECISION. Say yes only to data that may be replayed, and only if
 *  sneck_strike_add() (or a store shared by all machines) has not seen u.early_offer.replay_id.
 *  Before the question, or before the answer, sneck_conn_set_now(): a ticket's age is taken by the
 *  connection's clock, and a replay may have waited in an open connection until it was forgotten.
 *
 *  Bytes: none. Units: accept is 0 or 1. RFC: 8.
 *  Returns: SNECK_OK; SNECK_E_STALE.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_early_data(struct sneck_conn *conn,
								 uint64_t op, int accept);

/** Yields the next record of early data, decrypted in place. Several may lie in one read. The
 *  first SNECK_APP_DATA_AVAILABLE marks the end of early data.
 *
 *  Bytes: as sneck_app_next(). Units: rec->len in bytes. RFC: 4.3.10, 4.6.
 *  Returns: SNECK_OK with a record; SNECK_WANT_INPUT when no complete one is left.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_early_next(struct sneck_early_st *st,
							  struct sneck_rec *rec);

/** Copies early data as read(2) would.
 *
 *  Bytes: what does not fit stays in `in` and comes again. Units: cap and *len in bytes.
 *  RFC: 4.3.10.
 *  Returns: SNECK_OK with *len > 0; SNECK_WANT_INPUT when nothing complete is left;
 *  SNECK_WANT_SPACE when cap is 0.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_early_read(struct sneck_early_st *st, void *dst,
							  size_t cap, size_t *len);

/** Authenticates and drops the complete early records. (Early data that was not accepted never
 *  shows: it is skipped inside.)
 *
 *  Bytes: released at the next sneck_process(). Units: none. RFC: 4.3.10.
 *  Returns: SNECK_OK.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_early_drop(struct sneck_early_st *st);

/* A register of replay ids in the caller's memory: each is accepted once within the window. */
struct sneck_strike;

/** Memory for a register of n_ids ids.
 *
 *  Bytes: none. Units: bytes. RFC: 8.2.
 *  Returns: the size.
 */
SNECK_API size_t sneck_strike_size(uint32_t n_ids);

/** Makes a register. It refuses everything during the first window: ids of before the start are
 *  not known to it.
 *
 *  Bytes: mem, aligned to SNECK_ALIGN, is the register until it is no longer used; there is
 *  nothing to free. Units: window_ms, twice config.ticket_skew_s or longer, because the same
 *  ClientHello may be early and come again late; now_ms since 1970. RFC: 8.2, 8.3.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE when len < sneck_strike_size().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_strike_init(void *mem, size_t len, uint32_t n_ids,
							   uint32_t window_ms, uint64_t now_ms,
							   struct sneck_strike **strike);

/** Enters an id. One thread at a time.
 *
 *  Bytes: id is read during the call. Units: ms since 1970. RFC: 8.2.
 *  Returns: SNECK_OK: never seen, accept; SNECK_E_REPLAY: reject; SNECK_NOT_NOW: the register is
 *  full or in its first window: reject.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_strike_add(struct sneck_strike *strike,
							  struct sneck_span id, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
