/* SPDX-License-Identifier: MIT */
/* secrets.c: the two points of a handshake of TLS 1.3 at which secrets are made, what is made of
 * them later, and the key log's view of them. RFC 9846, 7.1, 7.3, 7.5; RFC 9850. */
#include "hs.h"

#include "../crypto/algs.h"
#include "../keys/exporter.h"
#include "../wire/ct.h"

void sneck__log_secret(const struct hs *hs, const char *label, const uint8_t *secret)
{
	if (hs->cfg->insecure_keylog != NULL)
		hs->cfg->insecure_keylog(hs->cfg->keylog_user, label, hs->work->random, secret,
					 hs->hash->len);
}

/* Behind the client's Finished; only where a ticket may be wanted. */
enum sneck_rc sneck__secrets_resumption(struct hs *hs)
{
	const struct sneck_config *const cfg = hs->cfg;
	uint8_t th[BOUND_HASH];

	if (hs->role == SNECK_CLIENT ? (cfg->ask & SNECK_ASK_TICKETS) == 0
				     : cfg->tickets == NULL && (cfg->ask & SNECK_ASK_PSK) == 0)
		return SNECK_OK;
	SNECK_TRY(sneck__transcript_peek(&hs->work->transcript, th));
	return sneck__sched13_resumption(&hs->work->sched, hs->resumption, th);
}

enum sneck_rc sneck__secrets_handshake(struct hs *hs, struct sneck_span shared)
{
	struct hs_work *const wk = hs->work;
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&wk->transcript, th));
	SNECK_TRY(sneck__sched13_early(&wk->sched, hs->hash, wk->psk.key));
	SNECK_TRY(sneck__sched13_handshake(&wk->sched, shared, th));
	sneck__log_secret(hs, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", wk->sched.client_hs);
	sneck__log_secret(hs, "SERVER_HANDSHAKE_TRAFFIC_SECRET", wk->sched.server_hs);
	return SNECK_OK;
}

enum sneck_rc sneck__secrets_app(struct hs *hs)
{
	const bool server = hs->role == SNECK_SERVER;
	struct app_secrets app;
	uint8_t th[BOUND_HASH];

	SNECK_TRY(sneck__transcript_peek(&hs->work->transcript, th));
	SNECK_TRY(sneck__sched13_app(&hs->work->sched, &app, th));
	sneck__log_secret(hs, "CLIENT_TRAFFIC_SECRET_0", app.client);
	sneck__log_secret(hs, "SERVER_TRAFFIC_SECRET_0", app.server);
	sneck__log_secret(hs, "EXPORTER_SECRET", app.exporter);
	memcpy(hs->tx_secret, server ? app.server : app.client, BOUND_HASH);
	memcpy(hs->rx_secret, server ? app.client : app.server, BOUND_HASH);
	if (hs->cfg->keep_exporter)
		memcpy(hs->exporter, app.exporter, BOUND_HASH);
	sneck__ct_wipe(&app, sizeof app);
	return SNECK_OK;
}

const uint8_t *sneck__hs_secret(const struct hs *hs, bool write, uint8_t level)
{
	if (level == LV_APP)
		return write ? hs->tx_secret : hs->rx_secret;
	if (level == LV_EARLY)
		return hs->work->early_secret;
	return write == (hs->role == SNECK_SERVER) ? hs->work->sched.server_hs
						   : hs->work->sched.client_hs;
}

struct sneck_span sneck__secret13(const struct hs *hs, bool write, uint8_t level)
{
	return sneck_span_of(sneck__hs_secret(hs, write, level), hs->hash->len);
}

enum sneck_rc sneck__keys13(const struct hs *hs, bool write, uint8_t level, uint8_t *key,
			    size_t key_len, uint8_t *iv)
{
	return sneck__traffic_keys(key, key_len, iv, hs->hash, sneck__hs_secret(hs, write, level));
}

enum sneck_rc sneck__export13(const struct hs *hs, const uint8_t *secret, uint8_t *out, size_t len,
			      const char *label, struct sneck_span context)
{
	return sneck__exporter(out, len, hs->hash, secret, label, context);
}
