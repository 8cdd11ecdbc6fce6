/* SPDX-License-Identifier: MIT */
/* sign_process.c: an echo server whose private key is in another process. What is to be signed goes
 * there through a Unix socket, and others are served until the signature comes back; that of a
 * client who went away is dropped. Usage: sign_process CHAIN-FILE KEY-FILE, of a P-256 key */
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <sneck/uv.h>

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { CLIENTS = 1000 };

static struct sneck_uv *clients[CLIENTS]; /* that wait for a signature, or did; NULL: free */
static int channel[2];			  /* the server's end, the signer's end */
static pid_t signer;

struct message {
	size_t client, len;
	uint64_t op; /* the question, by which the answer is known */
	uint16_t scheme;
	uint8_t bytes[SNECK_SIG_MAX]; /* to be signed; on the way back the signature */
};

static int sign_all(const char *key_file) /* in the process that has the key */
{
	const struct sneck_signer *k;
	struct sneck_pki_key *key;
	uint8_t sig[SNECK_SIG_MAX];
	struct message m;

	must(key_file, sneck_pki_key_load(&key, key_file, NULL));
	k = sneck_pki_key_signer(key);
	while (read(channel[1], &m, sizeof m) == sizeof m) {
		must("signature", k->sign(k->ctx, m.scheme, sneck_span_of(m.bytes, m.len), sig,
					  sizeof sig, &m.len));
		memcpy(m.bytes, sig, m.len);
		(void)!write(channel[1], &m, sizeof m); /* if it fails read() will, too */
	}
	sneck_pki_key_close(key);
	return 0;
}

static int on_state(struct sneck_uv *s, const struct sneck_status *st)
{
	struct message m = { .len = st->u.sign.tbs.len, .op = st->op, .scheme = st->u.sign.scheme };

	if (st->state != SNECK_NEEDS_LOCAL_SIGNATURE || !(st->flags & SNECK_ST_NEW))
		return st->state == SNECK_NEEDS_LOCAL_SIGNATURE; /* on its way */
	while (clients[m.client] != NULL)
		m.client++;
	clients[m.client] = s;
	sneck_uv_set_user(s, &clients[m.client]);
	memcpy(m.bytes, st->u.sign.tbs.p, m.len);
	return write(channel[0], &m, sizeof m) == sizeof m;
}

static void on_reply(uv_poll_t *poll, int status, int events)
{
	struct message m;
	struct sneck_uv *s;
	enum sneck_rc rc;

	(void)poll, (void)status, (void)events;
	if (read(channel[0], &m, sizeof m) != sizeof m || m.client >= CLIENTS)
		die("signer", "it is gone");
	s = clients[m.client];
	rc = s == NULL ? SNECK_E_STALE
		       : sneck_answer_signature(sneck_uv_conn(s), m.op, m.bytes, m.len);
	if (rc == SNECK_OK) {
		printf("signed by process %d for process %d\n", (int)signer, (int)getpid());
		sneck_uv_kick(s);
	} else if (rc != SNECK_E_STALE) { /* which is fine: who asked is gone */
		sneck_uv_abort(s, SNECK_ALERT_INTERNAL_ERROR);
	}
}

static void on_read(struct sneck_uv *s, uint8_t *data, size_t len)
{
	if (sneck_uv_write(s, &(struct sneck_iov){ data, len }, 1) != SNECK_OK)
		sneck_uv_abort(s, SNECK_ALERT_INTERNAL_ERROR);
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	(void)rc;
	if (sneck_uv_user(s) != NULL)
		*(struct sneck_uv **)sneck_uv_user(s) = NULL;
}

int main(int argc, char **argv)
{
	static const struct sneck_uv_handler handler = { SNECK_UV_HANDLER_INIT, .read = on_read,
							 .close = on_close, .state = on_state };
	const struct sneck_signer elsewhere = { .schemes = (const uint16_t[]){
							SNECK_ECDSA_SECP256R1_SHA256, 0 } };
	struct sneck_credential credential = { SNECK_CREDENTIAL_INIT, .signer = &elsewhere };
	const struct sneck_credential *const who = &credential;
	const struct sneck_config cfg = { SNECK_CONFIG_INIT, .provider = sneck_provider_libcrypto(),
					  .credentials = &who, .n_credentials = 1,
					  .ask = SNECK_ASK_SIGN };
	const struct sneck_uv_options options = { SNECK_UV_INIT, .config = &cfg,
						  .handler = &handler, .max_streams = CLIENTS };
	struct sneck_uv_server *server;
	struct sneck_pki_chain *chain;
	struct sockaddr_in at;
	uv_poll_t replies;

	if (argc != 3 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel) != 0)
		die("usage", "sign_process CHAIN-FILE KEY-FILE");
	signer = fork();
	close(channel[signer == 0 ? 0 : 1]);
	if (signer == 0)
		return sign_all(argv[2]);
	must(argv[1], sneck_pki_chain_load(&chain, argv[1], NULL));
	credential.chain = sneck_pki_chain_certs(chain, &credential.n_chain);
	uv_ip4_addr("127.0.0.1", 0, &at);
	must("server", sneck_uv_listen(&server, uv_default_loop(), (const struct sockaddr *)&at,
				       &options, NULL));
	signal(SIGPIPE, SIG_IGN); /* libuv writes to sockets that may be gone */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("listening on 127.0.0.1:%u\n", sneck_uv_server_port(server));
	uv_poll_init(uv_default_loop(), &replies, channel[0]);
	uv_poll_start(&replies, UV_READABLE, on_reply);
	return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
