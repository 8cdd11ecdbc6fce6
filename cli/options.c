/* SPDX-License-Identifier: MIT */
/* The command line: one table of options for all verbs, addresses, lists of names, numbers. A name
 * that does not exist is answered with the nearest one. */
#define _GNU_SOURCE
#include "options.h"
#include "algs.h"
#include "help.h"
#include "out.h"
#include "pack.h"

#include <sneck/crypto.h>
#include <sneck/pki.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- names --------------------------------------------------------------------------------- */

static int read_names(const char *verb, const struct kind *kind, const char *list, uint16_t *ids,
		      size_t *n)
{
	for (*n = 0;; list++) {
		const size_t len = strcspn(list, ",:");
		unsigned off;
		const struct alg *const t = algs_nearest(kind, list, len, &off);

		if (off != 0)
			return out_fail(CODE_USAGE, verb,
					"there is no %s \"%.*s\" here; nearest is %s", kind->what,
					(int)len, list, kind->name(t->id));
		if (*n == LIST_MAX)
			return out_fail(CODE_USAGE, verb, "more than %d names for --%ss", LIST_MAX,
					kind->what);
		ids[(*n)++] = t->id;
		list += len;
		if (*list == '\0')
			return -1;
	}
}

static int read_alpn(struct options *o, const char *list)
{
	for (o->n_alpn = 0;; list++) {
		const size_t len = strcspn(list, ",");

		if (len == 0 || len > 255)
			return out_fail(CODE_USAGE, o->verb,
					"a protocol name for --alpn has 1 to 255 characters");
		if (o->n_alpn == LIST_MAX)
			return out_fail(CODE_USAGE, o->verb, "more than %d names for --alpn",
					LIST_MAX);
		o->alpn[o->n_alpn++] = sneck_span_of(list, len);
		list += len;
		if (*list == '\0')
			return -1;
	}
}

static int read_pin(struct options *o, const char *text)
{
	const char *hex = text + 7;

	if (strncmp(text, "sha256:", 7) != 0 || strlen(hex) != 64 ||
	    strspn(hex, "0123456789abcdefABCDEF") != 64)
		return out_fail(CODE_USAGE, o->verb,
				"--pin wants sha256: and 64 hex digits, as sneck serve prints it");
	for (size_t i = 0; i < 32; i++) {
		const char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		o->pin[0][i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	o->has_pin = true;
	return -1;
}

/* ---- addresses ----------------------------------------------------------------------------- */

/* HOST, HOST:PORT, [V6]:PORT, V6, :PORT. An absent port leaves *port alone. */
static bool split(const char *text, char host[HOST_MAX], uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	const char *end = text + strlen(text);
	char *stop;
	unsigned long n;

	if (text[0] == '[') {
		end = strchr(text++, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else if (colon != NULL && strchr(text, ':') != colon) {
		colon = NULL; /* an IPv6 address without brackets has no port */
	} else if (colon != NULL) {
		end = colon;
	}
	if ((size_t)(end - text) >= HOST_MAX)
		return false;
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	if (colon == NULL)
		return true;
	n = strtoul(colon + 1, &stop, 10);
	if (!isdigit((unsigned char)colon[1]) || *stop != '\0' || n > 65535)
		return false;
	*port = (uint16_t)n;
	return true;
}

/* ---- the table ----------------------------------------------------------------------------- */

static int read_listen(struct options *o, const char *arg)
{
	if (strchr(arg, ':') != NULL && split(arg, o->listen_host, &o->listen_port))
		return -1;
	return out_fail(CODE_USAGE, o->verb, "--listen wants ADDR:PORT or :PORT, not \"%s\"", arg);
}

/* The first --cert and the first --key are a pair, and so on. */
static int read_file(struct options *o, const char *what, const char **list, size_t *n,
		     const char *arg)
{
	if (*n == LIST_MAX)
		return out_fail(CODE_USAGE, o->verb, "more than %d times --%s", LIST_MAX, what);
	list[(*n)++] = arg;
	return -1;
}

static int read_cert(struct options *o, const char *arg)
{
	return read_file(o, "cert", o->certs, &o->n_certs, arg);
}

static int read_key(struct options *o, const char *arg)
{
	return read_file(o, "key", o->keys, &o->n_keys, arg);
}

static int read_client_auth(struct options *o, const char *arg)
{
	o->client_auth = strcmp(arg, "required") == 0	? SNECK_AUTH_REQUIRED
			 : strcmp(arg, "optional") == 0 ? SNECK_AUTH_OPTIONAL
							: SNECK_AUTH_NONE;
	if (o->client_auth != SNECK_AUTH_NONE)
		return -1;
	return out_fail(CODE_USAGE, o->verb,
			"--client-auth wants optional or required, not \"%s\"", arg);
}

static int read_timeout(struct options *o, const char *arg)
{
	char *stop;
	const double s = strtod(arg, &stop);

	if (stop == arg || *stop != '\0' || !(s > 0 && s <= 3600))
		return out_fail(CODE_USAGE, o->verb, "--timeout wants seconds, up to 3600");
	o->timeout_ms = (uint32_t)(s * 1000);
	return -1;
}

/* A number in decimal, from..to; 0: it is none. */
static uint16_t number(const char *arg, unsigned long from, unsigned long to)
{
	char *stop;
	const unsigned long n = strtoul(arg, &stop, 10);

	return isdigit((unsigned char)arg[0]) && *stop == '\0' && n >= from && n <= to ? (uint16_t)n
										       : 0;
}

static int read_max_fragment(struct options *o, const char *arg)
{
	o->max_fragment = number(arg, 512, 4096);
	if (o->max_fragment != 0 && (o->max_fragment & (o->max_fragment - 1)) == 0)
		return -1;
	return out_fail(CODE_USAGE, o->verb, "--max-fragment wants 512, 1024, 2048 or 4096");
}

static int read_send_fragment(struct options *o, const char *arg)
{
	o->max_fragment = number(arg, 64, 16384);
	if (o->max_fragment != 0)
		return -1;
	return out_fail(CODE_USAGE, o->verb, "--max-fragment wants 64 to 16384 bytes");
}

static int read_record_limit(struct options *o, const char *arg)
{
	o->record_limit = number(arg, 64, 16384);
	if (o->record_limit != 0)
		return -1;
	return out_fail(CODE_USAGE, o->verb, "--record-limit wants 64 to 16384 bytes");
}

static int read_tickets(struct options *o, const char *arg)
{
	o->tickets = number(arg, 1, 8);
	if (o->tickets != 0)
		return -1;
	return out_fail(CODE_USAGE, o->verb, "--tickets wants 1 to 8");
}

static int read_early_bytes(struct options *o, const char *arg)
{
	o->early_bytes = number(arg, 1, 65535);
	if (o->early_bytes != 0)
		return -1;
	return out_fail(CODE_USAGE, o->verb, "--early-data wants 1 to 65535 bytes");
}

/* ID:HEX; the last colon counts. */
static int read_psk(struct options *o, const char *arg)
{
	const char *const colon = strrchr(arg, ':');
	const char *const hex = colon == NULL ? "" : colon + 1;
	const size_t n = strlen(hex) / 2;

	if (colon == NULL || colon == arg || colon - arg > 1024 || strlen(hex) % 2 != 0 ||
	    strspn(hex, "0123456789abcdefABCDEF") != strlen(hex) || n < 16 || n > PSK_MAX)
		return out_fail(CODE_USAGE, o->verb,
				"--psk wants ID:HEX, a name and 16 to %d bytes in hex", PSK_MAX);
	for (size_t i = 0; i < n; i++) {
		const char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		o->psk_secret[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	o->psk = (struct sneck_psk){ SNECK_PSK_INIT, .raw = 1,
				     .identity = { (const uint8_t *)arg, (size_t)(colon - arg) },
				     .secret = { o->psk_secret, n } };
	o->psks[0] = &o->psk;
	return -1;
}

static int read_groups(struct options *o, const char *arg)
{
	return read_names(o->verb, &group_kind, arg, o->groups, &o->n_groups);
}

static int read_suites(struct options *o, const char *arg)
{
	return read_names(o->verb, &suite_kind, arg, o->suites, &o->n_suites);
}

static int read_version(const struct options *o, const char *arg, const char *which, uint16_t *v)
{
	*v = strcmp(arg, "1.2") == 0 ? SNECK_TLS12 : strcmp(arg, "1.3") == 0 ? SNECK_TLS13 : 0;
	return *v != 0 ? -1
		       : out_fail(CODE_USAGE, o->verb, "--%s-version wants 1.2 or 1.3, not \"%s\"",
				  which, arg);
}

static int read_min_version(struct options *o, const char *arg)
{
	return read_version(o, arg, "min", &o->min_version);
}

static int read_max_version(struct options *o, const char *arg)
{
	return read_version(o, arg, "max", &o->max_version);
}

enum verb_set { SERVE = 1, CONNECT = 2, DOCTOR = 4, BOTH = SERVE | CONNECT };

#define FIELD(name) offsetof(struct options, name)

/* An option with a reader is read by it; without one its text is kept, or that it was given. */
static const struct flag {
	const char *name;
	unsigned verbs;
	int argument; /* getopt_long's has_arg */
	size_t at;
	int (*read)(struct options *o, const char *arg);
} flags[] = {
	{ "listen", SERVE, required_argument, 0, read_listen },
	{ "root", SERVE, required_argument, FIELD(root), NULL },
	{ "echo", SERVE, no_argument, FIELD(echo), NULL },
	{ "cert", BOTH, required_argument, 0, read_cert },
	{ "key", BOTH, required_argument, 0, read_key },
	{ "client-ca", SERVE, required_argument, FIELD(client_ca), NULL },
	{ "client-auth", SERVE, required_argument, 0, read_client_auth },
	{ "tickets", SERVE, required_argument, 0, read_tickets },
	{ "early-data", SERVE, required_argument, 0, read_early_bytes },
	{ "early-data", CONNECT, required_argument, FIELD(early), NULL },
	{ "session", CONNECT, required_argument, FIELD(session), NULL },
	{ "psk", BOTH, required_argument, 0, read_psk },
	{ "cert-out", SERVE, required_argument, FIELD(cert_out), NULL },
	{ "ocsp", SERVE, required_argument, FIELD(ocsp), NULL },
	{ "ocsp", CONNECT, no_argument, FIELD(want_ocsp), NULL },
	{ "raw-key", BOTH, no_argument, FIELD(raw_key), NULL },
	{ "compress", BOTH, no_argument, FIELD(compress), NULL },
	{ "grease", CONNECT, no_argument, FIELD(grease), NULL },
	{ "name", CONNECT, required_argument, FIELD(name), NULL },
	{ "ca", CONNECT, required_argument, FIELD(ca), NULL },
	{ "pin", CONNECT, required_argument, 0, read_pin },
	{ "insecure-skip-verify", CONNECT, no_argument, FIELD(insecure), NULL },
	{ "get", CONNECT, required_argument, FIELD(get), NULL },
	{ "json", CONNECT | DOCTOR, no_argument, FIELD(json), NULL },
	{ "timeout", CONNECT, required_argument, 0, read_timeout },
	{ "alpn", BOTH, required_argument, 0, read_alpn },
	{ "groups", BOTH, required_argument, 0, read_groups },
	{ "suites", BOTH, required_argument, 0, read_suites },
	{ "min-version", BOTH, required_argument, 0, read_min_version },
	{ "max-version", BOTH, required_argument, 0, read_max_version },
	{ "insecure-no-ems", BOTH, no_argument, FIELD(no_ems), NULL },
	{ "keylog", BOTH, required_argument, FIELD(keylog), NULL },
	{ "max-fragment", CONNECT, required_argument, 0, read_max_fragment },
	{ "max-fragment", SERVE, required_argument, 0, read_send_fragment },
	{ "record-limit", BOTH, required_argument, 0, read_record_limit },
	{ "key-update", BOTH, no_argument, FIELD(key_update), NULL },
	{ "cookie", SERVE, no_argument, FIELD(cookie), NULL },
	{ "trace", BOTH, no_argument, FIELD(trace), NULL },
	{ "help", BOTH | DOCTOR, no_argument, FIELD(help), NULL },
};
enum { N_FLAGS = sizeof flags / sizeof flags[0], FIRST = 256 };

static int take(struct options *o, const struct flag *flag, const char *arg)
{
	void *const at = (char *)o + flag->at;

	if (flag->read != NULL)
		return flag->read(o, arg);
	if (flag->argument == required_argument)
		*(const char **)at = arg;
	else
		*(bool *)at = true;
	return -1;
}

static int check_connect(const struct options *o)
{
	if ((o->ca != NULL) + o->has_pin + o->insecure > 1)
		return out_fail(CODE_USAGE, o->verb,
				"--ca, --pin and --insecure-skip-verify exclude each other");
	if (o->raw_key && !o->has_pin && !o->insecure)
		return out_fail(CODE_USAGE, o->verb,
				"--raw-key needs --pin: a key has no issuer to trust");
	if (o->host[0] == '\0' || o->port == 0)
		return out_fail(CODE_USAGE, o->verb,
				"a HOST and a port are needed, as in HOST:443");
	if (o->early != NULL && (o->session == NULL || o->get != NULL))
		return out_fail(CODE_USAGE, o->verb,
				o->get != NULL ? "--early-data and --get exclude each other"
					       : "--early-data needs --session");
	if (o->get != NULL && (o->get[0] != '/' || strpbrk(o->get, " \r\n\t") != NULL))
		return out_fail(CODE_USAGE, o->verb, "--get wants a path that begins with /");
	return -1;
}

static int check_serve(const struct options *o)
{
	if (o->client_auth != SNECK_AUTH_NONE && o->client_ca == NULL)
		return out_fail(CODE_USAGE, o->verb,
				"--client-auth needs --client-ca: who may sign for clients");
	if (o->early_bytes != 0 && o->tickets == 0)
		return out_fail(CODE_USAGE, o->verb, "--early-data needs --tickets");
	if (o->echo && o->root != NULL)
		return out_fail(CODE_USAGE, o->verb, "--echo and --root exclude each other");
	return -1;
}

static int check_versions(const struct options *o)
{
	if (o->max_version != 0 && o->min_version > o->max_version)
		return out_fail(CODE_USAGE, o->verb, "--min-version is above --max-version");
	return -1;
}

static int read_rest(struct options *o, enum verb_set verb, int n, char **rest)
{
	if (n != (verb == CONNECT))
		return out_fail(CODE_USAGE, o->verb,
				verb == CONNECT ? "wants one HOST[:PORT]; see sneck %s --help"
						: "takes options only; see sneck %s --help",
				o->verb);
	if (verb == CONNECT && !split(rest[0], o->host, &o->port))
		return out_fail(CODE_USAGE, o->verb, "\"%s\" is not HOST or HOST:PORT", rest[0]);
	if (o->n_certs != o->n_keys)
		return out_fail(CODE_USAGE, o->verb, "--cert and --key go together; %s is missing",
				o->n_certs < o->n_keys ? "--cert" : "--key");
	if (check_versions(o) >= 0)
		return CODE_USAGE;
	return verb == CONNECT ? check_connect(o) : check_serve(o);
}

int options_read(struct options *o, int argc, char **argv)
{
	const enum verb_set verb = strcmp(argv[0], "serve") == 0     ? SERVE
				   : strcmp(argv[0], "connect") == 0 ? CONNECT
								     : DOCTOR;
	struct option longs[N_FLAGS + 1] = { { NULL, 0, NULL, 0 } };
	size_t n = 0;
	int id, rc;

	memset(o, 0, sizeof *o);
	o->verb = argv[0];
	o->port = 443;
	o->timeout_ms = 15000;
	o->listen_port = 8443;
	memcpy(o->listen_host, "127.0.0.1", 10);
	for (size_t i = 0; i < N_FLAGS; i++)
		if (flags[i].verbs & verb)
			longs[n++] = (struct option){ flags[i].name, flags[i].argument, NULL,
						      FIRST + (int)i };
	opterr = 0;
	while ((id = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (id == '?' || id == ':')
			return out_fail(CODE_USAGE, o->verb, "%s %s; see sneck %s --help",
					id == ':' ? "a value is missing behind" : "unknown option",
					argv[optind - 1], o->verb);
		rc = take(o, &flags[id - FIRST], optarg);
		if (rc >= 0)
			return rc;
	}
	if (o->help) {
		fputs(verb == SERVE	? help_serve
		      : verb == CONNECT ? help_connect
					: help_doctor,
		      stdout);
		return CODE_OK;
	}
	return read_rest(o, verb, argc - optind, argv + optind);
}

/* ---- config -------------------------------------------------------------------------------- */

/* A line of a key log (RFC 9850), in one write so that processes may share the file. */
static void keylog(void *user, const char *label, const uint8_t client_random[32],
		   const uint8_t *secret, size_t len)
{
	char random[65], hex[2 * 64 + 1], line[320];
	int n;

	out_hex(random, client_random, 32);
	out_hex(hex, secret, len <= 64 ? len : 64);
	n = snprintf(line, sizeof line, "%s %s %s\n", label, random, hex);
	if (write((int)(intptr_t)user, line, (size_t)n) != n)
		out_fail(CODE_CHECK, NULL, "a line of the key log is lost: %s", strerror(errno));
}

static int check_names(const struct options *o, const struct sneck_provider *p,
		       const struct kind *kind, const uint16_t *ids, size_t n)
{
	struct sneck_pki_system system;
	char why[WHY_MAX];

	for (size_t i = 0; i < n; i++) {
		if (kind->has(p, ids[i]))
			continue;
		sneck_pki_system(&system);
		algs_why(why, kind, ids[i]);
		return out_fail(CODE_USAGE, o->verb, "%s (here is libcrypto %s)", why,
				system.libcrypto);
	}
	return 0;
}

int options_config(const struct options *o, struct sneck_config *cfg)
{
	int fd, rc;

	cfg->provider = sneck_provider_libcrypto();
	if (cfg->provider == NULL)
		return out_fail(CODE_CHECK, o->verb, "libcrypto lacks an algorithm that TLS needs");
	rc = check_names(o, cfg->provider, &suite_kind, o->suites, o->n_suites);
	if (rc == 0)
		rc = check_names(o, cfg->provider, &group_kind, o->groups, o->n_groups);
	if (rc != 0)
		return rc;
	if (o->compress && pack_known().n == 0)
		return out_fail(CODE_USAGE, o->verb,
				"this build has no zlib, brotli and zstd for --compress");
	cfg->min_version = o->min_version;
	cfg->max_version = o->max_version;
	cfg->insecure_no_ems = o->no_ems;
	cfg->recv_record_limit = o->record_limit;
	cfg->suites = (struct sneck_u16s){ o->suites, o->n_suites };
	cfg->groups = (struct sneck_u16s){ o->groups, o->n_groups };
	cfg->alpn = o->alpn;
	cfg->n_alpn = o->n_alpn;
	cfg->psks = o->psk.size != 0 ? o->psks : NULL;
	cfg->n_psks = o->psk.size != 0;
	if (o->keylog == NULL)
		return 0;
	fd = open(o->keylog, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return out_fail(CODE_USAGE, o->verb, "cannot write the key log %s: %s", o->keylog,
				strerror(errno));
	cfg->insecure_keylog = keylog;
	cfg->keylog_user = (void *)(intptr_t)fd;
	return 0;
}
