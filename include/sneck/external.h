/* SPDX-License-Identifier: MIT */
/* sneck/external.h: records are protected elsewhere, or the connection lives on elsewhere.
 *
 * Moving: sneck_save() turns an open connection into a block of bytes, sneck_restore() makes a
 * connection of it, in another process or on another machine. A move, never a copy: two copies would
 * repeat nonces. Bytes that lie in the cursors are the caller's to take along: what `in` holds of
 * records that were not opened goes into the new `in`, what `out` holds is sent before anything that
 * the new connection writes.
 */
#ifndef SNECK_EXTERNAL_H
#define SNECK_EXTERNAL_H

#include "conn.h"

#ifdef __cplusplus
extern "C" {
#endif

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
 *  Returns: SNECK_OK, *conn == mem; SNECK_WANT_SPACE when len < sneck_conn_size(); SNECK_E_ARG for a
 *  block that is damaged, sealed under another key or of another revision, and for a misaligned mem;
 *  SNECK_E_CONFIG when cfg does not allow what was agreed, or fails sneck_config_check().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_restore(void *mem, size_t len,
						       const struct sneck_config *cfg,
						       const uint8_t *seal_key, const void *src,
						       size_t src_len, struct sneck_conn **conn);

#ifdef __cplusplus
}
#endif
#endif
