/* SPDX-License-Identifier: MIT */
/* budget.c: counts the work that a chain would cost before libcrypto is asked to do it. Limits
 * L18 and L20 of SECURITY.md; L19 (certificates, depth) is in verify.c and trust.c.
 *
 * Only what a peer sends is counted: an anchor with many constraints is the owner's choice. */
#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "pki.h"

#define RSA_BITS_MIN	  2048 /* L18 */
#define RSA_BITS_MAX	  8192
#define RSA_EXPONENT_BITS 32
#define NAME_CHECKS_MAX	  4096u /* L20: names x constraints */

static bool key_fits(const X509 *cert, bool leaf);
static enum sneck_rc name_checks(STACK_OF(X509) * certs, size_t *n);

enum sneck_rc sneck__pki_budget(STACK_OF(X509) * certs, struct sneck_note *why)
{
	size_t checks;

	for (int i = 0; i < sk_X509_num(certs); i++) {
		if (key_fits(sk_X509_value(certs, i), i == 0))
			continue;
		sneck__pki_note(why,
				"certificate %d has a kind of key that is not accepted: "
				"P-256, P-384, P-521, Ed25519, Ed448 or RSA of 2048 to 8192 "
				"bits is",
				i + 1);
		return sneck__pki_fail(SNECK_E_CERT_TYPE);
	}
	SNECK_TRY(name_checks(certs, &checks));
	if (checks <= NAME_CHECKS_MAX)
		return SNECK_OK;
	sneck__pki_note(why,
			"the chain has so many names and name constraints that %zu "
			"comparisons would be needed: shorten them",
			checks);
	return SNECK_E_CERT_BUDGET;
}

enum pki_kind sneck__pki_kind(const EVP_PKEY *pkey)
{
	static const struct {
		const char *type, *group;
		enum pki_kind kind;
	} kinds[] = {
		{ "EC", "prime256v1", PKI_P256 }, { "EC", "secp384r1", PKI_P384 },
		{ "EC", "secp521r1", PKI_P521 },  { "RSA", NULL, PKI_RSA },
		{ "RSA-PSS", NULL, PKI_PSS },	  { "ED25519", NULL, PKI_ED25519 },
		{ "ED448", NULL, PKI_ED448 },
	};
	char group[32];

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (EVP_PKEY_is_a(pkey, kinds[i].type) &&
		    (kinds[i].group == NULL ||
		     (EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
		      OPENSSL_strcasecmp(group, kinds[i].group) == 0)))
			return kinds[i].kind;
	return PKI_NONE;
}

static bool rsa_fits(const EVP_PKEY *pkey)
{
	const int bits = EVP_PKEY_get_bits(pkey);
	BIGNUM *n = NULL, *e = NULL;
	bool ok = bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;

	ok = ok && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	     EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_is_odd(n) &&
	     BN_is_odd(e) && BN_num_bits(e) <= RSA_EXPONENT_BITS;
	BN_free(n);
	BN_free(e);
	return ok;
}

/* Certificates behind the leaf may have any key that libcrypto's security level 2 admits. */
static bool key_fits(const X509 *cert, bool leaf)
{
	const EVP_PKEY *pkey = X509_get0_pubkey(cert);

	if (pkey == NULL)
		return !leaf;
	if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS"))
		return rsa_fits(pkey);
	return !leaf || sneck__pki_kind(pkey) != PKI_NONE;
}

/* An extension that cannot be read counts as none: libcrypto refuses its certificate. */
static size_t constraints_of(const X509 *cert)
{
	NAME_CONSTRAINTS *nc = X509_get_ext_d2i(cert, NID_name_constraints, NULL, NULL);
	size_t n = 0;

	if (nc != NULL && nc->permittedSubtrees != NULL)
		n += (size_t)sk_GENERAL_SUBTREE_num(nc->permittedSubtrees);
	if (nc != NULL && nc->excludedSubtrees != NULL)
		n += (size_t)sk_GENERAL_SUBTREE_num(nc->excludedSubtrees);
	NAME_CONSTRAINTS_free(nc);
	return n;
}

static size_t names_of(const X509 *cert)
{
	GENERAL_NAMES *sans = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	const size_t n = sans != NULL ? (size_t)sk_GENERAL_NAME_num(sans) : 0;

	GENERAL_NAMES_free(sans);
	return n + (size_t)X509_NAME_entry_count(X509_get_subject_name(cert));
}

static enum sneck_rc name_checks(STACK_OF(X509) * certs, size_t *n)
{
	size_t constraints = 0, names = 0;

	for (int i = 0; i < sk_X509_num(certs); i++)
		constraints += constraints_of(sk_X509_value(certs, i));
	for (int i = 0; constraints != 0 && i < sk_X509_num(certs); i++)
		names += names_of(sk_X509_value(certs, i));
	*n = names * constraints; /* both below 2^16: the message is */
	return sneck__pki_fail(SNECK_OK);
}
