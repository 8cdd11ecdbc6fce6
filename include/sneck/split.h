/* SPDX-License-Identifier: MIT */
/* sneck/split.h: one connection on two threads, without a lock.
 *
 * After the handshake the sending side of a connection can be split off: it becomes a connection of
 * its own, in memory of its own, that shares no byte and no cache line with the other. Each half
 * then belongs to one thread, as every connection does, and is used with the ordinary functions:
 *
 *	conn    receives: sneck_process(conn, &in, NULL, &st), sneck_app_*()
 *	tx      sends: sneck_encrypt(), sneck_close_notify(), sneck_key_update(), ...,
 *	        and sneck_process(tx, NULL, &out, &st) where only a control record is to be sent
 *
 * What received data demands of the sender (a KeyUpdate in return, an alert) travels as a small
 * value, struct sneck_action, by whatever queue the application has. The size of the next output
 * stays exact, because nothing but the sender's own calls changes the sending half.
 *
 *	// receiving thread                              // sending thread
 *	sneck_process(conn, &in, NULL, &st);
 *	while (sneck_action_take(conn, &act) == SNECK_OK)
 *		push(queue, act);                        while (pop(queue, &act))
 *	                                                 	sneck_action_enact(tx, &act);
 *	                                                 sneck_process(tx, NULL, &out, &st);
 *
 * A half that has no more to do is SNECK_CLOSED: conn when close_notify came, tx when it was sent.
 * The receiving half does not know what tx has asked for: KeyUpdates that answer
 * SNECK_KU_REQUEST_PEER count as if they came unasked, and more than 32 of them without data
 * between are a flood. Each half is wiped by itself. Callbacks of the config (trace) are called by
 * both threads.
 */
#ifndef SNECK_SPLIT_H
#define SNECK_SPLIT_H

#include "conn.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SNECK_SPLIT_ALIGN 64u /* of the memory of the sending half: a cache line */

/** Memory that the sending half needs.
 *
 *  Bytes: none. Units: bytes; whole cache lines. RFC: none.
 *  Returns: the size; at most SNECK_CONN_MAX.
 */
SNECK_API size_t sneck_split_size(const struct sneck_conn *conn);

/** Splits the sending side off. The cursors stay as they are: `in` goes on with conn, `out` with
 *  tx, and facts of each half are those of its own direction.
 *
 *  Bytes: mem, aligned to SNECK_SPLIT_ALIGN, holds the sending half until sneck_conn_wipe(tx); both
 *  halves may be moved as any connection. Units: len in bytes. RFC: none.
 *  Returns: SNECK_OK, *tx == mem; SNECK_WANT_SPACE when len < sneck_split_size(); SNECK_E_ARG for a
 *  misaligned mem; SNECK_NOT_NOW before the handshake is over or while output waits; SNECK_E_CLOSED
 *  when there is no sending side any more; SNECK_E_MISUSE for a half.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_split(struct sneck_conn *conn, void *mem, size_t len,
						     struct sneck_conn **tx);

enum sneck_action_kind {
	SNECK_ACTION_KEY_UPDATE = 1, /* the peer renewed its key; answer: it wants ours renewed */
	SNECK_ACTION_END = 2,	     /* receiving failed: the alert, if it is ours, then FAILED */
	SNECK_ACTION_WARN = 3	     /* TLS 1.2: an alert that is not fatal */
};

/* From the receiving half to the sending half: plain data. Frozen. */
struct sneck_action {
	uint32_t kind; /* enum sneck_action_kind */
	int32_t err;   /* enum sneck_rc */
	uint8_t alert; /* enum sneck_alert: to be sent with err, or received */
	uint8_t answer;
	uint8_t rsv[6];
};
SNECK_STATIC_ASSERT(sizeof(struct sneck_action) == 16, "struct sneck_action is frozen");

/** Takes what the receiving half wants of the sending half. SNECK_ST_TX_PENDING in the status says
 *  that there is something; requests for a KeyUpdate that nobody took are merged.
 *
 *  Bytes: *act is written. Units: none. RFC: 4.7.3, 6.
 *  Returns: SNECK_OK: bring it to sneck_action_enact(), in order; SNECK_WANT_INPUT when there is
 *  nothing; SNECK_E_MISUSE when conn is no receiving half.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_action_take(struct sneck_conn *conn,
							   struct sneck_action *act);

/** Does what the receiving half asked for: a KeyUpdate goes ahead of the next output; an alert is
 *  the next output, and SNECK_FAILED follows it.
 *
 *  Bytes: act is read during the call. Units: none. RFC: 4.7.3, 6.
 *  Returns: SNECK_OK; SNECK_E_ARG for an action that sneck_action_take() did not make;
 *  SNECK_E_MISUSE when tx is no sending half.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_action_enact(struct sneck_conn *tx,
							    const struct sneck_action *act);

#ifdef __cplusplus
}
#endif
#endif
