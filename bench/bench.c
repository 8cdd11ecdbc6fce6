/* SPDX-License-Identifier: MIT */
/* bench.c: clock, medians, identities and pairs; see bench.h. Each side's calls are timed apart,
 * and the wire between them is no part of either. */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double bench_seconds(int argc, char **argv, double usual)
{
	const char *const set = getenv("BENCH_SECONDS");
	double seconds = set != NULL ? atof(set) : usual;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quick") == 0) {
			seconds = 0.1;
		} else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
			seconds = atof(argv[++i]);
		} else {
			fprintf(stderr, "usage: %s [--quick | --seconds S]\n", argv[0]);
			exit(2);
		}
	}
	return seconds > 0 ? seconds : 0.001;
}

uint64_t bench_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void bench_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s failed\n", what);
	exit(1);
}

void sample(struct samples *s, double v)
{
	s->v[s->n++ % SAMPLES] = v;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(struct samples *s)
{
	const size_t n = s->n < SAMPLES ? s->n : SAMPLES;

	bench_must(n != 0, "taking a sample");
	qsort(s->v, n, sizeof *s->v, by_size);
	return s->v[n / 2];
}

/* ---- identities ---- */

static void make_identity(struct setup *s, int kind)
{
	static const char *const names[] = { "localhost" };
	const uint64_t now_ms = (uint64_t)time(NULL) * 1000u;
	const struct sneck_pki_cert ca = { SNECK_PKI_CERT_INIT, .is_ca = 1,
					   .common_name = "bench authority", .now_ms = now_ms };
	struct sneck_pki_cert leaf = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 1,
				       .now_ms = now_ms };

	bench_must(sneck_pki_key_make(&s->ca_key, kind) == SNECK_OK &&
			   sneck_pki_key_make(&s->key, kind) == SNECK_OK,
		   "making keys");
	bench_must(sneck_pki_cert_make(&s->ca, s->ca_key, &ca, NULL) == SNECK_OK, "making a CA");
	leaf.issuer = s->ca;
	leaf.issuer_key = s->ca_key;
	bench_must(sneck_pki_cert_make(&s->chain, s->key, &leaf, NULL) == SNECK_OK &&
			   sneck_pki_credential(&s->credential, s->chain, s->key, NULL) == SNECK_OK,
		   "making a certificate");
	s->credential.n_chain = 1; /* the client has the authority */
	s->credentials[0] = &s->credential;
}

static void make_trust(struct setup *s)
{
	struct sneck_pki_trust_options trust = { SNECK_PKI_TRUST_INIT, .no_system = 1 };

	trust.anchors = sneck_pki_chain_certs(s->ca, &trust.n_anchors);
	bench_must(sneck_pki_trust_open(&s->trust, &trust, NULL) == SNECK_OK, "making trust");
	s->config[SNECK_CLIENT].verifier = sneck_pki_trust_verifier(s->trust);
}

static void make_configs(struct setup *s, uint16_t suite)
{
	s->suite = suite;
	s->old = suite >> 8 != 0x13;
	s->groups[0] = SNECK_X25519;
	s->groups[1] = SNECK_SECP256R1;
	for (int role = 0; role < 2; role++)
		s->config[role] = (struct sneck_config){
			SNECK_CONFIG_INIT,
			.provider = sneck_provider_libcrypto(),
			.suites = { &s->suite, 1 },
			.groups = { s->groups, s->old ? 2 : 1 },
			.min_version = s->old ? SNECK_TLS12 : SNECK_TLS13,
			.max_version = s->old ? SNECK_TLS12 : SNECK_TLS13,
		};
	s->config[SNECK_SERVER].credentials = s->credentials;
	s->config[SNECK_SERVER].n_credentials = 1;
	make_trust(s);
}

static EVP_PKEY *libssl_key(const struct sneck_pki_key *key)
{
	char pem[8192];
	size_t len = 0;
	EVP_PKEY *pkey;
	BIO *b;

	bench_must(sneck_pki_key_write(key, pem, sizeof pem, &len) == SNECK_OK, "writing a key");
	b = BIO_new_mem_buf(pem, (int)len);
	pkey = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	BIO_free(b);
	bench_must(pkey != NULL, "reading a key");
	return pkey;
}

static bool choose_version(SSL_CTX *x, const struct setup *s)
{
	const int version = s->old ? TLS1_2_VERSION : TLS1_3_VERSION;
	const char *const suite = sneck_suite_name(s->suite);

	return SSL_CTX_set_min_proto_version(x, version) == 1 &&
	       SSL_CTX_set_max_proto_version(x, version) == 1 &&
	       SSL_CTX_set1_groups_list(x, s->old ? "X25519:P-256" : "X25519") == 1 &&
	       (s->old ? SSL_CTX_set_cipher_list(x, OPENSSL_cipher_name(suite))
		       : SSL_CTX_set_ciphersuites(x, suite)) == 1;
}

static void make_contexts(struct setup *s)
{
	const struct sneck_span der = s->credential.chain[0];
	size_t n;
	const struct sneck_span root = sneck_pki_chain_certs(s->ca, &n)[0];
	const uint8_t *p = root.p;
	X509 *const anchor = d2i_X509(NULL, &p, (long)root.len);
	EVP_PKEY *const key = libssl_key(s->key);

	for (int role = 0; role < 2; role++) {
		SSL_CTX *const x = SSL_CTX_new(role == SNECK_SERVER ? TLS_server_method()
								    : TLS_client_method());

		s->ctx[role] = x;
		bench_must(x != NULL && choose_version(x, s) &&
				   SSL_CTX_set_num_tickets(x, 0) == 1,
			   "setting up libssl");
		SSL_CTX_set_options(x, SSL_OP_NO_TICKET);
		SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
	}
	bench_must(SSL_CTX_use_certificate_ASN1(s->ctx[SNECK_SERVER], (int)der.len, der.p) == 1 &&
			   SSL_CTX_use_PrivateKey(s->ctx[SNECK_SERVER], key) == 1 &&
			   X509_STORE_add_cert(SSL_CTX_get_cert_store(s->ctx[SNECK_CLIENT]),
					       anchor) == 1,
		   "giving libssl its certificates");
	SSL_CTX_set_verify(s->ctx[SNECK_CLIENT], SSL_VERIFY_PEER, NULL);
	EVP_PKEY_free(key);
	X509_free(anchor);
}

void setup_open(struct setup *s, enum key_kind kind, uint16_t suite)
{
	memset(s, 0, sizeof *s);
	make_identity(s, kind == KEY_RSA ? SNECK_KEY_RSA2048 : SNECK_KEY_P256);
	make_configs(s, suite);
	make_contexts(s);
	transparent_init(&s->transparent, 1);
	transparent_verifier(&s->verifier);
	transparent_signer(&s->signer, TRANSPARENT_ECDSA, 1);
	transparent_cert(s->cert, sizeof s->cert, TRANSPARENT_ECDSA, 1);
}

void setup_resume(struct setup *s, bool early)
{
	static const struct stack *const stacks[] = { &stack_sneck, &stack_libssl };
	struct pair p;

	bench_must(sneck_ticket_ring_init(&s->ring, s->config[0].provider,
					  (uint64_t)time(NULL) * 1000u, 0) == SNECK_OK,
		   "making ticket keys");
	s->config[SNECK_SERVER].tickets = &s->ring;
	s->config[SNECK_SERVER].n_tickets = 1;
	s->config[SNECK_SERVER].max_early_data = early ? BENCH_EARLY : 0;
	s->config[SNECK_SERVER].ask = early ? SNECK_ASK_EARLY_DATA : 0;
	s->config[SNECK_CLIENT].ask = SNECK_ASK_TICKETS;
	for (int role = 0; role < 2; role++) {
		SSL_CTX_clear_options(s->ctx[role], SSL_OP_NO_TICKET);
		/* the same session comes again and again */
		SSL_CTX_set_options(s->ctx[role], SSL_OP_NO_ANTI_REPLAY);
	}
	bench_must(SSL_CTX_set_num_tickets(s->ctx[SNECK_SERVER], 1) == 1 &&
			   SSL_CTX_set_max_early_data(s->ctx[SNECK_SERVER],
						      early ? BENCH_EARLY : 0) == 1 &&
			   SSL_CTX_set_recv_max_early_data(s->ctx[SNECK_SERVER],
							   early ? BENCH_EARLY : 0) == 1,
		   "setting up libssl's tickets");
	SSL_CTX_set_session_cache_mode(s->ctx[SNECK_CLIENT],
				       SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	for (size_t i = 0; i < 2; i++) {
		pair_open(&p, stacks[i], s);
		pair_shake(&p, NULL);
		(void)stacks[i]->recv(p.end[SNECK_CLIENT]); /* the ticket */
		pair_close(&p);
	}
	bench_must(s->session_len != 0 && s->ssl_session != NULL, "getting sessions");
	/* it would let a session go that was used once */
	SSL_CTX_set_session_cache_mode(s->ctx[SNECK_CLIENT], SSL_SESS_CACHE_OFF);
	s->early = early;
}

void setup_forget(struct setup *s)
{
	sneck_pki_trust_close(s->trust);
	make_trust(s);
}

void setup_close(struct setup *s)
{
	SSL_SESSION_free(s->ssl_session);
	for (int role = 0; role < 2; role++)
		SSL_CTX_free(s->ctx[role]);
	sneck_pki_trust_close(s->trust);
	sneck_pki_chain_close(s->chain);
	sneck_pki_chain_close(s->ca);
	sneck_pki_key_close(s->key);
	sneck_pki_key_close(s->ca_key);
}

/* ---- pairs ---- */

void pair_open(struct pair *p, const struct stack *stack, struct setup *s)
{
	static uint8_t memory[2][BENCH_WIRE];

	p->stack = stack;
	for (int role = 0; role < 2; role++)
		p->wire[role] = (struct wire){ .base = memory[role] };
	for (int role = 0; role < 2; role++)
		p->end[role] = stack->open(s, role, &p->wire[role], &p->wire[1 - role]);
}

void pair_shake(struct pair *p, uint64_t ns[2])
{
	bool done[2] = { false, false };
	int role = SNECK_CLIENT;

	for (unsigned turns = 0; !done[0] || !done[1]; turns++, role = 1 - role) {
		const uint64_t from = bench_ns();

		done[role] = p->stack->shake(p->end[role]);
		if (ns != NULL)
			ns[role] += bench_ns() - from;
		bench_must(turns < 8, p->stack->name);
	}
}

void pair_close(struct pair *p)
{
	for (int role = 0; role < 2; role++)
		p->stack->close(p->end[role]);
}
