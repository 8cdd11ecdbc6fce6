/* SPDX-License-Identifier: MIT */
/* providers_bench: the library on each provider that computes for real, beside libssl: a full
 * handshake, microseconds of one core for each side, and application data, MB/s of one core, in
 * records of 16 KiB. Both sides have the same provider; the server's signature and the client's
 * look at the chain are libcrypto's in all rows, and the server is known. All take turns. */
#include "bench.h"

#include <stdio.h>

#define BATCH 8u /* records */
#define WAYS  3

enum { SEND, RECV };

static const struct way {
	const char *name;
	const struct stack *stack;
	const struct sneck_provider *(*provider)(void);
} ways[WAYS] = {
	{ "sneck on libcrypto", &stack_sneck, sneck_provider_libcrypto },
#ifdef BENCH_BEARSSL
	{ "sneck on bearssl", &stack_sneck, sneck_provider_bearssl },
#else
	{ "sneck on bearssl", &stack_sneck, NULL },
#endif
	{ "libssl", &stack_libssl, sneck_provider_libcrypto },
};

static struct setup setups[WAYS]; /* a verifier remembers chains */
static struct samples shaking[WAYS][2], moving[WAYS][2];

static void setups_open(uint16_t suite)
{
	for (int i = 0; i < WAYS; i++) {
		if (ways[i].provider == NULL)
			continue;
		setup_open(&setups[i], KEY_ECDSA, suite);
		for (int role = 0; role < 2; role++) {
			setups[i].config[role].provider = ways[i].provider();
			shaking[i][role].n = 0;
			moving[i][role].n = 0;
		}
	}
}

static void setups_close(void)
{
	for (int i = 0; i < WAYS; i++)
		if (ways[i].provider != NULL)
			setup_close(&setups[i]);
}

static void shake(int way)
{
	struct pair p;
	uint64_t ns[2] = { 0, 0 };

	pair_open(&p, ways[way].stack, &setups[way]);
	pair_shake(&p, ns);
	pair_close(&p);
	for (int role = 0; role < 2; role++)
		sample(&shaking[way][role], (double)ns[role] / 1e3);
}

static void move(int way, uint64_t until)
{
	static const uint8_t plain[BENCH_PLAIN];
	struct pair p;

	pair_open(&p, ways[way].stack, &setups[way]);
	pair_shake(&p, NULL);
	do {
		const uint64_t from = bench_ns();
		uint64_t sent;
		size_t got;

		p.stack->send(p.end[SNECK_SERVER], plain, sizeof plain, BATCH);
		sent = bench_ns();
		got = p.stack->recv(p.end[SNECK_CLIENT]);
		sample(&moving[way][RECV], (double)(bench_ns() - sent));
		sample(&moving[way][SEND], (double)(sent - from));
		bench_must(got == BATCH * sizeof plain, "all the bytes");
	} while (bench_ns() < until);
	pair_close(&p);
}

/* MB/s of a suite, into rates[way]: sent, received. */
static void bulk(uint16_t suite, double seconds, double rates[WAYS][2])
{
	setups_open(suite);
	for (int way = 0; way < WAYS; way++) {
		if (ways[way].provider == NULL)
			continue;
		move(way, bench_ns() + (uint64_t)(seconds * 1e9));
		for (int dir = SEND; dir <= RECV; dir++)
			rates[way][dir] = 1e3 * BATCH * BENCH_PLAIN / median(&moving[way][dir]);
	}
	setups_close();
}

int main(int argc, char **argv)
{
	const double seconds = bench_seconds(argc, argv, 2);
	double gcm[WAYS][2], chacha[WAYS][2];
	uint64_t end;

	bulk(SNECK_TLS_AES_128_GCM_SHA256, seconds / WAYS, gcm);
	bulk(SNECK_TLS_CHACHA20_POLY1305_SHA256, seconds / WAYS, chacha);
	setups_open(SNECK_TLS_AES_128_GCM_SHA256);
	end = bench_ns() + (uint64_t)(seconds * 1e9);
	do
		for (int way = 0; way < WAYS; way++)
			if (ways[way].provider != NULL)
				shake(way);
	while (bench_ns() < end);
	printf("Providers: handshake (ECDSA P-256, X25519, AES-128-GCM), microseconds of one core; "
	       "MB/s of data\n\n"
	       "%-18s %10s %10s %13s %10s %13s %10s\n",
	       "", "server us", "client us", "AES-GCM send", "receive", "ChaCha send", "receive");
	for (int way = 0; way < WAYS; way++)
		if (ways[way].provider == NULL)
			printf("%-18s not built: no BearSSL here\n", ways[way].name);
		else
			printf("%-18s %10.1f %10.1f %13.0f %10.0f %13.0f %10.0f\n", ways[way].name,
			       median(&shaking[way][SNECK_SERVER]),
			       median(&shaking[way][SNECK_CLIENT]), gcm[way][SEND], gcm[way][RECV],
			       chacha[way][SEND], chacha[way][RECV]);
	putchar('\n');
	setups_close();
	return 0;
}
