/* SPDX-License-Identifier: MIT */
/* BearSSL, as peer.h wants it: TLS 1.2 without extended master secret, both roles, keys of P-256 or
 * RSA, an authority with a key of P-256. */
#include "peer.h"

#include <bearssl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct der {
	unsigned char at[8192];
	size_t len;
};

struct tls {
	union {
		br_ssl_client_context c;
		br_ssl_server_context s;
	} of;
	br_ssl_engine_context *eng;
	br_x509_minimal_context x509;
	unsigned char in[BR_SSL_BUFSIZE_INPUT], out[BR_SSL_BUFSIZE_OUTPUT];
	int fd;
};

static const struct settings *set;
static struct der leaf, authority, private, dn;
static br_x509_certificate chain;
static br_x509_decoder_context decoder;
static br_x509_trust_anchor anchor;
static br_skey_decoder_context key;
static br_ssl_session_cache_lru cache;
static br_ssl_session_parameters session;
static bool has_session;

static void append(void *to, const void *from, size_t n)
{
	struct der *const d = to;

	must(d->len + n <= sizeof d->at, "file", (long)n);
	memcpy(d->at + d->len, from, n);
	d->len += n;
}

/* The first object of a PEM file. */
static void read_pem(const char *path, struct der *d)
{
	br_pem_decoder_context pem;
	size_t len, at = 0;
	unsigned char *const text = slurp(path, &len);
	int event = 0;

	br_pem_decoder_init(&pem);
	while (at < len && event != BR_PEM_END_OBJ) {
		at += br_pem_decoder_push(&pem, text + at, len - at);
		event = br_pem_decoder_event(&pem);
		if (event == BR_PEM_BEGIN_OBJ)
			br_pem_decoder_setdest(&pem, append, d);
	}
	must(event == BR_PEM_END_OBJ, path, event);
	free(text);
}

void stack_init(const struct settings *s)
{
	static unsigned char sessions[20000];

	set = s;
	must(!s->only13, "no TLS 1.3", 0);
	if (s->server)
		br_ssl_session_cache_lru_init(&cache, sessions, sizeof sessions);
	if (s->cert != NULL) {
		read_pem(s->cert, &leaf);
		chain = (br_x509_certificate){ leaf.at, leaf.len };
		read_pem(s->key, &private);
		br_skey_decoder_init(&key);
		br_skey_decoder_push(&key, private.at, private.len);
		must(br_skey_decoder_last_error(&key) == 0, "key", 0);
	}
	if (s->ca[0] == '\0')
		return;
	read_pem(s->ca, &authority);
	br_x509_decoder_init(&decoder, append, &dn);
	br_x509_decoder_push(&decoder, authority.at, authority.len);
	must(br_x509_decoder_last_error(&decoder) == 0, "authority", 0);
	anchor = (br_x509_trust_anchor){ .dn = { dn.at, dn.len },
					 .flags = BR_X509_TA_CA,
					 .pkey = *br_x509_decoder_get_pkey(&decoder) };
}

static void prepare_server(struct tls *t)
{
	br_ssl_server_context *const s = &t->of.s;

	if (br_skey_decoder_key_type(&key) == BR_KEYTYPE_RSA)
		br_ssl_server_init_full_rsa(s, &chain, 1, br_skey_decoder_get_rsa(&key));
	else
		br_ssl_server_init_full_ec(s, &chain, 1, BR_KEYTYPE_EC,
					   br_skey_decoder_get_ec(&key));
	br_ssl_server_set_cache(s, &cache.vtable);
	t->eng = &s->eng;
	if (!set->ask)
		return;
	br_x509_minimal_init_full(&t->x509, &anchor, 1);
	br_ssl_engine_set_default_rsavrfy(&s->eng);
	br_ssl_engine_set_default_ecdsa(&s->eng);
	br_ssl_engine_set_x509(&s->eng, &t->x509.vtable);
	br_ssl_server_set_trust_anchor_names_alt(s, &anchor, 1);
	if (!set->must)
		br_ssl_engine_add_flags(&s->eng, BR_OPT_TOLERATE_NO_CLIENT_AUTH);
}

static void prepare_client(struct tls *t)
{
	br_ssl_client_context *const c = &t->of.c;

	br_ssl_client_init_full(c, &t->x509, &anchor, 1);
	t->eng = &c->eng;
	if (set->cert == NULL)
		return;
	if (br_skey_decoder_key_type(&key) == BR_KEYTYPE_RSA)
		br_ssl_client_set_single_rsa(c, &chain, 1, br_skey_decoder_get_rsa(&key),
					     br_rsa_pkcs1_sign_get_default());
	else
		br_ssl_client_set_single_ec(c, &chain, 1, br_skey_decoder_get_ec(&key),
					    BR_KEYTYPE_SIGN, BR_KEYTYPE_EC, br_ec_get_default(),
					    br_ecdsa_sign_asn1_get_default());
}

static bool start(struct tls *t)
{
	const char **const names = alpn_names(set);
	size_t n = 0;

	if (set->server)
		prepare_server(t);
	else
		prepare_client(t);
	br_ssl_engine_set_versions(t->eng, BR_TLS12, BR_TLS12);
	while (names[n] != NULL)
		n++;
	br_ssl_engine_set_protocol_names(t->eng, names, n);
	if (set->max_fragment != 0)
		br_ssl_engine_set_buffers_bidi(t->eng, t->in, (size_t)set->max_fragment + 325,
					       t->out, (size_t)set->max_fragment + 85);
	else
		br_ssl_engine_set_buffers_bidi(t->eng, t->in, sizeof t->in, t->out, sizeof t->out);
	if (set->server)
		return br_ssl_server_reset(&t->of.s) != 0;
	if (has_session)
		br_ssl_engine_set_session_parameters(t->eng, &session);
	return br_ssl_client_reset(&t->of.c, "localhost", has_session) != 0;
}

/* What is ready to be sent; it waits for the socket. */
static bool flush(struct tls *t)
{
	while (br_ssl_engine_current_state(t->eng) & BR_SSL_SENDREC) {
		struct pollfd at = { .fd = t->fd, .events = POLLOUT };
		size_t len;
		const unsigned char *const from = br_ssl_engine_sendrec_buf(t->eng, &len);
		const ssize_t n = send(t->fd, from, len, 0);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n < 0)
			poll(&at, 1, -1);
		else
			br_ssl_engine_sendrec_ack(t->eng, (size_t)n);
	}
	return true;
}

/* Goes on until one of the states is there. Returns 1; 0 at the end; -1 when the socket has no
 * more. */
static int until(struct tls *t, unsigned states)
{
	for (;;) {
		unsigned char *to;
		size_t len;
		ssize_t n;
		unsigned now;

		if (!flush(t))
			return 0;
		now = br_ssl_engine_current_state(t->eng);
		if (now & states)
			return 1;
		if ((now & BR_SSL_CLOSED) || !(now & BR_SSL_RECVREC))
			return 0;
		to = br_ssl_engine_recvrec_buf(t->eng, &len);
		n = recv(t->fd, to, len, 0);
		if (n <= 0)
			return n < 0 && errno == EAGAIN ? -1 : 0;
		br_ssl_engine_recvrec_ack(t->eng, (size_t)n);
	}
}

void *stack_open(int fd)
{
	struct tls *const t = calloc(1, sizeof *t);

	must(t != NULL, "memory", 0);
	t->fd = fd;
	must(start(t), "reset", 0);
	if (until(t, BR_SSL_SENDAPP) == 1)
		return t;
	fprintf(stderr, "handshake: %d\n", br_ssl_engine_last_error(t->eng));
	free(t);
	return NULL;
}

const char *stack_alpn(void *tls)
{
	return br_ssl_engine_get_selected_protocol(((struct tls *)tls)->eng);
}

int stack_read(void *tls, unsigned char *to, int max)
{
	struct tls *const t = tls;
	const int ready = until(t, BR_SSL_RECVAPP);
	const unsigned char *from;
	size_t len;

	if (ready != 1)
		return ready;
	from = br_ssl_engine_recvapp_buf(t->eng, &len);
	len = len < (size_t)max ? len : (size_t)max;
	memcpy(to, from, len);
	br_ssl_engine_recvapp_ack(t->eng, len);
	return (int)len;
}

int stack_write(void *tls, const unsigned char *from, int n)
{
	struct tls *const t = tls;
	unsigned char *to;
	size_t len;

	if (!flush(t) || !(br_ssl_engine_current_state(t->eng) & BR_SSL_SENDAPP))
		return 0;
	to = br_ssl_engine_sendapp_buf(t->eng, &len);
	len = len < (size_t)n ? len : (size_t)n;
	memcpy(to, from, len);
	br_ssl_engine_sendapp_ack(t->eng, len);
	br_ssl_engine_flush(t->eng, 0);
	return flush(t) ? (int)len : 0;
}

void stack_keep(void *tls)
{
	br_ssl_engine_get_session_parameters(((struct tls *)tls)->eng, &session);
	has_session = true;
}

void stack_close(void *tls)
{
	struct tls *const t = tls;

	br_ssl_engine_close(t->eng);
	flush(t);
	free(t);
}
