/* SPDX-License-Identifier: MIT */
/* graph.h: a state is a row. Each role has a graph that finds out the version, and one graph for
 * each version; run.c is the only file that assigns the state. */
#ifndef SNECK_HS_GRAPH_H
#define SNECK_HS_GRAPH_H

#include "../build.h"
#include "../wire/set.h"
#include "hs.h"

enum hs_absorb {
	ABSORB_AFTER, /* into the transcript when the handler is done: it needs the digest before */
	ABSORB_SELF,  /* the handler does it */
	ABSORB_NEVER  /* not part of the transcript, or not yet */
};

struct hs_state {
	const char *name; /* as in RFC 9846, A */
	uint32_t takes;   /* set of message types; 0: this state sends */
	uint32_t next;    /* set of states it may lead to */
	uint8_t level;    /* enum hs_level: the keys its message comes under */
	uint8_t absorb;   /* enum hs_absorb, of what it takes; what is sent goes by flight.c */
	bool bare;        /* runs without scratch */
	enum sneck_rc (*run)(struct hs *hs, const struct hs_msg *m, uint8_t *to);
};

/* A Certificate, also a compressed one. */
#define HS_CERTIFICATES                                                                            \
	(SET(HT_CERTIFICATE) | (BUILD_COMPRESSION ? SET(HT_COMPRESSED_CERTIFICATE) : 0))

/* Leaves a hello graph: state 0 of the version's graph gets the same message. */
#define HS_EXIT_13 30u

extern const struct hs_state sneck__client_graph[], sneck__client13_graph[];
extern const struct hs_state sneck__server_graph[], sneck__server13_graph[];

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
enum client_hello_state { CH_START, CH_WAIT_SH, CH_COUNT };
enum server_hello_state { SH_START, SH_COUNT };

/* post13.c: KeyUpdate and NewSessionTicket, without scratch. */
enum sneck_rc sneck__on_post13(struct hs *hs, const struct hs_msg *m, uint8_t *to);

#endif
