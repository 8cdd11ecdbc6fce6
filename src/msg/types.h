/* SPDX-License-Identifier: MIT */
/* types.h: numbers of the RFCs that messages are made of, spelt once. RFC 9846, B. */
#ifndef SNECK_MSG_TYPES_H
#define SNECK_MSG_TYPES_H

enum handshake_type {
	HT_CLIENT_HELLO = 1,
	HT_SERVER_HELLO = 2,
	HT_NEW_SESSION_TICKET = 4,
	HT_ENCRYPTED_EXTENSIONS = 8,
	HT_CERTIFICATE = 11,
	HT_CERTIFICATE_REQUEST = 13,
	HT_CERTIFICATE_VERIFY = 15,
	HT_FINISHED = 20,
	HT_KEY_UPDATE = 24,
	HT_WIRE_MAX = 30,      /* larger types are refused before a state sees them */
	HT_MESSAGE_HASH = 254 /* never on the wire: RFC 9846, 4.5.1 */
};

enum extension_type {
	EXT_SERVER_NAME = 0,
	EXT_MAX_FRAGMENT_LENGTH = 1,
	EXT_SUPPORTED_GROUPS = 10,
	EXT_SIGNATURE_ALGORITHMS = 13,
	EXT_ALPN = 16,
	EXT_PADDING = 21,
	EXT_RECORD_SIZE_LIMIT = 28,
	EXT_PRE_SHARED_KEY = 41,
	EXT_EARLY_DATA = 42,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_COOKIE = 44,
	EXT_CERTIFICATE_AUTHORITIES = 47,
	EXT_SIGNATURE_ALGORITHMS_CERT = 50,
	EXT_KEY_SHARE = 51
};

/* The keys that a handshake message comes or goes under. */
enum hs_level { LV_INITIAL = 0, LV_HANDSHAKE = 2, LV_APP = 3 };

#endif
