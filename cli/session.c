/* SPDX-License-Identifier: MIT */
/* What outlives a connection: see session.h. Ticket keys are turned by a timer that does not keep
 * the loop alive. */
#define _GNU_SOURCE
#include "session.h"
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

/* ---- files --------------------------------------------------------------------------------- */

int session_read_file(const struct options *o, const char *path, size_t max, bool absent,
		      uint8_t **data, size_t *len)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *bytes = NULL;
	ssize_t n = -1;

	*data = NULL;
	*len = 0;
	if (fd < 0 && errno == ENOENT && absent)
		return 0;
	if (fd >= 0 && (bytes = malloc(max + 1)) != NULL)
		n = read(fd, bytes, max + 1);
	if (n < 0 || (size_t)n > max) {
		out_fail(CODE_USAGE, o->verb, "cannot read %s: %s", path,
			 n < 0 ? strerror(errno) : "it is too large");
		free(bytes);
	} else {
		*data = bytes;
		*len = (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	return *data != NULL ? 0 : CODE_USAGE;
}

/* Under another name first: whoever reads it meanwhile sees the old one or the new one. */
static bool write_file(const char *path, const void *data, size_t len)
{
	char temporary[4096];
	int fd;
	bool done;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= sizeof temporary)
		return false;
	fd = mkostemp(temporary, O_CLOEXEC); /* 0600 */
	if (fd < 0)
		return false;
	done = write(fd, data, len) == (ssize_t)len;
	done = close(fd) == 0 && done && rename(temporary, path) == 0;
	if (!done)
		unlink(temporary);
	return done;
}

bool session_save(const char *path, const struct sneck_ticket_st *st)
{
	uint8_t *const session = malloc(st->size);
	size_t len;
	bool done = session != NULL &&
		    sneck_ticket_export(st, session, st->size, &len) == SNECK_OK &&
		    write_file(path, session, len);

	if (session != NULL)
		explicit_bzero(session, st->size);
	free(session);
	return done;
}

/* ---- ticket keys --------------------------------------------------------------------------- */

enum { LOOK_MS = 60000 };

static struct sneck_ticket_ring ring; /* one per process; lent to configs */
static const struct sneck_provider *provider;
static uv_timer_t turn;

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Between two connections, in the thread that serves them all. */
static void on_turn(uv_timer_t *timer)
{
	const enum sneck_rc rc = sneck_ticket_ring_rotate(&ring, provider, now_ms());

	(void)timer;
	if (rc != SNECK_OK && rc != SNECK_NOT_NOW)
		out_fail(CODE_CHECK, "serve", "the ticket keys cannot be renewed: %s",
			 sneck_rc_text(rc));
}

int session_serve(const struct options *o, struct sneck_config *cfg)
{
	if (o->tickets == 0)
		return 0;
	provider = cfg->provider;
	if (sneck_ticket_ring_init(&ring, provider, now_ms(), 0) != SNECK_OK)
		return out_fail(CODE_CHECK, o->verb, "no random bytes");
	uv_timer_init(uv_default_loop(), &turn);
	uv_timer_start(&turn, on_turn, LOOK_MS, LOOK_MS);
	uv_unref((uv_handle_t *)&turn);
	cfg->tickets = &ring;
	cfg->n_tickets = o->tickets;
	cfg->max_early_data = o->early_bytes;
	if (o->early_bytes != 0)
		cfg->ask |= SNECK_ASK_EARLY_DATA;
	return 0;
}

/* ---- early data of a server ---------------------------------------------------------------- */

static struct kept {
	const struct sneck_uv *s;
	struct kept *next;
	size_t len;
	uint8_t *bytes;
} * all_kept;

static struct sneck_uv_handler inner;

static struct kept *take(const struct sneck_uv *s)
{
	struct kept **at = &all_kept, *k;

	while (*at != NULL && (*at)->s != s)
		at = &(*at)->next;
	k = *at;
	if (k != NULL)
		*at = k->next;
	return k;
}

static void forget(struct kept *k)
{
	if (k != NULL)
		free(k->bytes);
	free(k);
}

/* No more than the session allowed. */
static void on_early(struct sneck_uv *s, uint8_t *data, size_t len)
{
	struct kept *k = take(s);
	uint8_t *bytes;

	if (k == NULL)
		k = calloc(1, sizeof *k);
	bytes = k != NULL ? realloc(k->bytes, k->len + len) : NULL;
	if (bytes == NULL) {
		forget(k);
		sneck_uv_abort(s, SNECK_ALERT_INTERNAL_ERROR);
		return;
	}
	memcpy(bytes + k->len, data, len);
	k->bytes = bytes;
	k->len += len;
	k->s = s;
	k->next = all_kept;
	all_kept = k;
}

static void on_open(struct sneck_uv *s)
{
	struct kept *const k = take(s);

	if (inner.open != NULL)
		inner.open(s);
	if (k != NULL)
		inner.read(s, k->bytes, k->len);
	forget(k);
}

static void on_close(struct sneck_uv *s, enum sneck_rc rc)
{
	forget(take(s));
	inner.close(s, rc);
}

static int on_state(struct sneck_uv *s, const struct sneck_status *st)
{
	return st->state == SNECK_NEEDS_EARLY_DATA_DECISION &&
	       sneck_answer_early_data(sneck_uv_conn(s), st->op, 1) == SNECK_OK;
}

void session_early(struct sneck_uv_handler *handler)
{
	inner = *handler;
	handler->open = on_open;
	handler->close = on_close;
	handler->early = on_early;
	handler->state = on_state;
}
