/* SPDX-License-Identifier: MIT */
/* sneck/uv.h: TLS on libuv. An optional layer (libsneck-uv): it allocates, owns buffers and timers,
 * and drives sneck_process() so that the application sees plaintext and endings only.
 *
 * Everything happens on the thread of the loop, and no callback runs inside a call that the
 * application makes: a callback may call any function here, on any stream, closing included.
 * <uv.h> is not needed to read this header: uv_loop_t is struct uv_loop_s, uv_stream_t is struct
 * uv_stream_s.
 */
#ifndef SNECK_UV_H
#define SNECK_UV_H

#include "conn.h"

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s;
struct uv_stream_s;
struct sockaddr;

struct sneck_uv;        /* one TLS stream over a uv_stream_t */
struct sneck_uv_server; /* one listening socket */

/* What the application does. Only read and close must be set. A handler is const and shared. */
struct sneck_uv_handler {
	uint32_t size; /* SNECK_UV_HANDLER_INIT */
	uint32_t rsv;

	/* The handshake is done and the peer is who the config wants. */
	void (*open)(struct sneck_uv *s);

	/* Plaintext, in place; valid, and writable, during the callback. */
	void (*read)(struct sneck_uv *s, uint8_t *data, size_t len);

	/* All that was written is with the kernel, after sneck_uv_write() said SNECK_WANT_SPACE. */
	void (*drain)(struct sneck_uv *s);

	/* The peer sends no more; writing still works. NULL: close our side too, when drained.
	 * When our side is closed already close follows at once, and end is not called. */
	void (*end)(struct sneck_uv *s);

	/* Called once, last; s is gone afterwards. rc is SNECK_OK for an end with close_notify in
	 * both directions. */
	void (*close)(struct sneck_uv *s, enum sneck_rc rc);

	/* A state that the config asks for and this layer does not take itself. To a question
	 * (st->op is not 0) 1: answered, or will be, followed by sneck_uv_kick(); 0: refuse. To a
	 * notice no matter. NULL: questions are refused. */
	int (*state)(struct sneck_uv *s, const struct sneck_status *st);

	/* A client has its TCP connection; TLS begins. May be NULL. */
	void (*connect)(struct sneck_uv *s);

	/* A server's early data, which it accepted at SNECK_NEEDS_EARLY_DATA_DECISION; may have
	 * been sent before, by anybody. Before open. NULL: it is dropped. */
	void (*early)(struct sneck_uv *s, uint8_t *data, size_t len);
};

#ifdef __cplusplus
#define SNECK_UV_HANDLER_INIT (uint32_t)sizeof(struct sneck_uv_handler)
#define SNECK_UV_INIT (uint32_t)sizeof(struct sneck_uv_options)
#else
#define SNECK_UV_HANDLER_INIT .size = (uint32_t)sizeof(struct sneck_uv_handler)
#define SNECK_UV_INIT .size = (uint32_t)sizeof(struct sneck_uv_options)
#endif

struct sneck_uv_options {
	uint32_t size;                        /* SNECK_UV_INIT */
	uint32_t rsv;
	const struct sneck_config *config;    /* must be set */
	const struct sneck_uv_handler *handler; /* must be set */
	void *user;                           /* first value of sneck_uv_user() */

	uint32_t handshake_timeout_ms;        /* from the first byte, not reset by progress;
	                                         0: 10,000, a client 15,000 */
	uint32_t idle_timeout_ms;             /* no byte in either direction; 0: 60,000 */
	uint32_t write_stall_ms;              /* queued bytes that do not move; 0: 30,000 */
	uint32_t high_water;                  /* bytes queued before SNECK_WANT_SPACE; 0: 65,536 */
	uint32_t max_streams;                 /* of a server; 0: 4,096 */
	uint32_t backlog;                     /* 0: 1,024 */
	uint32_t in_size;                     /* receive memory of a busy stream; 0: 17,408. An idle
	                                         stream holds none */
};

/** Listens for TLS connections.
 *
 *  Bytes: options and addr are read during the call; config and handler must outlive the server and
 *  its streams. why may be NULL. Units: none. RFC: none.
 *  Returns: SNECK_OK; SNECK_E_SYSTEM when the address cannot be had (why says which, and what
 *  helps); SNECK_E_CONFIG as sneck_config_check(); SNECK_E_NO_MEMORY.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_uv_listen(struct sneck_uv_server **server,
							 struct uv_loop_s *loop,
							 const struct sockaddr *addr,
							 const struct sneck_uv_options *options,
							 struct sneck_note *why);

/** The TCP port that a server listens on, for servers that asked for port 0.
 *
 *  Bytes: none. Units: host order. RFC: none.
 *  Returns: the port; 0 for a socket that has none.
 */
SNECK_API uint16_t sneck_uv_server_port(const struct sneck_uv_server *server);

/** Gives connections that are accepted from now on another config; the others go on with theirs.
 *
 *  Bytes: config must outlive its streams. The one that it replaces is left when the last of its
 *  streams is closed, which may be now: left(user) is called then, and may be NULL. Units: none.
 *  RFC: none.
 *  Returns: SNECK_OK; SNECK_E_CONFIG and the like as sneck_config_check(), and nothing has changed;
 *  SNECK_E_NO_MEMORY.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_uv_server_config(struct sneck_uv_server *server, const struct sneck_config *config,
		       void (*left)(void *user), void *user, struct sneck_note *why);

/** Stops accepting. Streams go on; with grace_ms those that are left then are closed.
 *
 *  Bytes: the server is freed when its last stream is closed; closed(user) is called then and may
 *  be NULL. Units: grace_ms; 0: wait for ever. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_uv_server_close(struct sneck_uv_server *server, uint32_t grace_ms,
				     void (*closed)(void *user), void *user);

/** Connects to a host by name or address: DNS, TCP (both address families), TLS. The name is also
 *  what the certificate must be for.
 *
 *  Bytes: host and options are read during the call; what they point to stays as for
 *  sneck_uv_listen(). Units: port in host order. RFC: 8305; 6066, 3; 9525.
 *  Returns: SNECK_OK; open or close will be called. SNECK_E_CONFIG, SNECK_E_ARG, SNECK_E_NO_MEMORY.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_uv_connect(struct sneck_uv **s,
							  struct uv_loop_s *loop,
							  const char *host, uint16_t port,
							  const struct sneck_uv_options *options);

/** Writes plaintext: all of it, or nothing. Before open it is kept and sent as soon as it may.
 *
 *  Bytes: encrypted (or copied) during the call; the pieces are the caller's afterwards.
 *  Units: n counts pieces. RFC: 5.2.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE: nothing was taken, more than high_water is queued, wait for
 *  drain; SNECK_E_CLOSED after sneck_uv_end().
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_uv_write(struct sneck_uv *s,
							const struct sneck_iov *pieces, size_t n);

/** Sends early data, inside handler.state at SNECK_MAY_ENCRYPT_EARLY_DATA and nowhere else: all of
 *  it, or nothing. What the peer refuses (SNECK_EARLY_DATA_RESULT) is the application's to write
 *  again.
 *
 *  Bytes: encrypted during the call. Units: n counts pieces. RFC: 2.3, 4.3.10.
 *  Returns: SNECK_OK; SNECK_NOT_NOW: more than the session allows; SNECK_E_NO_MEMORY;
 *    SNECK_E_UNSUPPORTED: built without early data.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_uv_write_early(struct sneck_uv *s,
							      const struct sneck_status *st,
							      const struct sneck_iov *pieces,
							      size_t n);

/** Stops and restarts read callbacks. While paused the kernel's buffer fills and the peer waits.
 *
 *  Bytes: none. Units: none. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_uv_pause(struct sneck_uv *s);
SNECK_API void sneck_uv_resume(struct sneck_uv *s);

/** Ends our sending direction with close_notify, behind all that was written.
 *
 *  Bytes: none. Units: none. RFC: 6.1.
 *  Returns: nothing; close follows when the peer has ended too.
 */
SNECK_API void sneck_uv_end(struct sneck_uv *s);

/** Gives up at once: an alert if it can be sent without waiting, then close.
 *
 *  Bytes: s lives until its close callback. Units: alert is an enum sneck_alert; 0 sends none.
 *  RFC: 6.2.
 *  Returns: nothing.
 */
SNECK_API void sneck_uv_abort(struct sneck_uv *s, uint8_t alert);

/** Goes on after the application has answered a decision on sneck_uv_conn(s), or has asked for a
 *  KeyUpdate there.
 *
 *  Bytes: none. Units: none. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_uv_kick(struct sneck_uv *s);

/** The connection (for answers, facts, exporters; never for sneck_process()), the uv stream, the
 *  application's pointer, and the server that accepted s (NULL for a client).
 *
 *  Bytes: conn lives until the close callback returns, stream until it is called. Units: none.
 *  RFC: none.
 *  Returns: as named.
 */
SNECK_API struct sneck_conn *sneck_uv_conn(struct sneck_uv *s);
SNECK_API struct uv_stream_s *sneck_uv_stream(struct sneck_uv *s);
SNECK_API void *sneck_uv_user(const struct sneck_uv *s);
SNECK_API struct sneck_uv_server *sneck_uv_server_of(const struct sneck_uv *s);

/** The stream of a server that a connection's callback is about: the trace or key log of a config,
 *  a verifier or signer, which know nothing of streams.
 *
 *  Bytes: the stream is to be looked at, not to be changed. Units: none. RFC: none.
 *  Returns: the stream; outside such a callback the one that was worked for last, or NULL.
 */
SNECK_API const struct sneck_uv *sneck_uv_server_at(const struct sneck_uv_server *server);

/** The peer's address and port as text, "192.0.2.1:4711".
 *
 *  Bytes: dst is the caller's; the text ends with NUL and is cut to cap. Units: cap in bytes; 64
 *  hold every address. RFC: 5952.
 *  Returns: the length of the whole text; 0 when the stream has no address.
 */
SNECK_API size_t sneck_uv_address(const struct sneck_uv *s, char *dst, size_t cap);

/** What the system said, behind a close with SNECK_E_SYSTEM: libuv's number, UV_ECONNREFUSED or
 *  UV_EAI_NONAME, for uv_strerror().
 *
 *  Bytes: none. Units: an error number of libuv, negative. RFC: none.
 *  Returns: the number; 0 when the system refused nothing.
 */
SNECK_API int sneck_uv_error(const struct sneck_uv *s);

/** Sets the application's pointer.
 *
 *  Bytes: never looked at. Units: none. RFC: none.
 *  Returns: nothing.
 */
SNECK_API void sneck_uv_set_user(struct sneck_uv *s, void *user);

#ifdef __cplusplus
}
#endif
#endif
