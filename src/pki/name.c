/* SPDX-License-Identifier: MIT */
/* name.c: host names and IP addresses, as bytes with a length. RFC 9525, 6.3; 1123, 2.1; 5890.
 *
 * One reader decides what a name is, for names that a caller asks for, names to certify and names
 * in our own certificates. It wants the form of the DNS: names beyond ASCII as A-labels (xn--).
 * Comparing is libcrypto's. */
#include <arpa/inet.h>
#include <string.h>

#include "pki.h"

static bool is_host_name(const char *s, size_t len);

enum sneck_rc sneck__pki_name_read(struct pki_name *name, struct sneck_span text, bool wildcard)
{
	const bool dot = text.len > 1 && text.p[text.len - 1] == '.';
	const size_t len = text.len - (dot ? 1 : 0);
	size_t star = 0;

	*name = (struct pki_name){ .ip_len = 0 };
	if (len == 0 || len > BOUND_NAME || memchr(text.p, 0, text.len) != NULL)
		return SNECK_E_ARG;
	memcpy(name->text, text.p, len);
	if (!dot && inet_pton(AF_INET, name->text, name->ip) == 1)
		name->ip_len = 4;
	else if (!dot && inet_pton(AF_INET6, name->text, name->ip) == 1)
		name->ip_len = 16;
	if (wildcard && strncmp(name->text, "*.", 2) == 0)
		star = 2;
	return name->ip_len != 0 || is_host_name(name->text + star, len - star) ? SNECK_OK
										: SNECK_E_ARG;
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Labels of letters, digits, hyphens inside, and underscores, which exist. A last label of digits
 * is an address that went wrong. */
static bool is_host_name(const char *s, size_t len)
{
	size_t label = 0, digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '.') {
			if (label == 0 || s[i - 1] == '-')
				return false;
			label = digits = 0;
			continue;
		}
		if (!is_letter_or_digit(s[i]) && s[i] != '_' && (s[i] != '-' || label == 0))
			return false;
		label++;
		digits += s[i] >= '0' && s[i] <= '9';
		if (label > 63)
			return false;
	}
	return label != 0 && digits != label && s[len - 1] != '-';
}

bool sneck__pki_name_text(struct pki_name *name, const GENERAL_NAME *san)
{
	const ASN1_STRING *s = san->type == GEN_DNS ? san->d.dNSName : san->d.iPAddress;
	const int len = san->type == GEN_DNS || san->type == GEN_IPADD ? ASN1_STRING_length(s) : 0;

	if (san->type == GEN_IPADD && (len == 4 || len == 16)) {
		name->ip_len = (size_t)len;
		memcpy(name->ip, ASN1_STRING_get0_data(s), name->ip_len);
		return inet_ntop(len == 4 ? AF_INET : AF_INET6, name->ip, name->text,
				 sizeof name->text) != NULL;
	}
	return san->type == GEN_DNS && len > 0 &&
	       sneck__pki_name_read(name, sneck_span_of(ASN1_STRING_get0_data(s), (size_t)len),
				    true) == SNECK_OK;
}
