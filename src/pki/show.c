/* SPDX-License-Identifier: MIT */
/* show.c: certificates and refusals as text for people. RFC 5280, 4.
 *
 * Whatever a certificate says comes out as printable ASCII, so that it cannot move a cursor or
 * forge a line of a log; other bytes become \xNN. Text that does not fit is cut. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "pki.h"

static enum sneck_rc show_serial(char *dst, size_t cap, const X509 *cert);
static void show_key(char *dst, size_t cap, const EVP_PKEY *pkey);
static enum sneck_rc ms_of(const ASN1_TIME *t, uint64_t *ms);

enum sneck_rc sneck_pki_about(struct sneck_span der, struct sneck_pki_about *about)
{
	struct sneck_pki_about a = { .is_ca = 0 };
	X509 *cert;
	enum sneck_rc rc = SNECK_E_CERT_BAD;

	ERR_clear_error();
	cert = sneck__pki_x509(der);
	if (cert != NULL) {
		sneck__pki_show_name(a.subject, sizeof a.subject, X509_get_subject_name(cert));
		sneck__pki_show_name(a.issuer, sizeof a.issuer, X509_get_issuer_name(cert));
		sneck__pki_show_sans(a.names, sizeof a.names, cert);
		show_key(a.key, sizeof a.key, X509_get0_pubkey(cert));
		a.is_ca = X509_check_ca(cert) != 0;
		rc = show_serial(a.serial, sizeof a.serial, cert);
	}
	if (rc == SNECK_OK)
		rc = ms_of(X509_get0_notBefore(cert), &a.not_before_ms);
	if (rc == SNECK_OK)
		rc = ms_of(X509_get0_notAfter(cert), &a.not_after_ms);
	if (rc == SNECK_OK &&
	    EVP_Q_digest(NULL, "SHA256", NULL, der.p, der.len, a.sha256, NULL) != 1)
		rc = SNECK_E_CRYPTO;
	if (rc == SNECK_OK)
		rc = sneck__pki_pin(a.pin, cert);
	X509_free(cert);
	rc = sneck__pki_fail(rc);
	if (rc == SNECK_OK)
		*about = a;
	return rc;
}

enum sneck_rc sneck__pki_pin(uint8_t pin[32], const X509 *cert)
{
	uint8_t *spki = NULL;
	const int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
	const bool ok =
		len > 0 && EVP_Q_digest(NULL, "SHA256", NULL, spki, (size_t)len, pin, NULL) == 1;

	OPENSSL_free(spki);
	return ok ? SNECK_OK : sneck__pki_fail(SNECK_E_CRYPTO);
}

void sneck__pki_note(struct sneck_note *note, const char *format, ...)
{
	va_list args;

	if (note == NULL)
		return;
	va_start(args, format);
	vsnprintf(note->text, sizeof note->text, format, args);
	va_end(args);
}

void sneck__pki_escape(char *dst, size_t cap, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t at = 0;

	for (size_t i = 0; i < len && at + 5 <= cap; i++) {
		if (p[i] >= 0x20 && p[i] <= 0x7e)
			dst[at++] = (char)p[i];
		else
			at += (size_t)snprintf(dst + at, cap - at, "\\x%02X", p[i]);
	}
	dst[at] = '\0';
}

void sneck__pki_show_name(char *dst, size_t cap, const X509_NAME *name)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len = 0;

	if (out != NULL && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0)
		len = BIO_get_mem_data(out, &text);
	sneck__pki_escape(dst, cap, text, (size_t)len);
	BIO_free(out);
}

void sneck__pki_show_sans(char *dst, size_t cap, const X509 *cert)
{
	GENERAL_NAMES *sans = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	const int n = sans != NULL ? sk_GENERAL_NAME_num(sans) : 0;
	size_t at = 0;

	dst[0] = '\0';
	for (int i = 0; i < n; i++) {
		struct pki_name name;
		size_t len;

		if (!sneck__pki_name_text(&name, sk_GENERAL_NAME_value(sans, i)))
			continue;
		len = strlen(name.text);
		if (at + len + 3 > cap)
			break;
		at += (size_t)snprintf(dst + at, cap - at, "%s%s", at != 0 ? ", " : "", name.text);
	}
	GENERAL_NAMES_free(sans);
}

void sneck__pki_show_time(char *dst, size_t cap, const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1 || strftime(dst, cap, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		snprintf(dst, cap, "an unknown day");
}

static enum sneck_rc show_serial(char *dst, size_t cap, const X509 *cert)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);
	char *hex = n != NULL ? BN_bn2hex(n) : NULL;

	if (hex != NULL)
		snprintf(dst, cap, "%s", hex);
	OPENSSL_free(hex);
	BN_free(n);
	return hex != NULL ? SNECK_OK : SNECK_E_CERT_BAD;
}

static void show_key(char *dst, size_t cap, const EVP_PKEY *pkey)
{
	char group[32];

	if (pkey == NULL)
		snprintf(dst, cap, "unknown");
	else if (sneck__pki_kind(pkey) == PKI_P256)
		snprintf(dst, cap, "P-256");
	else if (EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1)
		snprintf(dst, cap, "%s", group);
	else
		snprintf(dst, cap, "%s %d", EVP_PKEY_get0_type_name(pkey), EVP_PKEY_get_bits(pkey));
}

/* Milliseconds since 1970, 0 for what was before. */
static enum sneck_rc ms_of(const ASN1_TIME *t, uint64_t *ms)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;
	const bool ok = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, t) == 1;

	ASN1_TIME_free(epoch);
	*ms = ok && days >= 0 && seconds >= 0 ? ((uint64_t)days * 86400 + (uint64_t)seconds) * 1000
					      : 0;
	return ok ? SNECK_OK : SNECK_E_CERT_BAD;
}
