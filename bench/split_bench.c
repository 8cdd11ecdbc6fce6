/* SPDX-License-Identifier: MIT */
/* split_bench: one connection on two threads: a server's halves, one receives what a client has
 * sealed before, one sends, records of 16 KiB. Beside it the same work by one thread, and what this
 * machine gives to two threads that have nothing in common: the AEAD alone, on a context each. A
 * sample is a batch; threads wait for each other by spinning, so that no wake-up is measured;
 * it says something on a machine with two idle cores. */
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define RECORDS 28u /* in each direction; what a wire holds */
#define BYTES	(2.0 * RECORDS * BENCH_PLAIN)

enum work { NOTHING, HALF, AEAD, QUIT };
enum { ONE, TWO, RAW_ONE, RAW_TWO, WAYS };

static struct setup setup;
static struct pair pair;
static struct sneck_conn *rx, *tx;
static struct sneck_in *in;
static struct sneck_out *out;
static _Alignas(SNECK_SPLIT_ALIGN) uint8_t tx_mem[SNECK_CONN_MAX];
static uint8_t plain[BENCH_PLAIN], raw_mem[2][RECORDS][BENCH_PLAIN + 64];
static EVP_CIPHER_CTX *raw[2];
static struct samples took[WAYS];
static _Atomic int todo;

static void send_half(void)
{
	const struct sneck_iov piece = { plain, sizeof plain };
	for (unsigned i = 0; i < RECORDS; i++)
		bench_must(sneck_encrypt(tx, &piece, 1, 0, out, NULL) == SNECK_OK, "sending");
	sneck_out_sent(out, out->len);
}

static void receive_half(void)
{
	struct wire *const w = &pair.wire[SNECK_SERVER];
	struct sneck_status st;
	struct sneck_rec rec;
	size_t n = 0;

	bench_must(sneck_in_lend(in, w->base, w->len) == SNECK_OK, "lending");
	while (sneck_process(rx, in, NULL, &st) == SNECK_APP_DATA_AVAILABLE)
		while (sneck_app_next(&st.u.app, &rec) == SNECK_OK)
			n += rec.len;
	bench_must(n == (size_t)RECORDS * BENCH_PLAIN, "receiving");
	w->len = 0;
}

static void seal_raw(int who)
{
	static const uint8_t nonce[12], aad[5];
	int n;

	for (unsigned i = 0; i < RECORDS; i++)
		bench_must(EVP_EncryptInit_ex2(raw[who], NULL, NULL, nonce, NULL) == 1 &&
				   EVP_EncryptUpdate(raw[who], NULL, &n, aad, sizeof aad) == 1 &&
				   EVP_EncryptUpdate(raw[who], raw_mem[who][i], &n, plain,
						     sizeof plain) == 1 &&
				   EVP_EncryptFinal_ex(raw[who], raw_mem[who][i], &n) == 1,
			   "raw seal");
}

static void *second_thread(void *arg)
{
	(void)arg;
	for (;;) {
		const int work = atomic_load_explicit(&todo, memory_order_acquire);

		if (work == QUIT)
			return NULL;
		if (work == HALF)
			send_half();
		else if (work == AEAD)
			seal_raw(1);
		else {
			(void)sched_yield();
			continue;
		}
		atomic_store_explicit(&todo, NOTHING, memory_order_release);
	}
}

static void hand(int work)
{
	atomic_store_explicit(&todo, work, memory_order_release);
}

static void join(void)
{
	while (atomic_load_explicit(&todo, memory_order_acquire) != NOTHING)
		(void)sched_yield();
}

static void turn(int way)
{
	uint64_t from;

	if (way == ONE || way == TWO)
		pair.stack->send(pair.end[SNECK_CLIENT], plain, sizeof plain, RECORDS);
	from = bench_ns();
	switch (way) {
	case ONE:
		receive_half();
		send_half();
		break;
	case TWO:
		hand(HALF);
		receive_half();
		join();
		break;
	case RAW_ONE:
		seal_raw(0);
		seal_raw(1);
		break;
	default:
		hand(AEAD);
		seal_raw(0);
		join();
		break;
	}
	sample(&took[way], (double)(bench_ns() - from));
}

static void open_all(void)
{
	static const uint8_t key[16] = { 1 };

	setup_open(&setup, KEY_ECDSA, SNECK_TLS_AES_128_GCM_SHA256);
	pair_open(&pair, &stack_sneck, &setup);
	pair_shake(&pair, NULL);
	rx = party_open(pair.end[SNECK_SERVER], &in, &out);
	bench_must(sneck_split(rx, tx_mem, sizeof tx_mem, &tx) == SNECK_OK, "splitting");
	for (int i = 0; i < 2; i++) {
		raw[i] = EVP_CIPHER_CTX_new();
		bench_must(raw[i] != NULL && EVP_EncryptInit_ex2(raw[i], EVP_aes_128_gcm(), key,
								 NULL, NULL) == 1,
			   "raw key");
	}
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "halves of a connection", "raw AEAD" };
	const double seconds = bench_seconds(argc, argv, 2);
	pthread_t thread;
	uint64_t end;

	open_all();
	bench_must(pthread_create(&thread, NULL, second_thread, NULL) == 0, "a thread");
	end = bench_ns() + (uint64_t)(seconds * 1e9);
	while (bench_ns() < end)
		for (int way = 0; way < WAYS; way++)
			turn(way);
	hand(QUIT);
	pthread_join(thread, NULL);

	printf("One connection on two threads: 16 KiB records both ways, MB/s, medians\n\n"
	       "%-24s %8s %8s %8s\n",
	       "", "one", "two", "ratio");
	for (int i = 0; i < 2; i++) {
		const double one = median(&took[2 * i]), two = median(&took[2 * i + 1]);

		printf("%-24s %8.0f %8.0f %8.2f\n", names[i], 1e3 * BYTES / one, 1e3 * BYTES / two,
		       one / two);
	}
	putchar('\n');
	for (int i = 0; i < 2; i++)
		EVP_CIPHER_CTX_free(raw[i]);
	sneck_conn_wipe(tx);
	pair_close(&pair);
	setup_close(&setup);
	return 0;
}
