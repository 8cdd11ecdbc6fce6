/* SPDX-License-Identifier: MIT */
/* server_hello.c: the graph that finds out what version a ClientHello leads to. RFC 9846, 4.2.2,
 * 4.3.1, A.2. Until a whole ClientHello is there, no scratch is touched. What follows is
 * server13.c's and server12.c's. */
#include "graph.h"

#include "../ext/ext.h"
#include "../ext/select.h"
#include "../msg/hello.h"

#define FALLBACK_SCSV 0x5600u /* TLS_FALLBACK_SCSV */

static enum sneck_rc find_version(struct hs *hs, const struct hs_msg *m, uint8_t *to)
{
	struct client_hello ch;
	enum sneck_rc rc;

	SNECK_TRY(sneck__client_hello_read(&ch, m->body));

	SNECK_TRY(sneck__ask_hello(hs, m));

	rc = sneck__ext_peek_version(&hs->version, hs->cfg, IN_CH, ch.legacy_version,
				     ch.extensions);
	/* RFC 7507, 3: less than we can, and be it less than we do */
	if ((rc == SNECK_E_NO_VERSION ||
	     (hs->version == SNECK_TLS12 && sneck__version_on(hs->cfg, SNECK_TLS13))) &&
	    sneck__wire_list_has(ch.suites, FALLBACK_SCSV))
		return SNECK_E_FALLBACK;
	SNECK_TRY(rc);

	*to = sneck__version_exit(hs->version);
	return SNECK_OK;
}

const struct hs_state sneck__server_graph[SH_COUNT] = {
	[SH_START] = {
		.name = "START", .run = find_version, .takes = SET(HT_CLIENT_HELLO), .bare = true,
		.level = LV_INITIAL, .absorb = ABSORB_NEVER, 
		.next = SET(HS_EXIT_12) | SET(HS_EXIT_13),
	},
};
