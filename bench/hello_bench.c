/* SPDX-License-Identifier: MIT */
/* hello_bench: what a ClientHello costs a server before the peer has shown anything: microseconds
 * of one core from its first byte to the flight that answers it. The provider is the transparent
 * one, and the time in its hash, which reads the transcript and derives keys, is taken out: what
 * stays is the core's own work. Each hello is as long as is taken and full of one kind of thing, or
 * of all, up to the bounds of src/bounds.h; what the server wants comes last. The server takes what
 * servers take: the default suites, "h2" and "http/1.1". */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 16384u /* with its header: the default of max_client_hello */
#define TARGET	50.0
#define UNKNOWN 0x2000u /* and on: no suite, group, scheme or extension */
enum { EXTS = 58, OTHER_GROUPS = 63, OTHER_SHARES = 7 }; /* beside those that are wanted */

enum fill { USUAL, PADDING, EXTENSIONS, SHARES, SUITES, SCHEMES, PROTOCOLS, EVERYTHING, FILLS };

static const char *const names[FILLS] = {
	"of a usual client",	"of padding",	    "of unknown extensions",
	"of groups and shares", "of cipher suites", "of signature schemes",
	"of protocol names",	"of everything",
};

struct hello {
	size_t len;
	uint8_t p[5 + LONGEST + 64];
};

static void put(struct hello *h, uint32_t v, unsigned bytes)
{
	while (bytes-- != 0)
		h->p[h->len++] = (uint8_t)(v >> 8 * bytes);
}

/* Writes what was put since `at` into the two bytes before it. */
static void close_vector(struct hello *h, size_t at)
{
	const size_t n = h->len - at;

	h->p[at - 2] = (uint8_t)(n >> 8);
	h->p[at - 1] = (uint8_t)n;
}

static size_t open_vector(struct hello *h)
{
	put(h, 0, 2);
	return h->len;
}

/* Values that nobody knows, n of them, and a known one. */
static void numbers(struct hello *h, size_t n, uint16_t known)
{
	const size_t at = open_vector(h);

	for (size_t i = 0; i < n; i++)
		put(h, (uint32_t)(UNKNOWN + i), 2);
	put(h, known, 2);
	close_vector(h, at);
}

static void put_list(struct hello *h, uint16_t type, size_t n, uint16_t known)
{
	size_t at;

	put(h, type, 2);
	at = open_vector(h);
	numbers(h, n, known);
	close_vector(h, at);
}

static void zeros(struct hello *h, size_t n)
{
	put(h, (uint32_t)n, 2);
	memset(h->p + h->len, 0, n);
	h->len += n;
}

static void put_shares(struct hello *h, size_t n, size_t len)
{
	size_t at, list;

	put(h, 51, 2);
	at = open_vector(h);
	list = open_vector(h);
	for (size_t i = 0; i < n; i++) {
		put(h, (uint32_t)(UNKNOWN + i), 2);
		zeros(h, len);
	}
	put(h, SNECK_X25519, 2);
	zeros(h, 32);
	h->p[h->len - 1] = 9;
	close_vector(h, list);
	close_vector(h, at);
}

static void put_protocols(struct hello *h, size_t n)
{
	size_t at, list;

	put(h, 16, 2);
	at = open_vector(h);
	list = open_vector(h);
	for (size_t i = 0; i < n; i++)
		put(h, 0x026878, 3);
	put(h, 0x0268, 2);
	put(h, '2', 1);
	close_vector(h, list);
	close_vector(h, at);
}

static void put_extensions(struct hello *h, enum fill fill)
{
	const bool all = fill == EVERYTHING, shares = fill == SHARES || all;

	put(h, 43, 2); /* supported_versions */
	put(h, 3, 2);
	put(h, 2, 1);
	put(h, 0x0304, 2);
	put_list(h, 10, shares ? OTHER_GROUPS : 0, SNECK_X25519);
	put_list(h, 13, fill == SCHEMES ? 8000 : all ? 2400 : 0, SNECK_ECDSA_SECP256R1_SHA256);
	put_shares(h, shares ? OTHER_SHARES : 0, all ? 1 : 2250);
	put_protocols(h, fill == PROTOCOLS ? 5400 : all ? 1600 : 0);
	for (size_t i = 0; i < EXTS && (fill == EXTENSIONS || all); i++) {
		put(h, (uint32_t)(UNKNOWN + i), 2);
		zeros(h, all ? 0 : 260);
	}
	if (fill != USUAL) {
		put(h, 21, 2);
		zeros(h, 5 + LONGEST - 2 - h->len);
	}
}

/* One message in one record. */
static void make(struct hello *h, enum fill fill)
{
	const size_t suites = fill == SUITES ? 8000 : fill == EVERYTHING ? 2400 : 0;
	size_t at;

	h->len = 0;
	put(h, 0x160301, 3);
	put(h, 0, 2);
	put(h, 0x01000000, 4);
	put(h, 0x0303, 2);
	for (unsigned i = 0; i < 32; i++)
		put(h, i, 1);
	put(h, 0, 1);
	numbers(h, suites, SNECK_TLS_AES_128_GCM_SHA256);
	put(h, 0x0100, 2);
	at = open_vector(h);
	put_extensions(h, fill);
	close_vector(h, at);
	close_vector(h, 5); /* of the record; then that of the message */
	h->p[7] = (uint8_t)((h->len - 9) >> 8);
	h->p[8] = (uint8_t)(h->len - 9);
}

/* ---- the provider's hash, whose time is taken apart ---- */

static const struct sneck_hash *real;
static uint64_t hashing; /* nanoseconds */

static enum sneck_rc charge(uint64_t from, enum sneck_rc rc)
{
	hashing += bench_ns() - from;
	return rc;
}

static enum sneck_rc timed_init(void *ctx)
{
	const uint64_t from = bench_ns();

	return charge(from, real->init(ctx));
}

static enum sneck_rc timed_update(void *ctx, struct sneck_span in)
{
	const uint64_t from = bench_ns();

	return charge(from, real->update(ctx, in));
}

static enum sneck_rc timed_peek(const void *ctx, uint8_t *digest)
{
	const uint64_t from = bench_ns();

	return charge(from, real->peek(ctx, digest));
}

static enum sneck_rc timed_finish(void *ctx, uint8_t *digest)
{
	const uint64_t from = bench_ns();

	return charge(from, real->finish(ctx, digest));
}

/* Gives the provider, of which SHA-256 alone is used here, a hash that is timed. */
static void time_hash(struct sneck_provider *p)
{
	static const struct sneck_hash *list[2];
	static struct sneck_hash timed;

	real = p->hashes[0];
	timed = *real;
	timed.init = timed_init;
	timed.update = timed_update;
	timed.peek = timed_peek;
	timed.finish = timed_finish;
	list[0] = &timed;
	p->hashes = list;
}

/* Returns: nanoseconds of one connection up to its answer. */
static uint64_t answer(const struct sneck_config *cfg, const struct hello *h, enum sneck_rc *rc)
{
	static _Alignas(SNECK_ALIGN) uint8_t memory[SNECK_CONN_MAX], scratch[SNECK_SCRATCH_MAX];
	static uint8_t wire[sizeof h->p], sent[BENCH_WIRE];
	struct sneck_conn *conn;
	struct sneck_in in;
	struct sneck_out out;
	struct sneck_status st;
	uint64_t from, took;

	transparent_audit_reset();
	memcpy(wire, h->p, h->len);
	bench_must(sneck_conn_init(memory, sizeof memory, cfg, SNECK_SERVER, 1, &conn) ==
				   SNECK_OK &&
			   sneck_conn_set_scratch(conn, scratch, sizeof scratch) == SNECK_OK,
		   "making a connection");
	sneck_in_init(&in, NULL, 0);
	sneck_out_init(&out, sent, sizeof sent);
	bench_must(sneck_in_lend(&in, wire, h->len) == SNECK_OK, "lending input");
	from = bench_ns();
	while (sneck_process(conn, &in, &out, &st) == SNECK_MUST_TRANSMIT_TLS_DATA)
		sneck_out_sent(&out, out.len);
	took = bench_ns() - from;
	*rc = st.err;
	sneck_conn_wipe(conn);
	return took;
}

static struct samples took[FILLS], own[FILLS];
static struct hello hellos[FILLS];

int main(int argc, char **argv)
{
	const double seconds = bench_seconds(argc, argv, 2);
	const uint64_t end = bench_ns() + (uint64_t)(seconds * 1e9);
	static const struct sneck_span protocols[] = { { (const uint8_t *)"h2", 2 },
						       { (const uint8_t *)"http/1.1", 8 } };
	static struct setup s;
	struct sneck_config cfg;
	enum sneck_rc rc[FILLS];

	setup_open(&s, KEY_ECDSA, SNECK_TLS_AES_128_GCM_SHA256);
	s.certs[0] = sneck_span_of(s.cert, sizeof s.cert);
	s.credential.chain = s.certs;
	s.credential.signer = &s.signer.signer;
	cfg = s.config[SNECK_SERVER];
	time_hash(&s.transparent.provider);
	cfg.provider = &s.transparent.provider;
	cfg.alpn = protocols;
	cfg.n_alpn = 2;
	cfg.suites = (struct sneck_u16s){ NULL, 0 };
	for (enum fill fill = USUAL; fill < FILLS; fill++)
		make(&hellos[fill], fill);
	do
		for (enum fill fill = USUAL; fill < FILLS; fill++) {
			uint64_t ns;

			hashing = 0;
			ns = answer(&cfg, &hellos[fill], &rc[fill]);
			sample(&took[fill], (double)ns / 1e3);
			sample(&own[fill], (double)(ns - hashing) / 1e3);
		}
	while (bench_ns() < end);
	printf("A ClientHello at a server, microseconds of one core, medians, on a provider that "
	       "computes nothing;\nown: without the time in its hash\n\n%-24s %6s %8s %8s   "
	       "target, outcome\n",
	       "full", "bytes", "us", "own");
	for (enum fill fill = USUAL; fill < FILLS; fill++) {
		const double us = median(&took[fill]), core = median(&own[fill]);

		printf("%-24s %6zu %8.1f %8.1f   %.0f%s, %s\n", names[fill], hellos[fill].len - 5,
		       us, core, TARGET, core > TARGET ? " MISSED" : "",
		       rc[fill] == SNECK_OK ? "answered" : sneck_rc_name(rc[fill]));
		bench_must(rc[fill] == SNECK_OK, "answering");
	}
	putchar('\n');
	setup_close(&s);
	return 0;
}
