/* SPDX-License-Identifier: MIT */
/* What goes wrong around a stream: deadlines, peers that vanish or talk nonsense, hosts that are
 * not there, no memory, no descriptors. Each ends in one close callback with its code. */
#include "ends.h"

#include <netdb.h>
#include <sys/resource.h>

/* ---- no memory: allocations of exactly this size fail, where the sanitizer leaves us malloc ----
 */

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_HOOK false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_HOOK false
#endif
#endif

static size_t fail_size;
static bool fail_calloc;

#ifndef HAVE_HOOK
#define HAVE_HOOK true

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	return size == fail_size && size != 0 ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fail_calloc ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return size == fail_size && size != 0 ? NULL : __libc_realloc(p, size);
}
#endif

/* ---- a resolver that knows one host more: a dead address, then ours ------------------------- */

static struct addrinfo *address(const char *text, const char *service, struct addrinfo *next)
{
	struct addrinfo *a = calloc(1, sizeof *a + sizeof(struct sockaddr_in));
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)(a + 1);

	uv_ip4_addr(text, atoi(service), in);
	a->ai_family = AF_INET;
	a->ai_socktype = SOCK_STREAM;
	a->ai_addr = (struct sockaddr *)in;
	a->ai_addrlen = sizeof *in;
	a->ai_next = next;
	return a;
}

#define SEEN_BY_LIBUV __attribute__((visibility("default")))

SEEN_BY_LIBUV int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
			      struct addrinfo **list)
{
	(void)hints;
	*list = NULL;
	if (strcmp(host, "nowhere.test") == 0)
		return EAI_NONAME;
	if (strcmp(host, "slow.test") == 0)
		usleep(3000000);
	*list = address("127.0.0.1", service, NULL);
	if (strcmp(host, "two.test") == 0)
		*list = address("127.0.0.9", service, *list);
	return 0;
}

SEEN_BY_LIBUV void freeaddrinfo(struct addrinfo *list)
{
	while (list != NULL) {
		struct addrinfo *const next = list->ai_next;

		free(list);
		list = next;
	}
}

/* ---- deadlines: SNECK_E_TIMEOUT ------------------------------------------------------------- */

static void handshake_deadline_of_a_server(void **state)
{
	int fd;

	(void)state;
	server_options.handshake_timeout_ms = 60;
	listen_here();
	fd = plain_socket();
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_TIMEOUT);
	close(fd);
}

/* Progress does not help: the deadline is absolute. */
static void handshake_deadline_is_absolute(void **state)
{
	int fd;

	(void)state;
	server_options.handshake_timeout_ms = 200;
	listen_here();
	fd = plain_socket();
	assert_int_equal(write(fd, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 11);
	for (int i = 0; i < 8; i++) {
		run_for(50);
		if (server_end.n_close == 0)
			assert_int_equal(write(fd, "x", 1), 1);
	}
	assert_int_equal(server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_TIMEOUT);
	close(fd);
}

static void handshake_deadline_of_a_client(void **state)
{
	(void)state;
	server_options.max_streams = 1;
	client_options.handshake_timeout_ms = 80;
	listen_here();
	close(plain_socket());
	server_end.rc = SNECK_OK;
	{
		const int fd = plain_socket(); /* takes the place: ours waits in the backlog */

		run_for(20);
		assert_int_equal(dial(&client_end, "localhost"), SNECK_OK);
		run_until(&client_end.n_close, 1);
		close(fd);
	}
	assert_int_equal(client_end.rc, SNECK_E_TIMEOUT);
	assert_int_equal(client_end.n_connect, 1);
}

static void deadline_during_dns(void **state)
{
	const uint64_t start = uv_hrtime();

	(void)state;
	client_options.handshake_timeout_ms = 60;
	meet("slow.test");
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_TIMEOUT);
	assert_true(uv_hrtime() - start < 2500000000u);
}

static void idle_deadline(void **state)
{
	(void)state;
	server_options.idle_timeout_ms = 1200;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	for (int i = 0; i < 5; i++) {
		const struct sneck_iov piece = { "x", 1 };

		run_for(300);
		assert_int_equal(server_end.n_close, 0); /* each byte counts */
		assert_int_equal(sneck_uv_write(client_end.s, &piece, 1), SNECK_OK);
	}
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_TIMEOUT);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_TRUNCATED);
}

static void write_stall(void **state)
{
	(void)state;
	server_end.pause_on_open = true;
	client_end.to_send = (size_t)64 << 20;
	client_options.write_stall_ms = 100;
	meet("localhost");
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_TIMEOUT);
	assert_int_equal(client_end.n_open, 1);
}

/* ---- peers --------------------------------------------------------------------------------- */

static void truncation(void **state)
{
	(void)state;
	client_end.to_send = 10;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	inside = true;
	sneck_uv_abort(client_end.s, 0);
	sneck_uv_abort(client_end.s, 0);
	inside = false;
	assert_int_equal(client_end.n_close, 0);
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_ABORTED);
	assert_int_equal(server_end.rc, SNECK_E_TRUNCATED);
	assert_int_equal(server_end.got, 10);
	assert_int_equal(server_end.n_end, 0);
}

static void abort_with_an_alert(void **state)
{
	(void)state;
	meet("localhost");
	run_until(&server_end.n_open, 1);
	sneck_uv_abort(server_end.s, SNECK_ALERT_ACCESS_DENIED);
	run_until(&client_end.n_close, 1);
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_ABORTED);
	assert_int_equal(client_end.rc, SNECK_E_PEER_ALERT);
}

static void abort_while_dialling(void **state)
{
	(void)state;
	meet("slow.test");
	inside = true;
	sneck_uv_abort(client_end.s, SNECK_ALERT_USER_CANCELED);
	inside = false;
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_ABORTED);
	assert_int_equal(client_end.n_connect, 0);
}

static void no_tls(void **state)
{
	char got[64];
	int fd;

	(void)state;
	listen_here();
	fd = plain_socket();
	assert_int_equal(write(fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_NOT_TLS);
	assert_true(read(fd, got, sizeof got) <= 0);
	close(fd);
}

/* Our alert arrives although the peer has sent more than we read. */
static void alert_arrives(void **state)
{
	static char noise[100000] = "\x16\x03\x01\x00\x04\x0b\x00\x00\x00"; /* Certificate, first */
	uint8_t got[64];
	int fd;

	(void)state;
	listen_here();
	fd = plain_socket();
	assert_int_equal(write(fd, noise, sizeof noise), sizeof noise);
	run_for(50);
	assert_int_equal(server_end.n_close, 0); /* it waits for our end */
	assert_int_equal(read(fd, got, sizeof got), 7);
	assert_memory_equal(got, "\x15\x03\x03\x00\x02\x02\x0a", 7);
	close(fd);
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_UNEXPECTED);
}

/* But nobody waits for ever. */
static void lingering_ends(void **state)
{
	int fd;

	(void)state;
	listen_here();
	fd = plain_socket();
	assert_int_equal(write(fd, "\x16\x03\x01\x00\x04\x0b\x00\x00\x00", 9), 9);
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_UNEXPECTED);
	close(fd);
}

/* ---- hosts --------------------------------------------------------------------------------- */

static void no_such_host(void **state)
{
	(void)state;
	meet("nowhere.test");
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_SYSTEM);
	assert_int_equal(client_end.sys, UV_EAI_NONAME);
	assert_int_equal(dial(&client_end, "not a host"), SNECK_E_ARG);
}

static void connection_refused(void **state)
{
	struct end e = { 0 };
	uint16_t port;

	(void)state;
	listen_here();
	port = sneck_uv_server_port(server);
	sneck_uv_server_close(server, 0, on_server_closed, &server);
	run_until(&n_server_closed, 1);
	client_options.user = &e;
	assert_int_equal(sneck_uv_connect(&e.s, &loop, "127.0.0.1", port, &client_options),
			 SNECK_OK);
	run_until(&e.n_close, 1);
	assert_int_equal(e.rc, SNECK_E_SYSTEM);
	assert_int_equal(e.sys, UV_ECONNREFUSED);
	assert_int_equal(e.n_connect, 0);
}

static void second_address(void **state)
{
	char text[64];

	(void)state;
	meet("two.test");
	run_until(&client_end.n_open, 1);
	sneck_uv_address(client_end.s, text, sizeof text);
	assert_memory_equal(text, "127.0.0.1:", 10);
	sneck_uv_end(client_end.s);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_OK);
}

static void other_name(void **state)
{
	(void)state;
	listen_here();
	credential.names = NULL; /* or the server would not know the name */
	assert_int_equal(dial(&client_end, "other.test"), SNECK_OK);
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_CERT_NAME);
	assert_int_equal(client_end.n_open, 0);
	run_until(&server_end.n_close, 1);
	assert_int_equal(server_end.rc, SNECK_E_PEER_ALERT);
}

/* ---- no memory: SNECK_E_NO_MEMORY ----------------------------------------------------------- */

static void no_memory_for_a_stream(void **state)
{
	enum sneck_rc rc;

	(void)state;
	if (!HAVE_HOOK)
		skip();
	listen_here();
	fail_calloc = true;
	rc = dial(&client_end, "localhost");
	fail_calloc = false;
	assert_int_equal(rc, SNECK_E_NO_MEMORY);
}

#define BLOCK 50021u /* no other allocation is of this size */

static void fails_with(size_t size)
{
	fail_size = size;
	assert_int_equal(dial(&client_end, "localhost"), SNECK_OK);
	run_until(&client_end.n_close, 1);
	fail_size = 0;
	assert_int_equal(client_end.rc, SNECK_E_NO_MEMORY);
	assert_int_equal(client_end.n_open, 0);
}

static void no_memory_for_scratch(void **state)
{
	(void)state;
	if (!HAVE_HOOK)
		skip();
	listen_here();
	fails_with(sneck_scratch_size(&client_config, SNECK_CLIENT));
}

static void no_memory_for_input(void **state)
{
	(void)state;
	if (!HAVE_HOOK)
		skip();
	client_options.in_size = 20011;
	listen_here();
	fails_with(20011);
}

/* Writing a block fails, where an allocation of this size does. */
static void write_fails(size_t size)
{
	static uint8_t block[BLOCK];
	const struct sneck_iov piece = { block, sizeof block };

	fail_size = size;
	inside = true;
	assert_int_equal(sneck_uv_write(client_end.s, &piece, 1), SNECK_E_NO_MEMORY);
	inside = false;
	fail_size = 0;
	run_until(&client_end.n_close, 1);
	assert_int_equal(client_end.rc, SNECK_E_NO_MEMORY);
}

static void no_memory_to_write(void **state)
{
	(void)state;
	if (!HAVE_HOOK)
		skip();
	meet("localhost");
	write_fails(BLOCK);
}

static void no_memory_to_encrypt(void **state)
{
	(void)state;
	if (!HAVE_HOOK)
		skip();
	meet("localhost");
	run_until(&client_end.n_open, 1);
	write_fails(sneck_encrypt_size(sneck_uv_conn(client_end.s), BLOCK));
}

/* ---- no descriptors ------------------------------------------------------------------------ */

/* Without descriptors the server tries again now and then, and does not spin. */
static void no_descriptors(void **state)
{
	struct rlimit limit, none;
	clock_t spent;
	int fd;

	(void)state;
	server_options.handshake_timeout_ms = 50;
	listen_here();
	fd = plain_socket();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	spent = clock();
	run_for(350);
	spent = clock() - spent;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(server_end.n_close, 0);
	assert_true(spent < CLOCKS_PER_SEC / 10);
	run_until(&server_end.n_close, 1); /* it was accepted after all */
	assert_int_equal(server_end.rc, SNECK_E_TIMEOUT);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENDS(handshake_deadline_of_a_server),
		WITH_ENDS(handshake_deadline_is_absolute),
		WITH_ENDS(handshake_deadline_of_a_client),
		WITH_ENDS(deadline_during_dns),
		WITH_ENDS(idle_deadline),
		WITH_ENDS(write_stall),
		WITH_ENDS(truncation),
		WITH_ENDS(abort_with_an_alert),
		WITH_ENDS(abort_while_dialling),
		WITH_ENDS(no_tls),
		WITH_ENDS(alert_arrives),
		WITH_ENDS(lingering_ends),
		WITH_ENDS(no_such_host),
		WITH_ENDS(connection_refused),
		WITH_ENDS(second_address),
		WITH_ENDS(other_name),
		WITH_ENDS(no_memory_for_a_stream),
		WITH_ENDS(no_memory_for_scratch),
		WITH_ENDS(no_memory_for_input),
		WITH_ENDS(no_memory_to_write),
		WITH_ENDS(no_memory_to_encrypt),
		WITH_ENDS(no_descriptors),
	};

	return cmocka_run_group_tests(tests, make_identity, drop_identity);
}
