/* SPDX-License-Identifier: MIT */
/* `sneck serve`: a certificate (from files, or made at start), a listening socket, and one of two
 * handlers: files over HTTP (http_in.c, http_out.c), or an echo, which is here. Says at start what
 * a client needs to know, a line each; ends on SIGINT or SIGTERM with close_notify on every
 * connection. */
#define _GNU_SOURCE
#include "cmd.h"
#include "http.h"
#include "identity.h"
#include "out.h"
#include "pack.h"
#include "session.h"

#include <sneck/uv.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

enum { GRACE_MS = 3000, CA_NAMES = 2000 };

/* Who we are, and the config that says so. A reload makes another one; this one is closed with its
 * last connection. */
struct shown {
	struct identity id;
	struct sneck_packed_chain packed[LIST_MAX][PACKINGS];
	struct sneck_config config;
};

struct serve {
	const struct options *o;
	struct shown *shown;
	struct sneck_config config; /* that of whoever is shown, without who */
	struct sneck_pki_trust *client_trust;
	struct sneck_verifier client_verifier;
	uint8_t cookie_secret[32];
	struct sneck_uv_handler handler; /* echo_handler or http_handler, with our open */
	struct sneck_uv_server *server;
	uv_signal_t signals[3];
	bool stopping;
};

static struct serve serve; /* one per process; lent to connections */

/* ---- echo ---------------------------------------------------------------------------------- */

/* Bytes that the stream did not take yet; at most one record. */
struct held {
	size_t len;
	uint8_t bytes[];
};

static void echo_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	const struct sneck_iov piece = { data, len };
	struct held *held;

	if (sneck_uv_write(s, &piece, 1) != SNECK_WANT_SPACE)
		return;
	held = malloc(sizeof *held + len);
	if (held == NULL) {
		sneck_uv_abort(s, SNECK_ALERT_INTERNAL_ERROR);
		return;
	}
	held->len = len;
	memcpy(held->bytes, data, len);
	sneck_uv_set_user(s, held);
	sneck_uv_pause(s);
}

static void echo_drain(struct sneck_uv *s)
{
	struct held *held = sneck_uv_user(s);

	sneck_uv_set_user(s, NULL);
	sneck_uv_resume(s);
	if (held != NULL)
		echo_read(s, held->bytes, held->len);
	free(held);
}

static void echo_close(struct sneck_uv *s, enum sneck_rc rc)
{
	char peer[64] = "";

	sneck_uv_address(s, peer, sizeof peer);
	printf("echo %s %s\n", peer, rc == SNECK_OK ? "closed" : sneck_rc_text(rc));
	free(sneck_uv_user(s));
}

static const struct sneck_uv_handler echo_handler = {
	SNECK_UV_HANDLER_INIT,
	.read = echo_read,
	.drain = echo_drain,
	.close = echo_close,
};

/* ---- all connections ----------------------------------------------------------------------- */

static void on_message(void *user, int sent, uint8_t content, uint8_t type, size_t len)
{
	const struct sneck_uv *const s = sneck_uv_server_at(serve.server);
	char peer[64] = "";

	(void)user;
	if (s != NULL)
		sneck_uv_address(s, peer, sizeof peer);
	fprintf(stderr, "%s ", peer);
	out_trace(sent, content, type, len);
}

/* New keys in both directions, ahead of what the connection is for. */
static void on_open(struct sneck_uv *s)
{
	const struct sneck_uv_handler *const inner = serve.o->echo ? &echo_handler : &http_handler;

	if (sneck_key_update(sneck_uv_conn(s), SNECK_KU_REQUEST_PEER) == SNECK_OK)
		sneck_uv_kick(s);
	if (inner->open != NULL)
		inner->open(s);
}

/* ---- the certificate ----------------------------------------------------------------------- */

static int make_certificate(const struct serve *v, struct identity *id, struct sneck_note *why)
{
	char host[HOST_NAME_MAX + 1] = "";
	const char *names[4] = { "localhost", "127.0.0.1", "::1", host };
	struct sneck_pki_cert cert = { SNECK_PKI_CERT_INIT, .names = names, .n_names = 3,
				       .now_ms = (uint64_t)time(NULL) * 1000 };

	if (gethostname(host, sizeof host - 1) == 0 && host[0] != '\0' &&
	    strcmp(host, "localhost") != 0)
		cert.n_names = 4;
	if (sneck_pki_key_make(&id->keys[0], SNECK_KEY_P256) != SNECK_OK)
		return out_fail(CODE_CHECK, v->o->verb, "libcrypto cannot make a key");
	if (sneck_pki_cert_make(&id->chains[0], id->keys[0], &cert, why) == SNECK_OK)
		return 0;
	cert.n_names = 3; /* the machine has a name that is none in DNS */
	if (sneck_pki_cert_make(&id->chains[0], id->keys[0], &cert, why) == SNECK_OK)
		return 0;
	return out_fail(CODE_CHECK, v->o->verb, "cannot make a certificate: %s", why->text);
}

static int write_certificate(const struct serve *v, const struct identity *id)
{
	const char *const path = v->o->cert_out;
	size_t len = 0;
	char *pem;
	FILE *f;
	int error = 0;

	if (sneck_pki_chain_write(id->chains[0], NULL, 0, &len) != SNECK_WANT_SPACE)
		len = 0;
	pem = malloc(len + 1);
	if (pem == NULL || sneck_pki_chain_write(id->chains[0], pem, len, &len) != SNECK_OK) {
		free(pem);
		return out_fail(CODE_CHECK, v->o->verb, "cannot write the certificate as PEM");
	}
	f = fopen(path, "we");
	if (f == NULL || fwrite(pem, 1, len, f) != len)
		error = errno;
	if (f != NULL && fclose(f) != 0 && error == 0)
		error = errno;
	free(pem);
	if (error != 0)
		return out_fail(CODE_USAGE, v->o->verb, "cannot write %s: %s", path,
				strerror(error));
	return 0;
}

static int load(const struct serve *v, struct shown *w)
{
	struct identity *const id = &w->id;
	struct sneck_note why = { "" };
	int rc;

	if (v->o->n_certs != 0) {
		rc = identity_load(id, v->o);
	} else {
		rc = make_certificate(v, id, &why);
		if (rc == 0)
			rc = identity_add(id, v->o);
	}
	if (rc != 0)
		return rc;
	if (id->n == 1) { /* there is no other: whoever comes may judge it */
		id->credentials[0].names = NULL;
		id->credentials[0].n_names = 0;
	}
	for (size_t i = 0; v->o->compress && i < id->n; i++) {
		id->credentials[i].packed = w->packed[i];
		id->credentials[i].n_packed = pack_chain(&id->credentials[i], w->packed[i]);
	}
	if (v->o->raw_key)
		rc = identity_raw(id, v->o);
	if (rc != 0)
		return rc;
	w->config = v->config;
	w->config.credentials = id->list;
	w->config.n_credentials = id->n_list;
	if (sneck_config_check(&w->config, SNECK_SERVER, &why) != SNECK_OK)
		return out_fail(CODE_USAGE, v->o->verb, "%s", why.text);
	return v->o->cert_out == NULL ? 0 : write_certificate(v, id);
}

static void close_shown(void *user)
{
	struct shown *const w = user;

	for (size_t i = 0; i < w->id.n; i++)
		pack_free(w->packed[i]);
	identity_close(&w->id);
	free(w);
}

/* Returns 0 with *made, or the exit code. */
static int open_shown(const struct serve *v, struct shown **made)
{
	struct shown *const w = calloc(1, sizeof *w);
	int rc;

	if (w == NULL)
		return out_fail(CODE_CHECK, v->o->verb, "no memory");
	rc = load(v, w);
	if (rc == 0)
		*made = w;
	else
		close_shown(w);
	return rc;
}

/* Who may sign for clients, and their names for the request, unless they are too many. */
static int trust_clients(struct serve *v)
{
	const struct sneck_pki_trust_options trust = { SNECK_PKI_TRUST_INIT, .no_system = 1,
						       .announce = 1, .files = &v->o->client_ca,
						       .n_files = 1 };
	struct sneck_verifier *const verifier = &v->client_verifier;
	struct sneck_note why = { "" };
	size_t names = 0;

	if (v->o->client_ca == NULL)
		return 0;
	if (sneck_pki_trust_open(&v->client_trust, &trust, &why) != SNECK_OK)
		return out_fail_file(v->o->verb, v->o->client_ca, why.text);
	*verifier = *sneck_pki_trust_verifier(v->client_trust);
	for (size_t i = 0; i < verifier->n_ca_names; i++)
		names += verifier->ca_names[i].len;
	if (names > CA_NAMES)
		verifier->n_ca_names = 0;
	v->config.verifier = verifier;
	v->config.client_auth =
		v->o->client_auth != SNECK_AUTH_NONE ? v->o->client_auth : SNECK_AUTH_REQUIRED;
	return 0;
}

/* ---- start --------------------------------------------------------------------------------- */

static int listen_here(struct serve *v)
{
	const bool all = v->o->listen_host[0] == '\0';
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	const struct sneck_uv_options options = { SNECK_UV_INIT, .config = &v->shown->config,
						  .handler = &v->handler };
	struct sneck_note why = { "" };
	struct addrinfo *list;
	char port[8];
	enum sneck_rc rc;
	int error;

	snprintf(port, sizeof port, "%u", (unsigned)v->o->listen_port);
	error = getaddrinfo(all ? "::" : v->o->listen_host, port, &hints, &list);
	if (error != 0)
		return out_fail(CODE_NETWORK, v->o->verb, "no such address as %s: %s",
				v->o->listen_host, gai_strerror(error));
	rc = sneck_uv_listen(&v->server, uv_default_loop(), list->ai_addr, &options, &why);
	freeaddrinfo(list);
	if (rc == SNECK_E_SYSTEM && all && getaddrinfo("0.0.0.0", port, &hints, &list) == 0) {
		rc = sneck_uv_listen(&v->server, uv_default_loop(), list->ai_addr, &options, &why);
		freeaddrinfo(list); /* a machine without IPv6 */
	}
	if (rc == SNECK_OK)
		return 0;
	return out_fail(rc == SNECK_E_SYSTEM ? CODE_NETWORK : CODE_USAGE, v->o->verb, "%s",
			why.text[0] != '\0' ? why.text : sneck_rc_text(rc));
}

static void say_certificate(const struct serve *v, size_t i)
{
	static struct sneck_pki_about about;
	char pin[PIN_TEXT], day[16];
	size_t n;
	const struct sneck_span *const certs = sneck_pki_chain_certs(v->shown->id.chains[i], &n);

	(void)!sneck_pki_about(certs[0], &about); /* it was read before */
	out_pin(pin, about.pin);
	out_day(day, about.not_after_ms);
	printf("certificate  %s (%s, until %s)%s\n", about.names, about.key, day,
	       v->o->n_certs == 0 ? ", self-signed, made now" : "");
	printf("pin          %s\n", pin);
}

static void say_facts(const struct serve *v)
{
	const char *host = v->o->listen_host;

	for (size_t i = 0; i < v->shown->id.n; i++)
		say_certificate(v, i);
	if (v->o->cert_out != NULL)
		printf("file         %s\n", v->o->cert_out);
	if (!v->o->echo)
		printf("serving      %s\n", http_site.root);
	if (host[0] == '\0' || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0)
		host = "localhost";
	printf(strchr(host, ':') != NULL ? "listening    %s://[%s]:%u/\n"
					 : "listening    %s://%s:%u/\n",
	       v->o->echo ? "tls" : "https", host, (unsigned)sneck_uv_server_port(v->server));
	fflush(stdout);
}

/* ---- stop ---------------------------------------------------------------------------------- */

static void on_closed(void *user)
{
	struct serve *v = user;

	for (size_t i = 0; i < 3; i++)
		uv_close((uv_handle_t *)&v->signals[i], NULL);
}

/* SIGHUP: the files are read again. New connections have what is in them, old ones go on with what
 * they have; when something is wrong nothing changes. */
static void reload(struct serve *v)
{
	struct shown *w, *const old = v->shown;

	if (v->o->n_certs == 0) {
		out_fail(CODE_USAGE, v->o->verb,
			 "nothing to read again: the certificate was made at start");
		return;
	}
	if (open_shown(v, &w) != 0)
		return;
	if (sneck_uv_server_config(v->server, &w->config, close_shown, old, NULL) != SNECK_OK) {
		close_shown(w);
		out_fail(CODE_CHECK, v->o->verb, "cannot take what was read again");
		return;
	}
	v->shown = w;
	for (size_t i = 0; i < w->id.n; i++)
		say_certificate(v, i);
	printf("reloaded     %s\n", v->o->certs[0]);
	fflush(stdout);
}

static void on_signal(uv_signal_t *sig, int number)
{
	struct serve *v = sig->data;

	if (number == SIGHUP) {
		if (!v->stopping)
			reload(v);
		return;
	}
	if (v->stopping) { /* the second time means now */
		uv_stop(uv_default_loop());
		return;
	}
	v->stopping = true;
	http_stop();
	sneck_uv_server_close(v->server, v->o->echo ? 1 : GRACE_MS, on_closed, v);
}

static int set_up(struct serve *v)
{
	static const struct sneck_span http11[] = { { (const uint8_t *)"http/1.1", 8 } };
	const struct options *const o = v->o;
	struct sneck_config *const cfg = &v->config;
	int rc;

	*cfg = (struct sneck_config){ SNECK_CONFIG_INIT, .send_fragment = o->max_fragment };
	rc = options_config(o, cfg);
	if (rc == 0)
		rc = session_serve(o, cfg);
	if (rc == 0)
		rc = trust_clients(v);
	if (rc != 0)
		return rc;
	if (!o->echo && o->n_alpn == 0) {
		cfg->alpn = http11;
		cfg->n_alpn = 1;
	}
	if (o->trace)
		cfg->trace = on_message;
	if (o->cookie) {
		cfg->cookie_secret = sneck_span_of(v->cookie_secret, sizeof v->cookie_secret);
		if (cfg->provider->random(cfg->provider->ctx, v->cookie_secret,
					  sizeof v->cookie_secret) != SNECK_OK)
			return out_fail(CODE_CHECK, o->verb, "no random bytes");
	}
	v->handler = o->echo ? echo_handler : http_handler;
	if (o->key_update)
		v->handler.open = on_open;
	if (o->early_bytes != 0)
		session_early(&v->handler);
	return open_shown(v, &v->shown);
}

int cmd_serve(const struct options *o)
{
	static char root[PATH_MAX];
	struct serve *const v = &serve;
	uv_loop_t *const loop = uv_default_loop();
	const char *const wanted = o->root == NULL ? "." : o->root;
	DIR *folder = NULL;
	int rc;

	setvbuf(stdout, NULL, _IOLBF, 0);
	v->o = o;
	if (!o->echo && (realpath(wanted, root) == NULL || (folder = opendir(root)) == NULL))
		return out_fail(CODE_USAGE, o->verb, "cannot serve %s: %s", wanted,
				strerror(errno));
	if (folder != NULL)
		closedir(folder);
	http_site.root = root;
	rc = set_up(v);
	if (rc == 0)
		rc = listen_here(v);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < 3; i++) {
		static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

		uv_signal_init(loop, &v->signals[i]);
		v->signals[i].data = v;
		uv_signal_start(&v->signals[i], on_signal, numbers[i]);
	}
	say_facts(v);
	uv_run(loop, UV_RUN_DEFAULT);
	close_shown(v->shown);
	sneck_pki_trust_close(v->client_trust);
	return CODE_OK;
}
