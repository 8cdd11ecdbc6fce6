/* SPDX-License-Identifier: MIT */
/* `sneck serve`: a certificate (from files, or made at start), a listening socket, and one of two
 * handlers: files over HTTP (http_in.c, http_out.c), or an echo, which is here. Says at start what
 * a client needs to know, a line each; ends on SIGINT or SIGTERM with close_notify on every
 * connection. */
#define _GNU_SOURCE
#include "cmd.h"
#include "http.h"
#include "out.h"
#include "session.h"

#include <sneck/pki.h>
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

enum { GRACE_MS = 3000, OCSP_MAX = 65519 };

/* Who we are, and the config that says so. A reload makes another one; this one is closed with its
 * last connection. */
struct identity {
	struct sneck_pki_key *key;
	struct sneck_pki_chain *chain;
	uint8_t *ocsp;
	struct sneck_credential credential;
	const struct sneck_credential *credentials[1];
	struct sneck_config config;
};

struct serve {
	const struct options *o;
	struct identity *id;
	struct sneck_config config; /* without identity */
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
	if (sneck_pki_key_make(&id->key, SNECK_KEY_P256) != SNECK_OK)
		return out_fail(CODE_CHECK, v->o->verb, "libcrypto cannot make a key");
	if (sneck_pki_cert_make(&id->chain, id->key, &cert, why) == SNECK_OK)
		return 0;
	cert.n_names = 3; /* the machine has a name that is none in DNS */
	if (sneck_pki_cert_make(&id->chain, id->key, &cert, why) == SNECK_OK)
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

	if (sneck_pki_chain_write(id->chain, NULL, 0, &len) != SNECK_WANT_SPACE)
		len = 0;
	pem = malloc(len + 1);
	if (pem == NULL || sneck_pki_chain_write(id->chain, pem, len, &len) != SNECK_OK) {
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

static int load(const struct serve *v, struct identity *id)
{
	struct sneck_note why = { "" };
	size_t ocsp_len = 0;
	int rc = 0;

	if (v->o->cert == NULL)
		rc = make_certificate(v, id, &why);
	else if (sneck_pki_chain_load(&id->chain, v->o->cert, &why) != SNECK_OK)
		rc = out_fail_file(v->o->verb, v->o->cert, why.text);
	else if (sneck_pki_key_load(&id->key, v->o->key, &why) != SNECK_OK)
		rc = out_fail_file(v->o->verb, v->o->key, why.text);
	else if (v->o->ocsp != NULL)
		rc = session_read_file(v->o, v->o->ocsp, OCSP_MAX, false, &id->ocsp, &ocsp_len);
	if (rc != 0)
		return rc;
	if (sneck_pki_credential(&id->credential, id->chain, id->key, &why) != SNECK_OK)
		return out_fail(CODE_USAGE, v->o->verb, "%s", why.text);
	id->credential.names = NULL; /* there is no other: whoever comes may judge it */
	id->credential.n_names = 0;
	id->credential.ocsp = sneck_span_of(id->ocsp, ocsp_len);
	id->credentials[0] = &id->credential;
	id->config = v->config;
	id->config.credentials = id->credentials;
	id->config.n_credentials = 1;
	if (sneck_config_check(&id->config, SNECK_SERVER, &why) != SNECK_OK)
		return out_fail(CODE_USAGE, v->o->verb, "%s", why.text);
	return v->o->cert_out == NULL ? 0 : write_certificate(v, id);
}

static void close_identity(void *user)
{
	struct identity *const id = user;

	sneck_pki_chain_close(id->chain);
	sneck_pki_key_close(id->key);
	free(id->ocsp);
	free(id);
}

/* Returns 0 with *made, or the exit code. */
static int open_identity(const struct serve *v, struct identity **made)
{
	struct identity *const id = calloc(1, sizeof *id);
	int rc;

	if (id == NULL)
		return out_fail(CODE_CHECK, v->o->verb, "no memory");
	rc = load(v, id);
	if (rc == 0)
		*made = id;
	else
		close_identity(id);
	return rc;
}

/* ---- start --------------------------------------------------------------------------------- */

static int listen_here(struct serve *v)
{
	const bool all = v->o->listen_host[0] == '\0';
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	const struct sneck_uv_options options = { SNECK_UV_INIT, .config = &v->id->config,
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

static void say_certificate(const struct serve *v)
{
	static struct sneck_pki_about about;
	char pin[PIN_TEXT], day[16];
	size_t n;
	const struct sneck_span *const certs = sneck_pki_chain_certs(v->id->chain, &n);

	(void)!sneck_pki_about(certs[0], &about); /* it was read before */
	out_pin(pin, about.pin);
	out_day(day, about.not_after_ms);
	printf("certificate  %s (%s, until %s)%s\n", about.names, about.key, day,
	       v->o->cert == NULL ? ", self-signed, made now" : "");
	printf("pin          %s\n", pin);
}

static void say_facts(const struct serve *v)
{
	const char *host = v->o->listen_host;

	say_certificate(v);
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
	struct identity *id, *const old = v->id;

	if (v->o->cert == NULL) {
		out_fail(CODE_USAGE, v->o->verb,
			 "nothing to read again: the certificate was made at start");
		return;
	}
	if (open_identity(v, &id) != 0)
		return;
	if (sneck_uv_server_config(v->server, &id->config, close_identity, old, NULL) != SNECK_OK) {
		close_identity(id);
		out_fail(CODE_CHECK, v->o->verb, "cannot take what was read again");
		return;
	}
	v->id = id;
	say_certificate(v);
	printf("reloaded     %s\n", v->o->cert);
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
	return open_identity(v, &v->id);
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
	close_identity(v->id);
	return CODE_OK;
}
