/* SPDX-License-Identifier: MIT */
/* exporter.c: the public side of exporters. The secret is kept for configs that ask for it. */
#include "conn.h"

#include "../hs/graph.h"
#include "../wire/ct.h"

#define LABEL_MAX 249u /* with "tls13 " in front, a byte says its length. RFC 9846, 7.1 */

enum sneck_rc sneck__export(const struct sneck_conn *c, const uint8_t *secret, const char *label,
			    struct sneck_span context, void *dst, size_t len)
{
	const struct hs *const hs = &c->hs;
	size_t n = 0;

	if (!c->cfg->keep_exporter || c->exporter_gone)
		return SNECK_E_CONFIG;
	while (n <= LABEL_MAX && label[n] != '\0')
		n++;
	if (n > LABEL_MAX || len > 255u * (size_t)hs->hash->len)
		return SNECK_E_ARG;
	return hs->v->exporter(hs, secret, dst, len, label, context);
}

enum sneck_rc sneck_export(const struct sneck_conn *conn, const char *label,
			   struct sneck_span context, void *dst, size_t len)
{
	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (!sneck__hs_connected(&conn->hs))
		return SNECK_NOT_NOW;
	return sneck__export(conn, conn->hs.exporter, label, context, dst, len);
}

void sneck_forget_exporter(struct sneck_conn *conn)
{
	sneck__ct_wipe(conn->hs.exporter, sizeof conn->hs.exporter);
	conn->exporter_gone = true;
}
