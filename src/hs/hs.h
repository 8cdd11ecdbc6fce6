/* SPDX-License-Identifier: MIT */
/* hs.h: the handshake: messages in, messages and key changes out. It never sees a record.
 *
 * struct hs lives in the connection, struct hs_work in the scratch. What must be true for a step is
 * an argument that one cannot make oneself: a read key takes a struct hs_aligned, CONNECTED takes
 * evidence. RFC 9846, 4, A. */
#ifndef SNECK_HS_HS_H
#define SNECK_HS_HS_H

#include <sneck/config.h>
#include <sneck/crypto.h>
#include <sneck/state.h>

#include "../crypto/transcript.h"
#include "../ext/nego.h"
#include "../keys/cookie_seal.h"
#include "../keys/prf12.h"
#include "../keys/sched13.h"
#include "../keys/session.h"
#include "../msg/frame.h"
#include "../msg/types.h"

/* ---- pending output: pieces that lie in the scratch or in the credential ---- */

struct piece {
	const uint8_t *p;
	uint32_t len;
	uint8_t level;   /* enum hs_level: the keys it goes under */
	uint8_t content; /* the record's content type: 20 or 22 */
	uint16_t rsv;
};

struct flight {
	uint8_t *area; /* messages are written here */
	uint32_t cap, len;
	uint32_t n;       /* pieces; 0: nothing waits */
	uint32_t max;
	struct piece *piece;
};

/* ---- what a handshake needs and nobody afterwards: the scratch ---- */

/* Why we believe that the peer is who it should be. All zero refuses. */
struct evidence {
	bool none_sent;        /* server: the client has no certificate, and need not have one */
	bool chain_judged;     /* by the verifier, or by the application's verdict */
	bool signature_judged; /* good under the leaf's key over this transcript, or waived */
	bool psk_proved;       /* server: the binder; client: the Finished is of a handshake that
	                          only who has the key can make */
};

/* The pre-shared key that this handshake is based on. */
struct hs_psk {
	struct sneck_span key; /* in secret, or in the caller's memory; empty: none */
	uint8_t secret[BOUND_HASH];
	uint8_t kind; /* enum binder */
	uint16_t hash;
};

/* The answer to SNECK_NEEDS_PSK. */
struct psk_answer {
	uint32_t index;       /* 1 + identity; 0: none of them */
	uint32_t session_len; /* at hs_work.session_mem; 0: psk */
	const struct sneck_psk *psk;
};

/* TLS 1.2, client: what the connection can be resumed with. */
struct hs_kept {
	struct sneck_span ticket; /* or session id; in scratch, or in hs->session; empty: none */
	uint64_t issued_ms;       /* when the master secret was made */
	uint32_t lifetime_s;
	bool by_id;
};

struct hs_work {
	struct nego nego;
	struct transcript transcript;
	union { /* one for each version */
		struct sched13 sched;
		struct sched12 sched12;
	};
	struct evidence evidence;
	struct flight flight;
	uint32_t hello_len;              /* client: our first ClientHello at flight.area, */
	uint32_t hello_aside_at;         /* with the ticket's bytes in it */
	struct hs_psk psk;
	struct psk_answer psk_answer;    /* server */
	uint32_t n_identities;           /* that NEEDS_PSK has shown */
	uint8_t *session_mem;            /* server: BOUND_SESSION bytes for the session, until the
	                                    flight is written there */
	uint8_t early_secret[BOUND_HASH]; /* client_early_traffic_secret */
	uint8_t early_exporter[BOUND_HASH];
	uint8_t early_answer;            /* server: 1: accept */
	int32_t age_skew_ms;             /* server: of the session */
	struct sneck_span binder;        /* server: while the ClientHello is read */
	struct cookie memo; /* server: of the first ClientHello, while the second is awaited */
	bool ccs_sent;                   /* RFC 9846, E.4: once */
	const struct sneck_credential *given; /* SNECK_ASK_CREDENTIAL: the answer; NULL: none */
	bool cert_asked;                 /* there was a CertificateRequest */
	uint8_t random[32];              /* the ClientHello's: for the key log */
	uint8_t session_id[SESSION_ID_MAX]; /* legacy_session_id, to be echoed; TLS 1.2: then the
					       ServerHello's */
	uint8_t session_id_len;
	struct hs_kept kept;
	const struct hs_aligned *aligned; /* server: the ClientHello ended its record */
	uint8_t *shared;                 /* the exchange's secret, until keys are made of it */
	bool have_key;                   /* peer_key holds one */
	struct sneck_span unpacked;      /* the peer's Certificate: its length is known before it is
	                                    there, in the caller's memory */
	uint8_t tbs[BOUND_TBS];          /* what the peer signed, or we are to sign */
	uint8_t tbs_len;
	bool tbs_digest;                 /* TLS 1.2, of a client: it is a digest of that */
	uint32_t ocsp_len;               /* TLS 1.2: of the status behind the peer's Certificate */
	struct sneck_span scts;          /* and of its ServerHello, in flight.area */
	struct transcript *also;         /* TLS 1.2 with client certificates, or NULL */
	uint32_t sig_len;                /* SNECK_ASK_SIGN: of the answer */
	uint32_t sig_at;                 /* where our signature begins in its message */
	void *peer_key;                  /* pubkey->key_size bytes, or none: run.c */
	uint8_t *shares;                 /* client: where private keys and offers lie */
	uint32_t shares_len;
	void *provider_work;             /* for calls that want scratch of their own */
	uint32_t provider_work_len;
};

/* ---- what lives on ---- */

enum early { EARLY_NONE, EARLY_OFFERED, EARLY_ACCEPTED, EARLY_REJECTED };

/* A change of read keys is a number: conn compares it with the one it has installed. */
struct hs_epoch {
	uint8_t level; /* enum hs_level */
	uint32_t n;
};

struct hs {
	const struct sneck_config *cfg;
	struct hs_work *work; /* the scratch, while it is lent */
	struct sneck_quic *quic; /* NULL: no QUIC */
	const struct hs_version *v;
	const struct hs_state *graph; /* of v, for our role */
	uint8_t state, role;
	bool ku_owed;         /* a KeyUpdate waits to be sent */
	bool ku_request;      /* and asks the peer for one */
	bool ku_unanswered;   /* we asked, and none came yet */
	bool hello_seen;      /* server: the ClientHello came */
	bool retried;         /* there was a HelloRetryRequest */
	uint8_t ccs;          /* ChangeCipherSpecs that came and mean nothing */
	uint8_t early;        /* enum early */
	bool early_due;       /* client: its result waits to be shown */
	bool alpn_changed;    /* and the protocol is not the session's */
	uint8_t resumed;      /* 1: by a session; 2: by an external pre-shared key */
	bool by_key; /* that key, now or when the session began, is all we know of the peer */
	uint8_t tickets;      /* sent, or shown */
	uint8_t posts;        /* post-handshake messages since the last application data */
	struct hs_epoch rx;
	uint8_t tx_level;     /* enum hs_level, once all that waits is sent */
	uint8_t at_type;      /* handshake message being read, for sneck_conn_failure() */
	uint16_t at_ext;      /* extension at fault, or 0xffff */
	uint8_t alert;        /* what a verdict wants instead of its reason's own; 0: nothing */

	/* questions; ask.c */
	uint64_t op_base;     /* the op id that was given last; 0: none yet */
	uint64_t verdict_op;  /* 0: not asked */
	uint64_t ask_op;      /* the other question that is open; 0: none */
	uint64_t settled;     /* set of enum sneck_state: questions that were answered */
	uint8_t ask_state;    /* enum sneck_state of ask_op */
	bool op_new;
	bool verdict_known, verdict_waives_sig;
	uint8_t show;         /* edge state to be shown: enum sneck_state; 0: none */
	uint8_t shown;        /* the edge states that were */

	/* facts */
	uint16_t version, group, peer_scheme, own_scheme;
	uint32_t alpn;        /* 1 + index; 0: none */
	const struct suite *suite;
	const struct sneck_hash *hash;
	uint8_t leaf_id[32];
	const uint8_t *sni;   /* server: in the scratch */
	uint8_t sni_len;
	uint32_t send_limit;  /* plaintext per record that the peer takes; 0: not said */
	uint32_t want_limit;  /* plaintext per record that we would like to take, RFC 8449 */
	uint32_t recv_limit;  /* and what was agreed; 0: no more than the RFC's */
	struct sneck_span name; /* client: the name to verify; the caller's memory */
	bool name_is_ip;
	uint64_t now_ms;
	struct sneck_span session; /* to be resumed: the caller's memory; a server's: scratch */
	uint32_t session_flags;    /* SNECK_SESSION_* */
	uint32_t early_max;        /* bytes of early data that may be sent, or received */
	uint32_t early_bytes;      /* that were */
	bool skipping;             /* server: refused early data may still come, */
	uint32_t early_skip;       /* this many bytes of it */
	uint64_t valid_until_ms;   /* of the peer's chain, by the verdict; 0: not known */
	uint8_t domain[32];        /* the policy that sessions are bound to; policy.c */
	uint8_t resumption[BOUND_HASH]; /* resumption_secret, where tickets are wanted; TLS 1.2,
					   server: the master secret, with stored_id */

	/* application_traffic_secret_N of both directions */
	uint8_t rx_secret[BOUND_HASH], tx_secret[BOUND_HASH];
	uint8_t exporter[BOUND_HASH]; /* config.keep_exporter */

	/* TLS 1.2; in rx_secret and tx_secret are key and nonce, in exporter the master secret */
	struct randoms randoms;       /* for exporters */
	bool ems, secure_renegotiation;
	bool refused;                 /* the peer was told that we do not renegotiate */
	bool stored;                  /* server: the application may keep the session, */
	uint8_t stored_id[SESSION_ID_MAX]; /* by this id, */
	uint64_t stored_ms;           /* of this time */
	uint8_t warning;              /* alert that waits to be sent, not fatal; 0: none */
};

/* ---- run.c ---- */

void sneck__hs_init(struct hs *hs, const struct sneck_config *cfg, int role);
void sneck__hs_resume(struct hs *hs); /* to where its handshake ended, elsewhere */

/* Runs the present row with a message, or with NULL when it sends. SNECK_OK: a step was made.
 * SNECK_WANT_ANSWER: a question is open, SNECK_WANT_SPACE: scratch is wanted, and in both cases
 * nothing has changed but the question. Negative: the handshake is over. */
SNECK_MUST_CHECK enum sneck_rc sneck__hs_run(struct hs *hs, const struct hs_msg *m);

bool sneck__hs_sends(const struct hs *hs);    /* the present row needs no message */
/* Whether the present row sees a message of this type with the one behind it. */
bool sneck__hs_looks_ahead(const struct hs *hs, uint8_t type);
bool sneck__hs_connected(const struct hs *hs);
const char *sneck__hs_name(const struct hs *hs);

/* The keys of a level. */
SNECK_MUST_CHECK enum sneck_rc sneck__hs_keys(const struct hs *hs, bool write, uint8_t level,
					      uint8_t *key, size_t key_len, uint8_t *iv);

/* Scratch: its size, taking it, wiping it with all that the provider keeps in it. */
size_t sneck__hs_work_size(const struct sneck_config *cfg, int role);
size_t sneck__hs_work_need(const struct hs *hs); /* with QUIC's parameters */
void sneck__hs_work_lend(struct hs *hs, void *mem, size_t len);
void sneck__hs_work_wipe(struct hs *hs);

/* ---- for handlers ---- */

/* Changes the read key; only behind a message that ends its record. RFC 9846, 5.1. */
SNECK_MUST_CHECK static inline enum sneck_rc hs_read_key(struct hs *hs, uint8_t level,
							  const struct hs_aligned *aligned)
{
	if (aligned == NULL)
		return SNECK_E_EPOCH;
	hs->rx.level = level;
	hs->rx.n++;
	return SNECK_OK;
}

/* What the extensions on record sizes have come to; nothing unless both sides spoke. */
void sneck__agree_limits(struct hs *hs);

/* flight.c: a message of ours that wr has written at the end of the area: into the transcript, and
 * behind what waits. */
struct wr;
/* The same for a ClientHello, with bytes that lie elsewhere in it. */
SNECK_MUST_CHECK enum sneck_rc sneck__flight_hello(struct hs *hs, const struct wr *w,
						   struct sneck_span aside);
void sneck__flight_begin(struct hs *hs, struct wr *w);
SNECK_MUST_CHECK enum sneck_rc sneck__flight_end(struct hs *hs, const struct wr *w, uint8_t level);
/* Ends what was written so far, sends bytes behind it that lie elsewhere, and begins again. */
SNECK_MUST_CHECK enum sneck_rc sneck__flight_bytes(struct hs *hs, struct wr *w,
						   struct sneck_span bytes);
/* A message with bytes in it that lie elsewhere, where wr_aside() was called. */
SNECK_MUST_CHECK enum sneck_rc sneck__flight_around(struct hs *hs, const struct wr *w,
						    struct sneck_span aside, uint8_t level);
SNECK_MUST_CHECK enum sneck_rc sneck__flight_certificate(struct hs *hs);
bool sneck__flight_ccs_due(const struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__flight_ccs(struct hs *hs); /* once, in
						compatibility mode: RFC 9846, E.4 */

/* A span behind what waits, and into the transcript. */
SNECK_MUST_CHECK enum sneck_rc sneck__flight_span(struct hs *hs, struct sneck_span bytes,
						  uint8_t level);
/* A ChangeCipherSpec, behind which the keys of a level begin: TLS 1.2. */
SNECK_MUST_CHECK enum sneck_rc sneck__flight_change(struct hs *hs, uint8_t level);

/* ask.c: each but the first three answers SNECK_OK once it need not wait any more,
 * SNECK_WANT_ANSWER until then. */
bool sneck__ask_open(const struct hs *hs);
bool sneck__ask_settled(const struct hs *hs, uint8_t state); /* it was answered */
void sneck__ask_settle(struct hs *hs);                       /* the open one is answered now */
void sneck__ask_again(struct hs *hs, uint8_t state);         /* it may be raised once more */
/* The question that state shows, if the config asks for it with this bit. */
SNECK_MUST_CHECK enum sneck_rc sneck__ask(struct hs *hs, uint32_t bit, uint8_t state);
SNECK_MUST_CHECK enum sneck_rc sneck__ask_hello(struct hs *hs, const struct hs_msg *m);
/* Gives *op a number of its own, unless it has one. */
SNECK_MUST_CHECK enum sneck_rc sneck__ask_raise(struct hs *hs, uint64_t *op);
/* An edge state, once. */
SNECK_MUST_CHECK enum sneck_rc sneck__ask_show(struct hs *hs, uint8_t state);
SNECK_MUST_CHECK enum sneck_rc sneck__ask_certificate(struct hs *hs, uint32_t n); /* 0: shown, and
						there is nothing to judge */
SNECK_MUST_CHECK enum sneck_rc sneck__ask_signature(struct hs *hs);

/* Who we are: as the config says, or the application. SNECK_E_NO_SCHEME, SNECK_E_NO_NAME: nobody
 * that the peer would take. */
SNECK_MUST_CHECK enum sneck_rc sneck__ask_credential(struct hs *hs);
/* The same for a client, to whom that is an answer, too. */
SNECK_MUST_CHECK enum sneck_rc sneck__ask_client(struct hs *hs);

/* peer13.c: a message of the peer's, read, asked about and judged */
SNECK_MUST_CHECK enum sneck_rc sneck__peer_certificate(struct hs *hs, const struct hs_msg *m);
SNECK_MUST_CHECK enum sneck_rc sneck__peer_certificate_verify(struct hs *hs,
							      const struct hs_msg *m);

/* peer12.c: the same in TLS 1.2 */
SNECK_MUST_CHECK enum sneck_rc sneck__peer12_certificate(struct hs *hs, const struct hs_msg *m);
SNECK_MUST_CHECK enum sneck_rc sneck__peer12_certificate_verify(struct hs *hs,
								const struct hs_msg *m);

/* auth.c */
/* Whether a chain of n certificates is of the kind that was agreed, and one that we accept. */
SNECK_MUST_CHECK enum sneck_rc sneck__auth_type(const struct hs *hs, uint32_t n);
void sneck__auth_schemes(struct nego *ng); /* what our verifier takes, into ng->schemes */
/* A list without a certificate. */
SNECK_MUST_CHECK enum sneck_rc sneck__auth_empty(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_leaf(struct hs *hs, struct sneck_span der);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_chain(struct hs *hs, struct sneck_span list, uint32_t n);
/* What a verdict says: SNECK_OK, or the reason why not. */
SNECK_MUST_CHECK enum sneck_rc sneck__auth_verdict(struct hs *hs,
						   const struct sneck_verdict *verdict);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_tbs(struct hs *hs, bool own);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_signature(struct hs *hs, uint16_t scheme,
						     struct sneck_span sig);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_sign(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_verify(struct hs *hs, uint8_t level);
/* A Certificate in the form that was agreed; entry i of its list, with what belongs to it. */
struct certificate;
SNECK_MUST_CHECK enum sneck_rc sneck__auth_list(const struct hs *hs, struct certificate *c,
						struct sneck_span body);
struct sneck_cert_entry sneck__auth_entry(const struct hs *hs, struct sneck_span list, uint32_t i);
/* Our signature of hs_work.tbs at sig_at: from the signer, or as it was answered. Idempotent. */
SNECK_MUST_CHECK enum sneck_rc sneck__auth_make(struct hs *hs, struct sneck_span *sig);
/* The answer to NEEDS_LOCAL_SIGNATURE: SNECK_E_OWN_SIGNATURE changes nothing. */
SNECK_MUST_CHECK enum sneck_rc sneck__auth_answer(struct hs *hs, struct sneck_span sig);
/* Whether our signatures are checked with our own public key. */
static inline bool hs_checks_own(const struct sneck_config *cfg)
{
	return cfg->check_own_signature == 1 ||
	       (cfg->check_own_signature == 0 && (cfg->ask & SNECK_ASK_SIGN) != 0);
}
/* How many certificates a peer's message may have. */
static inline uint32_t hs_max_certs(const struct sneck_config *cfg)
{
	return cfg->max_certs != 0 ? cfg->max_certs : BOUND_CERTS;
}
/* What the config's verifier is shown of them, at flight.area. */
static inline size_t hs_certs_size(const struct sneck_config *cfg)
{
	return (cfg->ask & SNECK_ASK_VERIFY) != 0
		       ? 0
		       : hs_max_certs(cfg) * sizeof(struct sneck_cert_entry);
}
SNECK_MUST_CHECK enum sneck_rc sneck__auth_finished(struct hs *hs, struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__auth_send_finished(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__evidence_accept(const struct hs *hs);

/* packed.c: from a CompressedCertificate to the Certificate that it unpacks to; as those of ask.c.
 * And the other way: *sent is whether there was one that fits. */
SNECK_MUST_CHECK enum sneck_rc sneck__packed_read(struct hs *hs, struct sneck_span *body);
SNECK_MUST_CHECK enum sneck_rc sneck__packed_send(struct hs *hs, bool stapled, bool *sent);

/* auth12.c: TLS 1.2 */
struct server_key_exchange;
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_params(struct hs *hs, struct sneck_span params);
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_server_kx(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_begin(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_digest(struct hs *hs, uint16_t scheme);
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_certificate(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_finished(struct hs *hs, struct sneck_span body);
SNECK_MUST_CHECK enum sneck_rc sneck__auth12_send_finished(struct hs *hs);

/* secrets12.c: master secret and keys, of the secret at wk->shared, which is wiped; or of the
 * session that is resumed. */
SNECK_MUST_CHECK enum sneck_rc sneck__secrets12(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__secrets12_resume(struct hs *hs);
struct sneck_span sneck__secret12(const struct hs *hs, bool write, uint8_t level);
SNECK_MUST_CHECK enum sneck_rc sneck__keys12(const struct hs *hs, bool write, uint8_t level,
					     uint8_t *key, size_t key_len, uint8_t *iv);
SNECK_MUST_CHECK enum sneck_rc sneck__export12(const struct hs *hs, const uint8_t *secret,
					       uint8_t *out, size_t len, const char *label,
					       struct sneck_span context);

/* auth.c, auth12.c: the scheme and the signature of a message that was read before. */
struct certificate_verify;
SNECK_MUST_CHECK enum sneck_rc sneck__signature_read13(struct certificate_verify *cv,
						       const struct hs_msg *m);
SNECK_MUST_CHECK enum sneck_rc sneck__signature_read12(struct certificate_verify *cv,
						       const struct hs_msg *m);

/* retry.c: the server's memory of a first ClientHello */
struct client_hello;
SNECK_MUST_CHECK enum sneck_rc sneck__retry_summary(struct hs *hs, uint8_t summary[32],
						    const struct client_hello *ch);
SNECK_MUST_CHECK enum sneck_rc sneck__retry_remember(struct hs *hs, const struct client_hello *ch,
						     struct sneck_span raw);
SNECK_MUST_CHECK enum sneck_rc sneck__retry_accept(struct hs *hs, const struct client_hello *ch);

/* client_hello.c: a ClientHello, of what nego says. */
SNECK_MUST_CHECK enum sneck_rc sneck__client_hello_send(struct hs *hs);

/* version.c: whether the version that a ServerHello leads to is what its server can do best. */
struct server_hello;
SNECK_MUST_CHECK enum sneck_rc sneck__version_check(const struct hs *hs,
						    const struct server_hello *sh);
/* and what our random must say of it, as a server. */
void sneck__version_mark(const struct hs *hs, uint8_t random[32]);

/* session.c: hs->session on a client; a block on a server. */
SNECK_MUST_CHECK enum sneck_rc sneck__session_usable(struct hs *hs, struct session *s);
bool sneck__session_fits(const struct hs *hs, struct session *s, struct sneck_span block);
bool sneck__session_resumable(const struct hs *hs); /* hs->resumption is there */
/* A server's session of this connection, of either version, without its secret. */
struct ticket_params;
void sneck__session_describe(const struct hs *hs, const struct ticket_params *params,
			     struct session *s);

/* policy.c: what a session is bound to, in hs->domain. */
SNECK_MUST_CHECK enum sneck_rc sneck__policy(struct hs *hs);
/* Whether it lets a peer in that is known as this session's was. */
bool sneck__policy_peer(const struct hs *hs, const struct session *s);

/* psk.c */
struct session sneck__session_of(const struct hs *hs); /* hs->session; all zero without one */
/* A key in the form that the schedule takes: psk's, or without one the session's. */
SNECK_MUST_CHECK enum sneck_rc sneck__psk_key(struct hs *hs, struct hs_psk *key,
					      const struct sneck_psk *psk, uint16_t hash);

/* offer_session.c, offer.c: the client's session and pre-shared keys */
SNECK_MUST_CHECK enum sneck_rc sneck__offer_session(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__offer_binders(struct hs *hs, size_t cut, bool second);
SNECK_MUST_CHECK enum sneck_rc sneck__offer_taken(struct hs *hs);


/* client_hello.c: the first n bytes of our ClientHello, with the ticket that lies elsewhere, and
 * their digest. */
SNECK_MUST_CHECK enum sneck_rc sneck__hello_add(const struct hs *hs, struct transcript *t,
						size_t n);
SNECK_MUST_CHECK enum sneck_rc sneck__hello_digest(const struct hs *hs, uint8_t *th,
						   const struct sneck_hash *hash, size_t n);

/* early_offer.c, early_choose.c */
SNECK_MUST_CHECK enum sneck_rc sneck__early_offer(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__early_result(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__early_choose(struct hs *hs);
void sneck__early_refuse(struct hs *hs);

/* choose.c: the server's */
SNECK_MUST_CHECK enum sneck_rc sneck__choose_psk(struct hs *hs, struct sneck_span suites);
/* Adds the ClientHello to the transcript and checks the binder on the way. */
SNECK_MUST_CHECK enum sneck_rc sneck__choose_hello(struct hs *hs, struct sneck_span raw);

/* ticket.c: a NewSessionTicket, written to w; *s is what it stands for, its spans in mem. */
struct ticket_params {
	struct sneck_span identity, app_data; /* as in struct sneck_ticket_params */
	uint32_t lifetime_s;
};
SNECK_MUST_CHECK enum sneck_rc sneck__ticket_make(struct hs *hs, const struct ticket_params *params,
						  struct session *s, uint8_t secret[BOUND_HASH]);
SNECK_MUST_CHECK enum sneck_rc sneck__ticket_write(struct hs *hs, const struct session *s,
						   struct sneck_span identity, struct wr *w);
uint8_t sneck__tickets_due(const struct hs *hs);

/* choose12.c: sessions of TLS 1.2, server. Whether the ClientHello shows one; the session id for
 * the ServerHello; a NewSessionTicket. */
SNECK_MUST_CHECK enum sneck_rc sneck__choose12(struct hs *hs, const struct client_hello *ch);
SNECK_MUST_CHECK enum sneck_rc sneck__choose12_id(struct hs *hs, struct sneck_span offered);
SNECK_MUST_CHECK enum sneck_rc sneck__choose12_ticket(struct hs *hs);

/* offer12.c: client. What the session id of a ServerHello says of the session that was offered; a
 * ticket to be kept, for hint seconds; and to be shown, as those of ask.c. */
SNECK_MUST_CHECK enum sneck_rc sneck__offer12_answer(struct hs *hs, struct sneck_span id);
void sneck__offer12_ticket(struct hs *hs, struct sneck_span ticket, uint32_t hint);
SNECK_MUST_CHECK enum sneck_rc sneck__offer12_show(struct hs *hs);

/* secrets.c: TLS 1.3 */
/* The secret that an epoch's keys come from. */
const uint8_t *sneck__hs_secret(const struct hs *hs, bool write, uint8_t level);
struct sneck_span sneck__secret13(const struct hs *hs, bool write, uint8_t level);
SNECK_MUST_CHECK enum sneck_rc sneck__keys13(const struct hs *hs, bool write, uint8_t level,
					     uint8_t *key, size_t key_len, uint8_t *iv);
SNECK_MUST_CHECK enum sneck_rc sneck__export13(const struct hs *hs, const uint8_t *secret,
					       uint8_t *out, size_t len, const char *label,
					       struct sneck_span context);
void sneck__log_secret(const struct hs *hs, const char *label, const uint8_t *secret);
SNECK_MUST_CHECK enum sneck_rc sneck__secrets_early(struct hs *hs, const uint8_t *th);
SNECK_MUST_CHECK enum sneck_rc sneck__secrets_resumption(struct hs *hs);
SNECK_MUST_CHECK enum sneck_rc sneck__secrets_handshake(struct hs *hs, struct sneck_span shared);
SNECK_MUST_CHECK enum sneck_rc sneck__secrets_app(struct hs *hs);

#endif
