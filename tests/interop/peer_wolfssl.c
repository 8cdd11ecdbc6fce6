/* SPDX-License-Identifier: MIT */
/* wolfSSL, as peer.h wants it: both versions and roles. */
#include "peer.h"

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <stdio.h>

static WOLFSSL_CTX *context;
static WOLFSSL_SESSION *session;
static const struct settings *set;

void stack_init(const struct settings *s)
{
	WOLFSSL_METHOD *how;

	wolfSSL_Init();
	if (s->only12)
		how = s->server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method();
	else if (s->only13)
		how = s->server ? wolfTLSv1_3_server_method() : wolfTLSv1_3_client_method();
	else
		how = s->server ? wolfSSLv23_server_method() : wolfSSLv23_client_method();
	set = s;
	context = wolfSSL_CTX_new(how);
	must(context != NULL, "context", 0);
	if (!s->only13)
		must(wolfSSL_CTX_SetMinVersion(context, WOLFSSL_TLSV1_2) == WOLFSSL_SUCCESS, "min",
		     0);
	if (s->cert != NULL) {
		must(wolfSSL_CTX_use_certificate_chain_file(context, s->cert) == WOLFSSL_SUCCESS,
		     s->cert, 0);
		must(wolfSSL_CTX_use_PrivateKey_file(context, s->key, WOLFSSL_FILETYPE_PEM) ==
			     WOLFSSL_SUCCESS,
		     s->key, 0);
	}
	if (s->ca[0] != '\0')
		must(wolfSSL_CTX_load_verify_locations(context, s->ca, NULL) == WOLFSSL_SUCCESS,
		     s->ca, 0);
	if (s->no_tickets)
		wolfSSL_CTX_NoTicketTLSv12(context);
	if (!s->server)
		wolfSSL_CTX_UseSessionTicket(context);
	else
		wolfSSL_CTX_set_verify(context,
				       !s->ask	 ? WOLFSSL_VERIFY_NONE
				       : s->must ? WOLFSSL_VERIFY_PEER |
							   WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT
						 : WOLFSSL_VERIFY_PEER,
				       NULL);
	for (unsigned char code = 1, size = 1; s->max_fragment != 0 && code <= 4; code++, size *= 2)
		if (s->max_fragment == 512 * size)
			must(wolfSSL_CTX_UseMaxFragment(context, code) == WOLFSSL_SUCCESS,
			     "maxfrag", 0);
}

void *stack_open(int fd)
{
	WOLFSSL *const tls = wolfSSL_new(context);
	char names[256];
	int rc;

	must(tls != NULL && wolfSSL_set_fd(tls, fd) == WOLFSSL_SUCCESS, "new", 0);
	if (set->alpn[0] != '\0') {
		const int n = snprintf(names, sizeof names, "%s", set->alpn);

		must(wolfSSL_UseALPN(tls, names, (unsigned)n, WOLFSSL_ALPN_FAILED_ON_MISMATCH) ==
			     WOLFSSL_SUCCESS,
		     "alpn", 0);
	}
	if (!set->server) {
		wolfSSL_UseSNI(tls, WOLFSSL_SNI_HOST_NAME, "localhost", 9);
		must(wolfSSL_check_domain_name(tls, "localhost") == WOLFSSL_SUCCESS, "name", 0);
	}
	if (session != NULL)
		wolfSSL_set_session(tls, session);
	rc = set->server ? wolfSSL_accept(tls) : wolfSSL_connect(tls);
	if (rc == WOLFSSL_SUCCESS)
		return tls;
	fprintf(stderr, "handshake: %d\n", wolfSSL_get_error(tls, rc));
	wolfSSL_free(tls);
	return NULL;
}

const char *stack_alpn(void *tls)
{
	char *name = NULL;
	unsigned short len = 0;

	return wolfSSL_ALPN_GetProtocol(tls, &name, &len) == WOLFSSL_SUCCESS ? name : NULL;
}

static int moved(void *tls, int n)
{
	const int why = n > 0 ? 0 : wolfSSL_get_error(tls, n);

	if (n <= 0 && why != WOLFSSL_ERROR_WANT_READ && why != WOLFSSL_ERROR_WANT_WRITE)
		return 0;
	return n > 0 ? n : -1;
}

int stack_read(void *tls, unsigned char *to, int max)
{
	return moved(tls, wolfSSL_read(tls, to, max));
}

int stack_write(void *tls, const unsigned char *from, int n)
{
	return moved(tls, wolfSSL_write(tls, from, n));
}

void stack_keep(void *tls)
{
	wolfSSL_SESSION_free(session);
	session = wolfSSL_get1_session(tls);
}

void stack_close(void *tls)
{
	wolfSSL_shutdown(tls);
	wolfSSL_free(tls);
}
