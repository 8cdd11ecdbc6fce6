/* SPDX-License-Identifier: MIT */
/* answer_cert.c: answers about certificates and signatures: the peer's verdict, and who we are.
 * RFC 9846, 4.3.3, 4.5. */
#include "conn.h"

#include "../build.h"
#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../hs/graph.h"
#include "../msg/cert.h"

enum sneck_rc sneck_cert_at(const struct sneck_cert_st *st, uint32_t i,
			    struct sneck_cert_entry *entry)
{
	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	if (i >= st->n_entries)
		return sneck__refuse(st->conn, SNECK_E_ARG, "no certificate of that number");
	*entry = sneck__auth_entry(&st->conn->hs, st->raw, i);
	return SNECK_OK;
}

enum sneck_rc sneck_answer_verdict(struct sneck_conn *conn, uint64_t op,
				   const struct sneck_verdict *verdict)
{
	enum sneck_rc rc;

	/* one for another leaf is an answer to another question */
	if (memcmp(verdict->leaf_id, conn->hs.leaf_id, sizeof verdict->leaf_id) != 0)
		op = 0;
	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_SIGNATURE));
	if (verdict->sig == SNECK_SIG_VALID_DANGEROUS &&
	    (conn->cfg->ask & SNECK_ASK_VERIFY_SIG) == 0)
		return sneck__refuse(conn, SNECK_E_ARG,
				     "SNECK_SIG_VALID_DANGEROUS needs SNECK_ASK_VERIFY_SIG");
	rc = sneck__auth_verdict(&conn->hs, verdict);
	if (rc != SNECK_OK) {
		sneck__conn_fail(conn, rc, conn->hs.alert);
		return SNECK_OK;
	}
	conn->hs.verdict_known = true;
	conn->hs.verdict_waives_sig = verdict->sig == SNECK_SIG_VALID_DANGEROUS;
	return SNECK_OK;
}

enum sneck_rc sneck_answer_schemes(struct sneck_conn *conn, uint64_t op, const uint16_t *schemes,
				   size_t n)
{
	bool usable = false;

	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES));
	if (n == 0 || n > BOUND_SCHEMES)
		return sneck__refuse(conn, SNECK_E_ARG, "1 to 32 signature schemes");
	for (size_t i = 0; i < n; i++)
		usable |= BUILD_TLS12 && conn->hs.version == SNECK_TLS12
				  ? sneck__select12_asks(&conn->hs.work->nego, schemes[i])
				  : sneck__scheme_in_handshake(schemes[i]) &&
					    sneck__list_has(conn->cfg->provider->pubkey->schemes,
							    schemes[i]);
	if (!usable)
		return sneck__refuse(conn, SNECK_E_ARG,
				     "no scheme of the list can be used in a handshake here");
	memcpy(conn->hs.work->nego.schemes, schemes, n * sizeof *schemes);
	conn->hs.work->nego.n_schemes = (uint32_t)n;
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}

enum sneck_rc sneck_answer_credential(struct sneck_conn *conn, uint64_t op,
				      const struct sneck_credential *credential)
{
	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_CREDENTIAL));
	if (credential == NULL && conn->hs.role == SNECK_SERVER)
		return sneck__refuse(conn, SNECK_E_ARG, "a server cannot do without a credential");
	if (credential != NULL && sneck__check_credential(conn->cfg, credential, NULL) != SNECK_OK)
		return sneck__refuse(conn, SNECK_E_ARG, "the credential is not complete");
	if (credential != NULL && !sneck__select_own_scheme(&conn->hs.work->nego, credential))
		return sneck__refuse(conn, SNECK_E_ARG,
				     "the credential has no scheme that the peer accepts");
	conn->hs.work->given = credential;
	sneck__ask_settle(&conn->hs);
	return SNECK_OK;
}

enum sneck_rc sneck_answer_signature(struct sneck_conn *conn, uint64_t op, const void *sig,
				     size_t len)
{
	enum sneck_rc rc;

	SNECK_TRY(sneck__answer_open(conn, op, SNECK_NEEDS_LOCAL_SIGNATURE));
	if (len == 0 || len > SNECK_SIG_MAX)
		return sneck__refuse(conn, SNECK_E_ARG, "1 to SNECK_SIG_MAX bytes of signature");
	rc = sneck__auth_answer(&conn->hs, sneck_span_of(sig, len));
	if (rc == SNECK_E_OWN_SIGNATURE)
		return sneck__refuse(conn, rc, "the signature does not fit our certificate");
	if (rc != SNECK_OK)
		sneck__conn_fail(conn, rc, 0);
	else
		sneck__ask_settle(&conn->hs);
	return rc;
}
