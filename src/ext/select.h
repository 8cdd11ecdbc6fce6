/* SPDX-License-Identifier: MIT */
/* select.h: one choice per parameter. Every value that a connection ends up with passes here: in
 * our offer, legal in this version, known to the provider. */
#ifndef SNECK_EXT_SELECT_H
#define SNECK_EXT_SELECT_H

#include "nego.h"

/* Whether the range of the config has a version; whether it can be spoken, too: there is a suite
 * of it. */
bool sneck__version_allowed(const struct sneck_config *cfg, uint16_t version);
bool sneck__version_on(const struct sneck_config *cfg, uint16_t version);

/* The lists of a config, or the library's when they are empty; only what the provider has.
 * Returns: entry i; NULL behind the last. */
const struct suite *sneck__suite_at(const struct sneck_config *cfg, size_t i);
const struct sneck_kex *sneck__kex_at(const struct sneck_config *cfg, size_t i);

/* Client: the server's choices. SNECK_E_NOT_OFFERED for what we did not offer. */
SNECK_MUST_CHECK enum sneck_rc sneck__select_suite_answer(struct nego *ng, uint16_t suite);
SNECK_MUST_CHECK enum sneck_rc sneck__select_share_answer(struct nego *ng, uint16_t group,
							  struct sneck_span share);
/* A retry may ask for a group that we offered and sent no share for. RFC 9846, 4.3.8. */
SNECK_MUST_CHECK enum sneck_rc sneck__select_retry_group(struct nego *ng, uint16_t group);
SNECK_MUST_CHECK enum sneck_rc sneck__select_alpn_answer(struct nego *ng, struct sneck_span name);

/* psk_dhe_ke, or psk_ke if there is no share and the config allows it. RFC 9846, 4.3.10. */
SNECK_MUST_CHECK enum sneck_rc sneck__select_mode_answer(struct nego *ng);

/* Server: our choices. suites is the wire list of the ClientHello; hash: only suites with this one;
 * 0: all. */
SNECK_MUST_CHECK enum sneck_rc sneck__select_suite(struct nego *ng, struct sneck_span suites,
						   uint16_t hash);
/* Whether a pre-shared key can be used in a mode that both sides allow; psk_ke drops the shares. */
bool sneck__select_mode(struct nego *ng);
/* What a ClientHello must have without a pre-shared key, or with one. RFC 9846, 9.2. */
SNECK_MUST_CHECK enum sneck_rc sneck__select_complete(struct nego *ng, bool psk);

/* Both: who we are. The first credential of the config that fits the name asked for, which only a
 * client says, and a scheme that the peer takes; or this one, if it has such a scheme. */
SNECK_MUST_CHECK enum sneck_rc sneck__select_credential(struct nego *ng);
bool sneck__select_own_scheme(struct nego *ng, const struct sneck_credential *c);

/* Set of enum sneck_cert_type that our verifier accepts. */
uint32_t sneck__types_accepted(const struct nego *ng);
/* and of what our certificate may be. */
uint32_t sneck__types_allowed(const struct nego *ng);

/* Whether a credential is for the name that the client asked for. */
bool sneck__credential_serves(const struct sneck_credential *c, const struct nego *ng);

/* select12.c. Server: the group, and what our signature may be, in peer_sign; then suite,
 * credential and scheme; given: this credential, whatever its names; NULL: one of the config. */
SNECK_MUST_CHECK enum sneck_rc sneck__select12_begin(struct nego *ng, struct sneck_span suites);
SNECK_MUST_CHECK enum sneck_rc sneck__select12(struct nego *ng, struct sneck_span suites,
					       const struct sneck_credential *given);
/* Both: whether a credential has a scheme of peer_sign, of this kind; AUTH_ANY: of any. */
bool sneck__select12_own(struct nego *ng, const struct sneck_credential *c, uint8_t auth);
/* Server: what a CertificateRequest may say that a client signs with, and whether it did. Client:
 * what of a request's schemes we could sign with, into peer_sign; auths: set of enum auth. */
bool sneck__select12_asks(const struct nego *ng, uint16_t scheme);
SNECK_MUST_CHECK enum sneck_rc sneck__select12_client(struct nego *ng, uint16_t scheme);
void sneck__select12_asked(struct nego *ng, struct sneck_span schemes, uint32_t auths);
/* Client: the server's key against the suite and our groups: SNECK_E_NOT_OFFERED. */
SNECK_MUST_CHECK enum sneck_rc sneck__select12_key(const struct nego *ng, const void *key);
/* Client: group and share of a ServerKeyExchange; its scheme, which must be in our offer, fit the
 * suite, and be one that the provider can check. */
SNECK_MUST_CHECK enum sneck_rc sneck__select12_group(struct nego *ng, uint16_t group,
						     struct sneck_span share);
SNECK_MUST_CHECK enum sneck_rc sneck__select12_scheme(struct nego *ng, uint16_t scheme);

/* What a provider is to check a scheme of TLS 1.2 as: its curve says nothing. */
uint16_t sneck__scheme12(const struct sneck_provider *p, uint16_t scheme);

/* Whether a wire list of two-byte code points has x. */
bool sneck__wire_list_has(struct sneck_span list, uint16_t x);

#endif
