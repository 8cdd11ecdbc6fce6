/* SPDX-License-Identifier: MIT */
/* handshake_bench: a full handshake of TLS 1.3 and 1.2, microseconds of one core for each side. One
 * handshake is one sample; all take turns; the connection's making and end are in its time. sneck's
 * verifier remembers certificates that it has parsed, so it is measured on a server that it has
 * never seen (with new trust each time, whose making is not in the time), and on one that it knows.
 */
#include "bench.h"

#include <stdio.h>

enum { STRANGER, KNOWN, LIBSSL, WAYS };

static const struct stack *const stacks[] = { &stack_sneck, &stack_sneck, &stack_libssl };
static struct samples took[WAYS][2]; /* [way][role] */

static void one(const struct stack *stack, struct setup *s, struct samples times[2])
{
	static uint8_t memory[2][BENCH_WIRE];
	struct pair p = { .stack = stack };
	uint64_t ns[2] = { 0, 0 };

	for (int role = 0; role < 2; role++)
		p.wire[role] = (struct wire){ .base = memory[role] };
	for (int role = 0; role < 2; role++) {
		const uint64_t from = bench_ns();

		p.end[role] = stack->open(s, role, &p.wire[role], &p.wire[1 - role]);
		ns[role] += bench_ns() - from;
	}
	pair_shake(&p, ns);
	for (int role = 0; role < 2; role++) {
		const uint64_t from = bench_ns();

		stack->close(p.end[role]);
		ns[role] += bench_ns() - from;
		sample(&times[role], (double)ns[role] / 1e3);
	}
}

static void row(const char *version, const char *key, const char *side, double sneck, double libssl,
		double target)
{
	const double ratio = libssl / sneck;

	printf("%s %-12s %-20s %8.1f %8.1f %8.2f", version, key, side, sneck, libssl, ratio);
	if (target > 0)
		printf("   %.1f%s", target, ratio < target ? " MISSED" : "");
	putchar('\n');
}

static void rows(uint16_t suite, enum key_kind kind, const char *name, double seconds)
{
	static struct setup s;
	const char *version;
	double libssl[2];
	uint64_t end;

	setup_open(&s, kind, suite);
	version = s.old ? "1.2" : "1.3";
	for (int way = 0; way < WAYS; way++)
		for (int role = 0; role < 2; role++)
			took[way][role].n = 0;
	end = bench_ns() + (uint64_t)(seconds * 1e9);
	do
		for (int way = 0; way < WAYS; way++) {
			if (way == STRANGER)
				setup_forget(&s);
			one(stacks[way], &s, took[way]);
		}
	while (bench_ns() < end);
	for (int role = SNECK_CLIENT; role <= SNECK_SERVER; role++)
		libssl[role] = median(&took[LIBSSL][role]);
	row(version, name, "server", median(&took[KNOWN][SNECK_SERVER]), libssl[SNECK_SERVER],
	    kind != KEY_ECDSA ? 0 : s.old ? 1.3 : 1.4);
	row(version, name, "client", median(&took[STRANGER][SNECK_CLIENT]), libssl[SNECK_CLIENT],
	    kind == KEY_ECDSA ? 1.1 : 0);
	row(version, name, "client, server known", median(&took[KNOWN][SNECK_CLIENT]),
	    libssl[SNECK_CLIENT], 0);
	setup_close(&s);
}

/* Behind a session, on a server of the same key; the ticket for the next time is in it. */
static void resumed(uint16_t suite, bool early, const char *name, double seconds)
{
	static const char *const sides[2] = { "client", "server" };
	static struct setup s;
	uint64_t end;

	setup_open(&s, KEY_ECDSA, suite);
	setup_resume(&s, early);
	for (int way = KNOWN; way < WAYS; way++)
		for (int role = 0; role < 2; role++)
			took[way][role].n = 0;
	end = bench_ns() + (uint64_t)(seconds * 1e9);
	do
		for (int way = KNOWN; way < WAYS; way++)
			one(stacks[way], &s, took[way]);
	while (bench_ns() < end);
	for (int role = SNECK_SERVER; role >= SNECK_CLIENT; role--)
		row(s.old ? "1.2" : "1.3", name, sides[role], median(&took[KNOWN][role]),
		    median(&took[LIBSSL][role]), s.old ? 1.3 : 1.5);
	setup_close(&s);
}

int main(int argc, char **argv)
{
	const double seconds = bench_seconds(argc, argv, 5);

	printf("Full handshake, microseconds of one core, medians; %s\n"
	       "(AES-128-GCM, X25519, root -> leaf, chain and name verified, no tickets)\n\n"
	       "%-3s %-12s %-20s %8s %8s %8s   target\n",
	       OpenSSL_version(OPENSSL_VERSION), "TLS", "key", "side", "sneck", "libssl", "ratio");
	rows(SNECK_TLS_AES_128_GCM_SHA256, KEY_ECDSA, "ECDSA P-256", seconds);
	rows(SNECK_TLS_AES_128_GCM_SHA256, KEY_RSA, "RSA 2048", seconds);
	rows(SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, KEY_ECDSA, "ECDSA P-256", seconds);
	rows(SNECK_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, KEY_RSA, "RSA 2048", seconds);
	printf("\nResumed: TLS 1.3, PSK with X25519, one new ticket; TLS 1.2, by ticket\n");
	resumed(SNECK_TLS_AES_128_GCM_SHA256, false, "session", seconds);
	resumed(SNECK_TLS_AES_128_GCM_SHA256, true, "0-RTT", seconds);
	resumed(SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, false, "session", seconds);
	putchar('\n');
	return 0;
}
