/* SPDX-License-Identifier: MIT */
/* stack_libssl.c: libssl as a stack, with a BIO over the wires. Its settings are in bench.c. */
#include "bench.h"

#include <string.h>

struct party {
	SSL *ssl;
	struct wire *from, *to;
	struct setup *s;
	int role;
	size_t early; /* bytes that came, or went */
	bool early_done, comes_back;
};

static struct party parties[2];

static int wire_write(BIO *b, const char *p, int n)
{
	struct wire *const w = ((const struct party *)BIO_get_data(b))->to;

	bench_must(w->len + (size_t)n <= BENCH_WIRE - w->head, "room on the wire");
	memcpy(w->base + w->head + w->len, p, (size_t)n);
	w->len += (size_t)n;
	return n;
}

static int wire_read(BIO *b, char *p, int n)
{
	struct wire *const w = ((const struct party *)BIO_get_data(b))->from;
	const size_t len = (size_t)n < w->len ? (size_t)n : w->len;

	BIO_clear_retry_flags(b);
	if (len == 0) {
		BIO_set_retry_read(b);
		return -1;
	}
	memcpy(p, w->base + w->head, len);
	w->len -= len;
	w->head = w->len == 0 ? 0 : w->head + len;
	return (int)len;
}

static long wire_ctrl(BIO *b, int cmd, long n, void *p)
{
	(void)b;
	(void)n;
	(void)p;
	return cmd == BIO_CTRL_FLUSH;
}

static int wire_create(BIO *b)
{
	BIO_set_init(b, 1);
	return 1;
}

static const BIO_METHOD *method(void)
{
	static BIO_METHOD *m;

	if (m != NULL)
		return m;
	m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
	bench_must(m != NULL && BIO_meth_set_write(m, wire_write) == 1 &&
			   BIO_meth_set_read(m, wire_read) == 1 &&
			   BIO_meth_set_ctrl(m, wire_ctrl) == 1 &&
			   BIO_meth_set_create(m, wire_create) == 1,
		   "making a BIO");
	return m;
}

/* The newest session is kept: OpenSSL's reference to it is ours then. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
	struct setup *const s = parties[SNECK_CLIENT].s;

	(void)ssl;
	SSL_SESSION_free(s->ssl_session);
	s->ssl_session = session;
	return 1;
}

static struct party *open_libssl(struct setup *s, int role, struct wire *in, struct wire *out)
{
	struct party *const p = &parties[role];
	BIO *const b = BIO_new(method());

	p->ssl = SSL_new(s->ctx[role]);
	p->s = s;
	p->role = role;
	p->early = 0;
	p->early_done = !s->early;
	p->comes_back = s->ssl_session != NULL;
	p->from = in;
	p->to = out;
	bench_must(b != NULL && p->ssl != NULL, "making an SSL");
	BIO_set_data(b, p);
	SSL_set_bio(p->ssl, b, b);
	if (role == SNECK_SERVER) {
		SSL_set_accept_state(p->ssl);
	} else {
		SSL_set_connect_state(p->ssl);
		bench_must(SSL_set_tlsext_host_name(p->ssl, "localhost") == 1 &&
				   SSL_set1_host(p->ssl, "localhost") == 1,
			   "setting the name");
		SSL_CTX_sess_set_new_cb(s->ctx[role], on_session);
		if (s->ssl_session != NULL)
			bench_must(SSL_set_session(p->ssl, s->ssl_session) == 1,
				   "offering a session");
	}
	return p;
}

/* Returns: what is early is over. */
static bool early(struct party *p)
{
	static uint8_t words[BENCH_EARLY];
	int rc = SSL_READ_EARLY_DATA_SUCCESS;
	size_t n;

	if (p->role == SNECK_CLIENT) {
		bench_must(SSL_write_early_data(p->ssl, words, sizeof words, &p->early) == 1,
			   "SSL_write_early_data");
		return true;
	}
	while (rc == SSL_READ_EARLY_DATA_SUCCESS) {
		rc = SSL_read_early_data(p->ssl, words, sizeof words, &n);
		if (rc == SSL_READ_EARLY_DATA_SUCCESS)
			p->early += n;
	}
	bench_must(rc == SSL_READ_EARLY_DATA_FINISH ||
			   SSL_get_error(p->ssl, 0) == SSL_ERROR_WANT_READ,
		   "SSL_read_early_data");
	return rc == SSL_READ_EARLY_DATA_FINISH;
}

static bool shake(struct party *p)
{
	int rc;

	if (!p->early_done)
		p->early_done = early(p);
	if (!p->early_done)
		return false;
	rc = SSL_do_handshake(p->ssl);
	if (rc == 1)
		bench_must((SSL_session_reused(p->ssl) == 1) == p->comes_back &&
				   p->early == (p->s->early ? BENCH_EARLY : 0),
			   "resuming with libssl");
	bench_must(rc == 1 || SSL_get_error(p->ssl, rc) == SSL_ERROR_WANT_READ, "SSL_do_handshake");
	return rc == 1;
}

static void send_records(struct party *p, const uint8_t *data, size_t len, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bench_must(SSL_write(p->ssl, data, (int)len) == (int)len, "SSL_write");
}

static size_t recv_records(struct party *p)
{
	static uint8_t plain[BENCH_PLAIN];
	size_t n = 0;
	int got;

	while ((got = SSL_read(p->ssl, plain, sizeof plain)) > 0)
		n += (size_t)got;
	bench_must(SSL_get_error(p->ssl, got) == SSL_ERROR_WANT_READ, "SSL_read");
	return n;
}

/* A session of a connection that was cut off would count as bad. */
static void close_libssl(struct party *p)
{
	SSL_set_shutdown(p->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(p->ssl);
}

const struct stack stack_libssl = {
	.name = "libssl",
	.open = open_libssl,
	.shake = shake,
	.send = send_records,
	.recv = recv_records,
	.close = close_libssl,
};
