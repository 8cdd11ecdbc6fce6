/* SPDX-License-Identifier: MIT */
/* transcript.c: the transcript hash (RFC 9846, 4.5.1): begun when the hash is known, added to
 * message by message, looked at without ending it. What is added when is a column of the state
 * rows, in hs/. */
#include "transcript.h"

#include "../wire/ct.h"

enum sneck_rc sneck__transcript_init(struct transcript *t, const struct sneck_hash *hash)
{
	enum sneck_rc rc;

	sneck__transcript_wipe(t);
	rc = hash->init(t->ctx);
	if (rc == SNECK_OK)
		t->hash = hash;
	else
		hash->wipe(t->ctx);
	return rc;
}

enum sneck_rc sneck__transcript_also(struct transcript *t, struct transcript *also,
				     const struct sneck_hash *hash)
{
	SNECK_TRY(sneck__transcript_init(also, hash));
	t->also = also;
	return SNECK_OK;
}

enum sneck_rc sneck__transcript_add(struct transcript *t, struct sneck_span msg)
{
	if (t->hash == NULL)
		return SNECK_E_INTERNAL;
	SNECK_TRY(t->hash->update(t->ctx, msg));
	return t->also != NULL ? t->also->hash->update(t->also->ctx, msg) : SNECK_OK;
}

enum sneck_rc sneck__transcript_peek(const struct transcript *t, uint8_t *digest)
{
	return t->hash != NULL ? t->hash->peek(t->ctx, digest) : SNECK_E_INTERNAL;
}

enum sneck_rc sneck__transcript_peek_as(const struct transcript *t, uint16_t hash, uint8_t *digest,
					uint8_t *len)
{
	for (; t != NULL && t->hash != NULL; t = t->also)
		if (t->hash->id == hash) {
			*len = t->hash->len;
			return t->hash->peek(t->ctx, digest);
		}
	return SNECK_E_INTERNAL;
}

void sneck__transcript_wipe(struct transcript *t)
{
	if (t->also != NULL && t->also->hash != NULL)
		t->also->hash->wipe(t->also->ctx);
	if (t->also != NULL)
		sneck__ct_wipe(t->also, sizeof *t->also);
	if (t->hash != NULL)
		t->hash->wipe(t->ctx);
	sneck__ct_wipe(t, sizeof *t);
}
