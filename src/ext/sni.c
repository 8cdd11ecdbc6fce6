/* SPDX-License-Identifier: MIT */
/* sni.c: server_name. RFC 6066, 3.
 *
 *   struct {
 *       NameType name_type;
 *       select (name_type) {
 *           case host_name: HostName;
 *       } name;
 *   } ServerName;
 *   opaque HostName<1..2^16-1>;
 *   struct {
 *       ServerName server_name_list<1..2^16-1>
 *   } ServerNameList;
 *
 * host_name is the only type there is, and RFC 6066 allows one name of a type: the list has one
 * entry. A server answers with an empty body when it used the name, except on resumption. */
#include "ext.h"

static bool sni_offer(const struct nego *ng, enum ext_in in)
{
	return in == IN_CH ? ng->name.len != 0 : ng->sni_len != 0 && ng->psk_index == 0;
}

static void sni_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	struct wr_mark list;

	if (in != IN_CH)
		return;
	list = wr_open(w, 2);
	wr_u8(w, 0);
	wr_vec(w, 2, ng->name);
	wr_close(w, list);
}

enum sneck_rc sneck__sni_name(struct sneck_span *name, struct sneck_span body)
{
	struct rd r, list;
	uint8_t type;

	rd_init(&r, body);
	rd_open(&r, &list, 2, 1, 65535);
	type = rd_u8(&list);
	*name = rd_vec(&list, 2, 1, 65535);
	rd_close(&list);
	SNECK_TRY(rd_end(&r));

	if (type != 0 || name->len > BOUND_NAME)
		return SNECK_E_ILLEGAL;
	for (size_t i = 0; i < name->len; i++)
		if (name->p[i] <= ' ' || name->p[i] > '~')
			return SNECK_E_ILLEGAL;
	return SNECK_OK;
}

static enum sneck_rc sni_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	struct sneck_span name;

	if (in != IN_CH)
		return body.len == 0 ? SNECK_OK : SNECK_E_DECODE;
	SNECK_TRY(sneck__sni_name(&name, body));

	memcpy(ng->sni, name.p, name.len);
	ng->sni_len = (uint8_t)name.len;
	return SNECK_OK;
}

const struct ext sneck__ext_sni = {
	.type = EXT_SERVER_NAME,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_SH12),
	.offer = sni_offer,
	.write = sni_write,
	.read = sni_read,
};
