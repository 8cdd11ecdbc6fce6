/* SPDX-License-Identifier: MIT */
/* Mbed TLS 2.28, as peer.h wants it: TLS 1.2 only, both roles, sessions by id and by ticket. */
#include "peer.h"

#include <errno.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ticket.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static mbedtls_ssl_config config;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context drbg;
static mbedtls_x509_crt chain, authority;
static mbedtls_pk_context key;
static mbedtls_ssl_ticket_context tickets;
static mbedtls_ssl_cache_context cache;
static mbedtls_ssl_session session;
static bool has_session;

/* Tickets, or session ids. */
static void resume(const struct settings *s)
{
	if (s->no_tickets) {
		mbedtls_ssl_cache_init(&cache);
		mbedtls_ssl_conf_session_cache(&config, &cache, mbedtls_ssl_cache_get,
					       mbedtls_ssl_cache_set);
		return;
	}
	mbedtls_ssl_ticket_init(&tickets);
	must(mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &drbg,
				      MBEDTLS_CIPHER_AES_256_GCM, 3600) == 0,
	     "tickets", 0);
	mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write,
					    mbedtls_ssl_ticket_parse, &tickets);
}

void stack_init(const struct settings *s)
{
	must(!s->only13, "no TLS 1.3", 0);
	mbedtls_ssl_config_init(&config);
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&drbg);
	mbedtls_x509_crt_init(&chain);
	mbedtls_x509_crt_init(&authority);
	mbedtls_pk_init(&key);
	mbedtls_ssl_session_init(&session);
	must(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0) == 0, "seed", 0);
	mbedtls_ssl_config_defaults(&config,
				    s->server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
				    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &drbg);
	mbedtls_ssl_conf_min_version(&config, 3, 3);
	if (s->cert != NULL) {
		must(mbedtls_x509_crt_parse_file(&chain, s->cert) == 0, "certificate", 0);
		must(mbedtls_pk_parse_keyfile(&key, s->key, NULL) == 0, "key", 0);
		must(mbedtls_ssl_conf_own_cert(&config, &chain, &key) == 0, "own", 0);
	}
	if (s->ca[0] != '\0') {
		must(mbedtls_x509_crt_parse_file(&authority, s->ca) == 0, "authority", 0);
		mbedtls_ssl_conf_ca_chain(&config, &authority, NULL);
	}
	if (s->ask)
		mbedtls_ssl_conf_authmode(&config, s->must ? MBEDTLS_SSL_VERIFY_REQUIRED
							   : MBEDTLS_SSL_VERIFY_OPTIONAL);
	if (s->server)
		resume(s);
	if (s->alpn[0] != '\0')
		must(mbedtls_ssl_conf_alpn_protocols(&config, alpn_names(s)) == 0, "alpn", 0);
	for (unsigned char code = 1, size = 1; s->max_fragment != 0 && code <= 4; code++, size *= 2)
		if (s->max_fragment == 512 * size)
			must(mbedtls_ssl_conf_max_frag_len(&config, code) == 0, "maxfrag", 0);
}

static int to_socket(void *fd, const unsigned char *from, size_t n)
{
	const int done = (int)send((int)(intptr_t)fd, from, n, 0);

	return done < 0 && errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_WRITE : done;
}

static int from_socket(void *fd, unsigned char *to, size_t n)
{
	const int done = (int)recv((int)(intptr_t)fd, to, n, 0);

	return done < 0 && errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ : done;
}

void *stack_open(int fd)
{
	mbedtls_ssl_context *const tls = malloc(sizeof *tls);
	int rc;

	mbedtls_ssl_init(tls);
	must(mbedtls_ssl_setup(tls, &config) == 0, "setup", 0);
	must(mbedtls_ssl_set_hostname(tls, "localhost") == 0, "name", 0);
	mbedtls_ssl_set_bio(tls, (void *)(intptr_t)fd, to_socket, from_socket, NULL);
	if (has_session)
		must(mbedtls_ssl_set_session(tls, &session) == 0, "session", 0);
	rc = mbedtls_ssl_handshake(tls);
	if (rc == 0)
		return tls;
	fprintf(stderr, "handshake: -0x%x\n", (unsigned)-rc);
	stack_close(tls);
	return NULL;
}

const char *stack_alpn(void *tls)
{
	return mbedtls_ssl_get_alpn_protocol(tls);
}

static int moved(int n)
{
	return n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE ? -1
	       : n < 0								 ? 0
										 : n;
}

int stack_read(void *tls, unsigned char *to, int max)
{
	return moved(mbedtls_ssl_read(tls, to, (size_t)max));
}

int stack_write(void *tls, const unsigned char *from, int n)
{
	return moved(mbedtls_ssl_write(tls, from, (size_t)n));
}

void stack_keep(void *tls)
{
	mbedtls_ssl_session_free(&session);
	has_session = mbedtls_ssl_get_session(tls, &session) == 0;
}

void stack_close(void *tls)
{
	mbedtls_ssl_close_notify(tls);
	mbedtls_ssl_free(tls);
	free(tls);
}
