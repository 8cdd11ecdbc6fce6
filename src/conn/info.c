/* SPDX-License-Identifier: MIT */
/* info.c: questions about a connection, its peer's name, its clock. RFC 6066, 3; RFC 9525, 6.2. */
#include "conn.h"

#include "../wire/ct.h"

enum sneck_rc sneck_conn_facts(const struct sneck_conn *conn, struct sneck_facts *facts,
			       size_t size)
{
	const struct hs *const hs = &conn->hs;
	struct sneck_facts f;

	memset(&f, 0, sizeof f);
	f.version = hs->version;
	f.suite = hs->suite != NULL ? hs->suite->id : 0;
	f.group = hs->group;
	f.peer_scheme = hs->peer_scheme;
	f.own_scheme = hs->own_scheme;
	f.resumed = sneck__hs_connected(hs) ? hs->resumed : 0;
	f.early = hs->early == EARLY_ACCEPTED ? 1 : hs->early == EARLY_REJECTED ? 2 : 0;
	f.retried = hs->retried;
	f.rx_closed = conn->rx_closed;
	f.tx_closed = conn->tx_closed;
	f.send_fragment = (uint16_t)sneck__fragment(conn);
	if (hs->alpn != 0)
		f.alpn = conn->cfg->alpn[hs->alpn - 1u];
	f.sni = sneck_span_of(hs->sni, hs->sni_len);
	memcpy(f.leaf_id, hs->leaf_id, sizeof f.leaf_id);
	f.rx_records = conn->rx_records;
	f.tx_records = conn->tx_records;
	f.rx_updates = conn->rx_updates;
	f.tx_updates = conn->tx_updates;
	f.ems = hs->ems;
	f.secure_renegotiation = hs->secure_renegotiation;
	memcpy(facts, &f, size < sizeof f ? size : sizeof f);
	return SNECK_OK;
}

enum sneck_rc sneck_conn_failure(const struct sneck_conn *conn, struct sneck_failure *failure)
{
	if (conn->err == 0)
		return SNECK_NOT_NOW;
	memset(failure, 0, sizeof *failure);
	failure->err = conn->err;
	failure->alert = conn->alert;
	failure->from_peer = conn->from_peer;
	failure->message = conn->fail_type;
	failure->extension = conn->fail_ext;
	failure->where = conn->fail_where;
	return SNECK_OK;
}

const char *sneck_misuse_text(const struct sneck_conn *conn)
{
	return conn->misuse;
}

void sneck_conn_set_now(struct sneck_conn *conn, uint64_t now_ms)
{
	if (now_ms > conn->hs.now_ms)
		conn->hs.now_ms = now_ms;
}

/* ---- the name of the peer ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ipv4(const char *s, size_t len)
{
	unsigned parts = 1, value = 0, digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.' && digits != 0) {
			parts++;
			value = digits = 0;
			continue;
		}
		if (!is_digit(s[i]))
			return false;
		value = value * 10u + (unsigned)(s[i] - '0');
		if (++digits > 3 || value > 255)
			return false;
	}
	return parts == 4 && digits != 0;
}

/* Only what tells an address from a host name; whether it is one is for the verifier to say. */
static bool is_ipv6(const char *s, size_t len)
{
	unsigned colons = 0;

	for (size_t i = 0; i < len; i++) {
		colons += s[i] == ':';
		if (!is_hex(s[i]) && s[i] != ':' && s[i] != '.')
			return false;
	}
	return colons >= 2 && len <= 45;
}

/* Letters, digits, hyphens and underscores in labels of 1 to 63. */
static bool is_host(const char *s, size_t len)
{
	bool letter = false;
	size_t label = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		letter |= !is_digit(s[i]);
		if ((!is_alnum(s[i]) && s[i] != '-' && s[i] != '_') || ++label > 63)
			return false;
	}
	return label != 0 && letter;
}

enum sneck_rc sneck_conn_set_name(struct sneck_conn *conn, const char *name, size_t len)
{
	bool ip;

	if (conn->err != 0)
		return (enum sneck_rc)conn->err;
	if (conn->started)
		return SNECK_NOT_NOW;
	if (len > 1 && name[len - 1u] == '.') /* the root's dot is no part of either name */
		len--;
	if (len == 0 || len > BOUND_NAME)
		return sneck__refuse(conn, SNECK_E_ARG, "a name has 1 to 253 bytes");
	ip = is_ipv4(name, len) || is_ipv6(name, len);
	if (!ip && !is_host(name, len))
		return sneck__refuse(
			conn, SNECK_E_ARG,
			"the name is neither a host name in A-label form nor an address");
	conn->hs.name = sneck_span_of(name, len);
	conn->hs.name_is_ip = ip;
	return SNECK_OK;
}
