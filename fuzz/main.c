/* SPDX-License-Identifier: MIT */
/* main.c: a driver for a target where there is no libFuzzer: `NAME_fuzz [-m N] FILE...` runs each
 * input of each file, and N altered ones of each. A file whose name ends in .pack has many inputs,
 * each behind its length in two bytes, big-endian (tools/corpus); another one is an input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define INPUT_MAX 65536u

static uint64_t dice = 1;
static unsigned long mutants;
static size_t n_run;

static size_t roll(size_t n)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (size_t)(dice >> 33) % n;
}

/* In memory of its own, so that a sanitizer sees one byte too many. */
static void run(const uint8_t *p, size_t len)
{
	uint8_t *const copy = malloc(len != 0 ? len : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, p, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	n_run++;
}

static void mutate(uint8_t *p, size_t *len)
{
	for (size_t n = 1u + roll(4); n != 0 && *len != 0; n--) {
		const size_t at = roll(*len), run_len = 1u + roll(*len - at);

		switch (roll(4)) {
		case 0:
			p[at] ^= (uint8_t)(1u << roll(8));
			break;
		case 1:
			p[at] = (uint8_t)roll(256);
			break;
		case 2: /* a piece away */
			memmove(p + at, p + at + run_len, *len - at - run_len);
			*len -= run_len;
			break;
		default: /* a piece again */
			if (*len + run_len > INPUT_MAX)
				break;
			memmove(p + at + run_len, p + at, *len - at);
			*len += run_len;
		}
	}
}

static void input(const uint8_t *p, size_t len)
{
	static uint8_t mutant[INPUT_MAX];

	run(p, len);
	for (unsigned long i = 0; i < mutants && len <= sizeof mutant; i++) {
		size_t n = len;

		memcpy(mutant, p, len);
		mutate(mutant, &n);
		run(mutant, n);
	}
}

static int file(const char *name)
{
	const size_t end = strlen(name);
	static uint8_t all[1u << 20];
	size_t len, n;
	FILE *const f = fopen(name, "rb");

	if (f == NULL) {
		perror(name);
		return 1;
	}
	len = fread(all, 1, sizeof all, f);
	(void)fclose(f);
	if (end < 5 || strcmp(name + end - 5, ".pack") != 0) {
		input(all, len);
		return 0;
	}
	for (size_t at = 0; at + 2u <= len; at += n) {
		n = (size_t)all[at] << 8 | all[at + 1u];
		at += 2;
		if (n > len - at) {
			(void)fprintf(stderr, "%s: an input is cut off\n", name);
			return 1;
		}
		input(all + at, n);
	}
	return 0;
}

int main(int argc, char **argv)
{
	int i = 1, failed = 0;

	if (argc > 2 && strcmp(argv[1], "-m") == 0) {
		mutants = strtoul(argv[2], NULL, 10);
		i = 3;
	}
	if (setenv("CMOCKA_TEST_ABORT", "1", 1) != 0)
		return 1;
	for (; i < argc; i++)
		failed |= file(argv[i]);
	printf("%zu inputs\n", n_run);
	return failed || n_run == 0;
}
