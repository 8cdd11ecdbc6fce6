/* SPDX-License-Identifier: MIT */
/* `sneck doctor`: is this system fit? A row of checks, each with what was found and, where that is
 * not enough, what would help. ok: fit; warn: something is missing, the rest works; fail: what the
 * command or the library is for does not work here. */
#define _GNU_SOURCE
#include "algs.h"
#include "cmd.h"
#include "out.h"
#include "self_test.h"

#include <sneck/base.h>
#include <sneck/pki.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <uv.h>

enum level { LEVEL_OK, LEVEL_WARN, LEVEL_FAIL };
static const char *const levels[] = { "ok", "warn", "fail" };

struct result {
	enum level level;
	char found[640];
	char help[512]; /* empty: nothing is needed */
};

struct system {
	const struct sneck_provider *provider; /* NULL: libcrypto cannot do the minimum */
	struct sneck_pki_system pki;
};

#define FOUND(r, ...) snprintf((r)->found, sizeof(r)->found, __VA_ARGS__)
#define HELP(r, ...)  snprintf((r)->help, sizeof(r)->help, __VA_ARGS__)

static void check_library(const struct system *sys, struct result *r)
{
	const unsigned v = sneck_version();

	FOUND(r, "sneck %u.%u.%u, libcrypto %s, libuv %s", v / 10000, v / 100 % 100, v % 100,
	      sys->pki.libcrypto, uv_version_string());
	if (sys->provider != NULL)
		return;
	r->level = LEVEL_FAIL;
	HELP(r, "this libcrypto lacks an algorithm that TLS needs: look at OPENSSL_CONF and "
		"openssl.cnf");
}

static void append(char *text, size_t cap, const char *between, const char *more)
{
	const size_t len = strlen(text);

	snprintf(text + len, cap - len, "%s%s", len == 0 ? "" : between, more);
}

static void check_kind(const struct system *sys, struct result *r, const struct kind *kind)
{
	char lacking[sizeof r->help] = "", why[WHY_MAX];

	if (sys->provider == NULL) {
		r->level = LEVEL_FAIL;
		FOUND(r, "none");
		HELP(r, "see library");
		return;
	}
	for (const struct alg *a = kind->algs; a->id != 0; a++) {
		if (kind->has(sys->provider, a->id)) {
			append(r->found, sizeof r->found, " ", kind->name(a->id));
			continue;
		}
		r->level = LEVEL_WARN;
		if (a->needs == NULL) {
			append(lacking, sizeof lacking, ", ", kind->name(a->id));
			continue;
		}
		algs_why(why, kind, a->id);
		append(r->help, sizeof r->help, "; ", why);
	}
	if (lacking[0] == '\0')
		return;
	append(r->help, sizeof r->help, "; ", "this libcrypto, as it is configured, lacks ");
	append(r->help, sizeof r->help, "", lacking);
}

static void check_suites(const struct system *sys, struct result *r)
{
	check_kind(sys, r, &suite_kind);
}

static void check_groups(const struct system *sys, struct result *r)
{
	check_kind(sys, r, &group_kind);
}

static void check_schemes(const struct system *sys, struct result *r)
{
	check_kind(sys, r, &scheme_kind);
}

static void check_trust(const struct system *sys, struct result *r)
{
	const struct sneck_pki_system *const p = &sys->pki;
	const uint32_t n = p->n_file != 0 ? p->n_file : p->n_dir;

	FOUND(r, "%u anchor%s in %s", n, n == 1 ? "" : "s", p->n_file != 0 ? p->file : p->dir);
	if (n != 0)
		return;
	r->level = LEVEL_FAIL;
	FOUND(r, "no anchors, neither in %s nor in %s", p->file, p->dir);
	HELP(r, "install ca-certificates, set SSL_CERT_FILE, or use connect --ca or --pin");
}

static void check_random(const struct system *sys, struct result *r)
{
	static const uint8_t none[32];
	const struct sneck_provider *const p = sys->provider;
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	FOUND(r, "two draws of 32 bytes differ");
	if (p != NULL && p->random(p->ctx, a, sizeof a) == SNECK_OK &&
	    p->random(p->ctx, b, sizeof b) == SNECK_OK && memcmp(a, b, sizeof a) != 0 &&
	    memcmp(a, none, sizeof a) != 0)
		return;
	r->level = LEVEL_FAIL;
	FOUND(r, "no random bytes");
	HELP(r, p == NULL ? "see library"
			  : "libcrypto gets none of the kernel: is getrandom() blocked?");
}

static void check_clock(const struct system *sys, struct result *r)
{
	const int built = atoi(&__DATE__[7]); /* "Nov 21 2026" */
	const time_t now = time(NULL);
	struct tm tm = { 0 };

	(void)sys;
	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(r->found, sizeof r->found, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		FOUND(r, "unknown");
	if (tm.tm_year + 1900 >= built)
		return;
	r->level = LEVEL_FAIL;
	HELP(r, "it is %d at least: certificates are judged by the clock, set it", built);
}

static void check_files(const struct system *sys, struct result *r)
{
	enum { WANTED = 4096 + 64 }; /* serve holds that many connections, and some files */
	struct rlimit l = { 0 };

	(void)sys;
	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur == RLIM_INFINITY) {
		FOUND(r, "no limit");
		return;
	}
	FOUND(r, "%llu descriptors, %llu at most", (unsigned long long)l.rlim_cur,
	      (unsigned long long)l.rlim_max);
	if (l.rlim_cur >= WANTED)
		return;
	r->level = l.rlim_cur < 64 ? LEVEL_FAIL : LEVEL_WARN;
	HELP(r, "serve takes 4096 connections, one descriptor each: ulimit -n 8192");
}

static void check_self(const struct system *sys, struct result *r)
{
	struct sneck_facts f = { 0 };
	double ms = 0;
	const enum sneck_rc rc =
		sys->provider == NULL ? SNECK_E_NO_ALGORITHM : self_test(sys->provider, &f, &ms);

	if (rc == SNECK_OK) {
		FOUND(r, "a handshake in memory took %.1f ms (%s %s %s)", ms,
		      sneck_suite_name(f.suite), sneck_group_name(f.group),
		      sneck_scheme_name(f.peer_scheme));
		return;
	}
	r->level = LEVEL_FAIL;
	FOUND(r, "a handshake in memory failed: %s", sneck_rc_text(rc));
	HELP(r, sys->provider == NULL ? "see library" : "please report this");
}

static const struct {
	const char *name;
	void (*run)(const struct system *sys, struct result *r);
} checks[] = {
	{ "library", check_library }, { "suites", check_suites }, { "groups", check_groups },
	{ "schemes", check_schemes }, { "trust", check_trust },	  { "random", check_random },
	{ "clock", check_clock },     { "files", check_files },	  { "self-test", check_self },
};
enum { N_CHECKS = sizeof checks / sizeof checks[0] };

static void say_json(const struct result *results, bool fit)
{
	struct json j = { stdout, false };

	json_open(&j, NULL, '{');
	json_bool(&j, "fit", fit);
	json_open(&j, "checks", '[');
	for (size_t i = 0; i < N_CHECKS; i++) {
		json_open(&j, NULL, '{');
		json_text(&j, "name", checks[i].name);
		json_text(&j, "status", levels[results[i].level]);
		json_text(&j, "found", results[i].found);
		json_text(&j, "help", results[i].help[0] == '\0' ? NULL : results[i].help);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	putchar('\n');
}

int cmd_doctor(const struct options *o)
{
	struct system sys = { .provider = sneck_provider_libcrypto() };
	struct result results[N_CHECKS] = { { .level = LEVEL_OK } };
	bool fit = true;

	sneck_pki_system(&sys.pki);
	for (size_t i = 0; i < N_CHECKS; i++) {
		checks[i].run(&sys, &results[i]);
		fit &= results[i].level != LEVEL_FAIL;
	}
	if (o->json)
		say_json(results, fit);
	for (size_t i = 0; i < N_CHECKS && !o->json; i++) {
		const struct result *const r = &results[i];

		printf("%-5s %-10s %s%s%s\n", levels[r->level], checks[i].name, r->found,
		       r->help[0] == '\0' ? "" : " - ", r->help);
	}
	return fit ? CODE_OK : CODE_CHECK;
}
