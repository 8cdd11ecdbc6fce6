/* SPDX-License-Identifier: MIT */
/* shim.c: main(): the connections of a test, one after the other. */
#include "shim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t clock_ms(void)
{
	return (uint64_t)time(NULL) * 1000u;
}

static void connect_once(const struct flags phase[3], struct kept *kept, int i)
{
	static struct run r; /* large */
	const struct flags *const f = &phase[i == 0 ? PHASE_INITIAL : PHASE_RESUME];
	bool ok;

	memset(&r, 0, sizeof r);
	r.flags = f;
	r.retry = &phase[PHASE_RETRY];
	r.kept = kept;
	r.resume = i != 0;
	r.selected = -1;
	if (r.resume && !f->server && kept->session_len == 0)
		die("no session to offer");
	setup(&r);
	ok = exchange(&r);
	setup_wipe(&r);
	if (!ok)
		exit(1);
	kept->now_ms += (uint64_t)f->resumption_delay * 1000u;
}

int main(int argc, char **argv)
{
	static struct flags phase[3];
	static struct kept kept;

	flags_read(phase, argc, argv);
	if (phase[0].handshaker_asked) {
		puts("No");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	kept.now_ms = clock_ms();
	if (sneck_ticket_ring_init(&kept.ring, sneck_provider_libcrypto(), kept.now_ms, 0) !=
	    SNECK_OK)
		die("ring");
	for (int i = 0; i <= phase[0].resume_count; i++)
		connect_once(phase, &kept, i);
	return 0;
}
