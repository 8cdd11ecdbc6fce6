/* SPDX-License-Identifier: MIT */
/* credential.c: which of our credentials fits, and whether the peer's scheme does. Names are
 * compared as text (RFC 9525, 6.3): the core does not read certificates. */
#include "select.h"

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

/* RFC 7250 does for TLS 1.2 what we do for TLS 1.3 only. */
static uint32_t own_types(const struct nego *ng)
{
	return ng->version == SNECK_TLS13 && ng->own_types != 0 ? ng->own_types : SET(SNECK_X509);
}

bool sneck__select_own_scheme(struct nego *ng, const struct sneck_credential *c)
{
	if (!set_has(own_types(ng), c->type))
		return false;
	for (const uint16_t *s = c->signer->schemes; *s != 0; s++)
		if ((ng->version == SNECK_TLS12 || sneck__scheme_in_handshake(*s)) &&
		    (ng->peer_sign & sneck__scheme_bit(*s)) != 0) {
			ng->cred = c;
			ng->own_scheme = *s;
			return true;
		}
	return false;
}

enum sneck_rc sneck__select_credential(struct nego *ng)
{
	const uint32_t types = own_types(ng);
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
	return typed ? SNECK_E_NO_SCHEME : SNECK_E_CERT_TYPE;
}

/* RFC 9846, 4.5.2: of the schemes in our signature_algorithms, and legal in a handshake. */
enum sneck_rc sneck__select_scheme_answer(struct nego *ng, uint16_t scheme)
{
	if (sneck__scheme_in_handshake(scheme))
		for (uint32_t i = 0; i < ng->n_schemes; i++)
			if (ng->schemes[i] == scheme) {
				ng->peer_scheme = scheme;
				return SNECK_OK;
			}
	return SNECK_E_NOT_OFFERED;
}
