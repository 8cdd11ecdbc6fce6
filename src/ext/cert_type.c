/* SPDX-License-Identifier: MIT */
/* cert_type.c: client_certificate_type and server_certificate_type. RFC 7250, 3, 4.
 *
 *   struct {
 *       select(ClientOrServerExtension) {
 *           case client: CertificateType types<1..2^8-1>;
 *           case server: CertificateType type;
 *       };
 *   } CertTypeExtension;
 *
 * What is not agreed is X.509. A client speaks of both, of its own certificate only when it has a
 * raw key to show. A server answers for its own with the type of the credential that it chose, or
 * on resumption would choose, for the client's when it is going to ask for one. That the type is
 * kept to, hs/auth.c sees to. */
#include "ext.h"

#include "select.h"

#define X509 SET(SNECK_X509)
#define RAW  SET(SNECK_RAW_PUBLIC_KEY)

static void types_write(uint32_t types, bool x509_first, struct wr *w)
{
	const struct wr_mark list = wr_open(w, 1);

	if ((types & X509) && x509_first)
		wr_u8(w, SNECK_X509);
	if (types & RAW)
		wr_u8(w, SNECK_RAW_PUBLIC_KEY);
	if ((types & X509) && !x509_first)
		wr_u8(w, SNECK_X509);
	wr_close(w, list);
}

/* Who has a use for raw keys likes them better, unless he says otherwise. */
static bool likes_x509(const struct nego *ng)
{
	return nego_wants(ng, SNECK_VERIFIER_X509_FIRST);
}

static enum sneck_rc types_read(struct sneck_span body, uint32_t *types)
{
	struct sneck_span list;
	struct rd r;

	rd_init(&r, body);
	list = rd_vec(&r, 1, 0, 255);
	SNECK_TRY(rd_end(&r));
	if (list.len == 0) /* and no decode_error: the conformance suite has it so */
		return SNECK_E_ILLEGAL;
	for (size_t i = 0; i < list.len; i++)
		if (list.p[i] < 32)
			*types |= SET(list.p[i]);
	/* RFC 7250, 4.1: who has nothing but X.509 does not speak of it */
	return list.len == 1 && list.p[0] == SNECK_X509 ? SNECK_E_ILLEGAL : SNECK_OK;
}

/* An answer: one of what we offered. */
static enum sneck_rc type_read(struct sneck_span body, uint32_t offered, uint8_t *type)
{
	struct rd r;

	rd_init(&r, body);
	*type = rd_u8(&r);
	SNECK_TRY(rd_end(&r));
	return set_has(offered, *type) ? SNECK_OK : SNECK_E_NOT_OFFERED;
}

/* ---- the server's certificate ---- */

/* The credential that was chosen; on resumption the first one of a type that the client takes. */
static const struct sneck_credential *shown(const struct nego *ng)
{
	const struct sneck_config *const cfg = ng->cfg;
	size_t i = 0;

	if (ng->cred != NULL)
		return ng->cred;
	while (i < cfg->n_credentials && !set_has(ng->own_types, cfg->credentials[i]->type))
		i++;
	return i < cfg->n_credentials ? cfg->credentials[i] : NULL;
}

static bool server_offer(const struct nego *ng, enum ext_in in)
{
	if (in == IN_CH)
		return sneck__types_accepted(ng) != X509;
	return ng->own_types != 0 && shown(ng) != NULL;
}

static void server_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	if (in == IN_CH)
		types_write(sneck__types_accepted(ng), likes_x509(ng), w);
	else
		wr_u8(w, (uint8_t)shown(ng)->type);
}

static enum sneck_rc server_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	if (in == IN_CH)
		return types_read(body, &ng->own_types);
	return type_read(body, sneck__types_accepted(ng), &ng->peer_type);
}

const struct ext sneck__ext_server_type = {
	.type = EXT_SERVER_CERTIFICATE_TYPE,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_SH12),
	.offer = server_offer,
	.write = server_write,
	.read = server_read,
};

/* ---- the client's ---- */

static uint32_t types_owned(const struct nego *ng)
{
	uint32_t types = 0;

	for (size_t i = 0; i < ng->cfg->n_credentials; i++)
		types |= SET(ng->cfg->credentials[i]->type);
	return types;
}

static bool client_offer(const struct nego *ng, enum ext_in in)
{
	if (in == IN_CH)
		return (types_owned(ng) & RAW) != 0;
	return ng->peer_types != 0 && ng->cred != NULL && ng->cfg->client_auth != SNECK_AUTH_NONE;
}

static void client_write(const struct nego *ng, enum ext_in in, struct wr *w)
{
	if (in == IN_CH)
		types_write(types_owned(ng), ng->cfg->credentials[0]->type == SNECK_X509, w);
	else
		wr_u8(w, ng->peer_type);
}

/* RFC 7250, 4.2: a client that has none of what we accept is told so, if it will be asked. */
static enum sneck_rc client_read(struct nego *ng, enum ext_in in, struct sneck_span body)
{
	uint32_t common;
	uint8_t type;

	if (in != IN_CH) {
		SNECK_TRY(type_read(body, types_owned(ng), &type));
		ng->own_types = SET(type);
		return SNECK_OK;
	}
	SNECK_TRY(types_read(body, &ng->peer_types));
	common = ng->peer_types & sneck__types_accepted(ng);
	if (common == 0 && ng->cfg->client_auth != SNECK_AUTH_NONE)
		return SNECK_E_CERT_TYPE;
	ng->peer_type = (common & RAW) && !((common & X509) && likes_x509(ng))
				? SNECK_RAW_PUBLIC_KEY
				: SNECK_X509;
	return SNECK_OK;
}

static enum sneck_rc client_absent(struct nego *ng, enum ext_in in)
{
	return in == IN_CH && ng->cfg->client_auth != SNECK_AUTH_NONE &&
			       (sneck__types_accepted(ng) & X509) == 0
		       ? SNECK_E_CERT_TYPE
		       : SNECK_OK;
}

const struct ext sneck__ext_client_type = {
	.type = EXT_CLIENT_CERTIFICATE_TYPE,
	.allowed = SET(IN_CH) | SET(IN_EE) | SET(IN_SH12),
	.offer = client_offer,
	.write = client_write,
	.read = client_read,
	.absent = client_absent,
};
