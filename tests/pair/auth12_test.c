/* SPDX-License-Identifier: MIT */
/* auth12_test.c: client certificates in TLS 1.2: asked for, sent or not, signed by which hash,
 * judged, and chosen or signed elsewhere. RFC 5246, 7.4.4, 7.4.6, 7.4.8. authattack12_test.c has
 * what goes wrong on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ext/select.h"
#include "lib/attack.h"
#include "lib/hold.h"
#include "wire/set.h"

static struct pair p;

static void talk(void)
{
	pair_expect(&p);
	assert_int_equal(end_facts(&p.server).version, SNECK_TLS12);
	pair_chat(&p);
}

static void prepare(uint64_t seed, uint8_t mode)
{
	pair_init(&p, seed);
	pair_old(&p);
	pair_client_auth(&p, mode);
}

/* ---- flows ---- */

/* Keys whose hash is that of the suite, and the other one. */
static void every_way(void **state)
{
	static const struct {
		enum transparent_kind kind;
		uint16_t scheme;
	} keys[] = {
		{ TRANSPARENT_ECDSA, 0x0403 },
		{ TRANSPARENT_ECDSA384, 0x0503 },
		{ TRANSPARENT_RSA, 0x0804 },
		{ TRANSPARENT_PSS, 0x0809 },
	};
	static const uint16_t suites[] = { SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
					   SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 };
	unsigned flows = 0;

	(void)state;
	for (unsigned i = 0; i < 4u << 10; i++) {
		const uint16_t scheme = keys[i >> 10].scheme;

		prepare(i, i & 1 ? SNECK_AUTH_REQUIRED : SNECK_AUTH_OPTIONAL);
		end_identity(&p.client, keys[i >> 10].kind);
		p.server.cfg.suites = (struct sneck_u16s){ &suites[i >> 1 & 1], 1 };
		pair_auth_knobs(&p, i);
		p.client.cfg.ask |= i & 512 ? SNECK_ASK_SIGN : 0u;
		p.client.cfg.check_own_signature = i & 16 ? 1 : 0;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(end_facts(&p.client).own_scheme, scheme);
		assert_int_equal(end_facts(&p.server).peer_scheme, scheme);
		assert_memory_not_equal(end_facts(&p.server).leaf_id, (uint8_t[32]){ 0 }, 32);
		assert_memory_not_equal(end_facts(&p.server).leaf_id, end_facts(&p.client).leaf_id,
					32);
		talk();
		assert_int_equal(p.server.v.calls, i & 4 ? 0 : 1);
		pair_wipe(&p);
		flows++;
	}
	print_message("%u flows\n", flows);
}

/* Of several credentials the first is shown that the server can check, with a hash that runs;
 * names do not count. */
static void chosen_by_scheme(void **state)
{
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_RSA,
						       TRANSPARENT_ED25519, TRANSPARENT_ECDSA521 };
	static const char *const names[] = { "somebody.example" };
	static const struct {
		uint16_t takes[4], shown;
	} cases[] = {
		{ { 0x0403, 0x0804 }, 0x0403 },		{ { 0x0804, 0x0403 }, 0x0403 },
		{ { 0x0805, 0x0804 }, 0x0804 },		{ { 0x0805, 0x0403 }, 0x0403 },
		{ { 0x0401, 0x0807 }, 0x0401 },		{ { 0x0501, 0x0401 }, 0x0401 },
		{ { 0x0501, 0x0601 }, 0x0501 },		{ { 0x0503, 0x0809 }, 0 },
		{ { 0x0804, 0x0807, 0x0806 }, 0x0804 }, { { 0x0809, 0x0603 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		prepare(i, SNECK_AUTH_OPTIONAL);
		end_credentials(&p.client, kinds, 4, names, 1);
		p.server.v.verifier.schemes = cases[i].takes;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(end_facts(&p.server).peer_scheme, cases[i].shown);
		talk();
		pair_wipe(&p);
	}
}

/* A server that could check no such signature says so, and asks for nothing. */
static void nothing_to_ask_for(void **state)
{
	static const uint16_t only[] = { 0x0807, 0x0806, 0 };
	static struct sneck_pubkey no_digests;
	static struct sneck_provider without;

	(void)state;
	for (int i = 0; i < 2; i++) {
		prepare(1, SNECK_AUTH_OPTIONAL);
		if (i == 0) {
			p.server.v.verifier.schemes = only;
		} else {
			no_digests = transparent_pubkey;
			no_digests.verify_digest = NULL;
			without = p.server.t.provider;
			without.pubkey = &no_digests;
			p.server.cfg.provider = &without;
		}
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.server.st.err, SNECK_E_NO_SCHEME);
		assert_int_equal(p.client.st.alert, SNECK_ALERT_HANDSHAKE_FAILURE);
		pair_wipe(&p);
	}
}

/* A client without a certificate, or without one that fits: RFC 5246, 7.4.6. */
static void n34_required_and_none_came(void **state)
{
	static const uint16_t rsa[] = { 0x0804, 0 };

	(void)state;
	for (int i = 0; i < 16; i++) {
		const bool required = i & 1;

		prepare(1, required ? SNECK_AUTH_REQUIRED : SNECK_AUTH_OPTIONAL);
		if ((i & 6) == 0)
			p.client.cfg.n_credentials = 0;
		else if ((i & 6) == 2)
			p.server.v.verifier.schemes = rsa;
		else if ((i & 6) == 4)
			end_identity(&p.client, TRANSPARENT_ED25519);
		else
			p.client.signer.signer.sign_digest = NULL;
		if (i & 8)
			p.server.cfg.ask |= SNECK_ASK_VERIFY;
		pair_start(&p);
		pair_run(&p);
		assert_int_equal(p.server.v.calls, 0);
		if (!required) {
			talk();
		} else {
			assert_int_equal(p.server.st.err, SNECK_E_NO_CLIENT_CERT);
			assert_int_equal(p.server.st.alert, SNECK_ALERT_HANDSHAKE_FAILURE);
			assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
			assert_int_equal(p.client.st.alert, SNECK_ALERT_HANDSHAKE_FAILURE);
			assert_int_equal(p.server.n_done, 0);
		}
		pair_wipe(&p);
	}
}

/* ---- the request ---- */

static void what_is_asked_for(void **state)
{
	static const struct sneck_span names[] = { { (const uint8_t *)"0\0", 2 },
						   { (const uint8_t *)"0\1x", 3 } };
	static const uint16_t schemes[] = { 0x0807, 0x0403, 0x0806, 0x0401, 0x0804, 0 };
	static const char want[] = "\x0d\0\0\x16\2\x40\1\0\6\x04\x03\x08\x04\x04\x01\0\x09\0\2"
				   "0\0\0\3"
				   "0\1x";
	static const uint16_t only[][2] = { { 0x0503, 0 }, { 0x0501, 0 } };
	static const uint8_t types[] = { 64, 1 };
	static struct edit ed;

	(void)state;
	for (int i = 0; i < 4; i++) {
		prepare(1, SNECK_AUTH_REQUIRED);
		p.server.v.verifier.schemes = i == 0 ? schemes : NULL;
		p.server.v.verifier.ca_names = names;
		p.server.v.verifier.n_ca_names = 2;
		p.server.cfg.ask |= i == 1 ? SNECK_ASK_SCHEMES : 0u; /* the driver says the same */
		if (i >= 2) {
			p.server.v.verifier.schemes = only[i - 2];
			p.server.cfg.client_auth = SNECK_AUTH_OPTIONAL;
		}
		pair_start(&p);
		edit_init(&ed, &p.server);
		ed.on_unit = edit_keep;
		pair_run(&p);
		if (i < 2) {
			assert_int_equal(edit_kept[13].len, sizeof want - 1u);
			assert_memory_equal(edit_kept[13].data, want, sizeof want - 1u);
		} else {
			assert_int_equal(edit_kept[13].data[4], 1);
			assert_int_equal(edit_kept[13].data[5], types[i - 2]);
		}
		talk();
		pair_wipe(&p);
	}
}

/* RFC 5246, 7.4.4: both lists count. */
static void types_and_schemes(void **state)
{
	static const struct {
		uint32_t auths, signs;
	} cases[] = {
		{ 0, 0 },
		{ SET(AUTH_RSA), 0x1 },
		{ SET(AUTH_ECDSA), 0x2 },
		{ SET(AUTH_RSA) | SET(AUTH_ECDSA), 0x3 },
	};
	const struct sneck_span list =
		sneck_span_of("\x04\x01\x04\x03\x06\x03\x08\x07\x02\x03", 10);
	struct nego ng = { .cfg = &p.client.cfg };

	(void)state;
	prepare(1, SNECK_AUTH_OPTIONAL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		sneck__select12_asked(&ng, list, cases[i].auths);
		assert_int_equal(ng.peer_sign,
				 (cases[i].signs & 1 ? sneck__scheme_bit(0x0401) : 0) |
					 (cases[i].signs & 2 ? sneck__scheme_bit(0x0403) : 0));
	}
}

/* TLS 1.2 binds no key to a hash: whoever lists SNECK_ECDSA_ANY_* signs with those too, under the
 * scheme's name on the wire, if the client can do the key's curve. */
static void any_hash(void **state)
{
	static const uint16_t p521[] = { 0x0603, SNECK_ECDSA_ANY_SHA256, 0 };
	const struct sneck_signer signer = { .schemes = p521 };
	const struct sneck_credential cred = { SNECK_CREDENTIAL_INIT, .signer = &signer };
	struct nego ng = { .version = SNECK_TLS12,
			   .role = SNECK_SERVER,
			   .peer_sign = sneck__scheme_bit(0x0403),
			   .peer_curves = sneck__scheme_bit(0x0603) };

	(void)state;
	assert_true(sneck__select_own_scheme(&ng, &cred));
	assert_int_equal(ng.own_scheme, 0x0403);
	assert_int_equal(ng.own_way, SNECK_ECDSA_ANY_SHA256);
	ng.peer_curves = sneck__scheme_bit(0x0403) | sneck__scheme_bit(0x0503);
	assert_false(sneck__select_own_scheme(&ng, &cred));
	ng.peer_curves = sneck__scheme_bit(0x0603);
	ng.version = SNECK_TLS13;
	assert_false(sneck__select_own_scheme(&ng, &cred));
}

/* ---- the verifier ---- */

static void n37_verifier_of_a_server(void **state)
{
	(void)state;
	for (int i = -0x620; i < 16; i++)
		for (int how = 0; how < 2; how++) {
			prepare(1, SNECK_AUTH_OPTIONAL);
			p.server.v.says.chain = how ? 0 : SNECK_CHAIN_VALID;
			p.server.v.says.reason = how ? i : 0;
			p.server.v.rc = how ? SNECK_OK : (enum sneck_rc)i;
			pair_start(&p);
			pair_run(&p);
			if (how == 0 && i == 0) {
				assert_true(pair_connected(&p));
			} else {
				assert_int_equal(p.server.st.state, SNECK_FAILED);
				assert_true(p.server.st.err < 0);
				assert_false(sneck_rc_is_refusal(p.server.st.err));
				assert_int_equal(p.client.st.err, SNECK_E_PEER_ALERT);
				assert_int_equal(p.server.n_done, 0);
			}
			pair_wipe(&p);
		}
}

static int on_verdict(struct end *e, int state)
{
	const struct sneck_verdict_st *const st = &e->st.u.verdict;

	if (state == SNECK_NEEDS_SIGNATURE) {
		assert_int_equal(st->digest, 1);
		assert_int_equal(st->scheme, 0x0403);
		assert_int_equal(st->message.len, 32);
		e->n_early++; /* counts */
	}
	return 0;
}

/* What the peer signed is shown as the digest that is all there is; a signature that the
 * application vouches for is not checked. */
static void the_verdict_sees_a_digest(void **state)
{
	(void)state;
	prepare(1, SNECK_AUTH_REQUIRED);
	p.server.cfg.ask |= SNECK_ASK_VERIFY;
	p.server.answer = 2;
	p.server.hook = on_verdict;
	pair_start(&p);
	pair_run(&p);
	assert_int_equal(p.server.n_early, 1);
	talk();
	pair_wipe(&p);
}

/* ---- elsewhere ---- */

static void hold(struct end *e, int state)
{
	if (!hold_at(e, e == &p.client ? &p.server : &p.client, state))
		fail_msg("never asked: %s", sneck_state_name(e->st.state));
}

/* A client's signature, made elsewhere of a digest. */
static void signed_elsewhere(void **state)
{
	static const enum transparent_kind kinds[] = { TRANSPARENT_ECDSA, TRANSPARENT_ECDSA384 };
	uint8_t sig[SNECK_SIG_MAX];
	size_t len;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct end *const e = &p.client;
		const struct sneck_sign_st *const st = &e->st.u.sign;

		prepare(1, SNECK_AUTH_REQUIRED);
		end_identity(e, kinds[i & 1]);
		e->cfg.ask |= SNECK_ASK_SIGN;
		e->poison = e->move = i & 2;
		pair_start(&p);
		hold(e, SNECK_NEEDS_LOCAL_SIGNATURE);
		assert_int_equal(st->digest, 1);
		assert_int_equal(st->scheme, i & 1 ? 0x0503 : 0x0403);
		assert_int_equal(st->tbs.len, i & 1 ? 48 : 32);
		assert_ptr_equal(st->credential, &e->cred);
		assert_int_equal(e->signer.signer.sign(&e->signer, st->scheme, st->tbs, sig,
						       sizeof sig, &len),
				 SNECK_OK);
		hold_freeze(e); /* of the digest as if it were the message */
		assert_int_equal(sneck_answer_signature(e->conn, e->st.op, sig, len),
				 SNECK_E_OWN_SIGNATURE);
		hold_same(e, "a signature that will not do");
		assert_int_equal(end_step(e), SNECK_NEEDS_LOCAL_SIGNATURE);
		assert_int_equal(e->signer.signer.sign_digest(&e->signer, st->scheme, st->tbs, sig,
							      sizeof sig, &len),
				 SNECK_OK);
		assert_int_equal(sneck_answer_signature(e->conn, e->st.op, sig, len), SNECK_OK);
		pair_run(&p);
		talk();
		pair_wipe(&p);
	}
}

/* A list that no client could sign a digest with is refused; of others that part is asked for. */
static void schemes_said_elsewhere(void **state)
{
	static const uint16_t none[] = { 0x0807, 0x0603, 0x0806 }, some[] = { 0x0807, 0x0403 };
	struct end *const e = &p.server;

	(void)state;
	prepare(1, SNECK_AUTH_REQUIRED);
	e->cfg.ask |= SNECK_ASK_SCHEMES;
	pair_start(&p);
	hold(e, SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES);
	hold_freeze(e);
	assert_int_equal(sneck_answer_schemes(e->conn, e->st.op, none, 3), SNECK_E_ARG);
	hold_same(e, "schemes that will not do");
	assert_int_equal(end_step(e), SNECK_NEEDS_SUPPORTED_VERIFY_SCHEMES);
	assert_int_equal(sneck_answer_schemes(e->conn, e->st.op, some, 2), SNECK_OK);
	pair_run(&p);
	talk();
	pair_wipe(&p);
}

/* Our own signature cannot be checked where digests cannot: whoever insists on it is told so. */
static void own_check_needs_digests(void **state)
{
	static struct sneck_pubkey no_digests;
	static struct sneck_provider without;

	(void)state;
	for (uint8_t check = 0; check < 2; check++) {
		prepare(1, SNECK_AUTH_REQUIRED);
		no_digests = transparent_pubkey;
		no_digests.verify_digest = NULL;
		without = p.client.t.provider;
		without.pubkey = &no_digests;
		p.client.cfg.provider = &without;
		p.client.cfg.check_own_signature = check;
		pair_start(&p);
		pair_run(&p);
		if (check == 0)
			talk();
		else
			assert_int_equal(p.client.st.err, SNECK_E_NO_ALGORITHM);
		pair_wipe(&p);
	}
}

/* An answer that cannot be used is refused, and nothing has changed; one that is taken, works. */
static void answer(struct end *e, enum transparent_kind kind, bool works)
{
	struct sneck_credential other = e->cred;
	struct transparent_signer signer;
	struct sneck_span chain;
	uint8_t cert[20];

	transparent_signer(&signer, kind, 77);
	transparent_cert(cert, sizeof cert, kind, 77);
	chain = sneck_span_of(cert, sizeof cert);
	other.chain = &chain;
	other.n_chain = 1;
	other.signer = &signer.signer;
	if (!works) {
		hold_freeze(e);
		assert_int_equal(sneck_answer_credential(e->conn, e->st.op, &other), SNECK_E_ARG);
		hold_same(e, "a credential that will not do");
		assert_int_equal(end_step(e), SNECK_NEEDS_CREDENTIAL);
		return;
	}
	assert_int_equal(sneck_answer_credential(e->conn, e->st.op, &other), SNECK_OK);
	pair_run(&p);
	talk();
}

static void credential_of_a_client(void **state)
{
	static const uint16_t takes[] = { 0x0403, 0x0401, 0x0807, 0x0603, 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct end *const e = &p.client;

		prepare(1, SNECK_AUTH_OPTIONAL);
		p.server.v.verifier.schemes = takes;
		e->cfg.ask |= SNECK_ASK_CREDENTIAL;
		e->cfg.n_credentials = 0;
		pair_start(&p);
		hold(e, SNECK_NEEDS_CREDENTIAL);
		assert_int_equal(e->st.u.cred.schemes.len, 4); /* what it can check of a digest */
		answer(e, TRANSPARENT_ECDSA384, false);
		answer(e, TRANSPARENT_ECDSA521, false);
		answer(e, TRANSPARENT_ED25519, false);
		answer(e, TRANSPARENT_PSS, false);
		if (i < 2) {
			answer(e, i == 0 ? TRANSPARENT_ECDSA : TRANSPARENT_RSA, true);
		} else {
			assert_int_equal(sneck_answer_credential(e->conn, e->st.op, NULL),
					 SNECK_OK);
			pair_run(&p);
			talk();
			assert_int_equal(end_facts(&p.server).peer_scheme, 0);
		}
		pair_wipe(&p);
	}
}

/* Curve and suite count for a server's credential. */
static void credential_of_a_server(void **state)
{
	static const uint16_t groups[] = { SNECK_X25519, SNECK_SECP256R1 };
	static const uint16_t ecdsa[] = { SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 };
	static const uint16_t rsa[] = { SNECK_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct end *const e = &p.server;

		prepare(1, SNECK_AUTH_NONE);
		p.client.cfg.max_version = SNECK_TLS12;
		e->cfg.ask |= SNECK_ASK_CREDENTIAL;
		e->cfg.n_credentials = 0;
		p.client.cfg.groups = (struct sneck_u16s){ groups, i & 1 ? 1 : 2 };
		p.client.cfg.suites = (struct sneck_u16s){ i & 2 ? rsa : ecdsa, 1 };
		pair_start(&p);
		hold(e, SNECK_NEEDS_CREDENTIAL);
		answer(e, TRANSPARENT_ECDSA384, false); /* never: no P-384 */
		if ((i & 2) != 0 || (i & 1) != 0)
			answer(e, TRANSPARENT_ECDSA, false);
		if ((i & 2) == 0)
			answer(e, TRANSPARENT_RSA, false);
		if ((i & 2) != 0)
			answer(e, TRANSPARENT_RSA, true);
		else
			answer(e, i & 1 ? TRANSPARENT_ED25519 : TRANSPARENT_ECDSA, true);
		pair_wipe(&p);
	}
}

/* RFC 7250: a client's raw key, where both speak of it; without the agreement a client that has
 * nothing else is told so. */
static void raw_key_of_a_client(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		prepare(1, SNECK_AUTH_REQUIRED);
		transparent_spki(p.client.certs[0], sizeof p.client.certs[0], TRANSPARENT_ECDSA,
				 p.client.signer.id);
		p.client.cred.type = SNECK_RAW_PUBLIC_KEY;
		p.client.cred.n_chain = 1;
		p.server.v.verifier.flags =
			i == 4	? 0
			: i & 2 ? SNECK_VERIFIER_RAW_KEYS
				: SNECK_VERIFIER_RAW_KEYS | SNECK_VERIFIER_NO_X509;
		p.server.cfg.ask |= i & 1 ? SNECK_ASK_VERIFY : 0u;
		p.server.answer = 1;
		pair_start(&p);
		pair_run(&p);
		if (i < 4) {
			assert_int_equal(end_facts(&p.server).peer_scheme, 0x0403);
			talk();
		} else {
			assert_int_equal(p.server.st.err, SNECK_E_CERT_TYPE);
		}
		pair_wipe(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way),
		cmocka_unit_test(chosen_by_scheme),
		cmocka_unit_test(nothing_to_ask_for),
		cmocka_unit_test(n34_required_and_none_came),
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(types_and_schemes),
		cmocka_unit_test(any_hash),
		cmocka_unit_test(n37_verifier_of_a_server),
		cmocka_unit_test(the_verdict_sees_a_digest),
		cmocka_unit_test(signed_elsewhere),
		cmocka_unit_test(schemes_said_elsewhere),
		cmocka_unit_test(own_check_needs_digests),
		cmocka_unit_test(credential_of_a_client),
		cmocka_unit_test(credential_of_a_server),
		cmocka_unit_test(raw_key_of_a_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
