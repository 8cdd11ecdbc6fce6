/* SPDX-License-Identifier: MIT */
/* Names of algorithms, those of the library and short ones that people type, and what a provider
 * has of them. A name that does not exist finds the nearest one. */
#include "algs.h"

#include <sneck/info.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool has_aead(const struct sneck_provider *p, uint16_t id)
{
	for (size_t i = 0; p->aeads[i] != NULL; i++)
		if (p->aeads[i]->id == id)
			return true;
	return false;
}

static bool has_suite(const struct sneck_provider *p, uint16_t id)
{
	static const uint16_t aeads[][2] = {
		/* IANA's */
		{ SNECK_TLS_AES_128_GCM_SHA256, 1 },
		{ SNECK_TLS_AES_256_GCM_SHA384, 2 },
		{ SNECK_TLS_CHACHA20_POLY1305_SHA256, 29 },
		{ SNECK_TLS_AES_128_CCM_SHA256, 3 },
		{ SNECK_TLS_AES_128_CCM_8_SHA256, 18 },
		{ SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 1 },
		{ SNECK_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 1 },
		{ SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 2 },
		{ SNECK_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 2 },
		{ SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, 29 },
		{ SNECK_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 29 },
		{ SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_CCM, 3 },
		{ SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, 18 },
	};
	size_t i = 0;

	while (aeads[i][0] != id)
		i++;
	return has_aead(p, aeads[i][1]);
}

static bool has_group(const struct sneck_provider *p, uint16_t id)
{
	for (size_t i = 0; p->kexes[i] != NULL; i++)
		if (p->kexes[i]->group == id)
			return true;
	return false;
}

static bool has_scheme(const struct sneck_provider *p, uint16_t id)
{
	for (size_t i = 0; p->pubkey->schemes[i] != 0; i++)
		if (p->pubkey->schemes[i] == id)
			return true;
	return false;
}

const struct kind suite_kind = {
	"suite",
	sneck_suite_name,
	has_suite,
	{ { SNECK_TLS_AES_128_GCM_SHA256, { "AES128-GCM", "AES-128-GCM-SHA256" }, NULL },
	  { SNECK_TLS_AES_256_GCM_SHA384, { "AES256-GCM", "AES-256-GCM-SHA384" }, NULL },
	  { SNECK_TLS_CHACHA20_POLY1305_SHA256, { "CHACHA20-POLY1305", "CHACHA20" }, NULL },
	  { SNECK_TLS_AES_128_CCM_SHA256, { "AES128-CCM", "AES-128-CCM-SHA256" }, NULL },
	  { SNECK_TLS_AES_128_CCM_8_SHA256, { "AES128-CCM8", "AES-128-CCM-8-SHA256" }, NULL },
	  { SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	    { "ECDHE-ECDSA-AES128-GCM", "ECDHE-ECDSA-AES128-GCM-SHA256" },
	    NULL },
	  { SNECK_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	    { "ECDHE-RSA-AES128-GCM", "ECDHE-RSA-AES128-GCM-SHA256" },
	    NULL },
	  { SNECK_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	    { "ECDHE-ECDSA-AES256-GCM", "ECDHE-ECDSA-AES256-GCM-SHA384" },
	    NULL },
	  { SNECK_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	    { "ECDHE-RSA-AES256-GCM", "ECDHE-RSA-AES256-GCM-SHA384" },
	    NULL },
	  { SNECK_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	    { "ECDHE-ECDSA-CHACHA20", "ECDHE-ECDSA-CHACHA20-POLY1305" },
	    NULL },
	  { SNECK_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	    { "ECDHE-RSA-CHACHA20", "ECDHE-RSA-CHACHA20-POLY1305" },
	    NULL },
	  { SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_CCM, { "ECDHE-ECDSA-AES128-CCM" }, NULL },
	  { SNECK_TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, { "ECDHE-ECDSA-AES128-CCM8" }, NULL } },
};

const struct kind group_kind = {
	"group",
	sneck_group_name,
	has_group,
	{ { SNECK_X25519MLKEM768, { "MLKEM768" }, "needs libcrypto >= 3.5" },
	  { SNECK_X25519, { NULL }, NULL },
	  { SNECK_SECP256R1, { "P-256", "prime256v1" }, NULL },
	  { SNECK_SECP384R1, { "P-384" }, NULL },
	  { SNECK_X448, { NULL }, NULL },
	  { SNECK_SECP521R1, { "P-521" }, NULL } },
};

const struct kind scheme_kind = {
	"scheme",
	sneck_scheme_name,
	has_scheme,
	{ { SNECK_ECDSA_SECP256R1_SHA256, { NULL }, NULL },
	  { SNECK_ECDSA_SECP384R1_SHA384, { NULL }, NULL },
	  { SNECK_ECDSA_SECP521R1_SHA512, { NULL }, NULL },
	  { SNECK_ED25519, { NULL }, NULL },
	  { SNECK_ED448, { NULL }, NULL },
	  { SNECK_RSA_PSS_RSAE_SHA256, { NULL }, NULL },
	  { SNECK_RSA_PSS_RSAE_SHA384, { NULL }, NULL },
	  { SNECK_RSA_PSS_RSAE_SHA512, { NULL }, NULL },
	  { SNECK_RSA_PSS_PSS_SHA256, { NULL }, NULL },
	  { SNECK_RSA_PSS_PSS_SHA384, { NULL }, NULL },
	  { SNECK_RSA_PSS_PSS_SHA512, { NULL }, NULL } },
};

void algs_why(char dst[WHY_MAX], const struct kind *kind, uint16_t id)
{
	const struct alg *a = kind->algs;

	while (a->id != 0 && a->id != id)
		a++;
	snprintf(dst, WHY_MAX, "%s: %s", kind->name(id),
		 a->needs != NULL ? a->needs : "not in this libcrypto, as it is configured");
}

/* Letters and digits only, upper case. */
static void bare(char dst[32], const char *name, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < 31; i++)
		if (isalnum((unsigned char)name[i]))
			dst[n++] = (char)toupper((unsigned char)name[i]);
	dst[n] = '\0';
}

/* Levenshtein's distance of two bare names. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[32];
	const size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < n; j++) {
			const unsigned change = diagonal + (a[i] != b[j]);
			const unsigned least = row[j] < row[j + 1] ? row[j] : row[j + 1];

			diagonal = row[j + 1];
			row[j + 1] = change < least + 1 ? change : least + 1;
		}
	}
	return row[n];
}

const struct alg *algs_nearest(const struct kind *kind, const char *name, size_t len, unsigned *off)
{
	const struct alg *best = kind->algs;
	char want[32], have[32];

	bare(want, name, len);
	*off = 99;
	for (const struct alg *t = kind->algs; t->id != 0; t++) {
		for (int i = -1; i < 3 && (i < 0 || t->shorts[i] != NULL); i++) {
			const char *const text = i < 0 ? kind->name(t->id) : t->shorts[i];
			unsigned d;

			bare(have, text, strlen(text));
			d = distance(want, have);
			if (d < *off) {
				*off = d;
				best = t;
			}
		}
	}
	return best;
}
