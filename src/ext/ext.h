/* SPDX-License-Identifier: MIT */
/* ext.h: the shape of an extension, and the walk over a block of them. RFC 9846, 4.3.
 *
 * An extension is one file with both roles in it. It sees struct nego and nothing else. What every
 * extension would have to refuse is refused by the walk: duplicates, wrong places, answers to
 * nothing. */
#ifndef SNECK_EXT_EXT_H
#define SNECK_EXT_EXT_H

#include <stdbool.h>

#include "../msg/types.h"
#include "../wire/rd.h"
#include "../wire/set.h"
#include "../wire/wr.h"
#include "nego.h"

/* IN_SH12: a ServerHello of TLS 1.2. A ClientHello is one for all versions. */
enum ext_in { IN_CH, IN_SH, IN_HRR, IN_EE, IN_CERT, IN_CR, IN_NST, IN_SH12 };

struct ext {
	uint16_t type;    /* IANA ExtensionType */
	uint16_t only;    /* the version that it is of; 0: all. Without that version it is not sent
	                     in a ClientHello; of a ClientHello that led to another it is skipped */
	uint32_t allowed; /* set of enum ext_in: where it may stand. RFC 9846, 4.3, table 1 */
	uint32_t unasked; /* of these, where it may come unasked */
	/* whether this message of ours carries it, and its body */
	bool (*offer)(const struct nego *ng, enum ext_in in);
	void (*write)(const struct nego *ng, enum ext_in in, struct wr *w);
	/* the peer's: its body, or that it is not there (may be NULL) */
	enum sneck_rc (*read)(struct nego *ng, enum ext_in in, struct sneck_span body);
	enum sneck_rc (*absent)(struct nego *ng, enum ext_in in);
};

extern const struct ext sneck__ext_versions, sneck__ext_groups, sneck__ext_key_share,
	sneck__ext_sigalgs, sneck__ext_sigalgs_cert, sneck__ext_sni, sneck__ext_alpn,
	sneck__ext_cookie, sneck__ext_record_limit, sneck__ext_max_fragment, sneck__ext_padding,
	sneck__ext_ems, sneck__ext_renegotiation_info, sneck__ext_ec_point_formats,
	sneck__ext_psk_modes, sneck__ext_early_data, sneck__ext_ticket_request, sneck__ext_psk,
	sneck__ext_quic_params, sneck__ext_status_request, sneck__ext_sct,
	sneck__ext_client_type, sneck__ext_server_type, sneck__ext_compress,
	sneck__ext_authorities, sneck__ext_session_ticket;

/* psk.c. The i-th pre-shared key that our ClientHello offers, behind a retry only those of the
 * suite that it named; false behind the last. */
bool sneck__psk_offer_at(const struct nego *ng, uint32_t i, struct psk_offer *offer);
/* Whether an identity that a client sent is that of psk for this hash. */
bool sneck__psk_is(const struct sneck_psk *psk, uint16_t hash, struct sneck_span identity);
/* Identity i of a ClientHello, and its binder. False behind the last. */
bool sneck__psk_identity_at(const struct nego *ng, uint32_t i, struct sneck_span *identity,
			    uint32_t *age, struct sneck_span *binder);
/* Bytes of the list of binders, its length included: what a truncated ClientHello lacks. */
size_t sneck__psk_binders_len(const struct nego *ng);

/* Writes the vector of extensions of one of our messages. */
void sneck__ext_write(struct nego *ng, enum ext_in in, struct wr *w);

/* Reads the vector of one of the peer's, without its length. */
SNECK_MUST_CHECK enum sneck_rc sneck__ext_read(struct nego *ng, enum ext_in in,
					       struct sneck_span block);

/* The first pass of sneck__ext_read() alone, for a message that we take nothing from. */
SNECK_MUST_CHECK enum sneck_rc sneck__ext_check(enum ext_in in, struct sneck_span block);

/* The host name of a client's server_name. SNECK_E_DECODE, SNECK_E_ILLEGAL. */
SNECK_MUST_CHECK enum sneck_rc sneck__sni_name(struct sneck_span *name, struct sneck_span body);

/* The supported_versions of a hello alone, before anything else is known of it: the newest version
 * in common, for a ServerHello the one it names; without the extension what legacy_version says.
 * SNECK_E_NO_VERSION when there is none. */
SNECK_MUST_CHECK enum sneck_rc sneck__ext_peek_version(uint16_t *version,
						       const struct sneck_config *cfg,
						       enum ext_in in, uint16_t legacy,
						       struct sneck_span block);

#endif
