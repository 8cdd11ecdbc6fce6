/* SPDX-License-Identifier: MIT */
/* client.c: one HTTPS request over a blocking socket. Read this one first: it is the whole loop,
 * and all the memory. Usage: client HOST [PORT [CA-FILE]] */
#include "common.h"

#include <stdio.h>
#include <unistd.h>

/* The connection for its whole life; the scratch until the handshake is over; two buffers. `in` has
 * to hold one whole record, 16,645 bytes at most, and each handshake message. */
static _Alignas(SNECK_ALIGN) uint8_t conn_mem[SNECK_CONN_MAX], scratch[SNECK_SCRATCH_MAX];
static uint8_t in_mem[20 * 1024], out_mem[4 * 1024];

static enum sneck_rc get(int fd, struct sneck_conn *conn, const char *host)
{
	const struct sneck_iov request[] = { { "GET / HTTP/1.0\r\nHost: ", 22 },
					     { host, strlen(host) },
					     { "\r\n\r\n", 4 } };
	struct sneck_in in;
	struct sneck_out out;
	struct sneck_status st;
	struct sneck_rec rec;
	int asked = 0;

	sneck_in_init(&in, in_mem, sizeof in_mem);
	sneck_out_init(&out, out_mem, sizeof out_mem);
	for (;;) {
		const int state = sneck_process(conn, &in, &out, &st);

		if (!asked && (st.flags & SNECK_ST_CAN_ENCRYPT)) { /* rides with our Finished */
			SNECK_TRY(sneck_encrypt(conn, request, 3, 0, &out, NULL));
			asked = 1;
		}
		switch (state) {
		case SNECK_MUST_TRANSMIT_TLS_DATA:
			if (flush(fd, &out) != 0)
				return SNECK_E_SYSTEM;
			break;
		case SNECK_APP_DATA_AVAILABLE: /* decrypted where it was received */
			while (sneck_app_next(&st.u.app, &rec) == SNECK_OK)
				fwrite(rec.data, 1, rec.len, stdout);
			break;
		case SNECK_NEEDS_MORE_TLS_DATA:
		case SNECK_TRAFFIC_TRANSIT:
			if (flush(fd, &out) != 0 || fill(fd, &in) != 0)
				return SNECK_E_SYSTEM;
			break;
		case SNECK_PEER_CLOSED: /* we have nothing more to say either */
			SNECK_TRY(sneck_close_notify(conn, &out));
			if (flush(fd, &out) != 0)
				return SNECK_E_SYSTEM;
			break;
		case SNECK_CLOSED:
			return SNECK_OK;
		case SNECK_FAILED: /* the alert, if there was one to send, went out before */
			return (enum sneck_rc)st.err;
		default: /* a state that the config would have to ask for */
			return SNECK_E_INTERNAL;
		}
	}
}

int main(int argc, char **argv)
{
	const char *const host = argc > 1 ? argv[1] : "localhost";
	const struct sneck_config cfg = {
		SNECK_CONFIG_INIT,
		.provider = sneck_provider_libcrypto(),
		.verifier = trust(argc > 3 ? argv[3] : NULL),
	};
	const int fd = dial(host, argc > 2 ? argv[2] : "443");
	struct sneck_conn *conn;
	enum sneck_rc rc;

	must("connection",
	     sneck_conn_init(conn_mem, sizeof conn_mem, &cfg, SNECK_CLIENT, now_ms(), &conn));
	must("scratch", sneck_conn_set_scratch(conn, scratch, sizeof scratch));
	must(host, sneck_conn_set_name(conn, host, strlen(host)));
	rc = get(fd, conn, host);
	sneck_conn_wipe(conn);
	close(fd);
	must(host, rc);
	return 0;
}
