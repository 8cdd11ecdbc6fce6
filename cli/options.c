/* SPDX-License-Identifier: MIT */
/* The command line: one table of options for all verbs, addresses, lists of names. Suites and
 * groups have the names of the library and short ones that people type; case, hyphens and
 * underscores do not matter, and a name that does not exist is answered with the nearest one. */
#define _GNU_SOURCE
#include "options.h"
#include "help.h"
#include "out.h"

#include <sneck/crypto.h>
#include <sneck/info.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct named {
	uint16_t id;
	const char *shorts[3]; /* besides the library's name */
};

static const struct named suites[] = {
	{ SNECK_TLS_AES_128_GCM_SHA256, { "AES128-GCM", "AES-128-GCM-SHA256" } },
	{ SNECK_TLS_AES_256_GCM_SHA384, { "AES256-GCM", "AES-256-GCM-SHA384" } },
	{ SNECK_TLS_CHACHA20_POLY1305_SHA256, { "CHACHA20-POLY1305", "CHACHA20" } },
	{ 0, { NULL } },
};
static const struct named groups[] = {
	{ SNECK_X25519, { "X25519" } },
	{ SNECK_SECP256R1, { "P-256", "prime256v1" } },
	{ 0, { NULL } },
};

/* ---- names --------------------------------------------------------------------------------- */

/* Letters and digits only, upper case. */
static void bare(char dst[32], const char *name, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < 31; i++)
		if (isalnum((unsigned char)name[i]))
			dst[n++] = (char)toupper((unsigned char)name[i]);
	dst[n] = '\0';
}

/* Levenshtein's distance of two bare names. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[32];
	const size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < n; j++) {
			const unsigned change = diagonal + (a[i] != b[j]);
			const unsigned least = row[j] < row[j + 1] ? row[j] : row[j + 1];

			diagonal = row[j + 1];
			row[j + 1] = change < least + 1 ? change : least + 1;
		}
	}
	return row[n];
}

/* The entry that is nearest to name; *off is how far it is. */
static const struct named *nearest(const struct named *table, const char *(*full)(int),
				   const char *name, size_t len, unsigned *off)
{
	const struct named *best = table;
	char want[32], have[32];

	bare(want, name, len);
	*off = 99;
	for (const struct named *t = table; t->id != 0; t++) {
		for (int i = -1; i < 3 && (i < 0 || t->shorts[i] != NULL); i++) {
			const char *const text = i < 0 ? full(t->id) : t->shorts[i];
			unsigned d;

			bare(have, text, strlen(text));
			d = distance(want, have);
			if (d < *off) {
				*off = d;
				best = t;
			}
		}
	}
	return best;
}

static int read_names(const char *verb, const char *what, const char *list,
		      const struct named *table, const char *(*full)(int), uint16_t *ids, size_t *n)
{
	for (*n = 0;; list++) {
		const size_t len = strcspn(list, ",:");
		unsigned off;
		const struct named *const t = nearest(table, full, list, len, &off);

		if (off != 0)
			return out_fail(CODE_USAGE, verb,
					"there is no %s \"%.*s\" here; nearest is %s", what,
					(int)len, list, full(t->id));
		if (*n == LIST_MAX)
			return out_fail(CODE_USAGE, verb, "more than %d names for --%ss", LIST_MAX,
					what);
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

static int read_timeout(struct options *o, const char *arg)
{
	char *stop;
	const double s = strtod(arg, &stop);

	if (stop == arg || *stop != '\0' || !(s > 0 && s <= 3600))
		return out_fail(CODE_USAGE, o->verb, "--timeout wants seconds, up to 3600");
	o->timeout_ms = (uint32_t)(s * 1000);
	return -1;
}

static int read_groups(struct options *o, const char *arg)
{
	return read_names(o->verb, "group", arg, groups, sneck_group_name, o->groups, &o->n_groups);
}

static int read_suites(struct options *o, const char *arg)
{
	return read_names(o->verb, "suite", arg, suites, sneck_suite_name, o->suites, &o->n_suites);
}

enum verb_set { SERVE = 1, CONNECT = 2, BOTH = 3 };

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
	{ "cert", SERVE, required_argument, FIELD(cert), NULL },
	{ "key", SERVE, required_argument, FIELD(key), NULL },
	{ "cert-out", SERVE, required_argument, FIELD(cert_out), NULL },
	{ "name", CONNECT, required_argument, FIELD(name), NULL },
	{ "ca", CONNECT, required_argument, FIELD(ca), NULL },
	{ "pin", CONNECT, required_argument, 0, read_pin },
	{ "insecure-skip-verify", CONNECT, no_argument, FIELD(insecure), NULL },
	{ "get", CONNECT, required_argument, FIELD(get), NULL },
	{ "json", CONNECT, no_argument, FIELD(json), NULL },
	{ "timeout", CONNECT, required_argument, 0, read_timeout },
	{ "alpn", BOTH, required_argument, 0, read_alpn },
	{ "groups", BOTH, required_argument, 0, read_groups },
	{ "suites", BOTH, required_argument, 0, read_suites },
	{ "keylog", BOTH, required_argument, FIELD(keylog), NULL },
	{ "help", BOTH, no_argument, FIELD(help), NULL },
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

static int check(const struct options *o, bool serve)
{
	const int ways = (o->ca != NULL) + o->has_pin + o->insecure;

	if (serve && (o->cert == NULL) != (o->key == NULL))
		return out_fail(CODE_USAGE, o->verb, "--cert and --key go together; %s is missing",
				o->cert == NULL ? "--cert" : "--key");
	if (serve && o->echo && o->root != NULL)
		return out_fail(CODE_USAGE, o->verb, "--echo and --root exclude each other");
	if (!serve && ways > 1)
		return out_fail(CODE_USAGE, o->verb,
				"--ca, --pin and --insecure-skip-verify exclude each other");
	if (!serve && (o->host[0] == '\0' || o->port == 0))
		return out_fail(CODE_USAGE, o->verb,
				"a HOST and a port are needed, as in HOST:443");
	if (o->get != NULL && (o->get[0] != '/' || strpbrk(o->get, " \r\n\t") != NULL))
		return out_fail(CODE_USAGE, o->verb, "--get wants a path that begins with /");
	return -1;
}

int options_read(struct options *o, int argc, char **argv)
{
	const bool serve = strcmp(argv[0], "serve") == 0;
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
		if (flags[i].verbs & (serve ? SERVE : CONNECT))
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
		fputs(serve ? help_serve : help_connect, stdout);
		return CODE_OK;
	}
	if (argc - optind != (serve ? 0 : 1))
		return out_fail(CODE_USAGE, o->verb,
				serve ? "takes options only; see sneck %s --help"
				      : "wants one HOST[:PORT]; see sneck %s --help",
				o->verb);
	if (!serve && !split(argv[optind], o->host, &o->port))
		return out_fail(CODE_USAGE, o->verb, "\"%s\" is not HOST or HOST:PORT",
				argv[optind]);
	return check(o, serve);
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

int options_config(const struct options *o, struct sneck_config *cfg)
{
	int fd;

	cfg->provider = sneck_provider_libcrypto();
	if (cfg->provider == NULL)
		return out_fail(CODE_CHECK, o->verb, "libcrypto lacks an algorithm that TLS needs");
	cfg->suites = (struct sneck_u16s){ o->suites, o->n_suites };
	cfg->groups = (struct sneck_u16s){ o->groups, o->n_groups };
	cfg->alpn = o->alpn;
	cfg->n_alpn = o->n_alpn;
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
