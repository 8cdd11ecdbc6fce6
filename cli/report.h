/* SPDX-License-Identifier: MIT */
/* report.h: what `sneck connect` found out, and how it says so. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cmd.h"

#include <sneck/conn.h>
#include <sneck/info.h>
#include <sneck/pki.h>

#include <stdio.h>

enum { CERTS_MAX = 10 };

struct report {
	const struct options *o;
	char address[64];
	struct sneck_facts facts;
	struct sneck_pki_about certs[CERTS_MAX];
	size_t n_certs;
	bool trusted, raw, stapled; /* raw: a public key in place of a chain */
	char verdict[320];     /* why, or why not */
	double tcp_ms, tls_ms; /* 0: did not come that far */
	bool offered, saved;   /* sessions */
	const char *session;   /* what the server knows the newest by; NULL: none came */
	bool early_sent, early_taken;
	int http_status;
	int code;
	char error[400]; /* the sentence for a code that is not 0 */
};

/* Notes a chain as it came from the peer. */
void report_chain(struct report *r, const struct sneck_cert_st *st);

/* Lines for a person; one object for a program. */
void report_lines(const struct report *r, FILE *f);
/* What changed since: the keys, if that was asked for. */
void report_end(const struct report *r, FILE *f);
void report_json(const struct report *r, FILE *f);

#endif
