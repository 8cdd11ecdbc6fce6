/* SPDX-License-Identifier: MIT */
/* credential.c: which of our credentials fits. Names are compared as text (RFC 9525, 6.3): the core
 * does not read certificates. */
#include "select.h"

#include "../build.h"
#include "../wire/set.h"
#include "ext.h"

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* pattern ends with NUL; a leftmost label of * stands for exactly one label. RFC 9525, 6.3. */
static bool name_fits(const char *pattern, const uint8_t *name, size_t len)
{
	size_t i = 0;

	if (pattern[0] == '*' && pattern[1] == '.') {
		while (i < len && name[i] != '.')
			i++;
		if (i == 0)
			return false;
		pattern++;
	}
	for (; i < len; i++, pattern++)
		if (*pattern == '\0' || lower((uint8_t)*pattern) != lower(name[i]))
			return false;
	return *pattern == '\0';
}

bool sneck__credential_serves(const struct sneck_credential *c, const struct nego *ng)
{
	if (c->names == NULL || ng->sni_len == 0)
		return true;
	for (size_t i = 0; i < c->n_names; i++)
		if (name_fits(c->names[i], ng->sni, ng->sni_len))
			return true;
	return false;
}

uint32_t sneck__types_accepted(const struct nego *ng)
{
	return (nego_wants(ng, SNECK_VERIFIER_RAW_KEYS) ? SET(SNECK_RAW_PUBLIC_KEY) : 0) |
	       (nego_wants(ng, SNECK_VERIFIER_NO_X509) ? 0 : SET(SNECK_X509));
}

uint32_t sneck__types_allowed(const struct nego *ng)
{
	return ng->own_types != 0 ? ng->own_types : SET(SNECK_X509);
}

bool sneck__select_own_scheme(struct nego *ng, const struct sneck_credential *c)
{
	if (!set_has(sneck__types_allowed(ng), c->type))
		return false;
	if (BUILD_TLS12 && ng->version == SNECK_TLS12)
		return sneck__select12_own(ng, c, AUTH_ANY);
	for (const uint16_t *s = c->signer->schemes; *s != 0; s++)
		if (sneck__scheme_in_handshake(*s) &&
		    (ng->peer_sign & sneck__scheme_bit(*s)) != 0) {
			ng->cred = c;
			ng->own_scheme = ng->own_way = *s;
			return true;
		}
	return false;
}

enum sneck_rc sneck__select_credential(struct nego *ng)
{
	const uint32_t types = sneck__types_allowed(ng);
	bool named = false, typed = false;

	for (size_t i = 0; i < ng->cfg->n_credentials; i++) {
		const struct sneck_credential *const c = ng->cfg->credentials[i];

		if (!sneck__credential_serves(c, ng))
			continue;
		named = true;
		if (!set_has(types, c->type))
			continue;
		typed = true;
		if (sneck__select_own_scheme(ng, c))
			return SNECK_OK;
	}
	if (!named)
		return SNECK_E_NO_NAME;
	return typed ? SNECK_E_NO_SCHEME : SNECK_E_NO_CERT_TYPE;
}
