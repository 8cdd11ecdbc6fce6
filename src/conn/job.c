/* SPDX-License-Identifier: MIT */
/* job.c: judging a chain as a flat block without pointers, which may outlive the connection, cross
 * to another thread or process, or be dropped. The block is ours to read and nobody's to trust: it
 * is read through the same cursor as a peer's bytes.
 *
 *   magic, now_ms, version, type, peer_role, leaf_id[32], name<0..255>,
 *   n, n times { der<1..2^24-1>, ocsp<0..2^24-1>, scts<0..2^16-1> }
 */
#include "conn.h"

#include "../hs/graph.h"
#include "../wire/rd.h"
#include "../wire/wr.h"

#define JOB_MAGIC 0x4a4f4233u

static void write_job(struct wr *w, const struct sneck_cert_st *st)
{
	const struct hs *const hs = &st->conn->hs;

	wr_uint(w, 4, JOB_MAGIC);
	wr_uint(w, 4, (uint32_t)(hs->now_ms >> 32));
	wr_uint(w, 4, (uint32_t)hs->now_ms);
	wr_u16(w, hs->version);
	wr_u16(w, st->type);
	wr_u8(w, hs->role == SNECK_CLIENT ? SNECK_SERVER : SNECK_CLIENT);
	wr_put(w, sneck_span_of(st->leaf_id, sizeof st->leaf_id));
	wr_vec(w, 1, st->name);
	wr_u8(w, (uint8_t)st->n_entries);
	for (uint32_t i = 0; i < st->n_entries; i++) {
		const struct sneck_cert_entry e = sneck__auth_entry(hs, st->raw, i);

		wr_vec(w, 3, e.der);
		wr_vec(w, 3, e.ocsp);
		wr_vec(w, 2, e.scts);
	}
}

size_t sneck_verify_job_size(const struct sneck_cert_st *st)
{
	struct wr w;

	if (sneck__check_gen(st->conn, st->gen) != SNECK_OK)
		return 0;
	wr_init(&w, NULL, 0);
	write_job(&w, st);
	return w.len;
}

enum sneck_rc sneck_verify_job_pack(const struct sneck_cert_st *st, void *mem, size_t cap)
{
	struct wr w;

	SNECK_TRY(sneck__check_gen(st->conn, st->gen));
	wr_init(&w, mem, cap);
	write_job(&w, st);
	return wr_end(&w);
}

static enum sneck_rc read_job(struct sneck_span job, struct sneck_chain *chain,
			      struct sneck_cert_entry *certs, uint8_t leaf_id[32])
{
	struct sneck_span id;
	uint32_t magic, high;
	struct rd r;

	rd_init(&r, job);
	magic = rd_uint(&r, 4);
	high = rd_uint(&r, 4);
	chain->now_ms = (uint64_t)high << 32 | rd_uint(&r, 4);
	chain->version = rd_u16(&r);
	chain->type = rd_u16(&r);
	chain->peer_role = rd_u8(&r);
	id = rd_take(&r, 32);
	chain->name = rd_vec(&r, 1, 0, 255);
	chain->n_certs = rd_u8(&r);
	for (size_t i = 0; i < chain->n_certs && i < BOUND_CERTS; i++) {
		certs[i].der = rd_vec(&r, 3, 1, 0xffffff);
		certs[i].ocsp = rd_vec(&r, 3, 0, 0xffffff);
		certs[i].scts = rd_vec(&r, 2, 0, 65535);
	}
	if (rd_end(&r) != SNECK_OK || magic != JOB_MAGIC || chain->n_certs == 0 ||
	    chain->n_certs > BOUND_CERTS)
		return SNECK_E_ARG;
	chain->certs = certs;
	memcpy(leaf_id, id.p, 32);
	return SNECK_OK;
}

enum sneck_rc sneck_verify_job_run(const struct sneck_verifier *verifier, const void *job,
				   size_t len, struct sneck_verdict *verdict)
{
	struct sneck_cert_entry certs[BOUND_CERTS];
	struct sneck_chain chain;
	enum sneck_rc rc;

	memset(&chain, 0, sizeof chain);
	memset(verdict, 0, sizeof *verdict);
	rc = read_job(sneck_span_of(job, len), &chain, certs, verdict->leaf_id);
	if (rc == SNECK_OK)
		rc = verifier->verify(verifier->ctx, &chain, verdict);
	if (rc != SNECK_OK)
		memset(verdict, 0, sizeof *verdict);
	return rc;
}
