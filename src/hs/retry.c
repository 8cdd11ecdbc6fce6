/* SPDX-License-Identifier: MIT */
/* retry.c: what a server must know of a first ClientHello to judge the second. RFC 9846, 4.2.2.
 *
 * The second hello is parsed from zero. What it may not change is one digest, over all fields and
 * all extensions but those that the RFC allows to differ; it stays in the scratch, or travels in
 * the cookie when the config has a secret for it. Then nothing at all is kept. */
#include "graph.h"

#include "../crypto/algs.h"
#include "../ext/select.h"
#include "../keys/cookie_seal.h"
#include "../msg/hello.h"
#include "../wire/ct.h"
#include "../wire/rd.h"

static const struct sneck_hash *sha256(const struct hs *hs)
{
	return sneck__hash_of(hs->cfg->provider, 4);
}

static bool may_change(uint16_t type)
{
	return type == EXT_KEY_SHARE || type == EXT_COOKIE || type == EXT_EARLY_DATA ||
	       type == EXT_PRE_SHARED_KEY || type == EXT_PADDING;
}

/* In ascending order of their types, because some clients bring them in another order the second
 * time. The block was split before: it has no broken length, no duplicate, and few extensions. */
static enum sneck_rc add_extensions(struct transcript *t, struct sneck_span block)
{
	enum { NONE = 0x10000 };
	uint32_t least, next = 0;

	do {
		struct sneck_span whole = { NULL, 0 };
		struct rd r;

		least = NONE;
		rd_init(&r, block);
		while (rd_more(&r)) {
			const size_t from = r.at;
			const uint16_t type = rd_u16(&r);

			(void)rd_vec(&r, 2, 0, 65535);
			if (type < next || type >= least)
				continue;
			least = type;
			whole = sneck_span_of(block.p + from, r.at - from);
		}
		if (least != NONE && !may_change((uint16_t)least))
			SNECK_TRY(sneck__transcript_add(t, whole));
		next = least + 1;
	} while (least != NONE);
	return SNECK_OK;
}

static enum sneck_rc add_hello(struct transcript *t, const struct client_hello *ch)
{
	const struct sneck_span fields[] = { ch->random, ch->session_id, ch->suites,
					     ch->compression };
	const uint8_t version[] = { (uint8_t)(ch->legacy_version >> 8),
				    (uint8_t)ch->legacy_version };

	SNECK_TRY(sneck__transcript_add(t, sneck_span_of(version, sizeof version)));
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const uint8_t len[] = { (uint8_t)(fields[i].len >> 8), (uint8_t)fields[i].len };

		SNECK_TRY(sneck__transcript_add(t, sneck_span_of(len, sizeof len)));
		SNECK_TRY(sneck__transcript_add(t, fields[i]));
	}
	return add_extensions(t, ch->extensions);
}

enum sneck_rc sneck__retry_summary(struct hs *hs, uint8_t summary[32],
				   const struct client_hello *ch)
{
	struct transcript t;
	enum sneck_rc rc;

	memset(&t, 0, sizeof t);
	rc = sneck__transcript_init(&t, sha256(hs));
	if (rc == SNECK_OK)
		rc = add_hello(&t, ch);
	if (rc == SNECK_OK)
		rc = sneck__transcript_peek(&t, summary);
	sneck__transcript_wipe(&t);
	return rc;
}

enum sneck_rc sneck__retry_remember(struct hs *hs, const struct client_hello *ch,
				    struct sneck_span raw)
{
	struct hs_work *const wk = hs->work;
	struct cookie *const memo = &wk->memo;
	uint8_t *place;
	size_t len;

	memo->suite = hs->suite->id;
	memo->group = wk->nego.wanted != NULL ? wk->nego.wanted->group : 0;
	memo->keyed = wk->nego.psk_index != 0;
	memo->hello_len = hs->hash->len;
	SNECK_TRY(sneck__retry_summary(hs, memo->summary, ch));
	SNECK_TRY(sneck__transcript_init(&wk->transcript, hs->hash));
	SNECK_TRY(sneck__transcript_add(&wk->transcript, raw));
	SNECK_TRY(sneck__transcript_peek(&wk->transcript, memo->hello));
	if (hs->cfg->cookie_secret.len == 0)
		return SNECK_OK;
	/* at the end of the area, whose beginning the retry is about to take */
	place = wk->flight.area + wk->flight.cap - COOKIE_MAX;
	SNECK_TRY(sneck__cookie_seal(place, &len, sha256(hs), hs->cfg->cookie_secret, memo));
	wk->nego.cookie = sneck_span_of(place, len);
	return SNECK_OK;
}

/* RFC 9846, 4.2.2: a second ClientHello that changes what it may not is an illegal_parameter, and
 * so is one with other shares than the one that was asked for. */
static enum sneck_rc compare(struct hs *hs, const struct client_hello *ch)
{
	const struct cookie *const memo = &hs->work->memo;
	const struct nego *const ng = &hs->work->nego;
	uint8_t summary[32];

	SNECK_TRY(sneck__retry_summary(hs, summary, ch));
	if (!sneck__ct_eq(summary, memo->summary, sizeof summary) || hs->suite->id != memo->suite ||
	    ng->kex == NULL)
		return SNECK_E_ILLEGAL;
	if (memo->group != 0 && (ng->n_peer_shares != 1 || ng->kex->group != memo->group))
		return SNECK_E_ILLEGAL;
	return SNECK_OK;
}

/* RFC 9846, 4.2.4: the suite is the retry's, whatever became meanwhile of the key that it was
 * chosen for. The client's list is the same, so it has this one. */
static void keep_suite(struct hs *hs)
{
	struct hs_work *const wk = hs->work;
	const struct suite *s;

	for (size_t i = 0; (s = sneck__suite_at(hs->cfg, i)) != NULL; i++)
		if (s->id == wk->memo.suite &&
		    (wk->nego.psk_index == 0 || wk->psk.hash == s->hash)) {
			hs->suite = wk->nego.suite = s;
			hs->hash = sneck__hash_of(hs->cfg->provider, s->hash);
		}
}

enum sneck_rc sneck__retry_accept(struct hs *hs, const struct client_hello *ch)
{
	struct hs_work *const wk = hs->work;
	const struct sneck_span sealed = wk->nego.cookie;

	if (hs->cfg->cookie_secret.len != 0) {
		if (sealed.len == 0)
			return SNECK_E_EXT_MISSING;
		SNECK_TRY(
			sneck__cookie_open(&wk->memo, sha256(hs), hs->cfg->cookie_secret, sealed));
	} else if (sealed.len != 0) {
		return SNECK_E_ILLEGAL; /* we sent none */
	}
	keep_suite(hs);
	SNECK_TRY(compare(hs, ch));
	/* 4.2.2: a key may go if it does not fit the suite, and the one that was chosen did */
	if (wk->memo.keyed && !wk->nego.psk_offered)
		return SNECK_E_EXT_MISSING;
	if (wk->memo.hello_len != hs->hash->len)
		return SNECK_E_ILLEGAL;
	wk->nego.wanted = wk->memo.group != 0 ? wk->nego.kex : NULL;
	hs->retried = true;
	return sneck__transcript_retry(&wk->transcript, hs->hash, wk->memo.hello);
}
