/* SPDX-License-Identifier: MIT */
/* psk.c: which pre-shared key a server takes, as a question. RFC 9846, 4.3.11. In TLS 1.2 it is
 * which session. */
#include <sneck/session.h>

#include "conn.h"

#include "../build.h"
#include "../crypto/algs.h"
#include "../ext/ext.h"
#include "../keys/session.h"

void sneck__show_psk(struct sneck_conn *c, struct sneck_status *st)
{
	const struct nego *const ng = &c->hs.work->nego;
	struct sneck_span identity, binder;
	uint32_t n = 0, age;

	if (c->hs.version == SNECK_TLS12)
		n = 1;
	else
		while (BUILD_PSK && n < BOUND_PSKS &&
		       sneck__psk_identity_at(ng, n, &identity, &age, &binder))
			n++;
	c->hs.work->n_identities = n;
	st->u.psk = (struct sneck_psk_st){
		.conn = c,
		.gen = c->gen,
		.n_identities = n,
		.raw = ng->psk_identities,
	};
}

enum sneck_rc sneck_psk_at(const struct sneck_psk_st *st, uint32_t i, struct sneck_span *identity,
			   uint32_t *age_ms)
{
	const struct nego ng = { .psk_identities = st->raw };
	struct sneck_span binder;

	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	if (st->conn->hs.version == SNECK_TLS12 && i < st->n_identities) {
		*identity = st->raw;
		*age_ms = 0;
		return SNECK_OK;
	}
	if (!BUILD_PSK || i >= st->n_identities ||
	    !sneck__psk_identity_at(&ng, i, identity, age_ms, &binder))
		return sneck__refuse(st->conn, SNECK_E_ARG, "no identity of that number");
	return SNECK_OK;
}

enum sneck_rc sneck_answer_psk(struct sneck_conn *conn, uint64_t op, int index, const void *session,
			       size_t len, const struct sneck_psk *psk)
{
	struct hs_work *const wk = conn->hs.work;
	struct psk_answer a = { .psk = psk };
	struct session s;

	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_PSK));
	if (index < -1 || (index == -1) != (session == NULL && psk == NULL) ||
	    (session != NULL && psk != NULL))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "an index with a session or a key, or -1 with neither");
	if (index >= (int)wk->n_identities)
		return sneck__refuse(conn, SNECK_E_ARG, "no identity of that number");
	if (session != NULL) {
		if (!BUILD_TICKETS || len > BOUND_SESSION ||
		    sneck__session_read(&s, sneck_span_of(session, len)) != SNECK_OK)
			return sneck__refuse(conn, SNECK_E_ARG, "these bytes are no session");
		memcpy(wk->session_mem, session, len);
		a.session_len = (uint32_t)len;
	}
	if (psk != NULL &&
	    (!sneck__psk_valid(psk) ||
	     sneck__hash_of(conn->cfg->provider, psk->hash != 0 ? psk->hash : 4) == NULL))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "a pre-shared key out of its bounds, or of a hash that the "
				     "provider lacks");
	a.index = (uint32_t)(index + 1);
	wk->psk_answer = a;
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}
