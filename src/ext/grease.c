/* SPDX-License-Identifier: MIT */
/* grease.c: GREASE: values that mean nothing and never will, so that nobody gets used to there
 * being none, and an order of extensions that nobody can get used to either. RFC 8701; RFC
 * 9846, 4.3.
 *
 * They are in what is sent and in no list of ours, so a peer that picks one has picked what we did
 * not offer. Drawn once for a handshake: a second ClientHello has the same ones, in the same order,
 * as RFC 9846, 4.2.2 demands. Off until config.grease. */
#include "grease.h"

enum sneck_rc sneck__grease_begin(struct nego *ng)
{
	const struct sneck_provider *const p = ng->cfg->provider;

	if (!ng->cfg->grease)
		return SNECK_OK;
	SNECK_TRY(p->random(p->ctx, ng->grease, sizeof ng->grease));
	/* the two extensions differ; RFC 9846, 4.3 */
	if (((ng->grease[GREASE_FIRST] ^ ng->grease[GREASE_LAST]) & 15u) == 0)
		ng->grease[GREASE_LAST] ^= 1u;
	return SNECK_OK;
}

uint16_t sneck__grease_value(const struct nego *ng, enum grease what)
{
	return grease_of(ng->grease[what]);
}

void sneck__grease_write(const struct nego *ng, enum grease what, struct wr *w)
{
	if (ng->cfg->grease)
		wr_u16(w, sneck__grease_value(ng, what));
}

void sneck__grease_extension(const struct nego *ng, enum grease what, struct wr *w)
{
	if (!ng->cfg->grease)
		return;
	wr_u16(w, sneck__grease_value(ng, what));
	wr_u16(w, what == GREASE_LAST); /* one empty, one with a byte in it */
	if (what == GREASE_LAST)
		wr_u8(w, 0);
}

/* Fisher and Yates, with a byte for each step: nobody is meant to be sure of the order, and a bias
 * of a part in ten makes nobody so. */
void sneck__grease_shuffle(const struct nego *ng, uint8_t *rows, unsigned n)
{
	for (unsigned i = n; ng->cfg->grease && i > 1; i--) {
		const unsigned k = ng->grease[GREASE_COUNT + i - 1u] % i;
		const uint8_t row = rows[k];

		rows[k] = rows[i - 1u];
		rows[i - 1u] = row;
	}
}
