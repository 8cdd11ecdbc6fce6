/* SPDX-License-Identifier: MIT */
/* conn.h: struct sneck_conn: it joins the handshake with records, and both with the caller's bytes.
 *
 * No pointer into itself: the caller may move it between two calls. AEAD contexts stand behind the
 * struct, at offsets; what the caller lent (scratch, name, config) stays where it is. */
#ifndef SNECK_CONN_CONN_H
#define SNECK_CONN_CONN_H

#include <stdbool.h>

#include <sneck/config.h>
#include <sneck/conn.h>
#include <sneck/info.h>

#include "../hs/hs.h"
#include "../rec/rec.h"

#define CONN_ALIVE 0x6b63656eu

enum half { HALF_NONE, HALF_RX, HALF_TX };
enum external { EXTERNAL_NO, EXTERNAL_QUIC, EXTERNAL_KERNEL };

/* What lies in `in`, as offsets from in->head; all zero when nothing is unconsumed.
 *
 *   head   run_off      run_off + run_len     next_rec           seen
 *    |  dead  |  joined handshake bytes  | dead |  records, not opened  |
 *
 * or, with an opened record, app_off and app_len in place of the run. Of a record that was given
 * back they stand in front of it. */
struct in_map {
	size_t run_off, run_len;
	size_t next_rec;
	size_t seen;		   /* bytes that were shown to us so far: in->len is never less */
	size_t app_off, app_len;   /* plaintext of a record that is open and not yielded yet */
	size_t last_end, last_len; /* the record that was yielded last, for unread */
	uint64_t pos;		   /* what in->pos must be */
};

struct out_map {
	uint64_t written;    /* what out->pos + out->len must be */
	uint64_t flight_end; /* position behind the last handshake or alert byte */
	uint32_t at;	     /* piece of the flight that goes next, */
	uint32_t at_off;     /* and how much of it is gone */
	bool wait;	     /* flight_end is not known to be sent */
};

struct sneck_conn {
	uint32_t magic; /* CONN_ALIVE */
	uint32_t gen;	/* of the handles that the last status showed */
	const struct sneck_config *cfg;
	const char *misuse; /* static text */
	struct hs hs;

	struct rec_half rx, tx;
	uint32_t rx_ctx, tx_ctx;  /* offsets of the AEAD contexts from the struct's start */
	uint32_t size;		  /* of all */
	struct hs_epoch rx_epoch; /* installed */
	uint8_t tx_level;	  /* installed */
	uint16_t fragment;	  /* sneck_conn_set_send_fragment(); 0: the config's */
	bool rx_protected_seen;	  /* a record was opened under the handshake key */

	struct in_map in;
	struct out_map out;
	uint32_t scratch_len; /* lent, or to be given back */
	void *scratch;

	uint64_t rx_records, tx_records;
	uint32_t rx_updates, tx_updates;
	uint32_t before_finished; /* handshake bytes of the peer's, L22 */
	uint8_t empties, warnings;

	bool started; /* sneck_process() was called */
	bool busy;    /* and has not returned: what it calls may not call back */
	bool rx_closed, tx_closed;
	bool peer_closed_due, done_due, alert_due; /* edge states that wait to be shown */
	uint8_t alert_seen;
	bool may_done;	 /* MAY_ENCRYPT was answered */
	bool early_done; /* MAY_ENCRYPT_EARLY_DATA was */
	bool exporter_gone;

	uint8_t external;	       /* enum external: who protects records */
	uint8_t content;	       /* external: what sneck_ext_process() was given */
	bool rx_keys_due, tx_keys_due; /* external: secrets that were not taken yet */
	uint8_t half;		       /* enum half; split.c */
	bool told_err;		       /* receiving half: what the sending half was told of */
	uint32_t told_updates;

	int32_t err;	 /* sticky; 0: alive */
	uint8_t alert;	 /* sent with err, or received */
	bool alert_owed; /* it still has to be written */
	bool ccs_owed;	 /* and a ChangeCipherSpec in front of it */
	bool from_peer;
	uint8_t fail_type;
	uint16_t fail_ext;
	const char *fail_where;
};

/* ---- mem.c ---- */
/* Where the AEAD's contexts are. */
static inline void *sneck__conn_rx_ctx(struct sneck_conn *c)
{
	return (uint8_t *)c + c->rx_ctx;
}

static inline void *sneck__conn_tx_ctx(struct sneck_conn *c)
{
	return (uint8_t *)c + c->tx_ctx;
}

/* Goes on with another config, before anything came of the one it was made with. SNECK_E_CONFIG:
 * its memory, or the lent scratch, would not do. */
SNECK_MUST_CHECK enum sneck_rc sneck__conn_switch(struct sneck_conn *c,
						  const struct sneck_config *cfg);
/* Install the keys that the handshake is at: for reading, for writing unless older output waits;
 * the write key of a level. */
SNECK_MUST_CHECK enum sneck_rc sneck__conn_sync_rx(struct sneck_conn *c);
SNECK_MUST_CHECK enum sneck_rc sneck__conn_sync_tx(struct sneck_conn *c);
SNECK_MUST_CHECK enum sneck_rc sneck__conn_install_tx(struct sneck_conn *c, uint8_t level);
/* The handshake is over: wipes the scratch, which then waits to be taken back. */
void sneck__conn_release_scratch(struct sneck_conn *c);
void sneck__conn_wipe_ctx(struct sneck_conn *c);  /* what records are protected with, */
void sneck__conn_wipe_keys(struct sneck_conn *c); /* and where it comes from */

/* ---- process.c ---- */
SNECK_MUST_CHECK enum sneck_rc sneck__check_call(struct sneck_conn *c, const struct sneck_in *in,
						 const struct sneck_out *out, bool external);
int sneck__process(struct sneck_conn *c, struct sneck_in *in, struct sneck_out *out,
		   struct sneck_status *st);
int sneck__refused(struct sneck_status *st, enum sneck_rc rc);

/* ---- external.c ---- */
/* The key that the next output wants is asked for; whether one waits to be taken. */
void sneck__keys_prepare(struct sneck_conn *c);
bool sneck__keys_due(const struct sneck_conn *c);
bool sneck__quic_fits(const struct sneck_config *cfg);
int sneck__keys_show(struct sneck_conn *c, struct sneck_status *st);

/* ---- split.c ---- */
bool sneck__action_waits(const struct sneck_conn *c);

/* ---- deframe.c ---- */
enum in_kind { IN_MESSAGE, IN_DATA, IN_NOTHING };
/* Goes on in `in` to the next thing that concerns anybody else. SNECK_OK with *kind; IN_NOTHING:
 * more is wanted, or never again (rx_closed). Negative: the connection is over. */
SNECK_MUST_CHECK enum sneck_rc sneck__deframe(struct sneck_conn *c, struct sneck_in *in,
					      struct hs_msg *m, enum in_kind *kind);
void sneck__in_release(struct sneck_conn *c, struct sneck_in *in);
void sneck__in_squeeze(struct sneck_conn *c, struct sneck_in *in);
void sneck__in_more(const struct sneck_conn *c, const struct sneck_in *in,
		    struct sneck_more_st *more);
/* Runs a message that IN_MESSAGE gave, and its change of keys. */
SNECK_MUST_CHECK enum sneck_rc sneck__message(struct sneck_conn *c, const struct hs_msg *m);

/* ---- config.c ---- */
SNECK_MUST_CHECK enum sneck_rc sneck__check_credential(const struct sneck_config *cfg,
						       const struct sneck_credential *c,
						       struct sneck_note *why);

/* ---- show.c ---- */
/* The question, or the edge state, that the handshake waits with. Returns: its state. */
int sneck__show_question(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st);

/* psk.c and early.c: NEEDS_PSK, NEEDS_EARLY_DATA_DECISION */
void sneck__show_psk(struct sneck_conn *c, struct sneck_status *st);
void sneck__show_early_offer(struct sneck_conn *c, struct sneck_status *st);

/* packed.c: NEEDS_UNPACKED_CERTIFICATE, of the message that body is of */
void sneck__show_packed(struct sneck_conn *c, struct sneck_span body, struct sneck_status *st);

/* The message that waits with a question, at the front of the run. */
struct hs_msg sneck__show_waiting(const struct sneck_conn *c, const struct sneck_in *in);

/* ---- show_cert.c ---- */
int sneck__show_certificate(struct sneck_conn *c, const struct sneck_in *in,
			    struct sneck_status *st);
int sneck__show_signature(struct sneck_conn *c, const struct sneck_in *in, struct sneck_status *st);
int sneck__show_verdict(struct sneck_conn *c, struct sneck_status *st);
void sneck__show_credential(struct sneck_conn *c, struct sneck_status *st);
void sneck__show_sign(struct sneck_conn *c, struct sneck_status *st);

/* ---- session.c ---- */
int sneck__show_ticket(struct sneck_conn *c, struct sneck_span raw, struct sneck_status *st);

/* ---- answer.c ---- */
/* SNECK_OK when op is the question that this state shows; else SNECK_E_STALE, or why it is over. */
SNECK_MUST_CHECK enum sneck_rc sneck__answer_open(struct sneck_conn *c, uint64_t op, uint8_t state);

/* ---- config.c ---- */
bool sneck__psk_valid(const struct sneck_psk *psk);
/* Puts the sentence into why, if there is one. Returns: rc. */
enum sneck_rc sneck__config_refuse(struct sneck_note *why, enum sneck_rc rc, const char *text);
/* config_cert.c */
SNECK_MUST_CHECK enum sneck_rc sneck__check_certs(const struct sneck_config *cfg, int role,
						  struct sneck_note *why);

/* ---- app_out.c ---- */
/* The size of records for len bytes, data or a handshake message, with a KeyUpdate that waits. */
size_t sneck__encrypt_bytes(const struct sneck_conn *c, size_t len);
/* sneck_encrypt() of a call that was checked, of at most so many bytes. */
SNECK_MUST_CHECK enum sneck_rc sneck__encrypt(struct sneck_conn *c, const struct sneck_iov *pieces,
					      size_t n, size_t most, uint32_t flags,
					      struct sneck_out *out, size_t *consumed);

/* ---- exporter.c ---- */
SNECK_MUST_CHECK enum sneck_rc sneck__export(const struct sneck_conn *c, const uint8_t *secret,
					     const char *label, struct sneck_span context,
					     void *dst, size_t len);

/* ---- early.c ---- */
bool sneck__can_encrypt_early(const struct sneck_conn *c);

/* ---- emit.c ---- */
static inline bool sneck__flight_waits(const struct sneck_conn *c)
{
	return c->hs.work != NULL && c->err == 0 && c->out.at < c->hs.work->flight.n;
}

static inline bool sneck__emit_waits(const struct sneck_conn *c) /* flight or alert */
{
	return c->alert_owed || sneck__flight_waits(c);
}

bool sneck__emit_due(const struct sneck_conn *c);      /* or what else must be announced */
uint8_t sneck__emit_level(const struct sneck_conn *c); /* of what goes next */
uint8_t sneck__emit_content(const struct sneck_conn *c);
size_t sneck__record_size(const struct sneck_conn *c, size_t plain); /* one, as keys are now */
size_t sneck__emit_size(const struct sneck_conn *c); /* exact, of flight, alert, control */
size_t sneck__emit_first(const struct sneck_conn *c);
/* A record that waits behind the handshake: a KeyUpdate, which may be due, or a warning. */
size_t sneck__control_size(const struct sneck_conn *c);
#define KEY_UPDATE_LEN (FRAME_HEAD + 1u)
bool sneck__key_renews(const struct sneck_conn *c); /* it is a KeyUpdate, when we may send */
/* emit13.c */
SNECK_MUST_CHECK enum sneck_rc sneck__emit_key_update(struct sneck_conn *c, struct sneck_out *out);
void sneck__emit_written(struct sneck_conn *c); /* all so far is to be sent */
/* All that waits, or with partial what fits. SNECK_WANT_SPACE sets out->required; when it fails the
 * connection has failed. */
SNECK_MUST_CHECK enum sneck_rc sneck__emit(struct sneck_conn *c, struct sneck_out *out,
					   bool partial);
/* A provider that fails to seal ends the connection: out goes back to len bytes, and nothing of
 * plaintext is left behind them. Returns: rc. */
enum sneck_rc sneck__emit_broken(struct sneck_conn *c, struct sneck_out *out, size_t len,
				 enum sneck_rc rc);
SNECK_MUST_CHECK enum sneck_rc sneck__emit_control(struct sneck_conn *c, struct sneck_out *out);
/* One record at the end of out, for which there is room. */
SNECK_MUST_CHECK enum sneck_rc sneck__emit_record(struct sneck_conn *c, struct sneck_out *out,
						  uint8_t type, const struct sneck_span *pieces,
						  size_t n, size_t len);
size_t sneck__fragment(const struct sneck_conn *c); /* plaintext in a record of ours */
/* How records of a level are made, whether its key is installed or not. */
struct rec_half sneck__half_of(const struct sneck_conn *c, uint8_t level);

/* ---- close.c ---- */
/* Ends the connection: the one place that turns an error into an alert. */
void sneck__conn_fail(struct sneck_conn *c, enum sneck_rc rc, uint8_t alert);
void sneck__conn_drop(struct sneck_conn *c, enum sneck_rc rc); /* without an alert */
/* SNECK_OK, or why this call is refused, with the misuse text. */
SNECK_MUST_CHECK enum sneck_rc sneck__check_in(struct sneck_conn *c, const struct sneck_in *in);
SNECK_MUST_CHECK enum sneck_rc sneck__check_out(struct sneck_conn *c, const struct sneck_out *out);
SNECK_MUST_CHECK enum sneck_rc sneck__check_gen(struct sneck_conn *c, uint32_t gen);
SNECK_MUST_CHECK enum sneck_rc sneck__check_idle(struct sneck_conn *c);
SNECK_MUST_CHECK enum sneck_rc sneck__refuse(struct sneck_conn *c, enum sneck_rc rc,
					     const char *text);
static inline bool sneck__tx_open(const struct sneck_conn *c) /* our direction, by whoever seals */
{
	return c->tx_level == LV_APP && c->err == 0 && !c->tx_closed && !sneck__emit_waits(c);
}

bool sneck__can_encrypt(const struct sneck_conn *c); /* and that is us */

static inline void sneck__trace(const struct sneck_conn *c, int sent, uint8_t content, uint8_t type,
				size_t len)
{
	if (c->cfg->trace != NULL)
		c->cfg->trace(c->cfg->trace_user, sent, content, type, len);
}

#endif
