/* SPDX-License-Identifier: MIT */
/* conn_fuzz.c: any records into a client or a server of TLS 1.3 or 1.2, of each flow. What is to be
 * protected gets the tag that it needs: the transparent provider hides nothing. Randomness is the
 * same each time, so what a peer once said (seeds.c) gets both connected again; never without the
 * authentication that was asked for.
 *
 *   input:   flow, end, records
 *   record:  how (2 bits content type, 1 protected, 1 as it is), length[2], bytes */
#include <stdlib.h>

#include "fuzz.h"
#include "lib/flow.h"

static struct pair p;

static void records(struct end *from, struct end *to, struct bytes in)
{
	while (in.len != 0) {
		const uint8_t how = bytes_next(&in);
		const size_t n = (size_t)bytes_next(&in) << 8 | bytes_next(&in);
		const struct bytes content = bytes_take(&in, n % 16700u);

		from->conn->hs.version = to->conn->hs.version;
		if ((how & 8) != 0)
			link_put(from, content.p, content.len);
		else
			link_record(from, (how & 4) != 0, (uint8_t)(20 + (how & 3)), content.p,
				    content.len);
		wire_move(from, to);
		if (end_run(to) == SNECK_MUST_TRANSMIT_TLS_DATA)
			sneck_out_sent(&to->out, to->out.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	const struct flow *const f = &flows[bytes_next(&in) % n_flows];
	const uint8_t who = bytes_next(&in);
	struct end *const to = who & 1 ? &p.server : &p.client;
	struct end *const from = who & 1 ? &p.client : &p.server;

	flow_init(&p, f, 1);
	pair_start(&p);
	transparent_nonces_jump = true;
	(void)end_run(to);
	sneck_out_sent(&to->out, to->out.len);
	records(from, to, in);
	sneck_in_eof(&to->in);
	if (end_run(to) == SNECK_MUST_TRANSMIT_TLS_DATA)
		sneck_out_sent(&to->out, to->out.len);
	if (to->n_done != 0 && to->v.calls == 0 && to->conn->hs.resumed == 0 &&
	    (to->role == SNECK_CLIENT || f->auth == SNECK_AUTH_REQUIRED))
		abort();
	if (to->n_got != 0 && to->n_done == 0)
		abort();
	pair_wipe(&p);
	return 0;
}
