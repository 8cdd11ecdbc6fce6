/* SPDX-License-Identifier: MIT */
/* graph.h: a state is a row. Each role has a graph that finds out the version, and one graph for
 * each version; run.c is the only file that assigns the state. */
#ifndef SNECK_HS_GRAPH_H
#define SNECK_HS_GRAPH_H

#include "../build.h"
#include "../msg/cert.h"
#include "../msg/finish.h"
#include "../wire/set.h"
#include "hs.h"

enum hs_absorb {
	ABSORB_AFTER, /* into the transcript when the handler is done: it needs the digest before */
	ABSORB_SELF,  /* the handler does it */
	ABSORB_NEVER  /* not part of the transcript, or not yet */
};

/* What a row does: with its message, or sending; and *to is where it leads. */
typedef enum sneck_rc hs_row(struct hs *hs, const struct hs_msg *m, uint8_t *to);

struct hs_state {
	const char *name; /* as in RFC 9846, A */
	uint32_t takes;   /* set of message types; 0: this state sends */
	uint32_t next;    /* set of states it may lead to */
	uint8_t level;    /* enum hs_level: the keys its message comes under */
	uint8_t absorb;   /* enum hs_absorb, of what it takes; what is sent goes by flight.c */
	bool bare;        /* runs without scratch */
	bool ahead;       /* sees the message behind it, too, where a status was promised */
	hs_row *run;
};

/* A Certificate, also a compressed one. */
#define HS_CERTIFICATES                                                                            \
	(SET(HT_CERTIFICATE) | (BUILD_COMPRESSION ? SET(HT_COMPRESSED_CERTIFICATE) : 0))

/* What differs between versions besides their rows. Where no version is known yet, it is that of
 * the hello graphs, which have only these. */
struct hs_version {
	uint16_t id;
	bool ccs; /* keys change with a ChangeCipherSpec, once and for all: TLS 1.2 */
	const struct hs_state *graph[2]; /* by enum sneck_role */
	uint8_t connected[2];            /* the state in which a graph ends */
	/* the Certificate message, entry i of its list, and whatever carries a signature */
	enum sneck_rc (*cert_read)(struct certificate *c, struct sneck_span body);
	struct sneck_cert_entry (*cert_at)(struct sneck_span list, uint32_t i);
	enum sneck_rc (*signature_read)(struct certificate_verify *cv, const struct hs_msg *m);
	/* what the keys of a level are made of, and they: key and nonce mask */
	struct sneck_span (*secret)(const struct hs *hs, bool write, uint8_t level);
	enum sneck_rc (*keys)(const struct hs *hs, bool write, uint8_t level, uint8_t *key,
			      size_t key_len, uint8_t *iv);
	/* keying material for others: sneck_export() */
	enum sneck_rc (*exporter)(const struct hs *hs, const uint8_t *secret, uint8_t *out,
				  size_t len, const char *label, struct sneck_span context);
};

/* version.c */
extern const struct hs_version sneck__version_hello;
/* The version that an exit leads to. */
const struct hs_version *sneck__version_of(uint8_t exit);
uint8_t sneck__version_exit(uint16_t version);

/* Leaves a hello graph: state 0 of the version's graph gets the same message. */
#define HS_EXIT_12 29u
#define HS_EXIT_13 30u

extern const struct hs_state sneck__client_graph[], sneck__client13_graph[],
	sneck__client12_graph[];
extern const struct hs_state sneck__server_graph[], sneck__server13_graph[],
	sneck__server12_graph[];

enum client13 {
	C13_WAIT_SH, C13_SEND_CH2, C13_WAIT_SH2, C13_WAIT_EE, C13_WAIT_CERT_CR, C13_WAIT_CERT,
	C13_WAIT_CV, C13_WAIT_FINISHED, C13_SEND_EOED, C13_SEND_CERT, C13_SEND_CV,
	C13_SEND_FINISHED,
	C13_CONNECTED, C13_COUNT
};
enum server13 {
	S13_START,
	S13_SEND_HRR,
	S13_WAIT_CH2,
	S13_SEND_SH,
	S13_SEND_EE,
	S13_SEND_CR,
	S13_SEND_CERT,
	S13_SEND_CV,
	S13_SEND_FINISHED,
	S13_WAIT_EOED,
	S13_WAIT_CERT,
	S13_WAIT_CV,
	S13_WAIT_FINISHED,
	S13_SEND_TICKET,
	S13_CONNECTED,
	S13_COUNT
};
enum client12 {
	C12_WAIT_SH,
	C12_WAIT_CERT,
	C12_WAIT_STATUS_SKE,
	C12_WAIT_SKE,
	C12_WAIT_CR_DONE,
	C12_WAIT_DONE,
	C12_SEND_CERT,
	C12_SEND_CKE,
	C12_SEND_CV,
	C12_SEND_FINISHED,
	C12_WAIT_TICKET,
	C12_WAIT_CCS,
	C12_WAIT_FINISHED,
	C12_CONNECTED,
	C12_COUNT
};
enum server12 {
	S12_START,
	S12_SEND_SH,
	S12_SEND_CERT,
	S12_SEND_STATUS,
	S12_OFFER,
	S12_SEND_SKE,
	S12_SEND_CR,
	S12_SEND_DONE,
	S12_WAIT_CERT,
	S12_WAIT_CKE,
	S12_WAIT_CV,
	S12_WAIT_CCS,
	S12_WAIT_FINISHED,
	S12_SEND_TICKET,
	S12_SEND_FINISHED,
	S12_CONNECTED,
	S12_COUNT
};
enum client_hello_state { CH_START, CH_WAIT_SH, CH_COUNT };
enum server_hello_state { SH_START, SH_COUNT };

/* post12.c: whoever asks for another handshake. */
SNECK_MUST_CHECK enum sneck_rc sneck__refuse_renegotiation(struct hs *hs, uint8_t *to);

/* client12_cert.c, server12_cert.c: rows about certificates. */
hs_row sneck__client12_on_certificate, sneck__client12_on_certificate_status,
	sneck__client12_on_certificate_request, sneck__client12_send_certificate,
	sneck__client12_send_certificate_verify, sneck__server12_send_certificate_request,
	sneck__server12_on_certificate, sneck__server12_on_certificate_verify;

/* client13_cert.c, server13_cert.c: rows about certificates. */
hs_row sneck__client13_on_certificate_request, sneck__client13_on_certificate,
	sneck__client13_on_certificate_verify, sneck__client13_on_certificate_or_request,
	sneck__client13_send_certificate, sneck__client13_send_certificate_verify,
	sneck__server13_send_certificate_request, sneck__server13_send_certificate,
	sneck__server13_send_certificate_verify, sneck__server13_on_certificate,
	sneck__server13_on_certificate_verify;

/* post13.c: KeyUpdate and NewSessionTicket, without scratch. */
hs_row sneck__on_post13;

#endif
