/* SPDX-License-Identifier: MIT */
/* sneck/external.h: records are protected elsewhere, or the connection lives on elsewhere.
 *
 * External mode is for QUIC, from the first byte on (sneck_conn_set_quic()), and for kernel TLS,
 * after a handshake over records (sneck_into_external()). Handshake bytes then come and go without
 * records, by sneck_ext_process() and sneck_encode(), and SNECK_KEYS_READY hands out traffic
 * secrets, each before the first byte that needs it:
 *
 *	for (;;) {
 *		switch (sneck_ext_process(conn, level, 22, &in[level], &st)) {
 *		case SNECK_KEYS_READY:            // st.u.keys: level, direction, secret
 *			install(&st.u.keys);
 *			sneck_keys_taken(&st.u.keys);
 *			break;
 *		case SNECK_MUST_ENCRYPT_TLS_DATA: // st.u.encode says for which level
 *			sneck_encode(&st.u.encode, 0, &out);
 *			break;                    // send `out`, then sneck_out_sent()
 *		case SNECK_NEEDS_MORE_TLS_DATA:
 *		case SNECK_TRAFFIC_TRANSIT:       // bytes of the next level, or receive
 *			break;
 *		default:                          // SNECK_FAILED: st.alert is for QUIC's
 *			return st.err;            // CONNECTION_CLOSE
 *		}
 *	}
 *
 * All other states and their answers are those of sneck_process(). Alerts are output in kernel TLS;
 * in QUIC they are not, and SNECK_FAILED comes at once.
 *
 * Moving: sneck_save() turns an open connection into a block of bytes, sneck_restore() makes a
 * connection of it, in another process or on another machine. A move, never a copy: two copies
 * would repeat nonces. Bytes that lie in the cursors are the caller's to take along: what `in`
 * holds of records that were not opened goes into the new `in`, what `out` holds is sent before
 * anything that the new connection writes.
 */
#ifndef SNECK_EXTERNAL_H
#define SNECK_EXTERNAL_H

#include "conn.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_quic; /* config.h */

enum sneck_level {
	SNECK_LEVEL_INITIAL = 0,
	SNECK_LEVEL_EARLY = 1, /* kept for 0-RTT */
	SNECK_LEVEL_HANDSHAKE = 2,
	SNECK_LEVEL_APP = 3
};

/** Makes a connection one for QUIC, before scratch is lent.
 *
 *  Bytes: *quic and what it points to stay until the handshake is over; its params make
 *  st.u.scratch.size larger than sneck_scratch_size() by their length, rounded up to SNECK_ALIGN.
 *  Units: none. RFC: 9001, 8.
 *  Returns: SNECK_OK; SNECK_E_CONFIG without config.alpn, which QUIC requires; SNECK_NOT_NOW when
 *  scratch is lent or the handshake has begun.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_conn_set_quic(struct sneck_conn *conn,
							     struct sneck_quic *quic);

/** sneck_process() without records.
 *
 *  Bytes: `in` holds bytes of one level only, in order and without gaps; each level has a cursor
 *  of its own, from position 0 on. `in` may be NULL as long as nothing received is unconsumed.
 *  One `out` serves all levels, for sneck_encode(): what it writes is of the level that u.encode
 *  says.
 *  Units: content is 22 (handshake: all that QUIC has) or 21 (alert), of the bytes that are new.
 *  RFC: 9001, 4.1; 4, 5.
 *  Returns: st->state. SNECK_NEEDS_MORE_TLS_DATA: u.more.num_bytes are missing of a message that
 *  has begun. A refusal, SNECK_E_ARG, for bytes of a level whose key was not handed out: keep them.
 */
SNECK_API int sneck_ext_process(struct sneck_conn *conn, int level, int content,
				struct sneck_in *in, struct sneck_status *st);

/** Says that the secret of SNECK_KEYS_READY is installed.
 *
 *  Bytes: of QUIC's application secrets nothing is left here then. Units: none.
 *  RFC: 7.3; 9001, 5.1.
 *  Returns: SNECK_OK; SNECK_E_STALE when it was said before.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_keys_taken(struct sneck_keys_st *st);

/** Hands record protection to something else, as the kernel, at a record boundary: receive exactly
 *  u.more.num_bytes at a time until `in` is empty, and send what waits. From then on there are
 *  sneck_ext_process() for control records, as they come, sneck_key_update() and
 *  sneck_close_notify(), whose two bytes are the content of an alert. Who protects the records
 *  counts them too: call sneck_key_update() before a key is used up.
 *
 *  Bytes: the secrets in *write and *read live until the next call on conn; wipe your copies. The
 *  cursors for control records begin anew, at position 0.
 *  Units: seq counts records. RFC: 7.2, 7.3.
 *  Returns: SNECK_OK; SNECK_NOT_NOW outside SNECK_TRAFFIC_TRANSIT or with received bytes or output
 *  left; SNECK_E_UNSUPPORTED without config.allow_extraction.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_into_external(struct sneck_conn *conn,
							     struct sneck_keys_st *write,
							     struct sneck_keys_st *read);

#define SNECK_SEAL_KEY_LEN 32u

/** Size of the block that sneck_save() writes.
 *
 *  Bytes: none. Units: bytes. RFC: none.
 *  Returns: the size; 0 when the connection cannot be saved now.
 */
SNECK_API size_t sneck_save_size(const struct sneck_conn *conn);

/** Moves a connection into a block of bytes, encrypted and authenticated under a key of the
 *  caller's: whoever has both has the connection. Afterwards conn is good for sneck_conn_wipe()
 *  only; all else answers SNECK_E_MOVED.
 *
 *  Bytes: dst is the caller's; seal_key is SNECK_SEAL_KEY_LEN secret bytes, which may seal any
 *  number of blocks. Units: cap and *len in bytes. RFC: none.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with *len as needed; SNECK_NOT_NOW before the handshake is
 *  over, while handshake output waits, while `in` holds opened records or a part of a message (call
 *  sneck_process() with more input, or sneck_release()), and for halves and connections whose
 *  records are protected elsewhere; SNECK_E_UNSUPPORTED without config.allow_save.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_save(struct sneck_conn *conn,
						    const uint8_t *seal_key, void *dst, size_t cap,
						    size_t *len);

/** Makes a connection of a saved block. Both cursors start new, at position 0.
 *
 *  Bytes: mem as in sneck_conn_init(); src is read during the call: wipe it; seal_key as given to
 *  sneck_save(). cfg must outlive the connection; it has the suite and the ALPN name that were
 *  agreed, and may be of another provider. Units: bytes. RFC: none.
 *  Returns: SNECK_OK, *conn == mem; SNECK_WANT_SPACE when len < sneck_conn_size(); SNECK_E_ARG for
 *  a block that is damaged, sealed under another key or of another revision, and for a misaligned
 *  mem; SNECK_E_CONFIG when cfg does not allow what was agreed, or fails sneck_config_check().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_restore(void *mem, size_t len,
						       const struct sneck_config *cfg,
						       const uint8_t *seal_key, const void *src,
						       size_t src_len, struct sneck_conn **conn);

#ifdef __cplusplus
}
#endif
#endif
