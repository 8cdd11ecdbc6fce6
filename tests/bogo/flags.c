/* SPDX-License-Identifier: MIT */
/* flags.c: the command line of one test, into one set of flags for each phase. A flag that is not
 * in the table, or asks for what this library does not have, is declined: exit code 89. */
#include "shim.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	BOOL,
	INT,
	UINT64,
	TEXT,
	BASE64,
	LIST, /* into struct flags */
	CRED_BOOL,
	CRED_TEXT,
	CRED_BASE64,
	CRED_LIST, /* into the credential at hand */
	NEW,	   /* a credential of the kind at `at` */
	POLICY,
	IGNORE,
	IGNORE_VALUE
};

#define F(flag, kind, field)                                                                       \
	{                                                                                          \
		flag, kind, offsetof(struct flags, field)                                          \
	}
#define C(flag, kind, field)                                                                       \
	{                                                                                          \
		flag, kind, offsetof(struct cred_flags, field)                                     \
	}

static const struct flag {
	const char *name;
	enum kind kind;
	size_t at;
} table[] = {
	F("-port", INT, port),
	F("-shim-id", UINT64, shim_id),
	F("-ipv6", BOOL, ipv6),
	F("-server", BOOL, server),
	F("-resume-count", INT, resume_count),
	F("-is-handshaker-supported", BOOL, handshaker_asked),

	C("-cert-file", CRED_TEXT, cert_file),
	C("-key-file", CRED_TEXT, key_file),
	C("-signing-prefs", CRED_LIST, signing_prefs),
	C("-ocsp-response", CRED_BASE64, ocsp),
	C("-signed-cert-timestamps", CRED_BASE64, scts),
	C("-must-match-issuer", CRED_BOOL, must_match_issuer),
	C("-psk-importer-key", CRED_BASE64, psk),
	C("-psk-importer-identity", CRED_BASE64, psk_identity),
	C("-psk-importer-context", CRED_BASE64, psk_context),
	C("-psk-importer-sha384", CRED_BOOL, psk_sha384),
	{ "-psk-importer-sha256", IGNORE, 0 },
	{ "-new-x509-credential", NEW, CRED_X509 },
	{ "-new-rpk-credential", NEW, CRED_RAW_KEY },
	{ "-new-psk-credential", NEW, CRED_PSK },

	F("-async", BOOL, async),
	F("-no-tls12", BOOL, no_tls12),
	F("-no-tls13", BOOL, no_tls13),
	F("-min-version", INT, min_version),
	F("-max-version", INT, max_version),
	F("-no-ticket", BOOL, no_ticket),
	F("-skip-ticket", BOOL, skip_ticket),
	F("-enable-early-data", BOOL, enable_early_data),
	F("-enable-grease", BOOL, enable_grease),
	F("-permute-extensions", BOOL, enable_grease), /* it does both */
	F("-curves", LIST, curves),
	F("-key-shares", LIST, key_shares),
	F("-no-key-shares", BOOL, no_key_shares),
	F("-verify-prefs", LIST, verify_prefs),
	F("-trust-cert", TEXT, trust_cert),
	F("-host-name", TEXT, host_name),
	F("-advertise-alpn", TEXT, advertise_alpn),
	F("-select-alpn", TEXT, select_alpn),
	F("-reject-alpn", BOOL, reject_alpn),
	F("-decline-alpn", BOOL, decline_alpn),
	F("-server-preference", BOOL, server_preference),
	F("-no-legacy-server-connect", BOOL, no_legacy_server_connect),
	F("-fips-202205", POLICY, policy),
	F("-wpa-202304", POLICY, policy),
	F("-cnsa-202407", POLICY, policy),
	F("-cnsa1-202603", POLICY, policy),
	F("-verify-peer", BOOL, verify_peer),
	F("-require-any-client-certificate", BOOL, require_any_client_certificate),
	F("-verify-fail", BOOL, verify_fail),
	F("-reverify-on-resume", BOOL, reverify_on_resume),
	F("-use-custom-verify-callback", BOOL, use_custom_verify_callback),
	F("-enable-ocsp-stapling", BOOL, enable_ocsp_stapling),
	F("-enable-signed-cert-timestamps", BOOL, enable_scts),
	F("-decline-ocsp-callback", BOOL, decline_ocsp_callback),
	F("-fail-ocsp-callback", BOOL, fail_ocsp_callback),
	F("-accepted-peer-cert-types", LIST, accepted_peer_cert_types),
	F("-available-client-cert-types", LIST, client_cert_types),
	F("-use-client-ca-list", TEXT, use_client_ca_list),
	F("-fail-early-callback", BOOL, fail_early_callback),
	F("-fail-ddos-callback", BOOL, fail_ddos_callback),
	F("-fail-cert-callback", BOOL, fail_cert_callback),
	F("-max-cert-list", INT, max_cert_list),
	F("-max-send-fragment", INT, max_send_fragment),
	F("-read-size", INT, read_size),
	F("-resumption-delay", INT, resumption_delay),

	F("-shim-writes-first", BOOL, shim_writes_first),
	F("-read-with-unfinished-write", BOOL, shim_writes_first),
	F("-shim-shuts-down", BOOL, shim_shuts_down),
	F("-check-close-notify", BOOL, check_close_notify),
	F("-send-alert", BOOL, send_alert),
	F("-shim-initial-write", TEXT, initial_write),
	F("-repeat-shim-initial-write", INT, repeat_initial_write),
	F("-key-update", BOOL, key_update),
	F("-key-update-before-read", BOOL, key_update_before_read),
	F("-export-traffic-secrets", BOOL, export_traffic_secrets),
	F("-export-keying-material", INT, export_keying_material),
	F("-export-label", TEXT, export_label),
	F("-export-context", TEXT, export_context),
	F("-use-export-context", BOOL, use_export_context),

	F("-expect-version", INT, expect_version),
	F("-expect-peer-signature-algorithm", INT, expect_peer_scheme),
	F("-expect-peer-verify-pref", LIST, expect_peer_verify_prefs),
	F("-expect-curve-id", INT, expect_curve_id),
	F("-expect-cipher", INT, expect_cipher),
	F("-expect-cipher-aes", INT, expect_cipher_aes),
	{ "-expect-cipher-no-aes", IGNORE_VALUE, 0 }, /* for machines without AES */
	F("-expect-total-renegotiations", INT, expect_total_renegotiations),
	F("-expect-ticket-age-skew", INT, expect_ticket_age_skew),
	F("-expect-selected-credential", INT, expect_selected_credential),
	F("-expect-peer-certificate-type", INT, expect_peer_certificate_type),
	F("-expect-session-miss", BOOL, expect_session_miss),
	F("-expect-no-session", BOOL, expect_no_session),
	F("-expect-session-id", BOOL, expect_session_id),
	F("-expect-no-session-id", BOOL, expect_no_session_id),
	F("-expect-extended-master-secret", BOOL, expect_extended_master_secret),
	F("-expect-ticket-renewal", BOOL, expect_ticket_renewal),
	F("-expect-hrr", BOOL, expect_hrr),
	F("-expect-no-hrr", BOOL, expect_no_hrr),
	F("-expect-no-server-name", BOOL, expect_no_server_name),
	F("-expect-ticket-supports-early-data", BOOL, expect_ticket_early),
	F("-expect-accept-early-data", BOOL, expect_accept_early_data),
	F("-expect-reject-early-data", BOOL, expect_reject_early_data),
	F("-expect-no-offer-early-data", BOOL, expect_no_offer_early_data),
	F("-expect-no-peer-cert", BOOL, expect_no_peer_cert),
	F("-expect-alpn", TEXT, expect_alpn),
	F("-expect-advertised-alpn", TEXT, expect_advertised_alpn),
	F("-expect-server-name", TEXT, expect_server_name),
	F("-expect-peer-cert-file", TEXT, expect_peer_cert_file),
	F("-expect-client-ca-list", TEXT, expect_client_ca_list),
	F("-expect-msg-callback", TEXT, expect_msg_callback),
	F("-expect-ocsp-response", BASE64, expect_ocsp_response),
	F("-expect-signed-cert-timestamps", BASE64, expect_scts),
	F("-expect-peer-rpk-sha256", BASE64, expect_rpk_sha256),

	/* what is so here whether it is asked for or not, or has no counterpart to be watched */
	{ "-implicit-handshake", IGNORE, 0 },
	{ "-use-old-client-cert-callback", IGNORE, 0 },
	{ "-use-early-callback", IGNORE, 0 },
	{ "-use-ticket-callback", IGNORE, 0 },
	{ "-use-ticket-aead-callback", IGNORE, 0 },
	{ "-use-ocsp-callback", IGNORE, 0 },
	{ "-set-ocsp-in-callback", IGNORE, 0 },
	{ "-install-ddos-callback", IGNORE, 0 },
	{ "-no-op-extra-handshake", IGNORE, 0 },
	{ "-handshake-twice", IGNORE, 0 },
	{ "-renegotiate-ignore", IGNORE, 0 },
	{ "-renegotiate-freely", IGNORE, 0 }, /* there is no renegotiation to allow */
	{ "-expect-secure-renegotiation", IGNORE, 0 },
	{ "-expect-verify-result", IGNORE, 0 },
	{ "-renew-ticket", IGNORE, 0 },
	{ "-partial-write", IGNORE, 0 },
	{ "-peek-then-read", IGNORE, 0 },
	{ "-no-tls1", IGNORE, 0 },
	{ "-no-tls11", IGNORE, 0 },
	{ "-expect-early-data-reason", IGNORE_VALUE, 0 },
};

void decline(const char *what)
{
	printf("declined: %s\n", what);
	exit(89);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

struct sneck_span copy_of(struct sneck_span s)
{
	uint8_t *const p = malloc(s.len + 1u);

	if (p == NULL)
		die("no memory");
	if (s.len != 0)
		memcpy(p, s.p, s.len);
	return sneck_span_of(p, s.len);
}

static struct sneck_span base64(const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t *const p = malloc(strlen(text) + 1u);
	uint32_t bits = 0, n = 0;
	size_t len = 0;

	if (p == NULL)
		die("no memory");
	for (; *text != '\0' && *text != '='; text++) {
		const char *const at = strchr(digits, *text);

		if (at == NULL)
			die("bad base64");
		bits = bits << 6 | (uint32_t)(at - digits);
		n += 6;
		if (n >= 8)
			p[len++] = (uint8_t)(bits >> (n -= 8));
	}
	return sneck_span_of(p, len);
}

static void add(struct list *list, const char *value)
{
	list->given = true;
	if (list->n == MAX_LIST)
		die("a list of more than %d", MAX_LIST);
	list->v[list->n++] = (uint16_t)strtoul(value, NULL, 10);
}

static struct cred_flags *cred_of(struct flags *f)
{
	return f->n_more != 0 ? &f->more[f->n_more - 1u] : &f->cred;
}

static void set(struct flags *f, const struct flag *flag, const char *value)
{
	char *const base = flag->kind >= CRED_BOOL ? (char *)cred_of(f) : (char *)f;
	void *const at = base + flag->at;

	switch (flag->kind) {
	case BOOL:
	case CRED_BOOL:
		*(bool *)at = true;
		break;
	case INT:
		*(int *)at = (int)strtol(value, NULL, 10);
		break;
	case UINT64:
		*(uint64_t *)at = strtoull(value, NULL, 10);
		break;
	case TEXT:
	case CRED_TEXT:
		*(const char **)at = value;
		break;
	case BASE64:
	case CRED_BASE64:
		*(struct sneck_span *)at = base64(value);
		break;
	case LIST:
	case CRED_LIST:
		add(at, value);
		break;
	case NEW:
		if (f->n_more == MAX_CREDS)
			die("more than %d credentials", MAX_CREDS);
		f->more[f->n_more++].kind = (int)flag->at;
		break;
	case POLICY:
		f->policy = policy_of(flag->name);
		break;
	default:
		break;
	}
}

static bool has_value(enum kind kind)
{
	return kind != BOOL && kind != CRED_BOOL && kind != NEW && kind != POLICY && kind != IGNORE;
}

static bool strip(const char **name, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (strncmp(*name, prefix, len) != 0)
		return false;
	*name += len;
	return true;
}

static const struct flag *find(const char *name)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	decline(name);
}

void flags_read(struct flags phase[3], int argc, char **argv)
{
	for (int p = 0; p < 3; p++)
		phase[p] = (struct flags){
			.initial_write = "hello",
			.repeat_initial_write = 1,
			.expect_selected_credential = NO_EXPECTATION,
			.expect_peer_certificate_type = NO_EXPECTATION,
		};
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		const bool skip = !strip(&name, "-on-shim") && strip(&name, "-on-handshaker");
		const bool only[] = { strip(&name, "-on-initial"), strip(&name, "-on-resume"),
				      strip(&name, "-on-retry") };
		const bool all = !only[0] && !only[1] && !only[2];
		const struct flag *const flag = find(name);

		if (has_value(flag->kind) && ++i == argc)
			die("%s wants a value", name);
		for (int p = 0; p < 3 && !skip; p++)
			if (all || only[p])
				set(&phase[p], flag, argv[i]);
	}
}
