/* SPDX-License-Identifier: MIT */
/* stream.h: what the files of this folder share. stream.c drives a connection over a TCP handle,
 * life.c makes and closes it, listen.c accepts, dial.c connects; both make streams with
 * sneck_uv__make() and set them going with sneck_uv__start(). */
#ifndef UV_STREAM_H
#define UV_STREAM_H

#include <sneck/config.h>
#include <sneck/info.h>
#include <sneck/uv.h>

#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

enum phase { /* in the order of a stream's life */
	     PHASE_DIAL,
	     PHASE_HANDSHAKE,
	     PHASE_OPEN,
	     PHASE_LINGER, /* our alert is out; what still comes is dropped until the peer has seen
			      it */
	     PHASE_GONE	   /* the handles are being closed, the close callback follows */
};

struct dial;
struct tenure;

struct sneck_uv {
	uv_tcp_t tcp;
	uv_timer_t timer;
	uv_idle_t idle; /* runs the stream soon, outside the application's call */
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct sneck_uv_options opt; /* with the defaults filled in */
	struct sneck_uv_server *server;
	struct tenure *tenure;	      /* of the server, whose config this stream has */
	struct sneck_uv *prev, *next; /* in server->streams */
	struct dial *dial;
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	void *scratch;
	uint8_t *flight; /* memory that the kernel still reads */
	uint8_t *early;	 /* plaintext written before open */
	size_t early_len;
	size_t need;			 /* contiguous bytes the connection wants from in.head on */
	size_t queue_seen;		 /* bytes in flight when the timer looked last */
	uint64_t born, last, moved, due; /* ms on the loop's clock */
	uint64_t asked_op;		 /* the question that the application was shown last, */
	int32_t asked_state;		 /* and as what */
	enum sneck_rc err;		 /* found outside run(), ends the stream at its next step */
	enum sneck_rc rc;		 /* for the close callback */
	int sys;			 /* libuv's number behind SNECK_E_SYSTEM */
	enum phase phase;
	uint8_t handles; /* left to close */
	bool running, paused, ended, aborted, want_read, want_drain, peer_closed, end_told;
	struct sockaddr_storage peer;
	char host[256]; /* a client's name, which the connection does not copy */
};

/* Reads the options, with their defaults. SNECK_E_SIZE, SNECK_E_CONFIG. */
enum sneck_rc sneck_uv__options(struct sneck_uv_options *dst, const struct sneck_uv_options *src,
				int role, struct sneck_note *why);

/* Makes a stream without handles; NULL: no memory. Until sneck_uv__begin() it may be dropped. */
enum sneck_rc sneck_uv__make(struct sneck_uv **s, const struct sneck_uv_options *opt, int role);
void sneck_uv__drop(struct sneck_uv *s);

/* Opens the handles; from now on the stream ends through its close callback. */
void sneck_uv__begin(struct sneck_uv *s, uv_loop_t *loop);

static inline uint64_t sneck_uv__now(const struct sneck_uv *s)
{
	return uv_now(s->timer.loop);
}

static inline size_t sneck_uv__in_flight(const struct sneck_uv *s)
{
	return s->flight == NULL ? 0 : uv_stream_get_write_queue_size((const uv_stream_t *)&s->tcp);
}

/* Milliseconds since 1970, of the system's clock. */
uint64_t sneck_uv__wall(void);

/* Sets the timer for the deadline that comes first. */
void sneck_uv__arm(struct sneck_uv *s);

/* Notes what libuv said; the stream ends at its next step. */
void sneck_uv__fail_system(struct sneck_uv *s, int error);

/* TCP is connected: runs the handshake. */
void sneck_uv__start(struct sneck_uv *s);

/* Says close_notify if nothing else waits to be sent, and does not wait for it to arrive. */
void sneck_uv__part(struct sneck_uv *s);

/* Ends the stream. Only from a callback of the loop, never inside a call of the application. */
void sneck_uv__finish(struct sneck_uv *s, enum sneck_rc rc);
void sneck_uv__finish_system(struct sneck_uv *s, int error);
void sneck_uv__on_closed(uv_handle_t *handle);

/* listen.c: the core is about to work for this stream, and may call back; a stream of this server
 * is gone. */
void sneck_uv__server_at(struct sneck_uv *s);
void sneck_uv__server_left(struct sneck_uv_server *server, struct sneck_uv *s);
void sneck_uv__tenure_left(struct tenure *t); /* its memory is, too */

/* dial.c: nobody waits for the resolver any more; an address that is late is given up when there is
 * another; the memory. */
void sneck_uv__dial_forget(struct sneck_uv *s);
void sneck_uv__dial_late(struct sneck_uv *s);
void sneck_uv__dial_close(struct dial *d);

#define DIAL_ATTEMPT_MS 2500u /* for one address, when there are more */

#endif
