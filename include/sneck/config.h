/* SPDX-License-Identifier: MIT */
/* sneck/config.h: how connections behave. A plain struct, filled with designated initialisers:
 *
 *	static const struct sneck_config cfg = {
 *		SNECK_CONFIG_INIT,
 *		.provider = ..., .verifier = ..., .ask = SNECK_ASK_NOTICES,
 *	};
 *
 * Zero is the safe default of every field. The library never writes to a config and never copies
 * it: it must outlive its connections and must not change once a connection uses it (debug builds
 * keep a checksum and refuse with SNECK_E_MISUSE). There are no setters, no reference counts and
 * no locks. To reload, make a new config and give it to new connections.
 */
#ifndef SNECK_CONFIG_H
#define SNECK_CONFIG_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sneck_provider;
struct sneck_signer;
struct sneck_verifier;
struct sneck_ticket_ring;
struct sneck_psk;

/* sneck_config.ask: which decisions and notices are shown as states. Bit 8 is kept for a decision
 * to come. */
#define SNECK_ASK_VERIFY (1u << 0)       /* RECEIVED_CERTIFICATE, NEEDS_SIGNATURE */
#define SNECK_ASK_VERIFY_SIG (1u << 1)   /* RECEIVED_SIGNATURE; allows SIG_VALID_DANGEROUS */
#define SNECK_ASK_SCHEMES (1u << 2)      /* NEEDS_SUPPORTED_VERIFY_SCHEMES */
#define SNECK_ASK_CLIENT_HELLO (1u << 3) /* RECEIVED_CLIENT_HELLO */
#define SNECK_ASK_PSK (1u << 4)          /* NEEDS_PSK */
#define SNECK_ASK_EARLY_DATA (1u << 5)   /* NEEDS_EARLY_DATA_DECISION */
#define SNECK_ASK_SIGN (1u << 6)         /* NEEDS_LOCAL_SIGNATURE */
#define SNECK_ASK_CREDENTIAL (1u << 7)   /* NEEDS_CREDENTIAL */
#define SNECK_ASK_MAY_ENCRYPT (1u << 9)  /* MAY_ENCRYPT_APP_DATA */
#define SNECK_ASK_TICKETS (1u << 10)     /* RECEIVED_TICKET */
#define SNECK_ASK_NOTICES (1u << 11)     /* HANDSHAKE_DONE, RECEIVED_ALERT */
#define SNECK_ASK_UNPACK (1u << 12)      /* NEEDS_UNPACKED_CERTIFICATE */

/* Cipher suites, groups and signature schemes by their IANA names. RFC: B.4; 5289; 7251; 7905. */
enum sneck_suite {
	SNECK_TLS_AES_128_GCM_SHA256 = 0x1301,
	SNECK_TLS_AES_256_GCM_SHA384 = 0x1302,
	SNECK_TLS_CHACHA20_POLY1305_SHA256 = 0x1303,
	SNECK_TLS_AES_128_CCM_SHA256 = 0x1304, /* this and the next: only for who names them */
	SNECK_TLS_AES_128_CCM_8_SHA256 = 0x1305,
	/* TLS 1.2 */
	SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
	SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c,
	SNECK_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
	SNECK_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030,
	SNECK_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
	SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
	SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_CCM = 0xc0ac, /* as the CCMs above */
	SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 = 0xc0ae
};
enum sneck_group { /* RFC: 4.3.7; 10024 */
	SNECK_SECP256R1 = 0x0017,
	SNECK_SECP384R1 = 0x0018,
	SNECK_SECP521R1 = 0x0019,
	SNECK_X25519 = 0x001d,
	SNECK_X448 = 0x001e,
	SNECK_X25519MLKEM768 = 0x11ec
};
enum sneck_scheme { /* RFC: 4.3.3 */
	SNECK_RSA_PKCS1_SHA256 = 0x0401, /* TLS 1.2 and certificates only, as its two sisters */
	SNECK_RSA_PKCS1_SHA384 = 0x0501,
	SNECK_RSA_PKCS1_SHA512 = 0x0601,
	SNECK_ECDSA_SECP256R1_SHA256 = 0x0403,
	SNECK_ECDSA_SECP384R1_SHA384 = 0x0503,
	SNECK_ECDSA_SECP521R1_SHA512 = 0x0603,
	SNECK_RSA_PSS_RSAE_SHA256 = 0x0804,
	SNECK_RSA_PSS_RSAE_SHA384 = 0x0805,
	SNECK_RSA_PSS_RSAE_SHA512 = 0x0806,
	SNECK_ED25519 = 0x0807,
	SNECK_ED448 = 0x0808,
	SNECK_RSA_PSS_PSS_SHA256 = 0x0809,
	SNECK_RSA_PSS_PSS_SHA384 = 0x080a,
	SNECK_RSA_PSS_PSS_SHA512 = 0x080b,
	/* for providers and signers, never on the wire: TLS 1.2 binds no curve to a hash */
	SNECK_ECDSA_ANY_SHA256 = 0xfe04,
	SNECK_ECDSA_ANY_SHA384 = 0xfe05,
	SNECK_ECDSA_ANY_SHA512 = 0xfe06
};

enum sneck_cert_type { SNECK_X509 = 0, SNECK_RAW_PUBLIC_KEY = 2 }; /* RFC: 7250, 3 */
enum sneck_packing { SNECK_ZLIB = 1, SNECK_BROTLI = 2, SNECK_ZSTD = 3 }; /* RFC: 8879, 3 */
enum sneck_client_auth { SNECK_AUTH_NONE = 0, SNECK_AUTH_OPTIONAL = 1, SNECK_AUTH_REQUIRED = 2 };

#ifdef __cplusplus
#define SNECK_CREDENTIAL_INIT (uint32_t)sizeof(struct sneck_credential)
#define SNECK_CONFIG_INIT (uint32_t)sizeof(struct sneck_config)
#else
#define SNECK_CREDENTIAL_INIT .size = (uint32_t)sizeof(struct sneck_credential)
#define SNECK_CONFIG_INIT .size = (uint32_t)sizeof(struct sneck_config)
#endif

/* A Certificate message that was compressed beforehand; see sneck_certificate_write(). Frozen. */
struct sneck_packed_chain {
	struct sneck_span bytes;
	uint32_t length;                /* of the message before compression */
	uint16_t algorithm;             /* enum sneck_packing */
	uint16_t rsv;
};

/* Who we are: a chain and the key for its leaf. All memory is the caller's and stays as long as
 * connections use it; certificates are spans into PEM-decoded, mapped or flash memory. The
 * library compares names only with `names`: it does not read certificates. RFC: 4.5.1.2. */
struct sneck_credential {
	uint32_t size;
	uint16_t type;                  /* enum sneck_cert_type */
	uint16_t rsv;
	const struct sneck_span *chain; /* DER, leaf first; a raw public key: one SPKI */
	size_t n_chain;
	const struct sneck_signer *signer;
	const char *const *names;       /* "example.org", "*.example.org"; NULL: fits every name */
	size_t n_names;
	struct sneck_span ocsp;         /* OCSPResponse to staple, or empty */
	struct sneck_span scts;         /* SignedCertificateTimestampList, or empty */
	const struct sneck_packed_chain *packed; /* used when the peer can unpack one of them and no
	                                            staple is wanted */
	size_t n_packed;
};

/** Writes the Certificate message of a credential, without staples: what to compress for `packed`.
 *
 *  Bytes: dst is the caller's. Units: cap and *len in bytes. RFC: 4.5.1; 8879, 4.
 *  Returns: SNECK_OK; SNECK_WANT_SPACE with *len as needed; SNECK_E_ARG for a chain too long.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc
sneck_certificate_write(const struct sneck_credential *credential, void *dst, size_t cap,
			size_t *len);

/* The transport parameters of a QUIC connection: ours to send, and where the peer's go. They count
 * once the handshake is over. RFC: 9001, 8.2. */
struct sneck_quic {
	struct sneck_span params;
	uint8_t *peer;
	size_t peer_cap, peer_len; /* longer ones than peer_cap fail the handshake */
};

/** A line of a key log file: NSS label, client random, secret. RFC: 9850. */
typedef void (*sneck_keylog_fn)(void *user, const char *label, const uint8_t client_random[32],
				const uint8_t *secret, size_t len);

/** A message that went by, for people who want to watch: content is the record's content type, 20
 *  ChangeCipherSpec, 21 alert, 22 handshake; type is the message's type, or the alert's; len its
 *  bytes with its header. Names: sneck_message_name(), sneck_alert_name(). */
typedef void (*sneck_trace_fn)(void *user, int sent, uint8_t content, uint8_t type, size_t len);

struct sneck_config {
	uint32_t size;                  /* SNECK_CONFIG_INIT */
	uint32_t ask;                   /* set of SNECK_ASK_* */
	const struct sneck_provider *provider; /* the one field that must always be set */

	/* identity and trust. A client needs a verifier, or SNECK_ASK_VERIFY, or only PSKs; a
	 * server needs a credential, or SNECK_ASK_CREDENTIAL, or only PSKs. */
	const struct sneck_credential *const *credentials; /* the first that fits is taken */
	size_t n_credentials;
	const struct sneck_verifier *verifier;
	const struct sneck_psk *const *psks; /* external pre-shared keys; session.h */
	size_t n_psks;
	uint8_t client_auth;            /* enum sneck_client_auth; server */
	uint8_t psk_only;               /* 1: certificates are neither sent nor accepted */
	uint8_t psk_ke;                 /* 1: PSKs also without (EC)DHE; no forward secrecy then */
	uint8_t announce_cas;           /* 1: a client sends verifier->ca_names too */

	/* preferences, best first; empty lists take the library's, which a minor release keeps */
	uint8_t prefer_peer_order;      /* 1: a server follows the client's order of suites */
	uint8_t n_key_shares;           /* shares in a ClientHello; 0: for the first group, and when
	                                   that is a hybrid for the next one too */
	uint16_t min_version;           /* 0: SNECK_TLS12 */
	uint16_t max_version;           /* 0: the newest there is */
	uint8_t rsv1[6];
	struct sneck_u16s suites, groups;
	struct sneck_u16s unpack;       /* enum sneck_packing that we can unpack; empty: none.
	                                   Needs SNECK_ASK_UNPACK */
	const struct sneck_span *alpn;  /* protocol names; a common one is then required */
	size_t n_alpn;

	/* bounds: bytes, 0 takes the default in brackets */
	uint32_t max_client_hello;      /* [16,384] */
	uint32_t max_certificate;       /* whole Certificate message [65,536] */
	uint32_t max_handshake_msg;     /* every other message [16,384] */
	uint16_t send_fragment;         /* plaintext per record we send [16,384] */
	uint16_t recv_record_limit;     /* RFC 8449: plaintext per record we receive, 64 or more
	                                   [what in->cap holds, if less than a full record] */
	uint16_t pad_to;                /* pad plaintext to a multiple of this [no padding] */
	uint16_t pad_hello_to;          /* pad a ClientHello to this size, RFC 7685 [no padding] */

	/* resumption and early data; session.h */
	const struct sneck_ticket_ring *tickets; /* NULL: a server issues no stateless tickets */
	uint32_t ticket_lifetime_s;     /* [86,400], at most 604,800 */
	uint32_t max_early_data;        /* bytes; 0: early data is neither allowed nor accepted */
	uint32_t n_tickets;             /* server: after each handshake, when tickets is set [2; in
	                                   TLS 1.2 there is one];
	                                   client: how many to ask for, RFC 9149 [not asked] */
	uint32_t max_early_skip;        /* server: bytes of early data that is refused and skipped
	                                   [16,384, or max_early_data or the ticket's if more],
	                                   not less than max_early_data */
	struct sneck_span session_domain; /* tickets of another domain are not resumed; empty: made
	                                     of this config's names, ALPN, trust and auth fields.
	                                     With client_auth and tickets: not empty, or the
	                                     verifier has ca_names; one for each trust */
	struct sneck_span cookie_secret; /* 32 bytes: a HelloRetryRequest keeps its state in a
	                                    cookie; empty: in the scratch */

	/* switches: 0 is the safe choice */
	uint8_t wipe_consumed;          /* 1: zero received plaintext when it is released */
	uint8_t keep_exporter;          /* 1: keep the exporter secret for sneck_export() */
	uint8_t allow_save;             /* 1: sneck_save() */
	uint8_t allow_extraction;       /* 1: sneck_into_external() */
	uint8_t ask_max_fragment;       /* client: RFC 6066 code 1 to 4 for peers without RFC 8449;
	                                   0: not asked */
	uint8_t no_compat;              /* 1: no middlebox compatibility mode (RFC: E.4), but for a
	                                   client that asks for it */
	uint8_t half_rtt;               /* 1: a server that requires client certificates may send
	                                   before it has seen one */
	uint8_t check_own_signature;    /* 0: those that came from outside; 1: all; 2: none */
	uint8_t grease;                 /* 1: RFC 8701 values, extensions in random order */
	uint8_t insecure_no_name;       /* 1: a client may verify without a name */
	uint8_t insecure_no_ems;        /* 1: TLS 1.2 without extended master secret too, or with a
	                                   server without renegotiation_info; neither resumption
	                                   nor exporters then */
	uint8_t ticket_skew_s;          /* server: how far a ticket's age may be off for early data,
	                                   in seconds [10]; what remembers replay ids must do so
	                                   for twice as long */
	uint8_t max_certs;              /* in a peer's Certificate message [10]. With more, the
	                                   verifier is not that of sneck/pki.h, and not run by
	                                   sneck_verify_job_run(): they judge 10 */
	uint8_t rsv3[3];

	sneck_keylog_fn insecure_keylog; /* NULL: none */
	void *keylog_user;
	sneck_trace_fn trace;           /* NULL: none */
	void *trace_user;
};

/** Checks a config once, where it is made. Connections then trust it.
 *
 *  Bytes: cfg is read during the call; why may be NULL, else gets one sentence that names the
 *  field. Units: none. RFC: 9.
 *  Returns: SNECK_OK; SNECK_E_CONFIG for fields that contradict each other or leave nothing to
 *  agree on; SNECK_E_SIZE for a size from a newer header; SNECK_E_NO_ALGORITHM when the provider
 *  lacks one that the config insists on.
 */
SNECK_API SNECK_MUST_CHECK enum sneck_rc sneck_config_check(const struct sneck_config *cfg,
							    int role, struct sneck_note *why);

#ifdef __cplusplus
}
#endif
#endif
