/* SPDX-License-Identifier: MIT */
/* own13.c: who we are: our Certificate, from where the credential keeps it, and CertificateVerify.
 * RFC 9846, 4.5.1, 4.5.2. */
#include "hs.h"

#include "../build.h"
#include "../msg/cert.h"
#include "../wire/wr.h"

/* Of a raw key nobody has said anything. */
static bool staples_wanted(const struct nego *ng, uint32_t kind)
{
	return ng->cred->type == SNECK_X509 && (ng->peer_wants & kind) != 0;
}

static enum sneck_rc staples(struct hs *hs, struct wr *w, const struct own_chain *c)
{
	if (c->ocsp.len != 0) {
		sneck__certificate_write_ocsp_head(w, c->ocsp.len);
		SNECK_TRY(sneck__flight_bytes(hs, w, c->ocsp));
	}
	if (c->scts.len != 0) {
		sneck__certificate_write_scts_head(w, c->scts.len);
		SNECK_TRY(sneck__flight_bytes(hs, w, c->scts));
	}
	return SNECK_OK;
}

/* Without a credential the list is empty: a client that was asked and has none. */
enum sneck_rc sneck__flight_certificate(struct hs *hs)
{
	const struct nego *const ng = &hs->work->nego;
	struct own_chain c = { .n = 0 };
	bool sent = false;
	struct wr w;

	if (ng->cred != NULL) {
		c.certs = ng->cred->chain;
		c.n = ng->cred->n_chain;
		if (staples_wanted(ng, SNECK_VERIFIER_WANTS_OCSP))
			c.ocsp = ng->cred->ocsp;
		if (staples_wanted(ng, SNECK_VERIFIER_WANTS_SCTS))
			c.scts = ng->cred->scts;
	}
	if (BUILD_COMPRESSION)
		SNECK_TRY(sneck__packed_send(hs, c.ocsp.len != 0 || c.scts.len != 0, &sent));
	if (sent)
		return SNECK_OK;
	sneck__flight_begin(hs, &w);
	sneck__certificate_write_head(&w, &c);
	for (size_t i = 0; i < c.n; i++) {
		sneck__certificate_write_entry(&w, c.certs[i].len);
		SNECK_TRY(sneck__flight_bytes(hs, &w, c.certs[i]));
		sneck__certificate_write_entry_end(&w, &c, i);
		if (i == 0)
			SNECK_TRY(staples(hs, &w, &c));
	}
	return w.len != 0 ? sneck__flight_end(hs, &w, LV_HANDSHAKE) : SNECK_OK;
}

enum sneck_rc sneck__auth_sign(struct hs *hs)
{
	SNECK_TRY(sneck__auth_tbs(hs, true));
	return sneck__auth_verify(hs, LV_HANDSHAKE);
}
