/* SPDX-License-Identifier: MIT */
/* bounds.h: every bound that does not depend on the config, with its arithmetic, in one place.
 * Identifiers L1 to L22 are those of docs/limits.md, which says what happens at bound + 1. */
#ifndef SNECK_BOUNDS_H
#define SNECK_BOUNDS_H

#define BOUND_CLIENT_HELLO 16384u  /* L1, default of config.max_client_hello, which ends at */
#define BOUND_CLIENT_HELLO_TOP 65535u
#define BOUND_HANDSHAKE_MSG 16384u /* L2, default of config.max_handshake_msg */
#define BOUND_CERTIFICATE 65536u   /* L3, default of config.max_certificate */
#define BOUND_CONFIG_MSG_TOP 0xffffffu /* what a 24-bit length can say */

#define BOUND_RECORD_HEAD 5u
#define BOUND_PLAIN 16384u                   /* L4, RFC 9846, 5.1: 2^14 */
#define BOUND_CIPHER (BOUND_PLAIN + 256u)    /* L4, RFC 9846, 5.2: 2^14 + 256 */
#define BOUND_RECORD (BOUND_RECORD_HEAD + BOUND_CIPHER)
#define BOUND_SEND_MIN 64u                   /* least config.send_fragment */

#define BOUND_EMPTY_RECORDS 32u    /* L5, in a row */
#define BOUND_WARNINGS 4u          /* L6, in a row */
#define BOUND_CCS 2u               /* L7, in a connection */
#define BOUND_POST_MSGS 32u        /* L8, post-handshake messages without application data */
#define BOUND_EXTENSIONS 64u       /* L13, in one message */
#define BOUND_SHARES 8u            /* L13, key shares in a ClientHello */
#define BOUND_GROUPS 64u           /* L13, looked at in supported_groups */
#define BOUND_CERTS 10u            /* L19, in one message */
#define BOUND_STAPLES (65535u - 16u) /* a credential's ocsp and scts: an entry's extensions */
#define BOUND_NAME 253u            /* L21, octets of a host name */
#define BOUND_BEFORE_FINISHED (96u * 1024u) /* L22, peer's bytes before its Finished */

#define BOUND_HASH 48u             /* bytes of the longest digest of a TLS 1.3 suite */
#define BOUND_HASH_BLOCK 128u      /* bytes of its block: HMAC */
#define BOUND_KEY 32u
#define BOUND_NONCE 12u
#define BOUND_TAG 16u
#define BOUND_RECORD_NONCE 8u      /* RFC 5288, 3: of the nonce, in a record of TLS 1.2 */
#define BOUND_PIECES 64u           /* gathered into one record */
#define BOUND_SHARED 72u           /* bytes of the longest key exchange secret */
#define BOUND_SCHEMES 32u          /* sneck_answer_schemes() */
#define BOUND_ALPN 16u             /* config.n_alpn */
#define BOUND_OWN_SHARES 4u        /* groups that a client sends shares for */
#define BOUND_COOKIE 512u          /* a server's cookie that a client gives back */
#define BOUND_PAD_HELLO 1024u      /* config.pad_hello_to */
#define BOUND_LIMIT_MIN 64u        /* RFC 8449, 4: least record_size_limit */

#define BOUND_OLD_SHARE 133u       /* bytes of the longest share in TLS 1.2, of P-521 */

#define BOUND_PSKS 4u              /* L12, identities looked at */
#define BOUND_TICKETS_OPENED 2u    /* L12, of these opened as tickets */
#define BOUND_PSK 1024u            /* each span of a struct sneck_psk */
#define BOUND_APP_DATA 512u        /* the application's in a ticket */
#define BOUND_SESSION 1024u        /* a server's session: fixed, secret, ALPN name, app_data */
#define BOUND_TICKET_ID 255u       /* of a ticket that is a key of the application's store */
#define SESSION_ID_MAX 32u         /* RFC 5246, 7.4.1.2 */
#define BOUND_TICKETS 8u           /* L11, config.n_tickets, and what one client is sent */
#define BOUND_OLD_TICKET 2048u       /* L11, of a ticket of TLS 1.2 that a client keeps */
#define BOUND_LIFETIME 604800u     /* L15, seconds, RFC 9846, 4.7.1 */
#define BOUND_SKEW 10u             /* L15, default of config.ticket_skew_s */
#define BOUND_EARLY_SKIP 16384u    /* L14, least early data that is skipped before giving up */

/* What a peer signs, at most. A CertificateVerify: 64 spaces, context string, 0, digest, which is
 * less: RFC 9846, 4.5.2. A ServerKeyExchange: two randoms and its parameters: RFC 8422, 5.4. */
#define BOUND_TBS (64u + 4u + BOUND_OLD_SHARE)

#endif
