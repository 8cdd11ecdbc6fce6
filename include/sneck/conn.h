/* SPDX-License-Identifier: MIT */
/* sneck/conn.h: one TLS connection, without a socket, a clock, a thread or an allocator.
 *
 * sneck_process() moves the connection to its next state and shows it in a struct sneck_status.
 * The state says the one thing to do next, and u.* carries the typed handle that doing it needs:
 *
 *	for (;;) {
 *		switch (sneck_process(conn, &in, &out, &st)) {
 *		case SNECK_MUST_TRANSMIT_TLS_DATA:      // send `out`, then sneck_out_sent()
 *			break;
 *		case SNECK_APP_DATA_AVAILABLE:
 *			while (sneck_app_next(&st.u.app, &rec) == SNECK_OK)
 *				use(rec.data, rec.len);
 *			break;
 *		case SNECK_NEEDS_MORE_TLS_DATA:
 *		case SNECK_TRAFFIC_TRANSIT:             // send `out`, then receive into `in`
 *			break;
 *		case SNECK_PEER_CLOSED:                 // sneck_close_notify(), if we are done too
 *			break;
 *		default:                                // SNECK_CLOSED, or SNECK_FAILED: its alert
 *			return st.err;                  // went out before
 *		}
 *	}
 *
 *  Level   The state comes again until it was handled: APP_DATA, MAY_*, MUST_*, NEEDS_*,
 *          RECEIVED_CLIENT_HELLO, TRAFFIC_TRANSIT.
 *  Edge    The state comes once: RECEIVED_CERTIFICATE, RECEIVED_SIGNATURE, PEER_CLOSED, the
 *          notices, and after the handshake MUST_TRANSMIT.
 *  Sticky  The state stays for ever: CLOSED, and FAILED unless sneck_rc_is_refusal(st.err), which
 *          is the answer to one wrong call and leaves the connection as it was.
 *
 * States that want an answer appear only if the config asked for them (SNECK_ASK_*; NEEDS_SCRATCH:
 * if no scratch was lent). Pointers in a status, and payload pointers, die at the next
 * sneck_process() or sneck_release() on the same connection. docs/tour.md has the order of states.
 */
#ifndef SNECK_CONN_H
#define SNECK_CONN_H

#include "crypto.h"
#include "cursor.h"
#include "state.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_config;

/* ---- memory and life -------------------------------------------------------------------- */

/* Upper bounds for static builds, asserted inside the library for the installed providers. */
#define SNECK_CONN_MAX 1536u
#define SNECK_SCRATCH_MAX 7168u

/** Memory that one connection needs for its whole life.
 *
 *  Bytes: none. Units: bytes. RFC: none.
 *  Returns: the size for this config and every config that may be chosen at the ClientHello, as
 *  long as these have the same provider. At most SNECK_CONN_MAX.
 */
SNECK_API size_t sneck_conn_size(const struct sneck_config *cfg, int role);

/** Scratch that a handshake needs; no matter how large the peer's messages are.
 *
 *  Bytes: none. Units: bytes. RFC: none.
 *  Returns: the size for this config. At most SNECK_SCRATCH_MAX.
 */
SNECK_API size_t sneck_scratch_size(const struct sneck_config *cfg, int role);

/** Makes a connection in the caller's memory.
 *
 *  Bytes: mem, aligned to SNECK_ALIGN, holds the connection until sneck_conn_wipe(); between two
 *  calls it may be moved as a whole (never copied: two copies would repeat nonces), then use the
 *  new address. cfg must outlive the connection.
 *  Units: len in bytes; now_ms since 1970. RFC: none.
 *  Returns: SNECK_OK, *conn == mem; SNECK_WANT_SPACE when len < sneck_conn_size();
 *  SNECK_E_ARG for a misaligned mem; SNECK_E_CONFIG for what sneck_config_check() would refuse.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_init(void *mem, size_t len,
							 const struct sneck_config *cfg, int role,
							 uint64_t now_ms, struct sneck_conn **conn);

/** Names the peer that a client wants: SNI (unless it is an IP address) and the name to verify.
 *
 *  A client that verifies certificates without a name is refused by sneck_process(), with
 *  SNECK_E_CONFIG, unless config.insecure_no_name.
 *
 *  Bytes: name is not copied; it must stay until the scratch comes back or the connection is
 *  wiped. Units: len in bytes, at most 253. RFC: 6066, 3; 9525, 6.
 *  Returns: SNECK_OK; SNECK_E_ARG for something that is neither a host name in A-label form nor
 *  an IP address; SNECK_NOT_NOW after the first sneck_process().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_set_name(struct sneck_conn *conn,
							     const char *name, size_t len);

/** Tells the connection the time, which it needs for tickets and for verifying.
 *
 *  Bytes: none. Units: ms since 1970; an earlier time than the last is ignored. RFC: 4.7.1.
 *  Returns: nothing.
 */
SNECK_API void sneck_conn_set_now(struct sneck_conn *conn, uint64_t now_ms);

/** Lends the handshake its scratch, before the first sneck_process() or in SNECK_NEEDS_SCRATCH.
 *
 *  Bytes: mem, aligned to SNECK_ALIGN, belongs to the connection until sneck_conn_take_scratch()
 *  or sneck_conn_wipe(), and stays where it is; the connection remembers its address and nothing
 *  else of it. Units: len in bytes. RFC: none.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE when len < st.u.scratch.size (or sneck_scratch_size());
 *  SNECK_NOT_NOW when scratch is lent already or the handshake is over.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_set_scratch(struct sneck_conn *conn, void *mem,
								size_t len);

/** Takes the scratch back, wiped, as soon as the handshake is over and its last flight written.
 *
 *  Bytes: the memory is the caller's again; spans from sneck_conn_facts() may die. Units: *len in
 *  bytes. RFC: none.
 *  Returns: the memory; NULL while it is in use or when none is lent.
 */
SNECK_API void *sneck_conn_take_scratch(struct sneck_conn *conn, size_t *len);

/** Ends the connection at once: wipes its memory and lent scratch, frees what the provider holds.
 *  Says nothing to the peer: see sneck_close_notify() and sneck_fail().
 *
 *  Bytes: both memories are the caller's again; open jobs are not affected and their answers will
 *  have nowhere to go. Units: none. RFC: none.
 *  Returns: nothing. Must be called once for every connection that was made.
 */
SNECK_API void sneck_conn_wipe(struct sneck_conn *conn);

/* ---- the core --------------------------------------------------------------------------- */

#define SNECK_F_PARTIAL 1u /* as many whole records as fit; *consumed says how much went in */

/** Uses up what it can of `in`, writes what fits into `out`, and shows the next state.
 *
 *  Bytes: records are decrypted, and messages joined, in place in `in`. `in` may be NULL as long
 *  as nothing received is unconsumed. `out` may be NULL: then handshake output is announced as
 *  SNECK_MUST_ENCRYPT_TLS_DATA with its exact size and written by sneck_encode(), as in the RFC.
 *  With `out`, a flight that fits as a whole is written here and only MUST_TRANSMIT is shown;
 *  if it does not fit, out->required is set too. Neither cursor is kept. Units: none.
 *  RFC: 4, 5, A.
 *  Returns: st->state, an enum sneck_state (int, so that a newer header does not break a program
 *  built with -Werror=switch); never negative. A wrong call gives SNECK_FAILED with a refusal in
 *  st->err, which is not sticky; sneck_misuse_text() says what was wrong.
 */
SNECK_API int sneck_process(struct sneck_conn *conn, struct sneck_in *in, struct sneck_out *out,
			    struct sneck_status *st);

/** Ends the current state early: applies to `in` now what the next sneck_process() would apply, so
 *  that the caller can recycle memory first.
 *
 *  Bytes: everything yielded so far is released. Units: bytes. RFC: none.
 *  Returns: the number of bytes released, the RFC's `discard` summed up; 0 for a foreign cursor.
 */
SNECK_API size_t sneck_release(struct sneck_conn *conn, struct sneck_in *in);

/** Writes announced handshake or alert output: SNECK_MUST_ENCRYPT_TLS_DATA.
 *
 *  Bytes: appended to out. Units: none. RFC: 5.1.
 *  flags: 0 all or nothing; SNECK_F_PARTIAL as many whole records as fit.
 *  Returns: SNECK_OK, go on; SNECK_WANT_SPACE: out->required is exact, repeat with that much room;
 *  SNECK_E_STALE when all of it was written before.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_encode(struct sneck_encode_st *st, uint32_t flags,
						      struct sneck_out *out);

/** Says that the announced output is sent, or safely handed to something that will send it.
 *  sneck_out_sent() up to u.transmit.upto says the same, when sneck_process() is given `out`.
 *
 *  Bytes: none. Units: none. RFC: none.
 *  Returns: SNECK_OK.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_transmit_done(struct sneck_transmit_st *st);

/** Says that no more application data will ride with this flight.
 *
 *  Bytes: none. Units: none. RFC: 2.3.
 *  Returns: SNECK_OK.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_may_encrypt_done(struct sneck_may_st *st);

/* ---- receiving -------------------------------------------------------------------------- */

struct sneck_rec {
	uint8_t *data; /* plaintext, inside the memory of `in`; the caller may overwrite it */
	size_t len;
};

/** Yields the next record of application data, decrypted in place. KeyUpdates, tickets and
 *  harmless alerts between records are handled on the way. A record that does not authenticate
 *  ends the iteration; the failure is the next state.
 *
 *  Bytes: rec points into `in` until the next sneck_process() or sneck_release().
 *  Units: rec->len in bytes, never 0. RFC: 5.2.
 *  Returns: SNECK_OK with a record; SNECK_WANT_INPUT when no complete one is left.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_app_next(struct sneck_app_st *st,
							struct sneck_rec *rec);

/** Yields all complete records, up to cap of them, in one call.
 *
 *  Bytes: as sneck_app_next(). Units: cap and *n_recs count records. RFC: 5.2.
 *  Returns: SNECK_OK; *n_recs may be 0, and may be cap while more are left: call again.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_app_batch(struct sneck_app_st *st,
							 struct sneck_rec *recs, size_t cap,
							 size_t *n_recs);

/** Copies plaintext as read(2) would.
 *
 *  Bytes: what does not fit stays in `in`, decrypted, and comes again.
 *  Units: cap and *len in bytes. RFC: 5.2.
 *  Returns: SNECK_OK with *len > 0; SNECK_WANT_INPUT when nothing complete is left;
 *  SNECK_WANT_SPACE when cap is 0.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_app_read(struct sneck_app_st *st, void *dst,
							size_t cap, size_t *len);

/** Upper bound of the next record's plaintext, without decrypting it (padding is hidden).
 *
 *  Bytes: none. Units: bytes. RFC: 5.4.
 *  Returns: the bound; 0 when no complete record is left.
 */
SNECK_API size_t sneck_app_peek(const struct sneck_app_st *st);

/** Gives back the tail of the record that was yielded last; it comes again, and is not decrypted
 *  again.
 *
 *  Bytes: these bytes must be unaltered. Units: len in bytes. RFC: none.
 *  Returns: SNECK_OK; SNECK_E_ARG when len is more than that record had.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_app_unread(struct sneck_app_st *st, size_t len);

/* ---- sending: in any state with SNECK_ST_CAN_ENCRYPT -------------------------------------- */

/** Exact output of sneck_encrypt() for `plain` bytes now: headers, tags, padding, and a control
 *  record that must go first. 0 asks for that control record alone.
 *
 *  Bytes: none. Units: bytes. RFC: 5.1, 5.2, 5.4.
 *  Returns: the size, which holds until another call on the sending side, or until the peer asks
 *  for a KeyUpdate; 0 while SNECK_ST_CAN_ENCRYPT is not set.
 */
SNECK_API size_t sneck_encrypt_size(const struct sneck_conn *conn, size_t plain);

/** Encrypts n pieces, gathered in order and cut into records, and appends them to out. n == 0
 *  writes a waiting control record only.
 *
 *  Bytes: the pieces are read during the call; they must not overlap the free part of out.
 *  consumed may be NULL. Units: *consumed in bytes of plaintext. RFC: 5.1, 5.2.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE: out->required is exact, repeat with that much room (with
 *  SNECK_F_PARTIAL: room for one record of one byte); SNECK_NOT_NOW while
 *  SNECK_ST_CAN_ENCRYPT is not set; SNECK_E_CLOSED after sneck_close_notify();
 *  SNECK_E_KEY_LIMIT when TLS 1.2 has used up its key: close.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_encrypt(struct sneck_conn *conn,
						       const struct sneck_iov *pieces, size_t n,
						       uint32_t flags, struct sneck_out *out,
						       size_t *consumed);

/* Where plaintext must lie so that one record can be made around it. All in bytes. */
struct sneck_layout {
	size_t head, tail; /* to leave free before and behind the plaintext */
	size_t max_plain;  /* of one record */
};

/** Says how to build plaintext where it will be sent, for sneck_encrypt_in_place().
 *
 *  Bytes: none. Units: bytes. RFC: 5.2.
 *  Returns: SNECK_OK; head holds for good, tail as the size above. SNECK_NOT_NOW as above.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_record_layout(const struct sneck_conn *conn,
							     struct sneck_layout *layout);

/** Makes one record of plaintext that the caller wrote `layout.head` bytes behind the unsent part
 *  of out, with no copy.
 *
 *  Bytes: overwritten by the record. Units: plain_len in bytes, 1 to layout.max_plain. RFC: 5.2.
 *  Returns: as sneck_encrypt().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_encrypt_in_place(struct sneck_conn *conn,
								struct sneck_out *out,
								size_t plain_len);

#define SNECK_KU_REQUEST_PEER 1u

/** Rekeys our sending direction: a KeyUpdate goes ahead of the next output. Does nothing while one
 *  waits or while a requested one is unanswered. The library does this by itself before a key is
 *  used up.
 *
 *  Bytes: none. Units: none. RFC: 4.7.3, 5.5.
 *  flags: SNECK_KU_REQUEST_PEER asks the peer to rekey too.
 *  Returns: SNECK_OK; SNECK_NOT_NOW before the handshake is over; SNECK_E_CLOSED after
 *  sneck_close_notify().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_key_update(struct sneck_conn *conn, uint32_t flags);

/** Changes how much plaintext a record of ours carries, as for a connection that begins with small
 *  records and goes on with large ones. What the peer takes (RFC 8449) stays the bound.
 *
 *  Bytes: none. Units: len in bytes, 64 to 16,384; 0: as the config says. RFC: 5.1.
 *  Returns: SNECK_OK; SNECK_E_ARG; SNECK_NOT_NOW while announced output waits.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_set_send_fragment(struct sneck_conn *conn,
								      size_t len);

/** Ends our sending direction. Receiving goes on; may be repeated.
 *
 *  Bytes: appended to out, waiting control records first. Units: none. RFC: 6.1.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with out->required exact; SNECK_NOT_NOW before
 *  SNECK_ST_CAN_ENCRYPT, when sneck_fail() is the way out.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_close_notify(struct sneck_conn *conn,
							    struct sneck_out *out);

/** Gives up for a reason of the application's. The alert is the next output, SNECK_FAILED with
 *  SNECK_E_ABORTED follows it.
 *
 *  Bytes: none. Units: alert is an enum sneck_alert; 0 sends none. RFC: 6.2.
 *  Returns: SNECK_OK; call sneck_process(). SNECK_E_CLOSED when the connection is closed already.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_fail(struct sneck_conn *conn, uint8_t alert);

/* ---- answers ------------------------------------------------------------------------------
 *
 * An answer names its question by st.op and is given once, at once or later, by the thread that
 * owns the connection. Late, repeated, meant for another question or another connection: that is
 * SNECK_E_STALE, nothing happens, and dropping the answer is right. After an answer call
 * sneck_process(). The bytes of an answer are read during the call only. */

/** One entry of the certificate list in SNECK_RECEIVED_CERTIFICATE, leaf first.
 *
 *  Bytes: the spans point into `in` (or the unpacked bytes) while st is current. Units: i from 0.
 *  RFC: 4.5.1.
 *  Returns: SNECK_OK; SNECK_E_ARG when i >= st->n_entries.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_cert_at(const struct sneck_cert_st *st, uint32_t i,
						       struct sneck_cert_entry *entry);

/** Size of the job that sneck_verify_job_pack() would write.
 *
 *  Bytes: none. Units: bytes. RFC: none.
 *  Returns: the size; 0 for a handle of an earlier state.
 */
SNECK_API size_t sneck_verify_job_size(const struct sneck_cert_st *st);

/** Copies everything that judging the chain takes into one flat block without pointers: chain,
 *  name, time, roles, leaf digest. It may outlive the connection, cross to another thread or
 *  process, or simply be dropped. Run it with sneck_verify_job_run().
 *
 *  Bytes: mem is the caller's before and after. Units: cap in bytes. RFC: 4.5.1.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE when cap < sneck_verify_job_size().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_verify_job_pack(const struct sneck_cert_st *st,
							       void *mem, size_t cap);

/** Answers SNECK_RECEIVED_CERTIFICATE (any time from then on: SNECK_NEEDS_SIGNATURE may then never
 *  appear) or SNECK_NEEDS_SIGNATURE.
 *
 *  Bytes: copied. Units: none. RFC: 4.5.1.3, 4.5.2.
 *  Returns: SNECK_OK, also for a refusal, which becomes the next states; SNECK_E_STALE, also when
 *  leaf_id is not the leaf of this connection; SNECK_E_ARG for SNECK_SIG_VALID_DANGEROUS without
 *  SNECK_ASK_VERIFY_SIG.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_verdict(struct sneck_conn *conn, uint64_t op,
							      const struct sneck_verdict *verdict);

/** Answers SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES: what our verifier accepts, best first.
 *
 *  Bytes: copied. Units: n counts schemes, 1 to 32. RFC: 4.3.3.
 *  Returns: SNECK_OK; SNECK_E_ARG for a list that leaves nothing to agree on.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_schemes(struct sneck_conn *conn, uint64_t op,
							      const uint16_t *schemes, size_t n);

/** Answers SNECK_RECEIVED_CLIENT_HELLO: this connection goes on with cfg, its ask bits included.
 *  The one it was made with will do too. The state is shown before scratch is wanted, so that it
 *  is known how much. Behind a HelloRetryRequest the second ClientHello, which may differ in its
 *  key shares alone, is shown as well if cfg asks for it, and takes the same cfg.
 *
 *  Bytes: cfg must outlive the connection. Units: none. RFC: 4.2.2.
 *  Returns: SNECK_OK; SNECK_E_CONFIG when cfg is not sound (sneck_config_check()), has another
 *  provider, needs more scratch than was lent beforehand, or is another one behind a retry: the
 *  question stays open.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_client_hello(struct sneck_conn *conn,
								   uint64_t op,
								   const struct sneck_config *cfg);

/** Answers SNECK_NEEDS_LOCAL_SIGNATURE.
 *
 *  Bytes: copied. Units: len in bytes, 1 to SNECK_SIG_MAX. RFC: 4.5.2.
 *  Returns: SNECK_OK; SNECK_E_OWN_SIGNATURE when it does not verify with the leaf of our
 *  credential, unless config.check_own_signature is 2: the question stays open, so a second attempt
 *  is possible; SNECK_E_ARG; another 0x4xx code when the provider could not check it, which ends
 *  the connection.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_signature(struct sneck_conn *conn,
								uint64_t op, const void *sig,
								size_t len);

/** Answers SNECK_NEEDS_CREDENTIAL. NULL: a client goes on without a certificate.
 *
 *  Bytes: credential, its chain and signer must stay until the scratch comes back. Units: none.
 *  RFC: 4.5.1.2.
 *  Returns: SNECK_OK; SNECK_E_ARG when it is not complete or has no scheme that the peer accepts,
 *  and for NULL on a server: the question stays open.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_answer_credential(struct sneck_conn *conn, uint64_t op,
			const struct sneck_credential *credential);

/** Answers SNECK_NEEDS_UNPACKED_CERTIFICATE with the message that u.unpack.packed unpacks to. Stop
 *  unpacking at u.unpack.length bytes and refuse (bad_certificate) if there are more, or less: that
 *  is all that a bomb can do.
 *
 *  Bytes: not copied; they must stay until the scratch comes back. Units: len in bytes, exactly
 *  u.unpack.length. RFC: 8879, 4.
 *  Returns: SNECK_OK; SNECK_E_ARG for another length: the question stays open.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_unpacked(struct sneck_conn *conn, uint64_t op,
							       const void *bytes, size_t len);

/** Answers any question with no: the handshake ends with this alert, then SNECK_FAILED with
 *  SNECK_E_REFUSED.
 *
 *  Bytes: none. Units: alert is an enum sneck_alert. RFC: 6.2.
 *  Returns: SNECK_OK; call sneck_process().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_answer_refuse(struct sneck_conn *conn, uint64_t op,
							     uint8_t alert);

#ifdef __cplusplus
}
#endif
#endif
