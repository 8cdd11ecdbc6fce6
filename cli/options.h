/* SPDX-License-Identifier: MIT */
/* options.h: what was asked for on the command line, checked, and the config made of it. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <sneck/config.h>
#include <sneck/session.h>

#include <stdbool.h>
#include <stdint.h>

enum { LIST_MAX = 13, HOST_MAX = 256, PSK_MAX = 64 };

struct options {
	const char *verb;
	/* serve */
	char listen_host[HOST_MAX];
	uint16_t listen_port;
	const char *root, *cert_out, *client_ca, *ocsp;
	uint8_t client_auth;             /* enum sneck_client_auth */
	bool echo, cookie;
	uint16_t tickets, early_bytes;
	/* connect; json: doctor too */
	char host[HOST_MAX];
	uint16_t port;
	const char *name, *ca, *get;
	const char *session, *early;
	uint32_t timeout_ms;
	bool insecure, json, has_pin, want_ocsp, grease;
	uint8_t pin[1][32];
	/* both; help: doctor too */
	bool help, key_update, trace, raw_key, compress, no_ems;
	uint16_t max_fragment, record_limit; /* bytes; 0: not given */
	uint16_t min_version, max_version;   /* enum sneck_version; 0: not given */
	struct sneck_span alpn[LIST_MAX];
	uint16_t groups[LIST_MAX], suites[LIST_MAX];
	size_t n_alpn, n_groups, n_suites;
	const char *certs[LIST_MAX], *keys[LIST_MAX]; /* as many of each */
	size_t n_certs, n_keys;
	const char *keylog;
	struct sneck_psk psk; /* size 0: none */
	const struct sneck_psk *psks[1];
	uint8_t psk_secret[PSK_MAX];
};

/* Reads the arguments behind a verb. Returns -1 to go on, else the exit code: a wrong argument has
 * got its sentence, --help its page. */
int options_read(struct options *o, int argc, char **argv);

/* Fills what both verbs set in a config: provider, lists, record limit, key log. Returns 0 or the
 * exit code. */
int options_config(const struct options *o, struct sneck_config *cfg);

#endif
