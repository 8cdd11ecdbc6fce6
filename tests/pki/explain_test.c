/* SPDX-License-Identifier: MIT */
/* A verify job of a real handshake, judged and explained after the connection is gone. */
#include <sneck/conn.h>

#include "lib/needs.h"
#include "made.h"

struct end {
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	_Alignas(SNECK_ALIGN) uint8_t mem[SNECK_CONN_MAX];
	_Alignas(SNECK_ALIGN) uint8_t scratch[SNECK_SCRATCH_MAX];
	_Alignas(SNECK_ALIGN) uint8_t in_mem[16384], out_mem[16384];
};

static void end_init(struct end *e, const struct sneck_config *cfg, int role)
{
	assert_int_equal(sneck_conn_init(e->mem, sizeof e->mem, cfg, role, NOW_MS, &e->conn),
			 SNECK_OK);
	assert_int_equal(sneck_conn_set_scratch(e->conn, e->scratch, sizeof e->scratch), SNECK_OK);
	sneck_in_init(&e->in, e->in_mem, sizeof e->in_mem);
	sneck_out_init(&e->out, e->out_mem, sizeof e->out_mem);
}

static void carry(struct end *from, struct end *to)
{
	const struct sneck_span bytes = sneck_out_unsent(&from->out);
	size_t room;
	uint8_t *at = sneck_in_space(&to->in, bytes.len, &room);

	assert_true(room >= bytes.len);
	memcpy(at, bytes.p, bytes.len);
	sneck_in_added(&to->in, bytes.len);
	sneck_out_sent(&from->out, bytes.len);
}

/* The job that a client packs when a server shows chain. */
static size_t job_of(const struct sneck_pki_chain *chain, const struct sneck_pki_key *key,
		     const char *name, uint8_t *job, size_t cap)
{
	static struct end client, server;
	struct sneck_credential credential;
	const struct sneck_credential *const credentials[] = { &credential };
	const struct sneck_config client_cfg = { SNECK_CONFIG_INIT, .ask = SNECK_ASK_VERIFY,
						 .provider = sneck_provider_libcrypto() };
	const struct sneck_config server_cfg = { SNECK_CONFIG_INIT, .credentials = credentials,
						 .n_credentials = 1,
						 .provider = sneck_provider_libcrypto() };
	struct sneck_status st = { .state = 0 };
	size_t size;

	assert_int_equal(sneck_pki_credential(&credential, chain, key, NULL), SNECK_OK);
	credential.names = NULL;
	credential.n_names = 0;
	end_init(&client, &client_cfg, SNECK_CLIENT);
	end_init(&server, &server_cfg, SNECK_SERVER);
	assert_int_equal(sneck_conn_set_name(client.conn, name, strlen(name)), SNECK_OK);
	for (size_t i = 0; i < 20; i++) {
		const int state = sneck_process(client.conn, &client.in, &client.out, &st);

		if (state == SNECK_RECEIVED_CERTIFICATE)
			break;
		carry(&client, &server);
		(void)sneck_process(server.conn, &server.in, &server.out, &st);
		carry(&server, &client);
	}
	assert_int_equal(st.state, SNECK_RECEIVED_CERTIFICATE);
	size = sneck_verify_job_size(&st.u.cert);
	assert_in_range(size, 1, cap);
	assert_int_equal(sneck_verify_job_pack(&st.u.cert, job, cap), SNECK_OK);
	sneck_conn_wipe(client.conn);
	sneck_conn_wipe(server.conn);
	return size;
}

static void explains_a_verdict(void **state)
{
	struct sneck_pki_key *key = make_key(SNECK_KEY_P256);
	struct sneck_pki_chain *ca = make_chain(key, NULL, NULL, NULL);
	struct sneck_pki_chain *chain = make_chain(key, "a.example", ca, key);
	struct sneck_pki_chain *other = make_chain(key, "a.example", NULL, NULL);
	const struct sneck_pki_trust_options o = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						   .anchors = ca->certs, .n_anchors = 1 };
	const struct {
		const struct sneck_pki_chain *chain;
		const char *name;
		enum sneck_rc reason;
		const char *text;
	} cases[] = {
		{ chain, "a.example", SNECK_OK, "valid until 2026-12-20 14:13 UTC" },
		{ chain, "b.example", SNECK_E_CERT_NAME, "is for a.example and not for b.example" },
		{ other, "a.example", SNECK_E_CERT_ISSUER, "is self-signed and not trusted" },
	};
	struct sneck_pki_trust *trust;

	(void)state;
	NEEDS(BUILD_BOTH);
	assert_int_equal(sneck_pki_trust_open(&trust, &o, NULL), SNECK_OK);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sneck_note why = { "" };
		struct sneck_verdict verdict;
		uint8_t job[8192];
		const size_t len = job_of(cases[i].chain, key, cases[i].name, job, sizeof job);

		assert_int_equal(
			sneck_verify_job_run(sneck_pki_trust_verifier(trust), job, len, &verdict),
			SNECK_OK);
		assert_int_equal(verdict.reason, cases[i].reason);
		assert_int_equal(sneck_pki_explain(trust, job, len, &why), SNECK_OK);
		assert_non_null(strstr(why.text, cases[i].text));
		assert_int_equal(sneck_pki_explain(trust, job, len - 1, &why), SNECK_E_ARG);
		assert_int_equal(sneck_pki_explain(trust, job, 0, &why), SNECK_E_ARG);
	}
	sneck_pki_trust_close(trust);
	sneck_pki_chain_close(other);
	sneck_pki_chain_close(chain);
	sneck_pki_chain_close(ca);
	sneck_pki_key_close(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(explains_a_verdict) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
