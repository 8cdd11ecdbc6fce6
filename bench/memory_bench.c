/* SPDX-License-Identifier: MIT */
/* memory_bench: calls of malloc, calloc and realloc, and bytes of heap, for each side of a full
 * handshake and of one record each way. They are counted here, in place of the C library's, and
 * charged to the side whose call runs. Each stack has made one connection before. sneck's core is
 * measured on a provider that allocates nothing, so that what is counted would be its own: it must
 * be 0, or the program fails. */
#include "bench.h"

#include <malloc.h>
#include <stdio.h>

static struct count {
	uint64_t calls;
	int64_t bytes, most; /* in use */
} counts[2], nobody, *charged = &nobody;

#ifdef __GLIBC__
/* The names under which glibc keeps its own when a program brings others. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);
#define OUTSIDE __attribute__((visibility("default")))
OUTSIDE void *malloc(size_t n);
OUTSIDE void *calloc(size_t n, size_t size);
OUTSIDE void *realloc(void *p, size_t n);
OUTSIDE void free(void *p);

static void *counted(void *p, size_t before)
{
	charged->calls++;
	charged->bytes += (int64_t)malloc_usable_size(p) - (int64_t)before;
	if (charged->bytes > charged->most)
		charged->most = charged->bytes;
	return p;
}

void *malloc(size_t n)
{
	return counted(__libc_malloc(n), 0);
}

void *calloc(size_t n, size_t size)
{
	return counted(__libc_calloc(n, size), 0);
}

void *realloc(void *p, size_t n)
{
	const size_t before = malloc_usable_size(p);

	return counted(__libc_realloc(p, n), before);
}

void free(void *p)
{
	charged->bytes -= (int64_t)malloc_usable_size(p);
	__libc_free(p);
}
#endif

static void charge(struct count *c)
{
	charged = c;
}

static void shake(struct pair *p)
{
	bool done[2] = { false, false };

	for (int role = SNECK_CLIENT; !done[0] || !done[1]; role = 1 - role) {
		charge(&counts[role]);
		done[role] = p->stack->shake(p->end[role]);
		charge(&nobody);
	}
}

static void records(struct pair *p)
{
	static const uint8_t plain[BENCH_PLAIN];

	for (int role = 0; role < 2; role++) {
		charge(&counts[role]);
		p->stack->send(p->end[role], plain, sizeof plain, 1);
		charge(&counts[1 - role]);
		bench_must(p->stack->recv(p->end[1 - role]) == sizeof plain, "a record");
		charge(&nobody);
	}
}

/* Returns: calls of all. */
static uint64_t rows(const char *name, const struct stack *stack, struct setup *s)
{
	static const char *const roles[] = { "client", "server" };
	static uint8_t memory[2][BENCH_WIRE];
	struct pair p = { .stack = stack };
	struct count hs[2];
	uint64_t all = 0;

	for (int role = 0; role < 2; role++) {
		p.wire[role] = (struct wire){ .base = memory[role] };
		counts[role] = (struct count){ 0 };
	}
	for (int role = 0; role < 2; role++) {
		charge(&counts[role]);
		p.end[role] = stack->open(s, role, &p.wire[role], &p.wire[1 - role]);
		charge(&nobody);
	}
	shake(&p);
	hs[0] = counts[0];
	hs[1] = counts[1];
	records(&p);
	for (int role = 0; role < 2; role++) {
		charge(&counts[role]);
		stack->close(p.end[role]);
		charge(&nobody);
		printf("%-18s %-7s %10llu %10llu %12lld %12lld\n", name, roles[role],
		       (unsigned long long)hs[role].calls,
		       (unsigned long long)(counts[role].calls - hs[role].calls),
		       (long long)hs[role].most, (long long)hs[role].bytes);
		all += counts[role].calls;
	}
	return all;
}

/* Sizes of the memory that a caller lends, for a config that leaves the choice to the library and
 * for one that names all that the provider has. */
static void lent(const char *name, const struct sneck_provider *provider, const struct setup *s)
{
	static const char *const roles[] = { "client", "server" };
	static const uint16_t suites[] = { 0x1301, 0x1302, 0x1303, 0x1304, 0x1305 };
	uint16_t groups[16];
	size_t n = 0;

	while (n < 16 && provider->kexes[n] != NULL) {
		groups[n] = provider->kexes[n]->group;
		n++;
	}
	for (int role = 0; role < 2; role++) {
		struct sneck_config few = s->config[role], all;

		few.provider = provider;
		few.suites = few.groups = (struct sneck_u16s){ NULL, 0 };
		all = few;
		all.suites = (struct sneck_u16s){ suites, sizeof suites / sizeof *suites };
		all.groups = (struct sneck_u16s){ groups, n };
		printf("%-18s %-7s %10zu %10zu %12zu %12zu\n", name, roles[role],
		       sneck_conn_size(&few, role), sneck_scratch_size(&few, role),
		       sneck_conn_size(&all, role), sneck_scratch_size(&all, role));
		bench_must(sneck_conn_size(&all, role) <= SNECK_CONN_MAX &&
				   sneck_scratch_size(&all, role) <= SNECK_SCRATCH_MAX,
			   "keeping within SNECK_CONN_MAX and SNECK_SCRATCH_MAX");
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		const struct stack *stack;
		const struct sneck_provider *(*provider)(void);
	} ways[] = {
		{ "sneck, core alone", &stack_core, NULL },
		{ "sneck on libcrypto", &stack_sneck, sneck_provider_libcrypto },
#ifdef BENCH_BEARSSL
		{ "sneck on bearssl", &stack_sneck, sneck_provider_bearssl },
#endif
		{ "libssl", &stack_libssl, NULL },
	};
	static struct setup s;
	struct pair warm;
	uint64_t core = 0;

	(void)bench_seconds(argc, argv, 1);
	printf("Heap of one connection: full TLS 1.3 handshake with a known server, then 16 KiB "
	       "each way\n"
	       "(calls of malloc, calloc, realloc; bytes at most during the handshake, and "
	       "after;\nthe signature and the look at the chain are libcrypto's on every "
	       "provider)\n\n"
	       "%-18s %-7s %10s %10s %12s %12s\n",
	       "", "side", "handshake", "data", "bytes, most", "bytes, after");
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		uint64_t calls;

		setup_open(&s, KEY_ECDSA, SNECK_TLS_AES_128_GCM_SHA256);
		for (int role = 0; role < 2 && ways[i].provider != NULL; role++)
			s.config[role].provider = ways[i].provider();
		pair_open(&warm, ways[i].stack, &s); /* what is made once a process */
		pair_shake(&warm, NULL);
		pair_close(&warm);
		transparent_audit_reset();
		calls = rows(ways[i].name, ways[i].stack, &s);
		if (ways[i].stack == &stack_core)
			core = calls;
		setup_close(&s);
	}
	setup_open(&s, KEY_ECDSA, SNECK_TLS_AES_128_GCM_SHA256);
	printf("\nMemory that the caller lends sneck, bytes: at most %u and %u\n\n"
	       "%-18s %-7s %10s %10s %12s %12s\n",
	       SNECK_CONN_MAX, SNECK_SCRATCH_MAX, "provider", "side", "connection", "scratch",
	       "all algs: c.", "all algs: s.");
	lent("libcrypto", sneck_provider_libcrypto(), &s);
#ifdef BENCH_BEARSSL
	lent("bearssl", sneck_provider_bearssl(), &s);
#endif
	setup_close(&s);
	putchar('\n');
	bench_must(core == 0, "allocating nothing in the core");
	return 0;
}
