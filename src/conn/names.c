/* SPDX-License-Identifier: MIT */
/* names.c: numbers to names, for people. Suites, groups and schemes come from the tables that the
 * handshake uses; states, versions, messages and alerts are listed here. Codes are err.c. */
#include <sneck/info.h>
#include <sneck/state.h>

#include "../build.h"
#include "../crypto/algs.h"
#include "../msg/types.h"

struct name {
	int value;
	const char *name; /* NULL ends a list */
};

#define S(state)                                                                                   \
	{                                                                                          \
		SNECK_##state, "SNECK_" #state                                                     \
	}
static const struct name states[] = { S(APP_DATA_AVAILABLE),
				      S(EARLY_DATA_AVAILABLE),
				      S(MAY_ENCRYPT_APP_DATA),
				      S(MAY_ENCRYPT_EARLY_DATA),
				      S(MUST_ENCRYPT_TLS_DATA),
				      S(MUST_TRANSMIT_TLS_DATA),
				      S(NEEDS_MORE_TLS_DATA),
				      S(TRAFFIC_TRANSIT),
				      S(NEEDS_SUPPORTED_VERIFY_SCHEMES),
				      S(RECEIVED_CERTIFICATE),
				      S(RECEIVED_SIGNATURE),
				      S(NEEDS_SIGNATURE),
				      S(PEER_CLOSED),
				      S(CLOSED),
				      S(FAILED),
				      S(RECEIVED_CLIENT_HELLO),
				      S(NEEDS_PSK),
				      S(NEEDS_EARLY_DATA_DECISION),
				      S(NEEDS_LOCAL_SIGNATURE),
				      S(NEEDS_CREDENTIAL),
				      S(NEEDS_SCRATCH),
				      S(KEYS_READY),
				      S(NEEDS_UNPACKED_CERTIFICATE),
				      S(HANDSHAKE_DONE),
				      S(RECEIVED_TICKET),
				      S(RECEIVED_ALERT),
				      S(EARLY_DATA_RESULT),
				      { 0, NULL } };
#undef S

static const struct name versions[] = { { SNECK_TLS12, "TLS 1.2" },
					{ SNECK_TLS13, "TLS 1.3" },
					{ SNECK_DTLS13, "DTLS 1.3" },
					{ 0, NULL } };

#define A(alert, name)                                                                             \
	{                                                                                          \
		SNECK_ALERT_##alert, name                                                          \
	}
static const struct name alerts[] = { A(CLOSE_NOTIFY, "close_notify"),
				      A(UNEXPECTED_MESSAGE, "unexpected_message"),
				      A(BAD_RECORD_MAC, "bad_record_mac"),
				      A(RECORD_OVERFLOW, "record_overflow"),
				      A(HANDSHAKE_FAILURE, "handshake_failure"),
				      A(BAD_CERTIFICATE, "bad_certificate"),
				      A(UNSUPPORTED_CERTIFICATE, "unsupported_certificate"),
				      A(CERTIFICATE_REVOKED, "certificate_revoked"),
				      A(CERTIFICATE_EXPIRED, "certificate_expired"),
				      A(CERTIFICATE_UNKNOWN, "certificate_unknown"),
				      A(ILLEGAL_PARAMETER, "illegal_parameter"),
				      A(UNKNOWN_CA, "unknown_ca"),
				      A(ACCESS_DENIED, "access_denied"),
				      A(DECODE_ERROR, "decode_error"),
				      A(DECRYPT_ERROR, "decrypt_error"),
				      A(PROTOCOL_VERSION, "protocol_version"),
				      A(INSUFFICIENT_SECURITY, "insufficient_security"),
				      A(INTERNAL_ERROR, "internal_error"),
				      A(INAPPROPRIATE_FALLBACK, "inappropriate_fallback"),
				      A(USER_CANCELED, "user_canceled"),
				      A(NO_RENEGOTIATION, "no_renegotiation"),
				      A(MISSING_EXTENSION, "missing_extension"),
				      A(UNSUPPORTED_EXTENSION, "unsupported_extension"),
				      A(UNRECOGNIZED_NAME, "unrecognized_name"),
				      A(BAD_CERTIFICATE_STATUS_RESPONSE,
					"bad_certificate_status_response"),
				      A(UNKNOWN_PSK_IDENTITY, "unknown_psk_identity"),
				      A(CERTIFICATE_REQUIRED, "certificate_required"),
				      A(GENERAL_ERROR, "general_error"),
				      A(NO_APPLICATION_PROTOCOL, "no_application_protocol"),
				      A(ECH_REQUIRED, "ech_required"),
				      { 0, NULL } };
#undef A

static const char *find(const struct name *list, int value)
{
	for (; list->name != NULL; list++)
		if (list->value == value)
			return list->name;
	return "unknown";
}

const char *sneck_state_name(int state)
{
	return find(states, state);
}

const char *sneck_version_name(int version)
{
	return find(versions, version);
}

const char *sneck_alert_name(int alert)
{
	return find(alerts, alert);
}

static const struct name messages[] = {
	{ HT_HELLO_REQUEST, "HelloRequest" },
	{ HT_CLIENT_HELLO, "ClientHello" },
	{ HT_SERVER_HELLO, "ServerHello" },
	{ HT_NEW_SESSION_TICKET, "NewSessionTicket" },
	{ HT_END_OF_EARLY_DATA, "EndOfEarlyData" },
	{ HT_ENCRYPTED_EXTENSIONS, "EncryptedExtensions" },
	{ HT_CERTIFICATE, "Certificate" },
	{ HT_SERVER_KEY_EXCHANGE, "ServerKeyExchange" },
	{ HT_CERTIFICATE_REQUEST, "CertificateRequest" },
	{ HT_SERVER_HELLO_DONE, "ServerHelloDone" },
	{ HT_CERTIFICATE_VERIFY, "CertificateVerify" },
	{ HT_CLIENT_KEY_EXCHANGE, "ClientKeyExchange" },
	{ HT_FINISHED, "Finished" },
	{ HT_CERTIFICATE_STATUS, "CertificateStatus" },
	{ HT_KEY_UPDATE, "KeyUpdate" },
	{ HT_COMPRESSED_CERTIFICATE, "CompressedCertificate" },
	{ 0, NULL },
};

const char *sneck_message_name(int type)
{
	return find(messages, type);
}

const char *sneck_suite_name(int suite)
{
	for (const struct suite *s = sneck__suites; s->id != 0; s++)
		if (s->id == suite)
			return s->name;
	return "unknown";
}

static const char *find_alg(const struct alg_name *list, int id)
{
	for (; list->id != 0; list++)
		if (list->id == id)
			return list->name;
	return "unknown";
}

const char *sneck_group_name(int group)
{
	return find_alg(sneck__groups, group);
}

const char *sneck_scheme_name(int scheme)
{
	return BUILD_CERTS ? find_alg(sneck__schemes, scheme) : "unknown";
}
