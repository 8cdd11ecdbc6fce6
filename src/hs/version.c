/* SPDX-License-Identifier: MIT */
/* version.c: the table of versions, and what keeps an attacker from talking two ends down: the
 * sentinel in the server's random. RFC 9846, 4.2.3.
 *
 * A version that is left out of the build has no row here, and no suite, so that nothing leads to
 * it. */
#include "graph.h"

#include "../build.h"
#include "../ext/select.h"
#include "../msg/cert12.h"
#include "../msg/hello.h"

#define NEVER 0xffu

/* clang-format off */
/* Early data, which is of TLS 1.3, has keys before a version is known. */
const struct hs_version sneck__version_hello = {
	.graph = { ONLY_CLIENT(sneck__client_graph), ONLY_SERVER(sneck__server_graph) },
	.connected = { NEVER, NEVER },
	IF_TLS13(.secret = sneck__secret13)
	IF_TLS13(.keys = sneck__keys13)
	IF_TLS13(.exporter = sneck__export13)
};

static const struct hs_version versions[] = {
	IF_TLS12({
		.id = SNECK_TLS12,
		.ccs = true,
		.graph = { ONLY_CLIENT(sneck__client12_graph),
			   ONLY_SERVER(sneck__server12_graph) },
		.connected = { C12_CONNECTED, S12_CONNECTED },
		.cert_read = sneck__certificate12_read,
		.cert_at = sneck__certificate12_at,
		.signature_read = sneck__signature_read12,
		.secret = sneck__secret12,
		.keys = sneck__keys12,
		.exporter = sneck__export12,
	})
	IF_TLS13({
		.id = SNECK_TLS13,
		.graph = { ONLY_CLIENT(sneck__client13_graph),
			   ONLY_SERVER(sneck__server13_graph) },
		.connected = { C13_CONNECTED, S13_CONNECTED },
		IF_CERTS(.cert_read = sneck__certificate_read)
		IF_CERTS(.cert_at = sneck__certificate_at)
		IF_CERTS(.signature_read = sneck__signature_read13)
		.secret = sneck__secret13,
		.keys = sneck__keys13,
		.exporter = sneck__export13,
	})
	{ .id = 0 }
};
/* clang-format on */

const struct hs_version *sneck__version_of(uint8_t exit)
{
	const uint16_t id = exit == HS_EXIT_12 ? SNECK_TLS12 : SNECK_TLS13;
	const struct hs_version *v = versions;

	while (v->id != id && v->id != 0)
		v++;
	return v;
}

uint8_t sneck__version_exit(uint16_t version)
{
	return version == SNECK_TLS12 ? HS_EXIT_12 : HS_EXIT_13;
}

/* The last of these bytes is 1 for TLS 1.2, 0 for what is older. */
static const uint8_t sentinel[] = { 'D', 'O', 'W', 'N', 'G', 'R', 'D', 1 };

void sneck__version_mark(const struct hs *hs, uint8_t random[32])
{
	if (hs->version == SNECK_TLS12 && sneck__version_on(hs->cfg, SNECK_TLS13))
		memcpy(random + 32 - sizeof sentinel, sentinel, sizeof sentinel);
}

enum sneck_rc sneck__version_check(const struct hs *hs, const struct server_hello *sh)
{
	const uint8_t *const end = sh->random.p + 32 - sizeof sentinel;

	if (hs->version != SNECK_TLS12)
		return SNECK_OK;
	if (hs->early != EARLY_NONE) /* RFC 9846, D.3 */
		return SNECK_E_NO_VERSION;
	if (hs->ccs != 0) /* what TLS 1.3 drops is out of order here */
		return SNECK_E_UNEXPECTED;
	if (sneck__version_on(hs->cfg, SNECK_TLS13) && end[7] <= sentinel[7] &&
	    memcmp(end, sentinel, 7) == 0)
		return SNECK_E_DOWNGRADE;
	return SNECK_OK;
}
