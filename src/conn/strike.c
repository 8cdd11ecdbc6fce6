/* SPDX-License-Identifier: MIT */
/* strike.c: a register of replay ids in the caller's memory: each passes once within the window.
 * RFC 9846, 8.2. It fails towards "reject": when it is full, and during its first window, because
 * it knows nothing of what came before.
 *
 * A hash table with open addressing. Ids are binders, which are as good as random, so their first
 * bytes are the hash; 16 of them are kept. What is older than the window is free again. */
#include <sneck/session.h>

#include "../bounds.h"
#include "../wire/rd.h"

#define ID     16u
#define PROBES 64u

struct slot {
	uint8_t id[ID];
	uint64_t until_ms; /* 0: never used */
};

struct sneck_strike {
	size_t n;
	uint32_t window_ms;
	uint64_t open_ms; /* from when on anything is accepted */
	struct slot slot[];
};

/* A quarter of the slots stays free, so that a probe finds one. */
static size_t slots(uint32_t n_ids)
{
	return (size_t)n_ids + n_ids / 3u + PROBES;
}

/* SIZE_MAX, which nobody has, where size_t is too small to say it. */
size_t sneck_strike_size(uint32_t n_ids)
{
	const size_t most = (SIZE_MAX - sizeof(struct sneck_strike)) / sizeof(struct slot);

	if (n_ids > (most - PROBES) / 4u * 3u)
		return SIZE_MAX;
	return sizeof(struct sneck_strike) + slots(n_ids) * sizeof(struct slot);
}

enum sneck_rc sneck_strike_init(void *mem, size_t len, uint32_t n_ids, uint32_t window_ms,
				uint64_t now_ms, struct sneck_strike **strike)
{
	struct sneck_strike *const s = mem;

	if (len < sneck_strike_size(n_ids))
		return SNECK_WANT_SPACE;
	memset(mem, 0, sneck_strike_size(n_ids));
	s->n = slots(n_ids);
	s->window_ms = window_ms;
	s->open_ms = now_ms + window_ms;
	*strike = s;
	return SNECK_OK;
}

enum sneck_rc sneck_strike_add(struct sneck_strike *strike, struct sneck_span id, uint64_t now_ms)
{
	struct slot *free = NULL;
	struct rd r;
	size_t at;

	if (id.len < ID)
		return SNECK_E_ARG;
	rd_init(&r, id);
	at = rd_uint(&r, 4) % strike->n;
	for (uint32_t i = 0; i < PROBES; i++, at = at + 1u < strike->n ? at + 1u : 0) {
		struct slot *const slot = &strike->slot[at];

		if (slot->until_ms > now_ms) {
			if (memcmp(slot->id, id.p, ID) == 0)
				return SNECK_E_REPLAY;
		} else if (free == NULL) {
			free = slot;
		}
		if (slot->until_ms == 0) /* and behind it nothing of this id */
			break;
	}
	if (free == NULL)
		return SNECK_NOT_NOW;
	memcpy(free->id, id.p, ID);
	free->until_ms = now_ms + strike->window_ms + 1u;
	return now_ms < strike->open_ms ? SNECK_NOT_NOW : SNECK_OK;
}
