/* SPDX-License-Identifier: MIT */
/* In place of pack.c where a library or the protocol's part is missing: nothing is packed, nothing
 * is offered, so nothing comes. */
#include "pack.h"

struct sneck_u16s pack_known(void)
{
	return (struct sneck_u16s){ NULL, 0 };
}

size_t pack_chain(const struct sneck_credential *credential,
		  struct sneck_packed_chain packed[PACKINGS])
{
	(void)credential;
	(void)packed;
	return 0;
}

void pack_free(struct sneck_packed_chain packed[PACKINGS])
{
	(void)packed;
}

int pack_answer(struct sneck_conn *conn, const struct sneck_status *st)
{
	(void)conn;
	(void)st;
	return 0;
}
