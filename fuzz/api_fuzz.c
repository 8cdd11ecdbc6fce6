/* SPDX-License-Identifier: MIT */
/* api_fuzz.c: calls of the API, in the order and with the arguments that the input says, on two
 * connections and over configs that it says too: tests/lib/walk.h. Sizes are exact, what arrives
 * is what was sent. */
#include "fuzz.h"
#include "lib/walk.h"

static struct bytes in;

static size_t roll(size_t n)
{
	const size_t high = n > 256 ? (size_t)bytes_next(&in) << 8 : 0;

	return (high | bytes_next(&in)) % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	in = (struct bytes){ data, size };
	walk_start(roll, 1);
	while (in.len != 0)
		walk_call();
	for (int i = 0; i < 20; i++)
		pair_pump(&walk_pair);
	walk_arrived();
	pair_wipe(&walk_pair);
	return 0;
}
