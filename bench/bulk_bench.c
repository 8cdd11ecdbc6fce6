/* SPDX-License-Identifier: MIT */
/* bulk_bench: application data, MB/s of one core, for each suite, record size and direction; beside
 * libssl, and beside the raw AEAD of the same libcrypto: set the nonce, the version's AAD, the
 * bytes, the end, the tag. Once for the bytes that a record protects, which in TLS 1.3 are the data
 * and their content type (what a record can cost at least; the target is of this), once for the
 * data alone: where libcrypto takes whole blocks, that one byte costs up to a quarter. A sample is
 * one batch of records; all take turns on the same memory. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#define TAG   16u
#define BATCH 8u /* records of 16 KiB; eight times as many of 1 KiB */

enum { SNECK, LIBSSL, RAW, DATA, WAYS };
enum { SEND, RECV };

static struct samples took[WAYS][2];
static uint8_t plain[BENCH_PLAIN + 1];

struct raw {
	EVP_CIPHER_CTX *dir[2];
	uint64_t seq;
	struct wire *wire;
	size_t head; /* in front of the bytes: header, and the nonce where TLS 1.2 sends one */
	int aad;
};

static void raw_open(struct raw *r, uint16_t suite)
{
	static const uint8_t key[32] = { 1 };
	const char *const text = sneck_suite_name(suite);
	const bool gcm = strstr(text, "GCM") != NULL, old = suite >> 8 != 0x13;
	const char *const name = !gcm				 ? "ChaCha20-Poly1305"
				 : strstr(text, "_128_") != NULL ? "AES-128-GCM"
								 : "AES-256-GCM";
	EVP_CIPHER *const cipher = EVP_CIPHER_fetch(NULL, name, NULL);

	r->head = old && gcm ? 13 : 5;
	r->aad = old ? 13 : 5;
	for (int dir = SEND; dir <= RECV; dir++) {
		r->dir[dir] = EVP_CIPHER_CTX_new();
		bench_must(cipher != NULL && EVP_CipherInit_ex2(r->dir[dir], cipher, key, NULL,
								dir == SEND, NULL) == 1,
			   name);
	}
	EVP_CIPHER_free(cipher);
}

static void raw_close(struct raw *r)
{
	EVP_CIPHER_CTX_free(r->dir[SEND]);
	EVP_CIPHER_CTX_free(r->dir[RECV]);
}

/* The same places as records have. */
static void raw_batch(struct raw *r, int dir, size_t len, size_t count)
{
	static const uint8_t aad[13] = { 23, 3, 3 };
	EVP_CIPHER_CTX *const c = r->dir[dir];
	uint8_t *p = r->wire->base + r->head, nonce[12] = { 0 }, none[16];

	for (size_t i = 0; i < count; i++, p += r->head + len + TAG) {
		const uint64_t seq = r->seq + i;
		OSSL_PARAM tag[] = {
			OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, p + len, TAG),
			OSSL_PARAM_END,
		};
		int n;

		memcpy(nonce + 4, &seq, sizeof seq);
		if (dir == SEND)
			bench_must(EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
					   EVP_EncryptUpdate(c, NULL, &n, aad, r->aad) == 1 &&
					   EVP_EncryptUpdate(c, p, &n, plain, (int)len) == 1 &&
					   EVP_EncryptFinal_ex(c, none, &n) == 1 &&
					   EVP_CIPHER_CTX_get_params(c, tag) == 1,
				   "raw seal");
		else
			bench_must(EVP_DecryptInit_ex2(c, NULL, NULL, nonce, tag) == 1 &&
					   EVP_DecryptUpdate(c, NULL, &n, aad, r->aad) == 1 &&
					   EVP_DecryptUpdate(c, p, &n, p, (int)len) == 1 &&
					   EVP_DecryptFinal_ex(c, none, &n) == 1,
				   "raw open");
	}
	r->seq += dir == RECV ? count : 0;
}

static void raw_pair(struct raw *r, size_t len, size_t count, struct samples times[2])
{
	for (int dir = SEND; dir <= RECV; dir++) {
		const uint64_t from = bench_ns();

		raw_batch(r, dir, len, count);
		sample(&times[dir], (double)(bench_ns() - from));
	}
}

static void stack_batch(struct pair *p, size_t len, size_t count, struct samples times[2])
{
	uint64_t from = bench_ns(), sent;
	size_t got;

	p->stack->send(p->end[SNECK_SERVER], plain, len, count);
	sent = bench_ns();
	got = p->stack->recv(p->end[SNECK_CLIENT]);
	sample(&times[RECV], (double)(bench_ns() - sent));
	sample(&times[SEND], (double)(sent - from));
	bench_must(got == len * count, "all the bytes");
}

static void measure(uint16_t suite, size_t len, double seconds)
{
	static struct setup s;
	const size_t count = len == BENCH_PLAIN ? BATCH : 8 * BATCH;
	struct pair sneck, libssl;
	struct raw raw = { .wire = &sneck.wire[SNECK_CLIENT] };
	uint64_t end;

	setup_open(&s, KEY_ECDSA, suite);
	pair_open(&sneck, &stack_sneck, &s);
	pair_shake(&sneck, NULL);
	pair_open(&libssl, &stack_libssl, &s);
	pair_shake(&libssl, NULL);
	raw_open(&raw, suite);
	for (int way = 0; way < WAYS; way++)
		for (int dir = SEND; dir <= RECV; dir++)
			took[way][dir].n = 0;
	end = bench_ns() + (uint64_t)(seconds * 1e9);
	/* who runs behind another library pays for the change, so all begin in turn */
	for (unsigned turn = 0; turn % WAYS != 0 || bench_ns() < end; turn++)
		for (unsigned i = 0; i < WAYS; i++)
			switch ((turn + i) % WAYS) {
			case SNECK:
				stack_batch(&sneck, len, count, took[SNECK]);
				break;
			case LIBSSL:
				stack_batch(&libssl, len, count, took[LIBSSL]);
				break;
			case RAW:
				raw_pair(&raw, len + !s.old, count, took[RAW]);
				break;
			default:
				raw_pair(&raw, len, count, took[DATA]);
				break;
			}
	raw_close(&raw);
	pair_close(&sneck);
	pair_close(&libssl);
	setup_close(&s);
}

static void rows(uint16_t suite, size_t len, double seconds)
{
	static const char *const dirs[] = { "send", "receive" };
	const double bytes = (double)(len == BENCH_PLAIN ? len * BATCH : len * 8 * BATCH);

	measure(suite, len, seconds);
	for (int dir = SEND; dir <= RECV; dir++) {
		const double sneck = median(&took[SNECK][dir]), raw = median(&took[RAW][dir]);
		const double libssl = median(&took[LIBSSL][dir]), data = median(&took[DATA][dir]);

		printf("%-45s %5zu %-8s %7.0f %7.0f %7.0f %7.0f %7.2f %7.3f%s\n",
		       sneck_suite_name(suite), len, dirs[dir], 1e3 * bytes / sneck,
		       1e3 * bytes / libssl, 1e3 * bytes / raw, 1e3 * bytes / data, libssl / sneck,
		       raw / sneck, raw / sneck < 0.93 ? " MISSED" : "");
	}
}

int main(int argc, char **argv)
{
	static const uint16_t suites[] = {
		SNECK_TLS_AES_128_GCM_SHA256,
		SNECK_TLS_AES_256_GCM_SHA384,
		SNECK_TLS_CHACHA20_POLY1305_SHA256,
		SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	};
	static const size_t lens[] = { BENCH_PLAIN, 1024 };
	const double seconds = bench_seconds(argc, argv, 2);

	printf("Application data, MB/s (10^6 bytes) of one core, medians; %s\n"
	       "(AEAD: of data and content type; ratio: to libssl; of AEAD: target 0.93)\n\n"
	       "%-45s %5s %-8s %7s %7s %7s %7s %7s %7s\n",
	       OpenSSL_version(OPENSSL_VERSION), "suite", "bytes", "", "sneck", "libssl", "AEAD",
	       "no type", "ratio", "of AEAD");
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
		for (size_t k = 0; k < sizeof lens / sizeof *lens; k++)
			rows(suites[i], lens[k], seconds);
	putchar('\n');
	return 0;
}
