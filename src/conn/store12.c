/* SPDX-License-Identifier: MIT */
/* store12.c: sessions of TLS 1.2 that a server's application keeps, under the session id that the
 * ServerHello has given out. RFC 5246, 7.4.1.3, F.1.4. It finds them when the id comes back, in
 * SNECK_NEEDS_PSK. */
#include <sneck/session.h>

#include "conn.h"

#include "../wire/ct.h"
#include "../wire/wr.h"

enum sneck_rc sneck_session_store(struct sneck_conn *conn, const struct sneck_ticket_params *params,
				  uint8_t id[SNECK_SESSION_ID_LEN], void *mem, size_t cap,
				  size_t *len)
{
	const struct ticket_params p = { .app_data = params->app_data,
					 .lifetime_s = params->lifetime_s };
	struct session s;
	struct wr w;

	*len = 0;
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (params->identity.len != 0 || p.app_data.len > BOUND_APP_DATA ||
	    p.lifetime_s > BOUND_LIFETIME)
		return sneck__refuse(conn, SNECK_E_ARG,
				     "an identity of yours, or app_data or lifetime beyond its "
				     "bound");
	if (!sneck__hs_connected(&conn->hs) || !conn->hs.stored ||
	    !sneck__session_resumable(&conn->hs))
		return SNECK_NOT_NOW;
	sneck__session_describe(&conn->hs, &p, &s);
	s.max_early = 0;
	s.issued_ms = conn->hs.stored_ms; /* RFC 5246, F.1.4: the secret is as old as that */
	s.secret = sneck_span_of(conn->hs.resumption, MASTER12_LEN);
	wr_init(&w, NULL, 0); /* its length first: without room nothing is written */
	sneck__session_write(&w, &s);
	*len = w.len;
	if (cap < w.len)
		return SNECK_WANT_SPACE;
	wr_init(&w, mem, cap);
	sneck__session_write(&w, &s);
	memcpy(id, conn->hs.stored_id, SNECK_SESSION_ID_LEN);
	return SNECK_OK;
}
