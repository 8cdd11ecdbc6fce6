/* SPDX-License-Identifier: MIT */
/* ask.c: questions to the application. Raised here only; asked again, each answers SNECK_OK once it
 * is settled, so a handler may be run again from the start. A question is the only trace that a
 * waiting handler leaves. */
#include "hs.h"

#include <sneck/info.h>

/* Op ids begin at random bytes, so an answer to another connection is stale, whatever it is. */
enum sneck_rc sneck__ask_raise(struct hs *hs, uint64_t *op)
{
	const struct sneck_provider *const p = hs->cfg->provider;
	uint8_t base[7];

	if (*op != 0)
		return SNECK_OK;
	if (hs->op_base == 0) {
		SNECK_TRY(p->random(p->ctx, base, sizeof base));
		for (size_t i = 0; i < sizeof base; i++)
			hs->op_base = hs->op_base << 8 | base[i];
	}
	*op = ++hs->op_base;
	hs->op_new = true;
	return SNECK_OK;
}

bool sneck__ask_open(const struct hs *hs)
{
	return hs->show != 0 || hs->ask_op != 0 || (hs->verdict_op != 0 && !hs->verdict_known);
}

bool sneck__ask_settled(const struct hs *hs, uint8_t state)
{
	return (hs->settled >> state & 1u) != 0;
}

void sneck__ask_settle(struct hs *hs)
{
	hs->settled |= (uint64_t)1 << hs->ask_state;
	hs->ask_op = 0;
	hs->ask_state = 0;
}

void sneck__ask_again(struct hs *hs, uint8_t state)
{
	hs->settled &= ~((uint64_t)1 << state);
}

enum sneck_rc sneck__ask(struct hs *hs, uint32_t bit, uint8_t state)
{
	if ((hs->cfg->ask & bit) == 0 || sneck__ask_settled(hs, state))
		return SNECK_OK;
	SNECK_TRY(sneck__ask_raise(hs, &hs->ask_op));
	hs->ask_state = state;
	return SNECK_WANT_ANSWER;
}

/* The application may choose the config by what it sees; a broken hello it does not see. */
enum sneck_rc sneck__ask_hello(struct hs *hs, const struct hs_msg *m)
{
	struct sneck_hello hello;

	if ((hs->cfg->ask & SNECK_ASK_CLIENT_HELLO) != 0)
		SNECK_TRY(sneck_hello_read(m->raw, &hello));
	return sneck__ask(hs, SNECK_ASK_CLIENT_HELLO, SNECK_RECEIVED_CLIENT_HELLO);
}

/* An edge state is shown once; conn marks it in hs->shown, and the next run passes. */
enum sneck_rc sneck__ask_show(struct hs *hs, uint8_t state)
{
	if (hs->shown == state)
		return SNECK_OK;
	hs->show = state;
	return SNECK_WANT_ANSWER;
}
