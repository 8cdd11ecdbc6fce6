/* SPDX-License-Identifier: MIT */
/* pair_fuzz.c: an honest client and an honest server of one of the flows, and somebody between them
 * who edits what they send: any number of edits, in both directions. When both are connected they
 * have the same secrets, of the same transcript, and have seen each other's authentication.
 *
 *   input:  flow, edits
 *   edit:   direction and what (enum what), unit, at[2], length, bytes */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/edit.h"
#include "lib/flow.h"

#define EDITS 32u

enum what { XOR, SET_TO, INSERT, DELETE, DROP, DUP, SWAP, RECORD, RAW, PROT, CUT, REPLACE, WHATS };

struct change {
	uint8_t server, what, unit;
	size_t at;
	struct bytes bytes;
};

static struct pair p;
static struct edit edits[2];
static struct change changes[EDITS];
static size_t n_changes;

static void fix_length(struct unit *u)
{
	if (u->type != 22 || u->len < 4)
		return;
	u->data[1] = (uint8_t)((u->len - 4u) >> 16);
	u->data[2] = (uint8_t)((u->len - 4u) >> 8);
	u->data[3] = (uint8_t)(u->len - 4u);
}

static void splice(struct unit *u, size_t at, size_t del, struct bytes ins)
{
	del = del < u->len - at ? del : u->len - at;
	if (u->len - del + ins.len > 16000)
		return;
	memmove(u->data + at + ins.len, u->data + at + del, u->len - at - del);
	if (ins.len != 0)
		memcpy(u->data + at, ins.p, ins.len);
	u->len = u->len - del + ins.len;
	fix_length(u);
}

static void apply(struct edit *e, struct unit *u, struct change *c)
{
	const size_t at = u->len != 0 ? c->at % u->len : 0;
	const struct bytes none = { NULL, 0 };
	struct bytes b = c->bytes;

	switch (c->what) {
	case XOR:
	case SET_TO:
		for (size_t i = 0; i < b.len && at + i < u->len; i++)
			u->data[at + i] =
				(uint8_t)((c->what == XOR ? u->data[at + i] : 0) ^ b.p[i]);
		break;
	case INSERT:
		splice(u, at, 0, b);
		break;
	case DELETE:
		splice(u, at, 1u + b.len, none);
		break;
	case REPLACE:
		splice(u, at, b.len, b);
		break;
	case DUP:
		edit_put(e, u);
		break;
	case RECORD:
		link_record(e->e, u->prot, (uint8_t)(20u + bytes_next(&b) % 4u), b.p, b.len);
		break;
	case RAW:
		link_put(e->e, b.p, b.len);
		break;
	case PROT:
		u->prot = !u->prot;
		break;
	case CUT:
		u->len = at;
		break;
	default: /* DROP, SWAP: on_unit() */
		break;
	}
}

static void on_unit(struct edit *e, struct unit *u)
{
	bool drop = false, swap = false;

	for (size_t i = 0; i < n_changes; i++) {
		struct change *const c = &changes[i];

		if (c->server != (e->e == &p.server) || c->unit != e->n)
			continue;
		apply(e, u, c);
		drop |= c->what == DROP;
		swap |= c->what == SWAP;
	}
	if (swap && e->kept.len == 0 && u->len != 0) {
		memcpy(e->kept.data, u->data, u->len);
		e->kept.type = u->type;
		e->kept.prot = u->prot;
		e->kept.len = u->len;
		return;
	}
	if (!drop && u->len != 0)
		edit_put(e, u);
	if (e->kept.len != 0)
		edit_put(e, &e->kept);
	e->kept.len = 0;
}

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void both_connected(const struct flow *f)
{
	const struct end *const c = &p.client, *const s = &p.server;
	const size_t n = s->n_secrets;

	/* a client has those of early data, too, when the server does not want it */
	expect(n != 0 && c->n_secrets >= n &&
	       memcmp(c->secrets + c->n_secrets - n, s->secrets, n) == 0);
	expect(c->conn->hs.version == (f->old ? SNECK_TLS12 : SNECK_TLS13));
	expect(c->conn->hs.resumed == s->conn->hs.resumed);
	expect(c->conn->hs.resumed != 0 || c->v.calls == 1);
	expect(f->auth != SNECK_AUTH_REQUIRED || s->v.calls == 1 || s->conn->hs.resumed != 0);
	expect(c->conn->hs.alpn == s->conn->hs.alpn);
	expect(c->conn->hs.group == s->conn->hs.group);
	expect(c->conn->hs.suite == s->conn->hs.suite);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	const struct flow *f = &flows[bytes_next(&in) % n_flows];
	struct end *const ends[2] = { &p.client, &p.server };

	if (f->shut)
		f = &flows[0];
	for (n_changes = 0; n_changes < EDITS && in.len != 0; n_changes++) {
		struct change *const c = &changes[n_changes];
		const uint8_t what = bytes_next(&in);

		c->server = what & 1;
		c->what = (what >> 1) % WHATS;
		c->unit = bytes_next(&in) % 16u;
		c->at = (size_t)bytes_next(&in) << 8;
		c->at |= bytes_next(&in);
		c->bytes = bytes_take(&in, bytes_next(&in));
	}
	flow_init(&p, f, 1);
	pair_start(&p);
	transparent_nonces_jump = true;
	for (int i = 0; i < 2; i++) {
		edit_init(&edits[i], ends[i]);
		edits[i].on_unit = on_unit;
	}
	pair_run(&p);
	if (p.client.n_done != 0 && p.server.n_done != 0)
		both_connected(f);
	if (pair_connected(&p)) {
		end_write(&p.client, "ping", 4);
		end_write(&p.server, "pong", 4);
		pair_run(&p);
	}
	for (int i = 0; i < 2; i++) {
		sneck_in_eof(&ends[i]->in);
		(void)end_run(ends[i]);
	}
	pair_wipe(&p);
	return 0;
}
