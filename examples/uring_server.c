/* SPDX-License-Identifier: MIT */
/* uring_server.c: an echo server on io_uring with provided buffers. The kernel picks a buffer when
 * bytes arrive, records are decrypted where it put them, and the buffer goes back at once; only a
 * record that is not whole yet is carried over. One operation is in flight for each client.
 * Usage: uring_server CHAIN-FILE KEY-FILE */
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BUFS = 64, BUF_SIZE = 16 * 1024, GROUP = 1 };

struct client {
	struct stream s; /* whose in_mem carries a record that is not whole */
	size_t need;	 /* bytes that this record misses */
	int over;
};

static struct io_uring ring;
static struct io_uring_buf_ring *pool;
static uint8_t buffers[BUFS][BUF_SIZE];

static void give_back(unsigned id)
{
	io_uring_buf_ring_add(pool, buffers[id], BUF_SIZE, (unsigned short)id, BUFS - 1, 0);
	io_uring_buf_ring_advance(pool, 1);
}

/* Uses up what is in `in`. */
static void drive(struct client *c)
{
	struct stream *const s = &c->s;
	struct sneck_rec rec;
	struct sneck_status st;
	size_t n;
	int result;

	do {
		result = sneck_pump(s->conn, &s->in, &s->out, &rec, 1, &n, &st);
		if (n != 0)
			must("echo",
			     sneck_encrypt(s->conn, &(struct sneck_iov){ rec.data, rec.len }, 1, 0,
					   &s->out, NULL));
	} while (result == SNECK_PUMP_RECORDS);
	if (result == SNECK_PUMP_EOF)
		must("end", sneck_close_notify(s->conn, &s->out));
	c->need = st.u.more.num_bytes;
	c->over = result != SNECK_PUMP_WANT_INPUT; /* what is in `out` is the last of it */
}

/* Bytes in a buffer of the kernel's: those that a carried record misses are added to it, the others
 * are decrypted where they are. */
static void received(struct client *c, uint8_t *bytes, size_t len)
{
	struct sneck_in *const in = &c->s.in;

	while (len != 0 && !c->over) {
		size_t take = c->need != 0 && c->need < len ? c->need : len, room;

		if (in->len == 0) {
			must("buffer", sneck_in_lend(in, bytes, len));
		} else {
			memcpy(sneck_in_space(in, take, &room), bytes, take);
			sneck_in_added(in, take);
		}
		drive(c);
		bytes += take;
		len -= take;
	}
	must("carry", sneck_in_rebase(in, c->s.in_mem, sizeof c->s.in_mem));
}

/* What follows for a client: sending comes first. */
static void go_on(struct client *c)
{
	const struct sneck_span bytes = sneck_out_unsent(&c->s.out);
	struct io_uring_sqe *const sqe = io_uring_get_sqe(&ring); /* there is always one */

	if (bytes.len != 0) {
		io_uring_prep_send(sqe, c->s.fd, bytes.p, bytes.len, MSG_NOSIGNAL);
	} else {
		io_uring_prep_recv(sqe, c->s.fd, NULL, BUF_SIZE, 0);
		sqe->flags = IOSQE_BUFFER_SELECT;
		sqe->buf_group = GROUP;
	}
	io_uring_sqe_set_data(sqe, c);
}

/* An operation ended: c->s.out is not empty if it was sending. */
static void completed(struct client *c, int res, unsigned flags)
{
	const unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;

	if (res > 0 && c->s.out.len != 0)
		sneck_out_sent(&c->s.out, (size_t)res);
	else if (res > 0)
		received(c, buffers[id], (size_t)res);
	if (flags & IORING_CQE_F_BUFFER)
		give_back(id);
	if ((res > 0 || res == -ENOBUFS) && (c->s.out.len != 0 || !c->over)) {
		go_on(c); /* when there are no buffers others will give some back */
	} else {
		stream_end(&c->s);
		free(c);
	}
}

int main(int argc, char **argv)
{
	const struct sneck_credential *const who = argc == 3 ? own(argv[1], argv[2]) : NULL;
	const struct sneck_config cfg = { SNECK_CONFIG_INIT, .provider = sneck_provider_libcrypto(),
					  .credentials = &who, .n_credentials = 1,
					  .recv_record_limit =
						  16384 }; /* else as much as was lent */
	struct io_uring_buf_reg reg = {.ring_entries = BUFS, .bgid = GROUP };
	struct io_uring_cqe *cqe;

	pool = aligned_alloc(4096, 4096);
	reg.ring_addr = (uintptr_t)pool;
	if (io_uring_queue_init(64, &ring, 0) || io_uring_register_buf_ring(&ring, &reg, 0))
		die("io_uring", "this kernel has none with provided buffers");
	io_uring_buf_ring_init(pool);
	for (unsigned id = 0; id < BUFS; id++)
		give_back(id);
	io_uring_prep_multishot_accept(io_uring_get_sqe(&ring), listen_here(), NULL, NULL, 0);
	while (io_uring_submit_and_wait(&ring, 1) >= 0 && io_uring_peek_cqe(&ring, &cqe) == 0) {
		struct client *c = io_uring_cqe_get_data(cqe);

		if (c == NULL) {
			c = calloc(1, sizeof *c);
			if (c == NULL || cqe->res < 0)
				die("accept", "no more");
			stream_begin(&c->s, cqe->res, &cfg, NULL);
			go_on(c);
		} else {
			completed(c, cqe->res, cqe->flags);
		}
		io_uring_cqe_seen(&ring, cqe);
	}
	die("io_uring", "it failed");
}
