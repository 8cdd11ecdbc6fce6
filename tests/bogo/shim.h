/* SPDX-License-Identifier: MIT */
/* shim.h: BoringSSL's protocol tests (BoGo) start this program for every test and speak TLS with
 * it. flags.c reads what a test asks for, setup.c makes a config of it, judge.c judges peers and
 * signs, link.c is the socket, exchange.c one connection, expect.c what the test wants to see.
 * Only public headers of the library are used. Exit codes: 0, 1, and 89 for a test that is
 * declined. */
#ifndef SHIM_H
#define SHIM_H

#include <stdbool.h>
#include <stdint.h>

#include <sneck/pki.h>
#include <sneck/sneck.h>

#define MAX_CREDS 16
#define MAX_LIST  40

struct list {
	uint16_t v[MAX_LIST + 1]; /* ends with 0 */
	size_t n;
	bool given;
};

/* What a compliance policy allows, as lists. */
struct policy {
	const char *name;
	struct list suites, groups, schemes;
};

enum cred_kind { CRED_X509, CRED_RAW_KEY, CRED_PSK };

struct cred_flags {
	int kind; /* enum cred_kind */
	const char *cert_file, *key_file;
	struct list signing_prefs;
	struct sneck_span ocsp, scts;
	struct sneck_span psk, psk_identity, psk_context;
	bool psk_sha384, must_match_issuer;
};

/* The flags of one phase: the first connection, the ones after, or what follows rejected early
 * data. Names are those of the flags. */
struct flags {
	int port, resume_count;
	uint64_t shim_id;
	bool ipv6, server, handshaker_asked;

	struct cred_flags cred, more[MAX_CREDS]; /* the default one, and others before it */
	size_t n_more;

	bool async, no_tls12, no_tls13, no_ticket, skip_ticket, enable_early_data, enable_grease;
	int min_version, max_version;
	struct list curves, key_shares, verify_prefs;
	bool no_key_shares;
	const char *trust_cert, *host_name, *advertise_alpn, *select_alpn, *cipher;
	bool reject_alpn, decline_alpn, server_preference, no_legacy_server_connect;
	const struct policy *policy; /* NULL: none */
	bool verify_peer, require_any_client_certificate, verify_fail, reverify_on_resume;
	bool use_custom_verify_callback;
	bool enable_ocsp_stapling, enable_scts;
	bool decline_ocsp_callback, fail_ocsp_callback;
	struct list accepted_peer_cert_types, client_cert_types;
	const char *use_client_ca_list;
	bool fail_early_callback, fail_ddos_callback, fail_cert_callback;
	int max_cert_list, max_send_fragment, read_size, resumption_delay;

	bool shim_writes_first, shim_shuts_down, check_close_notify, send_alert;
	const char *initial_write;
	int repeat_initial_write;
	bool key_update, key_update_before_read, export_traffic_secrets;
	int export_keying_material;
	const char *export_label, *export_context;
	bool use_export_context;

	int expect_version, expect_peer_scheme, expect_curve_id, expect_cipher;
	int expect_cipher_aes, expect_total_renegotiations;
	int expect_ticket_age_skew, expect_selected_credential, expect_peer_certificate_type;
	bool expect_session_miss, expect_no_session, expect_session_id, expect_no_session_id;
	bool expect_extended_master_secret, expect_hrr, expect_no_hrr, expect_no_server_name;
	bool expect_ticket_early, expect_accept_early_data, expect_reject_early_data;
	bool expect_ticket_renewal, expect_no_offer_early_data, expect_no_peer_cert;
	const char *expect_alpn, *expect_advertised_alpn, *expect_server_name;
	const char *expect_peer_cert_file, *expect_client_ca_list, *expect_msg_callback;
	struct sneck_span expect_ocsp_response, expect_scts, expect_rpk_sha256;
	struct list expect_peer_verify_prefs;
};

#define NO_EXPECTATION (-1000)

enum phase { PHASE_INITIAL, PHASE_RESUME, PHASE_RETRY };

/* A credential and what stands behind it. */
struct identity {
	struct sneck_pki_key *key;
	struct sneck_pki_chain *chain;
	struct sneck_credential credential;
	struct sneck_signer signer; /* with the test's preferences */
	struct sneck_psk psk;
	const struct cred_flags *flags;
	struct run *run;
	int index; /* as -expect-selected-credential counts */
};

/* What a connection leaves for the next one. */
struct kept {
	struct sneck_ticket_ring ring;
	uint64_t now_ms;
	uint8_t session[4096];
	size_t session_len;				       /* 0: none */
	uint8_t stored[1024], stored_id[SNECK_SESSION_ID_LEN]; /* server of TLS 1.2 */
	size_t stored_len;
	uint16_t peer_scheme, group;
	struct sneck_span ocsp, scts; /* of the peer: on the heap */
	struct sneck_span peer[10];
	size_t n_peer;
};

/* One connection. */
struct run {
	const struct flags *flags; /* of its phase */
	const struct flags *retry;
	struct kept *kept;
	bool resume; /* not the first connection */

	/* setup.c */
	struct sneck_config cfg;
	struct identity ids[MAX_CREDS + 1];
	const struct sneck_credential *creds[MAX_CREDS + 1];
	const struct sneck_psk *psks[MAX_CREDS + 1];
	struct sneck_span alpn[16];
	struct sneck_verifier verifier;
	struct sneck_pki_trust *trust;
	struct sneck_span ca_names[16];

	/* link.c */
	int fd;
	struct sneck_in in;
	struct sneck_out out;
	bool eof;

	/* exchange.c */
	struct sneck_conn *conn;
	struct sneck_status st;
	struct sneck_facts facts;
	bool done; /* the handshake is */
	bool offered_early, early_accepted, early_rejected, initial_ended;
	size_t initial_sent; /* bytes of the initial writes */
	bool new_session, new_session_early;
	uint64_t seen_op; /* a question that was shown once */
	bool keyed;	  /* a first ClientHello had a key that will do */
	bool takes_certs; /* a ClientHello has signature_algorithms */
	uint32_t kdfs;	  /* of the suites of a ClientHello */
	int psk_index;	  /* of the external key added last */
	int selected;	  /* credential that signed, or key; -1: the default one, or none */
	uint8_t client_secret[64], server_secret[64];
	size_t secret_len;
	char trace[4096];
};

/* flags.c */
void flags_read(struct flags phase[3], int argc, char **argv);
_Noreturn void decline(const char *what);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct sneck_span copy_of(struct sneck_span s);

/* setup.c */
void setup(struct run *r);
size_t read_names(const char *text, struct sneck_span *names, size_t cap);
void setup_wipe(struct run *r);

/* policy.c */
const struct policy *policy_of(const char *flag); /* NULL: it is none */

/* judge.c */
uint8_t refusal(const struct flags *f); /* the alert of a peer that is refused */
enum sneck_rc judge(void *ctx, const struct sneck_chain *chain, struct sneck_verdict *verdict);
enum sneck_rc sign(void *ctx, uint16_t scheme, struct sneck_span tbs, uint8_t *sig, size_t cap,
		   size_t *len);
enum sneck_rc sign_digest(void *ctx, uint16_t scheme, struct sneck_span digest, uint8_t *sig,
			  size_t cap, size_t *len);
bool answer_question(struct run *r); /* false: it is not one */

/* link.c */
void link_open(struct run *r);
void link_flush(struct run *r);
bool link_receive(struct run *r, size_t want); /* false: the peer has ended */
void link_room(struct run *r, size_t want);
void link_close(struct run *r);

/* exchange.c */
bool exchange(struct run *r);

/* expect.c */
void expect_hello(const struct run *r, const struct sneck_hello_st *hello);
void expect_request(const struct run *r, const struct sneck_cred_st *cred);
void expect_handshake(const struct run *r);
void expect_trace(const struct run *r);
void expect_end(const struct run *r);

#endif
