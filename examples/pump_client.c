/* SPDX-License-Identifier: MIT */
/* pump_client.c: client.c with the read/write pair of sneck/pump.h, for programs that ask nothing
 * of the handshake. Usage: pump_client HOST [PORT [CA-FILE]] */
#include "common.h"

#include <stdio.h>

static struct stream s;

static enum sneck_rc get(const char *host)
{
	const struct sneck_iov request[] = { { "GET / HTTP/1.0\r\nHost: ", 22 },
					     { host, strlen(host) },
					     { "\r\n\r\n", 4 } };
	struct sneck_status st;
	struct sneck_rec recs[8];
	size_t n;
	int asked = 0;

	for (;;) {
		const int result = sneck_pump(s.conn, &s.in, &s.out, recs, 8, &n, &st);

		for (size_t i = 0; i < n; i++)
			fwrite(recs[i].data, 1, recs[i].len, stdout);
		if (!asked && (st.flags & SNECK_ST_CAN_ENCRYPT)) {
			SNECK_TRY(sneck_encrypt(s.conn, request, 3, 0, &s.out, NULL));
			asked = 1;
		}
		if (result == SNECK_PUMP_EOF)
			SNECK_TRY(sneck_close_notify(s.conn, &s.out));
		if (flush(s.fd, &s.out) != 0) /* whatever it was: send what is there */
			return SNECK_E_SYSTEM;
		if (result == SNECK_PUMP_CLOSED)
			return SNECK_OK;
		if (result == SNECK_PUMP_WANT_INPUT && fill(s.fd, &s.in) != 0)
			return SNECK_E_SYSTEM;
		if (result < 0)
			return (enum sneck_rc)result;
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
	enum sneck_rc rc;

	stream_begin(&s, dial(host, argc > 2 ? argv[2] : "443"), &cfg, host);
	rc = get(host);
	stream_end(&s);
	must(host, rc);
	return 0;
}
