/* SPDX-License-Identifier: MIT */
/* handshake_bench: a full TLS 1.3 handshake, microseconds of one core for each side. One handshake
 * is one sample; sneck and libssl take turns; the connection's making and end are in its time. */
#include "bench.h"

#include <stdio.h>

static const struct stack *const stacks[] = { &stack_sneck, &stack_libssl };
static struct samples took[2][2]; /* [stack][role] */

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

static void rows(enum key_kind kind, const char *name, double seconds)
{
	static const char *const roles[] = { "client", "server" };
	static const double targets[] = { 1.1, 1.4 };
	static struct setup s;
	uint64_t end;

	setup_open(&s, kind, SNECK_TLS_AES_128_GCM_SHA256);
	for (int i = 0; i < 2; i++)
		for (int role = 0; role < 2; role++)
			took[i][role].n = 0;
	end = bench_ns() + (uint64_t)(seconds * 1e9);
	do
		for (int i = 0; i < 2; i++)
			one(stacks[i], &s, took[i]);
	while (bench_ns() < end);
	for (int role = 1; role >= 0; role--) {
		const double sneck = median(&took[0][role]), libssl = median(&took[1][role]);

		printf("%-12s %-8s %8.1f %8.1f %8.2f", name, roles[role], sneck, libssl,
		       libssl / sneck);
		if (kind == KEY_ECDSA)
			printf("   %.1f%s", targets[role],
			       libssl / sneck < targets[role] ? " MISSED" : "");
		putchar('\n');
	}
	setup_close(&s);
}

int main(int argc, char **argv)
{
	const double seconds = bench_seconds(argc, argv, 5);

	printf("Full TLS 1.3 handshake, microseconds of one core, medians; %s\n"
	       "(AES-128-GCM, X25519, root -> leaf, chain and name verified, no tickets)\n\n"
	       "%-12s %-8s %8s %8s %8s   target\n",
	       OpenSSL_version(OPENSSL_VERSION), "key", "side", "sneck", "libssl", "ratio");
	rows(KEY_ECDSA, "ECDSA P-256", seconds);
	rows(KEY_RSA, "RSA 2048", seconds);
	putchar('\n');
	return 0;
}
