/* SPDX-License-Identifier: MIT */
/* edit.c: see edit.h. Works on the byte stream of one direction; how the sender has cut it into
 * records is lost on purpose. */
#include "lib/edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void flush(struct edit *ed)
{
	if (ed->held.len != 0)
		link_record(ed->e, ed->held.prot, 22, ed->held.data, ed->held.len);
	ed->held.len = 0;
}

void edit_put(struct edit *ed, const struct unit *u)
{
	const size_t frag = ed->frag != 0 && u->type == 22 ? ed->frag : sizeof u->data;
	size_t at = 0;

	if (ed->held.len != 0 &&
	    (u->type != 22 || u->prot != ed->held.prot || u->len > 16384u - ed->held.len))
		flush(ed);
	if (ed->coalesce && u->type == 22) {
		memcpy(ed->held.data + ed->held.len, u->data, u->len);
		ed->held.len += u->len;
		ed->held.prot = u->prot;
		return;
	}
	do {
		const size_t n = u->len - at < frag ? u->len - at : frag;

		link_record(ed->e, u->prot, u->type, u->data + at, n);
		at += n;
	} while (at < u->len);
}

static void unit(struct edit *ed, uint8_t type, bool prot, const uint8_t *p, size_t len)
{
	struct unit *const u = &ed->unit;

	assert_true(len <= sizeof u->data);
	u->type = type;
	u->prot = prot;
	u->len = len;
	memcpy(u->data, p, len);
	if (ed->on_unit != NULL)
		ed->on_unit(ed, u);
	else
		edit_put(ed, u);
	ed->n++;
}

static void record(struct edit *ed, const uint8_t *p, size_t len)
{
	const bool old = ed->e->conn->hs.version == SNECK_TLS12;
	const bool prot = old ? ed->changed : p[0] == 23;
	const size_t front = prot && old ? link_nonce12(ed->e) : 0;
	uint8_t type = p[0];

	p += 5 + front;
	len -= 5 + front;
	ed->changed |= old && type == 20; /* in TLS 1.3 it changes nothing */
	len -= prot ? 16 : 0;
	if (prot && !old) {
		for (; len != 0 && p[len - 1u] == 0;)
			len--;
		type = p[--len];
	}
	if (type != 22) {
		unit(ed, type, prot, p, len);
		return;
	}
	assert_true(len <= sizeof ed->run - ed->run_len);
	memcpy(ed->run + ed->run_len, p, len);
	ed->run_len += len;
	while (ed->run_len >= 4) {
		const size_t n =
			4u + ((size_t)ed->run[1] << 16 | (size_t)ed->run[2] << 8 | ed->run[3]);

		if (ed->run_len < n)
			break;
		unit(ed, 22, prot, ed->run, n);
		ed->run_len -= n;
		memmove(ed->run, ed->run + n, ed->run_len);
	}
}

static void stream(struct end *e, const uint8_t *p, size_t len)
{
	struct edit *const ed = e->editor;

	assert_true(len <= sizeof ed->raw - ed->raw_len);
	memcpy(ed->raw + ed->raw_len, p, len);
	ed->raw_len += len;
	while (ed->raw_len >= 5) {
		const size_t n = 5u + ((size_t)ed->raw[3] << 8 | ed->raw[4]);

		if (ed->raw_len < n)
			break;
		record(ed, ed->raw, n);
		ed->raw_len -= n;
		memmove(ed->raw, ed->raw + n, ed->raw_len);
	}
	flush(ed);
}

void edit_init(struct edit *ed, struct end *e)
{
	memset(ed, 0, sizeof *ed);
	ed->e = e;
	e->editor = ed;
	e->edit = stream;
}

void edit_flip(struct edit *ed, struct unit *u)
{
	struct edit_flip *const f = (struct edit_flip *)(uintptr_t)ed->arg;

	if (u->type == 22 && u->data[0] == f->type && f->at < u->len) {
		u->data[f->at] ^= f->by;
		f->hit = true;
	}
	edit_put(ed, u);
}

struct unit edit_kept[32];

void edit_keep(struct edit *ed, struct unit *u)
{
	if (u->type == 22 && u->data[0] < 32)
		edit_kept[u->data[0]] = *u;
	edit_put(ed, u);
}

void edit_put_kept(struct edit *ed, struct unit *u)
{
	const unsigned *const types = ed->arg;
	const uint8_t type = u->data[0];

	edit_put(ed, u->type == 22 && type < 32 && *types >> type & 1u ? &edit_kept[type] : u);
}
