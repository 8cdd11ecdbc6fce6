/* SPDX-License-Identifier: MIT */
/* attack.c: see attack.h. */
#include "lib/attack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static size_t get(const uint8_t *p, unsigned width)
{
	size_t v = 0;

	while (width-- != 0)
		v = v << 8 | *p++;
	return v;
}

static void put(uint8_t *p, unsigned width, size_t v)
{
	while (width-- != 0) {
		p[width] = (uint8_t)v;
		v >>= 8;
	}
}

static void splice(struct unit *u, size_t at, size_t del, const void *ins, size_t n)
{
	assert_true(at + del <= u->len && u->len + n <= sizeof u->data);
	memmove(u->data + at + n, u->data + at + del, u->len - at - del);
	if (n != 0)
		memcpy(u->data + at, ins, n);
	u->len = u->len - del + n;
	put(u->data + 1, 3, u->len - 4u);
}

/* Where the length of the extensions of a message stands. */
static size_t block_of(const struct unit *u)
{
	size_t at = 38;

	switch (u->data[0]) {
	case 1:
		at += 1u + u->data[at];
		at += 2u + get(u->data + at, 2);
		return at + 1u + u->data[at];
	case 2:
		return at + 1u + u->data[at] + 3u;
	case 8:
		return 4;
	default: /* Certificate: of the first entry */
		return 8u + 3u + get(u->data + 8, 3);
	}
}

void attack_ext(struct unit *u, const struct attack *a)
{
	const size_t block = block_of(u), end = block + 2u + get(u->data + block, 2);
	const size_t before = u->len;
	uint8_t ext[4100];
	size_t at = block + 2u;

	while (at < end && get(u->data + at, 2) != a->ext)
		at += 4u + get(u->data + at + 2, 2);
	assert_true(a->act == ACT_EXT_ADD || at < end);
	if (a->act != ACT_EXT_ADD)
		splice(u, at, 4u + get(u->data + at + 2, 2), NULL, 0);
	else
		at = a->at != 0 ? end : block + 2u;
	put(ext, 2, a->ext);
	put(ext + 2, 2, a->n);
	if (a->n != 0)
		memcpy(ext + 4, a->bytes, a->n);
	if (a->act != ACT_EXT_DEL)
		splice(u, at, 0, ext, 4u + a->n);
	put(u->data + block, 2, get(u->data + block, 2) + u->len - before);
	if (u->data[0] == 11)
		put(u->data + 5, 3, get(u->data + 5, 3) + u->len - before);
}

static void records(struct edit *ed, const struct attack *a, bool prot)
{
	for (unsigned i = 0; i < (a->count != 0 ? a->count : 1u); i++)
		link_record(ed->e, prot && !a->plain, a->content, a->bytes, a->n);
}

static void hit(struct edit *ed, struct unit *u, const struct attack *a)
{
	switch (a->act) {
	case ACT_DROP:
		return;
	case ACT_DUP:
		edit_put(ed, u);
		break;
	case ACT_SWAP:
		ed->kept = *u;
		ed->kept.type = u->type;
		return;
	case ACT_SET:
		memcpy(u->data + a->at, a->bytes, a->n);
		break;
	case ACT_XOR:
		u->data[a->at] ^= (uint8_t)a->bytes[0];
		break;
	case ACT_TRUNC:
		splice(u, u->len - a->at, a->at, NULL, 0);
		break;
	case ACT_GROW:
		splice(u, u->len, 0, a->bytes, a->n);
		break;
	case ACT_REPLACE:
		memcpy(u->data, a->bytes, a->n);
		u->len = a->n;
		break;
	case ACT_GLUE:
		memcpy(u->data + u->len, a->bytes, a->n);
		u->len += a->n;
		break;
	case ACT_BEFORE:
		records(ed, a, u->prot);
		break;
	case ACT_AFTER:
		edit_put(ed, u);
		records(ed, a, u->prot);
		return;
	case ACT_INTERRUPT:
		link_record(ed->e, u->prot, u->type, u->data, u->len / 2);
		records(ed, a, u->prot);
		link_record(ed->e, u->prot, u->type, u->data + u->len / 2, u->len - u->len / 2);
		return;
	case ACT_PROT:
		u->prot = !u->prot;
		break;
	case ACT_RAW:
		link_put(ed->e, a->bytes, a->n);
		return;
	default:
		attack_ext(u, a);
	}
	edit_put(ed, u);
}

static void on_unit(struct edit *ed, struct unit *u)
{
	const struct attack *const a = ed->arg;
	const bool here =
		a->msg != 0 ? u->type == 22 && u->data[0] == a->msg : u->type == a->content;

	if (!ed->done && here && ed->skipped++ == a->nth) {
		ed->done = true;
		hit(ed, u, a);
		return;
	}
	edit_put(ed, u);
	if (ed->kept.len != 0)
		edit_put(ed, &ed->kept);
	ed->kept.len = 0;
}

static void setup(struct pair *p, const struct attack *a)
{
	static const struct sneck_span alpn[] = { { (const uint8_t *)"h2", 2 },
						  { (const uint8_t *)"dot", 3 } };

	static const uint8_t cookie_secret[32] = { 1, 2, 3 };

	pair_init(p, 1);
	if (a->old)
		pair_old(p);
	if (a->begin != NULL)
		a->begin(p);
	if (a->alpn) {
		p->client.cfg.alpn = p->server.cfg.alpn = alpn;
		p->client.cfg.n_alpn = p->server.cfg.n_alpn = 2;
	}
	if (a->auth != SNECK_AUTH_NONE)
		pair_client_auth(p, a->auth);
	if (a->retry)
		pair_retry(p);
	if (a->cookie)
		p->server.cfg.cookie_secret = sneck_span_of(cookie_secret, sizeof cookie_secret);
	p->client.v.verifier.flags |= a->wants;
	if (a->wants != 0)
		p->server.cred.ocsp = sneck_span_of("a staple", 8);
	p->client.cfg.ask_max_fragment = a->fragment;
	p->client.cfg.insecure_no_name = a->no_name;
	if (a->rsa)
		end_identity(&p->server, TRANSPARENT_RSA);
	pair_start(p);
}

/* T12: the alert is one record, the last one, and the peer has understood it. */
static void check_alert(const struct end *victim, const struct end *other, const struct attack *a)
{
	const uint8_t *const end = victim->link.bytes + victim->link.len;

	if (a->alert == 0)
		return;
	if (end[-7] == 21 && end[-3] == 2)
		assert_true(end[-2] == 2 && end[-1] == a->alert);
	else if (a->old)
		assert_true(end[-31] == 21 && end[-27] == 26 && end[-18] == 2 &&
			    end[-17] == a->alert);
	else
		assert_true(end[-24] == 23 && end[-20] == 19 && end[-19] == 2 &&
			    end[-18] == a->alert && end[-17] == 21);
	if (other->st.state != SNECK_FAILED || other->st.err != SNECK_E_PEER_ALERT ||
	    other->st.alert != a->alert)
		fail_msg("%s: the other end is %s %s, alert %d", a->name,
			 sneck_state_name(other->st.state), sneck_rc_name(other->st.err),
			 other->st.alert);
}

void attack_run(struct pair *p, const struct attack *a)
{
	static struct edit ed;
	struct end *const by = a->by_server ? &p->server : &p->client;
	struct end *const to = a->by_server ? &p->client : &p->server;
	struct end *const victim = a->self ? by : to;
	struct end *const other = a->self ? to : by;
	const bool late = a->act == ACT_LATE || a->act == ACT_LATE_RAW;

	setup(p, a);
	edit_init(&ed, by);
	ed.on_unit = late ? NULL : on_unit;
	ed.arg = a;
	pair_run(p);
	if (late) {
		if (!pair_connected(p))
			fail_msg("%s: not connected", a->name);
		for (unsigned i = 0; i < (a->count != 0 ? a->count : 1u); i++)
			if (a->act == ACT_LATE)
				link_record(by, !a->plain, a->content, a->bytes, a->n);
			else
				link_put(by, a->bytes, a->n);
		pair_run(p);
	} else if (!ed.done) {
		fail_msg("%s: nothing was changed", a->name);
	}
	if (victim->st.state != SNECK_FAILED || victim->st.err != (int)a->rc ||
	    victim->st.alert != a->alert)
		fail_msg("%s: %s %s, alert %d, and not %s, %d", a->name,
			 sneck_state_name(victim->st.state), sneck_rc_name(victim->st.err),
			 victim->st.alert, sneck_rc_name(a->rc), a->alert);
	if (!late && !a->up)
		assert_int_equal(victim->n_done, 0);
	assert_int_equal(victim->n_got, 0);
	assert_false(victim->st.flags & SNECK_ST_CAN_ENCRYPT);
	check_alert(victim, other, a);
	pair_wipe(p);
}

void attack_from(struct pair *p, const struct attack *a, void (*begin)(struct pair *p))
{
	struct attack from = *a;

	from.begin = begin;
	attack_run(p, &from);
}

void attack_all(struct pair *p, const struct attack *a, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		attack_run(p, &a[i]);
	print_message("%s: %zu named cases\n", what, n);
}
