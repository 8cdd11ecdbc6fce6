/* SPDX-License-Identifier: MIT */
/* kx12.h: the key exchange of TLS 1.2: ServerKeyExchange, ClientKeyExchange, ServerHelloDone.
 * RFC 8422, 5.4, 5.7; RFC 5246, 7.4.5. Writers write the message header too. */
#ifndef SNECK_MSG_KX12_H
#define SNECK_MSG_KX12_H

#include <sneck/base.h>

#include "../wire/wr.h"

struct server_key_exchange {
	uint16_t group, scheme;
	struct sneck_span share;
	struct sneck_span params; /* ServerECDHParams as they came: what is signed */
	struct sneck_span signature;
};

/* SNECK_E_ILLEGAL for a curve that is not named by its number. */
SNECK_MUST_CHECK enum sneck_rc sneck__server_kx_read(struct server_key_exchange *kx,
						     struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__client_kx_read(struct sneck_span *share,
						     struct sneck_span body);
/* A message without a body. */
SNECK_MUST_CHECK enum sneck_rc sneck__empty_read(struct sneck_span body);

/* ServerECDHParams: in the message, and in what is signed. */
void sneck__params_write(struct wr *w, uint16_t group, struct sneck_span share);
/* The whole message; kx->params are not looked at. */
void sneck__server_kx_write(struct wr *w, const struct server_key_exchange *kx);
void sneck__client_kx_write(struct wr *w, struct sneck_span share);
void sneck__empty_write(struct wr *w, uint8_t type);

#endif
